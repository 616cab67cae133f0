#!/usr/bin/env python3
"""What a run makes of servers' metrics that are odd, closed, or not there."""
import gzip
import http.server
import json
import threading
import unittest

from harness import Case

VLLM = "vllm:generation_tokens_total {tokens}\nvllm:prompt_tokens_total {prompt}\n" \
       "vllm:request_success_total {requests}\nvllm:num_requests_running 0\n"
TOKENS = 4  # of each answer


class Server:
    """Answers chat requests with four tokens, and /metrics by `metrics(server, headers)`, which
    gives (status, headers, text)."""

    def __init__(self, metrics):
        self.metrics = metrics
        self.requests = 0
        self.scrapes = 0
        self.scraped_with = []  # headers
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def reply(self, status, headers, body):
                self.send_response(status)
                for name, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                if self.path.startswith("/metrics"):
                    outer.scrapes += 1
                    outer.scraped_with.append({k.lower(): v for k, v in self.headers.items()})
                    status, headers, text = outer.metrics(outer, outer.scraped_with[-1])
                    self.reply(status, headers, text if isinstance(text, bytes) else text.encode())
                elif self.path == "/v1/models":
                    self.reply(200, {"Content-Type": "application/json"}, b'{"data":[{"id":"toy"}]}')
                else:
                    self.reply(404, {}, b"no")

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                events = [{"choices": [{"index": 0, "delta": {"content": "w"}}]}] * TOKENS
                events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]})
                usage = {"prompt_tokens": 7, "completion_tokens": TOKENS, "total_tokens": 7 + TOKENS}
                events.append({"choices": [], "usage": usage})
                body = "".join(f"data: {json.dumps(e)}\n\n" for e in events) + "data: [DONE]\n\n"
                outer.requests += 1
                self.reply(200, {"Content-Type": "text/event-stream"}, body.encode())

        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.port = self.httpd.server_port
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def text(self, form=VLLM, more=0):
        return form.format(tokens=self.requests * TOKENS + more, prompt=self.requests * 7 + more,
                           requests=self.requests)

    def stop(self):
        self.httpd.shutdown()
        self.httpd.server_close()


def plain(text):
    return 200, {"Content-Type": "text/plain; version=0.0.4"}, text


