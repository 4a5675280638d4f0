#!/usr/bin/env python3
"""Fail if a relative link in a tracked Markdown file leads nowhere.

Usage: tools/check_docs.py [ROOT]

Checks that the file exists and is tracked, and that `#part` names a heading of it. Links to other
sites are not followed.
"""

import pathlib
import re
import sys
import urllib.parse

from lib.tracked import ROOT, tracked_files

FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1[`~]*\s*$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"(`+)(?:.(?!\1))*?.\1")
INLINE = re.compile(r"!?\[(?:[^\[\]]|\[[^\]]*\])*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
REFERENCE = re.compile(r"^\s*\[[^\]]+\]:\s*<?(\S+?)>?\s*$", re.MULTILINE)
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)
ANCHOR = re.compile(r"<a\s+(?:id|name)=\"([^\"]+)\"")
ELSEWHERE = re.compile(r"^[a-z][a-z0-9+.-]*:|^//")


def blanked(text, pattern):
    return pattern.sub(lambda match: "\n" * match[0].count("\n"), text)


def slug(heading):
    """The anchor that the usual Markdown hosts give a heading."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "").lower()
    kept = "".join(c for c in plain if c.isalnum() or c in " -_")
    return kept.replace(" ", "-")


def anchors_of(text):
    found, counts = set(ANCHOR.findall(text)), {}
    for heading in HEADING.findall(blanked(text, FENCE)):
        base = slug(heading)
        counts[base] = counts.get(base, -1) + 1
        found.add(base if counts[base] == 0 else f"{base}-{counts[base]}")
    return found


def links_of(text):
    """(line, target) of every link outside code."""
    prose = blanked(text, FENCE)
    prose = CODE.sub(lambda match: " " * len(match[0]), prose)
    for pattern in (INLINE, REFERENCE):
        for match in pattern.finditer(prose):
            yield prose.count("\n", 0, match.start(1)) + 1, match[1]


def check_link(root, tracked, path, target):
    if ELSEWHERE.match(target):
        return None
    name, _, part = urllib.parse.unquote(target).partition("#")
    found = (root / path.parent / name).resolve() if name else (root / path).resolve()
    if not found.is_relative_to(root):
        return f"`{target}` leads out of the repository"
    inside = found.relative_to(root)
    if not found.exists() or not (found.is_dir() or inside in tracked):
        return f"`{target}` does not exist"
    if part and inside.suffix == ".md":
        if part not in anchors_of(found.read_text(encoding="utf-8")):
            return f"`{target}`: {inside} has no such heading"
    return None


def main():
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    tracked = set(tracked_files(root))
    pages = sorted(path for path in tracked if path.suffix == ".md")
    errors = []
    for path in pages:
        for line, target in links_of((root / path).read_text(encoding="utf-8")):
            if why := check_link(root, tracked, path, target):
                errors.append(f"{path}:{line}: {why}")
    print("\n".join(errors) or f"docs: ok, {len(pages)} pages")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
