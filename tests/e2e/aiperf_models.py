"""Reads run folders with the data models of AIPerf 0.13.0; runs in its own virtual environment.

    aiperf_models.py RUN_DIR...     exit status 0: every file of every folder is as AIPerf's models say
"""
import json
import pathlib
import sys

from aiperf.common.models.export_models import JsonExportData, JsonMetricResult
from aiperf.common.models.record_models import MetricRecordInfo
from aiperf.common.models.server_metrics_models import ServerMetricsExportData

OURS = {"specctl"}  # our own key, which the models let through


def units():
    """Display units by tag, as AIPerf's registry has them."""
    from aiperf.metrics.metric_registry import MetricRegistry
    found = {}
    for tag in MetricRegistry.all_tags():
        metric = MetricRegistry.get_class(tag)
        found[tag] = str(metric.display_unit or metric.unit)
    return found


def check_metrics(metrics, known, where):
    for tag, metric in metrics.items():
        JsonMetricResult.model_validate(metric)
        assert tag in known, f"{where}: {tag} is no metric of AIPerf"
        assert metric["unit"] == known[tag], f"{where}: {tag}: {metric['unit']} != {known[tag]}"


def check_folder(folder, known):
    profile = json.loads((folder / "profile_export_aiperf.json").read_text())
    model = JsonExportData.model_validate(profile)
    fields = set(JsonExportData.model_fields)
    metrics = {key: value for key, value in profile.items()
               if isinstance(value, dict) and "unit" in value}
    unknown = set(profile) - fields - set(metrics) - OURS
    assert not unknown, f"{folder}: keys that are no metric: {unknown}"
    assert "request_latency" in metrics and model.request_latency.count > 0
    check_metrics(metrics, known, folder)
    check_metrics(profile.get("warmup_metrics", {}), known, folder)
    rows = 0
    with (folder / "profile_export.jsonl").open() as lines:
        for line in lines:
            row = json.loads(line)
            MetricRecordInfo.model_validate(row)
            for tag, metric in row["metrics"].items():
                assert metric["unit"] == known[tag], f"{folder}: {tag}: {metric['unit']}"
            rows += 1
    assert rows > 0, folder
    servers = json.loads((folder / "server_metrics_export.json").read_text())
    ServerMetricsExportData.model_validate(servers)
    assert set(servers) <= set(ServerMetricsExportData.model_fields) | OURS, set(servers)
    print(f"{folder}: {rows} records, {len(metrics)} metrics, {len(servers['metrics'])} families")


def main():
    known = units()
    for argument in sys.argv[1:]:
        check_folder(pathlib.Path(argument), known)


if __name__ == "__main__":
    main()
