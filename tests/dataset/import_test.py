#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`specctl dataset import` of JSON lines, as NeMo-Skills and AIPerf prepare them.

Needs the standard library only. Parquet: import_parquet_test.py.
"""
import json
import pathlib
import tempfile
import unittest

import scripts
from local_hub import sha256
from speed_rows import jsonl, prepared_jsonl, rows, unresolved, with_messages


class ImportTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="specctl-import-")
        self.addCleanup(temporary.cleanup)
        self.home = pathlib.Path(temporary.name)
        self.theirs = self.home / "theirs"
        self.folder = self.home / "datasets/speed-bench"
        self.imported = self.folder / "qualitative.jsonl"

    def write(self, name, data):
        path = self.theirs / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def take(self, *arguments, **variables):
        return scripts.run("import_rows.py", *arguments, "--dataset-dir", self.folder.parent,
                           home=self.home, **variables)

    def pin(self, config="qualitative"):
        return json.loads((self.folder / "prepared.json").read_text())["configs"][config]

    def assert_refused(self, done, text):
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(text, done.stderr)

    def test_the_output_of_nemo_skills(self):
        self.write("qualitative.jsonl", prepared_jsonl())
        done = self.take(self.theirs, "--revision", "a" * 40)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.imported.read_bytes(), prepared_jsonl())
        self.assertEqual(self.pin() | {"prepared_at": ""}, {
            "file": "qualitative.jsonl", "sha256": sha256(prepared_jsonl()), "rows": 880,
            "dataset": "nvidia/SPEED-Bench", "revision": "a" * 40, "prepared_at": "", "tools": {},
            "source_files": {"qualitative.jsonl": sha256(prepared_jsonl())},
            "prepared_by": "specctl dataset import"})

    def test_the_cache_of_aiperf_with_several_configs(self):
        for config in ("qualitative", "throughput_1k"):
            self.write(f"speed-bench/{config}.jsonl", prepared_jsonl(config))
        self.assertEqual(self.take(self.theirs).returncode, 0)
        self.assertEqual(self.pin("throughput_1k")["rows"], 1536)
        self.assertIsNone(self.pin()["revision"])

    def test_name_selects_one_config(self):
        for config in ("qualitative", "throughput_1k"):
            self.write(f"{config}.jsonl", prepared_jsonl(config))
        self.take(self.theirs, "--name", "speed_bench_throughput_1k_mixed")
        self.assertEqual([path.name for path in self.folder.glob("*.jsonl")],
                         ["throughput_1k.jsonl"])

    def test_a_file_of_any_name(self):
        path = self.write("mine.jsonl", prepared_jsonl())
        self.assert_refused(self.take(path), "--name")
        self.assertEqual(self.take(path, "--name", "speed_bench_qualitative").returncode, 0)

    def test_the_first_of_the_environment_s_folders_is_the_default(self):
        path = self.write("qualitative.jsonl", prepared_jsonl())
        done = scripts.run("import_rows.py", path, home=self.home, SPECCTL_DATASETS=self.home / "e")
        self.assertIn(str(self.home / "e/speed-bench/qualitative.jsonl"), done.stdout)
        done = scripts.run("import_rows.py", path, home=self.home)
        self.assertIn(str(self.home / ".cache/specctl/datasets/speed-bench"), done.stdout)

    def test_again_does_nothing_and_says_so(self):
        path = self.write("qualitative.jsonl", prepared_jsonl())
        self.take(path)
        before = self.imported.stat().st_ino, self.imported.stat().st_mtime_ns
        self.assertIn("there already, 880 rows", self.take(path).stdout)
        self.assertEqual((self.imported.stat().st_ino, self.imported.stat().st_mtime_ns), before)

    def test_a_file_in_its_place_is_recorded(self):
        self.folder.mkdir(parents=True)
        self.imported.write_bytes(prepared_jsonl())
        done = self.take(self.imported)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.pin()["rows"], 880)

    def test_one_that_differs_stays(self):
        self.take(self.write("qualitative.jsonl", prepared_jsonl()))
        other = self.write("qualitative.jsonl", prepared_jsonl().replace(b"what of", b"then"))
        self.assert_refused(self.take(other), "give --replace")
        self.assertEqual(self.imported.read_bytes(), prepared_jsonl())
        self.assertEqual(self.take(other, "--replace").returncode, 0)
        self.assertEqual(self.imported.read_bytes(), other.read_bytes())

    def test_what_prepare_then_says(self):
        self.take(self.write("qualitative.jsonl", prepared_jsonl()))
        done = scripts.run("prepare.py", "speed_bench_coding", "--dataset-dir", self.folder.parent,
                           home=self.home, HF_ENDPOINT="http://127.0.0.1:9")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("there already", done.stdout)

    def refuse(self, data, text):
        self.take(self.write("throughput_1k.jsonl", prepared_jsonl("throughput_1k")))
        path = self.write("bad/qualitative.jsonl", data)
        self.assert_refused(self.take(path), text)
        self.assertFalse(self.imported.exists())
        self.assertEqual((self.folder / "throughput_1k.jsonl").read_bytes(),
                         prepared_jsonl("throughput_1k"))

    def test_a_placeholder_left(self):
        some = list(rows())
        some[99] = unresolved(some[99])
        self.refuse(jsonl(map(with_messages, some)), "bad/qualitative.jsonl:100: a placeholder")

    def test_a_file_that_is_cut(self):
        self.refuse(prepared_jsonl()[:-40], "qualitative.jsonl:880: not JSON")

    def test_a_file_with_a_row_too_few(self):
        self.refuse(b"".join(prepared_jsonl().splitlines(True)[:-1]), "need 80 rows of writing")

    def test_a_row_twice(self):
        lines = prepared_jsonl().splitlines(True)
        self.refuse(b"".join(lines[:1] + lines), "is also in line 1")

    def test_an_empty_turn(self):
        some = list(map(with_messages, rows()))
        some[5]["messages"][0]["content"] = " "
        self.refuse(jsonl(some), "qualitative.jsonl:6: messages[0]")

    def test_a_folder_without_any(self):
        self.theirs.mkdir()
        self.assert_refused(self.take(self.theirs), "no prepared SPEED-Bench in it")

    def test_no_folder(self):
        self.assert_refused(self.take(self.home / "nowhere"), "no such file or folder")

    def test_a_name_that_is_none(self):
        self.assert_refused(self.take(self.home, "--name", "mt_bench"), "--name mt_bench")


if __name__ == "__main__":
    unittest.main()
