# SPDX-License-Identifier: Apache-2.0
"""Reads a file of rows as specctl itself does: the forms of docs/datasets.md, one JSON row a line.

The first row determines the form of the file. The first bad row stops the reading, with FILE:LINE.
"""
import dataclasses
import json

from outcome import Refused
from prepared_files import PLACEHOLDER

ROW_BYTES_MAX = 4 << 20
FORMS = ("speed_bench_messages", "turns", "prompt", "openai_messages", "sharegpt")
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_REPLIES = ("gpt", "assistant", "chatgpt", "bard", "bing")
TEXT_KEYS = ("messages", "turns", "prompt", "text", "conversations")
# Rendered into the text by the template, so that no server may be sent them once more.
RENDERED_KEYS = ("tools", "chat_template_kwargs", "continue_final_message",
                 "add_generation_prompt")


@dataclasses.dataclass
class Row:
    """A row: `turns[k]` are the messages that turn k adds; after each comes the server's reply."""

    where: str  # FILE:LINE
    turns: list
    fields: dict  # its keys but those of the text

    tools: list | None = None
    chat_template_kwargs: dict = dataclasses.field(default_factory=dict)


class _BadRow(Exception):
    pass


def _one_value(pairs):
    """An object; a key twice is read if its values are equal."""
    fields = {}
    for key, value in pairs:
        if key in fields and fields[key] != value:
            raise _BadRow(f"the key {key!r} is there twice, with two values")
        fields[key] = value
    return fields


def _no_constant(text):
    raise _BadRow(f"{text} is not JSON")


