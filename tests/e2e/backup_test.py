#!/usr/bin/env python3
"""Backups of a running node, and restoring one: going on, or beginning another rope.

    backup_test.py ROPENET WORK_FOLDER [DRILL_TRANSACTIONS]

The last test is the drill: it restores so many transactions and prints how long that took.
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

from ropenet_client.node import LIFETIME_MS, Node, Rope

BINARY, WORK = sys.argv[1], Path(sys.argv[2])
DRILL = int(sys.argv[3]) if len(sys.argv) > 3 else 2_000
BATCH = 500


def ropenet(*args):
    done = subprocess.run(
        [BINARY, *map(str, args), "--json"], capture_output=True, text=True, check=False
    )
    return done.returncode, json.loads(done.stdout)


def backup(verb, *args):
    return ropenet("node", "backup", verb, "--rope", "register", *args)


def deposits(rope, who, first, count):
    out = []
    expires_at_ms = rope.now_ms() + LIFETIME_MS
    for number in range(first, first + count):
        digest = hashlib.sha256(f"entry {number}".encode()).digest()
        args = {"sha256": digest, "media_type": "text/plain", "size": 1, "fields": {}}
        tx, _ = rope.sign(who, "system.evidence", "deposit", args, expires_at_ms=expires_at_ms)
        out.append(tx)
    return out


class BackupTest(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        self.data, self.store, self.new = WORK / "data", WORK / "store", WORK / "new"

    def write(self, node, first, count):
        rope = Rope(node.url)
        who = node.identity("alice")
        for at in range(first, first + count, BATCH):
            size = min(BATCH, first + count - at)
            status, answer = rope.post_batch(deposits(rope, who, at, size))
            self.assertEqual(status, 200)
            self.assertEqual({item["status"] for item in answer["results"]}, {"committed"})
        log_size = rope.json("")[1]["log_size"]
        for _ in range(200):
            summary = rope.json("")[1]
            if summary["checkpoint_size"] >= log_size:
                return summary
            time.sleep(0.05)
        raise RuntimeError("no checkpoint")

    def create(self):
        code, made = backup("create", "--data", self.data, "--to", self.store)
        self.assertEqual(code, 0, made)
        return made["backups"][0]

    def checkpoint(self):
        shutil.copy(self.data / "ropes/register/log/checkpoint", WORK / "newest")
        return WORK / "newest"

    def restore(self, *args):
        return backup("restore", "--from", self.store, "--data", self.new, *args)

    def go_on(self, *args):
        return self.restore("--checkpoint", WORK / "newest", "--keys", self.data / "keys", *args)

    def assert_same(self, summary, other):
        for key in ("height", "log_size", "state_root", "log_root"):
            self.assertEqual(summary[key], other[key], key)

    def test_a_second_backup_of_a_running_node_copies_only_what_is_new(self):
        with Node(BINARY, self.data) as node:
            first = self.write(node, 0, 20)
            made = self.create()
            self.assertEqual(made["height"], first["height"])
            self.assertEqual(made["copied_files"], made["files"])
            self.write(node, 20, 20)
            again = self.create()
            # The block log grew and so did the checkpoint; genesis, policy and keys did not.
            self.assertEqual(again["copied_files"], 2)
            self.assertEqual(self.create()["copied_files"], 0)
        code, listed = backup("list", "--from", self.store)
        self.assertEqual(code, 0)
        heights = [item["height"] for item in listed["backups"]]
        self.assertEqual(heights, [made["height"], again["height"]])
        for height in heights:
            code, told = backup("verify", "--from", self.store, "--at", height)
            self.assertEqual((code, told["backups"][0]["holds"]), (0, True))
        self.assertFalse([path for path in self.store.rglob("*") if b"PRIVATE" in read(path)])

    def test_a_backup_with_one_byte_changed_is_refused(self):
        with Node(BINARY, self.data) as node:
            self.write(node, 0, 20)
            self.create()
        files = [path for path in self.store.rglob("*") if path.is_file()]
        self.assertEqual(len(files), 7)
        for path in files:
            good = path.read_bytes()
            for at in (0, len(good) // 2, len(good) - 1):
                path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
                code, told = backup("verify", "--from", self.store)
                self.assertIn(code, (65, 74), f"{path} {at} {told}")
            path.write_bytes(good)
        self.assertEqual(backup("verify", "--from", self.store)[0], 0)

    def test_goes_on_with_an_equal_checkpoint_of_a_witness(self):
        with Node(BINARY, self.data) as node:
            before = self.write(node, 0, 20)
            self.create()
            identity = node.identity("alice")
        self.checkpoint()
        code, told = self.go_on()
        self.assertEqual(code, 0, told)
        self.assertTrue(told["continues"])
        self.assert_same(told, before)
        with Node(BINARY, self.new, verb=("node", "start")) as node:
            rope = Rope(node.url)
            self.assert_same(rope.json("")[1], before)
            _, answer = rope.post_batch(deposits(rope, identity, 100, 1))
            self.assertEqual(answer["results"][0]["status"], "committed")

    def test_does_not_go_on_when_the_origin_went_further(self):
        with Node(BINARY, self.data) as node:
            self.write(node, 0, 20)
            self.create()
            self.write(node, 20, 5)
        self.checkpoint()
        code, told = self.go_on()
        self.assertEqual(code, 65)
        self.assertIn("went on to size", told["error"]["message"]["en"])
        self.assertFalse((self.new / "node.toml").exists())

    def test_does_not_go_on_with_an_older_or_forged_checkpoint_or_a_lower_height(self):
        with Node(BINARY, self.data) as node:
            self.write(node, 0, 5)
            self.checkpoint()
            self.write(node, 5, 5)
            height = self.create()["height"]
        code, told = self.go_on()
        self.assertEqual(code, 65)
        self.assertIn("older than the backup", told["error"]["message"]["en"])
        newest = self.checkpoint()
        code, told = self.go_on("--height", height - 1)
        self.assertEqual(code, 65)
        self.assertIn("below what was signed", told["error"]["message"]["en"])
        lines = newest.read_text().split("\n")
        lines[2] = base64.b64encode(bytes(32)).decode()
        newest.write_text("\n".join(lines))
        code, told = self.go_on()
        self.assertEqual(code, 65)
        self.assertIn("not signed as the policy", told["error"]["message"]["en"])

    def test_without_a_checkpoint_another_rope_names_the_gap(self):
        with Node(BINARY, self.data) as node:
            before = self.write(node, 0, 20)
            height = self.create()["height"]
            identity = node.identity("alice")
        code, told = self.restore()
        self.assertEqual(code, 0, told)
        self.assertFalse(told["continues"])
        name = f"register-after-{height}"
        self.assertTrue(told["goes_on_as"].endswith("/" + name))
        genesis = (self.new / f"ropes/{name}/genesis.cbor").read_bytes()
        old_genesis = (self.new / "ropes/register/genesis.cbor").read_bytes()
        self.assertIn(told["origin"].encode(), genesis)
        self.assertIn(hashlib.sha256(old_genesis).digest(), genesis)
        self.assertIn(bytes.fromhex(before["log_root"]), genesis)
        old_key = (self.data / "keys/register-log.pem").read_bytes()
        self.assertNotEqual((self.new / f"keys/{name}-log.pem").read_bytes(), old_key)
        with Node(BINARY, self.new, verb=("node", "start")) as node:
            old, new = Rope(node.url), Rope(node.url, name)
            self.assert_same(old.json("")[1], before)
            self.assertTrue(old.json("")[1]["read_only"])
            _, answer = new.post_batch(deposits(new, identity, 100, 1))
            self.assertEqual(answer["results"][0]["status"], "committed")
            digest = new.json("/records?from=0&limit=1")[1]["records"][0]
            self.assertIn(hashlib.sha256(genesis).hexdigest(), json.dumps(digest))

    def test_restores_a_lower_height_as_it_was(self):
        with Node(BINARY, self.data) as node:
            then = self.write(node, 0, 10)
            self.write(node, 10, 10)
            self.create()
        code, told = self.restore("--height", then["height"])
        self.assertEqual(code, 0, told)
        self.assert_same(told, then)
        self.assertFalse(told["readable"])

    def test_drill(self):
        with Node(BINARY, self.data) as node:
            before = self.write(node, 0, DRILL)
            began = time.monotonic()
            self.create()
            created = time.monotonic() - began
        self.checkpoint()
        began = time.monotonic()
        code, told = self.go_on()
        restored = time.monotonic() - began
        self.assertEqual(code, 0, told)
        self.assertEqual(told["txs"], DRILL)
        self.assert_same(told, before)
        print(f"{DRILL} transactions: backup in {created:.1f} s, restored in {restored:.1f} s")


def read(path):
    return path.read_bytes() if path.is_file() else b""


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
