"""What several questions say: what they need of an environment."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from mechsynth.asks.options import EXCLUDE, LINKED, LOOK_AHEAD, OF_WHAT, RULE, SCOPE, STRIKES, TIES
from mechsynth.errors import UsageError
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import BELIEFS, BEST, MONEY, PRIVATE, RESIDUAL, WITHIN
from mechsynth.result.vocabulary import EFFICIENT as EFFICIENT_RULE

EFFICIENT = "{} is efficient in every period"
NO_PRIOR = "give it a prior"
NOT_PRIVATE = "ask vcg-type, contingent or implement, which need no private values"
ONE_PERIOD = "cut the instance down to one period"
PLAIN = "ask implement with pbic, which takes them"
INDEPENDENT = "ask implement with pbic, which needs no independence"
BELIEVED = "give it a prior, from which an agent believes something of the others' reports"
INFLUENCE = "ask team, which needs private values alone, or contingent or vcg-type, which live on such correlation"


@dataclass(frozen=True, kw_only=True)
class ResidualClaimants(Ask):
    """Payments of one class that make every agent residual claimant.

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    look_ahead:
        How many of the next periods' reports payments may look at: a whole number, or ``"auto"`` for the smallest that works.
    rule:
        ``"efficient"``, or a rule that is given.
    ties:
        ``"first"``, or ``"all"`` to try every efficient rule.
    """

    about, linear, second = RESIDUAL, True, True
    requires: ClassVar[tuple[str, ...]] = ("pepic", "residual-claimant")
    statuses: ClassVar[tuple[Status, ...]] = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str = option("policy", SCOPE)
    look_ahead: str = option("1", LOOK_AHEAD)
    rule: Any = option(EFFICIENT_RULE, RULE)
    ties: str = option("first", TIES)


@dataclass(frozen=True, kw_only=True)
class LinkedMoney(Ask):
    """A question about money that payments of either linked class may answer.

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    transfers:
        ``"contingent"`` or ``"vcg-type"``.
    """

    about, second = MONEY, True
    statuses: ClassVar[tuple[Status, ...]] = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str = option("policy", SCOPE)
    transfers: str = option("contingent", LINKED)


@dataclass(frozen=True, kw_only=True)
class BeliefsApart(Ask):
    """A condition on what the signals of an agent make her believe.

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    look_ahead:
        How many of the next periods' reports are looked at: a whole number, or ``"auto"`` for the smallest that works.
    beliefs:
        ``"next"``: about the others' next reports; ``"within"``: about their reports of the same period.
    """

    about, second = BELIEFS, True

    scope: str = option("all", SCOPE)
    look_ahead: str = option("1", LOOK_AHEAD)
    beliefs: str = option("next", OF_WHAT)

    def __post_init__(self) -> None:
        """Refuse a look-ahead of beliefs about the same period."""
        super().__post_init__()
        if self.beliefs == "within" and self.look_ahead != "1":
            raise UsageError(
                "look_ahead",
                "stands beside beliefs within a period, which look at no next one",
                "leave one of the two out",
            )


class PrivateValues(Ask):
    """What the dynamic Groves mechanisms need: efficiency in every period, and private values."""

    about = PRIVATE
    pays, looks_ahead = "history-independent", False
    requires: ClassVar[tuple[str, ...]] = ("pepic",)
    statuses: ClassVar[tuple[Status, ...]] = (Status.FEASIBLE,)

    def needs(self) -> Needs:
        """Return that everything is efficient, that values are private, and that nobody's signal moves the others'."""
        return Needs(efficient_end=EFFICIENT.format(self.name), private_values=NOT_PRIVATE, no_influence=INFLUENCE)


class ExpectedWorth(Ask):
    """Payments that let everybody care for what the others expect, and add up to zero: values are private, signals independent."""

    about = PRIVATE
    looks_ahead, second = False, True
    requires: ClassVar[tuple[str, ...]] = ("pbic", "budget:ex-post")
    statuses: ClassVar[tuple[Status, ...]] = (Status.FEASIBLE,)
    once: ClassVar[str] = ""

    def needs(self) -> Needs:
        """Return that everything is efficient, values are private, signals independent, and that there is somebody to pay."""
        return Needs(
            efficient_end=EFFICIENT.format(self.name),
            one_period=self.once,
            two_agents="ask team, where nobody needs to pay it",
            plain=PLAIN,
            prior=BELIEVED,
            private_values=NOT_PRIVATE,
            independent=INDEPENDENT,
        )


class WithinPeriod(Ask):
    """What is asked of beliefs about the others' reports of the same period: one period, and a prior."""

    about = WITHIN
    looks_ahead = False
    statuses: ClassVar[tuple[Status, ...]] = (Status.HOLDS, Status.FAILS)
    second = True

    def needs(self) -> Needs:
        """Return that there is one period, and a prior."""
        return Needs(one_period=ONE_PERIOD, prior=BELIEVED)


def screened() -> Needs:
    """Return what bounds by the first report need: a last period, a prior, and agents that are independent of each other."""
    return Needs(
        efficient_end="{} chooses the rule itself",
        finite="ask about a finite horizon",
        prior=NO_PRIOR,
        plain="ask optimal, which takes them",
        independent="ask optimal, which takes any law",
    )


@dataclass(frozen=True, kw_only=True)
class VirtuallyWeighed(Ask):
    """What virtual weights of first reports make of values that separate.

    Attributes
    ----------
    strikes:
        ``"kln"``: an affine pivot mechanism with the weights of the first reports; ``"grid"``: one buyer, two periods, keep or sell: a strike price for every first
        signal, the least value served up to it.
    exclude:
        ``"rule"``: who has no positive weight, or adds nothing; ``"best"``: one agent with a secret, first signals below the best cutoff.
    """

    about, second = BEST, True
    statuses: ClassVar[tuple[Status, ...]] = (Status.FEASIBLE,)

    strikes: str = option("kln", STRIKES)
    exclude: str = option("rule", EXCLUDE)

    def needs(self) -> Needs:
        """Return what the bound needs, and values that separate, with weights that do not fall."""
        return replace(
            screened(),
            no_outside="ask optimal, which takes any value of leaving",
            private_values="ask optimal, which takes any values",
            weighed="ask optimal, which needs no weights",
        )

    def document(self) -> dict[str, object]:
        """Return the question with its choices named."""
        return {**super().document(), "strikes": self.strikes, "exclude": self.exclude}
