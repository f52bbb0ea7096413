"""The commands `suite list` and `suite index`: their options, and what they say."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from mechsynth.errors import UsageError

Say = Callable[[str], None]
LIBRARY = "instances"
WIDE = 120
"""Columns from which the tags of every instance are shown."""


def add(commands: Any, say: Say) -> None:
    """Add the commands to the parser of the group ``suite``; ``say`` puts text on standard output."""
    show = commands.add_parser("list", help="the instances of a folder or an index, filtered", allow_abbrev=False)
    show.add_argument(
        "source", metavar="DIR|INDEX|FILE", nargs="*", help=f"folders, indices, instance files (default: {LIBRARY})"
    )
    show.add_argument("--tag", metavar="T", action="append", default=[], help="has this tag; repeated: all of them")
    show.add_argument(
        "--ask",
        metavar="ASK[=STATUS]",
        action="append",
        default=[],
        help="an answer to this ask is expected (with this status); repeated: all of them",
    )
    show.add_argument("--agents", metavar="N", type=int, help="has so many agents")
    show.add_argument("--horizon", metavar="T|finite|infinite", help="has this horizon")
    show.add_argument("--largest", metavar="N", type=int, help="has at most so many profiles of signals in a period")
    show.add_argument("--source", dest="written", metavar="TEXT", help="its source has these words")
    show.add_argument("--json", action="store_true", help="print the entries as JSON")
    show.set_defaults(run=lambda options: _list(options, say))

    index = commands.add_parser("index", help="write the index of a folder of instances", allow_abbrev=False)
    index.add_argument("folder", metavar="DIR", help="its index.json is written, of all instances in it and below")
    index.add_argument("--check", action="store_true", help="write nothing; exit code 1 if the index is not up to date")
    index.add_argument("--json", action="store_true", help="print the index as JSON")
    index.set_defaults(run=lambda options: _index(options, say))


def _list(options: argparse.Namespace, say: Say) -> int:
    from pathlib import Path

    from mechsynth.suite.index import entries

    sources = options.source or [LIBRARY]
    if not options.source and not Path(LIBRARY).exists():
        raise UsageError("DIR", f"there is no folder {LIBRARY} here", "name a folder, an index or instance files")
    keep = wanted(options)
    found = [each for source in sources for each in entries(source) if keep(each)]
    if options.json:
        import json

        say(json.dumps(found, ensure_ascii=True))
    else:
        say(table(found))
    return 0


def wanted(options: argparse.Namespace) -> Callable[[Mapping[str, Any]], bool]:
    """Return the filter that the options describe.

    Raises
    ------
    UsageError
        For an option that nothing can fit.
    """
    from mechsynth.suite.expected import STATUSES

    horizon: Any = options.horizon
    if horizon is not None and horizon not in ("finite", "infinite"):
        if not horizon.isascii() or not horizon.isdigit():
            raise UsageError("--horizon", f"{horizon!r} is no horizon", "give a whole number, finite or infinite")
        horizon = int(horizon)
    asks = []
    for word in options.ask:
        ask, equals, status = word.partition("=")
        if equals and status not in STATUSES:
            raise UsageError("--ask", f"{status!r} is no status", f"choose one of {', '.join(STATUSES)}")
        asks.append((ask, status))

    def keep(each: Mapping[str, Any]) -> bool:
        sizes, until = each["sizes"], each["sizes"]["horizon"]
        answers = [(known["question"]["ask"], known["status"]) for known in each["expected"]]
        return (
            all(tag in each["tags"] for tag in options.tag)
            and all(any(ask == a and status in ("", s) for a, s in answers) for ask, status in asks)
            and options.agents in (None, sizes["agents"])
            and (horizon in (None, until) or (horizon == "finite" and until != "infinite"))
            and (options.largest is None or sizes["profiles"] <= options.largest)
            and (options.written is None or options.written.lower() in each["source"].lower())
        )

    return keep


def table(found: list[dict[str, Any]], width: int | None = None) -> str:
    """Return the entries as a table for a terminal; their tags are counted below it, and stand in it where there is room."""
    from collections import Counter
    from io import StringIO

    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    width = Console().width if width is None else width
    drawn = Table(box=None, header_style="bold", pad_edge=False)
    drawn.add_column("file", overflow="fold", min_width=24)
    drawn.add_column("signals", no_wrap=True)
    for name in ("actions", "T", "answers"):
        drawn.add_column(name, no_wrap=True, justify="right")
    wide = width >= WIDE
    if wide:
        drawn.add_column("tags")
    for each in found:
        sizes = each["sizes"]
        row = [
            escape(_shown(each["file"])),
            " ".join("×".join(map(str, own)) for own in sizes["signals"]),
            " ".join(map(str, sizes["actions"])),
            "∞" if sizes["horizon"] == "infinite" else str(sizes["horizon"]),
            str(len(each["expected"])),
        ]
        drawn.add_row(*row, *([escape(_shown(", ".join(each["tags"])))] if wide else []))
    text = StringIO()
    Console(file=text, width=width).print(drawn)
    counts = Counter(tag for each in found for tag in each["tags"])
    tags = ", ".join(f"{_shown(tag)} {count}" for tag, count in sorted(counts.items()))
    total = f"{len(found)} instance{'' if len(found) == 1 else 's'}"
    return f"{text.getvalue()}\n{total}; {tags}" if found else total


def _shown(words: str) -> str:
    """Return a stranger's words on one line, control characters shown and not sent."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in words)


def _index(options: argparse.Namespace, say: Say) -> int:
    from pathlib import Path

    from mechsynth.instance import write_whole
    from mechsynth.suite.index import NAME, build, to_bytes

    folder = Path(options.folder)
    if not folder.is_dir():
        raise UsageError("DIR", f"{options.folder!r} is no folder", "name a folder with instance files")
    index = build(folder)
    target, data = folder / NAME, to_bytes(index)
    fresh = target.is_file() and target.read_bytes() == data
    if options.json:
        import json

        say(json.dumps(index, ensure_ascii=True))
    if options.check:
        if not fresh and not options.json:
            say(f"{target} is not up to date: mechsynth suite index {options.folder}")
        return 0 if fresh else 1
    if not fresh:
        write_whole(target, data)
    if not options.json:
        say(f"{target}: {len(index['instances'])} instances")
    return 0
