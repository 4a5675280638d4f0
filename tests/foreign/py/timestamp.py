#!/usr/bin/env python3
"""Checks timestamp.tsr of bundles over checkpoint.txt, under tsa-ca.pem.

timestamp.py openssl|client FOLDER...     by `openssl ts -verify` or by rfc3161-client
"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography import x509
from rfc3161_client import VerifierBuilder, decode_timestamp_response


def by_openssl(folder):
    command = ["openssl", "ts", "-verify", "-data", folder / "checkpoint.txt"]
    command += ["-in", folder / "timestamp.tsr", "-CAfile", folder / "tsa-ca.pem"]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        raise ValueError("openssl ts")


def by_client(folder):
    root = x509.load_pem_x509_certificate((folder / "tsa-ca.pem").read_bytes())
    reply = decode_timestamp_response((folder / "timestamp.tsr").read_bytes())
    text = (folder / "checkpoint.txt").read_bytes()
    if not VerifierBuilder().add_root_certificate(root).build().verify_message(reply, text):
        raise ValueError("not verified")


def judge(check, folder):
    try:
        check(Path(folder))
        return f"ok {folder}: timestamp"
    except Exception as error:  # noqa: BLE001 - each refusal has a type of its own
        return f"refused {folder}: {type(error).__name__}"


def main():
    check = {"openssl": by_openssl, "client": by_client}[sys.argv[1]]
    with ThreadPoolExecutor(2) as pool:
        lines = list(pool.map(lambda folder: judge(check, folder), sys.argv[2:]))
    print("\n".join(lines))
    return 1 if any(line.startswith("refused") for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
