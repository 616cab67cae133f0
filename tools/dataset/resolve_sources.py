# SPDX-License-Identifier: Apache-2.0
"""Runs the published resolver on the verified files of one config. Started by prepare.py.

The resolver is run as the program that it is (`--config C --output_dir D`), unchanged. Around it:
`nvidia/SPEED-Bench` is read from the downloaded files, whose revision and SHA-256 are known, not
from whatever the hub has today; addresses of huggingface.co go to HF_ENDPOINT; rows whose source is
at another host than SPEED-Bench's known ones are refused before anything is fetched for them; and
results of earlier calls are not reused, since one random generator serves all rows in their order.

Exit status: 0; 1 with one line in <output folder>/reason; 28 if the disk is full.
"""
import argparse
import errno
import os
import pathlib
import runpy
import sys
import traceback
import urllib.parse

DATASET = "nvidia/SPEED-Bench"
PUBLIC_ENDPOINT = "https://huggingface.co"
# The hosts of all `source` fields of the published rows (AIPerf's list, same revision).
SOURCE_HOSTS = {"huggingface.co", "raw.githubusercontent.com", "github.com",
                "opencompass.openxlab.space", "www.gutenberg.org"}
DISK_FULL = 28


def endpoint():
    return (os.environ.get("HF_ENDPOINT") or PUBLIC_ENDPOINT).rstrip("/")


def at_endpoint(value):
    """`value` with the addresses in it at HF_ENDPOINT."""
    if isinstance(value, str):
        if value.startswith(PUBLIC_ENDPOINT + "/"):
            return endpoint() + value[len(PUBLIC_ENDPOINT):]
        return value
    if isinstance(value, dict):
        return {key: at_endpoint(item) for key, item in value.items()}
    return [at_endpoint(item) for item in value] if isinstance(value, (list, tuple)) else value


def refuse_unknown_hosts(files):
    import pyarrow.parquet

    allowed = SOURCE_HOSTS | {urllib.parse.urlsplit(endpoint()).hostname}
    for file in files:
        for source in pyarrow.parquet.read_table(file, columns=["source"])["source"].to_pylist():
            host = urllib.parse.urlsplit(source or "").hostname
            if host and host not in allowed:
                raise ValueError(f"a row's source is at {host}, where SPEED-Bench has none: "
                                 f"{source}")


def read_from_files(files):
    """Makes the libraries that the resolver imports read the pinned files, and use HF_ENDPOINT."""
    try:
        import datasets
        import pandas
    except ImportError:
        return  # then the resolver does not use them either, or says so itself
    refuse_unknown_hosts(files)
    datasets.disable_caching()
    load_dataset, read_json = datasets.load_dataset, pandas.read_json

    def load_pinned(path, *args, **kwargs):
        if path == DATASET:
            return load_dataset("parquet", data_files={"test": files},
                                split=kwargs.get("split", "test"))
        if "data_files" in kwargs:
            kwargs["data_files"] = at_endpoint(kwargs["data_files"])
        return load_dataset(path, *args, **kwargs)

    datasets.load_dataset = load_pinned
    pandas.read_json = lambda path, *args, **kwargs: read_json(at_endpoint(path), *args, **kwargs)


def is_disk_full(error):
    while error is not None:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        error = error.__cause__ or error.__context__
    return False


def reason_of(error):
    """The error, and what it was raised from, in one line."""
    causes = []
    while error is not None and len(causes) < 3:
        text = " ".join(str(error).split())[:300]
        causes.append(f"{type(error).__name__}: {text}" if text else type(error).__name__)
        error = error.__cause__ or error.__context__
    return "; from ".join(causes)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--script", required=True)
    parser.add_argument("--config", required=True)
    parser.add_argument("--output-dir", required=True, type=pathlib.Path)
    parser.add_argument("files", nargs="+")
    args = parser.parse_args()
    sys.argv = [args.script, "--config", args.config, "--output_dir", str(args.output_dir)]
    error = None
    try:
        read_from_files(args.files)
        runpy.run_path(args.script, run_name="__main__")
        return
    except KeyboardInterrupt:
        sys.exit(130)
    except SystemExit as end:
        if end.code in (None, 0):
            return
        reason = f"it ended with {end.code}"
    except BaseException as caught:  # also those that a library makes of BaseException
        traceback.print_exc()
        error, reason = caught, reason_of(caught)
    if is_disk_full(error):
        sys.exit(DISK_FULL)
    (args.output_dir / "reason").write_text(reason, encoding="utf-8")
    sys.exit(1)


if __name__ == "__main__":
    main()
