"""A running node: started for a test, spoken to over HTTP, stopped or killed."""

import hashlib
import json
import secrets
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from . import cbor, need
from .cose import make_transaction
from .keys import private_from_pem

LIFETIME_MS = 120_000


def deposit_args(content, **fields):
    return {
        "sha256": hashlib.sha256(content).digest(),
        "media_type": "text/plain",
        "size": len(content),
        "fields": fields,
    }


class Node:
    """`ropenet dev` as a child process; its ready line says where it is.

    With verb=("node", "start") the node of a folder that is there, without development identities.
    """

    def __init__(self, binary, data, *more, http="127.0.0.1:0", verb=("dev",)):
        self.binary, self.data = str(binary), Path(data)
        command = [
            self.binary,
            *verb,
            "--http",
            http,
            "--data",
            str(data),
            "--json",
            *more,
        ]
        # Not our environment: a node must not depend on it.
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the node did not start: {self.process.stderr.read().decode()}")
        self.ready = json.loads(line)
        self.url = self.ready["http"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        code = self.process.wait(timeout=30)
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def identity(self, name):
        accounts = json.loads((self.data / "dev/accounts.json").read_text())["accounts"]
        found = next(item for item in accounts if item["name"] == name)
        key = private_from_pem((self.data / "dev" / found["key_file"]).read_bytes())
        return found["account"], key

    def cli(self, *args):
        """(exit code, JSON document)"""
        command = [self.binary, *args, "--http", self.url, "--data", str(self.data), "--json"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        return done.returncode, json.loads(done.stdout)


class Rope:
    """One rope of a node, as a client sees it."""

    def __init__(self, url, name="register"):
        self.base = f"{url}/v1/ropes/{name}"
        self.url = url
        self.origin = json.loads(self.get("")[1])["origin"]

    def get(self, path, headers=None):
        return request(self.base + path, headers=headers)

    def json(self, path):
        status, body, _ = request(self.base + path)
        return status, json.loads(body)

    def now_ms(self):
        return json.loads(request(self.url + "/v1/time")[1])["time_ms"]

    def sign(self, who, contract, action, args, **changed):
        account, key = who
        fields = {
            "origin": self.origin,
            "nonce": secrets.token_bytes(16),
        }
        fields.update(changed)
        # One question for each transaction would be most of the work of sending many.
        if "expires_at_ms" not in fields:
            fields["expires_at_ms"] = self.now_ms() + LIFETIME_MS
        return make_transaction(key, account, contract, action, args, **fields)

    def sign_deposit(self, who, content, **changed):
        """(transaction, its id) that deposits these bytes as a text."""
        return self.sign(who, "system.evidence", "deposit", deposit_args(content), **changed)

    def post(self, tx, wait=True):
        query = "?wait=committed&timeout=20" if wait else ""
        headers = {"Content-Type": "application/cose"}
        status, body, _ = request(self.base + "/txs" + query, tx, headers)
        return status, json.loads(body)

    def post_batch(self, txs):
        headers = {"Content-Type": "application/cbor"}
        target = self.base + "/txs:batch?wait=committed&timeout=30"
        status, body, _ = request(target, cbor.encode(txs), headers)
        return status, json.loads(body)

    def bundle(self, tx_id, query="", tries=100):
        import time

        for _ in range(tries):
            status, body, _ = self.get(f"/txs/{tx_id}/bundle{query}")
            if status == 200:
                return body
            need(status == 202, f"bundle: HTTP {status} {body[:200]}")
            time.sleep(0.1)
        raise RuntimeError("no checkpoint came")


def request(url, body=None, headers=None):
    """(status, body, headers); an error status is no exception."""
    asked = urllib.request.Request(url, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, answer.read(), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read(), error.headers
