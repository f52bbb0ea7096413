"""What only format 2 says of a period: agents seen by all, actions that are not always available, values of leaving."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import lcm
from typing import Any

import numpy as np

from mechsynth.errors import InputError
from mechsynth.rational import Rationals
from mechsynth.reading import Labels, Mask, agent_of, exact_array, only_key, profiles, spread

UNREAD = {
    "observed": "what the designer observes is not read by this version",
    "parameters": "formulas in parameters are not read by this version",
}
"""Keys of format 2 that have a meaning, but not here."""


def read_public(values: object, agents: Labels) -> tuple[int, ...]:
    """Return the places of the agents that everybody sees before the reports, in the order of the agents."""
    if values is None:
        return ()
    if isinstance(values, str) or not isinstance(values, (list, tuple)):
        raise InputError("public", "no list of names", "list the agents that everybody sees")
    for k, name in enumerate(values):
        if type(name) is not str or name not in agents:
            raise InputError(f"public[{k}]", f"{name!r} is no agent", f"the agents are {', '.join(agents)}")
    if len(set(values)) < len(values):
        twice = next(name for name in values if list(values).count(name) > 1)
        raise InputError("public", f"the name {twice!r} stands twice", "list every name once")
    if len(values) == len(agents):
        raise InputError("public", "every agent is public, so nobody reports", "leave out those who have a secret")
    return tuple(i for i, name in enumerate(agents) if name in values)


def read_available(
    values: object,
    agents: Labels,
    public: Sequence[int],
    actions: Labels,
    signals: Sequence[Labels],
    place: str,
) -> Mask | None:
    """Return which actions are available over ``(a, θ^1, …, θ^N)``; ``None`` where all of them always are.

    ``values`` is a table of true and false over ``[a][θ^1]…[θ^N]`` that varies along public axes alone (the others have
    length 1).
    """
    if values is None:
        return None
    if isinstance(values, np.ndarray):
        values = values.tolist()
    axes = [("the actions", len(actions), True)]
    axes += [
        (f"{name}'s signals", len(own), i in public) for i, (name, own) in enumerate(zip(agents, signals, strict=True))
    ]
    mask = np.asarray(_truths(values, axes, place), dtype=np.bool_)
    none = ~mask.any(axis=0)
    if none.any():
        theta = profiles(signals)[int(none.ravel().argmax())]
        raise InputError(place, f"no action is available at {theta}", "make one available at every profile")
    return None if mask.all() else mask


def _truths(value: object, axes: Sequence[tuple[str, int, bool]], place: str) -> Mask:
    """Return a table of true and false over named axes; each list has length 1 or, where the axis is free, its size."""
    sizes = tuple(size for _, size, _ in axes)
    if not axes:
        if not isinstance(value, (bool, np.bool_)):
            raise InputError(place, f"{str(value)[:40]!r} is no truth value", "write true or false")
        return np.array(bool(value))
    name, size, free = axes[0]
    if not isinstance(value, (list, tuple)):
        index = "".join(f"[{each}]" for each, _, _ in axes)
        raise InputError(place, "no list", f"from here on index it as {index}")
    if len(value) not in (1, size):
        raise InputError(
            place, f"{len(value)} entries along the axis of {name}, which has {size}", f"give {size}, or 1 for all"
        )
    if len(value) > 1 and not free:
        raise InputError(
            place,
            f"availability may depend on public states only, and it varies along the axis of {name}",
            "make the signal public or give the action a cost",
        )
    parts = [_truths(each, axes[1:], f"{place}[{k}]") for k, each in enumerate(value)]
    return np.asarray(np.broadcast_to(np.stack(parts), sizes), dtype=np.bool_)


def read_outside(
    values: object,
    agents: Labels,
    public: Sequence[int],
    signals: Sequence[Labels],
    place: str,
) -> Rationals | None:
    """Return the total values of leaving over ``(i, θ^1, …, θ^N)``; ``None`` where all of them are 0.

    ``values`` maps agents to ``{"own": [θ^i]}`` or to an array over ``[θ^1]…[θ^N]``; of an agent that is left out it is 0.
    """
    if values is None:
        return None
    if not isinstance(values, Mapping):
        raise InputError(place, "no object", "give the agents' values of leaving")
    sizes = tuple(map(len, signals))
    parts: list[Rationals] = [Rationals(np.zeros(sizes, dtype=np.int64)) for _ in agents]
    for name, own in values.items():
        at = f"{place}.{name}"
        i = agent_of(name, agents, place)
        if i in public:
            raise InputError(at, f"{name} is public and cannot leave", "leave it out")
        parts[i] = _leaving(own, i, agents, signals, at)
    if not any(part.num.any() for part in parts):
        return None
    den = lcm(*(part.den for part in parts))
    return Rationals(np.stack([part.over(den) for part in parts]), den).reduce()


def _leaving(own: object, i: int, agents: Labels, signals: Sequence[Labels], place: str) -> Rationals:
    axes = [(f"{name}'s signals", len(labels)) for name, labels in zip(agents, signals, strict=True)]
    if isinstance(own, Mapping) and "own" in own:
        own, place = only_key(own, "own", place), f"{place}.own"
        row = spread(exact_array(own, place), [axes[i]], place)
        shape = [1] * len(agents)
        shape[i] = axes[i][1]
        return row.reshape(*shape).broadcast_to(tuple(size for _, size in axes))
    return spread(exact_array(own, place), axes, place)


def refuse_unread(data: Mapping[str, Any], place: str) -> None:
    """Refuse keys of format 2 that nothing here reads: an answer without them would be about another model."""
    for key, why in UNREAD.items():
        if key in data:
            raise InputError(f"{place}{key}", why, "leave it out, or write the numbers out")
