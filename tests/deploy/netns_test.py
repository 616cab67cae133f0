#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A controller, 16 agents and a CLI, each a host of its own: network namespace, address, host name, boot id.

Between them and the controller is a network that takes 12 ms there and 2 ms back and loses 1 frame in 100; the engine
is on another one, without any of this.  TLS is on.  The CLI is killed in mid-run, an agent's link is down for a while,
`attach` and `fetch` bring the artifacts.  All clocks are the kernel's one in truth, two agents' shifted by a time
namespace: so the times of every chunk, as mapped to the controller's clock, can be held against the moment at which the
engine sent it.

Needs root, ip, unshare and /dev/net/tun; without them it is skipped (77), and says what is missing.
"""
import contextlib
import ctypes
import fcntl
import heapq
import json
import os
import pathlib
import random
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest
import uuid

SPECCTL = os.environ.get("SPECCTL", "specctl")
AGENTS = 16
CONTROLLER, CLI = 1, 2  # hosts' numbers, and last bytes of their addresses
FIRST_AGENT = 3
ENGINE = 200
TO_CONTROLLER_S, FROM_CONTROLLER_S, LOSS = 0.012, 0.002, 0.01
BUSY_MS = 5000  # what a busy machine may add to any time; no bound of a clock
PATIENCE_S = 100
MILLISECOND_NS = 1_000_000
TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x0002, 0x1000


def control(host):
    return f"10.77.0.{host}"


# --- the network, a process of its own: netns_test.py relay NAMESPACE... -------------------------


def open_tap(libc, namespace):
    own = os.open("/proc/self/ns/net", os.O_RDONLY)
    other = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    if libc.setns(other, 0) != 0:
        raise OSError(ctypes.get_errno(), f"cannot enter namespace {namespace}")
    tap = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tap, TUNSETIFF, struct.pack("16sH", b"control", IFF_TAP | IFF_NO_PI))
    libc.setns(own, 0)
    os.close(own)
    os.close(other)
    return tap


def relay(namespaces):
    """A switch with delay and loss; namespaces are those of hosts 1, 2 and so on."""
    libc = ctypes.CDLL(None, use_errno=True)
    taps = {host: open_tap(libc, namespace) for host, namespace in enumerate(namespaces, 1)}
    hosts = {tap: host for host, tap in taps.items()}
    for host, namespace in enumerate(namespaces, 1):
        for words in (f"link set control address 02:00:00:00:00:{host:02x}",
                      f"addr add {control(host)}/24 dev control", "link set control up"):
            subprocess.run(["ip", "-n", namespace, *words.split()], check=True)
    print("up", flush=True)
    dice = random.Random(15)
    poll = select.poll()
    for tap in hosts:
        poll.register(tap, select.POLLIN)
    waiting, order = [], 0
    while os.getppid() != 1:
        patience_s = max(0.0, waiting[0][0] - time.monotonic()) if waiting else 0.5
        for tap, _ in poll.poll(patience_s * 1e3):
            with contextlib.suppress(OSError):  # all taken, or the link is down
                while True:
                    frame = os.read(tap, 65536)
                    if dice.random() < LOSS:
                        continue
                    delay_s = FROM_CONTROLLER_S if hosts[tap] == CONTROLLER else TO_CONTROLLER_S
                    order += 1
                    heapq.heappush(waiting, (time.monotonic() + delay_s, order, tap, frame))
        while waiting and waiting[0][0] <= time.monotonic():
            _, _, tap, frame = heapq.heappop(waiting)
            to_all = frame[0] & 1
            for other in [other for other in hosts if other != tap] if to_all else [taps.get(frame[5])]:
                with contextlib.suppress(OSError, TypeError):  # a queue is full: networks drop here, too
                    os.write(other, frame)


# --- hosts ---------------------------------------------------------------------------------------


def missing():
    """What there is not, or None."""
    if os.geteuid() != 0:
        return "root"
    for tool in ("ip", "unshare", "mount", "hostname"):
        if not shutil.which(tool):
            return tool
    if not os.path.exists("/dev/net/tun"):
        return "/dev/net/tun"
    name = f"specctl-{os.getpid()}-try"
    tried = subprocess.run(["ip", "netns", "add", name], capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        return f"network namespaces ({tried.stderr.strip()})"
    subprocess.run(["ip", "netns", "delete", name], check=True)
    tried = subprocess.run(["unshare", "--mount", "--uts", "--time", "--monotonic", "1", "--fork", "true"],
                           capture_output=True, text=True, check=False)
    if tried.returncode != 0:
        return f"time namespaces ({tried.stderr.strip()})"
    return None


class Host:
    """A network namespace; what runs in it has the host's name and boot id, and its clock."""

    def __init__(self, folder, number, name, clock_ahead_s=0, own_boot_id=True):
        self.name = name
        self.namespace = f"specctl-{os.getpid()}-{name}"
        self.clock = []
        if clock_ahead_s:
            self.clock = ["--time", "--monotonic", str(clock_ahead_s), "--boottime", str(clock_ahead_s),
                          "--fork", "--kill-child"]
        self.boot_id = ""
        if own_boot_id:
            self.boot_id = folder / f"boot-id-{number}"
            self.boot_id.write_text(f"{uuid.UUID(int=number)}\n")
        subprocess.run(["ip", "netns", "add", self.namespace], check=True)
        self.ip("link set lo up")

    def ip(self, words):
        subprocess.run(["ip", "-n", self.namespace, *words.split()], check=True)

    def words(self, *command):
        enter = ('if [ -n "$0" ]; then mount --bind "$0" /proc/sys/kernel/random/boot_id; fi && '
                 'hostname "$1" && shift && exec "$@"')
        return ["ip", "netns", "exec", self.namespace, "unshare", "--mount", "--uts", *self.clock,
                "sh", "-c", enter, str(self.boot_id), self.name, SPECCTL, *map(str, command)]


class NetnsTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="specctl-netns-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.hosts = {}
        self.addCleanup(self.remove_hosts)
        self.host(CONTROLLER, "controller", own_boot_id=False)
        self.host(CLI, "cli")
        for i in range(AGENTS):
            # The last but one shares the controller's boot id: a container with a time namespace does.
            ahead_s = {AGENTS - 2: 1000, AGENTS - 1: 2000}.get(i, 0)
            self.host(FIRST_AGENT + i, f"agent-{i}", ahead_s, own_boot_id=i != AGENTS - 2)
        self.network = self.begin([sys.executable, __file__, "relay",
                                   *(host.namespace for host in self.hosts.values())], stdout=subprocess.PIPE)
        self.assertEqual(self.network.stdout.readline(), b"up\n")
        self.addCleanup(self.network.stdout.close)
        self.engine = self.host(ENGINE, "engine")
        self.connect_engine()

    def host(self, number, name, *arguments, **options):
        self.hosts[number] = Host(self.folder, number, name, *arguments, **options)
        return self.hosts[number]

    def remove_hosts(self):
        for host in self.hosts.values():
            subprocess.run(["ip", "netns", "delete", host.namespace], check=False)

    def connect_engine(self):
        """A bridge in the engine's namespace, with a cable to each host that talks to the engine."""
        self.engine.ip("link add bridge type bridge")
        self.engine.ip(f"addr add 10.78.0.{ENGINE}/24 dev bridge")
        self.engine.ip("link set bridge up")
        for number, host in self.hosts.items():
            if host is self.engine or number == CLI:
                continue
            self.engine.ip(f"link add port{number} type veth peer name engine netns {host.namespace}")
            self.engine.ip(f"link set port{number} master bridge up")
            host.ip(f"addr add 10.78.0.{number}/24 dev engine")
            host.ip("link set engine up")

    def begin(self, words, **options):
        process = subprocess.Popen(words, cwd=self.folder, start_new_session=True, **options)
        self.addCleanup(self.end, process)
        return process

    def end(self, process, how=signal.SIGTERM):
        for signal_now in (how, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal_now)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return process.wait(timeout=10)
        return None

    def start(self, host, *command):
        log = (self.folder / f"{host.name}.log").open("ab")
        self.addCleanup(log.close)
        return self.begin(host.words(*command), stdout=log, stderr=log)

    def log(self, host):
        return (self.folder / f"{host.name}.log").read_text()

    def ask(self, *command):
        done = subprocess.run(
            self.hosts[CLI].words(*command, "--controller", f"{control(CONTROLLER)}:7070", "--tls-dir", "pki/client"),
            capture_output=True, text=True, cwd=self.folder, timeout=PATIENCE_S, check=False)
        self.assertEqual(done.returncode, 0, f"{command}: {done.stdout}{done.stderr}")
        return done

    def wait_for(self, what, condition):
        end = time.monotonic() + PATIENCE_S
        while not condition():
            self.assertLess(time.monotonic(), end, f"never came: {what}; {self.logs()}")
            time.sleep(0.05)

    def logs(self):
        return {path.name: path.read_text()[-500:] for path in self.folder.glob("*.log")}

    def test_a_run_over_a_network(self):
        self.sent = self.folder / "sent.jsonl"
        self.start_all()
        cli = self.hosts[CLI]
        run = self.start(cli, "run", "--controller", f"{control(CONTROLLER)}:7070", "--tls-dir", "pki/client",
                         "--agents", AGENTS, "--wait-agents", "1m", "--url", f"http://10.78.0.{ENGINE}:8000",
                         "--dataset", "builtin", "--bs", 2 * AGENTS, "--osl", 32, "--duration", "15s",
                         "--output-dir", "attached")
        journal = self.folder / "attached/journal.pb"
        self.wait_for("its load", lambda: journal.exists() and journal.stat().st_size > 100_000)
        time.sleep(2)
        self.assertIsNone(run.poll(), self.log(cli))
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        had = journal.stat().st_size
        away = self.hosts[FIRST_AGENT]
        away.ip("link set control down")
        [job] = json.loads(self.ask("list", "--format", "json").stdout)
        self.assertEqual(job["state"], "running")
        time.sleep(2)
        away.ip("link set control up")
        attached = self.ask("attach", job["id"], "--output-dir", "attached")
        self.ask("fetch", job["id"], "--output-dir", "fetched")
        self.assert_same_artifacts(job["id"], had)
        summary = json.loads((self.folder / "fetched/summary.json").read_text())
        self.assert_nothing_lost(summary, attached.stdout)
        self.assert_clocks(summary)

    def start_all(self):
        self.sim = self.start(self.engine, "sim", "--host", f"10.78.0.{ENGINE}", "--port", "8000",
                              "--send-log", self.sent)
        subprocess.run([SPECCTL, "certs", "init", "pki", "--name", control(CONTROLLER)], cwd=self.folder,
                       check=True, capture_output=True)
        self.start(self.hosts[CONTROLLER], "controller", "--listen", f"{control(CONTROLLER)}:7070",
                   "--http", "127.0.0.1:0", "--data", "data", "--tls-dir", "pki/controller",
                   "--port-file", "ports")
        self.wait_for("the controller", (self.folder / "ports").exists)
        for i in range(AGENTS):
            self.start(self.hosts[FIRST_AGENT + i], "agent", "--controller", f"{control(CONTROLLER)}:7070",
                       "--tls-dir", "pki/agent", "--spool-dir", self.folder)
        self.wait_for("the engine", lambda: "http://" in self.log(self.engine))

    def assert_same_artifacts(self, run_id, had):
        """Of a copy that was cut off and went on, of one made at once, and where the run was made."""
        fetched, attached = self.folder / "fetched", self.folder / "attached"
        names = sorted(path.name for path in fetched.iterdir())
        self.assertIn("summary.json", names)
        self.assertEqual(names, sorted(path.name for path in attached.iterdir()))
        for name in names:
            self.assertEqual((fetched / name).read_bytes(), (attached / name).read_bytes(), name)
        journal = (fetched / "journal.pb").read_bytes()
        self.assertEqual(journal, (self.folder / f"data/jobs/{run_id}/journal.pb").read_bytes())
        self.assertTrue(0 < had < len(journal), (had, len(journal)))

    def assert_nothing_lost(self, summary, page):
        counts = summary["conservation"]
        self.assertTrue(counts["holds"], counts)
        self.assertEqual(counts["sent"], counts["ok"], counts)
        self.assertGreater(counts["ok"], 2 * AGENTS)
        self.assertEqual(summary["end"]["state"], "completed", page)
        self.assertEqual({agent["hostname"] for agent in summary["agents"]}, {f"agent-{i}" for i in range(AGENTS)})
        self.assertEqual(len((self.folder / "fetched/requests.jsonl").read_text().splitlines()), counts["sent"])

    def assert_clocks(self, summary):
        """Chunks come after they were sent, and soon, give or take what each agent's clock is off at most."""
        agents = {agent["agent"]: agent for agent in summary["agents"]}
        # An exchange that took so long knows no better than half of it; a busy machine makes them longer.
        quickest_ms = (TO_CONTROLLER_S + FROM_CONTROLLER_S) * 1e3 / 2
        bounds_ms = [agent["clock_bound_ms"] for agent in agents.values()]
        self.assertGreaterEqual(min(bounds_ms), quickest_ms, summary["agents"])
        self.assertLess(min(bounds_ms), 5 * quickest_ms, summary["agents"])
        self.assertLess(max(bounds_ms), BUSY_MS, summary["agents"])
        late_ms = self.lateness_ms()
        self.assertEqual(set(late_ms), set(agents))
        # The ways differ by 10 ms: the middle of an exchange is 5 ms off, early by the controller's clock.
        for number, late in late_ms.items():
            bound_ms, name = agents[number]["clock_bound_ms"], agents[number]["hostname"]
            self.assertGreaterEqual(min(late), -bound_ms, name)
            self.assertLess(min(late), bound_ms + 1, name)
            self.assertLess(max(late), bound_ms + BUSY_MS, name)
        self.assertGreater(max(abs(min(late)) for late in late_ms.values()), 1, "the ways' difference is not seen")

    def lateness_ms(self):
        """By agent: from a chunk's sending to its arrival as mapped to the controller's clock."""
        self.end(self.sim)  # and with it the log
        sent_ns = {}
        for row in map(json.loads, self.sent.read_text().splitlines()):
            if "chunk" in row:
                sent_ns[row["response_id"], row["chunk"]] = row["send_begin_unix_ns"]
        fetched = self.folder / "fetched"
        t0_ns = json.loads((fetched / "run.json").read_text())["t0_unix_ns"]
        agent_of = {row["request_id"]: row["agent"]
                    for row in map(json.loads, (fetched / "requests.jsonl").read_text().splitlines())}
        late_ms = {}
        exported = subprocess.run([SPECCTL, "export", fetched, "--chunks"], capture_output=True, text=True, check=True)
        for chunk in map(json.loads, exported.stdout.splitlines()):
            late_ns = t0_ns + chunk["t_ns"] - sent_ns[chunk["response_id"], chunk["chunk"]]
            late_ms.setdefault(agent_of[chunk["request_id"]], []).append(late_ns / MILLISECOND_NS)
        return late_ms


def main():
    if sys.argv[1:2] == ["relay"]:
        return relay(sys.argv[2:])
    lack = missing()
    if lack:
        print(f"skipped: needs {lack}")
        return 77
    return unittest.main()


if __name__ == "__main__":
    sys.exit(main())
