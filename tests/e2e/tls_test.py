#!/usr/bin/env python3
"""The public address in TLS: 1.3 alone, certificates replaced while it serves, who may be believed,
and the rule that nothing leaves the machine in the clear by accident.

    tls_test.py ROPENET WORK_FOLDER
"""

import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest
from pathlib import Path

from ropenet_client.node import Node, request

BINARY, WORK = sys.argv[1], Path(sys.argv[2])
SILENT = 64
CONFIG, UNREACHABLE = 78, 69


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], cwd=WORK, check=True, capture_output=True)


def make_ca(name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", 30, "-subj", f"/CN={name}",
            "-addext", "keyUsage=critical,keyCertSign")  # fmt: skip


def make_certificate(ca, name, san="DNS:localhost,IP:127.0.0.1", *days):
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN={name}")  # fmt: skip
    (WORK / "san").write_text(f"subjectAltName={san}\n")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{ca}.pem", "-CAkey", f"{ca}.key",
            "-out", f"{name}.pem", "-extfile", "san", *(days or ("-days", 30)))  # fmt: skip
    (WORK / f"{name}.key").chmod(0o600)


def install(name):
    for kind in ("pem", "key"):
        shutil.copy(WORK / f"{name}.{kind}", WORK / f"next.{kind}")
        os.replace(WORK / f"next.{kind}", WORK / f"served.{kind}")


def client_context():
    return ssl.create_default_context(cafile=WORK / "ca.pem")


def run(*args, **environment):
    done = subprocess.run(
        [BINARY, *map(str, args)],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"], **environment},
        timeout=30,
    )
    return done.returncode, done.stdout + done.stderr


