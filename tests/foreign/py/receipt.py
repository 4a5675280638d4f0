#!/usr/bin/env python3
"""Verifies the receipt of each bundle (receipt.cose, RFC 9942) with scitt-cose.

    receipt.py BUNDLE...        exit 0: all verified, 1: one refused

RFC 9942 leaves tree_size and leaf_index unsigned: a receipt that states others still verifies when
the same path leads to the same root. The record itself carries its index.
"""

import hashlib
import sys
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives import serialization
from scitt_cose import verify_receipt


def receipt_key(folder):
    data = (folder / "receipt-key.pem").read_bytes()
    key = serialization.load_pem_public_key(data)
    formats = serialization.PublicFormat.SubjectPublicKeyInfo
    if key.public_bytes(serialization.Encoding.PEM, formats) != data:
        raise ValueError("receipt-key.pem: not the one spelling of this key")
    return data, hashlib.sha256(key.public_bytes(serialization.Encoding.DER, formats)).digest()


def transaction_id(folder):
    protected, _, payload, _ = cbor2.loads((folder / "tx.cose").read_bytes()).value
    return hashlib.sha256(cbor2.dumps(["Signature1", protected, b"", payload])).hexdigest()


def verify(folder):
    pem, kid = receipt_key(folder)
    record = (folder / "record.cbor").read_bytes()
    receipt = (folder / "receipt.cose").read_bytes()
    result = verify_receipt(receipt, leaf_entry_hex=record.hex(), log_public_key_pem=pem)
    if not result.ok:
        raise ValueError("; ".join(result.errors))
    origin = (folder / "checkpoint.txt").read_text().split("\n")[0]
    if result.issuer != origin or result.subject != transaction_id(folder):
        raise ValueError("a receipt for another log or another transaction")
    if result.protected_header_ext.get(4) != kid:
        raise ValueError("kid names another key than receipt-key.pem")
    return f"entry {result.leaf_index} of {result.tree_size}, receipt by scitt-cose"


def main():
    status = 0
    for name in sys.argv[1:]:
        try:
            print(f"ok {name}: {verify(Path(name))}")
        except Exception as error:  # whatever a library raises over hostile bytes is a refusal
            print(f"refused {name}: {type(error).__name__}: {error}".replace("\n", " "))
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
