"""The command `sweep`: its options, and what it says."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from mechsynth.errors import InputError, UsageError

Say = Callable[[str], None]
WORDS = ("scope", "last_period", "transfers", "objective")
LISTS = ("require", "keep")


def add(commands: Any, say: Say) -> None:
    """Add the command to the parser; ``say`` puts text on standard output."""
    sweep = commands.add_parser(
        "sweep", help="where a question is feasible over one or two parameters of a family", allow_abbrev=False
    )
    sweep.add_argument("family", metavar="FAMILY", help="as of mechsynth generate")
    sweep.add_argument(
        "--over",
        metavar="K=A:B:N",
        action="append",
        default=[],
        help="a parameter and its values: N from A to B, equally spaced, or a list A,B,C; once or twice",
    )
    sweep.add_argument("--param", metavar="K=V", action="append", default=[], help="another parameter, exact; repeated")
    sweep.add_argument("--seed", metavar="N", default="0", help="for what is drawn at random (default: 0)")
    sweep.add_argument("--ask", metavar="ASK", required=True, help="the question: ASK, ASK:SCOPE or a JSON object")
    sweep.add_argument("--scope", metavar="all|policy", help="the options of mechsynth solve")
    sweep.add_argument("--last-period", metavar="efficient|constant[:ACTION]")
    sweep.add_argument("--distance", action=argparse.BooleanOptionalAction, default=None)
    sweep.add_argument("--transfers", metavar="CLASS")
    sweep.add_argument("--require", metavar="R", action="append")
    sweep.add_argument("--keep", metavar="R", action="append")
    sweep.add_argument("--objective", metavar="O")
    sweep.add_argument(
        "-o", "--output", metavar="TABLE", required=True, help="the table to write (SQLite, and CSV beside it)"
    )
    sweep.add_argument("--picture", metavar="FILE.svg|.png", help="draw the map")
    sweep.add_argument(
        "--refine", metavar="N", type=int, default=0, help="halve the distance between different answers N times"
    )
    sweep.add_argument("--workers", metavar="N", type=int, help="processes (default: as many as there are cores)")
    sweep.add_argument("--scheduler", metavar="ADDRESS", help="the workers of an existing Dask scheduler instead")
    sweep.add_argument("--time-limit", metavar="SECONDS", type=float, help="for each answer, and for each check")
    sweep.add_argument("--resume", action="store_true", help="go on with the table if it is there")
    sweep.add_argument("--retry", action="store_true", help="with --resume: ask again what stayed unknown or failed")
    sweep.add_argument("--json", action="store_true", help="print the map as JSON")
    sweep.set_defaults(run=lambda options: _sweep(options, say))


def _sweep(options: argparse.Namespace, say: Say) -> int:
    import json

    from mechsynth.engine.run import cores
    from mechsynth.suite.commands_run import Bar
    from mechsynth.sweep import picture
    from mechsynth.sweep.grid import grid_of
    from mechsynth.sweep.run import run_sweep

    if options.picture is not None:
        picture.refuse(options.picture)
    if options.scheduler is not None and options.workers is not None:
        raise UsageError("--workers", "the scheduler has its own workers", "leave one of --workers and --scheduler out")
    grid = grid_of(options.family, options.over, _params(options.param), _seed(options.seed))
    question = _question(options)
    with Bar(quiet=options.json) as bar:
        try:
            found = run_sweep(
                grid,
                question,
                options.output,
                halvings=options.refine,
                workers=cores() if options.workers is None else options.workers,
                scheduler=options.scheduler,
                time_limit=options.time_limit,
                resume=options.resume,
                retry=options.retry,
                progress=bar.report,
            )
        except KeyboardInterrupt:
            kept = f"interrupted; {bar.done} points are kept" if bar.done else "interrupted"
            raise InputError(options.output, kept, "go on with --resume") from None
    if options.picture is not None:
        picture.draw(found, options.picture)
    say(json.dumps(found.document()) if options.json else found.words())
    return found.code


def _question(options: argparse.Namespace) -> dict[str, Any]:
    """Return the question of ``--ask`` with the options that stand beside it."""
    from mechsynth.suite.questions import of_option

    asked = of_option(options.ask)
    for name in (*WORDS, *LISTS, "distance"):
        value = getattr(options, name)
        if value is not None:
            if name in asked:
                flag = f"--{name.replace('_', '-')}"
                raise UsageError(flag, "stands in --ask already", "write it once")
            asked[name] = value
    return asked


def _params(pairs: list[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name in given:
            problem = "stands twice" if equals else "no K=V"
            raise UsageError(f"--param {pair[:60]}", problem, "write --param NAME=VALUE once")
        given[name] = value
    return given


def _seed(written: str) -> int:
    if not (written.isascii() and written.isdigit()) or len(written) > 19:
        raise UsageError("--seed", f"{written[:60]!r} is no seed", "give a whole number from 0 on, below 2^63")
    return int(written)
