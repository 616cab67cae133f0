"""A sweep and its plan of simulated engines with four draft lengths, beside what their model of step time says.

The engines are memory-bound at small batches and compute-bound at large ones (docs/simulator.md), so that speculation pays
up to a load, and a shorter draft pays longer.
"""
import contextlib
import json
import math
import random
import subprocess

from flavour_figures import truth_of
from processes import Process, wait_for

DRAFT_LENGTHS = {"off": 0, "dl1": 1, "dl3": 3, "dl7": 7}
ACCEPTANCE = 0.7  # at each position, given those before
LOADS, QUICK_LOADS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024), (1, 8, 32)
SECONDS, QUICK_SECONDS = 15, 4
OSL = 64
STEP = ("--step-ms", "5", "--weights-ms", "20", "--token-us", "100", "--draft-ms", "1", "--prefill-tokens-per-s", "0")
LIMITS = {"user_tps_p50": 30, "ttft_p50_ms": 1000}
SLO = "user_tps_p50 >= 30, ttft_p50 <= 1s"
DEMAND_TPS = 20000
# name: (in sweep.json's figures, in --model-truth's output)
FIGURES = {"output TPS": (("output_tps", "value"), "output_tps"), "User TPS p50": (("user_tps", "p50"), "user_tps_p50"),
           "step ms": (("step_latency_ms", "mean"), "step_latency_ms"),
           "AL": (("per_step", "value"), "acceptance_length")}
HEADER = ("  target   bs   " + "   ".join(f"{name:>12} ours, truth, apart" for name in FIGURES) + "   verdict")


class RooflineEngine(Process):
    def __init__(self, settings, folder, name):
        self.ports = folder / f"{name}.ports"
        super().__init__([*command_of(settings, name), "--port", "0", "--port-file", str(self.ports)], folder / f"{name}.out")
        self.url = wait_for("the engine's port", self.first_url)

    def first_url(self):
        text = self.ports.read_text() if self.ports.exists() else ""
        return text.split()[0] if text.endswith("\n") else None


def command_of(settings, name):
    draft_length = DRAFT_LENGTHS[name]
    rates = ",".join([str(ACCEPTANCE)] * draft_length)
    return [str(settings.specctl), "sim", "--draft-length", str(draft_length), "--eos-mean", "0",
            "--per-request-spec-decode-metrics", "detailed", *STEP, *(("--acceptance", rates) if rates else ())]


def measure(settings):
    loads = QUICK_LOADS if settings.quick else LOADS
    folder = settings.folder / "plan"
    folder.mkdir()
    with contextlib.ExitStack() as stack:
        engines = {name: stack.enter_context(RooflineEngine(settings, folder, name)) for name in DRAFT_LENGTHS}
        sweep = run_sweep(settings, folder, engines, loads)
        sent = {name: truth_of([engine.url]) for name, engine in engines.items()}
    truths = {name: truth_by_load(settings, name, loads, sent[name]) for name in DRAFT_LENGTHS}
    plan = run_plan(settings, folder)
    points = [point_row(point, truths) for point in sweep["points"] if point["role"] == "grid" and "measured" in point]
    for row in sorted(points, key=lambda row: (list(DRAFT_LENGTHS).index(row["target"]), row["bs"])):
        settings.show(line_of(row))
    conclusions = compare_plan(plan, truths, loads)
    settings.show("\n  of the plan" + " " * 30 + "ours                     truth")
    for row in conclusions:
        settings.show(f"  {row['what']:<40} {row['ours']!s:<24} {row['truth']!s:<24} {'' if row['same'] else 'APART'}")
    settings.show("\n" + plan["page"])
    return {"points": points, "conclusions": conclusions, "plan": plan["json"]}


def run_sweep(settings, folder, engines, loads):
    prompts = folder / "prompts.jsonl"
    draws = random.Random(1)
    # All of one length, so that the model's prompts are those of the run.
    words = ["alpha", "gamma", "delta", "kappa", "sigma", "omega"]
    with prompts.open("w") as out:
        for _ in range(2000):
            out.write(json.dumps({"prompt": " ".join(draws.choices(words, k=60))}) + "\n")
    targets = [flag for name, engine in engines.items() for flag in ("--target", f"{name}={engine.url},gpus=1")]
    seconds = QUICK_SECONDS if settings.quick else SECONDS
    with (folder / "sweep.out").open("wb") as out:
        subprocess.run([str(settings.specctl), "sweep", *targets, "--bs", ",".join(map(str, loads)), "--dataset", str(prompts),
                        "--osl", str(OSL), "--ignore-eos", "--duration", f"{seconds}s", "--warmup", f"{seconds / 3:.0f}s",
                        "--output-dir", str(folder / "S")], stdout=out, stderr=subprocess.STDOUT, check=True)
    return json.loads((folder / "S" / "sweep.json").read_text())


