"""An agent's whole dynamic program against a mechanism with histories: any lies, in any periods. The environment is read by the package, the rest is not."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any


def no_lies_pay(environment: Any, tree: list[dict[str, Any]], memory: str) -> None:
    """Every agent's dynamic program: true profile, and what was reported so far; the best report in every state against truth, whatever was said before."""
    periods = [environment.period(t) for t in range(1, environment.last + 1)]
    profiles = [list(product(*map(range, p.shape))) for p in periods]
    kernels = [p.kernel() for p in periods[:-1]]
    moved = any((k.num != k.num[:1]).any() for k in kernels)
    delta = environment.discount

    def cell(table: Any, past: tuple[int, ...], now: int) -> Any:
        for k in (*past, now):
            table = table[k if len(table) > 1 else 0] if memory != "full" else table[k]
        return table

    for i in environment.players:
        name = environment.agents[i]

        @cache
        def chance(t: int, a: int, p: int) -> tuple[tuple[int, Fraction], ...]:
            law = ((q, kernels[t].fraction(a, p, q)) for q in range(len(profiles[t + 1])))
            return tuple((q, c) for q, c in law if c)

        @cache
        def report(t: int, past: tuple[int, ...], truth: int, said: int, free: bool, i: int = i, name: str = name) -> Fraction:
            total = -Fraction(cell(tree[t]["payments"][name], past, said))
            own = periods[t].utilities.reshape(len(environment.agents), len(periods[t].actions), len(profiles[t]))
            for a, text in enumerate(cell(tree[t]["allocation"], past, said)):
                z = Fraction(text)
                if not z:
                    continue
                total += z * own.fraction(i, a, truth)
                for q, c in chance(t, a, truth) if t + 1 < len(periods) else ():
                    total += delta * z * c * go_on(t + 1, (*past, said, a) if moved else (*past, said), q, free)
            return total

        @cache
        def go_on(t: int, past: tuple[int, ...], truth: int, free: bool, i: int = i) -> Fraction:
            if not free:
                return report(t, past, truth, truth, False)
            place = profiles[t][truth]
            lies = (profiles[t].index(tuple(k if j == i else s for j, s in enumerate(place))) for k in range(periods[t].shape[i]))
            return max(report(t, past, truth, said, True) for said in lies)

        for p in range(len(profiles[0])):
            assert go_on(0, (), p, True) == go_on(0, (), p, False)
