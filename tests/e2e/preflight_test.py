"""`specctl preflight`: its steps, what it prints, and that it leaves nothing behind."""
import json
import os
import signal
import unittest

from harness import Case, children_of, is_running, wait_for


class PreflightTest(Case):
    def setUp(self):
        super().setUp()
        self.temporary = self.folder / "tmp"
        self.temporary.mkdir()
        self.env = {**os.environ, "TMPDIR": str(self.temporary)}

    def preflight(self, *arguments, status=0):
        return self.specctl("preflight", "--duration", "1s", "--chunks-per-s", 20, *arguments,
                            status=status, env={"TMPDIR": str(self.temporary)})

    def test_json_has_every_step_the_ceiling_and_the_plan(self):
        done = self.preflight("--streams-max", 8, "--bs", 16, "--format", "json")
        found = json.loads(done.stdout)
        self.assertEqual({step["streams"] for step in found["steps"]}, {8})
        step = found["steps"][-1]
        self.assertEqual((step["state"], step["verdict"]), ("kept", "valid"))
        self.assertEqual(step["offered_chunks_per_s"], 160)
        self.assertGreater(step["agent_cpu_us_per_chunk"], 0)
        self.assertEqual(found["ceiling"],
                         {"chunks_per_s": 160, "streams": 8, "is_lower_bound": True})
        self.assertEqual((found["plan"]["bs"], found["plan"]["agents"]), (16, 3))
        self.assertEqual(found["plan"]["machines"], -(-3 // found["cores"]))
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_the_page_has_a_row_for_each_step(self):
        done = self.preflight("--streams-max", 70)
        rows = [line.split() for line in done.stdout.splitlines() if line.endswith("kept")]
        self.assertEqual([row[0] for row in rows], ["64", "70"])
        self.assertIn("one agent on this machine: at least 1,400 chunks/s", done.stdout)
        self.assertIn("--bs 512 at 20 chunks/s a stream: 10,240 chunks/s", done.stdout)
        self.assertIn("70 streams", done.stderr)

    def test_bad_input_names_the_flag(self):
        for arguments in (("--bs", 0), ("--chunks-per-s", 0), ("--tokens-per-s", "1e9"),
                          ("--duration", "soon"), ("--duration", "1ms"), ("--streams-max", 0),
                          ("--format", "xml"), ("--tokens-per-chunk", 2)):
            with self.subTest(arguments):
                done = self.specctl("preflight", *arguments, status=2)
                self.assertIn(arguments[0], done.stderr)
                self.assertEqual(done.stdout, "")

    def start_long(self):
        process = self.start("preflight", "--duration", "60s", env=self.env)
        # The null server and the run, which has an agent of its own.
        children = wait_for("two children and an agent", lambda: self.family(process.pid))
        return process, children

    def family(self, pid):
        children = children_of(pid)
        found = children + [agent for child in children for agent in children_of(child)]
        return found if len(found) == 3 else None

    def test_ctrl_c_ends_the_children(self):
        process, children = self.start_long()
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), 130)
        wait_for("the children's end", lambda: not any(map(is_running, children)))
        self.assertEqual(list(self.temporary.iterdir()), [])

    def test_the_children_do_not_outlive_it(self):
        process, children = self.start_long()
        process.kill()
        process.wait(timeout=60)
        wait_for("the children's end", lambda: not any(map(is_running, children)))


if __name__ == "__main__":
    unittest.main()
