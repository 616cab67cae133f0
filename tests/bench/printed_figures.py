"""The figures that a run prints, beside the same figures computed from the engine's send log.

All streams start at once: the run has no ramp and as many requests as slots.  The engine spreads the
streams' phases evenly over the chunk interval, as its default is.
"""
import json

from quantiles import quantile

QUANTILES = {"p50": 0.5, "p99": 0.99}
# Loads (streams, chunks/s) of the targets; the JSON has all.
SHOWN = ((512, 50), (2048, 25))
SHARE_MAX = 0.01
APART_MS_MAX = 0.1


def compare(run_dir, log, arrived):
    """Rows {figure, quantile, printed, truth, ok}; `log` holds the run's replies only."""
    summary = json.loads((run_dir / "summary.json").read_text())
    printed = summary.get("whole_run", summary)
    with (run_dir / "requests.jsonl").open() as lines:
        requests = [json.loads(line) for line in lines]
    rows = []
    truth = figures_of(log.sent)
    truth["ttft_ms"] = ttft_explained_ms(requests, log, arrived)
    for figure, values in truth.items():
        values.sort()
        for name, q in QUANTILES.items():
            rows.append(verdict(figure, name, printed[figure][name], quantile(values, q)))
    return {"rows": rows, "ttft_parts_ms": ttft_parts_ms(requests, log, arrived)}


def verdict(figure, name, printed, truth):
    apart = abs(printed - truth)
    ok = apart <= SHARE_MAX * truth or (figure.endswith("_ms") and apart <= APART_MS_MAX)
    return {"figure": figure, "quantile": name, "printed": printed, "truth": truth, "ok": ok}


def figures_of(sent):
    """Step latency, ITL and User TPS of replies that went out as the log says, by docs/metrics.md."""
    gaps, itl, user_tps = [], [], []
    for chunks in sent.values():
        begin = chunks.begin
        gaps += ((after - before) / 1e6 for before, after in zip(begin, begin[1:]))
        tokens = sum(chunks.tokens) - chunks.tokens[0]
        if tokens:
            span_ns = begin[-1] - begin[0]
            itl.append(span_ns / tokens / 1e6)
            user_tps.append(tokens / (span_ns / 1e9))
    return {"step_latency_ms": gaps, "itl_ms": itl, "user_tps": user_tps}


def started(requests, arrived):
    """{response id: wall-clock start}: T0's offset is that of the request's own first chunk."""
    starts = {}
    for row in requests:
        seen = arrived.get(row.get("response_id"))
        if seen and row["outcome"] == "ok":
            starts[row["response_id"]] = seen.arrival[0] - row["first_token_ns"] + row["start_ns"]
    return starts


def ttft_explained_ms(requests, log, arrived):
    """From the agent's first byte sent to the log's first chunk sent."""
    return [(log.sent[response].begin[0] - start) / 1e6
            for response, start in started(requests, arrived).items()]


def ttft_parts_ms(requests, log, arrived):
    """What a TTFT consists of: until the server had read the request, and until it sent."""
    starts = started(requests, arrived)
    until_read = sorted((log.read_ns[r] - start) / 1e6 for r, start in starts.items())
    until_sent = sorted((log.sent[r].begin[0] - log.read_ns[r]) / 1e6 for r in starts)
    return {name: {key: quantile(values, q) for key, q in QUANTILES.items()}
            for name, values in (("sent_to_read", until_read), ("read_to_first_send", until_sent))}


def lines_of(row):
    head = f"  {row['streams']:>7} {row['chunks_per_s']:>3}  {row['client']:<8}"
    for figure in row["printed"]["rows"]:
        yield (f"{head} {figure['figure']:<16} {figure['quantile']:<4} {figure['printed']:>10.3f} "
               f"{figure['truth']:>10.3f}  {'ok' if figure['ok'] else 'APART'}")
    for name, values in row["printed"]["ttft_parts_ms"].items():
        yield f"{head} {'of TTFT: ' + name:<34} p50 {values['p50']:.3f} p99 {values['p99']:.3f} ms"
