"""Nested lists, arrays and functions from a user, read as exact arrays with errors that name the place.

An axis of length 1 where the set has more elements says "does not depend on it"; it is kept as a repeated view, which
takes no memory.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from itertools import chain, product
from math import lcm, prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.compact import is_compact, read_compact
from mechsynth.errors import InputError, TooLargeError
from mechsynth.rational import WORD, Rationals, magnitude, parse, rational

Labels = tuple[str, ...]
Mask = NDArray[np.bool_]


def memory_limit() -> int:
    """Return how many bytes one environment may take: half of the machine's memory."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    except (ValueError, OSError, AttributeError):  # pragma: no cover - platforms without sysconf
        return 4 * 2**30


MAX_AXES = 64 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else 32
"""Axes that an array of numpy may have."""


def refuse_many_agents(agents: int, *, once: bool) -> None:
    """Raise `TooLargeError` for more agents than a kernel (action, profile, next profile), or ``once`` a utility, can have axes for."""
    most = MAX_AXES - 1 if once else (MAX_AXES - 1) // 2
    if agents > most:
        raise TooLargeError(
            "agents",
            f"{agents} of them, and {most} is the most that is possible",
            "leave out or join agents without signals",
        )


def refuse_if_large(place: str, what: str, count: int, size: int = 8) -> None:
    """Raise `TooLargeError` when ``count`` numbers of ``size`` bytes do not fit; nothing has been allocated yet."""
    need, limit = count * size, memory_limit()
    if need > limit:
        raise TooLargeError(
            place,
            f"{what} would take about {_bytes(need)}, and this machine allows {_bytes(limit)}",
            "make the signal sets, the actions or the horizon smaller",
        )


def _bytes(count: int) -> str:
    for unit in ("bytes", "kB", "MB", "GB", "TB", "PB"):
        if count < 1000:
            return f"{count} {unit}"
        count //= 1000
    return f"more than 10^{len(str(count)) + 17} bytes"


def flatten(values: object, place: str, depth_limit: int = 64) -> tuple[list[Any], tuple[int, ...]]:
    """Return the leaves of nested lists in C order, and their shape.

    Raises
    ------
    InputError
        If the lists are ragged, empty or nested too deep; the error names the first list that differs.
    """
    level: list[Any] = [values]
    shape: list[int] = []
    while any(isinstance(item, (list, tuple)) for item in level):
        kinds = set(map(type, level))
        if not kinds <= {list, tuple}:
            at = next(k for k, item in enumerate(level) if not isinstance(item, (list, tuple)))
            raise InputError(
                entry_at(place, shape, at), "a number where a list belongs", "give every row the same depth"
            )
        lengths = set(map(len, level))
        if len(lengths) > 1:
            want = len(level[0])
            at = next(k for k, item in enumerate(level) if len(item) != want)
            raise InputError(
                entry_at(place, shape, at),
                f"{len(level[at])} entries where its neighbours have {want}",
                "even them out",
            )
        (length,) = lengths
        if length == 0:
            raise InputError(entry_at(place, shape, 0), "an empty list", "give one entry per element, or a single one")
        shape.append(length)
        if len(shape) > depth_limit:
            raise InputError(place, "lists nested too deep", "see the axes that the format asks for")
        level = list(chain.from_iterable(level))
    return level, tuple(shape)


def entry_at(place: str, shape: Sequence[int], flat: int) -> str:
    """Return the place of the ``flat``-th item among the entries of ``shape``."""
    indices = []
    for length in reversed(shape):
        flat, index = divmod(flat, length)
        indices.append(index)
    return place + "".join(f"[{index}]" for index in reversed(indices))


def exact_array(values: object, place: str) -> Rationals:
    """Return nested lists, a short table or a NumPy array of exact numbers as `Rationals`; each distinct number is read once."""
    if isinstance(values, Rationals):
        return values
    if is_compact(values):
        assert isinstance(values, Mapping)
        return read_compact(values, place)
    if isinstance(values, np.ndarray):
        if values.dtype.kind in "iuf":
            return Rationals.of(values, place)
        values = values.tolist()
    leaves, shape = flatten(values, place)
    return _of_leaves(leaves, shape, place)


