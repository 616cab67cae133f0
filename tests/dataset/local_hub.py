# SPDX-License-Identifier: Apache-2.0
"""A small server that answers like the Hugging Face hub, for tests.

Two listeners: the hub, and the store that downloads of LFS files are redirected to, as at the real
one. Files of 1,000 bytes and more are LFS files. Faults are set per file name. Every request is
kept with its headers, so that a test can see where a token went.
"""
import dataclasses
import hashlib
import http.server
import json
import pathlib
import re
import socket
import threading
import urllib.parse

LFS_BYTES_MIN = 1000


@dataclasses.dataclass
class Repo:
    files: dict
    commit: str = "c" * 40
    is_gated: bool = False


@dataclasses.dataclass
class Fault:
    """What goes wrong with a file. Cuts: bytes after which each transfer in turn ends."""

    cuts: list = dataclasses.field(default_factory=list)
    wrong_bytes: bool = False
    ignores_range: bool = False
    status: int = 0


@dataclasses.dataclass
class Seen:
    listener: str
    method: str
    path: str
    headers: dict


def git_blob(data):
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


class LocalHub:
    """`repos`: by id. `tokens`: {token: ids of the gated repos it may read}. Use with `with`."""

    def __init__(self, repos, tokens=None, github=None):
        self.repos, self.tokens = repos, tokens or {}
        self.github = github or {}  # path below /github/ -> bytes
        self.faults = {}
        self.seen = []
        self.has_auth_check = True
        self.aliases = set()  # revisions that are answered for with another commit
        self.on_transfer = None  # called with (name, bytes sent so far)

    def __enter__(self):
        self._servers = [self._listen(HubHandler), self._listen(StoreHandler)]
        # Two names, as the real ones have: clients tell by the host whether a redirect leaves it.
        self.url, self.store_url = (
            f"http://{host}:{server.server_address[1]}"
            for host, server in zip(("127.0.0.1", "localhost"), self._servers))
        return self

    def __exit__(self, *_):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _listen(self, handler):
        server = _Server(("127.0.0.1", 0), handler)
        server.daemon_threads = True
        server.hub = self
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        return server

    def transfers(self, ending):
        """The GETs of file contents whose path ends so."""
        return [seen for seen in self.seen if seen.method == "GET" and seen.path.endswith(ending)
                and (seen.listener == "store" or "/github/" in seen.path)]


