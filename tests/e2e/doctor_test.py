#!/usr/bin/env python3
"""What `doctor` finds and `node du` counts, on folders in good and bad order.

    doctor_test.py ROPENET WORK_FOLDER
"""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import unittest
from pathlib import Path

from ropenet_client.node import Node, Rope

BINARY, WORK = sys.argv[1], Path(sys.argv[2])
HOUR_MS = 3_600_000


def ropenet(*args):
    done = subprocess.run(
        [BINARY, *map(str, args), "--json"],
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
        timeout=60,
    )
    return done.returncode, json.loads(done.stdout)


def doctor(data):
    code, document = ropenet("doctor", "--data", data)
    return code, {one["id"]: one for one in document["findings"]}


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class DoctorTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        cls.made = WORK / "made"
        with Node(BINARY, cls.made):
            pass

    def setUp(self):
        self.data = WORK / self._testMethodName
        shutil.copytree(self.made, self.data, symlinks=True)
        # So that the default port of the machine does not matter.
        config = (self.data / "node.toml").read_text()
        config = config.replace("127.0.0.1:8480", f"127.0.0.1:{free_port()}")
        (self.data / "node.toml").write_text(config)

    def found(self, finding, severity="problem", code=78):
        got, findings = doctor(self.data)
        self.assertEqual((got, findings[finding]["severity"]), (code, severity), findings)
        for language in ("en", "zh"):
            self.assertTrue(findings[finding]["what"][language])
            self.assertTrue(findings[finding]["fix"][language])
        return findings[finding]

    def test_a_folder_in_good_order_has_no_problem_and_is_not_changed(self):
        def contents():
            return {
                path: path.read_bytes()
                for path in self.data.rglob("*")
                if path.is_file() and path.name != "lock"  # who held it last
            }

        before = contents()
        code, findings = doctor(self.data)
        self.assertEqual(code, 0, findings)
        self.assertLessEqual(
            {"keys", "ropes", "disk.space", "disk.fdatasync", "port", "memory", "cpu"},
            set(findings),
        )
        self.assertEqual(contents(), before)

    def test_a_key_that_others_may_read(self):
        (self.data / "keys/register-log.pem").chmod(0o640)
        self.assertIn("chmod 600", self.found("keys.mode")["fix"]["en"])

    def test_a_missing_key_and_a_missing_genesis(self):
        (self.data / "keys/register-log.pem").unlink()
        self.assertIn("register-log.pem", self.found("rope.missing")["what"]["en"])
        shutil.copy(self.made / "keys/register-log.pem", self.data / "keys")
        (self.data / "ropes/scratch/genesis.cbor").unlink()
        self.assertIn("backup restore", self.found("rope.missing")["fix"]["en"])

    def test_a_port_that_somebody_holds(self):
        config = (self.data / "node.toml").read_text()
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            held.listen()
            address = f"127.0.0.1:{held.getsockname()[1]}"
            lines = [
                f'http = "{address}"' if line.startswith("http = ") else line
                for line in config.splitlines()
            ]
            (self.data / "node.toml").write_text("\n".join(lines))
            self.assertIn(address, self.found("port")["what"]["en"])

    def test_a_node_that_runs_and_one_that_was_killed(self):
        node = Node(BINARY, self.data)
        code, findings = doctor(self.data)
        self.assertEqual((code, findings["node"]["severity"]), (0, "ok"))
        node.kill()
        self.found("node.stale", "note", 0)

    def test_a_node_that_hangs_is_told_and_not_waited_for(self):
        node = Node(BINARY, self.data)
        node.process.send_signal(signal.SIGSTOP)
        self.found("node.silent")
        node.process.send_signal(signal.SIGCONT)
        self.assertEqual(node.stop(), 0)

    def test_a_damaged_and_a_missing_block_log(self):
        with Node(BINARY, self.data) as node:
            deposit(node, b"one")
            deposit(node, b"two")
        segment = self.data / "ropes/register/blocks/000001.seg"
        bytes_ = bytearray(segment.read_bytes())
        bytes_[-20] ^= 1
        segment.write_bytes(bytes_)
        self.assertIn("height 1", self.found("rope.damaged", "warning", 0)["what"]["en"])
        shutil.rmtree(segment.parent)
        self.assertIn("blocks", self.found("rope.missing")["what"]["en"])

    def test_a_clock_behind_the_last_block(self):
        clock = WORK / "clock"
        clock.write_text("4102444800000")  # the year 2100
        data = WORK / "future"
        with Node(BINARY, data, "--clock", clock) as node:
            deposit(node, b"from the future")
        self.data = data
        self.assertIn("--accept-clock", self.found("clock.behind")["fix"]["en"])

    def test_what_is_no_folder_is_a_finding(self):
        loop = WORK / "loop"
        loop.symlink_to(loop)
        for strange in (WORK / "nowhere", Path(BINARY), loop, Path("/dev/null")):
            code, findings = doctor(strange)
            self.assertEqual((code, findings["data.config"]["severity"]), (78, "problem"))
        shutil.rmtree(self.data / "keys")
        (self.data / "keys").symlink_to("/nonexistent")
        self.found("keys.folder")


def deposit(node, content):
    rope, who = Rope(node.url), node.identity("alice")
    tx, _ = rope.sign_deposit(who, content)
    status, answer = rope.post(tx)
    assert status == 200 and answer["status"] == "committed", answer


class DuTest(unittest.TestCase):
    def bytes_below(self, folder):
        return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())

    def test_bytes_are_those_of_the_files_and_growth_goes_by_block_time(self):
        clock, data = WORK / "du-clock", WORK / "du"
        WORK.mkdir(parents=True, exist_ok=True)
        clock.write_text("1800000000000")
        with Node(BINARY, data, "--clock", clock) as node:
            deposit(node, b"first")
            code, early = ropenet("node", "du", "--data", data)
            self.assertEqual((code, early["days_to_full"]), (0, None))
            (WORK / "next").write_text(f"{1_800_000_000_000 + 2 * HOUR_MS}")
            os.replace(WORK / "next", clock)
            deposit(node, b"second")
        code, found = ropenet("node", "du", "--data", data)
        self.assertEqual(code, 0)
        rope = next(one for one in found["ropes"] if one["rope"] == "register")
        self.assertEqual(rope["all"], self.bytes_below(data / "ropes/register"))
        for part in ("blocks", "log", "state"):
            self.assertEqual(rope[part], self.bytes_below(data / "ropes/register" / part), part)
        self.assertEqual(found["all"], self.bytes_below(data))
        self.assertEqual(rope["height"], 2)
        self.assertEqual(rope["bytes_per_record"], rope["all"] // rope["records"])
        self.assertGreater(rope["bytes_per_day"], 0)
        # Both figures are cut to whole numbers, and the other rope has no rate.
        days = found["free"] / rope["bytes_per_day"]
        self.assertLess(abs(found["days_to_full"] - days), 1 + days / 1_000)

    def test_a_folder_that_is_none_is_named(self):
        code, answer = ropenet("node", "du", "--data", WORK / "nowhere")
        self.assertNotEqual(code, 0)
        self.assertIn("nowhere", answer["error"]["message"]["en"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
