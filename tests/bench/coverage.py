"""Part (l): how often the 95 % intervals of simulated steady runs hold the truth (docs/statistics.md)."""
import json
import subprocess

HEADER = ("  traffic          figure                 held  width / oracle's  absent  half width  effective requests")
UNTIL_HEADER = "  traffic          until                 goal    held  half width     hold  looks  not met"
UNTIL_HOLD_S = 600  # the longest that these may last
RUNS, QUICK_RUNS = 1000, 40
EFFECTIVE_MIN = 1000  # requests that a p99 needs; of fewer it is a bound


def measure(settings):
    runs = QUICK_RUNS if settings.quick else RUNS
    done = subprocess.run([str(settings.binaries / "coverage_bench"), "--json", "--runs", str(runs)],
                          capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)
    for row in rows:
        settings.show(f"  {row['traffic']:<16} {row['figure']:<20} {row['held']:>6.1%}  {row['width_over_oracle']:>16.2f}"
                      f"  {row['absent']:>6.1%}  {row['half_width']:>10.1%}  {row['effective']:>18.0f}")
    return rows


def measure_until(settings):
    runs = QUICK_RUNS if settings.quick else RUNS
    done = subprocess.run([str(settings.binaries / "coverage_bench"), "--until", "--json", "--hold-s", str(UNTIL_HOLD_S),
                           "--runs", str(runs)], capture_output=True, text=True, check=True)
    rows = json.loads(done.stdout)
    for row in rows:
        settings.show(f"  {row['traffic']:<16} {row['until']:<20} {row['half_width_goal']:>6.1%}  {row['held']:>6.1%}"
                      f"  {row['half_width']:>10.2%}  {row['hold_s']:>5.0f} s  {row['looks']:>5.1f}  {row['not_met']:>7}")
    return rows


def is_bound(row):
    """Whether so few of its requests are independent that it is to be a bound."""
    return row["figure"].endswith("p99") and row["effective"] < EFFECTIVE_MIN
