"""`specctl preflight`: its steps, what it prints, and that it leaves nothing behind."""
import json
import math
import os
import pathlib
import re
import signal
import time
import unittest

from harness import Case, children_of, is_running, wait_for

PATIENCE_S = 300


class PreflightTest(Case):
    def setUp(self):
        super().setUp()
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.env = {**os.environ, "TMPDIR": str(self.temporary)}

    def preflight(self, *arguments):
        """Its exit status and what it printed: a machine that is busy may well keep no load."""
        process = self.start("preflight", "--duration", "1s", "--chunks-per-s", "20", *arguments,
                             env=self.env)
        out, err = process.communicate(timeout=PATIENCE_S)
        self.assertIn(process.returncode, (0, 1), err)
        self.assertEqual(list(self.temporary.iterdir()), [])
        return process.returncode, out, err

    def test_json_has_every_step_the_ceiling_and_the_plan(self):
        status, out, err = self.preflight("--streams-max", 8, "--bs", 16, "--format", "json")
        found = json.loads(out)
        self.assertEqual(found["steps"][0]["streams"], 8)
        for step in found["steps"]:
            self.assertEqual(step["state"] == "kept", step["verdict"] == "valid", step)
            self.assertEqual(step["state"] == "kept", "why" not in step, step)
            self.assertEqual(step["offered_chunks_per_s"], 20 * step["streams"])
            self.assertGreater(step["agent_cpu_us_per_chunk"], 0)
            self.assertEqual(len(step["agents"]), 1)
        kept = [step["streams"] for step in found["steps"] if step["state"] == "kept"]
        self.assertEqual(status == 0, bool(kept))
        self.assertEqual("ceiling" in found, bool(kept))
        checks = found["plan"]["checks"] if kept else []
        self.assertEqual(len(err.splitlines()), len(found["steps"]) + len(checks))
        if not kept:
            return
        ceiling = found["ceiling"]
        self.assertEqual((ceiling["streams"], ceiling["chunks_per_s"]), (max(kept), 20 * max(kept)))
        agents = math.ceil(16 * 20 / (found["plan"]["planned_share"] * ceiling["chunks_per_s"]))
        self.assertEqual((found["plan"]["bs"], found["plan"]["agents"]), (16, min(agents, 16)))
        self.assertEqual(found["plan"]["machines"], -(-min(agents, 16) // found["cores"]))
        self.check_is_of_the_plan(found, 16)

    def test_a_rate_of_arrivals(self):
        process = self.start("preflight", "--duration", "1s", "--request-rate", "50", "--format", "json", env=self.env)
        out, err = process.communicate(timeout=PATIENCE_S)
        found = json.loads(out)
        self.assertEqual(found["request_rate_per_s"], 50)
        self.assertEqual(process.returncode, 0 if found["kept"] else 1, err)
        for step in found["steps"]:
            self.assertEqual(step["state"] == "kept", "why" not in step, step)
            self.assertGreater(step["achieved_per_s"], 10)
        self.assertEqual(list(self.temporary.iterdir()), [])

    def check_is_of_the_plan(self, found, bs):
        """The plan's agents with all of the demand, or a machine's with their planned share."""
        plan, ceiling = found["plan"], found["ceiling"]
        machine_agents = max(found["cores"], ceiling["agents"])
        for check in plan["checks"]:
            fits = plan["machines"] == 1
            self.assertEqual(len(check["agents"]), plan["agents"] if fits else machine_agents)
            share = max(1, int(plan["planned_share"] * ceiling["streams"]))
            self.assertEqual(check["streams"], bs if fits else machine_agents * share)
        self.assertEqual(plan["checked"], plan["checks"][-1]["state"])
        if plan["machines"] == 1 and plan["checked"] != "null server late":
            self.assertEqual(plan["this_machine_carries_it"], plan["checked"] == "kept")

    def test_agents_at_once_have_each_their_streams_and_null_server(self):
        _, out, err = self.preflight("--agents", 2, "--streams-max", 6, "--bs", 6, "--format",
                                     "json")
        found = json.loads(out)
        self.assertEqual(found["steps"][0]["streams"], 12)
        self.assertIn("12 streams over 2 agents at 20 chunks/s each ...", err)
        for step in found["steps"]:
            self.assertEqual([agent["agent"] for agent in step["agents"]], [0, 1])
            for agent in step["agents"]:
                self.assertEqual(2 * agent["streams"], step["streams"])
                self.assertGreater(agent["cpu_us_per_chunk"], 0)
                self.assertGreater(agent["null_server_late_p99_ms"], 0)
            self.assertEqual(step["agent_cpu_us_per_chunk"],
                             max(agent["cpu_us_per_chunk"] for agent in step["agents"]))
        if "plan" in found:
            self.assertEqual(found["ceiling"]["agents"], 2)
            self.check_is_of_the_plan(found, 6)

    def test_one_fleet_serves_every_step(self):
        process = self.start("preflight", "--duration", "1s", "--chunks-per-s", "20", "--agents", 2,
                             "--streams-max", 4, "--bs", 2, env=self.env)
        agents, servers = set(), set()
        while process.poll() is None:
            # Sanitizers have children of their own.
            agents.update(pid for pid in children_of(process.pid) if self.is_command(pid, "agent"))
            for agent in agents:
                servers.update(pid for pid in children_of(agent) if self.is_command(pid, "sim"))
            time.sleep(0.02)
        # Two steps at least: the search's, and its second try or the check.
        self.assertGreaterEqual(len(servers), 3)
        self.assertEqual(len(agents), 2)

    def is_command(self, pid, command):
        try:
            return command in pathlib.Path(f"/proc/{pid}/cmdline").read_text().split("\0")
        except OSError:
            return False

    def test_the_page_has_a_row_for_each_step(self):
        status, out, err = self.preflight("--streams-max", 4)
        rows = [line.split()[0] for line in out.splitlines()
                if re.match(r" +\d+ .*(kept|distorted|null server late)", line)]
        self.assertEqual(rows, [line.split()[0] for line in err.splitlines()])
        self.assertEqual("one agent on this machine: " in out, status == 0)
        self.assertEqual("\nchecked: " in out, status == 0)
        self.assertEqual("--bs 512 at 20 chunks/s per stream: 10,240 chunks/s" in out, status == 0)
        self.assertEqual("no load was kept" in out, status == 1)

    def test_bad_input_names_the_flag(self):
        for arguments in (("--bs", 0), ("--chunks-per-s", 0), ("--tokens-per-s", "1e9"),
                          ("--duration", "soon"), ("--duration", "1ms"), ("--streams-max", 0),
                          ("--agents", 0), ("--scale", "--kube"), ("--wait-agents", "1m"),
                          ("--format", "xml"), ("--tokens-per-chunk", 2)):
            with self.subTest(arguments):
                done = self.specctl("preflight", *arguments, status=2)
                self.assertIn(arguments[0], done.stderr)
                self.assertEqual(done.stdout, "")

    def start_long(self):
        process = self.start("preflight", "--duration", "60s", "--agents", "2", env=self.env)
        children = wait_for("two null servers and two agents", lambda: self.family(process.pid))
        return process, children

    def family(self, pid):
        """Two agents, and the null server of each."""
        agents = children_of(pid)
        found = agents + [server for agent in agents for server in children_of(agent)]
        return found if len(found) == 4 else None

    def test_ctrl_c_ends_the_children(self):
        process, children = self.start_long()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=PATIENCE_S), 130)
        wait_for("the children's end", lambda: not any(map(is_running, children)))
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_the_children_do_not_outlive_it(self):
        process, children = self.start_long()
        process.kill()
        process.wait(timeout=PATIENCE_S)
        wait_for("the children's end", lambda: not any(map(is_running, children)))


if __name__ == "__main__":
    unittest.main()
