"""specctl compare: runs side by side, refusals, gates, formats."""
import csv
import io
import json
import unittest

import harness


class CompareTest(harness.Case):
    def measure(self, name, engine, *flags, osl=16, dataset="builtin"):
        """Replies of one length, so that runs differ in time alone.  Where the machine was too busy, once more."""
        for attempt in range(4):
            run_dir = self.run_dir(f"{name}-{attempt}")
            self.specctl("run", "--url", engine.url, "--bs", 8, "--agents", 1, "--duration", "9s", "--osl", osl,
                         "--ignore-eos", "--temperature", 0, "--dataset", dataset, *flags, "--output-dir", run_dir)
            if self.summary(run_dir)["verdict"]["state"] != "invalid":
                break
        return run_dir

    def compare(self, *arguments, status=0):
        return self.specctl("compare", *arguments, status=status)

    def compare_json(self, *arguments, status=0):
        return json.loads(self.compare(*arguments, "--format", "json", status=status).stdout)

    def off(self, *flags):
        return self.engine("--draft-length", "0", "--step-ms", "10", *flags)

    def test_two_equal_runs_show_no_difference_and_speculation_is_faster(self):
        off = self.off()
        a, again = self.measure("off", off, "--save-text"), self.measure("off2", off, "--save-text")
        sd = self.measure("sd", self.engine("--draft-length", "3", "--step-ms", "10", "--draft-ms", "0.5",
                                          "--per-request-spec-decode-metrics", "detailed"),
                          "--save-text")
        called = self.called(a, again)
        if called:  # one in 20 may be, and a machine may drift
            called = self.called(a, self.measure("off3", off))
        self.assertEqual(called, {})

        faster = self.compare_json(a, sd, "--floor", again, "--require", "output_tps >= +5%")
        self.assertTrue(faster["comparable"], faster["refusals"])
        tps = faster["figures"]["output_tps"]
        self.assertEqual(tps["finding"], "better")
        self.assertGreater(tps["ratio"]["low"], 1)
        self.assertAlmostEqual(tps["difference"]["value"], tps["b"] - tps["a"], places=6)
        self.assertEqual(tps["a"], self.summary(a)["throughput"]["output_tps"]["value"])
        self.assertTrue(faster["require"]["holds"])
        self.assertEqual(faster["figures"]["per_step"]["better"], "neither")
        # The simulated engine answers a question alike, with speculation or without.
        self.assertEqual(faster["replies"]["match"]["differing"], 0)
        self.assertFalse(faster["replies"]["more_than_floor"])
        self.assertIn({"field": "targets.0.draft_length", "b": "3"},
                      [d for d in faster["spec_differences"] if d["field"].endswith("draft_length")])
        self.assertEqual({s["by"] for s in faster["slices"]}, {"category", "target"})

        self.gates(a, sd)
        self.formats(a, again, sd)

    def called(self, a, b):
        """Figures that are called different."""
        compared = self.compare_json(a, b)
        self.assertTrue(compared["comparable"], compared["refusals"])
        return {key: figure for key, figure in compared["figures"].items()
                if figure["finding"] not in ("none", "no_difference")}

    def gates(self, a, sd):
        failed = self.compare(sd, a, "--require", "output_tps >= -3%", status=3)
        self.assertRegex(failed.stderr, r"does not meet --require: output_tps >= -3%: -\d+\.\d+ %, lower 95 % bound")
        self.compare(sd, a, "--require", "output_tps <= 0%, user_tps >= 1", status=0)
        floors = self.folder / "al.yaml"
        floors.write_text("all: {3: 1.1}\n")
        held = self.compare_json(a, sd, "--require", f"@{floors}")
        self.assertTrue(held["require"]["holds"])
        floors.write_text("# by category\nall:\n  3: 3.9\n")
        self.assertIn("acceptance length per draft >= 3.90 at draft length 3",
                      self.compare(a, sd, "--require", f"@{floors}", status=3).stderr)
        floors.write_text("all: {5: 2}\n")
        self.assertIn(f"{floors}:1: no floor for all at draft length 3, which {sd} has",
                      self.compare(a, sd, "--require", f"@{floors}", status=3).stderr)
        # One run that can't be held against the file hides no other run's comparison.
        floors.write_text("all: {3: 1.1}\n")
        mixed = self.compare(sd, a, sd, "--require", f"@{floors}", status=3)
        self.assertIn(f"the draft length of {a} is unknown", mixed.stderr)
        self.assertIn(f"COMPARED  {a} against {sd}", mixed.stdout)
        self.assertIn("holds", mixed.stdout)

    def formats(self, a, again, sd):
        rows = list(csv.DictReader(io.StringIO(self.compare(a, sd, "--format", "csv").stdout)))
        self.assertIn(("output_tps", "better"), {(row["figure"], row["finding"]) for row in rows})
        markdown = self.compare(a, sd, "--format", "markdown").stdout
        self.assertIn("| output TPS |", markdown)
        self.assertIn("**better**", markdown)
        text = self.compare(a, sd).stdout
        self.assertTrue(text.startswith(f"COMPARED  {sd} against {a}"), text)
        written = self.folder / "comparison.json"
        self.compare(a, again, sd, "--format", "json", "--output", written)
        several = json.loads(written.read_text())
        self.assertEqual(several["b"]["run"], str(again))
        self.assertEqual([other["b"]["run"] for other in several["others"]], [str(sd)])
        # A run's journal stands for the run; the same bytes each time.
        self.assertEqual(self.compare(a, sd, "--format", "csv").stdout,
                         self.compare(a, sd, "--format", "csv").stdout)
        by_journal = self.compare_json(a / "journal.pb", sd)
        self.assertEqual(by_journal["figures"], self.compare_json(a, sd)["figures"])

    def test_what_was_not_the_same_load_is_refused(self):
        off = self.off()
        a = self.measure("a", off)
        longer = self.measure("longer", off, osl=24)
        refused = self.compare_json(a, longer, "--require", "output_tps >= -3%", status=2)
        self.assertFalse(refused["comparable"])
        codes = [refusal["code"] for refusal in refused["refusals"]]
        self.assertEqual(codes, ["sampling", "output_lengths"])
        self.assertTrue(all(refusal["match"] for refusal in refused["refusals"]))
        self.assertTrue(all(f["finding"] == "none" for f in refused["figures"].values()))
        self.assertNotIn("require", refused)
        text = self.compare(a, longer, status=2)
        self.assertIn("REFUSED", text.stdout)
        self.assertIn("--osl", text.stderr)

        other = self.measure("other", off, dataset=self.prompts(50))
        codes = [r["code"] for r in self.compare_json(a, other, status=2)["refusals"]]
        self.assertEqual(codes, ["dataset"])
        across = self.compare_json(a, other, "--across", "dataset")
        self.assertTrue(across["comparable"])
        self.assertIn("dataset differs", "\n".join(across["notes"]))

    def test_errors_say_what_is_wrong(self):
        prompts = self.prompts(4)
        engine = self.off()
        run = self.run_dir("short")
        self.specctl("run", "--url", engine.url, "--dataset", prompts, "--osl", 4, "--output-dir", run)
        wrong = (((run,), "RUN"),
                 ((run, self.folder / "none"), "no such run"),
                 ((run, prompts), "is not a run"),
                 ((run, run, "--across", "model"), "--across: need engine, dataset or drafter"),
                 ((run, run, "--require", "output_tsp >= 3"), "did you mean output_tps?"),
                 ((run, run, "--require", "ttft <= 3 parsecs"), "character 11: parsecs is not a unit of ttft_ms"),
                 ((run, run, "--require", "@none.yaml"), "none.yaml"),
                 ((run, run, "--format", "xml"), "--format"))
        for arguments, text in wrong:
            self.assertIn(text, self.compare(*arguments, status=2).stderr, arguments)
        # A run without a hold has no intervals, and so nothing to call or to require.
        short = self.compare_json(run, run)
        self.assertNotIn("low", short["figures"]["output_tps"]["difference"])
        self.assertIn("has no 95 % bound",
                      self.compare(run, run, "--require", "output_tps >= -3%", status=3).stderr)


if __name__ == "__main__":
    unittest.main()
