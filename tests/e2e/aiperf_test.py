#!/usr/bin/env python3
"""NVIDIA AIPerf 0.13.0 itself reads what a run leaves: its data models, and its report's matrix.

It is heavy (hundreds of MB), so it is not installed unasked: SPECCTL_AIPERF is a virtual environment
that has it, or the place of one to make (`tools/dev aiperf` does both).  Without it this test says
that it is skipped (exit status 77).
"""
import csv
import json
import os
import pathlib
import subprocess
import sys
import unittest

VERSION = "0.13.0"
SKIPPED = 77
CATEGORIES = ["coding", "humanities", "math", "multilingual", "qa", "rag", "reasoning", "roleplay",
              "stem", "summarization", "writing"]


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def aiperf_environment():
    """The folder of a virtual environment with AIPerf in it."""
    folder = os.environ.get("SPECCTL_AIPERF", "")
    if not folder:
        skip("AIPerf is not asked for: tools/dev aiperf installs it and runs this test")
    if not (3, 11) <= sys.version_info < (3, 14):
        skip(f"AIPerf {VERSION} needs Python 3.11 to 3.13, this is {sys.version.split()[0]}")
    folder = pathlib.Path(folder).absolute()
    if not (folder / "bin" / "aiperf").exists():
        print(f"installing AIPerf {VERSION} into {folder} ...", flush=True)
        for command in ([sys.executable, "-m", "venv", folder],
                        [folder / "bin" / "pip", "install", "--quiet", f"aiperf=={VERSION}"]):
            done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                                  check=False)
            if done.returncode != 0:
                skip(f"AIPerf {VERSION} can't be installed: {done.stderr.strip()[-500:]}")
    return folder


AIPERF = aiperf_environment()
from harness import SPECCTL, Case  # noqa: E402: needs the binary, which a skipped test does not


