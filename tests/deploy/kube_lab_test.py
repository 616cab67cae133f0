#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The chart in a real one-node cluster (../shared/tools/kube_lab.sh), beside a simulated engine with 4 replicas.

    tests/deploy/kube_lab_test.py LAB --image specctl.tar --specctl build/release/specctl [--helm 4] [--keep]

LAB is the lab's folder, made by `kube_lab.sh LAB build` (once, some 10 minutes); specctl.tar is what
`deploy/image/build --archive` writes.  Needs root, and Helm (tests/deploy/get_tools); with buildah and g++
images of another version and with a wrong clock are made of it, without them those steps are skipped.  With
`--helm 3,4` the whole is done with both, some 10 minutes each.  `--only REGEX` makes the steps whose names it
finds, and those that they need.  Each step prints its time; the last lines are a table, and the exit status is 1
if a step failed.

Not shown here, for the lab does not have it: NetworkPolicy being enforced, storage classes, a second node.
"""
import argparse
import base64
import collections
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/specctl"
TOOLS = pathlib.Path(os.environ.get("SPECCTL_CHART_TOOLS", ROOT / "build/charts"))
LAB_SCRIPT = ROOT / "../shared/tools/kube_lab.sh"
NETNS = "/run/netns/kubelab"
NAMESPACE, RELEASE = "llm", "load"
# Who installs has the admin role of the namespace; who measures, the role that the chart makes; a reader may read
# that role's objects, and not forward ports; a stranger may do nothing.
ACCOUNTS = ("deployer", "user", "reader", "stranger")
CONTROLLER, AGENT = f"{RELEASE}-specctl-controller", f"{RELEASE}-specctl-agent"
RUN_ID = re.compile(r"\b\d{8}-\d{6}-[0-9a-f]{4}\b")
VERSION, OTHER = b"0.1.0", "0.0.9"
OTHER_VERSION = OTHER.encode()
# Small, for the node has two cores that also run the engine.
SMALL = {"requests": {"cpu": "10m", "memory": "32Mi"}}
IMAGE = {"registry": "localhost", "pullPolicy": "Never"}
RESTRICTED = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]},
              "runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}}


class Failed(Exception):
    pass


class Skipped(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Failed(what)


class Lab:
    def __init__(self, options, helm_major):
        self.dir = pathlib.Path(options.lab).resolve()
        self.specctl = str(pathlib.Path(options.specctl).resolve())
        self.tag = options.tag
        self.major = helm_major
        self.image = options.image
        self.kubeconfig = self.dir / "kubeconfig"
        self.helm_program = os.environ.get(f"HELM{helm_major}") or str(TOOLS / f"helm{helm_major}/helm")
        self.work = pathlib.Path(tempfile.mkdtemp(prefix="kube-lab-test-"))
        self.steps = []
        self.values = self.work / "values.json"

    def helm_version(self):
        return subprocess.run([self.helm_program, "version", "--short"], capture_output=True,
                              text=True, check=True).stdout.strip()

    def lab(self, verb, *arguments):
        subprocess.run([LAB_SCRIPT, self.dir, verb, *arguments], check=True)

    # Commands in the cluster's network.

    def words(self, command, kubeconfig=None):
        path = f"{self.dir}/bin:{os.environ['PATH']}"
        return ["nsenter", f"--net={NETNS}", "env", f"KUBECONFIG={kubeconfig or self.kubeconfig}",
                f"PATH={path}", f"TMPDIR={self.work}", *map(str, command)]

    def run(self, *command, status=0, text=None, kubeconfig=None, timeout=600, cwd=None):
        done = subprocess.run(self.words(command, kubeconfig), capture_output=True, text=True,
                              check=False, input=text, timeout=timeout, cwd=cwd)
        if status is not None and done.returncode != status:
            raise Failed(f"{' '.join(map(str, command))}: status {done.returncode}, need {status}\n"
                         f"{done.stdout[-3000:]}{done.stderr[-3000:]}")
        return done

    def kubectl(self, *arguments, **kwargs):
        return self.run("kubectl", "--namespace", NAMESPACE, *arguments, **kwargs).stdout

    def get(self, *arguments):
        return json.loads(self.kubectl("get", "--output", "json", *arguments))

    def apply(self, *objects):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})
        self.kubectl("apply", "--filename", "-", text=text)

    def helm(self, *arguments, kubeconfig=None, **kwargs):
        return self.run(self.helm_program, *arguments, "--namespace", NAMESPACE,
                        kubeconfig=kubeconfig, **kwargs).stdout

    def chart(self, verb, release, values, *arguments, kubeconfig=None):
        self.values.write_text(json.dumps(values))
        return self.helm(verb, release, CHART, "--values", self.values, "--wait", "--timeout", "5m",
                         *arguments, kubeconfig=kubeconfig)

    def kube_run(self, *arguments, status=0, kubeconfig=None, agents=16, duration="15s", bs=64,
                 release=RELEASE, command="run"):
        """`specctl run --kube`; the run's folder and the page."""
        out = self.work / f"run-{time.monotonic_ns()}"
        done = self.run(*self.run_words(out, agents, duration, bs, release, command), *arguments,
                        status=status, kubeconfig=kubeconfig)
        return out, done.stdout + done.stderr

    def run_words(self, out, agents, duration="15s", bs=64, release=RELEASE, command="run"):
        return [self.specctl, command, "--kube", "--namespace", NAMESPACE, "--release", release,
                "--agents", agents, "--wait-agents", "2m", "--url", "http://vllm:8000", "--resolve",
                "all", "--dataset", "builtin", "--bs", bs, "--osl", 64, "--duration", duration,
                "--output-dir", out]

    @contextlib.contextmanager
    def kube_run_in_background(self, agents, *arguments, duration="30s"):
        """(process, folder) of a run that has begun."""
        out = self.work / f"run-{time.monotonic_ns()}"
        words = self.words([*self.run_words(out, agents, duration), *arguments])
        log = (self.work / f"{out.name}.log").open("w+")
        process = subprocess.Popen(words, stdout=log, stderr=log, start_new_session=True)
        process.log = pathlib.Path(log.name)
        try:
            self.until("the run to begin", lambda: (
                self.metric('specctl_runs{state="running"}') == 1 or process.poll() is not None))
            time.sleep(6)  # into its hold
            check(process.poll() is None, f"it ended at once: {process.log.read_text()[-2000:]}")
            yield process, out
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def until(self, what, condition, patience_s=120):
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            with contextlib.suppress(Failed):
                value = condition()
                if value:
                    return value
            time.sleep(0.2)
        raise Failed(f"waited {patience_s} s for {what}")

    def metric(self, series):
        text = self.run("kubectl", "get", "--raw",
                        f"/api/v1/namespaces/{NAMESPACE}/services/{CONTROLLER}:8080/proxy/metrics").stdout
        for line in text.splitlines():
            if line.startswith(series + " "):
                return float(line.split()[1])
        return None

    @contextlib.contextmanager
    def forwarded(self):
        """The flags by which a CLI without --kube reaches the controller."""
        folder = self.work / "client-tls"
        folder.mkdir(exist_ok=True)
        secret = self.get("secret", f"{RELEASE}-specctl-client-tls")
        for name, data in secret["data"].items():
            (folder / name).write_bytes(base64.b64decode(data))
            (folder / name).chmod(0o600)
        process = subprocess.Popen(
            self.words(["kubectl", "--namespace", NAMESPACE, "port-forward",
                        f"service/{CONTROLLER}", ":7070"]), stdout=subprocess.PIPE, text=True)
        try:
            port = re.search(r"127\.0\.0\.1:(\d+)", process.stdout.readline())[1]
            yield ["--controller", f"localhost:{port}", "--tls-dir", str(folder)]
        finally:
            process.kill()
            process.wait()

    # Steps.

    def step(self, name, function, *arguments):
        begin = time.monotonic()
        print(f"... {name}", flush=True)
        try:
            told = function(*arguments) or ""
            result = "ok"
        except Skipped as why:
            told, result = str(why), "skipped"
        except (Failed, subprocess.SubprocessError, OSError, LookupError, TypeError, ValueError) as why:
            told, result = str(why), "FAILED"
        took = time.monotonic() - begin
        self.steps.append((name, result, took, told))
        print(f"    {result}, {took:.1f} s  {told}", flush=True)
        return result != "FAILED"

    def table(self):
        print(f"\n{'step':58}{'time':>8}  result")
        for name, result, took, told in self.steps:
            print(f"{name:58}{took:7.1f}s  {result}{'  ' + told.splitlines()[0] if told else ''}")
        return all(result != "FAILED" for _, result, _, _ in self.steps)


