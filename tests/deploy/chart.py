"""What the tests of the chart share: both majors of Helm, and what they render."""
import base64
import copy
import functools
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHART = ROOT / "deploy/helm/specctl"
BUILD = pathlib.Path(os.environ.get("SPECCTL_CHART_TOOLS", ROOT / "build/charts"))
GET_TOOLS = "tools/dev charts gets it"
SKIPPED = 77
# A namespace and release whose names show where they end up.
RELEASE, NAMESPACE = "load", "llm"


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


# PyYAML, jsonschema and the schemas of Kubernetes, unless the system has them.
VENV = BUILD / "venv/lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}" / "site-packages"
if VENV.is_dir():
    sys.path.insert(0, str(VENV))
try:
    import yaml
except ImportError:
    skip(f"no module yaml for {sys.executable}: {GET_TOOLS}")


def helms():
    """{major: program} of the Helms that there are."""
    found = {}
    for major in ("3", "4"):
        program = os.environ.get(f"HELM{major}") or str(BUILD / f"helm{major}/helm")
        if shutil.which(program):
            found[major] = program
    return found


HELMS = helms()


def main(needs_helm=True):
    """Runs the tests; what could not be tested for want of a tool is said, and ends with 77."""
    if needs_helm and not HELMS:
        skip(f"neither $HELM3 and $HELM4 nor {BUILD}/helm3 and helm4 are there: {GET_TOOLS}")
    done = unittest.main(exit=False)
    if not done.result.wasSuccessful():
        sys.exit(1)
    missing = [f"helm {major}" for major in ("3", "4") if needs_helm and major not in HELMS]
    missing += [reason for _, reason in done.result.skipped]
    if missing:
        skip(f"not all was tested: {', '.join(missing)}: {GET_TOOLS}")


def values_files():
    return sorted((CHART / "ci").glob("*-values.yaml"))


def helm(major, *arguments, ok=True, **kwargs):
    done = subprocess.run([HELMS[major], *map(str, arguments)], capture_output=True, text=True,
                          check=False, **kwargs)
    if ok and done.returncode != 0:
        raise AssertionError(f"helm {major} {' '.join(map(str, arguments))}: {done.stderr}")
    return done


def render(major, *arguments, chart=CHART, **kwargs):
    """The objects that `helm template` makes."""
    done = helm(major, "template", RELEASE, chart, "--namespace", NAMESPACE, *arguments, **kwargs)
    return [o for o in yaml.safe_load_all(done.stdout) if o]


@functools.cache
def rendered(major, values, kube_version=None):
    """The same for one of the sets of values; rendered once."""
    version = ("--kube-version", kube_version) if kube_version else ()
    return render(major, "--values", values, *version)


def any_major():
    return sorted(HELMS)[-1]


def find(objects, kind, name):
    found = [o for o in objects if o["kind"] == kind and o["metadata"]["name"] == name]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} objects {kind} {name}")
    return found[0]


def pod_templates(objects):
    """{kind/name: pod template} of all that makes pods, a bare pod included."""
    pods = {}
    for o in objects:
        if o["kind"] == "Pod":
            pods[f"Pod/{o['metadata']['name']}"] = o
        elif "template" in o.get("spec", {}):
            pods[f"{o['kind']}/{o['metadata']['name']}"] = o["spec"]["template"]
    return pods


def containers(pod):
    return pod["spec"].get("initContainers", []) + pod["spec"]["containers"]


def secrets(objects):
    """{name: {key: bytes}}"""
    return {o["metadata"]["name"]: {k: base64.b64decode(v) for k, v in o["data"].items()}
            for o in objects if o["kind"] == "Secret"}


def discovery(objects):
    """{path: answer} by which a client of Kubernetes learns the kinds of these objects."""
    kinds = {}
    for o in objects:
        kinds.setdefault(o["apiVersion"], set()).add(o["kind"])
    paths = {
        "/version": {"major": "1", "minor": "34", "gitVersion": "v1.34.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "apiVersion": "v1", "groups": []}}
    for version, names in kinds.items():
        resources = [{"name": f"{kind.lower()}s", "singularName": kind.lower(), "namespaced": True,
                      "kind": kind, "verbs": ["get", "list"]} for kind in sorted(names)]
        paths[f"/apis/{version}" if "/" in version else f"/api/{version}"] = {
            "kind": "APIResourceList", "groupVersion": version, "resources": resources}
        if "/" in version:
            this = {"groupVersion": version, "version": version.split("/")[1]}
            paths["/apis"]["groups"].append(
                {"name": version.split("/")[0], "versions": [this], "preferredVersion": this})
    return paths


class SecretsOnly:
    """As much of an API server as Helm's `lookup` needs: discovery, and the secrets it is given."""

    def __init__(self, objects, folder):
        kept = {o["metadata"]["name"]: o for o in copy.deepcopy(objects) if o["kind"] == "Secret"}
        for o in kept.values():
            o["metadata"].setdefault("annotations", {}).update(
                {"meta.helm.sh/release-name": RELEASE, "meta.helm.sh/release-namespace": NAMESPACE})
        paths = discovery(objects)

        class Handler(http.server.BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def do_GET(self):
                path = self.path.split("?")[0]
                name = re.fullmatch(rf"/api/v1/namespaces/{NAMESPACE}/secrets/(.+)", path)
                body = kept.get(name.group(1)) if name else paths.get(path)
                status = 200 if body else 404
                body = body or {"kind": "Status", "apiVersion": "v1", "status": "Failure",
                                "reason": "NotFound", "code": 404, "message": "not found"}
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

        self.httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.httpd.daemon_threads = True
        threading.Thread(target=self.httpd.serve_forever, daemon=True).start()
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "fake",
            "clusters": [{"name": "fake", "cluster": {
                "server": f"http://127.0.0.1:{self.httpd.server_port}"}}],
            "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake"}}],
            "users": [{"name": "fake", "user": {}}]}
        self.kubeconfig = pathlib.Path(folder) / f"kubeconfig-{self.httpd.server_port}"
        self.kubeconfig.write_text(yaml.safe_dump(config))

    def render(self, major, *arguments):
        return render(major, "--dry-run=server", "--disable-openapi-validation", *arguments,
                      env={**os.environ, "KUBECONFIG": str(self.kubeconfig)})

    def stop(self):
        self.httpd.shutdown()
        self.httpd.server_close()
