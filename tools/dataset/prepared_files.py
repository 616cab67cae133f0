# SPDX-License-Identifier: Apache-2.0
"""Prepared datasets in a folder: what a whole one is, how it gets there, and its pins.

<folder>/speed-bench/<config>.jsonl   one config of SPEED-Bench, rows with `messages`
<folder>/speed-bench/prepared.json    for each config: SHA-256, rows, revision, sources, resolver
<folder>/speed-bench/.work/           partial downloads and resolver output, never read as data

A prepared file appears at once and whole (temporary file, fsync, rename), after all its rows were
verified. Its pin is written after it; a kill between the two is mended by the next call.
"""
import collections
import contextlib
import datetime
import fcntl
import hashlib
import json
import os
import pathlib
import re
import shutil

from outcome import Refused

DATASET = "nvidia/SPEED-Bench"
PLACEHOLDER = "FULL BENCHMARK DATA SHOULD BE FETCHED FROM THE SOURCE USING SPECDEC_BENCH"
QUALITATIVE = ("coding", "humanities", "math", "multilingual", "qa", "rag", "reasoning",
               "roleplay", "stem", "summarization", "writing")
TIERS = ("low_entropy", "mixed", "high_entropy")
CONFIGS = ("qualitative", "throughput_1k", "throughput_2k", "throughput_8k", "throughput_16k",
           "throughput_32k")
QUESTION_ID_CHARS = 32


def rows_per_category(config):
    """{category: rows} of a whole config: 880 rows, or 1,536."""
    if config == "qualitative":
        return dict.fromkeys(QUALITATIVE, 80)
    return dict.fromkeys(TIERS, 512)


def config_of_name(name):
    """The config that a dataset name of docs/datasets.md is read from, or None."""
    rest = name.removeprefix("speed_bench_")
    if rest == name:
        return rest if rest in CONFIGS else None
    if rest in QUALITATIVE:
        return "qualitative"
    throughput = re.fullmatch(r"(throughput_\d+k)(?:_(?:low_entropy|mixed|high_entropy))?", rest)
    config = throughput.group(1) if throughput else rest
    return config if config in CONFIGS else None


def dataset_folder(flag):
    """Where prepared files go: --dataset-dir, else $SPECCTL_DATASETS, else the default folder."""
    if flag:
        return pathlib.Path(flag).expanduser()
    environment = os.environ.get("SPECCTL_DATASETS", "")
    if environment:
        return pathlib.Path(environment)
    return pathlib.Path.home() / ".cache/specctl/datasets"


