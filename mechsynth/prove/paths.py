"""Difference constraints, exact: shortest paths give the payments, a negative cycle excludes them (Rochet 1987).

For one agent and the others' signals, payments must satisfy ``p(k) − p(r) ≤ ℓ(k, r)``, where ``ℓ(k, r)`` is what type ``k`` loses by
reporting ``r`` before payments.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mechsynth.rational import IntArray, magnitude, widen


def distances(losses: IntArray) -> tuple[IntArray, NDArray[np.bool_]]:
    """Return all-pairs shortest paths for a stack of graphs.

    Parameters
    ----------
    losses:
        ``(B, n, n)`` integers: ``ℓ(k, r)`` at ``[b, k, r]``.

    Returns
    -------
    ``d`` of the same shape, the tightest implied bounds ``p(k) − p(r) ≤ d[b, k, r]``, and where a graph has no negative cycle,
    ``(B,)``; ``d`` means nothing elsewhere.
    """
    n = losses.shape[-1]
    # Walks of at most n edges before a negative diagonal stops mattering: bounded by n times the largest loss,
    # doubled at each of the n steps only where a negative cycle exists.
    found = widen(losses, magnitude(losses) * 2**n if n < 40 else 2**63).copy()
    index = np.arange(n)
    found[:, index, index] = np.minimum(found[:, index, index], 0)
    for via in range(n):
        np.minimum(found, found[:, :, via, None] + found[:, None, via, :], out=found)
    fine = (found[:, index, index] >= 0).all(1)
    return found, np.asarray(fine, dtype=np.bool_)


def central_payments(found: IntArray) -> IntArray:
    """Return payments in the middle of those possible, zero for the first signal: **2n times** their numerators.

    For every signal ``b``, both ``d[k, b]`` (the largest payments with ``p(b) = 0``) and ``−d[b, k]`` (the smallest) satisfy every
    constraint. The mean of all of them does too, with slack wherever the constraints leave any, and up to a constant it
    does not depend on the order of the signals.
    """
    total = widen(found, 2 * found.shape[-1] * magnitude(found))
    sums = (total - total.transpose(0, 2, 1)).sum(2)
    return np.asarray(sums - sums[:, :1])


def negative_cycle(losses: IntArray) -> list[int]:
    """Return the signals ``k_1, …, k_L`` of one graph with ``Σ ℓ(k_j, k_{j+1}) < 0`` around the cycle.

    Parameters
    ----------
    losses:
        ``(n, n)``: ``ℓ(k, r)``, integers.
    """
    import networkx

    graph = networkx.DiGraph()
    n = losses.shape[0]
    for k in range(n):
        for r in range(n):
            if k != r:
                graph.add_edge(k, r, weight=int(losses[k, r]))
    cycle = networkx.find_negative_cycle(graph, 0)
    return [int(k) for k in cycle[:-1]]
