"""The commands `suite run` and `suite check`: their options, and what they say."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from mechsynth.errors import InputError
from mechsynth.suite.running import Bar, add_options, scheduler, workers

Say = Callable[[str], None]


def add(commands: Any, say: Say) -> None:
    """Add the commands to the parser of the group ``suite``; ``say`` puts text on standard output."""
    run = commands.add_parser(
        "run", help="answer and check every question of a folder or a suite file", allow_abbrev=False
    )
    run.add_argument("source", metavar="DIR|INDEX|FILE", nargs="+", help="folders, suite files, instance files")
    run.add_argument(
        "--ask",
        metavar="ASK",
        action="append",
        default=[],
        help="what to ask of every instance, repeated: ASK, ASK:SCOPE or a JSON object; without it what is expected of "
        "the instance, and of one without expectations everything at once",
    )
    add_options(run, "named after the first source, in this folder")
    run.add_argument("--profile", metavar="FILE.svg|.png", help="draw the performance profile")
    run.add_argument("--json", action="store_true", help="print the summary as JSON")
    run.set_defaults(run=lambda options: _run(options, say))

    check = commands.add_parser(
        "check", help="make every line of a table again, from the files in it alone", allow_abbrev=False
    )
    check.add_argument("table", metavar="TABLE", help="a table that suite run wrote")
    check.add_argument("--time-limit", metavar="SECONDS", type=float, help="for each line")
    check.add_argument("--json", action="store_true", help="print what was found as JSON")
    check.set_defaults(run=lambda options: _check(options, say))


def _run(options: argparse.Namespace, say: Say) -> int:
    import json

    from mechsynth import files
    from mechsynth.suite import summary
    from mechsynth.suite.questions import of_option
    from mechsynth.suite.run import run_suite

    if options.profile is not None:
        files.guard(options.profile, "picture", options.source, "--profile")
    processes = workers(options)
    named = options.output is not None
    if not named:
        from pathlib import Path

        options.output = f"{Path(options.source[0]).resolve().stem or 'suite'}.db"
    asks = [of_option(ask) for ask in options.ask]
    with Bar(quiet=options.json) as bar:
        try:
            found = run_suite(
                options.source,
                options.output,
                asks=asks,
                workers=processes,
                scheduler=scheduler(options),
                time_limit=options.time_limit,
                resume=options.resume,
                retry=options.retry,
                progress=bar.report,
            )
        except KeyboardInterrupt:
            kept = f"interrupted; {bar.done} of {bar.total} lines are kept" if bar.total else "interrupted"
            raise InputError(options.output, kept, "go on with --resume") from None
    if options.profile is not None:
        summary.picture(found, options.profile)
    say(json.dumps(found.document()) if options.json else found.words())
    if not (named or options.json):
        say(f"The table: {options.output}")
    return found.code


def _check(options: argparse.Namespace, say: Say) -> int:
    import json

    from mechsynth.suite.recheck import recheck

    found = recheck(options.table, time_limit=options.time_limit)
    if options.json:
        say(json.dumps(found.document()))
    else:
        say(found.words())
    return 1 if found.wrong else 0
