"""Program files: which format, and where what is wrong stands."""

from __future__ import annotations

import os

from mechsynth import files
from mechsynth.errors import InputError
from mechsynth.lp import cplex, mps
from mechsynth.lp.program import Program

FORMS = {".mps": mps.parse, ".lp": cplex.parse}


def read(path: str | os.PathLike[str]) -> tuple[Program, bytes]:
    """Return the program in a file, and the bytes of the file.

    Raises
    ------
    InputError
        Naming the file, the line, what is wrong there and what to do about it.
    """
    name = os.fspath(path)
    parse = FORMS.get(os.path.splitext(name)[1].lower())
    if parse is None:
        raise InputError(name, "is no name of a program", "end it with .mps or .lp, which says its format")
    data = files.read(path, "a program, FILE.mps or FILE.lp")
    try:
        return parse(decoded(data)), data
    except InputError as error:
        raise error.within(name) from None


def decoded(data: bytes) -> str:
    """Return the text of a file."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(f"line {line}", "is no text in UTF-8", "save the file as text") from None
    if "\0" in text:
        raise InputError(
            f"line {text[: text.index(chr(0))].count(chr(10)) + 1}", "a NUL character", "save the file as text"
        )
    return text
