"""Acceptance and token figures of a run, beside the counters of the real engine that served it.

What is compared with what is in docs/accuracy.md.
"""
import dataclasses
import json
import os
import subprocess
import time

from processes import Process
from real_engine import COUNTERS, SCRIPTS, RealEngine, growth

# Requests of a run with 32 streams, by its osl: 10 to 40 s each on 2 cores.  Fewer streams get a part.
REQUESTS = {16: 1600, 64: 560, 256: 400}
QUICK_REQUESTS = {16: 320, 64: 160, 256: 80}
STREAMS = 32
RUN_PATIENCE_S = 900
APART_MAX = 0.01
FIGURES = ("uncut", "delivered", "per_draft")


@dataclasses.dataclass(frozen=True)
class Configuration:
    name: str
    engine: str
    arguments: tuple
    # Whether each response tells how its tokens were drafted, so that every figure can be exact.
    statistics: bool
    environment: dict = dataclasses.field(default_factory=dict)
    # Tokens per draft that the engine was told to accept on average; None where the text decides.
    truth: float | None = None


@dataclasses.dataclass(frozen=True)
class Load:
    streams: int
    osl: int
    requests: int


def vllm(name, speculation, detail, *arguments, **environment):
    rates = speculation.get("synthetic_acceptance_rates")
    return Configuration(name, "vllm", ("--speculative-config", json.dumps(speculation),
                                        "--per-request-spec-decode-metrics", detail, *arguments),
                         detail != "none", environment, 1 + sum(rates) if rates else None)


NGRAM = {"method": "ngram", "num_speculative_tokens": 3, "prompt_lookup_max": 4, "prompt_lookup_min": 1}
SYNTHETIC = {"method": "draft_model", "model": "tinymodel", "num_speculative_tokens": 3,
             "rejection_sample_method": "synthetic", "synthetic_acceptance_rates": [0.8, 0.5, 0.3]}
LLAMA_SLOTS = ("--metrics", "-np", "4", "-c", "16384", "--spec-type")
SGLANG_NGRAM = ("--speculative-algorithm", "NGRAM", "--speculative-num-draft-tokens", "4",
                "--speculative-ngram-max-bfs-breadth", "1")
CONFIGURATIONS = (
    vllm("ngram-detailed", NGRAM, "detailed"),
    vllm("ngram-summary", NGRAM, "summary"),
    vllm("ngram-none", NGRAM, "none"),
    vllm("synthetic-detailed", SYNTHETIC, "detailed", SYNTHETIC="1"),
    vllm("synthetic-none", SYNTHETIC, "none", SYNTHETIC="1"),
    vllm("interval4-detailed", NGRAM, "detailed", "--stream-interval", "4"),
    vllm("interval4-none", NGRAM, "none", "--stream-interval", "4"),
    vllm("ranks2-detailed", NGRAM, "detailed", "--data-parallel-size", "2", VLLM_CPU_KVCACHE_SPACE="1"),
    Configuration("llama-draft", "llama", (*LLAMA_SLOTS, "draft-simple", "-md", "tiny.gguf",
                                           "--spec-draft-n-max", "4", "--spec-synth-rates",
                                           "0.8,0.6,0.4,0.2"), True, truth=3.0),
    Configuration("llama-ngram", "llama", (*LLAMA_SLOTS, "ngram-simple", "--spec-ngram-simple-size-n", "3",
                                           "--spec-ngram-simple-size-m", "6"), True),
    Configuration("sglang-ngram", "sglang", SGLANG_NGRAM, True),
    Configuration("sglang-simulated", "sglang", SGLANG_NGRAM, True, {"SGLANG_SIMULATE_ACC_LEN": "2.6"}, 2.6),
)
COLUMNS = ("configuration", "streams", "osl", "requests", "configured", "tokens: ours, engine", "steps: ours, engine",
           "source", "uncut: ours, engine", "delivered: ours, engine", "per draft: ours, engine", "by chunks", "merged",
           "verdict", "labels")
HEADER = f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}"


def problem(arguments, tools):
    """What is wrong with the command line, or None: an engine must be there, and its script."""
    homes = {kind: getattr(arguments, kind) for kind in SCRIPTS}
    if not any(homes.values()):
        return ("--only acceptance needs a real engine: --vllm DIR, a folder that "
                f"`{tools / SCRIPTS['vllm']} DIR setup` has filled (--llama and --sglang take theirs)")
    for kind, home in homes.items():
        script = tools / SCRIPTS[kind]
        if home and not script.exists():
            return f"no {script}, which starts the engine: --engine-tools names its folder"
        if home and not os.path.isdir(os.path.join(home, "venv")):
            return f"--{kind}: no engine in {home}; `{script} {home} setup` puts one there"
    unknown = set(arguments.configurations) - {c.name for c in CONFIGURATIONS}
    if unknown:
        return (f"--configurations: no {', '.join(sorted(unknown))}; there are "
                f"{', '.join(c.name for c in CONFIGURATIONS)}")
    unknown = set(arguments.osl) - set(REQUESTS)
    return f"--osl: of {', '.join(map(str, REQUESTS))}" if unknown else None


