"""SGLang's files of request metrics as the source of acceptance: responses find theirs by id."""
import json
import pathlib
import threading
import unittest

import harness
from scripted_server import DONE, Server, chunk, event, usage

# 1 (prompt) + 4 + 1 + 3 tokens, in chunks that melted together.
TOKENS, STEPS, ACCEPTED, PROPOSED = 9, 3, 5, 9


class Sglang:
    """Writes an entry a response, in a file of the hour before and one of this hour in turn."""

    def __init__(self, folder, rewrite_ids=False):
        self.folder, self.rewrite_ids, self.lock = pathlib.Path(folder), rewrite_ids, threading.Lock()
        self.folder.mkdir()
        self.write("old", 13)
        self.server = Server(self.chat)

    def write(self, name, hour):
        entry = {"request_parameters": "{}", "id": name, "completion_tokens": TOKENS - 1,
                 "spec_accept_length": 2.67, "spec_verify_ct": STEPS, "spec_num_correct_drafts": ACCEPTED,
                 "spec_num_proposed_drafts": PROPOSED, "spec_correct_drafts_histogram": [1, 0, 1, 1]}
        with self.lock:
            with (self.folder / f"sglang-request-metrics-20261122_{hour}.log").open("a") as out:
                out.write(json.dumps(entry) + "\n")

    def chat(self, peer, k):
        name = f"{k:032x}"
        shown = f"gateway-{k}" if self.rewrite_ids else name

        def say(payload):
            return event({**payload, "id": shown})
        peer.head()
        peer.send(say(usage_on(chunk("a"), 1)), say(usage_on(chunk("b c"), 8)),
                  say(chunk(finish="length")), say(usage(8)))
        self.write(name, 13 + k % 2)
        peer.send(DONE)
        peer.end()


def usage_on(payload, tokens):
    return {**payload, "usage": {"prompt_tokens": 7, "completion_tokens": tokens}}


class SglangFilesTest(harness.Case):
    def measure(self, sglang, *flags, name="run"):
        self.addCleanup(sglang.server.die)
        self.specctl("run", "--url", sglang.server.url, "--agents", 2, "--bs", 2, "--requests", 12,
                     "--dataset", self.prompts(12), "--no-server-metrics", "--output-dir", name,
                     "--sglang-metrics-dir", sglang.folder, *flags)
        return self.summary(self.run_dir(name))

    def test_responses_find_their_entries_and_report_finds_them_again(self):
        summary = self.measure(Sglang(self.folder / "logs"))
        acceptance = summary["acceptance"]
        self.assertEqual(acceptance["source"], "per_request")
        self.assertEqual(acceptance["source_share"], 1)
        self.assertEqual(acceptance["steps"], 12 * STEPS)
        self.assertAlmostEqual(acceptance["per_draft"]["value"], 1 + ACCEPTED / STEPS)
        self.assertAlmostEqual(acceptance["accept_rate"]["value"], ACCEPTED / PROPOSED)
        files = summary["statistics_files"]
        self.assertEqual((files["responses"], files["of_run"], files["of_others"]), (12, 12, 0))
        self.assertEqual(files["files"], 2)
        self.assertNotIn("other_traffic", summary["verdict"]["labels"])
        for row in self.rows(self.run_dir()):
            self.assertEqual((row["steps"], row["acceptance_source"]), (STEPS, "per_request"))
        # The folder is gone: all is in the journal.
        written = (self.run_dir() / "summary.json").read_bytes()
        for path in (self.folder / "logs").iterdir():
            path.unlink()
        page = self.specctl("report", self.run_dir()).stdout
        self.assertEqual((self.run_dir() / "summary.json").read_bytes(), written)
        self.assertIn("server's files", page)
        self.assertIn("12 responses of this run", page)

    def test_behind_a_gateway_that_gives_other_ids_the_sums_are_left(self):
        summary = self.measure(Sglang(self.folder / "logs", rewrite_ids=True))
        files = summary["statistics_files"]
        self.assertEqual((files["responses"], files["of_run"]), (12, 0))
        self.assertEqual(files["acceptance"]["source"], "metrics_files")
        self.assertAlmostEqual(files["acceptance"]["per_draft"]["value"], 1 + ACCEPTED / STEPS)
        self.assertNotEqual(summary.get("acceptance", {}).get("source"), "per_request")

    def test_a_folder_in_which_nothing_is_written_is_said(self):
        sglang = Sglang(self.folder / "logs")
        sglang.write = lambda name, hour: None
        summary = self.measure(sglang)
        self.assertEqual(summary["statistics_files"]["responses"], 0)
        page = self.specctl("report", self.run_dir()).stdout
        self.assertIn("--export-metrics-to-file", page)

    def test_a_folder_that_is_none_is_refused_before_anything_is_sent(self):
        sglang = Sglang(self.folder / "logs")
        self.addCleanup(sglang.server.die)
        done = self.specctl("run", "--url", sglang.server.url, "--requests", 1, "--output-dir", "run",
                            "--sglang-metrics-dir", self.folder / "nowhere", status=2)
        self.assertIn("--sglang-metrics-dir: need a folder", done.stderr)
        self.assertEqual(sglang.server.heads, [])
        self.assertFalse(self.run_dir().exists())


if __name__ == "__main__":
    unittest.main()
