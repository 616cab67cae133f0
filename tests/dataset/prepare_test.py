#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`specctl dataset prepare` against a local hub: licenses, gate, pins, what is recorded.

Needs the standard library only: the resolver here is a program of our own that fetches its source
from the hub. The libraries that the published one needs: resolve_test.py. Broken transfers, kills
and full disks: prepare_broken_test.py.
"""
import fcntl
import json
import os
import pathlib
import pty
import subprocess
import unittest

import scripts
from local_hub import sha256
from preparation import HLE, SPEED_BENCH, TOKEN, PreparationTest, resolver_of
from speed_rows import prepared_jsonl, rows, unresolved, with_messages, jsonl


class LicensesTest(PreparationTest):
    def test_without_a_terminal_and_the_flag_nothing_is_fetched(self):
        done = self.prepare("speed_bench_coding", accept=False)
        self.assert_refused(done, "--accept-licenses")
        for named in ("NVIDIA Evaluation Dataset License", "cais/hle (gated)", "License.pdf"):
            self.assertIn(named, done.stderr)
        self.assertEqual(self.hub.seen, [])

    def ask(self, answer):
        ours, theirs = pty.openpty()
        command = scripts.command("prepare.py", "speed_bench_coding", *self.options())
        with subprocess.Popen(command, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE,
                              env=scripts.environment(self.home, **self.variables())) as child:
            os.close(theirs)
            os.write(ours, answer.encode())
            child.communicate(timeout=120)
        os.close(ours)
        return child.returncode

    def test_a_yes_at_the_terminal_is_consent(self):
        self.assertEqual(self.ask("yes\n"), 0)
        self.assertTrue(self.prepared.is_file())

    def test_a_no_at_the_terminal_is_not(self):
        self.assertEqual(self.ask("no\n"), 2)
        self.assertEqual(self.hub.seen, [])


class PreparedTest(PreparationTest):
    def test_the_file_and_its_pins(self):
        done = self.prepare("speed_bench_coding")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.prepared.read_bytes(), prepared_jsonl())
        pins = json.loads((self.folder / "prepared.json").read_text())
        self.assertEqual(pins["format"], 1)
        entry = pins["configs"]["qualitative"]
        repo = self.hub.repos[SPEED_BENCH]
        self.assertEqual(entry["rows"], 880)
        self.assertEqual(entry["file"], "qualitative.jsonl")
        self.assertEqual(entry["sha256"], sha256_of(self.prepared))
        self.assertEqual(entry["revision"], repo.commit)
        parquet = "qualitative/test-00000-of-00001.parquet"
        self.assertEqual(entry["source_files"], {parquet: sha256(repo.files[parquet])})
        self.assertEqual(entry["resolver"]["sha256"], sha256_of(self.resolver))
        self.assertEqual(entry["prepared_by"], "specctl dataset prepare")
        self.assertIn("T", entry["prepared_at"])
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         [".work", "prepared.json", "qualitative.jsonl"])

    def test_a_second_call_does_nothing_and_says_so(self):
        self.prepare("speed_bench_coding")
        before = identity(self.prepared), len(self.hub.seen)
        again = self.prepare("speed_bench_math", accept=False)  # the same config
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("there already, 880 rows", again.stdout)
        self.assertEqual((identity(self.prepared), len(self.hub.seen)), before)

    def test_each_name_has_its_whole_config(self):
        self.prepare("speed_bench_throughput_2k_mixed", "speed_bench_throughput_2k")
        self.assertEqual(len((self.folder / "throughput_2k.jsonl").read_bytes().splitlines()), 1536)

    def test_config_selects_of_all(self):
        done = self.prepare("all", "--config", "qualitative", "--config", "throughput_1k")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(path.name for path in self.folder.glob("*.jsonl")),
                         ["qualitative.jsonl", "throughput_1k.jsonl"])

    def test_a_name_that_is_none(self):
        self.assert_refused(self.prepare("speed_bench_cooking"), "no such dataset")

    def test_a_branch_is_recorded_as_its_commit(self):
        self.prepare("speed_bench_coding", revision="main")
        self.assertEqual(self.pin()["revision"], self.hub.repos[SPEED_BENCH].commit)

    def test_a_revision_that_is_not_there(self):
        done = self.prepare("speed_bench_coding", revision="d" * 40)
        self.assert_refused(done, "--revision")

    def test_the_default_revision_has_a_sha256_that_a_mirror_cannot_change(self):
        self.hub.repos[SPEED_BENCH].commit = "487aa718444e816458d1a0a52bfce7a454285cf4"
        done = self.prepare("speed_bench_coding", revision=None)
        self.assert_refused(done, "need SHA-256 4f76bc45bdffb38712a5c26d7a7c9a9a791484b392")

    def test_a_mirror_that_answers_for_another_commit(self):
        repo = self.hub.repos[SPEED_BENCH]
        wanted, repo.commit = repo.commit, "e" * 40
        self.hub.aliases = {wanted}
        self.assert_refused(self.prepare("speed_bench_coding", revision=wanted),
                            "not a mirror to trust")

    def test_files_from_a_folder(self):
        hub_files = self.home / "hub"
        for name in self.parquet:
            (hub_files / name).parent.mkdir(parents=True)
            (hub_files / name).write_bytes(self.hub.repos[SPEED_BENCH].files[name])
        done = self.prepare("speed_bench_coding", "--hub-files", hub_files)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.hub.transfers(".parquet"), [])
        self.assertTrue((hub_files / "qualitative/test-00000-of-00001.parquet").is_file())


class WhatIsThereTest(PreparationTest):
    def test_an_unrecorded_file_stays(self):
        self.folder.mkdir(parents=True)
        self.prepared.write_text("mine\n")
        self.assert_refused(self.prepare("speed_bench_coding"), "origin is not recorded")
        self.assertEqual(self.prepared.read_text(), "mine\n")
        self.assertEqual(self.prepare("speed_bench_coding", "--replace").returncode, 0)
        self.assertEqual(self.prepared.read_bytes(), prepared_jsonl())

    def test_a_changed_file_stays(self):
        self.prepare("speed_bench_coding")
        self.prepared.write_bytes(prepared_jsonl() + b"\n")
        self.assert_refused(self.prepare("speed_bench_coding"), "changed after it was recorded")

    def test_another_revision_is_not_taken_for_the_same(self):
        self.prepare("speed_bench_coding")
        self.assert_refused(self.prepare("speed_bench_coding", revision="d" * 40),
                            "another revision")

    def test_two_at_once(self):
        (self.folder / ".work").mkdir(parents=True)
        with open(self.folder / ".work/lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.assert_refused(self.prepare("speed_bench_coding"), "is writing here")

    def test_a_kill_between_the_file_and_its_pin_is_mended(self):
        self.prepare("speed_bench_coding")
        (self.folder / ".work/ready-qualitative.json").write_text(json.dumps(self.pin()))
        (self.folder / "prepared.json").unlink()
        again = self.prepare("speed_bench_coding", accept=False)
        self.assertIn("there already, 880 rows", again.stdout, again.stderr)
        self.assertEqual(self.pin()["rows"], 880)


class GateTest(PreparationTest):
    def refusal(self, token):
        done = self.prepare("speed_bench_coding", token=token)
        self.assert_refused(done, "https://huggingface.co/datasets/cais/hle")
        self.assertIn("'Agree and access repository'", done.stderr)
        self.assertEqual(self.hub.transfers(".parquet"), [])
        self.assertFalse(self.prepared.exists())
        return done.stderr

    def test_no_token(self):
        self.assertIn("HF_TOKEN", self.refusal(None))

    def test_a_token_without_access(self):
        self.hub.tokens["hf_other"] = set()
        self.assertIn("no access yet", self.refusal("hf_other"))

    def test_a_token_that_is_refused(self):
        self.assertIn("was refused", self.refusal("hf_expired"))

    def test_the_token_of_hf_auth_login(self):
        (self.home / "hf").mkdir()
        (self.home / "hf/token").write_text(TOKEN + "\n")
        done = self.prepare("speed_bench_coding", token=None, HF_HOME=self.home / "hf")
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_the_token_goes_to_the_hub_and_nowhere_else(self):
        self.assertEqual(self.prepare("speed_bench_coding").returncode, 0)
        with_token = {seen.listener for seen in self.hub.seen if "Authorization" in seen.headers}
        self.assertEqual(with_token, {"hub"})
        self.assertTrue(self.hub.transfers(".parquet"))

    def test_access_is_asked_for_once(self):
        self.prepare("all", "--config", "qualitative", "--config", "throughput_1k")
        asked = [seen for seen in self.hub.seen if seen.path.endswith(f"{HLE}/auth-check")]
        self.assertEqual(len(asked), 1)


class ResolverTest(PreparationTest):
    def test_a_placeholder_left(self):
        some = list(rows())
        some[41] = unresolved(some[41])
        self.set_source(jsonl(map(with_messages, some)))
        done = self.prepare("speed_bench_coding")
        self.assert_refused(done, "qualitative.jsonl:42: a placeholder is left")
        self.assertFalse(self.prepared.exists())

    def test_rows_missing(self):
        self.set_source(jsonl(map(with_messages, list(rows())[:-3])))
        self.assert_refused(self.prepare("speed_bench_coding"), "need 80 rows of writing, got 77")

    def test_a_category_of_another_config(self):
        some = list(map(with_messages, rows()))
        some[0]["category"] = "mixed"
        self.set_source(jsonl(some))
        self.assert_refused(self.prepare("speed_bench_coding"), "qualitative.jsonl:1: category")

    def test_a_question_id_that_is_not_one(self):
        some = list(map(with_messages, rows()))
        some[2]["question_id"] = "short"
        self.set_source(jsonl(some))
        self.assert_refused(self.prepare("speed_bench_coding"), "qualitative.jsonl:3: question_id")

    def test_the_script_has_another_sha256(self):
        done = self.prepare("speed_bench_coding", resolver_sha256="0" * 64)
        self.assert_refused(done, f"got {sha256_of(self.resolver)}")

    def test_the_script_is_fetched_and_pinned(self):
        self.hub.github["own/prepare.py"] = self.resolver.read_bytes()
        url = f"{self.hub.url}/github/own/prepare.py"
        self.assertEqual(self.prepare("speed_bench_coding", resolver=url).returncode, 0)
        self.assertEqual(self.pin()["resolver"]["url"], url)

    def test_a_script_that_was_changed_on_the_way(self):
        self.hub.github["own/prepare.py"] = self.resolver.read_bytes() + b"#\n"
        done = self.prepare("speed_bench_coding", resolver=f"{self.hub.url}/github/own/prepare.py")
        self.assert_refused(done, "is not the file that was asked for")
        self.assertFalse(self.prepared.exists())

    def test_the_published_script_is_the_default(self):
        done = self.prepare("speed_bench_coding", resolver=None, resolver_sha256=None)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(
            [seen.path for seen in self.hub.seen if "/github/" in seen.path][:1],
            ["/github/NVIDIA-NeMo/Skills/5ac8609a56ac941540b10c92e68d556e6343cd4c/nemo_skills/"
             "dataset/speed-bench/prepare.py"])

    def test_a_script_that_fails(self):
        self.resolver.write_text(resolver_of("raise ValueError('the source moved')"))
        done = self.prepare("speed_bench_coding")
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done, "ValueError: the source moved")

    def test_a_script_that_meets_the_gate(self):
        self.resolver.write_text(resolver_of("raise OSError('cais/hle is a gated dataset')"))
        self.assert_refused(self.prepare("speed_bench_coding"), "Agree and access repository")

    def test_a_script_that_writes_nothing(self):
        self.resolver.write_text("pass\n")
        done = self.prepare("speed_bench_coding")
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done, "ended without writing")


class EnvironmentTest(PreparationTest):
    def test_python_env_that_is_none(self):
        done = self.prepare("speed_bench_coding", "--python-env", self.home)
        self.assert_refused(done, "there is no")

    def test_no_ensurepip(self):
        (self.home / "site").mkdir()
        (self.home / "site/sitecustomize.py").write_text(
            "import sys\nsys.modules['ensurepip'] = None\n")
        done = self.prepare("speed_bench_coding", python_env=None, PYTHONPATH=self.home / "site")
        self.assert_refused(done, "apt-get install python3-venv")

    def test_no_package_index(self):
        done = self.prepare("speed_bench_coding", python_env=None, PIP_NO_INDEX=1,
                            PIP_CONFIG_FILE="/dev/null")
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done, "pip install: ERROR: No matching distribution")
        self.assertEqual(list(self.home.glob(".cache/specctl/*/ready.json")), [])


class QuestionFilesTest(PreparationTest):
    PATH = ("hemingkx/Spec-Bench/fd2c1cd7d2201ef71db4c5f4e455008f017967bf/"
            "data/spec_bench/question.jsonl")

    def test_other_bytes_than_the_pinned_ones(self):
        self.hub.github[self.PATH] = b'{"question_id": 1, "turns": ["Hi"]}\n'
        done = self.prepare("spec_bench")
        self.assert_refused(done, "is not the file that was asked for")
        self.assertFalse((self.root / "spec_bench.jsonl").exists())

    def test_the_real_ones(self):
        real = pathlib.Path(__file__).resolve().parents[2] / "../shared/data/spec_bench/question.jsonl"
        if not real.is_file():
            self.skipTest(f"{real} is not here")
        self.hub.github[self.PATH] = real.read_bytes()
        done = self.prepare("spec_bench")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual((self.root / "spec_bench.jsonl").read_bytes(), real.read_bytes())
        self.assertIn("there already, 480 rows", self.prepare("spec_bench", accept=False).stdout)


def identity(path):
    """Differs if the file was written again."""
    return path.stat().st_ino, path.stat().st_mtime_ns


def sha256_of(path):
    return sha256(pathlib.Path(path).read_bytes())


if __name__ == "__main__":
    unittest.main()
