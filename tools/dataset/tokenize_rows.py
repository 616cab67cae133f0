#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Turns a file of prompts into token ids, by a model's own tokenizer and chat template.

The text is apply_chat_template(.., add_generation_prompt=True) and the ids are those of the text
alone: a BOS comes from the template only. The output's first line names tokenizer and template by
SHA-256; then come the rows, with "token_pieces" in the place of their text: what is before the
first reply, what is between the first reply and the second, and so on. A row with several turns is
refused if the template or the tokenizer does not allow that exactly.
Needs transformers; a Python environment with it is made if need be. No network otherwise.

exit status: 0 done; 1 failed in mid-way; 2 bad input or refused; 130 interrupted.
"""
import argparse
import json
import pathlib

import prepared_files as prepared
from conversation_rows import FORMS, read_rows
from model_tokenizer import ModelTokenizer
from outcome import Refused, run_command
from progress import Progress
from python_environment import run_inside
from token_pieces import TemplateError, prove_boundaries, text_pieces

BATCH_CHARS = 4_000_000  # bounds memory: an id takes some tens of bytes while it is encoded
BATCH_ROWS = 512
CHECKED_ROWS = 3  # of each file, encoded a second time by the documented call


def json_object(text):
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError
    return value


def parse_arguments():
    parser = argparse.ArgumentParser(
        prog="specctl dataset tokenize", description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", metavar="FILE", type=pathlib.Path,
                        help="rows as --dataset reads them, one JSON object a line")
    parser.add_argument("--tokenizer", metavar="DIR", type=pathlib.Path, required=True,
                        help="folder with the model's tokenizer (its snapshot from the hub)")
    parser.add_argument("--chat-template", metavar="FILE", type=pathlib.Path,
                        help="Jinja template to use instead of the tokenizer's own")
    parser.add_argument("--chat-template-kwargs", metavar="JSON", type=json_object, default={},
                        help="for the template, such as '{\"enable_thinking\": false}'")
    parser.add_argument("--vocab-tokens", metavar="N", type=int,
                        help="size of the server's vocabulary; a larger tokenizer is refused")
    parser.add_argument("--output", metavar="FILE", type=pathlib.Path,
                        help="[FILE with .tokens.jsonl in the place of its ending]")
    parser.add_argument("--dataset-format", choices=FORMS,
                        help="form of the rows [told by the first one]")
    parser.add_argument("--first-turn-only", action="store_true",
                        help="leave out all turns but the first of each row")
    parser.add_argument("--python-env", metavar="DIR",
                        help="virtual environment that has transformers [one is made]")
    return parser.parse_args()


class Tokenization:
    """One call of the command."""

    def __init__(self, args):
        self.args = args
        self.output = args.output or args.file.with_name(f"{args.file.stem}.tokens.jsonl")
        self.progress = Progress()
        self.rows = self.tokens = self.longest = 0

    def run(self):
        args = self.args
        if not args.file.is_file():
            raise Refused(f"{args.file}: no such file; give the file of rows (`specctl dataset "
                          "inspect NAME` tells that of a dataset)")
        if not args.tokenizer.is_dir():
            raise Refused(f"--tokenizer {args.tokenizer}: no such folder")
        if self.output.resolve() == args.file.resolve():
            raise Refused(f"--output {self.output}: is the file to be read")
        run_inside("tokenize", args.python_env, self.progress)
        self.model = ModelTokenizer(args.tokenizer, args.chat_template, args.chat_template_kwargs)
        self.check_vocabulary(self.model.vocab_tokens, "it")
        if "strftime_now" in self.model.template:
            self.progress.step("note: the chat template writes today's date into prompts")
        with prepared.whole_file(self.output) as file:
            self.write(file)
        print(f"{self.output}: {self.rows:,} rows, {self.tokens:,} tokens, at most "
              f"{self.longest:,} in a row", flush=True)

    def check_vocabulary(self, tokens, what):
        limit = self.args.vocab_tokens
        if limit is not None and tokens > limit:
            raise Refused(f"--tokenizer {self.args.tokenizer}: {what} has {tokens:,} tokens and "
                          f"the server's vocabulary {limit:,} (--vocab-tokens): it is of another "
                          "model")

    def header(self):
        source = self.args.file
        return {"format": 1, **self.model.header(), "source": source.name,
                "source_sha256": prepared.sha256_of_file(source),
                "turns": "first" if self.args.first_turn_only else "all"}

    def write(self, file):
        file.write(_line({"specctl_tokens": self.header()}))
        batch, chars = [], 0
        for row in read_rows(self.args.file, self.args.dataset_format):
            texts = self.texts_of(row)
            batch.append((row, texts))
            chars += sum(map(len, texts))
            if chars >= BATCH_CHARS or len(batch) >= BATCH_ROWS:
                self.write_batch(batch, file)
                batch, chars = [], 0
        self.write_batch(batch, file)

    def texts_of(self, row):
        if self.args.first_turn_only:
            del row.turns[1:]
        try:
            return text_pieces(row, lambda messages: self.model.render(
                messages, row.tools, row.chat_template_kwargs))
        except TemplateError as error:
            raise Refused(f"{row.where}: the chat template fails on this row: {error}") from None

    def write_batch(self, batch, file):
        encoded = iter(self.model.encode_all([text for _, texts in batch for text in texts]))
        for row, texts in batch:
            pieces = [next(encoded) for _ in texts]
            self.check_row(row, texts, pieces)
            file.write(_line({**row.fields, "token_pieces": pieces}))
            count = sum(map(len, pieces))
            self.rows, self.tokens = self.rows + 1, self.tokens + count
            self.longest = max(self.longest, count)
        if self.progress.is_terminal:
            self.progress.stream.write(f"\r  {self.rows:,} rows, {self.tokens:,} tokens\x1b[K")

    def check_row(self, row, texts, pieces):
        if self.rows < CHECKED_ROWS and pieces != [self.model.encode(text) for text in texts]:
            raise Refused(f"{row.where}: tokens of a batch differ from those of one text; please "
                          "report this, with the tokenizer's name")
        if not pieces[0]:
            raise Refused(f"{row.where}: no tokens")
        if len(pieces) > 1:
            prove_boundaries(row, texts, pieces, self.model.encode)


def _line(value):
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"


def main():
    args = parse_arguments()
    tokenization = Tokenization(args)
    run_command("tokenize", tokenization.run, tokenization.output.parent)


if __name__ == "__main__":
    main()
