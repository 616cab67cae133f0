#!/usr/bin/env python3
"""Open loop: arrivals that are the run's own, whoever sends them and whatever the server does."""
import json
import unittest

from harness import Case


class OpenLoopTest(Case):
    def open_run(self, engine, name, *flags, dataset=None, status=0):
        run = self.run_dir(name)
        self.specctl("run", "--url", engine.url, "--dataset", dataset or self.prompts(400), "--osl", "8",
                     "--output-dir", run, *flags, status=status)
        return self.summary(run), self.rows(run)

    def test_the_process_is_the_same_for_any_number_of_agents(self):
        engine = self.engine("--step-ms", "2")
        for process in ("poisson", "constant"):
            seen = []
            for agents in (1, 4, 16):
                summary, rows = self.open_run(engine, f"{process}-{agents}", "--request-rate", "150", "--arrival",
                                              process, "--agents", agents, "--requests", "200")
                self.assert_conserved(summary)
                self.assertEqual(summary["conservation"]["ok"], 200)
                seen.append({row["position"]: row["due_ns"] for row in rows})
                self.assertEqual(len(seen[-1]), 200)
                for row in rows:
                    self.assertEqual(row["position"] % agents, row["agent"])
                    self.assertGreaterEqual(row["begin_ns"], row["due_ns"])
            self.assertEqual(seen[0], seen[1])
            self.assertEqual(seen[0], seen[2])
        gaps = {round((seen[0][i + 1] - seen[0][i]) / 1000) for i in range(199)}
        self.assertEqual(gaps, {6667}, "a constant rate of 150 per second")

    def test_what_finds_no_slot_is_shed_and_counted(self):
        # One reply takes 8 steps of 50 ms: 2 slots serve 5 requests a second.
        engine = self.engine("--step-ms", "50", "--draft-length", "0")
        summary, rows = self.open_run(engine, "run", "--request-rate", "40", "--in-flight-max", "2", "--agents", "2",
                                      "--duration", "6s")
        self.assert_conserved(summary)
        counts, arrivals = summary["conservation"], summary["arrivals"]
        self.assertGreater(counts["shed"], counts["sent"])
        self.assertEqual(counts["planned"], counts["sent"] + counts["shed"])
        self.assertEqual(arrivals["planned"], arrivals["begun"] + arrivals["shed"])
        self.assertEqual(summary["verdict"]["state"], "invalid")
        self.assertIn("arrivals_shed", [reason["code"] for reason in summary["verdict"]["reasons"]])
        in_flight = sorted([(row["begin_ns"], 1) for row in rows] + [(row["end_ns"], -1) for row in rows])
        open_now = most = 0
        for _, change in in_flight:
            open_now += change
            most = max(most, open_now)
        self.assertLessEqual(most, 2)

    def test_later_turns_follow_the_reply_and_are_no_arrivals(self):
        engine = self.engine("--step-ms", "2")
        path = self.folder / "talks.jsonl"
        with path.open("w") as out:
            for i in range(60):
                out.write(json.dumps({"turns": [f"Question {i}.{turn}?" for turn in range(3)]}) + "\n")
        summary, rows = self.open_run(engine, "run", "--request-rate", "60", "--think-time", "50ms",
                                      "--conversations", "40", "--agents", "2", dataset=path)
        self.assert_conserved(summary)
        self.assertEqual(summary["conservation"]["ok"], 120)
        ends = {(row["position"], row["turn"]): row["end_ns"] for row in rows}
        for row in rows:
            if row["turn"] > 0:
                self.assertEqual(row["due_ns"] - ends[(row["position"], row["turn"] - 1)], 50_000_000)
        first = [row for row in rows if row["turn"] == 0]
        self.assertEqual(len(first), 40)
        self.assertEqual(summary["arrivals"]["begun"],
                         sum(row["due_ns"] < summary_end(summary) for row in first))

    def test_a_run_repeats_with_its_shape(self):
        engine = self.engine("--step-ms", "2")
        summary, rows = self.open_run(engine, "first", "--request-rate", "80", "--arrival", "constant",
                                      "--goodput", "ttft:60000,request_latency:60000", "--requests", "40")
        self.assertEqual(summary["throughput"]["goodput_share"]["value"], 1)
        again = self.run_dir("again")
        self.specctl("run", "--like", self.run_dir("first"), "--output-dir", again)
        spec = json.loads((again / "run.json").read_text())["spec"]
        self.assertEqual(spec["load"]["open_loop"]["request_rate_per_s"], 80)
        self.assertEqual(spec["load"]["open_loop"]["arrival"], "constant")
        self.assertNotIn("bs", spec["load"])
        self.assertEqual({row["position"]: row["due_ns"] for row in rows},
                         {row["position"]: row["due_ns"] for row in self.rows(again)})
        closed = self.run_dir("closed")
        self.specctl("run", "--like", self.run_dir("first"), "--bs", "2", "--output-dir", closed)
        self.assertEqual(json.loads((closed / "run.json").read_text())["spec"]["load"]["bs"], 2)


def summary_end(summary):
    """End of the time that the arrival proof is of, in ns since T0."""
    arrivals = summary["arrivals"]
    return arrivals["planned"] / arrivals["planned_per_s"] * 1e9 + 1


if __name__ == "__main__":
    unittest.main()
