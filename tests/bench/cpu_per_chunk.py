"""Part (b): CPU per chunk of the agents, beside a bare epoll loop that is drained at the same interval.

Both are measured from outside and alike: the process' CPU clock (all its threads, gRPC's too) over some
seconds in which all streams are open, over the chunks that the engine sent in that time.
"""
import contextlib
import time

from processes import (PacedEngine, Process, SpecctlRun, cpu_ns, osl_for, sleeps,
                       wait_until_open)
from quantiles import median

EQUAL_CHUNKS_PER_S = 25_600
# name: (streams, chunks/s of each).  `4096` has the chunks/s of `512`, for the growth with streams.
LOADS = {"512": (512, 50), "1024": (1024, 50), "4096": (4096, EQUAL_CHUNKS_PER_S / 4096),
         "saturation": (512, 2000)}
DRAIN_MS = 3
# A paced run in which the engine's rate was further than this share from its pace is void: the machine was
# too busy, and it fell behind or caught up.
PACE_APART_MAX = 0.02
ATTEMPTS = 3


def measure(settings):
    """Rows {load, streams, chunks_per_s, agent, bare, ratio}: the agent and the bare loop alternate."""
    rows = []
    for name, (streams, chunks_per_s) in LOADS.items():
        runs = {"agent": [], "bare": []}
        for _ in range(settings.repetitions):
            for client, taken in runs.items():
                taken.append(fair_run(settings, client, streams, chunks_per_s))
        row = {"load": name, "streams": streams, "chunks_per_s": chunks_per_s, "agents": 1,
               **{client: medians(taken) for client, taken in runs.items()}}
        row["ratio"] = row["agent"]["cpu_us"] / row["bare"]["cpu_us"]
        row["void"] = void_of(name, [run for taken in runs.values() for run in taken])
        settings.show(line_of(row))
        rows.append(row)
    return rows


def void_of(load, runs):
    slow = sum(not run["kept_pace"] for run in runs)
    if load == "saturation" or not slow:
        return None
    return f"in {slow} of {len(runs)} runs the engine did not keep its pace"


def growth(rows, client):
    """CPU per chunk at 4,096 streams over that at 512, at equal chunks/s."""
    by_load = {row["load"]: row[client]["cpu_us"] for row in rows}
    return by_load["4096"] / by_load["512"]


def medians(runs):
    figures = {key: median([run[key] for run in runs]) for key in runs[0]}
    figures["all_cpu_us"] = [run["cpu_us"] for run in runs]
    return figures


def fair_run(settings, client, streams, chunks_per_s, agents=1):
    """A run in which the engine does not keep its pace is made again."""
    for _ in range(ATTEMPTS):
        run = one_run(settings, client, streams, chunks_per_s, agents)
        pace = streams * chunks_per_s
        run["kept_pace"] = abs(run["chunks_per_s_all"] - pace) <= PACE_APART_MAX * pace
        if run["kept_pace"] or chunks_per_s == LOADS["saturation"][1]:
            break
    return run


def one_run(settings, client, streams, chunks_per_s, agents=1):
    folder = settings.folder / f"cpu-{time.monotonic_ns()}"
    seconds = 3 if settings.quick else 8
    # Long enough to outlast the measurement, also where the engine is slower than its pace.
    osl = min(osl_for(chunks_per_s, 60 + streams / 100), 130_000)
    with contextlib.ExitStack() as stack:
        engine = stack.enter_context(PacedEngine(settings.specctl, folder, chunks_per_s))
        process = stack.enter_context(
            start_bare(settings, folder, engine, streams, osl) if client == "bare" else
            SpecctlRun(settings.specctl, folder, engine.url, streams, osl, agents))
        wait_until_open(engine, process, streams)
        pids = [process.pid] if client == "bare" else process.agent_pids()
        return over_time(engine, pids, process.pid, seconds)


def start_bare(settings, folder, engine, streams, osl):
    port = engine.url.rsplit(":", 1)[1]
    return Process([str(settings.binaries / "bare_epoll_client"), "--port", port,
                    "--streams", str(streams), "--osl", str(osl), "--drain-ms", str(DRAIN_MS)],
                   folder / "bare.out")


def over_time(engine, pids, parent, seconds):
    """What `pids` together, and `parent`, take while the engine sends chunks for `seconds`."""
    before = [cpu_ns(pid) for pid in pids]
    parent_before = cpu_ns(parent)
    slept = sum(map(sleeps, pids))
    began = engine.report()
    at = time.monotonic()
    time.sleep(seconds)
    ended = engine.report()
    length = time.monotonic() - at
    took_ns = sum(cpu_ns(pid) - then for pid, then in zip(pids, before))
    parent_ns = cpu_ns(parent) - parent_before
    chunks = ended["chunks"] - began["chunks"]
    return {"cpu_us": took_ns / chunks / 1e3, "chunks_per_s_all": chunks / length,
            "wakes_per_s": (sum(map(sleeps, pids)) - slept) / length,
            "cpu_share": took_ns / length / 1e9, "parent_share": parent_ns / length / 1e9,
            "engine_cpu_us": ended["cpu_us_per_chunk"], "late_us_p99": ended["late_us_p99"]}


HEADER = (f"  {'load':<12} {'streams':>7} {'chunks/s':>9} {'agents':>6} {'agent us':>9} {'bare us':>9} "
          f"{'ratio':>6} {'reached':>10} {'wakes/s':>8} {'bare':>5}")


def line_of(row):
    agent, bare = row["agent"], row["bare"]
    return (f"  {row['load']:<12} {row['streams']:>7} {row['streams'] * row['chunks_per_s']:>9,.0f} "
            f"{row['agents']:>6} {agent['cpu_us']:>9.2f} {bare['cpu_us']:>9.2f} {row['ratio']:>6.2f} "
            f"{agent['chunks_per_s_all']:>8,.0f}/s {agent['wakes_per_s']:>8,.0f} "
            f"{bare['wakes_per_s']:>5,.0f}" + (f"  VOID: {row['void']}" if row["void"] else ""))