def labels(name):
    return {"matchLabels": {"app": name}}


def engine(tag):
    """A serving deployment of 4 replicas, and the service that the load goes to."""
    container = {"name": "engine", "image": f"localhost/specctl:{tag}", "imagePullPolicy": "Never",
                 "args": ["sim", "--host=0.0.0.0", "--port=8000",
                          "--per-request-spec-decode-metrics=detailed"],
                 "ports": [{"containerPort": 8000, "protocol": "TCP"}], "resources": SMALL,
                 "readinessProbe": {"tcpSocket": {"port": 8000}, "periodSeconds": 1},
                 "securityContext": RESTRICTED}
    port = {"port": 8000, "protocol": "TCP"}
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "vllm"},
         "spec": {"replicas": 4, "selector": labels("vllm"), "template": {
             "metadata": {"labels": {"app": "vllm"}}, "spec": {"containers": [container]}}}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "vllm"},
         "spec": {"clusterIP": "None", "selector": {"app": "vllm"}, "ports": [port]}}]


def volume(lab, name):
    """A claim on a folder of the node: there are no storage classes here."""
    folder = lab.dir / "volumes" / name
    folder.mkdir(parents=True, exist_ok=True)
    os.chown(folder, 65532, 65532)
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": ""}
    return folder, [
        {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": {"name": name},
         "spec": {**spec, "capacity": {"storage": "5Gi"}, "hostPath": {"path": str(folder)},
                  "persistentVolumeReclaimPolicy": "Retain",
                  "claimRef": {"namespace": NAMESPACE, "name": name}}},
        {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": name},
         "spec": {**spec, "volumeName": name, "resources": {"requests": {"storage": "5Gi"}}}}]


