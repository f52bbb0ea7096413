r"""All discount factors at which a lump-sum budget is not negative (``docs/certificates.md``).

Where no action moves the signals, :math:`E[X^i | θ^i_1 = k] = c_{ik}' (I - δP)^{-1} (w - w_{-i})`, and the budget times
:math:`D(δ) = \det(I - δP) > 0` is the least, over the types :math:`(k_1, …, k_N)` that come, of the polynomials
:math:`F_k = \sum_i n_{i,k_i} + q` of degree below the number of profiles. They are found here by their exact values at as many
points. A claimed interval :math:`[e, e']` is one where every :math:`F_k` is proved to be at least 0, the space between two
of them is covered by pieces where one :math:`F_k` is proved to be below 0.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from . import chains
from .exact import Exact
from .model import Model
from .polynomials import (
    Poly,
    changes,
    common_divisor,
    exactly,
    no_root,
    primitive,
    sign_at,
    square_free,
    trim,
)
from .text import Numbers, TooLargeInput, items, label, show, table
from .values import resolvent
from .verdict import Ledger, Refuted

# Above this many profiles as many exact linear systems are not solved.
MAX_PROFILES = 200
MAX_DEGREE = 1_000


@dataclass(frozen=True)
class End:
    """The end of an interval: a rational number (``low == high``), or the only root of ``polynomial`` in ``(low, high)``.

    ``closed``: a split point between two pieces, at which the budget is below 0.
    """

    low: Fraction
    high: Fraction
    polynomial: Poly | None
    place: str
    closed: bool = False

    def same(self, other: End) -> bool:
        """Say whether both are written alike."""
        return (self.low, self.high, self.polynomial) == (other.low, other.high, other.polynomial)


def check_discounts(claimed: object, model: Model, numbers: Numbers, ledger: Ledger) -> str:
    """Check ``certificate.discounts``; return the statement that is proved."""
    at = "certificate.discounts"
    table(claimed, at, ("balanced", "unbalanced"))
    assert isinstance(claimed, dict)
    if not chains.exogenous(model):
        raise InputError(at, "the horizon is finite, or an action moves the signals", "remove it")
    ledger.claim(chains.private(model), f"{at}: values are not private, or an agent's signal moves the others'")
    if model.period(0).profiles > MAX_PROFILES:
        raise TooLargeInput(at, f"{model.period(0).profiles} profiles", f"at most {MAX_PROFILES}")
    functions = _Functions(model)
    line = _read_line(claimed, numbers, at)
    for left, right, pieces in line:
        if pieces is None:
            for types in functions.every():
                ledger.rows += 1
                problem = _below(functions.of(types), left, right)
                if problem:
                    raise Refuted(f"{left.place}: at the types {functions.name(types)} {problem}")
            continue
        _cover(pieces, left, right, functions, numbers, ledger)
    found = [(left, right) for left, right, pieces in line if pieces is None]
    if not found:
        return " With no discount factor between 0 and 1, all else equal, is the budget 0 or more."
    return (
        " With another discount factor between 0 and 1, all else equal, the budget is 0 or more exactly in the intervals listed "
        "(their ends included), and negative elsewhere."
    )


def _read_line(
    claimed: Mapping[str, Any], numbers: Numbers, at: str
) -> list[tuple[End, End, tuple[list[Any], str] | None]]:
    """Return ``(0, 1)`` as claimed, from left to right: intervals without, spaces in between with their pieces."""
    balanced = items(claimed["balanced"], f"{at}.balanced")
    losses = items(claimed["unbalanced"], f"{at}.unbalanced")
    zero, one = (End(Fraction(x), Fraction(x), None, f"{at}.balanced") for x in (0, 1))
    line: list[tuple[End, End, tuple[list[Any], str] | None]] = []
    before, used = zero, 0

    def space(until: End) -> None:
        nonlocal used
        if used >= len(losses):
            raise Refuted(f"{at}.unbalanced: nothing covers the discount factors before {until.place}")
        place = f"{at}.unbalanced[{used}]"
        line.append((before, until, (items(losses[used], place), place)))
        used += 1

    for k, entry in enumerate(balanced):
        place = f"{at}.balanced[{k}]"
        table(entry, place, ("from", "to"))
        left, right = (_read_end(entry[key], numbers, f"{place}.{key}") for key in ("from", "to"))
        if left.same(right):
            if left.high == 0 or left.low == 1:
                raise Refuted(f"{place}: no discount factor between 0 and 1")
        elif not left.high < right.low:
            raise Refuted(f"{place}: its ends are not apart")
        first = left.polynomial is None and left.low == 0
        if first and k:
            raise Refuted(f"{place}: an interval before it begins at 0")
        if not first:
            if not before.high < left.low:
                raise Refuted(f"{place}: it is not apart from what comes before it")
            space(left)
        line.append((left, right, None))
        before = right
    if not (before.polynomial is None and before.low == 1):
        space(one)
    if used != len(losses):
        raise Refuted(f"{at}.unbalanced: {len(losses)} entries for {used} spaces")
    return line


def _read_end(value: object, numbers: Numbers, place: str) -> End:
    """Read an end and prove that it is one number in ``[0, 1]``."""
    if not isinstance(value, dict):
        exact = numbers.fraction(value, place)
        if not 0 <= exact <= 1:
            raise Refuted(f"{place}: not between 0 and 1")
        return End(exact, exact, None, place)
    table(value, place, ("polynomial", "above", "below"))
    low, high = (numbers.fraction(value[key], f"{place}.{key}") for key in ("above", "below"))
    coefficients = items(value["polynomial"], f"{place}.polynomial")
    if len(coefficients) > MAX_DEGREE:
        raise TooLargeInput(f"{place}.polynomial", "too long", f"at most {MAX_DEGREE} coefficients")
    read = [numbers.fraction(c, f"{place}.polynomial") for c in coefficients]
    if any(c.denominator != 1 for c in read):
        raise InputError(f"{place}.polynomial", "a coefficient is no integer", "clear the denominators")
    polynomial = trim([c.numerator for c in read])
    if len(polynomial) < 2:
        raise InputError(f"{place}.polynomial", "no root", "write the coefficients, the constant first")
    if not 0 <= low < high <= 1:
        raise Refuted(f"{place}: no interval between 0 and 1")
    if changes(polynomial, low, high) != 1 or not sign_at(polynomial, low) or not sign_at(polynomial, high):
        raise Refuted(f"{place}: Descartes' rule does not prove exactly one root in the interval")
    return End(low, high, polynomial, place)


class _Functions:
    """The polynomials ``F_k``, made when asked for."""

    def __init__(self, model: Model) -> None:
        self._model = model
        period, prior, kernel = model.period(0), model.prior, model.kernel(0)
        assert prior is not None
        assert kernel is not None
        size, agents = period.profiles, range(len(model.agents))
        num, _ = prior.common("prior")
        best = chains.best(model)
        worths = [best - chains.best(model, i) for i in agents]
        rest = best
        for worth in worths:
            rest = rest - worth
        self._types: list[list[int]] = []
        values: list[list[Fraction]] = []  # per function, its values at the points
        picks: list[tuple[int, list[tuple[int, int]], int]] = []
        for i in agents:
            own = []
            for k in range(period.sizes[i]):
                here = [int(p) for p in np.flatnonzero(period.own[i] == k)]
                mass = sum(int(num[p]) for p in here)
                if mass:
                    own.append(k)
                    picks.append((i, [(p, int(num[p])) for p in here if num[p]], mass))
            self._types.append(own)
        whole = [(p, int(num[p])) for p in range(size) if num[p]]
        picks.append((len(worths), whole, sum(w for _, w in whole)))
        vectors = [_column(v) for v in (*worths, rest)]
        points = [Fraction(j, size + 1) for j in range(size)]
        values = [[] for _ in picks]
        for point in points:
            scale, solved = resolvent(kernel, point, vectors)
            for kept, (column, weights, mass) in zip(values, picks, strict=True):
                kept.append(scale * sum((solved[column][p] * w for p, w in weights), Fraction(0)) / mass)
        parts = iter([_interpolate(points, kept) for kept in values])
        self._parts = [{k: next(parts) for k in own} for own in self._types]
        self._last = next(parts)

    def every(self) -> Iterator[tuple[int, ...]]:
        """Return all types that come."""
        for place in np.ndindex(*(len(own) for own in self._types)):
            yield tuple(own[k] for own, k in zip(self._types, place, strict=True))

    def of(self, types: Sequence[int]) -> Poly:
        """Return ``F_k`` times a positive number."""
        total = list(self._last)
        for own, k in zip(self._parts, types, strict=True):
            total = [x + y for x, y in zip(total, own[k], strict=True)]
        common = lcm(*(x.denominator for x in total))
        return primitive(trim([x.numerator * (common // x.denominator) for x in total]))

    def read(self, value: object, place: str) -> tuple[int, ...]:
        """Read types as ``{agent: signal}``."""
        agents, period = self._model.agents, self._model.period(0)
        table(value, place, agents)
        assert isinstance(value, dict)
        found = []
        for i, name in enumerate(agents):
            k = label(value[name], period.signal_index[i], f"{place}.{show(name)}", "signal")
            if k not in self._types[i]:
                raise Refuted(f"{place}.{show(name)}: this signal has probability 0 at the start")
            found.append(k)
        return tuple(found)

    def name(self, types: Sequence[int]) -> str:
        """Return types in words."""
        signals = self._model.period(0).signals
        return "(" + ", ".join(show(own[k]) for own, k in zip(signals, types, strict=True)) + ")"


def _column(values: Exact) -> list[Fraction]:
    num, den = values.common("utilities")
    return [Fraction(int(x), den) for x in num]


def _interpolate(xs: Sequence[Fraction], values: Sequence[Fraction]) -> list[Fraction]:
    """Return the coefficients of the polynomial through the points (Newton), as many as there are points."""
    slopes = list(values)
    for step in range(1, len(xs)):
        for j in range(len(xs) - 1, step - 1, -1):
            slopes[j] = (slopes[j] - slopes[j - 1]) / (xs[j] - xs[j - step])
    found = [Fraction(0)] * len(xs)
    for slope, x in zip(reversed(slopes), reversed(xs), strict=True):
        # found := found · (δ − x) + slope
        found = [slope - x * found[0], *(found[k] - x * found[k + 1] for k in range(len(found) - 1))]
    return found


def _near(p: Poly, end: End) -> str:
    """Return why ``p`` might have another root than the end within the end's interval; empty if it is proved to have none."""
    if end.polynomial is None:
        return ""
    if sign_at(p, end.low) and sign_at(p, end.high) and not changes(p, end.low, end.high):
        return ""
    rest = p
    while len(shared := common_divisor(rest, end.polynomial)) > 1:
        rest = exactly(rest, shared)
    if not sign_at(rest, end.low) or not sign_at(rest, end.high):
        return f"a root is not told apart from {end.place}"
    if not _no_root(rest, end.low, end.high):
        return f"a root is not told apart from {end.place}"
    return ""


