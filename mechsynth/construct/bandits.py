"""Arms: an object that one agent at a time uses, and that moves the signals of its user alone (Gittins 1979; Varaiya, Walrand and Buyukkoc 1985; KLN 2011, section 6.2).

An agent's *arm* is the one action after which its signal moves or it has something; after every other its signal stays. *Opening* signals are left at once whatever
is done, pay nothing, and are never come back to: they stand for what was known before the start. The index of a signal is the largest ratio of expected discounted
payoffs to expected discounted time over stopping times (a ratio of expectations, not an expectation of ratios).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from mechsynth.construct.separable import chain, worth
from mechsynth.environment import Environment
from mechsynth.errors import UsageError


@dataclass(frozen=True, eq=False)
class Arm:
    """What an agent's use of the object does.

    Attributes
    ----------
    agent, action:
        Whose arm, and which action it is.
    signals:
        Its signals but opening ones.
    payoff, law:
        By signal: what a use pays, and the chances of the next signals.
    """

    agent: int
    action: int
    signals: list[int]
    payoff: dict[int, Fraction]
    law: dict[int, dict[int, Fraction]]


def arms(environment: Environment) -> list[Arm] | str:
    """Return the arms of all agents that have one, or what speaks against it."""
    found: list[Arm] = []
    period, actions = environment.period(1), range(len(environment.period(1).actions))
    for i, name in enumerate(environment.agents):
        laws = chain(environment, i, 1)
        every = range(len(period.signals[i]))
        reached = {q for rows in laws for k in every for q, c in enumerate(rows[k]) if c and q != k}
        signals = [
            k
            for k in every
            if k in reached
            or any(laws[a][k][k] for a in actions)
            or any(laws[a][k] != laws[0][k] for a in actions)
            or any(worth(environment, i, 1, a, k) for a in actions)
        ]
        moving = {
            a: k for k in reversed(signals) for a in actions if laws[a][k][k] != 1 or worth(environment, i, 1, a, k)
        }
        if len(moving) > 1:
            one, two = sorted(moving)[:2]
            where = f"{period.signals[i][moving[one]]} after {period.actions[one]}, {period.signals[i][moving[two]]} after {period.actions[two]}"
            return f"more than one action moves or pays {name}: {where}"
        for a, k in moving.items():
            for other in found:
                if other.action == a:
                    return f"{period.actions[a]} moves or pays both {environment.agents[other.agent]} and {name}"
            law = {k: {q: c for q, c in enumerate(laws[a][k]) if c} for k in signals}
            found.append(Arm(i, a, signals, {k: worth(environment, i, 1, a, k) for k in signals}, law))
    return found or "no action moves or pays anybody"


def refuse_no_bandit(environment: Environment, place: str, remedy: str) -> None:
    """Ask that there are arms.

    Raises
    ------
    UsageError
        Naming what speaks against it.
    """
    found = arms(environment)
    if isinstance(found, str):
        raise UsageError(place, f"this is no object that one agent uses at a time: {found}", remedy)


def indices(arm: Arm, discount: Fraction) -> dict[int, Fraction]:
    """Return the indices, highest first: the next is the largest ratio when one goes on at all signals found so far, and stops at the others."""
    found: dict[int, Fraction] = {}
    while len(found) < len(arm.signals):
        payoffs, times = going_on(arm, discount, set(found))
        ratios = {}
        for k in arm.signals:
            if k not in found:
                gain = arm.payoff[k] + discount * sum(
                    (c * payoffs.get(q, Fraction(0)) for q, c in arm.law[k].items()), Fraction(0)
                )
                time = 1 + discount * sum((c * times.get(q, Fraction(0)) for q, c in arm.law[k].items()), Fraction(0))
                ratios[k] = gain / time
        best = max(ratios, key=lambda k: ratios[k])
        found[best] = ratios[best]
    return found


def going_on(arm: Arm, discount: Fraction, where: set[int]) -> tuple[dict[int, Fraction], dict[int, Fraction]]:
    """Return expected discounted payoffs and times, by signal, of who goes on in a set and stops outside."""
    order = sorted(where)
    rows = [
        [Fraction(int(k == q)) - discount * arm.law[k].get(q, Fraction(0)) for q in order]
        + [arm.payoff[k], Fraction(1)]
        for k in order
    ]
    for n in range(len(order)):
        top = next(m for m in range(n, len(order)) if rows[m][n])
        rows[n], rows[top] = rows[top], rows[n]
        rows[n] = [v / rows[n][n] for v in rows[n]]
        for m in range(len(order)):
            if m != n and rows[m][n]:
                rows[m] = [v - rows[m][n] * w for v, w in zip(rows[m], rows[n], strict=True)]
    return {k: row[-2] for k, row in zip(order, rows, strict=True)}, {
        k: row[-1] for k, row in zip(order, rows, strict=True)
    }


def stopped(arm: Arm, discount: Fraction, found: dict[int, Fraction], charge: Fraction) -> dict[int, Fraction]:
    """Return the value of who may stop for ever and pays a charge for every use."""
    payoffs, times = going_on(arm, discount, {k for k in arm.signals if found[k] >= charge})
    return {k: payoffs[k] - charge * times[k] if k in payoffs else Fraction(0) for k in arm.signals}
