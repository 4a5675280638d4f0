#!/usr/bin/env python3
"""Events: 64 clients that lose their connections all the time, and a node that is killed, see every
transaction once and in its order: 1,000,000 deliveries. And what the stream says to slow clients,
about bad cursors, and through the command line.

    events_test.py ROPENET WORK_FOLDER
"""

import asyncio
import json
import random
import re
import shutil
import socket
import subprocess
import sys
import threading
import unittest
from pathlib import Path
from urllib.parse import urlsplit

from ropenet_client.node import Node, Rope

BINARY, WORK = sys.argv[1], Path(sys.argv[2])
CLIENTS = 64
DELIVERIES = 1_000_000
EVENTS = DELIVERIES // CLIENTS
BATCH = 500
KILL_AFTER = EVENTS // 2
PATIENCE = 240  # seconds
SEED = 20_171_102
EVENT = re.compile(rb"^id: (\d+)\.(\d+)\nevent: (\w+)\ndata: (.*)$", re.S)
PLACE = re.compile(rb"^(?:retry: \d+\n)?id: (\d+\.\d+)")


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


class Client:
    """Follows the events, and forgets every unfinished one when its connection ends."""

    def __init__(self, port, dice):
        self.port, self.dice = port, dice
        self.cursor, self.seen, self.connections = b"0.0", [], 0

    async def follow(self, goal):
        """Until it has seen as many as `goal()` asks for."""
        while len(self.seen) < goal():
            try:
                await self.one_connection(goal, self.dice.randrange(50_000, 1_000_000))
            except OSError:
                await asyncio.sleep(0.05)  # the node is gone for a moment

    async def one_connection(self, goal, bytes_max):
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.connections += 1
        try:
            writer.write(
                b"GET /v1/ropes/register/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: "
                + self.cursor
                + b"\r\n\r\n"
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200 "):
                raise OSError(head)
            rest = b""
            while len(self.seen) < goal() and bytes_max > 0:
                try:
                    got = await asyncio.wait_for(reader.read(1 << 16), 0.5)
                except asyncio.TimeoutError:
                    continue
                if not got:
                    return
                bytes_max -= len(got)
                *blocks, rest = (rest + got).split(b"\n\n")
                for block in blocks:
                    self.take(block)
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.transport.abort()

    def take(self, block):
        event = EVENT.match(block)
        if event and event[3] == b"tx":
            self.seen.append(int(event[2]))
        place = PLACE.match(block)
        if place:
            self.cursor = place[1]


class Sender(threading.Thread):
    """Sends until enough is recorded; kills the node once on the way and starts it again."""

    def __init__(self, node, port):
        super().__init__()
        self.node, self.port, self.sent = node, port, 0
        self.error = None
        self.start()

    def run(self):
        try:
            self.send()
        except Exception as error:  # the test's thread raises it
            self.error = error

    def send(self):
        rope, who = Rope(self.node.url), self.node.identity("alice")
        killed = False
        while self.sent < EVENTS:
            contents = [f"{self.sent + i} {killed}".encode() for i in range(BATCH)]
            txs = [rope.sign_deposit(who, content)[0] for content in contents]
            if self.sent >= KILL_AFTER and not killed:
                killed = True
                threading.Timer(0.02, self.node.kill).start()
                try:
                    rope.post_batch(txs)
                except (OSError, ValueError):
                    pass
                self.node.process.wait()
                self.node = Node(BINARY, WORK / "data", http=f"127.0.0.1:{self.port}")
                continue
            status, answer = rope.post_batch(txs)
            assert status == 200, answer
            self.sent += sum(item["status"] == "committed" for item in answer["results"])


def recorded(rope):
    """Indexes of all recorded transactions."""
    size = rope.json("")[1]["log_size"]
    out, at = [], 0
    while at < size:
        page = rope.json(f"/records?from={at}&limit=100")[1]["records"]
        out += [one["index"] for one in page if one["fields"].get("tx_id") is not None]
        at += len(page)
    return out


class ManyClients(unittest.TestCase):
    def test_a_million_deliveries_without_loss_or_double(self):
        shutil.rmtree(WORK, ignore_errors=True)
        WORK.mkdir(parents=True)
        port = free_port()
        sender = Sender(Node(BINARY, WORK / "data", http=f"127.0.0.1:{port}"), port)
        total = [1 << 60]
        clients = [Client(port, random.Random(SEED + i)) for i in range(CLIENTS)]

        async def all_of_them():
            tasks = [asyncio.create_task(one.follow(lambda: total[0])) for one in clients]
            while sender.is_alive():
                await asyncio.sleep(0.1)
            if sender.error:
                raise sender.error
            expected = recorded(Rope(sender.node.url))
            total[0] = len(expected)
            await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE)
            return expected

        try:
            expected = asyncio.run(all_of_them())
        finally:
            sender.join()
            sender.node.stop()
        deliveries = sum(len(one.seen) for one in clients)
        wrong = [one for one in clients if one.seen != expected]
        connections = sum(one.connections for one in clients)
        print(f"{deliveries} deliveries over {connections} connections, {len(wrong)} clients wrong")
        self.assertEqual(wrong, [])
        self.assertGreaterEqual(deliveries, DELIVERIES)
        self.assertGreater(connections, 4 * CLIENTS)