def _below(p: Poly, left: End, right: End) -> str:
    """Return why ``p ≥ 0`` from one end to the other, both included, is not proved; empty if it is."""
    if not p:
        return ""
    if problem := _near(p, left) or _near(p, right):
        return problem
    if left.same(right):
        if left.polynomial is None:
            return "" if sign_at(p, left.low) >= 0 else "the budget is below 0"
        shared = common_divisor(p, left.polynomial)
        # the root is a simple one of the end's polynomial, so it is one of the common divisor iff that changes its sign
        if len(shared) > 1 and sign_at(shared, left.low) != sign_at(shared, left.high):
            return ""
        return "" if sign_at(p, left.low) > 0 else "the budget is below 0"
    if not _keeps_sign(p, left.high, right.low) or _inside(p, left.high, right.low) < 0:
        return "the budget is below 0 somewhere"
    # beside an algebraic end the sign is that at the border of its interval
    for end, border in ((left, left.high), (right, right.low)):
        if end.polynomial is not None and sign_at(p, border) < 0:
            return "the budget is below 0 somewhere"
    return ""


def _no_root(p: Poly, low: Fraction, high: Fraction) -> bool:
    """Say whether ``p``, not 0, has no root in the open interval."""
    return not changes(p, low, high) or no_root(square_free(p)[0], low, high)


