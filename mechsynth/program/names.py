"""Names of rows and columns as files for other programs allow them, kept apart: two names never become one.

A name in an MPS or LP file must be free of blanks, of operators and of brackets, must not look like a number (``e5``, ``inf``) or a keyword (``free``), and
readers hold some 255 characters of it. The way there and back is one to one: letters, digits and ``. , ( )`` stay, a blank becomes ``_``, ``-`` becomes ``~``,
and everything else stands in braces, as a word (``{to}`` for ``->``) or as its number in hexadecimal digits (``{5f}`` for ``_``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

LONGEST = 200
"""Characters of a name in a file; what is longer is cut, and ends in a number of its own."""

# No word consists of hexadecimal digits alone, so that none is the number of a character.
WORDS = {
    "->": "{to}",
    "<=": "{le}",
    ">=": "{ge}",
    "=": "{eq}",
    "[": "{in}",
    "]": "{out}",
    "|": "{or}",
    ":": "{of}",
    " ": "_",
    "-": "~",
}
_PART = re.compile(r"->|<=|>=|.", re.DOTALL)
_PLAIN = re.compile(r"[A-Za-z0-9.,()]")
_MARK = "n{}"
_KEYWORDS = frozenset(
    [
        "min",
        "max",
        "minimize",
        "maximize",
        "minimise",
        "maximise",
        "minimum",
        "maximum",
        "subject",
        "such",
        "st",
        "s.t.",
        "st.",
        "to",
        "that",
        "bound",
        "bounds",
        "bin",
        "binary",
        "binaries",
        "gen",
        "general",
        "generals",
        "int",
        "integer",
        "integers",
        "semi",
        "sos",
        "sos1",
        "sos2",
        "sec",
        "free",
        "end",
        "lazy",
        "user",
        "pwlobj",
        "genconstr",
        "scenario",
        "constraints",
        "name",
        "objsense",
        "objsen",
        "rows",
        "columns",
        "rhs",
        "ranges",
        "endata",
        "objname",
        "negative",
    ]
)
_NUMBER = re.compile(r"e([0-9+~.].*)?$|inf|nan", re.IGNORECASE)


def file_name(name: str) -> str:
    """Return a name as a file allows it, of any length; different names give different ones."""
    told = "".join(_character(part) for part in _PART.findall(name))
    odd = not told[:1].isalpha() or told.lower() in _KEYWORDS or _NUMBER.match(told)
    return _MARK + told if odd else told


def _character(part: str) -> str:
    word = WORDS.get(part)
    if word is not None:
        return word
    return part if _PLAIN.fullmatch(part) else f"{{{ord(part):x}}}"


def file_names(names: Sequence[str]) -> list[str]:
    """Return names for a file, all different, none longer than `LONGEST`."""
    taken: set[str] = set()
    found = []
    for k, name in enumerate(names):
        told = file_name(name)
        if len(told) > LONGEST or told in taken:
            told = f"{told[: LONGEST - 20]}{{n{k}}}"
        taken.add(told)
        found.append(told)
    return found
