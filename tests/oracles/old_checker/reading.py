"""Reader of instance files (``mechsynth-instance/1``), independent of the one that produced the result."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from .exact import SAFE, Array, Exact, Rows, largest, objects, sums
from .model import Kernel, Model, Period
from .text import TooLargeInput, decode, describe, flatten, items, number_text, show, table

FORMAT = "mechsynth-instance/1"
# Estimates above which an instance is refused before anything is allocated.
MAX_ENTRIES = 100_000_000
MAX_PERIODS = 100_000
MAX_STEPS = 20_000_000
MAX_AXES = 64 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else 32  # of an array of numpy

_STAGE = ("signals", "actions", "utilities", "transition")


def read_instance(data: bytes, normalize: bool = False) -> Model:
    """Read an instance.

    Parameters
    ----------
    data:
        The bytes of the file; their SHA-256 identifies the instance.
    normalize:
        Whether to divide the rows of the transition and the prior by their sums first, exactly.

    Returns
    -------
    The instance, every number exact.

    Raises
    ------
    InputError
        If the file is not a valid instance; one line with the place and the remedy.
    """
    try:
        return _Reader(bytes(data), normalize).read()
    except (MemoryError, RecursionError):
        raise TooLargeInput("instance", "does not fit into memory", "use a smaller one") from None


def _labels(value: object, place: str) -> tuple[str, ...]:
    labels = items(value, place)
    if not labels:
        raise InputError(place, "an empty list", "give at least one label")
    for entry in labels:
        if not isinstance(entry, str):
            raise InputError(place, f"{describe(entry)} is not a label", "labels are strings")
    if len(set(labels)) != len(labels):
        twice = Counter(labels).most_common(1)[0][0]
        raise InputError(place, f"the label {show(twice)} stands twice", "labels are unique within their list")
    return tuple(labels)


class _Reader:
    """One reading: the numbers of the file, and whether a row had to be rescaled."""

    def __init__(self, data: bytes, normalize: bool) -> None:
        self.digest = hashlib.sha256(data).hexdigest()
        root, self.numbers = decode(data, "instance")
        if root.get("format") != FORMAT:
            raise InputError("format", f"expected {FORMAT}, found {describe(root.get('format'))}", "convert the file")
        optional = ("name", "title", "source", "notes", "tags", "prior", "periods", *_STAGE)
        self.root = table(root, "instance", ("format", "horizon", "discount", "agents"), optional)
        self.normalize, self.rescaled, self.entries = normalize, False, 0
        self.agents = _labels(root["agents"], "agents")
        most = MAX_AXES - 1 if root["horizon"] == 1 else (MAX_AXES - 1) // 2
        if len(self.agents) > most:
            raise TooLargeInput(
                "agents", f"{len(self.agents)} of them, and {most} is the most", "use a smaller instance"
            )

    def read(self) -> Model:
        """Return the instance."""
        root = self.root
        name = root.get("name", "")
        if not isinstance(name, str):
            raise InputError("name", f"expected a text, found {describe(name)}", "give a name")
        horizon = self._horizon()
        discount = self.numbers.fraction(root["discount"], "discount")
        if not (0 < discount < 1 or (discount == 1 and horizon is not None)):
            remedy = "it lies in (0, 1)" + ("" if horizon is None else ", or is 1")
            raise InputError("discount", number_text(discount), remedy)
        stages, kernels = self._stationary(horizon) if "periods" not in root else self._periods(horizon)
        prior = self._prior(root["prior"], stages[0]) if root.get("prior") is not None else None
        return Model(
            name=name,
            digest=self.digest,
            agents=self.agents,
            horizon=horizon,
            discount=discount,
            stages=tuple(stages),
            kernels=tuple(kernels),
            prior=prior,
            rescaled=self.rescaled,
        )

    def _horizon(self) -> int | None:
        value = self.root["horizon"]
        if value == "infinite":
            return None
        if not isinstance(value, tuple) or value[1] != 1 or value[0] < 1:
            raise InputError("horizon", f"found {describe(value)}", 'write a whole number of periods or "infinite"')
        if value[0] > MAX_PERIODS:
            raise TooLargeInput("horizon", "too many periods to go through", f"keep it within {MAX_PERIODS}")
        return int(value[0])

    def _stationary(self, horizon: int | None) -> tuple[list[Period], list[Kernel | None]]:
        stage = self._stage(self.root, "")
        steps = (horizon or 1) * stage.profiles * len(stage.actions)
        if steps > MAX_STEPS:
            raise TooLargeInput("horizon", f"{steps} pairs of a profile and an action", f"keep them within {MAX_STEPS}")
        kernel = None
        if "transition" in self.root:
            kernel = self._kernel(self.root["transition"], stage, stage, "transition")
        elif horizon != 1:
            raise InputError("transition", "the key is missing", "add it")
        return [stage], [kernel]

    def _periods(self, horizon: int | None) -> tuple[list[Period], list[Kernel | None]]:
        for key in _STAGE:
            if key in self.root:
                raise InputError(key, 'stands beside "periods"', "keep one of the two")
        periods = items(self.root["periods"], "periods")
        if horizon is None:
            raise InputError("periods", "the horizon is infinite", "write the stationary data at the top level")
        if len(periods) != horizon:
            raise InputError("periods", f"{len(periods)} periods for horizon {horizon}", "give one object a period")
        stages = []
        for t, entry in enumerate(periods):
            last = t == horizon - 1
            table(entry, f"periods[{t}]", _STAGE[:3] if last else _STAGE)
            stages.append(self._stage(entry, f"periods[{t}]."))
        kernels: list[Kernel | None] = [
            self._kernel(entry["transition"], stages[t], stages[t + 1], f"periods[{t}].transition")
            for t, entry in enumerate(periods[:-1])
        ]
        return stages, [*kernels, None]

    def _spend(self, entries: int, place: str) -> None:
        self.entries += entries
        if self.entries > MAX_ENTRIES:
            remedy = f"keep the sum below {MAX_ENTRIES}"
            raise TooLargeInput(place, f"about {self.entries} numbers once it is written out", remedy)

    def _by_agent(self, value: object, place: str) -> list[Any]:
        found = table(value, place, self.agents, self.agents)
        for key in found:
            if key not in self.agents:
                raise InputError(place, f"unknown agent {show(key)}", "use the labels of the list of agents")
        return [found[agent] for agent in self.agents]

    def _stage(self, entry: dict[str, Any], at: str) -> Period:
        for key in _STAGE[:3]:
            if key not in entry:
                raise InputError(at + key, "the key is missing", "add it")
        signals = tuple(
            _labels(value, f"{at}signals.{show(agent)}")
            for agent, value in zip(self.agents, self._by_agent(entry["signals"], at + "signals"), strict=True)
        )
        actions = _labels(entry["actions"], at + "actions")
        sizes = tuple(len(labels) for labels in signals)
        self._spend(len(self.agents) * len(actions) * prod(sizes), at + "utilities")
        tables = self._by_agent(entry["utilities"], at + "utilities")
        utilities = tuple(
            self._utility(value, i, len(actions), sizes, f"{at}utilities.{show(self.agents[i])}")
            for i, value in enumerate(tables)
        )
        return Period(signals, actions, utilities)

    def _utility(self, value: object, agent: int, actions: int, sizes: tuple[int, ...], place: str) -> Exact:
        if isinstance(value, dict):
            value = table(value, place, ("private",))["private"]
            leaves, shape = flatten(value, [(actions, True), (sizes[agent], True)], place)
            shape = (shape[0], *(1,) * agent, shape[1], *(1,) * (len(sizes) - agent - 1))
        else:
            leaves, shape = flatten(value, [(size, True) for size in (actions, *sizes)], place)
        exact = Exact.of(self.numbers.pairs(leaves, place), shape)
        return exact.broadcast((actions, *sizes)).reshape(actions, prod(sizes))

    def _probabilities(self, rows: Rows, names: Sequence[Sequence[str]], place: str) -> Rows:
        """Check that every row is a probability vector (or rescale it); ``names`` are the labels of the lead axes."""
        num, total = rows.num, sums(rows.num)

        def where(index: tuple[int, ...]) -> str:
            words = [show(labels[k]) if len(labels) > k else "" for labels, k in zip(names, index, strict=True)]
            return f"{place}, row ({', '.join(words)})" if words else place

        if (num < 0).any():
            index = tuple(int(k) for k in np.argwhere(num < 0)[0])
            raise InputError(where(index[:-1]), "a negative probability", "probabilities are not negative")
        wrong = total != rows.den
        if not wrong.any():
            return rows
        index = tuple(int(k) for k in np.argwhere(wrong)[0])
        if not self.normalize:
            found = Fraction(int(total[index]), int(rows.den[index]))
            raise InputError(where(index), f"adds up to {number_text(found)}, not to 1", "correct it or normalize")
        if (total == 0).any():
            index = tuple(int(k) for k in np.argwhere(total == 0)[0])
            raise InputError(where(index), "is zero everywhere", "give it a positive entry")
        self.rescaled = True
        common = np.asarray(np.gcd.reduce(num, axis=-1))  # of one row alone it is a bare number
        flat = num.reshape(-1, num.shape[-1]) // common.reshape(-1, 1)
        return Rows(flat.reshape(num.shape), objects(sums(flat).ravel().tolist()).reshape(rows.den.shape))

    def _prior(self, value: object, stage: Period) -> Exact:
        sizes, place = stage.sizes, "prior"
        if isinstance(value, dict):
            weights: Array = np.ones((), dtype=object)
            den = 1
            parts = self._by_agent(table(value, place, ("independent",))["independent"], place)
            for size, part in zip(sizes, parts, strict=True):
                leaves, _ = flatten(part, [(size, False)], place)
                rows = Rows.of(self.numbers.pairs(leaves, place), (), size, place)
                rows = self._probabilities(rows, [], place)
                weights = np.multiply.outer(weights, rows.num.astype(object))
                den *= int(rows.den[()])
        else:
            leaves, _ = flatten(value, [(size, False) for size in sizes], place)
            rows = Rows.of(self.numbers.pairs(leaves, place), (), stage.profiles, place)
            rows = self._probabilities(rows, [], place)
            weights, den = rows.num.astype(object), int(rows.den[()])
        return Exact(weights.reshape(-1), np.array(den, dtype=object))

    def _kernel(self, value: object, stage: Period, after: Period, place: str) -> Kernel:
        lead = (len(stage.actions), *stage.sizes)
        shape = (len(stage.actions), stage.profiles, after.profiles)
        self._spend(prod(shape), place)
        names = [stage.actions, *stage.signals]
        if isinstance(value, dict):
            value = table(value, place, ("independent",))["independent"]
            rows = self._independent(self._by_agent(value, place), stage, after, place)
        else:
            axes = [(size, True) for size in lead] + [(size, False) for size in after.sizes]
            leaves, found = flatten(value, axes, place)
            pairs = self.numbers.pairs(leaves, place)
            rows = Rows.of(pairs, found[: len(lead)], after.profiles, place)
            rows = self._probabilities(rows, names, place)
        den = np.ascontiguousarray(np.broadcast_to(rows.den, lead)).reshape(shape[:2])
        num = rows.num
        # rows are not negative and add up to ``den``, so ``den`` bounds every entry
        if num.dtype == object and max(den.flat) < 1 << 54:
            num = num.astype(np.int64)
        elif num.dtype != object and max(den.flat) >= 1 << 54:
            num = num.astype(object)
        weights = np.ascontiguousarray(np.broadcast_to(num, (*lead, after.profiles))).reshape(shape)
        return Kernel(weights, den, after.sizes)

    def _independent(self, parts: list[Any], stage: Period, after: Period, place: str) -> Rows:
        """Return the product of the agents' transitions, rows over ``(action, profile)``."""
        count = len(parts)
        weights: Array = np.ones((1,) * (1 + 2 * count), dtype=np.int64)
        den: Array = np.ones((1,) * (1 + count), dtype=object)
        for i, part in enumerate(parts):
            at = f"{place}.{show(self.agents[i])}"
            own, then = stage.sizes[i], after.sizes[i]
            # [θ^i][θ'^i] or [a][θ^i][θ'^i]: told apart by the depth
            deep = isinstance(part, list) and part and isinstance(part[0], list) and part[0]
            if deep and isinstance(part[0][0], list):
                leaves, found = flatten(part, [(len(stage.actions), True), (own, True), (then, False)], at)
                names: list[Sequence[str]] = [stage.actions, stage.signals[i]]
                moves = found[0]
            else:
                leaves, found = flatten(part, [(own, True), (then, False)], at)
                names, moves = [stage.signals[i]], 1
            rows = self._probabilities(Rows.of(self.numbers.pairs(leaves, at), found[:-1], then, at), names, at)
            now = [1] * count
            now[i] = found[-2]
            later = [1] * count
            later[i] = then
            num = rows.num.reshape(moves, *now, *later)
            if largest(weights) * largest(num) >= SAFE:
                weights, num = weights.astype(object), num.astype(object)
            weights = weights * num
            den = den * rows.den.reshape(moves, *now)
        return Rows(weights.reshape(*weights.shape[: 1 + count], -1), den)
