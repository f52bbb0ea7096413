"""Probabilities from a user: kernels and priors, whole, as products, or as mixtures of products given a hidden cause.

Rows are checked before axes are repeated: a repeated row is the same row. Rows of actions that are not available are never
read: they may be null, and they are zero in what is returned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import lcm, prod
from typing import Any

import numpy as np

from mechsynth.compact import is_compact
from mechsynth.errors import InputError
from mechsynth.rational import Rationals, magnitude, narrow, rational, shown, widen
from mechsynth.reading import (
    Labels,
    Mask,
    agent_of,
    entry_at,
    exact_array,
    holed_array,
    only_key,
    profiles,
    refuse_holes,
    refuse_if_large,
    spread,
    wanted,
)


def read_transition(
    values: object,
    agents: Labels,
    actions: Labels,
    steps: tuple[Sequence[Labels], Sequence[Labels]],
    place: str,
    normalize: bool = False,
    *,
    available: Mask | None = None,
) -> Rationals:
    """Return the kernel over ``[a][θ^1]…[θ^N][θ'^1]…[θ'^N]``, its rows checked to be probabilities; ``steps`` are the signals of now and of next.

    ``values`` is an array over these axes, ``{"independent": {agent: [θ^i][θ'^i] or [a][θ^i][θ'^i]}}``, ``{"mixture": [{"weight":
    number or [a][θ^1]…[θ^N], "independent": …}, …]}``, or a function of an action and a profile of labels that returns an array
    over the next signals or a mapping from profiles to probabilities. Where ``available`` (over ``(a, θ^1, …, θ^N)``) is false,
    nothing is read and the row is zero.
    """
    signals, following = steps
    now = [("the actions", len(actions))] + [(f"{n}'s signals", len(s)) for n, s in zip(agents, signals, strict=True)]
    nxt = [(f"{n}'s next signals", len(s)) for n, s in zip(agents, following, strict=True)]
    refuse_if_large(place, "the kernel", prod(size for _, size in now + nxt), 32)
    every = (now, nxt)
    needed = None
    if callable(values):
        array = _tabulate(values, actions, signals, following, place, available)
        needed = available
    elif isinstance(values, Mapping) and not is_compact(values):
        parts, at = _parts(values, place)
        array = _mixture(parts, agents, every, at, normalize, available)
    else:
        array, holes = holed_array(values, place) if available is not None else (exact_array(values, place), None)
        if len(array.shape) == len(now) + len(nxt):
            _full_tail(array, nxt, place)
            if available is not None:
                spread(array, now + nxt, place)
                needed = wanted(available, range(available.ndim), array.shape[: len(now)])
                refuse_holes(holes, needed, place)
    # Rows are checked before axes are repeated: a repeated row is the same row.
    if not isinstance(values, Mapping) or is_compact(values):
        array = probabilities(array, len(nxt), place, normalize, needed)
    array = spread(array, now + nxt, place)
    if available is None:
        return array
    return Rationals(np.where(available.reshape(available.shape + (1,) * len(nxt)), array.num, 0), array.den)


Axes = Sequence[tuple[str, int]]
Part = tuple[object, object, str]
"""A weight, the factors by agent, and where they stand."""


def _parts(values: Mapping[str, Any], place: str) -> tuple[list[Part], str]:
    """Return the products of a short form with their weights."""
    if "mixture" not in values:
        return [(1, only_key(values, "independent", place), f"{place}.independent")], place
    listed = only_key(values, "mixture", place)
    place = f"{place}.mixture"
    if not isinstance(listed, (list, tuple)) or not listed:
        raise InputError(place, "no list of products", 'give one {"weight": …, "independent": {…}} per hidden cause')
    found: list[Part] = []
    for k, entry in enumerate(listed):
        at = f"{place}[{k}]"
        if not isinstance(entry, Mapping) or set(entry) != {"weight", "independent"}:
            raise InputError(at, "no weighted product", 'write {"weight": …, "independent": {…}}')
        found.append((entry["weight"], entry["independent"], at))
    return found, place


def _mixture(
    parts: list[Part],
    agents: Labels,
    every: tuple[Axes, Axes],
    place: str,
    normalize: bool,
    available: Mask | None,
) -> Rationals:
    """Return the mixture of products: over lead axes (may have length 1) and the next signals."""
    now, nxt = every
    several = len(parts) > 1 or parts[0][2] != f"{place}.independent"
    products = []
    for _, factors, at in parts:
        at = at if not several else f"{at}.independent"
        products.append(_independent(factors, agents, every, at, normalize, available))
    if not several:
        return products[0]
    weights, needed = [], None
    for weight, _, at in parts:
        at = f"{at}.weight"
        if isinstance(weight, (list, tuple, np.ndarray, Mapping)):
            if not now:
                raise InputError(at, "no number", "write the weight of this product")
            table, holes = holed_array(weight, at) if available is not None else (exact_array(weight, at), None)
            written = table.shape
            spread(table, now, at)
            if available is not None:
                refuse_holes(holes, wanted(available, range(available.ndim), written), at)
        else:
            table = exact_array(weight, at)
            table = table.reshape(*(1,) * len(now)) if now else table
        weights.append(table)
    lead = np.broadcast_shapes(*(table.shape for table in weights))
    if available is not None:
        needed = wanted(available, range(available.ndim), lead)
    den = lcm(*(table.den for table in weights))
    nums = np.stack([np.broadcast_to(table.over(den), lead).astype(object) for table in weights], axis=-1)
    mixed = probabilities(Rationals(narrow(nums), den), 1, f"{place}, weights", normalize, needed)
    total: Rationals | None = None
    for k, product in enumerate(products):
        part = mixed[..., k].reshape(*lead, *(1,) * len(nxt)) * product
        total = part if total is None else total + part
    assert total is not None
    return total.reduce()


def _full_tail(array: Rationals, axes: Sequence[tuple[str, int]], place: str) -> None:
    """Refuse an axis of length 1 among the next signals or the prior: there it would not say what it seems to."""
    if len(array.shape) < len(axes):
        raise InputError(place, f"{len(array.shape)} axes where {len(axes)} belong", "give one per agent")
    for (name, size), length in zip(axes, array.shape[-len(axes) :], strict=True):
        if length != size:
            raise InputError(place, f"{length} entries along the axis of {name}, which has {size}", f"give all {size}")


def _tabulate(
    transition: Callable[[str, tuple[str, ...]], object],
    actions: Labels,
    signals: Sequence[Labels],
    following: Sequence[Labels],
    place: str,
    available: Mask | None,
) -> Rationals:
    shape = tuple(map(len, following))
    index = {profile: k for k, profile in enumerate(profiles(following))}
    rows: list[Fraction] = []
    read = None if available is None else iter(available.ravel().tolist())
    for a in actions:
        for theta in profiles(signals):
            if read is not None and not next(read):
                rows += [Fraction(0)] * len(index)
                continue
            at = f"{place}({a}, {theta})"
            row = transition(a, theta)
            if isinstance(row, Mapping):
                rows += _line(row, index, at)
            else:
                array = exact_array(row, at)
                if array.shape != shape:
                    raise InputError(at, f"an array of shape {array.shape}", f"return one of shape {shape}")
                rows += [Fraction(int(value), array.den) for value in array.num.ravel().tolist()]
    return Rationals.from_fractions(rows, (len(actions), *map(len, signals), *shape))


def _line(row: Mapping[Any, object], index: Mapping[tuple[str, ...], int], place: str) -> list[Fraction]:
    """Return the probabilities of a mapping from profiles in the order of ``index``."""
    line = [Fraction(0)] * len(index)
    for profile, probability in row.items():
        key = (profile,) if isinstance(profile, str) else tuple(profile)
        if key not in index:
            raise InputError(place, f"{profile!r} is no profile of that period", "use its labels")
        line[index[key]] = rational(probability, place)
    return line


def _independent(
    parts: object, agents: Labels, every: tuple[Axes, Axes], place: str, normalize: bool, available: Mask | None
) -> Rationals:
    """Return the product of every agent's rows, over the lead axes (none: a prior) and the next signals."""
    now, nxt = every
    if not isinstance(parts, Mapping):
        raise InputError(place, "no object", "give one matrix per agent" if now else "give one row per agent")
    _same_names(parts, agents, place)
    count = len(agents)
    joint: Rationals | None = None
    for i, name in enumerate(agents):
        at = f"{place}.{name}"
        array, holes = holed_array(parts[name], at) if available is not None else (exact_array(parts[name], at), None)
        then = (nxt[i][0] if not now else "the next signals", nxt[i][1])
        needed = None
        if not now:
            if len(array.shape) != 1:
                raise InputError(at, f"{len(array.shape)} axes where 1 belongs", "give one row of probabilities")
            shape = [1] * count
            shape[i] = array.shape[0]
        else:
            if len(array.shape) == 2:
                array = array.reshape(1, *array.shape)
                holes = None if holes is None else holes.reshape(array.shape)
            spread(array, [now[0], ("the own signals", now[1 + i][1]), then], at)
            if available is not None:
                needed = wanted(available, (0, i + 1), array.shape[:2])
                refuse_holes(holes, needed, at)
            shape = [array.shape[0]] + [1] * (2 * count)
            shape[1 + i], shape[1 + count + i] = array.shape[1], array.shape[2]
        _full_tail(array, [then], at)
        array = probabilities(array, 1, at, normalize, needed)
        factor = array.reshape(*shape)
        joint = factor if joint is None else (joint * factor).reduce()
    if joint is None:
        raise InputError(place, "no agents", "give one part per agent")
    return joint


