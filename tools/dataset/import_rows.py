#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Takes over files of SPEED-Bench that another tool prepared, without any network.

Recognised, in a folder or as one file:
  <config>.jsonl                      NeMo-Skills' prepare.py, and AIPerf's speed-bench/ cache
  speed/<config>/test.parquet         specdec_bench's prepare_data.py (data/speed/...)
  <config>/test-*.parquet             the layout of the hub, if its rows have their text
All rows are verified as `specctl dataset prepare` does it: number, categories, ids, no placeholder
left. JSON lines are taken byte for byte; Parquet becomes rows with `messages` (needs pyarrow: a
Python environment with it is made if need be). What was taken is recorded in prepared.json.

exit status: 0 done; 1 failed in mid-way; 2 bad input or refused; 130 interrupted.
"""
import argparse
import json
import pathlib
import re
import sys

import prepared_files as prepared
from outcome import Refused, run_command
from progress import Progress
from python_environment import run_inside, versions_of

ROWS_AT_ONCE = 64


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="specctl dataset import", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("path", metavar="DIR|FILE", type=pathlib.Path,
                        help="folder or file (.jsonl, .parquet) that another tool prepared")
    parser.add_argument("--name", help="take only the config of this dataset name; needed for a "
                                       "file whose name and folder do not tell it")
    parser.add_argument("--dataset-dir", help="folder to put it in [first of $SPECCTL_DATASETS, "
                                              "~/.cache/specctl/datasets]")
    parser.add_argument("--revision", help="commit of nvidia/SPEED-Bench that it was made from, "
                                           "to be recorded")
    parser.add_argument("--python-env", metavar="DIR",
                        help="virtual environment that has pyarrow [one is made]")
    parser.add_argument("--replace", action="store_true",
                        help="replace files that are there and differ")
    return parser.parse_args()


def files_in(folder, config):
    """The files of a config in one of the recognised layouts, the first that is there."""
    for place in ("", "speed-bench", "speed", "data/speed"):
        base = folder / place
        for one in (base / f"{config}.jsonl", base / config / "test.parquet",
                    base / f"{config}.parquet"):
            if one.is_file():
                return [one]
        if shards := sorted((base / config).glob("test-*.parquet")):
            return shards
    return []


def config_of_file(path):
    """What the name of a file, or of its folder, says."""
    for name in (path.stem, path.parent.name):
        if name in prepared.CONFIGS:
            return name
    return None


def find_sources(path, name):
    """{config: files} to import."""
    only = prepared.config_of_name(name) if name else None
    if name and not only:
        raise Refused(f"--name {name}: need a name of SPEED-Bench, such as "
                      "speed_bench_qualitative or speed_bench_throughput_2k")
    if path.is_file():
        config = only or config_of_file(path)
        if not config:
            raise Refused(f"{path}: which config is it? Give --name speed_bench_qualitative or "
                          "speed_bench_throughput_<isl>")
        return {config: [path]}
    if not path.is_dir():
        raise Refused(f"{path}: no such file or folder")
    found = {config: files for config in ([only] if only else prepared.CONFIGS)
             if (files := files_in(path, config))}
    if not found:
        raise Refused(f"{path}: no prepared SPEED-Bench in it: need <config>.jsonl, "
                      "speed/<config>/test.parquet or <config>/test-*.parquet, where <config> is "
                      + (only or f"one of {', '.join(prepared.CONFIGS)}"))
    return found


def missing_tail(files):
    """Refuses a set of shards that is not whole (test-00000-of-00002.parquet without its next)."""
    for path in files:
        shard = re.fullmatch(r"test-(\d+)-of-(\d+)\.parquet", path.name)
        if shard and int(shard.group(2)) != len(files):
            raise Refused(f"{path.parent}: {len(files)} of {int(shard.group(2))} Parquet files")


def rows_of_parquet(path):
    """The rows in their order, as dicts. Bounded memory."""
    import pyarrow
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            if not {"question_id", "category", "turns"} <= set(file.schema_arrow.names):
                raise Refused(f"{path}: not SPEED-Bench: need the columns question_id, category "
                              f"and turns, got {', '.join(file.schema_arrow.names)}")
            for batch in file.iter_batches(batch_size=ROWS_AT_ONCE):
                yield from batch.to_pylist()
    except (pyarrow.ArrowException, OSError) as error:
        if isinstance(error, FileNotFoundError):
            raise
        reason = str(error).split("\n", 1)[0]
        raise Refused(f"{path}: not a whole Parquet file ({reason}): it is cut or damaged; copy it "
                      "again") from None


def message_row(row):
    """The prepared form of NeMo-Skills: `turns` leave, `messages` come."""
    turns = row.pop("turns") or []
    return {**row, "messages": [{"role": "user", "content": turn} for turn in turns]}


def write_rows(files, target):
    with open(target, "wb") as written:
        for path in files:
            for row in rows_of_parquet(path):
                written.write(json.dumps(message_row(row)).encode() + b"\n")


def refuse_raw_layout(files, config, error):
    """The hub's own files have placeholders: says what resolves them."""
    raise Refused(f"{files[0]}: {error}. These seem to be the hub's own files, before their "
                  f"sources are resolved: specctl dataset prepare speed_bench --config {config} "
                  f"--hub-files {files[0].parent.parent}") from None


