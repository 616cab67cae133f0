# SPDX-License-Identifier: Apache-2.0
"""Splits a conversation into pieces of tokens between which replies can be put as they come.

Turn k's prompt is pieces[0] + reply 1 + pieces[1] + .. + reply k-1 + pieces[k-1]. That is only
right if the chat template puts every earlier reply into the text unchanged, and if no token goes
across the end of a reply. Both are proved for each row with replies of many kinds; a row for which
they are not is refused with the reason.

At its beginning a reply may start with white space that an encoder would merge with the prompt's
last token; the server generated it as a token of its own, so the piece by piece ids are what it
saw. Therefore only replies that start otherwise are tested there.
"""
from outcome import Refused

_TRIMMED = "the template trims white space of earlier replies"
_REASONING = "the template drops or moves the reasoning in earlier replies"
# (what a template does that changes such a reply, the reply)
REPLIES = (
    ("the template changes earlier replies", "Forty-two, as the quokka said."),
    ("the template changes earlier replies", "It ends in the middle of a sent"),
    ("the template changes earlier replies", "D\u00e9j\u00e0 vu \u2014 \u4f60\u597d \U0001f642"),
    ("the template changes earlier replies", "```python\nprint({'a': \"b\"})\n```"),
    (_TRIMMED, "It ends with a blank "),
    (_TRIMMED, "It ends with line feeds\n\n"),
    (_TRIMMED, " It begins with a blank"),
    (_TRIMMED, "\n\nIt begins with line feeds"),
    (_REASONING, "<think>\nLet me see.\n</think>\n\nForty-two."),
    (_REASONING, "Let me see.\n</think>\n\nForty-two."),
    ("the template leaves out empty replies", ""),
)


class TemplateError(Exception):
    """The template failed on a row: its own words."""


def _marker(index):
    return f"specctlreply{index}quokka"


def _history(turns, replies):
    """The messages of all turns, with the replies between them."""
    messages = list(turns[0])
    for reply, turn in zip(replies, turns[1:]):
        messages += [{"role": "assistant", "content": reply}, *turn]
    return messages


def _split(text, replies):
    """The pieces of the text between the replies; None if one is not there exactly once."""
    pieces = []
    for reply in replies:
        if text.count(reply) != 1:
            return None
        before, text = text.split(reply)
        pieces.append(before)
    return [*pieces, text]


def _joined(pieces, reply):
    return reply.join(pieces)


def text_pieces(row, render):
    """The texts of the row's pieces. `render(messages)`: the template's text, ready for a reply."""
    first = render(row.turns[0])
    if len(row.turns) == 1:
        return [first]
    markers = [_marker(index) for index in range(1, len(row.turns))]
    pieces = _split(render(_history(row.turns, markers)), markers)
    if pieces is None:
        raise Refused(f"{row.where}: {REPLIES[0][0]}")
    if pieces[0] != first:
        raise Refused(f"{row.where}: the template writes the first turn otherwise once it has its "
                      f"reply (it asked for the reply with ..{first[-40:]!r}, and has "
                      f"..{pieces[0][-40:]!r} before it)")
    for count in range(2, len(row.turns) + 1):
        for reason, reply in REPLIES:
            messages = _history(row.turns[:count], [reply] * (count - 1))
            if render(messages) != _joined(pieces[:count], reply):
                raise Refused(f"{row.where}: turn {count}: {reason} (tried {reply!r})")
    return pieces


def prove_boundaries(row, texts, pieces, encode):
    """Refuses the row if a token goes across the border of a piece and a reply."""
    for index, (text, piece) in enumerate(zip(texts, pieces)):
        if not piece:
            raise Refused(f"{row.where}: turn {index + 1}: the template writes nothing between two "
                          "replies")
        for _, reply in REPLIES:
            ids = encode(reply)
            if index > 0 and encode(reply + text) != ids + piece:
                raise Refused(f"{row.where}: tokens merge across the end of the reply before turn "
                              f"{index + 1} (tried {reply!r})")
            starts_with_text = reply and not reply[0].isspace()
            if index + 1 < len(texts) and starts_with_text and encode(text + reply) != piece + ids:
                raise Refused(f"{row.where}: tokens merge across the beginning of the reply to "
                              f"turn {index + 1} (tried {reply!r})")
