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

from harness import PATIENCE_S, Case, children_of, wait_for, with_stepped_clock

SABOTAGE = os.environ.get("SPECCTL_SABOTAGE", "yes") != "no"

# What a machine may hold against a run by itself, when other tests run on it too.
BUSY_MACHINE = {"arrival_bound", "cpu_steal", "cpu_throttled", "in_flight_below_bs", "loop_lag",
                "send_lag"}
MILLISECOND_NS = 1_000_000


def threads_of(pid):
    return [int(task.name) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]


class QuotaCgroup:
    """A group whose CPU time can be limited, or None where this machine lets nobody make one."""

    def __init__(self):
        name = f"specctl-test-{os.getpid()}"
        self.folder = None
        for base in ("/sys/fs/cgroup/cpu", "/sys/fs/cgroup"):
            folder = pathlib.Path(base) / name
            try:
                folder.mkdir()
            except OSError:
                continue
            self.folder = folder
            try:
                self.lift()
                return
            except OSError:
                folder.rmdir()
                self.folder = None

    def take(self, pid):
        (self.folder / "cgroup.procs").write_text(str(pid))

    def limit(self, share):
        """To a share of one core."""
        self.write_quota(str(int(share * 100_000)), f"{int(share * 100_000)} 100000")

    def lift(self):
        self.write_quota("-1", "max 100000")

    def write_quota(self, version_1, version_2):
        old = self.folder / "cpu.cfs_quota_us"
        if old.exists():
            old.write_text(version_1)
        else:
            (self.folder / "cpu.max").write_text(version_2)

    def remove(self):
        wait_for("an empty cgroup", lambda: not (self.folder / "cgroup.procs").read_text())
        self.folder.rmdir()


class SabotageTest(Case):
    def begin(self, engine, *flags, agents=2, bs=16, seconds=10, env=None):
        """A run that is in its hold, and its agents' process ids."""
        process = self.start("run", "--url", engine.url, "--agents", agents, "--bs", bs,
                             "--dataset", "builtin", "--duration", f"{seconds}s", "--osl", 60,
                             "--output-dir", self.run_dir(), *flags, env=env)
        # Every slot has begun a request by then, and the hold begins with the next second.
        wait_for("the load", lambda: process.poll() is not None or
                 engine.counters().get("vllm:request_success_total", 0) >= 2 * bs)
        time.sleep(2)
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
        quota = QuotaCgroup()
        if quota.folder is None:
            self.skipTest("no cgroup with a CPU quota can be made here")
        self.addCleanup(quota.remove)
        # So little of a core makes it slow: it is not to be taken for a lost agent.
        process, agents = self.begin(self.engine(), "--agent-timeout", "300s", seconds=14)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        if SABOTAGE:
            # An agent counts from when it first sees its group, within a second or two.
            quota.take(agents[0])
            time.sleep(3)
            # It needs more than that, and the run is to end on any machine.
            quota.limit(0.01)
            time.sleep(4)
            quota.lift()
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
        # One stream: at ten chunks a read, a single read that came late spoils its window.
        process, _ = self.begin(engine, agents=1, bs=1)
        self.assert_label(self.verdict(process), "server_burst")
        labelled = [w for w in self.windows() if "server_burst" in w["labels"]]
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

    def test_a_wall_clock_that_is_stepped_forward(self):
        self.run_over_a_step(3600)

    def test_a_wall_clock_that_is_stepped_back(self):
        self.run_over_a_step(-3600)

    def run_over_a_step(self, step_s):
        log = self.folder / "sent.jsonl"
        engine = self.engine("--send-log", str(log))
        process, agents = self.begin(engine, env=with_stepped_clock(step_s))
        if SABOTAGE:
            for pid in (process.pid, *agents):  # one machine, one clock
                os.kill(pid, signal.SIGUSR2)
        verdict = self.verdict(process)
        engine.stop()
        self.assert_label(verdict, "clock_stepped")
        self.assert_nothing_dropped(verdict)
        self.assert_true_arrivals(log)
        for name in ("ttft_ms", "itl_ms", "step_latency_ms"):
            figure = self.summary(self.run_dir())[name]
            self.assertTrue(0 < figure["p50"] <= figure["p99"] < 5_000, (name, figure))

    def assert_nothing_dropped(self, verdict):
        """Nothing is held against it but what a machine that is busy with other tests causes."""
        self.assertLessEqual({reason["code"] for reason in verdict["reasons"]}, BUSY_MACHINE,
                             json.dumps(verdict, indent=1))
        self.assertNotIn("user_stamps", verdict["labels"])
        for window in self.windows():
            self.assertLessEqual(set(filter(None, window["reasons"].split(";"))), BUSY_MACHINE)

    def assert_true_arrivals(self, log):
        """Every chunk arrived after it was sent, and soon, by a clock that was not stepped."""
        sent_ns = {}
        for row in map(json.loads, log.read_text().splitlines()):
            if "chunk" in row:
                sent_ns[row["response_id"], row["chunk"]] = row["send_begin_unix_ns"]
        t0_ns = json.loads((self.run_dir() / "run.json").read_text())["t0_unix_ns"]
        previous_ns = {}
        for line in self.specctl("export", self.run_dir(), "--chunks").stdout.splitlines():
            chunk = json.loads(line)
            late_ns = t0_ns + chunk["t_ns"] - sent_ns[chunk["response_id"], chunk["chunk"]]
            self.assertTrue(-MILLISECOND_NS < late_ns < 5_000 * MILLISECOND_NS, chunk)
            self.assertGreaterEqual(chunk["t_ns"], previous_ns.get(chunk["request_id"], 0), chunk)
            previous_ns[chunk["request_id"]] = chunk["t_ns"]
        self.assertEqual(len(previous_ns), len(self.rows(self.run_dir())))


if __name__ == "__main__":
    unittest.main()