class AiperfTest(Case):
    def questions(self, categories, rows_each=3):
        """A file in the form that NeMo-Skills prepares; the first of each category has two turns."""
        path = self.folder / "qualitative.jsonl"
        with path.open("w") as out:
            for c, category in enumerate(categories):
                for i in range(rows_each):
                    turns = [f"{category} {i}: explain it."] + (["Shorter."] if i == 0 else [])
                    out.write(json.dumps({
                        "question_id": f"{c:016x}{i:016x}", "category": category,
                        "messages": [{"role": "user", "content": turn} for turn in turns]}) + "\n")
        return path

    def run_of(self, categories, *sim, replicas=2, flags=()):
        engine = self.engine("--replicas", str(replicas), "--step-ms", "1", "--eos-mean", "60",
                             "--model", "toy", "--acceptance", "0.8,0.7,0.6",
                             "--acceptance", "coding=0.95,0.9,0.85", *sim)
        urls = [part for url in engine.urls for part in ("--url", url)]
        self.specctl("run", *urls, "--agents", "1", "--bs", "8", "--osl", "200",
                     "--custom-dataset-type", "speed_bench_qualitative", "--input-file",
                     self.questions(categories), "--output-dir", self.run_dir(), *flags)
        return self.run_dir()

    @property
    def report_file(self):
        return self.folder / "report.csv"

    def report(self, folder, metric, status=0):
        """AIPerf's matrix as {model: {column: cell}}; None where it found nothing."""
        out = self.report_file
        out.unlink(missing_ok=True)
        done = subprocess.run([AIPERF / "bin" / "aiperf", "speed-bench-report", folder, "--metric",
                               metric, "--format", "csv", "--output", out],
                              capture_output=True, text=True, check=False, cwd=self.folder)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        if status != 0:
            self.assertIn("no SPEED-Bench results extracted", done.stdout + done.stderr)
            return None
        with out.open(newline="") as text:
            return {row.pop("Model"): row for row in csv.DictReader(text)}

    def assert_models_accept(self, *folders):
        done = subprocess.run([AIPERF / "bin" / "python",
                               pathlib.Path(__file__).with_name("aiperf_models.py"), *folders],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def slices(self, run_dir):
        return {s["key"]: s["acceptance"] for s in self.summary(run_dir)["slices"]
                if s["by"] == "category" and "acceptance" in s}

    def assert_row(self, row, figures):
        """Cells are our figures by category, Overall their mean."""
        self.assertEqual(row, {**{name: f"{value:.2f}" for name, value in figures.items()},
                               "Overall": f"{sum(figures.values()) / len(figures):.2f}"})

    def assert_same_bytes(self, run_dir, metric):
        """What AIPerf wrote last is what our own report prints as CSV."""
        with (self.folder / "ours.csv").open("wb") as out:
            subprocess.run([SPECCTL, "report", run_dir, "--matrix", metric, "--format", "csv"],
                           stdout=out, check=True)
        self.assertEqual((self.folder / "ours.csv").read_bytes(), self.report_file.read_bytes())

    def test_the_matrix_of_one_run_is_ours(self):
        self.check_matrix("--per-request-spec-decode-metrics", "summary")

    def test_the_matrix_of_sglang_is_ours(self):
        self.check_matrix("--engine", "sglang", "--enable-metrics", "--draft-model", "drafter")

    def check_matrix(self, *sim):
        run_dir = self.run_of(CATEGORIES, *sim)
        matrix = self.folder / "matrix"
        self.specctl("export", run_dir, "--aiperf", matrix)
        folders = sorted(matrix.iterdir())
        self.assertEqual([f.name for f in folders], [f"speed_bench_{c}" for c in CATEGORIES])
        self.assert_models_accept(run_dir, *folders)
        ours = self.slices(run_dir)
        self.assertEqual(set(ours), set(CATEGORIES))
        self.assert_row(self.report(matrix, "accept_length")["toy"],
                        {c: ours[c]["per_draft"]["value"] for c in CATEGORIES})
        self.assert_same_bytes(run_dir, "accept_length")
        self.assert_row(self.report(matrix, "accept_rate")["toy"],
                        {c: ours[c]["accept_rate"]["value"] for c in CATEGORIES})
        self.assert_same_bytes(run_dir, "accept_rate")
        # The categories shared the servers: none has a throughput of its own.
        self.report(matrix, "throughput", status=1)

    def test_the_runs_own_folder_is_one_run_of_aiperf(self):
        run_dir = self.run_of(CATEGORIES)
        self.assert_models_accept(run_dir)
        servers = self.summary(run_dir)["servers"]
        row = self.report(run_dir, "accept_length")["toy"]
        self.assertEqual(row["qualitative"],
                         f"{1 + servers['accepted_tokens'] / servers['drafts']:.2f}")
        row = self.report(run_dir, "accept_rate")["toy"]
        self.assertEqual(row["qualitative"],
                         f"{servers['accepted_tokens'] / servers['drafted_tokens']:.2f}")

    def test_a_run_of_one_category_has_its_throughput(self):
        run_dir = self.run_of(["math"], "--per-request-spec-decode-metrics", "summary",
                              flags=("--warmup", "1s", "--duration", "3s"))
        matrix = self.folder / "matrix"
        self.specctl("export", run_dir, "--aiperf", matrix)
        self.assert_models_accept(run_dir, matrix / "speed_bench_math")
        rows = [r for r in self.rows(run_dir) if r["stage"] not in ("ramp", "warmup")]
        seconds = (max(r["end_ns"] for r in rows) - min(r["due_ns"] for r in rows)) / 1e9
        tokens = sum(r["output_tokens"] for r in rows if r["outcome"] == "ok")
        for folder in (matrix, run_dir):
            self.assertEqual(self.report(folder, "throughput")["toy"],
                             {"math": f"{tokens / seconds:.2f}",
                              "Overall": f"{tokens / seconds:.2f}"})

    def test_without_statistics_chunks_tell_the_length_and_no_rate(self):
        run_dir = self.run_of(["coding", "math"], "--no-metrics")
        matrix = self.folder / "matrix"
        self.specctl("export", run_dir, "--aiperf", matrix)
        self.assert_models_accept(run_dir, *matrix.iterdir())
        ours = self.slices(run_dir)
        self.assertNotIn("per_draft", ours["math"])
        self.assert_row(self.report(matrix, "accept_length")["toy"],
                        {c: ours[c]["delivered_per_step"]["value"] for c in ("coding", "math")})
        self.report(matrix, "accept_rate", status=1)
        notes = json.loads((matrix / "speed_bench_math" / "server_metrics_export.json")
                           .read_text())["specctl"]["notes"]
        self.assertIn("acceptance_source: chunks", notes)

    def test_the_counters_tell_of_a_run_of_one_category(self):
        run_dir = self.run_of(["math"])
        matrix = self.folder / "matrix"
        self.specctl("export", run_dir, "--aiperf", matrix)
        servers = self.summary(run_dir)["servers"]
        self.assertEqual(self.report(matrix, "accept_rate")["toy"]["math"],
                         f"{servers['accepted_tokens'] / servers['drafted_tokens']:.2f}")
        self.assert_same_bytes(run_dir, "accept_rate")

    def test_other_datasets_are_runs_of_aiperf_too(self):
        engine = self.engine("--step-ms", "1", "--eos-mean", "20")
        self.specctl("run", "--url", engine.url, "--agents", "1", "--bs", "4", "--requests", "12",
                     "--dataset", "builtin", "--output-dir", self.run_dir())
        self.assert_models_accept(self.run_dir())

    def test_failed_and_cancelled_requests_are_errors_of_aiperf(self):
        run_dir = self.run_of(CATEGORIES, "--fault", "503:0.05", flags=("--max-failed", "50%"))
        self.assert_models_accept(run_dir)
        counts = self.summary(run_dir)["conservation"]
        profile = json.loads((run_dir / "profile_export_aiperf.json").read_text())
        self.assertEqual(profile["request_count"]["avg"], counts["ok"])
        self.assertEqual(sum(e["count"] for e in profile["error_summary"]),
                         counts["sent"] - counts["ok"])


if __name__ == "__main__":
    unittest.main()
