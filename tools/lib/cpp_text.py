"""C++ source as text for checks that count and search: enough lexing to not be fooled by comments,
strings and preprocessor lines, no more."""

import re

TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?\*/)
  | (?P<raw>\b(?:u8|[uUL])?R"(?P<delimiter>[^\s()\\]{0,16})\(.*?\)(?P=delimiter)")
  | (?P<string>"(?:\\.|[^"\\\n])*")
  | (?P<char>(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+')
    """,
    re.VERBOSE | re.DOTALL,
)
DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\n\\]|\\[^\n]|\\\n)*", re.MULTILINE)


def blank(text):
    """The same lines, with nothing on them."""
    return "\n" * text.count("\n")


def without_comments_and_strings(text):
    """Comments vanish and strings become "", every line keeps its number."""

    def replaced(match):
        if match.lastgroup == "comment" or match["comment"] is not None:
            return " " + blank(match[0])
        return ('""' if match["char"] is None else "'0'") + blank(match[0])

    return TOKEN.sub(replaced, text)


def without_directives(text):
    """Drops preprocessor lines, a continued macro as a whole; lines keep their numbers."""
    return DIRECTIVE.sub(lambda match: blank(match[0]), text)
