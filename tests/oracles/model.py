"""A plain reader of `mechsynth-instance/1` and `/2`: index tuples and Fractions, nothing clever.

A profile is a tuple of signal indices in the order of the agents. Everything is spelled out for every action
and profile, so that the other oracles only look numbers up:

    utility[i][a, θ]        u^i(a, θ)
    kernel[a, θ][θ']        μ(θ' | a, θ); None in the last period
    prior[θ]                μ_1(θ); None when the instance has none
    available[a, θ]         whether there is the action; nothing is looked up where there is not
    outside[i][θ]           what leaving is worth

An infinite horizon has one period, which is its own successor.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

Profile = tuple[int, ...]


@dataclass(frozen=True)
class Period:
    """One period: labels, utilities and the kernel to the next period."""

    signals: list[list[str]]
    actions: list[str]
    utility: list[dict[tuple[int, Profile], Fraction]]
    kernel: dict[tuple[int, Profile], dict[Profile, Fraction]] | None
    available: dict[tuple[int, Profile], bool] = field(default_factory=dict)
    outside: list[dict[Profile, Fraction]] = field(default_factory=list)

    def there(self, a: int, p: Profile) -> bool:
        """Whether an action is available."""
        return self.available.get((a, p), True)

    def leaving(self, i: int, p: Profile) -> Fraction:
        """What leaving is worth to an agent."""
        return self.outside[i].get(p, Fraction(0)) if self.outside else Fraction(0)

    def profiles(self) -> list[Profile]:
        """Every profile of signal indices, the last agent fastest."""
        return box([len(s) for s in self.signals])


@dataclass(frozen=True)
class Model:
    """An environment; `horizon` is None when it is infinite."""

    agents: list[str]
    horizon: int | None
    delta: Fraction
    periods: list[Period]
    prior: dict[Profile, Fraction] | None
    public: frozenset[int] = frozenset()

    @property
    def players(self) -> list[int]:
        """The agents that report."""
        return [i for i in range(len(self.agents)) if i not in self.public]

    def view(self, i: int, p: Profile) -> Profile:
        """What agent i sees of a profile: her own signal and the public ones."""
        return tuple(k for j, k in enumerate(p) if j == i or j in self.public)

    def next_period(self, t: int) -> int | None:
        """The index of the period after the one with index t, None after the last."""
        if self.horizon is None:
            return 0
        return t + 1 if t + 1 < len(self.periods) else None


def box(sizes: list[int]) -> list[Profile]:
    """All index tuples below the sizes, in C order."""
    return list(itertools.product(*(range(n) for n in sizes)))


def drop(profile: Profile, i: int) -> Profile:
    """θ^{-i}."""
    return profile[:i] + profile[i + 1:]


def insert(others: Profile, i: int, own: int) -> Profile:
    """(own, θ^{-i}) as a profile."""
    return others[:i] + (own,) + others[i:]


def number(x: Any) -> Fraction:
    """An exact number of the format; a float stands for its shortest decimal digits."""
    if isinstance(x, bool) or not isinstance(x, (int, float, str, Fraction)):
        raise TypeError(f"not a number: {x!r}")
    return Fraction(repr(x)) if isinstance(x, float) else Fraction(x)


def at(nested: Any, index: tuple[int, ...]) -> Any:
    """Walk into nested lists; a list of length 1 does not look at its index."""
    for k in index:
        nested = nested[0] if len(nested) == 1 else nested[k]
    return nested


def depth(nested: Any) -> int:
    """How many lists are around the first number."""
    return 1 + depth(nested[0]) if isinstance(nested, list) else 0


def _utility(spec: Any, i: int, n_actions: int, profiles: list[Profile],
             there: dict[tuple[int, Profile], bool]) -> dict[tuple[int, Profile], Fraction]:
    def one(a: int, p: Profile) -> Fraction:
        if isinstance(spec, dict):
            return number(at(spec["private"], (a, p[i])))
        return number(at(spec, (a, *p)))

    if spec is None:
        return {(a, p): Fraction(0) for a in range(n_actions) for p in profiles}
    return {(a, p): one(a, p) for a in range(n_actions) for p in profiles if there[a, p]}


def _kernel(spec: Any, agents: list[str], n_actions: int, profiles: list[Profile], following: list[Profile],
            normalize: bool, there: dict[tuple[int, Profile], bool]) -> dict[tuple[int, Profile], dict[Profile, Fraction]]:
    def weight(spec: Any, a: int, p: Profile) -> Fraction:
        return number(at(spec, (a, *p)) if isinstance(spec, list) else spec)

    def one(a: int, p: Profile, q: Profile, spec: Any = spec) -> Fraction:
        if not isinstance(spec, dict):
            return number(at(at(spec, (a, *p)), q))
        if "mixture" in spec:
            return sum((weight(part["weight"], a, p) * one(a, p, q, {"independent": part["independent"]})
                        for part in spec["mixture"]), Fraction(0))
        product = Fraction(1)
        for i, name in enumerate(agents):
            chain = spec["independent"][name]
            row = at(chain, (a, p[i]) if depth(chain) == 3 else (p[i],))
            product *= number(row[q[i]])
        return product

    kernel = {(a, p): {q: one(a, p, q) for q in following} for a in range(n_actions) for p in profiles if there[a, p]}
    return {key: _stochastic(row, normalize, str(key)) for key, row in kernel.items()}


def _stochastic(row: dict[Profile, Fraction], normalize: bool, where: str) -> dict[Profile, Fraction]:
    total = sum(row.values(), Fraction(0))
    if normalize and total > 0:
        row = {q: x / total for q, x in row.items()}
    elif total != 1:
        raise ValueError(f"row {where} sums to {total}")
    if min(row.values()) < 0:
        raise ValueError(f"row {where} has a negative entry")
    return row


def read(instance: dict[str, Any], normalize: bool = False) -> Model:
    """Read an instance; `normalize` divides every row and the prior by its sum."""
    agents = instance["agents"]
    infinite = instance["horizon"] == "infinite"
    raw = instance.get("periods", [instance] * (1 if infinite else int(instance["horizon"])))
    if not infinite and len(raw) != instance["horizon"]:
        raise ValueError("as many periods as the horizon says")
    signals = [[list(p["signals"][name]) for name in agents] for p in raw]
    profiles = [box([len(s) for s in sets]) for sets in signals]
    periods = []
    for t, p in enumerate(raw):
        n_actions = len(p["actions"])
        there = {(a, theta): bool(at(p["available"], (a, *theta))) if "available" in p else True
                 for a in range(n_actions) for theta in profiles[t]}
        utility = [_utility(p["utilities"].get(name), i, n_actions, profiles[t], there) for i, name in enumerate(agents)]
        outside = [_outside(p.get("outside", {}).get(name), i, profiles[t]) for i, name in enumerate(agents)]
        last = not infinite and t == len(raw) - 1
        following = profiles[0] if infinite else [] if last else profiles[t + 1]
        kernel = None if last else _kernel(p["transition"], agents, n_actions, profiles[t], following, normalize, there)
        periods.append(Period(signals[t], list(p["actions"]), utility, kernel, there, outside))
    return Model(agents, None if infinite else len(raw), number(instance["discount"]), periods,
                 _prior(instance.get("prior"), agents, profiles[0], normalize),
                 frozenset(agents.index(name) for name in instance.get("public", [])))


def _outside(spec: Any, i: int, profiles: list[Profile]) -> dict[Profile, Fraction]:
    if spec is None:
        return {}
    if isinstance(spec, dict):
        return {p: number(at(spec["own"], (p[i],))) for p in profiles}
    return {p: number(at(spec, p)) for p in profiles}


def _prior(spec: Any, agents: list[str], profiles: list[Profile], normalize: bool) -> dict[Profile, Fraction] | None:
    if spec is None:
        return None
    prior = {}
    for p in profiles:
        if isinstance(spec, dict):
            prior[p] = Fraction(0)
            for part in spec.get("mixture", [{"weight": 1, **spec}]):
                chance = number(part["weight"])
                for i, name in enumerate(agents):
                    chance *= number(part["independent"][name][p[i]])
                prior[p] += chance
        else:
            x = spec
            for k in p:
                x = x[k]
            prior[p] = number(x)
    return _stochastic(prior, normalize, "prior")


def load(path: str | Path) -> dict[str, Any]:
    """A JSON file with decimals kept as their digits."""
    data: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"), parse_float=str)
    return data


def labels(model: Model, t: int, profile: Profile) -> str:
    """A profile as comma-joined labels, as in `x-expected`."""
    return ",".join(s[k] for s, k in zip(model.periods[t].signals, profile))


def marginal(model: Model, t: int, i: int, a: int, profile: Profile) -> dict[Profile, Fraction]:
    """μ^{-i}(· | a, θ): what the others will report next period."""
    kernel = model.periods[t].kernel
    assert kernel is not None
    column: dict[Profile, Fraction] = {}
    for q, x in kernel[a, profile].items():
        column[drop(q, i)] = column.get(drop(q, i), Fraction(0)) + x
    return column


def blocks(model: Model) -> Iterator[tuple[int, int, int, Profile]]:
    """Every block (t, i, a, θ^{-i}), as indices."""
    for t, period in enumerate(model.periods):
        if period.kernel is None:
            continue
        for i in model.players:
            sizes = [len(s) for j, s in enumerate(period.signals) if j != i]
            for a in range(len(period.actions)):
                for others in box(sizes):
                    if period.there(a, insert(others, i, 0)):
                        yield t, i, a, others
