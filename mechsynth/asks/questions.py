"""All questions: options, title, source, what they need, what an answer says. How they are answered stands in the file of their name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from mechsynth.asks.options import (
    CLASS,
    CRITICAL,
    DECIDE,
    DISTANCE,
    KEEP,
    LINKED,
    NOW,
    OBJECTIVE,
    PHI,
    RELAX,
    REQUIRE,
    SCOPE,
    STRENGTH,
)
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status

RULE, BELIEFS, LAST, RESIDUAL = "the rule", "beliefs", "one period", "residual claimants"
ANYTHING, MONEY, PRIVATE, ALONE = "anything", "who pays", "private values", "no correlation"
EVERYTHING = "everything at once"
EXTRACTION = (  # nothing there needs an infinite horizon or utilities of at least 0
    "ask implement of transfers contingent+now, with the requirements surplus:full and participation:interim, or with the "
    "objective max-revenue instead of surplus:full: how much can be extracted"
)
EFFICIENT = "{} is efficient in every period"
NO_PRIOR = "give it a prior"
NOT_PRIVATE = "ask vcg-type, contingent or implement, which need no private values"
INFLUENCE = "ask team, which needs private values alone, or contingent or vcg-type, which live on such correlation"


@dataclass(frozen=True, kw_only=True)
class Policy(Ask, name="policy"):
    """What is efficient?"""

    about, source, rung = RULE, "Liu 2014, equation (1)", 1
    statuses, value = (Status.OPTIMAL,), "expected social surplus"


@dataclass(frozen=True, kw_only=True)
class ConvexIndependence(Ask, name="convex-independence"):
    """Is no signal's belief a mixture of the others'?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    distance:
        Whether to measure the distance of the closest signal from the hull of the others; ``None``: where it is quick.
    """

    about, source, rung = BELIEFS, "Liu 2014, Assumption 2", 2
    statuses, value = (Status.HOLDS, Status.FAILS), "squared distance from the closest mixture"

    scope: str = option("all", SCOPE)
    distance: bool | None = option(None, DISTANCE)


@dataclass(frozen=True, kw_only=True)
class Spanning(Ask, name="spanning"):
    """Are the beliefs of every block linearly independent?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    """

    about, source, rung = BELIEFS, "Liu 2014, Assumption 3", 3
    statuses = (Status.HOLDS, Status.FAILS)

    scope: str = option("all", SCOPE)


@dataclass(frozen=True, kw_only=True)
class Static(Ask, name="static"):
    """Can the last period be implemented on its own?"""

    about, source, rung = LAST, "Liu 2014, Assumption 4; Rochet 1987", 4
    pays, requires, looks_ahead = "history-independent", ("pepic",), False
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    def needs(self) -> Needs:
        """Return that a last period is needed, and an efficient one."""
        return Needs(finite="ask contingent or vcg-type", efficient_end="static asks about the efficient last period")


@dataclass(frozen=True, kw_only=True)
class Contingent(Ask, name="contingent"):
    """Do transfers that look at the own report make every agent residual claimant?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    """

    about, source, rung, linear = RESIDUAL, "Liu 2014, Theorem 3.1", 6, True
    pays, requires = "contingent", ("pepic", "residual-claimant")
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str = option("policy", SCOPE)


@dataclass(frozen=True, kw_only=True)
class VcgType(Ask, name="vcg-type"):
    """Do transfers that the own report reaches only through the action make every agent residual claimant?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    """

    about, source, rung, linear = RESIDUAL, "Liu 2014, Theorem 3.2", 5, True
    pays, requires = "vcg-type", ("pepic", "residual-claimant")
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str = option("policy", SCOPE)


@dataclass(frozen=True, kw_only=True)
class Implement(Ask, name="implement"):
    """Does any transfer rule of a class implement the efficient rule and meet a wish list?

    Attributes
    ----------
    transfers:
        The class of transfers; ``"smallest"`` for the smallest class that can meet the wishes.
    require:
        Requirements by name (``"budget:ex-post"``) or as objects (`mechsynth.Requirement`).
    keep:
        The names of those that a conflict may not propose to give up.
    objective:
        ``"feasibility"``, or what to optimize.
    strength:
        ``"exact"``, or ``"verified"`` where a negative answer may rest on short multipliers that exclude only payments up to a bound, which the
        answer states. Where exact multipliers would be too long the answer is ``verified`` in any case.
    relax:
        Whether to measure by how much each requirement of a conflict must be relaxed; ``None``: where it is quick.
    """

    about, source, linear = ANYTHING, "Liu 2014, sections 3 and 4", True
    statuses = (Status.FEASIBLE, Status.INFEASIBLE, Status.OPTIMAL, Status.UNBOUNDED)
    value = "optimum"

    transfers: str = option("contingent", CLASS)
    require: Sequence[Any] = option((), REQUIRE)
    keep: Sequence[str] = option((), KEEP)
    objective: str = option("feasibility", OBJECTIVE)
    strength: str = option("exact", STRENGTH)
    relax: bool | None = option(None, RELAX)

    def document(self) -> dict[str, Any]:
        """Return the question with the names of all requirements: ``pepic`` first, and none twice."""
        names = [wish if isinstance(wish, str) else wish.name for wish in ("pepic", *self.require)]
        return {**super().document(), "require": list(dict.fromkeys(names))}

    def needs(self) -> Needs:
        """Return that the last period must be efficient; what the requirements need they say themselves."""
        return Needs(efficient_end="implement asks about the efficient last period")


@dataclass(frozen=True, kw_only=True)
class BudgetBalanced(Ask, name="budget-balanced"):
    """Do transfers exist such that expected payments add up to zero in every period?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    transfers:
        ``"contingent"`` or ``"vcg-type"``.
    """

    about, source = MONEY, "Liu 2014, Proposition 3.7"
    requires = ("pepic", "budget:per-period")
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str = option("policy", SCOPE)
    transfers: str = option("contingent", LINKED)

    def needs(self) -> Needs:
        """Return that no period may be the last."""
        return Needs(infinite="ask ex-ante-balanced")


@dataclass(frozen=True, kw_only=True)
class ExAnteBalanced(Ask, name="ex-ante-balanced"):
    """Do fees in period 1 make the expected discounted sum of all payments zero?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    transfers:
        ``"contingent"`` or ``"vcg-type"``.
    """

    about, source = MONEY, "Liu 2014, section 3.3"
    requires = ("pepic", "budget:ex-ante")
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str = option("policy", SCOPE)
    transfers: str = option("contingent", LINKED)

    def needs(self) -> Needs:
        """Return that there must be another agent to pay the subsidy, and a prior to expect it with."""
        return Needs(two_agents="ask contingent or vcg-type", prior=NO_PRIOR)


@dataclass(frozen=True, kw_only=True)
class SurplusExtraction(Ask, name="surplus-extraction"):
    """Can the designer collect the whole surplus although agents may leave after every history?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``.
    transfers:
        ``"contingent"`` or ``"vcg-type"``.
    """

    about, source = MONEY, "Liu 2014, Proposition 4.1"
    requires = ("pepic", "participation:ex-post", "surplus:full")
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str = option("policy", SCOPE)
    transfers: str = option("contingent", LINKED)

    def needs(self) -> Needs:
        """Return that no period may be the last, and no utility negative."""
        return Needs(infinite=EXTRACTION, utilities=EXTRACTION)


class _Groves(Ask):
    """What the dynamic Groves mechanisms need: efficiency in every period, and private values."""

    about = PRIVATE
    pays, looks_ahead = "history-independent", False
    requires: ClassVar[tuple[str, ...]] = ("pepic",)
    statuses: ClassVar[tuple[Status, ...]] = (Status.FEASIBLE,)

    def needs(self) -> Needs:
        """Return that everything is efficient, that values are private, and that nobody's signal moves the others'."""
        return Needs(efficient_end=EFFICIENT.format(self.name), private_values=NOT_PRIVATE, no_influence=INFLUENCE)


@dataclass(frozen=True, kw_only=True)
class Team(_Groves, name="team"):
    """Is everybody paid what the others enjoy?"""

    source = "Athey and Segal; Yoon 2021b, Definition 1"

    def needs(self) -> Needs:
        """Return that everything is efficient and values are private; anybody's signal may move the others'."""
        return replace(super().needs(), no_influence="")


@dataclass(frozen=True, kw_only=True)
class Pivot(_Groves, name="pivot"):
    """Does everybody keep what she adds?"""

    source = "Bergemann and Välimäki; Yoon 2021b, section 2"


@dataclass(frozen=True, kw_only=True, eq=False)
class Groves(_Groves, name="groves"):
    """What does a dynamic Groves mechanism of one's own pay?

    Attributes
    ----------
    phi:
        What each agent pays on top of the team mechanism, per period and by the others' signals, or ``None`` for nothing: a function
        ``phi(agent, period, others)`` of the agent's label, the period from 1 (``None`` when the horizon is infinite) and the tuple of the others'
        signals in the order of the agents; or a mapping from agents to arrays over ``[θ^{-i}]`` (lists of ``T`` such arrays when the horizon
        is finite; an axis of length 1 says "does not depend on it"; agents may be left out).
    decide:
        The decision rule ``â_i`` under which ``phi`` is added up, of the same form, with labels of actions for numbers; ``None``, or for an agent
        left out, what is best for the others.
    """

    source = "Yoon 2021b, Definition 1'"

    phi: Any = option(None, PHI)
    decide: Any = option(None, DECIDE)

    def needs(self) -> Needs:
        """Return the same as for the others; without ``phi`` anybody's signal may move the others'."""
        found = super().needs()
        return replace(found, no_influence="") if self.phi is None else found


@dataclass(frozen=True, kw_only=True)
class Uniqueness(_Groves, name="uniqueness"):
    """How far can efficient incentive compatible payments leave the Groves family?"""

    source = "Yoon 2021b, Theorem 2; Yoon 2021a, Theorem 4"
    statuses, value = (Status.HOLDS, Status.FAILS), "width of the widest interval"


@dataclass(frozen=True, kw_only=True)
class LumpSumBudget(_Groves, name="lump-sum-budget"):
    """Do entry fees pay for the pivot mechanism?

    Attributes
    ----------
    critical_discount:
        Whether to find all discount factors at which the budget balances, exactly; ``None``: where it is possible and quick.
    """

    source = "Yoon 2021a, section 3.3"
    requires = ("pepic", "participation:entry", "budget:ex-ante")
    statuses, value = (Status.FEASIBLE, Status.INFEASIBLE), "expected budget, fees included"

    critical_discount: bool | None = option(None, CRITICAL)

    def needs(self) -> Needs:
        """Return the same as for the others, and a prior."""
        return replace(super().needs(), prior=NO_PRIOR)


@dataclass(frozen=True, kw_only=True)
class GeneralizedVcg(Ask, name="generalized-vcg"):
    """Do payments in the period of the report, on its reports alone, implement the efficient rule?

    Attributes
    ----------
    transfers:
        ``"history-independent"``, the only class there is.
    """

    about, source = ALONE, "Liu 2014, section 3.4, Theorem 3.8"
    requires, looks_ahead = ("pepic",), False
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    transfers: str = option("history-independent", NOW)

    def needs(self) -> Needs:
        """Return that the last period must be efficient."""
        return Needs(efficient_end=EFFICIENT.format(self.name))


@dataclass(frozen=True, kw_only=True)
class Ladder(Ask, name="ladder"):
    """What is the smallest class of transfers that makes every agent residual claimant, and what stands in the way of smaller ones?

    Attributes
    ----------
    scope:
        ``"all"`` actions, or those that the rule plays, ``"policy"``; ``None``: all for beliefs, the rule's for mechanisms.
    distance:
        Whether to measure the distance of the closest signal from the hull of the others; ``None``: where it is quick.
    """

    about, source = EVERYTHING, "Liu 2014, section 3"
    statuses = (Status.FEASIBLE, Status.INFEASIBLE)

    scope: str | None = option(None, SCOPE)
    distance: bool | None = option(None, DISTANCE)

    def document(self) -> dict[str, Any]:
        """Return the name alone: the answers that it consists of tell their options."""
        return {"ask": self.name}
