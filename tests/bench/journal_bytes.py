"""Where the bytes of a journal.pb go.  Reads records and the outer protobuf fields, nothing deeper.

A record is a uint32 length, a uint32 CRC-32C, and the payload: one specctl.v1.Event (proto/).
"""
import struct

RECORD_HEAD_BYTES = 8
AGENT_BATCH = 9  # field of Event
# Fields of AgentBatch; all others are framing of the batch itself.
BATCH_PARTS = {7: "begun", 8: "chunks", 9: "finished", 10: "health"}


def records(data):
    at = 0
    while at + RECORD_HEAD_BYTES <= len(data):
        length, = struct.unpack_from("<I", data, at)
        at += RECORD_HEAD_BYTES
        yield data[at:at + length]
        at += length


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(message):
    """(number, begin, end, payload begin) of each field of a protobuf message."""
    at = 0
    while at < len(message):
        begin = at
        key, at = varint(message, at)
        number, kind = key >> 3, key & 7
        inner = at
        if kind == 0:
            _, at = varint(message, at)
        elif kind == 1:
            at += 8
        elif kind == 2:
            length, inner = varint(message, at)
            at = inner + length
        elif kind == 5:
            at += 4
        else:
            raise ValueError(f"wire type {kind} of field {number}")
        yield number, begin, at, inner


def batch_bytes(data):
    """Bytes of the agents' batches by what they are for; `framing` is the rest of their records."""
    parts = dict.fromkeys((*BATCH_PARTS.values(), "framing"), 0)
    for record in records(data):
        for number, _, end, inner in fields(record):
            if number != AGENT_BATCH:
                continue
            total = RECORD_HEAD_BYTES + len(record)
            for part, begin, stop, _ in fields(record[inner:end]):
                if part in BATCH_PARTS:
                    parts[BATCH_PARTS[part]] += stop - begin
                    total -= stop - begin
            parts["framing"] += total
    return parts
