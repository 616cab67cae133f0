"""Part (h): the same load through AIPerf and `vllm bench serve`, and what each prints beside the send log's truth.

DIR/aiperf and DIR/vllm are virtual environments; what is missing is installed by pip (vLLM: some GB).
"""
import json
import resource
import subprocess
import sys
from array import array

import arrival_error
import chunk_join
import printed_figures
from cpu_per_chunk import over_time
from processes import PacedEngine, Process, children_of, osl_for, wait_until_open, write_prompts
from quantiles import quantile

PACKAGES = {"aiperf": "aiperf==0.13.0", "vllm": "vllm[bench]==0.32.0"}
LOADS = [(512, 50), (2048, 25)]
QUICK_LOADS = [(64, 50)]
PATIENCE_S = 600
FIGURES = ("ttft_ms", "step_latency_ms", "itl_ms", "user_tps")
# Where each keeps these, as its own names have it.
AIPERF_KEYS = {"ttft_ms": "time_to_first_token", "step_latency_ms": "inter_chunk_latency",
               "itl_ms": "inter_token_latency", "user_tps": "output_token_throughput_per_user"}
VLLM_KEYS = {"ttft_ms": "ttft_ms", "step_latency_ms": "itl_ms", "itl_ms": "tpot_ms"}
TOKENIZER = {"version": "1.0", "truncation": None, "padding": None, "added_tokens": [],
             "normalizer": None, "pre_tokenizer": {"type": "Whitespace"}, "post_processor": None,
             "decoder": None, "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "token": 1},
                                        "unk_token": "[UNK]"}}


def measure(settings):
    for peer in PACKAGES:
        install(settings, peer)
    tokenizer = write_tokenizer(settings.folder / "tokenizer")
    rows = []
    for streams, chunks_per_s in QUICK_LOADS if settings.quick else LOADS:
        row = specctl_row(settings, streams, chunks_per_s)
        rows.append(row)
        show(settings, row)
        for peer in PACKAGES:
            try:
                row = one_row(settings, peer, tokenizer, streams, chunks_per_s)
            except RuntimeError as error:  # the peer's own failure costs its row alone
                settings.show(f"  {streams:>5} x {chunks_per_s}/s  {peer:<8} FAILED: {error}")
                rows.append({"client": peer, "streams": streams, "chunks_per_s": chunks_per_s,
                             "void": str(error)})
                continue
            rows.append(row)
            show(settings, row)
    return rows


def program(settings, peer):
    return settings.peers / peer / "bin" / peer


def install(settings, peer):
    if program(settings, peer).exists():
        return
    settings.show(f"  installing {PACKAGES[peer]} into {settings.peers / peer}")
    subprocess.run([sys.executable, "-m", "venv", str(settings.peers / peer)], check=True)
    subprocess.run([str(settings.peers / peer / "bin" / "pip"), "install", "-q", PACKAGES[peer]],
                   check=True)


def write_tokenizer(folder):
    """The least that both load offline; the token counts come from the server's usage."""
    folder.mkdir()
    (folder / "tokenizer.json").write_text(json.dumps(TOKENIZER))
    (folder / "tokenizer_config.json").write_text(json.dumps(
        {"tokenizer_class": "PreTrainedTokenizerFast", "unk_token": "[UNK]"}))
    return folder


def specctl_row(settings, streams, chunks_per_s):
    row = arrival_error.fair_row(settings, "kernel", streams, chunks_per_s)
    figures = {name: {} for name in FIGURES}
    truth = {name: {} for name in FIGURES}
    for found in row["printed"]["rows"]:
        figures[found["figure"]][found["quantile"]] = found["printed"]
        truth[found["figure"]][found["quantile"]] = found["truth"]
    truth["ttft_ms"] = row["printed"]["ttft_parts_ms"]["read_to_first_send"]
    return {"client": "specctl", "streams": streams, "chunks_per_s": chunks_per_s, "printed": figures,
            "truth": truth, "arrival": row["steady"], "cpu_us": None, "whole_cpu_us": None,
            "late_us_p99": row["late_us_p99"], "void": row["void"]}


def one_row(settings, peer, tokenizer, streams, chunks_per_s):
    folder = settings.folder / f"peer-{peer}-{streams}-{chunks_per_s}"
    folder.mkdir()
    osl = osl_for(chunks_per_s, 8 if settings.quick else 20)
    send_log = folder / "send_log.jsonl"
    prompts = write_prompts(folder / "prompts.jsonl", streams)
    row = {"client": peer, "streams": streams, "chunks_per_s": chunks_per_s, "void": None}
    with PacedEngine(settings.specctl, folder, chunks_per_s, send_log) as engine:
        command = COMMANDS[peer](program(settings, peer), engine.url, tokenizer, prompts, streams, osl)
        before_s = children_cpu_s()
        with Process(command, folder / f"{peer}.out", cwd=folder) as client:
            row["cpu_us"] = cpu_us(engine, client, streams)
            client.wait(PATIENCE_S)
        row["whole_cpu_us"] = (children_cpu_s() - before_s) * 1e6 / engine.report()["chunks"]
    with send_log.open() as lines:
        log = chunk_join.SendLog(lines)
    row["printed"], row["arrival"] = RESULTS[peer](folder, log)
    truth = printed_figures.figures_of(log.sent)
    truth["ttft_ms"] = [(sent.begin[0] - log.read_ns[r]) / 1e6 for r, sent in log.sent.items()]
    row["truth"] = {name: quantiles_of(values) for name, values in truth.items()}
    late = sorted(ns for _, ns in chunk_join.lateness_ns(log.sent, 1e9 / chunks_per_s))
    row["late_us_p99"] = quantile(late, 0.99) / 1e3
    return row


