"""Objectives and intervals in the oracle's own rows: is a value attained, and is nothing better?"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import z3
from oracles import wishes
from oracles.mechanism import Mechanism
from oracles.model import Model, Profile, drop, insert

GOAL = "goal"
OBJECTIVES = ("max-revenue", "min-rent", "min-max-transfer", "min-total-transfer", "min-subsidy", "min-epsilon")


def goal_rows(asked: wishes.Wishes, objective: str) -> Iterator[wishes.Row]:
    """Rows under which the unknown `goal` is at least what the objective minimizes (for revenue: at most what it maximizes)."""
    goal: wishes.Form = {GOAL: Fraction(1)}

    def row(form: wishes.Form) -> wishes.Row:
        return wishes.Row(objective, (), form, False)

    if objective == "max-revenue":
        yield row(wishes.add(asked.revenue(), goal, -1))
    elif objective == "min-rent":
        for one in asked.rows("surplus:every-history"):
            yield row(wishes.add(dict(goal), one.form, -1))
    elif objective == "min-max-transfer":
        for p in asked.payments():
            for sign in (1, -1):
                yield row(wishes.add(dict(goal), {p: Fraction(sign)}))
    elif objective == "min-total-transfer":
        total = dict(goal)
        for p in asked.payments():
            size = ("size", p)
            total[size] = Fraction(-1)
            for sign in (1, -1):
                yield row({size: Fraction(1), p: Fraction(sign)})
        yield row(total)
    elif objective == "min-subsidy":
        yield row(goal)
        for one in asked.rows("budget:per-period"):
            yield row(wishes.add(dict(goal), one.form))
    else:
        yield row(goal)


def rows(asked: wishes.Wishes, names: tuple[str, ...], objective: str) -> list[wishes.Row]:
    """Everything that is asked, with the goal."""
    found = []
    for one in asked.all(names):
        loose = objective == "min-epsilon" and one.wish == "pepic"
        found.append(wishes.Row(one.wish, one.place, wishes.add(dict(one.form), {GOAL: Fraction(1)}), False) if loose else one)
    return [*found, *goal_rows(asked, objective)]


def verdicts(asked: wishes.Wishes, names: tuple[str, ...], objective: str, value: Fraction) -> tuple[bool, bool]:
    """Whether the value can be had, and whether something better can."""
    better = 1 if objective == "max-revenue" else -1
    solver, unknowns = wishes.solver_of(rows(asked, names, objective), 20)
    goal = unknowns[GOAL]
    number = z3.RealVal(f"{value.numerator}/{value.denominator}")
    found = []
    for wish in ((goal - number) * better >= 0, (goal - number) * better > 0):
        solver.push()
        solver.add(wish)
        answer = solver.check()
        if answer == z3.unknown:
            raise wishes.Undecided(solver.reason_unknown())
        found.append(answer == z3.sat)
        solver.pop()
    return found[0], found[1]


def pairs(model: Model) -> Iterator[tuple[int, int, Profile, Profile]]:
    """Period, agent, and two profiles that differ in the agent's signal."""
    for t, period in enumerate(model.periods):
        for i in range(len(model.agents)):
            for theta in period.profiles():
                for k in range(len(period.signals[i])):
                    if k != theta[i]:
                        yield t, i, theta, insert(drop(theta, i), i, k)


def kept_less(asked: wishes.Wishes, t: int, i: int, theta: Profile, other: Profile) -> wishes.Form:
    """Φ(θ) − Φ(θ̄), where Φ = W − X."""
    value = asked.eff.values[t]
    form: wishes.Form = {None: value[theta] - value[other]}
    wishes.add(form, asked.x(t, i, theta), -1)
    return wishes.add(form, asked.x(t, i, other))


def greatest(asked: wishes.Wishes, t: int, i: int, theta: Profile, other: Profile, value: Fraction) -> tuple[bool, bool]:
    """Whether history-independent equilibrium payments reach a difference of Φ, and whether any exceed it."""
    form = wishes.add(kept_less(asked, t, i, theta, other), {GOAL: Fraction(-1)})
    solver, unknowns = wishes.solver_of([*asked.all(()), wishes.Row("difference", (), form, True)], 20)
    number = z3.RealVal(f"{value.numerator}/{value.denominator}")
    found: list[Any] = []
    for wish in (unknowns[GOAL] == number, unknowns[GOAL] > number):
        solver.push()
        solver.add(wish)
        found.append(solver.check() == z3.sat)
        solver.pop()
    return found[0], found[1]


def attained(model: Model, result: dict[str, Any], kind: str, names: tuple[str, ...], objective: str) -> Fraction:
    """What the mechanism of a result comes to, by the definition of the objective."""
    mech = Mechanism(model, result)
    asked = wishes.Wishes(model, kind, mech.rule)
    point = wishes.values_of(asked, mech)
    if objective == "max-revenue":
        return wishes.value(asked.revenue(), point)
    if objective == "min-rent":
        return max(wishes.value(one.form, point) for one in asked.rows("surplus:every-history"))
    sizes = [abs(point.get(p, Fraction(0))) for p in asked.payments()]
    if objective == "min-max-transfer":
        return max(sizes, default=Fraction(0))
    if objective == "min-total-transfer":
        return sum(sizes, Fraction(0))
    wish = "budget:per-period" if objective == "min-subsidy" else "pepic"
    return max([Fraction(0), *(-wishes.value(one.form, point) for one in asked.rows(wish))])
