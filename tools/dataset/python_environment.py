# SPDX-License-Identifier: Apache-2.0
"""Python with the packages that a command needs: this one, --python-env, or one made for it.

A made environment lies in ~/.cache/specctl/dataset-venv-<hash of its requirements>, so that other
requirements make another one, and is used again. It counts as made when `ready.json` is in it.
"""
import hashlib
import importlib.metadata
import importlib.util
import json
import os
import pathlib
import subprocess
import sys

from outcome import Failed, Refused
from prepared_files import whole_file

# Pinned: pandas and NumPy draw the samples of throughput prompts, pyarrow and datasets read them.
REQUIREMENTS = {
    "prepare": ("datasets==4.8.5", "huggingface_hub==1.33.0", "numpy==2.4.6", "pandas==2.3.3",
                "pyarrow==26.0.1", "tiktoken==0.14.0"),
    "import": ("pyarrow==26.0.1",),
    "tokenize": ("transformers==5.24.0", "tokenizers==0.23.3", "jinja2==3.1.6"),
}
_MODULES = {"prepare": ("datasets", "pandas", "numpy", "tiktoken", "pyarrow"),
            "import": ("pyarrow",), "tokenize": ("transformers", "tokenizers", "jinja2")}
# Of an interpreter that is taken as it is.
_OLDEST = {"import": {"pyarrow": (14, 0)},
           "tokenize": {"transformers": (4, 45), "tokenizers": (0, 20)}}
_INSIDE = "SPECCTL_INSIDE_DATASET_ENVIRONMENT"


def _cache():
    return pathlib.Path.home() / ".cache/specctl"


def environment_folder(purpose):
    python = f"python {sys.version_info[0]}.{sys.version_info[1]}"
    text = "\n".join((*REQUIREMENTS[purpose], python))
    return _cache() / f"dataset-venv-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def _python_of(folder):
    return pathlib.Path(folder) / "bin/python3"


def _given(folder):
    python = _python_of(folder)
    if not python.is_file():
        raise Refused(f"--python-env {folder}: need a virtual environment, and there is no "
                      f"{python} (make one: python3 -m venv {folder})")
    return python


def _require_venv_module():
    if sys.version_info < (3, 11):
        raise Refused(f"need Python 3.11 or newer for the packages, {sys.executable} is "
                      f"{sys.version.split()[0]}; put a newer python3 first in PATH, or give "
                      "--python-env")
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise Refused(f"{sys.executable} cannot make a virtual environment (no ensurepip): install "
                      "it (Debian, Ubuntu: apt-get install python3-venv), or give --python-env "
                      "DIR with one that has the packages")


def _run(command, what, hint):
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", check=False)
    except OSError as error:
        raise Failed(f"{what}: {error}") from None
    if done.returncode != 0:
        lines = [line for line in done.stdout.splitlines() if line.strip()]
        errors = [line for line in lines if "ERROR" in line] or lines or ["no output"]
        raise Failed(f"{what}: {errors[-1].strip()} (exit {done.returncode}); {hint}")
    return done.stdout


def _make(purpose, folder, progress):
    _require_venv_module()
    progress.step(f"making a Python environment in {folder}: {' '.join(REQUIREMENTS[purpose])}")
    _run([sys.executable, "-m", "venv", str(folder)], "python3 -m venv",
         "Debian, Ubuntu: apt-get install python3-venv")
    _run([str(_python_of(folder)), "-m", "pip", "install", "--disable-pip-version-check",
          "--quiet", *REQUIREMENTS[purpose]], "pip install",
         "pip's own settings (PIP_INDEX_URL, PIP_NO_INDEX, PIP_FIND_LINKS, proxies) are "
         "honoured; or give --python-env DIR with an environment that has the packages")
    with whole_file(folder / "ready.json") as file:
        file.write(json.dumps({"requirements": REQUIREMENTS[purpose]}).encode())


def python_for(purpose, python_env, progress):
    """The interpreter to run a script of `purpose` with; makes an environment if need be."""
    if python_env:
        return _given(python_env)
    folder = environment_folder(purpose)
    if not (folder / "ready.json").is_file():
        _make(purpose, folder, progress)
    return _python_of(folder)


def _version(package):
    """The installed version's first two numbers; (0, 0): not installed."""
    try:
        numbers = importlib.metadata.version(package).split(".")
        return int(numbers[0]), int(numbers[1])
    except (importlib.metadata.PackageNotFoundError, ValueError, IndexError):
        return 0, 0


def has_packages(purpose):
    """Whether this interpreter has the packages, new enough for what is called of them."""
    return (all(importlib.util.find_spec(name) is not None for name in _MODULES[purpose]) and
            all(_version(name) >= oldest for name, oldest in _OLDEST.get(purpose, {}).items()))


def run_inside(purpose, python_env, progress):
    """Goes on only in an interpreter that has the packages: starts this script again if need be."""
    if os.environ.pop(_INSIDE, None):
        if not has_packages(purpose):
            raise Refused(f"{sys.prefix} lacks {' or '.join(_MODULES[purpose])}, or has it too "
                          f"old: {sys.executable} -m pip install {' '.join(REQUIREMENTS[purpose])}")
        return
    if not python_env and has_packages(purpose):
        return
    python = str(python_for(purpose, python_env, progress))
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(python, [python, *sys.argv], {**os.environ, _INSIDE: "1"})


def versions_of(python, names):
    """{package: version} of the packages that `python` has."""
    program = ("import importlib.metadata as m, json, sys\n"
               "found = {d.metadata['Name'].lower(): d.version for d in m.distributions()}\n"
               "print(json.dumps({n: found[n] for n in sys.argv[1:] if n in found}))")
    text = _run([str(python), "-c", program, *names], str(python), "see --python-env")
    return json.loads(text.splitlines()[-1])
