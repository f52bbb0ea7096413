"""The families as text and as data."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap
from typing import Any

from mechsynth.families.family import Family
from mechsynth.rational import text

WIDTH = 110


def words(families: Iterable[Family]) -> str:
    """Return the families with their parameters, ranges and defaults."""
    lines = []
    for family in families:
        seeded = "" if family.seeded else " Draws nothing: the seed changes its name alone."
        lines.append(family.name)
        lines += wrap(f"{family.about} ({family.source}).{seeded}", WIDTH, initial_indent="  ", subsequent_indent="  ")
        for parameter in family.parameters:
            said = f"{parameter.name}={_plain(parameter.default)}  {parameter.about}; {parameter.range}"
            lines += wrap(said, WIDTH, initial_indent="    ", subsequent_indent="        ")
        lines.append("")
    return "\n".join([*lines, "mechsynth generate FAMILY [--param K=V …] [--seed N] -o FILE"])


def data(families: Iterable[Family]) -> list[dict[str, object]]:
    """Return the families as JSON objects."""
    return [
        {
            "name": family.name,
            "about": family.about,
            "source": family.source,
            "seeded": family.seeded,
            "parameters": [
                {
                    "name": parameter.name,
                    "default": _plain(parameter.default),
                    "about": parameter.about,
                    "range": parameter.range,
                }
                for parameter in family.parameters
            ],
        }
        for family in families
    ]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else text(value)
