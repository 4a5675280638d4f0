"""Checks every file of an evidence bundle; see docs/spec on the bundle for what each one is."""

import io
import tarfile
from pathlib import Path

from . import cbor, need
from .cose import check_receipt, read_transaction
from .keys import ES256, public_from_pem, sha256
from .state import check_state
from .tree import LOG_KEY, check_proof, key_from_vkey, read_policy

ALWAYS = {
    *("README.txt", "checkpoint.txt", "genesis.cbor", "keys.txt", "log.vkey", "outcome.cbor"),
    *("policies/0.cbor", "policies/0.tlog", "policy.txt", "proof.tlog", "receipt-key.pem"),
    *("receipt.cose", "record.cbor", "signer.pem", "tx.cose"),
}
STATE = {
    f"state/{name}" for name in ("block-proof.tlog", "block-record.cbor", "key.bin", "proof.ics23")
}


def files_from_tar(data):
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as tar:
        members = tar.getmembers()
        need(all(member.isfile() for member in members), "tar: something else than files")
        return {member.name: tar.extractfile(member).read() for member in members}


def files_from_folder(folder):
    root = Path(folder)
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


class Bundle:
    """The files, and what was established about them so far."""

    def __init__(self, files):
        self.files = files
        self.policy = read_policy(self.text("policy.txt"))
        self.genesis = cbor.decode(files["genesis.cbor"])
        self.origin = self.genesis[1]

    def text(self, name):
        text = self.files[name].decode("utf-8", "replace")
        need(text.encode() == self.files[name], f"{name}: not UTF-8")
        return text

    def proved_record(self, record_file, proof_file):
        leaf = self.files[record_file]
        index, path, checkpoint = check_proof(self.text(proof_file), leaf, self.policy)
        record = cbor.decode(leaf)
        need(checkpoint.text == self.text("checkpoint.txt"), f"{proof_file}: another checkpoint")
        need(checkpoint.origin == self.origin, "checkpoint: another origin")
        need(record[0] == 1 and record[1] == self.origin, f"{record_file}: format or origin")
        need(record[3] == index, f"{record_file}: another index than its proof")
        return record, path, checkpoint


def check_bundle(files, trusted_policy=None, readme=None):
    """Returns (record, outcome, transaction). Raises Refused at the first check that fails."""
    _check_names(files)
    bundle = Bundle(files)
    if readme is not None:
        need(files["README.txt"] == readme, "README.txt: another text")
    if trusted_policy is not None:
        need(files["policy.txt"] == trusted_policy, "policy.txt: not the trusted policy")
    _check_genesis(bundle)
    tx = _check_request(bundle)
    record, path, checkpoint = bundle.proved_record("record.cbor", "proof.tlog")
    need(sorted(record) == [0, 1, 2, 3, 4, 5, 6, 7, 8] and record[5] == 1, "record: kind")
    need(record[6] == tx.tx_id, "record: another transaction")
    need(record[8] == sha256(files["outcome.cbor"]), "record: another outcome")
    outcome = cbor.decode(files["outcome.cbor"])
    need(outcome[1] == record[7], "outcome: another code than the record")
    need((2 in outcome) == (outcome[1] == 1), "outcome: rule exactly with code 1")
    need(0 <= tx.payload[3] - record[4] <= 300_000, "tx: not valid at the block's time")
    key = public_from_pem(bundle.text("receipt-key.pem"))
    need(key.alg == ES256, "receipt-key.pem: not ES256")
    claims = {1: bundle.origin, 2: tx.tx_id.hex()}
    proof = [checkpoint.size, record[3], path]
    check_receipt(files["receipt.cose"], key, claims, checkpoint.root, proof)
    if "state/key.bin" in files:
        _check_state(bundle)
    return record, outcome, tx


def _check_names(files):
    state = STATE if any(name.startswith("state/") for name in files) else set()
    need(set(files) - {"state/value.bin"} == ALWAYS | state, "bundle: missing or unknown files")
    need(state or "state/value.bin" not in files, "bundle: a value without its proof")


def _check_request(bundle):
    tx = read_transaction(bundle.files["tx.cose"])
    signer = public_from_pem(bundle.text("signer.pem"))
    need((tx.kid, tx.alg) == (signer.kid, signer.alg), "tx: kid names another key")
    need(tx.payload[1] == bundle.origin, "tx: another origin")
    signer.verify(tx.signature, tx.signed)
    return tx


def _check_genesis(bundle):
    """genesis.cbor, policy.txt and keys.txt hang on leaf 0; the other keys on them."""
    files, genesis = bundle.files, bundle.genesis
    first, _, _ = bundle.proved_record("policies/0.cbor", "policies/0.tlog")
    need((first[2], first[3], first[5], first[10]) == (0, 0, 2, 0), "policies/0.cbor: not genesis")
    need(first[11] == sha256(files["genesis.cbor"]), "genesis.cbor: not the one in the log")
    need(genesis[2] == 1 and genesis[3] == 1, "genesis: unknown format or gas version")
    digests = {13: sha256(files["policy.txt"]), 14: bytes(32), 15: sha256(files["keys.txt"])}
    need(genesis[11] == digests, "genesis: another policy.txt or keys.txt")
    vkey = bundle.text("log.vkey")
    need(vkey.endswith("\n"), "log.vkey: no line feed at its end")
    need(key_from_vkey(vkey[:-1], LOG_KEY) in bundle.policy.logs, "log.vkey: not in policy.txt")
    kid = public_from_pem(bundle.text("receipt-key.pem")).kid.hex()
    need(f"receipt {kid}" in bundle.text("keys.txt").split("\n"), "keys.txt: no such receipt key")


def _check_state(bundle):
    files = bundle.files
    block, _, _ = bundle.proved_record("state/block-record.cbor", "state/block-proof.tlog")
    need(block[5] == 2, "state/block-record.cbor: not a block record")
    value = files.get("state/value.bin")
    check_state(files["state/proof.ics23"], files["state/key.bin"], value, block[9])
