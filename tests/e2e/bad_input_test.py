"""Bad input: a message that names what is wrong, status 2 (or 1), and nothing sent."""
import http.server
import json
import os
import threading
import unittest

from harness import Case


class BadInputTest(Case):
    def refused(self, *arguments, says, status=2, env=None):
        done = self.specctl("run", *arguments, status=status, env=env)
        for text in [says] if isinstance(says, str) else says:
            self.assertIn(text, done.stderr)
        self.assertEqual(done.stdout, "")
        return done

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def test_datasets(self):
        good = json.dumps({"prompt": "x"}) + "\n"
        cases = {
            "empty": (self.file("empty.jsonl", ""), "empty.jsonl"),
            "no JSON": (self.file("bad.jsonl", good + "{oops\n"), "bad.jsonl:2"),
            "no turns": (self.file("turns.jsonl", '{"turns": []}\n'), "turns.jsonl:1"),
            "not UTF-8": (self.file("latin.jsonl", b'{"prompt": "caf\xe9"}\n'), "latin.jsonl:1"),
            "parquet": (self.file("test.parquet", b"PAR1 and so on PAR1"), "python3"),
            "placeholder": (self.file("place.jsonl", json.dumps({"turns": [
                "FULL BENCHMARK DATA SHOULD BE FETCHED FROM THE SOURCE USING SPECDEC_BENCH"]})),
                            "place.jsonl:1"),
            "no file": (self.folder / "nowhere.jsonl", "nowhere.jsonl"),
        }
        for name, (path, says) in cases.items():
            with self.subTest(name):
                self.refused("--dataset", path, "--url", "http://127.0.0.1:9", says=says)

    def test_a_row_of_5_megabytes(self):
        path = self.file("long.jsonl", json.dumps({"prompt": "x" * 5_000_000}) + "\n")
        self.refused("--dataset", path, "--url", "http://127.0.0.1:9", says="long.jsonl:1")

    def test_an_unknown_name_says_which_are_near(self):
        self.refused("--dataset", "speed_bench_quality", says="speed_bench_qualitative")

    def test_flags(self):
        prompts = self.prompts(1)
        for arguments, says in [
                (("--bs", "0"), "--bs: need 1 to"),
                (("--bs", "8", "--agents", "16"), "--bs: need at least one slot per agent"),
                (("--requests", "1", "--conversations", "1"), "--requests: can't be combined with --conversations"),
                (("--draft-length", "5"), "planned, but not implemented yet"),
                (("--request-rate", "0"), "--request-rate: need a number of requests per second from 0.001 to 1000000"),
                (("--request-rate", "5", "--bs", "8"), "--bs: can't be combined with --request-rate"),
                (("--request-rate", "5", "--ramp", "1s"), "--ramp: fills the slots of a closed loop"),
                (("--think-time", "1s"), "--think-time: is of an open loop: give its --request-rate"),
                (("--request-rate", "5", "--arrival", "gamma"), '--arrival: need poisson or constant, got "gamma"'),
                (("--goodput", "ttft"), '--goodput: "ttft": need FIGURE:LIMIT of ttft'),
                (("--frobnicate",), "--frobnicate"),
                (("--url", "ftp://x"), "--url")]:
            with self.subTest(arguments):
                self.refused("--dataset", prompts, *arguments, says=says)

    def test_numbers_of_every_command(self):
        for command, flag in [("run", "--bs"), ("run", "--requests"), ("run", "--conversations"),
                              ("run", "--seed"), ("run", "--osl"), ("run", "--gpus"),
                              ("sim", "--port"), ("sim", "--seed"), ("sim", "--replicas"),
                              ("sim", "--kv-tokens"), ("sim", "--draft-length"),
                              ("preflight", "--bs"), ("preflight", "--agents"),
                              ("preflight", "--streams-max")]:
            for value in ("-1", "", "99999999999999999999", "x"):
                with self.subTest(command=command, flag=flag, value=value):
                    done = self.specctl(command, flag, value, status=2)
                    self.assertRegex(done.stderr, f"^{flag}: need [01] to [0-9]+, got \"{value}\"\n")

    def test_config_files(self):
        for content, says in [("bs = = 4\n", "run.toml:1: --bs: need one value, got \"= 4\""),
                              ("osl = 4\nbs = \"abc\"\n", "run.toml:2: --bs: need 1 to 1000000"),
                              ("requests = -1\n", "run.toml:1: --requests: need 1 to"),
                              ("[load]\nbs = 4\n", "run.toml: sections such as [load]")]:
            with self.subTest(content):
                self.refused("--config", self.file("run.toml", content), says=says)

    def test_commands(self):
        done = self.specctl("foo", status=2)
        self.assertIn("specctl foo: no such command; the commands are run, sweep, report,", done.stderr)
        self.assertIn("did you mean report?", self.specctl("reprot", "x", status=2).stderr)
        self.assertIn("--data is required", self.specctl("controller", status=2).stderr)
        done = self.specctl("agent", "--controller", "a:1", "--spawned-fd", "3", status=2)
        self.assertIn("--spawned-fd excludes --controller", done.stderr)
        self.assertNotIn("Excludes", self.specctl("agent", "--help").stdout)

    def test_output_folders(self):
        prompts = self.prompts(1)
        full = self.folder / "full"
        full.mkdir()
        (full / "something").write_text("x")
        self.refused("--dataset", prompts, "--output-dir", full, says=["--output-dir", "not empty"])
        self.refused("--dataset", prompts, "--output-dir", "/proc/run", says="--output-dir")
        self.assertEqual([path.name for path in full.iterdir()], ["something"])

    def test_nobody_there(self):
        self.refused("--dataset", self.prompts(1), "--url", "http://127.0.0.1:9", status=1,
                     says=["http://127.0.0.1:9", "refused", "(--wait-ready 5m"])
        self.assertFalse((self.folder / "runs").exists())
        done = self.refused("--dataset", self.prompts(1), "--url", "http://127.0.0.1:9",
                            "--wait-ready", "1s", status=1, says="refused")
        self.assertNotIn("--wait-ready", done.stderr)

    def test_a_ca_file_that_is_none(self):
        for more in ((), ("--dry-run",)):
            done = self.refused("--dataset", self.prompts(1), "--url", "https://127.0.0.1:9",
                                "--ca-file", "/nope", *more, says="")
            self.assertEqual(done.stderr,
                             "specctl run: --ca-file: /nope: No such file or directory\n")

    def test_not_an_llm_server(self):
        server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        os.chdir(self.folder)
        self.refused("--dataset", self.prompts(1), "--url",
                     f"http://127.0.0.1:{server.server_address[1]}", status=1,
                     says="not an OpenAI-compatible server")

    def test_keys_and_models(self):
        engine = self.engine("--api-key", "right")
        prompts = self.prompts(2)
        self.refused("--dataset", prompts, "--url", engine.url, says="--api-key-env")
        self.refused("--dataset", prompts, "--url", engine.url, "--api-key-env", "WRONG",
                     env={"WRONG": "no"}, says="the key in $WRONG is refused")
        self.refused("--dataset", prompts, "--url", engine.url, "--api-key-env", "RIGHT", "--model",
                     "other", env={"RIGHT": "right"}, says="--model other")
        self.specctl("run", "--dataset", prompts, "--url", engine.url, "--api-key-env", "RIGHT",
                     "--osl", 4, "--output-dir", self.run_dir(), env={"RIGHT": "right"})
        for path in self.run_dir().iterdir():
            self.assertNotIn(b"right", path.read_bytes(), path.name)


if __name__ == "__main__":
    unittest.main()
