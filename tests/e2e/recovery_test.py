#!/usr/bin/env python3
"""A controller that is killed in the middle of a run, and started again on its data.

SPECCTL_KILLS (3) says how many runs are disturbed, SPECCTL_SEED at which moments; the seed is printed.
"""
import json
import os
import random
import signal
import time
import unittest

from daemon import DaemonCase
from harness import PATIENCE_S, wait_for

KILLS = int(os.environ.get("SPECCTL_KILLS", "3"))
SEED = int(os.environ.get("SPECCTL_SEED", str(time.time_ns() % 1_000_000)))
DURATION_S = 5


class RecoveryTest(DaemonCase):
    def client(self, controller, engine, name, *flags):
        return self.start("run", "--controller", controller.address, "--url", engine.url, "--dataset",
                          self.prompts(50), "--osl", "16", "--bs", "8", "--agents", "2", "--duration",
                          f"{DURATION_S}s", "--output-dir", name, *flags)

    def finished(self, client):
        out, err = client.communicate(timeout=PATIENCE_S)
        self.assertEqual(client.returncode, 0, f"{out}\n{err}")
        return out, err

    def assert_whole(self, run, engine, before):
        """Nothing is lost, and every token is there that the engine sent."""
        summary = self.summary(run)
        self.assert_conserved(summary)
        counts = summary["conservation"]
        self.assertEqual((counts["lost"], counts["failed"], counts["cancelled"]), (0, 0, 0), counts)
        self.assertEqual(counts["ok"], counts["sent"])
        sent = engine.counters()["vllm:generation_tokens_total"] - before["vllm:generation_tokens_total"]
        probed = 8  # tokens of the probe's question, at most
        self.assertLessEqual(summary["tokens"]["output"], sent)
        self.assertGreaterEqual(summary["tokens"]["output"], sent - probed)
        # The same again from the journal, as the controller has it.
        report = self.specctl("report", run, "--output-dir", self.folder / f"again-{run.name}")
        self.assertIn(summary["run_id"], report.stdout)
        return summary

    def test_kills_at_any_moment_lose_nothing(self):
        print(f"SPECCTL_SEED={SEED}", flush=True)
        rng = random.Random(SEED)
        engine = self.engine("--step-ms", "10")
        controller = self.controller()
        self.agents(controller, 2)
        restarted = 0
        for kill in range(KILLS):
            before = engine.counters()
            at_s, away_s = rng.uniform(0, DURATION_S + 1.5), rng.uniform(0, 2)
            with self.subTest(kill=kill, at_s=at_s, away_s=away_s):
                client = self.client(controller, engine, f"run-{kill}")
                wait_for("the job", lambda: any(j["state"] == "running" for j in self.jobs(controller).values())
                         or client.poll() is not None)
                time.sleep(at_s)
                controller.kill()
                time.sleep(away_s)
                controller.start()
                self.finished(client)
                summary = self.assert_whole(self.run_dir(f"run-{kill}"), engine, before)
                restarted += "controller_restarted" in summary["verdict"]["labels"]
                wait_for("the agents", lambda: all(not a["in_run"] for a in self.attached(controller))
                         and len(self.attached(controller)) == 2)
        self.assertGreater(restarted, 0, "not one kill came in the middle of a run")

    def test_twice_in_one_run_and_an_agent_dies_meanwhile(self):
        engine = self.engine("--step-ms", "10")
        controller = self.controller()
        agents = [self.quiet("agent", "--controller", controller.address, "--name", f"pod-{i}") for i in range(2)]
        wait_for("the agents", lambda: len(self.attached(controller)) == 2)
        run = self.run_dir("twice")
        client = self.client(controller, engine, "twice")
        wait_for("its load", lambda: (run / "journal.pb").exists() and (run / "journal.pb").stat().st_size > 20_000)
        for _ in range(2):
            controller.kill()
            controller.start()
            wait_for("the agents again", lambda: sum(a["in_run"] for a in self.attached(controller)) == 2)
        controller.kill()
        agents[1].send_signal(signal.SIGKILL)
        controller.start()
        # Its place's next process: the run hears at once that the old one is gone.
        self.quiet("agent", "--controller", controller.address, "--name", "pod-1")
        out, err = client.communicate(timeout=PATIENCE_S)
        self.assertEqual(client.returncode, 1, err)
        summary = self.summary(run)
        self.assert_conserved(summary)
        self.assertNotEqual(summary["verdict"]["state"], "valid")
        self.assertIn("agent_lost", [reason["code"] for reason in summary["verdict"]["reasons"]])
        told = [label["text"] for label in summary["verdict"]["label_details"]
                if label["code"] == "controller_restarted"]
        self.assertIn("started again 3 times", told[0])

    def test_a_queued_run_with_a_key_waits_for_it(self):
        engine = self.engine("--step-ms", "5")
        controller = self.controller()
        agents = self.agents(controller, 2)
        env = {"KEY": "s3cret-value-of-the-key"}
        client = self.start("run", "--controller", controller.address, "--url", engine.url, "--dataset",
                            self.prompts(20), "--osl", "4", "--bs", "4", "--requests", "20", "--agents", "3",
                            "--wait-agents", "5m", "--api-key-env", "KEY", "--output-dir", "keyed",
                            env={**os.environ, **env})
        wait_for("the job", lambda: self.jobs(controller))
        (run_id,) = self.jobs(controller)
        detached = self.asked(controller, "run", "--url", engine.url, "--dataset", self.prompts(20), "--osl", "4",
                              "--bs", "4", "--requests", "20", "--api-key-env", "KEY", "--detach",
                              env=env).stdout.strip()
        controller.kill()
        controller.start()
        # Nobody is there to give the second its key again; the first one's client does.
        wait_for("it to wait", lambda: self.jobs(controller)[detached]["state"] == "needs_secret")
        self.quiet("agent", "--controller", controller.address, "--name", "third")
        self.finished(client)
        self.assertEqual(self.jobs(controller)[run_id]["state"], "done")
        self.assertEqual(self.jobs(controller)[detached]["state"], "needs_secret")
        self.assertIsNone(agents.poll())
        for path in [*self.folder.rglob("*")]:
            if path.is_file():
                self.assertNotIn(env["KEY"].encode(), path.read_bytes(), path)


if __name__ == "__main__":
    unittest.main()
