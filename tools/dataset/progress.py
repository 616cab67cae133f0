# SPDX-License-Identifier: Apache-2.0
"""Progress of a long command on stderr: a line for each step, and for each file its bytes.

On a terminal the line of a file is rewritten; elsewhere a file has one line when it begins and one
when it is there, so that a log stays short.
"""
import sys
import time

from outcome import bytes_text


class Progress:
    def __init__(self, stream=None):
        self.stream = stream or sys.stderr
        self.is_terminal = self.stream.isatty()
        self._drawn_at = 0.0

    def step(self, text):
        print(text, file=self.stream, flush=True)

    def begin_file(self, name, total_bytes, had_bytes=0):
        going_on = f", going on from {bytes_text(had_bytes)}" if had_bytes else ""
        size = bytes_text(total_bytes) if total_bytes is not None else "size unknown"
        if not self.is_terminal:
            self.step(f"  {name}: {size}{going_on}")

    def update_file(self, name, done_bytes, total_bytes):
        now = time.monotonic()
        if not self.is_terminal or now - self._drawn_at < 0.1:
            return
        self._drawn_at = now
        share = f"{100 * done_bytes / total_bytes:3.0f} %" if total_bytes else ""
        self.stream.write(f"\r  {name}: {bytes_text(done_bytes)} {share}\x1b[K")
        self.stream.flush()

    def end_file(self, name, done_bytes, remark):
        start = "\r\x1b[K" if self.is_terminal else ""
        self.step(f"{start}  {name}: {bytes_text(done_bytes)}, {remark}")
