"""The command `sweep`: its options, and what it says."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from mechsynth.asks import flags
from mechsynth.errors import InputError, UsageError
from mechsynth.families.command import parameters, seed_of
from mechsynth.result.ask import flag
from mechsynth.suite.running import Bar, add_options, scheduler, workers

Say = Callable[[str], None]


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
    flags.add(sweep)
    sweep.add_argument("--picture", metavar="FILE.svg|.png", help="draw the map")
    sweep.add_argument(
        "--refine", metavar="N", type=int, default=0, help="halve the distance between different answers N times"
    )
    add_options(sweep)
    sweep.add_argument("--json", action="store_true", help="print the map as JSON")
    sweep.set_defaults(run=lambda options: _sweep(options, say))


def _sweep(options: argparse.Namespace, say: Say) -> int:
    import json

    from mechsynth import files
    from mechsynth.sweep import picture
    from mechsynth.sweep.grid import grid_of
    from mechsynth.sweep.run import run_sweep

    if options.picture is not None:
        files.guard(options.picture, "picture", flag="--picture")
    processes = workers(options)
    grid = grid_of(options.family, options.over, parameters(options.param), seed_of(options.seed))
    question = _question(options)
    with Bar(quiet=options.json) as bar:
        try:
            found = run_sweep(
                grid,
                question,
                options.output,
                halvings=options.refine,
                workers=processes,
                scheduler=scheduler(options),
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


def _question(options: argparse.Namespace) -> dict[str, object]:
    """Return the question of ``--ask`` with the options that stand beside it."""
    from mechsynth.suite.questions import of_option

    asked = of_option(options.ask)
    for name, value in flags.given(options).items():
        if name in asked:
            raise UsageError(flag(name), "stands in --ask already", "write it once")
        asked[name] = value
    return asked
