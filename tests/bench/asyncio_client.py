#!/usr/bin/env python3
"""A bare asyncio client, the baseline: one connection a stream, a wall-clock stamp for each chunk it reads.

    asyncio_client.py URL STREAMS OSL OUT

Writes a line `response_id chunk t_unix_ns` for each token-bearing chunk when all streams have ended. The
usual way to write such a client: HTTP's chunks by readline and readexactly, the stamp right after, each event
decoded by json.loads. No library, no metrics, nothing written while it runs.
"""
import asyncio
import json
import sys
import time
import urllib.parse


def request_bytes(number, host, osl):
    body = json.dumps({
        "model": "sim", "messages": [{"role": "user", "content": f"Question {number}: "
                                      + "what do you make of it, and why is it so? " * 6}],
        "max_tokens": osl, "stream": True,
        "stream_options": {"include_usage": True, "continuous_usage_stats": True}}).encode()
    head = (f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
            f"X-Request-Id: asyncio-baseline-{number:06}\r\nContent-Length: {len(body)}\r\n\r\n")
    return head.encode() + body


async def http_chunks(reader):
    """(stamp, bytes) of each chunk of the response's body."""
    while await reader.readline() != b"\r\n":
        pass
    while True:
        size = int(await reader.readline(), 16)
        data = await reader.readexactly(size + 2)
        stamp_ns = time.time_ns()
        if size == 0:
            return
        yield stamp_ns, data[:-2]


async def stream(number, url, osl, arrivals):
    reader, writer = await asyncio.open_connection(url.hostname, url.port)
    writer.write(request_bytes(number, url.netloc, osl))
    async for stamp_ns, data in http_chunks(reader):
        for event in data.split(b"\n\n"):
            if not event.startswith(b"data: {"):
                continue
            chunk = json.loads(event[6:])
            if chunk["choices"] and chunk["choices"][0]["delta"].get("content"):
                arrivals.append((chunk["id"], stamp_ns))
    writer.close()


async def main():
    url, streams, osl, out = sys.argv[1:5]
    target = urllib.parse.urlsplit(url)
    arrivals = [[] for _ in range(int(streams))]
    await asyncio.gather(*(stream(number, target, int(osl), arrivals[number])
                           for number in range(int(streams))))
    with open(out, "w", encoding="ascii") as file:
        for chunks in arrivals:
            for number, (response, stamp_ns) in enumerate(chunks):
                file.write(f"{response} {number} {stamp_ns}\n")


if __name__ == "__main__":
    asyncio.run(main())
