"""What a suite consists of: one line per instance and question, from folders, instance files and suite files.

A suite file is a JSON list of instances, or an object (``mechsynth-suite/1``); ``docs/suites.md`` describes it.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mechsynth import files
from mechsynth.errors import InputError, MechsynthError
from mechsynth.suite.expected import Expected, expected_in
from mechsynth.suite.questions import LADDER, question, text

FORMAT = "mechsynth-suite/1"
INSTANCE, SECOND = "mechsynth-instance/1", "mechsynth-instance/2"
OURS = "mechsynth-"
KEYS = ("format", "name", "title", "notes", "questions", "instances")


@dataclass(frozen=True)
class Line:
    """One instance and one question.

    Attributes
    ----------
    instance:
        The name of the instance: its path below what all instances of the suite have in common.
    path:
        Where it is.
    question:
        The arguments of `mechsynth.solve`; empty where the file is no instance and nothing can be asked.
    sha256:
        Of the file's bytes; empty if it cannot be read.
    expected:
        What is known of the answer.
    error:
        Why nothing can be asked; empty otherwise.
    """

    instance: str
    path: Path
    question: Mapping[str, Any]
    sha256: str
    expected: tuple[Expected, ...] = ()
    error: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What a table finds the line by, and sorts by."""
        return self.instance, text(self.question) if self.question else ""


@dataclass
class _Entry:
    """What the sources say about one instance file."""

    questions: list[dict[str, object]]
    expected: list[Expected]


def lines(sources: Sequence[str], asks: Sequence[Mapping[str, Any]] = ()) -> list[Line]:
    """Return the lines of a suite, sorted by instance and question, none twice.

    Parameters
    ----------
    sources:
        Folders (every ``.json`` file in them and below that is no other file of this package), instance files, suite files.
    asks:
        What to ask of every instance; if empty: what its suite file asks, else what its expected answers name, else everything at once.

    Raises
    ------
    InputError
        For a source that is not there or holds no instance, and for a suite file that is none. A bad instance is a line with an error.
    """
    entries: dict[Path, _Entry] = {}
    bases: list[Path] = []
    for source in sources:
        bases.append(_gather(source, entries))
    base = _common([*bases, *(path.parent for path in entries)])
    found = [line for path, entry in entries.items() for line in _lines(path, entry, base, asks)]
    return sorted(found, key=lambda line: line.key)


def _gather(source: str, entries: dict[Path, _Entry]) -> Path:
    """Put what a source names into ``entries``; return the folder that its names start from."""
    path = Path(os.path.abspath(source)) if source else None
    if path is None or not path.exists():
        raise InputError(
            source or "the command line", "is not there", "name a folder, an instance file or a suite file"
        )
    if path.is_dir():
        found = _files(path)
        if not found:
            raise InputError(source, "holds no instance", "name a folder with instance files (.json)")
        for file in found:
            entries.setdefault(file, _Entry([], []))
        return path
    document = _document(path)
    if _is_suite(document):
        try:
            _suite(document, path.parent, entries)
        except MechsynthError as error:
            raise error.within(source) from None
    else:
        entries.setdefault(path, _Entry([], []))
    return path.parent


def _files(folder: Path) -> list[Path]:
    """Return the instance files in a folder and below, the bad ones too; results, suites and hidden files are none."""
    found = []
    for at, below, names in os.walk(folder):
        below[:] = sorted(name for name in below if not name.startswith("."))
        for name in sorted(names):
            path = Path(at, name)
            if name.endswith(".json") and not name.startswith(".") and not _other(_document(path)):
                found.append(path)
    return found


def _document(path: Path) -> object:
    from mechsynth.instance import read_json

    try:
        return read_json(files.read(path))
    except MechsynthError:
        return None


def _other(document: object) -> bool:
    """Whether a JSON document is a file of this package, but no instance."""
    if _is_suite(document):
        return True
    kind = document.get("format") if isinstance(document, dict) else None
    return isinstance(kind, str) and kind.startswith(OURS) and not kind.startswith("mechsynth-instance/")


