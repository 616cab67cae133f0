"""specctl plan: answers, gate, forms, refusals, from sweep.json files that the test writes."""
import json
import pathlib
import unittest

import harness

# bs: User TPS without speculation, with draft length 1 and 3; TTFT p95 in ms.
LOADS = {1: (50, 80, 100, 100), 16: (45, 63, 72, 150), 64: (30, 36, 33, 400), 128: (20, 20, 16, 1200),
         256: (10, 9, 6, 4000)}
LENGTHS = {"off": 1.0, "dl1": 1.7, "dl3": 2.5}


def figure(value, error=0.01):
    spread = {"below": value * error, "above": value * error, "degrees": 30, "bound": 0}
    return {"value": value, "low": value * (1 - 2 * error), "high": value * (1 + 2 * error), "spread": spread}


def setup(target, **changes):
    told = {"model": "llama", "engine": "vllm 0.32.0", "speculation_method": "none" if target == "off" else "eagle3",
            "dataset": "throughput_1k", "dataset_sha256": "abc", "dataset_rows": 1536}
    if target != "off":
        told |= {"draft_length": int(target[2:]), "drafter": "eagle3-llama@1"}
    return told | changes


def point(target, bs, user_tps, ttft_ms, **changes):
    figures = {"output_tps": {"value": figure(bs * user_tps * 0.95, 0.005)},
               "requests_per_s": {"value": figure(bs * user_tps * 0.95 / 500, 0.005)},
               "user_tps": {"mean": figure(user_tps), "p50": figure(user_tps), "p10": figure(0.8 * user_tps)},
               "ttft_ms": {"p95": figure(ttft_ms, 0.02)},
               "step_latency_ms": {"mean": figure(1000 * LENGTHS[target] / user_tps, 0.001)}}
    slices = []
    if target != "off":
        figures["per_step"] = {"value": figure(LENGTHS[target])}
        slices = [{"by": "category", "key": "coding", "figures": {"per_step": {"value": figure(LENGTHS[target] * 1.2)}}}]
    return {"target": target, "bs": bs, "dataset": "throughput_1k", "role": "grid", "state": "done",
            "run_id": f"run-{target}-{bs}", "folder": f"runs/run-{target}-{bs}",
            "measured": {"setup": setup(target), "hold_s": 30, "verdict": "valid", "reasons": [], "labels": [],
                         "figures": figures, "slices": slices}} | changes


def sweep():
    targets = [{"name": name, "urls": [f"http://{name}:8000"], "gpus": 8,
                **{key: value for key, value in setup(name).items() if not key.startswith("dataset")}} for name in LENGTHS]
    points = [point(target, bs, row[i], row[3]) for bs, row in LOADS.items() for i, target in enumerate(LENGTHS)]
    return {"schema_version": 1, "sweep_id": "20261130-120000-5eed", "targets": targets,
            "datasets": [{"name": "throughput_1k", "isl_tokens": 1000}],
            "grid": {"loads": [{"bs": bs} for bs in LOADS]}, "points": points}