def _keeps_sign(p: Poly, low: Fraction, high: Fraction) -> bool:
    """Say whether ``p``, not 0, has no root of odd multiplicity in the open interval."""
    return not changes(p, low, high) or no_root(square_free(p)[1], low, high)


def _inside(p: Poly, low: Fraction, high: Fraction) -> int:
    """Return the sign of ``p``, not 0, at some point of the open interval at which it is not 0."""
    k = 2
    while not (sign := sign_at(p, low + (high - low) / k)):
        k += 1
    return sign


def _cover(
    given: tuple[list[Any], str], left: End, right: End, functions: _Functions, numbers: Numbers, ledger: Ledger
) -> None:
    """Ask that the pieces prove a budget below 0 between two ends, neither included."""
    pieces, at = given
    if not pieces:
        raise Refuted(f"{at}: no piece")
    for k, piece in enumerate(pieces):
        place, last = f"{at}[{k}]", k == len(pieces) - 1
        table(piece, place, ("types",) if last else ("types", "until"))
        end = right
        if not last:
            split = numbers.fraction(piece["until"], f"{place}.until")
            end = End(split, split, None, f"{place}.until", closed=True)
        p = functions.of(functions.read(piece["types"], f"{place}.types"))
        ledger.rows += 1
        if not left.high < end.low:
            raise Refuted(f"{place}: it does not go on from where the last piece ended")
        problem = _near(p, left) or _near(p, end) if p else "the budget is 0"
        borders = [x for e, x in ((left, left.high), (end, end.low)) if e.polynomial is not None or e.closed]
        if not problem and any(sign_at(p, x) >= 0 for x in borders):
            problem = "the budget is not below 0"
        if not problem and not _no_root(p, left.high, end.low):
            problem = "the budget is 0 somewhere"
        if not problem and _inside(p, left.high, end.low) >= 0:
            problem = "the budget is not below 0"
        if problem:
            raise Refuted(f"{place}: {problem}")
        left = end
