"""Blocks of rows: what a requirement is made of, whatever the numbers are.

Nothing here or in ``rows.py`` needs more than the standard library: arrays of indices may be lists, and a slack is whatever the frame makes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

Column: TypeAlias = int

# what truth can be asked to be: `docs/model.md`, Equilibrium
INCENTIVES = ("pepic", "pbic", "bnic")

# the families of rows that belong to no requirement: what payoffs are, and what an objective adds
DEFINITION, OBJECTIVE = "definition", "objective"
# columns that objectives add; ``size`` of the payment p is the column -10 - p
EPSILON, LARGEST, RENT, SUBSIDY = -1, -2, -3, -4
ADDED = {EPSILON: "epsilon", LARGEST: "largest", RENT: "rent", SUBSIDY: "subsidy"}


@dataclass(frozen=True, eq=False)
class State:
    """Where rows hold: arrays of indices, one entry a row; None where rows do not depend on it.

    Parameters
    ----------
    history:
        What the period before left, by number: its reports with the action drawn after them; with ``told`` its true profile; -1 is the start of the game.
    profile:
        The true signals of the period; where an agent knows a part alone, the first profile with this part.
    own:
        An agent's own signal, where she knows no more.
    told:
        What the period before left, where an agent may have lied in it.
    column:
        The payment that a row is about.
    """

    history: Any = None
    profile: Any = None
    own: Any = None
    told: Any = None
    column: Any = None

    def __len__(self) -> int:
        return next((len(index) for index in self._given().values()), 1)

    def _given(self) -> dict[str, Any]:
        return {name: index for name, index in vars(self).items() if index is not None}

    def take(self, rows: Any) -> State:
        """Return some of the rows, of arrays."""
        return State(**{name: index[rows] for name, index in self._given().items()})

    def one(self, row: int) -> State:
        """Return a single row, every index a number."""
        return State(**{name: int(index[row]) for name, index in self._given().items()})

    def each(self) -> Iterator[State]:
        """Return the rows one by one, every index a number."""
        given = self._given()
        if not given:
            yield self
        for places in zip(
            *(getattr(index, "tolist", lambda index=index: index)() for index in given.values()), strict=True
        ):
            yield State(**dict(zip(given, places, strict=True)))


@dataclass(frozen=True, eq=False)
class Rows:
    """A block of rows that one requirement makes.

    Parameters
    ----------
    family:
        The requirement, or ``definition`` or ``objective``.
    equal:
        Whether the slacks are zero; else they are at least zero.
    head:
        What all names begin with, up to a space.
    state:
        Where the rows hold.
    slack, label:
        Make the slacks at some of the states, and the name of one.
    mass:
        Makes what a slack is to be divided by to be a number per event, e.g. the probability of an own signal; None is 1.
    """

    family: str
    equal: bool
    head: str
    state: State
    slack: Callable[[State], Any]
    label: Callable[[State], str]
    mass: Callable[[State], Any] | None = None

    def name(self, row: int) -> str:
        """Return the name of a row."""
        return self.label(self.state.one(row))
