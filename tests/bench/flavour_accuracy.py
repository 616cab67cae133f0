"""Acceptance and token figures of every flavour of the simulated engine, from each source, beside what really happened.

Plain, then with each quirk of the engine's streams: a figure is equal, or its interval holds the truth, or it is
marked or absent where the source can't know it.  `GET /sim/truth` is the truth.  What is meant by each figure is in
docs/accuracy.md.
"""
import dataclasses
import json
import pathlib
import signal
import subprocess
import urllib.request

from processes import Process

ROWS = 880  # of `builtin`, shaped as SPEED-Bench's qualitative split: 1,138 turns or so
STEP_MS = 2
LENGTH = 3
EQUAL = 1e-9
POSITION_APART_MAX = 0.01  # of chunks, whose last steps are cut, and have no interval by position
RUN_PATIENCE_S = 300


@dataclasses.dataclass(frozen=True)
class Case:
    """What is done to a flavour, and what may come of it."""
    name: str
    sim: tuple = ()
    run: tuple = ()
    chunks: str = "estimated"  # or "marked", "absent"
    statistics: str = "equal"  # of the requests: or "partial", "absent"
    positions: bool = True     # told by the statistics of the requests
    aborts: bool = False
    cached: bool = False


def quirk(name, **expected):
    stop = ("--extra-inputs", 'stop:"END"') if name == "stop-string" else ()
    return Case(name, ("--quirk", name), stop, **expected)


PLAIN = Case("plain")
COMMON = (
    PLAIN,
    Case("gap in the histogram", ("--acceptance", "0.5,1,1")),
    Case("short replies", ("--eos-mean", "6")),
    Case("bursts of 8 chunks", ("--burst", "8")),
    Case("completions", (), ("--endpoint", "completions")),
    quirk("reasoning"),
    quirk("tool-calls"),
    quirk("logprobs"),
)
CHUNK_PER_STEP = (
    Case("stream interval 4", ("--stream-interval", "4"), chunks="marked"),
    Case("merged steps", ("--merge-share", "0.05"), chunks="marked"),
    Case("no continuous usage", ("--no-continuous-usage",)),
    quirk("empty-first"),
    quirk("empty-chunks"),
)
ENGINES = {
    "vllm": (("--per-request-spec-decode-metrics", "detailed", "--enable-prompt-tokens-details"), (), COMMON + CHUNK_PER_STEP),
}
