"""Commands about instances with signals on [0, 1]: `solve`, `check` and `explain` come here where a file is of that format."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from mechsynth.commands.terminal import PROVED, UNKNOWN, columns, nearby, read, say, say_json
from mechsynth.errors import InputError, MechsynthError, UsageError

if TYPE_CHECKING:
    from mechsynth.check import Verdict

TAKEN = ("command", "run", "instance", "ask", "scope", "time_limit", "output", "json", "workers")


def about(path: str) -> bool:
    """Return whether a file says that it is an instance of that format; what cannot be read, or only once, does not."""
    from pathlib import Path

    from mechsynth.continuous.reading import FORMAT
    from mechsynth.instance import read_json

    try:
        if not Path(path).is_file():
            return False
        data = read(path)
        document = read_json(data) if FORMAT.encode() in data else None
    except (MechsynthError, OSError, ValueError):
        return False
    return isinstance(document, dict) and document.get("format") == FORMAT


def solve(options: argparse.Namespace) -> int:
    """Answer `contingent` or `vcg-type`."""
    import json

    from mechsynth import files
    from mechsynth.continuous import reading, solve, words
    from mechsynth.instance import write_whole
    from mechsynth.run import Run
    from mechsynth.words.layout import within

    if options.ask not in solve.ASKS:
        raise UsageError("ask", f"{options.ask} is not asked of signals on [0, 1]", f"ask {' or '.join(solve.ASKS)}")
    for name, value in vars(options).items():
        if name not in TAKEN and value not in (None, False, [], ()):
            raise UsageError(name, "means nothing to signals on [0, 1]", "leave it out")
    if options.scope not in (None, "all"):
        raise UsageError(
            "scope", f"{options.scope} is not asked of signals on [0, 1]", "leave it out: every action and lie"
        )
    if options.output is not None:
        files.guard(options.output, "result", (options.instance,))
    try:
        environment = reading.read(options.instance)
    except MechsynthError as error:
        raise error.within(options.instance) from None
    document = solve.document(solve.answer(options.ask, environment, Run(time_limit=options.time_limit)), environment)
    if options.output is not None:
        write_whole(options.output, f"{json.dumps(document, ensure_ascii=False, indent=1)}\n".encode())
    if options.json:
        say_json(document)
    else:
        with within(columns()):
            say(words.explain(document))
    return UNKNOWN if document["status"] == "unknown" else PROVED


def check(options: argparse.Namespace, result: bytes) -> Verdict:
    """Return what the checker says of a result."""
    from mechsynth.check.smooth import check_smooth

    path = options.instance or nearby(options.result, result)
    data = read(path)
    try:
        return check_smooth(result, data)
    except MechsynthError as error:
        raise error.within(path if error.place.startswith("instance") else options.result) from None


def explain(options: argparse.Namespace, result: bytes) -> int:
    """Say what a result says; nothing is checked."""
    from mechsynth.continuous import words
    from mechsynth.instance import read_json
    from mechsynth.words.layout import within

    document: Any = read_json(result)
    if not isinstance(document, dict):
        raise InputError(options.result, "is no result", "solve again")
    with within(columns()):
        text = "Read off the file alone; nothing was checked: that is mechsynth check.\n\n" + words.explain(document)
    if options.json:
        say_json(text)
    else:
        say(text)
    return PROVED
