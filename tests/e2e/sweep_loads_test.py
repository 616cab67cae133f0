#!/usr/bin/env python3
"""specctl sweep: loads that it finds by itself, and pairs of targets."""
import unittest

from sweep_case import SweepCase


class SweepLoadsTest(SweepCase):
    def test_a_pair_sends_each_conversation_to_both(self):
        folder = self.run_dir("S")
        self.specctl("sweep", *self.pair_of_engines(), "--bs", "8", "--dataset", self.prompts(400), "--duration",
                     "7s", "--osl", "32", "--cool-down", "0", "--paired", "--output-dir", folder)
        (pair,) = self.sweep(folder)["pairs"]
        self.assertEqual((pair["target"], pair["baseline"], pair["bs"], pair["state"]), ("dl3", "off", 8, "done"))
        rows = self.rows(folder / pair["folder"])
        both = {}
        for row in rows:
            both.setdefault(row["position"] // 2, []).append(row)
        whole = [pair for pair in both.values() if len(pair) == 2]
        self.assertGreater(len(whole), 50)
        first = 0
        for one, other in whole:
            self.assertEqual(one["question_id"], other["question_id"])
            self.assertNotEqual(one["target"], other["target"])
            earlier = min(one, other, key=lambda row: row["position"])
            first += earlier["target"] in (0, "off")
        self.assertTrue(0.3 < first / len(whole) < 0.7, f"{first} of {len(whole)}")
        ratio = pair["ratios"]["user_tps"]["mean"]
        self.assertLess(1.2, ratio["low"])
        self.assertLess(ratio["low"], ratio["value"])
        self.assertLess(ratio["value"], ratio["high"])

    def test_auto_finds_the_end_and_looks_beside_it(self):
        engine = self.engine("--step-ms", "5", "--draft-length", "0", "--max-batch", "6")
        folder = self.run_dir("S")
        self.specctl("sweep", "--target", f"off={engine.url}", "--bs", "auto", "--bs-max", "16", "--max-num-seqs", "6",
                     "--dataset", "builtin", "--duration", "800ms", "--osl", "16", "--cool-down", "0", "--no-anchors",
                     "--output-dir", folder)
        done = {p["bs"] for p in self.sweep(folder)["points"] if p["state"] == "done"}
        self.assertLessEqual({1, 2, 4, 8}, done)
        self.assertLessEqual(max(done), 16)
        self.assertLessEqual({5, 6, 7}, done, "max_num_seqs and its neighbours")


if __name__ == "__main__":
    unittest.main()