def kubeconfig_of(lab, account):
    """A kubeconfig of a service account: a person without cluster-admin rights."""
    token = lab.kubectl("create", "token", account, "--duration", "4h").strip()
    config = json.loads(lab.run("kubectl", "config", "view", "--raw", "--output", "json").stdout)
    config["users"] = [{"name": "admin", "user": {"token": token}}]
    path = lab.work / f"kubeconfig-{account}"
    path.write_text(json.dumps(config))
    return path


def values(lab, **agents):
    return {
        "image": {**IMAGE, "tag": lab.tag}, "tests": {"resources": SMALL, "strict": False},
        "controller": {"resources": SMALL,
                       "persistence": {"enabled": True, "existingClaim": "specctl-data"}},
        "agents": {"replicas": 16, "resources": SMALL, **agents},
        "cliRole": {"create": True,
                    "subjects": [{"kind": "ServiceAccount", "name": "user", "namespace": NAMESPACE}]}}


def conserved(out, lost=0):
    """The run's summary; nothing that was measured is missing."""
    summary = json.loads((out / "summary.json").read_text())
    c = summary["conservation"]
    check(c["sent"] == c["ok"] + c["failed"] + c["timed_out"] + c["cancelled"] + c["lost"],
          f"not conserved: {c}")
    check(c["ok"] > 0, f"nothing was measured: {c}")
    if lost == 0:
        check(c["lost"] == 0 and c["failed"] == 0, f"lost or failed: {c}")
    return summary


def verdict(out, lost=0):
    summary = conserved(out, lost)
    state = summary["verdict"]["state"]
    return f"{summary['conservation']['ok']} requests ok, {summary['conservation']['lost']} lost, {state}"


def ended_by_loss(process, out, words):
    """A run that lost agents: told, kept, and not called valid."""
    process.wait(timeout=180)
    log = process.log.read_text()
    check(process.returncode == 1, f"status {process.returncode}, need 1: {log[-2000:]}")
    summary = conserved(out, lost=None)
    reasons = [reason["code"] for reason in summary["verdict"]["reasons"]]
    check(summary["verdict"]["state"] != "valid" and "agent_lost" in reasons, summary["verdict"])
    said = [line for line in log.splitlines() if line.startswith("specctl run: ")]
    for word in words:
        check(word in "\n".join(said), f"{word}: not said: {said}")
    return f"{verdict(out, lost=None)}; {' | '.join(said)}"


def prepare(lab):
    lab.lab("up")
    lab.lab("load", lab.image)
    restricted = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "warn")}
    lab.run("kubectl", "create", "namespace", NAMESPACE)
    lab.run("kubectl", "label", "namespace", NAMESPACE,
            *(f"{key}={value}" for key, value in restricted.items()))
    for account in ACCOUNTS:
        lab.kubectl("create", "serviceaccount", account)
    lab.kubectl("create", "rolebinding", "deployer", "--clusterrole=admin",
                f"--serviceaccount={NAMESPACE}:deployer")
    lab.kubectl("create", "role", "reader", "--verb=get,list", "--resource=services,pods,secrets")
    lab.kubectl("create", "rolebinding", "reader", "--role=reader", f"--serviceaccount={NAMESPACE}:reader")
    lab.apply(*engine(lab.tag), *volume(lab, "specctl-data")[1], *volume(lab, "specctl-results")[1])
    lab.kubectl("rollout", "status", "deployment/vllm", "--timeout=2m")
    for account in ACCOUNTS:
        setattr(lab, account, kubeconfig_of(lab, account))


