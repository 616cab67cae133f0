"""How long `specctl plan` takes on a large sweep: figures folded from the journals, and from their caches."""
import pathlib
import statistics
import subprocess
import time

HEADER = "  points  chunks each  journals      folded   from caches"
POINTS, CHUNKS = 100, 10_000_000
QUICK_POINTS, QUICK_CHUNKS = 8, 500_000
REPEATS = 5
ASKED = ("--slo", "ttft_p95 <= 2s", "--demand", "4000tps")


def measure(settings):
    points, chunks = (QUICK_POINTS, QUICK_CHUNKS) if settings.quick else (POINTS, CHUNKS)
    sweep = pathlib.Path(settings.folder) / "long-sweep"
    sweep.mkdir()
    subprocess.run([str(settings.binaries / "long_sweep"), str(sweep), "--points", str(points), "--chunks", str(chunks)],
                   check=True)
    size = sum(path.stat().st_size for path in sweep.rglob("journal.pb"))
    folded = timed(settings, sweep)
    cached = statistics.median(timed(settings, sweep) for _ in range(REPEATS))
    settings.show(f"  {points:>6}  {chunks:>11,}  {size / 1e9:>5.2f} GB  {folded:>7.1f} s  {cached:>9.2f} s")
    return {"points": points, "chunks": chunks, "journal_bytes": size, "folded_s": folded, "cached_s": cached}


def timed(settings, sweep):
    begin = time.monotonic()
    done = subprocess.run([str(settings.specctl), "plan", str(sweep), *ASKED], capture_output=True, text=True, check=False)
    took = time.monotonic() - begin
    if done.returncode not in (0, 3):  # 3: the sweep has no such point, which takes as long to find
        raise RuntimeError(done.stderr)
    return took
