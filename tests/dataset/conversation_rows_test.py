#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The rows that `specctl dataset tokenize` reads, and those it refuses with FILE:LINE."""
import pathlib
import tempfile
import unittest

from speed_rows import PLACEHOLDER, with_messages, rows

from conversation_rows import read_rows  # its folder is in the path since speed_rows
from outcome import Refused


class RowsTest(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory(prefix="specctl-rows-")
        self.addCleanup(temporary.cleanup)
        self.file = pathlib.Path(temporary.name) / "rows.jsonl"

    def read(self, data, form=None):
        self.file.write_bytes(data)
        return list(read_rows(self.file, form))

    def turns(self, data, form=None):
        """The texts of the first row's turns."""
        return [[message["content"] for message in turn] for turn in self.read(data, form)[0].turns]

    def test_each_form(self):
        for data, turns in (
                (b'{"prompt": "Why?"}', [["Why?"]]),
                (b'{"text": "Why?"}', [["Why?"]]),
                (b'{"prompt": null, "text": "Why?"}', [["Why?"]]),
                (b'{"prompt": ["Why?", "And?"]}', [["Why?"], ["And?"]]),
                (b'{"turns": "Why?"}', [["Why?"]]),
                (b'{"turns": ["Why?", {"text": "And?"}]}', [["Why?"], ["And?"]]),
                (b'{"messages": [{"role": "system", "content": "S"}, {"role": "user", "content": '
                 b'"Why?"}, {"role": "assistant", "content": "So."}]}', [["S", "Why?"]]),
                (b'{"messages": [{"role": "user", "content": "Why?"}, {"role": "user", "content": '
                 b'"And?"}]}', [["Why?", "And?"]]),
                (b'{"question_id": "1", "category": "qa", "messages": [{"role": "user", "content": '
                 b'"Why?"}, {"role": "user", "content": "And?"}]}', [["Why?"], ["And?"]]),
                (b'{"conversations": [{"from": "human", "value": "Why?"}, {"from": "gpt", "value": '
                 b'"So."}, {"from": "system", "value": "S"}, {"from": "human", "value": "And?"}]}',
                 [["S", "Why?"], ["And?"]])):
            with self.subTest(data=data):
                self.assertEqual(self.turns(data), turns)

    def test_the_first_row_determines_the_form(self):
        self.refuse(b'{"prompt": "x"}\n{"turns": "x"}', "no key 'text'")

    def test_a_form_that_is_given(self):
        data = (b'{"question_id": "1", "category": "qa", "messages": [{"role": "user", "content": '
                b'"Why?"}, {"role": "user", "content": "And?"}]}')
        self.assertEqual(self.turns(data, "openai_messages"), [["Why?", "And?"]])

    def test_sharegpt_rows_without_a_human_are_skipped(self):
        data = (b'{"conversations": [{"from": "gpt", "value": "So."}]}\n'
                b'{"conversations": [{"from": "human", "value": "x"}, {"from": "tool", "value": '
                b'"y"}]}\n{"conversations": [{"from": "human", "value": "Why?"}]}')
        self.assertEqual([row.where.rsplit(":", 1)[1] for row in self.read(data)], ["3"])

    def test_fields_that_are_not_text_are_kept(self):
        row = self.read(b'{"prompt": "x", "max_tokens": 3, "tools": [1], "id": "a", '
                        b'"chat_template_kwargs": {"k": 1}}')[0]
        self.assertEqual((row.fields, row.tools, row.chat_template_kwargs),
                         ({"max_tokens": 3, "id": "a"}, [1], {"k": 1}))

    def test_what_is_read_all_the_same(self):
        data = b'\xef\xbb\xbf{"prompt": "x"}\r\n\r\n{"prompt": "y", "a": 1, "a": 1}'
        self.assertEqual(len(self.read(data)), 2)

    def refuse(self, data, text):
        with self.assertRaises(Refused) as refused:
            self.read(data)
        self.assertIn(text, str(refused.exception))
        self.assertTrue(str(refused.exception).startswith(f"{self.file}:2: "), refused.exception)

    def test_bad_rows(self):
        for line, text in (
                (b'{"prompt": "x"', "not JSON"), (b"[1]", "a JSON array"), (b"3", "JSON object"),
                (b'{"prompt": ""}', "prompt: need text, got an empty string"),
                (b'{"prompt": 3}', "prompt: need text, got int"),
                (b'{"prompt": []}', "at least one turn"), (b'{"turns": "x"}', "no key 'text'"),
                (b'{"prompt": "x", "prompt": "y"}', "is there twice"),
                (b'\xef\xbb\xbf{"prompt": "x"}', "not JSON"),
                (b'{"prompt": "\xff"}', "not UTF-8"), (b'{"prompt": "x", "a": NaN}', "NaN"),
                (b'{"prompt": "\\ud83d"}', "half a surrogate pair"),
                (b'{"prompt": "' + PLACEHOLDER.encode() + b'"}', "a placeholder of SPEED-Bench"),
                (b'{"prompt": "' + b"x" * (4 << 20) + b'"}', "more than 4,194,304 bytes"),
                (b'{"prompt": "x", "tools": 3}', "tools: need a list"),
                (b'{"prompt": "x", "chat_template_kwargs": 3}', "need an object")):
            with self.subTest(line=line[:40]):
                self.refuse(b'{"prompt": "x"}\n' + line + b"\n", text)

    def test_bad_messages(self):
        first = b'{"messages": [{"role": "user", "content": "x"}]}\n'
        for line, text in (
                (b'{"messages": []}', "at least one that asks"),
                (b'{"messages": [{"role": "assistant", "content": "x"}]}',
                 "at least one that asks"),
                (b'{"messages": [{"role": "usr", "content": "x"}]}', "a role of the OpenAI API"),
                (b'{"messages": [{"role": "user", "content": "x"}], '
                 b'"continue_final_message": true}',
                 "continue_final_message")):
            with self.subTest(line=line):
                self.refuse(first + line, text)

    def test_no_rows(self):
        with self.assertRaisesRegex(Refused, "no rows"):
            self.read(b"\n")

    def test_a_prepared_config(self):
        import speed_rows
        read = self.read(speed_rows.prepared_jsonl())
        self.assertEqual([len(row.turns) for row in read],
                         [len(with_messages(row)["messages"]) for row in rows()])


if __name__ == "__main__":
    unittest.main()
