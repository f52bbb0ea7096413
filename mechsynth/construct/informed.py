"""What an agent knows at a node of a tree of public reports, and what it then believes of the others' signals.

It knows all reports and actions so far and its own signals; the others' reports are true. Signals are Markov, so of its own past the last true signal alone
could matter beside what everybody knows. Where it does, the same report history would stand for several states: such questions are refused.
"""

from __future__ import annotations

from math import gcd

import numpy as np
from numpy.typing import NDArray

from mechsynth.construct.tree import Tree
from mechsynth.errors import UsageError

Index = NDArray[np.int64]


def places(tree: Tree, t: int) -> Index:
    """Return the signals of every profile of a period, shape ``(|Θ|, N)``."""
    period = tree.environment.period(t)
    return np.array(np.unravel_index(np.arange(period.size), period.shape)).T


def informed(tree: Tree, t: int, i: int, incentives: str) -> list[tuple[Index, tuple[tuple[int, int], ...]]]:
    """Return what an agent may know: histories, and the true profiles that it then thinks possible, with integer weights.

    Raises
    ------
    UsageError
        With ``pbic``, where what it believes after a lie depends on what is true.
    """
    everywhere = np.arange(tree.histories(t))
    if incentives == "pepic":
        return [(everywhere, ((p, 1),)) for p in range(tree.profiles(t))]
    spots, public = places(tree, t), tree.environment.public
    views: dict[tuple[int, ...], list[int]] = {}
    for p, place in enumerate(spots.tolist()):
        views.setdefault(tuple(place[j] for j in (i, *public)), []).append(p)
    if t == 1:
        assert tree.environment.prior is not None
        law = [int(n) for n in tree.environment.prior.reshape(-1).num]
        return [(everywhere, _weights(law, m)) for m in views.values() if any(law[p] for p in m)]
    kernel, before = tree.environment.period(t - 1).kernel(), places(tree, t - 1)
    shape = tree.environment.period(t - 1).shape
    found = []
    for a in tree.branches[t - 1]:
        groups: dict[tuple[int, ...], list[int]] = {}
        for p, place in enumerate(before.tolist()):
            groups.setdefault((*place[:i], *place[i + 1 :]), []).append(p)
        for same in groups.values():
            after = np.arange(tree.histories(t - 1))[:, None]
            histories = np.sort(tree.following(t - 1, after, np.array(same)[None, :], a).reshape(-1))
            for members in views.values():
                laws = {
                    _weights(law, members)
                    for p in same
                    if any((law := [int(n) for n in kernel.num[a, p]])[q] for q in members)
                }
                if len(laws) > 1:
                    own = tree.environment.agents[i]
                    raise UsageError(
                        "incentives",
                        f"what {own} believes of the others in period {t} depends on its own signal of period {t - 1}, also after a lie "
                        f"(reports {_named(tree, t - 1, before[same[0]].tolist(), shape, i)})",
                        "ask for pepic",
                    )
                found += [(histories, law) for law in laws]
    return found


def _named(tree: Tree, t: int, place: list[int], shape: tuple[int, ...], i: int) -> str:
    signals, agents = tree.environment.period(t).signals, tree.environment.agents
    told = [f"{agents[j]} {signals[j][k]}" for j, k in enumerate(place) if j != i and shape[j] > 1]
    return ", ".join(told) or "of the others"


def _weights(law: list[int], members: list[int]) -> tuple[tuple[int, int], ...]:
    """Return the profiles with positive weight, and these in lowest terms."""
    common = gcd(*(law[p] for p in members))
    return tuple((p, law[p] // common) for p in members if law[p])