def _parse(line, line_number):
    if len(line) > ROW_BYTES_MAX:
        raise _BadRow(f"a row of more than {ROW_BYTES_MAX:,} bytes")
    try:
        text = line.decode("utf-8-sig" if line_number == 1 else "utf-8")
        row = json.loads(text, object_pairs_hook=_one_value, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise _BadRow(f"not UTF-8 ({error.reason} at byte {error.start})") from None
    except (ValueError, RecursionError) as error:
        raise _BadRow(f"not JSON ({error})") from None
    if isinstance(row, list):
        raise _BadRow("a JSON array: need one row a line, as `jq -c '.[]' FILE` writes them")
    if not isinstance(row, dict):
        raise _BadRow(f"need a JSON object, got {type(row).__name__}")
    return row


def _form_of(row):
    if "messages" in row:
        prepared = "question_id" in row and "category" in row
        only_user = all(isinstance(message, dict) and message.get("role") == "user"
                        for message in row["messages"] or [{}])
        return "speed_bench_messages" if prepared and only_user else "openai_messages"
    for key, form in (("turns", "turns"), ("conversations", "sharegpt"), ("prompt", "prompt"),
                      ("text", "prompt")):
        if key in row:
            return form
    raise _BadRow(f"no turns: need one of the keys {', '.join(TEXT_KEYS)}; got "
                  f"{', '.join(sorted(row)) or 'none'}")


def _text(field, value):
    if not isinstance(value, str):
        raise _BadRow(f"{field}: need text, got {type(value).__name__}")
    if not value.strip(" \t\r\n"):
        raise _BadRow(f"{field}: need text, got an empty string")
    if PLACEHOLDER in value:
        raise _BadRow(f"{field}: a placeholder of SPEED-Bench is left: prepare the dataset by "
                      "`specctl dataset prepare`")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _BadRow(f"{field}: half a surrogate pair") from None
    return value


def _user_turns(field, value):
    """A string, an object with the text, or a list of them: each is a turn."""
    items = value if isinstance(value, list) else [value]
    turns = []
    for index, item in enumerate(items):
        name = f"{field}[{index}]" if isinstance(value, list) else field
        if isinstance(item, dict):
            item = item.get("text", item.get("content"))
        turns.append([{"role": "user", "content": _text(name, item)}])
    if not turns:
        raise _BadRow(f"{field}: need at least one turn, got an empty list")
    return turns


def _list(row, key):
    value = row.get(key)
    if not isinstance(value, list):
        raise _BadRow(f"{key}: need a list, got {type(value).__name__}")
    return value


def _prepared_turns(row):
    turns = []
    for index, message in enumerate(_list(row, "messages")):
        if not isinstance(message, dict) or message.get("role") != "user":
            raise _BadRow(f"messages[{index}]: a prepared SPEED-Bench row holds only user turns; "
                          "for logged requests, give --dataset-format openai_messages")
        turns += _user_turns(f"messages[{index}].content", message.get("content"))
    if not turns:
        raise _BadRow("messages: need at least one turn, got an empty list")
    return turns


def _logged_turn(row):
    messages = list(_list(row, "messages"))
    if row.get("continue_final_message"):
        raise _BadRow("continue_final_message: the template's prompt for a reply is needed here")
    for index, message in enumerate(messages):
        if not isinstance(message, dict) or message.get("role") not in ROLES:
            raise _BadRow(f"messages[{index}]: need an object with a role of the OpenAI API")
        if message["role"] == "user" and isinstance(message.get("content"), str):
            _text(f"messages[{index}].content", message["content"])
    while messages and messages[-1]["role"] == "assistant":
        messages.pop()
    if not messages:
        raise _BadRow("messages: need at least one that asks for an answer, got none")
    return [messages]


def _sharegpt_turns(row):
    """None: a row without a human turn, or with a tool's; specctl skips it."""
    turns, system = [], None
    for index, said in enumerate(_list(row, "conversations")):
        if not (isinstance(said, dict) and isinstance(said.get("from"), str)
                and isinstance(said.get("value"), str)):
            raise _BadRow(f"conversations[{index}]: need \"from\" and \"value\", both strings")
        speaker, text = said["from"], said["value"]
        if speaker not in ("human", "user", "system", *_REPLIES):
            return None
        if speaker in _REPLIES or not text.strip(" \t\r\n"):
            continue
        if speaker == "system":
            system = {"role": "system", "content": text}
        else:
            turns += _user_turns(f"conversations[{index}]", text)
    if turns and system:
        turns[0].insert(0, system)
    return turns or None


def _turns_of(row, form):
    if form == "speed_bench_messages":
        return _prepared_turns(row)
    if form == "openai_messages":
        return _logged_turn(row)
    if form == "sharegpt":
        return _sharegpt_turns(row)
    key = "turns" if form == "turns" else "prompt" if row.get("prompt") is not None else "text"
    if key not in row:
        raise _BadRow(f"no turns: the row has no key {key!r}")
    return _user_turns(key, row[key])


def _template_fields(row):
    tools, kwargs = row.get("tools"), row.get("chat_template_kwargs") or {}
    if tools is not None and not isinstance(tools, list):
        raise _BadRow(f"tools: need a list, got {type(tools).__name__}")
    if not isinstance(kwargs, dict):
        raise _BadRow(f"chat_template_kwargs: need an object, got {type(kwargs).__name__}")
    return {"tools": tools, "chat_template_kwargs": kwargs}


def read_rows(path, form=None):
    """The rows of a file, one after another. `form`: of FORMS, else the first row's."""
    rows = 0
    with open(path, "rb") as file:
        for line_number, line in enumerate(file, 1):
            if not line.strip():
                continue
            where = f"{path}:{line_number}"
            try:
                row = _parse(line, line_number)
                form = form or _form_of(row)
                turns = _turns_of(row, form)
                template_fields = _template_fields(row)
            except _BadRow as error:
                raise Refused(f"{where}: {error}") from None
            if turns is None:
                continue
            rows += 1
            fields = {key: value for key, value in row.items()
                      if key not in TEXT_KEYS and key not in RENDERED_KEYS}
            yield Row(where, turns, fields, **template_fields)
    if rows == 0:
        raise Refused(f"{path}: no rows")