def install(lab):
    text = lab.chart("install", RELEASE, values(lab), kubeconfig=lab.deployer)
    check(f"specctl run --kube --namespace {NAMESPACE} --release {RELEASE} --agents 16" in text, text)
    lab.until("16 agents", lambda: lab.metric('specctl_agents{state="attached"}') == 16)
    return "restricted pod security is enforced; installed with the namespace's admin role"


def run_kube(lab):
    out, page = lab.kube_run(kubeconfig=lab.user)
    check(page.splitlines(), page)
    return verdict(out) + ", with the role of cliRole alone"


def preflight(lab):
    done = lab.run(lab.specctl, "preflight", "--kube", "--namespace", NAMESPACE, "--release", RELEASE, "--duration",
                   "2s", "--chunks-per-s", 20, "--streams-max", 4, "--bs", 64, "--format", "json", status=None,
                   kubeconfig=lab.user)
    check(done.returncode in (0, 1), f"status {done.returncode}: {done.stderr}")
    found = json.loads(done.stdout)
    pods = {f"{AGENT}-{i}" for i in range(16)}
    for step in found["steps"]:
        check({agent["host"] for agent in step["agents"]} == pods, step)
        check(all(agent["chunks"] > 0 for agent in step["agents"]), step)
    states = [step["state"] for step in found["steps"]]
    return f"all 16 pods, each with its null server; steps {', '.join(states)}"


def bad_values(lab):
    told = []
    for change, words in (
            ({"agent": {"replicas": 4}}, ("agent",)), ({"agents": {"replica": 4}}, ("replica",)),
            ({"agents": {"replicas": 0}}, ("replicas", "1")),
            ({"agents": {"replicas": 10000}}, ("replicas", "1024"))):
        lab.values.write_text(json.dumps(change))
        done = lab.run(lab.helm_program, "install", RELEASE, CHART, "--namespace", NAMESPACE, "--values",
                       lab.values, status=None, kubeconfig=lab.deployer)
        text = done.stderr.replace("1,024", "1024")
        check(done.returncode == 1 and all(word in text for word in words), f"{change}: {done.stderr}")
        told.append(text.strip().splitlines()[-1].strip("- "))
    left = lab.get("all", "--selector", f"app.kubernetes.io/instance={RELEASE}")["items"]
    check(not left, f"left: {left}")
    return " | ".join(told)


def strangers(lab):
    told = []
    for account, namespace, word in (("stranger", NAMESPACE, "services is forbidden"),
                                     ("reader", NAMESPACE, "pods/portforward"),
                                     ("user", "default", "default"), (None, "default", "default")):
        words = lab.run_words(lab.work / "none", 16)
        words[words.index(NAMESPACE)] = namespace
        done = lab.run(*words, status=None, kubeconfig=account and getattr(lab, account))
        check(done.returncode == 2 and word in done.stderr,
              f"{account} in {namespace}: status {done.returncode}: {done.stderr}")
        check(not (lab.work / "none").exists(), "a folder is left")
        told.append(done.stderr.strip().splitlines()[0])
    return " | ".join(told)


def commands(lab):
    """What docs/kubernetes.md says of a run that is not watched, with the rights of cliRole."""
    def ask(*words, status=0):
        return lab.run(lab.specctl, *words, "--kube", "--namespace", NAMESPACE, kubeconfig=lab.user,
                       cwd=lab.work, status=status)

    def state_of(run_id):
        return {job["id"]: job["state"] for job in json.loads(ask("list", "--format", "json").stdout)}[run_id]

    def detach(duration):
        done = lab.run(*lab.run_words("none", 16, duration)[:-2], "--detach", kubeconfig=lab.user)
        check("--kube" in done.stderr and "127.0.0.1" not in done.stderr, f"no way back: {done.stderr}")
        return done.stdout.strip()

    first, second = detach("5s"), detach("60s")
    agents = json.loads(ask("agents", "--format", "json").stdout)
    check(len([agent for agent in agents if agent["connected"]]) == 16, agents)
    check(f"{AGENT}-15" in ask("agents").stdout, "an agent's pod is not named")
    check(state_of(second) == "queued", "the second does not wait")
    ask("attach", first)
    told = verdict(lab.work / "runs" / first)
    lab.until("the second to begin", lambda: state_of(second) == "running")
    ask("cancel", second)
    lab.until("its end", lambda: state_of(second) == "cancelled")
    ask("fetch", second, status=130)
    ask("rm", second)
    return f"{told}; the other one cancelled"


