"""Points of the program as files tell them: lotteries and payments by history, chances and payoffs, multipliers by what they are of."""

from __future__ import annotations

from collections.abc import Sequence as Series
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from mechsynth.construct.points import Dead, dead
from mechsynth.construct.sequence import Held, Sequence
from mechsynth.construct.sure import Branch
from mechsynth.construct.tree import Tree
from mechsynth.prove.rows import Exact
from mechsynth.rational import text
from mechsynth.result.answer import Grown


def played(tree: Tree, point: Series[Fraction]) -> Grown:
    """Return lotteries and payments by history, of a point that can be played; what follows a chance of 0 is never played and costs nothing."""
    gone = dead(tree, point)
    environment, agents = tree.environment, tree.environment.players
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
                    total = sum((z * utilities.fraction(i, a, p) for a, z in enumerate(drawn) if z), Fraction(0))
                    for a in tree.branches[t] if kernel is not None else ():
                        after = tree.following(t, h, p, a)
                        if after in gone.get(t + 1, ()):
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


def told(tree: Tree, point: Series[Fraction]) -> list[dict[str, object]]:
    """Return a point as it is: chances ``z`` and payoffs ``Y``, per period, with the axes of the tree form."""
    found = []
    for t in range(1, tree.last + 1):
        shape, actions = _axes(tree, t), tree.actions(t)
        nodes = tree.histories(t) * tree.profiles(t)
        start = tree.lottery(t)
        chances = [[text(z) for z in point[start + n * actions : start + (n + 1) * actions]] for n in range(nodes)]
        payoffs = {}
        for i in tree.environment.players:
            first = tree.payoff(t, i)
            payoffs[tree.environment.agents[i]] = _nested([text(y) for y in point[first : first + nodes]], shape)
        found.append({"chances": _nested(chances, shape), "payoffs": payoffs})
    return found


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


def multipliers(tree: Tree, program: Sequence, proof: Exact, participation: str) -> dict[str, object]:
    """Return the multipliers that are not 0: temptations, what joining costs, and those of the other rows that there are."""
    numbers, bottom = proof
    agents = tree.environment.agents
    tempted: list[dict[str, object]] = []
    for lie in program.lies:
        for k, h in enumerate(lie.histories.tolist()):
            value = int(numbers[lie.start + k])
            if value:
                own = labels(tree, lie.period, lie.truth)
                seen = _seen(tree, lie.agent, own) if program.expected else own
                tempted.append(
                    {
                        **_where(tree, lie.agent, lie.period, h),
                        "signals": seen,
                        "report": labels(tree, lie.period, lie.told)[agents[lie.agent]],
                        "weight": text(Fraction(value * lie.scale, int(bottom))),
                    }
                )
    joined = []
    for row, agent, profiles, scale in program.joining:
        value = int(numbers[row])
        if value:
            whole = labels(tree, 1, profiles[0])
            shown = whole if participation == "ex-post" else _seen(tree, agent, whole)
            weight = Fraction(value * scale, int(bottom))
            joined.append({"agent": agents[agent], "signals": shown, "weight": text(weight)})
    found: dict[str, object] = {"tempted": tempted, "joined": joined}
    if participation == "withdrawal":
        found["unpaid"] = _held(tree, program.unpaid, proof)
        found["staying"] = _held(tree, program.staying, proof)
    if program.budget is not None:
        row, scale = program.budget
        found["budget"] = text(Fraction(int(numbers[row]) * scale, int(bottom)))
    return found


