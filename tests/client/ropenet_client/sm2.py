"""SM2 signatures with SM3 (GB/T 32918.2), in plain Python: slow, for tests and tools only."""

import hashlib
import secrets

P = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFF
A = P - 3
B = 0x28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93
N = 0xFFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFF7203DF6B21C6052B53BBF40939D54123
G = (
    0x32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7,
    0xBC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0,
)
USER = b"1234567812345678"


def sm3(data):
    return hashlib.new("sm3", data).digest()


def _add(p, q):
    if p is None or q is None:
        return p or q
    if p[0] == q[0]:
        if (p[1] + q[1]) % P == 0:
            return None
        slope = (3 * p[0] * p[0] + A) * pow(2 * p[1], -1, P) % P
    else:
        slope = (q[1] - p[1]) * pow(q[0] - p[0], -1, P) % P
    x = (slope * slope - p[0] - q[0]) % P
    return x, (slope * (p[0] - x) - p[1]) % P


def _times(k, point):
    out = None
    while k:
        if k & 1:
            out = _add(out, point)
        point = _add(point, point)
        k >>= 1
    return out


def public_of(d):
    return _times(d, G)


def on_curve(point):
    x, y = point
    return 0 <= x < P and 0 <= y < P and (y * y - x * x * x - A * x - B) % P == 0


def _digest(public, message):
    parts = (A, B, *G, *public)
    z = sm3(
        (8 * len(USER)).to_bytes(2, "big") + USER + b"".join(n.to_bytes(32, "big") for n in parts)
    )
    return int.from_bytes(sm3(z + message), "big")


def sign(d, message):
    e = _digest(public_of(d), message)
    while True:
        k = secrets.randbelow(N - 1) + 1
        r = (e + _times(k, G)[0]) % N
        s = pow(1 + d, -1, N) * (k - r * d) % N
        if r and s and r + k != N:
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify(public, signature, message):
    if len(signature) != 64 or not on_curve(public):
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    t = (r + s) % N
    if not (1 <= r < N and 1 <= s < N) or t == 0:
        return False
    point = _add(_times(s, G), _times(t, public))
    return point is not None and (_digest(public, message) + point[0]) % N == r
