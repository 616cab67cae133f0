"""What disturbs a measurement shows in its verdict, each with its own code.

With SPECCTL_SABOTAGE=no nothing is disturbed, and every test here must fail.
"""
import contextlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest
import urllib.request

from harness import PATIENCE_S, Case, children_of, wait_for

SABOTAGE = os.environ.get("SPECCTL_SABOTAGE", "yes") != "no"
# With sanitizers the agent is too slow for the rest of a burst: it is a fault of the client's, too.
SANITIZED = os.environ.get("SPECCTL_SANITIZE", "none") != "none"


def threads_of(pid):
    return [int(task.name) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]


class QuotaCgroup:
    """A CPU quota of `share` of a core, or None where this machine lets nobody make one."""

    def __init__(self, share):
        name = f"specctl-test-{os.getpid()}"
        self.folder = None
        for base in ("/sys/fs/cgroup/cpu", "/sys/fs/cgroup"):
            folder = pathlib.Path(base) / name
            try:
                folder.mkdir()
            except OSError:
                continue
            try:
                if (folder / "cpu.cfs_quota_us").exists():
                    (folder / "cpu.cfs_quota_us").write_text(str(int(share * 100_000)))
                else:
                    (folder / "cpu.max").write_text(f"{int(share * 100_000)} 100000")
            except OSError:
                folder.rmdir()
                continue
            self.folder = folder
            return

    def take(self, pid):
        (self.folder / "cgroup.procs").write_text(str(pid))

    def remove(self):
        wait_for("an empty cgroup", lambda: not (self.folder / "cgroup.procs").read_text())
        self.folder.rmdir()


