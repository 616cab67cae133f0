"""Parts (c) and (e): the stream decoder alone, and ingest and analysis from bytes in memory (Google Benchmark)."""
import json
import subprocess


def medians(settings, binary, pattern):
    """{name: benchmark} of the medians over the repetitions."""
    done = subprocess.run(
        [str(settings.binaries / binary), f"--benchmark_filter={pattern}",
         f"--benchmark_repetitions={max(2, settings.repetitions)}",
         "--benchmark_report_aggregates_only=true", "--benchmark_format=json"],
        capture_output=True, text=True, check=True)
    return {entry["run_name"]: entry for entry in json.loads(done.stdout)["benchmarks"]
            if entry["aggregate_name"] == "median"}


def decoder(settings):
    """Million chunks a second and core of each stage of the decoder."""
    rates = {name: entry["chunks/s"] / 1e6
             for name, entry in medians(settings, "stream_decoder_bench", ".").items()}
    for name, rate in rates.items():
        settings.show(f"  {name:<28} {rate:>7.2f} million chunks/s and core")
    return rates


def ingest(settings):
    """By agents: million chunks a second and core, from a batch's bytes to the run's results."""
    rates = {}
    for name, entry in medians(settings, "fold_bench", "BM_IngestAndFold").items():
        agents = int(name.split("/")[1])
        rates[agents] = entry["items_per_second"] / 1e6
        settings.show(f"  {agents:>2} agents {rates[agents]:>7.2f} million chunks/s and core; encoded "
                      f"batches alone {entry['wire_bytes_per_chunk']:.2f} bytes a chunk, as records "
                      f"{entry['journal_bytes_per_chunk']:.2f}")
    return rates


def look(settings):
    """By requests in the hold: how long the run's thread is busy with a look at its figures, in ms."""
    times = {}
    for name, entry in medians(settings, "fold_bench", "BM_HoldSoFar").items():
        requests = int(name.split("/")[1])
        times[requests] = entry["real_time"]
        settings.show(f"  {requests:>7,} requests {times[requests]:>8.1f} ms")
    return times
