"""The log: RFC 6962 trees, C2SP signed notes, cosignatures, tlog-proofs and policies."""

import base64
from dataclasses import dataclass

from . import Refused, need
from .keys import EDDSA, SPKI_PREFIX, PublicKey, sha256

LOG_KEY, COSIGNATURE = 1, 4
PROOF_HEADER = "c2sp.org/tlog-proof@v1"


def leaf_hash(leaf):
    return sha256(b"\x00" + leaf)


def node_hash(left, right):
    return sha256(b"\x01" + left + right)


def _split(count):
    return 1 << (count - 1).bit_length() - 1


def root_of(hashes):
    if len(hashes) == 1:
        return hashes[0]
    k = _split(len(hashes))
    return node_hash(root_of(hashes[:k]), root_of(hashes[k:]))


def path_of(hashes, index):
    if len(hashes) == 1:
        return []
    k = _split(len(hashes))
    if index < k:
        return path_of(hashes[:k], index) + [root_of(hashes[k:])]
    return path_of(hashes[k:], index - k) + [root_of(hashes[:k])]


def root_from_path(index, size, leaf, path):
    """RFC 9162, 2.1.3.2."""
    need(0 <= index < size, "path: index outside the tree")
    node, last, root = index, size - 1, leaf_hash(leaf)
    for sibling in path:
        need(last > 0, "path: too long")
        if node & 1 or node == last:
            root = node_hash(sibling, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        node, last = node >> 1, last >> 1
    need(last == 0, "path: too short")
    return root


@dataclass(frozen=True)
class NoteKey:
    name: str
    type: int
    raw: bytes

    def id(self):
        return sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.raw)[:4]

    def vkey(self):
        body = base64.b64encode(bytes([self.type]) + self.raw).decode()
        return f"{self.name}+{self.id().hex()}+{body}"

    def verify(self, signature, message):
        PublicKey(SPKI_PREFIX[EDDSA] + self.raw).verify(signature, message)


def key_from_vkey(text, type_):
    name, stated, body = (text.split("+", 2) + ["", ""])[:3]
    raw = _base64(body)
    need(len(raw) == 33 and raw[0] == type_, "vkey: another kind of key")
    key = NoteKey(name, type_, raw[1:])
    need(key.vkey() == text, "vkey: key hash or spelling")
    return key


def _base64(text):
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Refused("base64: malformed") from error
    need(base64.b64encode(raw).decode() == text, "base64: a second spelling")
    return raw


def checkpoint_text(origin, size, root):
    return f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"


def cosignature_message(text, time_s):
    return f"cosignature/v1\ntime {time_s}\n{text}".encode()


def signature_line(key, signature):
    return f"— {key.name} {base64.b64encode(key.id() + signature).decode()}\n"


def sign_checkpoint(text, log_key, log_signer, witnesses, time_s):
    """`witnesses`: pairs of note key and private key."""
    lines = signature_line(log_key, log_signer.sign(text.encode()))
    for key, signer in witnesses:
        stamped = signer.sign(cosignature_message(text, time_s))
        lines += signature_line(key, time_s.to_bytes(8, "big") + stamped)
    return text + "\n" + lines


@dataclass
class Policy:
    logs: list
    witnesses: list  # of note keys, in the order of their lines
    threshold: int


def read_policy(text):
    need(text.endswith("\n"), "policy: no line feed at its end")
    lines = [line.split(" ") for line in text[:-1].split("\n")]
    logs = [line for line in lines if line[0] == "log"]
    witnesses = [line for line in lines if line[0] == "witness"]
    rest = lines[len(logs) + len(witnesses) :]
    need(lines == logs + witnesses + rest and logs and witnesses, "policy: order of lines")
    need(all(len(line) == 2 for line in logs), "policy: log line")
    need(all(len(line) == 4 for line in witnesses), "policy: witness line")
    threshold = 2 * len(witnesses) // 3 + 1
    names = [line[1] for line in witnesses]
    need(len(rest) == 2 and len(rest[0]) > 2, "policy: group and quorum")
    group = rest[0][1]
    need(rest[0] == ["group", group, str(threshold), *names], "policy: group")
    need(rest[1] == ["quorum", group], "policy: quorum")
    keys = [key_from_vkey(line[2], COSIGNATURE) for line in witnesses]
    for key, line in zip(keys, witnesses):
        need(line[3] == "https://" + key.name, "policy: witness address")
    log_keys = [key_from_vkey(line[1], LOG_KEY) for line in logs]
    need(len({key.name for key in log_keys}) == 1, "policy: one origin")
    return Policy(log_keys, keys, threshold)


