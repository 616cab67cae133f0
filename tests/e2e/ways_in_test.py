"""Targets with names, models and logins of their own; servers that lack what most have; secrets."""
import json
import unittest

import harness
from scripted_server import Server


def good(peer, _):
    peer.good()


def without_stream_options(body):
    return "extra inputs are not permitted" if b"stream_options" in body else None


class WaysInTest(harness.Case):
    def server(self, **options):
        server = Server(good, **options)
        self.addCleanup(server.die)
        return server

    def measure(self, *flags, requests=6, osl=4, status=0):
        done = self.specctl("run", "--dataset", self.prompts(6), "--requests", requests, "--osl", osl,
                            "--output-dir", self.run_dir(), *flags, status=status)
        return done, self.summary(self.run_dir()) if status == 0 else None

    def test_targets_have_names_and_models_of_their_own(self):
        a, b = self.engine("--model", "llama-fp8"), self.engine("--model", "llama")
        self.specctl("run", "--dataset", self.prompts(6), "--url", a.url, "--url", b.url, "--output-dir",
                     self.run_dir("refused"), status=2)
        done, summary = self.measure("--target", f"fp8={a.url},model=llama-fp8,gpus=2", "--target",
                                     f"bf16={b.url},model=llama,gpus=4")
        self.assertIn(f"fp8 {a.url}", done.stdout)
        self.assertIn("6 GPUs", done.stdout)
        sent = {(s["by"], s["key"]): s["conservation"]["ok"] for s in summary["slices"]}
        for by, key in (("target", "fp8"), ("target", "bf16"), ("model", "llama"), ("model", "llama-fp8")):
            self.assertEqual(sent[by, key], 3, (by, key))
        self.assertEqual({(row["target"], row["model"]) for row in self.rows(self.run_dir())},
                         {("fp8", "llama-fp8"), ("bf16", "llama")})
        probed = self.specctl("probe", "--target", f"fp8={a.url},model=llama-fp8", b.url)
        self.assertIn(f"target   fp8  {a.url}", probed.stdout)
        self.assertIn(f"target   {b.url}", probed.stdout)

    def test_rows_and_mixes_name_models(self):
        server = self.server(models=("base", "lora"))
        done, _ = self.measure("--url", server.url)
        self.assertIn("serves 2 models: base, lora; using base", done.stderr)
        server.bodies.clear()
        rows = self.prompts(4, "rows.jsonl", model="lora")
        self.specctl("run", "--dataset", rows, "--url", server.url, "--output-dir", self.run_dir("rows"))
        self.assertEqual({body["model"] for body in server.bodies}, {"lora"})
        server.bodies.clear()
        self.specctl("run", "--dataset", self.prompts(20), "--url", server.url, "--model-mix",
                     "base=0.75,lora=0.25", "--output-dir", self.run_dir("mix"))
        asked = [body["model"] for body in server.bodies]
        self.assertEqual(sorted(set(asked)), ["base", "lora"])
        self.assertAlmostEqual(asked.count("lora") / len(asked), 0.25, delta=0.1)

    def test_a_model_that_is_not_served_is_refused_with_its_line(self):
        server = self.server()
        rows = self.prompts(4, "log.jsonl", model="gpt-4")
        refused = self.specctl("run", "--dataset", rows, "--url", server.url, "--output-dir",
                               self.run_dir("refused"), status=2)
        self.assertRegex(refused.stderr, r"log\.jsonl:1: .* does not serve the row's model gpt-4")
        self.assertEqual(server.posts, 0)
        done = self.specctl("run", "--dataset", rows, "--url", server.url, "--model", "toy", "--output-dir",
                            self.run_dir("toy"))
        self.assertIn("4 rows (the first in line 1) name the model gpt-4", done.stderr)
        self.assertEqual({body["model"] for body in server.bodies}, {"toy"})

    def test_a_server_without_models_is_measured_where_one_is_named(self):
        server = self.server(models=None)
        refused = self.specctl("run", "--dataset", self.prompts(2), "--url", server.url, "--output-dir",
                               self.run_dir("refused"), status=1)
        self.assertIn("name it with --model", refused.stderr)
        _, summary = self.measure("--url", server.url, "--model", "mine")
        self.assertEqual(summary["conservation"]["ok"], 6)
        self.assertEqual({body["model"] for body in server.bodies}, {"mine"})

    def test_a_server_that_refuses_stream_options_is_measured_without(self):
        server = self.server(refuse=without_stream_options)
        done, summary = self.measure("--url", server.url)
        self.assertEqual(summary["conservation"]["ok"], 6)
        self.assertIn("rejects stream_options", done.stderr)
        self.assertTrue(all("stream_options" not in body for body in server.bodies))

    def test_what_an_extra_input_says_is_what_the_artifacts_say(self):
        engine = self.engine()
        self.measure("--url", engine.url, "--extra-inputs", "max_tokens:3", "--extra-inputs",
                     "ignore_eos:true", osl=3)
        request = json.loads((self.run_dir() / "run.json").read_text())["spec"]["request"]
        self.assertEqual(request["osl_tokens"], 3)
        self.assertTrue(request["ignore_eos"])
        labels = self.summary(self.run_dir())["verdict"]["labels"]
        self.assertIn("ignore_eos", labels)
        self.assertEqual({row["output_tokens"] for row in self.rows(self.run_dir())}, {3})

    def test_nothing_is_sent_where_nothing_fits(self):
        engine = self.engine("--max-model-len", "64")
        before = engine.counters()
        refused = self.specctl("run", "--dataset", self.prompts(4), "--url", engine.url, "--osl", 64,
                               "--output-dir", self.run_dir(), status=2)
        self.assertIn("no conversation fits the 64-token context", refused.stderr)
        grown = engine.counters()["vllm:generation_tokens_total"] - before["vllm:generation_tokens_total"]
        self.assertLessEqual(grown, 8)  # the probe's own question

    def test_secrets_are_sent_and_are_nowhere_else(self):
        server = self.server()
        url = server.url.replace("http://", "http://user:hunter2@")
        done, _ = self.measure("--url", url, "--header", "X-Pass: s3cr3t", "--header", "X-Team: red",
                               "--keep-header", "X-Team")
        chats = [fields for path, fields in server.heads if path.endswith("/completions")]
        self.assertEqual(len(chats), 7)
        for fields in chats:
            self.assertEqual(fields["authorization"], "basic dxnlcjpodw50zxiy")  # lower case: see Peer
            self.assertEqual(fields["x-pass"], "s3cr3t")
        for path in self.run_dir().iterdir():
            data = path.read_bytes()
            for secret in (b"hunter2", b"s3cr3t", b"dXNlcjpodW50ZXIy"):
                self.assertNotIn(secret, data, path.name)
        self.assertIn(b"X-Pass", (self.run_dir() / "run.json").read_bytes())
        self.assertIn(b"red", (self.run_dir() / "run.json").read_bytes())
        self.assertNotIn("hunter2", done.stdout + done.stderr)
        again = self.specctl("run", "--like", self.run_dir(), "--output-dir", self.run_dir("again"), status=2)
        self.assertIn("--like: that run sent the headers X-Pass", again.stderr)


if __name__ == "__main__":
    unittest.main()