def holed_array(values: object, place: str) -> tuple[Rationals, Mask | None]:
    """Return exact numbers of which some may be null, as 0, and where they are null (``None``: nowhere)."""
    if isinstance(values, np.ndarray) and values.dtype == object:
        values = values.tolist()
    if not isinstance(values, (list, tuple)):
        return exact_array(values, place), None
    leaves, shape = flatten(values, place)
    holes = np.array([leaf is None for leaf in leaves], dtype=np.bool_)
    if holes.any():
        leaves = [0 if leaf is None else leaf for leaf in leaves]
    return _of_leaves(leaves, shape, place), holes.reshape(shape) if holes.any() else None


def wanted(available: Mask, kept: Sequence[int], lead: tuple[int, ...]) -> Mask:
    """Return which rows of a table some available action reads.

    Parameters
    ----------
    available:
        Over ``(a, θ^1, …, θ^N)``.
    kept:
        The axes of it that the table has, in order.
    lead:
        The lengths of these axes in the table, 1 where it does not depend on them.
    """
    rest = tuple(axis for axis in range(available.ndim) if axis not in kept)
    found: Mask = np.asarray(np.any(available, axis=rest) if rest else available, dtype=np.bool_)
    short = tuple(k for k, length in enumerate(lead) if length == 1)
    return np.asarray(np.any(found, axis=short, keepdims=True) if short else found, dtype=np.bool_)


def refuse_holes(holes: Mask | None, needed: Mask, place: str) -> None:
    """Refuse null at an entry that an available action reads; ``needed`` has the first axes of ``holes``."""
    if holes is None:
        return
    bad = holes & needed.reshape(needed.shape + (1,) * (holes.ndim - needed.ndim))
    if bad.any():
        where = entry_at(place, holes.shape, int(bad.ravel().argmax()))
        raise InputError(where, "null, and the action is available there", "give a number, or make it unavailable")


