"""Finds the functions of a C++ file without a compiler: where each begins and ends, and how many
parameters it takes. Made for our own style (clang-format, no macros that open braces)."""

import re
from dataclasses import dataclass

from lib.cpp_text import without_comments_and_strings, without_directives

SCOPE = re.compile(r"\b(namespace|class|struct|union|enum|extern)\b")
NOT_A_FUNCTION = re.compile(
    r"^\s*(?:using|typedef|static_assert|friend\s+class|extern\s+template)\b"
)
TAIL = re.compile(
    r"\s*(?:(?:const|noexcept|override|final|mutable|try|&&|&)\s*|\[\[[^\]]*\]\]\s*|->(?:[^:]|::)*"
    r"|requires\b.*|[A-Z][A-Z_]+\s*)*(?P<initialisers>:(?!:).*)?$",
    re.DOTALL,
)
OPERATOR = re.compile(r"\boperator\s*(?:\(\)|\[\]|\"\"\s*\w*|[^\s\w(]+)")
MACRO_TEST = re.compile(r"^(?:(?:TYPED_)?TEST(?:_[FP])?|RC_GTEST_PROP|BENCHMARK\w*)$")


@dataclass(frozen=True)
class Function:
    name: str
    line: int
    lines: int  # 0 for a declaration
    parameters: int


def _flatten(head):
    """A declaration's head as text outside brackets, and the contents of its bracket groups."""
    outside, groups, depth, angle, current = [], [], 0, 0, []
    previous = ""
    for char in head:
        if depth == 0 and char == "<" and (previous.isalnum() or previous in "_"):
            angle += 1
        elif depth == 0 and char == ">" and angle and previous != "-":
            angle -= 1
        elif angle == 0 and char in "([":
            depth += 1
            if depth == 1:
                current = []
                outside.append(char)
        elif angle == 0 and char in ")]" and depth:
            depth -= 1
            if depth == 0:
                groups.append("".join(current))
                outside.append(char)
                previous = char
                continue
        if depth == 0 and angle == 0 and (char != ">" or previous == "-"):
            outside.append(char)
        elif depth:
            current.append(char)
        if not char.isspace():
            previous = char
    return "".join(outside), groups


def _count_parameters(group):
    text = group[1:] if group.startswith("(") else group
    if not text.strip() or text.strip() == "void":
        return 0
    depth, count, previous = 0, 1, ""
    for char in text:
        if char in "([{" or (char == "<" and (previous.isalnum() or previous == "_")):
            depth += 1
        elif char in ")]}" or (char == ">" and depth and previous != "-"):
            depth -= 1
        elif char == "," and depth == 0:
            count += 1
        if not char.isspace():
            previous = char
    return count


def _signature(head):
    """(name, parameter count, rest after the parameters), or None if `head` is no function's."""
    head = re.sub(r"\b(?:public|private|protected)\s*:(?!:)", " ", head)
    head = OPERATOR.sub("operator_ ", head)
    head = re.sub(r"\[\[[^\]]*\]\]|\balignas\([^)]*\)", " ", head)
    if NOT_A_FUNCTION.match(head):
        return None
    outside, groups = _flatten(head)
    match = re.search(r"(~?[\w:]+)\s*\(\s*\)", outside)
    if not match or "=" in outside[: match.start()]:
        return None
    before = outside[: match.start()]
    index = before.count("(") + before.count("[")
    return match[1], _count_parameters(groups[index]), outside[match.end() :]


def _line_of(text, start):
    while start < len(text) and text[start].isspace():
        start += 1
    return text.count("\n", 0, start) + 1


def _opens(head):
    """What the `{` after `head` opens: 'scope', 'function' or 'value'."""
    outside = _flatten(re.sub(r"\btemplate\s*<", "template <", head))[0]
    signature = _signature(head)
    if signature:
        tail = TAIL.match(signature[2])
        if tail:
            initialisers = tail["initialisers"]
            # In `: a_{1}, b_(2) {` the brace of a member follows its name, the body a bracket.
            if initialisers and re.search(r"[\w>]\s*$", head) and not head.rstrip().endswith("try"):
                return "value"
            return "function"
    if SCOPE.search(outside) and "=" not in outside:
        return "scope"
    return "value"


def functions_of(source):
    """Every function defined or declared outside other functions, in order."""
    text = without_directives(without_comments_and_strings(source))
    found, stack, head_start, position = [], [], 0, 0
    for position, char in enumerate(text):
        inside = any(kind != "scope" for kind, *_ in stack)
        if char == "{":
            head = text[head_start:position]
            kind = "value" if inside else _opens(head)
            stack.append((kind, head_start, head))
            if kind == "scope":
                head_start = position + 1
        elif char == "}" and stack:
            kind, start, head = stack.pop()
            if kind == "function":
                name, count, _ = _signature(head)
                first, last = _line_of(text, start), text.count("\n", 0, position) + 1
                if MACRO_TEST.match(name):
                    count = 0
                found.append(Function(name, first, last - first + 1, count))
            if kind != "value":
                head_start = position + 1
        elif char == ";" and not inside:
            head = text[head_start:position]
            signature = _signature(re.sub(r"\{.*\}", "", head, flags=re.DOTALL))
            if signature and SCOPE.search(_flatten(head)[0].split("(")[0]) is None:
                found.append(Function(signature[0], _line_of(text, head_start), 0, signature[1]))
            head_start = position + 1
    return found
