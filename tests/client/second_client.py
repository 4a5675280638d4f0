#!/usr/bin/env python3
"""The specification is complete: this client, written from it, does what the node's own does.

    second_client.py ROPENET_BINARY WORK_FOLDER

Registers an account for each algorithm, deposits, fetches the bundles, checks every part of them,
state proofs present and absent included; and is refused where the specification says so.
"""

import hashlib
import shutil
import sys
from pathlib import Path

from ropenet_client import Refused, need
from ropenet_client.bundle import check_bundle, files_from_tar
from ropenet_client.cose import account_id
from ropenet_client.keys import EDDSA, ES256, SM2, generate
from ropenet_client.node import Node, Rope


def register(rope, registrar, alg):
    key = generate(alg)
    args = {
        "kind": "person",
        "name": f"second client {alg}",
        "keys": [{"alg": alg, "key": key.public.spki}],
        "identity_commitment": hashlib.sha256(b"salt and name").digest(),
    }
    tx, _ = rope.sign(registrar, "system.accounts", "register", args)
    status, answer = rope.post(tx)
    need((status, answer["status"]) == (200, "committed"), f"register: {answer}")
    return account_id(args), key


def deposit_args(content):
    return {
        "sha256": hashlib.sha256(content).digest(),
        "media_type": "text/plain",
        "size": len(content),
        "fields": {"title": "from the second client"},
    }


def check_one(rope, who, policy, readme_seen):
    content = b"evidence of " + who[0].encode()
    tx, tx_id = rope.sign(who, "system.evidence", "deposit", deposit_args(content))
    status, answer = rope.post(tx)
    need((status, answer["status"]) == (200, "committed"), f"deposit: {answer}")
    need(answer["tx_id"] == tx_id.hex(), "deposit: another tx_id than the specification's")
    need(not answer["duplicate"], "deposit: said to be a duplicate")

    status, again = rope.post(tx)
    need(status == 200 and again["duplicate"], "the same tx again is not marked duplicate")
    need(again["height"] == answer["height"], "the same tx again has another height")

    key = f"d/{who[0]}/{hashlib.sha256(content).hexdigest()}"
    for query in ("", f"?state=system.evidence/{key}", "?state=system.evidence/d/nobody"):
        files = files_from_tar(rope.bundle(answer["tx_id"], query))
        record, outcome, _ = check_bundle(files, policy)
        need(record[2] == answer["height"] and outcome[1] == 0, "bundle: another height or code")
        readme_seen.add(files["README.txt"])


def check_refusals(rope, who):
    tx, _ = rope.sign(who, "system.evidence", "deposit", deposit_args(b"twice"))
    rope.post(tx)
    tx, tx_id = rope.sign(who, "system.evidence", "deposit", deposit_args(b"twice"))
    status, answer = rope.post(tx)
    need((status, answer["rule"]) == (200, "evidence.exists"), f"second deposit: {answer}")
    need(rope.json(f"/txs/{tx_id.hex()}")[1]["status"] == "refused", "a refusal is not recorded")
    fresh = rope.sign(who, "system.evidence", "deposit", deposit_args(b"x"))[0]
    cases = {
        "tx.origin": rope.sign(
            who, "system.evidence", "deposit", deposit_args(b"x"), origin="dev.x/y"
        )[0],
        "tx.expired": rope.sign(
            who, "system.evidence", "deposit", deposit_args(b"x"), expires_at_ms=1
        )[0],
        "tx.signature": fresh[:-1] + bytes([fresh[-1] ^ 1]),
        "tx.malformed": b"\x00" + fresh,
        "tx.oversize": fresh + bytes(65_536),
        "tx.unknown_account": rope.sign(
            (who[0], generate(EDDSA)), "system.evidence", "deposit", deposit_args(b"x")
        )[0],
    }
    for code, bad in cases.items():
        status, answer = rope.post(bad)
        need((status, answer.get("code")) == (422, code), f"{code}: HTTP {status} {answer}")
    status, answer = rope.json("/txs/" + "00" * 32)
    need((status, answer["status"]) == (404, "unknown"), f"unknown tx: {status} {answer}")


def main():
    binary, work = Path(sys.argv[1]), Path(sys.argv[2])
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    with Node(binary, work / "data") as node:
        rope = Rope(node.url)
        policy = (node.data / "dev/policy-register.txt").read_bytes()
        registrar = node.identity("registrar")
        readme_seen = set()
        for alg in (EDDSA, ES256, SM2):
            who = register(rope, registrar, alg)
            check_one(rope, who, policy, readme_seen)
            print(f"algorithm {alg}: registered, deposited, three bundles checked")
        need(len(readme_seen) == 1, "README.txt is not the same in every bundle")
        check_refusals(rope, node.identity("alice"))
        print("refusals: by rule, by form, by signature, by account")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Refused as refused:
        print(f"FAIL {refused}")
        sys.exit(1)
