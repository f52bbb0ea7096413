"""Why not: the witnesses of negative answers, and which rows each of them combines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

from mechsynth.result.codec import Record, always
from mechsynth.result.rowname import ColumnName, RowName, parse_row

Others = Mapping[str, str]
"""What the other agents report, by name."""


@dataclass(frozen=True, kw_only=True)
class Mixture(Record):
    """The belief of one own signal is a mixture of the beliefs of others (Liu 2014, Assumption 2 and Theorem 3.1).

    Attributes
    ----------
    period:
        From 1; ``None`` when the horizon is infinite.
    agent, action, others:
        The block: whose beliefs, after which action, given which reports of the others. Without an action: beliefs of the first period about its own
        reports, given which public signals.
    type_:
        The signal ``r`` whose belief is the mixture.
    weights:
        ``λ_k ≥ 0`` by the others of her signals: ``Σ λ_k μ_k = μ_r``.
    shortfall:
        ``Σ λ_k c_k − c_r > 0``; ``None`` for the condition on beliefs alone.
    """

    kind: Literal["convex-combination"] = "convex-combination"
    period: int | None = None
    agent: str
    action: str | None = None
    others: Others
    type_: str
    weights: Mapping[str, Fraction]
    shortfall: Fraction | None

    def rows(self) -> dict[str, Fraction]:
        """Return the multipliers of her signals' targets: ``λ_k`` on the others', −1 on its own."""
        return {**self.weights, self.type_: Fraction(-1)}


@dataclass(frozen=True, kw_only=True)
class Dependence(Record):
    """The beliefs of a block are dependent, and the targets do not fit (Liu 2014, Assumption 3 and Theorem 3.2).

    Attributes
    ----------
    period, agent, action, others:
        The block, as of a `Mixture`.
    weights:
        ``η_k`` by her signals: ``Σ η_k μ_k = 0``.
    shortfall:
        ``Σ η_k c_k > 0``; ``None`` for the condition on beliefs alone.
    """

    kind: Literal["dependence"] = "dependence"
    period: int | None = None
    agent: str
    action: str | None = None
    others: Others
    weights: Mapping[str, Fraction]
    shortfall: Fraction | None

    def rows(self) -> dict[str, Fraction]:
        """Return the multipliers of her signals' targets."""
        return dict(self.weights)


@dataclass(frozen=True, kw_only=True)
class Cycle(Record):
    """Lies of one period that undo each other and together gain (Rochet 1987).

    Attributes
    ----------
    period, agent, others:
        When, whose, and given which reports of the others.
    cycle:
        Her signals: the first is reported as the second, and so on, the last as the first.
    shortfall:
        How far below zero the losses of these lies add up.
    """

    kind: Literal["cycle"] = "cycle"
    period: int | None = None
    agent: str
    others: Others
    cycle: tuple[str, ...]
    shortfall: Fraction

    def rows(self) -> dict[RowName, Fraction]:
        """Return the multipliers of her incentive rows: 1 on every lie of the cycle; profiles list the others in their order, herself last."""
        others = tuple(self.others.values())
        lies = pairwise((*self.cycle, self.cycle[0]))
        return {
            RowName("pepic", self.agent, self.period, signals=(*others, true), report=told): Fraction(1)
            for true, told in lies
        }


@dataclass(frozen=True, kw_only=True)
class Conflict(Record):
    """Requirements that no transfers of a class meet together.

    Attributes
    ----------
    conflict:
        The requirements; without any one of them the others can be met.
    multipliers:
        By the name of the row: at least 0 on inequalities, of any sign on equations; the rows add up to ``0 ≥ shortfall``.
    shortfall:
        What the right-hand sides add up to, more than 0.
    """

    kind: Literal["farkas"] = "farkas"
    conflict: tuple[str, ...] = always(())
    multipliers: Mapping[str, Fraction]
    shortfall: Fraction

    def rows(self) -> dict[str, Fraction]:
        """Return the multipliers by the names of the rows."""
        return dict(self.multipliers)

    def named(self) -> dict[RowName, Fraction]:
        """Return the same by what the rows are called.

        Raises
        ------
        ValueError
            For a row of a requirement that a user wrote, which may be called otherwise.
        """
        return {parse_row(name): y for name, y in self.multipliers.items()}


@dataclass(frozen=True, kw_only=True)
class Shortfall(Record):
    """A budget that entry fees do not cover (Yoon 2021a, condition (*)).

    Attributes
    ----------
    shortfall:
        The expected deficit less the fees, more than 0.
    """

    kind: Literal["budget"] = "budget"
    shortfall: Fraction


@dataclass(frozen=True, kw_only=True)
class Interval(Record):
    """Payments that leave the Groves family: how far two signals' amounts can lie apart (Yoon 2021b, Theorem 2).

    Attributes
    ----------
    period, agent, others:
        When, whose, and given which reports of the others.
    signal, against:
        The two signals.
    least, most:
        The ends of the interval in which the difference lies.
    """

    kind: Literal["interval"] = "interval"
    period: int | None = None
    agent: str
    others: Others
    signal: str
    against: str
    least: Fraction
    most: Fraction


