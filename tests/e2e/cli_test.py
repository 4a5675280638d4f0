#!/usr/bin/env python3
"""Exit codes, documents and words of every verb, against a real node.

cli_test.py ROPENET WORK_FOLDER
"""

import csv
import http.server
import json
import shutil
import socket
import subprocess
import sys
import tarfile
import threading
import unittest
import urllib.request
from pathlib import Path

from ropenet_client.node import Node, Rope

BINARY, WORK = sys.argv[1], Path(sys.argv[2])


def run(*args, env=None):
    done = subprocess.run([BINARY, *args], capture_output=True, text=True, check=False, env=env)
    return done.returncode, done.stdout, done.stderr


class CutOnPost:
    """Passes GETs on to a node and hangs up on every POST once it has come in whole."""

    def __init__(self, url):
        target = url

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802: the name http.server looks for
                with urllib.request.urlopen(target + self.path) as answer:
                    body = answer.read()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):  # noqa: N802
                self.rfile.read(int(self.headers["Content-Length"]))
                self.connection.shutdown(socket.SHUT_RDWR)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class CliTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        cls.node = Node(BINARY, WORK / "data")
        cls.file = WORK / "notice.txt"
        cls.file.write_text("a notice\n")

    @classmethod
    def tearDownClass(cls):
        cls.node.stop()

    def deposit(self, text, name="alice"):
        path = WORK / "content.txt"
        path.write_text(text)
        return self.node.cli("evidence", "deposit", str(path), "--as", name)

    def test_ready_line_names_addresses_folder_and_ropes(self):
        ready = self.node.ready
        self.assertEqual(ready["event"], "ready")
        self.assertEqual(ready["ropes"], ["register", "scratch"])
        self.assertTrue(ready["http"].startswith("http://127.0.0.1:"))
        self.assertTrue(ready["admin"].startswith("http://127.0.0.1:"))
        self.assertEqual(ready["data"], str((WORK / "data").resolve()))

    def test_identities_are_listed_with_keys_that_only_the_owner_reads(self):
        accounts = json.loads((WORK / "data/dev/accounts.json").read_text())["accounts"]
        self.assertGreaterEqual(len(accounts), 10)
        for item in accounts:
            key = WORK / "data/dev" / item["key_file"]
            self.assertEqual(key.stat().st_mode & 0o777, 0o600, item["name"])
        names = [item["name"] for item in accounts]
        self.assertTrue(any("es256" in name for name in names[:8]))
        self.assertTrue(any("sm2" in name for name in names))

    def test_the_first_eight_identities_deposit_and_the_offices_do_not(self):
        accounts = json.loads((WORK / "data/dev/accounts.json").read_text())["accounts"]
        for item in accounts[:8]:
            code, document = self.deposit("by " + item["name"], item["name"])
            self.assertEqual((code, document["status"]), (0, "committed"), item["name"])
        code, document = self.deposit("by auditor", "auditor")
        self.assertEqual((code, document["rule"]), (4, "platform.role"))

    def test_a_second_deposit_is_refused_with_rule_words_and_exit_4(self):
        self.deposit("twice")
        code, document = self.deposit("twice")
        self.assertEqual((code, document["rule"]), (4, "evidence.exists"))
        self.assertTrue(document["message"]["en"] and document["message"]["zh"])

    def test_export_and_verify_lead_to_0_7_and_8(self):
        _, document = self.deposit("bundle me")
        out = WORK / "bundle"
        self.assertEqual(
            self.node.cli("evidence", "export", document["tx_id"], "--out", str(out))[0], 0
        )
        policy = str(WORK / "data/dev/policy-register.txt")
        code, text, _ = run("evidence", "verify", str(out), "--trust", policy, "--json")
        self.assertEqual((code, json.loads(text)["verdict"]), (0, "valid, signer trusted by you"))
        code, text, _ = run("evidence", "verify", str(out), "--json")
        self.assertEqual(
            (code, json.loads(text)["verdict"]), (7, "consistent, origin not established")
        )
        changed = WORK / "changed"
        shutil.copytree(out, changed)
        record = bytearray((changed / "record.cbor").read_bytes())
        record[-1] ^= 1
        (changed / "record.cbor").write_bytes(record)
        code, text, _ = run("evidence", "verify", str(changed), "--trust", policy, "--json")
        self.assertEqual((code, json.loads(text)["verdict"]), (8, "invalid"))
        self.assertTrue(all({"name", "ok", "detail"} <= set(c) for c in json.loads(text)["checks"]))

    def test_exporting_again_is_fine_and_another_folder_in_the_way_is_not(self):
        _, document = self.deposit("export twice")
        out = WORK / "again"
        export = ("evidence", "export", document["tx_id"], "--out")
        self.assertEqual(self.node.cli(*export, str(out))[0], 0)
        other = WORK / "other"
        other.mkdir()
        (other / "mine.txt").write_text("keep me")
        self.assertEqual(self.node.cli(*export, str(other))[0], 5)
        self.assertEqual((other / "mine.txt").read_text(), "keep me")

    def test_exporting_touches_nothing_that_was_there(self):
        _, document = self.deposit("export beside")
        export = ("evidence", "export", document["tx_id"], "--out")
        beside = WORK / "beside.tmp"
        beside.mkdir()
        (beside / "mine.txt").write_text("keep me")
        self.assertEqual(self.node.cli(*export, str(WORK / "beside") + "/")[0], 0)
        self.assertEqual((beside / "mine.txt").read_text(), "keep me")
        self.assertTrue((WORK / "beside/tx.cose").is_file())
        self.assertEqual([p.name for p in WORK.glob("beside.*")], ["beside.tmp"])
        file = WORK / "a_file"
        file.write_text("keep me too")
        self.assertEqual(self.node.cli(*export, str(file))[0], 5)
        self.assertEqual(file.read_text(), "keep me too")
        empty = WORK / "empty"
        empty.mkdir()
        self.assertEqual(self.node.cli(*export, str(empty))[0], 0)
        self.assertEqual(run("evidence", "verify", str(empty))[0], 7)
        code, document = self.node.cli(*export, "/proc/nothing/bundle")
        self.assertEqual((code, document["error"]["exit"]), (74, 74))

    def test_a_field_given_twice_is_a_usage_error(self):
        deposit = ("evidence", "deposit", str(self.file), "--as", "bob", "--field", "a=1")
        self.assertEqual(self.node.cli(*deposit, "--field", "a=2")[0], 2)
        own = ("--field", "attributed_to=X", "--attributed-to", "Y")
        self.assertEqual(self.node.cli(*deposit, *own)[0], 2)

    def test_documents_are_utf_8_whatever_the_arguments_hold(self):
        name = b"not utf-8 \xff"
        command = [BINARY.encode(), b"evidence", b"deposit", name, b"--as", b"bob", b"--json"]
        done = subprocess.run(command, capture_output=True, check=False)
        self.assertEqual(done.returncode, 3)
        message = json.loads(done.stdout.decode())["error"]["message"]["en"]
        self.assertIn("not utf-8 \ufffd", message)

    def test_a_node_that_dies_with_a_transaction_leaves_its_outcome_unknown(self):
        with Node(BINARY, WORK / "dies") as node:
            proxy = CutOnPost(node.url)
            args = ("evidence", "deposit", str(self.file), "--as", "alice", "--data")
            code, text, _ = run(*args, str(node.data), "--http", proxy.url, "--json")
            error = json.loads(text)["error"]
            self.assertEqual((code, error["code"]), (6, "tx.unknown_outcome"))
            self.assertRegex(error["detail"]["tx_id"], "^[0-9a-f]{64}$")
            self.assertIn(error["detail"]["tx_id"], error["next"]["en"])
            proxy.close()

    def test_the_tar_of_the_api_verifies_as_the_folder_does(self):
        _, document = self.deposit("as tar")
        tar = WORK / "bundle.tar"
        tar.write_bytes(Rope(self.node.url).bundle(document["tx_id"]))
        with tarfile.open(tar) as opened:
            self.assertIn("tx.cose", opened.getnames())
        self.assertEqual(run("evidence", "verify", str(tar))[0], 7)

    def test_what_is_not_there_is_exit_3_or_65(self):
        self.assertEqual(run("evidence", "verify", str(WORK / "nowhere"))[0], 3)
        self.assertEqual(run("evidence", "verify", str(self.file))[0], 65)
        self.assertEqual(run("evidence", "verify", str(WORK / "data/dev"))[0], 65)
        self.assertEqual(run("log", "verify", "--dir", str(WORK / "nowhere"))[0], 3)
        self.assertEqual(run("log", "verify", "--dir", str(WORK / "data/dev"))[0], 65)
        self.assertEqual(self.node.cli("tx", "show", "00" * 32)[0], 3)
        self.assertEqual(self.node.cli("tx", "show", "zz")[0], 65)
        self.assertEqual(self.node.cli("tx", "list", "--rope", "nothing")[0], 3)
        self.assertEqual(self.deposit("x", "nobody")[0], 3)

    def test_no_node_is_exit_69_with_the_next_step(self):
        code, text, _ = run("tx", "list", "--http", "127.0.0.1:1", "--json")
        error = json.loads(text)["error"]
        self.assertEqual((code, error["exit"]), (69, 69))
        self.assertIn("ropenet dev", error["next"]["en"])

    def test_usage_errors_are_exit_2_and_suggest_the_word_meant(self):
        code, text, _ = run("evidense", "--json")
        self.assertEqual(code, 2)
        self.assertIn("evidence", json.loads(text)["error"]["next"]["en"])
        code, _, text = run("tx", "list", "--limitt", "3")
        self.assertEqual(code, 2)
        self.assertIn("--limit", text)
        self.assertEqual(run("evidence", "deposit", str(self.file), "--http", self.node.url)[0], 2)

    def test_every_verb_explains_itself_with_examples_in_both_languages(self):
        verbs = [
            *(["dev"], ["node", "init"], ["node", "start"], ["node", "repair"], ["key", "new"]),
            *(["key", "show"], ["tx", "send"], ["tx", "show"], ["tx", "list"]),
            *(["evidence", "deposit"], ["evidence", "export"], ["evidence", "verify"]),
            *(["tsa", "init"], ["tsa", "stamp"], ["tsa", "verify"], ["tsa", "attach"]),
            *(["policy", "load"], ["policy", "stats"], ["state", "get"], ["log", "verify"]),
        ]
        for verb in verbs:
            code, text, _ = run(*verb, "--help")
            self.assertEqual(code, 0, verb)
            self.assertLess(text.index("Examples:"), text.index("Usage:"), verb)
            self.assertIn("示例", run("--lang", "zh", *verb, "--help")[1], verb)

    def test_help_and_version_are_there_as_words_and_as_documents(self):
        self.assertEqual(run("help", "tx", "send")[1], run("tx", "send", "--help")[1])
        self.assertEqual(run("--lang", "zh", "help")[1], run("--lang", "zh", "--help")[1])
        code, text, _ = run("help", "tx", "--json")
        self.assertEqual((code, json.loads(text)["help"][:5]), (0, "Send,"))
        code, text, _ = run("--version", "--json")
        self.assertEqual((code, json.loads(text)["version"].split()[0]), (0, "ropenet"))

    def test_usage_errors_name_the_fault_in_the_reader_s_language(self):
        cases = [
            (("tx", "shwo"), "`ropenet tx shwo`", "`ropenet tx show`"),
            (("deposit", "f"), "`ropenet deposit`", "`ropenet evidence deposit`"),
            (("--lang", "zh", "tx", "list", "--limitt", "3"), "没有选项 --limitt", "`--limit`"),
            (("--lang", "zh", "tx", "show"), "缺少 TX_ID", "`ropenet tx show --help`"),
            (("tx", "list", "--limit"), "--limit lacks its value", "--help"),
            (("tx", "list", "extra"), "extra", "--help"),
            ((), "`ropenet`", "`ropenet --help`"),
        ]
        for args, fault, hint in cases:
            code, out, text = run(*args, env={"LANG": "C"})
            self.assertEqual((code, out), (2, ""), args)
            self.assertIn(fault, text.splitlines()[0], args)
            self.assertIn(hint, text.splitlines()[1], args)

    def test_a_list_is_whole_with_all_and_a_table_with_csv(self):
        listing = ("tx", "list", "--rope", "scratch", "--order", "asc")
        deposit = ("evidence", "deposit", "--rope", "scratch", "--as", "alice", str(self.file))
        sent = [self.node.cli(*deposit)[1]["tx_id"] for _ in range(3)]
        _, page = self.node.cli(*listing, "--limit", "2")
        self.assertEqual([tx["tx_id"] for tx in page["txs"]], sent[:2])
        self.assertTrue(page["next"])
        _, document = self.node.cli(*listing, "--all")
        self.assertEqual([tx["tx_id"] for tx in document["txs"]], sent)
        self.assertEqual((document["height"], document["next"]), (3, None))
        code, text, _ = run(*listing, "--csv", "--http", self.node.url)
        rows = list(csv.DictReader(text.splitlines()))
        self.assertEqual((code, [row["tx_id"] for row in rows]), (0, sent))
        self.assertEqual(rows[1]["rule"], "evidence.exists")
        self.assertEqual(self.node.cli(*listing, "--csv")[0], 2)

    def test_a_key_and_arguments_come_from_standard_input_too(self):
        def give(text, *args):
            where = ("--http", self.node.url, "--data", str(WORK / "data"))
            command = [BINARY, *args, *where, "--json"]
            done = subprocess.run(command, input=text, capture_output=True, check=False)
            return done.returncode, json.loads(done.stdout)

        pem = (WORK / "data/dev/keys/carol.pem").read_bytes()
        code, document = give(pem, "evidence", "deposit", str(self.file), "--key", "-")
        self.assertEqual((code, document["status"]), (0, "committed"))
        code, _ = give(b"no key", "evidence", "deposit", str(self.file), "--key", "-")
        self.assertEqual(code, 78)
        send = ("tx", "send", "system.evidence", "deposit", "--as", "bob", "--args", "@-")
        code, document = give(b'{"a":1}', *send)
        self.assertEqual((code, document["rule"]), (4, "platform.args"))

    def test_state_get_checks_presence_and_absence(self):
        account = self.node.identity("alice")[0]
        code, document = self.node.cli("state", "get", "system.accounts", f"a/{account}")
        self.assertEqual((code, document["present"], document["proved"]), (0, True, True))
        code, document = self.node.cli("state", "get", "system.accounts", "a/nobody")
        self.assertEqual((code, document["present"], document["proved"]), (0, False, True))
        code, _ = self.node.cli("state", "get", "system.accounts", "a/x", "--height", "999999")
        self.assertEqual(code, 3)

    def test_log_verify_accepts_the_served_log_and_the_folder(self):
        self.deposit("a leaf")
        policy = str(WORK / "data/dev/policy-register.txt")
        code, document = self.node.cli("log", "verify", "--trust", policy)
        self.assertEqual(code, 0, document)
        folder = str(WORK / "data/ropes/register/log")
        code, text, _ = run("log", "verify", "--dir", folder, "--json")
        self.assertEqual(code, 7, text)

    def test_keys_are_made_once_and_never_printed(self):
        path = WORK / "me.pem"
        code, text, _ = run("key", "new", "--alg", "sm2", "--out", str(path), "--json")
        self.assertEqual((code, json.loads(text)["alg"]), (0, "SM2"))
        self.assertNotIn("PRIVATE", text)
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)
        self.assertEqual(run("key", "new", "--out", str(path))[0], 5)
        path.chmod(0o644)
        code, _, text = run("key", "show", str(path))
        self.assertEqual(code, 78)
        self.assertIn("chmod 600", text)

    def test_tx_send_takes_json_with_bytes_in_hex(self):
        args = {"sha256": {"hex": "11" * 32}, "media_type": "a/b", "size": 1, "fields": {}}
        send = ("tx", "send", "system.evidence", "deposit", "--as", "bob", "--args")
        code, document = self.node.cli(*send, json.dumps(args))
        self.assertEqual((code, document["status"]), (0, "committed"))
        self.assertEqual(self.node.cli(*send, "[1]")[0], 65)
        del args["size"]
        code, document = self.node.cli(*send, json.dumps(args))
        self.assertEqual((code, document["rule"]), (4, "platform.args"))

    def test_a_second_process_on_the_folder_is_told_who_has_it(self):
        code, text, _ = run("dev", "--data", str(WORK / "data"), "--http", "127.0.0.1:0", "--json")
        error = json.loads(text)["error"]
        self.assertEqual(code, 75)
        self.assertIn(str(self.node.process.pid), error["message"]["en"])


