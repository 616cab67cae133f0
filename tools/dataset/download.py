# SPDX-License-Identifier: Apache-2.0
"""Download of one file that is known by its hash: resumed by Range, retried, verified.

A download lies in `<target>.part` until its hash is right; what is there already is not fetched
again, also after a kill. A file of the wrong hash is removed and never gets its name.
"""
import hashlib
import http.client
import os
import pathlib
import re
import shutil
import time
import urllib.error

import hub
from outcome import Failed, Refused, disk_full_text, is_disk_full
from prepared_files import sync_folder

TRIES = 5
PAUSE_S = 0.5  # before the second try; doubled before each further one
BLOCK_BYTES = 1 << 18


class _Cut(Exception):
    """The transfer ended early; what came is kept."""


class FileDownload:
    """One file. `size`, `sha256`, `git_blob`: what is known of it, else None."""

    def __init__(self, url, target, *, size=None, sha256=None, git_blob=None, repo=None,
                 shown_as=None, progress):
        self.url, self.target, self.repo = url, pathlib.Path(target), repo
        self.size, self.sha256, self.git_blob = size, sha256, git_blob
        self.part = self.target.with_name(self.target.name + ".part")
        self.name = shown_as or self.target.name
        self.progress = progress

    def run(self):
        """Fetches what is missing; returns the file's SHA-256."""
        if self.target.is_file():
            found = self._hash_of(self.target)
            if self._is_right(found):
                return found["sha256"]
            self.target.unlink()
        self.target.parent.mkdir(parents=True, exist_ok=True)
        for attempt in range(1, TRIES + 1):
            try:
                self._transfer()
                return self._accept()
            except _Cut as cut:
                if attempt == TRIES:
                    raise Failed(
                        f"{self.name}: {cut} after {self._had()} of {self.size or '?'} bytes, "
                        f"{TRIES} times; run the same command again: it goes on from "
                        "there") from None
                self.progress.step(f"  {self.name}: {cut}; going on")
                time.sleep(PAUSE_S * 2 ** (attempt - 1))
        raise AssertionError("unreachable")

    def _had(self):
        return self.part.stat().st_size if self.part.is_file() else 0

    def _transfer(self):
        had = self._had()
        if self.size is not None and had > self.size:
            self.part.unlink()
            had = 0
        if self.size is not None and had == self.size and had > 0:
            return
        self._check_room(had)
        try:
            with hub.open_url(self.url, {"Range": f"bytes={had}-"} if had else None) as response:
                self._receive(response, had)
        except urllib.error.HTTPError as error:
            self._on_http_error(error)
        except http.client.HTTPException as error:
            raise _Cut(f"transfer cut ({type(error).__name__})") from None
        except urllib.error.URLError as error:
            raise _Cut(f"cannot connect ({error.reason})") from None
        except (ConnectionError, TimeoutError) as error:
            raise _Cut(f"transfer cut ({error or type(error).__name__})") from None

    def _on_http_error(self, error):
        if error.code == 416:  # the part is longer than the file: not of this file
            self.part.unlink(missing_ok=True)
            raise _Cut("the server has fewer bytes than were kept; from the start") from None
        if error.code == 429 or error.code >= 500:
            raise _Cut(f"HTTP {error.code} {error.reason}") from None
        if self.repo:
            raise hub.refusal_of(error, self.repo, self.name) from None
        raise Failed(f"{self.url}: HTTP {error.code} {error.reason}") from None

    def _receive(self, response, had):
        if had and not self._goes_on(response, had):
            had = 0
        length = response.headers.get("Content-Length")
        if self.size is None and length is not None:
            self.size = had + int(length)
        self.progress.begin_file(self.name, self.size, had)
        with open(self.part, "ab" if had else "wb") as file:
            done = self._copy(response, file, had)
        if self.size is not None and done < self.size:
            raise _Cut(f"transfer cut at {done} bytes")

    def _copy(self, response, file, done):
        while block := response.read1(BLOCK_BYTES):  # what is there, at once
            try:
                file.write(block)
                file.flush()
            except OSError as error:
                self._on_write_error(error, done)
            done += len(block)
            self.progress.update_file(self.name, done, self.size)
        return done

    def _on_write_error(self, error, done):
        if not is_disk_full(error):
            raise error
        needed = self.size - done if self.size else None
        raise Failed(f"{self.name}: " + disk_full_text(self.part.parent, needed)) from None

    @staticmethod
    def _goes_on(response, had):
        """Whether the answer continues at `had`; a plain 200 starts again from the beginning."""
        span = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
        return response.status == 206 and bool(span) and int(span.group(1)) == had

    def _check_room(self, had):
        if self.size is None:
            return
        missing = self.size - had
        if shutil.disk_usage(self.part.parent).free < missing:
            raise Failed(f"{self.name}: " + disk_full_text(self.part.parent, missing))

    def _hash_of(self, path):
        sha256 = hashlib.sha256()
        git_blob = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                sha256.update(block)
                git_blob.update(block)
        return {"sha256": sha256.hexdigest(), "git_blob": git_blob.hexdigest()}

    def _is_right(self, found):
        wanted = {"sha256": self.sha256, "git_blob": self.git_blob}
        return all(value is None or found[kind] == value for kind, value in wanted.items())

    def _accept(self):
        found = self._hash_of(self.part)
        done = self._had()
        if (self.size is not None and done != self.size) or not self._is_right(found):
            self.part.unlink()
            wanted = self.sha256 or f"git blob {self.git_blob}"
            got = found["sha256"] if self.sha256 else f"git blob {found['git_blob']}"
            raise Refused(f"{self.name} from {self.url} is not the file that was asked for: need "
                          f"SHA-256 {wanted}, got {got} ({done} bytes); it was removed. A mirror "
                          "or a proxy may have changed it")
        with open(self.part, "rb") as file:
            os.fsync(file.fileno())
        os.replace(self.part, self.target)
        sync_folder(self.target.parent)
        self.progress.end_file(self.name, done, f"SHA-256 {found['sha256'][:12]}.. is right"
                               if self.sha256 or self.git_blob else "SHA-256 recorded")
        return found["sha256"]
