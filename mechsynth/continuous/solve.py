r"""Residual-claimant payments where signals lie on [0, 1] (Liu 2014, section 5): exact where they exist, else between two proved numbers.

Scope all. Agent ``i`` must expect to pay ``c(x, y) = −Σ_{j≠i} u^j(a, (x, y)) / δ`` next period, at every own signal ``x``, signals ``y`` of the others and action ``a``.
Payments see the others' next signals ``s``, whose density is ``f(s | x, y)``; what they can make expected are the polynomials ``S(f)`` in ``x``.

- ``vcg-type``, ``p(s; a, y)``: ``∫ p f = c`` for every ``x``. *No* with a least error: points ``x_j`` and weights ``w_j``, ``Σ|w_j| = 1``, with ``Σ w_j f(·|x_j) = 0``: no payments at all, polynomial or not,
  miss ``c`` by less than ``Σ w_j c(x_j)`` everywhere.
- ``contingent``, ``p(s; r, a, y)``: the same at the report ``r = x``, and ``≥ c`` for every other ``x``. Where ``1, x, x²`` lie in ``S(f)``: expected payments ``c(r) + c'(r)(x − r) + K (x − r)²``, with
  ``K`` at least the largest ``R`` in ``c(x) = c(r) + c'(r)(x − r) + R (x − r)²``. Where ``1, x`` alone do, tangents, if ``R ≤ 0``. *No*: a mixture ``λ`` of points whose laws mix to the law at ``r``, and ``½ (Σ λ_j c(x_j) − c(r)) > 0``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

from mechsynth.continuous.closest import closest, mixture
from mechsynth.continuous.polynomials import Polynomial
from mechsynth.continuous.reading import Smooth
from mechsynth.continuous.spans import Row, Span, coefficients, reduced, span
from mechsynth.run import Run

ASKS = ("contingent", "vcg-type")
UNKNOWNS = 400  # coefficients of payments that are still solved for


@dataclass(frozen=True)
class Lower:
    """Why no payments of one block miss less: at signals ``others``, points and weights; ``type`` for a mixture that looks like it."""

    agent: int
    action: int
    others: dict[int, Fraction]
    atoms: list[Fraction]
    weights: list[Fraction]
    value: Fraction
    type: Fraction | None = None


@dataclass(frozen=True)
class Found:
    """An answer.

    Attributes
    ----------
    payments:
        ``[agent][action]``, polynomials in the reports (own report in the own place) and the next reports; empty where something is open.
    upper:
        By how much these payments miss at most: 0 where they are exact; None without payments.
    lower:
        The best reason why no payments miss less; None where there is none.
    """

    ask: str
    payments: list[list[Polynomial]] = field(default_factory=list)
    upper: Fraction | None = None
    lower: Lower | None = None

    @property
    def status(self) -> str:
        """``feasible``, ``infeasible`` or ``unknown``."""
        if self.upper == 0:
            return "feasible"
        return "infeasible" if self.lower is not None else "unknown"


def answer(ask: str, environment: Smooth, run: Run) -> Found:
    """Answer ``contingent`` or ``vcg-type``."""
    payments: list[list[Polynomial]] = []
    uppers: list[Fraction | None] = []
    lowers: list[Lower] = []
    for agent in range(len(environment.agents)):
        payments.append([])
        for action in range(len(environment.actions)):
            run.check()
            block = _contingent if ask == "contingent" else _vcg_type
            paid, upper, lower = block(environment, agent, action)
            uppers.append(upper)
            lowers += [lower] if lower is not None else []
            payments[-1].append(paid or Polynomial.number(2 * len(environment.agents), Fraction(0)))
    low = max(lowers, key=lambda one: one.value, default=None)
    known = [upper for upper in uppers if upper is not None]
    whole = len(known) == len(uppers)
    return Found(ask, payments if whole else [], max(known) if whole else None, low)


Block = tuple[Polynomial | None, Fraction | None, Lower | None]


def _vcg_type(environment: Smooth, agent: int, action: int) -> Block:
    count = len(environment.agents)
    target = environment.target(agent, action).placed(2 * count, range(count))
    density = environment.density(agent, action)
    paid = priced(density, agent, target, count)
    if paid is not None:
        return paid, Fraction(0), None
    others = [j for j in range(count) if j != agent]
    best: Lower | None = None
    for point in _points(others, target, density):
        here = span(density.at(point), agent, count)
        near = closest(here, coefficients(target.at(point), agent))
        if near.lower and (best is None or near.value > best.value):
            best = Lower(agent, action, point, near.atoms, near.weights, near.value)
    if any(density.degree(j) for j in others):
        return None, None, best
    missed = _missed(environment, agent, action, span(density, agent, count))
    return (*missed, best) if missed is not None else (None, None, best)


def _missed(environment: Smooth, agent: int, action: int, here: Span) -> tuple[Polynomial, Fraction] | None:
    """Return payments that miss, where the target is ``h(y) e(x)`` up to what can be expected exactly, and a bound on what they miss."""
    count = len(environment.agents)
    others = [j for j in range(count) if j != agent]
    target = environment.target(agent, action).placed(2 * count, range(count))
    parts = {key: coefficients(part, agent, target.degree(agent)) for key, part in target.split(others).items()}
    width = max(len(next(iter(parts.values()))), *(len(row) for row in here.rows))
    basis = [_padded(row, width) for row in here.rows]
    pivots = reduced(basis, width)
    left = {}
    for key, row in parts.items():
        rest = _padded(row, width)
        for line, column in zip(basis, pivots, strict=True):
            rest = [a - rest[column] * b for a, b in zip(rest, line, strict=True)]
        left[key] = rest
    shape = next((row for row in left.values() if any(row)), None)
    if shape is None:
        return None
    lead = next(k for k, value in enumerate(shape) if value)
    scale = {key: row[lead] / shape[lead] for key, row in left.items()}
    if any(row != [scale[key] * value for value in shape] for key, row in left.items()):
        return None
    near = closest(here, shape)
    total = Polynomial.number(2 * count, Fraction(0))
    for key, row in parts.items():
        exact = here.solve([a - scale[key] * b for a, b in zip(_padded(row, width), shape, strict=True)])
        assert exact is not None
        weights = [a + scale[key] * b for a, b in zip(exact, near.prices, strict=True)]
        for power, weight in zip(here.powers, weights, strict=True):
            place = [0] * (2 * count)
            for j, e in zip(others, key, strict=True):
                place[j] = e
            for j, e in zip(others, power, strict=True):
                place[count + j] = e
            total += Polynomial.of(2 * count, [(tuple(place), weight)])
    factor = Polynomial.of(2 * count, [(_place(others, key, 2 * count), value) for key, value in scale.items()])
    most = max(abs(value) for value in factor.bernstein()) if factor.terms else Fraction(0)
    return total, most * near.upper


def _padded(row: Row, width: int) -> Row:
    return [*row, *[Fraction(0)] * (width - len(row))]


def _place(others: Sequence[int], key: Sequence[int], size: int) -> tuple[int, ...]:
    found = [0] * size
    for j, e in zip(others, key, strict=True):
        found[j] = e
    return tuple(found)


def _points(others: Sequence[int], target: Polynomial, density: Polynomial) -> list[dict[int, Fraction]]:
    """Return signals of the others at which a block is looked at: corners, halves and quarters of those that it depends on."""
    grid = [Fraction(k, 4) for k in (0, 4, 2, 1, 3)]
    moving = [j for j in others if target.degree(j) or density.degree(j)]
    found = []
    for point in product(grid, repeat=len(moving)):
        found.append({j: Fraction(0) for j in others} | dict(zip(moving, point, strict=True)))
        if len(found) >= 25:
            break
    return found


def _contingent(environment: Smooth, agent: int, action: int) -> Block:
    count = len(environment.agents)
    size, report = 2 * count + 1, 2 * count
    others = [j for j in range(count) if j != agent]
    target, density = environment.target(agent, action), environment.density(agent, action)
    wide = target.placed(size, range(count))
    slope = target.derivative(agent)
    at_report = [report if j == agent else j for j in range(count)]
    own = Polynomial.of(size, [(_place([agent], [1], size), Fraction(1)), (_place([report], [1], size), Fraction(-1))])
    line = target.placed(size, at_report) + slope.placed(size, at_report) * own
    rest = divided(wide - line, agent, report)
    tall = max(rest.bernstein(), default=Fraction(0))
    for curve in (Fraction(0), max(Fraction(0), tall)):
        if curve < tall:
            continue
        paid = priced(density, agent, line + own * own * curve, count, report)
        if paid is not None:
            back = [*range(2 * count), agent]
            return paid.placed(2 * count, back), Fraction(0), None
    if tall > 0 and not any(density.degree(j) for j in others):
        best: Lower | None = None
        for point in _points(others, environment.target(agent, action), density):
            here = span(density.at(point), agent, count)
            mixed = mixture(here, coefficients(target.at(point), agent))
            if mixed is not None and (best is None or mixed.value > best.value):
                best = Lower(agent, action, point, mixed.atoms, mixed.weights, mixed.value, mixed.type)
        return None, None, best
    return None, None, None


def divided(polynomial: Polynomial, one: int, other: int) -> Polynomial:
    """Return a polynomial that vanishes twice where two variables are equal, divided by the square of their difference."""
    found = Polynomial.number(polynomial.size, Fraction(0))
    left = polynomial
    while left.terms:
        # the highest power of the one variable: x^n = (x − r)² x^(n−2) + 2 r x^(n−1) − r² x^(n−2)
        degree = left.degree(one)
        assert degree >= 2, "it does not vanish twice"
        top = [(key, value) for key, value in left.terms.items() if key[one] == degree]
        quotient = Polynomial.of(left.size, [((*key[:one], degree - 2, *key[one + 1 :]), value) for key, value in top])
        size = left.size
        square = Polynomial.of(
            size,
            [
                (_place([one], [2], size), Fraction(1)),
                (_place([one, other], [1, 1], size), Fraction(-2)),
                (_place([other], [2], size), Fraction(1)),
            ],
        )
        found += quotient
        left -= quotient * square
    return found


def priced(
    density: Polynomial, agent: int, target: Polynomial, count: int, report: int | None = None
) -> Polynomial | None:
    """Return payments whose expectation is a target, in the same variables; None where no polynomial of the degrees tried is one.

    Without powers of the others' signals in the density, none that is found says that there is none.
    """
    others = [j for j in range(count) if j != agent]
    size = target.size
    wide = density.placed(size, range(2 * count))
    extra = 0 if not any(density.degree(j) for j in others) else 2
    reports = [] if report is None else [report]
    s_powers = list(product(*(range(density.degree(count + j) + 1) for j in others)))
    y_powers = list(product(*(range(target.degree(j) + (extra and density.degree(j) + extra) + 1) for j in others)))
    if len(s_powers) * len(y_powers) > UNKNOWNS:
        return None
    monomials, expected = [], []
    for s, y in product(s_powers, y_powers):
        powers = [0] * size
        for j, e, d in zip(others, s, y, strict=True):
            powers[count + j], powers[j] = e, d
        monomial = Polynomial.of(size, [(tuple(powers), Fraction(1))])
        monomials.append(monomial)
        expected.append((wide * monomial).averaged(range(count, 2 * count)))
    total = Polynomial.number(size, Fraction(0))
    for key, part in target.split(reports).items():
        places = sorted({place for one in [*expected, part] for place in one.terms})
        lines = [[one.terms.get(place, Fraction(0)) for one in [*expected, part]] for place in places]
        pivots = reduced(lines, len(expected))
        if any(line[-1] and not any(line[:-1]) for line in lines):
            return None
        raised = Polynomial.of(size, [(_place(reports, key, size), Fraction(1))])
        for row, column in enumerate(pivots):
            total += monomials[column] * raised * lines[row][-1]
    return total


def document(found: Found, environment: Smooth) -> dict[str, Any]:
    """Return the JSON object of a result file, ``mechsynth-continuous-result/1``."""
    count, low = len(environment.agents), found.lower
    result: dict[str, Any] = {
        "format": "mechsynth-continuous-result/1",
        "instance": {"name": environment.name, "sha256": environment.digest},
        "question": {"ask": found.ask, "scope": "all"},
        "status": found.status,
        "strength": "numerical" if found.status == "unknown" else "exact",
        "bounds": [
            str(low.value) if low is not None else ("0" if found.upper == 0 else None),
            None if found.upper is None else str(found.upper),
        ],
        "payments": None,
        "witness": None,
    }
    if found.payments:
        result["payments"] = {
            name: [_listed(paid) for paid in own] for name, own in zip(environment.agents, found.payments, strict=True)
        }
    if low is not None:
        result["witness"] = {
            "kind": "signed-points" if low.type is None else "mixture-of-points",
            "agent": environment.agents[low.agent],
            "action": environment.actions[low.action],
            "others": {environment.agents[j]: str(low.others[j]) for j in range(count) if j != low.agent},
            **({} if low.type is None else {"type": str(low.type)}),
            "points": [str(x) for x in low.atoms],
            "weights": [str(w) for w in low.weights],
        }
    return result


def _listed(polynomial: Polynomial) -> list[Any]:
    return [[str(value), list(key)] for key, value in sorted(polynomial.terms.items())]