def children_cpu_s():
    """Of all children that have ended, and of theirs; the engine, still running, is none of them."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def quantiles_of(values):
    values.sort()
    return {name: quantile(values, q) for name, q in printed_figures.QUANTILES.items()}


def cpu_us(engine, client, streams):
    """Of the client's whole tree of processes, for each chunk, while all streams are open."""
    try:
        wait_until_open(engine, client, streams)
    except RuntimeError:  # never all at once
        return None
    return over_time(engine, descendants(client.pid), client.pid, 4)["cpu_us"]


def descendants(pid):
    found = [pid]
    for child in children_of(pid):
        found += descendants(child)
    return found


def aiperf_command(binary, url, tokenizer, prompts, streams, osl):
    rows = [json.loads(line) for line in prompts.read_text().splitlines()]
    prompts.write_text("".join(json.dumps({"text": row["prompt"]}) + "\n" for row in rows))
    usage = {"stream_options": {"include_usage": True, "continuous_usage_stats": True}}
    return [str(binary), "profile", "-m", "sim", "--url", url, "--endpoint-type", "chat", "--streaming",
            "--tokenizer", str(tokenizer), "--use-server-token-count", "--concurrency", str(streams),
            "--request-count", str(streams), "--input-file", str(prompts), "--custom-dataset-type",
            "single_turn", "--osl", str(osl), "--ui", "none", "--export-level", "raw",
            "--output-artifact-dir", "artifacts", "--no-server-metrics", "--extra-inputs", json.dumps(usage)]


def aiperf_result(folder, log):
    """Its own figures, and the error of its stamps: request_start_ns + perf_ns - start_perf_ns."""
    summary = json.loads((folder / "artifacts" / "profile_export_aiperf.json").read_text())
    printed = {name: {q: summary[key][q] for q in printed_figures.QUANTILES}
               for name, key in AIPERF_KEYS.items()}
    arrived = {}
    with (folder / "artifacts" / "profile_export_raw.jsonl").open() as lines:
        for line in lines:
            response, stamps = aiperf_stamps(json.loads(line))
            arrived[response] = chunk_join.Arrived(stamps, stamps)
    log.keep(arrived)
    begin, end = log.all_open()
    pairs, _ = chunk_join.join(log.sent, arrived)
    steady = [pair for pair in pairs if begin <= pair.begin < end]
    return printed, chunk_join.arrival_errors(steady or pairs)


def aiperf_stamps(record):
    """(response id, wall-clock stamps of the token-bearing chunks) of a line of the raw export."""
    offset = record["metadata"]["request_start_ns"] - record["start_perf_ns"]
    response, stamps = None, array("q")
    for entry in record["responses"]:
        for packet in entry["packets"]:
            if not packet["value"].startswith("{"):
                continue
            chunk = json.loads(packet["value"])
            response = chunk["id"]
            if chunk["choices"] and chunk["choices"][0]["delta"].get("content"):
                stamps.append(entry["perf_ns"] + offset)
    return response, stamps


def vllm_command(binary, url, tokenizer, prompts, streams, osl):
    return [str(binary), "bench", "serve", "--backend", "openai-chat", "--base-url", url, "--endpoint",
            "/v1/chat/completions", "--model", "sim", "--tokenizer", str(tokenizer), "--dataset-name",
            "custom", "--dataset-path", str(prompts), "--skip-chat-template", "--disable-shuffle",
            "--custom-output-len", str(osl), "--num-prompts", str(streams), "--request-rate", "inf",
            "--metric-percentiles", "50,99", "--save-result", "--result-dir", ".",
            "--result-filename", "result.json", "--disable-tqdm"]


def vllm_result(folder, log):
    """Its own figures; it keeps no wall-clock stamp of a chunk."""
    result = json.loads((folder / "result.json").read_text())
    return {name: {q: result[f"{q}_{key}"] for q in printed_figures.QUANTILES}
            for name, key in VLLM_KEYS.items()}, None


COMMANDS = {"aiperf": aiperf_command, "vllm": vllm_command}
RESULTS = {"aiperf": aiperf_result, "vllm": vllm_result}


def show(settings, row):
    head = f"  {row['streams']:>5} x {row['chunks_per_s']}/s  {row['client']:<8}"
    notes = []
    if row["arrival"]:
        errors = row["arrival"]["error_us"]
        notes.append(f"arrival error p50 {arrival_error.micros(errors['p50'])}, p99 "
                     f"{arrival_error.micros(errors['p99'])}")
    if row["cpu_us"]:
        notes.append(f"CPU {row['cpu_us']:.1f} us a chunk while all are open")
    if row["whole_cpu_us"]:
        notes.append(f"{row['whole_cpu_us']:.1f} us over its whole run, start and export included")
    notes.append(f"engine late p99 {arrival_error.micros(row['late_us_p99'])}")
    if row["void"]:
        notes.append(f"VOID: {row['void']}")
    settings.show(f"{head} {'; '.join(notes)}")
    for name in FIGURES:
        if name in row["printed"]:
            printed, truth = row["printed"][name], row["truth"][name]
            settings.show(f"{head}   {name:<16} p50 {printed['p50']:>10.2f} (log {truth['p50']:>8.2f})   "
                          f"p99 {printed['p99']:>10.2f} (log {truth['p99']:>8.2f})")
