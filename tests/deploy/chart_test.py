#!/usr/bin/env python3
"""The chart with both majors of Helm: it lints and renders, and pods, ports and secrets are as promised."""
import itertools
import re
import shutil
import subprocess
import tempfile
import unittest
import pathlib

import chart
from chart import CHART, HELMS, NAMESPACE, any_major, containers, find, helm, pod_templates, render, rendered

AGENT, CONTROLLER = "load-specctl-agent", "load-specctl-controller"


def everything():
    """(what, objects) for each Helm and each set of values."""
    for major, values in itertools.product(HELMS, chart.values_files()):
        yield f"helm {major}, {values.name}", rendered(major, values)


class LintTest(unittest.TestCase):
    def test_every_set_of_values_lints_strictly(self):
        for major, values in itertools.product(HELMS, chart.values_files()):
            with self.subTest(helm=major, values=values.name):
                done = helm(major, "lint", "--strict", CHART, "--values", values, ok=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_every_set_of_values_renders_without_an_object_twice(self):
        for what, objects in everything():
            with self.subTest(what):
                names = [(o["kind"], o["metadata"]["name"]) for o in objects]
                self.assertEqual(len(names), len(set(names)), names)
                self.assertIn(("StatefulSet", [n for k, n in names if n.endswith("-controller")][0]),
                              names)

    def test_the_versions_are_the_programs_and_the_oldest_kubernetes_is_named(self):
        about = chart.yaml.safe_load((CHART / "Chart.yaml").read_text())
        cmake = (chart.ROOT / "CMakeLists.txt").read_text()
        self.assertEqual(about["appVersion"],
                         re.search(r"project\(specctl VERSION (\S+)", cmake).group(1))
        for major in HELMS:
            with self.subTest(helm=major):
                done = helm(major, "template", "load", CHART, "--kube-version", "1.24.17", ok=False)
                self.assertIn(">=1.25.0-0", done.stderr)
                render(major, "--kube-version", "1.25.0")


class ObjectsTest(unittest.TestCase):
    def test_every_port_names_its_protocol(self):
        def ports(node):
            if isinstance(node, dict):
                for key, value in node.items():
                    if key == "ports":
                        yield from value
                    yield from ports(value)
            elif isinstance(node, list):
                for value in node:
                    yield from ports(value)

        for what, objects in everything():
            for o in objects:
                for port in ports(o):
                    with self.subTest(what, object=o["metadata"]["name"]):
                        self.assertIn(port.get("protocol"), ("TCP", "UDP"), port)

    def test_names_and_labels_fit(self):
        for what, objects in everything():
            for o in objects:
                with self.subTest(what, object=o["metadata"]["name"]):
                    # A StatefulSet's revision is its name and a hash, in a label.
                    self.assertLessEqual(len(o["metadata"]["name"]),
                                         52 if o["kind"] == "StatefulSet" else 63)
                    for value in o["metadata"].get("labels", {}).values():
                        self.assertIsInstance(value, str)
                        self.assertLessEqual(len(value), 63)

    def test_selectors_find_the_pods_that_they_are_about(self):
        for what, objects in everything():
            pods = [t["metadata"]["labels"] for t in pod_templates(objects).values()]
            for o in objects:
                if o["kind"] == "Service":
                    selector = o["spec"]["selector"]
                elif o["kind"] in ("StatefulSet", "Deployment", "DaemonSet"):
                    selector = o["spec"]["selector"]["matchLabels"]
                else:
                    continue
                with self.subTest(what, object=o["metadata"]["name"]):
                    self.assertEqual(sum(selector.items() <= labels.items() for labels in pods), 1)
                    self.assertEqual({key.rsplit("/")[-1] for key in selector},
                                     {"name", "instance", "component"})

    def test_by_default_there_are_no_rights_and_nothing_outside_the_namespace(self):
        for what, objects in everything():
            kinds = {o["kind"] for o in objects}
            with self.subTest(what):
                self.assertFalse(kinds & {"ClusterRole", "ClusterRoleBinding", "Namespace",
                                          "CustomResourceDefinition", "PriorityClass"})
                for o in objects:
                    if "specctl" in o["metadata"]["name"]:
                        self.assertEqual(o["metadata"].get("namespace"), NAMESPACE)
        default = {o["kind"] for o in rendered(any_major(), CHART / "ci/default-values.yaml")}
        self.assertEqual(default, {"ServiceAccount", "Secret", "Service", "StatefulSet", "Pod"})

    def test_the_service_tells_the_cli_where_everything_is(self):
        for values, expected in (
                ("default", {"specctl/transport": "tls",
                             "specctl/agents": f"statefulset/{AGENT}",
                             "specctl/client-tls-secret": "load-specctl-client-tls"}),
                ("existing-secrets", {"specctl/transport": "tls",
                                      "specctl/agents": f"statefulset/{AGENT}",
                                      "specctl/client-tls-secret": "my-client"}),
                ("deployment-agents", {"specctl/transport": "tls",
                                       "specctl/agents": f"deployment/{AGENT}",
                                       "specctl/client-tls-secret": "load-specctl-client-tls"}),
                ("plaintext", {"specctl/transport": "plaintext",
                               "specctl/agents": f"statefulset/{AGENT}"})):
            with self.subTest(values):
                service = find(rendered(any_major(), CHART / f"ci/{values}-values.yaml"), "Service",
                               CONTROLLER)
                self.assertEqual(service["metadata"]["annotations"], expected)
                self.assertEqual(service["metadata"]["labels"]["app.kubernetes.io/component"],
                                 "controller")
                self.assertEqual([(p["name"], p["port"]) for p in service["spec"]["ports"]],
                                 [("grpc", 7070), ("http", 8080)])

    def test_one_controller_and_agents_that_start_at_once(self):
        objects = render(any_major(), "--set", "agents.replicas=16")
        self.assertEqual(find(objects, "StatefulSet", CONTROLLER)["spec"]["replicas"], 1)
        agents = find(objects, "StatefulSet", AGENT)["spec"]
        self.assertEqual((agents["replicas"], agents["podManagementPolicy"], agents["serviceName"]),
                         (16, "Parallel", AGENT))
        service = find(objects, "Service", AGENT)["spec"]
        self.assertEqual((service["clusterIP"], service["publishNotReadyAddresses"]), ("None", True))

    def test_claims_survive_uninstall_and_existing_ones_are_used(self):
        objects = rendered(any_major(), CHART / "ci/persistence-values.yaml")
        claim = find(objects, "PersistentVolumeClaim", f"{CONTROLLER}-data")
        self.assertEqual(claim["metadata"]["annotations"]["helm.sh/resource-policy"], "keep")
        self.assertEqual(claim["spec"]["storageClassName"], "fast")
        for values, name in (("persistence", f"{CONTROLLER}-data"), ("existing-claim", "runs")):
            pod = find(rendered(any_major(), CHART / f"ci/{values}-values.yaml"), "StatefulSet",
                       CONTROLLER)["spec"]["template"]["spec"]
            data = [v for v in pod["volumes"] if v["name"] == "data"]
            self.assertEqual(data, [{"name": "data", "persistentVolumeClaim": {"claimName": name}}])


class PodsTest(unittest.TestCase):
    def test_all_pods_meet_the_restricted_standard(self):
        for what, objects in everything():
            for name, pod in pod_templates(objects).items():
                with self.subTest(what, pod=name):
                    spec, security = pod["spec"], pod["spec"]["securityContext"]
                    self.assertFalse(spec["automountServiceAccountToken"])
                    self.assertFalse(spec["enableServiceLinks"])
                    self.assertFalse({"hostNetwork", "hostPID", "hostIPC"} & spec.keys())
                    self.assertTrue(security["runAsNonRoot"])
                    self.assertEqual(security["seccompProfile"], {"type": "RuntimeDefault"})
                    for sysctl in security.get("sysctls", []):
                        self.assertEqual(sysctl["name"], "net.ipv4.ip_local_port_range")
                    for volume in spec["volumes"]:
                        self.assertNotIn("hostPath", volume)
                    for container in containers(pod):
                        self.assertEqual(container["securityContext"], {
                            "runAsNonRoot": True, "allowPrivilegeEscalation": False,
                            "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}})
                        self.assertIn("resources", container)

    def test_openshift_assigns_the_ids(self):
        default = CHART / "ci/default-values.yaml"
        for name, objects, own in (
                ("default", rendered(any_major(), default), True),
                ("asked for", rendered(any_major(), CHART / "ci/openshift-values.yaml"), False),
                ("found", render(any_major(), "--api-versions", "security.openshift.io/v1"), False)):
            for pod in pod_templates(objects).values():
                with self.subTest(name):
                    self.assertEqual({"runAsUser", "runAsGroup", "fsGroup"}
                                     <= pod["spec"]["securityContext"].keys(), own)

    def test_a_bump_of_the_chart_restarts_nothing(self):
        for what, objects in everything():
            for name, pod in pod_templates(objects).items():
                with self.subTest(what, pod=name):
                    self.assertFalse({"helm.sh/chart", "app.kubernetes.io/version"}
                                     & pod["metadata"]["labels"].keys())
        with tempfile.TemporaryDirectory() as folder:
            bumped = pathlib.Path(folder) / "specctl"
            shutil.copytree(CHART, bumped)
            about = (bumped / "Chart.yaml").read_text()
            (bumped / "Chart.yaml").write_text(about.replace("\nversion: ", "\nversion: 9"))
            for values in ("default", "job"):
                values = CHART / f"ci/{values}-values.yaml"
                after = render(any_major(), "--values", values, chart=bumped)
                # The Job's name too, or the run would be made again.
                self.assertEqual(pod_templates(after),
                                 pod_templates(rendered(any_major(), values)))

    def test_sidecars_are_kept_out_unless_they_are_wanted(self):
        for values, out in (("default", True), ("job", True), ("plaintext", False)):
            objects = rendered(any_major(), CHART / f"ci/{values}-values.yaml")
            for name, pod in pod_templates(objects).items():
                with self.subTest(values, pod=name):
                    self.assertEqual(
                        pod["metadata"]["labels"].get("sidecar.istio.io/inject") == "false", out)
                    self.assertEqual(
                        pod["metadata"].get("annotations", {}).get("linkerd.io/inject")
                        == "disabled", out)

    def test_guaranteed_agents_have_whole_cores_in_all_containers(self):
        pod = find(rendered(any_major(), CHART / "ci/guaranteed-values.yaml"), "StatefulSet",
                   AGENT)["spec"]["template"]
        for container in containers(pod):
            self.assertEqual(container["resources"]["requests"], {"cpu": 2, "memory": "1Gi"})
            self.assertEqual(container["resources"]["limits"], container["resources"]["requests"])

    def test_several_agents_of_a_pod_have_ports_names_and_health_of_their_own(self):
        objects = rendered(any_major(), CHART / "ci/daemonset-agents-values.yaml")
        agents = containers(find(objects, "DaemonSet", AGENT)["spec"]["template"])
        self.assertEqual([c["name"] for c in agents], ["agent-0", "agent-1"])
        for index, (agent, name) in enumerate(zip(agents, ("http", "http-1"))):
            self.assertIn(f"--name=$(SPECCTL_POD_NAME)/{index}", agent["args"])
            self.assertIn(f"--http=0.0.0.0:{8080 + index}", agent["args"])
            self.assertEqual(agent["ports"], [{"name": name, "containerPort": 8080 + index,
                                               "protocol": "TCP"}])
            self.assertEqual(agent["livenessProbe"]["httpGet"]["port"], name)
        endpoints = find(objects, "PodMonitor", AGENT)["spec"]["podMetricsEndpoints"]
        self.assertEqual([e["port"] for e in endpoints], ["http", "http-1"])
        ingress = find(objects, "NetworkPolicy", AGENT)["spec"]["ingress"]
        self.assertEqual(ingress[0]["ports"], [{"protocol": "TCP", "port": 8080, "endPort": 8081}])
        # Six in all: what the test asks for.
        test = find(objects, "Pod", "load-specctl-test")["spec"]["containers"][-1]
        self.assertIn("--agents=6", test["args"])

    def test_agents_avoid_serving_pods_and_gpu_nodes(self):
        def affinity(values):
            objects = rendered(any_major(), CHART / f"ci/{values}-values.yaml")
            return [o for o in objects if o["metadata"]["name"] == AGENT and "template" in o["spec"]
                    ][0]["spec"]["template"]["spec"].get("affinity")

        self.assertEqual(set(affinity("default")), {"nodeAffinity", "podAntiAffinity"})
        self.assertIn("preferredDuringSchedulingIgnoredDuringExecution",
                      affinity("default")["podAntiAffinity"])
        required = affinity("deployment-agents")
        terms = required["podAntiAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        self.assertEqual(terms[0]["labelSelector"],
                         {"matchLabels": {"app": "engine", "tier": "serving"}})
        self.assertIn("requiredDuringSchedulingIgnoredDuringExecution", required["nodeAffinity"])
        self.assertIsNone(affinity("daemonset-agents"))

    def test_the_test_pod_ends_with_and_without_sidecars(self):
        old = find(render(any_major(), "--kube-version", "1.28.0"), "Pod", "load-specctl-test")
        new = find(render(any_major(), "--kube-version", "1.29.0"), "Pod", "load-specctl-test")
        self.assertEqual([c["name"] for c in old["spec"]["containers"]], ["engine", "run"])
        self.assertTrue(any(a.startswith("--die-after=")
                            for a in old["spec"]["containers"][0]["args"]))
        self.assertEqual([c["name"] for c in new["spec"]["containers"]], ["run"])
        self.assertEqual(new["spec"]["initContainers"][0]["restartPolicy"], "Always")
        for pod in (old, new):
            self.assertIn("activeDeadlineSeconds", pod["spec"])
            self.assertEqual(pod["metadata"]["annotations"]["helm.sh/hook"], "test")


class TlsTest(unittest.TestCase):
    def folder(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    def test_the_charts_certificates_verify_and_name_role_and_service(self):
        if not shutil.which("openssl"):
            self.skipTest("openssl")
        for major in HELMS:
            folder = self.folder()
            made = chart.secrets(render(major, "--set", "tls.extraDnsNames={load.example.com}"))
            for role in ("controller", "agent", "client"):
                with self.subTest(helm=major, role=role):
                    for name, content in made[f"load-specctl-{role}-tls"].items():
                        (folder / name).write_bytes(content)
                    text = subprocess.run(
                        "openssl verify -CAfile ca.crt tls.crt && openssl pkey -in tls.key -noout"
                        " -text | head -n 1 && openssl x509 -in tls.crt -noout -subject -ext"
                        " subjectAltName", shell=True, cwd=folder, check=True, capture_output=True,
                        text=True).stdout
                    self.assertIn("tls.crt: OK", text)
                    self.assertIn("256 bit", text)
                    self.assertIn(f"CN = specctl-{role}\n", text)
                    if role == "controller":
                        for name in (f"DNS:{CONTROLLER}.{NAMESPACE}.svc,", "DNS:localhost",
                                     "IP Address:127.0.0.1", "DNS:load.example.com"):
                            self.assertIn(name, text)

    def test_an_upgrade_keeps_certificates_and_token(self):
        for major in HELMS:
            with self.subTest(helm=major):
                before = render(major)
                server = chart.SecretsOnly(before, self.folder())
                self.addCleanup(server.stop)
                self.assertEqual(chart.secrets(server.render(major)), chart.secrets(before))

    def test_a_new_name_or_an_end_that_is_near_makes_a_new_certificate_by_the_same_authority(self):
        for major in HELMS:
            before = render(major)
            agent = find(before, "Secret", "load-specctl-agent-tls")
            agent["metadata"]["annotations"]["specctl/not-after"] = "1000000000"
            server = chart.SecretsOnly(before, self.folder())
            self.addCleanup(server.stop)
            after = chart.secrets(server.render(major, "--set", "tls.extraDnsNames={b.c}"))
            with self.subTest(helm=major):
                changed = {name for name, data in chart.secrets(before).items()
                           if data["tls.crt" if "tls.crt" in data else "token"]
                           != after[name]["tls.crt" if "tls.crt" in data else "token"]}
                self.assertEqual(changed, {"load-specctl-controller-tls", "load-specctl-agent-tls"})
                self.assertEqual({data["ca.crt"] for data in after.values() if "ca.crt" in data},
                                 {chart.secrets(before)["load-specctl-ca"]["tls.crt"]})

    def test_cert_manager_makes_the_same_names(self):
        objects = rendered(any_major(), CHART / "ci/cert-manager-issuer-values.yaml")
        for role in ("controller", "agent", "client"):
            spec = find(objects, "Certificate", f"load-specctl-{role}-tls")["spec"]
            self.assertEqual((spec["commonName"], spec["secretName"]),
                             (f"specctl-{role}", f"load-specctl-{role}-tls"))
            self.assertEqual(spec["issuerRef"]["name"], "company")
        self.assertFalse([o for o in objects if o["kind"] == "Issuer"])
        self.assertIn("load.example.com",
                      find(objects, "Certificate", "load-specctl-controller-tls")["spec"]["dnsNames"])

    def test_existing_secrets_are_mounted_and_none_is_made(self):
        objects = rendered(any_major(), CHART / "ci/existing-secrets-values.yaml")
        self.assertFalse([o for o in objects if o["kind"] == "Secret"])
        mounted = {name: [v["secret"]["secretName"] for v in pod["spec"]["volumes"]
                          if v["name"] == "tls"] for name, pod in pod_templates(objects).items()}
        self.assertEqual(mounted, {f"StatefulSet/{CONTROLLER}": ["my-controller"],
                                   f"StatefulSet/{AGENT}": ["my-agent"],
                                   "Pod/load-specctl-test": ["my-client"]})


class JobTest(unittest.TestCase):
    def job(self, *arguments):
        return [o for o in render(any_major(), "--set", "mode=job", "--set",
                                  "job.args={--url,http://vllm}", *arguments)
                if o["kind"] == "Job"][0]

    def test_it_runs_once_and_ends_with_the_runs_status(self):
        job = self.job()
        self.assertEqual(job["spec"]["backoffLimit"], 0)
        pod = job["spec"]["template"]["spec"]
        self.assertEqual(pod["restartPolicy"], "Never")
        arguments = pod["containers"][0]["args"]
        self.assertEqual(arguments[0], "run")
        for word in (f"--controller={CONTROLLER}.{NAMESPACE}.svc:7070", "--agents=4", "--strict",
                     "--url", "http://vllm"):
            self.assertIn(word, arguments)
        self.assertEqual(pod["containers"][0]["workingDir"], "/results")

    def test_numbers_of_a_values_file_are_words(self):
        objects = rendered(any_major(), CHART / "ci/job-values.yaml")
        arguments = [o for o in objects if o["kind"] == "Job"
                     ][0]["spec"]["template"]["spec"]["containers"][0]["args"]
        self.assertEqual(arguments[-4:], ["--bs", "512", "--requests", "1000000"])

    def test_other_work_is_another_job(self):
        name = self.job()["metadata"]["name"]
        self.assertEqual(self.job()["metadata"]["name"], name)
        self.assertNotEqual(self.job("--set", "job.args={--url,http://b}")["metadata"]["name"], name)


class BadValuesTest(unittest.TestCase):
    def refused(self, *settings):
        """What each Helm says."""
        for major in HELMS:
            arguments = [word for setting in settings for word in ("--set", setting)]
            done = helm(major, "template", "load", CHART, *arguments, ok=False)
            self.assertNotEqual(done.returncode, 0, settings)
            yield done.stderr

    def test_a_typo_is_refused_by_name(self):
        for setting, word in (("agent.replicas=3", "agent"), ("agents.replica=3", "replica"),
                              ("agents.resources.request.cpu=1", "request"),
                              ("controller.persistence.enable=true", "enable"),
                              ("tls.certManager.issuerRef.name=x", "issuerRef"),
                              ("job.persistence.class=x", "class"),
                              ("agents.avoid.gpuNode=off", "gpuNode"),
                              ("apiKeys[0].name=x", "name")):
            for text in self.refused(setting):
                with self.subTest(setting):
                    self.assertIn(word, text)
                    self.assertRegex(text, "(?i)additional propert")

    def test_impossible_values_are_refused(self):
        for setting, words in (
                ("agents.replicas=0", r"replicas.*1\b"), ("agents.replicas=10000", r"1,?024"),
                ("agents.kind=Job", "kind"), ("mode=cron", "mode"), ("tls.source=on", "source"),
                ("image.digest=abc", "digest"), ("agents.resources.requests.cpu=lots", "cpu"),
                ("mode=job", "job.args: need what to run.*--set"),
                ("agents.pinning=guaranteed", "agents.resources.requests.cpu: need whole cores"),
                ("tls.source=secrets", "tls.secrets.client: need the name"),
                ("cliRole.create=true", "cliRole.subjects: need whom")):
            for text in self.refused(setting):
                with self.subTest(setting):
                    self.assertRegex(text, re.compile(words, re.DOTALL))

    def test_flags_that_the_chart_adds_are_refused(self):
        for text in self.refused("mode=job", "job.args={--agents=3}"):
            self.assertIn("--agents=3 is added by the chart", text)


class NotesTest(unittest.TestCase):
    """Helm prints NOTES.txt only against a cluster: here it is rendered as an object."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.chart = pathlib.Path(folder.name) / "specctl"
        shutil.copytree(CHART, cls.chart)
        notes = (CHART / "templates/NOTES.txt").read_text()
        (cls.chart / "templates/notes.yaml").write_text(
            '{{- define "notes" -}}' + notes + '{{- end -}}\nkind: Notes\nmetadata: {name: notes}\n'
            'text: |\n  {{- include "notes" . | nindent 2 }}\n')

    def notes(self, *arguments):
        return find(render(any_major(), *arguments, chart=self.chart), "Notes", "notes")["text"]

    def test_the_next_command_is_exact(self):
        text = self.notes("--set", "agents.replicas=16")
        self.assertIn("    specctl run --kube --namespace llm --release load --agents 16 --bs 512 "
                      "--url http://vllm:8000\n", text)
        self.assertIn("    helm test load --namespace llm\n", text)

    def test_what_is_lost_or_open_is_said(self):
        self.assertIn("WARNING: controller.persistence.enabled is false", self.notes())
        kept = self.notes("--set", "controller.persistence.enabled=true")
        self.assertNotIn("WARNING", kept)
        self.assertIn("WARNING: tls.source is off", self.notes("--set", "tls.source=off"))
        self.assertIn("WARNING: agents.resources.limits.cpu throttles",
                      self.notes("--set", "agents.resources.limits.cpu=2"))

    def test_the_job_is_followed_by_its_name(self):
        arguments = ("--set", "mode=job", "--set", "job.args={--url,http://vllm}")
        name = [o for o in render(any_major(), *arguments) if o["kind"] == "Job"
                ][0]["metadata"]["name"]
        self.assertIn(f"logs --follow job/{name}\n", self.notes(*arguments))


if __name__ == "__main__":
    chart.main()
