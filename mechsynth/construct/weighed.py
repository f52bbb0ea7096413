"""Refuse values that do not separate, and weights that fall, with the entry that says so."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

from mechsynth.construct.separable import Form, forms
from mechsynth.environment import Environment
from mechsynth.errors import UsageError
from mechsynth.rational import text


def refuse_unweighed(environment: Environment, place: str, remedy: str) -> None:
    """Ask that values separate, and that every agent's weights are defined and do not fall.

    Raises
    ------
    UsageError
        Naming the agent, and the entries that say no.
    """
    for name, found in zip(environment.agents, forms(environment), strict=False):
        if isinstance(found, dict):
            raise UsageError(place, f"the values of {name} do not separate: {_why(found['parts'])}", remedy)
        if found.weights is None:
            problem = "a first signal has probability 0, or values are not in proportion to something above 0"
            raise UsageError(place, f"the weights of {name} are not defined: {problem}", remedy)
        if not found.regular:
            raise UsageError(place, f"the weights of {name} are not regular: {_falls(found)}", remedy)


def _why(parts: Any) -> str:
    """Return what speaks against it, on one line."""
    key, entry = next(iter(parts.items()))
    first = " and ".join(entry["first"])
    if key == "first":
        return f"{entry['cell']['signal']!r} follows the first signals {first}"
    if key == "counts":
        one, other = entry["cell"]["counts"]
        return f"{one} and {other} signals can follow {first}"
    if key == "chances":
        return f"what is seen next, {entry['cell']['next'][0]!r} or {entry['cell']['next'][1]!r}, has different chances after {first}"
    cells = " against ".join(f"{cell['action']} at {', '.join(cell['signals'])}" for cell in entry["cells"])
    return f"neither in proportion nor at one distance, {cells}"


def _falls(form: Form) -> str:
    """Return the entry that falls, or the slope below 0."""
    assert form.weights is not None
    own = form.own
    labels = [own.environment.period(1).signals[own.agent][k] for k in own.first]
    rows: list[tuple[str, list[Fraction]]] = [("A", form.level), ("beta" if form.additive else "alpha", form.weights)]
    for what, row in rows:
        for k, (one, two) in enumerate(pairwise(row)):
            if two < one:
                return f"{what} falls from {text(one)} to {text(two)} between {labels[k]!r} and {labels[k + 1]!r}"
    for t, slopes in enumerate(form.slope, start=1):
        for a, slope in enumerate(slopes):
            if slope < 0:
                return f"C is {text(slope)} < 0 at {own.environment.period(t).actions[a]} in period {t}"
    return "they fall"