class Stream:
    """A blocking reader of events, as slow as the test wants."""

    def __init__(self, url, query="", cursor=None, receive_bytes=None):
        place = urlsplit(url)
        self.socket = socket.socket()
        if receive_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_bytes)
        self.socket.settimeout(60)
        self.socket.connect((place.hostname, place.port))
        last = f"Last-Event-ID: {cursor}\r\n" if cursor else ""
        self.socket.sendall(
            f"GET /v1/ropes/register/events{query} HTTP/1.1\r\nHost: x\r\n{last}\r\n".encode()
        )
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        while self.file.readline() not in (b"\r\n", b""):
            pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def events(self):
        """(cursor, type, data) until the node ends the stream."""
        block = []
        for line in self.file:
            if line != b"\n":
                block.append(line.rstrip(b"\n"))
                continue
            found = EVENT.match(b"\n".join(block))
            block = []
            if found:
                cursor = f"{found[1].decode()}.{found[2].decode()}"
                yield cursor, found[3].decode(), json.loads(found[4])


class OneClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        shutil.rmtree(WORK / "one", ignore_errors=True)
        (WORK / "one").mkdir(parents=True)
        cls.node = Node(BINARY, WORK / "one/data")
        cls.rope = Rope(cls.node.url)
        cls.alice, cls.bob = cls.node.identity("alice"), cls.node.identity("bob")
        cls.number = 0

    @classmethod
    def tearDownClass(cls):
        cls.node.stop()

    def send(self, count, who=None):
        ids = []
        while count:
            pairs = []
            for _ in range(min(count, BATCH)):
                type(self).number += 1
                content = f"one {self.number}".encode()
                pairs.append(self.rope.sign_deposit(who or self.alice, content))
            status, _ = self.rope.post_batch([tx for tx, _ in pairs])
            self.assertEqual(status, 200)
            ids += [tx_id for _, tx_id in pairs]
            count -= len(pairs)
        return [one if isinstance(one, str) else one.hex() for one in ids]

    def take(self, stream, count):
        return [event for _, event in zip(range(count), stream.events())]

    def test_without_a_cursor_it_begins_now(self):
        self.send(1)
        with Stream(self.node.url) as stream:
            ids = self.send(2)
            self.assertEqual([one[2]["tx_id"] for one in self.take(stream, 2)], ids)

    def test_after_a_cursor_come_exactly_the_later_ones(self):
        ids = self.send(300)
        with Stream(self.node.url, "?after=0.0") as stream:
            events = []
            for event in stream.events():
                events.append(event)
                if event[2]["tx_id"] == ids[-1]:
                    break
        at = len(events) - 150
        with Stream(self.node.url, "?after=0.0", cursor=events[at - 1][0]) as stream:
            self.assertEqual(self.take(stream, 150), events[at:])

    def test_conditions_leave_the_others_out(self):
        with Stream(self.node.url, f"?account={self.bob[0]}") as stream:
            self.send(3)
            ids = self.send(2, self.bob)
            self.assertEqual([one[2]["tx_id"] for one in self.take(stream, 2)], ids)

    def test_a_slow_client_is_told_of_the_gap_and_resumes_without_loss(self):
        # The kernel keeps megabytes for a socket; what is beyond them, nobody keeps.
        with Stream(self.node.url, receive_bytes=4096) as stream:
            ids = self.send(24_000)
            events = list(stream.events())
        cursor, kind, data = events.pop()
        self.assertEqual(kind, "gap")
        self.assertEqual(cursor, events[-1][0])
        self.assertEqual(data["after"], cursor)
        self.assertGreater(data["behind"], 1024)
        with Stream(self.node.url, cursor=cursor) as stream:
            events += self.take(stream, len(ids) - len(events))
        self.assertEqual([one[2]["tx_id"] for one in events], ids)

    def test_cursors_that_are_none_are_named(self):
        for cursor, status, code in (
            ("x", 400, "request.bad"),
            ("1", 400, "request.bad"),
            ("-1.0", 400, "request.bad"),
            ("7.0", 409, "events.cursor"),
            ("0.99999999", 409, "events.cursor"),
        ):
            got, body, _ = self.rope.get("/events", {"Last-Event-ID": cursor})
            self.assertEqual((got, json.loads(body)["code"]), (status, code), cursor)

    def test_one_more_than_the_streams_of_a_node_is_refused_until_one_ends(self):
        streams = [Stream(self.node.url) for _ in range(256)]
        try:
            self.assertEqual({one.status for one in streams}, {200})
            with Stream(self.node.url) as one_more:
                self.assertEqual(one_more.status, 503)
            streams.pop().__exit__()
            for _ in range(100):
                with Stream(self.node.url) as again:
                    if again.status == 200:
                        break
            self.assertEqual(again.status, 200)
        finally:
            for one in streams:
                one.__exit__()

    def test_watch_prints_what_comes_and_goes_on_after_a_cursor(self):
        code, _ = self.node.cli("tx", "watch", "--after", "9.9.9", "--count", "1")
        self.assertEqual(code, 65)
        watch = subprocess.Popen(
            [BINARY, "tx", "watch", "--http", self.node.url, "--json", "--count", "3"],
            stdout=subprocess.PIPE,
        )
        with watch:
            ids, lines = [], []
            while watch.poll() is None and len(ids) < 100:
                ids += self.send(1)
            lines = [json.loads(line) for line in watch.stdout]
        self.assertEqual(watch.returncode, 0)
        seen = [one["tx"]["tx_id"] for one in lines[:3]]
        at = ids.index(seen[0])
        self.assertEqual(seen, ids[at : at + 3])
        self.assertEqual(lines[3]["seen"], 3)
        cursor = lines[0]["cursor"]
        done = subprocess.run(
            [BINARY, "tx", "watch", "--http", self.node.url, "--after", cursor, "--count", "2"],
            capture_output=True,
            text=True,
            check=True,
        )
        self.assertEqual([line.split()[-1] for line in done.stdout.splitlines()], seen[1:])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
