#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`specctl dataset prepare` with the libraries that the published resolver uses.

The resolver here is ours, in the published one's shape: `datasets` reads SPEED-Bench, a gated
source, and a file by its address at huggingface.co; pandas reads another; a module's generator is
drawn from in the order of the rows. All of it comes from the local hub. Needs those libraries
(packages.py); without them the test is skipped.
"""
import io
import json
import sys
import unittest

import packages

if __name__ == "__main__":
    packages.run_again_with("prepare")

import numpy
import pyarrow
import pyarrow.parquet

from local_hub import Repo
from preparation import HLE, SPEED_BENCH, PreparationTest
from speed_rows import PLACEHOLDER, jsonl, rows

RESOLVER = '''\
import argparse
import pathlib
import numpy as np
import pandas as pd
from datasets import load_dataset

PLACEHOLDER = "FULL BENCHMARK DATA SHOULD BE FETCHED FROM THE SOURCE USING SPECDEC_BENCH"
RNG = np.random.default_rng(42)
HUB = "https://huggingface.co/datasets"
SOURCES = {}


def source(name, load):
    if name not in SOURCES:
        SOURCES[name] = load()
    return SOURCES[name]


def resolve(row):
    if not row["turns"][0].startswith(PLACEHOLDER):
        return row
    key = row["src_id"]
    if "cais/hle" in row["source"]:
        table = source("hle", lambda: load_dataset("cais/hle", split="test",
                                                   revision=REVISION)).to_pandas()
        text = table[table["id"] == key]["question"].iloc[0]
        row["turns"] = [f"{text} ({RNG.integers(1_000_000)})"]
    elif "own/articles" in row["source"]:
        table = source("articles", lambda: load_dataset("json", split="test", data_files={
            "test": [f"{HUB}/own/articles/resolve/main/articles.jsonl"]})).to_pandas()
        template = row["turns"][0].removeprefix(PLACEHOLDER + "\\n\\n")
        row["turns"] = [template.format(article=table[table["id"] == key]["text"].iloc[0])]
    elif "own/roles" in row["source"]:
        table = source("roles", lambda: pd.read_json(row["source"].replace("tree", "raw")
                                                     + "/roles.jsonl", lines=True))
        row["turns"] = [table["role"].iloc[int(key)] for _ in row["turns"]]
    return row


parser = argparse.ArgumentParser()
parser.add_argument("--config")
parser.add_argument("--output_dir", type=pathlib.Path)
args = parser.parse_args()
dataset = load_dataset("nvidia/SPEED-Bench", args.config, split="test").map(resolve)
dataset = dataset.map(lambda row: {"messages": [{"role": "user", "content": turn}
                                                for turn in row["turns"]]},
                      remove_columns=["turns"])
dataset.to_json(args.output_dir / f"{args.config}.jsonl")
'''
ROLES = "https://huggingface.co/datasets/own/roles/tree/main"


def parquet_of(some_rows):
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(some_rows)), buffer)
    return buffer.getvalue()


def masked(row, source, key, template=""):
    turns = [PLACEHOLDER + template] * len(row["turns"])
    return {**row, "turns": turns, "source": source, "src_id": key}


class ResolveTest(PreparationTest):
    def setUp(self):
        super().setUp()
        whole = list(rows())
        published, self.expected = [], {}
        draws = numpy.random.default_rng(42)
        hle, articles, roles = [], [], []
        for row in whole:
            key, kind = row["src_id"], row["category"]
            turns = row["turns"]
            if kind in ("stem", "humanities"):
                hle.append({"id": key, "question": f"HLE {key}?"})
                turns = [f"HLE {key}? ({draws.integers(1_000_000)})"]
                row = masked(row, "cais/hle", key)
            elif kind == "summarization":
                articles.append({"id": key, "text": f"Article \u00fc {key}"})
                turns = [f"Summarize: Article \u00fc {key}"]
                row = masked(row, "own/articles", key, "\n\nSummarize: {article}")
            elif kind == "roleplay":
                roles.append({"role": f"Role {key}"})
                turns = [f"Role {key}"] * len(row["turns"])
                row = masked(row, ROLES, str(len(roles) - 1))
            published.append(row)
            self.expected[row["question_id"]] = turns
        self.hub.repos[SPEED_BENCH].files["qualitative/test-00000-of-00001.parquet"] = (
            parquet_of(published))
        self.published = published
        self.hub.repos[HLE] = Repo({"data/test-00000-of-00001.parquet": parquet_of(hle)},
                                   commit="a" * 40, is_gated=True)
        self.hub.repos["own/articles"] = Repo({"articles.jsonl": jsonl(articles)})
        self.hub.repos["own/roles"] = Repo({"roles.jsonl": jsonl(roles)})
        self.resolver.write_text(RESOLVER.replace("REVISION", repr("a" * 40)))

    def variables(self, **more):
        return super().variables(HF_HOME=self.home / "hf", **more)

    def turns(self):
        lines = self.prepared.read_text(encoding="utf-8").splitlines()
        return {row["question_id"]: [message["content"] for message in row["messages"]]
                for row in map(json.loads, lines)}

    def test_all_sources_are_put_in_and_a_second_folder_gets_the_same_bytes(self):
        done = self.prepare("speed_bench_coding")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.turns(), self.expected)
        self.assertEqual(self.pin()["tools"]["datasets"], package_version("datasets"))
        first = self.prepared.read_bytes()
        self.root = self.home / "elsewhere"
        self.assertEqual(self.prepare("speed_bench_coding").returncode, 0)
        self.assertEqual((self.root / "speed-bench/qualitative.jsonl").read_bytes(), first)

    def test_a_source_without_access(self):
        """The gate that is met only by the resolver: a mirror without auth-check."""
        self.hub.has_auth_check = False
        done = self.prepare("speed_bench_coding", token=None)
        self.assert_refused(done, "https://huggingface.co/datasets/cais/hle")
        self.assertIn("HF_TOKEN", done.stderr)
        self.assertFalse(self.prepared.exists())

    def test_a_source_that_is_gone(self):
        del self.hub.repos["own/articles"].files["articles.jsonl"]
        done = self.prepare("speed_bench_coding")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assert_one_line(done, "the resolver failed")
        self.assertFalse(self.prepared.exists())

    def test_a_row_whose_source_is_at_an_unknown_host(self):
        self.published[3]["source"] = "https://example.invalid/own/roles"
        self.hub.repos[SPEED_BENCH].files["qualitative/test-00000-of-00001.parquet"] = (
            parquet_of(self.published))
        done = self.prepare("speed_bench_coding")
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done, "example.invalid, where SPEED-Bench has none")

    def test_a_parquet_file_that_is_cut_in_the_given_folder(self):
        given = self.home / "given/qualitative/test-00000-of-00001.parquet"
        given.parent.mkdir(parents=True)
        given.write_bytes(parquet_of(self.published)[:-20])
        done = self.prepare("speed_bench_coding", "--hub-files", given.parent.parent)
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done, "Parquet")


def package_version(name):
    import importlib.metadata
    return importlib.metadata.version(name)


if __name__ == "__main__":
    unittest.main()
