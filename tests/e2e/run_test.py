"""A run from a dataset to its artifacts, against a simulated engine."""
import csv
import filecmp
import io
import json
import shutil
import statistics
import subprocess
import unittest

from harness import PATIENCE_S, SPECCTL, Case


class RunTest(Case):
    def test_every_request_is_sent_and_tokens_equal_the_servers(self):
        engine = self.engine()
        before = engine.counters()
        done = self.specctl("run", "--url", engine.url, "--agents", 4, "--bs", 16, "--dataset",
                            self.prompts(96), "--osl", 24, "--output-dir", self.run_dir())
        summary = self.summary(self.run_dir())
        self.assert_conserved(summary)
        self.assertEqual(summary["conservation"]["ok"], 96)
        grown = {name: value - before.get(name, 0) for name, value in engine.counters().items()}
        # The probe's own request is behind `before` of neither side: the run scrapes after it.
        servers = summary["servers"]
        self.assertEqual(servers["generated_tokens"], summary["tokens"]["output"])
        self.assertEqual(servers["prompt_tokens"], summary["tokens"]["input"])
        self.assertGreaterEqual(grown["vllm:generation_tokens_total"], servers["generated_tokens"])
        self.assertEqual(sum(row["output_tokens"] for row in self.rows(self.run_dir())),
                         summary["tokens"]["output"])
        self.assertIn(summary["run_id"], done.stdout)

    def test_the_same_requests_whatever_the_number_of_agents(self):
        engine = self.engine()
        prompts = self.prompts(40)
        sent = []
        for agents in (1, 4, 16):
            run_dir = self.run_dir(f"agents-{agents}")
            self.specctl("run", "--url", engine.url, "--agents", agents, "--bs", 16, "--dataset",
                         prompts, "--osl", 8, "--output-dir", run_dir)
            rows = self.rows(run_dir)
            sent.append(sorted((row["request_id"], row["question_id"]) for row in rows))
            for agent in range(agents):
                mine = sorted((row["start_ns"], row["position"]) for row in rows
                              if row["agent"] == agent)
                begun = [row["position"] for row in sorted(
                    (r for r in rows if r["agent"] == agent), key=lambda r: r["position"])]
                self.assertTrue(all(position % agents == agent for position in begun))
                self.assertEqual(len(mine), len(begun))
        self.assertEqual(sent[0], sent[1])
        self.assertEqual(sent[0], sent[2])
        self.assertEqual(len(set(sent[0])), 40)

    def test_report_gives_the_same_bytes_elsewhere(self):
        engine = self.engine()
        run_dir = self.run_dir()
        self.specctl("run", "--url", engine.url, "--bs", 4, "--agents", 2, "--dataset", "builtin",
                     "--requests", 20, "--osl", 16, "--save-text", "--output-dir", run_dir)
        elsewhere = self.folder / "elsewhere" / "moved"
        elsewhere.mkdir(parents=True)
        shutil.copy(run_dir / "journal.pb", elsewhere)
        self.specctl("report", elsewhere, cwd="/")
        names = sorted(path.name for path in run_dir.iterdir())
        self.assertEqual(names, sorted(path.name for path in elsewhere.iterdir()))
        self.assertIn("outputs.jsonl", names)
        for name in names:
            self.assertTrue(filecmp.cmp(run_dir / name, elsewhere / name, shallow=False), name)

    def test_multi_turn_conversations_carry_the_servers_replies(self):
        engine = self.engine()
        path = self.folder / "turns.jsonl"
        with path.open("w") as out:
            for i in range(6):
                out.write(json.dumps({"question_id": f"q{i}", "category": "c",
                                      "turns": [f"First {i}?", "And then?", "Why?"]}) + "\n")
        self.specctl("run", "--url", engine.url, "--bs", 3, "--dataset", path, "--dataset-format",
                     "turns", "--osl", 12, "--output-dir", self.run_dir())
        rows = {row["request_id"]: row for row in self.rows(self.run_dir())}
        self.assertEqual(len(rows), 18)
        for position in range(6):
            turns = [rows[f"{position}.{turn}"] for turn in range(3)]
            self.assertLess(turns[0]["input_tokens"], turns[1]["input_tokens"])
            self.assertLess(turns[1]["input_tokens"], turns[2]["input_tokens"])
            self.assertLessEqual(turns[0]["end_ns"], turns[1]["start_ns"])

    def test_a_limit_by_requests_cuts_and_repeats(self):
        engine = self.engine()
        prompts = self.prompts(10)
        self.specctl("run", "--url", engine.url, "--bs", 2, "--dataset", prompts, "--requests", 25,
                     "--osl", 4, "--output-dir", self.run_dir())
        summary = self.summary(self.run_dir())
        self.assertEqual(summary["conservation"]["sent"], 25)
        self.assertIn("repeated_prompts", summary["verdict"]["labels"])
        self.assertEqual({row["cycle"] for row in self.rows(self.run_dir())}, {0, 1, 2})

    def test_a_dry_run_sends_nothing_and_needs_no_server(self):
        done = self.specctl("run", "--dry-run", "--url", "http://127.0.0.1:9", "--bs", 8,
                            "--dataset", self.prompts(5))
        self.assertIn("nothing is sent", done.stdout)
        self.assertFalse((self.folder / "runs").exists())

    def test_a_proxy_in_the_environment_changes_nothing(self):
        engine = self.engine()
        proxies = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "grpc_proxy")}
        self.specctl("run", "--url", engine.url, "--bs", 2, "--agents", 2, "--dataset",
                     self.prompts(4), "--osl", 4, "--output-dir", self.run_dir(), env=proxies)
        self.assertEqual(self.summary(self.run_dir())["conservation"]["ok"], 4)

    def test_format_json_prints_the_summary_alone(self):
        engine = self.engine()
        done = self.specctl("run", "--url", engine.url, "--bs", 2, "--dataset", self.prompts(4),
                            "--osl", 4, "--format", "json", "--output-dir", self.run_dir())
        self.assertEqual(json.loads(done.stdout), self.summary(self.run_dir()))

    def test_figures_are_rows_of_a_csv_and_columns_of_the_page_are_chosen(self):
        engine = self.engine()
        done = self.specctl("run", "--url", engine.url, "--bs", 4, "--dataset", self.prompts(40), "--osl",
                            8, "--columns", "min,max,stddev", "--output-dir", self.run_dir())
        self.assertRegex(done.stdout, r"\n +min +max +stddev   error at most\nTTFT ms")
        self.assertNotIn("     p90", done.stdout)
        text = self.specctl("report", self.run_dir(), "--format", "csv").stdout
        rows = {(row["scope"], row["key"]): row for row in csv.DictReader(io.StringIO(text))}
        summary = self.summary(self.run_dir())
        for key in ("ttft_ms", "itl_ms", "step_latency_ms", "user_tps"):
            for statistic in ("count", "mean", "stddev", "min", "max", "p1", "p50", "p99"):
                self.assertEqual(float(rows["headline", key][statistic]), summary[key][statistic])
        self.assertEqual(float(rows["headline", "output_tps"]["value"]),
                         summary["throughput"]["output_tps"]["value"])
        self.assertEqual(rows["headline", "output_tps"]["better"], "up")
        self.assertEqual(rows["headline", "per_step"]["better"], "neither")
        ttft_ms = [(row["first_token_ns"] - row["start_ns"]) / 1e6 for row in self.rows(self.run_dir())]
        self.assertAlmostEqual(summary["whole_run"]["ttft_ms"]["stddev"], statistics.pstdev(ttft_ms))
        for flags, said in ((("--columns", "p98"), 'got "p98"; did you mean p99?'),
                            (("--format", "cvs"), "need one of text, csv, json")):
            refused = self.specctl("report", self.run_dir(), *flags, status=2)
            self.assertIn(f"{flags[0]}: need ", refused.stderr)
            self.assertIn(said, refused.stderr)

    def test_closed_standard_files_take_nothing_from_the_artifacts(self):
        engine = self.engine()
        prompts = self.prompts(4)
        for closed in (">&- 2>&-", "<&- >&- 2>&-", "2>&-"):
            with self.subTest(closed):
                run_dir = self.run_dir(f"closed{len(closed)}")
                done = subprocess.run(
                    ["sh", "-c", f'exec "$0" "$@" {closed}', SPECCTL, "run", "--url", engine.url,
                     "--bs", "2", "--dataset", prompts, "--osl", "4", "--output-dir", run_dir],
                    stdout=subprocess.DEVNULL, timeout=PATIENCE_S, check=False)
                self.assertEqual(done.returncode, 0)
                self.assertEqual(self.summary(run_dir)["conservation"]["ok"], 4)
                self.specctl("report", run_dir)

    def test_a_page_that_is_not_written_is_a_failure(self):
        engine = self.engine()
        prompts = self.prompts(4)
        run = ("run", "--url", engine.url, "--bs", "2", "--dataset", prompts, "--osl", "4")
        for arguments in [(*run, "--output-dir", self.run_dir()), (*run, "--dry-run"),
                          ("report", self.run_dir()), ("report", self.run_dir(), "--format", "json"),
                          ("report", self.run_dir(), "--format", "csv"),
                          ("probe", engine.url), ("dataset", "list"), ("--version",),
                          ("run", "--help")]:
            with self.subTest(arguments), open("/dev/full", "wb") as full:
                done = subprocess.run([SPECCTL, *map(str, arguments)], stdout=full, text=True,
                                      stderr=subprocess.PIPE, timeout=PATIENCE_S, check=False)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("standard output could not be written", done.stderr)
        self.assertEqual(self.summary(self.run_dir())["conservation"]["ok"], 4)

    def test_like_repeats_a_run(self):
        engine = self.engine()
        self.specctl("run", "--url", engine.url, "--bs", 3, "--dataset", self.prompts(9), "--osl",
                     5, "--tag", "a=b", "--output-dir", self.run_dir("first"))
        self.specctl("run", "--like", self.run_dir("first"), "--output-dir", self.run_dir("second"))
        first, second = (self.rows(self.run_dir(name)) for name in ("first", "second"))
        self.assertEqual(sorted((r["request_id"], r["question_id"], r["output_hash"]) for r in first),
                         sorted((r["request_id"], r["question_id"], r["output_hash"]) for r in second))

    def test_flags_come_from_a_toml_file_too(self):
        engine = self.engine()
        config = self.folder / "run.toml"
        config.write_text(f'url = "{engine.url}"\nbs = 3\nosl = 6\n')
        self.specctl("run", "--config", config, "--dataset", self.prompts(6), "--osl", 4,
                     "--output-dir", self.run_dir())
        config.write_text("concurency = 3\n")
        done = self.specctl("run", "--config", config, status=2)
        self.assertIn('"concurency" is not a flag', done.stderr)
        spec = json.loads((self.run_dir() / "run.json").read_text())["spec"]
        self.assertEqual((spec["load"]["bs"], spec["request"]["osl_tokens"]), (3, 4))

    def test_export_writes_every_chunk(self):
        engine = self.engine()
        self.specctl("run", "--url", engine.url, "--bs", 2, "--dataset", self.prompts(4), "--osl",
                     8, "--output-dir", self.run_dir())
        done = self.specctl("export", self.run_dir(), "--chunks")
        chunks = [json.loads(line) for line in done.stdout.splitlines()]
        rows = self.rows(self.run_dir())
        self.assertEqual(len(chunks), sum(row["chunks"] for row in rows))
        self.assertEqual(sum(chunk["tokens"] for chunk in chunks),
                         sum(row["output_tokens"] for row in rows))

    def test_several_targets_share_the_positions(self):
        engine = self.engine("--replicas", "2")
        self.specctl("run", "--url", ",".join(engine.urls), "--bs", 4, "--dataset",
                     self.prompts(12), "--osl", 4, "--output-dir", self.run_dir())
        rows = self.rows(self.run_dir())
        self.assertTrue(all(row["target"] in (row["position"] % 2, engine.urls[row["position"] % 2])
                            for row in rows))
        summary = self.summary(self.run_dir())
        self.assertEqual(summary["servers"]["generated_tokens"], summary["tokens"]["output"])

    def test_a_server_without_metrics_is_measured_and_said_so_once(self):
        engine = self.engine("--no-metrics")
        done = self.specctl("run", "--url", engine.url, "--bs", 2, "--dataset", self.prompts(4),
                            "--osl", 4, "--output-dir", self.run_dir())
        self.assertEqual(done.stderr.count("no server metrics"), 1)
        self.assertNotIn("servers", self.summary(self.run_dir()))

    def test_a_server_that_refuses_continuous_usage_is_measured_without(self):
        engine = self.engine("--no-continuous-usage")
        self.specctl("run", "--url", engine.url, "--bs", 2, "--dataset", self.prompts(4), "--osl",
                     4, "--output-dir", self.run_dir())
        summary = self.summary(self.run_dir())
        self.assertEqual(summary["conservation"]["ok"], 4)
        self.assertEqual(summary["servers"]["generated_tokens"], summary["tokens"]["output"])


if __name__ == "__main__":
    unittest.main()
