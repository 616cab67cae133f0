"""A server in this process whose every answer a test scripts, on a port that the kernel chose."""
import json
import socket
import threading
import time

DONE = b"data: [DONE]\n\n"


def event(payload):
    return b"data: " + json.dumps(payload).encode() + b"\n\n"


def chunk(text=None, finish=None, **more):
    delta = {} if text is None else {"content": text}
    return {"id": "r1", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}], **more}


def usage(tokens, **more):
    return {"id": "r1", "choices": [],
            "usage": {"prompt_tokens": 7, "completion_tokens": tokens, **more}}


class Peer:
    """One connection of a client: requests in, bytes out."""

    def __init__(self, sock):
        self.sock, self.left = sock, b""
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def raw(self, data):
        self.sock.sendall(data)

    def head(self, status="200 OK", kind="text/event-stream", extra=""):
        self.raw(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n"
                 f"Transfer-Encoding: chunked\r\n{extra}\r\n".encode())

    def send(self, *pieces):
        for data in pieces:
            self.raw(b"%x\r\n" % len(data) + data + b"\r\n")

    def end(self):
        self.raw(b"0\r\n\r\n")

    def plain(self, body, status="200 OK", kind="application/json", extra=""):
        body = body if isinstance(body, bytes) else body.encode()
        self.raw(f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n"
                 f"Content-Length: {len(body)}\r\n{extra}\r\n".encode() + body)

    def tokens(self, count=5, pause_s=0.005):
        for _ in range(count):
            self.send(event(chunk("x")))
            time.sleep(pause_s)

    def tail(self, tokens=5):
        self.send(event(chunk(finish="length")), event(usage(tokens)), DONE)

    def good(self):
        self.head()
        self.tokens()
        self.tail()
        self.end()

    def request(self):
        while b"\r\n\r\n" not in self.left:
            got = self.sock.recv(65536)
            if not got:
                return None
            self.left += got
        top, self.left = self.left.split(b"\r\n\r\n", 1)
        lines = top.decode("latin-1").split("\r\n")
        fields = dict(line.lower().split(": ", 1) for line in lines[1:])
        need = int(fields.get("content-length", 0))
        while len(self.left) < need:
            self.left += self.sock.recv(65536)
        body, self.left = self.left[:need], self.left[need:]
        self.fields = fields
        return lines[0].split(" ")[1], body


class Server:
    """Answers the k-th request that is no probe by `chat(peer, k)`; `models` None: it lists none.

    `refuse(body)` gives the text of a 400, or None.
    """

    def __init__(self, chat, odd_probe=False, models=("toy",), refuse=lambda body: None):
        self.chat, self.odd_probe, self.posts = chat, odd_probe, 0
        self.models, self.refuse, self.bodies, self.heads = models, refuse, [], []
        self.lock = threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=256)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.peers = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.peers.append(sock)
            threading.Thread(target=self.talk, args=(Peer(sock),), daemon=True).start()

    def talk(self, peer):
        try:
            while (got := peer.request()) is not None:
                self.heads.append((got[0], peer.fields))
                self.answer(peer, *got)
        except (OSError, ValueError):
            pass
        finally:
            peer.sock.close()

    def answer(self, peer, path, body):
        if path.endswith("/models") and self.models is not None:
            peer.plain(json.dumps({"data": [{"id": name} for name in self.models]}))
        elif not path.endswith(("/completions", "/generate")):
            peer.plain("no", "404 Not Found", "text/plain")
        elif (refusal := self.refuse(body)) is not None:
            peer.plain(json.dumps({"error": {"message": refusal}}), "400 Bad Request")
        elif b"Count from one to ten" in body and not self.odd_probe:
            peer.good()
        else:
            self.bodies.append(json.loads(body))
            with self.lock:
                k, self.posts = self.posts, self.posts + 1
            self.chat(peer, k)

    def die(self):
        """Closes everything: connections are refused from now on."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for sock in self.peers:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
