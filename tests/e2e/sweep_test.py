#!/usr/bin/env python3
"""specctl sweep: a grid of runs, killed and resumed, with its curves; wrong input."""
import json
import random
import re
import signal
import time
import unittest
import xml.dom.minidom

from harness import SANITIZED, wait_for
from sweep_case import QUICK, SweepCase


class SweepTest(SweepCase):
    def refused(self, *arguments, says, status=2):
        done = self.specctl("sweep", *arguments, status=status)
        self.assertIn(says, done.stderr)
        self.assertEqual(done.stdout, "")
        return done

    def test_a_grid_has_a_run_for_each_point(self):
        folder = self.run_dir("S")
        done = self.specctl("sweep", *self.pair_of_engines(), "--bs", "1,4", "--dataset", "builtin",
                            "--temperature", "0,1", "--duration", "300ms", "--osl", "8", "--cool-down", "0",
                            "--output-dir", folder)
        sweep = self.sweep(folder)
        self.assertEqual(sweep["grid"]["loads"], [{"bs": 1}, {"bs": 4}])
        grid = {(p["target"], p["bs"], p["temperature"]) for p in sweep["points"] if p["role"] == "grid"}
        self.assertEqual(grid, {(t, bs, c) for t in ("off", "dl3") for bs in (1, 4) for c in (0, 1)})
        for point in sweep["points"]:
            self.assertEqual(point["state"], "done")
            run = folder / point["folder"]
            summary, spec = self.summary(run), json.loads((run / "run.json").read_text())["spec"]
            self.assert_conserved(summary)
            self.assertEqual(summary["run_id"], point["run_id"])
            self.assertEqual(spec["load"]["bs"], point["bs"])
            self.assertEqual(spec["request"]["temperature"], point["temperature"])
            targets = json.loads((run / "run.json").read_text())["targets"]
            self.assertEqual([target["name"] for target in targets], [point["target"]])
            # The figures are those of the run.
            self.assertAlmostEqual(point["measured"]["figures"]["output_tps"]["value"]["value"],
                                   summary["throughput"]["output_tps"]["value"], places=6)
            self.assertEqual(point["fold"]["journal_bytes"], (run / "journal.pb").stat().st_size)
        # Targets take turns at each cell.
        for one, other in zip(sweep["points"][::2], sweep["points"][1::2]):
            self.assertEqual((one["bs"], one["temperature"]), (other["bs"], other["temperature"]))
            self.assertNotEqual(one["target"], other["target"])
        anchors = [p for p in sweep["points"] if p["role"] == "anchor"]
        self.assertEqual(len(anchors), 2)
        self.assertEqual({t["name"]: t["draft_length"] for t in sweep["targets"] if "draft_length" in t}, {"dl3": 3})

        rows = self.rows_of_pareto(folder)
        self.assertEqual(len(rows), 8)
        for row in rows:
            self.assertGreater(float(row["output_tps"]), 0)
            self.assertAlmostEqual(float(row["output_tps_per_gpu"]), float(row["output_tps"]) / 2, places=6)
        anchored = next(r for r in rows if len(r["run_id"].split()) == 2)
        self.assertIn(anchored["target"], ("off", "dl3"))

        svg = xml.dom.minidom.parse(str(folder / "pareto.svg"))
        circles = [c for c in svg.getElementsByTagName("circle") if c.getAttribute("class").startswith("point")]
        self.assertEqual(len(circles), 8)
        labels = {"".join(n.data for n in t.childNodes) for t in svg.getElementsByTagName("text")}
        self.assertLessEqual({"off", "dl3", "1", "4", "Output TPS per GPU"}, labels)
        self.assertIn("8 points: 8 done", done.stdout)
        self.assertIn("a capital: on the front", done.stdout)

    def test_a_killed_sweep_goes_on_where_it_was(self):
        targets = self.pair_of_engines()
        flags = (*targets, "--bs", "1,2,4", "--dataset", self.prompts(50), "--requests", "12", "--seed", "9", *QUICK)
        undisturbed, killed = self.run_dir("U"), self.run_dir("K")
        self.specctl("sweep", *flags, "--output-dir", undisturbed)
        seed = random.randrange(1 << 30)
        print(f"moments of SIGKILL from seed {seed}")
        moments = random.Random(seed)
        arguments = ("sweep", *flags, "--output-dir", killed)
        for _ in range(4):
            process = self.start(*arguments)
            wait_for("the sweep's file", lambda: (killed / "sweep.json").exists() or process.poll() is not None)
            time.sleep(moments.uniform(0.05, 0.9))
            process.send_signal(signal.SIGKILL)
            process.wait()
            self.assertTrue(self.sweep(killed)["points"], "whole, whenever it was killed")
            arguments = ("sweep", "--resume", killed)
        done = self.specctl("sweep", "--resume", killed)
        self.assertIn("6 points: 6 done", done.stdout)

        def places(folder):
            return [(p["target"], p["bs"], p["role"], p["state"]) for p in self.sweep(folder)["points"]]

        self.assertEqual(places(killed), places(undisturbed))
        self.assertEqual({point["dataset"] for point in self.sweep(killed)["points"]}, {"prompts.jsonl"},
                         "a file without its folders")
        self.assertEqual([r["bs"] for r in self.rows_of_pareto(killed)],
                         [r["bs"] for r in self.rows_of_pareto(undisturbed)])
        # Each point has a whole run of its own, and no run is lost or counted twice.
        points = self.sweep(killed)["points"]
        ids = [p["run_id"] for p in points]
        self.assertEqual(len(set(ids)), len(ids))
        self.assertEqual({p.name for p in (killed / "runs").iterdir()}, set(ids))
        for point in points:
            run = killed / point["folder"]
            summary = self.summary(run)
            self.assertEqual(summary["conservation"]["ok"], 12)
            self.assertAlmostEqual(point["measured"]["figures"]["output_tps"]["value"]["value"],
                                   summary["throughput"]["output_tps"]["value"], places=6)
        # The same prompts were sent, in the same order.
        def questions(folder):
            return {(p["target"], p["bs"], p["role"]):
                    [r["question_id"] for r in sorted(self.rows(folder / p["folder"]), key=lambda row: row["position"])]
                    for p in self.sweep(folder)["points"]}
        self.assertEqual(questions(killed), questions(undisturbed))
        # Once more changes nothing.
        before = (killed / "sweep.json").read_text()
        self.specctl("sweep", "--resume", killed)
        self.assertEqual((killed / "sweep.json").read_text(), before)

    def test_figures_are_folded_from_the_journals(self):
        folder = self.run_dir("S")
        self.specctl("sweep", *self.pair_of_engines(), "--bs", "2", "--dataset", "builtin", "--requests", "8",
                     "--output-dir", folder, *QUICK)
        before = self.sweep(folder)
        # As if another version had made them.
        changed = self.sweep(folder)
        for point in changed["points"]:
            point["fold"]["fold_version"] = 0
            point["measured"]["figures"] = {}
        (folder / "sweep.json").write_text(json.dumps(changed))
        self.specctl("sweep", "--resume", folder)
        self.assertEqual(self.sweep(folder)["points"], before["points"])

    def test_a_curve_ends_where_requests_only_queue(self):
        # So slow that it is the engine that is the limit, also where sanitizers slow the client down.
        step_ms, duration = ("20", "4s") if SANITIZED else ("5", "2s")
        engine = self.engine("--step-ms", step_ms, "--draft-length", "0", "--max-batch", "4")
        folder = self.run_dir("S")
        self.specctl("sweep", "--target", f"off={engine.url}", "--bs", "1,2,4,12,16,32,64,128", "--dataset",
                     "builtin", "--duration", duration, "--osl", "16", "--cool-down", "0", "--no-anchors", "--output-dir", folder)
        rows = {int(row["bs"]): row for row in self.rows_of_pareto(folder)}
        self.assertEqual(len(rows), 8, "skipped points stay")
        # With sanitizers the client is too slow for requests of 80 ms.
        self.assertIn(rows[4]["verdict"], ("valid", "degraded") if SANITIZED else ("valid",))
        self.assertEqual(rows[128]["verdict"], "skipped")
        skipped = [p for p in self.sweep(folder)["points"] if p["state"] == "skipped"]
        for point in skipped:
            self.assertRegex(point["reason"], r"beyond bs \d+ output TPS does not rise .* and requests queue")
        saturated = [p["bs"] for p in self.sweep(folder)["points"]
                     if "saturated" in p.get("measured", {}).get("labels", [])]
        self.assertTrue(all(bs >= 8 for bs in saturated) and saturated, saturated)

    def test_interrupted_it_says_how_to_go_on(self):
        folder = self.run_dir("S")
        process = self.start("sweep", *self.pair_of_engines(), "--bs", "1,2,4", "--dataset", "builtin", "--duration",
                             "1s", "--output-dir", folder, *QUICK)
        wait_for("the first point", lambda: (folder / "sweep.json").exists() and any(
            p["state"] == "done" for p in self.sweep(folder)["points"]))
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertIn(f"specctl sweep --resume {folder}", stderr)
        self.assertIn("not measured", stdout)
        self.specctl("sweep", "--resume", folder)
        self.assertTrue(all(p["state"] == "done" for p in self.sweep(folder)["points"]))

    def test_wrong_input(self):
        a = ("--target", "off=http://127.0.0.1:1")
        some = ("--bs", "1", "--duration", "1s", "--dataset", "builtin")
        self.refused("--bs", "1", "--duration", "1s", says="--target: a sweep needs at least one")
        self.refused(*a, "--duration", "1s", says="--bs: a sweep needs loads")
        self.refused(*a, "--bs", "1", says="--duration: a sweep needs to know how long")
        self.refused(*a, *a, *some, says="--target: two targets are named off")
        self.refused(*a, *some, "--tier", "no_such", says="--tier: no row of builtin is of tier no_such")
        self.refused(*a, *some[:4], "--dataset", "no_such_file.jsonl", says="no_such_file.jsonl")
        self.refused(*a, "--bs", "1,2", "--dataset", "builtin", "--duration", "60s", "--budget", "1m",
                     says="--budget: the grid's 3 runs")
        # With --until nobody knows beforehand; what is refused is the server that is not there.
        self.refused(*a, "--bs", "1,2", "--dataset", "builtin", "--duration", "60s", "--budget", "1m", "--until",
                     "output_tps +-5%", "--output-dir", self.run_dir("none"), says="Connection refused", status=1)
        self.refused(*a, "--bs", "900000", "--agents", "1", *some[2:], says="--bs 900000 over --agents 1")
        folder = self.run_dir("full")
        folder.mkdir()
        self.refused("--resume", folder, says="no sweep is in this folder")
        (folder / "sweep.json").write_text("{")
        self.refused("--resume", folder, says="sweep.json")
        self.refused(*a, *some, "--output-dir", folder, says=f"--output-dir {folder}: is not empty")
        self.refused("--resume", folder, "--output-dir", "x", says="--resume: can't be combined with --output-dir")
        nobody = self.run_dir("nobody")
        done = self.specctl("sweep", *a, *some, "--output-dir", nobody, status=1)
        self.assertIn("off: ", done.stderr)
        self.assertFalse(nobody.exists(), "nothing was measured, nothing stays")

    def test_only_the_same_sweep_is_resumed(self):
        prompts = self.prompts(20)
        folder = self.run_dir("S")
        targets = self.pair_of_engines()
        self.specctl("sweep", *targets, "--bs", "2", "--dataset", prompts, "--requests", "8", "--output-dir", folder, *QUICK)
        self.refused("--resume", folder, "--bs", "4", says="--resume: its loads are others")
        self.refused("--resume", folder, "--target", "other=http://127.0.0.1:1", says="--resume: its targets, or their GPUs, are others")
        more_gpus = [flag.replace("gpus=2", "gpus=4") for flag in targets]
        self.refused("--resume", folder, *more_gpus, says="--resume: its targets, or their GPUs, are others")
        self.refused("--resume", folder, "--paired", says="--resume: it measured no pairs")
        self.prompts(21)
        self.refused("--resume", folder, says="have changed since")

    def test_no_secret_reaches_a_file(self):
        folder = self.run_dir("S")
        self.specctl("sweep", *self.pair_of_engines(), "--bs", "2", "--dataset", "builtin", "--requests", "4",
                     "--header", "X-Key:s3cret", "--output-dir", folder, *QUICK)
        for path in folder.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"s3cret", path.read_bytes(), path)
        self.refused("--resume", folder, says="--resume: give --header again")
        self.specctl("sweep", "--resume", folder, "--header", "X-Key:s3cret")

    def test_the_order_is_shown_without_a_request(self):
        done = self.specctl("sweep", "--target", "off=http://127.0.0.1:1", "--bs", "1,2,4", "--dataset", "builtin",
                            "--duration", "1s", "--dry-run")
        self.assertIn("4 runs, in this order:", done.stdout)
        self.assertRegex(done.stdout, re.compile(r"off at bs 2, builtin  \(anchor\)$", re.M))


if __name__ == "__main__":
    unittest.main()
