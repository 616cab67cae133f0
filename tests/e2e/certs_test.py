"""Certificates as users make them: what `specctl certs` writes, and that OpenSSL agrees."""
import os
import re
import shutil
import stat
import subprocess
import unittest

from harness import Case


class CertsTest(Case):
    def openssl(self, *arguments):
        if not shutil.which("openssl"):
            self.skipTest("no openssl command here")
        return subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True,
                              timeout=60, check=False)

    def test_a_folder_is_made_shown_and_renewed(self):
        made = self.specctl("certs", "init", "pki", "--name", "load-1", "--name", "10.0.0.7")
        self.assertIn("controller  load-1, 10.0.0.7, localhost, 127.0.0.1, ::1", made.stdout)
        self.assertEqual(self.specctl("certs", "show", "pki").stdout, made.stdout)
        pki = self.folder / "pki"
        before = {path: path.read_bytes() for path in pki.rglob("*.*")}
        for path in before:
            mode = stat.S_IMODE(path.stat().st_mode)
            self.assertEqual(mode, 0o600 if path.suffix == ".key" else 0o644, path)
        self.specctl("certs", "renew", "pki", "--role", "agent", "--days", "30")
        after = {path: path.read_bytes() for path in pki.rglob("*.*")}
        self.assertEqual(sorted(after), sorted(before))
        changed = sorted(str(path.relative_to(pki)) for path in after if after[path] != before[path])
        self.assertEqual(changed, ["agent/tls.crt", "agent/tls.key"])
        self.assertRegex(self.specctl("certs", "show", "pki/agent").stdout,
                         r"specctl-agent .* expires in 30 days\n")

    def test_openssl_takes_each_certificate_for_its_side_alone(self):
        self.specctl("certs", "init", "pki", "--name", "load-1")
        pki = self.folder / "pki"
        for role, purpose, other in (("controller", "sslserver", "sslclient"),
                                     ("agent", "sslclient", "sslserver"),
                                     ("client", "sslclient", "sslserver")):
            certificate = pki / role / "tls.crt"
            for wanted, status in ((purpose, 0), (other, 2)):
                checked = self.openssl("verify", "-x509_strict", "-purpose", wanted, "-CAfile",
                                       pki / "ca.crt", certificate)
                self.assertEqual(checked.returncode, status, checked)
            text = self.openssl("x509", "-in", certificate, "-noout", "-text").stdout
            self.assertIn(f"CN = specctl-{role}", text)
            self.assertIn("Signature Algorithm: ecdsa-with-SHA256", text)
            self.assertIn("NIST CURVE: P-256", text)
        controller = pki / "controller" / "tls.crt"
        self.assertEqual(self.openssl("verify", "-verify_hostname", "load-1", "-CAfile",
                                      pki / "ca.crt", controller).returncode, 0)
        self.assertEqual(self.openssl("verify", "-verify_hostname", "load-2", "-CAfile",
                                      pki / "ca.crt", controller).returncode, 2)

    def test_nothing_is_overwritten(self):
        self.specctl("certs", "init", "pki")
        key = (self.folder / "pki/ca.key").read_bytes()
        refused = self.specctl("certs", "init", "pki", status=2)
        self.assertRegex(refused.stderr, r"pki/ca\.key: it is there, and is not overwritten")
        self.assertEqual((self.folder / "pki/ca.key").read_bytes(), key)

    def test_errors_exit_with_two_and_name_the_file(self):
        for arguments, text in (
                (("show", "nowhere"), r"nowhere: there are no certificates"),
                (("renew", "nowhere"), r"nowhere/ca\.crt: there is no such file"),
                (("init", "pki", "--name", "a,IP:10.0.0.1"), r"--name: need a DNS name"),
                (("init", "pki", "--days", "0"), r"--days: need 1 to 36525"),
                (("renew", "pki", "--role", "boss"), r"--role: boss not in"),
                (("init", "/dev/null/pki"), r"/dev/null/pki: ")):
            refused = self.specctl("certs", *arguments, status=2)
            self.assertRegex(refused.stderr, text)
            self.assertEqual(refused.stdout, "")
        self.assertEqual(os.listdir(self.folder), [])

    def test_help_begins_with_an_example(self):
        text = self.specctl("certs", "init", "--help").stdout
        self.assertTrue(re.search(r"specctl certs init pki --name load-1", text), text)


if __name__ == "__main__":
    unittest.main()