def setUpModule():
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    make_ca("ca")
    make_ca("other")
    make_certificate("ca", "first")
    make_certificate("ca", "second")
    make_certificate("ca", "elsewhere", "DNS:elsewhere.test")
    make_certificate("ca", "past", "DNS:localhost,IP:127.0.0.1", "-days", "-1")


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        install("first")
        cls.node = Node(BINARY, WORK / "data", "--tls-cert", WORK / "served.pem", "--tls-key",
                        WORK / "served.key")  # fmt: skip
        cls.port = int(cls.node.url.rsplit(":", 1)[1])

    @classmethod
    def tearDownClass(cls):
        code = cls.node.stop()
        assert code == 0, code

    def connect(self, context=None):
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        return (context or client_context()).wrap_socket(raw, server_hostname="localhost")

    def served_name(self):
        with self.connect() as tls:
            return dict(part[0] for part in tls.getpeercert()["subject"])["commonName"]

    def wait_for(self, name):
        for _ in range(100):
            if self.served_name() == name:
                return
            time.sleep(0.1)
        self.fail(f"{name} is not served")

    def test_a_client_speaks_tls_1_3_and_http_1_1(self):
        self.assertTrue(self.node.url.startswith("https://127.0.0.1:"))
        context = client_context()
        context.set_alpn_protocols(["h2", "http/1.1"])
        with self.connect(context) as tls:
            self.assertEqual((tls.version(), tls.selected_alpn_protocol()), ("TLSv1.3", "http/1.1"))
        web = http.client.HTTPSConnection("localhost", self.port, context=client_context())
        for _ in range(3):
            web.request("GET", "/v1/ropes")
            answer = web.getresponse()
            self.assertEqual((answer.status, bool(json.load(answer)["ropes"])), (200, True))
            # A browser would keep it for every port of the name localhost.
            self.assertIsNone(answer.headers["Strict-Transport-Security"])
        web.close()

    def test_an_older_tls_and_another_protocol_are_refused(self):
        context = client_context()
        context.maximum_version = ssl.TLSVersion.TLSv1_2
        with self.assertRaises(ssl.SSLError):
            self.connect(context)
        context = client_context()
        context.set_alpn_protocols(["h2"])
        with self.assertRaises(ssl.SSLError):
            self.connect(context)

    def test_plain_http_gets_no_answer_and_harms_nobody(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as raw:
            raw.sendall(b"GET /v1/ropes HTTP/1.1\r\nHost: x\r\n\r\n")
            self.assertNotIn(b"200", raw.recv(1000))
        self.assertIn(self.served_name(), ("first", "second"))

    def test_silent_connections_keep_nobody_waiting_and_are_closed(self):
        silent = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(SILENT)]
        begun = time.monotonic()
        self.assertIn(self.served_name(), ("first", "second"))
        self.assertLess(time.monotonic() - begun, 3)
        for one in silent:
            one.settimeout(20)
            self.assertEqual(one.recv(1), b"")
            one.close()
        self.assertLess(time.monotonic() - begun, 15)

    def test_a_new_certificate_is_used_without_a_restart_and_a_broken_one_is_not(self):
        install("first")
        self.wait_for("first")
        kept = http.client.HTTPSConnection("localhost", self.port, context=client_context())
        kept.request("GET", "/v1/ropes")
        kept.getresponse().read()
        install("second")
        self.node.process.send_signal(signal.SIGHUP)
        self.wait_for("second")
        kept.request("GET", "/v1/ropes")
        self.assertEqual(kept.getresponse().status, 200)
        kept.close()
        for broken in ("past", "mixed", "garbage", "open"):
            if broken == "past":
                install("past")
            elif broken == "mixed":
                shutil.copy(WORK / "first.pem", WORK / "served.pem")
                shutil.copy(WORK / "second.key", WORK / "served.key")
            elif broken == "garbage":
                (WORK / "served.pem").write_text("no certificate")
            else:
                install("first")
                (WORK / "served.key").chmod(0o644)
            self.node.process.send_signal(signal.SIGHUP)
            time.sleep(0.3)
            self.assertEqual(self.served_name(), "second", broken)
        install("first")
        (WORK / "served.key").chmod(0o600)
        self.wait_for("first")

    def test_certificates_change_under_load_without_one_failed_request(self):
        install("first")
        self.wait_for("first")
        stop, failures, done = threading.Event(), [], [0, 0]

        def load(number):
            kept = http.client.HTTPSConnection("localhost", self.port, context=client_context())
            while not stop.is_set():
                try:
                    kept.request("GET", "/v1/ropes")
                    answer = kept.getresponse()
                    answer.read()
                    if answer.status != 200:
                        failures.append(answer.status)
                    done[number] += 1
                    if number == 1:  # a new connection each time
                        kept.close()
                except OSError as error:
                    failures.append(repr(error))
            kept.close()

        threads = [threading.Thread(target=load, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for name in ("second", "first", "second", "first"):
            install(name)
            self.node.process.send_signal(signal.SIGHUP)
            self.wait_for(name)
        stop.set()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        self.assertGreater(min(done), 10)

    def test_the_command_line_believes_whom_it_is_told_to(self):
        paper = WORK / "paper"
        paper.write_text("over TLS")
        alice = ("--as", "alice", "--data", self.node.data, "--json")
        deposit = ["evidence", "deposit", paper, *alice]
        code, words = run(*deposit)
        self.assertEqual(code, UNREACHABLE, words)
        self.assertIn("--cacert", words)
        self.assertEqual(run(*deposit, "--cacert", WORK / "other.pem")[0], UNREACHABLE)
        code, words = run(*deposit, "--cacert", WORK / "missing.pem")
        self.assertEqual(code, CONFIG, words)
        code, words = run(*deposit, "--cacert", WORK / "ca.pem")
        self.assertEqual(code, 0, words)
        tx_id = json.loads(words)["tx_id"]
        bundle = WORK / "bundle"
        code, words = run("evidence", "export", tx_id, "--out", bundle, "--data", self.node.data,
                          ROPENET_CACERT=str(WORK / "ca.pem"))  # fmt: skip
        self.assertEqual(code, 0, words)
        code, words = run("tx", "watch", "--after", "0.0", "--count", "1", "--data", self.node.data,
                          "--cacert", WORK / "ca.pem")  # fmt: skip
        self.assertEqual(code, 0, words)
        self.assertIn(tx_id, words)

    def test_a_certificate_for_another_host_is_not_believed(self):
        with Node(BINARY, WORK / "elsewhere", "--tls-cert", WORK / "elsewhere.pem", "--tls-key",
                  WORK / "elsewhere.key") as node:  # fmt: skip
            code, words = run("node", "status", "--http", node.url, "--cacert", WORK / "ca.pem")
            self.assertEqual(code, UNREACHABLE)
            self.assertIn("another host", words)
            code, words = run("node", "status", "--http", node.url.replace("https", "http"))
            self.assertEqual(code, UNREACHABLE, words)


class StartTest(unittest.TestCase):
    """What a node says instead of starting, or when it starts all the same."""

    def refused(self, *args):
        code, words = run("dev", "--data", WORK / "refused", *args)
        self.assertEqual(code, CONFIG, words)
        return words

    def test_beyond_this_machine_without_tls_is_refused(self):
        for address in ("0.0.0.0:0", "[::]:0"):
            words = self.refused("--http", address)
            self.assertIn("--tls-cert", words)
            self.assertIn("--insecure-plain", words)
        words = self.refused("--http", "127.0.0.1:0", "--admin", "0.0.0.0:0")
        self.assertIn("--insecure-plain", words)

    def test_loopback_and_the_operators_word_are_taken(self):
        for number, args in enumerate((("127.0.0.9:0",), ("localhost:0",), ("[::1]:0",),
                                       ("0.0.0.0:0", "--insecure-plain"))):  # fmt: skip
            with Node(BINARY, WORK / f"taken-{number}", *args[1:], http=args[0]) as node:
                self.assertTrue(node.url.startswith("http://"))

    def test_with_tls_any_address_is_taken(self):
        with Node(BINARY, WORK / "any", "--tls-cert", WORK / "first.pem", "--tls-key",
                  WORK / "first.key", http="0.0.0.0:0") as node:  # fmt: skip
            self.assertTrue(node.url.startswith("https://0.0.0.0:"))
            port = int(node.url.rsplit(":", 1)[1])
            web = http.client.HTTPSConnection("localhost", port, context=client_context())
            web.request("GET", "/")
            answer = web.getresponse()
            self.assertIn("max-age=", answer.headers["Strict-Transport-Security"])
            page = answer.read()
            self.assertTrue(page)
            web.close()
            self.assertEqual(request(node.ready["admin"] + "/healthz")[0], 200)

    def test_half_a_pair_a_foreign_key_an_open_key_and_a_missing_file_are_refused(self):
        loopback = ("--http", "127.0.0.1:0")
        half = self.refused(*loopback, "--tls-cert", WORK / "first.pem")
        self.assertIn("belong together", half)
        foreign = self.refused(*loopback, "--tls-cert", WORK / "first.pem", "--tls-key",
                               WORK / "second.key")  # fmt: skip
        self.assertIn("key", foreign)
        shutil.copy(WORK / "first.key", WORK / "open.key")
        (WORK / "open.key").chmod(0o640)
        open_key = self.refused(*loopback, "--tls-cert", WORK / "first.pem", "--tls-key",
                                WORK / "open.key")  # fmt: skip
        self.assertIn("chmod 600", open_key)
        missing = self.refused(*loopback, "--tls-cert", WORK / "missing.pem", "--tls-key",
                               WORK / "first.key")  # fmt: skip
        self.assertIn("missing.pem", missing)

    def test_a_certificate_that_is_over_is_served_with_a_warning_and_believed_by_nobody(self):
        with Node(BINARY, WORK / "past-node", "--tls-cert", WORK / "past.pem", "--tls-key",
                  WORK / "past.key") as node:  # fmt: skip
            code, words = run("node", "status", "--http", node.url, "--cacert", WORK / "ca.pem")
            self.assertEqual(code, UNREACHABLE, words)
            self.assertIn("expired", words)
            node.process.terminate()
            log = node.process.stderr.read().decode()
        self.assertIn("clients will refuse this node", log)
        self.assertIn("is over", log)


class OwnCertificateTest(unittest.TestCase):
    """The certificate that a node makes for itself."""

    def test_dev_makes_one_that_its_own_command_line_believes(self):
        data = WORK / "own"
        with Node(BINARY, data, "--tls") as node:
            ca = Path(node.ready["ca"])
            context = ssl.create_default_context(cafile=ca)
            context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_STRICT
            for host in ("localhost", "127.0.0.1"):
                port = int(node.url.rsplit(":", 1)[1])
                web = http.client.HTTPSConnection(host, port, context=context)
                web.request("GET", "/v1/ropes")
                self.assertEqual(web.getresponse().status, 200)
                web.close()
            code, words = run("node", "status", "--data", data)
            self.assertEqual(code, 0, words)
            code, words = run("node", "status", "--http", node.url)
            self.assertEqual(code, UNREACHABLE, words)
        self.assertEqual((data / "keys/tls.pem").stat().st_mode & 0o777, 0o600)
        # Nobody can sign another certificate under that authority.
        self.assertEqual([path.name for path in data.glob("keys/tls*")], ["tls.pem"])
        with Node(BINARY, data, "--tls") as node:
            self.assertEqual(run("node", "status", "--data", data)[0], 0)
            self.assertEqual(Path(node.ready["ca"]).read_text(), ca.read_text())

    def test_init_makes_one_for_a_host_and_replaces_it_only_by_force(self):
        data = WORK / "init"
        args = ("node", "tls", "init", "--data", data, "--json", "--host", "elsewhere.test")
        code, words = run(*args)
        self.assertEqual(code, 0, words)
        made = json.loads(words)
        first = Path(made["ca"]).read_text()
        openssl("verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname",
                "elsewhere.test", "-CAfile", made["ca"], made["certificate"])  # fmt: skip
        code, words = run(*args)
        self.assertNotEqual(code, 0)
        self.assertIn("--force", words)
        self.assertEqual(Path(made["ca"]).read_text(), first)
        self.assertEqual(run(*args, "--force")[0], 0)
        self.assertNotEqual(Path(made["ca"]).read_text(), first)

    def test_a_node_without_one_says_how_to_make_it(self):
        data = WORK / "none"
        self.assertEqual(run("node", "init", "--network", "dev.none", "--data", data)[0], 0)
        code, words = run("node", "start", "--tls", "--data", data, "--http", "127.0.0.1:0")
        self.assertEqual(code, CONFIG, words)
        self.assertIn("ropenet node tls init", words)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
