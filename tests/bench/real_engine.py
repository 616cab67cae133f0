"""A real inference engine, started by a script that is no part of this project, and its own counters."""
import contextlib
import os
import re
import signal
import socket
import time
import urllib.request

from processes import Process

START_PATIENCE_S = 300
SETTLING_READS_MAX = 60
SCRIPTS = {"vllm": "vllm_cpu.sh", "llama": "llama_cpp.sh", "sglang": "sglang_cpu.sh"}
# What each engine calls these.  `steps` are those after a request's first token, without a draft too;
# `accepted` counts the tokens that the end of a response cut off.  llama.cpp has no counter of a
# request's steps (one n_decode serves several slots), and none of first tokens.
COUNTERS = {
    "vllm": {
        "steps": "vllm:inter_token_latency_seconds_count",
        "generated": "vllm:generation_tokens_total",
        "first": "vllm:time_to_first_token_seconds_count",
        "drafts": "vllm:spec_decode_num_drafts_total",
        "accepted": "vllm:spec_decode_num_accepted_tokens_total",
    },
    "llama": {
        "generated": "llamacpp:tokens_predicted_total",
        "drafts": "llamacpp:spec_decode_num_drafts_total",
        "accepted": "llamacpp:spec_decode_num_accepted_tokens_total",
    },
    # Verification steps, each of which verifies a draft, and the tokens that they gave.
    "sglang": {
        "steps": "sglang:spec_verify_calls_total",
        "step_tokens": 'sglang:realtime_tokens_total{mode="decode"}',
        "generated": "sglang:generation_tokens_total",
        "first": "sglang:time_to_first_token_seconds_count",
    },
}
SAMPLE = re.compile(r"([A-Za-z_:][\w:]*)(\{[^}]*\})? (\S+)")


def sums_of(text, names):
    """{key: sum over the series} of what `text`, Prometheus' exposition, has of `names` {key: name}.

    A name may be followed by a label that its series must have: name{label="value"}.
    """
    keys = {name.partition("{")[0]: (key, name.partition("{")[2].rstrip("}")) for key, name in names.items()}
    sums = {}
    for line in text.splitlines():
        found = SAMPLE.match(line)
        key, label = keys.get(found.group(1), (None, "")) if found else (None, "")
        if key and label in (found.group(2) or ""):
            sums[key] = sums.get(key, 0.0) + float(found.group(3))
    return sums


def growth(before, after):
    """A counter that appears later grew from 0; one that isn't there has no growth."""
    return {key: value - before.get(key, 0.0) for key, value in after.items()}


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]


class RealEngine(Process):
    """`SCRIPT DIR serve PORT`, healthy once the `with` block is entered.

    Engines fork; all of a process group of its own is ended when the block is left.
    """

    def __init__(self, kind, script, home, folder, arguments, environment):
        folder.mkdir(parents=True)
        self.kind = kind
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        super().__init__([str(script), str(home), "serve", str(port), *arguments], folder / "engine.out",
                         env={**os.environ, **environment}, start_new_session=True)

    def __enter__(self):
        try:
            self._wait_until_healthy()
        except BaseException:  # an interrupt too: __exit__ is not called then
            self.stop()
            raise
        return self

    def _wait_until_healthy(self):
        end = time.monotonic() + START_PATIENCE_S
        while not self._healthy():
            if not self.running():
                raise RuntimeError(f"the engine ended:\n{self.log.read_text(errors='replace')[-3000:]}")
            if time.monotonic() > end:
                raise RuntimeError(f"the engine was not healthy within {START_PATIENCE_S} s: {self.log}")
            time.sleep(0.5)

    def _healthy(self):
        try:
            with urllib.request.urlopen(f"{self.url}/health", timeout=5) as reply:
                return reply.status == 200
        except OSError:  # URLError is one
            return False

    def counters(self):
        with urllib.request.urlopen(f"{self.url}/metrics", timeout=30) as reply:
            return sums_of(reply.read().decode(), COUNTERS[self.kind])

    def settled_counters(self):
        """Read until they stand still: the last response may be out before it is counted."""
        last = None
        for _ in range(SETTLING_READS_MAX):
            now = self.counters()
            if now == last:
                return now
            last = now
            time.sleep(0.5)
        raise RuntimeError("the engine's counters never stood still: it serves others, too")

    def stop(self, how=signal.SIGTERM, patience_s=30):
        super().stop(how, patience_s)
        with contextlib.suppress(ProcessLookupError):  # what its leader left behind
            os.killpg(self.pid, signal.SIGKILL)
