"""Requirements: small objects that add named rows to a program. Anything with ``name`` and ``rows(setting)`` is one."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from mechsynth.errors import InputError, UsageError
from mechsynth.program.incentives import Participation, Pepic, ResidualClaimant
from mechsynth.program.money import (
    Bounded,
    BudgetExAnte,
    BudgetExPost,
    BudgetPerPeriod,
    NoSubsidy,
    SurplusEveryHistory,
    SurplusFull,
)
from mechsynth.program.synthesis import Setting
from mechsynth.rational import rational


@runtime_checkable
class Requirement(Protocol):
    """What a wish is: a name, and rows in the columns of a `Setting`."""

    @property
    def name(self) -> str:
        """The name, as in ``--require``."""

    def rows(self, setting: Setting) -> None:
        """Add the rows, with ``name`` as their owner."""


KNOWN: dict[str, Requirement] = {
    each.name: each
    for each in (
        Pepic(),
        ResidualClaimant(),
        Participation("ex-post"),
        Participation("interim"),
        Participation("entry"),
        Participation("ex-ante"),
        BudgetExAnte(),
        BudgetPerPeriod(),
        BudgetExPost(),
        NoSubsidy(),
        SurplusFull(),
        SurplusEveryHistory(),
    )
}


def requirement(wish: str | Requirement) -> Requirement:
    """Return a requirement by its name (``"bounded:10"`` with its bound), or the object itself.

    Raises
    ------
    UsageError
        For a name that is none.
    """
    if not isinstance(wish, str):
        if isinstance(wish, Requirement):
            return wish
        raise UsageError("require", f"{wish!r} is no requirement", "give a name, or an object with name and rows")
    if wish in KNOWN:
        return KNOWN[wish]
    kind, colon, bound = wish.partition(":")
    if kind == "bounded" and colon:
        try:
            value = rational(bound, "--require")
        except InputError as error:
            raise UsageError("--require", f"{wish!r}: {error.problem}", "write bounded:10, say") from None
        if value < 0:
            raise UsageError("--require", f"{wish!r} bounds payments below 0", "give a bound of at least 0")
        return Bounded(value)
    raise UsageError("--require", f"{wish!r} is no requirement", f"choose of {', '.join(KNOWN)}, bounded:B")
