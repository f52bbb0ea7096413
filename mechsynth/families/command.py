"""The command `generate`: its options, and what it says."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from mechsynth.errors import UsageError

Say = Callable[[str], None]


def add(commands: Any, say: Say) -> None:
    """Add the command to the parser; ``say`` puts text on standard output."""
    generate = commands.add_parser(
        "generate", help="an instance of a family, with the answers known", allow_abbrev=False
    )
    generate.add_argument("family", metavar="FAMILY", nargs="?", help="without it, what families there are")
    generate.add_argument("--param", metavar="K=V", action="append", default=[], help="a parameter, exact; repeated")
    generate.add_argument("--seed", metavar="N", default="0", help="what is drawn at random depends on it (default: 0)")
    generate.add_argument("--list", action="store_true", help="the families with their parameters and defaults")
    generate.add_argument("-o", "--output", metavar="FILE", help="the instance file to write")
    generate.add_argument("--json", action="store_true", help="print the instance file, or the list as JSON")
    generate.set_defaults(run=lambda options: _generate(options, say))


def _generate(options: argparse.Namespace, say: Say) -> int:
    from mechsynth import files
    from mechsynth.families import family_of, generate
    from mechsynth.instance import save, to_bytes

    if options.family is None or options.list:
        return _list(options, say)
    family_of(options.family)
    if options.output is None and not options.json:
        raise UsageError("-o", "missing", "name the file to write, or print it with --json")
    if options.output is not None:
        files.guard(options.output, "instance")
    environment = generate(options.family, seed=seed_of(options.seed), params=parameters(options.param))
    if options.output is not None:
        save(environment, options.output)
    if options.json:
        say(to_bytes(environment).decode().rstrip("\n"))
    else:
        known = len(environment.extra["x-expected"])
        say(f"{options.output}: {environment.name}, {known} expected answers")
    return 0


def parameters(pairs: list[str]) -> dict[str, str]:
    """Return what ``--param K=V``, repeated, says."""
    given: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or name in given:
            problem = "stands twice" if equals else "no K=V"
            raise UsageError(f"--param {pair[:60]}", problem, "write --param NAME=VALUE once")
        given[name] = value
    return given


def seed_of(written: str) -> int:
    """Return what ``--seed`` says."""
    if not (written.isascii() and written.isdigit()) or len(written) > 19:
        raise UsageError("--seed", f"{written[:60]!r} is no seed", "give a whole number from 0 on, below 2^63")
    return int(written)


def _list(options: argparse.Namespace, say: Say) -> int:
    import json

    from mechsynth.families import families, family_of, listing

    if options.output is not None or options.param:
        raise UsageError("FAMILY", "missing" if options.family is None else "does not go with --list", "name one")
    chosen = [family_of(options.family)] if options.family else list(families().values())
    if options.json:
        say(json.dumps(listing.data(chosen), ensure_ascii=True))
    else:
        say(listing.words(chosen))
    return 0