def policy_text(logs, witnesses, group="witnesses"):
    names = [f"w{number + 1}" for number in range(len(witnesses))]
    out = "".join(f"log {key.vkey()}\n" for key in logs)
    for name, key in zip(names, witnesses):
        out += f"witness {name} {key.vkey()} https://{key.name}\n"
    threshold = 2 * len(witnesses) // 3 + 1
    return out + f"group {group} {threshold} {' '.join(names)}\nquorum {group}\n"


@dataclass
class Checkpoint:
    origin: str
    size: int
    root: bytes
    text: str


def check_note(note, policy):
    """A checkpoint signed by a log of the policy and cosigned by its quorum."""
    text, _, signatures = note.partition("\n\n")
    text += "\n"
    lines = text.split("\n")
    need(len(lines) == 4 and lines[3] == "", "checkpoint: not three lines")
    need(lines[1].isdecimal() and str(int(lines[1])) == lines[1], "checkpoint: size")
    root = _base64(lines[2])
    need(len(root) == 32, "checkpoint: root")
    need(signatures.endswith("\n"), "checkpoint: no line feed at its end")
    parsed = [_signature(line) for line in signatures[:-1].split("\n")]
    name, key_id, signature = parsed[0]
    log = next((key for key in policy.logs if (key.name, key.id()) == (name, key_id)), None)
    need(log is not None and log.name == lines[0], "checkpoint: the log's line is not first")
    log.verify(signature, text.encode())
    _check_cosignatures(parsed[1:], text, policy)
    return Checkpoint(lines[0], int(lines[1]), root, text)


def _check_cosignatures(parsed, text, policy):
    keys = [(key.name, key.id()) for key in policy.witnesses]
    places = []
    for name, key_id, signature in parsed:
        need((name, key_id) in keys, "checkpoint: a line by no witness of the policy")
        places.append(keys.index((name, key_id)))
        need(len(signature) == 72, "checkpoint: cosignature")
        message = cosignature_message(text, int.from_bytes(signature[:8], "big"))
        policy.witnesses[places[-1]].verify(signature[8:], message)
    need(places == sorted(set(places)), "checkpoint: cosignatures repeated or out of order")
    need(len(places) >= policy.threshold, "checkpoint: too few cosignatures")


def _signature(line):
    fields = line.split(" ")
    need(len(fields) == 3 and fields[0] == "—", "checkpoint: signature line")
    raw = _base64(fields[2])
    return fields[1], raw[:4], raw[4:]


def proof_text(index, path, note):
    hashes = "".join(base64.b64encode(step).decode() + "\n" for step in path)
    return f"{PROOF_HEADER}\nindex {index}\n{hashes}\n{note}"


def check_proof(text, leaf, policy):
    """Returns (index, path, checkpoint) of a tlog-proof that proves `leaf`."""
    top, _, note = text.partition("\n\n")
    lines = top.split("\n")
    need(len(lines) >= 2 and lines[0] == PROOF_HEADER, "proof: header")
    number = lines[1].removeprefix("index ")
    need(number.isdecimal() and lines[1] == f"index {int(number)}", "proof: index")
    index, path = int(number), [_base64(line) for line in lines[2:]]
    need(all(len(step) == 32 for step in path), "proof: hash")
    checkpoint = check_note(note, policy)
    root = root_from_path(index, checkpoint.size, leaf, path)
    need(root == checkpoint.root, "proof: another root")
    return index, path, checkpoint
