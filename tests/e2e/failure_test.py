"""Failures in the middle of a run: named, with the right status, and everything measured kept."""
import json
import os
import signal
import socket
import time
import unittest

from harness import PATIENCE_S, Case, children_of, is_running, wait_for, with_stepped_clock


class FailureTest(Case):
    def long_run(self, *flags, engine=None, osl=32):
        """A run that goes on until something ends it, once requests are under way."""
        self.sim = engine or self.engine()
        process = self.start("run", "--url", self.sim.url, "--agents", 4, "--bs", 8, "--dataset",
                             "builtin", "--duration", "600s", "--osl", osl, "--output-dir",
                             self.run_dir(), *flags)
        journal = self.run_dir() / "journal.pb"

        def under_way():
            # Short responses have ended by then, at max_tokens; of long ones there are chunks.
            return (journal.exists() and journal.stat().st_size > 60_000 and
                    (osl > 1000 or journal.read_bytes().count(b"length") >= 40))

        wait_for("chunks in the journal", lambda: process.poll() is not None or under_way())
        self.assertIsNone(process.poll(), "the run ended by itself")
        return process

    def ended(self, process, status):
        stdout, stderr = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, status, f"{stdout}\n{stderr}")
        return stdout, stderr

    def assert_no_agent_left(self, pids):
        wait_for("the end of all agents", lambda: not any(is_running(pid) for pid in pids))

    def test_ctrl_c_drains_and_writes_all_artifacts(self):
        process = self.long_run()
        agents = children_of(process.pid)
        self.assertEqual(len(agents), 4)
        process.send_signal(signal.SIGINT)
        stdout, _ = self.ended(process, 130)
        self.assertIn("planned", stdout)
        summary = self.summary(self.run_dir())
        self.assert_conserved(summary)
        self.assertGreater(summary["conservation"]["ok"], 0)
        self.assert_no_agent_left(agents)

    def test_ctrl_c_twice_stops_at_once_with_the_journal_intact(self):
        # Responses of several seconds, so that the drain after the first Ctrl-C takes its time.
        process = self.long_run(engine=self.engine("--step-ms", "100"), osl=2000)
        agents = children_of(process.pid)
        process.send_signal(signal.SIGINT)
        # The second signal must not overtake the first.
        journal = self.run_dir() / "journal.pb"
        wait_for("the drain", lambda: b"interrupted" in journal.read_bytes())
        process.send_signal(signal.SIGINT)
        self.ended(process, 130)
        self.assert_no_agent_left(agents)
        self.specctl("report", self.run_dir(), "--output-dir", self.run_dir("again"))
        self.assert_conserved(self.summary(self.run_dir("again")))

    def test_a_killed_agent_is_named_and_its_events_are_kept(self):
        process = self.long_run("--grace", "1s")
        agents = sorted(children_of(process.pid))
        os.kill(agents[2], signal.SIGKILL)
        _, stderr = self.ended(process, 1)
        self.assertIn("agent 2", stderr)
        self.assertIn("killed by signal 9", stderr)
        summary = self.summary(self.run_dir())
        self.assert_conserved(summary)
        self.assertIn("agent_lost", [reason["code"] for reason in summary["verdict"]["reasons"]])
        self.assertTrue(any(row["agent"] == 2 and row["outcome"] == "ok"
                            for row in self.rows(self.run_dir())))
        self.assert_no_agent_left(agents)

    def test_a_run_that_degrades_goes_on_without_a_killed_agent(self):
        sim = self.engine("--step-ms", "5")
        process = self.start("run", "--url", sim.url, "--agents", 4, "--bs", 8, "--dataset", "builtin",
                             "--duration", "16s", "--osl", 32, "--on-agent-loss", "degrade", "--output-dir",
                             self.run_dir())
        journal = self.run_dir() / "journal.pb"
        wait_for("chunks in the journal", lambda: process.poll() is not None or
                 (journal.exists() and journal.stat().st_size > 60_000))
        time.sleep(7)  # a hold of 5 s, and what machines under load may add
        agents = sorted(children_of(process.pid))
        os.kill(agents[2], signal.SIGKILL)
        stdout, stderr = self.ended(process, 0)
        summary = self.summary(self.run_dir())
        self.assert_conserved(summary)
        verdict = summary["verdict"]
        self.assertNotEqual(verdict["state"], "valid")
        self.assertIn("agent_lost", [reason["code"] for reason in verdict["reasons"]])
        self.assertIn("reduced_load", verdict["labels"])
        self.assertEqual(summary["end"]["state"], "completed")
        self.assertIn("killed by signal 9", stdout)
        (left,) = summary["load_left"]
        self.assertEqual((left["agents"], left["slots"]), (3, 6))
        self.assertIn(f"in flight 6 of 8 from second {left['from_s']} on", stdout.split("\nload")[1])
        self.assertEqual(summary["hold"]["start_s"] + summary["hold"]["length_s"], left["from_s"])
        rows = self.rows(self.run_dir())
        self.assertTrue(any(row["agent"] == 2 and row["outcome"] == "ok" for row in rows))
        self.assertLessEqual(summary["conservation"]["lost"], 2 * 2)
        # The others had their whole time.
        self.assertLessEqual({0, 1, 3}, {row["agent"] for row in rows if row["stage"] == "reduced"})
        again = self.specctl("report", self.run_dir(), "--output-dir", self.run_dir("again"))
        self.assertIn("in flight 6 of 8", again.stdout)
        self.assert_no_agent_left(agents)

    def test_the_last_agent_s_loss_fails_a_run_that_degrades(self):
        process = self.long_run("--on-agent-loss", "degrade")
        for agent in children_of(process.pid):
            os.kill(agent, signal.SIGKILL)
        _, stderr = self.ended(process, 1)
        self.assertIn("killed by signal 9", stderr)
        summary = self.summary(self.run_dir())
        self.assert_conserved(summary)
        self.assertEqual(summary["end"]["state"], "agent_lost")

    def test_an_agent_that_is_told_to_end_ends_the_run(self):
        process = self.long_run("--grace", "1s")
        agents = sorted(children_of(process.pid))
        os.kill(agents[2], signal.SIGTERM)
        _, stderr = self.ended(process, 1)
        self.assertIn(f"pid {agents[2]}) was told to end before its work was done", stderr)
        summary = self.summary(self.run_dir())
        self.assert_conserved(summary)
        self.assertEqual(summary["conservation"]["lost"], 0)
        self.assertIn("agent_lost", [reason["code"] for reason in summary["verdict"]["reasons"]])
        self.assert_no_agent_left(agents)

    def test_an_agent_without_a_controller_says_so_and_ends_when_it_is_told(self):
        for told in (signal.SIGTERM, signal.SIGINT):
            with socket.socket() as nobody:  # bound and not listening: refuses
                nobody.bind(("127.0.0.1", 0))
                address = "127.0.0.1:%d" % nobody.getsockname()[1]
                agent = self.start("agent", "--controller", address)
                self.assertIn(f"controller {address}: unreachable", agent.stderr.readline())
                agent.send_signal(told)
                _, stderr = self.ended(agent, 1)
                self.assertIn("told to end while idle", stderr)

    def test_an_agent_says_what_fails_in_its_own_words_alone(self):
        agent = self.start("agent", "--plaintext", "--controller", "dns://bad")  # gRPC has an error line for that
        self.assertTrue(agent.stderr.readline().startswith("specctl agent: controller dns://bad: "))
        agent.kill()
        agent.wait()

    def test_an_agents_words_are_json_where_its_log_is(self):
        for flags in ((), ("--count", "2")):
            agent = self.start("agent", "--controller", "127.0.0.1:1", "--log-format", "json", *flags)
            told = json.loads(agent.stderr.readline())
            self.assertEqual(told["level"], "warning")
            self.assertIn("controller 127.0.0.1:1: unreachable", told["message"])
            agent.kill()
            agent.wait()
        refused = self.specctl("agent", "--controller", "127.0.0.1:1", "--tls-dir", "/none", "--log-format", "json",
                               status=2)
        self.assertIn("/none", json.loads(refused.stderr)["message"])

    def test_an_agent_dials_again_after_its_wall_clock_was_stepped_back(self):
        with socket.socket() as controller:
            controller.bind(("127.0.0.1", 0))
            agent = self.start("agent", "--controller", "127.0.0.1:%d" % controller.getsockname()[1],
                               env=with_stepped_clock(-3600))
            time.sleep(3)  # refused again and again, it waits longer each time
            agent.send_signal(signal.SIGUSR2)
            time.sleep(1)
            controller.settimeout(PATIENCE_S)
            controller.listen()
            controller.accept()[0].close()
        agent.kill()
        agent.wait()

    def test_no_agent_outlives_a_killed_run(self):
        process = self.long_run()
        agents = children_of(process.pid)
        os.kill(agents[0], signal.SIGSTOP)
        process.kill()
        self.assert_no_agent_left(agents)
        self.specctl("report", self.run_dir(), "--output-dir", self.run_dir("again"))
        self.assert_conserved(self.summary(self.run_dir("again")))

    def test_a_server_that_dies_ends_the_run_with_its_failures_counted(self):
        process = self.long_run()
        self.sim.stop(signal.SIGKILL)
        _, stderr = self.ended(process, 1)
        self.assertIn("--max-failed", stderr)
        summary = self.summary(self.run_dir())
        self.assert_conserved(summary)
        self.assertGreater(summary["conservation"]["failed"], 0)
        self.assertGreater(summary["conservation"]["ok"], 0)

    def test_a_server_that_falls_silent_is_timed_out(self):
        process = self.long_run("--idle-timeout", "1s")
        os.kill(self.sim.process.pid, signal.SIGSTOP)
        self.ended(process, 1)
        os.kill(self.sim.process.pid, signal.SIGCONT)
        summary = self.summary(self.run_dir())
        self.assert_conserved(summary)
        self.assertGreater(summary["conservation"]["timed_out"], 0)

    def test_every_request_failing_ends_the_run(self):
        engine = self.engine("--fault", "503:1")
        done = self.specctl("run", "--url", engine.url, "--bs", 4, "--dataset", self.prompts(40),
                            "--output-dir", self.run_dir(), status=1)
        self.assertIn("503", done.stderr)

    def test_a_full_disk_ends_the_run_and_keeps_what_was_synced(self):
        engine = self.engine()
        limit = 200_000
        process = self.start(
            "run", "--url", engine.url, "--agents", 2, "--bs", 8, "--dataset", "builtin",
            "--duration", "600s", "--osl", 32, "--output-dir", self.run_dir(),
            preexec_fn=lambda: limit_file_size(limit))
        _, stderr = self.ended(process, 1)
        self.assertIn("journal.pb", stderr)
        self.specctl("report", self.run_dir(), "--output-dir", self.run_dir("again"))
        summary = self.summary(self.run_dir("again"))
        self.assertGreater(summary["conservation"]["ok"], 0)

    def test_errors_of_the_server_are_counted_by_kind(self):
        cases = {"cut": "failed", "error-event": "failed", "garbage": "failed"}
        for fault, outcome in cases.items():
            with self.subTest(fault):
                engine = self.engine("--fault", f"{fault}:0.3")
                run_dir = self.run_dir(fault)
                self.specctl("run", "--url", engine.url, "--bs", 4, "--dataset", self.prompts(40),
                             "--osl", 8, "--max-failed", "100%", "--wait-ready", "30s",
                             "--output-dir", run_dir)
                summary = self.summary(run_dir)
                self.assert_conserved(summary)
                self.assertGreater(summary["conservation"][outcome], 0)
                self.assertGreater(summary["conservation"]["ok"], 0)
                self.assertIn("server_errors", summary["verdict"]["labels"])

    def test_context_overflow_is_counted_apart_and_warned_of(self):
        engine = self.engine("--max-model-len", "64")
        path = self.folder / "mixed.jsonl"
        path.write_text('{"prompt": "short"}\n' * 6 + '{"prompt": "%s"}\n' % ("long " * 200))
        done = self.specctl("run", "--url", engine.url, "--bs", 2, "--dataset", path, "--osl", 8,
                            "--max-failed", "100%", "--output-dir", self.run_dir())
        self.assertIn("1 of 7 conversations may not fit", done.stderr)
        self.assertIn("context", done.stdout)
        rows = self.rows(self.run_dir())
        self.assertEqual([row["outcome"] for row in rows].count("ok"), 6)


def limit_file_size(limit):
    import resource
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))


if __name__ == "__main__":
    unittest.main()
