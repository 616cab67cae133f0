#!/usr/bin/env python3
"""Every flavour of the simulated engine with each quirk of its streams: the figures don't move.

The cases, and what of a run is held against the truth, are those of tests/bench/flavour_cases.py and
flavour_figures.py; here with few rows, there with 880.
"""
import concurrent.futures
import json
import pathlib
import sys
import unittest

from harness import Case

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "bench"))
import flavour_cases  # noqa: E402  (found by the line above)
import flavour_figures  # noqa: E402

ROWS = 72
KINDS = ("Write a Python function that sorts a list; explain the code of function {i}.",
         "Solve the equation x + {i} = {i} * x, and prove that its solution is an integer.")


class QuirksTest(Case):
    def dataset(self):
        path = self.folder / "prompts.jsonl"
        with path.open("w") as out:
            for i in range(ROWS):
                # Some twice, for prompts that are cached.
                row = {"prompt": KINDS[i % 2].format(i=i % (ROWS - 8)) * 3, "category": ("coding", "math")[i % 2]}
                out.write(json.dumps(row) + "\n")
        return path

    def complaints(self, flavour, case, prompts):
        engine = self.engine("--replicas", "2", *flavour_cases.engine_flags(flavour, case))
        run = self.run_dir(f"{flavour.name}-{case.name}".replace(" ", "-"))
        self.specctl("run", "--url", ",".join(engine.urls), "--dataset", prompts, "--bs", 36, "--osl", 64,
                     "--output-dir", run, *flavour.run, *case.run)
        truth = flavour_figures.truth_of(engine.urls)
        engine.stop()
        figures = flavour_figures.all_figures(self.summary(run), self.rows(run), truth, flavour_cases.STEP_MS,
                                              flavour.engine)
        self.assertGreater(truth["accepted_tokens"], 0)
        return flavour_figures.complaints(flavour, case, figures)

    def check(self, flavour_name):
        flavour = next(each for each in flavour_cases.FLAVOURS if each.name == flavour_name)
        cases = flavour_cases.CASES[flavour.engine]
        prompts = self.dataset()
        # A run mostly waits for the engine's steps.
        with concurrent.futures.ThreadPoolExecutor(max_workers=4) as pool:
            found = list(pool.map(lambda case: self.complaints(flavour, case, prompts), cases))
        for case, complaints in zip(cases, found, strict=True):
            with self.subTest(case.name):
                self.assertEqual(complaints, [])

    def test_vllm_with_statistics(self):
        self.check("vllm-detailed")

    def test_vllm_without_statistics(self):
        self.check("vllm-none")

    def test_sglang(self):
        self.check("sglang")

    def test_trtllm(self):
        self.check("trtllm")

    def test_llamacpp(self):
        self.check("llamacpp")

    def test_quirks_that_an_engine_does_not_have_are_refused(self):
        for engine, flags, text in (
                ("vllm", ["--quirk", "keepalive"], "--quirk keepalive: need another --engine than vllm"),
                ("trtllm", ["--quirk", "abort"], "--quirk abort: need another --engine than trtllm"),
                ("llamacpp", ["--stream-interval", "4"], "--stream-interval: need another --engine than llamacpp"),
                ("sglang", ["--enable-prompt-tokens-details"], "--enable-prompt-tokens-details: need --engine vllm"),
                ("vllm", ["--enable-cache-report"], "--enable-cache-report: need --engine sglang"),
                ("vllm", ["--quirk", "sleepy"], "--quirk: need one of empty-first,")):
            refused = self.specctl("sim", "--engine", engine, *flags, status=2)
            self.assertIn(text, refused.stderr)

    def test_several_choices_are_refused(self):
        engine = self.engine()
        refused = self.specctl("run", "--url", engine.url, "--dataset", self.dataset(), "--extra-inputs", "n:2",
                               "--output-dir", self.run_dir(), status=2)
        self.assertIn("n is set by specctl itself", refused.stderr)

    def test_help_names_all_quirks(self):
        self.assertIn("framed-ids", self.specctl("sim", "--help").stdout)


if __name__ == "__main__":
    unittest.main()
