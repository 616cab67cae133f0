"""Open loop: whether arrivals come as planned, and what a server that stalls does to the figures."""
import json
import signal
import subprocess
import threading
import time

from processes import PacedEngine, write_prompts

RATES = (500, 2000, 5000)
AGENTS = (1, 4, 16)
SECONDS, QUICK_SECONDS = 12, 8
RUN_PATIENCE_S = 300
ARRIVALS_HEADER = ("  rate/s agents  planned/s achieved/s  shed   late ms p50     p99     max   dispersion 0.1 s, 1 s"
                   "        gaps D      p  same")
FIRST_MS = 20
STALL = {"rate": 20, "run_s": 100, "begin_s": 30, "length_s": 10}
QUICK_STALL = {"rate": 20, "run_s": 20, "begin_s": 6, "length_s": 2}


def arrivals(settings):
    rows, by_rate = [], {}
    seconds = QUICK_SECONDS if settings.quick else SECONDS
    for rate in RATES[:1] if settings.quick else RATES:
        for agents in AGENTS:
            folder = settings.folder / f"arrivals-{rate}-{agents}"
            with PacedEngine(settings.specctl, folder, 100, first_ms=FIRST_MS) as engine:
                run = run_open(settings, engine, folder, rate, seconds, "--warmup", "1s", "--agents", str(agents))
            due = due_times(folder / "run")
            first = by_rate.setdefault(rate, due)
            common = min(len(first), len(due))
            row = {"rate": rate, "agents": agents, "same": first[:common] == due[:common], "common": common,
                   **run["arrivals"], "verdict": run["verdict"]["state"],
                   "reasons": [reason["code"] for reason in run["verdict"]["reasons"]]}
            rows.append(row)
            settings.show(line_of(row))
    return rows


def run_open(settings, engine, folder, rate, seconds, *flags):
    prompts = write_prompts(folder / "prompts.jsonl", 2000)
    command = [str(settings.specctl), "run", "--url", engine.url, "--dataset", str(prompts), "--osl", "4",
               "--request-rate", str(rate), "--duration", f"{seconds}s", "--no-server-metrics",
               "--output-dir", str(folder / "run"), *flags]
    with (folder / "run.out").open("wb") as out:
        subprocess.run(command, stdout=out, stderr=subprocess.STDOUT, timeout=RUN_PATIENCE_S, check=True)
    return json.loads((folder / "run" / "summary.json").read_text())


def due_times(run_dir):
    """When each arrival was due, by its number; those that were shed are None."""
    times = {}
    with (run_dir / "requests.jsonl").open() as lines:
        for line in lines:
            row = json.loads(line)
            times[row["position"]] = row["due_ns"]
    return [times.get(position) for position in range(max(times) + 1)]


def line_of(row):
    late = row["lateness_ms"]
    dispersion = {entry["window_s"]: entry for entry in row["dispersion"]}
    spread = "  ".join(f"{dispersion[w]['index']:.3f} ({dispersion[w]['poisson_low']:.2f}..{dispersion[w]['poisson_high']:.2f})"
                       for w in (0.1, 1) if w in dispersion)
    return (f"  {row['rate']:6} {row['agents']:6} {row['planned_per_s']:10.1f} {row['achieved_per_s']:10.1f} "
            f"{row['shed']:5} {late['p50']:12.3f} {late['p99']:8.3f} {late['max']:8.2f}   {spread}  "
            f"{row['gaps_fit']['distance']:.4f} {row['gaps_fit']['p_value']:6.3f}  {'yes' if row['same'] else 'NO'}")


def stall(settings):
    """A server that answers nothing for a while, at a constant rate: each quantile is known beforehand."""
    plan = QUICK_STALL if settings.quick else STALL
    folder = settings.folder / "stall"
    with PacedEngine(settings.specctl, folder, 100, first_ms=FIRST_MS) as engine:
        stopper = threading.Thread(target=stop_for_a_while, args=(engine, plan))
        stopper.start()
        summary = run_open(settings, engine, folder, plan["rate"], plan["run_s"], "--arrival", "constant",
                           "--agents", "1")
        stopper.join()
    rows = []
    share = plan["length_s"] / plan["run_s"]
    for name in ("p50", "p90", "p95", "p99"):
        q = int(name[1:]) / 100
        # Arrivals of the stall wait for its end: their times are even from 0 to its length.
        expected_ms = FIRST_MS + max(q - (1 - share), 0) / share * plan["length_s"] * 1000
        row = {"quantile": name, "expected_ms": expected_ms, "from_intended_ms": summary["ttft_user_ms"][name],
               "from_start_ms": summary["ttft_ms"][name]}
        rows.append(row)
        settings.show(f"  {name:8} {expected_ms:12.0f} {row['from_intended_ms']:18.0f} {row['from_start_ms']:15.0f}")
    return rows


def stop_for_a_while(engine, plan):
    # From its first request on, which comes when the run begins.
    while engine.running() and engine.report()["chunks"] == 0:
        time.sleep(0.05)
    time.sleep(plan["begin_s"])
    engine.popen.send_signal(signal.SIGSTOP)
    time.sleep(plan["length_s"])
    engine.popen.send_signal(signal.SIGCONT)
