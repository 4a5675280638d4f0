#!/usr/bin/env python3
"""A rope exported, checked, altered, loaded into a fresh node and exported again.

export_test.py ROPENET WORK_FOLDER
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

from ropenet_client import cbor
from ropenet_client.cose import read_transaction
from ropenet_client.node import Node, Rope, request

BINARY, WORK = sys.argv[1], Path(sys.argv[2])
START = ("node", "start")


def run(*args):
    done = subprocess.run([BINARY, *args, "--json"], capture_output=True, text=True, check=False)
    return done.returncode, json.loads(done.stdout)


def leaf_hash(record):
    return hashlib.sha256(b"\x00" + record).digest()


def root_of(hashes):
    """RFC 6962 section 2.1, as it is written there."""
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    both = root_of(hashes[:split]) + root_of(hashes[split:])
    return hashlib.sha256(b"\x01" + both).digest()


class ExportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        cls.policy = str(WORK / "policy.txt")
        cls.whole = {}
        with Node(BINARY, WORK / "data") as node:
            cls.fill(node)
            shutil.copy(WORK / "data/dev/policy-register.txt", cls.policy)
            for name in ("ndjson", "cbor"):
                cls.whole[name] = WORK / f"whole.{name}"
                code, done = node.cli("rope", "export", "--out", str(cls.whole[name]))
                assert code == 0, done
            heights = {"middle": ("40", "80"), "end": ("40", None), "begin": (None, "80")}
            for name, (first, last) in heights.items():
                args = ["--from", first] if first else []
                args += ["--to", last] if last else []
                out = WORK / f"{name}.ndjson"
                code, done = node.cli("rope", "export", "--out", str(out), *args)
                assert code == 0, done
            cls.first_page = cls.fetch_first_page(node)
        code, done = run("rope", "load", str(cls.whole["cbor"]), "--data", str(WORK / "copy"))
        assert code == 0, done
        cls.loaded = done

    @staticmethod
    def fill(node):
        """Deposits, refusals, a rejected transaction in a block of its own, a new account."""
        rope, alice, bob = Rope(node.url), node.identity("alice"), node.identity("bob")

        def args(text):
            digest = hashlib.sha256(text.encode()).digest()
            return {"sha256": digest, "media_type": "text/plain", "size": 1, "fields": {}}

        def sign(who, text):
            return rope.sign(who, "system.evidence", "deposit", args(text))[0]

        for i in range(120):
            rope.post(sign(alice, f"one {i}"))
        rope.post(sign(alice, "one 1"))  # refused
        for batch in range(4):
            done = rope.post_batch([sign(bob, f"many {batch} {i}") for i in range(150)])
            assert done[0] == 200, done
        node.cli("policy", "load")  # registers accounts with keys of their own
        for _ in range(100):
            about = rope.json("")[1]
            if about["checkpoint_size"] == about["log_size"]:
                return
            time.sleep(0.1)
        raise RuntimeError("no checkpoint over everything")

    @staticmethod
    def fetch_first_page(node):
        status, body, headers = request(f"{node.url}/v1/ropes/register/export")
        assert status == 200 and headers["Content-Type"] == "application/cbor-seq"
        return body

    def verify(self, path, *more):
        return run("log", "verify", "--export", str(path), *more)

    def failed(self, document):
        return [c["name"] for c in document["checks"] if not c["ok"] and c["checked"]]

    def test_both_formats_verify_under_the_policy_and_hold_the_same(self):
        documents = []
        for path in self.whole.values():
            code, document = self.verify(path, "--trust", self.policy)
            self.assertEqual((code, document["code"]), (0, "valid"), document)
            self.assertGreater(document["transactions"], 700)
            documents.append({key: document[key] for key in ("size", "root", "height")})
        self.assertEqual(documents[0], documents[1])
        self.assertEqual(self.verify(self.whole["cbor"])[0], 7)
        code, document = self.verify(WORK / "whole.cbor", "--trust", self.policy, "--dir", "x")
        self.assertEqual(code, 2)

    def test_the_first_page_of_the_api_begins_the_cbor_export(self):
        self.assertTrue(self.whole["cbor"].read_bytes().startswith(self.first_page))

    def test_python_recomputes_the_root_from_the_lines(self):
        lines = [json.loads(line) for line in self.whole["ndjson"].read_text().splitlines()]
        header, leaves, end = lines[0], lines[1:-1], lines[-1]
        self.assertEqual((header["kind"], end["kind"]), ("header", "end"))
        records = [base64.b64decode(line["record"]) for line in leaves]
        root = base64.b64encode(root_of([leaf_hash(record) for record in records])).decode()
        self.assertEqual(header["note"].split("\n")[:3], [header["origin"], str(len(leaves)), root])
        for index, (line, record) in enumerate(zip(leaves, records)):
            fields = cbor.decode(record)
            self.assertEqual((fields[3], line["index"], line["height"]), (index, index, fields[2]))
            if line["kind"] != "tx":
                continue
            self.assertEqual(read_transaction(base64.b64decode(line["tx"])).tx_id, fields[6])
            outcome = base64.b64decode(line["outcome"])
            self.assertEqual(hashlib.sha256(outcome).digest(), fields[8])

    def test_a_part_verifies_and_cannot_be_loaded(self):
        for name in ("begin", "middle", "end"):
            code, document = self.verify(WORK / f"{name}.ndjson", "--trust", self.policy)
            self.assertEqual(code, 0, (name, document))
        self.assertEqual(document["from"], self.verify(WORK / "middle.ndjson")[1]["from"])
        code, document = run(
            "rope", "load", str(WORK / "begin.ndjson"), "--data", str(WORK / "not-made")
        )
        self.assertEqual(code, 65, document)
        self.assertFalse((WORK / "not-made").exists())

    def altered(self, edit, name="altered.ndjson"):
        lines = self.whole["ndjson"].read_bytes().splitlines(keepends=True)
        path = WORK / name
        path.write_bytes(b"".join(edit(lines)))
        code, document = self.verify(path, "--trust", self.policy)
        self.assertEqual(code, 8, document)
        return document

    def test_a_missing_a_doubled_and_a_moved_line_are_named(self):
        for edit in (
            lambda lines: lines[:9] + lines[10:],
            lambda lines: lines[:9] + [lines[8]] + lines[9:],
            lambda lines: lines[:9] + [lines[10], lines[9]] + lines[11:],
        ):
            document = self.altered(edit)
            self.assertIn("log_records", self.failed(document))
            detail = next(c["detail"] for c in document["checks"] if c["name"] == "log_records")
            self.assertIn("line 10: another index", detail)

    def test_a_missing_end_and_what_follows_it_are_named(self):
        for edit in (
            lambda lines: lines[:-1],
            lambda lines: lines + [lines[-1]],
            lambda lines: lines[:-1] + [lines[-1].rstrip()],
            lambda lines: lines[1:],
            lambda lines: [],
        ):
            self.assertEqual(self.failed(self.altered(edit))[0], "export_lines")

    def test_an_altered_value_is_invalid_with_its_line(self):
        lines = self.whole["ndjson"].read_bytes().splitlines(keepends=True)
        at = next(i for i, line in enumerate(lines) if b'"kind":"tx"' in line)
        number = f"line {at + 1}:"

        def change(key, value):
            document = json.loads(lines[at])
            document[key] = value(document[key])
            line = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
            return lambda given: given[:at] + [line.encode() + b"\n"] + given[at + 1 :]

        def flip(text, where=-5):
            raw = bytearray(base64.b64decode(text))
            raw[where] ^= 1
            return base64.b64encode(raw).decode()

        for key, value, check in (
            ("index", lambda old: old + 1, "export_lines"),
            ("code", lambda _: 1, "export_lines"),
            ("tx_id", lambda old: old[:-1] + ("0" if old[-1] != "0" else "1"), "export_lines"),
            ("outcome", flip, "export_contents"),
            ("tx", flip, "export_signatures"),
            ("tx", lambda old: flip(old, -100), "export_contents"),
        ):
            document = self.altered(change(key, value))
            found = {c["name"]: c["detail"] for c in document["checks"]}
            self.assertIn(check, self.failed(document), key)
            self.assertIn(number, found[check], key)
        # Without the signature of its sender a transaction is nobody's: the load says so too.
        path = WORK / "altered.ndjson"
        code, document = run("rope", "load", str(path), "--data", str(WORK / "no"))
        self.assertEqual((code, document["error"]["code"]), (8, "export.invalid"))
        self.assertFalse((WORK / "no").exists())

    def test_no_altered_byte_of_a_small_cbor_export_is_accepted(self):
        with Node(BINARY, WORK / "small") as node:
            path = WORK / "small.cbor"
            self.assertEqual(node.cli("rope", "export", "--out", str(path))[0], 0)
            policy = str(WORK / "small/dev/policy-register.txt")
        whole = path.read_bytes()
        self.assertEqual(self.verify(path, "--trust", policy)[0], 0)
        altered = WORK / "small-altered.cbor"
        for at in range(0, len(whole), max(1, len(whole) // 150)):
            changed = bytearray(whole)
            changed[at] ^= 1 << (at % 8)
            altered.write_bytes(changed)
            self.assertEqual(self.verify(altered, "--trust", policy)[0], 8, at)
            altered.write_bytes(whole[:at])
            self.assertEqual(self.verify(altered, "--trust", policy)[0], 8, at)

    def test_a_loaded_rope_exports_the_same_bytes_offline_and_over_http(self):
        again = WORK / "again-offline.ndjson"
        code, document = run(
            "rope", "export", "--out", str(again), "--offline", "--data", str(WORK / "copy")
        )
        self.assertEqual(code, 0, document)
        self.assertEqual(again.read_bytes(), self.whole["ndjson"].read_bytes())
        again = WORK / "again-http.cbor"
        with Node(BINARY, WORK / "copy", verb=START) as node:
            self.assertEqual(node.cli("rope", "export", "--out", str(again))[0], 0)
            self.assertEqual(node.stop(), 0)
        self.assertEqual(again.read_bytes(), self.whole["cbor"].read_bytes())

    def test_a_loaded_rope_answers_reads_and_takes_no_transactions(self):
        with Node(BINARY, WORK / "copy", verb=START) as node:
            rope = Rope(node.url)
            status, about = rope.json("")
            self.assertEqual((status, about["read_only"]), (200, True))
            self.assertEqual(about["state_root"], self.loaded["state_root"])
            self.assertEqual(node.cli("log", "verify", "--trust", self.policy)[0], 0)
            tx_id = rope.json("/txs")[1]["txs"][0]["tx_id"]
            self.assertEqual(node.cli("tx", "show", tx_id)[0], 0)
            status, problem = rope.json(f"/txs/{tx_id}/bundle")
            self.assertEqual((status, problem["code"]), (403, "rope.read_only"))
            for path in ("/txs", "/txs:batch"):
                status, body, _ = request(rope.base + path, b"\x80")
                self.assertEqual((status, json.loads(body)["code"]), (403, "rope.read_only"))
            self.assertEqual(node.stop(), 0)
        # A second start is as good as the first.
        with Node(BINARY, WORK / "copy", verb=START) as node:
            self.assertEqual(node.stop(), 0)

    def test_a_loaded_rope_is_not_repaired_but_loaded_again(self):
        code, document = run("node", "repair", "--data", str(WORK / "copy"))
        self.assertEqual((code, document["error"]["code"]), (5, "rope.read_only"))
        self.assertEqual(self.verify_folder(WORK / "copy")["code"], "valid")

    def verify_folder(self, data):
        log = str(data / "ropes/register/log")
        return run("log", "verify", "--dir", log, "--trust", self.policy)[1]

    def test_what_is_in_the_way_is_not_written_over(self):
        path = WORK / "taken.ndjson"
        path.write_text("mine")
        code, _ = run(
            "rope", "export", "--out", str(path), "--offline", "--data", str(WORK / "copy")
        )
        self.assertEqual((code, path.read_text()), (5, "mine"))
        code, _ = run("rope", "load", str(self.whole["cbor"]), "--data", str(WORK / "copy"))
        self.assertEqual(code, 5)

    def test_another_policy_than_the_trusted_one_does_not_load(self):
        other = str(WORK / "small2.txt")
        with Node(BINARY, WORK / "other"):
            shutil.copy(WORK / "other/dev/policy-register.txt", other)
        code, _ = run(
            *("rope", "load", str(self.whole["cbor"]), "--data", str(WORK / "no")),
            *("--trust", other),
        )
        self.assertEqual(code, 8)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
