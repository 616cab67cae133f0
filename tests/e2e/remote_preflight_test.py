#!/usr/bin/env python3
"""`specctl preflight --controller`: attached agents are measured where they are."""
import json
import os
import re
import signal
import unittest

from daemon import DaemonCase
from harness import PATIENCE_S, children_of, is_running, wait_for


class RemotePreflightTest(DaemonCase):
    def setUp(self):
        super().setUp()
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.env = {**os.environ, "TMPDIR": str(self.temporary)}

    def preflight(self, controller, *arguments):
        """Its exit status and what it printed: a machine that is busy may well keep no load."""
        process = self.start("preflight", "--controller", controller.address, "--duration", "1s", "--chunks-per-s",
                             "20", *arguments, env=self.env)
        out, err = process.communicate(timeout=PATIENCE_S)
        self.assertIn(process.returncode, (0, 1), err)
        self.assertEqual(list(self.temporary.iterdir()), [])
        self.assertEqual(self.jobs(controller), {}, "its steps are removed")
        return process.returncode, out, err

    def test_all_attached_agents_are_measured_at_once(self):
        controller = self.controller()
        self.agents(controller, 3)
        status, out, _ = self.preflight(controller, "--streams-max", 4, "--bs", 12, "--format", "json")
        found = json.loads(out)
        self.assertEqual(found["attached_agents"], 3)
        for step in found["steps"]:
            self.assertEqual(step["streams"], 12)
            self.assertEqual([agent["agent"] for agent in step["agents"]], [0, 1, 2])
            for agent in step["agents"]:
                self.assertEqual(agent["host"], os.uname().nodename)
                self.assertEqual(agent["cores"], os.cpu_count())
                self.assertEqual(agent["streams"], 4)
                self.assertGreater(agent["chunks"], 20)
                self.assertGreater(agent["null_server_late_p99_ms"], 0)
        kept = [step for step in found["steps"] if step["state"] == "kept"]
        self.assertEqual(status == 0, bool(kept), out)
        if kept:
            self.assertEqual(found["ceiling"]["agents"], 3)
            self.assertEqual(found["plan"]["bs"], 12)
        # The agents are there for others.
        engine = self.engine()
        self.asked(controller, "run", "--url", engine.url, "--dataset", self.prompts(20), "--osl", "4", "--bs", "6",
                   "--requests", "20", "--agents", "3", "--output-dir", self.run_dir())
        self.assertEqual(self.summary(self.run_dir())["conservation"]["ok"], 20)

    def test_the_page_tells_each_agent(self):
        controller = self.controller()
        self.agents(controller, 2)
        status, out, err = self.preflight(controller, "--streams-max", 2)
        self.assertIn("4 streams over 2 agents at 20 chunks/s each ...", err)
        rows = re.findall(r"^ +([01]) +\d+ .*" + re.escape(os.uname().nodename) + "$", out, re.MULTILINE)
        # Where the null servers were late each time nothing is learnt of an agent.
        told = bool(re.search(r"^ +\d+ .* {3}(kept$|distorted)", out, re.MULTILINE))
        self.assertIn(sorted(rows), (["0", "1"], ["0", "0", "1", "1"]) if told else ([],), out)
        self.assertEqual("each of 2 agents at once: " in out, status == 0, out)
        self.assertNotIn("this machine", out)

    def test_a_rate_of_arrivals(self):
        controller = self.controller()
        self.agents(controller, 2)
        status, out, err = self.preflight(controller, "--request-rate", "40", "--format", "json")
        found = json.loads(out)
        self.assertEqual(found["attached_agents"], 2)
        self.assertEqual(found["kept"], status == 0, err)
        for step in found["steps"]:
            self.assertGreater(step["achieved_per_s"], 10)

    def test_missing_agents_are_told_and_waited_for(self):
        controller = self.controller()
        none = self.specctl("preflight", "--controller", controller.address, status=2)
        self.assertIn("--agents 1: only 0 are attached to this controller; start 1 more", none.stderr)
        client = self.start("preflight", "--controller", controller.address, "--agents", "2", "--wait-agents", "2m",
                            "--duration", "1s", "--streams-max", "1", "--chunks-per-s", "20", env=self.env)
        self.agents(controller, 2)
        out, err = client.communicate(timeout=PATIENCE_S)
        self.assertIn(client.returncode, (0, 1), err)
        self.assertIn("2 agents", out)
        for flags, what in ((("--detach",), "--detach"), (("--scale",), "--scale: needs --kube"),
                            (("--wait-agents", "soon"), "--wait-agents"),
                            (("--agents", "0"), "--agents")):
            refused = self.specctl("preflight", "--controller", controller.address, *flags, status=2)
            self.assertIn(what, refused.stderr)
        refused = self.specctl("preflight", "--agents", "300", status=2)
        self.assertIn("--agents: need at most 256 on one machine", refused.stderr)

    def test_ctrl_c_ends_the_step_and_leaves_nothing(self):
        controller = self.controller()
        agent = self.quiet("agent", "--controller", controller.address)
        wait_for("the agent", lambda: len(self.attached(controller)) == 1)
        process = self.start("preflight", "--controller", controller.address, "--duration", "60s", env=self.env)
        servers = wait_for("its null server", lambda: children_of(agent.pid))
        wait_for("the run", lambda: any(job["state"] == "running" for job in self.jobs(controller).values()))
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=PATIENCE_S), 130)
        wait_for("the null server's end", lambda: not any(map(is_running, servers)))
        self.assertEqual(self.jobs(controller), {})
        self.assertEqual(list(self.temporary.iterdir()), [])
        self.assertIsNone(agent.poll(), "the agent stays")

    def test_an_agent_that_is_killed_takes_its_null_server_along(self):
        controller = self.controller()
        agent = self.quiet("agent", "--controller", controller.address)
        wait_for("the agent", lambda: len(self.attached(controller)) == 1)
        process = self.start("preflight", "--controller", controller.address, "--duration", "60s", "--streams-max", "8",
                             env=self.env)
        servers = wait_for("its null server", lambda: children_of(agent.pid))
        agent.kill()
        wait_for("the null server's end", lambda: not any(map(is_running, servers)))
        process.send_signal(signal.SIGINT)
        process.wait(timeout=PATIENCE_S)

    def test_a_run_may_be_made_on_null_servers(self):
        controller = self.controller()
        self.agents(controller, 2)
        flags = ("run", "--url", "null://50", "--bs", "4", "--osl", "10", "--requests", "40", "--dataset", "builtin",
                 "--agents", "2", "--flush-cache")
        for name, asked in (("here", self.specctl), ("there", lambda *a, **k: self.asked(controller, *a, **k))):
            asked(*flags, "--output-dir", self.run_dir(name))
            summary = self.summary(self.run_dir(name))
            self.assert_conserved(summary)
            self.assertEqual(summary["conservation"]["ok"], 40)
            # 50 chunks/s on each stream: no sooner than that.
            self.assertGreater(summary["itl_ms"]["p50"], 15)


if __name__ == "__main__":
    unittest.main()
