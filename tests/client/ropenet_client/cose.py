"""COSE_Sign1 (RFC 9052) as ropenet uses it: transactions and receipts."""

from dataclasses import dataclass

from . import cbor, need
from .keys import sha256

CONTENT_TYPE = "application/ropenet-tx+cbor"


@dataclass
class Transaction:
    tx_id: bytes
    kid: bytes
    alg: int
    account: str
    payload: dict
    signed: bytes
    signature: bytes


def sig_structure(protected, payload):
    return cbor.encode(["Signature1", protected, b"", payload])


def make_transaction(key, account, contract, action, args, origin, nonce, expires_at_ms):
    payload = cbor.encode({1: origin, 2: nonce, 3: expires_at_ms, 4: contract, 5: action, 6: args})
    protected = cbor.encode(
        {
            1: key.alg,
            4: key.public.kid,
            15: {1: account, 2: f"{contract}/{action}"},
            16: CONTENT_TYPE,
        }
    )
    signed = sig_structure(protected, payload)
    message = cbor.Tag(18, [protected, {}, payload, key.sign(signed)])
    return cbor.encode(message), sha256(signed)


def sign1(data):
    message = cbor.decode(data)
    need(isinstance(message, cbor.Tag) and message.number == 18, "cose: not tag 18")
    need(isinstance(message.value, list) and len(message.value) == 4, "cose: not four parts")
    return message.value


def read_transaction(data):
    protected, unprotected, payload_bytes, signature = sign1(data)
    need(unprotected == {}, "tx: unprotected headers")
    header, payload = cbor.decode(protected), cbor.decode(payload_bytes)
    need(sorted(header) == [1, 4, 15, 16], "tx: other protected headers")
    need(sorted(payload) == [1, 2, 3, 4, 5, 6], "tx: other payload keys")
    need(header[16] == CONTENT_TYPE, "tx: content type")
    claims = header[15]
    need(claims == {1: claims.get(1), 2: f"{payload[4]}/{payload[5]}"}, "tx: iss, sub and payload")
    signed = sig_structure(protected, payload_bytes)
    return Transaction(sha256(signed), header[4], header[1], claims[1], payload, signed, signature)


def account_id(register_args):
    return "a" + sha256(cbor.encode(register_args))[:16].hex()


def make_receipt(key, origin, tx_id, tree_size, leaf_index, path, root):
    protected = cbor.encode({1: -7, 4: key.public.kid, 15: {1: origin, 2: tx_id.hex()}, 395: 1})
    proof = cbor.encode([tree_size, leaf_index, path])
    signature = key.sign(sig_structure(protected, root))
    return cbor.encode(cbor.Tag(18, [protected, {396: {-1: [proof]}}, None, signature]))


def check_receipt(data, key, claims, root, proof):
    protected, unprotected, payload, signature = sign1(data)
    need(payload is None, "receipt: attached payload")
    header = cbor.decode(protected)
    need(header == {1: -7, 4: key.kid, 15: claims, 395: 1}, "receipt: other protected headers")
    need(unprotected == {396: {-1: [cbor.encode(proof)]}}, "receipt: another path")
    key.verify(signature, sig_structure(protected, root))
