#!/usr/bin/env python3
"""Fail if a tracked file names one machine, or an identifier uses a word the glossary rejects.

Usage: tools/check_banned_words.py [ROOT]

GLOSSARY.md says which words we use and which we do not.
"""

import pathlib
import re
import sys

from lib.cpp_text import without_comments_and_strings
from lib.tracked import ROOT, tracked_files

# Written in pieces, so that this file passes its own check.
MACHINE_PATH = re.compile(
    r"(?<![\w.$}])/(?:wo"
    r"rk|fa"
    r"rm|ro"
    r"ot|ho"
    r"me/[a-z]\w*|Us"
    r"ers/\w+)/"
    r"|\.\./sha"
    r"red\b"
)
REGISTRY = re.compile(
    r"crates\."
    r"io|py"
    r"pi\.org|registry\.npm"
    r"js|proxy\.go"
    r"lang|repo1?\.mav"
    r"en"
    r"|deb\.deb"
    r"ian\.org"
)
PLACES = ((MACHINE_PATH, "a path of one machine"), (REGISTRY, "a registry host"))
LOCK_FILES = re.compile(r"(?:^|/)(?:[^/]*\.lock|package-lock\.json|go\.sum)$")

# word: (what to say instead, folders where it may stand)
WORDS = {
    r"txn\w*|\w+_txns?": ("tx", None),
    r"\w*block_?num(?:ber)?\w*": ("height", None),
    r"\w*app_?hash\w*": ("state_root", ("src/ordering", "src/node")),
    r"\w*wallet\w*": ("account", None),
    r"(?:\w+_)?fuel(?:_\w+)?": ("gas", ("src/vm",)),
}
IDENTIFIERS = {
    re.compile(rf"\b(?:{words})\b", re.IGNORECASE): rest for words, rest in WORDS.items()
}


def check_places(path, text):
    if LOCK_FILES.search(path.as_posix()):
        return
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, what in PLACES:
            if match := pattern.search(line):
                yield f"{path}:{number}: {what}: {match[0]}"


def check_identifiers(path, text):
    code = without_comments_and_strings(text)
    for pattern, (instead, allowed) in IDENTIFIERS.items():
        if allowed and path.as_posix().startswith(allowed):
            continue
        for match in pattern.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            yield f"{path}:{line}: `{match[0]}`: we say {instead}"


def main():
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    errors = []
    for path in tracked_files(root):
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # bytes, not words
        errors += check_places(path, text)
        if path.suffix in (".hpp", ".cpp"):
            errors += check_identifiers(path, text)
    print("\n".join(errors) or "words: ok")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
