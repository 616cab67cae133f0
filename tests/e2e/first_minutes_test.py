"""What somebody meets who has just built specctl: no server, no data set, no idea of the flags."""
import json
import pathlib
import re
import resource
import subprocess
import unittest

from harness import PATIENCE_S, SPECCTL, Case

CASES = pathlib.Path(__file__).resolve().parents[2].parent / "shared/data/cases"
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class FirstMinutesTest(Case):
    def fresh(self):
        """An environment without data sets, servers or colours of the machine's."""
        return {"HOME": str(self.folder), "SPECCTL_URL": "", "SPECCTL_DATASETS": ""}

    def test_without_a_server_the_simulated_one_is_named_and_works(self):
        for command in ("run", "probe"):
            with self.subTest(command):
                arguments = ["--url", "http://127.0.0.1:9"] if command == "run" else ["127.0.0.1:9"]
                done = self.specctl(command, *arguments, status=1, env=self.fresh())
                self.assertIn("Connection refused", done.stderr)
                self.assertIn("\n  specctl sim --port 9\n", done.stderr)

    def test_help_begins_with_examples_and_ends_with_what_experts_need(self):
        page = self.specctl("run", "--help").stdout
        order = [page.index(text) for text in ("Examples:", "specctl sim", "\nCommon:",
                                               "-u,--url", "--bs,", "\nTarget:", "\nOutput:", "\nExpert:",
                                               "--receive-stamps")]
        self.assertEqual(order, sorted(order))
        self.assertLessEqual(max(map(len, page.splitlines())), 100)
        self.assertIn("Examples:", self.specctl("--help").stdout)

    def test_the_list_of_datasets_shows_what_is_there_and_how_to_get_the_rest(self):
        page = self.specctl("dataset", "list", env=self.fresh()).stdout
        self.assertIn("builtin   880", page)
        self.assertNotIn("not found", page)
        self.assertIn("specctl dataset inspect NAME", page)
        self.assertLess(len(page.splitlines()), 8)
        how = self.specctl("dataset", "inspect", "mt_bench", status=2, env=self.fresh())
        self.assertIn("curl -fL", how.stderr)

    def test_a_short_run_says_so_once_and_ends_with_commands_that_work(self):
        engine = self.engine("--step-ms", "2")
        done = self.specctl("run", "--url", engine.url, "--bs", 8, "--requests", 8, "--osl", 16,
                            env=self.fresh())
        before_figures = done.stderr + done.stdout.split("95 % interval")[0]
        self.assertEqual(before_figures.count("builtin"), 1, before_figures)
        self.assertIn("label     too_short: 8 requests in ", done.stdout)
        self.assertIn("output TPS ", done.stdout)
        run_dir = next((self.folder / "runs").iterdir())
        files = done.stdout.split("\nfiles ")[1]
        for path in run_dir.iterdir():
            self.assertIn(path.name, files)
        commands = re.findall(r"specctl (?:report|export|run) [^\n]*?(?=   |\n)", files)
        self.assertEqual(len(commands), 3, files)
        for command in commands:
            again = subprocess.run([SPECCTL, *command.split()[1:]], cwd=self.folder, text=True,
                                   capture_output=True, timeout=PATIENCE_S, check=False)
            self.assertEqual(again.returncode, 0, again.stderr)
        self.specctl("report", run_dir.name)
        self.specctl("export", run_dir.name, "--chunks")

    def test_a_limit_of_files_is_refused_with_remedies_that_work(self):
        engine = self.engine("--step-ms", "2")
        run = ["run", "--url", engine.url, "--bs", "120", "--requests", "120", "--osl", "2",
               "--dataset", str(self.prompts(120))]

        def under(limit, name, *flags):
            """The run in a process that may open so many files."""
            return subprocess.run(
                [SPECCTL, *run, "--output-dir", str(self.run_dir(name)), *flags], text=True,
                capture_output=True, timeout=PATIENCE_S, check=False,
                preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)))

        refused = under(128, "refused")
        self.assertEqual(refused.returncode, 2)
        agents = re.search(r"use --agents (\d+)", refused.stderr).group(1)
        files = re.search(r"ulimit -n (\d+)", refused.stderr).group(1)
        for name, done in {"agents": under(128, "agents", "--agents", agents),
                           "files": under(int(files), "files")}.items():
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual(self.summary(self.run_dir(name))["conservation"]["ok"], 120)
        self.assertNotIn("use --agents", under(60, "tiny").stderr)

    def test_like_keeps_selection_and_notices_a_changed_file(self):
        engine = self.engine("--step-ms", "2")
        rows = [{"question_id": f"{c}{i}", "category": c, "turns": [f"Question {i} of {c}?"]}
                for c in ("coding", "math") for i in range(6)]
        path = self.folder / "data" / "qualitative.jsonl"
        path.parent.mkdir()
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        self.specctl("run", "--url", engine.url, "--dataset", "speed_bench_coding", "--dataset-dir",
                     path.parent, "--osl", 4, "--server-metrics", engine.url + "/metrics",
                     "--output-dir", self.run_dir("first"))
        self.specctl("run", "--like", self.run_dir("first"), "--output-dir", self.run_dir("second"))
        for name in ("first", "second"):
            self.assertEqual({row["category"] for row in self.rows(self.run_dir(name))}, {"coding"})
            spec = json.loads((self.run_dir(name) / "run.json").read_text())["spec"]
            self.assertEqual(spec["metrics_urls"], [engine.url + "/metrics"])
            self.assertTrue(spec["metrics_urls_named"])
        path.write_text(json.dumps(rows[0]) + "\n")
        done = self.specctl("run", "--like", self.run_dir("first"), "--dry-run", status=2)
        self.assertIn("has changed since that run", done.stderr)

    def test_no_text_of_others_controls_the_terminal(self):
        esc = "\x1b[31m\x1b]0;x\x07\x9b2J"
        prompts = self.folder / "prompts.jsonl"
        prompts.write_text("".join(json.dumps(
            {"prompt": f"q{i}", "category": f"{esc}c{i % 2}", "question_id": f"{esc}{i}",
             f"mine{esc}": 1}) + "\n" for i in range(8)))
        engine = self.engine("--step-ms", "2", "--model", f"m{esc}")
        ran = [self.specctl("run", "--url", engine.url, "--dataset", prompts, "--osl", 4, "--tag",
                            f"a={esc}", "--output-dir", self.run_dir(f"run{esc}")),
               self.specctl("report", self.run_dir(f"run{esc}")),
               self.specctl("report", self.run_dir(f"run{esc}"), "--format", "json"),
               self.specctl("export", self.run_dir(f"run{esc}"), "--chunks"),
               self.specctl("probe", engine.url),
               self.specctl("dataset", "inspect", prompts),
               self.specctl("dataset", "inspect", prompts, "--format", "json"),
               self.specctl("run", "--url", engine.url, "--dataset", prompts, "--dry-run"),
               self.specctl("run", "--url", f"http://{esc}:1", status=2),
               self.specctl("run", "--bs", esc, status=2),
               self.specctl("run", "--model", esc, "--url", engine.url, "--dataset", prompts,
                            status=2),
               self.specctl("run", f"--{esc}", status=2),
               self.specctl(esc, status=2),
               self.specctl("report", esc, status=2),
               self.specctl("run", "--dataset", f"{esc}.jsonl", status=2),
               self.specctl("dataset", "list", "--dataset-dir", esc),
               self.specctl("sim", "--fault", esc, status=2)]
        for done in ran:
            with self.subTest(done.args[1:]):
                self.assertIsNone(CONTROL.search(done.stdout))
                self.assertIsNone(CONTROL.search(done.stderr))

    @unittest.skipUnless(CASES.exists(), "no ../shared/data/cases")
    def test_the_files_that_users_reported(self):
        for name, says in {"bom_middle.jsonl": "byte-order mark",
                           "doubled_comma.json": "a comma with no row before it"}.items():
            done = self.specctl("run", "--dataset", CASES / name, "--dry-run", status=2)
            self.assertRegex(done.stderr, rf"{name}:\d+: .*{says}")


if __name__ == "__main__":
    unittest.main()
