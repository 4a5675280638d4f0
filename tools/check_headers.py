#!/usr/bin/env python3
"""Fail if a header of src/ or apps/ does not compile on its own.

Usage: tools/check_headers.py [--compiler clang++-19] [--cache FILE] [ROOT]

The compiler sees each header alone, as its own main file, with the flags of its module. A header
that passed is compiled again only when it, or a header of ours that it reaches, has changed; so a
warm run takes well under a second.
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
import tomllib

from lib.tracked import ROOT, tracked_files

FOLDERS = ("src", "apps")
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
FLAGS = ["-x", "c++", "-std=c++20", "-fsyntax-only"]
WARNINGS = [
    "-Wall",
    "-Wextra",
    "-Wthread-safety",
    "-Werror",
    "-Wno-pragma-once-outside-header",
    "-Wno-unused-const-variable",
    "-Wno-unused-function",
]


def closure(root, header, seen):
    """The header and all headers of ours that it reaches, with their texts."""
    if header in seen or not (root / header).is_file():
        return seen
    seen[header] = (root / header).read_text(encoding="utf-8")
    for target in INCLUDE.findall(seen[header]):
        for folder in FOLDERS:
            closure(root, f"{folder}/{target}", seen)
    return seen


def flags_of(header, core):
    pure = header.split("/")[1] in core and "/testing/" not in header
    extra = ["-fno-exceptions"] if pure else []
    return [*FLAGS, *WARNINGS, *extra, *(f"-I{folder}" for folder in FOLDERS)]


def fingerprint(root, header, flags, compiler_version):
    texts = closure(root, header, {})
    whole = json.dumps([compiler_version, flags, sorted(texts.items())])
    return hashlib.sha256(whole.encode()).hexdigest()


def compile_alone(compiler, root, header, flags):
    command = [compiler, *flags, header]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stderr


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", default="clang++-19")
    parser.add_argument("--cache", type=pathlib.Path, help="remembers what passed")
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=ROOT)
    return parser.parse_args()


def main():
    args = parse_arguments()
    root = args.root.resolve()
    version = subprocess.run(
        [args.compiler, "--version"], capture_output=True, text=True, check=True
    ).stdout
    policy = tomllib.loads((root / "tools" / "layers.toml").read_text(encoding="utf-8"))
    core = set(policy["core"]["modules"])
    passed = {}
    if args.cache and args.cache.exists():
        passed = json.loads(args.cache.read_text(encoding="utf-8"))

    headers = [
        p.as_posix() for p in tracked_files(root) if p.parts[0] in FOLDERS and p.suffix == ".hpp"
    ]
    flags = {h: flags_of(h, core) for h in headers}
    marks = {h: fingerprint(root, h, flags[h], version) for h in headers}
    fresh = [h for h in headers if passed.get(h) != marks[h]]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = list(pool.map(lambda h: compile_alone(args.compiler, root, h, flags[h]), fresh))
    failed = {h: errors for h, errors in zip(fresh, results) if errors is not None}
    if args.cache:
        args.cache.parent.mkdir(parents=True, exist_ok=True)
        good = {h: marks[h] for h in headers if h not in failed}
        args.cache.write_text(json.dumps(good, indent=1), encoding="utf-8")
    for header, errors in failed.items():
        print(f"{header}: does not compile on its own\n{errors}")
    print(f"headers: {len(headers)}, compiled now {len(fresh)}, failed {len(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