def helm_test(lab):
    lab.helm("test", RELEASE, "--timeout", "5m", kubeconfig=lab.deployer)


def upgrade(lab):
    before = {o["metadata"]["name"]: o["data"] for o in lab.get("secrets")["items"]
              if o["type"] != "helm.sh/release.v1"}
    uid = lab.get("pod", f"{CONTROLLER}-0")["metadata"]["uid"]
    lab.chart("upgrade", RELEASE, values(lab, replicas=24), kubeconfig=lab.deployer)
    lab.until("24 agents", lambda: lab.metric('specctl_agents{state="attached"}') == 24)
    after = {o["metadata"]["name"]: o["data"] for o in lab.get("secrets")["items"]
             if o["type"] != "helm.sh/release.v1"}
    check(before == after, "certificates or token changed")
    check(lab.get("pod", f"{CONTROLLER}-0")["metadata"]["uid"] == uid, "the controller restarted")
    return "certificates, token and the controller's pod are the same"


def scaled_by_cli(lab):
    out, _ = lab.kube_run("--scale", kubeconfig=lab.user, agents=26, duration="10s")
    told = verdict(out)
    check(lab.get("statefulset", AGENT)["spec"]["replicas"] == 26, "not scaled")
    # Helm 4 does not take back by itself what somebody else has set.
    force = ["--force-conflicts"] if lab.major == "4" else []
    if force:
        try:
            lab.chart("upgrade", RELEASE, values(lab, replicas=24), kubeconfig=lab.deployer)
            raise Skipped("Helm 4 has no conflict any more: docs/kubernetes.md says it has")
        except Failed as why:
            check(".spec.replicas" in str(why), str(why))
    lab.chart("upgrade", RELEASE, values(lab, replicas=24), *force, kubeconfig=lab.deployer)
    lab.until("24 agents", lambda: lab.metric('specctl_agents{state="attached"}') == 24)
    return told + "; the upgrade back to 24" + (" needs --force-conflicts" if force else " needs no flag")


def rolling_restart(lab):
    for kind in (f"statefulset/{CONTROLLER}", f"statefulset/{AGENT}"):
        lab.kubectl("rollout", "restart", kind)
        lab.kubectl("rollout", "status", kind, "--timeout=10m")
    lab.until("24 agents", lambda: lab.metric('specctl_agents{state="attached"}') == 24)
    out, _ = lab.kube_run(agents=24)
    return verdict(out)


def agent_deleted(lab):
    with lab.kube_run_in_background(24) as (process, out):
        lab.kubectl("delete", "pod", f"{AGENT}-5", "--grace-period=0", "--force")
        told = ended_by_loss(process, out, [f"{AGENT}-5"])
    lab.until("24 agents", lambda: lab.metric('specctl_agents{state="attached"}') == 24)
    return told


def agent_out_of_memory(lab):
    with lab.kube_run_in_background(24) as (process, out):
        [memory] = cgroups(lab, f"{AGENT}-7")
        limit = memory / "memory.limit_in_bytes"
        before = limit.read_text()
        try:
            squeeze(memory, limit)
        finally:
            with contextlib.suppress(OSError):  # it went with its container
                limit.write_text(before)
        pod = lab.until("the kubelet to see it", lambda: (
            lambda state: state.get("terminated"))(lab.get("pod", f"{AGENT}-7")["status"]["containerStatuses"][0]
                                                  ["lastState"]))
        check((pod["reason"], pod["exitCode"]) == ("OOMKilled", 137), pod)
        told = ended_by_loss(process, out, [f"{AGENT}-7", "OOMKilled"])
    lab.until("24 agents", lambda: lab.metric('specctl_agents{state="attached"}') == 24)
    return told


def cgroups(lab, name):
    """The memory cgroups of a pod's containers."""
    uid = lab.get("pod", name)["metadata"]["uid"]
    found = []
    for folder in pathlib.Path("/sys/fs/cgroup/memory/kubepods").glob(f"**/pod{uid}/*/"):
        pids = (folder / "cgroup.procs").read_text().split()
        if any(b"specctl" in pathlib.Path(f"/proc/{pid}/cmdline").read_bytes() for pid in pids):
            found.append(folder)
    return found


