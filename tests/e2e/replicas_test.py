#!/usr/bin/env python3
"""Replicas behind one name, and behind a gateway that names them in a header."""
import csv
import http.server
import itertools
import json
import threading
import unittest

from harness import PATIENCE_S, Case, wait_for, with_named_hosts

NAME = "replicas.test"


class NamedReplicasTest(Case):
    def setUp(self):
        super().setUp()
        self.hosts = self.folder / "hosts"
        self.env = with_named_hosts(self.hosts)
        self.port = 0

    def replica(self, number):
        engine = self.engine("--host", f"127.0.0.{number}", port=self.port)
        self.port = int(engine.url.rsplit(":", 1)[1])
        return engine

    def name(self, *numbers):
        # Replaced at once: who reads it never sees a part.
        new = self.folder / "hosts.new"
        new.write_text(" ".join([NAME, *(f"127.0.0.{number}" for number in numbers)]) + "\n")
        new.rename(self.hosts)

    def replicas_by_second(self, run_dir):
        with (run_dir / "curves.csv").open() as text:
            return [row["replicas"] for row in csv.DictReader(text)]

    def test_the_load_goes_to_all_addresses_and_all_are_read(self):
        engines = [self.replica(number) for number in (1, 2, 3)]
        self.name(1, 2, 3)
        run_dir = self.run_dir()
        self.specctl("run", "--url", f"http://{NAME}:{self.port}", "--resolve", "all", "--bs", 6,
                     "--requests", 60, "--osl", 32, "--agents", 2, "--dataset", self.prompts(60),
                     "--output-dir", run_dir, env=self.env)
        summary = self.summary(run_dir)
        self.assert_conserved(summary)
        self.assertEqual(summary["conservation"]["ok"], 60)
        by_address = {s["key"]: s["conservation"]["ok"] for s in summary["slices"]
                      if s["by"] == "address"}
        self.assertEqual(set(by_address), {"127.0.0.1", "127.0.0.2", "127.0.0.3"})
        self.assertEqual(sum(by_address.values()), 60)
        for row in self.rows(run_dir):
            self.assertIn(row["address"], by_address)
        # As many slots as each other: the connections are kept.
        self.assertGreater(min(by_address.values()), 10)
        servers = summary["servers"]
        url = f"dns+http://{NAME}:{self.port}/metrics"
        self.assertEqual(servers["replicas"],
                         [{"metrics_url": url, "first": 3, "last": 3, "born": 0, "gone": 0}])
        self.assertTrue(servers["complete"])
        self.assertEqual([t["metrics_url"] for t in servers["targets"]], [url])
        # But for the probe's question, which one of them answered.
        generated = sum(e.counters()["vllm:generation_tokens_total"] for e in engines)
        self.assertEqual(servers["generated_tokens"], summary["tokens"]["output"])
        self.assertLessEqual(generated - servers["generated_tokens"], 8)
        self.assertNotIn("replicas_changed", summary["verdict"]["labels"])
        self.assertEqual(json.loads((run_dir / "run.json").read_text())["spec"]["resolve"], "all")

    def test_a_name_of_several_servers_of_which_one_is_read_is_noted(self):
        for number in (1, 2, 3):
            self.replica(number)
        self.name(1, 2, 3)
        url = f"http://{NAME}:{self.port}"
        note = (f"note: {NAME} has 3 addresses, and metrics are read from one of them, as if it were alone: "
                f"--resolve all reads and loads each, --server-metrics dns+{url}/metrics reads each\n")
        flags = ("run", "--url", url, "--bs", 2, "--requests", 4, "--osl", 4, "--dataset", self.prompts(4))
        self.assertIn(note, self.specctl("probe", url, env=self.env).stderr)
        self.assertIn(note, self.specctl(*flags, "--output-dir", self.run_dir("one"), env=self.env).stderr)
        done = self.specctl(*flags, "--resolve", "all", "--output-dir", self.run_dir("all"), env=self.env)
        self.assertNotIn("has 3 addresses", done.stderr)

    def test_replicas_that_come_and_go_are_followed_and_report_says_the_same(self):
        self.replica(1)
        leaving = self.replica(2)
        self.replica(3)
        self.name(1, 2)
        run_dir = self.run_dir()
        process = self.start(
            "run", "--url", f"http://127.0.0.1:{self.port}", "--bs", 2, "--duration", "12s",
            "--osl", 32, "--dataset", self.prompts(50), "--output-dir", run_dir,
            "--server-metrics", f"dns+http://{NAME}:{self.port}/metrics", env=self.env)
        journal = run_dir / "journal.pb"
        wait_for("the run to begin", journal.exists)
        threading.Event().wait(4)
        self.name(1, 3)
        threading.Event().wait(3)
        leaving.stop()
        page, _ = process.communicate(timeout=PATIENCE_S)
        self.assertEqual(process.returncode, 0)
        summary = self.summary(run_dir)
        counts = summary["servers"]["replicas"][0]
        self.assertEqual((counts["first"], counts["last"], counts["born"], counts["gone"]),
                         (2, 2, 1, 1))
        self.assertTrue(summary["servers"]["complete"])
        self.assertEqual(summary["servers"]["generated_tokens"], summary["tokens"]["output"])
        self.assertIn("replicas_changed", summary["verdict"]["labels"])
        self.assertIn("had 2 replicas before the run and 2 at its end (1 new, 1 gone)",
                      " ".join(page.split()))
        seconds = [int(n) for n in self.replicas_by_second(run_dir) if n]
        self.assertEqual([n for n, _ in itertools.groupby(seconds)], [2, 3, 2], seconds)
        self.assertNotIn("got no load", " ".join(page.split()))  # --resolve first: not ours to say
        before = {p.name: p.read_bytes() for p in run_dir.iterdir() if p.suffix != ".pb"}
        self.specctl("report", run_dir)
        self.assertEqual(before["summary.json"], (run_dir / "summary.json").read_bytes())
        self.assertEqual(before["curves.csv"], (run_dir / "curves.csv").read_bytes())


