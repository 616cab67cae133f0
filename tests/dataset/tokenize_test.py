#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`specctl dataset tokenize` with a tiny tokenizer of its own.

Needs transformers and tokenizers; without them the test is skipped (see packages.py).
"""
import hashlib
import json
import os
import pathlib
import sys
import tempfile
import unittest

import packages

if __name__ == "__main__":
    packages.run_again_with("tokenize")

os.environ["TRANSFORMERS_VERBOSITY"] = "error"
import transformers

import scripts
import tiny_model
from speed_rows import jsonl, rows, unresolved, with_messages

IM_END = 3


class TokenizeTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="specctl-tokenize-")
        self.addCleanup(temporary.cleanup)
        self.home = pathlib.Path(temporary.name)
        self.file = self.home / "rows.jsonl"
        self.output = self.home / "rows.tokens.jsonl"

    def tokenize(self, some_rows, *flags, template=tiny_model.CHATML, python=sys.executable,
                 **model):
        data = some_rows if isinstance(some_rows, bytes) else jsonl(some_rows)
        self.file.write_bytes(data)
        self.model = tiny_model.make(self.home / "tiny", template, **model)
        return scripts.run("tokenize_rows.py", self.file, "--tokenizer", self.model, *flags,
                           home=self.home, python=python)

    def written(self):
        header, *written = map(json.loads, self.output.read_text().splitlines())
        return header["specctl_tokens"], written

    def ids(self, some_rows, *flags, **model):
        done = self.tokenize(some_rows, *flags, **model)
        self.assertEqual(done.returncode, 0, done.stderr)
        return [row["token_pieces"] for row in self.written()[1]]

    def documented(self, messages, **kwargs):
        """What specdec_bench sends for these messages."""
        tokenizer = transformers.AutoTokenizer.from_pretrained(self.model)
        return tokenizer.encode(
            tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True,
                                          **kwargs), add_special_tokens=False)

    def assert_refused(self, done, text):
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertIn(text, done.stderr)
        self.assertFalse(self.output.exists())


class IdsTest(TokenizeTest):
    def test_the_ids_of_one_turn(self):
        got = self.ids([{"prompt": "Why did the quokka sing?"}, {"prompt": "And \u4f60\u597d?"}])
        self.assertEqual(got, [
            [self.documented([{"role": "user", "content": "Why did the quokka sing?"}])],
            [self.documented([{"role": "user", "content": "And \u4f60\u597d?"}])]])

    def test_bos_only_from_the_template(self):
        without = self.ids([{"prompt": "Why?"}], adds_bos=True)[0][0]
        self.assertEqual(without.count(0), 0)
        with_bos = self.ids([{"prompt": "Why?"}], adds_bos=True, template=tiny_model.WITH_BOS)
        self.assertEqual(with_bos[0][0], [0, *without])

    def test_all_rows_of_a_prepared_config_in_their_order(self):
        some = list(map(with_messages, rows()))
        got = self.ids(some)
        self.assertEqual(len(got), 880)
        self.assertEqual([len(pieces) for pieces in got], [len(row["messages"]) for row in some])
        header, written = self.written()
        self.assertEqual([row["question_id"] for row in written],
                         [row["question_id"] for row in some])
        self.assertEqual(header["source_sha256"],
                         hashlib.sha256(self.file.read_bytes()).hexdigest())

    def test_logged_messages_are_one_request(self):
        messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"},
                    {"role": "assistant", "content": "So."}, {"role": "user", "content": "And?"}]
        self.assertEqual(self.ids([{"messages": messages}]), [[self.documented(messages)]])

    def test_keys_that_are_not_text_are_kept(self):
        self.ids([{"prompt": "Why?", "question_id": "7", "category": "math", "max_tokens": 9,
                   "tools": None}])
        row = self.written()[1][0]
        del row["token_pieces"]
        self.assertEqual(row, {"question_id": "7", "category": "math", "max_tokens": 9})

    def test_kwargs_of_the_command_and_of_the_row(self):
        flag = ("--chat-template-kwargs", '{"enable_thinking": false}')
        user = [{"role": "user", "content": "Why?"}]
        off = self.ids([{"prompt": "Why?"}], *flag, template=tiny_model.THINKS)
        self.assertEqual(off, [[self.documented(user, enable_thinking=False)]])
        on = self.ids([{"prompt": "Why?", "chat_template_kwargs": {"enable_thinking": True}}],
                      *flag, template=tiny_model.THINKS)
        self.assertEqual(on, [[self.documented(user)]])
        self.assertNotEqual(on, off)

    def test_a_template_of_its_own(self):
        template = self.home / "own.jinja"
        template.write_text(tiny_model.WITH_BOS)
        got = self.ids([{"prompt": "Why?"}], "--chat-template", template, template=None)
        self.assertEqual(got[0][0][0], 0)
        self.assertEqual(self.written()[0]["chat_template_sha256"],
                         hashlib.sha256(template.read_bytes()).hexdigest())


class HeaderTest(TokenizeTest):
    def test_what_made_the_ids(self):
        self.ids([{"prompt": "Why?"}])
        header = self.written()[0]
        names = ("tokenizer.json", "tokenizer_config.json")
        listing = "".join(
            f"{hashlib.sha256((self.model / name).read_bytes()).hexdigest()}  {name}\n"
            for name in names)
        vocabulary = json.loads((self.model / "tokenizer.json").read_text())["model"]["vocab"]
        self.assertEqual(header, {
            "format": 1, "tokenizer": "tiny", "vocab_tokens": len(vocabulary),
            "eos_token_ids": [3, 1],
            "tokenizer_sha256": hashlib.sha256(listing.encode()).hexdigest(),
            "chat_template_sha256": hashlib.sha256(tiny_model.CHATML.encode()).hexdigest(),
            "chat_template_kwargs": {}, "source": "rows.jsonl", "turns": "all",
            "source_sha256": hashlib.sha256(self.file.read_bytes()).hexdigest(),
            "transformers": transformers.__version__})


class TurnsTest(TokenizeTest):
    TURNS = [{"turns": ["Why did it sing?", "And then?", "Once more?"]}]

    def test_pieces_and_replies_are_the_whole_conversation(self):
        pieces = self.ids(self.TURNS)[0]
        tokenizer = transformers.AutoTokenizer.from_pretrained(self.model)
        for reply in ("Of its own, a reply.", "no end", "ends\n\n\n",
                      "<think>\n\n</think>\n\nYes"):
            messages, ids = [], []
            for index, turn in enumerate(self.TURNS[0]["turns"]):
                messages.append({"role": "user", "content": turn})
                ids += pieces[index]
                self.assertEqual(ids, self.documented(messages))
                messages.append({"role": "assistant", "content": reply})
                ids += tokenizer.encode(reply, add_special_tokens=False)
        self.assertEqual([piece[0] for piece in pieces[1:]], [IM_END, IM_END])

    def refuse(self, template, text):
        done = self.tokenize([{"turns": "One turn needs no proof."}, *self.TURNS],
                             template=template)
        self.assert_refused(done, text)
        self.assertIn("rows.jsonl:2: ", done.stderr)

    def test_a_template_that_trims(self):
        self.refuse(tiny_model.TRIMS, "turn 2: the template trims white space of earlier replies")

    def test_a_template_that_drops_reasoning(self):
        self.refuse(tiny_model.DROPS_REASONING, "drops or moves the reasoning in earlier replies")

    def test_a_template_that_drops_empty_replies(self):
        self.refuse(tiny_model.DROPS_EMPTY, "the template leaves out empty replies")

    def test_a_template_whose_prompt_is_not_in_the_history(self):
        self.refuse(tiny_model.STARTS_THINKING, "writes the first turn otherwise once it has its")

    def test_a_template_that_changes_replies(self):
        self.refuse(tiny_model.CHATML.replace("message.content", "message.content | upper"),
                    "the template changes earlier replies")

    def test_tokens_that_merge_across_the_end_of_a_reply(self):
        self.refuse(tiny_model.NO_END, "tokens merge across the end of the reply")

    def test_tokens_that_merge_across_the_beginning_of_a_reply(self):
        self.refuse(tiny_model.BLANK_BEFORE, "tokens merge across the beginning of the reply")

    def test_the_first_turn_only(self):
        got = self.ids(self.TURNS, "--first-turn-only", template=tiny_model.TRIMS)
        first = [{"role": "user", "content": "Why did it sing?"}]
        self.assertEqual(got, [[self.documented(first)]])
        self.assertEqual(self.written()[0]["turns"], "first")


class BadInputTest(TokenizeTest):
    def test_a_template_that_fails_on_a_row(self):
        done = self.tokenize([{"prompt": "Good"}, {"prompt": "BAD"}], template=tiny_model.FAILS)
        self.assert_refused(done, "rows.jsonl:2: the chat template fails on this row")
        self.assertIn("no BAD", done.stderr)

    def test_a_template_that_is_no_jinja(self):
        done = self.tokenize([{"prompt": "x"}], template="{% if %}")
        self.assert_refused(done, "rows.jsonl:1: the chat template fails")

    def test_a_placeholder_left(self):
        some = list(rows())
        some[9] = unresolved(some[9])
        self.assert_refused(self.tokenize(some), "rows.jsonl:10: turns[0]: a placeholder")

    def test_a_tokenizer_of_another_model(self):
        done = self.tokenize([{"prompt": "x"}], "--vocab-tokens", 300)
        size = len(json.loads((self.model / "tokenizer.json").read_text())["model"]["vocab"])
        self.assert_refused(done, f"{size} tokens and the server's vocabulary 300")
        self.assertEqual(self.tokenize([{"prompt": "x"}], "--vocab-tokens", size).returncode, 0)

    def test_what_was_written_before_stays_whole(self):
        self.ids([{"prompt": "x"}])
        before = self.output.read_bytes()
        done = self.tokenize(b'{"prompt": "x"}\n{"prompt": 3}\n')
        self.assertEqual(done.returncode, 2)
        self.assertEqual(self.output.read_bytes(), before)
        self.assertEqual(sorted(path.name for path in self.home.iterdir()),
                         ["rows.jsonl", "rows.tokens.jsonl", "tiny"])

    def test_no_chat_template(self):
        self.assert_refused(self.tokenize([{"prompt": "x"}], template=None), "--chat-template FILE")

    def test_a_damaged_tokenizer(self):
        self.tokenize([{"prompt": "x"}])
        self.output.unlink()
        (self.model / "tokenizer.json").write_text('{"version": "1.0"')
        done = scripts.run("tokenize_rows.py", self.file, "--tokenizer", self.model,
                           home=self.home, python=sys.executable)
        self.assert_refused(done, "cannot load it")

    def test_a_folder_without_a_tokenizer(self):
        self.file.write_bytes(b'{"prompt": "x"}\n')
        done = scripts.run("tokenize_rows.py", self.file, "--tokenizer", self.home, home=self.home,
                           python=sys.executable)
        self.assert_refused(done, "no tokenizer in it")

    def test_the_output_is_not_the_input(self):
        self.assert_refused(self.tokenize([{"prompt": "x"}], "--output", self.file),
                            "is the file to be read")

    def test_a_python_without_the_packages_starts_the_one_that_has_them(self):
        bare = pathlib.Path(sys.base_prefix) / "bin/python3"
        done = self.tokenize([{"prompt": "x"}], "--python-env", sys.prefix, python=bare)
        self.assertEqual(done.returncode, 0, done.stderr)


if __name__ == "__main__":
    unittest.main()
