#!/usr/bin/env python3
"""A full disk: the node stops with exit 74, loses nothing acknowledged, works again with room.

    disk_full_test.py ROPENET WORK_FOLDER

The data folder is a small tmpfs, so this needs root; without it the test says so and is skipped.
"""

import os
import shutil
import subprocess
import sys
import urllib.error
from pathlib import Path

from kill_test import counter, load_deposit, recorded, roots
from ropenet_client.node import Node, Rope

SKIPPED = 77
DISK = "48m"
LEFT_BYTES = 256 << 10
BATCH = 20
ROUNDS_MAX = 2_000


def fill(path, disk):
    """Leaves LEFT_BYTES free."""
    state = os.statvfs(disk)
    path.write_bytes(bytes(max(0, state.f_bavail * state.f_frsize - LEFT_BYTES)))


def send_until_stopped(node, rope, numbers, acknowledged):
    who = node.identity("alice")
    for _ in range(ROUNDS_MAX):
        try:
            # Signing asks for the node's time, so it too may find the node gone.
            pairs = [load_deposit(rope, who, next(numbers)) for _ in range(BATCH)]
            status, answer = rope.post_batch([tx for tx, _ in pairs])
        except (OSError, urllib.error.URLError, ValueError):
            return
        if status != 200:
            return
        for item in answer["results"]:
            if item["status"] == "committed":
                acknowledged[item["tx_id"]] = (item["height"], item["index"])


def run(binary, disk):
    ballast, acknowledged, numbers = disk / "ballast", {}, counter(0, 1)
    node = Node(binary, disk / "data")
    try:
        rope = Rope(node.url)
        fill(ballast, disk)
        send_until_stopped(node, rope, numbers, acknowledged)
        code = node.process.wait(timeout=60)
    finally:
        node.kill()
    ballast.unlink()
    with Node(binary, disk / "data") as node:
        rope = Rope(node.url)
        places, twice = recorded(rope, roots(rope)["log_size"])
        lost = sum(places.get(tx_id) != place for tx_id, place in acknowledged.items())
        pair = load_deposit(rope, node.identity("alice"), next(numbers))
        status, answer = rope.post_batch([pair[0]])
        works = status == 200 and answer["results"][0]["status"] == "committed"
    print(
        f"full disk: exit {code}, {len(acknowledged)} acknowledged, {lost} lost, {twice} twice; "
        f"with room again it {'works' if works else 'DOES NOT WORK'}"
    )
    return 0 if code == 74 and acknowledged and lost == twice == 0 and works else 1


def main():
    binary, disk = sys.argv[1], Path(sys.argv[2])
    if os.geteuid() != 0:
        print("skipped: mounting a small tmpfs needs root")
        return SKIPPED
    shutil.rmtree(disk, ignore_errors=True)
    disk.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False).returncode != 0:
        print("skipped: a tmpfs cannot be mounted here")
        return SKIPPED
    try:
        return run(binary, disk)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


if __name__ == "__main__":
    sys.exit(main())