def run_plan(settings, folder):
    def planned(*flags):
        done = subprocess.run([str(settings.specctl), "plan", str(folder / "S"), "--slo", SLO, "--demand",
                               f"{DEMAND_TPS}tps", *flags], capture_output=True, text=True, check=False)
        if done.returncode not in (0, 3):  # 3: no load of any target is within the limits
            raise RuntimeError(f"specctl plan ended with {done.returncode}: {done.stderr}")
        return done.stdout
    return {"page": planned(), "json": json.loads(planned("--format", "json"))}


def truth_by_load(settings, name, loads, sent):
    isl = round(sent["prompt_tokens"] / sent["requests"])
    done = subprocess.run([*command_of(settings, name), "--model-truth", "--truth-bs", ",".join(map(str, loads)),
                           "--truth-isl", str(isl), "--truth-osl", str(OSL)], capture_output=True, text=True, check=True)
    return {load["bs"]: load for load in json.loads(done.stdout)["loads"]}


def point_row(point, truths):
    figures = point["measured"]["figures"]
    truth = truths[point["target"]][point["bs"]]
    row = {"target": point["target"], "bs": point["bs"], "verdict": point["measured"]["verdict"], "figures": {}}
    for name, (path, of_truth) in FIGURES.items():
        figure = figures.get(path[0], {}).get(path[1])
        row["figures"][name] = {"ours": figure and figure["value"], "truth": truth[of_truth]}
    return row


def line_of(row):
    cells = []
    for figure in row["figures"].values():
        ours, truth = figure["ours"], figure["truth"]
        cells.append(f"{'-':>12} {truth:12.4g}        " if ours is None else f"{ours:12.4g} {truth:12.4g} {ours / truth - 1:+7.1%}")
    return f"  {row['target']:<5} {row['bs']:5}   {'   '.join(cells)}   {row['verdict']}"


def compare_plan(plan, truths, loads):
    rows = []
    answers = {answer["target"]: answer for answer in plan["json"]["answers"]}
    for name, truth in truths.items():
        answer, highest = answers[name], capacity_of(truth, loads)
        rows.append(told(f"{name}: highest load within the limits", answer.get("bs"), highest))
        if highest is not None:
            needed = math.ceil(DEMAND_TPS / truth[highest]["output_tps"])
            rows.append(told(f"{name}: replicas for {DEMAND_TPS} tokens/s", answer.get("replicas", {}).get("count"), needed))
    for curve in plan["json"]["speedups"]:
        ours = [(each["below"], each["above"], each["pays_above"]) for each in curve["crossings"]]
        rows.append(told(f"{curve['target']}: stops or begins to pay", ours, crossings_of(truths, curve["target"], loads)))
    for choice in (choice for schedule in plan["json"]["draft_lengths"] for choice in schedule["choices"]):
        best = max(truths, key=lambda name: truths[name][choice["bs"]]["user_tps_p50"])
        rows.append(told(f"bs {choice['bs']:.0f}: best draft length", choice["draft_length"], DRAFT_LENGTHS[best]))
    return rows


def told(what, ours, truth):
    return {"what": what, "ours": ours, "truth": truth, "same": ours == truth}


def capacity_of(truth, loads):
    """The highest load at which it and every lower one are within the limits."""
    highest = None
    for load in loads:
        if truth[load]["user_tps_p50"] < LIMITS["user_tps_p50"] or truth[load]["ttft_p50_ms"] > LIMITS["ttft_p50_ms"]:
            break
        highest = load
    return highest


def crossings_of(truths, name, loads):
    pays = [truths[name][load]["user_tps_p50"] > truths["off"][load]["user_tps_p50"] for load in loads]
    return [(loads[i], loads[i + 1], pays[i + 1]) for i in range(len(loads) - 1) if pays[i] != pays[i + 1]]
