"""The foreign verifiers: how each is run, and which files of a bundle each reads."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHUNK = 500  # bundles a run, for the length of a command line

# A receipt's tree_size and leaf_index are unsigned by RFC 9942: other values verify where the same
# path leads to the same root. The record states its index, and ropenet compares both.
RECEIPT_EXCEPTION = {"/tagged/1/0v/0v/0/<</0", "/tagged/1/0v/0v/0/<</1"}


@dataclass(frozen=True)
class Verifier:
    name: str
    library: str
    command: tuple
    reads: tuple  # files, or folders ending in "/"
    algorithms: tuple = ("eddsa", "es256", "sm2")
    needs_state: bool = False

    def reads_file(self, name):
        return any(
            name == file or (file[-1] == "/" and name.startswith(file)) for file in self.reads
        )

    def applies_to(self, algorithm, has_state):
        return algorithm in self.algorithms and (has_state or not self.needs_state)

    def run(self, folders):
        """{folder: None if accepted, else the reason}"""
        out = {}
        for first in range(0, len(folders), CHUNK):
            part = [str(folder) for folder in folders[first : first + CHUNK]]
            done = subprocess.run(
                [*self.command, *part], capture_output=True, text=True, check=False
            )
            for line in done.stdout.splitlines():
                verdict, _, rest = line.partition(" ")
                folder, _, words = rest.partition(": ")
                if verdict in ("ok", "refused"):
                    out[folder] = None if verdict == "ok" else words
            missing = [folder for folder in part if folder not in out]
            if missing:
                raise RuntimeError(
                    f"{self.name} said nothing of {missing[0]}: {done.stderr[-500:]}"
                )
            refused = any(out[folder] is not None for folder in part)
            if done.returncode != (1 if refused else 0):
                raise RuntimeError(f"{self.name}: exit {done.returncode}")
        return out


def verifiers(installed, trusted_policy):
    tool, python = str(installed / "foreign"), str(installed / "venv/bin/python")
    edwards_or_p256 = ("eddsa", "es256")
    return [
        Verifier(
            "inclusion",
            "transparency-dev/merkle",
            (tool, "inclusion"),
            (
                *("record.cbor", "proof.tlog", "outcome.cbor", "checkpoint.txt", "log.vkey"),
                *("policies/", "genesis.cbor", "state/block-record.cbor", "state/block-proof.tlog"),
            ),
        ),
        Verifier(
            "policy",
            "transparency-dev/formats",
            (tool, "policy", "-trust", str(trusted_policy)),
            (
                *("policy.txt", "keys.txt", "receipt-key.pem", "genesis.cbor", "policies/"),
                *("log.vkey", "checkpoint.txt"),
            ),
        ),
        Verifier("ics23", "cosmos/ics23", (tool, "ics23"), ("state/",), needs_state=True),
        Verifier(
            "receipt",
            "scitt-cose",
            (python, str(HERE / "py/receipt.py")),
            ("receipt.cose", "receipt-key.pem", "record.cbor"),
        ),
        Verifier(
            "pycose",
            "pycose",
            (python, str(HERE / "py/cose_tx.py")),
            ("tx.cose", "signer.pem"),
            edwards_or_p256,
        ),
        Verifier(
            "auth0",
            "@auth0/cose",
            ("node", str(installed / "js/verify.mjs")),
            ("tx.cose", "signer.pem"),
            edwards_or_p256,
        ),
        Verifier("sm2", "emmansun/gmsm", (tool, "sm2"), ("tx.cose", "signer.pem"), ("sm2",)),
    ]
