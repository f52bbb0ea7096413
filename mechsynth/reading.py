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

from mechsynth.errors import InputError, TooLargeError
from mechsynth.rational import WORD, Rationals, magnitude, parse, rational, shown, widen

Labels = tuple[str, ...]


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
            raise InputError(_at(place, shape, at), "a number where a list belongs", "give every row the same depth")
        lengths = set(map(len, level))
        if len(lengths) > 1:
            want = len(level[0])
            at = next(k for k, item in enumerate(level) if len(item) != want)
            raise InputError(
                _at(place, shape, at), f"{len(level[at])} entries where its neighbours have {want}", "even them out"
            )
        (length,) = lengths
        if length == 0:
            raise InputError(_at(place, shape, 0), "an empty list", "give one entry per element, or a single one")
        shape.append(length)
        if len(shape) > depth_limit:
            raise InputError(place, "lists nested too deep", "see the axes that the format asks for")
        level = list(chain.from_iterable(level))
    return level, tuple(shape)


def _at(place: str, shape: Sequence[int], flat: int) -> str:
    """Return the place of the ``flat``-th item among the entries of ``shape``."""
    indices = []
    for length in reversed(shape):
        flat, index = divmod(flat, length)
        indices.append(index)
    return place + "".join(f"[{index}]" for index in reversed(indices))


def exact_array(values: object, place: str) -> Rationals:
    """Return nested lists or a NumPy array of exact numbers as `Rationals`; each distinct number is read once."""
    if isinstance(values, Rationals):
        return values
    if isinstance(values, np.ndarray):
        if values.dtype.kind in "iuf":
            return Rationals.of(values, place)
        values = values.tolist()
    leaves, shape = flatten(values, place)
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
        at = _at(place, shape, place_of)
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
    values: object, agent: int, agents: Labels, actions: Labels, signals: Sequence[Labels], place: str
) -> Rationals:
    """Return one agent's utility over ``[a][θ^1]…[θ^N]``.

    ``values`` is an array over these axes, ``{"private": [a][θ^i]}``, or a function of an action and a profile of labels.
    """
    axes = [("the actions", len(actions))] + [
        (f"{name}'s signals", len(own)) for name, own in zip(agents, signals, strict=True)
    ]
    if callable(values):
        utility: Callable[[str, tuple[str, ...]], object] = values
        refuse_if_large(place, "the utilities", prod(size for _, size in axes))
        flat = [rational(utility(a, theta), f"{place}({a}, {theta})") for a in actions for theta in profiles(signals)]
        return Rationals.from_fractions(flat, tuple(size for _, size in axes))
    if isinstance(values, Mapping):
        private = only_key(values, "private", place)
        array = exact_array(private, f"{place}.private")
        spread(array, [axes[0], axes[agent + 1]], f"{place}.private")
        shape = [array.shape[0]] + [1] * len(agents)
        shape[agent + 1] = array.shape[1]
        array = array.reshape(*shape)
    else:
        array = exact_array(values, place)
    return spread(array, axes, place)


def only_key(values: Mapping[str, object], key: str, place: str) -> object:
    """Return ``values[key]`` if that is its only key."""
    if set(values) != {key}:
        names = ", ".join(sorted(repr(name) for name in values)) or "nothing"
        raise InputError(place, f"an object with {names}", f'the short form has the one key "{key}"')
    return values[key]


def read_transition(
    values: object,
    agents: Labels,
    actions: Labels,
    signals: Sequence[Labels],
    following: Sequence[Labels],
    place: str,
    normalize: bool = False,
) -> Rationals:
    """Return the kernel over ``[a][θ^1]…[θ^N][θ'^1]…[θ'^N]``, its rows checked to be probabilities.

    ``values`` is an array over these axes, ``{"independent": {agent: [θ^i][θ'^i] or [a][θ^i][θ'^i]}}``, or a function of an
    action and a profile of labels that returns an array over the next signals or a mapping from profiles to
    probabilities.
    """
    now = [("the actions", len(actions))] + [(f"{n}'s signals", len(s)) for n, s in zip(agents, signals, strict=True)]
    nxt = [(f"{n}'s next signals", len(s)) for n, s in zip(agents, following, strict=True)]
    refuse_if_large(place, "the kernel", prod(size for _, size in now + nxt), 32)
    if callable(values):
        array = _tabulate(values, actions, signals, following, place)
    elif isinstance(values, Mapping):
        array = _independent(only_key(values, "independent", place), agents, actions, signals, following, place)
    else:
        array = exact_array(values, place)
        if len(array.shape) == len(now) + len(nxt):
            _full_tail(array, nxt, place)
    # Rows are checked before axes are repeated: a repeated row is the same row.
    array = probabilities(array, len(nxt), place, normalize)
    return spread(array, now + nxt, place)


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
) -> Rationals:
    shape = tuple(map(len, following))
    index = {profile: k for k, profile in enumerate(profiles(following))}
    rows: list[Fraction] = []
    for a in actions:
        for theta in profiles(signals):
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
    parts: object,
    agents: Labels,
    actions: Labels,
    signals: Sequence[Labels],
    following: Sequence[Labels],
    place: str,
) -> Rationals:
    place = f"{place}.independent"
    if not isinstance(parts, Mapping):
        raise InputError(place, "no object", "give one matrix per agent")
    _same_names(parts, agents, place)
    count = len(agents)
    joint: Rationals | None = None
    for i, name in enumerate(agents):
        at = f"{place}.{name}"
        array = exact_array(parts[name], at)
        if len(array.shape) == 2:
            array = array.reshape(1, *array.shape)
        own, nxt = len(signals[i]), len(following[i])
        spread(array, [("the actions", len(actions)), ("the own signals", own), ("the next signals", nxt)], at)
        _full_tail(array, [("the next signals", nxt)], at)
        array = probabilities(array, 1, at, False)
        shape = [array.shape[0]] + [1] * (2 * count)
        shape[1 + i], shape[1 + count + i] = array.shape[1], array.shape[2]
        factor = array.reshape(*shape)
        joint = factor if joint is None else (joint * factor).reduce()
    if joint is None:
        raise InputError(place, "no agents", "give one matrix per agent")
    return joint


