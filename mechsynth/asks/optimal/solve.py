"""The largest revenue over all rules and payments (Kakade, Lobel and Nazerzadeh 2011; Yoon 2021a, section 2).

The program is `mechsynth.construct.tree`; it is never unbounded (its optimum is at most the expected surplus) and never infeasible (one action, and a large
enough subsidy in period 1). The answer is the mechanism as it is played, lotteries and payments by history, and multipliers: how much a type is tempted to
report another. With these the bound is a dynamic program over *virtual values*, which a checker runs without a solver.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

from mechsynth.asks.optimal import Optimal
from mechsynth.construct.case import Case
from mechsynth.construct.tree import Sequence, Tree, controlled, sequence
from mechsynth.errors import UsageError
from mechsynth.prove.exact import Decision, decide
from mechsynth.prove.walk import Kind
from mechsynth.rational import text
from mechsynth.result import Result, Status, Strength
from mechsynth.result.answer import Grown
from mechsynth.run import Run

LARGEST = 400_000  # columns above which the program is refused


def answer(ask: Optimal, case: Case, run: Run) -> Result:
    """Find the mechanism that earns the most, and prove that none earns more.

    Raises
    ------
    UsageError
        Where memory is short although actions move signals, and where the tree is too large.
    """
    environment = case.environment
    moved = controlled(environment)
    if moved and ask.memory != "full":
        raise UsageError("memory", "actions move the signals here, and histories count", "leave it out, or full")
    tree = Tree(environment, ask.memory, moved)
    if tree.width > LARGEST:
        raise UsageError("ask optimal", f"{tree.width} columns", "ask for fewer periods, or for a shorter memory")
    run.check()
    program = sequence(tree, ask.participation, run)
    found = decide(program.rows, program.cost, program.den)
    played = None if found is None or found.kind is not Kind.OPTIMAL else _played(tree, found)
    if found is None or found.value is None or played is None:
        seen = {"reason": _limit(found)}
        return Result(ask.document(), Status.UNKNOWN, Strength.NUMERICAL, certificate=seen, environment=environment)
    return Result(
        question=ask.document(),
        status=Status.OPTIMAL,
        value=text(-found.value),
        tree=played,
        certificate=_multipliers(tree, program, found, ask.participation),
        environment=environment,
    )


def _limit(found: Decision | None) -> str:
    """Return why nothing was proved."""
    if found is None or found.value is None or found.kind is not Kind.OPTIMAL:
        return "the program was not decided"
    return (
        f"the program behind the question has the value {text(-found.value)}, but at the point found payments count that would follow "
        "a draw of probability 0: no mechanism plays that point, and whether another earns as much was not settled"
    )


def _played(tree: Tree, found: Decision) -> Grown | None:
    """Return lotteries and payments by history; what follows a chance of 0 is never played and costs nothing.

    ``None`` where a payoff after a chance of 0 matters: the optimum is then a limit.
    """
    assert found.point is not None
    numbers, bottom = found.point
    point = [Fraction(int(value), int(bottom)) for value in numbers]
    dead = _dead(tree, point)
    environment, agents = tree.environment, tree.environment.players
    if not _clean(tree, point, dead):
        return None
    periods = []
    for t in range(1, tree.last + 1):
        period = environment.period(t)
        profiles, actions = tree.profiles(t), tree.actions(t)
        utilities = period.utilities.reshape(len(environment.agents), actions, profiles)
        kernel = period.kernel() if t < tree.last else None
        idle = _idle(tree, t)
        lotteries: list[Any] = []
        paid: dict[int, list[Any]] = {i: [] for i in agents}
        for h in range(tree.histories(t)):
            chance = Fraction(1) if t == 1 or not tree.moved else point[tree.lottery(t - 1) + h]
            for p in range(profiles):
                start = tree.lottery(t) + (h * profiles + p) * actions
                drawn = point[start : start + actions]
                lotteries.append([text(z / chance) for z in drawn] if chance else idle[p])
                for i in agents:
                    if not chance:
                        paid[i].append("0")
                        continue
                    total = sum((z * utilities.fraction(i, a, p) for a, z in enumerate(drawn)), Fraction(0))
                    for a in tree.branches[t] if kernel is not None else ():
                        after = tree.following(t, h, p, a)
                        if after in dead.get(t + 1, ()):
                            continue
                        first = tree.payoff(t + 1, i) + after * tree.profiles(t + 1)
                        assert kernel is not None
                        for q in range(tree.profiles(t + 1)):
                            if kernel.num[a, p, q]:
                                total += environment.discount * kernel.fraction(a, p, q) * point[first + q]
                    paid[i].append(text((total - point[tree.payoff(t, i) + h * profiles + p]) / chance))
        shape = _axes(tree, t)
        payments = {environment.agents[i]: _nested(paid[i], shape) for i in agents}
        periods.append({"allocation": _nested(lotteries, shape), "payments": payments})
    return Grown(periods)


def _dead(tree: Tree, point: list[Fraction]) -> dict[int, set[int]]:
    """Return the histories of chance 0, by period."""
    if not tree.moved:
        return {}
    return {
        t: {h for h in range(tree.histories(t)) if not point[tree.lottery(t - 1) + h]} for t in range(2, tree.last + 1)
    }


def _clean(tree: Tree, point: list[Fraction], dead: dict[int, set[int]]) -> bool:
    """Return whether payoffs after a chance of 0 move no incentive: then they may as well be 0."""
    environment = tree.environment
    for t in range(1, tree.last):
        if not dead.get(t + 1):
            continue
        period = environment.period(t)
        kernel, profiles = period.kernel(), tree.profiles(t)
        places = list(product(*(range(n) for n in period.shape)))
        for i, h, told, a in product(environment.players, range(tree.histories(t)), range(profiles), tree.branches[t]):
            after = tree.following(t, h, told, a)
            if after not in dead[t + 1]:
                continue
            first = tree.payoff(t + 1, i) + after * tree.profiles(t + 1)
            values = point[first : first + tree.profiles(t + 1)]
            if not any(values):
                continue
            means = {
                sum((kernel.fraction(a, truth, q) * v for q, v in enumerate(values)), Fraction(0))
                for truth, place in enumerate(places)
                if all(j == i or place[j] == places[told][j] for j in range(len(place)))
            }
            if len(means) > 1:
                return False
    return True


def _idle(tree: Tree, t: int) -> list[list[str]]:
    """Return, for every profile, the lottery that stands where nothing is ever played: the first available action."""
    choices = tree.environment.period(t).choices()
    first = choices.argmax(axis=0)
    return [["1" if a == chosen else "0" for a in range(tree.actions(t))] for chosen in first.tolist()]


def _axes(tree: Tree, t: int) -> tuple[int, ...]:
    """Return the lengths of the axes of a table of period ``t``: histories, and the current profile."""
    found: list[int] = []
    for s in range(1, t):
        seen = tree.memory == "full" or (tree.memory == "first-and-current" and s == 1)
        found += [tree.profiles(s) if seen else 1, *([tree.actions(s)] if tree.moved else [])]
    return (*found, tree.profiles(t))


def _nested(flat: list[Any], shape: tuple[int, ...]) -> Any:
    for length in shape[:0:-1]:
        flat = [flat[k : k + length] for k in range(0, len(flat), length)]
    return flat


def _multipliers(tree: Tree, program: Sequence, found: Decision, participation: str) -> dict[str, Any]:
    """Return the multipliers that are not 0: temptations, and what joining costs."""
    assert found.multipliers is not None
    numbers, bottom = found.multipliers
    agents = tree.environment.agents
    tempted = []
    for lie in program.lies:
        for h in range(tree.histories(lie.period)):
            value = int(numbers[lie.start + h])
            if value:
                tempted.append(
                    {
                        "agent": agents[lie.agent],
                        **({} if tree.memory == "full" else {"period": lie.period}),
                        "history": _past(tree, lie.period, h),
                        "signals": _labels(tree, lie.period, lie.truth),
                        "report": _labels(tree, lie.period, lie.told)[agents[lie.agent]],
                        "weight": text(Fraction(value * lie.scale, int(bottom))),
                    }
                )
    joined = []
    for row, agent, profiles, scale in program.joining:
        value = int(numbers[row])
        if value:
            told = _labels(tree, 1, profiles[0])
            shown = told if participation == "ex-post" else {name: told[name] for name in tree.seen(agent)}
            weight = Fraction(value * scale, int(bottom))
            joined.append({"agent": agents[agent], "signals": shown, "weight": text(weight)})
    return {"tempted": tempted, "joined": joined}


def _labels(tree: Tree, t: int, profile: int) -> dict[str, str]:
    period = tree.environment.period(t)
    place = list(product(*period.signals))[profile] if period.size < 64 else _far(period.signals, profile)
    return dict(zip(tree.environment.agents, place, strict=True))


def _far(signals: Any, profile: int) -> tuple[str, ...]:
    found: list[str] = []
    for own in reversed(signals):
        profile, k = divmod(profile, len(own))
        found.append(own[k])
    return tuple(reversed(found))


def _past(tree: Tree, t: int, history: int) -> list[dict[str, object]]:
    """Return what a history remembers, oldest first: reports by agent, and the action where it matters."""
    if t == 1 or tree.memory == "current":
        return []
    if tree.memory == "first-and-current":
        return [{"signals": _labels(tree, 1, history)}]
    found: list[dict[str, object]] = []
    for s in range(t - 1, 0, -1):
        action = None
        if tree.moved:
            history, action = divmod(history, tree.actions(s))
        history, profile = divmod(history, tree.profiles(s))
        entry: dict[str, object] = {"signals": _labels(tree, s, profile)}
        if action is not None:
            entry["action"] = tree.environment.period(s).actions[action]
        found.append(entry)
    return found[::-1]