def squeeze(memory, limit):
    """Leaves a container no more memory than it has, until the kernel ends it."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            if not (memory / "cgroup.procs").read_text():
                return
            limit.write_text(str(int((memory / "memory.usage_in_bytes").read_text()) // 4096 * 4096))
        except FileNotFoundError:
            return
        except OSError:
            pass  # it has grown meanwhile
        time.sleep(0.01)
    raise Failed("20 s without memory, and it lives on")


def drained(lab):
    node = lab.get("pod", f"{AGENT}-0")["spec"]["nodeName"]
    with lab.kube_run_in_background(24) as (process, out):
        try:
            lab.kubectl("drain", node, "--delete-emptydir-data", "--ignore-daemonsets", "--pod-selector",
                        "app.kubernetes.io/component=agent", "--timeout=2m")
            told = ended_by_loss(process, out, [f"{AGENT}-"])
        finally:
            lab.kubectl("uncordon", node)
    lab.until("24 agents", lambda: lab.metric('specctl_agents{state="attached"}') == 24)
    return told


def controller_deleted(lab):
    with lab.kube_run_in_background(24, duration="40s") as (process, out):
        lab.kubectl("delete", "pod", f"{CONTROLLER}-0", "--grace-period=0", "--force")
        process.wait(timeout=300)
        log = process.log.read_text()
        # Told to end, it ends the run, and delivers all of it.
        check(process.returncode == 130, f"status {process.returncode}: {log[-2000:]}")
        told = verdict(out)
    lab.until("24 agents", lambda: lab.metric('specctl_agents{state="attached"}') == 24)
    return told + "; " + " | ".join(line for line in log.splitlines() if line.startswith("specctl run: "))


def controller_killed(lab):
    with lab.kube_run_in_background(24, duration="30s") as (process, out):
        [memory] = cgroups(lab, f"{CONTROLLER}-0")
        for pid in (memory / "cgroup.procs").read_text().split():
            os.kill(int(pid), signal.SIGKILL)
        process.wait(timeout=300)
        log = process.log.read_text()
        check(process.returncode == 0, f"status {process.returncode}: {log[-2000:]}")
        summary = conserved(out)
        check("controller_restarted" in summary["verdict"]["labels"], summary["verdict"])
        return f"{verdict(out)}, to its end, labelled controller_restarted"


def cli_cut_off(lab):
    with lab.kube_run_in_background(24, duration="40s") as (process, _):
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        log = process.log.read_text()
    with lab.forwarded() as flags:
        listed = lab.run(lab.specctl, "list", *flags).stdout
        run_id = RUN_ID.search(log) or RUN_ID.search(listed)
        check(run_id, f"no run in {listed}")
        lab.run(lab.specctl, "attach", run_id[0], *flags, cwd=lab.work)
        out = lab.work / "fetched"
        lab.run(lab.specctl, "fetch", run_id[0], *flags, "--output-dir", out)
        return verdict(out)


def image_of(lab, tag, change):
    """An image made of the program or of the image, imported into the node; None: what it needs is missing."""
    if not shutil.which("buildah") or not shutil.which("g++"):
        raise Skipped("needs buildah and g++")
    folder = lab.work / f"image-{tag}"
    folder.mkdir()
    name = f"localhost/specctl:{tag}"
    archive = folder / "image.tar"
    change(folder, name, archive)
    lab.lab("load", archive)


def other_version(lab):
    def build(folder, name, archive):
        program = pathlib.Path(lab.specctl).read_bytes()
        check(b"\0" + VERSION + b"\0" in program, "the program's version is not found in it")
        (folder / "specctl").write_bytes(program.replace(b"\0" + VERSION + b"\0", b"\0" + OTHER_VERSION + b"\0"))
        (folder / "specctl").chmod(0o755)
        lab.run(ROOT / "deploy/image/build", "--binary", folder / "specctl", "--tag", name, "--archive", archive)

    told = []
    # A release of another version, by what the chart says of itself.
    lab.kubectl("label", "service", CONTROLLER, f"app.kubernetes.io/version={OTHER}", "--overwrite")
    done = lab.run(*lab.run_words(lab.work / "none", 16), status=2, kubeconfig=lab.user)
    check(OTHER in done.stderr and VERSION.decode() in done.stderr, done.stderr)
    told.append(done.stderr.strip().splitlines()[-1])
    lab.kubectl("label", "service", CONTROLLER, f"app.kubernetes.io/version={VERSION.decode()}", "--overwrite")
    image_of(lab, OTHER, build)
    # An agent of another version is not let in.
    template = lab.get("statefulset", AGENT)["spec"]["template"]
    [container] = template["spec"]["containers"]
    container["image"] = f"localhost/specctl:{OTHER}"
    template["metadata"] = {"name": "other-version", "labels": {"app": "other-version"}}
    attached = int(lab.metric('specctl_agents{state="attached"}'))
    lab.apply({"apiVersion": "v1", "kind": "Pod", **template})
    # It is never ready: what it says is all that there is.
    lab.until("the agent's refusal", lambda: OTHER in lab.kubectl("logs", "other-version", status=None))
    words = lab.run_words(lab.work / "none", attached + 1)
    words[words.index("2m")] = "1s"
    done = lab.run(*words, status=None, kubeconfig=lab.user)
    log = lab.kubectl("logs", "other-version")
    lab.kubectl("delete", "pod", "other-version")
    check(OTHER in log and VERSION.decode() in log, f"both versions are not in the agent's log: {log}")
    check(done.returncode in (1, 2) and f"only {attached}" in done.stderr,
          f"status {done.returncode}: {done.stdout}{done.stderr}")
    told += [log.strip().splitlines()[-1], done.stderr.strip().splitlines()[-1]]
    # A controller of another version than the CLI takes no run.
    v = values(lab, replicas=4)
    v["image"]["tag"] = OTHER
    lab.chart("upgrade", RELEASE, v, kubeconfig=lab.deployer)
    lab.until("4 agents", lambda: lab.metric('specctl_agents{state="attached"}') == 4)
    done = lab.run(*lab.run_words(lab.work / "none", 4), status=2, kubeconfig=lab.user)
    check(OTHER in done.stderr and VERSION.decode() in done.stderr, done.stderr)
    told.append(done.stderr.strip().splitlines()[-1])
    return " | ".join(told)


def clock_off(lab):
    def build(folder, name, archive):
        lab.run("g++", "-O2", "-fPIC", "-shared", "-std=c++20", "-o", folder / "clock.so",
                ROOT / "tests/fakes/stepped_clock.cc")
        (folder / "Containerfile").write_text(f"FROM localhost/specctl:{lab.tag}\nCOPY clock.so /usr/lib/clock.so\n")
        lab.run("buildah", "pull", f"docker-archive:{lab.image}")
        lab.run("buildah", "bud", "--isolation=chroot", "--pull-never", "--tag", name, folder)
        lab.run("buildah", "push", name, f"docker-archive:{archive}:{name}")

    image_of(lab, "clock", build)
    v = values(lab, replicas=4)
    v["image"]["tag"] = "clock"
    v["agents"]["extraEnv"] = [{"name": "LD_PRELOAD", "value": "/usr/lib/clock.so"},
                               {"name": "STEPPED_CLOCK_BY_S", "value": "-180"}]
    lab.chart("upgrade", RELEASE, v, kubeconfig=lab.deployer)
    lab.until("4 agents", lambda: lab.metric('specctl_agents{state="attached"}') == 4)
    # Agents 1 to 3 are on a node whose clock is 3 minutes slow, so to speak.
    for agent in (1, 2, 3):
        [memory] = cgroups(lab, f"{AGENT}-{agent}")
        for pid in (memory / "cgroup.procs").read_text().split():
            os.kill(int(pid), signal.SIGUSR2)
    time.sleep(1)
    out, page = lab.kube_run(kubeconfig=lab.user, agents=4)
    told = verdict(out)
    labelled = [line for line in page.splitlines() if "clock" in line]
    check(any("180" in line for line in labelled), f"nothing on the page tells it: {labelled}")
    return f"{told}; {' | '.join(labelled)}"


def uninstall(lab):
    lab.helm("uninstall", RELEASE, "--wait", kubeconfig=lab.deployer)
    lab.until("the pods to go", lambda: not lab.get(
        "pods", "--selector", f"app.kubernetes.io/instance={RELEASE}")["items"])
    left = [f"{o['kind']}/{o['metadata']['name']}" for o in lab.get(
        "all,secrets,configmaps,roles,serviceaccounts,persistentvolumeclaims", "--selector",
        f"app.kubernetes.io/instance={RELEASE}")["items"]]
    check(not left, f"left: {left}")
    check(lab.get("persistentvolumeclaim", "specctl-data")["status"]["phase"] == "Bound",
          "the claim is gone")


def job_mode(lab):
    folder, _ = volume(lab, "specctl-results")
    v = values(lab, replicas=4)
    v |= {"mode": "job", "cliRole": {"create": False}, "job": {
        "args": ["--url", "http://vllm:8000", "--resolve", "all", "--dataset", "builtin", "--bs",
                 "16", "--osl", "64", "--duration", "10s"],
        "strict": False, "resources": SMALL, "persistence": {"existingClaim": "specctl-results"}}}
    v["controller"]["persistence"] = {"enabled": False}
    lab.chart("install", "batch", v, "--wait-for-jobs", kubeconfig=lab.deployer)
    [pod] = lab.get("pods", "--selector",
                    "app.kubernetes.io/instance=batch,app.kubernetes.io/component=run")["items"]
    ended = pod["status"]["containerStatuses"][0]["state"]["terminated"]
    check(ended["exitCode"] == 0, f"status {ended}")
    [run] = sorted((folder / "runs").iterdir())[-1:]
    told = verdict(run)
    # A run that can't be made ends with its own status, and is not tried again.
    v["job"]["args"] = ["--url", "http://nothing:1", "--bs", "4", "--requests", "4"]
    lab.values.write_text(json.dumps(v))
    lab.helm("upgrade", "batch", CHART, "--values", lab.values, kubeconfig=lab.deployer)
    failed = lab.until("the second Job to fail", lambda: [
        p for p in lab.get("pods", "--selector", "app.kubernetes.io/instance=batch,"
                           "app.kubernetes.io/component=run")["items"]
        if p["status"]["phase"] == "Failed"])
    status = failed[0]["status"]["containerStatuses"][0]["state"]["terminated"]["exitCode"]
    check(status in (1, 2) and len(failed) == 1, f"status {status} of {len(failed)} pods")
    lab.helm("uninstall", "batch", "--wait", kubeconfig=lab.deployer)
    return told + f"; a Job that can't run ended with {status}"


STEPS = collections.OrderedDict([
    ("cluster up, image loaded, engine with 4 replicas", prepare),
    ("wrong values: nothing is installed", bad_values),
    ("helm install, 16 agents, all attached", install),
    ("specctl run --kube, 15 s", run_kube),
    ("specctl preflight --kube", preflight),
    ("no permission; wrong namespace", strangers),
    ("--detach, list, agents, attach, cancel, fetch, rm", commands),
    ("helm test", helm_test),
    ("helm upgrade to 24 agents", upgrade),
    ("run --scale to 26 agents, upgrade back to 24", scaled_by_cli),
    ("rolling restart of all, and a run", rolling_restart),
    ("agent's pod deleted in mid-run", agent_deleted),
    ("agent out of memory in mid-run", agent_out_of_memory),
    ("node drained in mid-run", drained),
    ("controller's pod deleted in mid-run", controller_deleted),
    ("controller's process killed in mid-run", controller_killed),
    ("CLI killed, attached again, fetched", cli_cut_off),
    ("other versions: agents', the release's", other_version),
    ("a node's clock is 3 minutes off", clock_off),
    ("helm uninstall", uninstall),
    ("mode=job", job_mode),
])


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("lab", help="the lab's folder")
    parser.add_argument("--image", required=True, help="docker archive of the image")
    parser.add_argument("--specctl", required=True, help="the program, for the CLI outside")
    parser.add_argument("--tag", default="0.1.0", help="of localhost/specctl in the archive")
    parser.add_argument("--helm", default="4", help="major, or 3,4")
    parser.add_argument("--only", help="only steps whose names this finds, after those that they need")
    parser.add_argument("--keep", action="store_true", help="leave the cluster up")
    options = parser.parse_args()
    options.image = str(pathlib.Path(options.image).resolve())
    if os.geteuid() != 0:
        print("skipped: needs root")
        return 77
    if not (pathlib.Path(options.lab) / "bin/kubelet").exists():
        print(f"skipped: {options.lab} has no cluster: {LAB_SCRIPT} {options.lab} build")
        return 77
    good = True
    for major in options.helm.split(","):
        lab = Lab(options, major)
        print(f"Helm {major}: {lab.helm_version()}; files in {lab.work}", flush=True)
        try:
            for name, function in STEPS.items():
                needed = function in (prepare, install, upgrade)
                if options.only and not needed and not re.search(options.only, name):
                    continue
                done = lab.step(name, function, lab)
                # The rest needs a cluster and a release.
                if not done and function in (prepare, install):
                    break
        finally:
            done = lab.table()
            good = done and good
            if done and not options.keep:
                shutil.rmtree(lab.work)
            if not options.keep:
                lab.lab("down")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
