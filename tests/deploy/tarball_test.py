#!/usr/bin/env python3
"""The relocatable tarball: it runs from anywhere with its own libraries alone, its agents too."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77
for why, missing in (
        ("the program of a sanitizer's build is not for other hosts",
         os.environ.get("SPECCTL_SANITIZE", "none") != "none"),
        ("$SPECCTL is not set", "SPECCTL" not in os.environ),
        ("readelf and strip are not installed (Debian: binutils)",
         not (shutil.which("readelf") and shutil.which("strip")))):
    if missing:
        print(f"skipped: {why}")
        sys.exit(SKIPPED)
SPECCTL = os.environ["SPECCTL"]


class TarballTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.archive = cls.folder / "specctl.tar.gz"
        cls.bundle(cls.archive)
        subprocess.run(["tar", "xzf", cls.archive, "-C", cls.folder], check=True)
        [unpacked] = cls.folder.glob("specctl-*-linux-*")
        cls.home = cls.folder / "a folder, moved"
        unpacked.rename(cls.home)
        cls.specctl = str(cls.home / "bin/specctl")

    @staticmethod
    def bundle(archive):
        subprocess.run([ROOT / "cmake/tarball.sh", "tarball", SPECCTL, archive], check=True,
                       capture_output=True, env={**os.environ, "SOURCE_DATE_EPOCH": "1700000000"})

    def engine(self):
        urls = self.folder / "urls"
        urls.unlink(missing_ok=True)  # another test's
        process = subprocess.Popen([self.specctl, "sim", "--port", "0", "--port-file", urls],
                                   stdout=subprocess.DEVNULL)
        self.addCleanup(process.wait)
        self.addCleanup(process.terminate)
        end = time.monotonic() + 60
        while not (urls.exists() and urls.read_text().endswith("\n")):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        return process, urls.read_text().split()[0]

    def test_it_is_the_same_program_by_any_path(self):
        want = subprocess.run([SPECCTL, "--version"], check=True, capture_output=True).stdout
        link = self.folder / "link"
        link.symlink_to(self.specctl)
        for program in (self.specctl, link):
            done = subprocess.run([program, "--version"], check=True, capture_output=True, cwd="/")
            self.assertEqual(done.stdout, want)

    def test_nothing_of_the_hosts_libraries_is_loaded(self):
        process, _ = self.engine()
        maps = pathlib.Path(f"/proc/{process.pid}/maps").read_text()
        files = {match for match in re.findall(r"(/.*\.so[.\d]*)$", maps, re.MULTILINE)}
        self.assertTrue(files)
        self.assertEqual({path for path in files if not path.startswith(f"{self.home}/")}, set())

    def test_a_run_starts_its_agents_from_it(self):
        _, url = self.engine()
        run_dir = self.folder / "run"
        done = subprocess.run(
            [self.specctl, "run", "--url", url, "--agents", "2", "--bs", "4", "--requests", "16",
             "--osl", "8", "--dataset", "builtin", "--output-dir", run_dir], capture_output=True,
            text=True, check=False, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue((run_dir / "summary.json").exists())

    def test_the_same_program_gives_the_same_bytes_with_licences(self):
        again = self.folder / "again.tar.gz"
        self.bundle(again)
        self.assertEqual(again.read_bytes(), self.archive.read_bytes())
        self.assertTrue((self.home / "LICENSE").exists())
        if shutil.which("dpkg-query"):
            self.assertTrue((self.home / "share/doc/libc6/copyright").exists())


if __name__ == "__main__":
    unittest.main()
