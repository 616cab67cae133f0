#!/usr/bin/env python3
"""--until: a run that ends once its intervals are narrow enough."""
import json
import unittest

from harness import Case


class UntilTest(Case):
    def until_run(self, name, duration, until, *flags):
        engine = self.engine("--step-ms", "5")
        run = self.run_dir(name)
        done = self.specctl("run", "--url", engine.url, "--dataset", self.prompts(200), "--osl", "16", "--bs", "8",
                            "--duration", duration, "--until", until, "--output-dir", run, *flags)
        return run, self.summary(run), done

    def test_it_ends_before_its_time_and_is_complete(self):
        run, summary, done = self.until_run("met", "5m", "output_tps +-10%, ttft +-20%", "--agents", "2")
        self.assert_conserved(summary)
        self.assertEqual(summary["conservation"]["ok"], summary["conservation"]["sent"], "all that began has ended")
        self.assertLess(summary["hold"]["length_s"], 100)
        self.assertGreaterEqual(summary["hold"]["length_s"], 48, "two looks at least")
        tps = summary["throughput"]["output_tps"]
        self.assertLessEqual(max(tps["high"] - tps["value"], tps["value"] - tps["low"]), 0.1 * tps["value"])
        self.assertNotIn("until_not_met", summary["verdict"]["labels"])
        spec = json.loads((run / "run.json").read_text())["spec"]
        self.assertEqual(spec["load"]["until"], [
            {"figure": "output_tps", "statistic": "value", "half_width_share": 0.1},
            {"figure": "ttft_ms", "statistic": "mean", "half_width_share": 0.2}])
        self.assertIn("until output_tps +-10%, ttft_ms +-20%, at most 5 m", " ".join(done.stdout.split()))
        self.assertIn("ended by --until: ", done.stdout)
        self.assertRegex(done.stderr, r"first look after 40 s of the hold")
        self.assertRegex(done.stderr, r"\(until \+-\d+%\)", "how narrow it is so far")
        again = self.specctl("report", run)
        self.assertIn("ended by --until: ", again.stdout)

    def test_a_goal_that_is_not_met_is_told(self):
        _, summary, done = self.until_run("missed", "8s", "ttft_p99 +-0.1%")
        self.assertIn(summary["hold"]["length_s"], (5, 6, 7))
        told = [label["text"] for label in summary["verdict"]["label_details"] if label["code"] == "until_not_met"]
        self.assertEqual(len(told), 1)
        self.assertRegex(told[0], r"--until ttft_ms_p99 \+-0.1% \((no interval|\+-.*%)\) was not met: give a longer")
        self.assertNotIn("ended by --until", done.stdout)

    def test_what_can_not_be_asked_for_is_refused_before_anything_is_sent(self):
        for flags, told in ((("--until", "ttft_p99 +-5%"), "--until: needs --duration"),
                            (("--duration", "5s", "--until", "failed +-5%"), "failed has no interval while a run goes on"),
                            (("--duration", "5s", "--until", "ttft_p99 5%"), "need +-NUMBER%")):
            refused = self.specctl("run", "--url", "http://127.0.0.1:1", "--dataset", self.prompts(2), *flags, status=2)
            self.assertIn(told, refused.stderr)


if __name__ == "__main__":
    unittest.main()