class _Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """A client that was killed is no error of the server."""


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def note(self, listener):
        self.server.hub.seen.append(
            Seen(listener, self.command, self.path, dict(self.headers.items())))

    def answer(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def answer_json(self, value):
        self.answer(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def send_file(self, name, data, headers):
        """The bytes, or the range that was asked for, with the file's fault."""
        fault = self.server.hub.faults.get(name, Fault())
        if fault.status:
            return self.answer(fault.status)
        if fault.wrong_bytes:
            data = bytes([data[0] ^ 1]) + data[1:]
        start, status = 0, 200
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        end = len(data)
        if asked and not fault.ignores_range:
            start = int(asked.group(1))
            end = min(int(asked.group(2)) + 1, end) if asked.group(2) else end
            if start >= len(data):
                return self.answer(416, headers={"Content-Range": f"bytes */{len(data)}"})
            status = 206
            headers = {**headers, "Content-Range": f"bytes {start}-{end - 1}/{len(data)}"}
        self.send_response(status)
        for key, value in {**headers, "Content-Length": str(end - start)}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != "HEAD":
            self._send_bytes(name, data[start:end], fault)

    def _send_bytes(self, name, data, fault):
        cut = fault.cuts.pop(0) if fault.cuts else None
        sent = 0
        while sent < len(data):
            stop = min(sent + 4096, len(data) if cut is None else cut)
            self.wfile.write(data[sent:stop])
            sent = stop
            if self.server.hub.on_transfer:
                self.server.hub.on_transfer(name, sent)
            if cut is not None and sent >= cut:
                self.wfile.flush()
                self.connection.shutdown(socket.SHUT_RDWR)
                self.close_connection = True
                return


class StoreHandler(_Handler):
    """Where LFS files lie: /<sha256>/<name>."""

    def do_GET(self):
        self.note("store")
        digest, name = self.path.split("?")[0].strip("/").split("/", 1)
        name = urllib.parse.unquote(name)
        for repo in self.server.hub.repos.values():
            for data in repo.files.values():
                if sha256(data) == digest:
                    return self.send_file(name, data, {"ETag": f'"{digest}"',
                                                       "Accept-Ranges": "bytes"})
        return self.answer(404)

    do_HEAD = do_GET


class HubHandler(_Handler):
    """The hub's API and addresses of files; /github/ stands for raw.githubusercontent.com."""

    def do_GET(self):
        self.note("hub")
        path = urllib.parse.unquote(self.path.split("?")[0])
        if path.startswith("/github/"):
            data = self.server.hub.github.get(path.removeprefix("/github/"))
            if data is None:
                return self.answer(404)
            return self.send_file(path.rsplit("/", 1)[1], data, {"Accept-Ranges": "bytes"})
        file = re.fullmatch(r"/datasets/([^/]+/[^/]+)/(?:resolve|raw)/([^/]+)/(.+)", path)
        if file:
            return self.with_repo(file.group(1), lambda repo: self.resolve(repo, *file.groups()))
        api = re.fullmatch(r"/api/datasets/([^/]+/[^/]+)(?:/([a-z-]+)(?:/(.+))?)?", path)
        if api:
            return self.api(*api.groups())
        return self.answer(404)

    do_HEAD = do_GET

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.note("hub")
        asked = re.fullmatch(r"/api/datasets/([^/]+/[^/]+)/paths-info/([^/?]+).*",
                             urllib.parse.unquote(self.path))
        if not asked:
            return self.answer(404)
        paths = (json.loads(body)["paths"] if body.startswith("{")
                 else urllib.parse.parse_qs(body).get("paths", []))
        return self.with_repo(asked.group(1), lambda repo: self.answer_json(
            [entry for entry in below(repo, "", True) if entry["path"] in paths]))

    def with_repo(self, name, answer, is_gate_shut=True):
        hub = self.server.hub
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token and token not in hub.tokens:
            return self.refuse(401, "", "Invalid credentials in Authorization header")
        repo = hub.repos.get(name)
        if repo is None:
            return self.refuse(404 if token else 401, "RepoNotFound", "Repository not found")
        if repo.is_gated and is_gate_shut and name not in hub.tokens.get(token, ()):
            return self.refuse(403 if token else 401, "GatedRepo",
                               f"Access to dataset {name} is restricted")
        return answer(repo)

    def refuse(self, status, code, text):
        self.answer(status, json.dumps({"error": text}).encode(),
                    {"X-Error-Code": code, "X-Error-Message": text})

    def api(self, name, what, rest):
        if what == "auth-check":
            if not self.server.hub.has_auth_check:
                return self.answer(404)
            return self.with_repo(name, lambda repo: self.answer(200))
        if what == "tree":
            folder = (rest or "").partition("/")[2]
            deep = "recursive=true" in self.path.lower()
            return self.with_repo(name, lambda repo: self.answer_json(below(repo, folder, deep)))
        if what in (None, "revision"):
            return self.with_repo(name, lambda repo: self.info(repo, name, rest or "main"), False)
        return self.answer(404)

    def info(self, repo, name, revision):
        if revision not in ("main", repo.commit, *self.server.hub.aliases):
            return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        siblings = []
        for entry in tree(repo):
            sibling = {"rfilename": entry["path"], "size": entry["size"], "blobId": entry["oid"]}
            if "lfs" in entry:
                sibling["lfs"] = {"sha256": entry["lfs"]["oid"], "size": entry["size"],
                                  "pointerSize": 130}
            siblings.append(sibling)
        return self.answer_json({"id": name, "sha": repo.commit, "siblings": siblings,
                                 "private": False, "tags": [], "downloads": 0, "likes": 0})

    def resolve(self, repo, name, revision, file):
        if revision not in ("main", repo.commit):
            return self.refuse(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        data = repo.files.get(file)
        if data is None:
            return self.refuse(404, "EntryNotFound", "Entry not found")
        headers = {"X-Repo-Commit": repo.commit}
        if len(data) < LFS_BYTES_MIN:
            return self.send_file(file, data, {**headers, "ETag": f'"{git_blob(data)}"'})
        digest = sha256(data)
        return self.answer(302, headers={
            **headers, "ETag": f'"{digest}"', "X-Linked-Etag": f'"{digest}"',
            "X-Linked-Size": str(len(data)), "Accept-Ranges": "bytes",
            "Location": f"{self.server.hub.store_url}/{digest}/{urllib.parse.quote(file)}"})


def below(repo, folder, deep):
    """The files in a folder, and the folders; `deep`: also those in these."""
    prefix = f"{folder}/" if folder else ""
    files = [entry for entry in tree(repo) if entry["path"].startswith(prefix)]
    parents = {parent for entry in files for parent in map(str, pathlib.PurePosixPath(
        entry["path"]).parents) if parent.startswith(prefix) and parent != "."}
    folders = [{"type": "directory", "path": path, "size": 0, "oid": git_blob(path.encode())}
               for path in sorted(parents)]
    return [entry for entry in folders + files
            if deep or "/" not in entry["path"].removeprefix(prefix)]


def tree(repo):
    """The repository's files as the hub's API lists them."""
    entries = []
    for path, data in sorted(repo.files.items()):
        entry = {"type": "file", "path": path, "size": len(data), "oid": git_blob(data)}
        if len(data) >= LFS_BYTES_MIN:
            entry["lfs"] = {"oid": sha256(data), "size": len(data), "pointerSize": 130}
        entries.append(entry)
    return entries
