#!/usr/bin/env python3
"""Fail if a source file includes what tools/layers.toml does not allow.

Usage: tools/check_layers.py src tools/layers.toml

Test code (*_test.cpp and testing/ folders) may include what it likes. What the check does not see:
a forbidden module reached through an allowed one; so every file names what it uses.
"""

import graphlib
import pathlib
import re
import sys
import tomllib

INCLUDE = re.compile(r'\s*#\s*include\s*(["<])([^">]+)[">]')
INCLUDE_LIKE = re.compile(r"\s*#\s*include\b|\s*(export\s+)?import\s+[^;]*;\s*$")
SUFFIXES = {".hpp", ".cpp"}


class Policy:
    """layers.toml with `@core` and `*` written out."""

    def __init__(self, rules):
        self.core = set(rules["core"]["modules"])
        self.banned = set(rules["core"]["banned_headers"])
        self.planned = set(rules.get("planned", []))
        self.programs = list(rules.get("programs", {}).get("folders", []))
        self.with_fakes = list(rules.get("programs", {}).get("with_fakes", []))
        self.exceptions = {
            (file, header)
            for file, entry in rules["core"].get("exceptions", {}).items()
            for header in entry["headers"]
        }
        self.used_exceptions = set()
        self.owners = rules["owners"]
        given = rules["may_include"]
        self.may = {name: self._expand(name, allowed, given) for name, allowed in given.items()}

    def _expand(self, name, allowed, given):
        found = set()
        for entry in allowed:
            found |= self.core if entry == "@core" else set(given) if entry == "*" else {entry}
        return found - {name}

    def faults(self, modules):
        """What is wrong with the policy itself, or between it and the folders that exist."""
        known = self.may.keys() | set()
        for name in sorted((modules ^ known) - self.planned):
            yield f"{name}: in src or in the policy, not both"
        for name in sorted(modules & self.planned):
            yield f"{name}: exists in src, so it is not planned any more"
        for name in sorted(self.planned - known):
            yield f"{name}: planned, but without a line in may_include"
        for name in sorted(set().union(*self.may.values()) - known):
            yield f"{name}: may be included, but is no module"
        for name in sorted(self.core):
            for other in sorted(self.may.get(name, set()) - self.core):
                yield f"{name}: core may not include the shell ({other})"
        try:
            graphlib.TopologicalSorter(self.may).prepare()
        except graphlib.CycleError as cycle:
            yield "the policy itself has a cycle: " + " -> ".join(cycle.args[1])

    def is_banned(self, file, header):
        if header not in self.banned:
            return False
        if (file, header) in self.exceptions:
            self.used_exceptions.add((file, header))
            return False
        return True

    def owner_of(self, header):
        """(prefix, modules) of the longest owned prefix of a library header, or None."""
        parts = header.split("/")
        for length in range(len(parts), 0, -1):
            prefix = "/".join(parts[:length])
            if prefix in self.owners:
                return prefix, self.owners[prefix]
        return None


def check_quoted(policy, root, path, module, target):
    first = target.split("/")[0]
    program = module in policy.programs
    beside = program and any(
        (folder / target).is_file() for folder in (root.parent / module, root.parent)
    )
    if first not in policy.may and not beside and first != module:
        return f'{module} includes "{target}", which names no module'
    if not program and first != module and first not in policy.may.get(module, ()):
        return f"{module} may not include {first}"
    if "/testing/" in target and module not in policy.with_fakes:
        return "production may not include a fake"
    if not beside and not (root / target).is_file():
        return f'"{target}" is not a file of src'
    return None


def check_angled(policy, root, path, module, target):
    first = target.split("/")[0]
    if first in policy.may and "/" in target:
        return f'our own headers are included with quotes: "{target}"'
    if module in policy.core and policy.is_banned(path.relative_to(root).as_posix(), target):
        return f"core may not include <{target}>"
    owned = policy.owner_of(target)
    if owned and module not in owned[1]:
        return f"only {', '.join(owned[1])} may include <{owned[0]}>"
    return None


def check_line(policy, root, path, module, line):
    match = INCLUDE.match(line)
    if not match:
        return f"{module} has an include we cannot read"
    if match[1] == '"':
        return check_quoted(policy, root, path, module, match[2])
    return check_angled(policy, root, path, module, match[2])


def is_test(path):
    return path.stem.endswith("_test") or "testing" in path.parts


def check_file(policy, root, path, module):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if INCLUDE_LIKE.match(line) and (why := check_line(policy, root, path, module, line)):
            yield f"{path}:{number}: {why}"


def files_of(root, policy):
    """(path, module) of every file the policy speaks about; a foreign suffix has module None."""
    for path in sorted(p for p in root.rglob("*") if p.is_file()):
        parts = path.relative_to(root).parts
        yield path, parts[0] if path.suffix in SUFFIXES and len(parts) > 1 else None
    for folder in policy.programs:
        for path in sorted((root.parent / folder).rglob("*.[ch]pp")):
            yield path, folder


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    root, policy_file = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
    policy = Policy(tomllib.loads(policy_file.read_text(encoding="utf-8")))
    modules = {p.name for p in root.iterdir() if p.is_dir()}
    errors = list(policy.faults(modules))
    for path, module in files_of(root, policy):
        if module is None:
            errors.append(f"{path}: src holds <module>/*.hpp and <module>/*.cpp, nothing else")
        elif not is_test(path):
            errors += check_file(policy, root, path, module)
    for file, header in sorted(policy.exceptions - policy.used_exceptions):
        errors.append(f"{policy_file}: {file} does not need its exception for <{header}>")
    print("\n".join(errors) or "layers: ok")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