def _is_suite(document: object) -> bool:
    """Whether a JSON document means to be a suite or an index: a list of files, or an object with ``instances``."""
    if isinstance(document, list):
        return all(isinstance(item, str) or (isinstance(item, dict) and "file" in item) for item in document)
    return isinstance(document, dict) and ("instances" in document or document.get("format") == FORMAT)


def _suite(document: Any, folder: Path, entries: dict[Path, _Entry]) -> None:
    """Read a suite: a list of instances, or an object with ``instances`` and ``questions`` for those that have none of their own."""
    listed, common = document, []
    if isinstance(document, dict):
        kind = document.get("format", FORMAT)
        if not isinstance(kind, str) or not kind.startswith(OURS):
            raise InputError("format", f"{kind!r} is not {FORMAT!r}", "say which format this is")
        if kind == FORMAT:
            for key in document:
                if key not in KEYS and not key.startswith("x-"):
                    raise InputError(
                        repr(key), "an unknown key", f'known are {", ".join(KEYS)}; begin others with "x-"'
                    )
        listed, common = document.get("instances"), _questions(document.get("questions", []), "questions")
    if not isinstance(listed, list) or not listed:
        raise InputError("instances", "are no list, or an empty one", "list at least one")
    for k, item in enumerate(listed):
        place = f"instances[{k}]"
        spec = {"file": item} if isinstance(item, str) else item
        if not isinstance(spec, dict) or not isinstance(spec.get("file"), str) or not spec["file"]:
            raise InputError(place, "names no file", 'write "FILE" or {"file": "FILE", "questions": […]}')
        own = _questions(spec.get("questions", []), f"{place}.questions")
        entry = entries.setdefault(Path(os.path.abspath(folder / spec["file"])), _Entry([], []))
        entry.questions += own or common
        if "expected" in spec:
            try:
                entry.expected += expected_in({"x-expected": spec["expected"]})
            except MechsynthError as error:
                raise error.within(place) from None


def _questions(value: object, place: str) -> list[dict[str, object]]:
    if not isinstance(value, list):
        raise InputError(place, "no list", "write a list of questions")
    return [question(each, f"{place}[{k}]") for k, each in enumerate(value)]


def _common(folders: Sequence[Path]) -> Path:
    try:
        return Path(os.path.commonpath(folders))
    except ValueError:  # pragma: no cover - two drives of one machine
        return Path(os.path.abspath(os.sep))


def _lines(path: Path, entry: _Entry, base: Path, asks: Sequence[Mapping[str, Any]]) -> list[Line]:
    from mechsynth.instance import read_json

    name = printable(os.path.relpath(path, base).replace(os.sep, "/"))
    sha256 = ""
    try:
        data = files.read(path)
        sha256 = hashlib.sha256(data).hexdigest()
        document = read_json(data)
        if not isinstance(document, dict) or document.get("format") not in (INSTANCE, SECOND):
            raise InputError("format", f"is not {INSTANCE!r}", "give instance files")
        known = [*entry.expected, *expected_in(document)]
    except MechsynthError as error:
        said = str(error).replace(str(path), name) if not sha256 else str(error.within(name))
        return [Line(name, path, {}, sha256, error=printable(said))]
    wanted = list(asks) or entry.questions or [each.question for each in known] or [LADDER]
    questions = {text(each): each for each in wanted}
    stated: dict[str, list[Expected]] = {}
    for each in known:
        stated.setdefault(text(each.question), []).append(each)
    return [Line(name, path, each, sha256, tuple(stated.get(key, ()))) for key, each in questions.items()]


def printable(words: str) -> str:
    """Return text that every file and database takes: what is no Unicode (a file name of other bytes, say) is shown as an escape."""
    return words.encode("utf-8", "backslashreplace").decode("utf-8")