def measure(settings):
    rows = []
    for configuration in CONFIGURATIONS:
        wanted = not settings.configurations or configuration.name in settings.configurations
        if not wanted or settings.engines[configuration.engine] is None:
            continue
        try:
            measure_one(settings, configuration, rows)
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:  # costs these rows alone
            settings.show(f"{configuration.name} FAILED: {error}")
            rows.append({"configuration": configuration.name, "statistics": configuration.statistics,
                         "streams": "-", "osl": "-", "void": str(error).splitlines()[0]})
    return rows


def measure_one(settings, configuration, rows):
    home = settings.engines[configuration.engine]
    script = settings.engine_tools / SCRIPTS[configuration.engine]
    folder = settings.folder / configuration.name
    with RealEngine(configuration.engine, script, home, folder, configuration.arguments,
                    configuration.environment) as engine:
        for osl, count in (QUICK_REQUESTS if settings.quick else REQUESTS).items():
            if settings.osl and osl not in settings.osl:
                continue
            for streams in settings.streams:
                load = Load(streams, osl, max(4 * streams, count * streams // STREAMS))
                rows.append(one_row(settings, configuration, engine, folder / f"bs{streams}-osl{osl}", load))
                settings.show(line_of(rows[-1]))


def one_row(settings, configuration, engine, folder, load):
    folder.mkdir()
    run_dir = folder / "run"
    command = [str(settings.specctl), "run", "--url", engine.url, "--dataset", "spec_bench",
               "--osl", str(load.osl), "--bs", str(load.streams), "--agents", str(min(2, load.streams)),
               "--temperature", "0", "--requests", str(load.requests), "--grace", "300s",
               # 4 slots of llama.cpp serve 32 streams: most wait for longer than a silent server may.
               "--idle-timeout", "600s", "--output-dir", str(run_dir)]
    if settings.dataset_dir:
        command += ["--dataset-dir", str(settings.dataset_dir)]
    before = engine.settled_counters()
    with Process(command, folder / "run.out") as run:
        begun = counters_after_probe(engine, run, before)
        run.wait(RUN_PATIENCE_S)
    grown = growth(begun, engine.settled_counters())
    summary = json.loads((run_dir / "summary.json").read_text())
    with (run_dir / "requests.jsonl").open() as lines:
        requests = [json.loads(line) for line in lines]
    return row_of(configuration, load, summary, requests, grown)


def counters_after_probe(engine, run, before):
    """The last counters before the load's first token: specctl asks the server for a few tokens first.

    The probe's response has ended long before any request begins, and what counts first tokens grows
    before any other counter does.  llama.cpp counts a request when it ends.
    """
    watched = "first" if "first" in COUNTERS[engine.kind] else "generated"
    probed = None
    while run.running():
        now = engine.counters()
        value = now.get(watched, 0.0)
        if probed and value != probed[watched]:
            return probed
        if value != before.get(watched, 0.0):
            if watched == "first" and value != before.get(watched, 0.0) + 1:
                raise RuntimeError("the load began before the probe's own request was seen in the counters")
            probed = now
        time.sleep(0.02)
    raise RuntimeError(f"specctl run ended before its load was seen in the counters:\n"
                       f"{run.log.read_text(errors='replace')[-2000:]}")


def row_of(configuration, load, summary, requests, grown):
    ok = [row for row in requests if row["outcome"] == "ok"]
    headline = summary.get("acceptance", {})
    whole = summary.get("whole_run", {}).get("acceptance", {})
    truth = engine_figures(grown)
    keys = {"uncut": "per_step", "delivered": "delivered_per_step", "per_draft": "per_draft"}
    source = source_of(headline or whole)
    from_chunks = whole if source == "chunks" else summary.get("acceptance_from_chunks", {})
    return {"configuration": configuration.name, "statistics": configuration.statistics, "osl": load.osl,
            "streams": load.streams, "requests": len(ok), "truth": configuration.truth, "source": source,
            "merged_share": merged_share_of(headline or whole), "chunks": from_chunks.get("per_step"),
            "sources": headline.get("sources"), "verdict": summary["verdict"]["state"],
            "labels": summary["verdict"]["labels"], "void": void_reason(requests, grown),
            "tokens": {"ours": sum(row.get("output_tokens", 0) for row in requests),
                       "engine": grown.get("generated")},
            "steps": {"ours": sum_where_any(ok, "steps"), "engine": grown.get("steps")},
            **{figure: {"whole_run": whole.get(key), "headline": headline.get(key), "engine": truth[figure]}
               for figure, key in keys.items()},
            "counters": grown}


def sum_where_any(rows, key):
    values = [row[key] for row in rows if key in row]
    return sum(values) if values else None


def source_of(acceptance):
    """The source of the figures; where targets have different ones, each one's share of the requests."""
    requests = {}
    for entry in acceptance.get("sources", []):
        source = entry.get("source") or "none"
        requests[source] = requests.get(source, 0) + entry.get("requests", 0)
    if len(requests) > 1:
        total = sum(requests.values())
        return ", ".join(f"{source} {ratio(count, total) or 0:.0%}" for source, count in requests.items())
    return acceptance.get("source") or next(iter(requests), None)


def void_reason(requests, grown):
    """Why the counters are not those of the ok requests alone, or None."""
    bad = sum(row["outcome"] != "ok" for row in requests)
    if bad:
        return f"{bad} requests did not end ok"
    if grown.get("first", len(requests)) != len(requests):
        return f"the engine began {grown['first']:.0f} responses, not {len(requests)}"
    return None


def merged_share_of(acceptance):
    """Share of the steps that came in others' chunks: the largest of the targets, or None."""
    shares = [entry["merged_share"] for entry in acceptance.get("sources", []) if "merged_share" in entry]
    return max(shares) if shares else None


def engine_figures(grown):
    """{figure: the engine's own value, None where it counts too little for it}."""
    if {"step_tokens", "steps"} <= grown.keys():  # SGLang: each step is a draft's, with one free token
        grown = {**grown, "accepted": grown["step_tokens"] - grown["steps"], "drafts": grown["steps"]}
    accepted = grown.get("accepted")
    delivered = grown["generated"] - grown["first"] if {"generated", "first"} <= grown.keys() else None
    uncut, per_draft = (ratio(accepted, grown.get(key)) for key in ("steps", "drafts"))
    return {"uncut": None if uncut is None else 1 + uncut, "delivered": ratio(delivered, grown.get("steps")),
            "per_draft": None if per_draft is None else 1 + per_draft}


def ratio(part, whole):
    return part / whole if part is not None and whole else None


def value_of(estimate):
    """Of an estimate {value, low, high}, or None; what has bounds only has no value to compare."""
    return estimate.get("value") if isinstance(estimate, dict) else estimate


def apart(row, figure):
    """How far ours is from the engine's, as a share of it; None where either is missing."""
    ours = value_of(row[figure]["whole_run"])
    if ours is None:
        ours = value_of(row[figure]["headline"])
    truth = row[figure]["engine"]
    return abs(ours / truth - 1) if ours is not None and truth else None


def judged(row):
    """(state, what is apart): state as in targets.py.  Tokens must be equal."""
    if row["void"]:
        return "void", row["void"]
    found = {figure: apart(row, figure) for figure in FIGURES}
    notes = [f"{figure} {'-' if share is None else f'{share:.2%}'}" for figure, share in found.items()]
    known = [share for share in found.values() if share is not None]
    tokens = row["tokens"]
    equal = tokens["engine"] is None or tokens["ours"] == tokens["engine"]
    if not equal:
        notes.append(f"tokens {tokens['ours']} for {tokens['engine']:.0f}")
    if not equal or any(share > APART_MAX for share in known):
        return "missed", ", ".join(notes)
    return ("met" if known else "not measured"), ", ".join(notes)


def line_of(row):
    merged = row["merged_share"]
    cells = [row["configuration"], row["streams"], row["osl"], row["requests"], text_of(row["truth"]),
             *(f"{count_of(row[name]['ours'])}, {count_of(row[name]['engine'])}"
               for name in ("tokens", "steps")),
             text_of(row["source"]),
             # The engine counts the whole run; the headline's figure is of the hold.
             *(", ".join(map(text_of, (row[name]["whole_run"] or row[name]["headline"], row[name]["engine"])))
               for name in FIGURES),
             text_of(row["chunks"]), "-" if merged is None else f"{merged:.1%}",
             row["verdict"] + (f" (void: {row['void']})" if row["void"] else ""),
             " ".join(row["labels"]) or "-"]
    return f"| {' | '.join(map(str, cells))} |"


def count_of(value):
    return "-" if value is None else f"{value:,.0f}"


def text_of(value):
    """A number, an estimate with its bounds, a name; "-" where there is none."""
    if value is None:
        return "-"
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return f"{value:.4f}"
    bounds = f"{value['low']:.4f} .. {value['high']:.4f}" if {"low", "high"} <= value.keys() else ""
    if value.get("value") is None:
        return bounds or "-"
    return f"{value['value']:.4f}" + (f" ({bounds})" if bounds else "")
