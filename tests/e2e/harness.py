"""What the end-to-end tests share: the binary, simulated engines, and runs of it."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest
import urllib.request

SPECCTL = os.environ["SPECCTL"]
SANITIZED = os.environ.get("SPECCTL_SANITIZE", "none") != "none"
# Sanitizer builds are slower; no test asserts a time, this only bounds a hang.
PATIENCE_S = 120


def wait_for(what, condition, patience_s=PATIENCE_S):
    """Polls until `condition()` gives something true, and returns it."""
    end = time.monotonic() + patience_s
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"never came: {what}")


class Engine:
    """A simulated engine in a process of its own, on ports that the kernel chose unless told."""

    def __init__(self, folder, *flags, port=0):
        ports = pathlib.Path(folder) / f"ports-{time.monotonic_ns()}"
        self.process = subprocess.Popen(
            [SPECCTL, "sim", "--port", str(port), "--port-file", str(ports), *flags],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.urls = wait_for("the engine's ports", lambda: self._urls(ports))
        self.url = self.urls[0]

    def _urls(self, ports):
        if self.process.poll() is not None:
            raise AssertionError(f"the engine ended with {self.process.returncode}")
        text = ports.read_text() if ports.exists() else ""
        return text.split() if text.endswith("\n") else None

    def counters(self):
        """All counters of all replicas, summed over their labels."""
        sums = {}
        for url in self.urls:
            with urllib.request.urlopen(f"{url}/metrics", timeout=10) as reply:
                for line in reply.read().decode().splitlines():
                    match = re.match(r"([a-zA-Z_:][\w:]*)(?:\{.*\})? (\S+)$", line)
                    if match:
                        name, value = match.groups()
                        sums[name] = sums.get(name, 0.0) + float(value)
        return sums

    def stop(self, how=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(how)
        self.process.wait(timeout=PATIENCE_S)


class Case(unittest.TestCase):
    """A test with a folder of its own; whatever it starts is ended."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="specctl-e2e-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def engine(self, *flags, port=0):
        engine = Engine(self.folder, *flags, port=port)
        self.addCleanup(lambda: engine.process.poll() is None and engine.stop(signal.SIGKILL))
        return engine

    def specctl(self, *arguments, status=0, env=None, cwd=None):
        """Runs the binary; asserts its exit status; returns the finished process."""
        done = subprocess.run([SPECCTL, *map(str, arguments)], capture_output=True, text=True,
                              timeout=PATIENCE_S, env={**os.environ, **(env or {})},
                              cwd=cwd or self.folder, check=False)
        self.assertEqual(done.returncode, status,
                         f"{arguments}\nstdout: {done.stdout}\nstderr: {done.stderr}")
        return done

    def start(self, *arguments, **options):
        """Starts the binary and returns the process."""
        process = subprocess.Popen([SPECCTL, *map(str, arguments)], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, cwd=self.folder, **options)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        self.addCleanup(lambda: (process.stdout.close(), process.stderr.close()))
        return process

    def run_dir(self, name="run"):
        return self.folder / name

    def summary(self, run_dir):
        return json.loads((run_dir / "summary.json").read_text())

    def rows(self, run_dir):
        return [json.loads(line) for line in (run_dir / "requests.jsonl").read_text().splitlines()]

    def prompts(self, count, name="prompts.jsonl", **fields):
        """A file of `count` different prompts."""
        path = self.folder / name
        with path.open("w") as out:
            for i in range(count):
                out.write(json.dumps({"prompt": f"Question {i}: what is {i} + {i}?", **fields}) + "\n")
        return path

    def assert_conserved(self, summary):
        counts = summary["conservation"]
        unassigned = counts.get("unassigned", 0)
        if isinstance(unassigned, dict):
            unassigned = sum(unassigned.values())
        if "planned" in counts:
            self.assertEqual(counts["planned"], counts["sent"] + counts["shed"] + unassigned, counts)
        self.assertEqual(counts["sent"],
                         sum(counts[k] for k in ("ok", "failed", "timed_out", "cancelled", "lost")),
                         counts)


def preloaded(library, **variables):
    """An environment in which a library of tests/fakes stands before the system's."""
    # It is no sanitizer's, and comes before its runtime.
    asan = ":".join(filter(None, (os.environ.get("ASAN_OPTIONS"), "verify_asan_link_order=0")))
    return {**os.environ, "LD_PRELOAD": library, "ASAN_OPTIONS": asan, **variables}


def with_stepped_clock(step_s):
    """An environment in which SIGUSR2 steps a process's wall clock (tests/fakes/stepped_clock.cc)."""
    return preloaded(os.environ["SPECCTL_STEPPED_CLOCK"], STEPPED_CLOCK_BY_S=str(step_s))


def with_named_hosts(path):
    """An environment in which names are looked up in a file first (tests/fakes/named_hosts.cc)."""
    return preloaded(os.environ["SPECCTL_NAMED_HOSTS"], NAMED_HOSTS=str(path))


def children_of(pid):
    """Process ids whose parent is `pid`."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            if int(stat.rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(entry.name))
    return found


def is_running(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
