#!/usr/bin/env python3
"""specctl sweep --controller: sweeps as objects on a daemon, through kills of client and controller."""
import json
import signal
import time
import unittest

from daemon import DaemonCase
from harness import wait_for
from sweep_case import QUICK, SweepCase


class RemoteSweepTest(DaemonCase, SweepCase):
    def flags(self, requests=12):
        return (*self.pair_of_engines(), "--bs", "1,4", "--dataset", self.prompts(50), "--requests", requests,
                "--seed", "9", *QUICK)

    def files(self, folder):
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())

    def assert_copied(self, folder, job):
        """What is here is what the controller has, to the byte."""
        mine = self.files(folder)
        self.assertEqual([name for name in self.files(job) if name not in ("job.pb", "order.pb.gz")], mine)
        for name in mine:
            self.assertEqual((folder / name).read_bytes(), (job / name).read_bytes(), name)

    def places(self, folder):
        return [(p["target"], p["bs"], p["role"], p["state"]) for p in self.sweep(folder)["points"]]

    def test_a_sweep_is_as_one_that_is_made_here(self):
        controller = self.controller()
        self.agents(controller, 2)
        flags = self.flags()
        here, there = self.run_dir("here"), self.run_dir("there")
        local = self.specctl("sweep", *flags, "--output-dir", here)
        remote = self.asked(controller, "sweep", *flags, "--output-dir", there)
        self.assertEqual(self.places(there), self.places(here))
        self.assertEqual(self.sweep(there)["arguments"], self.sweep(here)["arguments"])
        for done in (local, remote):
            self.assertIn("4 points: 4 done   6 runs", done.stdout)
            self.assertIn("a capital: on the front", done.stdout)
        self.assertIn("[1/6] ", remote.stderr)
        self.assertIn("[6/6] ", remote.stderr)
        for point in self.sweep(there)["points"]:
            summary = self.summary(there / point["folder"])
            self.assert_conserved(summary)
            self.assertEqual(summary["conservation"]["ok"], 12)
        sweep_id = self.sweep(there)["sweep_id"]
        self.assert_copied(there, controller.data / "jobs" / sweep_id)
        job = self.jobs(controller)[sweep_id]
        self.assertEqual((job["kind"], job["state"]), ("sweep", "done"))
        self.assertTrue(job["command"].startswith("sweep --target"), job["command"])
        # As a run it is fetched and removed.
        fetched = self.asked(controller, "fetch", sweep_id)
        words = [text.replace(str(folder), "S").split() for text, folder in
                 ((remote.stdout, there), (fetched.stdout, f"sweeps/{sweep_id}"))]
        self.assertEqual(*words)
        self.assert_copied(self.folder / "sweeps" / sweep_id, controller.data / "jobs" / sweep_id)
        # Nothing is left of it, here or there.
        before = (there / "sweep.json").read_text()
        self.specctl("sweep", "--resume", there)
        self.assertEqual((there / "sweep.json").read_text(), before)
        refused = self.asked(controller, "fetch", sweep_id, "--strict", "--output-dir", self.run_dir("x"), status=2)
        self.assertIn("--strict: is for runs", refused.stderr)
        self.asked(controller, "rm", sweep_id)
        self.assertEqual(self.jobs(controller), {})

    def test_detached_queued_attached_and_cancelled(self):
        controller = self.controller()
        self.agents(controller, 2)
        long_id = self.asked(controller, "sweep", *self.flags(1_000_000), "--detach").stdout.strip()
        queued_id = self.asked(controller, "sweep", *self.flags(), "--detach").stdout.strip()
        wait_for("its first run", lambda: self.jobs(controller)[long_id].get("progress", "").startswith("[1/6] "))
        self.assertEqual(self.jobs(controller)[queued_id]["jobs_before"], 1)
        wait_for("an agent in the run", lambda: any(a["in_run"] for a in self.attached(controller)))
        self.asked(controller, "cancel", long_id)
        self.asked(controller, "attach", queued_id, "--output-dir", self.run_dir("Q"))
        self.assertEqual({p["state"] for p in self.sweep(self.run_dir("Q"))["points"]}, {"done"})
        cut = self.asked(controller, "fetch", long_id, "--output-dir", self.run_dir("L"), status=130)
        self.assertIn("to go on: specctl sweep --resume", cut.stderr)
        self.assertEqual(self.jobs(controller)[long_id]["state"], "cancelled")
        self.assertEqual({p["state"] for p in self.sweep(self.run_dir("L"))["points"]}, {"planned"})

    def test_what_was_cut_short_goes_on_there_or_here(self):
        controller = self.controller()
        self.agents(controller, 2)
        folder = self.run_dir("S")
        client = self.start("sweep", "--controller", controller.address, *self.flags(60), "--output-dir", folder)
        wait_for("a point", lambda: (folder / "sweep.json").exists() and
                 any(p["state"] == "done" for p in self.sweep(folder)["points"]))
        client.send_signal(signal.SIGINT)
        _, err = client.communicate(timeout=60)
        self.assertEqual(client.returncode, 130, err)
        before = [p["run_id"] for p in self.sweep(folder)["points"] if p["state"] == "done"]
        self.asked(controller, "sweep", "--resume", folder)
        points = self.sweep(folder)["points"]
        self.assertEqual({p["state"] for p in points}, {"done"})
        self.assertEqual([p["run_id"] for p in points][:len(before)], before)
        self.assertEqual({p.name for p in (folder / "runs").iterdir()}, {p["run_id"] for p in points})
        self.assertEqual(len(self.jobs(controller)), 2)
        self.assertNotIn("--controller", self.sweep(folder)["arguments"])

    def test_a_client_that_is_killed_goes_on_with_its_copy(self):
        controller = self.controller()
        self.agents(controller, 2)
        folder = self.run_dir("S")
        client = self.quiet("sweep", "--controller", controller.address, *self.flags(60), "--output-dir", folder)
        wait_for("a journal", lambda: list(folder.glob("runs/*/journal.pb")))
        client.send_signal(signal.SIGKILL)
        client.wait()
        (sweep_id,) = self.jobs(controller)
        self.asked(controller, "attach", sweep_id, "--output-dir", folder)
        self.assertEqual({p["state"] for p in self.sweep(folder)["points"]}, {"done"})
        self.assert_copied(folder, controller.data / "jobs" / sweep_id)

    def test_a_controller_that_is_killed_ends_the_run_that_was_on_and_the_sweep(self):
        controller = self.controller()
        self.agents(controller, 2)
        folder = self.run_dir("S")
        client = self.start("sweep", "--controller", controller.address, *self.flags(150), "--output-dir", folder)

        def under_way():
            points = self.sweep(folder)["points"] if (folder / "sweep.json").exists() else []
            done = any(p["state"] == "done" for p in points)
            on = next((p for p in points if p["state"] == "planned" and p.get("folder")), None)
            grows = on and (folder / on["folder"] / "journal.pb").exists()
            return on["run_id"] if done and grows and any(a["in_run"] for a in self.attached(controller)) else None

        cut = wait_for("a run under way", under_way)
        time.sleep(0.3)
        controller.kill()
        controller.start()
        _, err = client.communicate(timeout=120)
        self.assertEqual(client.returncode, 0, err)
        self.assertIn("it goes on there; dialling again", err)
        points = self.sweep(folder)["points"]
        self.assertEqual({p["state"] for p in points}, {"done"})
        # Nothing measured is lost: the run that was on is the point's.
        self.assertIn(cut, [p["run_id"] for p in points])
        labels = json.loads((folder / "runs" / cut / "summary.json").read_text())["verdict"]["labels"]
        self.assertIn("controller_restarted", labels)
        for point in points:
            summary = self.summary(folder / point["folder"])
            self.assert_conserved(summary)
            self.assertEqual(summary["conservation"]["ok"], 150)
        (sweep_id,) = self.jobs(controller)
        self.assert_copied(folder, controller.data / "jobs" / sweep_id)

    def test_a_controller_that_is_told_to_end_goes_on_when_it_is_started_again(self):
        controller = self.controller()
        self.agents(controller, 2)
        sweep_id = self.asked(controller, "sweep", *self.flags(60), "--detach").stdout.strip()
        job = controller.data / "jobs" / sweep_id
        wait_for("a run under way", lambda: list(job.glob("runs/*/journal.pb")))
        self.assertEqual(controller.kill(signal.SIGTERM), 0)
        controller.start()
        self.asked(controller, "attach", sweep_id, "--output-dir", self.run_dir("S"))
        self.assertEqual({p["state"] for p in self.sweep(self.run_dir("S"))["points"]}, {"done"})

    def test_what_is_missing_is_said(self):
        controller = self.controller()
        flags = self.flags()
        refused = self.asked(controller, "sweep", *flags, "--output-dir", self.run_dir("S"), status=2)
        self.assertIn("--agents 1: only 0 are attached to this controller", refused.stderr)
        self.agents(controller, 1)
        absent = self.engine()
        absent.stop()
        nobody = self.asked(controller, "sweep", "--target", f"gone={absent.url}", "--bs", "1", "--requests", "4",
                            "--output-dir", self.run_dir("G"), *QUICK, status=1)
        self.assertIn("gone: ", nobody.stderr)
        for extra, says in ((("--detach",), "--detach: needs --controller"),
                            (("--wait-agents", "1s"), "--wait-agents: needs --controller")):
            done = self.specctl("sweep", *flags, *extra, status=2)
            self.assertIn(says, done.stderr)
        done = self.asked(controller, "sweep", *flags, "--detach", "--output-dir", "x", status=2)
        self.assertIn("--detach: can't be combined with --output-dir", done.stderr)
        done = self.asked(controller, "sweep", "--resume", self.run_dir("S"), "--detach", status=2)
        self.assertIn("--resume: can't be combined with --detach", done.stderr)


if __name__ == "__main__":
    unittest.main()