class SabotageTest(Case):
    def begin(self, engine, *flags, agents=2, bs=16, seconds=10):
        """A run that is in its hold, and its agents' process ids."""
        process = self.start("run", "--url", engine.url, "--agents", agents, "--bs", bs,
                             "--dataset", "builtin", "--duration", f"{seconds}s", "--osl", 60,
                             "--output-dir", self.run_dir(), *flags)
        journal = self.run_dir() / "journal.pb"
        wait_for("the load", lambda: process.poll() is not None or
                 (journal.exists() and journal.stat().st_size > 40_000))
        time.sleep(3)
        self.assertIsNone(process.poll(), "the run ended by itself")
        return process, sorted(children_of(process.pid))

    def verdict(self, process, status=0):
        stdout, stderr = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, status, f"{stdout}\n{stderr}")
        summary = self.summary(self.run_dir())
        self.assert_conserved(summary)
        return summary["verdict"]

    def windows(self):
        lines = (self.run_dir() / "curves.csv").read_text().splitlines()
        names = lines[0].split(",")
        return [dict(zip(names, line.split(","))) for line in lines[1:]]

    def assert_reason(self, verdict, *codes):
        self.assertNotEqual(verdict["state"], "valid", json.dumps(verdict, indent=1))
        self.assertTrue(set(codes) & {reason["code"] for reason in verdict["reasons"]}, verdict)

    def assert_label(self, verdict, code):
        self.assertIn(code, verdict["labels"], json.dumps(verdict, indent=1))

    # --- faults of the client ------------------------------------------------------------------

    def test_an_agent_that_is_stopped_for_300_ms(self):
        process, agents = self.begin(self.engine())
        if SABOTAGE:
            os.kill(agents[1], signal.SIGSTOP)
            time.sleep(0.3)
            os.kill(agents[1], signal.SIGCONT)
        verdict = self.verdict(process)
        self.assert_reason(verdict, "loop_lag")
        text = next(r["text"] for r in verdict["reasons"] if r["code"] == "loop_lag")
        self.assertIn("agent 1", text)

    def test_strict_exits_with_3_where_the_verdict_is_invalid(self):
        process, agents = self.begin(self.engine(), "--strict", agents=1)
        if SABOTAGE:
            os.kill(agents[0], signal.SIGSTOP)
            time.sleep(4)
            os.kill(agents[0], signal.SIGCONT)
        verdict = self.verdict(process, status=3)
        self.assertEqual(verdict["state"], "invalid")

    def test_an_agent_that_a_quota_throttles(self):
        quota = QuotaCgroup(share=0.02)
        if quota.folder is None:
            self.skipTest("no cgroup with a CPU quota can be made here")
        self.addCleanup(quota.remove)
        process, agents = self.begin(self.engine(), seconds=9)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        if SABOTAGE:
            quota.take(agents[0])
        self.assert_reason(self.verdict(process), "cpu_throttled")

    def test_reads_that_a_busy_core_starves(self):
        core = min(os.sched_getaffinity(0))
        busy = "import os\nos.sched_setaffinity(0, {%d})\nwhile True: pass" % core
        with contextlib.ExitStack() as stack:
            process, agents = self.begin(self.engine("--pace", "100"), agents=1, bs=256, seconds=9)
            if SABOTAGE:
                for thread in threads_of(agents[0]):
                    os.sched_setaffinity(thread, {core})
                for _ in range(20):
                    loop = subprocess.Popen([sys.executable, "-c", busy])
                    stack.callback(loop.wait)
                    stack.callback(loop.kill)
            verdict = self.verdict(process)
        self.assert_reason(verdict, "arrival_bound", "loop_lag")

    # --- facts of the server and the environment -----------------------------------------------

    def test_a_link_to_the_controller_that_is_slow(self):
        process, _ = self.begin(self.engine())
        if SABOTAGE:
            process.send_signal(signal.SIGSTOP)
            time.sleep(3.5)
            process.send_signal(signal.SIGCONT)
        verdict = self.verdict(process)
        self.assert_label(verdict, "controller_link")
        self.assertNotIn("agent_lost", [reason["code"] for reason in verdict["reasons"]])

    def test_a_server_that_sends_ten_chunks_at_once(self):
        engine = self.engine(*(("--burst", "10") if SABOTAGE else ()))
        process, _ = self.begin(engine, agents=1, bs=4)
        self.assert_label(self.verdict(process), "server_burst")
        labelled = [w for w in self.windows() if "server_burst" in w["labels"]]
        if not SANITIZED:
            self.assertIn("valid", [window["verdict"] for window in labelled])

    def test_a_server_that_queues(self):
        engine = self.engine(*(("--max-batch", "4") if SABOTAGE else ()))
        process, _ = self.begin(engine)
        self.assert_label(self.verdict(process), "queued")

    def test_a_server_with_a_warm_prefix_cache(self):
        engine = self.engine("--prefix-cache")
        prompts = self.folder / "long.jsonl"
        prompts.write_text("".join(
            json.dumps({"prompt": f"Question {i}. " + f"Consider the number {i} once more. " * 100})
            + "\n" for i in range(40)))
        flags = ("--url", engine.url, "--bs", 8, "--dataset", prompts, "--requests", 40, "--osl", 8)
        if SABOTAGE:
            self.specctl("run", *flags, "--output-dir", self.run_dir("first"))
        self.specctl("run", *flags, "--output-dir", self.run_dir())
        self.assert_label(self.summary(self.run_dir())["verdict"], "prefix_cache")

    def test_other_traffic_on_the_server(self):
        engine = self.engine()
        process, _ = self.begin(engine)
        if SABOTAGE:
            body = json.dumps({"model": "sim", "max_tokens": 4,
                               "messages": [{"role": "user", "content": "hello"}]}).encode()
            for _ in range(3):
                request = urllib.request.Request(f"{engine.url}/v1/chat/completions", data=body,
                                                 headers={"Content-Type": "application/json"})
                urllib.request.urlopen(request, timeout=PATIENCE_S).read()
        self.assert_label(self.verdict(process), "other_traffic")


if __name__ == "__main__":
    unittest.main()
