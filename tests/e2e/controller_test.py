#!/usr/bin/env python3
"""specctl controller: runs as objects on a daemon whose agents attach by themselves."""
import json
import pathlib
import re
import shutil
import socket
import signal
import subprocess
import unittest
import urllib.error
import urllib.request

from daemon import DaemonCase
from harness import wait_for


def sections(page):
    """What a run's page has from its target down; verdict and labels before it tell of the host's disturbances, too."""
    first_words = [line.split()[0] for line in page.splitlines() if line and not line.startswith(" ")]
    return first_words[first_words.index("target"):]


class ControllerTest(DaemonCase):
    def test_a_run_is_as_one_that_is_made_here(self):
        engine = self.engine("--step-ms", "5")
        controller = self.controller()
        agents = self.agents(controller, 3)
        flags = ("--url", engine.url, "--dataset", self.prompts(60), "--osl", "8", "--bs", "6", "--requests", "60",
                 "--agents", "3")
        here = self.specctl("run", *flags, "--output-dir", self.run_dir("here"))
        there = self.asked(controller, "run", *flags, "--output-dir", self.run_dir("there"))
        before = engine.counters()
        for name in ("here", "there"):
            summary = self.summary(self.run_dir(name))
            self.assert_conserved(summary)
            self.assertEqual(summary["conservation"]["ok"], 60)
        self.assertEqual({row["question_id"] for row in self.rows(self.run_dir("here"))},
                         {row["question_id"] for row in self.rows(self.run_dir("there"))})
        self.assertEqual(sorted(p.name for p in self.run_dir("here").iterdir()),
                         sorted(p.name for p in self.run_dir("there").iterdir()))
        self.assertEqual(sections(here.stdout), sections(there.stdout))
        # The controller has the same artifacts, to the byte.
        run_id = self.summary(self.run_dir("there"))["run_id"]
        for path in self.run_dir("there").iterdir():
            self.assertEqual(path.read_bytes(), (controller.data / "jobs" / run_id / path.name).read_bytes(), path.name)
        self.assertEqual(self.jobs(controller)[run_id]["state"], "done")
        fetched = self.asked(controller, "fetch", run_id)
        self.assertIn(run_id, fetched.stdout)
        self.assertEqual((self.folder / "runs" / run_id / "summary.json").read_bytes(),
                         (self.run_dir("there") / "summary.json").read_bytes())
        self.asked(controller, "rm", run_id)
        self.assertEqual(self.jobs(controller), {})
        self.assertFalse((controller.data / "jobs" / run_id).exists())
        self.assertEqual(engine.counters(), before)
        # Who called, agents and clients, is no stranger when they leave.
        agents.kill()
        wait_for("no agents", lambda: not self.attached(controller))
        socket.create_connection(controller.address.split(":"), timeout=20).close()
        strangers = wait_for("the stranger", lambda: re.findall(r"controller: ipv4:.*", controller.log.read_text()))
        self.assertEqual(len(strangers), 1, strangers)
        self.assertIn("connected, and left without a call", strangers[0])

    def test_runs_queue_and_can_be_cancelled_detached_and_attached(self):
        engine = self.engine("--step-ms", "5")
        controller = self.controller()
        self.agents(controller, 2)
        flags = ("--url", engine.url, "--dataset", self.prompts(40), "--osl", "8", "--bs", "4", "--detach")
        long_id = self.asked(controller, "run", *flags, "--duration", "600s").stdout.strip()
        queued_id = self.asked(controller, "run", *flags, "--requests", "20").stdout.strip()
        dropped_id = self.asked(controller, "run", *flags, "--requests", "20").stdout.strip()
        wait_for("the first to run", lambda: self.jobs(controller)[long_id]["state"] == "running")
        jobs = self.jobs(controller)
        self.assertEqual([jobs[queued_id]["jobs_before"], jobs[dropped_id]["jobs_before"]], [1, 2])
        self.assertIn("run --url", jobs[queued_id]["command"])
        refused = self.asked(controller, "rm", long_id, status=2)
        self.assertIn("cancel it first", refused.stderr)
        refused = self.asked(controller, "fetch", queued_id, status=2)
        self.assertIn(f"to wait for its end: specctl attach {queued_id}", refused.stderr)
        self.asked(controller, "cancel", dropped_id)
        self.assertEqual(self.jobs(controller)[dropped_id]["state"], "cancelled")
        wait_for("an agent in the run", lambda: any(a["in_run"] for a in self.attached(controller)))
        self.asked(controller, "cancel", long_id)
        wait_for("its end", lambda: self.jobs(controller)[long_id]["state"] == "cancelled")
        self.asked(controller, "attach", queued_id, "--output-dir", self.run_dir("queued"))
        self.assertEqual(self.summary(self.run_dir("queued"))["conservation"]["ok"], 20)
        # What the cancelled one had measured is there.
        self.asked(controller, "fetch", long_id, "--output-dir", self.run_dir("long"), status=130)
        summary = self.summary(self.run_dir("long"))
        self.assert_conserved(summary)
        self.assertEqual(summary["conservation"]["lost"], 0)

    def test_a_client_that_is_killed_does_no_harm(self):
        engine = self.engine("--step-ms", "5")
        controller = self.controller()
        self.agents(controller, 2)
        client = self.quiet("run", "--controller", controller.address, "--url", engine.url, "--dataset",
                            self.prompts(40), "--osl", "8", "--bs", "4", "--duration", "8s", "--output-dir", "mine")
        wait_for("its journal", lambda: (self.folder / "mine" / "journal.pb").exists())
        client.send_signal(signal.SIGKILL)
        client.wait()
        (run_id,) = self.jobs(controller)
        # Its half of a journal is gone on with.
        self.asked(controller, "attach", run_id, "--output-dir", self.folder / "mine")
        summary = self.summary(self.folder / "mine")
        self.assert_conserved(summary)
        self.assertEqual(summary["conservation"]["lost"], 0)
        self.assertGreaterEqual(summary["hold"]["length_s"], 7)

    def test_agents_that_are_missing_are_asked_for_or_waited_for(self):
        engine = self.engine()
        controller = self.controller()
        flags = ("--url", engine.url, "--dataset", self.prompts(20), "--osl", "4", "--bs", "4", "--requests", "20")
        refused = self.asked(controller, "run", *flags, status=2)
        self.assertIn("--agents 1: only 0 are attached to this controller; start 1 more", refused.stderr)
        client = self.start("run", "--controller", controller.address, *flags, "--agents", "2", "--wait-agents", "2m",
                            "--output-dir", "run")
        wait_for("the wait", lambda: any("waiting for agents" in job.get("progress", "")
                                         for job in self.jobs(controller).values()))
        self.agents(controller, 2)
        _, err = client.communicate(timeout=60)
        self.assertEqual(client.returncode, 0, err)
        self.assertIn("waiting for agents: 0 attached, 2 asked for", err)
        refused = self.asked(controller, "run", *flags, "--agents", "3", status=2)
        self.assertIn("--agents 3: only 2 are attached", refused.stderr)

    def test_a_controller_that_is_not_there_yet_is_waited_for(self):
        engine = self.engine()
        controller = self.controller()
        address = controller.address
        controller.kill(signal.SIGTERM)
        flags = ("run", "--controller", address, "--url", engine.url, "--dataset", self.prompts(20), "--osl", "4",
                 "--bs", "4", "--requests", "20")
        refused = self.specctl(*flags, "--output-dir", self.run_dir("none"), status=1)
        self.assertNotIn("waiting for it", refused.stderr)
        self.assertRegex(refused.stderr,
                         f"if it was taken all the same: specctl attach \\S+ --controller {address}\n")
        client = self.start(*flags, "--wait-agents", "2m", "--output-dir", self.run_dir("run"))
        told = client.stderr.readline()
        self.assertIn(f"controller {address} is not reached yet; waiting for it (--wait-agents 2m): ", told)
        controller.start()
        self.quiet("agent", "--controller", address)
        out, err = client.communicate(timeout=60)
        self.assertEqual(client.returncode, 0, f"{out}\n{err}")
        self.assertNotIn("not reached yet", err, "it is said once")
        self.assertEqual(self.summary(self.run_dir("run"))["conservation"]["ok"], 20)

    def test_ctrl_c_ends_the_wait_for_a_controller(self):
        client = self.start("run", "--controller", "127.0.0.1:1", "--url", "http://127.0.0.1:2", "--dataset",
                            self.prompts(4), "--bs", "1", "--requests", "4", "--wait-agents", "10m", "--output-dir", "run")
        self.assertIn("is not reached yet", client.stderr.readline())
        client.send_signal(signal.SIGINT)
        _, err = client.communicate(timeout=30)
        self.assertEqual(client.returncode, 130, err)

    def test_prompts_may_lie_on_the_controller(self):
        engine = self.engine("--step-ms", "5")
        shown = self.folder / "shown"
        shown.mkdir()
        self.prompts(20).rename(shown / "mine.jsonl")
        (self.folder / "secret.jsonl").write_text('{"prompt": "secret"}\n')
        (shown / "link.jsonl").symlink_to(self.folder / "secret.jsonl")
        controller = self.controller("--dataset-dir", str(shown))
        self.agents(controller, 1)
        flags = ("--url", engine.url, "--osl", "4", "--bs", "4", "--requests", "20")
        self.asked(controller, "run", *flags, "--dataset", "controller:mine.jsonl", "--output-dir", self.run_dir("a"))
        dataset = json.loads((self.run_dir("a") / "run.json").read_text())["dataset"]
        self.assertEqual((dataset["name"], dataset["rows"]), ("controller:mine.jsonl", 20))
        self.asked(controller, "run", "--like", self.run_dir("a"), "--output-dir", self.run_dir("b"))
        self.assertEqual({row["question_id"] for row in self.rows(self.run_dir("a"))},
                         {row["question_id"] for row in self.rows(self.run_dir("b"))})
        for path in ("../secret.jsonl", "link.jsonl", str(self.folder / "secret.jsonl"), "none.jsonl"):
            refused = self.asked(controller, "run", *flags, "--dataset", f"controller:{path}", status=2)
            self.assertIn("--dataset controller:", refused.stderr)
            self.assertIn("the controller's --dataset-dir", refused.stderr)
        here = self.specctl("run", *flags, "--dataset", "controller:mine.jsonl", status=2)
        self.assertIn("--dataset: controller:PATH is a file on a controller", here.stderr)
        # Of a sweep, too; and a dataset by its name, which only the controller has.
        with (shown / "spec_bench.jsonl").open("w") as out:
            for i in range(20):
                out.write(json.dumps({"question_id": i, "category": "qa", "turns": [f"Question {i}?"]}) + "\n")
        nothing_here = {"SPECCTL_DATASETS": str(self.folder / "nothing"), "HOME": str(self.folder)}
        for dataset, name in (("controller:mine.jsonl", "controller:mine.jsonl"), ("spec_bench", "spec_bench")):
            sweep = ("sweep", "--target", f"a={engine.url}", "--bs", "1,2", "--requests", "20", "--osl", "4",
                     "--dataset", dataset)
            self.assertIn("--dataset", self.specctl(*sweep, status=2, env=nothing_here).stderr)
            folder = self.run_dir(f"sweep-{name}")
            self.asked(controller, *sweep, "--output-dir", folder, env=nothing_here)
            swept = json.loads((folder / "sweep.json").read_text())
            self.assertEqual([d["name"] for d in swept["datasets"]], [name])
            self.assertEqual({p["state"] for p in swept["points"]}, {"done"})
            for point in swept["points"]:
                dataset_run = json.loads((folder / point["folder"] / "run.json").read_text())["dataset"]
                self.assertEqual((dataset_run["name"], dataset_run["rows"]), (name, 20))
        # One that goes on is of the prompts that it began with.
        self.prompts(21).rename(shown / "mine.jsonl")
        mine = self.run_dir("sweep-controller:mine.jsonl")
        swept = json.loads((mine / "sweep.json").read_text())
        swept["points"][1].update(state="failed", reason="by hand")
        (mine / "sweep.json").write_text(json.dumps(swept))
        changed = self.asked(controller, "sweep", "--resume", mine, status=2)
        self.assertIn("the prompts of controller:mine.jsonl have changed since", changed.stderr)
        refused = self.asked(controller, *sweep[:-1], "controller:../secret.jsonl", status=2)
        self.assertIn("the controller's --dataset-dir", refused.stderr)

    def test_a_sweep_whose_prompts_change_under_it_ends_with_what_it_has(self):
        engine = self.engine("--step-ms", "5")
        shown = self.folder / "shown"
        shown.mkdir()
        self.prompts(20).rename(shown / "mine.jsonl")
        controller = self.controller("--dataset-dir", str(shown))
        self.agents(controller, 1)
        sweep_id = self.asked(controller, "sweep", "--target", f"a={engine.url}", "--bs", "1,2,4", "--requests", "100",
                              "--osl", "8", "--dataset", "controller:mine.jsonl", "--detach").stdout.strip()
        swept = controller.data / "jobs" / sweep_id / "sweep.json"

        def points(state):
            return [p for p in json.loads(swept.read_text())["points"] if p["state"] == state and "run_id" in p]

        wait_for("a run behind one that is done", lambda: swept.exists() and points("done") and points("planned"))
        under_way = points("planned")[0]["run_id"]
        wait_for("its journal", lambda: (swept.parent / "runs" / under_way / "journal.pb").exists())
        wait_for("its requests", lambda: re.search(r"specctl_run_requests_in_flight [1-9]", self._metrics(
            controller, "specctl_run_requests_in_flight") or ""))
        controller.kill()
        self.prompts(21).rename(shown / "mine.jsonl")
        controller.start()
        job = wait_for("its end", lambda: self.jobs(controller)[sweep_id]["state"] in ("failed", "done") and
                       self.jobs(controller)[sweep_id])
        self.assertEqual(job["state"], "failed")
        self.assertIn("the prompts of controller:mine.jsonl have changed since", job["error"])
        # The run that was on needed them no more.
        self.assertIn(under_way, [p["run_id"] for p in points("done")])

    def test_of_two_agents_of_one_name_the_later_stays(self):
        controller = self.controller()
        self.quiet("agent", "--controller", controller.address, "--name", "pod-0")
        (first,) = wait_for("the agent", lambda: self.attached(controller))
        self.quiet("agent", "--controller", controller.address, "--name", "pod-0")
        (second,) = wait_for("the other", lambda: [a for a in self.attached(controller) if a["pid"] != first["pid"]])
        self.assertEqual(len(self.attached(controller)), 1)
        self.assertEqual(second["name"], "pod-0")
        wait_for("why", lambda: "another process of this name was started after it"
                 in (self.folder / "agent.log").read_text())

    def test_health_metrics_and_a_wrong_method(self):
        engine = self.engine("--step-ms", "5")
        controller = self.controller("--log-format", "json")
        for path in ("/livez", "/readyz"):
            with urllib.request.urlopen(controller.http + path, timeout=10) as reply:
                self.assertEqual(reply.read(), b"ok\n")
        with self.assertRaises(urllib.error.HTTPError) as wrong:
            urllib.request.urlopen(urllib.request.Request(controller.http + "/metrics", data=b"x"), timeout=10)
        wrong.exception.close()
        self.assertEqual(wrong.exception.code, 405)
        self.agents(controller, 2)
        flags = ("run", "--url", engine.url, "--dataset", self.prompts(20), "--osl", "8", "--detach")
        run_id = self.asked(controller, *flags, "--bs", "4", "--duration", "600s").stdout.strip()
        text = wait_for("the run's metrics", lambda: self._metrics(controller, "specctl_run_output_tps"))
        self.assertIn('specctl_agents{state="attached"} 2\n', text)
        self.assertIn('specctl_runs{state="running"} 1\n', text)
        self.assertIn('specctl_run_requests_in_flight 4\n', text)
        closed = wait_for("all of them", lambda: self._metrics(controller, "specctl_run_servers_acceptance_per_draft"))
        self.asked(controller, "cancel", run_id, "--now")
        open_id = self.asked(controller, *flags, "--request-rate", "50", "--requests", "100000").stdout.strip()
        opened = wait_for("its arrivals", lambda: self._metrics(controller, "specctl_run_arrivals_planned_per_second"))
        self.asked(controller, "cancel", open_id, "--now")
        # What dashboards are held against is what there is.
        listed = {}
        for line in (pathlib.Path(__file__).parents[1] / "deploy" / "metric_names.txt").read_text().splitlines():
            name, exporters, labels = (line.split() + ["", ""])[:3]
            if "controller" in exporters.split(","):
                listed[name] = set(labels.split(",")) - {""}
        found = {}
        for text in (closed, opened):
            self._check_by_promtool(text)
            for name, labels in re.findall(r"^(\w+)(?:\{(.*)\})? \S+$", text, re.MULTILINE):
                found.setdefault(name, set()).update(re.findall(r"(\w+)=", labels))
        self.assertEqual(found, listed)
        first = json.loads(controller.log.read_text().splitlines()[0])
        self.assertEqual(sorted(first), ["level", "message", "time"])

    # The unit tests hold the text to the same rules where there is no promtool.
    def _check_by_promtool(self, text):
        if promtool := shutil.which("promtool"):
            checked = subprocess.run([promtool, "check", "metrics"], input=text, text=True, capture_output=True, timeout=30)
            self.assertEqual((checked.returncode, checked.stdout, checked.stderr), (0, "", ""))

    def _metrics(self, controller, family):
        with urllib.request.urlopen(controller.http + "/metrics", timeout=10) as reply:
            text = reply.read().decode()
        return text if f"\n{family} " in text else None

    def test_told_to_end_it_drains_and_what_was_measured_stays(self):
        engine = self.engine("--step-ms", "5")
        controller = self.controller()
        self.agents(controller, 2)
        run_id = self.asked(controller, "run", "--url", engine.url, "--dataset", self.prompts(20), "--osl", "8", "--bs",
                            "4", "--duration", "600s", "--detach").stdout.strip()
        wait_for("it to run", lambda: (controller.data / "jobs" / run_id / "journal.pb").exists())
        wait_for("its load", lambda: self._metrics(controller, "specctl_run_output_tps"))
        self.assertEqual(controller.kill(signal.SIGTERM), 0)
        summary = self.summary(controller.data / "jobs" / run_id)
        self.assert_conserved(summary)
        self.assertEqual(summary["conservation"]["lost"], 0)
        self.assertEqual(summary["end"]["reason"], "the controller was told to end (SIGTERM or Ctrl-C)")
        controller.start()
        self.assertEqual(self.jobs(controller)[run_id]["state"], "cancelled")
        wait_for("the agents again", lambda: len(self.attached(controller)) == 2)
        fetched = self.asked(controller, "fetch", run_id, status=130)
        self.assertIn("specctl fetch: the controller was told to end", fetched.stderr)

    def test_bad_input_is_told_and_nothing_is_sent(self):
        nobody = self.specctl("list", "--controller", "127.0.0.1:1", status=1)
        self.assertIn("controller 127.0.0.1:1: ", nobody.stderr)
        self.assertIn("need HOST:PORT of a controller", self.specctl("list", status=2).stderr)
        refused = self.specctl("controller", "--listen", "0.0.0.0:0", "--data", self.folder / "d", status=2)
        self.assertIn("--plaintext", refused.stderr)
        controller = self.controller()
        second = self.specctl("controller", "--listen", "127.0.0.1:0", "--http", "127.0.0.1:0", "--data",
                              controller.data, status=2)
        self.assertIn("another specctl controller is at work in this folder", second.stderr)
        for act in ("attach", "fetch", "cancel", "rm"):
            unknown = self.asked(controller, act, "../../etc", status=2)
            self.assertIn("../../etc", unknown.stderr)
        self.assertIn("needs --controller", self.specctl("run", "--detach", status=2).stderr)


if __name__ == "__main__":
    unittest.main()
