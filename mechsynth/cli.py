"""The command line: files in, proved answers out.

Exit codes: 0 answered with a proof (either way), or the check holds; 1 the check fails; 2 bad input or usage, one line on
standard error; 3 unknown. Everything heavy is imported by the command that needs it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from mechsynth.commands import export, judge, solve
from mechsynth.commands.terminal import BAD, PROVED, for_terminal, say
from mechsynth.errors import MechsynthError, UsageError


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like every other error here."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(self.prog.removeprefix("mechsynth").strip(), message, f"see {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = _Parser(
        prog="mechsynth",
        description="Decide whether money can make truth-telling an equilibrium of a finite Markov environment, "
        "and prove the answer.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=_version())
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    from mechsynth.families import command
    from mechsynth.sweep import command as sweep

    solve.add(commands)
    judge.add(commands)
    export.add(commands)
    command.add(commands, say)
    _suite(commands)
    sweep.add(commands, say)
    return top


def _suite(commands: Any) -> None:
    """Add the group of commands about many instances; each room of it brings its own options."""
    from mechsynth.suite import commands_list, commands_run

    group = commands.add_parser("suite", help="many instances at once", allow_abbrev=False)
    rooms = group.add_subparsers(dest="suite_command", required=True, metavar="COMMAND", parser_class=_Parser)
    commands_list.add(rooms, say)
    commands_run.add(rooms, say)


def _version() -> str:
    from mechsynth import __version__

    return f"mechsynth {__version__}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        options = parser().parse_args(arguments)
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except MechsynthError as error:
        return _complain(str(error))
    except MemoryError:
        return _complain("the memory of this machine is not enough; make the instance smaller")
    except RecursionError:
        return _complain("nested too deep; no instance or result needs such nesting")
    except BrokenPipeError:
        # The reader of standard output went away; nothing is left to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROVED
    except KeyboardInterrupt:
        return _complain("interrupted; nothing was written")


def _complain(message: str) -> int:
    print(f"mechsynth: {for_terminal(' '.join(message.split()))}", file=sys.stderr)
    return BAD


if __name__ == "__main__":
    raise SystemExit(main())
