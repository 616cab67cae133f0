"""Start and end of a run where its agents are there: Measure's call to T0, last response to its return."""
import json

from processes import PacedEngine, Process, write_prompts
from quantiles import median

ROWS = 1000
AGENTS = 16
STREAMS = 64
CHUNKS_PER_S = 100
RUNS = 20
PATIENCE_S = 300
FIGURES = (("to_t0_ms", "from Measure to T0"), ("lead_ms", "of it, from settling T0 to it"),
           ("end_ms", "from the last response to the return"))


def measure(settings):
    """{figure: {median, max, all}} [ms] over equal runs on one fleet, without server metrics."""
    folder = settings.folder / "fleet"
    with PacedEngine(settings.specctl, folder, CHUNKS_PER_S) as engine:
        prompts = write_prompts(folder / "prompts.jsonl", ROWS)
        command = [str(settings.binaries / "fleet_bench"), "--specctl", str(settings.specctl),
                   "--url", engine.url, "--dataset", str(prompts), "--folder", str(folder / "runs"),
                   "--agents", str(AGENTS), "--bs", str(STREAMS),
                   "--runs", str(3 if settings.quick else RUNS)]
        with Process(command, folder / "runs.jsonl") as runs:
            runs.wait(PATIENCE_S)
    return figures_of((folder / "runs.jsonl").read_text(), settings.show)


def figures_of(lines, show):
    runs = [json.loads(line) for line in lines.splitlines()]
    if not runs or any(run["rows"] != ROWS or run["ok"] != ROWS for run in runs):
        raise RuntimeError(f"not every row was answered in every run:\n{lines}")
    figures = {"agents": AGENTS, "rows": ROWS, "streams": STREAMS, "runs": len(runs)}
    for name, title in FIGURES:
        values = [run[name] for run in runs]
        figures[name] = {"median": median(values), "max": max(values), "all": values}
        show(f"  {title:<38} median {median(values):>7.1f} ms  max {max(values):>7.1f} ms")
    return figures
