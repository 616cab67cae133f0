# SPDX-License-Identifier: Apache-2.0
"""Runs the scripts of `specctl dataset` as a user's shell would, in a home folder of their own."""
import os
import pathlib
import subprocess
import sys

SCRIPTS = pathlib.Path(__file__).resolve().parents[2] / "tools/dataset"
_KEPT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE",
         "PIP_INDEX_URL", "PIP_CONFIG_FILE", "SSL_CERT_FILE")


def environment(home, **more):
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "HOME": str(home), "NO_PROXY": "*", "PYTHONDONTWRITEBYTECODE": "1",
            **{name: str(value) for name, value in more.items() if value is not None}}


def command(script, *arguments, python=sys.executable):
    return [str(python), str(SCRIPTS / script), *map(str, arguments)]


def run(script, *arguments, home, python=sys.executable, stdin=None, **more):
    """The finished process, with text output. `more`: environment variables."""
    return subprocess.run(command(script, *arguments, python=python), input=stdin,
                          stdin=subprocess.DEVNULL if stdin is None else None,
                          env=environment(home, **more), capture_output=True, text=True,
                          timeout=600, check=False)


def start(script, *arguments, home, python=sys.executable, **more):
    return subprocess.Popen(command(script, *arguments, python=python), stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                            env=environment(home, **more))
