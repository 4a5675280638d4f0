#!/usr/bin/env python3
"""Verifies the request of each bundle (tx.cose, Ed25519 or ES256) with pycose.

cose_tx.py BUNDLE...        exit 0: all verified, 1: one refused
"""

import hashlib
import sys
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519
from pycose import algorithms, headers
from pycose.keys import EC2Key, OKPKey
from pycose.messages import Sign1Message

ALGORITHMS = {algorithms.EdDSA: "EdDSA", algorithms.Es256: "ES256"}


def public_key(data):
    """The DER of exactly one PEM block, and the key as COSE knows it."""
    key = serialization.load_pem_public_key(data)
    formats = serialization.PublicFormat.SubjectPublicKeyInfo
    if key.public_bytes(serialization.Encoding.PEM, formats) != data:
        raise ValueError("signer.pem: not the one spelling of this key")
    der = key.public_bytes(serialization.Encoding.DER, formats)
    if isinstance(key, ed25519.Ed25519PublicKey):
        return der, OKPKey(crv="ED25519", x=key.public_bytes_raw())
    numbers = key.public_numbers()
    x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
    return der, EC2Key(crv="P_256", x=x, y=y)


def verify(folder):
    data = (folder / "tx.cose").read_bytes()
    message = Sign1Message.decode(data)
    if cbor2.dumps(cbor2.loads(data), canonical=True) != data:
        raise ValueError("tx.cose: not deterministic CBOR")
    algorithm = message.phdr.get(headers.Algorithm)
    if algorithm not in ALGORITHMS or message.uhdr:
        raise ValueError("tx.cose: another algorithm, or unprotected headers")
    der, message.key = public_key((folder / "signer.pem").read_bytes())
    if message.phdr.get(headers.KID) != hashlib.sha256(der).digest():
        raise ValueError("kid names another key than signer.pem")
    if not message.verify_signature():
        raise ValueError("the signature does not verify")
    return f"request signed with {ALGORITHMS[algorithm]}, by pycose"


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
