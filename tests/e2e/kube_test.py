#!/usr/bin/env python3
"""--kube: a release is found, its port forwarded, and the forward's death survived; with a kubectl of our own."""
import base64
import json
import os
import pathlib
import signal
import unittest

from daemon import DaemonCase
from harness import children_of, wait_for


def service(release, transport="tls", secret="load-client"):
    return {"metadata": {"name": f"{release}-specctl-controller",
                         "labels": {"app.kubernetes.io/instance": release, "app.kubernetes.io/version": "0.1.0"},
                         "annotations": {"specctl/transport": transport, "specctl/client-tls-secret": secret,
                                         "specctl/agents": f"statefulset/{release}-specctl-agent"}}}


class KubeTest(DaemonCase):
    def setUp(self):
        super().setUp()
        tools = self.folder / "bin"
        tools.mkdir()
        (tools / "kubectl").write_text(f'#!/bin/sh\nexec python3 {pathlib.Path(__file__).parent}/fake_kubectl.py "$@"\n')
        (tools / "kubectl").chmod(0o755)
        self.kube = self.folder / "kube.json"
        self.env = {"PATH": f"{tools}:{os.environ['PATH']}", "FAKE_KUBE": str(self.kube),
                    "TMPDIR": str(self.folder)}

    def cluster(self, **state):
        self.kube.write_text(json.dumps({"services": [service("load")], "secrets": {}, "replicas": 2, **state}))

    def with_tls(self):
        self.specctl("certs", "init", self.folder / "pki")
        controller = self.controller("--tls-dir", str(self.folder / "pki" / "controller"))
        files = {path.name: base64.b64encode(path.read_bytes()).decode()
                 for path in (self.folder / "pki" / "client").iterdir()}
        self.cluster(secrets={"load-client": files}, forward_to=controller.address)
        self.quiet("agent", "--controller", controller.address, "--tls-dir", str(self.folder / "pki" / "agent"),
                   "--name", "pod-0")
        return controller

    def calls(self):
        return [json.loads(line) for line in pathlib.Path(f"{self.kube}.calls").read_text().splitlines()]

    def test_a_run_through_a_forward_that_dies(self):
        engine = self.engine("--step-ms", "5")
        self.with_tls()
        wait_for("the agent", lambda: "pod-0" in self.specctl("agents", "--kube", env=self.env).stdout)
        run = self.start("run", "--kube", "prod", "--namespace", "llm", "--url", engine.url, "--dataset",
                         self.prompts(30), "--osl", "8", "--bs", "4", "--agents", "1", "--scale", "--duration", "8s",
                         "--output-dir", "run", env={**os.environ, **self.env})
        wait_for("its load", lambda: (self.folder / "run" / "journal.pb").exists())
        (forward,) = children_of(run.pid)
        os.kill(forward, signal.SIGKILL)
        out, err = run.communicate(timeout=40)
        self.assertEqual(run.returncode, 0, f"{out}\n{err}")
        self.assert_conserved(self.summary(self.folder / "run"))
        self.assertIn("it goes on there; dialling again", err)
        calls = self.calls()
        self.assertTrue(any(call[:4] == ["--context", "prod", "--namespace", "llm"] for call in calls), calls)
        forwards = [call for call in calls if "port-forward" in call and "prod" in call]
        self.assertGreaterEqual(len(forwards), 2)
        port = forwards[-1][forwards[-1].index("port-forward") + 2]
        self.assertRegex(port, r"^\d+:7070$", "the same port again")
        self.assertFalse(any("scale" in call for call in calls), "2 are more than 1")
        self.assertEqual(list(self.folder.glob("specctl-kube-*")), [], "the certificates are gone")

    def test_scale_sees_to_the_agents_first(self):
        self.with_tls()
        engine = self.engine()
        wait_for("the agent", lambda: "pod-0" in self.specctl("agents", "--kube", env=self.env).stdout)
        refused = self.specctl("run", "--kube", "--agents", "5", "--scale", "--wait-agents", "0s", "--url", engine.url,
                               "--bs", "8", "--dataset", self.prompts(8), "--requests", "8", status=2, env=self.env)
        self.assertIn("--agents 5: only 1 is attached", refused.stderr)
        self.assertEqual(json.loads(self.kube.read_text())["replicas"], 5)

    def test_a_pod_that_does_not_run_yet_is_waited_for_and_the_way_back_works(self):
        self.with_tls()
        engine = self.engine()
        wait_for("the agent", lambda: "pod-0" in self.specctl("agents", "--kube", env=self.env).stdout)
        self.kube.write_text(json.dumps({**json.loads(self.kube.read_text()), "pending": 3}))
        flags = ("run", "--kube", "prod", "--namespace", "llm", "--url", engine.url, "--bs", "2", "--dataset",
                 self.prompts(8), "--requests", "8", "--osl", "4", "--detach")
        refused = self.specctl(*flags, status=2, env=self.env)
        self.assertIn("pod is not running. Current status=Pending", refused.stderr)
        self.assertNotIn("waiting for it", refused.stderr)
        taken = self.specctl(*flags, "--wait-agents", "2m", env=self.env)
        self.assertEqual(taken.stderr.count("controller load-specctl-controller is not reached yet; waiting for it "
                                            "(--wait-agents 2m)"), 1, taken.stderr)
        run_id = taken.stdout.strip()
        self.assertIn(f"to watch it: specctl attach {run_id} --kube prod --namespace llm\n", taken.stderr)
        way_back = taken.stderr.split("to watch it: specctl ")[1].split()
        self.specctl(*way_back, "--output-dir", "back", env=self.env)
        self.assertEqual(self.summary(self.folder / "back")["conservation"]["ok"], 8)

    def test_an_agent_that_was_killed_for_its_memory_is_named(self):
        engine = self.engine("--step-ms", "5")
        controller = self.with_tls()
        # Another one than with_tls() has: its pod is known.
        agent = self.quiet("agent", "--controller", controller.address, "--tls-dir",
                           str(self.folder / "pki" / "agent"), "--name", "load-agent-7",
                           env={"SPECCTL_POD_NAME": "load-agent-7", "SPECCTL_NODE_NAME": "node-1"})
        wait_for("both agents", lambda: "load-agent-7" in self.specctl("agents", "--kube", env=self.env).stdout)
        run = self.start("run", "--kube", "--url", engine.url, "--dataset", self.prompts(30), "--osl", "8", "--bs", "4",
                         "--agents", "2", "--duration", "60s", "--agent-timeout", "2s", "--output-dir", "run",
                         env={**os.environ, **self.env})
        wait_for("its load", lambda: (self.folder / "run" / "journal.pb").exists())
        terminated = {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2999-01-01T00:00:00Z"}
        pod = {"metadata": {"name": "load-agent-7", "creationTimestamp": "2000-01-01T00:00:00Z"},
               "status": {"containerStatuses": [{"lastState": {"terminated": terminated}}]}}
        self.kube.write_text(json.dumps({**json.loads(self.kube.read_text()), "pods": {"load-agent-7": pod}}))
        agent.send_signal(signal.SIGKILL)
        _, err = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 1, err)
        self.assertIn("specctl run: pod load-agent-7: Kubernetes has its container as OOMKilled (exit code 137)", err)
        self.assertEqual(len([call for call in self.calls() if "pod" in call]), 1)

    def test_what_is_wrong_is_told(self):
        def told(text, *flags):
            done = self.specctl("list", "--kube", *flags, status=2, env=self.env)
            self.assertIn(text, done.stderr)

        self.cluster(services=[])
        told("no release of specctl is in namespace llm of context prod", "prod", "--namespace", "llm")
        self.cluster(services=[service("load"), service("night")])
        told("say which with --release: load, night")
        self.cluster(error='Error from server (Forbidden): services is forbidden: User "dev" cannot list')
        told('services is forbidden: User "dev" cannot list')
        self.cluster(services=[service("load", transport="plaintext")],
                     forward_error='error: pods "x" is forbidden: cannot create resource "pods/portforward"')
        told('cannot create resource "pods/portforward"')
        done = self.specctl("list", "--kube", status=2, env={"PATH": "/nowhere"})
        self.assertIn("there is no kubectl in $PATH", done.stderr)
        done = self.specctl("list", "--kube", "--controller", "127.0.0.1:1", status=2, env=self.env)
        self.assertIn("--kube: can't be combined with --controller", done.stderr)


if __name__ == "__main__":
    unittest.main()
