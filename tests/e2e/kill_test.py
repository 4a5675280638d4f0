#!/usr/bin/env python3
"""kill -9 under load: nothing acknowledged is lost, nothing is there twice, the roots are the same.

    kill_test.py ROPENET WORK_FOLDER ROUNDS

Clients send batches and note what was acknowledged. The node is killed at a random moment and
started again, ROUNDS times. Then every acknowledged tx must be there once at its height, and a node
that executes the block log from genesis must reach the same roots.
"""

import random
import shutil
import sys
import threading
import time
import urllib.error
from pathlib import Path

from ropenet_client.node import Node, Rope

BATCH = 20
SEED = 20_171_101
ASKED = 500  # by their id, of those acknowledged


def load_deposit(rope, who, number):
    return rope.sign_deposit(who, f"load {number}".encode())


class Load:
    """One client that sends until the node is gone."""

    def __init__(self, url, who, numbers, acknowledged):
        self.url, self.who, self.numbers, self.acknowledged = url, who, numbers, acknowledged
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        try:
            rope = Rope(self.url)
            while True:
                pairs = [load_deposit(rope, self.who, next(self.numbers)) for _ in range(BATCH)]
                status, answer = rope.post_batch([tx for tx, _ in pairs])
                if status != 200:
                    continue
                for item in answer["results"]:
                    if item["status"] == "committed":
                        self.acknowledged[item["tx_id"]] = (item["height"], item["index"])
        except (OSError, urllib.error.URLError, ValueError):
            return  # the node is gone


def counter(first, step):
    number = first
    while True:
        yield number
        number += step


def recorded(rope, log_size):
    """Where each tx id stands, and how many stand twice."""
    seen, twice, at = {}, 0, 0
    while at < log_size:
        _, page = rope.json(f"/records?from={at}&limit=100")
        for record in page["records"]:
            tx_id = record["fields"].get("tx_id")
            if tx_id is not None:
                twice += tx_id in seen
                seen[tx_id] = (record["fields"]["height"], record["index"])
        at += len(page["records"])
    return seen, twice


def status_differs(rope, tx_id, place):
    status, tx = rope.json(f"/txs/{tx_id}")
    return status != 200 or (tx["height"], tx["index"]) != place


def roots(rope):
    _, summary = rope.json("")
    return {key: summary[key] for key in ("height", "log_size", "state_root", "log_root")}


def main():
    binary, work, rounds = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    dice = random.Random(SEED)
    acknowledged = {}
    names = ("alice", "bob")
    numbers = [counter(first, len(names)) for first in range(len(names))]
    for _ in range(rounds):
        node = Node(binary, work / "data")
        loads = [
            Load(node.url, node.identity(name), numbers[at], acknowledged)
            for at, name in enumerate(names)
        ]
        time.sleep(dice.uniform(0.02, 0.4))
        node.kill()
        for load in loads:
            load.thread.join()
    with Node(binary, work / "data") as node:
        rope = Rope(node.url)
        before = roots(rope)
        places, twice = recorded(rope, before["log_size"])
        lost = sum(places.get(tx_id) != place for tx_id, place in acknowledged.items())
        asked = dice.sample(sorted(acknowledged), min(ASKED, len(acknowledged)))
        lost += sum(status_differs(rope, tx_id, acknowledged[tx_id]) for tx_id in asked)
    shutil.rmtree(work / "data/ropes/register/state")
    with Node(binary, work / "data") as node:
        after = roots(Rope(node.url))
    print(
        f"{rounds} kills, {len(acknowledged)} acknowledged, {lost} lost, {twice} twice; "
        f"replayed from genesis to height {after['height']}: "
        f"{'same roots' if before == after else 'OTHER ROOTS'}"
    )
    enough = len(acknowledged) > rounds
    return 0 if lost == twice == 0 and before == after and enough else 1


if __name__ == "__main__":
    sys.exit(main())
