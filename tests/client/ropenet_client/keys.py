"""Keys of the three algorithms: Ed25519 (-8), ES256 (-7), SM2 with SM3 (-65537)."""

import base64
import hashlib
import secrets

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, utils

from . import Refused, need, sm2

EDDSA, ES256, SM2 = -8, -7, -65537
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551

# SubjectPublicKeyInfo is this and the key: 32 bytes, or an uncompressed point of 64.
SPKI_PREFIX = {
    EDDSA: bytes.fromhex("302a300506032b6570032100"),
    ES256: bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004"),
    SM2: bytes.fromhex("3059301306072a8648ce3d020106082a811ccf5501822d03420004"),
}
SM2_OID = bytes.fromhex("06082a811ccf5501822d")


def sha256(data):
    return hashlib.sha256(data).digest()


class PublicKey:
    def __init__(self, spki):
        self.spki = spki
        self.kid = sha256(spki)
        for alg, prefix in SPKI_PREFIX.items():
            size = 32 if alg == EDDSA else 64
            if spki.startswith(prefix) and len(spki) == len(prefix) + size:
                self.alg, self.raw = alg, spki[len(prefix) :]
                return
        raise Refused("key: not one of the three kinds")

    def pem(self):
        body = base64.b64encode(self.spki).decode()
        lines = [body[i : i + 64] for i in range(0, len(body), 64)]
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])

    def verify(self, signature, message):
        need(len(signature) == 64, "signature: not 64 bytes")
        r, s = (int.from_bytes(part, "big") for part in (signature[:32], signature[32:]))
        try:
            if self.alg == EDDSA:
                ed25519.Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
            elif self.alg == ES256:
                need(0 < s <= P256_ORDER // 2, "signature: high s")
                key = ec.EllipticCurvePublicKey.from_encoded_point(
                    ec.SECP256R1(), b"\x04" + self.raw
                )
                key.verify(utils.encode_dss_signature(r, s), message, ec.ECDSA(hashes.SHA256()))
            else:
                halves = (self.raw[:32], self.raw[32:])
                point = tuple(int.from_bytes(part, "big") for part in halves)
                need(sm2.verify(point, signature, message), "signature: does not verify")
        except (InvalidSignature, ValueError) as error:
            raise Refused("signature: does not verify") from error


def public_from_pem(text):
    body = text.split("\n")
    need(len(body) >= 4 and body[0] == "-----BEGIN PUBLIC KEY-----", "pem: not a public key")
    try:
        key = PublicKey(base64.b64decode("".join(body[1:-2]), validate=True))
    except ValueError as error:
        raise Refused("pem: not base64") from error
    need(key.pem() == text, "pem: not the one spelling of this key")
    return key


class PrivateKey:
    """`secret` is a key object of `cryptography`, or SM2's number."""

    def __init__(self, alg, secret):
        self.alg, self.secret = alg, secret
        if alg == SM2:
            point = sm2.public_of(secret)
            raw = b"".join(part.to_bytes(32, "big") for part in point)
            self.public = PublicKey(SPKI_PREFIX[SM2] + raw)
        else:
            self.public = PublicKey(
                secret.public_key().public_bytes(
                    serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
                )
            )

    def sign(self, message):
        if self.alg == EDDSA:
            return self.secret.sign(message)
        if self.alg == SM2:
            return sm2.sign(self.secret, message)
        r, s = utils.decode_dss_signature(self.secret.sign(message, ec.ECDSA(hashes.SHA256())))
        s = min(s, P256_ORDER - s)
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def generate(alg):
    if alg == EDDSA:
        return PrivateKey(alg, ed25519.Ed25519PrivateKey.generate())
    if alg == ES256:
        return PrivateKey(alg, ec.generate_private_key(ec.SECP256R1()))
    return PrivateKey(SM2, secrets.randbelow(sm2.N - 2) + 1)


def private_from_pem(pem):
    """A PKCS#8 PEM file. `cryptography` has no SM2, so its scalar is read here."""
    der = base64.b64decode(b"".join(pem.strip().split(b"\n")[1:-1]))
    if SM2_OID in der:
        at = der.index(b"\x02\x01\x01\x04\x20", der.index(SM2_OID))  # ECPrivateKey, version 1
        return PrivateKey(SM2, int.from_bytes(der[at + 5 : at + 37], "big"))
    key = serialization.load_pem_private_key(pem, None)
    return PrivateKey(EDDSA if isinstance(key, ed25519.Ed25519PrivateKey) else ES256, key)
