#!/usr/bin/env python3
"""What the chart renders is valid by the schemas of Kubernetes 1.25 and 1.36, unknown fields included."""
import functools
import itertools
import re
import unittest

import chart
from chart import CHART, HELMS, render, rendered

try:
    import jsonschema
    import referencing
    from kubernetes_validate import utils
except ImportError as missing:
    chart.skip(f"{missing}: {chart.GET_TOOLS}")

VERSIONS = ("1.25", "1.36")
# Not Kubernetes' own: nothing here knows their schemas.
CUSTOM = {"Certificate", "Issuer", "ServiceMonitor", "PodMonitor"}


@functools.cache
def definitions(version):
    contents = utils.schema_contents(
        f"kubernetes-json-schema/v{version}.0-local-strict/_definitions.json", version)
    return referencing.Resource.from_contents(contents) @ referencing.Registry()


@functools.cache
def validator(version, api_version, kind):
    api = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    schema = utils.schema_contents(
        f"kubernetes-json-schema/v{version}.0-local-strict/{kind.lower()}-{api}.json", version)
    registry = referencing.Resource.from_contents(schema) @ definitions(version)
    return jsonschema.Draft202012Validator(schema, registry=registry)


def faults(version, o):
    return [f"{o['kind']} {o['metadata']['name']}: {'.'.join(map(str, e.absolute_path))}: "
            f"{e.message}" for e in validator(version, o["apiVersion"], o["kind"]).iter_errors(o)]


class ManifestsTest(unittest.TestCase):
    def test_every_object_is_valid_and_has_no_unknown_field(self):
        for major, values, version in itertools.product(HELMS, chart.values_files(), VERSIONS):
            for o in rendered(major, values, f"{version}.0"):
                if o["kind"] in CUSTOM:
                    continue
                with self.subTest(helm=major, values=values.name, version=version):
                    self.assertEqual(faults(version, o), [])

    def test_an_unknown_field_would_be_found(self):
        for version in VERSIONS:
            objects = rendered(chart.any_major(), CHART / "ci/default-values.yaml", f"{version}.0")
            o = chart.find(objects, "StatefulSet", "load-specctl-agent")
            spec = {**o["spec"], "podManagmentPolicy": "Parallel"}
            self.assertIn("podManagmentPolicy", str(faults(version, {**o, "spec": spec})))

    def test_custom_objects_are_of_the_versions_that_their_operators_serve(self):
        versions = {"Certificate": "cert-manager.io/v1", "Issuer": "cert-manager.io/v1",
                    "ServiceMonitor": "monitoring.coreos.com/v1",
                    "PodMonitor": "monitoring.coreos.com/v1"}
        seen = set()
        for values in chart.values_files():
            for o in rendered(chart.any_major(), values):
                if o["kind"] in CUSTOM:
                    self.assertEqual(o["apiVersion"], versions[o["kind"]])
                    seen.add(o["kind"])
        self.assertEqual(seen, CUSTOM)

    def test_extra_objects_are_rendered_too(self):
        names = [o["metadata"]["name"] for o in render(
            chart.any_major(), "--values", CHART / "ci/everything-values.yaml")]
        self.assertIn("load-extra", names)
        self.assertIn("a-name-of-forty-characters-which-is-long-extra2", names)


if __name__ == "__main__":
    chart.main()
