"""Part (d): bytes per chunk on the wire and in the journal, of a real run at 512 streams x 50/s.

Wire: what the kernel counted on the agents' session sockets while all streams were open: protobuf, gRPC and
HTTP/2, plus 52 bytes of IPv4 and TCP for each segment.  No request begins or ends in that time.
Journal: all batches of the whole run but their finish events, over all its chunks; scrapes have records
of their own.
"""
import time

import journal_bytes
from processes import PacedEngine, SpecctlRun, osl_for, wait_until_open
from tcp_counters import tcp_counters

STREAMS, CHUNKS_PER_S = 512, 50
AGENTS = (1, 16)
SEGMENT_HEAD_BYTES = 52  # IPv4, TCP with time stamps
PATIENCE_S = 120


def measure(settings):
    rows = []
    for agents in AGENTS:
        rows.append(one_row(settings, agents))
        settings.show(line_of(rows[-1]))
    return rows


def one_row(settings, agents):
    folder = settings.folder / f"bytes-{agents}"
    seconds = 4 if settings.quick else 12
    osl = osl_for(CHUNKS_PER_S, seconds + 8)
    with PacedEngine(settings.specctl, folder, CHUNKS_PER_S) as engine:
        with SpecctlRun(settings.specctl, folder, engine.url, STREAMS, osl, agents) as run:
            wait_until_open(engine, run, STREAMS)
            before = session_counters(run, engine)
            began = engine.report()["chunks"]
            time.sleep(seconds)
            after = session_counters(run, engine)
            chunks = engine.report()["chunks"] - began
            run.wait(PATIENCE_S)
        all_chunks = engine.report()["chunks"]
    sent, received, segments_out = (new - old for new, old in zip(after, before))
    journal = journal_bytes.batch_bytes((run.run_dir / "journal.pb").read_bytes())
    kept = sum(size for part, size in journal.items() if part != "finished")
    return {"agents": agents, "chunks": chunks,
            "wire_payload": sent / chunks,
            "wire": (sent + segments_out * SEGMENT_HEAD_BYTES) / chunks,
            "wire_back_payload": received / chunks,
            "journal": kept / all_chunks,
            "journal_parts": {part: size / all_chunks for part, size in journal.items()}}


def session_counters(run, engine):
    """(bytes sent, bytes received, segments sent) of the agents towards the controller."""
    engine_port = int(engine.url.rsplit(":", 1)[1])
    sessions = [counters for pid in run.agent_pids() for counters in tcp_counters(pid)
                if counters.remote_port != engine_port]
    if len(sessions) < run.agents:
        raise RuntimeError(f"{len(sessions)} sessions of {run.agents} agents found")
    return (sum(c.bytes_acked for c in sessions), sum(c.bytes_received for c in sessions),
            sum(c.segments_out for c in sessions))


HEADER = (f"  {'agents':>6} {'wire':>7} {'payload':>8} {'back':>6} {'journal':>8}  of the journal: chunks, "
          f"health, begun, framing; finish events apart")


def line_of(row):
    parts = row["journal_parts"]
    return (f"  {row['agents']:>6} {row['wire']:>7.2f} {row['wire_payload']:>8.2f} "
            f"{row['wire_back_payload']:>6.2f} {row['journal']:>8.2f}  {parts['chunks']:.2f}, "
            f"{parts['health']:.2f}, {parts['begun']:.2f}, {parts['framing']:.2f}; "
            f"{parts['finished']:.2f}")
