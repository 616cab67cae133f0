"""What a run reports of a simulated engine's speculation, figure by figure, beside what really happened.

Pure but for truth_of().  A figure is *met* where it equals the truth; where its source can only estimate it, or knows
it of some of the requests, where its interval holds the truth; and where it says itself that it is not exact.
"""
import dataclasses
import json
import math
import statistics
import urllib.request

import flavour_cases

EQUAL = 1e-9
LENGTHS = ("per_step", "per_draft", "accept_rate", "delivered_per_step")
ENGINES_WORD = ("counters", "per_request", "timings")  # sources that count, and do not estimate
STANDARD_ERRORS = 3  # of a rate by position, which has no interval


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
    """By the names that summary.json has for them; rates by position as joint_1, conditional_1, .."""
    steps, drafts, accepted = truth["decode_steps"], truth["drafts"], truth["accepted_tokens"]
    figures = {"per_step": 1 + accepted / steps, "per_draft": 1 + accepted / drafts,
               "accept_rate": accepted / truth["draft_tokens"],
               "delivered_per_step": (truth["generation_tokens"] - truth["requests"]) / steps}
    before = drafts
    # Of drafts of several lengths nobody knows which reached a position.
    whole = truth["draft_tokens"] == drafts * len(truth["drafted_by_position"])
    for position, count in enumerate(truth["accepted_by_position"], 1):
        figures[f"joint_{position}"] = count / drafts
        if whole and before > 0:
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
    marked: bool = False
    sampled: bool = False  # of some of the requests only

    @property
    def apart(self):
        """As a share of the truth."""
        return abs(self.value - self.truth) / abs(self.truth) if self.truth else abs(self.value)

    @property
    def met(self):
        if self.marked or abs(self.value - self.truth) <= EQUAL:
            return True
        return self.low is not None and self.low - EQUAL <= self.truth <= self.high + EQUAL

    def __str__(self):
        return f"{self.source} {self.name} {self.value:.6g} for {self.truth:.6g}"


def figures_of(acceptance, source, truth):
    """Of one object of acceptance figures in summary.json."""
    truths = true_figures(truth)
    # A source that not all requests have is a sample of them; what requests tell is told of those that ended ok.
    of_all = source == "counters" or (acceptance.get("source_share", 1) == 1 and truth["aborted"] == 0)
    exact = source in ENGINES_WORD and of_all
    sampled = acceptance.get("source_share", 1) < 1
    marked = bool(acceptance.get("approximate") or acceptance.get("lower_bound"))
    for name in LENGTHS:
        estimate = acceptance.get(name) or {}
        if estimate.get("value") is None:
            continue
        interval = {} if exact else {"low": estimate.get("low"), "high": estimate.get("high")}
        yield Figure(source, name, estimate["value"], truths[name], marked=marked, sampled=sampled, **interval)
    if acceptance.get("rates_over") == "steps" and truth["drafts"] != truth["decode_steps"]:
        return  # steps without a draft are among them: rates of another kind, as `rates_over` says
    for kind in ("joint", "conditional"):
        approximate = marked or bool(acceptance.get(f"{kind}_approximate"))
        for position, rate in enumerate(acceptance.get(kind, []), 1):
            true = truths.get(f"{kind}_{position}")
            if true is None:
                continue
            slack = 0 if exact else STANDARD_ERRORS * math.sqrt(true * (1 - true) / reached(truth, kind, position))
            yield Figure(source, f"{kind}_{position}", rate, true, rate - slack, rate + slack, approximate)


def reached(truth, kind, position):
    """How many drafts a rate is of."""
    return truth["drafts"] if kind == "joint" or position == 1 else truth["accepted_by_position"][position - 2]


