#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`specctl dataset prepare` when things break: cut transfers, kills, full disks, wrong bytes.

What was there before stays whole, what was fetched is not fetched again, and a partial file never
looks like a finished one.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time
import unittest

import scripts
from local_hub import Fault
from preparation import SPEED_BENCH, PreparationTest, resolver_of
from speed_rows import prepared_jsonl

PARQUET = "qualitative/test-00000-of-00001.parquet"


class TransferTest(PreparationTest):
    def ranges(self):
        return [seen.headers.get("Range") for seen in self.hub.transfers(PARQUET)]

    def part(self):
        return self.folder / ".work" / ("c" * 40) / f"{PARQUET}.part"

    def test_a_cut_transfer_goes_on_from_where_it_was(self):
        self.hub.faults[PARQUET] = Fault(cuts=[8192, 16384])
        done = self.prepare("speed_bench_coding")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.ranges(), [None, "bytes=8192-", "bytes=24576-"])
        self.assertEqual(self.prepared.read_bytes(), prepared_jsonl())

    def test_a_server_that_ignores_ranges_sends_all_again(self):
        self.hub.faults[PARQUET] = Fault(cuts=[8192], ignores_range=True)
        done = self.prepare("speed_bench_coding")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.ranges(), [None, "bytes=8192-"])

    def test_a_network_that_is_gone_and_a_second_call(self):
        self.hub.faults[PARQUET] = Fault(cuts=[4096, 4096, 4096, 4096, 4096])
        done = self.prepare("speed_bench_coding")
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done, "after 20480 of 50000 bytes")
        self.assertEqual(self.part().stat().st_size, 20480)
        self.assertFalse(self.prepared.exists())
        self.hub.seen.clear()
        again = self.prepare("speed_bench_coding")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.ranges(), ["bytes=20480-"])

    def test_a_server_in_trouble_is_asked_again(self):
        self.hub.faults[PARQUET] = Fault(status=503)
        done = self.prepare("speed_bench_coding")
        self.assertEqual(done.returncode, 1)
        self.assertEqual(len(self.ranges()), 5)
        self.assert_one_line(done, "HTTP 503")

    def test_wrong_bytes_are_removed_and_named(self):
        self.prepare("speed_bench_throughput_1k")
        self.hub.faults[PARQUET] = Fault(wrong_bytes=True)
        done = self.prepare("speed_bench_coding")
        self.assert_refused(done, "is not the file that was asked for: need SHA-256")
        self.assertFalse(self.part().exists())
        self.assertFalse(self.prepared.exists())
        self.assertIn("there already", self.prepare("speed_bench_throughput_1k").stdout)

    def test_a_part_of_another_file_is_found_by_the_sha256(self):
        self.part().parent.mkdir(parents=True)
        self.part().write_bytes(b"x" * 10_000)
        self.assert_refused(self.prepare("speed_bench_coding"), "need SHA-256")
        self.assertEqual(self.prepare("speed_bench_coding").returncode, 0)

    def test_no_hub(self):
        done = self.prepare("speed_bench_coding", HF_ENDPOINT="http://127.0.0.1:9")
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done, "specctl dataset import")

    def test_a_token_without_rights_at_the_file(self):
        self.hub.repos[SPEED_BENCH].is_gated = True
        self.assert_refused(self.prepare("speed_bench_coding"), "nvidia/SPEED-Bench")


