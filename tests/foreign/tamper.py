"""What can be changed in a bundle or log: every file, and inside each every field of its format.

mutations(files) yields a Mutation for: a bit flipped in the head and content of each CBOR item
(also inside byte strings that hold CBOR), each protobuf field, each word and separator of each line
of a text, each end and middle of a binary file; and each file removed, emptied, cut and lengthened.
"""

from dataclasses import dataclass

README_WORDS = 12  # README.txt has one reader, which compares it whole


@dataclass(frozen=True)
class Mutation:
    file: str
    field: str
    content: bytes | None  # None: the file is removed


def mutations(files):
    for name, data in sorted(files.items()):
        places = dict(_places(name, data))
        for field, at in places.items():
            if at < len(data):
                yield Mutation(name, field, data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        yield Mutation(name, "(removed)", None)
        yield Mutation(name, "(emptied)", b"")
        yield Mutation(name, "(cut by one)", data[:-1])
        yield Mutation(name, "(one more)", data + b"\n")


def _places(name, data):
    """(field, offset of a byte to flip) pairs."""
    if name.endswith((".cbor", ".cose")):
        yield from _cbor(data, 0, len(data), "")
    elif name.endswith(".ics23"):
        yield from _protobuf(data, 0, len(data), "")
    elif name.endswith(".tsr"):
        yield from _der(data, 0, len(data), "")
    elif name.endswith((".bin",)) or name.startswith("tile/"):
        yield from (("first", 0), ("middle", len(data) // 2), ("last", len(data) - 1))
        if name.startswith("tile/entries/"):
            yield from _entries(data)
    else:
        yield from _text(name, data)


def _der(data, at, end, where):
    """Tag and length of each element, both ends of each primitive one; DER inside a string too."""
    number = 0
    while at < end:
        name, tag = f"{where}/{number}", data[at]
        first, size = at + 2, data[at + 1]
        if size & 0x80:
            first, size = first + (size & 0x7F), int.from_bytes(
                data[at + 2 : at + 2 + (size & 0x7F)], "big"
            )
        yield f"{name} tag", at
        yield f"{name} length", first - 1
        inner = tag == 0x04 and size > 64 and data[first] == 0x30
        if tag & 0x20 or inner:
            yield from _der(data, first, first + size, name)
        elif size:
            yield f"{name} content", first
            yield f"{name} content end", first + size - 1
        at, number = first + size, number + 1


def _entries(data):
    at, number = 0, 0
    while at + 2 < len(data) and number < 40:
        yield f"entry {number} length", at + 1
        yield f"entry {number} content", at + 2
        at += 2 + int.from_bytes(data[at : at + 2], "big")
        number += 1


def _text(name, data):
    words, start = [], 0
    for at, byte in enumerate(data):
        if byte in b" \n+":
            words.append((start, at))
            start = at + 1
    if name == "README.txt":
        words = words[:: max(1, len(words) // README_WORDS)]
    for number, (first, end) in enumerate(words):
        line = data.count(b"\n", 0, first) + 1
        where = f"line {line}, word {number}"
        if end > first:
            yield where, (first + end) // 2
            yield where + ", first", first
            yield where + ", last", end - 1
            # The last character of base64 before its padding may hold unused bits.
            if data[end - 1 : end] == b"=":
                yield where + ", before padding", (
                    end - 2 if data[end - 2 : end - 1] != b"=" else end - 3
                )
        yield where + ", separator", end


def _head(data, at):
    """(major, number, offset after the head)"""
    major, low = data[at] >> 5, data[at] & 31
    if low < 24:
        return major, low, at + 1
    size = 1 << (low - 24)
    return major, int.from_bytes(data[at + 1 : at + 1 + size], "big"), at + 1 + size


def _cbor(data, at, end, where):
    while at < end:
        at = yield from _cbor_item(data, at, where)


def _cbor_item(data, at, where):
    name = where or "/"
    major, number, after = _head(data, at)
    yield f"{name} head", at
    if after - at > 1:
        yield f"{name} number", after - 1
    if major in (2, 3) and number:
        if major == 2 and _holds_cbor(data[after : after + number]):
            yield from _cbor(data, after, after + number, f"{where}/<<")
        else:
            yield f"{name} content", after
            yield f"{name} content end", after + number - 1
        return after + number
    if major in (4, 5, 6):
        count = number * (2 if major == 5 else 1) if major != 6 else 1
        for item in range(count):
            kind = (
                f"{item}"
                if major == 4
                else "tagged" if major == 6 else f"{item // 2}" + "kv"[item % 2]
            )
            after = yield from _cbor_item(data, after, f"{where}/{kind}")
    return after


def _holds_cbor(data):
    """A map or array that ends where the bytes end."""
    if len(data) < 2 or data[0] >> 5 not in (4, 5):
        return False
    try:
        return _end(data, 0) == len(data)
    except IndexError:
        return False


def _end(data, at):
    major, number, at = _head(data, at)
    if major in (2, 3):
        return at + number
    if major in (4, 5, 6):
        for _ in range(number * (2 if major == 5 else 1) if major != 6 else 1):
            at = _end(data, at)
    return at


def _varint(data, at):
    number = shift = 0
    while True:
        number |= (data[at] & 127) << shift
        shift, at = shift + 7, at + 1
        if data[at - 1] < 128:
            return number, at


NESTED = {"": {1, 2}, "/1": {3, 4}, "/2": {2, 3}, "/2/2": {3, 4}, "/2/3": {3, 4}}


def _protobuf(data, at, end, where, number=0):
    while at < end:
        tag, after = _varint(data, at)
        name = f"{where}/{tag >> 3}#{number}"
        yield f"{name} tag", at
        yield f"{name} number", after
        length, after = _varint(data, after)
        if tag & 7 == 2:
            path = f"{where}/{tag >> 3}"
            plain = "".join(part for part in path.split("#")[0])
            if (tag >> 3) in NESTED.get(where, ()):
                yield from _protobuf(data, after, after + length, plain, number)
            elif length:
                yield f"{name} content", after
                yield f"{name} content end", after + length - 1
            after += length
        at, number = after, number + 1