Rates = Mapping[str, Mapping[str, Mapping[str, Fraction]]]
"""By agent, by own signal, by report."""


@dataclass(frozen=True, kw_only=True)
class Imbalance(Record):
    """Lies of every agent with the same effect on the law of the reports (d'Aspremont, Crémer and Gérard-Varet).

    Attributes
    ----------
    others:
        The public signals.
    plans:
        ``y^i(k → r) ≥ 0``: the rate at which a signal is reported as another. ``Σ_k y(k → ρ^i) m_k(ρ^{-i}) − Σ_r y(ρ^i → r) μ(ρ)`` is the same for all.
    """

    kind: Literal["balance"] = "balance"
    others: Others
    plans: Rates


@dataclass(frozen=True, kw_only=True)
class Suspects(Record):
    """One change of the law of the reports that every agent can bring about alone (Kosenok and Severinov).

    Attributes
    ----------
    others:
        The public signals.
    plans:
        ``ν^i(k → r)``, at least 0 for ``r ≠ k``, of any sign for ``r = k``: ``Σ_k ν^i(k → ρ^i) m_k(ρ^{-i})`` is the same for all agents, not 0, and adds
        up to 0.
    """

    kind: Literal["identifiability"] = "identifiability"
    others: Others
    plans: Rates


@dataclass(frozen=True, kw_only=True)
class Prepared(Record):
    """Lies of the period before and of now that no lottery on the others' reports of now tells from a report.

    Attributes
    ----------
    period, agent, action, others:
        The period before, whose, the action that was taken there, and the others' signals there.
    seen:
        The public signals of now.
    type_:
        The report ``r``.
    weights:
        ``λ(k, h) ≥ 0``, not all 0: by her signal of now other than ``r``, then by her signal of the period before.
    mixed:
        ``ν(h)`` of any sign: ``Σ λ(k, h) β_{k,h} = Σ ν(h) β_{r,h}``, where ``β_{k,h}`` are the probabilities of ``k`` together with the others' signals of now.
    """

    kind: Literal["prepared"] = "prepared"
    period: int | None = None
    agent: str
    action: str
    others: Others
    seen: Others
    type_: str
    weights: Mapping[str, Mapping[str, Fraction]]
    mixed: Mapping[str, Fraction]


@dataclass(frozen=True, kw_only=True)
class Invariant(Record):
    """Beliefs that never differ, however many periods one waits: no look-ahead tells them apart (infinite horizon).

    Attributes
    ----------
    agent, action, others:
        The block, as of a `Mixture`.
    type_:
        The signal that looks for ever like the mixture of others; ``None`` for a dependence.
    weights:
        ``λ_k`` of the mixture, or the rates ``η_k`` of the dependence.
    basis:
        Vectors over the profiles, in C order: their span has the difference ``v`` of the beliefs, with every ``b`` also ``b D_y P`` for every report ``y`` of the others, and
        ``b D_y 1 = 0``.
    shortfall:
        As of a `Mixture`, in present values; ``None`` for the condition on beliefs alone.
    """

    kind: Literal["invariant"] = "invariant"
    agent: str
    action: str
    others: Others
    type_: str | None = None
    weights: Mapping[str, Fraction]
    basis: tuple[tuple[Fraction, ...], ...]
    shortfall: Fraction | None


@dataclass(frozen=True, kw_only=True)
class Minor(Record):
    """Values or laws that do not separate (Kakade, Lobel and Nazerzadeh 2011, Property 4.1 and Assumption 2.3).

    Attributes
    ----------
    agent:
        Whose.
    parts:
        What speaks against it, with the first signals and the cells of the table that do: ``multiplicative`` and ``additive`` together; or ``first``, a
        later signal of two first ones; ``counts``, of how many later signals; ``chances``, of one that first signals give different chances.
    """

    kind: Literal["minor"] = "minor"
    agent: str
    parts: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Distance(Record):
    """A bound that no mechanism reaches (Kakade, Lobel and Nazerzadeh 2011, section 7).

    Attributes
    ----------
    shortfall:
        The bound less what the best mechanism earns, more than 0.
    """

    kind: Literal["gap"] = "gap"
    shortfall: Fraction


@dataclass(frozen=True, kw_only=True)
class OutOfReach(Record):
    """A budget that no mechanism earns.

    Attributes
    ----------
    proof:
        Multipliers of lies, of participation and of the budget that bound what every mechanism earns; without lotteries, of every part of a division.
    """

    kind: Literal["out-of-reach"] = "out-of-reach"
    proof: Mapping[str, Any]


Witness = (
    Mixture
    | Dependence
    | Cycle
    | Conflict
    | Shortfall
    | Interval
    | Imbalance
    | Suspects
    | Prepared
    | Invariant
    | Minor
    | Distance
    | OutOfReach
)
"""Why not."""

__all__ = [
    "ColumnName",
    "Conflict",
    "Cycle",
    "Dependence",
    "Distance",
    "Imbalance",
    "Interval",
    "Invariant",
    "Minor",
    "Mixture",
    "OutOfReach",
    "Prepared",
    "Shortfall",
    "Suspects",
    "Witness",
]
