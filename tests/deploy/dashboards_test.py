#!/usr/bin/env python3
"""The dashboards query only what metric_names.txt lists, by labels that it has, and panels are whole."""
import json
import pathlib
import re
import unittest

import chart
from chart import CHART

# Labels that Prometheus adds where it scrapes.
TARGET_LABELS = {"namespace", "pod", "instance", "job"}


def metric_names():
    """{name: (exporters, labels)} of metric_names.txt."""
    names = {}
    for line in (pathlib.Path(__file__).parent / "metric_names.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            name, exporters, labels = (line.split() + [""])[:3]
            names[name] = (set(exporters.split(",")), set(labels.split(",")) - {""})
    return names


NAMES = metric_names()
BOARDS = {path.name: json.loads(path.read_text())
          for path in sorted((CHART / "dashboards").glob("*.json"))}


def queries():
    """(where, PromQL) of all panels and variables."""
    for name, board in BOARDS.items():
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                yield f"{name}: {panel['title']}", target["expr"]
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                match = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
                yield f"{name}: ${variable['name']}", f"sum by ({match[2]}) ({match[1]})"


def metrics_of(query):
    return set(re.findall(r"(?:specctl_|vllm:)\w+", query))


class DashboardsTest(unittest.TestCase):
    def test_only_metrics_that_there_are(self):
        for where, query in queries():
            with self.subTest(where):
                self.assertTrue(metrics_of(query), query)
                self.assertLessEqual(metrics_of(query), NAMES.keys())

    def test_only_labels_that_they_have(self):
        for where, query in queries():
            labels = {label for by in re.findall(r"\b(?:by|ignoring|on) \(?([\w, ]+)\)", query)
                      for label in by.split(", ")}
            labels |= set(re.findall(r"[{,](\w+)[!=]?[=~]", query))
            for metric in metrics_of(query):
                with self.subTest(where, metric=metric):
                    known = set().union(*(NAMES[m][1] for m in metrics_of(query)))
                    self.assertLessEqual(labels, known | TARGET_LABELS)

    def test_every_metric_of_the_list_is_shown_somewhere(self):
        shown = set().union(*(metrics_of(query) for _, query in queries()))
        self.assertEqual(NAMES.keys() - shown, set())

    def test_counters_are_read_as_rates_and_nothing_else_is(self):
        for where, query in queries():
            if where.split(": ")[1].startswith("$"):
                continue
            for metric in metrics_of(query):
                with self.subTest(where, metric=metric):
                    self.assertEqual(f"rate({metric}" in query, metric.endswith("_total"))

    def test_panels_do_not_overlap_and_have_a_source_that_can_be_chosen(self):
        for name, board in BOARDS.items():
            cells = set()
            ids = [panel["id"] for panel in board["panels"]]
            self.assertEqual(len(ids), len(set(ids)))
            for panel in board["panels"]:
                at = panel["gridPos"]
                mine = {(x, y) for x in range(at["x"], at["x"] + at["w"])
                        for y in range(at["y"], at["y"] + at["h"])}
                with self.subTest(name, panel=panel["title"]):
                    self.assertLessEqual(at["x"] + at["w"], 24)
                    self.assertFalse(cells & mine)
                    for target in panel.get("targets", []):
                        self.assertEqual(target["datasource"]["uid"], "${datasource}")
                cells |= mine

    def test_both_are_in_the_chart(self):
        if not chart.HELMS:
            self.skipTest("helm")
        objects = chart.rendered(chart.any_major(), CHART / "ci/monitoring-values.yaml")
        found = {key: json.loads(text) for o in objects if o["kind"] == "ConfigMap"
                 for key, text in o["data"].items()}
        self.assertEqual(found, {f"specctl-{name}": board for name, board in BOARDS.items()})
        self.assertEqual(set(BOARDS), {"load.json", "acceptance.json"})


if __name__ == "__main__":
    chart.main(needs_helm=False)
