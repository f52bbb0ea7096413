"""Does any transfer rule of a class implement the efficient rule and meet a wish list; and if not, which wishes are at odds?

One linear program over the whole mechanism (`program.synthesis`), split into independent parts. *Yes*: a mechanism. *No*: a Farkas
vector by named rows, over a minimal conflict: dropping any one requirement of it makes the rest feasible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from mechsynth.asks.question import Question
from mechsynth.errors import OutOfTime, UsageError
from mechsynth.mechanism import Mechanism, Table
from mechsynth.program.classes import ORDER, transfer_class
from mechsynth.program.linear import DEFINITION, LinearProgram
from mechsynth.program.objectives import add_objective
from mechsynth.program.requirements import Requirement, requirement
from mechsynth.program.synthesis import Setting
from mechsynth.prove.interior import interior
from mechsynth.prove.linear import Outcome, decide, least_relaxation, optimize
from mechsynth.rational import IntArray, Rationals, narrow, text
from mechsynth.result import Result, Status, Strength
from mechsynth.solver.linear import DEADLINE

SMALLEST = "smallest"
LARGE = 5_000  # rows from which a program is large: no relaxations are computed beside its conflict


def answer(question: Question) -> Result:
    """Decide a wish list, or optimize over it; with the class ``smallest`` over the smallest class that can meet it."""
    token = DEADLINE.set(question.deadline)
    try:
        return smallest(question) if question.transfers == SMALLEST else decide_class(question)
    finally:
        DEADLINE.reset(token)


def smallest(question: Question) -> Result:
    """Ask class by class, from small to large, until one meets the wish list; ``tried`` holds what the smaller ones came to."""
    answers: list[Result] = []
    for name in ORDER:
        answers.append(decide_class(replace(question, transfers=name)))
        if answers[-1].status in (Status.FEASIBLE, Status.OPTIMAL, Status.UNBOUNDED):
            break
        if question.progress is not None:
            question.progress(name, len(answers), len(ORDER))
    return replace(answers[-1], tried=tuple(answers[:-1]))


def decide_class(question: Question) -> Result:
    """Decide a wish list for one class of transfers; ``unknown`` when the time limit passes first."""
    try:
        return settle_class(question)
    except OutOfTime as late:
        asked = {
            "ask": "implement",
            "transfers": question.transfers or "contingent",
            "require": [wish.name for wish in wish_list(question)],
            "objective": question.objective,
        }
        return Result(
            asked,
            Status.UNKNOWN,
            Strength.NUMERICAL,
            mechanism=Mechanism(question.environment, question.actions),
            certificate={"ties": question.ties(), "reason": late.problem},
            environment=question.environment,
        )


def settle_class(question: Question) -> Result:
    """Decide a wish list for one class of transfers."""
    wishes = wish_list(question)
    setting = build(question, wishes)
    asked = {
        "ask": "implement",
        "transfers": setting.transfers.name,
        "require": [wish.name for wish in wishes],
        "objective": question.objective,
    }
    certificate: dict[str, Any] = {"ties": question.ties()}

    def result(status: Status, **more: Any) -> Result:
        mechanism = more.pop("mechanism", Mechanism(question.environment, question.actions))
        return Result(
            asked, status, mechanism=mechanism, certificate=certificate, environment=question.environment, **more
        )

    point = None
    if question.objective == "feasibility":
        point = interior(setting)
    if point is None:
        outcome = feasible(setting.program)
        if outcome is None:
            return unknown(result, certificate)
        if outcome.multipliers is not None:
            conflict, proof = minimal_conflict(setting.program, outcome, question.keep)
            small = len(setting.program.names) <= LARGE and not question.keep
            relaxations = relaxed(setting.program, conflict) if small else []
            return result(
                Status.INFEASIBLE, witness=witness(setting.program, conflict, proof), relaxations=tuple(relaxations)
            )
        point = outcome.point
    assert point is not None
    value = None
    if question.objective != "feasibility":
        best = optimal(setting.program, point)
        if best is None:
            ray = falling(setting.program)
            if ray is not None:
                certificate["ray"] = {name: text(v) for name, v in ray.items()}
                mechanism = Mechanism(question.environment, question.actions, tables(setting, point))
                return result(Status.UNBOUNDED, mechanism=mechanism)
        if best is None or best.point is None or best.value is None or best.multipliers is None:
            return unknown(result, certificate)
        point = best.point
        value = best.value
        if question.objective == "max-revenue":
            surplus = question.rule.expected_surplus()
            assert surplus is not None
            value = surplus - value
        names = setting.program.names
        certificate["multipliers"] = {names[k]: text(v) for k, v in sorted(best.multipliers.items())}
    mechanism = Mechanism(question.environment, question.actions, tables(setting, point))
    status = Status.FEASIBLE if value is None else Status.OPTIMAL
    return result(status, mechanism=mechanism, value=None if value is None else text(value))


def unknown(result: Any, certificate: dict[str, Any]) -> Result:
    """Return that nothing was proved."""
    certificate["reason"] = "floats suggested answers, and none of them could be proved exactly"
    answer: Result = result(Status.UNKNOWN, strength=Strength.NUMERICAL)
    return answer


def wish_list(question: Question) -> list[Requirement]:
    """Return the requirements, ``pepic`` always first and none twice."""
    if question.constant is not None:
        raise UsageError("--last-period", "implement asks about the efficient last period", "leave it out")
    wishes = [requirement("pepic"), *(requirement(wish) for wish in question.require)]
    unique = {wish.name: wish for wish in wishes}
    for name in question.keep:
        if name not in unique:
            raise UsageError("--keep", f"{name!r} is not among the requirements", "require it too")
    return list(unique.values())


def build(question: Question, wishes: Sequence[Requirement]) -> Setting:
    """Return the program of a wish list."""
    setting = Setting(question.environment, question.rule, transfer_class(question.transfers or "contingent"))
    for wish in wishes:
        wish.rows(setting)
    add_objective(setting, question.objective)
    return setting


def feasible(program: LinearProgram) -> Outcome | None:
    """Decide a program part by part: a point of all of them, or multipliers of one that has none."""
    num = np.zeros(len(program.columns), dtype=object)
    den = 1
    for rows in program.components():
        part = program.part(rows)
        outcome = _part(part)
        if outcome is None:
            return None
        if outcome.multipliers is not None:
            return Outcome(multipliers={int(rows[k]): y for k, y in outcome.multipliers.items()}, value=outcome.value)
        assert outcome.point is not None
        own, own_den = outcome.point
        used = np.unique(part.entries[1])
        num, den = _together(num, den, used, own, own_den)
    return Outcome(point=(num, den))


def _part(part: LinearProgram) -> Outcome | None:
    """Decide a connected program by one slack on the rows that ask for something.

    On a large program the equalities are kept hard at first: the solver's presolve can then use them to eliminate columns, which
    halves the time. Where they contradict each other this proves nothing, and all rows get the slack.
    """
    soft = np.array([owner != DEFINITION for owner in part.owners], dtype=bool)
    hard = soft & np.array(part.equal, dtype=bool)
    if len(part.names) > LARGE and hard.any():
        outcome = decide(part, soft & ~hard)
        if outcome is not None:
            return outcome
    return decide(part, soft)


def _together(num: IntArray, den: int, used: Any, own: IntArray, own_den: int) -> tuple[IntArray, int]:
    """Put ``own/own_den`` at some places of ``num/den``."""
    from math import lcm

    common = lcm(den, own_den)
    wide = num * (common // den)
    wide[used] = own[used] * (common // own_den)
    return wide, common


def optimal(program: LinearProgram, point: tuple[IntArray, int]) -> Outcome | None:
    """Optimize the part of a feasible program that the objective touches; the others keep their point."""
    touched = set(program.objective)
    num, den = point
    multipliers: dict[int, Fraction] = {}
    value = Fraction(0)
    for rows in program.components():
        part = program.part(rows)
        used = np.unique(part.entries[1])
        part.objective = {k: v for k, v in program.objective.items() if k in set(used.tolist())}
        if not part.objective:
            continue
        outcome = optimize(part)
        if outcome is None or outcome.point is None or outcome.multipliers is None or outcome.value is None:
            return None
        num, den = _together(num, den, used, *outcome.point)
        multipliers |= {int(rows[k]): y for k, y in outcome.multipliers.items()}
        value += outcome.value
        touched -= set(part.objective)
    return None if touched else Outcome((num, den), multipliers, value)


def falling(program: LinearProgram) -> dict[str, Fraction] | None:
    """Return a direction along which a feasible program's objective falls without end, by column name; ``None`` if none was proved."""
    flat = program.part(np.arange(len(program.names)))
    flat.rights = [Fraction(0)] * len(flat.names)
    cols = np.array([list(program.objective)], dtype=np.int64)
    den = lcm(*(v.denominator for v in program.objective.values()))
    nums = np.array([[int(v * den) for v in program.objective.values()]], dtype=object)
    flat.add_rows(["falls"], [cols], [narrow(nums)], den, [Fraction(-1)], "falls", equal=True)
    flat.objective = {}
    outcome = feasible(flat)
    if outcome is None or outcome.point is None:
        return None
    num, bottom = outcome.point
    return {program.columns[k]: Fraction(int(num[k]), bottom) for k in np.flatnonzero(num).tolist()}