class Gateway:
    """Answers as one of three replicas in turn, and says which; every tenth does not."""

    def __init__(self):
        numbers = itertools.count()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def reply(self, body, content_type, **headers):
                self.send_response(200)
                self.send_header("Content-Type", content_type)
                self.send_header("Content-Length", str(len(body)))
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                self.reply(b'{"data":[{"id":"toy"}]}', "application/json")

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                number = next(numbers)
                events = [{"choices": [{"index": 0, "delta": {"content": "w"}}]}] * 4
                events.append({"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]})
                events.append({"choices": [], "usage": {"prompt_tokens": 7, "completion_tokens": 4,
                                                        "total_tokens": 11}})
                body = "".join(f"data: {json.dumps(e)}\n\n" for e in events) + "data: [DONE]\n\n"
                served_by = {} if number % 10 == 9 else {"X-Served-By": f"pod-{number % 3}"}
                self.reply(body.encode(), "text/event-stream", **served_by)

        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.httpd.server_port}"
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()

    def stop(self):
        self.httpd.shutdown()
        self.httpd.server_close()


class GatewayTest(Case):
    def test_figures_are_sliced_by_the_header_of_the_responses(self):
        gateway = Gateway()
        self.addCleanup(gateway.stop)
        run_dir = self.run_dir()
        done = self.specctl("run", "--url", gateway.url, "--slice-by-header", "x-served-by", "--bs",
                            2, "--requests", 60, "--osl", 16, "--dataset", self.prompts(60),
                            "--no-server-metrics", "--output-dir", run_dir)
        summary = self.summary(run_dir)
        rows = self.rows(run_dir)
        slices = {s["key"]: s for s in summary["slices"] if s["by"] == "header"}
        self.assertEqual(set(slices), {"pod-0", "pod-1", "pod-2"})
        for pod, figures in slices.items():
            of_pod = [row for row in rows if row.get("header") == pod]
            self.assertEqual(figures["conservation"]["ok"], len(of_pod))
            self.assertEqual(figures["tokens"]["output"], 4 * len(of_pod))
        without = sum("header" not in row for row in rows)
        self.assertGreater(without, 0)
        self.assertTrue(any(note == f"--slice-by-header x-served-by: {without} of 60 ok responses "
                            "lack it, and are in no slice by it" for note in summary["notes"]),
                        summary["notes"])
        self.assertIn("user TPS p50 by header", done.stdout)


if __name__ == "__main__":
    unittest.main()