def _of_leaves(leaves: list[Any], shape: tuple[int, ...], place: str) -> Rationals:
    kinds = set(map(type, leaves))
    if kinds == {int}:
        num = np.array(leaves, dtype=object)
        return Rationals((num.astype(np.int64) if magnitude(num) < WORD else num).reshape(shape))
    known: dict[object, tuple[int, int]] = {}
    for place_of, leaf in enumerate(leaves):
        # A bool equals an int as a key, so the kind is part of what makes a number known.
        key = (type(leaf), leaf) if not isinstance(leaf, str) else leaf
        try:
            if key in known:
                continue
        except TypeError:
            pass
        at = entry_at(place, shape, place_of)
        if isinstance(leaf, str):
            known[key] = parse(leaf, at)
        else:
            value = rational(leaf, at)
            known[key] = (value.numerator, value.denominator)
    den = lcm(*{bottom for _, bottom in known.values()})
    if den.bit_length() > 40_000:
        raise InputError(
            place, "the common denominator of these numbers has over 12000 digits", "write them over fewer denominators"
        )
    scaled = {key: top * (den // bottom) for key, (top, bottom) in known.items()}
    keys = [leaf if isinstance(leaf, str) else (type(leaf), leaf) for leaf in leaves]
    small = all(-WORD < value < WORD for value in scaled.values())
    num = np.array([scaled[key] for key in keys], dtype=np.int64 if small else object)
    return Rationals(num.reshape(shape), den)


def spread(array: Rationals, axes: Sequence[tuple[str, int]], place: str) -> Rationals:
    """Return the array with axes of length 1 repeated to the sizes of ``axes``: pairs of a name and a size."""
    sizes = tuple(size for _, size in axes)
    if len(array.shape) != len(sizes):
        names = "".join(f"[{name}]" for name, _ in axes)
        raise InputError(place, f"{len(array.shape)} axes where {len(sizes)} belong", f"index it as {names}")
    for (name, size), length in zip(axes, array.shape, strict=True):
        if length not in (1, size):
            raise InputError(
                place, f"{length} entries along the axis of {name}, which has {size}", f"give {size}, or 1 for all"
            )
    return array.broadcast_to(sizes)


def profiles(signals: Sequence[Labels]) -> list[tuple[str, ...]]:
    """Return the signal profiles in C order (the last agent's signal fastest)."""
    return list(product(*signals))


def read_utility(
    values: object,
    agent: int,
    agents: Labels,
    actions: Labels,
    signals: Sequence[Labels],
    place: str,
    available: Mask | None = None,
) -> Rationals:
    """Return one agent's utility over ``[a][θ^1]…[θ^N]``, 0 where the action is not available.

    ``values`` is an array over these axes, ``{"private": [a][θ^i]}``, or a function of an action and a profile of labels.
    """
    axes = [("the actions", len(actions))] + [
        (f"{name}'s signals", len(own)) for name, own in zip(agents, signals, strict=True)
    ]
    if callable(values):
        utility: Callable[[str, tuple[str, ...]], object] = values
        refuse_if_large(place, "the utilities", prod(size for _, size in axes))
        spots = [(a, theta) for a in actions for theta in profiles(signals)]
        read = [True] * len(spots) if available is None else available.ravel().tolist()
        flat = [
            rational(utility(a, theta), f"{place}({a}, {theta})") if yes else Fraction(0)
            for (a, theta), yes in zip(spots, read, strict=True)
        ]
        return Rationals.from_fractions(flat, tuple(size for _, size in axes))
    if isinstance(values, Mapping) and not is_compact(values):
        values, place = only_key(values, "private", place), f"{place}.private"
        array, holes = holed_array(values, place) if available is not None else (exact_array(values, place), None)
        spread(array, [axes[0], axes[agent + 1]], place)
        if available is not None:
            refuse_holes(holes, wanted(available, (0, agent + 1), array.shape), place)
        shape = [array.shape[0]] + [1] * len(agents)
        shape[agent + 1] = array.shape[1]
        array = spread(array.reshape(*shape), axes, place)
    else:
        array, holes = holed_array(values, place) if available is not None else (exact_array(values, place), None)
        written, array = array.shape, spread(array, axes, place)
        if available is not None:
            refuse_holes(holes, wanted(available, range(available.ndim), written), place)
    return array if available is None else Rationals(np.where(available, array.num, 0), array.den)


def only_key(values: Mapping[str, object], key: str, place: str) -> object:
    """Return ``values[key]`` if that is its only key."""
    if set(values) != {key}:
        names = ", ".join(sorted(repr(name) for name in values)) or "nothing"
        raise InputError(place, f"an object with {names}", f'the short form has the one key "{key}"')
    return values[key]


def read_labels(values: object, place: str) -> Labels:
    """Return a list of labels: strings, each once."""
    if values is None:
        raise InputError(place, "missing", f"give {place.rsplit('.', 1)[-1]}")
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise InputError(place, "no list of labels", "give a list of strings")
    if not values:
        raise InputError(place, "an empty list", "give at least one label")
    seen = set()
    for k, label in enumerate(values):
        # A JSON decimal is kept as text under a type of its own; only a true string is a label.
        if type(label) is not str:
            raise InputError(f"{place}[{k}]", f"{label!r} is no string", "write labels as strings")
        if any("\ud800" <= c <= "\udfff" for c in label):
            raise InputError(f"{place}[{k}]", f"{label!r} holds a lone surrogate", "write whole characters")
        if label in seen:
            raise InputError(f"{place}[{k}]", f"the label {label!r} stands twice", "make labels unique within a list")
        seen.add(label)
    return tuple(values)


def agent_of(name: str, agents: Labels, place: str) -> int:
    """Return the index of an agent that a key names; ``place`` is that of the mapping.

    Raises
    ------
    InputError
        Where no agent has the name.
    """
    if name not in agents:
        raise InputError(f"{place}.{name}", "no such agent", f"the agents are {', '.join(agents)}")
    return agents.index(name)


def read_signals(values: object, agents: Labels, place: str) -> tuple[Labels, ...]:
    """Return every agent's labels: by agent, or one list for everybody."""
    if values is None:
        raise InputError(place, "missing", "give every agent's signals")
    if not isinstance(values, Mapping):
        return tuple(read_labels(values, place) for _ in agents)
    for name in values:
        agent_of(name, agents, place)
    for name in agents:
        if name not in values:
            raise InputError(place, f"no signals for {name}", "give every agent's signals")
    return tuple(read_labels(values[name], f"{place}.{name}") for name in agents)
