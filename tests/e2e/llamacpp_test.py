"""A run against a llama.cpp server, as recorded: its steps come from its timings."""
import http.server
import pathlib
import threading
import unittest

from harness import Case

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden" / "engines" / "llamacpp"
# tests/golden/engines/llamacpp/expected.json: a request of 40 tokens in 11 steps after the prompt's,
# the last of which had a draft of 1, which was accepted.
TOKENS, STEPS, DRAFTED, ACCEPTED, BY_POSITION = 40, 11, 41, 28, (11, 7, 5, 5)


class LlamaCpp(http.server.ThreadingHTTPServer):
    """Answers every request with the recorded stream, and counts as the server does."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.stream = (GOLDEN / "draft.chat-stream-timings-usage.http").read_bytes()
        self.models = (GOLDEN / "none.models.http").read_bytes()
        self.lock = threading.Lock()
        self.answered = 0
        self.bodies = []

    def metrics(self):
        with self.lock:
            answered = self.answered
        counts = {"tokens_predicted_total": TOKENS, "spec_decode_num_drafts_total": STEPS,
                  "spec_decode_num_draft_tokens_total": DRAFTED,
                  "spec_decode_num_accepted_tokens_total": ACCEPTED, "requests_processing": 0,
                  "requests_deferred": 0}
        lines = [f"llamacpp:{name} {count * answered}" for name, count in counts.items()]
        lines += [f'llamacpp:spec_decode_num_accepted_tokens_per_pos_total{{position="{i}"}} '
                  f"{count * answered}" for i, count in enumerate(BY_POSITION)]
        return "\n".join(lines).encode() + b"\n"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/v1/models":
            self.wfile.write(self.server.models)
        elif self.path == "/metrics":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(self.server.metrics())
        else:
            self.send_error(404)
        self.close_connection = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with self.server.lock:
            self.server.answered += 1
            self.server.bodies.append(body)
        self.wfile.write(self.server.stream)
        self.close_connection = True  # as the server does after a stream

    def log_message(self, *arguments):
        pass


class LlamaCppTest(Case):
    def serve(self):
        server = LlamaCpp()
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(lambda: (server.shutdown(), thread.join(), server.server_close()))
        return server

    def test_probe_says_how_tokens_are_counted(self):
        done = self.specctl("probe", self.serve().url)
        self.assertIn("engine   llama.cpp", done.stdout)
        self.assertIn("counted by timings", done.stdout)

    def test_drafts_are_those_that_the_server_counted(self):
        server = self.serve()
        done = self.specctl("run", "--url", server.url, "--bs", 2, "--requests", 30, "--dataset",
                            self.prompts(30), "--osl", TOKENS, "--output-dir", self.run_dir())
        self.assertIn("from the server's timings", done.stdout)
        self.assertTrue(all(b'"timings_per_token":true' in body for body in server.bodies))
        summary = self.summary(self.run_dir())
        self.assert_conserved(summary)
        self.assertEqual(summary["conservation"]["resends"], 0)
        for row in self.rows(self.run_dir()):
            self.assertEqual((row["output_tokens"], row["steps"], row["drafts"],
                              row["drafted_tokens"], row["accepted_tokens"],
                              row["acceptance_source"], row["token_source"]),
                             (TOKENS, STEPS, STEPS, DRAFTED, ACCEPTED, "timings", "timings"))
        acceptance = summary["acceptance"]
        self.assertEqual(acceptance["source"], "timings")
        self.assertFalse(acceptance["approximate"])
        self.assertEqual((acceptance["steps"], acceptance["drafts"]), (30 * STEPS, 30 * STEPS))
        for length in ("per_step", "per_draft"):
            self.assertAlmostEqual(acceptance[length]["value"], 1 + ACCEPTED / STEPS)
        self.assertAlmostEqual(acceptance["delivered_per_step"]["value"], (TOKENS - 1) / STEPS)
        self.assertAlmostEqual(acceptance["accept_rate"]["value"], ACCEPTED / DRAFTED)
        reached = [STEPS, *BY_POSITION, 0]
        self.assertEqual(acceptance["histogram"],
                         [30 * (a - b) for a, b in zip(reached, reached[1:])])
        servers = summary["servers"]
        self.assertEqual((servers["generated_tokens"], servers["drafts"],
                          servers["drafted_tokens"], servers["accepted_tokens"]),
                         (30 * TOKENS, 30 * STEPS, 30 * DRAFTED, 30 * ACCEPTED))
        self.assertEqual(servers["accepted_by_position"], [30 * count for count in BY_POSITION])
        self.assertEqual(servers["generated_tokens"], summary["tokens"]["output"])

    def test_without_timings_per_token_steps_follow_from_the_sums(self):
        server = self.serve()
        server.stream = (GOLDEN / "draft.chat-stream.http").read_bytes()
        self.specctl("run", "--url", server.url, "--bs", 2, "--requests", 10, "--dataset",
                     self.prompts(10), "--osl", TOKENS, "--output-dir", self.run_dir(),
                     "--extra-inputs", "timings_per_token:false")
        row = self.rows(self.run_dir())[0]
        self.assertEqual((row["drafted_tokens"], row["accepted_tokens"]), (DRAFTED, ACCEPTED))
        # The response ended at max_tokens, so no step was cut.
        self.assertEqual(row["steps"], STEPS)
        acceptance = self.summary(self.run_dir())["acceptance"]
        self.assertAlmostEqual(acceptance["accept_rate"]["value"], ACCEPTED / DRAFTED)
        self.assertAlmostEqual(acceptance["per_step"]["value"], 1 + ACCEPTED / STEPS)
        # Which of them had a draft is not known.
        for absent in ("per_draft", "drafts"):
            self.assertNotIn(absent, acceptance)


if __name__ == "__main__":
    unittest.main()
