# SPDX-License-Identifier: Apache-2.0
"""A Python that has the packages a test needs; else the test ends as skipped (exit status 77).

Looked for in this interpreter, in $SPECCTL_TEST_PYTHON_ENV (a virtual environment), and in the
environment that the command itself made in the user's cache. With SPECCTL_TEST_MAKE_PYTHON_ENV=1
that one is made, as the command makes it.
"""
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/dataset"))

import python_environment as environments  # noqa: E402
from outcome import Failed, Refused  # noqa: E402
from progress import Progress  # noqa: E402

SKIPPED = 77


def _has_packages(python, purpose):
    modules = ", ".join(environments._MODULES[purpose])
    return pathlib.Path(python).is_file() and subprocess.run(
        [str(python), "-c", f"import {modules}"], capture_output=True, check=False).returncode == 0


def python_with(purpose):
    """The interpreter's path; ends the test as skipped if there is none."""
    folders = [sys.prefix, os.environ.get("SPECCTL_TEST_PYTHON_ENV"),
               environments.environment_folder(purpose)]
    for folder in filter(None, folders):
        python = pathlib.Path(folder) / "bin/python3"
        if _has_packages(python, purpose):
            return python
    why = "set SPECCTL_TEST_PYTHON_ENV to an environment that has them"
    if os.environ.get("SPECCTL_TEST_MAKE_PYTHON_ENV"):
        try:
            return environments.python_for(purpose, None, Progress())
        except (Failed, Refused) as error:
            why = str(error)
    print(f"skipped: no Python here has {' '.join(environments.REQUIREMENTS[purpose])}; {why}")
    sys.exit(SKIPPED)


def run_again_with(purpose):
    """Goes on in an interpreter that has the packages."""
    python = python_with(purpose)
    if os.path.realpath(sys.prefix) != os.path.realpath(python.parent.parent):
        os.execv(str(python), [str(python), *sys.argv])
