"""specctl report --matrix, golden-al and the forms that are fed onwards: against what requests.jsonl sums up to."""
import collections
import csv
import io
import json
import unittest

import harness

CATEGORIES = ["coding", "humanities", "math", "multilingual", "qa", "rag", "reasoning", "roleplay", "stem",
              "summarization", "writing"]


class MatrixTest(harness.Case):
    def measure(self, name, engine, *flags, dataset="builtin"):
        run_dir = self.run_dir(name)
        self.specctl("run", "--url", ",".join(engine.urls), "--bs", 32, "--agents", 2, "--osl", 64, "--dataset",
                     dataset, *flags, "--output-dir", run_dir)
        return run_dir

    def engine_with(self, *flags):
        return self.engine("--step-ms", "1", "--draft-ms", "0", "--eos-mean", "40", "--acceptance", "0.7,0.6,0.5",
                           "--acceptance", "coding=0.9,0.85,0.8", "--acceptance", "writing=0.5,0.4,0.3", *flags)

    def sums(self, run_dir):
        """Drafts, drafted and accepted tokens by category, as the rows have them."""
        sums = collections.defaultdict(collections.Counter)
        for row in self.rows(run_dir):
            if row["outcome"] == "ok":
                for key in ("drafts", "drafted_tokens", "accepted_tokens"):
                    sums[row["category"]][key] += row[key]
        return sums

    def csv_of(self, *runs, metric="accept_length"):
        text = self.specctl("report", *runs, "--matrix", metric, "--format", "csv").stdout
        return list(csv.reader(io.StringIO(text)))

    def assert_throughput_head(self, head, *runs):
        """Of their matrix of throughputs; of invalid runs, as a busy machine makes them, there is none, with a reason."""
        if any(self.summary(run)["verdict"]["state"] != "invalid" for run in runs):
            self.assertEqual(self.csv_of(*runs, metric="throughput")[0][:len(head)], head)
            return
        refused = self.specctl("report", *runs, "--matrix", "throughput", "--format", "csv", status=1)
        self.assertIn("the run is invalid", refused.stderr)

    def test_one_run_of_880_rows_on_two_replicas_is_the_matrix_of_its_rows(self):
        engine = self.engine_with("--replicas", "2", "--per-request-spec-decode-metrics", "detailed")
        before = engine.counters()
        run = self.measure("mixed", engine)
        after = engine.counters()
        sums = self.sums(run)
        self.assertEqual(sorted(sums), CATEGORIES)
        lengths = [1 + sums[c]["accepted_tokens"] / sums[c]["drafts"] for c in CATEGORIES]
        rates = [sums[c]["accepted_tokens"] / sums[c]["drafted_tokens"] for c in CATEGORIES]
        for metric, values in (("accept_length", lengths), ("accept_rate", rates)):
            head, row = self.csv_of(run, metric=metric)
            self.assertEqual(head, ["Model", *CATEGORIES, "Overall"])
            self.assertEqual(row, ["sim (builtin)", *(f"{v:.2f}" for v in values),
                                   f"{sum(values) / len(values):.2f}"])
        # Pooled is what the servers counted, of all of it.
        matrix = json.loads(self.specctl("report", run, "--matrix", "accept_length", "--format", "json").stdout)
        drafts = after["vllm:spec_decode_num_drafts_total"] - before["vllm:spec_decode_num_drafts_total"]
        accepted = (after["vllm:spec_decode_num_accepted_tokens_total"]
                    - before["vllm:spec_decode_num_accepted_tokens_total"])
        probed = self.summary(run)["servers"]["drafts"]
        self.assertLessEqual(probed, drafts)  # the probe's own answer came before T0
        self.assertAlmostEqual(matrix["rows"][0]["pooled"], 1 + accepted / drafts, places=2)
        self.reconciled(run)
        self.forms(run)

    def reconciled(self, run):
        summary = self.summary(run)
        table = summary["reconciliation"]
        for row in ("tokens", "steps"):
            self.assertEqual(len(set(table[row].values())), 1, table[row])
        for row in ("drafts", "drafted_tokens", "accepted_tokens"):
            self.assertEqual(table[row]["counters"], table[row]["per_request"], row)
        self.assertNotIn("acceptance_apart", [r["code"] for r in summary["verdict"]["reasons"]])
        page = self.specctl("report", run, "--output-dir", self.folder / "again").stdout
        self.assertIn("whole run by", page)
        self.assertIn("by target", page)

    def forms(self, run):
        length = self.summary(run)["whole_run"]["acceptance"]["per_draft"]["value"]
        vllm = self.specctl("export", run, "--inject", "vllm").stdout.splitlines()[-1]
        config = json.loads(vllm.removeprefix("--speculative-config '").removesuffix("'"))
        self.assertEqual(config["rejection_sample_method"], "synthetic")
        self.assertAlmostEqual(config["synthetic_acceptance_length"], length, places=2)
        profile = json.loads(self.specctl("export", run, "--speculation-profile").stdout)
        self.assertEqual(profile["mean_accept_length"], length)
        self.assertAlmostEqual(1 + sum(profile["marginal_accept_rates"]), length, places=9)
        self.assertTrue(profile["validation"]["mean_consistency"]["passed"])
        self.assertEqual(sorted(profile["per_category"]), CATEGORIES)

    def test_runs_of_one_category_have_it_from_the_counters_and_a_throughput(self):
        engine = self.engine_with()  # no statistics of requests
        runs = [self.measure(c, engine, dataset=f"builtin_{c}") for c in ("coding", "writing")]
        head, row = self.csv_of(*runs)
        self.assertEqual(head, ["Model", "coding", "writing", "Overall"])
        for run, cell in zip(runs, row[1:3]):
            counters = self.summary(run)["servers"]
            self.assertEqual(cell, f"{1 + counters['accepted_tokens'] / counters['drafts']:.2f}")
        self.assert_throughput_head(head, *runs)
        # Of a mixed run nobody tells it by category, and its rates are its users'.
        mixed = self.measure("mixed", engine)
        refused = self.specctl("report", mixed, "--matrix", "accept_length", status=1)
        self.assertIn("chunks don't tell drafts from steps", refused.stderr)
        self.assert_throughput_head(["Model (user_tps)"], mixed)
        self.assertEqual(self.csv_of(mixed, metric="delivered")[0][0], "Model (delivered)")

    def test_golden_lengths_by_k_and_what_does_not_fit(self):
        runs = []
        for k in (1, 2):
            engine = self.engine("--step-ms", "1", "--draft-ms", "0", "--eos-mean", "40", "--draft-length", str(k),
                                 "--acceptance", ",".join(["0.8", "0.5"][:k]), "--per-request-spec-decode-metrics", "summary")
            runs.append(self.measure(f"k{k}", engine, "--tag", "thinking=on", "--tag", f"k={k}",
                                     dataset="builtin_coding"))
        yaml = self.specctl("report", *runs, "--format", "golden-al").stdout
        values = [self.sums(run)["coding"] for run in runs]
        lengths = [f"{1 + v['accepted_tokens'] / v['drafts']:.2f}" for v in values]
        self.assertIn(f"sim (builtin)\":\n  thinking_on:\n    1: {lengths[0]}\n    2: {lengths[1]}\n", yaml)
        refused = self.specctl("report", *runs, "--matrix", "accept_length", status=2)
        self.assertIn("draft length of row", refused.stderr)
        for run in runs:
            self.assertIn(str(run), refused.stderr)
        tagged = self.specctl("report", *runs, "--matrix", "accept_length", "--rows", "tag:k", "--format", "csv")
        self.assertTrue(tagged.stdout.startswith("k,coding,Overall\r\n") or
                        tagged.stdout.startswith("k,coding,Overall\n"), tagged.stdout)


if __name__ == "__main__":
    unittest.main()
