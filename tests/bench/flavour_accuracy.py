"""Acceptance and token figures of each source, for every flavour of the simulated engine, beside what really happened.

880 rows shaped as SPEED-Bench's qualitative split over two replicas, plain and with each quirk of the streams.  What
is compared with what is in docs/accuracy.md.
"""
import json
import time

import flavour_cases
import flavour_figures
from processes import Process, wait_for

ROWS = "builtin"  # 880 rows of 11 categories, some of several turns
REPLICAS = 2
LOAD = ("--bs", "64", "--agents", "2", "--osl", "96")
RUN_PATIENCE_S = 300
HEADER = ("| flavour | case | source | per step | delivered | per draft | accept rate | AR by position | largest "
          "deviation | met |\n|---|---|---|---|---|---|---|---|---|---|")


class SimulatedEngine(Process):
    """`specctl sim`, each replica on a port that the kernel chooses."""

    def __init__(self, specctl, folder, flags):
        ports = folder / "ports"
        super().__init__([str(specctl), "sim", "--port", "0", "--port-file", str(ports), "--replicas", str(REPLICAS),
                          *flags], folder / "engine.out")
        self.urls = wait_for("the engine's ports", lambda: self._urls(ports))

    def _urls(self, ports):
        if not self.running():
            raise RuntimeError(f"the engine ended: {self.log.read_text()}")
        text = ports.read_text() if ports.exists() else ""
        return text.split() if text.endswith("\n") else None


def measure(settings):
    rows = []
    for number, (flavour, case) in enumerate(flavour_cases.pairs()):
        if settings.configurations and flavour.name not in settings.configurations:
            continue
        folder = settings.folder / f"flavour-{number}"
        folder.mkdir()
        rows.append(one_row(settings.specctl, folder, flavour, case))
        for line in lines_of(rows[-1]):
            settings.show(line)
    return rows


def one_row(specctl, folder, flavour, case):
    run_dir = folder / "run"
    begun = time.monotonic()
    with SimulatedEngine(specctl, folder, flavour_cases.engine_flags(flavour, case)) as engine:
        command = [str(specctl), "run", "--url", ",".join(engine.urls), "--dataset", ROWS, *LOAD,
                   "--output-dir", str(run_dir), *flavour.run, *case.run]
        with Process(command, folder / "run.out") as run:
            run.wait(RUN_PATIENCE_S)
        truth = flavour_figures.truth_of(engine.urls)
    summary = json.loads((run_dir / "summary.json").read_text())
    with (run_dir / "requests.jsonl").open() as lines:
        requests = [json.loads(line) for line in lines]
    figures = flavour_figures.all_figures(summary, requests, truth, flavour_cases.STEP_MS,
                                          flavour.engine)
    return {"flavour": flavour.name, "case": case.name, "requests": len(requests), "truth": truth,
            "true": flavour_figures.true_figures(truth), "by_source": by_source(figures),
            "complaints": flavour_figures.complaints(flavour, case, figures),
            "took_s": time.monotonic() - begun}


def by_source(figures):
    """{source: {figures: {name: value}, apart: the largest deviation, marked}}; the headline's source first."""
    found = {}
    for figure in figures:
        of = found.setdefault(figure.source, {"figures": {}, "apart": 0.0, "marked": False})
        of["figures"][figure.name] = figure.value
        of["marked"] = of["marked"] or figure.marked
        if not figure.marked and figure.source != "rows":
            of["apart"] = max(of["apart"], figure.apart)
    return found


def lines_of(row):
    yield f"| {row['flavour']} | {row['case']} | truth | {cells(row['true'])} | | |"
    for source, of in row["by_source"].items():
        if not any(name in of["figures"] for name in flavour_figures.LENGTHS):
            continue
        apart = f"{of['apart']:.2%}" + (" (marked)" if of["marked"] else "")
        met = "no" if any(text.startswith(source) for text in row["complaints"]) else "yes"
        yield f"| | | {source} | {cells(of['figures'])} | {apart} | {met} |"
    for text in row["complaints"]:
        yield f"| | | **{text}** | | | | | | | no |"


def cells(figures):
    lengths = [figures.get(name) for name in ("per_step", "delivered_per_step", "per_draft", "accept_rate")]
    texts = ["-" if value is None else f"{value:.4f}" for value in lengths]
    return " | ".join([*texts, rates_of(figures, "conditional") or rates_of(figures, "joint") or "-"])


def rates_of(figures, kind):
    rates = [figures.get(f"{kind}_{position}") for position in range(1, flavour_cases.DRAFT_LENGTH + 1)]
    told = " ".join(f"{rate:.3f}" for rate in rates if rate is not None)
    return f"{told} (joint)" if told and kind == "joint" else told


def judged(row):
    """(state, text) as targets.py has them."""
    if row["complaints"]:
        return "missed", "; ".join(row["complaints"][:3])
    return "met", ", ".join(f"{source} {of['apart']:.2%}" for source, of in row["by_source"].items()
                            if source != "rows")