class KillTest(PreparationTest):
    def start(self):
        return scripts.start("prepare.py", *self.arguments("speed_bench_coding"), home=self.home,
                             **self.variables())

    def at_byte(self, count):
        """An event that is set when `count` bytes of the file were sent; the server then waits."""
        reached, go_on = threading.Event(), threading.Event()

        def on_transfer(name, sent):
            if name == PARQUET and sent >= count and not reached.is_set():
                reached.set()
                go_on.wait(60)

        self.hub.on_transfer = on_transfer
        self.addCleanup(go_on.set)
        return reached, go_on

    def stop(self, child, number):
        child.send_signal(number)
        out, err = child.communicate(timeout=60)
        return subprocess.CompletedProcess(child.args, child.returncode, out, err)

    def test_killed_in_a_download_and_called_again(self):
        reached, go_on = self.at_byte(20480)
        child = self.start()
        self.assertTrue(reached.wait(60))
        part = self.folder / ".work" / ("c" * 40) / f"{PARQUET}.part"
        while not part.exists() or part.stat().st_size == 0:
            self.assertIsNone(child.poll())
        self.stop(child, signal.SIGKILL)
        go_on.set()
        self.assertFalse(self.prepared.exists())
        had = part.stat().st_size
        again = self.prepare("speed_bench_coding")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual(self.hub.transfers(PARQUET)[-1].headers.get("Range"), f"bytes={had}-")
        self.assertEqual(self.prepared.read_bytes(), prepared_jsonl())

    def test_control_c_in_a_download(self):
        reached, go_on = self.at_byte(8192)
        child = self.start()
        self.assertTrue(reached.wait(60))
        done = self.stop(child, signal.SIGINT)
        go_on.set()
        self.assertEqual(done.returncode, 130)
        self.assert_one_line(done, "interrupted")

    def resolver_that_waits(self):
        """A resolver that opens a pipe and waits for a byte; returns the pipe's path."""
        pipe = self.home / "pipe"
        os.mkfifo(pipe)
        self.resolver.write_text(resolver_of(
            f"print(os.getpid(), file=open({str(self.home / 'pid')!r}, 'w'), flush=True); "
            f"open({str(pipe)!r}).read()"))
        return pipe

    def test_killed_in_the_resolver_leaves_none_behind(self):
        pipe = self.resolver_that_waits()
        child = self.start()
        with self.open_when_read(pipe, child):
            resolver = int((self.home / "pid").read_text())
            self.stop(child, signal.SIGKILL)
            self.wait_for_end_of(resolver)
        self.assertFalse(self.prepared.exists())
        self.resolver.write_text(resolver_of())
        self.assertEqual(self.prepare("speed_bench_coding").returncode, 0)

    def wait_for_end_of(self, pid):
        """Returns when no such process is there any more, or it is a zombie."""
        give_up_at = time.monotonic() + 60
        while time.monotonic() < give_up_at:
            try:
                state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
            except FileNotFoundError:
                return
            if state == "Z":
                return
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
        self.fail("the resolver goes on without its parent")

    def open_when_read(self, pipe, child):
        """The pipe's writing end, once the resolver reads; fails if the command ends before."""
        while child.poll() is None:
            try:
                return os.fdopen(os.open(pipe, os.O_WRONLY | os.O_NONBLOCK), "w")
            except OSError:
                time.sleep(0.02)
        return self.fail(child.communicate()[1])

    def test_control_c_in_the_resolver(self):
        pipe = self.resolver_that_waits()
        child = self.start()
        with self.open_when_read(pipe, child):
            resolver = int((self.home / "pid").read_text())
            done = self.stop(child, signal.SIGINT)
            self.wait_for_end_of(resolver)
        self.assertEqual(done.returncode, 130)
        self.assert_one_line(done, "interrupted")


class DiskTest(PreparationTest):
    def test_full_in_mid_download(self):
        """/dev/full in the place of the partial file: each write to it says ENOSPC."""
        self.prepare("speed_bench_throughput_1k")
        before = (self.folder / "throughput_1k.jsonl").read_bytes()
        part = self.folder / ".work" / ("c" * 40) / f"{PARQUET}.part"
        part.parent.mkdir(parents=True, exist_ok=True)
        part.symlink_to("/dev/full")
        done = self.prepare("speed_bench_coding")
        self.assertEqual(done.returncode, 1)
        self.assert_one_line(done, "no space left in")
        self.assertRegex(done.stderr, r"50\.0 kB needed, .* free")
        self.assertFalse(self.prepared.exists())
        self.assertEqual((self.folder / "throughput_1k.jsonl").read_bytes(), before)

    def in_a_small_file_system(self, script):
        """Runs a shell script that has a file system of 1 MB at $ROOT."""
        if not shutil.which("unshare"):
            self.skipTest("no unshare here")
        self.root.mkdir()
        mount = f"mount -t tmpfs -o size=1m none {self.root} && "
        probe = subprocess.run(["unshare", "-rm", "sh", "-c", mount + "true"],
                               capture_output=True, check=False)
        if probe.returncode != 0:
            self.skipTest("no file system can be mounted here")
        return subprocess.run(["unshare", "-rm", "sh", "-c", mount + script], text=True,
                              capture_output=True, timeout=300, check=False,
                              env=scripts.environment(self.home, **self.variables()))

    def command(self):
        words = scripts.command("prepare.py", *self.arguments("speed_bench_coding"))
        return " ".join(f"'{word}'" for word in words)

    def test_too_little_room_is_said_before_the_download(self):
        done = self.in_a_small_file_system(
            f"head -c 1030000 /dev/zero > {self.root}/other; {self.command()}")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assert_one_line(done, "50.0 kB needed")
        self.assertEqual(self.hub.transfers(PARQUET), [])

    def test_full_in_the_resolver(self):
        """The sources' file is larger than the room that is left."""
        self.set_source(prepared_jsonl() + b"\n" * 1_000_000)
        done = self.in_a_small_file_system(
            f"{self.command()}; status=$?; ls -A {self.folder}; exit $status")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assert_one_line(done, "no space left in")
        self.assertEqual(done.stdout.split(), [".work"])


if __name__ == "__main__":
    unittest.main()
