"""The command line: files in, proved answers out.

Exit codes: 0 answered with a proof (either way), or the check holds; 1 the check fails; 2 bad input or usage, one line on
standard error; 3 unknown; 70 a fault of this program, which is no answer. Everything heavy is imported by the command that needs it.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from mechsynth.commands import export, judge, lp, solve
from mechsynth.commands.terminal import BAD, FAULT, PROVED, flush, for_terminal, let_go, nowhere, say
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
    lp.add(commands)
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
    if sys.stderr is None:  # closed: what is said there is lost, and must not end up elsewhere
        sys.stderr = nowhere()
    try:
        if sys.stdout is None:
            sys.stdout = nowhere()
            raise UsageError("standard output", "is closed", "leave it open, or send it to a file")
        options = parser().parse_args(arguments)
        code: int = options.run(options)
        flush()
        return code
    except MechsynthError as error:
        return _complain(str(error))
    except MemoryError:
        return _complain("the memory of this machine is not enough; make the instance smaller")
    except RecursionError:
        return _complain("nested too deep; no instance or result needs such nesting")
    except BrokenPipeError:
        # The reader of standard output went away; nothing is left to say to it.
        let_go()
        return PROVED
    except KeyboardInterrupt:
        return _complain("interrupted; nothing was written")
    except Exception as error:  # exit code 1 means that a check fails, and never anything else
        return _fault(error)


def _complain(message: str) -> int:
    print(f"mechsynth: {for_terminal(' '.join(message.split()))}", file=sys.stderr)
    return BAD


def _fault(error: Exception) -> int:
    """Say in one line what went wrong here and where, for whoever is told of it."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    at = "" if place is None else f" in {os.path.basename(place.tb_frame.f_code.co_filename)}, line {place.tb_lineno}"
    words = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    _complain(f"a fault of this program ({words}{at}); it is no answer: report it with the command and its files")
    return FAULT


if __name__ == "__main__":
    raise SystemExit(main())
