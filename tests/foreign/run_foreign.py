#!/usr/bin/env python3
"""Runs every foreign verifier over bundles and logs, as they are and tampered with.

    run_foreign.py --installed DIR --work DIR --fixture           on bundles made by fixture/
    run_foreign.py --installed DIR --work DIR --ropenet BINARY    on what a node makes

Exit 0: everything genuine was accepted, everything else refused.
"""

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.path.insert(0, str(HERE.parent / "client"))

from matrix import LogMatrix, Matrix  # noqa: E402


def make_fixture(args, readme=None):
    out = args.work / "fixture"
    shutil.rmtree(out, ignore_errors=True)
    command = [
        str(args.installed / "venv/bin/python"),
        str(HERE / "fixture/make_bundle.py"),
        str(out),
    ]
    if readme:
        command += ["--readme", str(readme)]
    subprocess.run(command, check=True)
    return out


def expect(command, code, words, failures):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, check=False
    )
    print((done.stdout.strip().splitlines() or [done.stderr.strip()])[-1][:150])
    if done.returncode != code:
        failures.append(f"{words}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}")


def consistency(args, log, vkey, olds, failures):
    """`olds`: pairs of an older checkpoint file and whether the log extends it."""
    for old, extends in olds:
        command = [args.installed / "foreign", "consistency", log, vkey, old]
        expect(command, 0 if extends else 1, f"consistency with {old.name}", failures)


def run_fixture(args):
    fixture = make_fixture(args)
    vkey = (fixture / "log.vkey").read_text().strip()
    log_matrix = LogMatrix(args.work, args.installed, vkey, fixture / "policy.txt")
    log_matrix.accepted(fixture / "log")
    log_matrix.tampered(fixture / "log")
    failures = log_matrix.failures
    olds = [(fixture / "old-checkpoint", True), (fixture / "fork-checkpoint", False)]
    consistency(args, fixture / "log", vkey, olds, failures)
    matrix = Matrix(args.work, args.installed, fixture / "policy.txt")
    for name in ("eddsa", "es256", "sm2", "refused"):
        matrix.accepted(fixture / "bundles" / name, "eddsa" if name == "refused" else name)
    for name in ("eddsa", "es256", "sm2"):
        matrix.tampered(fixture / "bundles" / name, name)
    tool = args.installed / "foreign"
    forged = fixture / "forged"
    expect([tool, "policy", forged], 0, "a forger's own policy", failures)
    expect([tool, "policy", "-trust", fixture / "policy.txt", forged], 1, "forged keys", failures)
    return failures + matrix.failures


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--installed", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--fixture", action="store_true")
    parser.add_argument("--ropenet", type=Path)
    args = parser.parse_args()
    args.installed, args.work = args.installed.absolute(), args.work.absolute()
    shutil.rmtree(args.work, ignore_errors=True)
    args.work.mkdir(parents=True)
    failures = []
    if args.fixture:
        failures += run_fixture(args)
    if args.ropenet:
        from node_run import run_node

        args.ropenet = args.ropenet.absolute()
        failures += run_node(args)
    print(f"\n{len(failures)} failures")
    for failure in failures:
        print("  " + failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
