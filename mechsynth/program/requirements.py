"""Requirements: small objects that add named rows to a program. Anything with ``name`` and ``rows(setting)`` is one."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Protocol, runtime_checkable

from mechsynth.errors import InputError, UsageError, did_you_mean
from mechsynth.program import flows
from mechsynth.program.believed import Bnic, Pbic
from mechsynth.program.incentives import EqualShares, NoPayoff, Participation, Pepic, ResidualClaimant
from mechsynth.program.leaving import Exit
from mechsynth.program.money import (
    Bounded,
    BudgetExAnte,
    BudgetExPost,
    BudgetPerPeriod,
    NoSubsidy,
    SurplusEveryHistory,
    SurplusFull,
    WinnerPays,
)
from mechsynth.program.synthesis import Setting
from mechsynth.rational import rational
from mechsynth.result.vocabulary import INCENTIVES


@runtime_checkable
class Requirement(Protocol):
    """What a wish is: a name, and rows in the columns of a `Setting`."""

    @property
    def name(self) -> str:
        """The name, as in ``--require``."""

    def rows(self, setting: Setting) -> None:
        """Add the rows, with ``name`` as their owner and at the beginning of their names."""


KNOWN: dict[str, Requirement] = {
    each.name: each
    for each in (
        Pepic(),
        Pbic(),
        Bnic(),
        ResidualClaimant(),
        EqualShares(),
        NoPayoff(),
        Participation("ex-post"),
        Participation("interim"),
        Participation("entry"),
        Participation("ex-ante"),
        BudgetExAnte(),
        BudgetPerPeriod(),
        BudgetExPost(),
        BudgetPerPeriod("no-deficit:per-period", equal=False),
        BudgetExPost("no-deficit:ex-post", equal=False),
        NoSubsidy(),
        WinnerPays(),
        Exit(),
        SurplusFull(),
        SurplusEveryHistory(),
    )
}


# Heads of names that mean something already: families of requirements, definitions, rows and columns of objectives.
RESERVED = frozenset(
    (
        *INCENTIVES,
        "residual-claimant",
        "equal-shares",
        "no-payoff",
        "participation",
        "budget",
        "bounded",
        "cap",
        "exit",
        "liability",
        "no-deficit",
        "no-subsidy",
        "winner-pays",
        "split",
        "surplus",
        "definition",
        "value",
        "deviation",
        "objective",
        "largest",
        "size",
        "rent",
        "subsidy",
        "epsilon",
    )
)
# Plain ASCII, so that no name can be mistaken for another by its looks, and none ends before it seems to.
_NAME = re.compile(r"[A-Za-z0-9_.+/-]+(:[A-Za-z0-9_.+/-]+)*")


def built_in(wish: Requirement) -> bool:
    """Return whether a requirement is one of this package's own, which results name without writing out its rows.

    Its name does not decide: an object of another class, or one of ours under another name, is a user's.
    """
    if type(wish) is Bounded:
        return isinstance(wish.bound, (int, Fraction)) and wish.bound >= 0
    if type(wish) in (flows.Cap, flows.Liability, flows.Split):
        try:
            return flows.read(wish.name) == wish
        except (UsageError, AttributeError, TypeError, ValueError):  # numbers that are none
            return False
    known = KNOWN.get(wish.name) if isinstance(wish.name, str) else None
    return known is not None and type(wish) is type(known) and wish == known


def _own(wish: Requirement) -> Requirement:
    """Return a user's requirement if it can stand in a result under its name.

    Raises
    ------
    UsageError
        For a class instead of an object, and for a name that is malformed or taken.
    """
    if isinstance(wish, type):
        raise UsageError("require", f"{wish.__name__} is a class, not a requirement", f"pass {wish.__name__}()")
    name: object = wish.name
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise UsageError(
            "require", f"{name!r} is no name of a requirement", "write letters, digits and _ . + - / :, without spaces"
        )
    if name.partition(":")[0].lower() in RESERVED:
        raise UsageError("require", f"the name {name!r} is taken by what is built in", "choose another name")
    return wish


def requirement(wish: str | Requirement) -> Requirement:
    """Return a requirement by its name (``"bounded:10"`` with its bound), or the object itself.

    Raises
    ------
    UsageError
        For a name that is none, and an object under a name that is taken.
    """
    if not isinstance(wish, str):
        if isinstance(wish, Requirement):
            return wish if built_in(wish) else _own(wish)
        raise UsageError("require", f"{wish!r} is no requirement", "give a name, or an object with name and rows")
    if wish in KNOWN:
        return KNOWN[wish]
    kind, colon, bound = wish.partition(":")
    if kind == "bounded" and colon:
        try:
            value = rational(bound, "require")
        except InputError as error:
            raise UsageError("require", f"{wish!r}: {error.problem}", "write bounded:10, say") from None
        if value < 0:
            raise UsageError("require", f"{wish!r} bounds payments below 0", "give a bound of at least 0")
        return Bounded(value)
    found = flows.read(wish)
    if found is not None:
        return found
    forms = ", ".join((*KNOWN, "bounded:B", *flows.FORMS))
    raise UsageError("require", f"{wish!r} is no requirement", f"{did_you_mean(wish, KNOWN)}choose of {forms}")