class MetricsTest(Case):
    def serve(self, metrics=lambda server, _: plain(server.text())):
        server = Server(metrics)
        self.addCleanup(server.stop)
        return server

    def measure(self, *servers, flags=(), env=None, name="run"):
        """Runs 8 requests; returns the page and summary.json."""
        urls = [flag for server in servers for flag in ("--url", getattr(server, "url", server))]
        run_dir = self.run_dir(name)
        done = self.specctl("run", *urls, "--bs", 2, "--requests", 8, "--osl", 16, "--dataset",
                            self.prompts(8), "--output-dir", run_dir, *flags, env=env)
        return done.stdout, self.summary(run_dir)

    def test_what_is_no_prometheus_text_is_named_as_that(self):
        for number, (body, headers, why) in enumerate([
                ("[]", {"Content-Type": "application/json"}, "no Prometheus text (application/json)"),
                ("<!doctype html>\n<p>hi", {"Content-Type": "text/html"},
                 "no Prometheus text (text/html)"),
                (gzip.compress(b"vllm:num_requests_running 0\n"), {"Content-Encoding": "gzip"},
                 'Content-Encoding "gzip"')]):
            with self.subTest(why):
                server = self.serve(lambda *_, h=headers, b=body: (200, h, b))
                self.assertIn(why, self.specctl("probe", server.url).stdout)
                page, summary = self.measure(server, name=f"run{number}")
                self.assertIn(why, " ".join(page.split()))
                self.assertIn(why, summary["metrics_failures"][0]["text"])
                self.assertNotIn("no known figures", page)

    def test_a_refusal_is_told_in_the_servers_words(self):
        for status, headers, body, why in [
                (401, {}, '{"error":"no \\u001b[31mkey"}', "status 401: no [31mkey"),
                (307, {"Location": "/metrics/"}, "", "status 307, a redirect to /metrics/")]:
            with self.subTest(why):
                server = self.serve(lambda *_, r=(status, headers, body): r)
                self.assertIn(why, self.specctl("probe", server.url).stdout)
                page, summary = self.measure(server, name=str(status))
                self.assertIn(why, " ".join(page.split()))
                self.assertIn(why, summary["metrics_failures"][0]["text"])

    def test_scrapes_that_fail_later_are_counted_with_their_reason(self):
        def metrics(server, _):
            probed = server.scrapes > 1
            return (503, {}, "busy") if probed else plain(server.text())

        page, summary = self.measure(self.serve(metrics))
        servers = summary["servers"]
        self.assertEqual(servers["scrapes"], servers["scrapes_failed"])
        self.assertIn(f"{servers['scrapes']} of {servers['scrapes']} scrapes failed", page)
        self.assertIn("status 503: busy", page)
        self.assertIn("status 503: busy", summary["metrics_failures"][0]["text"])
        self.assertEqual(summary["metrics_failures"][0]["scrapes"], servers["scrapes"])
        self.assertNotIn("generated_tokens", servers)

    def test_headers_and_key_go_to_the_targets_and_nowhere_else(self):
        def closed(server, headers):
            known = headers.get("x-api-key") == "s3cr3t" and headers.get("authorization") == "Bearer k3y"
            return plain(server.text()) if known else (401, {}, "no key")

        flags = ["--header", "X-Api-Key: s3cr3t", "--api-key-env", "THE_KEY"]
        key = {"THE_KEY": "k3y"}
        target = self.serve(closed)
        _, summary = self.measure(target, flags=flags, env=key, name="own")
        self.assertEqual(summary["servers"]["generated_tokens"], 8 * TOKENS)

        other = self.serve(lambda *_: plain(target.text()))
        named = ["--server-metrics", f"{target.url}/metrics,{other.url}/metrics",
                 "--metrics-header", "X-Scrape: yes"]
        self.measure(target, flags=flags + named, env=key, name="named")
        for headers in other.scraped_with:
            self.assertNotIn("s3cr3t", headers.values())
            self.assertNotIn("authorization", headers)
            self.assertEqual(headers["x-scrape"], "yes")
        self.assertGreater(len(other.scraped_with), 1)
        self.assertEqual(target.scraped_with[-1]["x-api-key"], "s3cr3t")
        for path in self.folder.rglob("*"):
            if path.is_file():
                self.assertNotIn(b"X-Scrape", path.read_bytes(), path)

    def test_a_metrics_header_that_is_none_is_refused_without_its_text(self):
        done = self.specctl("run", "--server-metrics", "http://127.0.0.1:1/m", "--metrics-header",
                            "hunter2", status=2)
        self.assertIn("--metrics-header: need NAME:VALUE", done.stderr)
        self.assertNotIn("hunter2", done.stderr)

    def test_what_is_no_number_is_absent(self):
        form = VLLM.replace("running 0", "running NaN") + \
            "vllm:num_preemptions_total NaN\nvllm:spec_decode_num_drafts_total +Inf\n" \
            "vllm:kv_cache_usage_perc -Inf\n"
        page, summary = self.measure(self.serve(lambda server, _: plain(server.text(form))))
        servers = summary["servers"]
        self.assertEqual(servers["generated_tokens"], 8 * TOKENS)
        for absent in ("preemptions", "drafts", "running", "kv_cache_share"):
            self.assertNotIn(absent, servers)
        self.assertNotIn("preemptions", page)

    def test_a_family_under_two_names_counts_once(self):
        form = VLLM + VLLM.replace("_total", "") + "vllm:num_preemptions_total {tokens}\n"
        page, summary = self.measure(self.serve(lambda server, _: plain(server.text(form))))
        servers = summary["servers"]
        self.assertEqual(servers["generated_tokens"], 8 * TOKENS)
        self.assertEqual(servers["prompt_tokens"], 8 * 7)
        self.assertEqual(servers["requests_finished"], 8)
        self.assertIn("vllm:generation_tokens", servers["other_names"])
        self.assertIn("counted once: vllm:generation_tokens", page)
        self.assertIn(f"preemptions {8 * TOKENS} ", page.replace("\n", " "))

    def test_one_server_under_two_urls_counts_once(self):
        start = "process_start_time_seconds 1.7e9\n"
        for form in (VLLM, VLLM + start):
            with self.subTest(form[-20:]):
                server = self.serve(lambda s, _, f=form: plain(s.text(f)))
                page, summary = self.measure(server, f"http://localhost:{server.port}",
                                             name=f"run{len(form)}")
                servers = summary["servers"]
                self.assertEqual(servers["generated_tokens"], 8 * TOKENS)
                self.assertEqual(servers["duplicates"],
                                 [{"metrics_url": f"http://localhost:{server.port}/metrics",
                                   "same_as": f"{server.url}/metrics"}])
                self.assertIn("counted once", page)

    def test_two_servers_that_look_alike_count_apart(self):
        _, summary = self.measure(self.serve(), self.serve())
        self.assertEqual(summary["servers"]["generated_tokens"], 8 * TOKENS)
        self.assertNotIn("duplicates", summary["servers"])

    def test_an_address_that_alternates_between_servers_has_no_sums(self):
        def metrics(server, _):
            return plain(server.text(more=(900, 70_000, 500_000)[server.scrapes % 3]))

        page, summary = self.measure(self.serve(metrics))
        servers = summary["servers"]
        self.assertEqual(len(servers["alternating"]), 1)
        self.assertNotIn("generated_tokens", servers)
        self.assertEqual(servers["resets"], 0)
        self.assertIn("alternates between servers", page)
        self.assertIn("with --server-metrics", page)
        self.assertNotIn("servers report", page)

    def test_a_restart_is_a_restart(self):
        def metrics(server, _):  # it restarts once the load is on its way
            server.before = getattr(server, "before", 1_000) if server.requests < 4 else 0
            return plain(server.text(more=server.before))

        page, summary = self.measure(self.serve(metrics))
        servers = summary["servers"]
        self.assertEqual(servers["resets"], 1)
        self.assertNotIn("alternating", servers)
        self.assertIn("1 counter reset", page)
        self.assertIn("generated_tokens", servers)


if __name__ == "__main__":
    unittest.main()
