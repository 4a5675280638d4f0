#!/usr/bin/env python3
"""The public API: shapes, limits, pages, permission to cache, and what bad input gets.

http_test.py ROPENET WORK_FOLDER
"""

import hashlib
import json
import os
import shutil
import sys
import unittest
from pathlib import Path

from ropenet_client import cbor
from ropenet_client.node import Node, Rope, deposit_args, request

BINARY, WORK = sys.argv[1], Path(sys.argv[2])
TX_MEMBERS = [
    "tx_id",
    "status",
    "height",
    "index",
    "code",
    "rule",
    "message",
    "time_ms",
    "duplicate",
]
PROBLEM_MEMBERS = {
    "type",
    "title",
    "title_zh",
    "status",
    "code",
    "detail",
    "detail_zh",
    "next",
    "next_zh",
}


class HttpTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        cls.node = Node(BINARY, WORK / "data")
        cls.rope = Rope(cls.node.url)
        cls.alice = cls.node.identity("alice")
        cls.count = 0

    @classmethod
    def tearDownClass(cls):
        cls.node.stop()

    def sign(self, content=None, **changed):
        type(self).count += 1
        content = content or f"content {self.count}".encode()
        args = deposit_args(content)
        return self.rope.sign(self.alice, "system.evidence", "deposit", args, **changed)

    def problem(self, status, code, answer):
        self.assertEqual((answer[0], json.loads(answer[1])["code"]), (status, code))
        self.assertLessEqual(PROBLEM_MEMBERS, set(json.loads(answer[1])))
        self.assertEqual(answer[2]["Content-Type"], "application/problem+json")

    def test_post_answers_the_tx_object_and_get_gives_the_same_members(self):
        tx, tx_id = self.sign()
        status, answer = self.rope.post(tx)
        self.assertEqual((status, list(answer)), (200, TX_MEMBERS))
        self.assertEqual(answer["tx_id"], tx_id.hex())
        status, shown = self.rope.json(f"/txs/{tx_id.hex()}")
        self.assertEqual(
            [shown[name] for name in TX_MEMBERS[:6]], [answer[name] for name in TX_MEMBERS[:6]]
        )
        self.assertEqual((shown["contract"], shown["action"]), ("system.evidence", "deposit"))

    def test_every_answer_about_a_rope_carries_its_height(self):
        paths = ["", "/policy", "/txs", "/blocks/1", "/records", "/entries", "/records/0"]
        paths += ["/state/system?key=sentinel", f"/accounts/{self.alice[0]}", "/log/checkpoint"]
        self.rope.post(self.sign()[0])
        for path in paths:
            status, body, headers = self.rope.get(path)
            self.assertEqual(status, 200, (path, body))
            self.assertGreaterEqual(int(headers["Rope-Height"]), 1, path)
            self.assertIn("DEMO", headers["Rope-Demo"], path)

    def test_without_wait_a_tx_is_pending_and_then_committed(self):
        tx, tx_id = self.sign()
        status, answer = self.rope.post(tx, wait=False)
        self.assertIn((status, answer["status"]), [(202, "pending"), (200, "committed")])
        _, again = self.rope.post(tx)
        self.assertEqual(again["status"], "committed")
        self.assertTrue(again["duplicate"])

    def test_if_none_match_turns_a_recorded_tx_into_409(self):
        tx, _ = self.sign()
        headers = {"Content-Type": "application/cose", "If-None-Match": "*"}
        url = self.rope.base + "/txs?wait=committed"
        self.assertEqual(request(url, tx, headers)[0], 200)
        self.problem(409, "tx.exists", request(url, tx, headers))

    def test_a_batch_takes_512_and_not_one_more(self):
        tx, _ = self.sign()
        headers = {"Content-Type": "application/cbor"}
        url = self.rope.base + "/txs:batch?wait=committed"
        status, body, _ = request(url, cbor.encode([tx] * 512), headers)
        self.assertEqual((status, len(json.loads(body)["results"])), (200, 512))
        self.problem(413, "request.too_many", request(url, cbor.encode([tx] * 513), headers))
        self.problem(400, "request.bad", request(url, b"\x01", headers))

    def test_a_batch_answers_each_tx_in_its_place(self):
        good, _ = self.sign()
        bad, _ = self.sign(origin="dev.other/rope")
        status, answer = self.rope.post_batch([good, bad, b"\x00"])
        self.assertEqual(status, 200)
        statuses = [item["status"] for item in answer["results"]]
        self.assertEqual(statuses, ["committed", "rejected", "rejected"])
        problems = [item.get("problem") for item in answer["results"]]
        self.assertEqual(problems, [None, "tx.origin", "tx.malformed"])

    def test_the_wrong_media_type_method_or_address_is_named(self):
        url = self.rope.base + "/txs"
        text = {"Content-Type": "text/plain"}
        self.problem(415, "request.media_type", request(url, b"x", text))
        self.problem(404, "not_found.rope", request(self.node.url + "/v1/ropes/nothing/txs"))
        self.problem(404, "not_found.route", request(self.node.url + "/v2"))
        self.problem(405, "request.method", request(self.rope.base + "/blocks/1", b"x", text))
        self.problem(404, "not_found.block", self.rope.get("/blocks/999999"))
        self.problem(404, "not_found.record", self.rope.get("/records/999999"))
        self.problem(404, "not_found.file", self.rope.get("/log/tile/9/999"))
        self.problem(404, "not_found.account", self.rope.get("/accounts/a" + "0" * 32))

    def test_limits_of_pages_hold_at_the_limit_and_one_past(self):
        for limit, status in ((1, 200), (100, 200), (0, 400), (101, 400), ("x", 400)):
            self.assertEqual(self.rope.get(f"/txs?limit={limit}")[0], status, limit)
        for timeout, status in ((60, 200), (61, 400)):
            tx, _ = self.sign()
            url = f"{self.rope.base}/txs?wait=committed&timeout={timeout}"
            self.assertEqual(request(url, tx, {"Content-Type": "application/cose"})[0], status)

    def test_a_cursor_stays_at_its_height_while_blocks_are_added(self):
        for _ in range(3):
            self.rope.post(self.sign()[0])
        _, first = self.rope.json("/txs?limit=2")
        self.rope.post(self.sign()[0])
        _, second = self.rope.json(f"/txs?limit=2&cursor={first['next']}")
        self.assertEqual(second["height"], first["height"])
        self.assertLess(second["txs"][0]["index"], first["txs"][-1]["index"])
        self.problem(400, "request.cursor", self.rope.get(f"/txs?code=1&cursor={first['next']}"))
        self.problem(400, "request.cursor", self.rope.get("/txs?cursor=00"))

    def test_lists_come_as_csv_and_ndjson_by_accept(self):
        self.rope.post(self.sign()[0])
        _, body, headers = self.rope.get("/txs?limit=1", {"Accept": "text/csv"})
        self.assertTrue(headers["Content-Type"].startswith("text/csv"))
        self.assertEqual(len(body.decode().split("\r\n")), 3)
        _, body, _ = self.rope.get("/txs?limit=1", {"Accept": "application/x-ndjson"})
        lines = [json.loads(line) for line in body.splitlines()]
        self.assertEqual((len(lines), set(lines[-1])), (2, {"height", "next"}))

    def test_a_cell_of_a_stranger_is_no_formula_in_csv(self):
        args = deposit_args(b"formula", note="=1+1")
        args["media_type"] = "a/b"
        self.rope.post(self.rope.sign(self.alice, "system.evidence", "deposit", args)[0])
        _, body, _ = self.rope.get("/entries?limit=100", {"Accept": "text/csv"})
        self.assertNotIn(",=", body.decode())

    def test_entries_say_who_recorded_and_that_nobody_attested(self):
        args = deposit_args(b"attributed", attributed_to="miit", source="a survey")
        self.rope.post(self.rope.sign(self.alice, "system.evidence", "deposit", args)[0])
        sha256 = hashlib.sha256(b"attributed").hexdigest()
        _, page = self.rope.json(f"/entries?sha256={sha256}")
        note = page["entries"][0]["note"]
        self.assertEqual(
            note["en"],
            "recorded by alice, attributed to miit, source: a survey, not attested by that body",
        )
        self.assertIn("未经该机关确认", note["zh"])

    def test_heights_outside_the_history_are_404_and_410(self):
        self.problem(404, "height.future", self.rope.get("/entries?height=999999"))
        self.assertEqual(self.rope.get("/entries?height=0")[0], 200)

    def test_bytes_of_a_stranger_are_refused_by_name_and_order_nothing(self):
        height = self.rope.json("")[1]["height"]
        _, key = self.alice
        deep = 1
        for _ in range(20):
            deep = [deep]
        deep_args = {**deposit_args(b"deep"), "deep": deep}
        cases = {
            "tx.too_deep": self.rope.sign(self.alice, "system.evidence", "deposit", deep_args)[0],
            "tx.not_canonical": self.sign()[0].replace(b"\xd2\x84", b"\xd8\x12\x84", 1),
            "tx.protected_header": self.rope.sign(
                ("nobody", key), "system.evidence", "deposit", deposit_args(b"x")
            )[0],
            "tx.payload": self.rope.sign(self.alice, "System", "deposit", deposit_args(b"x"))[0],
            "tx.expiry_too_far": self.sign(expires_at_ms=self.rope.now_ms() + 400_000)[0],
        }
        for code, tx in cases.items():
            status, answer = self.rope.post(tx)
            self.assertEqual((status, answer["code"]), (422, code))
        self.assertEqual(self.rope.json("")[1]["height"], height)

    def test_the_page_and_the_api_description_are_served(self):
        status, body, headers = request(self.node.url + "/")
        self.assertEqual(status, 200)
        self.assertIn(b"<html", body)
        self.assertIn("default-src", headers["Content-Security-Policy"])
        self.assertIn(b"openapi: 3.1", request(self.node.url + "/openapi.yaml")[1])

    def test_the_admin_address_tells_health_and_metrics(self):
        admin = self.node.ready["admin"]
        self.assertEqual(request(admin + "/healthz")[0], 200)
        self.assertEqual(request(admin + "/readyz")[0], 200)
        self.assertIn(b'ropenet_height{rope="register"}', request(admin + "/metrics")[1])
        self.assertEqual(request(self.node.url + "/metrics")[0], 404)

    def test_the_metrics_tell_how_signatures_are_checked(self):
        lines = request(self.node.ready["admin"] + "/metrics")[1].decode().splitlines()
        lanes = [line.split()[1] for line in lines if line.startswith("ropenet_ed25519_lanes ")]
        able = "avx512ifma" in Path("/proc/cpuinfo").read_text()
        forced = os.environ.get("ROPENET_VERIFY") == "openssl"
        self.assertEqual(lanes, ["8" if able and not forced else "1"])

    def test_a_forged_signature_is_rejected_among_good_ones(self):
        txs = [self.sign()[0] for _ in range(20)]
        txs[13] = txs[13][:-1] + bytes([txs[13][-1] ^ 1])
        status, answers = self.rope.post_batch(txs)
        self.assertEqual(status, 200)
        statuses = [answer["status"] for answer in answers["results"]]
        self.assertEqual(statuses, ["committed"] * 13 + ["rejected"] + ["committed"] * 6)

    def test_the_other_rope_has_a_ledger_of_its_own(self):
        scratch = Rope(self.node.url, "scratch")
        tx, _ = self.sign()
        self.assertEqual(scratch.post(tx)[1]["code"], "tx.origin")
        mine, _ = scratch.sign(self.alice, "system.evidence", "deposit", deposit_args(b"own"))
        self.assertEqual(scratch.post(mine)[1]["status"], "committed")


class OpenApiTest(unittest.TestCase):
    def test_every_route_is_described_and_nothing_else(self):
        text = (Path(__file__).parents[2] / "docs/spec/openapi.yaml").read_text()
        described, path = set(), ""
        for line in text.split("components:")[0].splitlines():
            if line.startswith("  /"):
                path = line.strip().rstrip(":")
            elif line.startswith("    ") and line.strip() in ("get:", "post:"):
                described.add((line.strip().rstrip(":").upper(), path))
        source = (Path(__file__).parents[2] / "src/api/router.cpp").read_text()
        served = set()
        for line in source.splitlines():
            if line.strip().startswith('Route{"'):
                method = line.split('"')[1]
                pattern = line.split(",")[1].strip().replace("ROPE_R", "/v1/ropes/{rope}")
                served.add((method, pattern.replace('"', "").replace(" ", "")))
        self.assertEqual(described, served)
        self.assertGreaterEqual(len(served), 17)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
