#!/usr/bin/env python3
"""Fail if core code walks through an unordered container.

Usage: tools/check_unordered.py src tools/layers.toml

The order of such a walk differs between machines, so a root that depends on it would too. Looking
up, inserting and counting are fine. The check knows names, not types: it collects what is declared
as std::unordered_* (directly or through an alias) and looks for range-for, begin() and std::ranges
over those names. A container handed over under another name escapes it.
"""

import pathlib
import re
import sys
import tomllib

from lib.cpp_text import without_comments_and_strings

DECLARED = re.compile(r"\bstd::unordered_(?:multi)?(?:map|set)\s*<")
ALIAS = re.compile(r"\busing\s+(\w+)\s*=\s*std::unordered_(?:multi)?(?:map|set)\s*<")
RANGE_FOR = re.compile(r"\bfor\s*\(([^;]*?[^:]):([^:][^;]*?)\)\s*[^)]", re.DOTALL)
WALK = (
    r"\b{name}\s*(?:\.|->)\s*c?r?(?:begin|end)\s*\("
    r"|\bstd::(?:c?begin|ranges::\w+)\s*\(\s*[\w.>-]*\b{name}\b"
)


def after_template(text, start):
    """Position behind the `>` that closes the `<` just before `start`."""
    depth = 1
    while depth and start < len(text):
        depth += {"<": 1, ">": -1}.get(text[start], 0)
        start += 1
    return start


def declared_names(text, aliases):
    """Variables, members and functions whose type is an unordered container."""
    ends = [after_template(text, match.end()) for match in DECLARED.finditer(text)]
    ends += [m.end() for alias in aliases for m in re.finditer(rf"\b{alias}\b", text)]
    for end in ends:
        if match := re.match(r"\s*(?:const\s*)?[&*]{0,2}\s*(\w+)", text[end:]):
            yield match[1]


def walks(text, names):
    """(line, name) of each walk over one of the names."""
    for match in RANGE_FOR.finditer(text):
        last = re.search(r"(\w+)(?:\s*\(\s*\))?\s*$", match[2])
        if last and last[1] in names:
            yield text.count("\n", 0, match.start()) + 1, last[1]
    for name in names:
        for match in re.finditer(WALK.format(name=name), text):
            if "end" not in match[0]:  # `find(x) == m.end()` is a look-up
                yield text.count("\n", 0, match.start()) + 1, name


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    root = pathlib.Path(sys.argv[1])
    core = tomllib.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))["core"]["modules"]
    files = [p for m in core for p in sorted((root / m).rglob("*.[ch]pp")) if "_test" not in p.stem]
    texts = {p: without_comments_and_strings(p.read_text(encoding="utf-8")) for p in files}
    aliases = {m[1] for text in texts.values() for m in ALIAS.finditer(text)}
    own = {p: set(declared_names(text, aliases)) for p, text in texts.items()}
    shared = {n for p, names in own.items() if p.suffix == ".hpp" for n in names if n[-1] != "_"}
    errors = []
    for path, text in texts.items():
        names = own[path] | own.get(path.with_suffix(".hpp"), set()) | shared
        for line, name in sorted(set(walks(text, names))):
            errors.append(f"{path}:{line}: core walks through the unordered container `{name}`")
    print("\n".join(errors) or "unordered: ok")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
