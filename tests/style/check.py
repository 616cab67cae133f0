#!/usr/bin/env python3
"""Checks of the source tree's style: `check.py NAME`, NAME being one of the functions below.

Each prints what it finds as file:line: text and exits with 1 where it finds anything.
"""
import pathlib
import re
import subprocess
import sys

from co_await_hazard import hazards

ROOT = pathlib.Path(__file__).resolve().parents[2]

# A folder of common/ may include those before it (and itself), as common/CMakeLists.txt orders them.
COMMON_ORDER = ("base net security stats speculation dataset workload prometheus engine journal session timeline "
                "figures analysis export report matrix forms compare planning sweep").split()
# Generated protobuf types stop at these folders.
PROTO_FOLDERS = ("common/journal/", "common/session/", "agent/session/", "controller/api/", "controller/session/", "tests/")
LINES_MAX = {".h": 150, ".cc": 400, "test": 600}


def sources():
    files = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.cc", "*.h"],
        cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    return [name for name in sorted(set(files)) if (ROOT / name).exists()]


def lines_of(name):
    return (ROOT / name).read_text(encoding="utf-8").split("\n")


def includes(name):
    for number, line in enumerate(lines_of(name), 1):
        match = re.match(r'#include [<"]([^">]+)[">]', line)
        if match:
            yield number, match.group(1)


def allowed(source, target):
    """Whether `source` may include the project's file `target`."""
    top = target.split("/")[0]
    mine = source.split("/")
    if mine[0] == "tests":
        return True
    if top == "tests":
        return False
    if mine[0] == "common":
        if top != "common":
            return False
        return COMMON_ORDER.index(target.split("/")[1]) <= COMMON_ORDER.index(mine[1])
    if mine[0] in ("agent", "controller"):
        return top in ("common", mine[0])
    return mine[0] == "tools" and top in ("common", "agent", "controller", "tools")


def includes_point_one_way():
    for name in sources():
        for number, target in includes(name):
            if target.startswith("specctl/v1/"):
                if not name.startswith(PROTO_FOLDERS):
                    yield f"{name}:{number}: generated type outside {', '.join(PROTO_FOLDERS)}"
            elif re.match(r"(common|agent|controller|tools|tests)/", target):
                if not allowed(name, target):
                    yield f"{name}:{number}: may not include {target}"


def sizes():
    for name in sources():
        kind = "test" if name.startswith("tests/") else pathlib.Path(name).suffix
        limit = LINES_MAX[kind]
        count = len(lines_of(name)) - 1
        if count > limit:
            yield f"{name}:{count}: longer than {limit} lines; find the seam"


# Tests of several sources of a folder together.
TESTS_OF_A_FOLDER = {
    "tests/unit/common/engine/engine_quirks_test.cc",  # bytes as each engine sends them, to figures
    "tests/unit/common/engine/recordings_test.cc",  # recorded responses, through HTTP to figures
}

# Sources with a test for each of several subjects: <source>_<subject>_test.cc.
TESTED_BY_SUBJECT = {
    "common/analysis/server_fold": ("replicas",),
    "common/analysis/acceptance_fold": ("coverage", "traps"),
    "common/analysis/headline_figures": ("coverage",),
    "common/engine/response_reader": ("timings", "tokens"),
    "common/figures/catalogue": ("docs",),
    "controller/run/run_machine": ("joining", "limits", "loss"),
}


def tests_mirror_sources():
    by_subject = {f"tests/unit/{source}_{subject}_test.cc"
                  for source, subjects in TESTED_BY_SUBJECT.items() for subject in subjects}
    for name in sources():
        match = re.match(r"tests/unit/(.+)_test\.cc$", name)
        if name in TESTS_OF_A_FOLDER | by_subject:
            continue
        if match and not any((ROOT / (match.group(1) + end)).exists() for end in (".cc", ".h")):
            yield f"{name}:1: no source {match.group(1)}.cc or .h"


def tests_are_built():
    for name in sources():
        match = re.match(r"tests/(?:unit|integration|fuzz)/.*?([^/]+)_(?:test|fuzz)\.cc$", name)
        if not match:
            continue
        build = pathlib.Path(name).parent / "CMakeLists.txt"
        if not re.search(rf"\b{match.group(1)}\b", (ROOT / build).read_text(encoding="utf-8")):
            yield f"{name}:1: {build} does not name {match.group(1)}"


def co_await_hazard():
    for name in sources():
        for line, what in hazards((ROOT / name).read_text(encoding="utf-8")):
            yield f"{name}:{line}: {what} in a co_await expression; name it first"


# The places where text meets a terminal: each makes it safe there (common/base/printable.h).
PRINTERS = {
    "tools/specctl/print_page.cc", "tools/sim/sim_command.cc", "tools/sim/model_server.cc",
    "tools/sim/pace_server.cc", "tools/sim/serve.cc", "agent/session/agent_process.cc",
}


def printing():
    for name in sources():
        if name.startswith("tests/") or name in PRINTERS:
            continue
        for number, line in enumerate(lines_of(name), 1):
            if re.search(r"std::c(out|err|log)\s*<<|\berr(or)?\s*<<\s*\"|\b(f?printf|f?puts|F?PrintF)\(", line):
                yield f"{name}:{number}: prints by itself; use PrintPage or Say"


def names():
    for name in sources():
        if re.search(r"(^|/)(utils?|helpers?|misc|manager|core)(/|[._])", name):
            yield f"{name}:1: a name that says nothing"


def format():
    result = subprocess.run(["clang-format", "--dry-run", "-Werror", *sources()], cwd=ROOT,
                            capture_output=True, text=True, check=False)
    wrong = sorted(set(re.findall(r"^(\S+?):\d+:\d+: error", result.stderr, re.MULTILINE)))
    for name in wrong:
        yield f"{name}:1: not as .clang-format says; run tools/dev format"
    if result.returncode != 0 and not wrong:
        yield result.stderr


def main():
    checks = [includes_point_one_way, sizes, tests_mirror_sources, tests_are_built,
              co_await_hazard, printing, names, format]
    wanted = {check.__name__: check for check in checks}
    if len(sys.argv) != 2 or sys.argv[1] not in wanted:
        sys.exit(f"usage: check.py {'|'.join(wanted)}")
    found = list(wanted[sys.argv[1]]())
    print("\n".join(found) or f"{sys.argv[1]}: {len(sources())} files, nothing found")
    sys.exit(1 if found else 0)


main()
