#!/usr/bin/env python3
"""values.yaml, values.schema.json and the templates name the same values."""
import json
import re
import unittest

import chart
from chart import CHART

SCHEMA = json.loads((CHART / "values.schema.json").read_text())
TEMPLATES = {path.relative_to(CHART): path.read_text()
             for path in sorted((CHART / "templates").rglob("*")) if path.is_file()}
# Templates hand these on as a whole, or look their parts up by name.
WHOLE = {"controller.resources", "agents.resources", "job.resources", "tests.resources",
         "tls.secrets"}


def resolved(node):
    while "$ref" in node:
        node = SCHEMA["definitions"][node["$ref"].rsplit("/", 1)[1]]
    return node


def leaves(node, path=()):
    """Paths of the schema that have no named parts, or are handed on as a whole."""
    node = resolved(node)
    if "properties" not in node or ".".join(path) in WHOLE:
        yield ".".join(path)
        return
    for name, child in node["properties"].items():
        yield from leaves(child, path + (name,))


def at(path):
    """The schema of a value, or None."""
    node = resolved(SCHEMA)
    for name in path.split("."):
        if "properties" not in node:
            return node if node.get("type") == "object" else None
        node = node["properties"].get(name)
        if node is None:
            return None
        node = resolved(node)
    return node


def used():
    """(template, path) of each `.Values.path`."""
    for template, text in TEMPLATES.items():
        for match in re.finditer(r"\.Values((?:\.[A-Za-z][A-Za-z0-9]*)+)", text):
            yield template, match.group(1)[1:]


def defaults(node, path=()):
    if isinstance(node, dict) and node and ".".join(path) not in WHOLE | FREE:
        for name, child in node.items():
            yield from defaults(child, path + (name,))
    else:
        yield ".".join(path)


LEAVES = set(leaves(SCHEMA))
# Leaves that may hold anything, and so have defaults inside.
FREE = LEAVES


class ValuesTest(unittest.TestCase):
    def test_every_value_that_a_template_uses_is_in_the_schema(self):
        for template, path in used():
            with self.subTest(template=str(template)):
                self.assertIsNotNone(at(path), path)

    def test_every_value_of_the_schema_is_used_by_a_template(self):
        paths = {path for _, path in used()}
        unused = {leaf for leaf in LEAVES
                  if leaf not in paths and not any(p.startswith(leaf + ".") for p in paths)}
        self.assertEqual(unused, set())

    def test_every_value_has_a_default_and_a_place_in_the_schema(self):
        values = chart.yaml.safe_load((CHART / "values.yaml").read_text())
        self.assertEqual(set(defaults(values)), LEAVES)

    def test_nothing_unknown_is_let_through(self):
        def check(node, path):
            node = resolved(node)
            if "properties" in node:
                if path != "global":  # other charts' too
                    self.assertIs(node.get("additionalProperties"), False, path or "(root)")
                for name, child in node["properties"].items():
                    check(child, f"{path}.{name}".strip("."))
            if "items" in node:
                check(node["items"], path + "[]")

        check(SCHEMA, "")

    def test_the_schema_is_of_the_draft_that_both_helms_read(self):
        self.assertEqual(SCHEMA["$schema"], "http://json-schema.org/draft-07/schema#")


if __name__ == "__main__":
    chart.main(needs_helm=False)
