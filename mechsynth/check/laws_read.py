"""Priors and transitions as the checker reads them: whole, as products, or as mixtures of products."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from .exact import SAFE, Array, Exact, Rows, largest, objects, sums
from .model import Kernel, Period
from .second import filled, leaves_of, needed, short
from .text import Numbers, describe, flatten, items, number_text, show, table


def by_agent(value: object, place: str, agents: Sequence[str], without: Sequence[int] = ()) -> list[Any]:
    """Return what stands there for every agent; None, and nothing in the file, for those ``without``."""
    wanted = [name for i, name in enumerate(agents) if i not in without]
    found = table(value, place, wanted, wanted)
    for key in found:
        if key not in wanted:
            raise InputError(place, f"unknown agent {show(key)}", "use the labels of the list of agents")
    return [found.get(agent) for agent in agents]


@dataclass
class Laws:
    """Reader of the probabilities of one file.

    Parameters
    ----------
    numbers, agents:
        Of the file.
    normalize:
        Whether to divide rows by their sums.
    second:
        Whether the file is of format 2.
    rescaled:
        Whether dividing changed anything.
    """

    numbers: Numbers
    agents: tuple[str, ...]
    normalize: bool
    second: bool
    rescaled: bool = False

    def short(self, value: object) -> bool:
        """Say whether a value is a table in short, in a file that may have one."""
        return self.second and short(value)

    def leaves(self, value: object, axes: list[tuple[int, bool]], place: str) -> tuple[list[Any], tuple[int, ...]]:
        """Return the leaves of a table and its shape."""
        return leaves_of(value, axes, self.numbers, place) if self.second else flatten(value, axes, place)

    def prior(self, value: object, stage: Period) -> Exact:
        """Return the prior over the profiles."""
        sizes, place = stage.sizes, "prior"
        if isinstance(value, dict) and not self.short(value):
            found = [(weight, self._factors(part, sizes, at)) for weight, part, at in self._products(value, place)]
            rows = self._mixed(found, (), [], None, place)
        else:
            leaves, _ = self.leaves(value, [(size, False) for size in sizes], place)
            rows = Rows.of(self.numbers.pairs(leaves, place), (), stage.profiles, place)
            rows = self._probabilities(rows, [], place)
        weights, den = rows.num.astype(object), int(rows.den[()])
        return Exact(weights.reshape(-1), np.array(den, dtype=object))

    def kernel(self, value: object, stage: Period, after: Period, place: str) -> Kernel:
        """Return the transition from one period to the next; rows of actions that are not available are zero."""
        lead = (len(stage.actions), *stage.sizes)
        shape = (len(stage.actions), stage.profiles, after.profiles)
        names = [stage.actions, *stage.signals]
        available = None if stage.available is None else stage.available.reshape(lead)
        if isinstance(value, dict) and not self.short(value):
            found = [
                (weight, self._independent(by_agent(part, at, self.agents), stage, after, at))
                for weight, part, at in self._products(value, place)
            ]
            rows = self._mixed(found, lead, names, available, place)
        else:
            axes = [(size, True) for size in lead] + [(size, False) for size in after.sizes]
            leaves, sizes = self.leaves(value, axes, place)
            read = None
            if available is not None:
                read = needed(available, range(len(lead)), sizes[: len(lead)])
                leaves = filled(leaves, read, after.profiles, place)
            rows = Rows.of(self.numbers.pairs(leaves, place), sizes[: len(lead)], after.profiles, place)
            rows = self._probabilities(rows, names, place, read)
        den = np.ascontiguousarray(np.broadcast_to(rows.den, lead)).reshape(shape[:2])
        num = rows.num
        # rows are not negative and add up to ``den``, so ``den`` bounds every entry
        if num.dtype == object and max(den.flat) < 1 << 54:
            num = num.astype(np.int64)
        elif num.dtype != object and max(den.flat) >= 1 << 54:
            num = num.astype(object)
        weights = np.ascontiguousarray(np.broadcast_to(num, (*lead, after.profiles))).reshape(shape)
        if stage.available is not None:
            weights = np.where(stage.available[..., None], weights, 0)
        return Kernel(weights, den, after.sizes)

    def _probabilities(self, rows: Rows, names: Sequence[Sequence[str]], place: str, read: Array | None = None) -> Rows:
        """Check that every row is a probability vector (or rescale it); ``names`` are the labels of the lead axes.

        Rows that nothing ``read``s are zero and stay so.
        """
        num, total = rows.num, sums(rows.num)
        if read is not None:
            total = np.where(read, total, rows.den)

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
        common = np.asarray(np.gcd.reduce(num, axis=-1)).reshape(-1, 1)  # of one row alone it is a bare number
        flat = num.reshape(-1, num.shape[-1]) // np.where(common == 0, 1, common)
        dens = [den or 1 for den in sums(flat).ravel().tolist()]  # a row that nothing reads is zero
        return Rows(flat.reshape(num.shape), objects(dens).reshape(rows.den.shape))

    def _products(self, value: Mapping[str, Any], place: str) -> list[tuple[Any, Any, str]]:
        """Return the products of a short form: their weights, their factors, their places."""
        if not (self.second and "mixture" in value):
            return [(None, table(value, place, ("independent",))["independent"], place)]
        listed = items(table(value, place, ("mixture",))["mixture"], place)
        if not listed or set(value) != {"mixture"}:
            raise InputError(place, "no mixture", "give the one key and at least one product")
        found = []
        for k, entry in enumerate(listed):
            at = f"{place}.mixture[{k}]"
            part = table(entry, at, ("weight", "independent"))
            if len(part) != 2:
                raise InputError(at, f"{describe(entry)} with keys of its own", "keep the weight and the product")
            found.append((part["weight"], part["independent"], at))
        return found

    def _mixed(
        self,
        found: list[tuple[Any, Rows]],
        lead: tuple[int, ...],
        names: Sequence[Sequence[str]],
        available: Array | None,
        place: str,
    ) -> Rows:
        """Return the products mixed by their weights; one without a weight is itself."""
        if len(found) == 1 and found[0][0] is None:
            return found[0][1]
        tables = []
        for k, (weight, _) in enumerate(found):
            at = f"{place}.mixture[{k}].weight"
            if isinstance(weight, list | dict):
                leaves, shape = self.leaves(weight, [(size, True) for size in lead], at)
                if available is not None:
                    leaves = filled(leaves, needed(available, range(len(lead)), shape), 1, at)
            else:
                leaves, shape = [weight], (1,) * len(lead)
            tables.append(Exact.of(self.numbers.pairs(leaves, at), shape))
        shape = np.broadcast_shapes(*(part.shape for part in tables))
        flat = [part.broadcast(shape).fractions() for part in tables]
        pairs = [
            (value.numerator, value.denominator)
            for values in zip(*(part.ravel().tolist() for part in flat), strict=True)
            for value in values
        ]
        read = None if available is None else needed(available, range(len(lead)), shape)
        weights = Rows.of(pairs, shape, len(found), place)
        weights = self._probabilities(weights, names, f"{place}, weights of the mixture", read)
        den: Array = weights.den.astype(object)
        for _, rows in found:
            den = np.asarray(np.lcm(den, weights.den * rows.den), dtype=object)
        num: Array = np.zeros((), dtype=object)
        for k, (_, rows) in enumerate(found):
            factor = np.asarray(weights.num[..., k].astype(object) * (den // (weights.den * rows.den)), dtype=object)
            num = num + rows.num.astype(object) * factor[..., None]
        return Rows(num, den)

    def _factors(self, value: object, sizes: tuple[int, ...], place: str) -> Rows:
        """Return the product of the agents' first distributions."""
        weights: Array = np.ones((), dtype=object)
        den = 1
        for size, part in zip(sizes, by_agent(value, place, self.agents), strict=True):
            leaves, _ = self.leaves(part, [(size, False)], place)
            rows = self._probabilities(Rows.of(self.numbers.pairs(leaves, place), (), size, place), [], place)
            weights = np.multiply.outer(weights, rows.num.astype(object))
            den *= int(rows.den[()])
        return Rows(weights.reshape(prod(sizes)), np.array(den, dtype=object))

    def _independent(self, parts: list[Any], stage: Period, after: Period, place: str) -> Rows:
        """Return the product of the agents' transitions, rows over ``(action, profile)``."""
        count, lead = len(parts), (len(stage.actions), *stage.sizes)
        weights: Array = np.ones((1,) * (1 + 2 * count), dtype=np.int64)
        den: Array = np.ones((1,) * (1 + count), dtype=object)
        for i, part in enumerate(parts):
            at = f"{place}.{show(self.agents[i])}"
            own, then = stage.sizes[i], after.sizes[i]
            # [θ^i][θ'^i] or [a][θ^i][θ'^i]: told apart by the depth
            if self._deep(part):
                leaves, found = self.leaves(part, [(len(stage.actions), True), (own, True), (then, False)], at)
                names: list[Sequence[str]] = [stage.actions, stage.signals[i]]
                moves = found[0]
            else:
                leaves, found = self.leaves(part, [(own, True), (then, False)], at)
                names, moves = [stage.signals[i]], 1
            read = None
            if stage.available is not None:
                read = needed(stage.available.reshape(lead), (0, 1 + i), (moves, found[-2])).reshape(found[:-1])
                leaves = filled(leaves, read, then, at)
            rows = Rows.of(self.numbers.pairs(leaves, at), found[:-1], then, at)
            rows = self._probabilities(rows, names, at, read)
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

    def _deep(self, part: object) -> bool:
        """Say whether an agent's transition has an axis of the actions."""
        if self.short(part):
            assert isinstance(part, dict)
            return isinstance(part.get("shape"), list) and len(part["shape"]) == 3
        deep = isinstance(part, list) and part and isinstance(part[0], list) and part[0]
        return bool(deep and isinstance(part[0][0], list))  # type: ignore[index]
