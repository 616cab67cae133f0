"""What a run reports of a simulated engine's speculation, figure by figure, beside what really happened.

Pure but for truth_of().
"""
import dataclasses
import json
import urllib.request

EQUAL = 1e-9
NEAR = 0.01  # rates by position of chunks have no interval: the ends of replies cut their last steps


def truth_of(urls):
    """Sums over the replicas, of the requests that a load generator sent."""
    total = {}
    for url in urls:
        with urllib.request.urlopen(f"{url}/sim/truth", timeout=10) as reply:
            sums = json.loads(reply.read())["with_request_id"]
        for key, value in sums.items():
            if isinstance(value, list):
                before = total.get(key, [0] * len(value))
                total[key] = [a + b for a, b in zip(before, value, strict=True)]
            else:
                total[key] = total.get(key, 0) + value
    return total


def true_figures(truth):
    """By the names that summary.json has for them; rates by position as rate_1, conditional_1, .."""
    steps, drafts, accepted = truth["decode_steps"], truth["drafts"], truth["accepted_tokens"]
    figures = {"per_step": 1 + accepted / steps, "per_draft": 1 + accepted / drafts,
               "accept_rate": accepted / truth["draft_tokens"],
               "delivered_per_step": (truth["generation_tokens"] - truth["requests"]) / steps}
    before = drafts
    whole = truth["draft_tokens"] == drafts * len(truth["drafted_by_position"])
    for position, count in enumerate(truth["accepted_by_position"], 1):
        figures[f"joint_{position}"] = count / drafts
        if whole and before > 0:  # else nobody knows which drafts reached it
            figures[f"conditional_{position}"] = count / before
        before = count
    return figures


@dataclasses.dataclass(frozen=True)
class Figure:
    source: str
    name: str
    value: float
    truth: float
    low: float = None
    high: float = None
    slack: float = EQUAL
    marked: bool = False  # approximate, or a bound: it says itself that it is not exact

    @property
    def apart(self):
        return abs(self.value - self.truth)

    @property
    def met(self):
        if self.marked or self.apart <= self.slack:
            return True
        return self.low is not None and self.low - EQUAL <= self.truth <= self.high + EQUAL

    def __str__(self):
        return f"{self.source} {self.name} {self.value:.6g} for {self.truth:.6g}"


def figures_of(acceptance, source, truths):
    """Of one object of acceptance figures in summary.json."""
    exact = source in ("counters", "per_request", "timings")
    marked = bool(acceptance.get("approximate") or acceptance.get("lower_bound"))
    for name in ("per_step", "per_draft", "accept_rate", "delivered_per_step"):
        estimate = acceptance.get(name)
        if estimate is None or estimate.get("value") is None:
            continue
        # Chunks tell a length per step with an interval; what was delivered they know.
        interval = {} if exact else {"low": estimate.get("low"), "high": estimate.get("high")}
        yield Figure(source, name, estimate["value"], truths[name], marked=marked, **interval)
    if acceptance.get("rates_over") == "steps" and truths["per_step"] != truths["per_draft"]:
        return  # of steps without a draft, too: rates of another kind
    for kind in ("joint", "conditional"):
        rates = acceptance.get(kind, [])
        approximate = marked or bool(acceptance.get(f"{kind}_approximate"))
        for position, rate in enumerate(rates, 1):
            name = f"{kind}_{position}"
            if name in truths:
                yield Figure(source, name, rate, truths[name], slack=EQUAL if exact else NEAR,
                             marked=approximate)


def source_of(acceptance):
    """per_request, timings, chunks, .. of an object of acceptance figures."""
    return acceptance.get("source") or "chunks"


def counts(summary, rows, truth):
    """Tokens, drafts and steps that were counted, of each source that has them."""
    ok = [row for row in rows if row["outcome"] == "ok"]
    yield Figure("rows", "ok", len(ok), truth["requests"] - truth["aborted"])
    yield Figure("rows", "output_tokens", sum(row.get("output_tokens", 0) for row in rows),
                 truth["generation_tokens"])
    servers = summary.get("servers", {})
    made = truth["generation_tokens"]
    for key, true in (("generated_tokens", made), ("drafts", truth["drafts"]),
                      ("drafted_tokens", truth["draft_tokens"]),
                      ("accepted_tokens", truth["accepted_tokens"]),
                      ("engine_steps", truth["decode_steps"])):
        if key in servers:
            beyond = truth["tokens_beyond_stop"] if key == "generated_tokens" else 0
            # An engine that looks for stop strings elsewhere counts what its step made beyond one.
            yield Figure("counters", key, servers[key], true + beyond if servers[key] != true else true)
    for position, count in enumerate(servers.get("accepted_by_position", []), 1):
        yield Figure("counters", f"accepted_{position}", count, truth["accepted_by_position"][position - 1])
    told = [row for row in rows if row.get("acceptance_source") in ("per_request", "timings")]
    # A reply of one token has no step to tell of.
    if not told or any(row.get("output_tokens", 0) > 1 for row in rows if row not in told):
        return
    source = told[0]["acceptance_source"]
    for key, true in (("drafts", "drafts"), ("drafted_tokens", "draft_tokens"),
                      ("accepted_tokens", "accepted_tokens"), ("steps", "decode_steps")):
        if all(key in row for row in told):
            yield Figure(source, key, sum(row[key] for row in told), truth[true])


def all_figures(summary, rows, truth):
    """Every figure of the run and where it comes from."""
    truths = true_figures(truth)
    found = list(counts(summary, rows, truth))
    if acceptance := summary.get("acceptance_of_counters"):
        found += figures_of(acceptance, "counters", truths)
    if acceptance := summary["whole_run"].get("acceptance"):
        found += figures_of(acceptance, source_of(acceptance), truths)
    if acceptance := summary.get("acceptance_from_chunks"):
        found += figures_of(acceptance, "chunks", truths)
    return found
