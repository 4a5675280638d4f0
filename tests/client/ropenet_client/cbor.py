"""Deterministic CBOR (RFC 8949, 4.2.1): shortest heads, definite lengths, sorted unique keys, no
floats, no tag but 18, at most 16 deep. Decoding and encoding again gives the same bytes."""

from dataclasses import dataclass
from typing import Any

from . import Refused, need

DEPTH_MAX = 16
TAGS = (18,)


@dataclass(frozen=True)
class Tag:
    number: int
    value: Any


def head(major, number):
    if number < 24:
        return bytes([major << 5 | number])
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | extra]) + number.to_bytes(size, "big")
    raise ValueError("integer too large")


def encode(value):
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        text = value.encode()
        return head(3, len(text)) + text
    if isinstance(value, (list, tuple)):
        return head(4, len(value)) + b"".join(encode(item) for item in value)
    if isinstance(value, dict):
        pairs = sorted((encode(key), encode(item)) for key, item in value.items())
        return head(5, len(pairs)) + b"".join(key + item for key, item in pairs)
    if isinstance(value, Tag):
        return head(6, value.number) + encode(value.value)
    raise TypeError(type(value))


def decode(data):
    value, end = _item(data, 0, 0)
    need(end == len(data), "cbor: bytes after the item")
    return value


def _number(data, at):
    need(at < len(data), "cbor: truncated")
    major, low = data[at] >> 5, data[at] & 31
    if low < 24:
        return major, low, at + 1
    need(low <= 27, "cbor: indefinite length or reserved head")
    size = 1 << (low - 24)
    need(at + 1 + size <= len(data), "cbor: truncated")
    number = int.from_bytes(data[at + 1 : at + 1 + size], "big")
    need(len(head(0, number)) == 1 + size, "cbor: not the shortest head")
    return major, number, at + 1 + size


def _item(data, at, depth):
    need(depth <= DEPTH_MAX, "cbor: too deep")
    major, number, at = _number(data, at)
    if major == 0:
        return number, at
    if major == 1:
        return -1 - number, at
    if major in (2, 3):
        need(at + number <= len(data), "cbor: truncated")
        raw = data[at : at + number]
        return (raw if major == 2 else _text(raw)), at + number
    if major == 4:
        items = []
        for _ in range(number):
            item, at = _item(data, at, depth + 1)
            items.append(item)
        return items, at
    if major == 5:
        return _map(data, at, depth, number)
    if major == 6:
        need(number in TAGS, "cbor: unknown tag")
        value, at = _item(data, at, depth + 1)
        return Tag(number, value), at
    need(number in (20, 21, 22), "cbor: a float or an unknown simple value")
    return {20: False, 21: True, 22: None}[number], at


def _map(data, at, depth, count):
    out, last = {}, b""
    for _ in range(count):
        start = at
        key, at = _item(data, at, depth + 1)
        need(data[start:at] > last, "cbor: keys not sorted or not unique")
        last = data[start:at]
        need(isinstance(key, (int, str, bytes)), "cbor: a key of another type")
        out[key], at = _item(data, at, depth + 1)
    return out, at


def _text(raw):
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise Refused("cbor: text is not UTF-8") from error
