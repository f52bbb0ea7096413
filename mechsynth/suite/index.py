"""The index of a folder of instances: what each of them is and what is expected of it, as a file that a program can read.

    {"format": "mechsynth-index/1",
     "instances": [
       {"name": …, "file": "relative/path.json", "title": …, "source": …, "sha256": "… of the file's bytes",
        "sizes": {"agents": 2, "horizon": 2, "signals": [[2, 1], [1, 2]], "actions": [2, 2], "profiles": 2},
        "tags": […], "by-hand": […], "expected": [{"question": {"ask": …}, "status": …, "value": …, "why": …}]}]}

``signals`` and ``actions`` are counted per period (one entry where the data is stationary), ``profiles`` is the largest product of the former. ``expected`` is what the instance file says under
`x-expected`, in the form of `mechsynth.suite.expected`; the file is the place to change it. Of the tags, those under ``by-hand`` are kept when the index is made anew; the others come from the
file's own ``tags`` and from its data: `finite` or `infinite`, `private-values` or `interdependent`, `no-influence` where nobody's signal moves what the others will report next,
`uncontrolled` where no action moves any signal.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any

from mechsynth import files
from mechsynth.environment import Environment
from mechsynth.errors import InputError, MechsynthError
from mechsynth.instance import FORMAT as FIRST
from mechsynth.instance import SECOND, loads, read_json
from mechsynth.suite.expected import entry_of, expected_in

FORMAT = "mechsynth-index/1"
NAME = "index.json"
INSTANCES = (FIRST, SECOND)

Entry = dict[str, Any]


def entry(path: Path, folder: Path, by_hand: Sequence[str] = ()) -> Entry:
    """Return the index entry of an instance file.

    Raises
    ------
    InputError
        For a file that is no instance, naming it.
    """
    data = _bytes(path)
    try:
        environment = loads(data)
        known = [entry_of(each) for each in expected_in(environment.extra)]
    except MechsynthError as error:
        raise error.within(str(path)) from None
    own = environment.extra.get("tags", [])
    if not isinstance(own, list) or not all(type(tag) is str for tag in own):
        raise InputError(f"{path}: tags", "no list of words", "write a list of strings")
    source = environment.extra.get("source", "")
    return {
        "name": environment.name or path.stem,
        "file": Path(os.path.relpath(path, folder)).as_posix(),
        "title": environment.title,
        "source": source if isinstance(source, str) else "",
        "sha256": hashlib.sha256(data).hexdigest(),
        "sizes": _sizes(environment),
        "tags": list(dict.fromkeys([*by_hand, *own, *features(environment)])),
        "by-hand": list(by_hand),
        "expected": known,
    }


def _sizes(environment: Environment) -> dict[str, object]:
    periods = [environment.period(1)] if environment.stationary else list(environment.periods)
    return {
        "agents": len(environment.agents),
        "horizon": "infinite" if environment.horizon is None else environment.horizon,
        "signals": [[len(own) for own in period.signals] for period in periods],
        "actions": [len(period.actions) for period in periods],
        "profiles": max(prod(len(own) for own in period.signals) for period in periods),
    }


def features(environment: Environment) -> list[str]:
    """Return the tags that an instance's data give it."""
    found = ["infinite" if environment.horizon is None else "finite"]
    periods = environment.periods
    private = all(
        _constant(period.utilities.num[i], 1 + j)
        for period in periods
        for i in environment.players
        for j in environment.players
        if i != j
    )
    found.append("private-values" if private else "interdependent")
    moving = [t for t, period in enumerate(periods, 1) if period.transition is not None]
    if moving:
        always = all(environment.period(t).available is None for t in moving)
        if always and all(_constant(environment.period(t).kernel().num, 0) for t in moving):
            found.append("uncontrolled")
        from mechsynth.beliefs import beliefs

        if all(_constant(beliefs(environment, t, i).rows.num, 2) for t in moving for i in environment.players):
            found.append("no-influence")
    return found


def _constant(array: Any, axis: int) -> bool:
    """Whether the entries do not change along an axis."""
    return bool((array == array.take([0], axis=axis)).all())


def build(folder: Path) -> dict[str, Any]:
    """Return the index of all instance files in a folder and below it, by their paths; tags by hand are taken from the index that is there."""
    kept = {each["file"]: each for each in _read(folder / NAME)} if (folder / NAME).is_file() else {}
    entries = []
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        entries.append(entry(path, folder, _words(kept.get(name, {}).get("by-hand"), folder / NAME)))
    return {"format": FORMAT, "instances": entries}


def to_bytes(index: Mapping[str, Any]) -> bytes:
    """Return the bytes of an index file."""
    return (json.dumps(index, ensure_ascii=False, indent=1) + "\n").encode()


def entries(source: str | os.PathLike[str]) -> list[Entry]:
    """Return the entries of a folder, an index or an instance file.

    What an index says is believed of files whose digest it has; the others are read.

    Raises
    ------
    InputError
        For files that are none of these, and instance files that cannot be read, naming them.
    """
    path = Path(source)
    if path.is_dir():
        listed = _read(path / NAME) if (path / NAME).is_file() else []
        return [_fresh(file, path, listed) for file in _files(path)]
    document = _document(path)
    if isinstance(document, dict) and document.get("format") == FORMAT:
        listed = _read(path)
        return [_fresh(path.parent / each["file"], path.parent, listed) for each in listed]
    return [entry(path, path.parent)]


def _fresh(path: Path, folder: Path, listed: Sequence[Entry]) -> Entry:
    name = Path(os.path.relpath(path, folder)).as_posix()
    known = next((each for each in listed if each["file"] == name), None)
    if known is not None and known.get("sha256") == hashlib.sha256(_bytes(path)).hexdigest() and _whole(known):
        return known
    return entry(path, folder, _words(None if known is None else known.get("by-hand"), folder / NAME))


def _whole(known: Entry) -> bool:
    """Whether an entry has everything that a filter looks at."""
    sizes = known.get("sizes")
    return (
        all(isinstance(known.get(key), str) for key in ("name", "title", "source"))
        and all(isinstance(known.get(key), list) for key in ("tags", "expected"))
        and isinstance(sizes, dict)
        and {"agents", "horizon", "signals", "actions", "profiles"} <= sizes.keys()
    )


def _files(folder: Path) -> Iterator[Path]:
    """Yield the instance files in a folder and below it; other files of JSON are passed over."""
    for path in sorted(folder.rglob("*.json")):
        if path.name.startswith(".") or not path.is_file():
            continue
        document = _document(path)
        if isinstance(document, dict) and document.get("format") in INSTANCES:
            yield path


def _read(path: Path) -> list[Entry]:
    """Return the entries of an index file."""
    document = _document(path)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputError(str(path), f"not an index ({FORMAT})", "make it anew: mechsynth suite index FOLDER")
    listed = document.get("instances")
    if not isinstance(listed, list):
        raise InputError(f"{path}: instances", "no list", "make it anew: mechsynth suite index FOLDER")
    for k, each in enumerate(listed):
        if not isinstance(each, dict) or type(each.get("file")) is not str or not each["file"]:
            raise InputError(f"{path}: instances[{k}]", "names no file", "make it anew: mechsynth suite index FOLDER")
    return listed


def _words(value: object, place: Path) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(type(word) is str for word in value):
        raise InputError(f"{place}: by-hand", "no list of words", "write a list of strings")
    return value


def _document(path: Path) -> object:
    data = _bytes(path)
    try:
        return read_json(data)
    except MechsynthError as error:
        raise error.within(str(path)) from None


def _bytes(path: Path) -> bytes:
    return files.read(path, "an existing file or folder")
