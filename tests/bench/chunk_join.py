"""Chunks as the engine sent them, beside the same chunks as a client saw them arrive.  Pure but for reading.

Times are nanoseconds of the wall clock of the one machine that both ran on.
"""
import json
from array import array
from collections import namedtuple

from quantiles import p50_p99, quantile

# Each an array over the reply's token-bearing chunks.
Sent = namedtuple("Sent", "begin end tokens")
# `early`: the earliest that the client thinks possible; `arrival`: what it recorded.
Arrived = namedtuple("Arrived", "arrival early")
# One chunk: handed to the kernel between `begin` and `end`.
Pair = namedtuple("Pair", "begin end arrival early")


class SendLog:
    """What `specctl sim --send-log` wrote: `read_ns` and `sent`, by response id."""

    def __init__(self, lines):
        self.read_ns = {}
        self.sent = {}
        for line in lines:
            row = json.loads(line)
            response = row["response_id"]
            if "event" in row:
                self.read_ns[response] = row["unix_ns"]
                continue
            sent = self.sent.get(response)
            if sent is None:
                sent = self.sent[response] = Sent(array("q"), array("q"), array("q"))
            if row["chunk"] != len(sent.begin):
                raise ValueError(f"send log: {response} has chunk {row['chunk']} out of order")
            sent.begin.append(row["send_begin_unix_ns"])
            sent.end.append(row["send_end_unix_ns"])
            sent.tokens.append(row["tokens"])

    def keep(self, responses):
        """Leaves out every reply but these: what probed the engine is no part of the load."""
        self.sent = {response: self.sent[response] for response in responses if response in self.sent}

    def all_open(self):
        """(from, to): when every stream had begun and none had ended."""
        return (max(sent.begin[0] for sent in self.sent.values()),
                min(sent.begin[-1] for sent in self.sent.values()))


def exported_chunks(lines):
    """{response id: Arrived} of `specctl export --chunks`."""
    arrived = {}
    for line in lines:
        row = json.loads(line)
        chunks = arrived.get(row["response_id"])
        if chunks is None:
            chunks = arrived[row["response_id"]] = Arrived(array("q"), array("q"))
        if row["chunk"] != len(chunks.arrival):
            raise ValueError(f"export: {row['response_id']} has chunk {row['chunk']} out of order")
        chunks.arrival.append(row["t_unix_ns"])
        width = row["t_ns"] - row.get("t_early_ns", row["t_ns"])
        chunks.early.append(row["t_unix_ns"] - width)
    return arrived


def listed_chunks(lines):
    """{response id: Arrived} of lines `response_id chunk t_unix_ns`, each client's own stamp."""
    arrived = {}
    for line in lines:
        response, _, stamp_ns = line.split()
        if response not in arrived:
            stamps = array("q")
            arrived[response] = Arrived(stamps, stamps)
        arrived[response].arrival.append(int(stamp_ns))
    return arrived


def join(sent, arrived):
    """Pairs of the chunks that both know, and how many only one of them knows."""
    pairs, unmatched = [], 0
    for response, chunks in sent.items():
        seen = arrived.get(response)
        count = len(seen.arrival) if seen else 0
        unmatched += abs(len(chunks.begin) - count)
        if seen:
            pairs += map(Pair, chunks.begin, chunks.end, seen.arrival, seen.early)
    unmatched += sum(len(seen.arrival) for response, seen in arrived.items() if response not in sent)
    return pairs, unmatched


def distance_ns(pair):
    """From the recorded arrival to the time in which the chunk was handed over; 0 within."""
    return max(pair.begin - pair.arrival, pair.arrival - pair.end, 0)


RESOLUTION_NS = 1000  # arrivals are whole microseconds, rounded down


def covered(pair):
    """Whether the true arrival, between begin and end, can lie in (early, arrival]."""
    return pair.begin < pair.arrival + RESOLUTION_NS and pair.end >= pair.early


def arrival_errors(pairs):
    """Figures of a list of pairs, in microseconds."""
    widths = sorted(pair.arrival - pair.early for pair in pairs)
    return {"chunks": len(pairs),
            "error_us": scaled(p50_p99(map(distance_ns, pairs)), 1e-3),
            "after_send_begin_us": scaled(p50_p99(p.arrival - p.begin for p in pairs), 1e-3),
            "after_send_end_us": scaled(p50_p99(p.arrival - p.end for p in pairs), 1e-3),
            "coverage": sum(map(covered, pairs)) / len(pairs) if pairs else None,
            "width_us": scaled({"p50": quantile(widths, 0.5), "p99": quantile(widths, 0.99)}, 1e-3)}


def scaled(figures, factor):
    return {key: None if value is None else value * factor for key, value in figures.items()}


def lateness_ns(sent, period_ns):
    """How late each chunk was sent, against the stream's own grid of one period.

    The grid lies where the stream's most punctual chunk puts it, so this is a lower bound.
    """
    late = []
    for chunks in sent.values():
        off_grid = [begin - number * period_ns for number, begin in enumerate(chunks.begin)]
        earliest = min(off_grid)
        late += zip(chunks.begin, (value - earliest for value in off_grid))
    return late


def caught_up_at(late, begin, period_ns, late_max_ns):
    """From when on the engine kept its pace: the start of the first period, counted from `begin`, in which it
    sent nothing later than `late_max_ns`.

    All streams begin at once, and what connecting and reading the requests costs makes it late at first.
    None: it never caught up.
    """
    worst = {}
    for at, ns in late:
        if at >= begin:
            period = int((at - begin) // period_ns)
            worst[period] = max(worst.get(period, 0), ns)
    kept = [period for period, ns in worst.items() if ns <= late_max_ns]
    return begin + min(kept) * period_ns if kept else None
