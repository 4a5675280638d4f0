#!/usr/bin/env python3
"""Fail if a tracked C++ file is not as clang-format writes it.

Usage: tools/check_format.py [--fix] [--cache FILE] [ROOT]
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

from lib.tracked import ROOT, tracked_files

FORMATTER = "clang-format-19"
FILES_A_CALL = 20
DIFFERS = re.compile(r"^(\S+?):(\d+):\d+: (?:error|warning): ", re.MULTILINE)


def run_formatter(root, files, fix):
    """A line for each file that differs: where first, and how often."""
    command = [FORMATTER, "-i"] if fix else [FORMATTER, "--dry-run", "-Werror"]
    done = subprocess.run([*command, *files], cwd=root, capture_output=True, text=True, check=False)
    places = {}
    for file, line in DIFFERS.findall(done.stderr):
        places.setdefault(file, []).append(line)
    lines = [f"{file}:{at[0]}: not formatted, {len(at)} places\n" for file, at in places.items()]
    return "".join(lines) or (done.stderr if done.returncode else "")


def mark_of(root, file, config):
    return hashlib.sha256(config + (root / file).read_bytes()).hexdigest()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fix", action="store_true", help="rewrite the files instead")
    parser.add_argument("--cache", type=pathlib.Path, help="remembers what passed")
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=ROOT)
    args = parser.parse_args()
    root = args.root.resolve()
    files = [p.as_posix() for p in tracked_files(root) if p.suffix in (".hpp", ".cpp")]
    config = (root / ".clang-format").read_bytes()
    known = set()
    if args.cache and args.cache.exists():
        known = set(json.loads(args.cache.read_text(encoding="utf-8")))
    marks = {file: mark_of(root, file, config) for file in files}
    fresh = [file for file in files if marks[file] not in known]
    groups = [fresh[i : i + FILES_A_CALL] for i in range(0, len(fresh), FILES_A_CALL)]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        faults = "".join(pool.map(lambda group: run_formatter(root, group, args.fix), groups))
    print(faults, end="")
    if faults:
        print("format: run tools/check_format.py --fix")
        return 1
    if args.cache and not args.fix:
        args.cache.parent.mkdir(parents=True, exist_ok=True)
        args.cache.write_text(json.dumps(sorted(marks.values())), encoding="utf-8")
    print(f"format: ok, {len(files)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
