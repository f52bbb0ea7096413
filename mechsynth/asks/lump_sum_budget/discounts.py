"""For which discount factors do entry fees pay for the pivot mechanism? Exactly, all of them.

Where no action moves the signals (`mechsynth.asks.lump_sum_budget.exogenous`), the horizon is infinite and the pivot mechanism's assumptions hold, neither the efficient surplus per period
``w(θ) = max_a Σ_j u^j`` nor ``w_{-i} = max_a Σ_{j≠i} u^j`` depends on ``δ``, and with the law ``P`` of the next profile

    ``E[X^i | θ_1^i = k] = c_{ik}' (I − δP)^{-1} (w − w_{-i}) = n_{ik}(δ) / D(δ)``,  ``D(δ) = det(I − δP) > 0`` on ``[0, 1)``,

rational functions of ``δ``. The budget is ``B = (Σ_i min_k n_{ik} + q) / D``: a minimum over the *types* ``(k_1, …, k_N)`` that bind, so its sign is that of the least of finitely many
polynomials. Which types bind can change with ``δ``, and ``B`` can change its sign often, or touch 0 from below. So the answer is the whole set ``{δ ∈ (0,1): B(δ) ≥ 0}``, finitely many
closed intervals (closed in ``(0,1)``) whose ends are rational or roots of irreducible polynomials with integer coefficients, each in a rational interval that holds no other root.

``N(δ)/D(δ) = Σ_t δ^t c'P^t v`` has a numerator of degree below ``|Θ|``, so the first ``|Θ|`` moments and ``D``, the reversed characteristic polynomial of ``P``, give it; what all of
them have in common is cancelled. Factors and roots are FLINT's; the checker believes none of this and proves each interval by Descartes' rule of signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product
from typing import Any, TypeAlias

import numpy as np

from mechsynth.asks.lump_sum_budget.exogenous import exogenous
from mechsynth.asks.lump_sum_budget.roots import Root, isolate, sorted_roots
from mechsynth.construct.case import Case
from mechsynth.construct.groves import by_signal
from mechsynth.errors import UsageError
from mechsynth.rational import Rationals, text

OPTION = "critical_discount"
QUICK = 25  # profiles up to which the question is answered unasked
LARGEST = 200

Poly: TypeAlias = Any  # flint.fmpz_poly
Types: TypeAlias = tuple[int, ...]


def refuse(case: Case) -> Rationals:
    """Return the law ``P`` of the next profile.

    Raises
    ------
    UsageError
        When the horizon is finite, an action moves the signals, or there are too many profiles.
    """
    environment = case.environment
    if environment.horizon is not None:
        raise UsageError(
            OPTION, "the horizon is finite", "ask it of an infinite horizon, or try discount factors one by one"
        )
    law = exogenous(case)
    if law is None:
        period = environment.period(1)
        kernel = period.kernel()
        a, p = (int(k) for k in np.argwhere((kernel.num != kernel.num[:1]).any(axis=2))[0])
        profile = list(product(*period.signals))[p]
        raise UsageError(
            OPTION,
            f"{period.actions[a]} at ({', '.join(profile)}) moves the next signals otherwise than {period.actions[0]}: the efficient rule may change with the discount factor",
            "ask lump-sum-budget at one discount factor after the other",
        )
    if law.shape[0] > LARGEST:
        raise UsageError(OPTION, f"{law.shape[0]} profiles", f"ask it of at most {LARGEST}")
    return law


def balanced(case: Case, law: Rationals) -> dict[str, object]:
    """Return the record of all discount factors in ``(0, 1)`` at which the budget is not negative.

    ``{"balanced": [{"from": end, "to": end}], "unbalanced": [[{"types": {agent: signal}, "until": split}, …], …]}``: the closed intervals in order, and for each maximal
    interval in between the types at which the budget is below 0, up to a rational split point each (the last one to the end). See ``docs/certificates.md``.
    """
    functions = _functions(case, law)
    distinct: dict[tuple[int, ...], tuple[Types, Poly]] = {}
    for types, polynomial in functions.items():
        distinct.setdefault(tuple(int(c) for c in polynomial.coeffs()), (types, polynomial))
    return _Line(case, list(distinct.values())).record()


def _functions(case: Case, law: Rationals) -> dict[Types, Poly]:
    """Return for all types that come an integer polynomial of the sign of ``Σ_i n_{i,k_i} + q`` on ``(0, 1)``."""
    import flint

    environment = case.environment
    period, prior = environment.period(1), environment.prior
    assert prior is not None
    count, shape = len(environment.agents), period.shape
    best = _best(period.utilities, range(count))
    worths = [best - _best(period.utilities, environment.others(i)) for i in range(count)]
    rest = best
    for worth in worths:
        rest = rest - worth
    law_matrix = flint.fmpz_mat(law.shape[0], law.shape[1], [int(x) for x in law.num.ravel()])
    denominator = _reversed(flint.fmpq_mat(law_matrix) / law.den)
    conditional: list[dict[int, Rationals]] = []
    for i in range(count):
        chances = by_signal(prior.reshape(-1), i, shape)
        places = by_signal(Rationals(np.arange(period.size)), i, shape).num
        own = {}
        for k in range(shape[i]):
            mass = chances[k].sum(0).fraction()
            if mass:
                num = np.zeros(period.size, dtype=object)
                num[places[k]] = chances.num[k]
                own[k] = Rationals(num, chances.den) * (1 / mass)
        conditional.append(own)
    parts: list[dict[int, Any]] = []
    for worth, own in zip(worths, conditional, strict=True):
        numerators = _numerators(law_matrix, law.den, worth, list(own.values()), denominator)
        parts.append(dict(zip(own, numerators, strict=True)))
    (last,) = _numerators(law_matrix, law.den, rest, [prior.reshape(-1)], denominator)
    common = denominator
    for numerator in (last, *(n for own in parts for n in own.values())):
        common = common.gcd(numerator)
    # D(0) = 1, so a common factor does not vanish at 0, nor in (0, 1) since D does not: its sign is the one at 0
    common = common / common[0]
    functions = {}
    for types in product(*parts):
        total = last
        for own, k in zip(parts, types, strict=True):
            total = total + own[k]
        functions[types] = _primitive((total // common).numer())
    return functions


def _best(utilities: Rationals, agents: Sequence[int]) -> Rationals:
    """Return ``max_a Σ_j u^j(a, θ)`` over the agents listed, shape ``(|Θ|,)``."""
    some = Rationals(utilities.num[list(agents)], utilities.den).sum(0)
    return Rationals(some.num.max(axis=0).reshape(-1), some.den)


def _reversed(matrix: Any) -> Any:
    """Return ``det(I − δP)`` as a polynomial of ``δ``."""
    import flint

    return flint.fmpq_poly(matrix.charpoly().coeffs()[::-1])


def _numerators(law: Any, den: int, vector: Rationals, weights: list[Rationals], denominator: Any) -> list[Any]:
    """Return ``N`` of ``c' (I − δP)^{-1} v = N / D`` for every ``c`` of the weights, ``deg N < |Θ|``."""
    import flint

    size = law.nrows()
    rows = flint.fmpz_mat(len(weights), size, [int(x) for c in weights for x in c.num.ravel()])
    moving = flint.fmpz_mat(size, 1, [int(x) for x in vector.num.ravel()])
    moments: list[list[Any]] = [[] for _ in weights]
    for t in range(size):
        scale = den**t * vector.den
        for kept, c, value in zip(moments, weights, (rows * moving).entries(), strict=True):
            kept.append(flint.fmpq(int(value), scale * c.den))
        moving = law * moving
    return [flint.fmpq_poly((flint.fmpq_poly(kept) * denominator).coeffs()[:size]) for kept in moments]