def minimal_conflict(
    program: LinearProgram, outcome: Outcome, keep: Sequence[str]
) -> tuple[list[str], dict[str, Fraction]]:
    """Return requirements that cannot hold together, dropping any one of which (those to keep aside) lets the rest hold, and the proof."""

    def proof_of(part: LinearProgram, found: Outcome) -> dict[str, Fraction]:
        assert found.multipliers is not None
        return {part.names[k]: y for k, y in sorted(found.multipliers.items())}

    def owners(part: LinearProgram, found: Outcome) -> list[str]:
        assert found.multipliers is not None
        used = {part.owners[k] for k in found.multipliers} - {DEFINITION}
        return [owner for owner in dict.fromkeys(part.owners) if owner in used]

    conflict, proof = owners(program, outcome), proof_of(program, outcome)
    for wish in list(conflict):
        if wish in keep or wish not in conflict:
            continue
        rest = [other for other in conflict if other != wish]
        part = program.restricted([*rest, *keep])
        found = feasible(part)
        if found is not None and found.multipliers is not None:
            conflict, proof = owners(part, found), proof_of(part, found)
    return conflict, proof


def relaxed(program: LinearProgram, conflict: Sequence[str]) -> list[dict[str, str]]:
    """Return for each requirement of a conflict by how much it must be relaxed, alone, for the conflict to dissolve."""
    part = program.restricted(conflict)
    found = []
    for wish in conflict:
        soft = np.array([owner == wish for owner in part.owners], dtype=bool)
        least = least_relaxation(part, soft)
        if least is not None and least.value is not None:
            found.append({"requirement": wish, "least": text(least.value)})
    return found