def verified_copy(files, config, work):
    """A file in `work` with all rows of the config, verified; and their number."""
    copy = work / f"imported-{config}.jsonl"
    is_parquet = files[0].suffix == ".parquet"
    if is_parquet:
        missing_tail(files)
        write_rows(files, copy)
    else:
        prepared.copy_whole(files[0], copy)
    try:
        return copy, prepared.verify_rows(copy, config, shown_as=files[0])
    except Refused as error:
        copy.unlink()
        if is_parquet and files[0].name.startswith("test-") and "placeholder" in str(error):
            refuse_raw_layout(files, config, error)
        raise


class Import:
    """One call of the command."""

    def __init__(self, args):
        self.args = args
        self.folder = prepared.dataset_folder(args.dataset_dir) / "speed-bench"

    def run(self):
        sources = find_sources(self.args.path, self.args.name)
        if any(files[0].suffix == ".parquet" for files in sources.values()):
            run_inside("import", self.args.python_env, Progress())
        with prepared.only_writer(self.folder) as work:
            for config, files in sources.items():
                self.take(config, files, work)

    def take(self, config, files, work):
        target = self.folder / f"{config}.jsonl"
        prepared.finish_publishing(self.folder, config)
        copy, rows = verified_copy(files, config, work)
        sha256 = prepared.sha256_of_file(copy)
        if target.is_file() and prepared.sha256_of_file(target) == sha256:
            pin = prepared.read_pins(self.folder).get(config, {})
            if pin.get("sha256") == sha256 and self.args.revision in (None, pin.get("revision")):
                copy.unlink()
                print(f"{target}: there already, {rows:,} rows, SHA-256 {sha256}", flush=True)
                return
        elif target.is_file() and not self.args.replace:
            copy.unlink()
            raise Refused(f"{target}: is there and differs from {files[0]}; give --replace")
        prepared.publish(copy, self.folder, config, self.entry(files, rows))
        print(f"{target}: imported from {files[0]}, {rows:,} rows, SHA-256 {sha256}", flush=True)

    def entry(self, files, rows):
        tools = {}
        if files[0].suffix == ".parquet":
            tools = versions_of(sys.executable, ["pyarrow"])
        return {"rows": rows, "dataset": prepared.DATASET, "revision": self.args.revision,
                "source_files": {path.name: prepared.sha256_of_file(path) for path in files},
                "prepared_by": "specctl dataset import", "tools": tools}


def main():
    args = parse_arguments()
    run_command("import", Import(args).run, prepared.dataset_folder(args.dataset_dir))


if __name__ == "__main__":
    main()
