"""The command `export`: the linear program behind a question, as a file."""

from __future__ import annotations

import argparse
from typing import Any

from mechsynth.asks import flags
from mechsynth.commands.terminal import PROVED, say, say_json
from mechsynth.errors import UsageError
from mechsynth.result.ask import REGISTRY, in_flags
from mechsynth.result.vocabulary import WISHES

NUMBERS = (
    "integers",
    "long",
    "rational",
)  # those of `mechsynth.program.writers`, which is loaded when something is exported
LINEAR = [ask for ask in REGISTRY.values() if ask.linear]


def add(commands: Any) -> None:
    """Add the command to the parser."""
    export = commands.add_parser("export", help="the linear program behind a question, as a file", allow_abbrev=False)
    export.add_argument("instance", metavar="INSTANCE", help="an instance file")
    export.add_argument("--ask", metavar="ASK", default=WISHES, help=f"one of {', '.join(ask.name for ask in LINEAR)}")
    flags.add(export, LINEAR)
    export.add_argument("--normalize", action="store_true")
    export.add_argument("-o", "--output", metavar="FILE.mps|.lp", required=True)
    export.add_argument(
        "--numbers",
        choices=NUMBERS,
        default="integers",
        help="integers (default): rows in whole numbers that readers of floats take as they are, or a refusal; long: whole numbers of any length; rational: p/q",
    )
    export.add_argument("--json", action="store_true", help="print what was written as JSON")
    export.set_defaults(run=_export)


def _export(options: argparse.Namespace) -> int:
    from mechsynth import api, files, instance

    files.guard(options.output, "program", (options.instance,))
    environment = instance.load(options.instance, normalize=options.normalize)
    try:
        program = api.program_of(environment, options.ask, **flags.given(options))
    except UsageError as error:
        raise in_flags(error) from None
    api.export(program, options.output, options.numbers)
    if options.json:
        say_json({"file": options.output, "columns": len(program.columns), "rows": len(program.rows)})
    else:
        say(f"{options.output}: {len(program.columns)} columns, {len(program.rows)} rows")
    return PROVED