def virtual(tree: Tree, program: Sequence, proof: Exact) -> list[dict[str, object]]:
    """Return what actions are worth to the designer, beside the surplus, by the multipliers; where both are 0 it is left out."""
    numbers, bottom = proof
    environment = tree.environment
    lost: dict[tuple[int, int, int, int], Fraction] = {}
    for lie in program.lies:
        utilities = environment.period(lie.period).utilities.reshape(
            len(environment.agents), tree.actions(lie.period), tree.profiles(lie.period)
        )
        for k, h in enumerate(lie.histories.tolist()):
            weight = Fraction(int(numbers[lie.start + k]) * lie.scale, int(bottom))
            for truth, told_, part in lie.members if weight else ():
                share = weight * part / sum(c for _, _, c in lie.members)
                for a in range(tree.actions(lie.period)):
                    gain = utilities.fraction(lie.agent, a, truth) - utilities.fraction(lie.agent, a, told_)
                    place = (lie.period, h, told_, a)
                    lost[place] = lost.get(place, Fraction(0)) + share * gain
    found: list[dict[str, object]] = []
    for t in range(1, tree.last + 1):
        period = environment.period(t)
        total = period.surplus().reshape(tree.actions(t), tree.profiles(t))
        for h, row in enumerate(tree.chances(t)):
            for p, chance in enumerate(row):
                for a in np.flatnonzero(period.choices()[:, p]).tolist() if chance else ():
                    surplus = total.fraction(a, p)
                    worth = surplus - lost.get((t, h, p, a), Fraction(0)) / (environment.discount ** (t - 1) * chance)
                    if surplus or worth:
                        found.append(
                            {
                                **({} if tree.memory == "full" else {"period": t}),
                                "history": past(tree, t, h),
                                "signals": labels(tree, t, p),
                                "action": period.actions[a],
                                "surplus": text(surplus),
                                "virtual": text(worth),
                            }
                        )
    return found


def branches(tree: Tree, program: Sequence, branch: Branch, participation: str) -> dict[str, object]:
    """Return how the bound on mechanisms without lotteries was divided, and the multipliers of every part."""
    if branch.node is None:
        weight = "0" if branch.bound is None else "1"
        return {"objective": weight, **multipliers(tree, program, branch.multipliers, participation)}
    t, h, p = branch.node
    actions = tree.environment.period(t).actions
    period = {} if tree.memory == "full" else {"period": t}
    return {
        **period,
        "history": past(tree, t, h),
        "signals": labels(tree, t, p),
        "actions": {actions[a]: branches(tree, program, part, participation) for a, part in branch.parts.items()},
    }


def histories(tree: Tree, gone: Dead) -> list[list[dict[str, object]]]:
    """Return histories as files name them."""
    return [past(tree, t, h) for t, those in gone.items() for h in sorted(those)]


def _held(tree: Tree, entries: list[Held], proof: Exact) -> list[dict[str, object]]:
    numbers, bottom = proof
    found = []
    for held in entries:
        for k, h in enumerate(held.histories.tolist()):
            value = int(numbers[held.start + k])
            if value:
                weight = text(Fraction(value * held.scale, int(bottom)))
                signals = labels(tree, held.period, held.profile)
                found.append({**_where(tree, held.agent, held.period, h), "signals": signals, "weight": weight})
    return found


def _where(tree: Tree, agent: int, t: int, history: int) -> dict[str, object]:
    period = {} if tree.memory == "full" else {"period": t}
    return {"agent": tree.environment.agents[agent], **period, "history": past(tree, t, history)}


def _seen(tree: Tree, agent: int, signals: dict[str, str]) -> dict[str, str]:
    return {name: signals[name] for name in tree.seen(agent)}


def labels(tree: Tree, t: int, profile: int) -> dict[str, str]:
    """Return the signals of a profile by agent."""
    period = tree.environment.period(t)
    place = list(product(*period.signals))[profile] if period.size < 64 else _far(period.signals, profile)
    return dict(zip(tree.environment.agents, place, strict=True))


def _far(signals: Any, profile: int) -> tuple[str, ...]:
    found: list[str] = []
    for own in reversed(signals):
        profile, k = divmod(profile, len(own))
        found.append(own[k])
    return tuple(reversed(found))


def past(tree: Tree, t: int, history: int) -> list[dict[str, object]]:
    """Return what a history remembers, oldest first: reports by agent, and the action where it matters."""
    if t == 1 or tree.memory == "current":
        return []
    if tree.memory == "first-and-current":
        return [{"signals": labels(tree, 1, history)}]
    found: list[dict[str, object]] = []
    for s in range(t - 1, 0, -1):
        action = None
        if tree.moved:
            history, action = divmod(history, tree.actions(s))
        history, profile = divmod(history, tree.profiles(s))
        entry: dict[str, object] = {"signals": labels(tree, s, profile)}
        if action is not None:
            entry["action"] = tree.environment.period(s).actions[action]
        found.append(entry)
    return found[::-1]