def witness(program: LinearProgram, conflict: list[str], proof: dict[str, Fraction]) -> dict[str, Any]:
    """Return the Farkas witness of a conflict."""
    rights = dict(zip(program.names, program.rights, strict=True))
    shortfall = sum((y * rights[name] for name, y in proof.items()), Fraction(0))
    return {
        "kind": "farkas",
        "conflict": conflict,
        "multipliers": {name: text(y) for name, y in proof.items()},
        "shortfall": text(shortfall),
    }


def tables(setting: Setting, point: tuple[IntArray, int]) -> tuple[dict[str, dict[str, Table]], ...]:
    """Return the transfers of a point as tables, in the shapes of the class."""
    num, den = point
    found = []
    for t in range(setting.count):
        kinds: dict[str, dict[str, Table]] = {}
        for i, name in enumerate(setting.environment.agents):
            own: dict[str, Table] = {}
            now, later = setting.now[t][i], setting.later[t][i]
            if now is not None:
                own["now"] = _table(num[now].reshape(setting.period(t).shape), den)
            if later is not None:
                own["later"] = _table(_later(setting, t, i, num[later]), den)
            if own:
                kinds[name] = own
        found.append(kinds)
    return tuple(found)


def _table(num: IntArray, den: int) -> Table:
    reduced = Rationals(num, den).reduce()
    return Table(Rationals(narrow(reduced.num), reduced.den))


def _later(setting: Setting, t: int, i: int, values: IntArray) -> IntArray:
    """Return payments over ``(ρ, θ')`` in the shape of a table, axes that are not looked at of length 1."""
    after = setting.following(t)
    assert after is not None
    now, nxt = setting.period(t).shape, setting.period(after).shape
    wide = values.reshape(*now, *nxt)
    if not setting.transfers.own_next:
        wide = np.take(wide, [0], axis=len(now) + i)
    if setting.transfers.own_report:
        return np.asarray(wide[None])
    chosen = setting.chosen(t).reshape(now)
    shape = tuple(1 if j == i else length for j, length in enumerate(now))
    table = np.zeros((len(setting.period(t).actions), *shape, *wide.shape[len(now) :]), dtype=object)
    for theta in np.ndindex(*now):
        place = tuple(0 if j == i else k for j, k in enumerate(theta))
        table[(chosen[theta], *place)] = wide[theta]
    return table