class StartTest(unittest.TestCase):
    def test_repair_makes_state_and_log_again_from_the_block_log(self):
        data = WORK / "repair"
        with Node(BINARY, data) as node:
            path = WORK / "repaired.txt"
            path.write_text("repaired")
            _, document = node.cli("evidence", "deposit", str(path), "--as", "alice")
            Rope(node.url).bundle(document["tx_id"])
            before = json.loads(Rope(node.url).get("")[1])
            code, text, _ = run("node", "repair", "--data", str(data), "--json")
            self.assertEqual(code, 75, text)  # the node has the folder
        for table in (data / "ropes/register/state").glob("*.sst"):
            table.write_bytes(b"rot" + table.read_bytes()[3:])
        (data / "ropes/register/log/tile/0/000.p/3").write_bytes(b"rot")
        code, text, _ = run("node", "repair", "--data", str(data), "--json")
        self.assertEqual(code, 0, text)
        policy = str(data / "dev/policy-register.txt")
        with Node(BINARY, data) as node:
            after = json.loads(Rope(node.url).get("")[1])
            for name in ("height", "log_size", "state_root", "log_root", "checkpoint_size"):
                self.assertEqual(after[name], before[name], name)
            self.assertEqual(node.cli("log", "verify", "--trust", policy)[0], 0)

    def test_an_unknown_config_key_stops_the_start_with_a_suggestion(self):
        data = WORK / "operator"
        code, _, _ = run("node", "init", "--network", "guiyang", "--data", str(data))
        self.assertEqual(code, 0)
        config = data / "node.toml"
        config.write_text(config.read_text() + 'log_levl = "info"\n')
        code, text, _ = run("node", "start", "--data", str(data), "--json")
        self.assertEqual(code, 78)
        self.assertIn("did you mean `log_level`", json.loads(text)["error"]["message"]["en"])

    def test_a_folder_that_was_never_made_is_a_config_error(self):
        code, text, _ = run("node", "start", "--data", str(WORK / "none"), "--json")
        self.assertEqual(code, 78, text)

    def test_a_network_that_is_no_development_one_is_refused_by_dev(self):
        code, _, text = run("dev", "--data", str(WORK / "real"), "--network", "guiyang")
        self.assertEqual(code, 2)
        self.assertIn("dev.", text)

    def test_a_stop_while_the_job_plays_ends_the_process_and_leaves_what_was_done(self):
        data = WORK / "stopped"
        node = Node(BINARY, data, "--play")
        code = node.stop()
        self.assertIn(code, (0, 75))  # 0: it was faster
        with Node(BINARY, data) as again:
            self.assertEqual(again.cli("log", "verify")[0], 7)

    def test_data_survive_a_restart_and_another_network_does_not_take_them(self):
        data = WORK / "restart"
        with Node(BINARY, data) as node:
            path = WORK / "kept.txt"
            path.write_text("kept")
            _, document = node.cli("evidence", "deposit", str(path), "--as", "alice")
        with Node(BINARY, data) as node:
            code, shown = node.cli("tx", "show", document["tx_id"])
            self.assertEqual((code, shown["height"]), (0, document["height"]))
            self.assertEqual(node.stop(), 0)
        self.assertEqual(run("dev", "--data", str(data), "--network", "dev.other")[0], 78)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
