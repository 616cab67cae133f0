"""Servers whose chunks, totals and max_tokens do not agree: each figure is right, or it is withheld
and labelled."""
import http.server
import json
import statistics
import threading
import time
import unittest

from harness import Case

TOKENS = 5
FIRST_S, GAP_S = 0.05, 0.03


def delta(index=0, finish=None, usage=None, **fields):
    event = {"id": "r1", "object": "chat.completion.chunk",
             "choices": [{"index": index, "delta": fields, "finish_reason": finish}]}
    if usage is not None:
        event["usage"] = {"prompt_tokens": 7, "completion_tokens": usage, "total_tokens": 7 + usage}
    return event


def total(tokens):
    return {"id": "r1", "choices": [],
            "usage": {"prompt_tokens": 7, "completion_tokens": tokens, "total_tokens": 7 + tokens}}


class Server(http.server.ThreadingHTTPServer):
    """`events(i)`: what goes out with token i; `probed(i)`: the same for the probe, if it differs."""

    def __init__(self, events, at_end=TOKENS, role_usage=None, probed=None):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.events, self.at_end, self.role_usage = events, at_end, role_usage
        self.probed = probed or events
        self.first_s, self.gap_s = [], []  # of each response: to its first token, and between tokens


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        body = json.dumps({"object": "list", "data": [{"id": "toy", "object": "model"}]}).encode()
        self.send_response(200 if self.path == "/v1/models" else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        begun = time.monotonic()
        events = self.server.probed if b"Count from one to ten" in body else self.server.events
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.event(delta(role="assistant", content="", usage=self.server.role_usage))
        time.sleep(FIRST_S)
        sent = []
        for i in range(TOKENS):
            sent.append(time.monotonic())
            for event in events(i):
                self.event(event)
            time.sleep(GAP_S)
        self.server.first_s.append(sent[0] - begun)
        self.server.gap_s.append((sent[-1] - sent[0]) / (TOKENS - 1))
        self.event(delta(finish="length"))
        self.event(total(self.server.at_end))
        self.chunk(b"data: [DONE]\n\n")
        self.chunk(b"")

    def event(self, event):
        self.chunk(b"data: " + json.dumps(event).encode() + b"\n\n")

    def chunk(self, data):
        self.wfile.write(b"%x\r\n" % len(data) + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, *arguments):
        pass


class TokensTest(Case):
    def measure(self, *arguments, **options):
        self.server = server = Server(*arguments, **options)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(lambda: (server.shutdown(), thread.join(), server.server_close()))
        run_dir = self.run_dir(f"run-{server.server_port}")
        done = self.specctl("run", "--url", server.url, "--bs", 2, "--duration", "7s", "--dataset",
                            self.prompts(12), "--osl", 16, "--output-dir", run_dir)
        summary = self.summary(run_dir)
        self.assert_conserved(summary)
        self.assertEqual(summary["conservation"]["failed"], 0)
        return summary, " ".join(done.stdout.split())

    def assert_right(self, summary):
        """TTFT, ITL and User TPS are those that the server sent, whatever its usage says."""
        gap_s = statistics.median(self.server.gap_s)
        self.assert_ttft(summary)
        self.assertAlmostEqual(summary["itl_ms"]["p50"] / (1e3 * gap_s), 1, delta=0.1)
        self.assertAlmostEqual(summary["user_tps"]["p50"] * gap_s, 1, delta=0.1)

    def assert_ttft(self, summary):
        first_ms = 1e3 * statistics.median(self.server.first_s)
        self.assertGreater(summary["ttft_ms"]["p50"], 0.95 * first_ms)
        self.assertLess(summary["ttft_ms"]["p50"], first_ms + 25)

    def assert_withheld(self, summary, page, fault):
        self.assertIn("tokens_unattributed", summary["verdict"]["labels"])
        self.assertTrue(summary["tokens"]["reconciliation"]["withheld"])
        self.assertIn(fault, summary["tokens"]["reconciliation"]["responses_by_fault"])
        for key in ("itl_ms", "user_tps"):
            self.assertNotIn(key, summary)
        self.assertNotIn("output_tps", summary["throughput"])
        self.assertIn("withheld: tokens can't be attributed to chunks", page)
        self.assert_ttft(summary)

    def test_what_agrees_is_right(self):
        summary, _ = self.measure(lambda i: [delta(content="x", usage=i + 1)], role_usage=0)
        self.assert_right(summary)
        books = summary["tokens"]["reconciliation"]
        self.assertEqual(books["by_chunks"], books["by_totals"])
        self.assertNotIn("tokens_unattributed", summary["verdict"]["labels"])

    def test_output_in_any_field_of_the_delta_is_output(self):
        for fields in ({"refusal": "no "}, {"thinking": "hm "},
                       {"reasoning_details": [{"type": "reasoning.text", "text": "hm"}]}):
            with self.subTest(fields=fields):
                summary, _ = self.measure(lambda i, fields=fields: [delta(**fields)])
                self.assert_right(summary)
                self.assertEqual(summary["tokens"]["output"],
                                 TOKENS * summary["conservation"]["ok"])

    def test_usage_of_each_chunk_alone_is_not_used(self):
        summary, _ = self.measure(lambda i: [delta(content="x", usage=1)], role_usage=0)
        self.assert_right(summary)
        self.assertIn("totals_only", summary["verdict"]["labels"])

    def test_the_final_total_on_every_chunk_is_not_used(self):
        summary, _ = self.measure(lambda i: [delta(content="x", usage=TOKENS)], role_usage=TOKENS)
        self.assert_right(summary)

    def test_usage_that_lags_a_chunk_is_not_used(self):
        summary, _ = self.measure(lambda i: [delta(content="x", usage=i)], role_usage=0)
        self.assert_right(summary)

    def test_usage_that_goes_wrong_after_the_probe_is_labelled(self):
        def good(i):
            return [delta(content="x", usage=i + 1)]
        for wrong, fault in ((lambda i: [delta(content="x", usage=1)], "usage_stalls"),
                             (lambda i: [delta(content="x", usage=TOKENS - i)], "usage_falls"),
                             (lambda i: [delta(content="x", usage=i)], "usage_lags")):
            with self.subTest(fault=fault):
                summary, page = self.measure(wrong, probed=good, role_usage=0)
                self.assert_withheld(summary, page, fault)
                whole = summary["whole_run"]["throughput"]["output_tps"]["value"]
                tokens = TOKENS * summary["conservation"]["sent"]
                self.assertAlmostEqual(whole * summary["run_length_s"] / tokens, 1, delta=0.05)

    def test_one_total_of_two_choices_is_labelled(self):
        summary, page = self.measure(
            lambda i: [delta(content="x"), delta(index=1, content="y")], at_end=2 * TOKENS,
            probed=lambda i: [delta(content="x")])
        self.assert_withheld(summary, page, "other_choices")

    def test_a_total_that_the_request_did_not_allow_is_none(self):
        summary, page = self.measure(lambda i: [delta(content="x")], at_end=2 ** 64 - 1)
        self.assertIn("tokens_unattributed", summary["verdict"]["labels"])
        self.assertNotIn("itl_ms", summary)
        self.assertNotIn("output_tps", summary["whole_run"]["throughput"])
        self.assertNotIn("output", summary["tokens"])
        self.assertIn("a total above max_tokens", page)


if __name__ == "__main__":
    unittest.main()
