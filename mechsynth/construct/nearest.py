"""Closed forms of the first report (Yoon 2021a, section 2; Myerson 1981): each first signal is tempted by the next lower one alone, with the multiplier ``1 − F``.

    ψ_1(k) = v_k − (1−F_k)/f_k (v_{k+1} − v_k),   ψ_2(k,θ') = v(θ') − (1−F_k)/f_k E[v of k+1's next signal − v(θ') | θ'],

for a sale at the value v; the next signals of k and k+1 are comonotone. The sum of what virtual values are at their best is a bound in any case, and never below
what all rows of first reports allow; equal to it where no other lie counts.
"""

from __future__ import annotations

import itertools
from fractions import Fraction

from mechsynth.construct.coupled import Screen, leaving


def virtual(screen: Screen) -> list[Fraction]:
    """Return the virtual value of every column of a chance, times the chance of its reports, discounted."""
    environment, found = screen.environment, []
    factor = Fraction(1)
    for t in range(1, environment.last + 1):
        for node in screen.nodes[t - 1]:
            for a in range(screen.actions(t)):
                every = (screen.utility(t, i, a, node.states) for i in environment.players)
                found.append(factor * node.chance * sum(every, Fraction(0)))
        factor *= environment.discount
    for i in environment.players:
        left, order = Fraction(1), sorted(screen.chains[i].first)
        for low, high in itertools.pairwise(order):
            left -= screen.chains[i].first[low]
            for column, gain in screen.gains(i, high, low).items():
                found[column] -= left * gain
    return found


def bound(screen: Screen, values: list[Fraction]) -> Fraction:
    """Return the largest sum of virtual values, less what keeping the lowest first signals in takes."""
    environment = screen.environment
    total = Fraction(0)
    after: dict[tuple[int, int], Fraction] = {}
    for t in range(environment.last, 0, -1):
        many = screen.actions(t)
        before: dict[tuple[int, int], Fraction] = {}
        for k, node in enumerate(screen.nodes[t - 1]):
            start = screen.column(t) + k * many
            best = max(values[start + a] + after.get((k, a), Fraction(0)) for a in range(many))
            if screen.moved and t > 1:
                key = (node.parent, node.action)
                before[key] = before.get(key, Fraction(0)) + best
            else:
                total += best
        after = before
    return total - sum((leaving(screen, i, min(screen.chains[i].first)) for i in environment.players), Fraction(0))


def table(screen: Screen, values: list[Fraction]) -> list[tuple[list[str], list[Fraction]]] | None:
    """Return, of one agent with a secret in two periods at most, its reports and the virtual values of the actions; ``None`` elsewhere."""
    environment = screen.environment
    own = [
        i
        for i in environment.players
        if any(len(environment.period(t).signals[i]) > 1 for t in range(1, environment.last + 1))
    ]
    if len(own) != 1 or environment.last > 2 or screen.moved or screen.reveal != "paths" or screen.size > 200:
        return None
    (i,), found = own, []
    for t in range(1, environment.last + 1):
        many, factor = screen.actions(t), environment.discount ** (t - 1)
        names = environment.period(t).signals[i]
        for k, node in enumerate(screen.nodes[t - 1]):
            told = [environment.period(1).signals[i][screen.nodes[0][node.parent].states[i]]] if t == 2 else []
            start = screen.column(t) + k * many
            row = [values[start + a] / (factor * node.chance) for a in range(many)]
            found.append(([*told, names[node.states[i]]], row))
    return found
