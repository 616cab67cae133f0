"""Part (k): how often `specctl compare` calls two equal runs different.

Pairs that it refuses, because the machine was too busy for a valid run, are measured again.
"""
import json
import subprocess

from processes import Process, wait_for

HEADER = "  pairs  refused  with a false call  95 % intervals of table lines that leave out 0"
PAIRS, QUICK_PAIRS = 20, 3
DURATION_S, QUICK_DURATION_S = 12, 8
LOAD = ("--bs", "16", "--agents", "1", "--osl", "32", "--ignore-eos", "--temperature", "0", "--dataset", "builtin")


def measure(settings):
    pairs = QUICK_PAIRS if settings.quick else PAIRS
    duration_s = QUICK_DURATION_S if settings.quick else DURATION_S
    ports = settings.folder / "compare-ports"
    command = [settings.specctl, "sim", "--port", "0", "--port-file", ports, "--step-ms", "10"]
    row = {"pairs": 0, "duration_s": duration_s, "refused": 0, "pairs_with_false_call": 0, "false_calls": {},
           "outside": {}, "lines": {}}
    with Process([str(part) for part in command], settings.folder / "compare-sim.log"):
        url = wait_for("the engine's port", lambda: ports.exists() and ports.read_text().strip())
        for pair in range(2 * pairs):
            if row["pairs"] == pairs:
                break
            runs = run_in_turn(settings, url, pair, duration_s)
            add_pair(row, compared(settings, *runs))
    row["outside_share"] = sum(row["outside"].values()) / max(1, sum(row["lines"].values()))
    settings.show(f"  {row['pairs']:>5}  {row['refused']:>7}  {row['pairs_with_false_call']:>17}  "
                  f"{row['outside_share']:.1%} of {sum(row['lines'].values())}")
    for line in sorted(row["lines"]):
        settings.show(f"    {line:<32} leaves out 0 in {row['outside'].get(line, 0)} of {row['lines'][line]}, "
                      f"called in {row['false_calls'].get(line, 0)}")
    return row


def run_in_turn(settings, url, pair, duration_s):
    """A and B of one pair, one after the other on one engine, as a user measures them."""
    dirs = [settings.folder / f"compare-{pair}-{name}" for name in "ab"]
    for run_dir in dirs:
        subprocess.run([str(settings.specctl), "run", "--url", url, *LOAD, "--duration", f"{duration_s}s",
                        "--output-dir", str(run_dir)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return dirs


def compared(settings, a, b):
    done = subprocess.run([str(settings.specctl), "compare", str(a), str(b), "--format", "json"], capture_output=True,
                          text=True, check=False)
    if done.returncode not in (0, 2) or not done.stdout:
        raise RuntimeError(f"specctl compare ended with {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def lines_of(comparison):
    """The table's lines that have an interval, which all others' finding "none" tells: name, statistic."""
    for key, figure in comparison["figures"].items():
        for name, statistic in figure.get("statistics", {"": figure}).items():
            if statistic["finding"] != "none":
                yield f"{key} {name}".strip(), statistic


def add_pair(row, comparison):
    if not comparison["comparable"]:
        row["refused"] += 1
        row.setdefault("refusals", []).append([refusal["text"] for refusal in comparison["refusals"]])
        return
    row["pairs"] += 1
    called = False
    for name, statistic in lines_of(comparison):
        row["lines"][name] = row["lines"].get(name, 0) + 1
        difference = statistic["difference"]
        if difference["low"] > 0 or difference["high"] < 0:
            row["outside"][name] = row["outside"].get(name, 0) + 1
        if statistic["finding"] in ("better", "worse", "different"):
            called = True
            row["false_calls"][name] = row["false_calls"].get(name, 0) + 1
    row["pairs_with_false_call"] += called
