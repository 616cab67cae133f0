"""Part (f): memory of an open stream in one agent: RSS at 10,000 streams, less that at 100."""
import time

from processes import PacedEngine, SpecctlRun, osl_for, rss_bytes, wait_until_open

FEW, MANY = 100, 10_000
CHUNKS_PER_S = 1


def measure(settings):
    few, many = (agent_rss(settings, streams) for streams in (FEW, MANY))
    row = {"streams": MANY, "rss_bytes": many, "rss_bytes_at_few": few,
           "kb_per_stream": (many - few) / (MANY - FEW) / 1000,
           "kb_per_stream_with_process": many / MANY / 1000}
    settings.show(f"  {MANY:,} streams in one agent: RSS {many / 1e6:.0f} MB, at {FEW} streams "
                  f"{few / 1e6:.0f} MB: {row['kb_per_stream']:.2f} KB a stream")
    return row


def agent_rss(settings, streams):
    """RSS once all streams have been open, and have had chunks, for some seconds: its highest value."""
    folder = settings.folder / f"memory-{streams}"
    osl = osl_for(CHUNKS_PER_S, 300)
    with PacedEngine(settings.specctl, folder, CHUNKS_PER_S) as engine:
        with SpecctlRun(settings.specctl, folder, engine.url, streams, osl) as run:
            wait_until_open(engine, run, streams)
            pid, = run.agent_pids()
            highest = 0
            for _ in range(4 if settings.quick else 16):
                time.sleep(0.5)
                highest = max(highest, rss_bytes(pid))
            return highest
