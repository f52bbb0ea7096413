"""The options of questions on the command line, read off their declarations."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

import mechsynth.asks  # noqa: F401  (fills the registry)
from mechsynth.result.ask import REGISTRY, Ask, Kind, every_option, flag, takers

FEW = 3  # questions that the help of an option still names


def add(parser: argparse.ArgumentParser, asks: Iterable[type[Ask]] | None = None) -> None:
    """Add the options of questions to the parser of a command; with ``asks`` those alone that change what these questions are about."""
    some = None if asks is None else [ask.options() for ask in asks]
    for name, declared in every_option().items():
        if declared.kind is Kind.OBJECT:
            continue
        if some is not None and (declared.aside or all(name not in options for options in some)):
            continue
        more: dict[str, Any] = {"default": None, "help": _help(name, declared.help)}
        if declared.kind is Kind.SWITCH:
            more["action"] = argparse.BooleanOptionalAction
        else:
            more["metavar"] = declared.metavar
            if declared.kind is Kind.WORDS:
                more["action"] = "append"
        parser.add_argument(flag(name), **more)


def _help(name: str, words: str) -> str:
    """Return the help of an option, with the questions that look at it where they are few."""
    asks = [ask for ask in takers(name) if not REGISTRY[ask].composite]
    return f"{words} ({', '.join(asks)})" if len(asks) <= FEW else words


def given(options: argparse.Namespace) -> dict[str, Any]:
    """Return the options of questions that stand on the command line."""
    found = {name: getattr(options, name, None) for name in every_option()}
    return {name: value for name, value in found.items() if value is not None}


def listed() -> str:
    """Return the names of all questions but everything at once, for the help of ``--ask``."""
    names = [name for name, ask in REGISTRY.items() if not ask.composite]
    return f"{', '.join(names[:-1])} or {names[-1]}"
