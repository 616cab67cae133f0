#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`specctl dataset import` of Parquet: specdec_bench's preparation, and the hub's own files.

Needs pyarrow; without it the test is skipped (see packages.py).
"""
import json
import pathlib
import sys
import unittest

import packages

if __name__ == "__main__":
    packages.run_again_with("import")

import pyarrow
import pyarrow.parquet

import import_test
import scripts
from local_hub import sha256
from speed_rows import prepared_jsonl, rows, unresolved


class ParquetTest(import_test.ImportTest):
    """With the folders and checks of ImportTest, but none of its tests."""

    def write_parquet(self, name, some_rows):
        path = self.write(name, b"")
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(list(some_rows)), path)
        return path

    def take(self, *arguments, python=sys.executable, **variables):
        return scripts.run("import_rows.py", *arguments, "--dataset-dir", self.folder.parent,
                           home=self.home, python=python, **variables)

    def assert_imported(self, done, config="qualitative"):
        self.assertEqual(done.returncode, 0, done.stderr)
        text = (self.folder / f"{config}.jsonl").read_text()
        ours = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(ours, [json.loads(line) for line in prepared_jsonl(config).splitlines()])

    def test_the_output_of_specdec_bench(self):
        path = self.write_parquet("data/speed/qualitative/test.parquet", rows())
        self.write_parquet("data/speed/throughput_1k/test.parquet", rows("throughput_1k"))
        done = self.take(self.theirs)
        self.assert_imported(done)
        self.assert_imported(done, "throughput_1k")
        self.assertEqual(self.pin()["source_files"], {"test.parquet": sha256(path.read_bytes())})
        self.assertEqual(self.pin()["tools"], {"pyarrow": pyarrow.__version__})

    def test_one_file(self):
        self.assert_imported(self.take(self.write_parquet("speed/qualitative/test.parquet",
                                                          rows())))

    def test_the_hub_s_layout_in_two_files(self):
        some = list(rows())
        self.write_parquet("qualitative/test-00000-of-00002.parquet", some[:500])
        done = self.take(self.theirs)
        self.assert_refused(done, "1 of 2 Parquet files")
        self.write_parquet("qualitative/test-00001-of-00002.parquet", some[500:])
        self.assert_imported(self.take(self.theirs))

    def test_the_hub_s_layout_with_its_placeholders(self):
        some = [unresolved(row) if row["category"] == "math" else row for row in rows()]
        self.write_parquet("qualitative/test-00000-of-00001.parquet", some)
        done = self.take(self.theirs)
        self.assert_refused(done, f"--config qualitative --hub-files {self.theirs}")
        self.assertFalse(self.imported.exists())

    def test_a_placeholder_left(self):
        some = list(rows())
        some[7] = unresolved(some[7])
        self.write_parquet("speed/qualitative/test.parquet", some)
        self.assert_refused(self.take(self.theirs), "test.parquet:8: a placeholder is left")

    def test_a_file_that_is_cut(self):
        path = self.write_parquet("speed/qualitative/test.parquet", rows())
        whole = path.read_bytes()
        for kept in (len(whole) - 1, len(whole) // 2, 100, 0):
            path.write_bytes(whole[:kept])
            self.assert_refused(self.take(path), f"{path}: not a whole Parquet file")
        self.assertFalse(self.imported.exists())

    def test_a_file_with_a_damaged_page(self):
        path = self.write_parquet("speed/qualitative/test.parquet", rows())
        damaged = bytearray(path.read_bytes())
        damaged[200:4000] = bytes(3800)
        path.write_bytes(damaged)
        self.assert_refused(self.take(path), f"{path}: not a whole Parquet file")

    def test_other_columns(self):
        path = self.write_parquet("speed/qualitative/test.parquet", [{"prompt": "Hi"}])
        self.assert_refused(self.take(path), "need the columns question_id, category and turns")

    def test_a_python_without_pyarrow_starts_the_one_that_has_it(self):
        bare = pathlib.Path(sys.base_prefix) / "bin/python3"
        self.write_parquet("speed/qualitative/test.parquet", rows())
        done = self.take(self.theirs, "--python-env", sys.prefix, python=bare)
        self.assert_imported(done)


def load_tests(loader, _tests, _pattern):
    names = [name for name in loader.getTestCaseNames(ParquetTest)
             if name in vars(ParquetTest)]
    return unittest.TestSuite(ParquetTest(name) for name in names)


if __name__ == "__main__":
    unittest.main()
