#!/usr/bin/env python3
"""Every flavour of the simulated engine: what a run reports against what really happened."""
import json
import unittest
import urllib.request

from harness import Case

REQUESTS = 48
# Of two categories that the engine recognises, so that the probe's request, which is of neither, is
# not taken for one of the run's.
PROMPTS = {"coding": "Write a Python function that sorts a list; explain the code of function {i}.",
           "math": "Solve the equation x + {i} = {i} * x, and prove that its solution is an integer."}
FLAVOURS = {
    "vllm": ["--per-request-spec-decode-metrics", "detailed"],
    "sglang": ["--enable-metrics"],
    "trtllm": ["--enable-metrics"],
    "trtllm without metrics": ["--attention-dp", "2"],
    "llamacpp": ["--enable-metrics"],
}
RATES = "0.8,0.7,0.5"


class EnginesTest(Case):
    def truth(self, engine):
        """Sums over the replicas and both categories."""
        total = {}
        for url in engine.urls:
            with urllib.request.urlopen(f"{url}/sim/truth", timeout=10) as reply:
                categories = json.loads(reply.read())["categories"]
            for category in PROMPTS:
                for key, value in categories.get(category, {}).items():
                    if isinstance(value, list):
                        before = total.get(key, [0] * len(value))
                        total[key] = [a + b for a, b in zip(before, value)]
                    else:
                        total[key] = total.get(key, 0) + value
        return total

    def dataset(self):
        path = self.folder / "prompts.jsonl"
        with path.open("w") as out:
            for i in range(REQUESTS):
                category = list(PROMPTS)[i % 2]
                out.write(json.dumps({"prompt": PROMPTS[category].format(i=i),
                                      "category": category}) + "\n")
        return path

    def run_on(self, name, *flags):
        """A run over two replicas; its summary and the truth."""
        engine = self.engine("--engine", name.split()[0], "--replicas", "2", "--seed", "7", "--draft-length", "3",
                             "--acceptance", RATES, "--step-ms", "2", "--max-batch", "8",
                             *FLAVOURS[name])
        run = self.run_dir()
        self.specctl("run", "--url", ",".join(engine.urls), "--dataset", self.dataset(), "--bs", "8",
                     "--osl", "48", "--output-dir", run, *flags)
        summary, truth = self.summary(run), self.truth(engine)
        self.assertEqual(summary["conservation"]["ok"], REQUESTS)
        self.check_counters(summary, truth)
        return summary, truth

    def check_counters(self, summary, truth):
        self.assertEqual(truth["requests"], REQUESTS)
        drafts, drafted, accepted = (truth[key] for key in
                                     ("drafts", "draft_tokens", "accepted_tokens"))
        self.assertGreater(accepted, 0)

        servers = summary["servers"]
        self.assertTrue(servers["complete"])
        self.assertEqual(len(servers["targets"]), 2)
        self.assertEqual(servers["drafts"], drafts)
        self.assertEqual(servers["drafted_tokens"], drafted)
        self.assertEqual(servers["accepted_tokens"], accepted)
        self.assertEqual(sum(target["drafts"] for target in servers["targets"]), drafts)

        counters = summary["acceptance_of_counters"]
        self.assertAlmostEqual(counters["per_draft"]["value"], 1 + accepted / drafts, places=12)
        self.assertAlmostEqual(counters["accept_rate"]["value"], accepted / drafted, places=12)

    def check_requests(self, summary, truth):
        rows = self.rows(self.run_dir())
        drafts, drafted, accepted = (truth[key] for key in
                                     ("drafts", "draft_tokens", "accepted_tokens"))
        self.assertEqual({row["acceptance_source"] for row in rows}, {"per_request"})
        self.assertEqual(sum(row["drafts"] for row in rows), drafts)
        self.assertEqual(sum(row["drafted_tokens"] for row in rows), drafted)
        self.assertEqual(sum(row["accepted_tokens"] for row in rows), accepted)
        per_request = summary["whole_run"]["acceptance"]
        self.assertEqual(per_request["source"], "per_request")
        self.assertAlmostEqual(per_request["per_draft"]["value"], 1 + accepted / drafts, places=12)
        self.assertAlmostEqual(per_request["accept_rate"]["value"], accepted / drafted, places=12)
        self.check_positions(per_request, truth)

    def check_positions(self, acceptance, truth):
        """Rates by position of drafts of the full length."""
        self.assertNotIn("conditional_approximate", acceptance)
        before = truth["drafts"]
        accepted = truth["accepted_by_position"]
        for joint, conditional, count in zip(acceptance["joint"], acceptance["conditional"], accepted,
                                             strict=True):
            self.assertAlmostEqual(joint, count / truth["drafts"], places=12)
            self.assertAlmostEqual(conditional, count / before, places=12)
            before = count

    def test_vllm(self):
        summary, truth = self.run_on("vllm")
        self.check_requests(summary, truth)
        self.check_positions(summary["acceptance_of_counters"], truth)
        servers = summary["servers"]
        self.assertEqual(servers["accepted_by_position"], truth["accepted_by_position"])
        self.assertEqual(servers["ttft_ms"]["count"], REQUESTS)
        self.assertEqual(servers["queue_ms"]["count"], REQUESTS)
        self.assertEqual(servers["step_latency_ms"]["count"], servers["engine_steps"])
        self.assertNotIn("itl_ms", servers)
        self.check_bounds(servers["ttft_ms"])

    def test_sglang(self):
        summary, truth = self.run_on("sglang")
        self.check_requests(summary, truth)
        servers = summary["servers"]
        self.assertNotIn("accepted_by_position", servers)
        self.assertEqual(servers["ttft_ms"]["count"], REQUESTS)
        # It sends no chunk for an end of sequence that comes alone.
        for difference in summary["reconciliation"]["differences"]:
            self.assertTrue(difference["expected"], difference)
        self.check_bounds(servers["ttft_ms"])

    def test_trtllm(self):
        summary, truth = self.run_on("trtllm")
        self.check_positions(summary["acceptance_of_counters"], truth)
        servers = summary["servers"]
        self.assertEqual(servers["accepted_by_position"], truth["accepted_by_position"])
        self.assertEqual(servers["drafted_by_position"], truth["drafted_by_position"])
        # Every step has a chunk of its own.
        self.assertAlmostEqual(summary["whole_run"]["acceptance"]["delivered_per_step"]["value"],
                               (truth["generation_tokens"] - REQUESTS) / truth["decode_steps"],
                               places=12)

    def test_iterations_of_trtllm(self):
        # Two ranks tell of each iteration.
        summary, _ = self.run_on("trtllm without metrics", "--trtllm-iteration-stats")
        self.assertEqual(summary["servers"]["scrapes_failed"], 0)

    def test_iterations_are_not_read_unasked(self):
        engine = self.engine("--engine", "trtllm")
        self.specctl("run", "--url", engine.url, "--dataset", self.dataset(), "--requests", "4",
                     "--bs", "2", "--osl", "8", "--output-dir", self.run_dir())
        self.assertNotIn("servers", self.summary(self.run_dir()))
        with urllib.request.urlopen(f"{engine.url}/metrics", timeout=10) as reply:
            iterations = json.loads(reply.read())
        self.assertGreater(len(iterations), 0, "they are there for whoever reads them")

    def test_llamacpp(self):
        summary, truth = self.run_on("llamacpp")
        self.assertEqual(summary["servers"]["accepted_by_position"], truth["accepted_by_position"])
        # It drafts no more than max_tokens leave: its last drafts are short.
        self.assertLess(truth["draft_tokens"], 3 * truth["drafts"])
        counters = summary["acceptance_of_counters"]
        self.assertTrue(counters["conditional_approximate"])
        for joint, count in zip(counters["joint"], truth["accepted_by_position"], strict=True):
            self.assertAlmostEqual(joint, count / truth["drafts"], places=12)
        rows = self.rows(self.run_dir())
        self.assertEqual({row["acceptance_source"] for row in rows}, {"timings"})
        for key, of in (("drafted_tokens", "draft_tokens"), ("accepted_tokens", "accepted_tokens")):
            self.assertEqual(sum(row[key] for row in rows), truth[of])

    def check_bounds(self, histogram):
        for name in ("p50", "p90", "p99"):
            quantile = histogram[name]
            self.assertLessEqual(quantile["low"], quantile["value"])
            self.assertLessEqual(quantile["value"], quantile["high"])

    def test_metrics_of_another_engine_are_refused(self):
        vllm, sglang = self.engine(), self.engine("--engine", "sglang", "--enable-metrics")
        done = self.specctl("run", "--url", vllm.url, "--server-metrics", f"{sglang.url}/metrics",
                            "--dataset", self.dataset(), "--output-dir", self.run_dir(), status=2)
        self.assertIn(f"--server-metrics {sglang.url}/metrics: need metrics of vLLM, got those of SGLang",
                      done.stderr)
        self.assertFalse((self.run_dir() / "journal.pb").exists())
        self.assertEqual(self.truth(vllm).get("requests", 0), 0)

    def test_a_server_that_is_another_engine_is_refused(self):
        engine = self.engine("--engine", "sglang")
        for command in (("run", "--url", engine.url, "--output-dir", self.run_dir()), ("probe", engine.url)):
            done = self.specctl(*command, "--engine", "vllm", status=2)
            self.assertIn(f"--engine vllm: {engine.url} is SGLang by its own account", done.stderr)
        self.assertFalse((self.run_dir() / "journal.pb").exists())
        self.assertEqual(self.truth(engine).get("requests", 0), 0)


if __name__ == "__main__":
    unittest.main()
