"""A controller in a process of its own, with agents that attach to it."""
import json
import os
import signal
import subprocess
import time

from harness import PATIENCE_S, SPECCTL, Case, wait_for


class Controller:
    def __init__(self, folder, *flags, listen="127.0.0.1:0"):
        self.folder = folder
        self.data = folder / "data"
        self.flags = flags
        self.log = folder / "controller.log"
        self.process = None
        self.start(listen)

    def start(self, listen=None):
        """Starts it, again on the same data and address where it ran before."""
        ports = self.folder / f"controller-ports-{time.monotonic_ns()}"
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                [SPECCTL, "controller", "--listen", listen or self.address, "--http", "127.0.0.1:0",
                 "--data", str(self.data), "--port-file", str(ports), *self.flags],
                stdout=subprocess.DEVNULL, stderr=log, cwd=self.folder)
        lines = wait_for("the controller's ports", lambda: self._ports(ports))
        self.address, self.http = lines

    def _ports(self, ports):
        if self.process.poll() is not None:
            raise AssertionError(f"the controller ended with {self.process.returncode}: {self.log.read_text()}")
        text = ports.read_text() if ports.exists() else ""
        return text.split() if text.endswith("\n") else None

    def kill(self, how=signal.SIGKILL):
        self.process.send_signal(how)
        return self.process.wait(timeout=PATIENCE_S)


class DaemonCase(Case):
    def controller(self, *flags):
        controller = Controller(self.folder, *flags)
        self.addCleanup(lambda: controller.process.poll() is None and controller.kill())
        return controller

    def agents(self, controller, count, *flags):
        """Agent processes that have attached."""
        process = self.quiet("agent", "--controller", controller.address, "--count", count, "--name", "here", *flags)
        wait_for("the agents", lambda: len(self.attached(controller)) >= count)
        return process

    def quiet(self, *arguments, env=None):
        """A process whose words nobody reads."""
        with (self.folder / f"{arguments[0]}.log").open("a") as log:
            process = subprocess.Popen([SPECCTL, *map(str, arguments)], stdout=log, stderr=log, cwd=self.folder,
                                       env={**os.environ, **(env or {})})
        self.addCleanup(lambda: (process.poll() is None and process.send_signal(signal.SIGTERM),
                                 process.wait(timeout=PATIENCE_S)))
        return process

    def asked(self, controller, *arguments, **options):
        return self.specctl(*arguments, "--controller", controller.address, **options)

    def attached(self, controller):
        agents = json.loads(self.asked(controller, "agents", "--format", "json").stdout)
        return [agent for agent in agents if agent["connected"]]

    def jobs(self, controller):
        return {job["id"]: job for job in json.loads(self.asked(controller, "list", "--format", "json").stdout)}
