# SPDX-License-Identifier: Apache-2.0
"""The licenses of what `specctl dataset prepare` fetches, named before anything is fetched."""
import sys

from outcome import Refused

_HUB = "https://huggingface.co/datasets/"

# The governing license and the ones named with it: SPEED-Bench's dataset card, and NeMo-Skills'
# documentation (docs/evaluation/speculative-decoding.md, "License").
_SPEED_BENCH = """\
SPEED-Bench: NVIDIA Evaluation Dataset License Agreement
  https://huggingface.co/datasets/nvidia/SPEED-Bench/blob/main/License.pdf
  It is for evaluation; prepared files may not be passed on.
  Parts in it: MIT (HumanEvalPack, MMATH, BAMBOO, EQ-Bench), Apache-2.0 (WritingBench, Spec-Bench),
  CC BY 4.0 (MCIF), MIT and Apache-2.0 (RepoBench, Long Code Arena), Project Gutenberg
Its publisher leaves it to you to check that each source's license fits your purpose. These sources
are fetched from where they are published; each page states its license:"""

_QUALITATIVE = ("cais/hle", "abisee/cnn_dailymail", "livecodebench/code_generation_lite",
                "deepmind/code_contests", "mtbench101/mt-bench-101", "Helsinki-NLP/opus-100",
                "nvidia/ChatRAG-Bench", "TIGER-Lab/MMLU-Pro", "ZenMoore/RoleBench",
                "Neph0s/CoSER")
_THROUGHPUT = ("cais/hle", "RUCAIBox/BAMBOO", "AdaLEval/stackselect", "AdaLEval/textsort")
_QUESTIONS = {
    "mt_bench": "MT-Bench's questions (lm-sys/FastChat): Apache-2.0\n"
                "  https://github.com/lm-sys/FastChat/blob/main/LICENSE",
    "spec_bench": "Spec-Bench's questions (hemingkx/Spec-Bench): Apache-2.0\n"
                  "  https://github.com/hemingkx/Spec-Bench/blob/main/LICENSE",
}


def license_text(configs):
    """The licenses of all that the configs (of SPEED-Bench, or question files) are made from."""
    parts = [_QUESTIONS[config] for config in configs if config in _QUESTIONS]
    sources = []
    if "qualitative" in configs:
        sources += _QUALITATIVE
    if any(config.startswith("throughput_") for config in configs):
        sources += [source for source in _THROUGHPUT if source not in sources]
    if sources:
        pages = [f"  {_HUB}{source}" + (" (gated)" if source == "cais/hle" else "")
                 for source in sources if not source.startswith(("RUCAIBox", "AdaLEval"))]
        pages += [f"  {source} (its address is in SPEED-Bench's rows)" for source in sources
                  if source.startswith(("RUCAIBox", "AdaLEval"))]
        parts.append("\n".join([_SPEED_BENCH, *pages]))
    return "\n".join(parts)


def require_consent(configs, accepted):
    """Names the licenses; returns if they are accepted by flag or by an interactive yes."""
    print(license_text(configs), file=sys.stderr, flush=True)
    if accepted:
        print("accepted by --accept-licenses", file=sys.stderr, flush=True)
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise Refused("the licenses above are not accepted, and there is no terminal to ask at: "
                      "read them and give --accept-licenses; nothing was fetched")
    print("Accept these licenses? [yes/no] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("yes", "y"):
        raise Refused("the licenses are not accepted; nothing was fetched")
