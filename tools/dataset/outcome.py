# SPDX-License-Identifier: Apache-2.0
"""How the commands of `specctl dataset` end: exit status, and one clear line on stderr.

0 done; 1 failed in mid-way (network, disk); 2 bad input, or refused; 130 interrupted.
"""
import errno
import os
import shutil
import sys
import traceback

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130


class Refused(Exception):
    """Bad input or a condition that only the user can change; nothing was changed."""


class Failed(Exception):
    """The work stopped in mid-way; what was there before is whole."""


def bytes_text(count):
    """1234567 -> '1.2 MB'."""
    for unit in ("bytes", "kB", "MB"):
        if count < 1000:
            return f"{count:.0f} bytes" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} GB"


def is_disk_full(error):
    return isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)


def disk_full_text(folder, needed_bytes=None):
    """What a full disk needs said: where, how much is free, how much more is needed."""
    needed = f"{bytes_text(needed_bytes)} needed, " if needed_bytes is not None else ""
    free = bytes_text(shutil.disk_usage(folder).free)
    return (f"no space left in {folder}: {needed}{free} free; make room or give another "
            "--dataset-dir, then run the same command again")


def _one_line(error):
    return " ".join(str(error).split("\n")).strip() or type(error).__name__


def run_command(name, main, folder=os.curdir):
    """Runs `main()` and exits as this module's head says. `folder`: named if a disk is full."""
    def complain(text):
        print(f"specctl dataset {name}: {text}", file=sys.stderr, flush=True)

    status = DONE
    try:
        main()
    except Refused as error:
        complain(_one_line(error))
        status = BAD_INPUT
    except Failed as error:
        complain(_one_line(error))
        status = FAILED
    except KeyboardInterrupt:
        complain("interrupted; run the same command again to go on")
        status = INTERRUPTED
    except BrokenPipeError:
        # Nobody reads what is printed: the interpreter must not complain of it again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        status = FAILED
    except OSError as error:
        status = FAILED
        if is_disk_full(error):
            complain(disk_full_text(os.path.dirname(error.filename or "") or folder))
        else:
            where = f"{error.filename}: " if error.filename else ""
            complain(f"{where}{error.strerror or _one_line(error)}")
    except Exception as error:  # our own mistake: named in one line too, with its place
        place = traceback.extract_tb(error.__traceback__)[-1]
        complain(f"{type(error).__name__}: {_one_line(error)} (at {place.filename}:{place.lineno}; "
                 "please report this)")
        status = FAILED
    sys.exit(status)
