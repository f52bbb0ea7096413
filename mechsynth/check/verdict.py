"""What a check ends with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

import numpy as np

from .exact import Array, Exact
from .text import number_text

# Puts the index of a row into words.
Name: TypeAlias = Callable[[tuple[int, ...]], str]


@dataclass(frozen=True)
class Verdict:
    """Outcome of a check.

    Parameters
    ----------
    accepted:
        Whether everything that the result claims is proved.
    reason:
        The first row that fails, in words, with its exact slack; None if accepted.
    statement:
        One sentence: what has been proved, and what it quantifies over. Empty if refused.
    rows:
        How many equalities and inequalities were evaluated.
    claims:
        What was proved of the rule beside: ``"efficient"``, or ``"weighted"`` of one that makes most of weighted utilities.
    """

    accepted: bool
    reason: str | None
    statement: str
    rows: int
    claims: tuple[str, ...] = ()


class Refuted(Exception):
    """A claim that is false, or not proved by what the result carries. Never leaves the package."""


@contextmanager
def saying(words: str) -> Iterator[None]:
    """Put words before what is refused."""
    try:
        yield
    except Refuted as refuted:
        raise Refuted(f"{words}{refuted}") from None


class Ledger:
    """Counts the rows that were evaluated, and stops at the first that fails; notes what was proved of the rule."""

    def __init__(self) -> None:
        self.rows = 0
        self.proved: list[str] = []

    def zero(self, slack: Exact, name: Name) -> None:
        """Ask that every number is zero; ``name`` puts the index of a row into words."""
        self._ask(slack, slack.num == 0, name, "off by {}, not 0")

    def not_negative(self, slack: Exact, name: Name) -> None:
        """Ask that every number is at least zero."""
        self._ask(slack, slack.num >= 0, name, "slack {} < 0")

    def positive(self, slack: Exact, name: Name) -> None:
        """Ask that every number is above zero."""
        self._ask(slack, slack.num > 0, name, "slack {} is not above 0")

    def _ask(self, slack: Exact, holds: Array | bool, name: Name, words: str) -> None:
        fine = np.asarray(holds, dtype=bool)
        self.rows += fine.size
        if not fine.all():
            index = tuple(int(k) for k in np.argwhere(~fine)[0])
            raise Refuted(f"{name(index)}: {words.format(number_text(slack.at(*index)))}")

    def claim(self, holds: bool, reason: str) -> None:
        """Ask one thing that is not a row of numbers, or a single row whose reason is ready."""
        self.rows += 1
        if not holds:
            raise Refuted(reason)


def equal(claimed: Fraction, found: Fraction, what: str, ledger: Ledger) -> None:
    """Ask that a number of the result is the one that was computed."""
    words = f"{what}: the result says {number_text(claimed)}, it is {number_text(found)}"
    ledger.claim(claimed == found, f"{words}: slack {number_text(claimed - found)}")
