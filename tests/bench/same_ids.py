#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whether two engines get the same token ids (docs/accuracy.md, "Token ids").

    tests/bench/same_ids.py VLLM_URL SGLANG_URL rows.jsonl rows.tokens.jsonl

rows.jsonl has `turns`, rows.tokens.jsonl is what `specctl dataset tokenize` made of it. Compares, row by row, the prompt
ids that both echo for /v1/completions and their prompt token counts with what was sent, and what their own chat
endpoints make of the text. The exit status is 1 where anything differs.
"""
import argparse
import json
import pathlib
import sys
import urllib.request

PATIENCE_S = 120


def ask(url, body=None):
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=PATIENCE_S) as reply:
        return json.load(reply)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("vllm", "sglang", "text", "tokens"):
        parser.add_argument(name)
    options = parser.parse_args()
    models = {url: ask(f"{url}/v1/models")["data"][0]["id"] for url in (options.vllm, options.sglang)}
    text = [json.loads(line) for line in pathlib.Path(options.text).read_text().splitlines()]
    rows = [json.loads(line) for line in pathlib.Path(options.tokens).read_text().splitlines()][1:]
    if len(text) != len(rows):
        sys.exit(f"{options.text} has {len(text)} rows, {options.tokens} has {len(rows)}")
    echoed = counted = chat = 0
    for row, asked in zip(rows, text):
        ids = row["token_pieces"][0]
        replies = [ask(f"{url}/v1/completions", {"model": model, "prompt": ids, "max_tokens": 1,
                                                 "return_token_ids": True}) for url, model in models.items()]
        echoed += all(reply["choices"][0].get("prompt_token_ids") == ids for reply in replies)
        counted += all(reply["usage"]["prompt_tokens"] == len(ids) for reply in replies)
        replies = [ask(f"{url}/v1/chat/completions",
                       {"model": model, "messages": [{"role": "user", "content": asked["turns"][0]}], "max_tokens": 1,
                        "return_token_ids": True}) for url, model in models.items()]
        # SGLang's chat tells how many, not which.
        chat += replies[0].get("prompt_token_ids") == ids and replies[1]["usage"]["prompt_tokens"] == len(ids)
    print(f"{len(rows)} rows: ids echoed by both {echoed}, counted alike {counted}, the same by their own chat {chat}")
    sys.exit(0 if echoed == counted == chat == len(rows) else 1)


if __name__ == "__main__":
    main()
