"""Files in and out: what is read is a file that ends, and what is written destroys nothing.

One function reads for every command, and one guard looks at every place that is written, before anything is computed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Sequence

from mechsynth.errors import InputError, TooLargeError

MOST = 2**30
"""Bytes of a file that are read at most; a file of more is no file of ours."""
KINDS = {
    "result": (".json",),
    "instance": (".json",),
    "page": (".html", ".htm"),
    "program": (".mps", ".lp"),
    "picture": (".svg", ".png"),
    "table": (".db", ".sqlite", ".sqlite3"),
}
"""How the names of what is written end."""


def read(path: str | os.PathLike[str], what: str = "an existing file") -> bytes:
    """Return the bytes of a file.

    Parameters
    ----------
    path:
        The file; a device or a pipe is none, since nobody knows whether it ends.
    what:
        What to give instead, for the error.

    Raises
    ------
    InputError, TooLargeError
        Naming the file and the remedy.
    """
    name = os.fspath(path)
    if not name:
        raise InputError("the command line", "an empty file name", "name a file")
    try:
        # Opening a pipe that nobody writes to would wait.
        file = os.open(name, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with open(file, "rb") as stream:
            about = os.fstat(file)
            if stat.S_ISDIR(about.st_mode):
                raise InputError(name, "cannot be read (Is a directory)", f"give {what}")
            if not stat.S_ISREG(about.st_mode):
                raise InputError(name, "is a device or a pipe", "save what it holds as a file")
            data = stream.read(MOST + 1) if about.st_size <= MOST else b""
    except OSError as error:
        raise InputError(name, f"cannot be read ({error.strerror})", f"give {what}") from None
    except ValueError:
        raise InputError(ascii(name), "is no name of a file", f"give {what}") from None
    if about.st_size > MOST or len(data) > MOST:
        raise TooLargeError(name, f"is a file of more than {MOST} bytes", "give a smaller one")
    return data


def guard(
    path: str | os.PathLike[str], kind: str, inputs: Iterable[str | os.PathLike[str] | None] = (), flag: str = "-o"
) -> None:
    """Refuse a place to write to before anything is computed.

    Parameters
    ----------
    path:
        The place.
    kind:
        What is written, a key of `KINDS`: the ending of the name says so too. Devices (/dev/stdout) need no ending.
    inputs:
        The files that the same command reads, which it must not destroy; ``None`` for one that is not given.
    flag:
        The option that names the place.

    Raises
    ------
    InputError
        Naming the place and the remedy.
    """
    name = os.fspath(path)
    if not name or "\0" in name:
        raise InputError(flag, "an empty file name" if not name else "no name of a file", "name a file")
    folder = os.path.dirname(os.path.abspath(name))
    if not os.path.isdir(folder):
        raise InputError(name, "its folder does not exist", "make it, or choose another place")
    if os.path.isdir(name):
        raise InputError(name, "is a folder", "name a file")
    for given in inputs:
        if given is not None and _same(name, os.fspath(given)):
            raise InputError(name, "is read by the same command, which would destroy it", "choose another place")
    if os.path.exists(name) and not os.path.isfile(name):
        return
    if not os.access(folder, os.W_OK):
        raise InputError(name, "its folder cannot be written", "choose another place")
    ending = os.path.splitext(name)[1].lower()
    if ending not in KINDS[kind]:
        raise InputError(name, f"is no name of a {kind}", f"end it with {' or '.join(KINDS[kind])}")


def _same(one: str, other: str) -> bool:
    try:
        return os.path.samefile(one, other)
    except (OSError, ValueError):  # one of them is not there
        return os.path.realpath(one) == os.path.realpath(other)


def beside(path: str | os.PathLike[str], columns: Sequence[str]) -> None:
    """Refuse to write a CSV file over one that is not ours, told by its first line.

    Parameters
    ----------
    path:
        The place of the file, which may not be there.
    columns:
        The names that the last columns of a file of ours have.

    Raises
    ------
    InputError
        Naming the file.
    """
    name = os.fspath(path)
    if not os.path.lexists(name):
        return
    first = ""
    if os.path.isfile(name):
        with open(name, "rb") as stream:
            first = stream.readline(10_000).decode("utf-8", "replace").rstrip("\r\n")
    if first.split(",")[-len(columns) :] != list(columns):
        raise InputError(
            name, "is there already and is no file of a run", "choose another table, or move that file away"
        )