def _same_names(parts: Mapping[str, object], agents: Labels, place: str) -> None:
    for name in parts:
        agent_of(name, agents, place)
    for name in agents:
        if name not in parts:
            raise InputError(place, f"nothing for {name}", "give every agent's part")


def read_prior(
    values: object, agents: Labels, signals: Sequence[Labels], place: str, normalize: bool = False
) -> Rationals:
    """Return the prior over ``[θ^1]…[θ^N]``; ``{"independent": {agent: [θ^i]}}`` and ``{"mixture": [{"weight": number,
    "independent": …}, …]}`` are its short forms.

    From Python it may also be a mapping from profiles (tuples of labels) to probabilities; profiles left out have none.
    """
    axes = [(f"{name}'s signals", len(own)) for name, own in zip(agents, signals, strict=True)]
    if isinstance(values, Mapping) and any(isinstance(key, tuple) for key in values):
        refuse_if_large(place, "the prior", prod(map(len, signals)), 32)
        index = {profile: k for k, profile in enumerate(profiles(signals))}
        array = Rationals.from_fractions(_line(values, index, place), tuple(map(len, signals)))
        array = probabilities(array, len(signals), place, normalize)
    elif isinstance(values, Mapping) and not is_compact(values):
        parts, at = _parts(values, place)
        array = _mixture(parts, agents, ([], axes), at, normalize, None)
    else:
        array = exact_array(values, place)
        if len(array.shape) == len(axes):
            _full_tail(array, axes, place)
        array = probabilities(array, len(array.shape), place, normalize)
    return spread(array, axes, place)


