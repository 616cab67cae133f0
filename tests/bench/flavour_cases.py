"""Flavours of the simulated engine, and what is done to their streams."""
import dataclasses

RATES = "0.8,0.7,0.5"
STEP_MS = 2
DRAFT_LENGTH = 3


@dataclasses.dataclass(frozen=True)
class Flavour:
    name: str
    engine: str
    sim: tuple = ()
    run: tuple = ()
    sources: tuple = ()  # that a run has figures of, the headline's first
    marked: tuple = ()   # of these, whose figures may say that they are not exact


@dataclasses.dataclass(frozen=True)
class Case:
    """One thing that is done to a flavour's streams."""
    name: str
    sim: tuple = ()
    run: tuple = ()
    without: tuple = ()  # sources that can't tell then
    marked: tuple = ()   # sources whose figures then say that they are not exact
    seed: int = 7  # of the engine


FLAVOURS = (
    Flavour("vllm-detailed", "vllm",
            ("--per-request-spec-decode-metrics", "detailed", "--enable-prompt-tokens-details"),
            sources=("per_request", "counters", "chunks")),
    Flavour("vllm-none", "vllm", sources=("chunks", "counters")),
    # It has no chunk for a token without text, such as the end of sequence.
    Flavour("sglang", "sglang", ("--enable-metrics", "--enable-cache-report"),
            sources=("per_request", "counters", "chunks"), marked=("chunks",)),
    Flavour("trtllm", "trtllm", ("--enable-metrics",), sources=("chunks", "counters")),
    Flavour("llamacpp", "llamacpp", ("--enable-metrics",), sources=("timings", "counters")),
)


def quirk(name, **expected):
    return Case(name, ("--quirk", name), **expected)


PLAIN = Case("plain")
ALL = (
    PLAIN,
    Case("gap in the histogram", ("--acceptance", "0.5,1,1")),
    Case("short replies", ("--eos-mean", "6")),
    Case("bursts of 8 chunks", ("--burst", "8")),
    Case("completions", (), ("--endpoint", "completions")),
    Case("split characters", ("--textless-share", "0.1")),
    Case("prefix cache", ("--prefix-cache",)),
    quirk("reasoning"),
    quirk("tool-calls"),
    quirk("logprobs"),
)
# vLLM has no statistics of a reply that a stop string ended, and counts tokens that nobody was sent.
STOP = Case("stop-string", ("--quirk", "stop-string"), ("--extra-inputs", 'stop:"END"'))
STOP_OF_VLLM = dataclasses.replace(STOP, without=("per_request",), marked=("chunks",))
CHUNK_A_STEP = (
    Case("stream interval 4", ("--stream-interval", "4"), marked=("chunks",)),
    Case("merged steps", ("--merge-share", "0.05"), marked=("chunks",)),
    quirk("empty-first"),
    quirk("empty-chunks"),
)
# vLLM is asked for token ids instead.
NO_USAGE = Case("no continuous usage", ("--no-continuous-usage",))
TOTALS_ONLY = dataclasses.replace(NO_USAGE, without=("chunks",))
NO_DRAFT = Case("steps without a draft", ("--no-draft-share", "0.3"))
ABORT = Case("abort", ("--quirk", "abort"), ("--max-failed", "50%"), seed=9)  # one that spares the probe's request
CASES = {
    "vllm": ALL + CHUNK_A_STEP + (NO_USAGE, NO_DRAFT, STOP_OF_VLLM, quirk("empty-finish"), quirk("no-nulls")),
    "sglang": ALL + CHUNK_A_STEP + (TOTALS_ONLY, STOP, ABORT, quirk("framed-ids"), quirk("no-nulls"),
                                    Case("names up to 0.5.10", ("--sglang-names", "0.5.10")),
                                    Case("names of 0.5.11", ("--sglang-names", "0.5.11"))),
    "trtllm": ALL + CHUNK_A_STEP + (TOTALS_ONLY, NO_DRAFT, quirk("empty-finish"), quirk("perf-metrics")),
    "llamacpp": ALL + (NO_DRAFT, STOP, quirk("keepalive"), quirk("progress")),
}


# Lengths that each source has; counters by engine.  SGLang's accept rate needs the width of its drafts, a gauge that the
# scrapes of a short run may miss.
OF_CHUNKS = {"per_step", "delivered_per_step"}
OF_DRAFTS = {"per_draft", "accept_rate"}
COUNTED = {"vllm": OF_CHUNKS | OF_DRAFTS, "sglang": OF_CHUNKS | {"per_draft"}, "trtllm": OF_DRAFTS, "llamacpp": OF_DRAFTS}
LACKING = {
    # It counts tokens beyond a stop string that nobody was sent.
    ("vllm", "stop-string", "counters"): {"delivered_per_step"},
    # A token without an event of its own leaves open how many drafts its reply had ...
    ("llamacpp", "split characters", "timings"): {"per_draft"},
    # ... and how many steps: here every reply has one.
    ("llamacpp", "stop-string", "timings"): {"per_step", "per_draft", "delivered_per_step"},
}
# Where some of the replies leave their source with no figures: tokens without an event of their own.
SAMPLED = {("sglang", "split characters", "chunks"), ("llamacpp", "split characters", "timings"),
           ("llamacpp", "reasoning", "timings"), ("llamacpp", "tool-calls", "timings")}


def lengths_of(flavour, case, source):
    """What a source must have."""
    all_of_it = {"chunks": OF_CHUNKS, "counters": COUNTED[flavour.engine]}.get(source, OF_CHUNKS | OF_DRAFTS)
    return all_of_it - LACKING.get((flavour.engine, case.name, source), set())


def engine_flags(flavour, case):
    """Of `specctl sim`, but for its port and replicas."""
    flags = ["--engine", flavour.engine, "--seed", str(case.seed), "--draft-length", str(DRAFT_LENGTH), "--step-ms",
             str(STEP_MS), "--draft-ms", "0", *flavour.sim]
    if "--acceptance" not in case.sim:
        flags += ["--acceptance", RATES]
    if "--eos-mean" not in case.sim:
        flags += ["--eos-mean", "60"]
    return [*flags, *case.sim]


def pairs():
    return [(flavour, case) for flavour in FLAVOURS for case in CASES[flavour.engine]]
