# SPDX-License-Identifier: Apache-2.0
"""The published resolver as a child process: its progress, its log, how it may end."""
import ctypes
import os
import pathlib
import re
import signal
import subprocess
import time

import hub
from outcome import Failed, Refused, disk_full_text

QUIET_S = 30  # between two lines of progress where there is no terminal
_DISK_FULL = 28
_PR_SET_PDEATHSIG = 1
GATED = "cais/hle"


def _end_with_parent():
    """A resolver must not go on writing when its parent was killed."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class _Tail:
    """The last line that the resolver wrote, shown as progress."""

    def __init__(self, progress, config):
        self.progress, self.config = progress, config
        self.shown_at = time.monotonic()

    def show(self, chunk):
        lines = [line for line in re.split(r"[\r\n]+", chunk.decode(errors="replace")) if line]
        due = 0.2 if self.progress.is_terminal else QUIET_S
        if not lines or time.monotonic() - self.shown_at < due:
            return
        self.shown_at = time.monotonic()
        text = f"  {self.config}: {lines[-1].strip()[:100]}"
        if self.progress.is_terminal:
            self.progress.stream.write(f"\r{text}\x1b[K")
            self.progress.stream.flush()
        else:
            self.progress.step(text)

    def end(self):
        if self.progress.is_terminal:
            self.progress.stream.write("\r\x1b[K")


def _watch(child, log_path, tail):
    with open(log_path, "wb") as log:
        while chunk := os.read(child.stdout.fileno(), 1 << 16):
            log.write(chunk)
            log.flush()
            tail.show(chunk)
    tail.end()
    return child.wait()


def _explain(status, config, output, log_path):
    """Raises what the end of the resolver means."""
    if status in (130, -signal.SIGINT):
        raise KeyboardInterrupt
    if status == _DISK_FULL:
        full = min((hub.hf_home(), output), key=_free)
        raise Failed(f"{config}: " + disk_full_text(_existing(full)) + "; the sources are several "
                     "GB and lie in HF_HOME")
    reason_file = output / "reason"
    reason = (reason_file.read_text(encoding="utf-8") if reason_file.is_file()
              else f"exit status {status}")
    if "gated" in reason.lower() or ("401" in reason and GATED in reason):
        raise Refused(f"{config}: {hub.gated_text(GATED, 'GatedRepo', 403)} (the resolver says: "
                      f"{reason})")
    raise Failed(f"{config}: the resolver failed: {reason}; all it printed is in {log_path}; what "
                 "it fetched is kept in HF_HOME: run the same command again")


def _existing(path):
    path = pathlib.Path(path)
    while not path.exists():
        path = path.parent
    return path


def _free(path):
    stat = os.statvfs(_existing(path))
    return stat.f_bavail * stat.f_frsize


def run_resolver(python, script, config, files, output, progress):
    """Runs the resolver on a whole config; returns the file that it wrote."""
    output.mkdir(parents=True, exist_ok=True)
    log_path = output.parent / f"resolver-{config}.log"
    wrapper = pathlib.Path(__file__).resolve().parent / "resolve_sources.py"
    child = subprocess.Popen(
        [str(python), str(wrapper), "--script", str(script), "--config", config,
         "--output-dir", str(output), *map(str, files)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "HF_HUB_DISABLE_TELEMETRY": "1", "PYTHONUNBUFFERED": "1",
             "PYTHONDONTWRITEBYTECODE": "1"},
        preexec_fn=_end_with_parent)
    try:
        status = _watch(child, log_path, _Tail(progress, config))
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
        child.stdout.close()
    if status != 0:
        _explain(status, config, output, log_path)
    written = output / f"{config}.jsonl"
    if not written.is_file():
        raise Failed(f"{config}: the resolver ended without writing {written.name}; see {log_path}")
    return written