def _same_names(parts: Mapping[str, object], agents: Labels, place: str) -> None:
    for name in parts:
        if name not in agents:
            raise InputError(f"{place}.{name}", "no such agent", f"the agents are {', '.join(agents)}")
    for name in agents:
        if name not in parts:
            raise InputError(place, f"nothing for {name}", "give every agent's part")


def read_prior(
    values: object, agents: Labels, signals: Sequence[Labels], place: str, normalize: bool = False
) -> Rationals:
    """Return the prior over ``[θ^1]…[θ^N]``; ``{"independent": {agent: [θ^i]}}`` is its short form.

    From Python it may also be a mapping from profiles (tuples of labels) to probabilities; profiles left out have none.
    """
    axes = [(f"{name}'s signals", len(own)) for name, own in zip(agents, signals, strict=True)]
    if isinstance(values, Mapping) and any(isinstance(key, tuple) for key in values):
        refuse_if_large(place, "the prior", prod(map(len, signals)), 32)
        index = {profile: k for k, profile in enumerate(profiles(signals))}
        array = Rationals.from_fractions(_line(values, index, place), tuple(map(len, signals)))
        array = probabilities(array, len(signals), place, normalize)
    elif isinstance(values, Mapping):
        parts = only_key(values, "independent", place)
        at = f"{place}.independent"
        if not isinstance(parts, Mapping):
            raise InputError(at, "no object", "give one row per agent")
        _same_names(parts, agents, at)
        joint: Rationals | None = None
        for i, name in enumerate(agents):
            row = exact_array(parts[name], f"{at}.{name}")
            if len(row.shape) != 1:
                raise InputError(
                    f"{at}.{name}", f"{len(row.shape)} axes where 1 belongs", "give one row of probabilities"
                )
            _full_tail(row, [axes[i]], f"{at}.{name}")
            row = probabilities(row, 1, f"{at}.{name}", normalize)
            shape = [1] * len(agents)
            shape[i] = row.shape[0]
            joint = row.reshape(*shape) if joint is None else joint * row.reshape(*shape)
        if joint is None:
            raise InputError(at, "no agents", "give one row per agent")
        array = joint
    else:
        array = exact_array(values, place)
        if len(array.shape) == len(axes):
            _full_tail(array, axes, place)
        array = probabilities(array, len(array.shape), place, normalize)
    return spread(array, axes, place)


def probabilities(array: Rationals, tail: int, place: str, normalize: bool) -> Rationals:
    """Check that the last ``tail`` axes hold probabilities that add to exactly 1, and return the array.

    With ``normalize`` each row is divided by its sum, exactly.

    Raises
    ------
    InputError
        Naming the first entry below zero, or the first row that does not add to 1 and its sum.
    """
    if len(array.shape) < tail or tail == 0:
        return array  # `spread` names the missing axes
    num, split = array.num, len(array.shape) - tail
    if num.size and int(num.min()) < 0:
        at = int((num.ravel() < 0).argmax())
        value = shown(Fraction(int(num.ravel()[at]), array.den))
        raise InputError(_at(place, array.shape, at), f"a probability of {value}", "make it at least 0")
    rows = array.reshape(*array.shape[:split], -1)
    sums = rows.sum(-1).num
    wrong = (sums != array.den).ravel()
    if not wrong.any():
        return array
    at = int(wrong.argmax())
    total = Fraction(int(sums.ravel()[at]), array.den)
    where = _at(place, array.shape[:split], at) if split else place
    if not normalize or total == 0:
        raise InputError(
            where, f"this row of probabilities sums to {shown(total)}, not to 1", "correct it, or pass --normalize"
        )
    if (sums == 0).any():
        at = int((sums == 0).ravel().argmax())
        raise InputError(_at(place, array.shape[:split], at), "this row sums to 0", "give it some probability")
    den = lcm(*{int(value) for value in sums.ravel().tolist()})
    factors = np.array([den // int(value) for value in sums.ravel().tolist()], dtype=object).reshape(sums.shape)
    bound = magnitude(rows.num) * magnitude(factors)
    scaled = widen(rows.num, bound) * widen(factors, bound)[..., None]
    return Rationals(scaled.reshape(array.shape), den).reduce()
