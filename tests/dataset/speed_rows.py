# SPDX-License-Identifier: Apache-2.0
"""Rows in the forms of SPEED-Bench with text of our own, for tests."""
import hashlib
import json
import pathlib
import sys

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "tools/dataset"
sys.path.insert(0, str(SCRIPTS))

from prepared_files import PLACEHOLDER, rows_per_category  # noqa: E402


def question_id(config, index):
    return hashlib.md5(f"{config}/{index}".encode()).hexdigest()


def rows(config="qualitative"):
    """All rows of a config, with `turns`; every tenth one has two."""
    index = 0
    for category, count in rows_per_category(config).items():
        for _ in range(count):
            turns = [f"{category} question {index} of {config}?"]
            if index % 10 == 0 and config == "qualitative":
                turns.append(f"And what of {index + 1}?")
            yield {"question_id": question_id(config, index), "category": category,
                   "sub_category": "of our own", "turns": turns, "source": "own/source",
                   "src_id": f"own_{index}", "difficulty": "", "multiturn": len(turns) > 1}
            index += 1


def with_messages(row):
    """The row in the prepared form of NeMo-Skills and AIPerf."""
    prepared = {key: value for key, value in row.items() if key != "turns"}
    prepared["messages"] = [{"role": "user", "content": turn} for turn in row["turns"]]
    return prepared


def jsonl(some_rows):
    return "".join(json.dumps(row) + "\n" for row in some_rows).encode()


def prepared_jsonl(config="qualitative"):
    return jsonl(with_messages(row) for row in rows(config))


def unresolved(row):
    return {**row, "turns": [f"{PLACEHOLDER}\n\nSummarize: {{article}}"]}
