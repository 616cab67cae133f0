#!/usr/bin/env python3
"""Who has no business with a controller is refused, and the run that goes on does not notice."""
import os
import pathlib
import random
import re
import socket
import ssl
import struct
import unittest

from daemon import DaemonCase
from harness import wait_for

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def frame(kind, flags, stream, payload):
    return struct.pack(">I", len(payload))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def literal(name, value):
    """A header field without indexing (RFC 7541, 6.2.2), both texts plain."""
    return b"\x00" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


def call(path):
    headers = {":method": "POST", ":scheme": "http", ":path": path, ":authority": "controller",
               "content-type": "application/grpc", "te": "trailers"}
    block = b"".join(literal(name, value) for name, value in headers.items())
    return PREFACE + frame(4, 0, 0, b"") + frame(1, 4, 1, block)


class IntrudersTest(DaemonCase):
    def pki(self, name):
        self.specctl("certs", "init", self.folder / name)
        return lambda role: str(self.folder / name / role)

    def connect(self, controller):
        host, port = controller.address.rsplit(":", 1)
        return socket.create_connection((host, int(port)), timeout=20)

    def resident_bytes(self, controller):
        status = pathlib.Path(f"/proc/{controller.process.pid}/status").read_text()
        return 1024 * int(re.search(r"VmRSS:\s+(\d+)", status)[1])

    def refusals(self, sock, data, silence_s=1):
        """Sends it, and reads until the controller closes or says no more for so long."""
        with sock:
            sock.settimeout(silence_s)
            got = b""
            try:
                sock.sendall(data)
                while part := sock.recv(65536):
                    got += part
            except OSError:
                pass
            return got

    def test_strangers_are_refused_and_the_run_is_as_it_was(self):
        ours, theirs = self.pki("ours"), self.pki("theirs")
        engine = self.engine("--step-ms", "10")
        controller = self.controller("--tls-dir", ours("controller"), "--join-token", "open-sesame")
        token = {"SPECCTL_JOIN_TOKEN": "open-sesame"}
        for name in ("one", "two"):
            self.quiet("agent", "--controller", controller.address, "--tls-dir", ours("agent"), "--name", name,
                       env=token)
        client = {"SPECCTL_TLS_DIR": ours("client")}
        wait_for("the agents", lambda: self.specctl(
            "agents", "--controller", controller.address, env=client).stdout.count("idle") == 2)
        run = self.start("run", "--controller", controller.address, "--url", engine.url, "--dataset",
                         self.prompts(50), "--osl", "16", "--bs", "8", "--agents", "2", "--duration", "12s",
                         "--output-dir", "run", "--strict", env={**os.environ, **client})
        wait_for("its load", lambda: (self.folder / "run" / "journal.pb").exists())

        def refused(*words, env=None, told=""):
            done = self.specctl(*words, "--controller", controller.address, status=1 if told == "" else 2, env=env)
            self.assertIn(told, done.stderr)

        # Another authority's, another role's, none, and plain text on a port that speaks TLS.
        refused("list", env={"SPECCTL_TLS_DIR": theirs("client")})
        refused("list", "--tls-dir", ours("agent"), told="agent")
        refused("list")
        # Who dials as an agent without being one.
        for tls, env in ((ours("client"), token), (theirs("agent"), token), (ours("agent"), {})):
            self.quiet("agent", "--controller", controller.address, "--tls-dir", tls, "--name", "mallory", env=env)
        # A scan: bytes of all kinds, other protocols, half a handshake.
        rng = random.Random(7)
        for data in (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00" * 64, PREFACE, b"SSH-2.0-scan\r\n",
                     bytes(rng.randrange(256) for _ in range(4096)), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"):
            self.refusals(self.connect(controller), data)
        # Half of a client: no certificate, another authority's, and another role's than the call is for.
        for files in (None, theirs("client"), ours("client")):
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            context.set_alpn_protocols(["h2"])
            if files:
                context.load_cert_chain(f"{files}/tls.crt", f"{files}/tls.key")
            try:
                with context.wrap_socket(self.connect(controller)) as half:
                    answer = self.refusals(half, call("/specctl.v1.AgentSession/Session"), 5)
                    self.assertEqual(b"grpc-status" in answer, files == ours("client"), answer)
            except OSError:
                pass  # the handshake was refused at once
        # Slow loris: many that never say a word.
        silent = [self.connect(controller) for _ in range(100)]
        out, err = run.communicate(timeout=120)
        for each in silent:
            each.close()
        self.assertEqual(run.returncode, 0, f"{out}\n{err}")
        summary = self.summary(self.folder / "run")
        self.assert_conserved(summary)
        self.assertEqual(summary["conservation"]["lost"], 0)
        self.assertNotEqual(summary["verdict"]["state"], "invalid", out)
        names = self.specctl("agents", "--controller", controller.address, env=client).stdout
        self.assertNotIn("mallory", names)
        self.assertIsNone(controller.process.poll())
        # Each was logged, once, with its address.
        refused_for = [
            "TLS handshake: peer did not return a certificate", "TLS handshake: certificate verify failed",
            "TLS handshake: http request", "TLS handshake: wrong version number",
            "/specctl.v1.AgentSession/Session: need a certificate of role agent, got one of role client",
            "join token: does not match the controller's"]
        address = r"controller: ipv4:127\.0\.0\.1:\d+ was refused: "

        def told(reason):
            return re.findall(address + re.escape(reason) + "$", controller.log.read_text(), re.MULTILINE)

        for reason in refused_for:
            wait_for(f"a line of the log: {reason}", lambda reason=reason: told(reason))
            self.assertEqual(len(told(reason)), 1, reason)

    def test_what_is_too_large_is_not_taken(self):
        controller = self.controller()
        # Messages that say that they have 1 GB, and begin: nothing is kept ready for them.
        before = self.resident_bytes(controller)
        for path in ("/specctl.v1.AgentSession/Session", "/specctl.v1.Control/Submit") * 10:
            begun = frame(0, 0, 1, b"\x00" + struct.pack(">I", 1 << 30) + b"x" * 16_000)
            with self.connect(controller) as sock:
                sock.sendall(call(path) + begun)
                self.assertTrue(sock.recv(1000))
        self.assertLess(self.resident_bytes(controller) - before, 100e6)
        self.assertEqual(self.jobs(controller), {})
        unknown = self.refusals(self.connect(controller), call("/specctl.v1.Control/Format"))
        self.assertIn(b"grpc-status", unknown)
        # Nor a path that leads elsewhere.
        for command in ("cancel", "rm"):
            self.assertIn("id: need 1 to 64 letters", self.asked(controller, command, "../../etc", status=2).stderr)
        for reason in ("connected, and left without a call that is answered here",
                       "was refused: submit: need a deadline of at most an hour"):
            line = r"controller: ipv4:127\.0\.0\.1:\d+ " + reason
            wait_for(f"a line of the log: {reason}", lambda line=line: re.search(line, controller.log.read_text()))

    def test_a_face_that_can_only_be_read(self):
        controller = self.controller()
        host, port = controller.http.removeprefix("http://").rsplit(":", 1)
        for data, status in ((b"DELETE /metrics HTTP/1.1\r\nHost: x\r\n\r\n", b"405"),
                             (b"GET /../../key HTTP/1.1\r\nHost: x\r\n\r\n", b"404"),
                             (b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n", b"200")):
            answer = self.refusals(socket.create_connection((host, int(port)), timeout=20), data)
            self.assertEqual(answer.split()[1], status)
        large = b"GET /" + b"x" * 100_000 + b" HTTP/1.1\r\n\r\n"
        self.assertNotIn(b"200", self.refusals(socket.create_connection((host, int(port)), timeout=20), large))


if __name__ == "__main__":
    unittest.main()
