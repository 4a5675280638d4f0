#!/usr/bin/env python3
"""The main job as ./run plays it: twice on one folder, in both languages, as JSON.

main_job_test.py ROPENET WORK_FOLDER
"""

import json
import shutil
import subprocess
import sys
import unittest
from pathlib import Path

BINARY, WORK = sys.argv[1], Path(sys.argv[2])
PLAY = ["dev", "--play", "--once", "--http", "127.0.0.1:0"]


def play(*more):
    done = subprocess.run([BINARY, *PLAY, *more], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


class MainJobTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        cls.data = ("--data", str(WORK / "data"))
        cls.first = [json.loads(line) for line in play(*cls.data, "--json")[1].splitlines()]
        cls.second = [json.loads(line) for line in play(*cls.data, "--json")[1].splitlines()]

    def test_prints_the_ready_line_and_one_document(self):
        self.assertEqual(len(self.first), 2)
        self.assertEqual(self.first[0]["event"], "ready")

    def test_a_second_run_sends_nothing_again(self):
        entries = self.first[1]["entries"]
        self.assertEqual((entries["total"], entries["documents"]), (71, 22))
        self.assertEqual((entries["deposited_now"], entries["there_already"]), (71, 0))
        entries = self.second[1]["entries"]
        self.assertEqual((entries["deposited_now"], entries["there_already"]), (0, 71))

    def test_figures_list_one_transaction_a_counted_row(self):
        statistics = self.second[1]["statistics"]
        figures = {figure["filter"]: figure for figure in statistics["figures"]}
        for figure in figures.values():
            self.assertEqual(len(set(figure["transactions"])), figure["value"], figure["filter"])
        self.assertEqual(figures["status=issued"]["value"], 21)
        self.assertEqual(figures["status=draft"]["value"], 1)
        verdicts = {claim["id"]: claim["verdict"] for claim in statistics["claims"]}
        self.assertEqual(len(verdicts), 15)
        self.assertEqual(verdicts["C04"], "supported")
        self.assertEqual(verdicts["C03"], "no evidence")
        self.assertEqual(verdicts["C11"], "contradicted")

    def test_refusals_and_verdicts_are_the_expected_ones(self):
        document = self.first[1]
        rules = [refusal["rule"] for refusal in document["refusals"]]
        self.assertEqual(rules, ["evidence.attestation_by_other", "evidence.exists"])
        self.assertEqual(document["unregistered_key"]["code"], "tx.unknown_account")
        verdicts = [bundle["verdict"] for bundle in document["bundles"]]
        self.assertEqual(
            verdicts,
            ["valid, signer trusted by you", "invalid", "consistent, origin not established"],
        )

    def test_speaks_chinese(self):
        code, text, _ = play(*self.data, "--lang", "zh")
        self.assertEqual(code, 0)
        self.assertIn("未经该机关确认", text)
        self.assertIn("录入方", text)

    def test_ephemeral_keeps_nothing(self):
        code, text, _ = play("--ephemeral", "--json")
        self.assertEqual(code, 0)
        ready, document = [json.loads(line) for line in text.splitlines()]
        self.assertEqual(document["entries"]["deposited_now"], 71)
        self.assertFalse(Path(ready["data"]).exists())


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
