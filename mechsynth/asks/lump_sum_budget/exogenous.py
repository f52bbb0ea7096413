"""Signals that nothing moves, and what the shape of their chains says about patience (Yoon 2021a, Theorems 5 and 6).

*Exogenous*: the law of the next signals is the same after every action. Then the efficient rule maximizes each period by itself whatever the discount factor, and
``W = Σ_t δ^t P^t w``, ``w(θ) = max_a Σ_j u^j(a, θ)``.

Theorems 5 and 6 are about two traders; the arguments reach further. Let every agent's signal be an exogenous chain of her own, ``w ≥ 0`` everywhere, and ``B(δ)`` the budget of `mechsynth.asks.lump_sum_budget`.

- *5.* All chains irreducible and aperiodic, ``w > 0`` somewhere: ``(1−δ) E[W_1 | θ_1^i = k] → g``, the long-run mean of ``w``, for every agent, type and prior, and
  ``(1−δ) E[W_{-i,1} | …] → g_{-i}`` likewise. So ``(1−δ) B(δ) → Σ_i (g − g_{-i}) − Σ_i (g − g_{-i}) + g = g > 0``: the budget balances for all ``δ`` close enough to 1.
- *6.* Two agents or more, independent first signals, and every agent has a *worst* type that comes with positive probability, is absorbing and leaves no surplus, ``w(k_i, ·) = 0``;
  ``w > 0`` at some profile that is reached. Then ``E[W_1 | θ_1^i = k_i] = 0`` and ``B(δ) = Σ_i min_k E[W_1 | θ_1^i = k] − (N−1) E W_1 = −(N−1) E W_1 < 0`` for every ``δ``.
  Yoon states the theorem with "in general"; what it needs is that the worst types come and that something is ever traded. If only one of two traders has such a type, ``B(δ) ≤ 0`` still,
  with equality iff the other's types all expect the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from mechsynth.construct.case import Case
from mechsynth.rational import IntArray, Rationals


def exogenous(case: Case) -> Rationals | None:
    """Return the law ``P`` of the next profile, shape ``(|Θ|, |Θ|)``, where no action moves it (infinite horizon), else ``None``."""
    environment = case.environment
    if environment.horizon is not None:
        return None
    kernel = environment.period(1).kernel()
    if (kernel.num != kernel.num[:1]).any():
        return None
    return kernel[0]


def own_chains(case: Case, law: Rationals) -> list[Rationals] | None:
    """Return every agent's chain ``P_i``, shape ``(|Θ^i|, |Θ^i|)``, where the law is their product, else ``None``."""
    shape = case.environment.period(1).shape
    count = len(shape)
    whole = law.reshape(*shape, *shape)
    chains = []
    for i in range(count):
        away = tuple(count + j for j in range(count) if j != i)
        marginal = whole.sum(away) if away else whole
        here = tuple(slice(None) if j == i else 0 for j in range(count))
        chains.append(marginal[here].reduce())
    return chains if _same(_product([_spread(c, i, count) for i, c in enumerate(chains)]), whole) else None


def own_priors(case: Case) -> list[Rationals] | None:
    """Return every agent's first distribution, shape ``(|Θ^i|,)``, where the prior is their product, else ``None``."""
    prior = case.environment.prior
    assert prior is not None
    count = len(prior.shape)
    parts = []
    for i in range(count):
        away = tuple(j for j in range(count) if j != i)
        parts.append((prior.sum(away) if away else prior).reduce())
    spread = [p.reshape(*(p.shape[0] if j == i else 1 for j in range(count))) for i, p in enumerate(parts)]
    return parts if _same(_product(spread), prior) else None


def _spread(chain: Rationals, i: int, count: int) -> Rationals:
    n = chain.shape[0]
    return chain.reshape(*(n if j in (i, count + i) else 1 for j in range(2 * count)))


def _product(parts: list[Rationals]) -> Rationals:
    num: IntArray = np.asarray(1, dtype=object)
    for part in parts:
        num = num * part.num.astype(object)
    return Rationals(np.asarray(num), prod(part.den for part in parts))


def _same(left: Rationals, right: Rationals) -> bool:
    return bool((left.num.astype(object) * right.den == right.num.astype(object) * left.den).all())


def fractions(array: Rationals) -> Any:
    """Return an exact array as nested lists of `Fraction`."""
    flat = [Fraction(int(n), array.den) for n in array.num.ravel()]
    return np.array(flat, dtype=object).reshape(array.shape).tolist()


def structure(case: Case, chains: list[Rationals]) -> dict[str, dict[str, object]]:
    """Return ``{agent: {"irreducible", "aperiodic", "absorbing"}}``; only an irreducible chain has a period to speak of."""
    import networkx as nx

    found = {}
    signals = case.environment.period(1).signals
    for name, own, chain in zip(case.environment.agents, signals, chains, strict=True):
        graph = nx.DiGraph()
        graph.add_nodes_from(range(len(own)))
        graph.add_edges_from((int(k), int(m)) for k, m in np.argwhere(chain.num != 0))
        irreducible = bool(nx.is_strongly_connected(graph))
        found[name] = {
            "irreducible": irreducible,
            "aperiodic": irreducible and bool(nx.is_aperiodic(graph)),
            "absorbing": [label for k, label in enumerate(own) if list(graph.successors(k)) == [k]],
        }
    return found


def theorem(case: Case, law: Rationals, chains: Mapping[str, Mapping[str, Any]]) -> str | None:
    """Return ``"5"`` or ``"6"`` where the theorem's assumptions hold, as in the words above, else ``None``."""
    period = case.environment.period(1)
    best = period.surplus().num.max(axis=0)
    if not (best >= 0).all():
        return None
    if all(chain["irreducible"] and chain["aperiodic"] for chain in chains.values()):
        return "5" if (best > 0).any() else None
    starts = own_priors(case)
    if starts is None or len(chains) < 2:
        return None
    for i, chain in enumerate(chains.values()):
        worst = (
            k
            for k, label in enumerate(period.signals[i])
            if label in chain["absorbing"] and starts[i].num[k] and not np.take(best, k, axis=i).any()
        )
        if next(worst, None) is None:
            return None
    return "6" if _reached(case, law, best) else None


def _reached(case: Case, law: Rationals, best: IntArray) -> bool:
    """Return whether a profile with a surplus above 0 is ever reached."""
    import networkx as nx

    prior = case.environment.prior
    assert prior is not None
    graph = nx.DiGraph()
    graph.add_nodes_from(range(law.shape[0]))
    graph.add_edges_from((int(p), int(q)) for p, q in np.argwhere(law.num != 0))
    gains = set(np.flatnonzero(best > 0).tolist())
    begun = np.flatnonzero(prior.num.reshape(-1)).tolist()
    return any(p in gains or bool(gains & nx.descendants(graph, p)) for p in begun)
