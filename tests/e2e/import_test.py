#!/usr/bin/env python3
"""`ropenet evidence import`: mapping, faults, interruptions; what a client says of lost answers.

import_test.py ROPENET WORK_FOLDER
"""

import hashlib
import http.server
import json
import shutil
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from ropenet_client.node import Node, Rope

BINARY, WORK = sys.argv[1], Path(sys.argv[2])


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Between:
    """Passes requests on to a node; `hang_up(n)` says what to do with the nth POST:
    None to pass it, "before" to hang up without passing it, "after" to pass it and hang up."""

    def __init__(self, url, hang_up, wait_first=0):
        between = self
        self.posts = 0
        self.bundles = []  # when each was asked for; the first is answered 202 with wait_first

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, request):
                try:
                    with urllib.request.urlopen(request) as answer:
                        return answer.status, answer.headers, answer.read()
                except urllib.error.HTTPError as error:
                    return error.code, error.headers, error.read()

            def reply(self, status, headers, body):
                self.send_response(status)
                for name in ("Content-Type", "Retry-After"):
                    if headers.get(name):
                        self.send_header(name, headers[name])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):  # noqa: N802: the name http.server looks for
                if "/bundle" in self.path:
                    between.bundles.append(time.monotonic())
                    if wait_first and len(between.bundles) == 1:
                        return self.reply(202, {"Retry-After": str(wait_first)}, b"{}")
                self.reply(*self.answer(url + self.path))

            def do_POST(self):  # noqa: N802
                body = self.rfile.read(int(self.headers["Content-Length"]))
                between.posts += 1
                what = hang_up(between.posts)
                if what != "before":
                    headers = {"Content-Type": self.headers["Content-Type"]}
                    done = self.answer(urllib.request.Request(url + self.path, body, headers))
                if what is None:
                    return self.reply(*done)
                self.connection.shutdown(socket.SHUT_RDWR)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class ImportTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        cls.node = Node(BINARY, WORK / "data")

    @classmethod
    def tearDownClass(cls):
        cls.node.stop()

    def setUp(self):
        self.dir = WORK / self.id().rsplit(".", 1)[-1][:40]
        self.dir.mkdir()

    def write(self, name, content):
        path = self.dir / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def cli(self, *args, url=None):
        command = [BINARY, *args, "--http", url or self.node.url]
        command += ["--data", str(WORK / "data"), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout)

    def load(self, path, *more, who="alice", url=None):
        return self.cli("evidence", "import", path, "--as", who, *more, url=url)

    def report(self, name="report.ndjson"):
        return [json.loads(line) for line in (self.dir / name).read_text().splitlines()]

    def entries(self, who="alice"):
        """sha256 -> entry, of everything the account has deposited."""
        account, _ = self.node.identity(who)
        rope, out, cursor = Rope(self.node.url), {}, ""
        while True:
            page = rope.json(f"/entries?account={account}&limit=100{cursor}")[1]
            for entry in page["entries"]:
                self.assertNotIn(entry["sha256"], out)
                out[entry["sha256"]] = entry
            if not page["next"]:
                return out
            cursor = f"&cursor={page['next']}"

    def test_csv_with_mark_crlf_and_quoted_line_ends_becomes_entries(self):
        table = self.write(
            "deeds.csv",
            b'\xef\xbb\xbfname,body,note\r\n"Deed ""A""",first text,"two\r\nlines"\r\n'
            + "契据,第二份,\r\n".encode(),
        )
        report = str(self.dir / "report.ndjson")
        code, document = self.load(
            table,
            *("--map", "text=body", "--map", "fields.title=name", "--map", "fields.note=note"),
            *("--set", "media_type=text/plain", "--set", "attributed_to=office-a"),
            *("--report", report),
        )
        self.assertEqual((code, document["results"]), (0, {"committed": 2}))
        entry = self.entries()[digest("first text")]
        self.assertEqual(entry["media_type"], "text/plain")
        self.assertEqual(entry["size"], 10)
        expected = {"title": 'Deed "A"', "note": "two\r\nlines", "attributed_to": "office-a"}
        self.assertEqual(entry["fields"], expected)
        self.assertEqual(self.entries()[digest("第二份")]["fields"]["title"], "契据")
        self.assertEqual([line["line"] for line in self.report()], [2, 4])

    def test_ndjson_takes_names_of_arguments_without_a_mapping(self):
        (self.dir / "sub").mkdir()
        (self.dir / "sub/file.bin").write_bytes(b"\x00" * 3_000_000)
        rows = [
            {"sha256": digest("given"), "size": 5, "fields": {"title": "nested"}},
            {"file": "sub/file.bin", "media_type": "application/pdf"},
            {"text": "plain", "commitment": digest("salt"), "unused": [1]},
        ]
        rows[2].pop("unused")
        table = self.write("rows.ndjson", "\n".join(json.dumps(row) for row in rows) + "\n\n")
        code, document = self.load(table, who="bob")
        self.assertEqual((code, document["results"]), (0, {"committed": 3}), document)
        entries = self.entries("bob")
        self.assertEqual(entries[digest("given")]["fields"], {"title": "nested"})
        hashed = hashlib.sha256(b"\x00" * 3_000_000).hexdigest()
        self.assertEqual(entries[hashed]["size"], 3_000_000)

    def test_faults_name_line_and_column_and_nothing_is_sent(self):
        table = self.write(
            "bad.csv",
            "sha256,size,media_type\n"
            f"{digest('fine')},4,text/plain\n"
            "XYZ,4,text/plain\n"
            f"{digest('b')},many,text/plain\n"
            f"{digest('c')},4,nonsense\n"
            f"{digest('d')},4\n"
            f",4,text/plain\n",
        )
        report = str(self.dir / "report.ndjson")
        before = len(self.entries())
        code, document = self.load(table, "--report", report)
        self.assertEqual((code, document["invalid"], document["sent"]), (65, 5, 0))
        found = [(line["line"], line["column"]) for line in self.report()]
        expected = [(3, "sha256"), (4, "size"), (5, "media_type"), (6, ""), (7, "")]
        self.assertEqual(found, expected)
        for line in self.report():
            self.assertTrue(line["reason"]["en"] and line["reason"]["zh"])
        self.assertEqual(len(self.entries()), before)
        self.assertFalse((self.dir / "bad.csv.journal").exists())
        code, document = self.load(table, "--report", report, "--skip-invalid")
        self.assertEqual((code, document["results"]), (65, {"committed": 1, "invalid": 5}))
        self.assertEqual(len(self.report()), 6)

    def test_a_dry_run_counts_and_sends_nothing_and_needs_no_node(self):
        table = self.write("t.csv", "text\none dry\ntwo dry\none dry\n")
        code, document = self.load(table, "--dry-run", url="http://127.0.0.1:9")
        self.assertEqual((code, document["valid"], document["repeated"]), (0, 3, 1))
        self.assertNotIn(digest("one dry"), self.entries())

    def test_files_outside_the_folder_of_the_table_are_not_read(self):
        (WORK / "outside.txt").write_text("outside")
        for path in ("../outside.txt", str(WORK / "outside.txt"), "no-such-file"):
            table = self.write("t.csv", f"file\n{path}\n")
            self.assertEqual(self.load(table, "--dry-run")[0], 65, path)

    def test_usage_is_told_apart_from_bad_data(self):
        table = self.write("t.csv", "a,b\n1,2\n")
        for args, code in (
            (("--map", "nothing=a"), 2),
            (("--map", "text=a", "--map", "text=b"), 2),
            (("--map", "text"), 2),
            (("--map", "text=c"), 65),
        ):
            self.assertEqual(self.load(table, *args)[0], code, args)
        self.assertEqual(self.load(self.write("t.txt", "a\n"))[0], 2)
        self.assertEqual(self.load(str(self.dir / "none.csv"))[0], 3)
        self.assertEqual(self.load(self.write("twice.csv", "a,a\n"))[0], 65)
        self.assertEqual(self.load(self.write("open.csv", 'text\n"never ends\n'))[0], 65)
        mapping = self.write("map.json", '{"map": {"text": "b"}, "set": {"fields.x": "y"}}')
        self.assertEqual(self.load(table, "--mapping", mapping)[0], 0)
        self.assertEqual(self.load(table, "--mapping", mapping, "--set", "fields.x=z")[0], 5)

    def rows(self, name, count):
        rows = [f"{name} {i}" for i in range(count)]
        return self.write(f"{name}.csv", "text\n" + "\n".join(rows) + "\n"), rows

    def test_an_answer_lost_mid_batch_is_exit_6_and_running_again_records_each_line_once(self):
        table, rows = self.rows("lost", 1500)
        for lose in ("after", "before"):
            with Between(self.node.url, lambda n, lose=lose: lose if n == 2 else None) as between:
                code, document = self.load(table, who="carol", url=between.url)
            self.assertEqual((code, document["error"]["code"]), (6, "tx.unknown_outcome"))
            self.assertTrue(document["error"]["detail"]["tx_ids"])
        report = str(self.dir / "report.ndjson")
        code, document = self.load(table, "--report", report, who="carol")
        self.assertEqual((code, document["results"]), (0, {"committed": 1500}))
        self.assertTrue(document["resumed"])
        self.assertEqual(set(self.entries("carol")), {digest(row) for row in rows})
        lines = self.report()
        self.assertEqual([line["line"] for line in lines], list(range(2, 1502)))
        self.assertEqual(len({line["tx_id"] for line in lines}), 1500)
        code, document = self.load(table, who="carol")  # nothing more to do
        self.assertEqual((code, document["results"]), (0, {"committed": 1500}))
        refused = Rope(self.node.url).json("/txs?code=1&limit=100")[1]["txs"]
        account, _ = self.node.identity("carol")
        self.assertEqual([tx for tx in refused if tx["account"] == account], [])

    def test_an_import_killed_again_and_again_records_each_line_once(self):
        table, rows = self.rows("killed", 4000)
        journal = self.dir / "killed.csv.journal"
        command = [BINARY, "evidence", "import", table, "--as", "erin-es256"]
        command += ["--http", self.node.url, "--data", str(WORK / "data"), "--json"]
        sizes = []
        for _ in range(20):
            before = journal.stat().st_size if journal.exists() else 0
            with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
                while process.poll() is None:
                    if journal.exists() and journal.stat().st_size > before:
                        time.sleep(0.002 * len(sizes))
                        break
                process.kill()
            sizes.append(before)
        self.assertGreater(len(set(sizes)), 2)
        code, document = self.load(table, who="erin-es256")
        self.assertEqual((code, sum(document["results"].values())), (0, 4000))
        self.assertLessEqual(set(document["results"]), {"committed", "there"})
        self.assertEqual(set(self.entries("erin-es256")), {digest(row) for row in rows})

    def test_a_journal_cut_anywhere_still_leads_to_each_line_once(self):
        table, rows = self.rows("cut", 600)
        journal = self.dir / "cut.csv.journal"
        self.assertEqual(self.load(table, who="dave")[0], 0)
        whole = journal.read_bytes()
        for at in (len(whole) - 1, len(whole) // 2, whole.index(b"\n") + 5, whole.index(b"\n") + 1):
            journal.write_bytes(whole[:at])
            code, document = self.load(table, who="dave")
            self.assertEqual((code, sum(document["results"].values())), (0, 600), at)
        journal.unlink()
        code, document = self.load(table, who="dave")
        self.assertEqual((code, document["results"]), (0, {"there": 600}))
        self.assertEqual(set(self.entries("dave")), {digest(row) for row in rows})

    def test_another_file_does_not_take_the_journal_of_this_one(self):
        table, _ = self.rows("mine", 3)
        self.assertEqual(self.load(table)[0], 0)
        self.write("mine.csv", "text\nchanged\n")
        code, document = self.load(table)
        self.assertEqual((code, document["error"]["code"]), (5, "import.journal"))

    def test_what_the_ledger_refuses_is_exit_4_with_the_rule(self):
        table, _ = self.rows("office", 2)
        report = str(self.dir / "report.ndjson")
        code, document = self.load(table, "--report", report, who="auditor")
        self.assertEqual((code, document["results"]), (4, {"refused": 2}))
        self.assertEqual({line["rule"] for line in self.report()}, {"platform.role"})

    def test_policy_load_cut_mid_batch_is_exit_6_and_nobody_there_is_69(self):
        with Between(self.node.url, lambda n: "after" if n == 5 else None) as between:
            code, document = self.cli("policy", "load", url=between.url)
        self.assertEqual((code, document["error"]["code"]), (6, "tx.unknown_outcome"))
        self.assertEqual(self.cli("policy", "load")[0], 0)

    def test_a_connection_refused_after_the_session_opened_is_69_because_nothing_was_sent(self):
        path = self.write("content.txt", "refused connection")
        gone = []

        class Once(http.server.BaseHTTPRequestHandler):
            def do_GET(self):  # noqa: N802
                with urllib.request.urlopen(ImportTest.node.url + self.path) as answer:
                    body = answer.read()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Connection", "close")
                if self.path == "/v1/time":
                    gone.append(True)
                    self.server.socket.shutdown(socket.SHUT_RDWR)
                    self.server.socket.close()
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Once)

        def serve():
            try:
                while not gone:
                    server.handle_request()
            except (OSError, ValueError):
                pass

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        code, document = self.cli("evidence", "deposit", path, "--as", "alice", url=url)
        self.assertEqual((code, document["error"]["code"]), (69, "unavailable"))

    def test_an_export_asks_again_when_retry_after_is_over_and_not_before(self):
        path = self.write("content.txt", "retry after")
        _, document = self.cli("evidence", "deposit", path, "--as", "alice")
        Rope(self.node.url).bundle(document["tx_id"])  # the node itself is ready
        with Between(self.node.url, lambda n: None, wait_first=2) as between:
            out = str(self.dir / "bundle")
            code, _ = self.cli(
                "evidence", "export", document["tx_id"], "--out", out, url=between.url
            )
        self.assertEqual((code, len(between.bundles)), (0, 2))
        self.assertGreaterEqual(between.bundles[1] - between.bundles[0], 1.9)

    def test_what_was_not_checked_is_said_so(self):
        path = self.write("content.txt", "not checked")
        _, document = self.cli("evidence", "deposit", path, "--as", "alice")
        out = str(self.dir / "bundle")
        self.assertEqual(self.cli("evidence", "export", document["tx_id"], "--out", out)[0], 0)
        for args in (("evidence", "verify", out), ("log", "verify", "--http", self.node.url)):
            done = subprocess.run([BINARY, *args], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 7)
            self.assertNotIn("FAIL", done.stdout)
            self.assertIn("not checked: no trusted policy was given", done.stdout)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
