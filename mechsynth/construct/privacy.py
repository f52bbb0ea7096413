"""Whether values are private, and whether a signal moves the others' next signals; refused where a question needs that they are, or that none does."""

from __future__ import annotations

from itertools import product

import numpy as np

from mechsynth.beliefs import beliefs
from mechsynth.environment import Environment
from mechsynth.errors import UsageError
from mechsynth.rational import IntArray, shown


def refuse_interdependent(environment: Environment, place: str, remedy: str) -> None:
    """Ask for private values: nobody's utility depends on another's signal; public states are nobody's secret.

    Raises
    ------
    UsageError
        Naming agent, period, action and two profiles that differ in one other agent's signal.
    """
    for t in range(1, environment.last + 1):
        period = environment.period(t)
        for j, name in enumerate(environment.agents):
            utility = period.utilities[j]
            for i in (i for i in environment.players if i != j):
                apart = _apart(utility.num, 1 + i)
                if apart is None:
                    continue
                one, other = apart
                raise UsageError(
                    place,
                    f"the utility of {name} after {period.actions[one[0]]}{_when(environment, t)} is {shown(utility.fraction(*one))} at "
                    f"{_profile(environment, t, one[1:])} and {shown(utility.fraction(*other))} at {_profile(environment, t, other[1:])}: it depends on the "
                    f"signal of {environment.agents[i]}, values are not private",
                    remedy,
                )


def refuse_influence(environment: Environment, place: str, remedy: str) -> None:
    """Ask that nobody's own signal moves what the others will report next, given the action and the others' signals.

    Raises
    ------
    UsageError
        Naming agent, period, action, two profiles that differ in her signal, and next reports of the others with two probabilities.
    """
    for t in environment.linked:
        period = environment.period(t)
        for i in environment.players:
            blocks = beliefs(environment, t, i).rows  # (|A|, |Θ^{-i}|, |Θ^i|, |Θ'^{-i}|)
            apart = _apart(blocks.num, 2)
            if apart is None:
                continue
            one, other = apart
            rest = environment.others(i)
            following = environment.period(t + 1 if environment.horizon is not None else t)
            reports = list(product(*(following.signals[j] for j in rest)))[one[3]]
            raise UsageError(
                place,
                f"after {period.actions[one[0]]}{_when(environment, t)} the next reports ({', '.join(reports)}) of {', '.join(environment.agents[j] for j in rest)} have probability "
                f"{shown(blocks.fraction(*one))} at {_whole(environment, t, i, one)} and {shown(blocks.fraction(*other))} at {_whole(environment, t, i, other)}: "
                f"the signal of {environment.agents[i]} moves them",
                remedy,
            )


def refuse_correlated(environment: Environment, place: str, remedy: str) -> None:
    """Ask that first signals are independent, and that every next signal looks at its own agent's signal and the action alone, and at no other next signal.

    Raises
    ------
    UsageError
        Naming the profile whose probability is not the product, and the two numbers.
    """
    prior = environment.prior
    assert prior is not None
    apart = _no_product(prior.num.astype(object)[None], prior.den)
    if apart is not None:
        first = _profile(environment, 1, apart[1:])
        problem = f"first signals are correlated: {first} has probability {shown(prior.fraction(*apart[1:]))}, which is not the product of those of its signals"
        raise UsageError(place, problem, remedy)
    count = len(environment.agents)
    for t in environment.linked:
        period = environment.period(t)
        assert period.transition is not None
        num = period.transition.num.astype(object)
        rows = num.reshape(-1, *num.shape[1 + count :])
        apart = _no_product(rows, period.transition.den)
        following = t + 1 if environment.horizon is not None else t
        if apart is None:
            apart = _looks(num, count)
        if apart is not None:
            action, *now = (int(k) for k in np.unravel_index(apart[0], num.shape[: 1 + count]))
            raise UsageError(
                place,
                f"after {period.actions[action]}{_when(environment, t)} at {_profile(environment, t, tuple(now))} the next signals "
                f"{_profile(environment, following, apart[1:])} do not look at each agent's own signal alone, or go together",
                remedy,
            )


def _no_product(rows: IntArray, den: int) -> tuple[int, ...] | None:
    """Return the row and the place of an entry that is not the product of its marginals over ``den``; ``None`` where there is none."""
    count = rows.ndim - 1
    product: IntArray = np.ones(rows.shape, dtype=object)
    for i in range(count):
        own = rows.sum(axis=tuple(1 + j for j in range(count) if j != i), keepdims=True)
        product = product * own
    wrong = np.argwhere(product != rows * den ** (count - 1))
    return tuple(int(k) for k in wrong[0]) if wrong.size else None


def _looks(num: IntArray, count: int) -> tuple[int, ...] | None:
    """Return a row and a place where an agent's next signal looks at another's signal."""
    for i in range(count):
        own = num.sum(axis=tuple(1 + count + j for j in range(count) if j != i), keepdims=True)
        first = own
        for j in range(count):
            if j != i:
                first = np.take(first, [0], axis=1 + j)
        wrong = np.argwhere(own != first)
        if wrong.size:
            at = tuple(int(k) for k in wrong[0])
            return (int(np.ravel_multi_index(at[: 1 + count], num.shape[: 1 + count])), *at[1 + count :])
    return None


def _apart(array: IntArray, axis: int) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """Return two indices that differ along ``axis`` alone, with different entries; ``None`` where there are none."""
    first = np.take(array, [0], axis=axis)
    wrong = np.argwhere(array != first)
    if not wrong.size:
        return None
    other = tuple(int(k) for k in wrong[0])
    return (*other[:axis], 0, *other[axis + 1 :]), other


def _when(environment: Environment, t: int) -> str:
    return "" if environment.horizon is None else f" in period {t}"


def _profile(environment: Environment, t: int, at: tuple[int, ...]) -> str:
    signals = environment.period(t).signals
    return "(" + ", ".join(own[k] for own, k in zip(signals, at, strict=True)) + ")"


def _whole(environment: Environment, t: int, agent: int, at: tuple[int, ...]) -> str:
    """Return the profile of an entry ``(a, θ^{-i}, θ^i, …)`` of the blocks."""
    shape = environment.period(t).shape
    rest = [int(k) for k in np.unravel_index(at[1], tuple(n for j, n in enumerate(shape) if j != agent))]
    return _profile(environment, t, (*rest[:agent], at[2], *rest[agent:]))
