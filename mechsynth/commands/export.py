"""The command `export`: the linear program behind a question, as a file."""

from __future__ import annotations

import argparse
from typing import Any

from mechsynth.commands.terminal import PROVED, say, say_json, writable


def add(commands: Any) -> None:
    """Add the command to the parser."""
    export = commands.add_parser("export", help="the linear program behind a question, as a file", allow_abbrev=False)
    export.add_argument("instance", metavar="INSTANCE", help="an instance file")
    export.add_argument("--ask", metavar="ASK", default="implement", help="implement, contingent or vcg-type")
    export.add_argument("--scope", metavar="all|policy", help="every action, or those that the rule plays")
    export.add_argument("--last-period", metavar="efficient|constant[:ACTION]", default="efficient")
    export.add_argument("--transfers", metavar="CLASS")
    export.add_argument("--require", metavar="R", action="append", default=[])
    export.add_argument("--objective", metavar="O", default="feasibility")
    export.add_argument("--normalize", action="store_true")
    export.add_argument("-o", "--output", metavar="FILE.mps|.lp", required=True)
    export.add_argument("--json", action="store_true", help="print what was written as JSON")
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    from mechsynth import api, instance

    writable(options.output)
    environment = instance.load(options.instance, normalize=options.normalize)
    program = api.program_of(
        environment,
        options.ask,
        scope=options.scope,
        last_period=options.last_period,
        transfers=options.transfers,
        require=options.require,
        objective=options.objective,
    )
    api.export(program, options.output)
    if options.json:
        say_json({"file": options.output, "columns": len(program.columns), "rows": len(program.rows)})
    else:
        say(f"{options.output}: {len(program.columns)} columns, {len(program.rows)} rows")
    return PROVED
