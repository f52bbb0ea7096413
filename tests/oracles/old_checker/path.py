"""The truthful path: which reports can occur at all when everybody tells the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from .exact import Array
from .model import Model
from .names import histories


def on_path(model: Model, rule: Sequence[Array]) -> list[Array]:
    """Return the profiles that truthful play can bring about from the prior on, under a rule.

    Parameters
    ----------
    model, rule:
        The instance, and the action at every profile per period.

    Returns
    -------
    list[Array]
        Per period (one entry when the horizon is infinite), shape ``(profiles,)``: whether the profile has positive
        probability in that period, or in some period. Without a prior every profile counts.
    """
    if model.prior is None:
        return [np.ones(model.period(t).profiles, dtype=bool) for t in range(model.count)]
    found = [np.asarray(model.prior.num != 0)]
    if model.horizon is None:
        fresh = found[0]
        while fresh.any():
            fresh = _after(model, rule, 0, fresh) & ~found[0]
            found[0] = found[0] | fresh
        return found
    for t in range(model.count - 1):
        found.append(_after(model, rule, t, found[t]))
    return found


def _after(model: Model, rule: Sequence[Array], t: int, profiles: Array) -> Array:
    """Return which profiles can follow some of these profiles of period ``t``."""
    kernel = model.kernel(t)
    assert kernel is not None
    here = np.flatnonzero(profiles)
    return np.asarray((kernel.weights[np.asarray(rule[t])[here], here] != 0).any(axis=0))


def truthful_points(model: Model, path: Sequence[Array]) -> Iterator[tuple[int, int | None]]:
    """Return every ``(period, history)`` of the truthful path, None being the start.

    Parameters
    ----------
    path:
        As `on_path` returns it.
    """
    for t in range(model.count):
        for history in histories(model, t):
            if history is None or path[t if model.horizon is None else t - 1][history]:
                yield t, history
