#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fetches a dataset, resolves its sources, verifies it and puts it where `--dataset NAME` finds it.

SPEED-Bench publishes placeholders for text that may not be passed on. Its own published script
puts the text in, from 14 source datasets (several GB, tens of minutes; one of them, cais/hle, is
gated). A whole config is prepared at a time: a part of it would get other text. Revisions and
SHA-256 of the data, the script and the result are recorded in speed-bench/prepared.json.
A second call verifies what is there and does nothing; an interrupted one goes on.

environment: HF_TOKEN, HF_HOME, HF_ENDPOINT (a mirror of the hub), SPECCTL_GITHUB_RAW (a mirror of
raw.githubusercontent.com), SPECCTL_RESOLVER_URL, PIP_INDEX_URL, TIKTOKEN_CACHE_DIR, proxies.
exit status: 0 done; 1 failed in mid-way; 2 bad input or refused; 130 interrupted.
"""
import argparse
import os
import pathlib
import re
import shutil

import hub
import pinned_sources as pinned
import prepared_files as prepared
from download import FileDownload
from licenses import require_consent
from outcome import Refused, run_command
from progress import Progress
from python_environment import python_for, versions_of
from resolver_run import GATED, run_resolver

TOOLS = ("datasets", "huggingface_hub", "numpy", "pandas", "pyarrow", "tiktoken")


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="specctl dataset prepare", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="+", metavar="NAME",
                        help="speed_bench or all (six configs), a name of docs/datasets.md (its "
                             "whole config), mt_bench, spec_bench")
    parser.add_argument("--config", action="append", choices=prepared.CONFIGS, default=[],
                        help="only this config of speed_bench; may be repeated")
    parser.add_argument("--dataset-dir", help="folder to put it in [first of $SPECCTL_DATASETS, "
                                              "~/.cache/specctl/datasets]")
    parser.add_argument("--accept-licenses", action="store_true",
                        help="accept the licenses that are named; else they are asked for")
    parser.add_argument("--revision", default=pinned.SPEED_BENCH_REVISION,
                        help="commit, branch or tag of nvidia/SPEED-Bench [%(default)s]")
    parser.add_argument("--hub-files", metavar="DIR",
                        help="take SPEED-Bench's own files (<config>/test-*.parquet) from here")
    parser.add_argument("--resolver", metavar="FILE|URL",
                        default=os.environ.get("SPECCTL_RESOLVER_URL"),
                        help="the published script, from another place [NeMo-Skills' prepare.py]")
    parser.add_argument("--resolver-sha256", metavar="SHA", default=pinned.RESOLVER_SHA256,
                        help="the script's SHA-256 [%(default)s]")
    parser.add_argument("--python-env", metavar="DIR",
                        help="virtual environment that has the packages [one is made]")
    parser.add_argument("--replace", action="store_true",
                        help="replace files that are there and differ")
    return parser.parse_args()


def wanted_configs(names, only):
    """What is to be prepared, in the order of the list of configs; question files last."""
    wanted = set()
    for name in names:
        if name in ("all", "speed_bench"):
            wanted.update(only or prepared.CONFIGS)
        elif name in pinned.QUESTION_FILES:
            wanted.add(name)
        elif config := prepared.config_of_name(name):
            wanted.add(config)
        else:
            raise Refused(f"{name}: no such dataset; need speed_bench, all, mt_bench, spec_bench "
                          "or a name of `specctl dataset list --all`")
    if only and not {"all", "speed_bench"} & set(names):
        raise Refused("--config goes with the name speed_bench")
    return [config for config in (*prepared.CONFIGS, *pinned.QUESTION_FILES) if config in wanted]


class Preparation:
    """One call: what is wanted, where it goes, and what was found out on the way."""

    def __init__(self, args):
        self.args = args
        self.progress = Progress()
        self.root = prepared.dataset_folder(args.dataset_dir)
        self.commit = args.revision
        self.files = {}
        self.resolver = self.python = self.tools = None
        self.has_access = False

    def folder(self, config):
        return self.root if config in pinned.QUESTION_FILES else self.root / "speed-bench"

    def run(self):
        configs = wanted_configs(self.args.names, self.args.config)
        if not re.fullmatch("[0-9a-f]{40}", self.commit) and not self.args.hub_files:
            self.commit, self.files = hub.dataset_files(prepared.DATASET, self.commit)
        missing = [config for config in configs if not self.is_there(config)]
        if not missing:
            return
        require_consent(missing, self.args.accept_licenses)
        for config in missing:
            with prepared.only_writer(self.folder(config)) as work:
                if not self.is_there(config):
                    self.prepare(config, work)

    def is_there(self, config):
        """True, and says so, if there is nothing to do; refuses to touch what differs."""
        folder = self.folder(config)
        prepared.finish_publishing(folder, config)
        state = prepared.state_of(folder, config, lambda entry: self.is_wanted(config, entry))
        file = folder / f"{config}.jsonl"
        if state == "same":
            entry = prepared.read_pins(folder)[config]
            print(f"{file}: there already, {entry['rows']:,} rows, SHA-256 {entry['sha256']}",
                  flush=True)
            return True
        if state == "absent" or self.args.replace:
            return False
        how = {"unrecorded": "is there and its origin is not recorded: `specctl dataset import "
                             f"{file}` verifies and records it",
               "changed": "was changed after it was recorded in prepared.json: move it away",
               "other": "was prepared from another revision or by another resolver"}[state]
        raise Refused(f"{file}: {how}; or give --replace")

    def is_wanted(self, config, entry):
        if config in pinned.QUESTION_FILES:
            return entry["sha256"] == pinned.QUESTION_FILES[config][1]
        if entry.get("prepared_by") == "specctl dataset import":
            return entry.get("revision") in (None, self.commit)
        return (entry.get("revision") == self.commit and
                entry.get("resolver", {}).get("sha256") == self.args.resolver_sha256)

    def prepare(self, config, work):
        if config in pinned.QUESTION_FILES:
            self.prepare_questions(config, work)
        else:
            self.prepare_speed_bench(config, work)
        entry = prepared.read_pins(self.folder(config))[config]
        print(f"{self.folder(config) / config}.jsonl: prepared, {entry['rows']:,} rows, "
              f"SHA-256 {entry['sha256']}", flush=True)

    def prepare_questions(self, config, work):
        path, sha256, rows = pinned.QUESTION_FILES[config]
        url = pinned.github_url(path)
        fetched = work / f"{config}.jsonl"
        self.progress.step(f"{config}: {url}")
        FileDownload(url, fetched, sha256=sha256, progress=self.progress).run()
        prepared.publish(fetched, self.root, config, {
            "rows": rows, "dataset": "/".join(path.split("/")[:2]),
            "revision": path.split("/")[2], "source_files": {url: sha256},
            "prepared_by": "specctl dataset prepare"})

    def prepare_speed_bench(self, config, work):
        self.check_access()
        sources = self.hub_files(config, work)
        self.set_up_resolver(work)
        self.progress.step(f"resolving the sources of {config} (tens of minutes the first time)")
        output = work / f"resolved-{config}"
        shutil.rmtree(output, ignore_errors=True)
        written = run_resolver(self.python, self.resolver, config, sources.values(), output,
                               self.progress)
        rows = prepared.verify_rows(written, config)
        prepared.publish(written, self.folder(config), config, {
            "rows": rows, "dataset": prepared.DATASET, "revision": self.commit,
            "source_files": {name: prepared.sha256_of_file(path)
                             for name, path in sources.items()},
            "resolver": self.resolver_pin(), "prepared_by": "specctl dataset prepare",
            "tools": self.tools})
        shutil.rmtree(output)
        if not self.args.hub_files:
            for path in sources.values():
                path.unlink()

    def check_access(self):
        """The one gated source is asked for first: without it, hours of work end in nothing."""
        if self.has_access or os.environ.get("HF_HUB_OFFLINE", "") not in ("", "0"):
            return
        self.progress.step(f"asking for access to {GATED}")
        hub.check_access(GATED)
        self.has_access = True

    def hub_files(self, config, work):
        """{name at the hub: path here} of the config's verified files."""
        pattern = re.compile(rf"{config}/test-[^/]*\.parquet")
        if self.args.hub_files:
            return self.given_files(config)
        if not self.files:
            self.progress.step(f"asking {hub.endpoint()} for {prepared.DATASET} at {self.commit}")
            commit, self.files = hub.dataset_files(prepared.DATASET, self.commit)
            if commit != self.commit:
                raise Refused(f"{hub.endpoint()} answered for revision {self.commit} with commit "
                              f"{commit}: it is not a mirror to trust")
        found = {name: known for name, known in sorted(self.files.items())
                 if pattern.fullmatch(name)}
        if not found:
            raise Refused(f"{prepared.DATASET} at {self.commit} has no {config}/test-*.parquet")
        return {name: self.fetch(name, known, work) for name, known in found.items()}

    def fetch(self, name, known, work):
        target = work / self.commit / name
        is_default = self.commit == pinned.SPEED_BENCH_REVISION
        sha256 = pinned.SPEED_BENCH_FILES_SHA256.get(name) if is_default else None
        FileDownload(hub.file_url(prepared.DATASET, self.commit, name), target,
                     size=known["size"], sha256=sha256 or known["sha256"],
                     git_blob=known["git_blob"], repo=prepared.DATASET,
                     shown_as=name, progress=self.progress).run()
        return target

    def given_files(self, config):
        folder = pathlib.Path(self.args.hub_files)
        found = sorted((folder / config).glob("test-*.parquet"))
        if not found:
            raise Refused(f"--hub-files {folder}: there is no {config}/test-*.parquet in it")
        files = {f"{config}/{path.name}": path for path in found}
        for name, path in files.items():
            sha256 = pinned.SPEED_BENCH_FILES_SHA256.get(name)
            is_default = self.commit == pinned.SPEED_BENCH_REVISION
            if is_default and sha256 and prepared.sha256_of_file(path) != sha256:
                raise Refused(f"{path}: not the file of revision {self.commit} (need SHA-256 "
                              f"{sha256}); give its --revision")
        return files

    def set_up_resolver(self, work):
        """The environment and the script, once for all configs."""
        if self.resolver:
            return
        self.resolver = self.fetch_resolver(work)
        self.python = python_for("prepare", self.args.python_env, self.progress)
        self.tools = versions_of(self.python, TOOLS)

    def resolver_url(self):
        return self.args.resolver or pinned.github_url(pinned.RESOLVER_PATH)

    def resolver_pin(self):
        sha256 = self.args.resolver_sha256
        revision = pinned.RESOLVER_REVISION if sha256 == pinned.RESOLVER_SHA256 else None
        return {"url": self.resolver_url(), "revision": revision, "sha256": sha256}

    def fetch_resolver(self, work):
        url, sha256 = self.resolver_url(), self.args.resolver_sha256
        if not re.match(r"https?://", url):
            found = prepared.sha256_of_file(url)
            if found != sha256:
                raise Refused(f"--resolver {url}: need SHA-256 {sha256}, got {found}; if you mean "
                              f"this script, give --resolver-sha256 {found}")
            return pathlib.Path(url).resolve()
        target = work / f"resolver-{sha256[:12]}.py"
        self.progress.step(f"resolver: {url}")
        FileDownload(url, target, sha256=sha256, progress=self.progress).run()
        return target


def main():
    args = parse_arguments()
    run_command("prepare", Preparation(args).run, prepared.dataset_folder(args.dataset_dir))


if __name__ == "__main__":
    main()
