"""The state tree and its ICS-23 proofs, with the constants of the Jellyfish Merkle tree."""

from dataclasses import dataclass

from . import need
from .keys import sha256

LEAF, INNER = b"JMT::LeafNode", b"JMT::IntrnalNode"
EMPTY = b"SPARSE_MERKLE_PLACEHOLDER_HASH__"
SHA256_OP = 1
LEAF_OP = [(1, SHA256_OP), (2, SHA256_OP), (3, SHA256_OP), (5, LEAF)]
DEPTH_MAX = 256


def full_key(contract, key):
    return contract.encode() + b"\x00" + key


def position_of(key):
    """Where a leaf stands; `key` is ICS-23's, SHA-256 of the full key."""
    return sha256(key)


def leaf_node(key, value):
    return sha256(LEAF + sha256(key) + sha256(value))


def bit(position, depth):
    return position[depth // 8] >> (7 - depth % 8) & 1


class Tree:
    """Built whole from its pairs of ICS-23 key and value: {full key: value} goes in."""

    def __init__(self, pairs):
        self.leaves = sorted(
            (position_of(sha256(key)), sha256(key), sha256(value)) for key, value in pairs.items()
        )
        self.root = self._node(0, len(self.leaves), 0)

    def _node(self, first, end, depth):
        if first == end:
            return EMPTY
        if end - first == 1:
            return leaf_node(*self.leaves[first][1:])
        middle = self._middle(first, end, depth)
        left, right = self._node(first, middle, depth + 1), self._node(middle, end, depth + 1)
        return sha256(INNER + left + right)

    def _middle(self, first, end, depth):
        return next((i for i in range(first, end) if bit(self.leaves[i][0], depth)), end)

    def _exist(self, place):
        """ExistenceProof of the leaf at that place in the order of positions."""
        first, end, depth, path = 0, len(self.leaves), 0, []
        while end - first > 1:
            middle = self._middle(first, end, depth)
            if place < middle:
                sibling = self._node(middle, end, depth + 1)
                path.append([(1, SHA256_OP), (2, INNER), (3, sibling)])
                end = middle
            else:
                sibling = self._node(first, middle, depth + 1)
                path.append([(1, SHA256_OP), (2, INNER + sibling)])
                first = middle
            depth += 1
        _, key, value = self.leaves[place]
        return [(1, key), (2, value), (3, LEAF_OP)] + [(4, step) for step in reversed(path)]

    def prove(self, full):
        """CommitmentProof that the full key has its value, or none."""
        key = sha256(full)
        position = position_of(key)
        place = sum(1 for leaf in self.leaves if leaf[0] < position)
        if place < len(self.leaves) and self.leaves[place][1] == key:
            return protobuf([(1, self._exist(place))])
        fields = [(1, key)]
        if place > 0:
            fields.append((2, self._exist(place - 1)))
        if place < len(self.leaves):
            fields.append((3, self._exist(place)))
        return protobuf([(2, fields)])


def _varint(number):
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def protobuf(fields):
    out = b""
    for tag, value in fields:
        if isinstance(value, int):
            out += _varint(tag << 3) + _varint(value)
        else:
            raw = protobuf(value) if isinstance(value, list) else value
            out += _varint(tag << 3 | 2) + _varint(len(raw)) + raw
    return out


def _fields(data):
    """[(tag, value)] of canonical protobuf with varints and bytes only."""
    out, at = [], 0

    def varint():
        nonlocal at
        number = shift = 0
        while True:
            need(at < len(data) and shift < 63, "ics23: varint")
            byte = data[at]
            number, at, shift = number | (byte & 127) << shift, at + 1, shift + 7
            if byte < 128:
                return number

    while at < len(data):
        key = varint()
        if key & 7 == 0:
            out.append((key >> 3, varint()))
            continue
        need(key & 7 == 2, "ics23: wire type")
        size = varint()
        need(at + size <= len(data), "ics23: truncated")
        out.append((key >> 3, data[at : at + size]))
        at += size
    need(protobuf(out) == data, "ics23: not the shortest encoding")
    return out


@dataclass
class Exist:
    key: bytes
    value: bytes
    path: list  # from the leaf up: (goes right, sibling)
    root: bytes


def _read_exist(data):
    fields = _fields(data)
    need([tag for tag, _ in fields[:3]] == [1, 2, 3], "ics23: fields of an existence proof")
    need(all(tag == 4 for tag, _ in fields[3:]), "ics23: fields of an existence proof")
    need(len(fields) <= 3 + DEPTH_MAX, "ics23: too deep")
    key, value, leaf_op = (content for _, content in fields[:3])
    need(leaf_op == protobuf(LEAF_OP), "ics23: leaf operation")
    need(len(key) == 32 and len(value) == 32, "ics23: key or value")
    node, path, position = leaf_node(key, value), [], position_of(key)
    for level, (_, raw) in enumerate(fields[3:]):
        right = bit(position, len(fields) - 4 - level)
        step = dict(_fields(raw))
        sibling = step.get(2, b"")[len(INNER) :] if right else step.get(3, b"")
        expected = [(1, SHA256_OP), (2, INNER + sibling if right else INNER)]
        expected += [] if right else [(3, sibling)]
        need(raw == protobuf(expected) and len(sibling) == 32, "ics23: inner operation")
        node = sha256(INNER + (sibling + node if right else node + sibling))
        path.append((right, sibling))
    return Exist(key, value, path, node)


def check_state(proof, full, value, root):
    """`value` None: absent. Refuses a proof of another key, value or root."""
    key = sha256(full)
    fields = _fields(proof)
    need(len(fields) == 1, "ics23: one proof")
    tag, content = fields[0]
    need(tag == (2 if value is None else 1), "ics23: the other kind of proof")
    if value is not None:
        exist = _read_exist(content)
        need((exist.key, exist.value) == (key, sha256(value)), "ics23: another key or value")
        need(exist.root == root, "ics23: another root")
        return
    inner = dict(_fields(content))
    need(content == protobuf(sorted(inner.items())), "ics23: fields of an absence proof")
    need(set(inner) <= {1, 2, 3} and inner.get(1) == key, "ics23: absence of another key")
    left, right = (_read_exist(inner[tag]) if tag in inner else None for tag in (2, 3))
    _check_neighbours(left, right, position_of(key), root)


def _check_neighbours(left, right, position, root):
    need(left is not None or right is not None, "ics23: no neighbour")
    for side in (left, right):
        need(side is None or side.root == root, "ics23: another root")
    need(left is None or position_of(left.key) < position, "ics23: left neighbour")
    need(right is None or position_of(right.key) > position, "ics23: right neighbour")
    common = 0
    if left is not None and right is not None:
        ups = zip(reversed(left.path), reversed(right.path))
        common = next((i for i, (a, b) in enumerate(ups) if a != b), None)
        need(common is not None, "ics23: neighbours do not part")
        down_left, down_right = left.path[-1 - common], right.path[-1 - common]
        need((down_left[0], down_right[0]) == (0, 1), "ics23: neighbours part the wrong way")
        common += 1
    # Below the parting, all the way along the gap, nothing lies between.
    for side, outward in ((left, 1), (right, 0)):
        if side is None:
            continue
        below = side.path[: len(side.path) - common]
        need(
            all(right_of == outward or sibling == EMPTY for right_of, sibling in below),
            "ics23: a leaf lies between the neighbours",
        )