def sha256_of_file(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _check_row(row, where, seen):
    """Refuses a row that is not a resolved row of SPEED-Bench; returns its category."""
    if not isinstance(row, dict):
        raise Refused(f"{where}: need a JSON object, got {type(row).__name__}")
    question_id = row.get("question_id")
    if not isinstance(question_id, str) or len(question_id) != QUESTION_ID_CHARS:
        raise Refused(f"{where}: question_id: need {QUESTION_ID_CHARS} characters, "
                      f"got {question_id!r}")
    if question_id in seen:
        raise Refused(f"{where}: question_id {question_id} is also in line {seen[question_id]}")
    messages = row.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused(f"{where}: messages: need a list of user turns, got none")
    for index, message in enumerate(messages):
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(content, str) or not content.strip() or message.get("role") != "user":
            raise Refused(f"{where}: messages[{index}]: need a user turn with text")
        if PLACEHOLDER in content:
            raise Refused(
                f"{where}: a placeholder is left (question_id {question_id}, source "
                f"{row.get('source')!r}): its source was not resolved; "
                "`specctl dataset prepare` resolves all of them")
    return row.get("category")


def verify_rows(path, config, shown_as=None):
    """Refuses a file that is not all of `config`; returns its number of rows.

    Errors name FILE:LINE. `shown_as`: the name for errors, if `path` is temporary.
    """
    shown = shown_as or path
    expected = rows_per_category(config)
    counts = collections.Counter()
    seen = {}
    with open(path, "rb") as file:
        for line_number, line in enumerate(file, 1):
            if not line.strip():
                continue
            where = f"{shown}:{line_number}"
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise Refused(f"{where}: not JSON ({error}); the file may be cut") from None
            category = _check_row(row, where, seen)
            if category not in expected:
                raise Refused(f"{where}: category {category!r} is not one of {config}")
            seen[row["question_id"]] = line_number
            counts[category] += 1
    for category, rows in expected.items():
        if counts[category] != rows:
            raise Refused(f"{shown}: need {rows} rows of {category}, got {counts[category]} "
                          f"({len(seen)} of {sum(expected.values())} rows in all)")
    return len(seen)


def sync_folder(folder):
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def whole_file(target):
    """Opens a temporary file beside `target` that takes its place at the end, if all went well."""
    target = pathlib.Path(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
        sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def copy_whole(source, target):
    with open(source, "rb") as read, whole_file(target) as written:
        shutil.copyfileobj(read, written, 1 << 20)


@contextlib.contextmanager
def only_writer(folder):
    """One `prepare` or `import` at a time in `folder`; a second one is refused, not queued."""
    work = pathlib.Path(folder) / ".work"
    work.mkdir(parents=True, exist_ok=True)
    with open(work / "lock", "a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(f"{folder}: another `specctl dataset prepare` or `import` is writing "
                          "here; wait for it to end") from None
        yield work


def _pins_file(folder):
    return pathlib.Path(folder) / "prepared.json"


def read_pins(folder):
    """The recorded entry of each prepared file in `folder`, by config."""
    path = _pins_file(folder)
    try:
        pins = json.loads(path.read_text(encoding="utf-8"))
        if pins["format"] != 1:
            raise Refused(f"{path}: format {pins['format']} is of a newer specctl")
        return dict(pins["configs"])
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refused(f"{path}: not a record of prepared files; move it away and run the same "
                      "command again, which verifies the files anew") from None


def record_pin(folder, config, entry):
    """Adds the entry of one prepared file; `prepared_at` is put in here."""
    pins = read_pins(folder)
    now = datetime.datetime.now(datetime.timezone.utc)
    pins[config] = {**entry, "prepared_at": now.isoformat(timespec="seconds")}
    with whole_file(_pins_file(folder)) as file:
        text = json.dumps({"format": 1, "configs": pins}, indent=2, sort_keys=True)
        file.write(text.encode() + b"\n")


def state_of(folder, config, is_wanted):
    """What is in `folder` for `config`: "absent", "same", "unrecorded", "changed" or "other".

    "same": the recorded file, byte for byte, and `is_wanted(entry)`. "unrecorded": a file without
    an entry. "changed": not the recorded bytes. "other": recorded, and not wanted.
    """
    file = pathlib.Path(folder) / f"{config}.jsonl"
    if not file.is_file():
        return "absent"
    entry = read_pins(folder).get(config)
    if entry is None:
        return "unrecorded"
    if sha256_of_file(file) != entry.get("sha256"):
        return "changed"
    return "same" if is_wanted(entry) else "other"


def _ready_file(folder, config):
    return pathlib.Path(folder) / ".work" / f"ready-{config}.json"


def publish(verified, folder, config, entry):
    """Gives a verified file (in the same file system) its name, and records its pin.

    A kill at any point leaves the old file or the new one, and finish_publishing() does the rest.
    """
    target = pathlib.Path(folder) / f"{config}.jsonl"
    with open(verified, "rb") as file:
        os.fsync(file.fileno())
    entry = {**entry, "file": target.name, "sha256": sha256_of_file(verified)}
    with whole_file(_ready_file(folder, config)) as file:
        file.write(json.dumps(entry).encode())
    os.replace(verified, target)
    sync_folder(folder)
    record_pin(folder, config, entry)
    _ready_file(folder, config).unlink(missing_ok=True)


def finish_publishing(folder, config):
    """Records the pin of a file that was published just before a kill."""
    ready, target = _ready_file(folder, config), pathlib.Path(folder) / f"{config}.jsonl"
    if not ready.is_file():
        return
    entry = json.loads(ready.read_text(encoding="utf-8"))
    if target.is_file() and sha256_of_file(target) == entry["sha256"]:
        record_pin(folder, config, entry)
    ready.unlink(missing_ok=True)
