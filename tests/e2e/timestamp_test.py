#!/usr/bin/env python3
"""The node's timestamp authority, asked and checked by OpenSSL's program and by rfc3161-client.

timestamp_test.py ROPENET WORK_FOLDER
"""

import hashlib
import json
import shutil
import subprocess
import sys
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography import x509
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    VerifierBuilder,
    decode_timestamp_response,
)
from ropenet_client.node import Node, request

BINARY, WORK = sys.argv[1], Path(sys.argv[2])
QUERY = {"Content-Type": "application/timestamp-query"}
CONTENT = b"what is stamped\n"
KILLS = 5


def ropenet(*args):
    done = subprocess.run(
        [BINARY, *map(str, args), "--json"], capture_output=True, text=True, check=False
    )
    return done.returncode, json.loads(done.stdout)


def openssl(*args):
    done = subprocess.run(["openssl", "ts", *map(str, args)], capture_output=True, check=False)
    return done.returncode, (done.stdout + done.stderr).decode(errors="replace")


def query_of(*options):
    code, text = openssl("-query", "-data", WORK / "file", *options, "-out", WORK / "query")
    if code != 0:
        raise RuntimeError(text)
    return (WORK / "query").read_bytes()


def node_says(url, query):
    status, body, headers = request(url + "/v1/tsa", query, QUERY)
    if status != 200:
        raise RuntimeError(f"{status} {body}")
    return body


def serial_of(reply):
    return decode_timestamp_response(reply).tst_info.serial_number


class TimestampTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        (WORK / "file").write_bytes(CONTENT)
        code, cls.made = ropenet("tsa", "init", "--data", WORK / "data")
        if code != 0:
            raise RuntimeError(cls.made)
        cls.ca = WORK / "data/tsa/ca.pem"
        cls.node = Node(BINARY, WORK / "data")
        cls.url = cls.node.url

    @classmethod
    def tearDownClass(cls):
        cls.node.stop()

    def openssl_verify(self, reply, ca=None, data=None):
        (WORK / "reply").write_bytes(reply)
        where = ["-data", data or WORK / "file", "-in", WORK / "reply"]
        return openssl("-verify", *where, "-CAfile", ca or self.ca)[0] == 0

    def client_verify(self, reply):
        try:
            root = x509.load_pem_x509_certificate(self.ca.read_bytes())
            verifier = VerifierBuilder().add_root_certificate(root).build()
            return verifier.verify_message(decode_timestamp_response(reply), CONTENT)
        except Exception:  # noqa: BLE001 - each of its refusals has a type of its own
            return False

    def ours_verify(self, reply):
        (WORK / "reply").write_bytes(reply)
        token = ["--token", WORK / "reply", "--ca", self.ca]
        return ropenet("tsa", "verify", WORK / "file", *token)[0] == 0

    def test_queries_of_openssl_are_answered_so_that_openssl_accepts(self):
        for options in (["-sha256"], ["-sha384"], ["-sha512"], ["-sm3"], ["-no_nonce"]):
            reply = node_says(self.url, query_of(*options, "-cert"))
            (WORK / "reply").write_bytes(reply)
            where = ["-queryfile", WORK / "query", "-in", WORK / "reply", "-CAfile", self.ca]
            code, text = openssl("-verify", *where)
            self.assertEqual(code, 0, f"{options} {text}")

    def test_a_query_of_rfc3161_client_is_answered_so_that_it_accepts(self):
        builder = TimestampRequestBuilder().data(CONTENT).hash_algorithm(HashAlgorithm.SHA256)
        query = builder.nonce(nonce=True).build()
        reply = decode_timestamp_response(node_says(self.url, query.as_bytes()))
        root = x509.load_pem_x509_certificate(self.ca.read_bytes())
        verifier = VerifierBuilder.from_request(query).add_root_certificate(root).build()
        self.assertTrue(verifier.verify_message(reply, CONTENT))
        self.assertEqual(reply.tst_info.nonce, query.nonce)

    def test_weak_digests_and_bytes_that_are_no_query_are_refused_by_name(self):
        (WORK / "reply").write_bytes(node_says(self.url, query_of("-sha1")))
        text = openssl("-reply", "-in", WORK / "reply", "-text")[1]
        self.assertIn("Status: Rejected.", text)
        self.assertIn("badAlg", text)
        for bad in (b"not a query", b"\x30" * 4096, b"\x30" * 4097):
            (WORK / "reply").write_bytes(node_says(self.url, bad))
            text = openssl("-reply", "-in", WORK / "reply", "-text")[1]
            self.assertIn("badDataFormat", text)

    def test_another_media_type_is_415(self):
        status, _, _ = request(self.url + "/v1/tsa", b"x", {"Content-Type": "text/plain"})
        self.assertEqual(status, 415)

    def test_the_authority_says_who_it_is_and_whose_time_it_has(self):
        status, body, _ = request(self.url + "/v1/tsa")
        answer = json.loads(body)
        self.assertEqual(status, 200)
        self.assertEqual(answer["ca_pem"], self.ca.read_text())
        self.assertEqual(answer["certificate_sha256"], self.made["certificate_sha256"])
        self.assertIn("not that of a licensed", answer["time"])
        keys = (WORK / "data/ropes/register/keys.txt").read_text()
        self.assertIn(f"tsa {answer['certificate_sha256']}\n", keys)

    def test_stamp_and_verify_and_what_they_refuse(self):
        token = WORK / "file.tsr"
        code, document = ropenet("tsa", "stamp", WORK / "file", "--ca", self.ca, "--http", self.url)
        self.assertEqual(code, 0, document)
        self.assertIn("not that of a licensed", document["time"])
        self.assertTrue(self.openssl_verify(token.read_bytes()))
        where = ["--token", token, "--ca", self.ca]
        digest = hashlib.sha256(CONTENT).hexdigest()
        self.assertEqual(ropenet("tsa", "verify", "--digest", digest, *where)[0], 0)
        self.assertEqual(ropenet("tsa", "verify", self.ca, *where)[0], 8)
        self.assertEqual(ropenet("tsa", "verify", *where)[0], 2)
        self.assertEqual(ropenet("tsa", "init", "--data", WORK / "data")[0], 5)
        ropenet("tsa", "init", "--data", WORK / "other")
        other = ["--token", token, "--ca", WORK / "other/tsa/ca.pem"]
        self.assertEqual(ropenet("tsa", "verify", WORK / "file", *other)[0], 8)

    def test_a_token_can_be_deposited_on_the_ledger(self):
        code, document = self.node.cli(
            *("tsa", "stamp", str(WORK / "file"), "--out", str(WORK / "d.tsr")),
            *("--deposit", "--as", "alice"),
        )
        self.assertEqual(code, 0, document)
        self.assertEqual(document["deposit"]["status"], "committed")
        digest = hashlib.sha256((WORK / "d.tsr").read_bytes()).hexdigest()
        account = self.node.identity("alice")[0]
        _, body, _ = request(f"{self.url}/v1/ropes/register/entries?account={account}")
        entry = next(item for item in json.loads(body)["entries"] if item["sha256"] == digest)
        self.assertEqual(entry["fields"]["tsa_serial"], document["serial"])
        self.assertEqual(entry["media_type"], "application/timestamp-reply")

    def test_a_node_without_an_authority_says_so(self):
        with Node(BINARY, WORK / "plain") as plain:
            self.assertEqual(request(plain.url + "/v1/tsa")[0], 404)
            code, document = plain.cli("tsa", "stamp", str(WORK / "file"))
            self.assertEqual((code, document["error"]["code"]), (3, "tsa.none"))

    def test_an_altered_token_is_refused_by_openssl_by_rfc3161_client_and_by_us(self):
        reply = node_says(self.url, query_of("-sha256", "-cert"))
        for verify in (self.openssl_verify, self.client_verify, self.ours_verify):
            self.assertTrue(verify(reply))
        time = reply.index(
            decode_timestamp_response(reply).tst_info.gen_time.strftime("%Y").encode()
        )
        places = {
            "imprint": reply.index(hashlib.sha256(CONTENT).digest()),
            "time": time + 3,
            "signature": len(reply) - 100,
            "signed attributes": reply.index(bytes.fromhex("06092a864886f70d010904")) + 15,
        }
        for name, at in places.items():
            bad = reply[:at] + bytes([reply[at] ^ 1]) + reply[at + 1 :]
            for verify in (self.openssl_verify, self.client_verify, self.ours_verify):
                self.assertFalse(verify(bad), f"{name} {verify.__name__}")

    def exported(self, name, *more):
        file = WORK / name
        file.write_text(name)
        _, sent = self.node.cli("evidence", "deposit", str(file), "--as", "bob")
        out = WORK / f"bundle-{name}"
        code, document = self.node.cli(
            *("evidence", "export", sent["tx_id"], "--out", str(out)), *more
        )
        self.assertEqual(code, 0, document)
        return out

    def verified(self, bundle, *more):
        policy = WORK / "data/dev/policy-register.txt"
        code, document = ropenet("evidence", "verify", bundle, "--trust", policy, *more)
        return code, document["timestamp"]["state"]

    def test_a_bundle_carries_a_timestamp_of_the_ropes_own_authority_unless_not_wanted(self):
        self.assertEqual(self.verified(self.exported("stamped")), (0, "ok"))
        plain = self.exported("unstamped", "--no-timestamp")
        self.assertEqual(self.verified(plain), (0, "absent"))

    def test_the_commands_in_a_bundles_readme_check_its_timestamp(self):
        bundle = self.exported("by-hand")
        script = "sed -n '/^#BEGIN check.sh/,/^#END check.sh/p' README.txt | sh"
        done = subprocess.run(["sh", "-c", script], cwd=bundle, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("ok: keys.txt lists its authority", done.stdout)
        token = bytearray((bundle / "timestamp.tsr").read_bytes())
        token[-1] ^= 1
        (bundle / "timestamp.tsr").write_bytes(token)
        done = subprocess.run(["sh", "-c", script], cwd=bundle, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("NO: timestamp.tsr", done.stdout)

    def foreign_authority(self):
        """A TSA of OpenSSL alone, under a CA of its own; stamps checkpoint.txt of a folder."""
        made = WORK / "theirs"
        if made.exists():
            return made
        made.mkdir()
        subject = ["-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj"]
        (made / "ext").write_text(
            "keyUsage=critical,digitalSignature\nextendedKeyUsage=critical,timeStamping\n"
        )
        (made / "conf").write_text(
            "[tsa]\ndefault_tsa=t\n[t]\ndir=.\nserial=serial\ncrypto_device=builtin\n"
            "signer_digest=sha256\ndefault_policy=1.2.3.4.1\ndigests=sha256\n"
            "ess_cert_id_alg=sha256\n"
        )
        commands = (
            ["req", "-x509", *subject, "/CN=Their CA", "-keyout", "ca.key", "-out", "ca.pem"],
            ["req", *subject, "/CN=Their TSA", "-keyout", "tsa.key", "-out", "tsa.csr"],
            [
                *("x509", "-req", "-in", "tsa.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
                *("-CAcreateserial", "-extfile", "ext", "-days", "30", "-out", "tsa.pem"),
            ],
        )
        for command in commands:
            subprocess.run(["openssl", *command], cwd=made, check=True, capture_output=True)
        return made

    def stamped_by_others(self, file, out):
        made = self.foreign_authority()
        query = ["-query", "-data", str(file), "-sha256", "-cert", "-out", "q"]
        reply = ["-reply", "-config", "conf", "-queryfile", "q", "-signer", "tsa.pem"]
        reply += ["-inkey", "tsa.key", "-out", str(out)]
        for command in (query, reply):
            subprocess.run(["openssl", "ts", *command], cwd=made, check=True, capture_output=True)
        return made / "ca.pem"

    def test_a_foreign_authoritys_token_is_attached_and_foreign_until_its_ca_is_given(self):
        bundle = self.exported("attached")
        token, out = WORK / "their.tsr", WORK / "bundle-theirs"
        ca = self.stamped_by_others(bundle / "checkpoint.txt", token)
        command = ("tsa", "attach", bundle, "--token", token, "--ca", ca, "--out", out)
        code, document = ropenet(*command)
        self.assertEqual(code, 0, document)
        self.assertIn("Their TSA", document["authority"])
        self.assertEqual(self.verified(out), (0, "foreign"))
        self.assertEqual(self.verified(out, "--tsa-ca", ca), (0, "ok"))
        self.assertEqual(self.verified(out, "--tsa-ca", self.ca), (0, "foreign"))
        self.assertEqual(self.verified(bundle), (0, "ok"))

    def test_a_foreign_token_over_anything_else_is_not_attached_and_not_valid(self):
        bundle = self.exported("unattached")
        token, out = WORK / "other.tsr", WORK / "bundle-other"
        ca = self.stamped_by_others(WORK / "file", token)
        command = ("tsa", "attach", bundle, "--token", token, "--ca", ca, "--out", out)
        self.assertEqual(ropenet(*command)[0], 8)
        self.assertFalse(out.exists())
        (bundle / "timestamp.tsr").write_bytes(token.read_bytes())
        (bundle / "tsa-ca.pem").write_bytes(ca.read_bytes())
        self.assertEqual(self.verified(bundle), (8, "invalid"))

    def test_serials_are_never_repeated_when_the_node_is_killed_under_load(self):
        query, serials = query_of("-sha256"), []
        ropenet("tsa", "init", "--data", WORK / "killed")

        def ask(url):
            try:
                return serial_of(node_says(url, query))
            except Exception:  # noqa: BLE001 - killed, or no time yet
                return None

        for _ in range(KILLS):
            node, got = Node(BINARY, WORK / "killed"), []
            with ThreadPoolExecutor(2) as pool:
                while len(got) < 20:
                    answers = list(pool.map(ask, [node.url] * 8))
                    got += [serial for serial in answers if serial is not None]
                last = pool.map(ask, [node.url] * 8)
                node.kill()
                got += [serial for serial in last if serial is not None]
            self.assertGreater(min(got), max(serials, default=0))
            serials += got
        self.assertEqual(len(set(serials)), len(serials))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
