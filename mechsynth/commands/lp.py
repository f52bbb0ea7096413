"""The command `lp`: any named linear program, decided exactly."""

from __future__ import annotations

import argparse
from typing import Any

from mechsynth.commands.terminal import PROVED, UNKNOWN, say, say_json
from mechsynth.errors import UsageError


def add(commands: Any) -> None:
    """Add the command to the parser."""
    lp = commands.add_parser("lp", help="decide any linear program exactly, with a certificate", allow_abbrev=False)
    lp.add_argument("program", metavar="FILE.mps|.lp", help="a linear program")
    lp.add_argument(
        "--keep", metavar="ROW", action="append", default=[], help="a row that a conflict may not give up; repeated"
    )
    lp.add_argument("--keep-bounds", action="store_true", help="a conflict may not give up the bounds of columns")
    lp.add_argument(
        "--time-limit", metavar="SECONDS", type=float, help="stop with what is settled; the answer may then be unknown"
    )
    lp.add_argument("-o", "--output", metavar="FILE", help="write the result file (mechsynth-lp/1)")
    lp.add_argument("--json", action="store_true", help="print the result file instead of words")
    lp.set_defaults(run=_lp)


def _lp(options: argparse.Namespace) -> int:
    import json
    import math

    from mechsynth import files, lp
    from mechsynth.instance import write_whole
    from mechsynth.lp.document import document
    from mechsynth.lp.words import told
    from mechsynth.run import Run

    if options.output is not None:
        files.guard(options.output, "result", (options.program,))
    limit = options.time_limit
    if limit is not None and (math.isnan(limit) or limit < 0):
        raise UsageError("--time-limit", f"{limit} is no number of seconds", "give 0 or more")
    program, data = lp.read(options.program)
    answer = lp.decide(program, options.keep, options.keep_bounds, Run(time_limit=limit))
    found = document(answer, program, data)
    if options.output is not None:
        write_whole(options.output, f"{json.dumps(found, ensure_ascii=False, indent=1)}\n".encode())
    if options.json:
        say_json(found)
    else:
        say(told(answer, program))
    return UNKNOWN if answer.status is lp.Status.UNKNOWN else PROVED
