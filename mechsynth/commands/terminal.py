"""What commands share: exit codes, what they print, and the files that they are given."""

from __future__ import annotations

import os
import sys
from typing import Any, TextIO

from mechsynth.errors import InputError, MechsynthError, printable

PROVED, REFUSED, BAD, UNKNOWN, FAULT = 0, 1, 2, 3, 70
"""Exit codes: answered with a proof, or the check holds; the check fails; bad input or usage; unknown; a fault of this program."""


def for_terminal(text: str) -> str:
    """Return text in characters that the terminal can show: others become their escapes."""
    shown = printable(text, lines=True)
    encoding = sys.stdout.encoding or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def columns() -> int | None:
    """Return how wide the terminal is; ``None`` where standard output is none, so that files do not depend on it."""
    if not sys.stdout.isatty():
        return None
    import shutil

    return shutil.get_terminal_size().columns


def say(text: str) -> None:
    """Print text, made harmless for a terminal."""
    _written(f"{for_terminal(text)}\n")


def say_json(value: Any) -> None:
    """Print a value as one line of JSON."""
    import json

    _written(f"{json.dumps(value, ensure_ascii=True)}\n")


def _written(text: str) -> None:
    try:
        sys.stdout.write(text)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _full(error) from None


def flush() -> None:
    """Send what was printed on its way."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _full(error) from None


def _full(error: OSError) -> InputError:
    let_go()
    return InputError("standard output", f"cannot be written ({error.strerror})", "make room, or send it elsewhere")


def nowhere() -> TextIO:
    """Return what stands for a standard stream that is closed; open for as long as the process is there."""
    return open(os.devnull, "w", encoding="utf-8")


def let_go() -> None:
    """Give standard output up: what is left in its buffer is nobody's, and must not be tried again when the process ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def read(path: str) -> bytes:
    """Return the bytes of a file that was named."""
    from mechsynth import files

    return files.read(path)


def nearby(path: str, result: bytes) -> str:
    """Return an instance file near a result whose digest is the result's."""
    found = found_nearby(path, result)
    if found is None:
        from mechsynth.result import read_result

        read_result(path)  # an instance, say, has no instance
        raise InputError(path, "its instance is not nearby", "name it: mechsynth check RESULT INSTANCE")
    return found


def found_nearby(path: str, result: bytes) -> str | None:
    """Return the same, or nothing where there is none."""
    import hashlib
    from pathlib import Path

    from mechsynth.instance import read_json

    try:
        document = read_json(result)
    except MechsynthError as error:
        raise error.within(path) from None
    about = document.get("instance") if isinstance(document, dict) else None
    digest = about.get("sha256") if isinstance(about, dict) else None
    seen: set[Path] = set()
    for folder in (Path(path).resolve().parent, Path.cwd(), Path.cwd() / "instances"):
        if folder in seen or not folder.is_dir():
            continue
        seen.add(folder)
        for candidate in sorted(folder.glob("*.json")):
            if candidate.is_file() and hashlib.sha256(candidate.read_bytes()).hexdigest() == digest:
                return str(candidate)
    return None


def program_nearby(path: str, result: bytes) -> str:
    """Return a program file near a result about one whose digest is the result's."""
    import hashlib
    from pathlib import Path

    from mechsynth.instance import read_json

    about = read_json(result).get("program")
    digest = about.get("sha256") if isinstance(about, dict) else None
    for folder in (Path(path).resolve().parent, Path.cwd()):
        for candidate in sorted((*folder.glob("*.mps"), *folder.glob("*.lp"))):
            if candidate.is_file() and hashlib.sha256(candidate.read_bytes()).hexdigest() == digest:
                return str(candidate)
    raise InputError(path, "its program is not nearby", "name it: mechsynth check RESULT FILE.mps")