def _primitive(polynomial: Poly) -> Poly:
    """Divide an integer polynomial by its content, which is positive."""
    content = int(polynomial.content())
    return polynomial if content <= 1 else polynomial // content


class _Line:
    """``(0, 1)``, cut at all roots of all polynomials; between two cuts every sign is constant."""

    def __init__(self, case: Case, functions: list[tuple[Types, Poly]]) -> None:
        self._agents, self._signals = case.environment.agents, case.environment.period(1).signals
        self._types = [types for types, _ in functions]
        polynomials = [polynomial for _, polynomial in functions]
        self._factors: list[Poly] = []
        divides: list[set[int]] = []  # which factors each polynomial has
        known: dict[tuple[int, ...], int] = {}
        for polynomial in polynomials:
            own = set()
            for factor, _ in polynomial.factor()[1] if polynomial != 0 else ():
                if factor.degree() < 1:
                    continue
                key = tuple(int(c) for c in factor.coeffs())
                if key not in known:
                    known[key] = len(self._factors)
                    self._factors.append(factor)
                own.add(known[key])
            divides.append(own)
        self._roots, samples = sorted_roots(self._factors)
        self._samples = samples
        # sign[f][g] in the g-th gap; at the r-th root, between gaps r and r + 1
        self._sign = [[_sign(polynomial, x) for x in samples] for polynomial in polynomials]
        self._zero = [
            [root.factor in own or polynomial == 0 for root in self._roots]
            for polynomial, own in zip(polynomials, divides, strict=True)
        ]

    def record(self) -> dict[str, object]:
        gaps = [min(signs[g] for signs in self._sign) >= 0 for g in range(len(self._samples))]
        cuts = [
            min(0 if zero[r] else signs[r] for signs, zero in zip(self._sign, self._zero, strict=True)) >= 0
            for r in range(len(self._roots))
        ]
        intervals: list[dict[str, object]] = []
        losses: list[list[dict[str, object]]] = []
        ends: list[int | None] = []  # cuts at which the answer changes, two an interval
        start: int | None = None
        inside = gaps[0]
        opened: list[tuple[int | None, int | None]] = []
        for r, holds in enumerate(cuts):
            if inside and not gaps[r + 1]:
                opened.append((start, r))
                inside = False
            elif not inside and gaps[r + 1]:
                start, inside = r, True
            elif not inside and holds:
                opened.append((r, r))
        if inside:
            opened.append((start, None))
        ends = [cut for pair in opened for cut in pair]
        written = self._ends(sorted({cut for cut in ends if cut is not None}))
        for first, last in opened:
            intervals.append(
                {"from": "0" if first is None else written[first], "to": "1" if last is None else written[last]}
            )
        gap = 0
        for first, last in opened:
            if first is not None:
                losses.append(self._cover(gap, first))
            if last is None:
                return {"balanced": intervals, "unbalanced": losses}
            gap = last + 1
        losses.append(self._cover(gap, len(self._samples) - 1))
        return {"balanced": intervals, "unbalanced": losses}

    def _cover(self, gap: int, last: int) -> list[dict[str, object]]:
        """Return types at which the budget is below 0 from one gap to another, as few as can be."""
        pieces: list[dict[str, object]] = []
        while True:
            reach, chosen = max((self._reach(f, gap, last), -f) for f in range(len(self._types)))
            names = {
                name: own[k] for name, own, k in zip(self._agents, self._signals, self._types[-chosen], strict=True)
            }
            if reach == last:
                return [*pieces, {"types": names}]
            # another polynomial is below 0 on both sides of the cut that this one does not pass
            pieces.append({"types": names, "until": text(self._samples[reach])})
            gap = reach

    def _reach(self, f: int, gap: int, last: int) -> int:
        """Return the last gap that polynomial ``f`` reaches below 0; −1 if it does not begin so."""
        sign, zero = self._sign[f], self._zero[f]
        if sign[gap] >= 0:
            return -1
        while gap < last and not zero[gap] and sign[gap + 1] < 0:
            gap += 1
        return gap

    def _ends(self, cuts: list[int]) -> dict[int, Any]:
        """Return the ends at these cuts: exact strings, or polynomials with an interval."""
        found: dict[int, Any] = {}
        for r in cuts:
            root: Root = self._roots[r]
            factor = self._factors[root.factor]
            if factor.degree() == 1:
                found[r] = text(Fraction(-int(factor[0]), int(factor[1])))
                continue
            low, high = isolate(root, self._factors, (self._samples[r], self._samples[r + 1]))
            found[r] = {
                "polynomial": [text(int(c)) for c in factor.coeffs()],
                "above": text(low),
                "below": text(high),
            }
        return found


def _sign(polynomial: Poly, at: Fraction) -> int:
    import flint

    value = polynomial(flint.fmpq(at.numerator, at.denominator))
    return int(value > 0) - int(value < 0)
