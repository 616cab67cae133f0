#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether SGLang's /generate and /v1/completions make the same of token ids (docs/accuracy.md, "Token ids").

    tests/bench/same_routes.py SGLANG_URL SPECCTL [--vocabulary 8000] [--rows 20]

Sends two-turn rows of random ids (seeded) by `specctl run --endpoint generate` and `--endpoint completions`, one stream,
temperature 0, and compares text, prompt tokens and reply tokens request by request; the prompts' tokens also with what was
sent. The exit status is 1 where anything differs.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile


def make_rows(path, rows, vocabulary):
    draw = random.Random(3)
    pieces = {f"q{i}": [[draw.randrange(3, vocabulary) for _ in range(draw.randrange(20, 60))] for _ in range(2)]
              for i in range(rows)}
    head = {"specctl_tokens": {"format": 1, "tokenizer": "none", "tokenizer_sha256": "0" * 64,
                               "chat_template_sha256": "0" * 64, "vocab_tokens": vocabulary, "eos_token_ids": []}}
    lines = [head] + [{"question_id": name, "token_pieces": ids} for name, ids in pieces.items()]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return pieces


def replies(options, folder, rows, endpoint):
    out = folder / endpoint
    subprocess.run([options.specctl, "run", "--url", options.url, "--endpoint", endpoint, "--dataset", rows, "--bs", "1",
                    "--agents", "1", "--osl", "24", "--temperature", "0", "--ignore-eos", "--conversations",
                    str(options.rows), "--output-dir", out], check=True, capture_output=True)
    requests = map(json.loads, (out / "requests.jsonl").read_text().splitlines())
    return {(r["question_id"], r["turn"]): (r["output_hash"], r["input_tokens"], r["output_tokens"]) for r in requests}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("url")
    parser.add_argument("specctl")
    parser.add_argument("--vocabulary", type=int, default=8000)
    parser.add_argument("--rows", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        pieces = make_rows(folder / "ids.jsonl", options.rows, options.vocabulary)
        own, openai = (replies(options, folder, folder / "ids.jsonl", endpoint) for endpoint in ("generate", "completions"))
    same = sum(openai.get(key) == reply for key, reply in own.items())
    sent = 0
    for (question, turn), (_, prompt, _) in own.items():
        before = own[question, 0][2] if turn == 1 else 0
        sent += prompt == before + sum(len(piece) for piece in pieces[question][:turn + 1])
    print(f"{len(own)} replies: the same by both routes {same}, prompts of the tokens that were sent {sent}")
    sys.exit(0 if same == sent == len(own) == len(openai) == 2 * options.rows else 1)


if __name__ == "__main__":
    main()