class PlanTest(harness.Case):
    def write(self, content, name="S"):
        folder = pathlib.Path(self.run_dir(name))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "sweep.json").write_text(json.dumps(content))
        return folder

    def plan(self, *arguments, status=0):
        return self.specctl("plan", *arguments, status=status)

    def plan_json(self, *arguments, status=0):
        return json.loads(self.plan(*arguments, "--format", "json", status=status).stdout)

    def test_limits_in_and_answer_out(self):
        folder = self.write(sweep())
        plan = self.plan_json(folder, "--slo", "ttft_p95 <= 2s, user_tps_p10 >= 20", "--demand", "4000tps",
                              "--gpu-hour", "2.40")
        answers = {answer["target"]: answer for answer in plan["answers"]}
        self.assertEqual({name: answer["bs"] for name, answer in answers.items()}, {"off": 64, "dl1": 64, "dl3": 64})
        replicas = answers["dl1"]["replicas"]
        # 64 x 36 x 0.95 tokens/s less 1.7 standard errors of 0.5 %.
        self.assertAlmostEqual(replicas["capacity_per_s"], 2188.8 * (1 - 0.005 * 1.697), delta=0.5)
        self.assertEqual(replicas["count"], 2)
        self.assertFalse(replicas["one_lost"]["holds"])
        self.assertTrue(replicas["one_lost_of_spare"]["holds"])
        self.assertAlmostEqual(answers["dl1"]["cost"]["per_million_output_tokens"]["value"],
                               8 * 2.40 / 3600 / 2188.8 * 1e6, places=6)
        self.assertEqual(plan, json.loads((folder / "plan.json").read_text()))
        page = self.plan(folder, "--slo", "ttft_p95 <= 2s").stdout
        self.assertIn("HIGHEST LOAD OF A REPLICA WITHIN THE LIMITS", page)
        self.assertIn("run-dl3-64", page)

    def test_speculation_crossings_lengths_and_forms(self):
        folder = self.write(sweep())
        plan = self.plan_json(folder, "--mix", "coding=1")
        curves = {curve["target"]: curve for curve in plan["speedups"]}
        crossing = curves["dl3"]["crossings"]
        self.assertEqual([(each["below"], each["above"], each["pays_above"]) for each in crossing], [(64, 128, False)])
        best = [choice["draft_length"] for choice in plan["draft_lengths"][0]["choices"]]
        self.assertEqual(best[:3], [3, 3, 1])
        self.assertEqual(best[4], 0)
        settings = json.loads(next((folder / "forms").glob("vllm-draft-lengths-throughput_1k*.json")).read_text())
        ranges = settings["num_speculative_tokens_per_batch_size"]
        self.assertEqual(settings["num_speculative_tokens"], 3)
        self.assertEqual(ranges[0][0], 1)
        self.assertEqual([lo for lo, _, _ in ranges[1:]], [hi + 1 for _, hi, _ in ranges[:-1]])
        policy = json.loads((folder / "forms" / "route-policy.json").read_text())
        self.assertEqual(policy["routes"][0]["target"], "dl3")
        at_16 = [each for each in plan["projections"] if each["target"] == "dl3" and each["bs"] == 16][0]
        # t_ar 1000/45, t_sd 2500/72, AL 3: Eq. 3.
        self.assertAlmostEqual(at_16["projected"]["value"], (1000 / 45) * 3 / (2500 / 72), places=6)

    def test_forms_of_an_earlier_plan_do_not_stay(self):
        folder = self.write(sweep())
        self.plan(folder, "--slo", "ttft_p95 <= 2s")
        (folder / "forms" / "notes.txt").write_text("mine")
        forms = {form["file"] for form in self.plan_json(folder)["forms"]}
        self.assertEqual({file.name for file in (folder / "forms").iterdir()}, forms | {"notes.txt"})

    def test_a_gate(self):
        folder = self.write(sweep())
        self.plan(folder, "--slo", "user_tps_p10 >= 40", "--require", "speedup >= 1.1")  # dl1 at 16, dl3 at 16
        failed = self.plan(folder, "--require", "speedup >= 1.1", status=3)
        self.assertIn("--require speedup >= 1.1 of dl3 at bs 256, throughput_1k: ", failed.stderr)
        self.assertIn("beyond the limit", failed.stderr)

    def test_met_by_none_and_by_all(self):
        folder = self.write(sweep())
        none = self.plan(folder, "--slo", "ttft_p95 <= 1ms", status=3)
        self.assertIn("throughput_1k: no target meets the limits at any load", none.stderr)
        self.assertIn("off: bs 1 ttft_p95 <= 1ms: 100", none.stderr)
        self.assertTrue(none.stdout.startswith("NO"))
        everything = self.plan(folder, "--slo", "ttft_p95 <= 1min")
        self.assertIn("at least bs 256", everything.stdout)
        self.assertNotIn("EXTRAPOLATED", everything.stdout)
        # The last slope is steep: 4 s at bs 256 become 10 s soon after twice that.
        beyond = self.plan(folder, "--slo", "ttft_p95 <= 1min", "--extrapolate")
        self.assertIn("EXTRAPOLATED to bs 512", " ".join(beyond.stdout.split()))

    def test_what_does_not_belong_together_is_refused(self):
        stale = sweep()
        stale["points"][-1]["measured"]["setup"]["engine"] = "vllm 0.33.0"
        folder = self.write(stale)
        refused = self.plan(folder, status=2)
        self.assertIn("target dl3: engine differs: vllm 0.32.0 in run run-dl3-1, vllm 0.33.0 in run run-dl3-256",
                      refused.stderr)
        self.plan(folder, "--across", "engine")
        other = sweep()
        for target in other["targets"]:
            target["name"] += "-b"
        for each in other["points"]:
            each["target"] += "-b"
            each["run_id"] += "-b"
            each["measured"]["setup"]["model"] = "qwen"
        refused = self.plan(self.write(sweep(), "A"), self.write(other, "B"), status=2)
        self.assertIn("plan one model at a time, with --target", refused.stderr)

    def test_bad_input_is_told(self):
        folder = self.write(sweep())
        later = self.write(sweep() | {"schema_version": 9}, "later")
        for arguments, told in (
                (("/nowhere",), "/nowhere: is no sweep"),
                ((later,), "schema_version: is 9, and this specctl reads 1"),
                ((folder, "--slo", "ttft_p96 <= 2s"), "--slo: condition \"ttft_p96 <= 2s\", character 1: there is no "
                                                      "quantile p96"),
                ((folder, "--slo", "output_tps >= -3%"), "--slo: \"output_tps >= -3%\" is in per cent"),
                ((folder, "--demand", "4000"), "--demand: need a number above 0 with tps"),
                ((folder, "--demand", "1e12tps"), "--demand 1e12tps: takes"),
                ((folder, "--mix", "coding=0.4"), "the shares add up to 0.4, not to 1"),
                ((folder, "--target", "dl5"), "--target dl5: is not in the sweep, which has off, dl1, dl3"),
                ((folder, "--require", "speedup >= 10%"), "a figure of the plan is not taken in per cent"),
                ((folder, "--gpu-hour", "-1"), "--gpu-hour: need a price above 0"),
                ((folder, "--al-from", "/nowhere"), "--al-from: /nowhere: no such run")):
            with self.subTest(told):
                self.assertIn(told, self.plan(*arguments, status=2).stderr)

    def test_figures_are_those_of_the_journals(self):
        """A run's journal beside sweep.json goes before what sweep.json says of it, from a cache the second time."""
        # Requests so long that a slow client's time between them is no share of it.
        engine = self.engine("--draft-length", "0", "--step-ms", "20")
        folder = self.write(sweep())
        run_dir = folder / "runs" / "run-off-1"
        self.specctl("run", "--url", engine.url, "--bs", 2, "--agents", 1, "--duration", "5s", "--osl", 32,
                     "--ignore-eos", "--temperature", 0, "--dataset", "builtin", "--output-dir", run_dir)
        summary = self.summary(run_dir)
        content = sweep()
        content["points"] = [content["points"][0] | {"run_id": summary["run_id"], "bs": 2}]
        content["points"][0]["measured"]["setup"] = {}
        (folder / "sweep.json").write_text(json.dumps(content))
        # Beyond what any run has, so that the term is decided whether or not so short a run has an interval.
        limits = ("--slo", "output_tps >= 1000000", "--format", "json")
        first = self.plan(folder, *limits, status=3)
        self.assertIn("figures were made anew from its journal", first.stderr)
        again = self.plan(folder, *limits, status=3)
        self.assertNotIn("anew", again.stderr)
        self.assertEqual(again.stdout, first.stdout)
        term = json.loads(first.stdout)["answers"][0]["points"][0]["terms"][0]
        self.assertEqual(term["value"], summary["throughput"]["output_tps"]["value"])


if __name__ == "__main__":
    unittest.main()
