"""The processes of a benchmark: the paced engine, a run of specctl, and what they take of the machine."""
import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess
import time
import urllib.request

PATIENCE_S = 120
PERIODIC_TOKENS = "3,1,4"  # tokens of the chunks after the first, over and over
TOKENS_PER_CHUNK = 8 / 3


def wait_for(what, condition, patience_s=PATIENCE_S):
    """Polls until `condition()` gives something true, and returns it."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise RuntimeError(f"never came: {what}")


def osl_for(chunks_per_s, seconds):
    """max_tokens of a stream that is to last so long at the engine's pace."""
    return 1 + int(chunks_per_s * seconds * TOKENS_PER_CHUNK)


def write_prompts(path, count):
    """A file of `count` prompts of one turn, so that a run of `count` requests starts them all at once."""
    with path.open("w") as out:
        for i in range(count):
            text = f"Question {i}: " + "what do you make of it, and why is it so? " * 6
            out.write(json.dumps({"prompt": text}) + "\n")
    return path


def cpu_ns(pid):
    """User and system time of a process, all its threads, ended ones too: its POSIX CPU clock."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def sleeps(pid):
    """How often the main thread has gone to sleep: for a reactor, how often it woke."""
    status = pathlib.Path(f"/proc/{pid}/task/{pid}/status").read_text()
    return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)$", status, re.M).group(1))


def rss_bytes(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def children_of(pid):
    found = []
    with contextlib.suppress(OSError):
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            found += map(int, (task / "children").read_text().split())
    return sorted(found)


class Process:
    """A child that is ended, by its pid, when the `with` block is left."""

    def __init__(self, command, log, **options):
        self.log = pathlib.Path(log)
        with self.log.open("wb") as out:
            self.popen = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT,
                                          stdin=subprocess.DEVNULL, **options)
        self.pid = self.popen.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def running(self):
        return self.popen.poll() is None

    def wait(self, patience_s):
        """Waits for its end; an exit status other than 0 is an error."""
        status = self.popen.wait(timeout=patience_s)
        if status != 0:
            tail = self.log.read_text(errors="replace")[-2000:]
            raise RuntimeError(f"{self.popen.args[0]} ended with {status}:\n{tail}")

    def stop(self, how=signal.SIGTERM, patience_s=20):
        if not self.running():
            return
        self.popen.send_signal(how)
        try:
            self.popen.wait(timeout=patience_s)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()


class PacedEngine(Process):
    """`specctl sim --pace`: streams of fixed pace, and a log of when it sent each chunk."""

    def __init__(self, specctl, folder, chunks_per_s, send_log=None, first_ms=20):
        folder.mkdir(parents=True, exist_ok=True)
        ports = folder / "ports"
        ports.unlink(missing_ok=True)
        command = [str(specctl), "sim", "--port", "0", "--port-file", str(ports),
                   "--pace", str(chunks_per_s), "--pace-tokens", PERIODIC_TOKENS,
                   "--pace-first-ms", str(first_ms)]
        if send_log is not None:
            command += ["--send-log", str(send_log)]
        super().__init__(command, folder / "engine.out")
        self.url = wait_for("the engine's port", lambda: self._url(ports))

    def _url(self, ports):
        if not self.running():
            raise RuntimeError(f"the engine ended: {self.log.read_text()}")
        text = ports.read_text() if ports.exists() else ""
        return text.split()[0] if text.endswith("\n") else None

    def _reports(self):
        return re.findall(r"chunks (\d+)  late us p50 (\d+) p99 (\d+) p99.9 (\d+) max (\d+)  "
                          r"blocked (\d+)  CPU us per chunk ([\d.]+)", self.log.read_text())

    def report(self):
        """What it says of itself, now: chunks so far, and how late they were sent."""
        before = len(self._reports())
        if self.running():
            self.popen.send_signal(signal.SIGUSR1)
            wait_for("the engine's report", lambda: len(self._reports()) > before)
        chunks, p50, p99, _, worst, blocked, cpu = self._reports()[-1]
        return {"chunks": int(chunks), "late_us_p50": int(p50), "late_us_p99": int(p99),
                "late_us_max": int(worst), "blocked": int(blocked), "cpu_us_per_chunk": float(cpu)}

    def streams(self):
        """Requests that it serves now."""
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=10) as reply:
            text = reply.read().decode()
        return int(float(re.search(r"^vllm:num_requests_running\{.*\} (\S+)$", text, re.M).group(1)))


class SpecctlRun(Process):
    """`specctl run` with all its requests started at once: one for each slot."""

    def __init__(self, specctl, folder, url, streams, osl, agents=1, flags=()):
        folder.mkdir(parents=True, exist_ok=True)
        self.run_dir = folder / "run"
        prompts = write_prompts(folder / "prompts.jsonl", streams)
        super().__init__(
            [str(specctl), "run", "--url", url, "--agents", str(agents), "--bs", str(streams),
             "--dataset", str(prompts), "--requests", str(streams), "--osl", str(osl),
             "--grace", "300s", "--output-dir", str(self.run_dir), *flags], folder / "run.out")
        self.agents = agents

    def agent_pids(self):
        return wait_for("the agents", self._agent_pids)

    def _agent_pids(self):
        if not self.running():
            raise RuntimeError(f"specctl run ended: {self.log.read_text()[-2000:]}")
        pids = children_of(self.pid)
        return pids if len(pids) == self.agents else None

    def stop(self, how=signal.SIGINT, patience_s=20):
        """Two interrupts: the first drains, the second stops at once."""
        if self.running():
            self.popen.send_signal(signal.SIGINT)
            time.sleep(0.3)
        super().stop(how, patience_s)


def wait_until_open(engine, client, streams):
    """Until the engine serves `streams` requests, and one more second."""
    def all_open():
        if not client.running():
            raise RuntimeError(f"the client ended: {client.log.read_text()[-2000:]}")
        return engine.streams() >= streams
    wait_for(f"{streams} open streams", all_open)
    time.sleep(1)
