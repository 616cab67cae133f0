"""Servers that are odd in a trifle are measured; those that fail are heard in their own words."""
import concurrent.futures
import json
import threading
import time
import unittest

import harness
from scripted_server import DONE, Server, chunk, event, usage

# Servers whose answers count.

def empty_data(peer, k):
    frame = [b"data:\n\n", b"data: \n\n", b"data\n\n", b": ping\n\n", b"event: ping\n\n"][k % 5]
    peer.head()
    peer.send(frame)
    for _ in range(5):
        peer.send(event(chunk("x")), frame)
    peer.tail()
    peer.end()


def falsy_error(peer, k):
    peer.head()
    error = [None, False, 0, "", {}, [], {"message": "", "code": 0}][k % 7]
    for _ in range(5):
        peer.send(event(chunk("x", error=error)))
    peer.tail()
    peer.end()


def open_after_done(peer, k):
    if k % 2:
        peer.raw(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
        for data in [chunk("x")] * 5 + [chunk(finish="stop"), usage(5)]:
            peer.raw(event(data))
        peer.raw(DONE)
    else:
        peer.head()
        peer.tokens()
        peer.tail()
    time.sleep(3600)


def no_usage_left_open(peer, _):
    peer.head()
    peer.tokens()
    peer.send(event(chunk(finish="stop")), DONE)
    time.sleep(3600)


def heads(peer, k):
    forms = [b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n", b"HTTP/1.1 200\r\n", b"HTTP/1.1 200\n",
             b"HTTP/1.1 200 OK\r\nContent-Length : 5\r\nContent-Length: 6\r\n", b"\r\nHTTP/1.1 200 OK\r\n"]
    peer.raw(forms[k % 5] + b"Transfer-Encoding: chunked\r\nContent-Type: text/event-stream\r\n\r\n")
    peer.tokens()
    peer.tail()
    peer.end()
    if k % 2:
        peer.raw(b"\r\n")


def types(peer, k):
    peer.head()
    for _ in range(5):
        payload = chunk("x")
        if k == 4:
            payload["choices"][0]["index"] = "0"
        if k == 5:
            payload["id"] = 17
        if k == 6:
            payload["choices"][0]["logprobs"] = "none"
        peer.send(event(payload))
    last = usage(5)
    if k in (0, 1):
        last["usage"]["completion_tokens"] = [5.0, "5"][k]
    if k == 2:
        last["usage"]["prompt_tokens_details"] = []
    if k == 3:
        last["usage"] = ""
    peer.send(event(chunk(finish="length")), event(last), DONE)
    peer.end()


def done_forms(peer, k):
    peer.head()
    peer.tokens()
    peer.send(event(chunk(finish="length")), event(usage(5)),
              [b"data:  [DONE]\n\n", b"data: [DONE]\t\n\n", b'data: "[DONE]"\n\n', b"data: [done]\n\n",
               b"event: done\ndata: [DONE]\n\n"][k % 5])
    peer.end()


def not_utf8(peer, _):
    peer.head()
    text = event(chunk("x")).replace(b'"x"', b'"x\xe2\x82"')
    peer.send(*[text] * 5)
    peer.tail()
    peer.end()


def named_chunks(peer, _):
    peer.head(kind="text/plain")
    for _ in range(5):
        peer.send(b"event: chunk\n" + event(chunk("x")), b'event: metrics\ndata: {"usage":{}}\n\n',
                  b"data: keep-alive\n\n")
    peer.tail()
    peer.end()


# Servers that fail, and what the user is told.

def error_in_comment(peer, k):
    peer.head()
    peer.send(event(chunk("x")), b'event: error\n: "worker 3 lost its KV cache"\n\n')
    if k % 2:
        peer.send(DONE)
    peer.end()


def error_event_left_open(peer, _):
    peer.head()
    peer.send(event(chunk("x")), b'event: error\ndata: {"message":"CUDA out of memory"}\n\n')
    time.sleep(3600)


def json_error(peer, _):
    peer.plain(json.dumps({"error": {"message": "quota of team blue is used up", "code": 429}}))


def bare_error(peer, _):
    peer.head()
    peer.send(b'{"error":{"message":"no engine left"}}')
    peer.end()


def said_in_passing(peer, _):
    peer.head()
    peer.send(event(chunk("x")), b"data: upstream timed out \x1b[31m\n\n")
    peer.end()


def choice_error(peer, _):
    payload = chunk(finish="error")
    payload["choices"][0]["error"] = {"message": "provider went away", "code": 502}
    peer.head()
    peer.send(event(payload), DONE)
    peer.end()


def redirect(peer, _):
    peer.plain("", "307 Temporary Redirect", extra="Location: https://u:pw@gpu-9/v1/chat\r\n")


def compressed(peer, _):
    peer.head(extra="Content-Encoding: gzip\r\n")
    peer.send(b"\x1f\x8b\x08" + bytes(40))
    peer.end()


def html(peer, _):
    peer.plain("<html><title>Sign in to the proxy</title></html>", kind="text/html")


COUNT = [empty_data, falsy_error, open_after_done, no_usage_left_open, heads, types, done_forms,
         not_utf8, named_chunks]
FAIL = {
    error_in_comment: "worker 3 lost its KV cache",
    error_event_left_open: "CUDA out of memory",
    json_error: "code 429: quota of team blue is used up",
    bare_error: "no engine left",
    said_in_passing: "the server sent: upstream timed out [31m",
    choice_error: "code 502: provider went away",
    redirect: "HTTP status 307: redirect to https://gpu-9/v1/chat",
    compressed: "Content-Encoding gzip",
    html: "Sign in to the proxy",
}


class OddServersTest(harness.Case):
    def measure(self, server, *flags, urls=None, status=0):
        folder = self.run_dir(f"run-{server.chat.__name__}")
        load = ["--osl", 16, "--dataset", self.dataset, "--no-server-metrics", *flags]
        if "--bs" not in flags:
            load += ["--bs", 2]
        done = self.specctl("run", *(urls or ["--url", server.url]), *load, "--output-dir", folder,
                            status=status)
        return self.summary(folder), done.stdout

    def setUp(self):
        super().setUp()
        self.dataset = self.prompts(40)

    def server(self, chat, odd_probe=False):
        server = Server(chat, odd_probe)
        self.addCleanup(lambda: server.listener.close())
        return server

    def all(self, chats, odd_probe):
        """(summary, page) of a run against each, several at once."""
        servers = [self.server(chat, odd_probe) for chat in chats]
        with concurrent.futures.ThreadPoolExecutor(4) as pool:
            return dict(zip(chats, pool.map(
                lambda server: self.measure(server, "--requests", 8, "--max-failed", "100%"),
                servers)))

    def test_answers_count_whatever_is_odd_about_them(self):
        told = self.all(COUNT, odd_probe=True)
        for chat, (summary, _) in told.items():
            with self.subTest(chat.__name__):
                self.assert_conserved(summary)
                self.assertEqual(summary["conservation"]["ok"], 8, summary.get("failures"))
                if chat not in (types, no_usage_left_open):  # there some say no total
                    self.assertEqual(summary["tokens"]["output"], 40)

        def labels(chat):
            return set(told[chat][0]["verdict"]["labels"])
        for chat in (open_after_done, no_usage_left_open):
            self.assertIn("left_open", labels(chat))
            self.assertEqual(told[chat][0]["responses"]["left_open"], 8)
            self.assertLess(told[chat][0]["run_length_s"], 4)
        for chat in (types, done_forms, not_utf8, named_chunks, heads):
            self.assertIn("passed_over", labels(chat), chat.__name__)
        for chat in (empty_data, falsy_error):
            self.assertFalse(labels(chat) & {"passed_over", "left_open"}, chat.__name__)
        over = told[types][0]["responses"]
        self.assertIn("usage.*_tokens_details", over["passed_over_by"])

    def test_failures_are_told_in_the_servers_words(self):
        for chat, (summary, page) in self.all(FAIL, odd_probe=False).items():
            with self.subTest(chat.__name__):
                cause = summary["failures"][0]
                self.assertIn(FAIL[chat], cause["reason"])
                self.assertEqual(cause["requests"], summary["conservation"]["failed"])
                self.assertIn(FAIL[chat].split(":")[0].split()[0], page)
                self.assertNotIn("\x1b", page + json.dumps(summary))
                self.assertNotIn("u:pw", page + json.dumps(summary))

    def test_a_probe_is_told_the_same(self):
        for chat in (json_error, error_in_comment, redirect, compressed):
            server = self.server(chat, odd_probe=True)
            done = self.specctl("probe", server.url, status=1)
            self.assertIn(FAIL[chat], done.stdout + done.stderr)

    def test_failures_end_a_run_by_their_name(self):
        server = self.server(json_error)
        summary, _ = self.measure(server, "--requests", 30, status=1)
        self.assertEqual(summary["end"]["state"], "too_many_failures")
        reasons = summary["conservation"]["unassigned_by_reason"]
        self.assertGreater(reasons["too_many_failures"], 0)
        self.assertEqual(reasons["limit"], 0)

    def test_a_target_that_dies_does_not_attract_what_is_left(self):
        dies, lives = self.server(lambda peer, k: peer.good()), self.server(lambda peer, k: peer.good())
        killer = threading.Timer(2.5, dies.die)
        killer.start()
        self.addCleanup(killer.cancel)
        summary, _ = self.measure(
            lives, "--duration", "4s", "--url-policy", "least_in_flight", "--bs", 8, "--max-failed", "50%",
            urls=["--url", dies.url, "--url", lives.url])
        counts = summary["conservation"]
        self.assertGreater(counts["ok"], 200)
        self.assertLess(counts["failed"], 4 + 10)

    def test_an_outage_is_named_with_its_windows(self):
        begun = time.monotonic()

        def stalls(peer, _):
            peer.head()
            for _ in range(20):
                peer.send(event(chunk("x")))
                time.sleep(0.02)
                while 3 < time.monotonic() - begun < 6.5:
                    time.sleep(0.01)
            peer.tail(20)
            peer.end()
        summary, page = self.measure(self.server(stalls), "--duration", "7s")
        self.assertIn("outage", summary["verdict"]["labels"])
        self.assertGreaterEqual(sum(s["windows"] for s in summary["outages"]["spans"]), 2)
        self.assertGreater(summary["outages"]["output_tps_outside"],
                           1.2 * summary["throughput"]["output_tps"]["value"])
        self.assertIn("no token arrived from", page)


if __name__ == "__main__":
    unittest.main()
