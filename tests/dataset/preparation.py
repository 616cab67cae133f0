# SPDX-License-Identifier: Apache-2.0
"""A test of `specctl dataset prepare`: a local hub, a home folder, a resolver of our own."""
import json
import pathlib
import random
import re
import sys
import tempfile
import unittest

import scripts
from local_hub import LocalHub, Repo, sha256
from speed_rows import prepared_jsonl

SPEED_BENCH = "nvidia/SPEED-Bench"
HLE = "cais/hle"
SOURCE = "own/source"
TOKEN = "hf_tests_only"

_RESOLVER = '''\
import argparse, os, pathlib, urllib.request
parser = argparse.ArgumentParser()
parser.add_argument("--config")
parser.add_argument("--output_dir", type=pathlib.Path)
args = parser.parse_args()
{first}
url = f"{{os.environ['HF_ENDPOINT']}}/datasets/own/source/resolve/main/{{args.config}}.jsonl"
with urllib.request.urlopen(url) as answer:
    (args.output_dir / f"{{args.config}}.jsonl").write_bytes(answer.read())
'''


def resolver_of(first="pass"):
    """A resolver that does `first`, then writes its source's rows of the config."""
    return _RESOLVER.format(first=first)


class PreparationTest(unittest.TestCase):
    """`prepare(...)` runs the command; what it wrote is in `folder`, a sub-folder of `root`."""

    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="specctl-prepare-")
        self.addCleanup(temporary.cleanup)
        self.home = pathlib.Path(temporary.name)
        self.root = self.home / "datasets"
        self.folder = self.root / "speed-bench"
        self.prepared = self.folder / "qualitative.jsonl"
        configs = ("qualitative", "throughput_1k", "throughput_2k")
        self.parquet = {f"{config}/test-00000-of-00001.parquet" for config in configs}
        # The resolver of our own does not read them: any bytes will do, of which none repeat.
        noise = random.Random(16)
        speed_bench = {name: noise.randbytes(50_000) for name in sorted(self.parquet)}
        self.hub = LocalHub(
            {SPEED_BENCH: Repo({**speed_bench, "README.md": b"a card"}),
             HLE: Repo({"data/test.parquet": b"questions"}, is_gated=True),
             SOURCE: Repo({f"{config}.jsonl": prepared_jsonl(config) for config in configs})},
            tokens={TOKEN: {HLE}})
        self.hub.__enter__()
        self.addCleanup(self.hub.__exit__)
        self.resolver = self.home / "resolver.py"
        self.resolver.write_text(resolver_of())

    def set_source(self, data):
        self.hub.repos[SOURCE].files["qualitative.jsonl"] = data

    def options(self, revision="c" * 40, resolver="", resolver_sha256="", python_env=sys.prefix):
        resolver = self.resolver if resolver == "" else resolver
        if resolver_sha256 == "":
            resolver_sha256 = sha256(self.resolver.read_bytes())
        flags = {"--dataset-dir": self.root, "--revision": revision, "--resolver": resolver,
                 "--resolver-sha256": resolver_sha256, "--python-env": python_env}
        return [item for flag, value in flags.items() if value for item in (flag, value)]

    def variables(self, **more):
        return {"HF_ENDPOINT": self.hub.url, "HF_TOKEN": TOKEN,
                "SPECCTL_GITHUB_RAW": f"{self.hub.url}/github", **more}

    def arguments(self, *names, accept=True, **options):
        return [*self.options(**options), *names, *(["--accept-licenses"] if accept else [])]

    def prepare(self, *names, accept=True, token=TOKEN, revision="c" * 40, resolver="",
                resolver_sha256="", python_env=sys.prefix, **variables):
        return scripts.run(
            "prepare.py",
            *self.arguments(*names, accept=accept, revision=revision, resolver=resolver,
                            resolver_sha256=resolver_sha256, python_env=python_env),
            home=self.home, **self.variables(**{"HF_TOKEN": token, **variables}))

    def pin(self, config="qualitative"):
        return json.loads((self.folder / "prepared.json").read_text())["configs"][config]

    def assert_one_line(self, done, text):
        """One line of complaint with `text`, the last one, and no traceback."""
        lines = done.stderr.splitlines()
        self.assertTrue(lines, "nothing on stderr")
        self.assertTrue(lines[-1].startswith("specctl dataset "), done.stderr)
        self.assertIn(text, lines[-1])
        self.assertIsNone(re.search("Traceback", done.stderr), done.stderr)

    def assert_refused(self, done, text):
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assert_one_line(done, text)
