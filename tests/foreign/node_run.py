"""What a real node makes, read by every foreign verifier, as it is and tampered with."""

import shutil
import subprocess

from matrix import LogMatrix, Matrix
from ropenet_client.node import Node, Rope

SIGNERS = {"eddsa": "alice", "es256": "erin-es256", "sm2": "grace-sm2"}


def deposit(rope, who, content):
    import hashlib

    args = {
        "sha256": hashlib.sha256(content).digest(),
        "media_type": "text/plain",
        "size": len(content),
        "fields": {"n": content.decode()},
    }
    tx, _ = rope.sign(who, "system.evidence", "deposit", args)
    return tx


def make_bundles(args, node, rope):
    """One bundle an algorithm; the last two also prove a state value present, and one absent."""
    bundles = {}
    for algorithm, name in SIGNERS.items():
        who = node.identity(name)
        status, answer = rope.post(deposit(rope, who, f"by {name}".encode()))
        if status != 200 or answer["status"] != "committed":
            raise RuntimeError(f"{name}: {answer}")
        # The first has a timestamp, the others have none.
        state = {
            "eddsa": [],
            "es256": ["--no-timestamp", "--state", f"system.accounts/a/{who[0]}"],
            "sm2": ["--no-timestamp", "--state", "system.accounts/a/nobody"],
        }[algorithm]
        out = args.work / "bundles" / algorithm
        code, document = node.cli("evidence", "export", answer["tx_id"], "--out", str(out), *state)
        if code != 0:
            raise RuntimeError(f"export: {document}")
        bundles[algorithm] = out
    return bundles


def grow(node, rope, count):
    """Enough leaves that full tiles stand beside partial ones."""
    who = node.identity("bob")
    txs = [deposit(rope, who, f"leaf {number}".encode()) for number in range(count)]
    status, answer = rope.post_batch(txs)
    if status != 200 or any(item["status"] != "committed" for item in answer["results"]):
        raise RuntimeError(f"batch: {status} {answer}")


def fetch_log(node, rope, out):
    """The rope's log folder alone, as a static web server would serve it."""
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(node.data / "ropes/register/log", out)


def run_node(args):
    shutil.rmtree(args.work / "data", ignore_errors=True)
    authority = [str(args.ropenet), "tsa", "init", "--data", str(args.work / "data")]
    subprocess.run(authority, check=True, stdout=subprocess.DEVNULL)
    with Node(args.ropenet, args.work / "data") as node:
        rope = Rope(node.url)
        policy = args.work / "policy.txt"
        shutil.copy(node.data / "dev/policy-register.txt", policy)
        bundles = make_bundles(args, node, rope)
        early = args.work / "early-checkpoint"
        early.write_bytes(rope.get("/log/checkpoint")[1])
        grow(node, rope, 300)
        late = node.identity("alice")
        _, answer = rope.post(deposit(rope, late, b"the last one"))
        rope.bundle(answer["tx_id"])
        vkey = (bundles["eddsa"] / "log.vkey").read_text().strip()
    log = args.work / "log"
    fetch_log(node, rope, log)
    failures = check_log(args, log, vkey, policy, early)
    matrix = Matrix(args.work, args.installed, policy, str(args.ropenet))
    for algorithm, folder in bundles.items():
        matrix.accepted(folder, algorithm)
        matrix.tampered(folder, algorithm)
    return failures + matrix.failures


def check_log(args, log, vkey, policy, early):
    log_matrix = LogMatrix(args.work, args.installed, vkey, policy)
    log_matrix.accepted(log)
    log_matrix.tampered(log)
    failures = log_matrix.failures
    tool = [str(args.installed / "foreign"), "consistency", str(log), vkey, str(early)]
    done = subprocess.run(tool, capture_output=True, text=True, check=False)
    print(done.stdout.strip())
    if done.returncode != 0:
        failures.append(f"consistency: {done.stdout}{done.stderr}")
    ours = [str(args.ropenet), "log", "verify", "--dir", str(log), "--trust", str(policy)]
    if subprocess.run(ours, capture_output=True, check=False).returncode != 0:
        failures.append("ropenet log verify refuses the log")
    return failures
