#!/usr/bin/env python3
"""Fail if a header of src/ does not compile on its own.

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

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
FLAGS = ["-x", "c++", "-std=c++20", "-fsyntax-only"]
WARNINGS = ["-Wall", "-Wextra", "-Wthread-safety", "-Werror",
            "-Wno-pragma-once-outside-header", "-Wno-unused-const-variable",
            "-Wno-unused-function"]


def closure(src, header, seen):
    """The header and all headers of ours that it reaches, with their texts."""
    if header in seen or not (src / header).is_file():
        return seen
    seen[header] = (src / header).read_text(encoding="utf-8")
    for target in INCLUDE.findall(seen[header]):
        closure(src, target, seen)
    return seen


def flags_of(src, header, core):
    pure = header.split("/")[0] in core and "/testing/" not in header
    extra = ["-fno-exceptions"] if pure else []
    return [*FLAGS, *WARNINGS, *extra, f"-I{src}"]


def fingerprint(src, header, flags, compiler_version):
    texts = closure(src, header, {})
    whole = json.dumps([compiler_version, flags[:-1], sorted(texts.items())])
    return hashlib.sha256(whole.encode()).hexdigest()


def compile_alone(compiler, src, header, flags):
    command = [compiler, *flags, str(src / header)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return None if done.returncode == 0 else done.stderr


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", default="clang++-19")
    parser.add_argument("--cache", type=pathlib.Path, help="remembers what passed")
    parser.add_argument("root", nargs="?", type=pathlib.Path, default=ROOT)
    return parser.parse_args()


def main():
    args = parse_arguments()
    root, src = args.root.resolve(), args.root.resolve() / "src"
    version = subprocess.run(
        [args.compiler, "--version"], capture_output=True, text=True, check=True).stdout
    policy = tomllib.loads((root / "tools" / "layers.toml").read_text(encoding="utf-8"))
    core = set(policy["core"]["modules"])
    passed = {}
    if args.cache and args.cache.exists():
        passed = json.loads(args.cache.read_text(encoding="utf-8"))

    headers = [p.relative_to("src").as_posix() for p in tracked_files(root)
               if p.parts[0] == "src" and p.suffix == ".hpp"]
    flags = {h: flags_of(src, h, core) for h in headers}
    marks = {h: fingerprint(src, h, flags[h], version) for h in headers}
    fresh = [h for h in headers if passed.get(h) != marks[h]]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = list(pool.map(lambda h: compile_alone(args.compiler, src, h, flags[h]), fresh))
    failed = {h: errors for h, errors in zip(fresh, results) if errors is not None}
    if args.cache:
        args.cache.parent.mkdir(parents=True, exist_ok=True)
        good = {h: marks[h] for h in headers if h not in failed}
        args.cache.write_text(json.dumps(good, indent=1), encoding="utf-8")
    for header, errors in failed.items():
        print(f"src/{header}: does not compile on its own\n{errors}")
    print(f"headers: {len(headers)}, compiled now {len(fresh)}, failed {len(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
