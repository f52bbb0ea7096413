"""Does any transfer rule of a class implement the efficient rule and meet a wish list; and if not, which wishes are at odds?

One linear program over the whole mechanism (`program.synthesis`), split into independent parts. *Yes*: a mechanism. *No*: a Farkas
vector by named rows, over a minimal conflict: dropping any one requirement of it makes the rest feasible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.asks.implement import Implement, shortcuts
from mechsynth.asks.implement.conflicts import Conflict, Relaxation, minimal_conflict, relaxed, witness
from mechsynth.construct.ahead import rents
from mechsynth.construct.case import Case
from mechsynth.construct.unsettled import unsettled
from mechsynth.errors import OutOfTime, UsageError
from mechsynth.mechanism import Mechanism, Table
from mechsynth.program.believed import Bnic, Pbic
from mechsynth.program.classes import transfer_class
from mechsynth.program.labelled import Program
from mechsynth.program.money import Bounded
from mechsynth.program.objectives import add_objective
from mechsynth.program.requirements import Requirement, built_in, requirement
from mechsynth.program.synthesis import Setting
from mechsynth.program.written import add_requirement, written
from mechsynth.prove.interior import interior
from mechsynth.prove.linear import Outcome
from mechsynth.prove.parts import LARGE, NOWHERE, falling, feasible, named, optimal, refuted_by_neighbours
from mechsynth.rational import IntArray, Rationals, narrow, text
from mechsynth.result import Result, Status, Strength
from mechsynth.result.vocabulary import TRANSFERS
from mechsynth.run import Run

SMALLEST = "smallest"
MOST_SPARED = (
    4_000  # payments up to which a conflict carries, for each of its requirements, transfers that meet the others
)


def answer(ask: Implement, case: Case, run: Run) -> Result:
    """Decide a wish list, or optimize over it; with the class ``smallest`` the smallest that can, or that attains the best of all."""
    if ask.look_ahead != "1":
        return ahead(ask, case, run)
    if ask.objective != "feasibility":
        return decide_class(ask, case, run) if ask.transfers != SMALLEST else smallest_best(ask, case, run)
    return weakened(ask, case, run, (decide_class if ask.transfers != SMALLEST else smallest)(ask, case, run))


def ahead(ask: Implement, case: Case, run: Run) -> Result:
    """Decide truth alone with payments that look several periods ahead.

    Raises
    ------
    UsageError
        For wishes that are asked of payments of the next period alone.
    """
    place, plain = "look_ahead", "leave it out, or ask for truth alone (pepic) with contingent or vcg-type payments"
    if ask.transfers not in ("contingent", "vcg-type"):
        raise UsageError(place, f"{ask.transfers} payments look one period ahead here", plain)
    if ask.notion != "pepic" or ask.objective != "feasibility" or case.given is not None:
        raise UsageError(place, "beside another notion of truth, an objective or a rule that is given", plain)
    wishes = [wish.name for wish in wish_list(ask)]
    if wishes != ["pepic"]:
        more = "ask contingent or vcg-type for residual claimants" if "residual-claimant" in wishes else plain
        raise UsageError(place, f"beside {', '.join(name for name in wishes if name != 'pepic')}", more)
    return rents.answer(
        asked(ask, case), case, run, look_ahead=ask.look_ahead, own_report=ask.transfers == "contingent"
    )


def weakened(ask: Implement, case: Case, run: Run, found: Result) -> Result:
    """Add to a negative answer about ``pbic`` alone what ``bnic`` comes to, with the same class of transfers."""
    if found.status is not Status.INFEASIBLE or [wish.name for wish in wish_list(ask)] != ["pbic"]:
        return found
    kind = str(found.question["transfers"])
    other = decide_class(replace(ask, transfers=kind, require=(), incentives="bnic"), case, run)
    if other.status not in (Status.FEASIBLE, Status.INFEASIBLE):
        return found
    return replace(found, certificate={**found.certificate, "weaker": other.document()})


def smallest(ask: Implement, case: Case, run: Run) -> Result:
    """Ask class by class, from small to large, until one meets the wish list; ``tried`` holds what the smaller ones came to."""
    answers: list[Result] = []
    for name in TRANSFERS:
        answers.append(decide_class(replace(ask, transfers=name), case, run))
        if answers[-1].status in (Status.FEASIBLE, Status.OPTIMAL, Status.UNBOUNDED):
            break
        run.say(name, len(answers), len(TRANSFERS))
    return replace(answers[-1], tried=tuple(answers[:-1]))


def smallest_best(ask: Implement, case: Case, run: Run) -> Result:
    """Optimize over every class, and return the first in order that attains the best of all; ``tried`` holds the others.

    A class that attains something may attain less than a larger one, so the first class that can meet the wish list is not the answer. Where
    the largest class cannot meet it, no class can, and the others are not asked.
    """
    found = {TRANSFERS[-1]: decide_class(replace(ask, transfers=TRANSFERS[-1]), case, run)}
    if found[TRANSFERS[-1]].status is Status.INFEASIBLE:
        return found[TRANSFERS[-1]]
    for count, name in enumerate(TRANSFERS[:-1], 1):
        found[name] = decide_class(replace(ask, transfers=name), case, run)
        run.say(name, count, len(TRANSFERS))
    answers = [found[name] for name in TRANSFERS]
    best = max(answers, key=lambda each: _rank(each, ask.objective))
    return replace(best, tried=tuple(each for each in answers if each is not best))


def _rank(result: Result, objective: str) -> tuple[int, Fraction]:
    """Return how good an optimum is: without end, then by its value, then what is not known."""
    if result.status is Status.UNBOUNDED:
        return 2, Fraction(0)
    if result.status is not Status.OPTIMAL or result.value is None:
        return 0, Fraction(int(result.status is Status.UNKNOWN))
    value = Fraction(result.value)
    return 1, value if objective == "max-revenue" else -value


def decide_class(ask: Implement, case: Case, run: Run) -> Result:
    """Decide a wish list for one class of transfers; ``unknown`` when the time limit passes first."""
    try:
        return settle_class(ask, case, run)
    except OutOfTime as late:
        return unsettled(case, asked(ask, case), late, _seen(ask, case, late.seen))


def settle_class(ask: Implement, case: Case, run: Run) -> Result:
    """Decide a wish list for one class of transfers.

    For a large program, of more than `LARGE` rows, no relaxations are computed beside a conflict.
    """
    wishes = wish_list(ask)
    setting = build(ask, case, wishes, run)
    certificate: dict[str, object] = {**case.certificate(), **written(setting.program, wishes)}

    def result(status: Status, **more: Any) -> Result:
        mechanism = more.pop("mechanism", case.mechanism())
        return Result(
            asked(ask, case), status, mechanism=mechanism, certificate=certificate, environment=case.environment, **more
        )

    kind, exact = setting.transfers.name, ask.strength == "exact"
    large = len(setting.program.names) > LARGE
    point, ends = None, NOWHERE
    outcome: Outcome | None = None
    if large and ask.objective == "feasibility":
        ready = shortcuts.mechanism(case, run, kind, wishes) or _stronger(ask, case, run, wishes)
        if ready is not None:
            return result(Status.FEASIBLE, mechanism=ready)
    if large and any(setting.program.spare):
        outcome = refuted_by_neighbours(setting.program, exact)
    if outcome is None and ask.objective == "feasibility":
        inside = interior(setting)
        point, ends = inside.point, inside.ends
    if point is None:
        outcome = outcome or feasible(setting.program, exact, ends)
        doubtful = outcome is None or outcome.bound is not None
        if doubtful and ask.objective == "feasibility" and not large:
            ready = shortcuts.mechanism(case, run, kind, wishes)
            if ready is not None:
                return result(Status.FEASIBLE, mechanism=ready)
        if outcome is None:
            return unknown(result, certificate)
        if outcome.multipliers is not None:
            return result(**at_odds(ask, case, run, setting, wishes, outcome, certificate))
        point = outcome.point
    assert point is not None
    value = None
    if ask.objective != "feasibility":
        best = optimal(setting.program, point)
        if best is None or best.point is None or best.ray is not None:
            ray = falling(setting.program) if best is None or best.ray is None else named(setting.program, best.ray)
            if ray is not None:
                certificate["ray"] = {name: text(v) for name, v in ray.items()}
                mechanism = case.mechanism(tables(setting, point))
                return result(Status.UNBOUNDED, mechanism=mechanism)
        if best is None or best.point is None or best.value is None or best.multipliers is None:
            return unknown(result, certificate, _seen(ask, case, None if best is None else best.seen))
        point = best.point
        value = best.value
        if ask.objective == "max-revenue":
            surplus = case.played.expected_surplus()
            assert surplus is not None
            value = surplus - value
        names = setting.program.names
        certificate["multipliers"] = {names[k]: text(v) for k, v in sorted(best.multipliers.items())}
    mechanism = case.mechanism(tables(setting, point))
    status = Status.FEASIBLE if value is None else Status.OPTIMAL
    return result(status, mechanism=mechanism, value=None if value is None else text(value))


def _stronger(ask: Implement, case: Case, run: Run, wishes: Sequence[Requirement]) -> Mechanism | None:
    """Return a mechanism that meets ``pbic`` where ``bnic`` is asked for, if there is room for one: the first implies the second.

    States that truth does not lead to have columns of their own under ``bnic``, which payments do not determine, and no room is seen there.
    """
    if not any(type(wish) is Bnic for wish in wishes) or not all(map(built_in, wishes)):
        return None
    if any(wish.name == "exit:interim" for wish in wishes):
        return None
    setting = build(ask, case, [Pbic() if type(wish) is Bnic else wish for wish in wishes], run)
    point = interior(setting).point
    return None if point is None else case.mechanism(tables(setting, point))


def at_odds(
    ask: Implement,
    case: Case,
    run: Run,
    setting: Setting,
    wishes: Sequence[Requirement],
    outcome: Outcome,
    certificate: dict[str, object],
) -> dict[str, Any]:
    """Return what a negative answer consists of: status, witness, strength, relaxations; a bound and their proofs go into the certificate.

    Multipliers that exclude only payments up to a bound leave the question open, unless a requirement keeps payments below it.
    """
    kind, exact = setting.transfers.name, ask.strength == "exact"
    objects = {wish.name: wish for wish in wishes}

    def known(names: Sequence[str]) -> Mechanism | None:
        return shortcuts.witness(case, run, kind, [objects[name] for name in names])

    conflict = minimal_conflict(setting.program, outcome, ask.keep, known, exact)
    status, strength = Status.INFEASIBLE, Strength.EXACT
    if conflict.bound is not None:
        strength, certificate["bound"] = Strength.VERIFIED, text(conflict.bound)
        keeps = [wish.name for wish in wishes if isinstance(wish, Bounded) and wish.bound <= conflict.bound]
        if not keeps:
            status = Status.UNKNOWN
        elif not set(keeps) & set(conflict.requirements):
            conflict = replace(conflict, requirements=[*conflict.requirements, keeps[0]], spared={})
    large = len(setting.program.names) > LARGE
    quick = not large and not ask.keep and strength is Strength.EXACT
    measured = quick if ask.relax is None else ask.relax
    eased = relaxed(setting.program, conflict) if measured else []
    if eased:
        certificate["relaxations"] = [_eased(case, setting, each) for each in eased]
    masses = {name: text(setting.program.masses[name]) for name in conflict.proof if name in setting.program.masses}
    if masses:
        certificate["masses"] = masses
    spared = _spared(case, setting, conflict, {each.requirement for each in eased})
    if spared:
        certificate["minimal"] = spared
    return {
        "status": status,
        "strength": strength,
        "witness": witness(setting.program, conflict),
        "relaxations": tuple({"requirement": each.requirement, "least": text(each.least)} for each in eased),
    }


def _spared(case: Case, setting: Setting, conflict: Conflict, shown: set[str]) -> dict[str, object]:
    """Return transfers that meet a conflict without one requirement, by requirement; those that its relaxation shows are left out."""
    if len(conflict.requirements) < 2 or setting.transfer_columns().size > MOST_SPARED:
        return {}
    found = {}
    for name, meets in conflict.spared.items():
        if name in shown:
            continue
        if not isinstance(meets, Mechanism):
            meets = case.mechanism(tables(setting, meets))
        found[name] = meets.document()["transfers"]
    return found


def _eased(case: Case, setting: Setting, found: Relaxation) -> dict[str, object]:
    """Return a relaxation with its proofs: transfers for which it is enough, and multipliers by which no less would do."""
    mechanism = case.mechanism(tables(setting, found.point))
    return {
        "requirement": found.requirement,
        "least": text(found.least),
        "multipliers": {name: text(y) for name, y in found.proof.items()},
        "transfers": mechanism.document()["transfers"],
    }


def unknown(result: Any, certificate: dict[str, object], seen: str | None = None) -> Result:
    """Return that nothing was proved, with the value that floats saw, if there was one."""
    certificate["reason"] = (
        "floats suggested answers, none of them could be proved, and the exact simplex was given up after many steps; "
        "with a time limit it goes on until the time is over"
    )
    answer: Result = result(Status.UNKNOWN, strength=Strength.NUMERICAL, value=seen)
    return answer


def _seen(ask: Implement, case: Case, value: float | None) -> str | None:
    """Return the value of the objective that floats saw, as a short number; ``None`` if they saw none."""
    if value is None or not np.isfinite(value):
        return None
    if ask.objective == "max-revenue":
        surplus = case.played.expected_surplus()
        assert surplus is not None
        value = float(surplus) - value
    return text(Fraction(f"{value:.6g}"))


def asked(ask: Implement, case: Case) -> dict[str, object]:
    """Return the question as its result tells it, each requirement by its own name: ``bounded:1/2`` for ``bounded:0.5``."""
    return case.told({**ask.document(), "require": [wish.name for wish in wish_list(ask)]})


def wish_list(ask: Implement) -> list[Requirement]:
    """Return the requirements, what truth must be always first and none twice."""
    wishes = [requirement(ask.notion), *(requirement(wish) for wish in ask.require)]
    unique: dict[str, Requirement] = {}
    for wish in wishes:
        if unique.setdefault(wish.name, wish) != wish:
            raise UsageError("require", f"two requirements are called {wish.name!r}", "give each a name of its own")
    if "exit:interim" in unique and ask.notion != "bnic":
        raise UsageError(
            "require", f"exit:interim is about strategies, {ask.notion} about single lies", "ask with --incentives bnic"
        )
    for name in ask.keep:
        if name not in unique:
            raise UsageError("keep", f"{name!r} is not among the requirements", "require it too")
    return list(unique.values())


def program(ask: Implement, case: Case) -> Program:
    """Return the program of a wish list with named rows and columns; its optimum is the value of the result.

    Revenue is the surplus less the payoffs, and the program that is solved minimizes these.
    """
    if ask.look_ahead != "1":
        raise UsageError("look_ahead", "no program with payments of several periods is written out", "leave it out")
    found = build(ask, case, wish_list(ask)).program.labelled()
    if ask.objective == "max-revenue":
        surplus = case.played.expected_surplus()
        assert surplus is not None
        payoffs = {name: -value for name, value in found.objective.items()}
        found = replace(found, objective=payoffs, sense="max", constant=surplus)
    return found


def build(ask: Implement, case: Case, wishes: Sequence[Requirement], run: Run | None = None) -> Setting:
    """Return the program of a wish list."""
    setting = Setting(case.environment, case.played, transfer_class(ask.transfers))
    setting.program.run = run or setting.program.run
    for wish in wishes:
        add_requirement(wish, setting)
    add_objective(setting, ask.objective)
    return setting


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
    """Return payments over ``(h, θ')`` in the shape of a table, axes that are not looked at of length 1; 0 after actions that are not taken."""
    after = setting.following(t)
    assert after is not None
    past, now, nxt = setting.pasts[t], setting.period(t).shape, setting.period(after).shape
    wide = values.reshape(-1, *nxt)
    if not setting.transfers.own_next:
        wide = np.take(wide, [0], axis=1 + i)
    if setting.transfers.own_report and not past.draws:
        return np.asarray(wide.reshape(1, *now, *wide.shape[1:]))
    blind = not setting.transfers.own_report
    shape = tuple(1 if blind and j == i else length for j, length in enumerate(now))
    table = np.zeros((len(setting.period(t).actions), *shape, *wide.shape[1:]), dtype=object)
    theta = list(np.unravel_index(past.told, now))
    if blind:
        theta[i] = np.zeros_like(theta[i])
    table[(past.drawn, *theta)] = wide
    return table
