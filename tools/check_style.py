#!/usr/bin/env python3
"""Fail if a tracked file passes the stops that keep the code readable.

Usage: tools/check_style.py [ROOT]

The numbers are the *stop*, not the aim (CONTRIBUTING.md has both). Exceptions stand in
tools/style_exceptions.txt, one a line with a reason; one that is no longer needed fails.
"""

import ast
import pathlib
import re
import sys

from lib.cpp_functions import Function, functions_of
from lib.cpp_text import without_comments_and_strings
from lib.tracked import ROOT, tracked_files

COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70
PARAMETERS_MAX = 5
HEADER_LINES_MAX = 250
SOURCE_LINES_MAX = 500
TEST_LINES_MAX = 600
OPENING_LINES = range(1, 31)  # aim 2 to 8; more only for the grammar of a byte format

CPP = {".hpp", ".cpp"}
SCRIPTS = {".py", ".sh", ".js", ".mjs", ".ts", ".go", ".css"}
TEXT = CPP | SCRIPTS | {".md", ".toml", ".txt", ".cmake", ".json", ".yaml", ".yml", ".html", ".csv"}
# Input as it was received, and files whose bytes are fixed by a format.
VERBATIM = ("data/", "tests/vectors/", "tests/fuzz/corpus/")
BANNED_NAME = re.compile(
    r"^(?:utils?|common|helpers?|misc|stuff|.*_(?:v\d+|old|new2?|final|copy))$"
)
LEFT_OPEN = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX|HA" r"CK)\b")
EMPTY_TEST = re.compile(
    r"EXPECT_TRUE\(true\)|\bGTEST_" r"SKIP\b|\bDIS" r"ABLED_|\btest\.only\(|\b(?:it|test)\.skip\("
)


class Findings:
    """What was found, less what the exceptions file forgives."""

    def __init__(self, root):
        self.errors = []
        self.unused = {}
        self.file = root / "tools" / "style_exceptions.txt"
        lines = self.file.read_text(encoding="utf-8").splitlines() if self.file.exists() else []
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            key, _, reason = line.partition(" -- ")
            if len(key.split()) != 3 or not reason.strip():
                self.errors.append(f"{self.file}:{number}: wanted `PATH RULE NAME -- reason`")
            self.unused[tuple(key.split())] = number

    def add(self, path, line, rule, name, what):
        key = (path.as_posix(), rule, name)
        if key in self.unused:
            self.unused[key] = 0
        else:
            self.errors.append(f"{path}:{line}: {rule}: {what}")

    def all(self):
        stale = [n for n in self.unused.values() if n]
        return self.errors + [f"{self.file}:{n}: exception no longer needed" for n in stale]


def lines_max(path):
    if path.stem.endswith("_test") or path.stem.startswith("test_"):
        return TEST_LINES_MAX
    return HEADER_LINES_MAX if path.suffix == ".hpp" else SOURCE_LINES_MAX


def check_names(found, path):
    for part in (*path.parts[:-1], path.name.split(".")[0]):
        if BANNED_NAME.match(part.lower()):
            found.add(path, 1, "name", "-", f"`{part}` says nothing about what is in it")


def check_text(found, path, text):
    if not text.endswith("\n") or text.endswith("\n\n"):
        found.add(path, 1, "end_of_file", "-", "ends with exactly one line feed")
    if "\r" in text:
        found.add(path, 1, "line_end", "-", "has a carriage return")
    limited = path.suffix in CPP | {".py"}
    for number, line in enumerate(text.split("\n"), 1):
        if line != line.rstrip():
            found.add(path, number, "trailing_blank", "-", "blank at the end of the line")
        if "\t" in line and path.suffix != ".go":
            found.add(path, number, "tab", "-", "has a tab")
        if LEFT_OPEN.search(line):
            found.add(path, number, "left_open", "-", "a mark of unfinished work")
        if limited and len(line) > COLUMNS_MAX:
            found.add(path, number, "columns", "-", f"{len(line)} columns, at most {COLUMNS_MAX}")


def check_length(found, path, text):
    count, stop = text.count("\n"), lines_max(path)
    if count > stop:
        found.add(path, stop, "file_lines", "-", f"{count} lines, at most {stop}")


def check_function(found, path, function):
    if function.lines > FUNCTION_LINES_MAX:
        found.add(
            path,
            function.line,
            "function_lines",
            function.name,
            f"{function.name} has {function.lines} lines, at most {FUNCTION_LINES_MAX}",
        )
    if function.parameters > PARAMETERS_MAX:
        found.add(
            path,
            function.line,
            "parameters",
            function.name,
            f"{function.name} takes {function.parameters}, at most {PARAMETERS_MAX}",
        )


def check_cpp(found, path, text):
    for function in functions_of(text):
        check_function(found, path, function)
    if EMPTY_TEST.search(without_comments_and_strings(text)):
        found.add(path, 1, "empty_test", "-", "a test that is skipped or cannot fail")
    if path.suffix != ".hpp":
        return
    lines = text.splitlines()
    opening = next((i for i, line in enumerate(lines) if not line.startswith("//")), len(lines))
    if opening not in OPENING_LINES:
        found.add(path, 1, "opening", "-", "opens with 2 to 8 lines: what it is for, what not")
    if "#pragma once" not in lines:
        found.add(path, 1, "pragma_once", "-", "has no #pragma once")


def check_python(found, path, text):
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        found.add(path, error.lineno or 1, "syntax", "-", str(error.msg))
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            # Arguments of Python calls carry their names, so their number is left to review.
            check_function(found, path, Function(node.name, node.lineno, lines, parameters=0))


def is_script(path, data):
    return path.suffix in SCRIPTS or (not path.suffix and data.startswith(b"#!"))


def check_file(found, root, path):
    check_names(found, path)
    data = (root / path).read_bytes()
    script = is_script(path, data)
    verbatim = path.as_posix().startswith(VERBATIM) or "package-lock" in path.name
    if verbatim or not (script or path.suffix in TEXT or path.name == "CMakeLists.txt"):
        return
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        found.add(path, 1, "encoding", "-", "is not UTF-8")
        return
    check_text(found, path, text)
    if path.suffix in CPP or script:
        check_length(found, path, text)
    if path.suffix in CPP:
        check_cpp(found, path, text)
    elif path.suffix == ".py" or (script and b"python" in data[:40]):
        check_python(found, path, text)


def main():
    root = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT
    found = Findings(root)
    for path in tracked_files(root):
        check_file(found, root, path)
    errors = found.all()
    print("\n".join(errors) or "style: ok")
    return bool(errors)


if __name__ == "__main__":
    sys.exit(main())
