#!/usr/bin/env python3
"""The clock rules of a node, under a virtual clock that the test moves by writing a file.

clock_test.py ROPENET WORK_FOLDER
"""

import json
import os
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

from ropenet_client.node import Node, Rope, request

BINARY, WORK = sys.argv[1], Path(sys.argv[2])
NOON_MS = 1_800_000_000_000
DAY_MS = 24 * 60 * 60 * 1000
MINUTE_MS = 60_000


def set_clock(wall_ms, apart_ms=0):
    """Replaced as a whole, so that nobody reads half a time."""
    (WORK / "clock.new").write_text(f"{wall_ms} {apart_ms}\n")
    os.replace(WORK / "clock.new", WORK / "clock")


class ClockTest(unittest.TestCase):
    def setUp(self):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        set_clock(NOON_MS)

    def node(self, *more):
        return Node(BINARY, WORK / "data", "--clock", WORK / "clock", *more)

    def refused_start(self, *more):
        command = [BINARY, *more, "--data", WORK / "data", "--http", "127.0.0.1:0", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
        return done.returncode, json.loads(done.stdout)["error"]["message"]["en"]

    def deposit(self, node, number):
        rope = Rope(node.url)
        args = {"sha256": bytes([number]) * 32, "media_type": "text/plain", "size": 1, "fields": {}}
        tx, _ = rope.sign(node.identity("alice"), "system.evidence", "deposit", args)
        status, answer = rope.post_batch([tx])
        return status, answer["results"][0]

    def test_blocks_carry_the_time_of_the_file(self):
        with self.node() as node:
            set_clock(NOON_MS + 5_000)
            _, answer = self.deposit(node, 1)
            self.assertEqual(answer["status"], "committed")
            self.assertEqual(Rope(node.url).json("")[1]["time_ms"], NOON_MS + 5_000)
            # A clock that stands still still gives rising times.
            self.deposit(node, 2)
            self.assertEqual(Rope(node.url).json("")[1]["time_ms"], NOON_MS + 5_001)

    def test_a_start_needs_the_operators_word_when_the_clock_does_not_fit(self):
        with self.node():
            pass
        dev = ["dev", "--clock", WORK / "clock"]
        for wrong_ms, words in (
            (NOON_MS - 1, "behind the last block"),
            (NOON_MS + DAY_MS + 1, "over 24 h ahead"),
        ):
            set_clock(wrong_ms)
            code, message = self.refused_start(*dev)
            self.assertEqual(code, 78)
            self.assertIn(words, message)
            with self.node("--accept-clock"):
                pass
        set_clock(NOON_MS + DAY_MS)
        with self.node():
            pass

    def test_a_folder_of_a_virtual_clock_is_not_started_on_the_machines(self):
        with self.node():
            pass
        for verb in (["dev"], ["node", "start"]):
            code, message = self.refused_start(*verb, "--accept-clock")
            self.assertEqual(code, 78)
            self.assertIn("virtual clock", message)

    def test_a_clock_that_is_set_stops_the_blocks_and_leaves_the_node_readable(self):
        with self.node() as node:
            self.assertEqual(self.deposit(node, 1)[1]["status"], "committed")
            set_clock(NOON_MS + MINUTE_MS, MINUTE_MS)
            self.assertEqual(self.deposit(node, 2)[1]["status"], "committed")
            set_clock(NOON_MS + MINUTE_MS + 1, MINUTE_MS + 1)
            _, answer = self.deposit(node, 3)
            self.assertIn('"clock"', json.dumps(answer))
            self.assertEqual(Rope(node.url).json("")[1]["stopped_by"], "clock")
            status, body, _ = request(node.ready["admin"] + "/readyz")
            self.assertEqual(status, 503)
            self.assertIn("parted", json.loads(body)["why"])
            code, told = node.cli("node", "status")
            self.assertEqual(code, 0)
            self.assertEqual(told["node"]["ropes"][0]["stopped_by"], "clock")
        with self.node() as node:
            self.assertEqual(self.deposit(node, 3)[1]["status"], "committed")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
