# SPDX-License-Identifier: Apache-2.0
"""What `specctl dataset prepare` fetches unless told otherwise: addresses, revisions, SHA-256.

SPEED-Bench and its resolver are pinned as AIPerf pins them (ai-dynamo/aiperf,
src/aiperf/dataset/loader/speed_bench_public.py and loader/vendor/README.md, September 2026), so
that prompts are the same, byte for byte, as those of other tools with these pins. The resolver is
the published one that writes the prepared form which specctl, AIPerf, vLLM and SGLang read. (The
other one, specdec_bench in NVIDIA/Model-Optimizer, writes Parquet: `specctl dataset import`.)
"""
import os

GITHUB_RAW = "https://raw.githubusercontent.com"

SPEED_BENCH_REVISION = "487aa718444e816458d1a0a52bfce7a454285cf4"
# What is known of its files from elsewhere than the hub itself: a mirror can't change these.
SPEED_BENCH_FILES_SHA256 = {
    "qualitative/test-00000-of-00001.parquet":
        "4f76bc45bdffb38712a5c26d7a7c9a9a791484b392a7b64a6ffb9abe48e02e26",
}

RESOLVER_REVISION = "5ac8609a56ac941540b10c92e68d556e6343cd4c"
RESOLVER_PATH = f"NVIDIA-NeMo/Skills/{RESOLVER_REVISION}/nemo_skills/dataset/speed-bench/prepare.py"
RESOLVER_SHA256 = "a551be4df541474e54e21b480022b0cbb66c2da068fda61b2a64bd3223bbbed2"

# Question files that need no resolving: path below GITHUB_RAW, SHA-256, rows.
QUESTION_FILES = {
    "mt_bench": ("lm-sys/FastChat/0e6d3e4beaab66f4d3f93db72541a4abab8af28d/"
                 "fastchat/llm_judge/data/mt_bench/question.jsonl",
                 "119565adbab82227089cefdb44c8d7e2cf04dc0a0ec233634c82e7d4e2a944f7", 80),
    "spec_bench": ("hemingkx/Spec-Bench/fd2c1cd7d2201ef71db4c5f4e455008f017967bf/"
                   "data/spec_bench/question.jsonl",
                   "4b6d33e79484f9841c487ee87d1cf6aa8c6066f61d5d482ff09e5a007fafdf04", 480),
}


def github_url(path):
    """The address of a file at a commit; $SPECCTL_GITHUB_RAW names a mirror."""
    base = (os.environ.get("SPECCTL_GITHUB_RAW") or GITHUB_RAW).rstrip("/")
    return f"{base}/{path}"
