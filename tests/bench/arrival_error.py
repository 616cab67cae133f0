"""Part (a): the error of the recorded arrival, against the engine's own log of when it sent each chunk."""
import shutil
import subprocess
import sys

import asyncio_client
import chunk_join
import printed_figures
from processes import PacedEngine, Process, SpecctlRun, osl_for
from quantiles import quantile

# (streams, chunks/s of each); the last is reported, not required.
LOADS = [(64, 50), (512, 50), (1024, 50), (2048, 25), (4096, 20), (2048, 50)]
INFORMATIVE = (2048, 50)
QUICK_LOADS = [(64, 50), (512, 50)]
# The engine was late: its p99 in the steady state, that is, with all streams open and the burst of their start
# caught up with, is above this share of the chunk interval.
LATE_SHARE = 0.1
STEADY_S_MIN = 1
ATTEMPTS = 3
PATIENCE_S = 300


def clients(settings):
    found = ["kernel"]
    if settings.has_user_stamps:
        found.append("user")
    return found + ["asyncio"]


def measure(settings):
    rows = []
    loads = QUICK_LOADS if settings.quick else LOADS
    for streams, chunks_per_s in loads:
        for client in clients(settings):
            rows.append(fair_row(settings, client, streams, chunks_per_s))
            settings.show(line_of(rows[-1]))
    return rows


def fair_row(settings, client, streams, chunks_per_s, agents=1):
    """A row that is void is measured again; what stays void is returned so."""
    for attempt in range(1, ATTEMPTS + 1):
        row = one_row(settings, client, streams, chunks_per_s, agents)
        row["attempts"] = attempt
        if not row["void"]:
            break
    return row


def one_row(settings, client, streams, chunks_per_s, agents=1):
    """One run of `client`; the row says whether the engine was late, then it is void."""
    folder = settings.folder / f"arrival-{client}-{streams}-{chunks_per_s}-{agents}"
    folder.mkdir()
    osl = osl_for(chunks_per_s, 4 if settings.quick else 12)
    send_log = folder / "send_log.jsonl"
    with PacedEngine(settings.specctl, folder, chunks_per_s, send_log) as engine:
        if client == "asyncio":
            arrived = run_asyncio(folder, engine.url, streams, osl)
            run = None
        else:
            flags = ("--receive-stamps", "user") if client == "user" else ()
            run = SpecctlRun(settings.specctl, folder, engine.url, streams, osl, agents, flags)
            with run:
                run.wait(PATIENCE_S)
            arrived = export(settings.specctl, run.run_dir)
        report = engine.report()
    with send_log.open() as lines:
        log = chunk_join.SendLog(lines)
    row = {"client": client, "streams": streams, "chunks_per_s": chunks_per_s, "agents": agents,
           "informative": (streams, chunks_per_s) == INFORMATIVE, "engine": report}
    row.update(judge(log, arrived, 1e9 / chunks_per_s))
    if run:
        row["printed"] = printed_figures.compare(run.run_dir, log, arrived)
    shutil.rmtree(folder)
    return row


def judge(log, arrived, period_ns):
    log.keep(arrived)
    all_open, end = log.all_open()
    pairs, unmatched = chunk_join.join(log.sent, arrived)
    lateness = chunk_join.lateness_ns(log.sent, period_ns)
    begin = chunk_join.caught_up_at(lateness, all_open, period_ns, LATE_SHARE * period_ns) or all_open
    steady = [pair for pair in pairs if begin <= pair.begin < end]
    late = sorted(ns for at, ns in lateness if begin <= at < end)
    late_p99 = quantile(late, 0.99)
    void = None
    if end - begin < STEADY_S_MIN * 1e9:
        void = "the streams were never all open at once for long"
    elif late_p99 > LATE_SHARE * period_ns:
        void = f"the engine was late (p99 {late_p99 / 1e6:.1f} ms)"
    if unmatched:
        void = f"{unmatched} chunks are known to one side only"
    return {"void": void, "steady": chunk_join.arrival_errors(steady),
            "whole_run": chunk_join.arrival_errors(pairs), "steady_s": (end - begin) / 1e9,
            "late_us_p99": late_p99 / 1e3 if late else None, "unmatched": unmatched}


def export(specctl, run_dir):
    chunks = run_dir / "chunks.jsonl"
    subprocess.run([str(specctl), "export", "--chunks", "--output", str(chunks), str(run_dir)],
                   check=True)
    with chunks.open() as lines:
        return chunk_join.exported_chunks(lines)


def run_asyncio(folder, url, streams, osl):
    out = folder / "arrivals.txt"
    command = [sys.executable, asyncio_client.__file__, url, str(streams), str(osl), str(out)]
    with Process(command, folder / "asyncio.out") as client:
        client.wait(PATIENCE_S)
    with out.open() as lines:
        return chunk_join.listed_chunks(lines)


def micros(value):
    """Three digits and a unit: errors reach from less than 1 us to seconds."""
    if value is None:
        return "-"
    for unit, size in (("s", 1e6), ("ms", 1e3)):
        if abs(value) >= size:
            return f"{value / size:.3g} {unit}"
    return f"{value:.3g} us"


HEADER = (f"  {'streams':>7} {'/s':>3} {'agents':>6}  {'client':<8} {'error p50':>10} {'p99':>10} "
          f"{'-begin p99':>10} {'whole p99':>10} {'coverage':>9} {'width p50':>10} {'late p99':>9}")


def line_of(row):
    steady = row["steady"]
    return (f"  {row['streams']:>7} {row['chunks_per_s']:>3} {row['agents']:>6}  {row['client']:<8} "
            f"{micros(steady['error_us']['p50']):>10} {micros(steady['error_us']['p99']):>10} "
            f"{micros(steady['after_send_begin_us']['p99']):>10} "
            f"{micros(row['whole_run']['error_us']['p99']):>10} {steady['coverage'] or 0:>9.2%} "
            f"{micros(steady['width_us']['p50']):>10} {micros(row['late_us_p99']):>9}"
            + (f"  VOID: {row['void']}" if row["void"] else "")
            + ("  (informative)" if row["informative"] else ""))


def find(rows, client, streams, chunks_per_s, agents=1):
    for row in rows:
        if (row["client"], row["streams"], row["chunks_per_s"], row["agents"]) == (
                client, streams, chunks_per_s, agents):
            return row
    return None