def counts(summary, rows, truth, engine):
    """Tokens, drafts and steps that were counted, of each source that has them."""
    yield Figure("rows", "ok", sum(row["outcome"] == "ok" for row in rows), truth["requests"] - truth["aborted"])
    yield Figure("rows", "output_tokens", sum(row.get("output_tokens", 0) for row in rows), truth["generation_tokens"])
    if any("cached_tokens" in row for row in rows):
        yield Figure("rows", "cached_tokens", sum(row.get("cached_tokens", 0) for row in rows), truth["cached_tokens"])
    servers = summary.get("servers", {})
    partial = servers.get("partial", {})  # sums over some of the servers only
    for key, true in (("drafts", "drafts"), ("drafted_tokens", "draft_tokens"),
                      ("accepted_tokens", "accepted_tokens"), ("engine_steps", "decode_steps")):
        if key in servers:
            yield Figure("counters", key, servers[key], truth[true], marked=key in partial)
    if (made := servers.get("generated_tokens")) is not None:
        # vLLM, whose API server looks for stop strings, counts what its step made beyond one.
        beyond = truth["tokens_beyond_stop"] if engine == "vllm" else 0
        yield Figure("counters", "generated_tokens", made, truth["generation_tokens"] + beyond)
    for position, count in enumerate(servers.get("accepted_by_position", []), 1):
        yield Figure("counters", f"accepted_{position}", count, truth["accepted_by_position"][position - 1])
    yield from sums_of_rows(rows, truth)


def sums_of_rows(rows, truth):
    told = [row for row in rows if row.get("acceptance_source") in ("per_request", "timings")]
    # A reply of one token has no step to tell of.
    if not told or any(row.get("output_tokens", 0) > 1 for row in rows if row not in told):
        return
    for key, true in (("drafts", "drafts"), ("drafted_tokens", "draft_tokens"),
                      ("accepted_tokens", "accepted_tokens"), ("steps", "decode_steps")):
        if all(key in row for row in told):
            yield Figure(told[0]["acceptance_source"], key, sum(row[key] for row in told), truth[true])


def first_tokens(rows, step_ms):
    """First tokens take the prompt's step, at least; events without one may come as soon as a request is admitted."""
    # A step that is late may begin before a request has come: the median is of them all.
    median = statistics.median((row["first_token_ns"] - row["start_ns"]) / 1e6 for row in rows
                               if "first_token_ns" in row)
    yield Figure("rows", "median_ttft_ms", median, step_ms, low=0, high=median)


def all_figures(summary, rows, truth, step_ms, engine):
    """Every figure of the run, with where it comes from: the headline's source first."""
    found = []
    if acceptance := summary["whole_run"].get("acceptance"):
        found += figures_of(acceptance, acceptance["source"], truth)
    if acceptance := summary.get("acceptance_of_counters"):
        if summary["whole_run"].get("acceptance", {}).get("source") != "counters":
            found += figures_of(acceptance, "counters", truth)
    if acceptance := summary.get("acceptance_from_chunks"):
        found += figures_of(acceptance, "chunks", truth)
    return [*found, *counts(summary, rows, truth, engine), *first_tokens(rows, step_ms)]


def complaints(flavour, case, figures):
    """What of them is not as it must be, in words."""
    found = [str(figure) for figure in figures if not figure.met]
    may_be_marked = set(flavour.marked) | set(case.marked)
    for source in flavour.sources:
        of_source = [figure for figure in figures if figure.source == source and figure.name in LENGTHS]
        if not of_source and source not in case.without:
            found.append(f"nothing from {source}")
        if any(figure.marked for figure in of_source) and source not in may_be_marked:
            found.append(f"{source} not exact, as they say themselves")
        sampled = (flavour.engine, case.name, source) in flavour_cases.SAMPLED
        if any(figure.sampled for figure in of_source) and not sampled:
            found.append(f"{source} of some of the requests only")
        missing = flavour_cases.lengths_of(flavour, case, source) - {figure.name for figure in of_source}
        if of_source and missing:
            found.append(f"{source} without {', '.join(sorted(missing))}")
    return found