def probabilities(array: Rationals, tail: int, place: str, normalize: bool, needed: Mask | None = None) -> Rationals:
    """Check that the last ``tail`` axes hold probabilities that add to exactly 1, and return the array.

    With ``normalize`` each row is divided by its sum, exactly. Rows that are not ``needed`` (over the other axes) come back as zeros.

    Raises
    ------
    InputError
        Naming the first entry below zero, or the first row that does not add to 1 and its sum.
    """
    if len(array.shape) < tail or tail == 0:
        return array  # `spread` names the missing axes
    split = len(array.shape) - tail
    if needed is not None:
        array = Rationals(np.where(needed.reshape(needed.shape + (1,) * tail), array.num, 0), array.den)
    num = array.num
    if num.size and int(num.min()) < 0:
        at = int((num.ravel() < 0).argmax())
        value = shown(Fraction(int(num.ravel()[at]), array.den))
        raise InputError(entry_at(place, array.shape, at), f"a probability of {value}", "make it at least 0")
    rows = array.reshape(*array.shape[:split], -1)
    sums = rows.sum(-1).num
    wrong = (sums != array.den).ravel()
    if needed is not None:
        wrong &= needed.ravel()
        sums = np.where(needed, sums, array.den)
    if not wrong.any():
        return array
    at = int(wrong.argmax())
    total = Fraction(int(sums.ravel()[at]), array.den)
    where = entry_at(place, array.shape[:split], at) if split else place
    if not normalize or total == 0:
        raise InputError(
            where, f"this row of probabilities sums to {shown(total)}, not to 1", "correct it, or pass --normalize"
        )
    if (sums == 0).any():
        at = int((sums == 0).ravel().argmax())
        raise InputError(entry_at(place, array.shape[:split], at), "this row sums to 0", "give it some probability")
    den = lcm(*{int(value) for value in sums.ravel().tolist()})
    factors = np.array([den // int(value) for value in sums.ravel().tolist()], dtype=object).reshape(sums.shape)
    bound = magnitude(rows.num) * magnitude(factors)
    scaled = widen(rows.num, bound) * widen(factors, bound)[..., None]
    return Rationals(scaled.reshape(array.shape), den).reduce()
