"""What prompts become on the wire: token ids, histories, salts, shared prefixes; and how run.json pins them."""
import hashlib
import json
import unittest

import harness
from scripted_server import DONE, Server, chunk, event, usage

HEADER = {"specctl_tokens": {"format": 1, "tokenizer": "toy", "tokenizer_sha256": "aa" * 32,
                             "chat_template_sha256": "bb" * 32, "vocab_tokens": 100,
                             "eos_token_ids": [3]}}
REPLY = [40, 41, 2]


def ids_chunk(ids, finish=None):
    return {"id": "r1", "choices": [{"index": 0, "text": "x", "token_ids": ids, "finish_reason": finish}]}


class PromptsTest(harness.Case):
    def server(self, chat, **options):
        server = Server(chat, **options)
        self.addCleanup(server.die)
        return server

    def file(self, name, *rows):
        path = self.folder / name
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        return path

    def measure(self, server, dataset, *flags, engine="vllm", status=0):
        return self.specctl("run", "--url", server.url, "--engine", engine, "--bs", 1, "--agents", 1, "--dataset",
                            dataset, "--conversations", 1, "--osl", 8, "--output-dir", self.run_dir(), *flags,
                            status=status)

    def ids(self, *rows):
        return self.file("ids.jsonl", HEADER, *rows)

    @staticmethod
    def tell_ids(peer, _):
        peer.head()
        peer.send(event(ids_chunk(REPLY[:2])), event(ids_chunk(REPLY[2:], "stop")), event(usage(3)), DONE)
        peer.end()

    def test_ids_go_through_the_template_piece_by_piece(self):
        server = self.server(self.tell_ids)
        dataset = self.ids({"category": "qa", "token_pieces": [[1, 2, 99], [2, 7], [2, 8]]})
        self.measure(server, dataset)
        probes, sent = server.bodies[:-3], server.bodies[-3:]
        self.assertEqual([body["prompt"] for body in sent], [
            [1, 2, 99],
            [1, 2, 99, 40, 41, 2, 7],  # the token that ends a reply is there once
            [1, 2, 99, 40, 41, 2, 7, 40, 41, 2, 8]])
        self.assertTrue(all(body["return_token_ids"] for body in sent))
        self.assertTrue(all(body["prompt"][0] == 99 for body in probes), "the highest id is tried")
        run = json.loads((self.run_dir() / "run.json").read_text())
        pins = run["dataset"]
        self.assertEqual((pins["tokenizer"], pins["tokenizer_sha256"], pins["chat_template_sha256"]),
                         ("toy", "aa" * 32, "bb" * 32))
        self.assertEqual(pins["format"], "token_pieces")
        self.assertEqual(run["spec"]["request"]["endpoint"], "completions")
        self.assertTrue(run["spec"]["request"]["reply_ids"])

    def test_sglangs_own_route_takes_ids_and_tells_them(self):
        # As SGLang sends by default: ids of all so far, and the total.
        def generate(peer, _):
            peer.head()
            for count in (2, 3):
                finish = {"type": "stop", "matched": 2} if count == 3 else None
                peer.send(event({"text": "x" * count, "output_ids": REPLY[:count],
                                 "meta_info": {"id": "r1", "finish_reason": finish, "prompt_tokens": 3,
                                               "completion_tokens": count, "cached_tokens": 0}}))
            peer.send(DONE)
            peer.end()
        server = self.server(generate)
        self.measure(server, self.ids({"category": "qa", "token_pieces": [[1, 2, 99], [2, 7]]}), "--endpoint",
                     "generate", "--cache-salt", "s", engine="sglang")
        sent = server.bodies[-2:]
        self.assertEqual([body["input_ids"] for body in sent], [[1, 2, 99], [1, 2, 99, 40, 41, 2, 7]])
        for body in sent:
            self.assertEqual(body["sampling_params"], {"n": 1, "max_new_tokens": 8})
            self.assertEqual(body["extra_key"], "s")
            self.assertTrue(body["stream"])
            self.assertEqual(set(body), {"input_ids", "extra_key", "sampling_params", "stream"})
        self.assertEqual({path for path, fields in server.heads if fields.get("content-length", "0") != "0"},
                         {"/generate"})
        summary = self.summary(self.run_dir())
        self.assertEqual(summary["conservation"]["ok"], 2)
        self.assertEqual(json.loads((self.run_dir() / "run.json").read_text())["spec"]["request"]["endpoint"],
                         "generate")
        refused = self.specctl("run", "--url", server.url, "--engine", "vllm", "--endpoint", "generate", "--dataset",
                               self.prompts(2), "--bs", 1, "--output-dir", self.run_dir("other"), status=1)
        self.assertIn("is vLLM, and only SGLang has that route", refused.stderr)

    def test_a_server_that_tells_no_ids_is_refused_before_the_run(self):
        def no_ids(peer, _):
            peer.good()
        server = self.server(no_ids)
        done = self.measure(server, self.ids({"token_pieces": [[1], [2]]}), status=1)
        self.assertIn("does not tell the ids of its replies", done.stderr)
        self.assertTrue(all(len(body["prompt"]) > 1 for body in server.bodies), "probes alone")
        # Rows of one turn need none.
        self.measure(server, self.ids({"token_pieces": [[1]]}))

    def test_ids_of_another_models_tokenizer(self):
        server = self.server(self.tell_ids, refuse=lambda body: "Token id 99 is out of vocabulary"
                             if 99 in json.loads(body)["prompt"] else None)
        done = self.measure(server, self.ids({"token_pieces": [[1]]}, {"token_pieces": [[99]]}), status=1)
        self.assertIn("highest token id, 99", done.stderr)
        self.assertIn("out of vocabulary", done.stderr)
        done = self.measure(server, self.ids({"token_pieces": [[100]]}), status=2)
        self.assertIn("ids.jsonl:2: token id 100 is outside the vocabulary of toy", done.stderr)

    def two_turns(self, *flags, **delta):
        """The messages of the second turn, after a reply with that delta."""
        def chat(peer, _):
            peer.head()
            peer.send(event({"id": "r1", "choices": [{"index": 0, "delta": delta}]}),
                      event(chunk(finish="stop")), event(usage(2)), DONE)
            peer.end()
        server = self.server(chat)
        self.measure(server, self.file("turns.jsonl", {"turns": ["a", "b"]}), "--endpoint", "chat", *flags)
        return server.bodies[-1]["messages"]

    def test_reasoning_stays_out_of_the_history_unless_asked_for(self):
        reply = {"content": "so", "reasoning_content": "hm"}
        self.assertEqual(self.two_turns(**reply)[1], {"role": "assistant", "content": "so"})

    def test_reasoning_goes_back_in_the_field_that_it_came_in(self):
        self.assertEqual(self.two_turns("--keep-reasoning", content="so", reasoning="hm")[1],
                         {"role": "assistant", "content": "so", "reasoning": "hm"})

    def test_only_the_final_channel_of_gpt_oss_goes_back(self):
        text = "<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final<|message|>so"
        self.assertEqual(self.two_turns(content=text)[1]["content"], "so")

    def test_effort_and_salt(self):
        server = self.server(lambda peer, _: peer.good())
        self.measure(server, self.prompts(2), "--reasoning-effort", "low", "--cache-salt", "run", "--extra-inputs",
                     '{"chat_template_kwargs": {"enable_thinking": false}}')
        run = json.loads((self.run_dir() / "run.json").read_text())
        body = server.bodies[-1]
        self.assertEqual(body["reasoning_effort"], "low")
        self.assertEqual(body["cache_salt"], run["run_id"])
        self.assertEqual(body["chat_template_kwargs"], {"enable_thinking": False})
        done = self.specctl("run", "--url", server.url, "--dataset", self.ids({"token_pieces": [[1]]}),
                            "--reasoning-effort", "low", "--output-dir", self.run_dir("ids"), status=2)
        self.assertIn("--reasoning-effort: only chat has a template", done.stderr)

    def test_shared_prefixes_reach_the_hit_rate_that_they_are_for(self):
        engine = self.engine("--prefix-cache")
        flags = ("run", "--url", engine.url, "--bs", 4, "--agents", 1, "--dataset", self.prompts(80), "--osl", 8,
                 "--conversations", 80)
        self.specctl(*flags, "--prefix-groups", 4, "--prefix-tokens", 400, "--output-dir", self.run_dir())
        summary = self.summary(self.run_dir())
        self.assertFalse(set(summary["verdict"]["labels"]) & {"prefix_missed", "prefix_cache"}, summary["verdict"])
        self.assertGreater(summary["servers"]["prefix_hit_rate"], 0.8)
        refused = self.specctl(*flags, "--prefix-groups", 4, "--output-dir", self.run_dir("no"), status=2)
        self.assertIn("needs both --prefix-groups N and --prefix-tokens L", refused.stderr)

    def test_revision_and_resolver_are_those_of_the_prepared_file(self):
        rows = self.file("qualitative.jsonl", {"prompt": "a"})
        self.file("prepared.json", {"format": 1, "configs": {"qualitative": {
            "file": rows.name, "sha256": hashlib.sha256(rows.read_bytes()).hexdigest(), "dataset": "d",
            "revision": "c0ffee", "resolver": {"sha256": "cc" * 32}}}})
        self.measure(self.server(lambda peer, _: peer.good()), rows)
        pins = json.loads((self.run_dir() / "run.json").read_text())["dataset"]
        self.assertEqual((pins["revision"], pins["resolver_sha256"]), ("d@c0ffee", "cc" * 32))


if __name__ == "__main__":
    unittest.main()
