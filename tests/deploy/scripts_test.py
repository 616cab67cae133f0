#!/usr/bin/env python3
"""The scripts of deploy/ and cmake/: their syntax, the image's promises, and the Slurm job with a fake Slurm."""
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTAINERFILE = (ROOT / "deploy/image/Containerfile").read_text()
SBATCH = ROOT / "deploy/slurm/specctl.sbatch"
BASH = [ROOT / name for name in (
    "cmake/tarball.sh", "deploy/image/build", "deploy/slurm/specctl.sbatch",
    "tests/deploy/get_tools", "tests/deploy/image_test.sh")]
# Plays `specctl`: notes its arguments, and ends as it is told.
FAKE_SPECCTL = """#!/bin/bash
echo "$1: $* token=${SPECCTL_JOIN_TOKEN:+set}" >>"$FAKE_LOG"
case "$1" in
  certs) mkdir -p "$3/controller" "$3/agent" "$3/client" ;;
  agent | controller) role=$1
    trap 'echo "$role ended" >>"$FAKE_LOG"; exit 0' TERM
    if [ "${FAKE_DEAD:-}" = "$role" ]; then echo "no port is free" >&2; exit 2; fi
    while [ $# -gt 0 ]; do
      if [ "$1" = --port-file ]; then echo 127.0.0.1:1 >"$2"; fi
      shift
    done
    while :; do sleep 0.05; done ;;
  *) trap 'echo "run interrupted" >>"$FAKE_LOG"; exit 130' TERM
    for _ in $(seq "${FAKE_STEPS:-4}"); do sleep 0.05; done; exit "${FAKE_STATUS:-0}" ;;
esac
"""
FAKE_SCONTROL = "#!/bin/bash\nprintf '%s\\n' ${3//,/ }\n"
FAKE_SRUN = """#!/bin/bash
echo "srun: $*" >>"$FAKE_LOG"
while [[ $1 == --* ]]; do shift; done
exec "$@"
"""


class ScriptsTest(unittest.TestCase):
    def test_they_parse_and_can_be_run(self):
        for path in BASH:
            with self.subTest(path.name):
                subprocess.run(["bash", "-n", path], check=True)
                self.assertTrue(os.access(path, os.X_OK))
        subprocess.run(["sh", "-n", ROOT / "cmake/tarball_launcher.sh"], check=True)

    def test_shellcheck_finds_nothing(self):
        tools = os.environ.get("SPECCTL_CHART_TOOLS", ROOT / "build/charts")
        shellcheck = shutil.which("shellcheck", path=f"{os.environ['PATH']}:{tools}/venv/bin")
        if not shellcheck:
            self.skipTest("no shellcheck: tools/dev charts gets it")
        subprocess.run([shellcheck, *BASH, ROOT / "cmake/tarball_launcher.sh"], check=True)


class ContainerfileTest(unittest.TestCase):
    def test_the_last_stage_holds_the_bundle_alone_and_runs_as_nobody(self):
        stages = re.split(r"^FROM ", CONTAINERFILE, flags=re.MULTILINE)[1:]
        self.assertTrue(stages[-1].startswith("scratch\n"))
        self.assertNotIn("RUN", stages[-1])
        self.assertEqual(re.findall(r"^COPY (.*)$", stages[-1], re.MULTILINE),
                         ["--from=build /bundle/ /"])
        self.assertIn("\nUSER 65532:65532\n", stages[-1])
        self.assertIn('ENTRYPOINT ["/usr/bin/specctl"]', stages[-1])

    def test_the_packages_are_those_of_tools_dev(self):
        self.assertIn("tools/dev setup", CONTAINERFILE)
        self.assertIn("debian:bookworm-slim AS build", CONTAINERFILE)


class SlurmTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        for name, text in (("specctl", FAKE_SPECCTL), ("scontrol", FAKE_SCONTROL),
                           ("srun", FAKE_SRUN)):
            (self.folder / name).write_text(text)
            (self.folder / name).chmod(0o755)
        self.log = self.folder / "log"
        self.env = {**os.environ, "SPECCTL": "specctl", "PATH": f"{self.folder}:{os.environ['PATH']}",
                    "FAKE_LOG": str(self.log), "SLURM_JOB_ID": "123456",
                    "SLURM_JOB_NODELIST": "n1,n2,n3", "SLURM_SUBMIT_DIR": str(self.folder),
                    "SLURM_CPUS_ON_NODE": "8"}

    def job(self, *arguments, **env):
        return subprocess.run([SBATCH, *arguments], env={**self.env, **env}, capture_output=True,
                              text=True, check=False, timeout=60)

    def line(self, start):
        lines = [line for line in self.log.read_text().splitlines() if line.startswith(start)]
        self.assertEqual(len(lines), 1, lines)
        return lines[0]

    def test_the_first_node_has_the_controller_and_the_others_the_agents(self):
        self.assertEqual(self.job("--url", "http://a b:8000", SPECCTL_AGENTS_PER_NODE="2").returncode, 0)
        port = 20000 + 123456 % 20000
        self.assertIn("--name n1", self.line("certs: "))
        self.assertIn(f"--listen 0.0.0.0:{port} ", self.line("controller: "))
        srun = self.line("srun: ")
        for word in ("--overlap", "--nodes=2", "--ntasks=2", "--relative=1", "--cpus-per-task=8"):
            self.assertIn(word, srun)
        self.assertIn(f"--controller dns:///n1:{port} --count 2", self.line("agent: "))
        run = self.line("run: ")
        self.assertIn(f"--controller n1:{port} ", run)
        self.assertIn("--agents 4 --wait-agents 5m --url http://a b:8000", run)

    def test_the_token_is_for_controller_and_agents_and_in_no_argument(self):
        self.job()
        self.assertTrue(self.line("controller: ").endswith("token=set"))
        self.assertTrue(self.line("agent: ").endswith("token=set"))
        self.assertTrue(self.line("run: ").endswith("token="))
        left = {path.name for path in (self.folder / "specctl-123456").iterdir()}
        self.assertFalse({"token", "pki"} & left)

    def test_a_controller_that_can_not_start_ends_the_job_with_its_words(self):
        done = self.job(FAKE_DEAD="controller")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no port is free", done.stderr)
        self.assertNotIn("run: ", self.log.read_text())

    def test_one_node_has_all(self):
        self.job(SLURM_JOB_NODELIST="n1")
        for word in ("--nodes=1", "--ntasks=1", "--relative=0"):
            self.assertIn(word, self.line("srun: "))
        self.assertIn("--agents 1 ", self.line("run: "))

    def test_the_status_is_the_runs_and_everything_is_ended(self):
        self.assertEqual(self.job(FAKE_STATUS="3").returncode, 3)
        self.line("controller ended")
        self.line("agent ended")

    def test_slurms_warning_drains_the_run(self):
        job = subprocess.Popen([SBATCH], env={**self.env, "FAKE_STEPS": "100"},
                               stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + 30
        while not (self.log.exists() and "run: " in self.log.read_text()):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.02)
        time.sleep(0.2)  # until the fake has set its trap
        job.send_signal(signal.SIGTERM)
        _, text = job.communicate(timeout=30)
        self.assertEqual(job.returncode, 130)
        self.assertIn("draining", text)
        self.line("run interrupted")
        self.line("agent ended")

    def test_a_missing_program_is_said(self):
        done = self.job(SPECCTL="/nowhere/specctl")
        self.assertEqual(done.returncode, 2)
        self.assertIn("set SPECCTL to its path on a shared folder", done.stderr)


if __name__ == "__main__":
    unittest.main()
