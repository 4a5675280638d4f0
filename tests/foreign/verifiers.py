"""The foreign verifiers: how each is run, and which files of a bundle each reads."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
CHUNK = 500  # bundles a run, for the length of a command line

# A receipt's tree_size and leaf_index are unsigned by RFC 9942: other values verify where the same
# path leads to the same root. The record states its index, and ropenet compares both.
RECEIPT_EXCEPTION = {"/tagged/1/0v/0v/0/<</0", "/tagged/1/0v/0v/0/<</1"}


# What RFC 3161 and CMS leave unsigned: granted or granted with modifications, versions, parameters
# and names of algorithms beside the signed ones, bytes after the end. ropenet takes one spelling.
TIMESTAMP_EXCEPTION = {
    *("/0/0/0", "/0/1/1/0/0", "/0/1/1/0/1/0/1", "/0/1/1/0/4/0/0"),
    *("/0/1/1/0/4/0/2/1", "/0/1/1/0/4/0/4/0", "/0/1/1/0/4/0/4/1", "(one"),
}
TIMESTAMP_READERS = ("openssl ts", "rfc3161")


def is_unsigned(verifier, file, field):
    """Whether this reader cannot see the change: no signature that it checks covers the byte."""
    if verifier == "receipt":
        return field.rsplit(" ", 1)[0] in RECEIPT_EXCEPTION
    if verifier not in TIMESTAMP_READERS:
        return False
    # A trust anchor is what one believes: they check neither its own signature nor its spelling.
    if file == "tsa-ca.pem":
        return field not in ("(removed)", "(emptied)")
    return file == "timestamp.tsr" and field.split(" ", 1)[0] in TIMESTAMP_EXCEPTION


@dataclass(frozen=True)
class Verifier:
    name: str
    library: str
    command: tuple
    reads: tuple  # files, or folders ending in "/"
    algorithms: tuple = ("eddsa", "es256", "sm2")
    needs: str = "tx.cose"  # a file without which there is nothing to verify

    def reads_file(self, name):
        return any(
            name == file or (file[-1] == "/" and name.startswith(file)) for file in self.reads
        )

    def applies_to(self, algorithm, files):
        return algorithm in self.algorithms and self.needs in files

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
        Verifier("ics23", "cosmos/ics23", (tool, "ics23"), ("state/",), needs="state/key.bin"),
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
        Verifier(
            "openssl ts",
            "openssl ts",
            (python, str(HERE / "py/timestamp.py"), "openssl"),
            ("timestamp.tsr", "tsa-ca.pem", "checkpoint.txt"),
            needs="timestamp.tsr",
        ),
        Verifier(
            "rfc3161",
            "rfc3161-client",
            (python, str(HERE / "py/timestamp.py"), "client"),
            ("timestamp.tsr", "tsa-ca.pem", "checkpoint.txt"),
            needs="timestamp.tsr",
        ),
        Verifier("sm2", "emmansun/gmsm", (tool, "sm2"), ("tx.cose", "signer.pem"), ("sm2",)),
    ]
