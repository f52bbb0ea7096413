"""The block engine: every block of an agent decided and proved, the common case in stacked integer arithmetic.

The ladder, each step cheaper than the next and each ending in a proof: constant payments where the report has the largest
target; stacked rounding and the shift; the signs of a block's only dependence; a small program whose basis HiGHS suggests
and exact arithmetic reads; an exact simplex. No verdict is a tolerance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mechsynth.prove.dependence import Block, Vector, strictly_positive
from mechsynth.prove.dependent import dependent
from mechsynth.prove.lotteries import Lotteries, grid_of, shift, slack_of, suggest
from mechsynth.prove.rank import independent
from mechsynth.rational import IntArray, Rationals, magnitude, widen

CHUNK = 4_000_000  # entries of a stack that are looked at together

Progress = Callable[[int], None]


@dataclass(eq=False)
class Decision:
    """What was proved about a stack of ``B`` blocks with ``n`` own signals and ``m`` outcomes each.

    Attributes
    ----------
    payments:
        ``(B, n, m)``: ``p_r`` of every report for which some were found by stacked arithmetic; zero elsewhere.
    special:
        ``p_r`` of the other reports, by ``(block, report)``.
    failures:
        The dependence ``η`` that excludes ``p_r``, by ``(block, report)``.
    """

    payments: Rationals
    special: dict[tuple[int, int], Rationals] = field(default_factory=dict)
    failures: dict[tuple[int, int], Sequence[Fraction | int]] = field(default_factory=dict)

    def payment(self, block: int, report: int) -> Rationals:
        """Return ``p_r`` of one report, ``(m,)``."""
        if (block, report) in self.special:
            return self.special[block, report]
        return self.payments[block, report]


def chunks(count: int, size: int) -> Iterator[slice]:
    """Yield slices of at most `CHUNK` entries over ``count`` blocks of ``size`` entries each."""
    step = max(1, CHUNK // max(size, 1))
    for start in range(0, count, step):
        yield slice(start, min(count, start + step))


def lotteries(
    rows: Rationals, targets: Rationals, need: NDArray[np.bool_], progress: Progress | None = None
) -> Decision:
    """Decide ``μ_r·p_r = c_r``, ``μ_k·p_r ≥ c_k`` for the reports wanted (Liu 2014, Lemma 7.1; section 3 of the derivations).

    Parameters
    ----------
    rows:
        ``(B, n, m)``: ``μ_k``.
    targets:
        ``(B, n)``: ``c_k``; or ``(B, n, n)``, one line of targets per report.
    need:
        ``(B, n)``: the reports to decide.
    """
    count, n, m = rows.shape
    scale = float(np.abs(targets.floats()).max(initial=0.0))
    slack, grid = slack_of(scale), grid_of(scale)
    parts: list[Rationals] = []
    decision = Decision(Rationals(np.zeros((0, n, m), dtype=np.int64)))
    for piece in chunks(count, n * (m + n)):
        part, wanted = Rationals(rows.num[piece], rows.den), need[piece]
        aims = Rationals(targets.num[piece], targets.den)
        flat = _constant(aims, wanted)
        found = shift(
            part.num,
            part.den,
            aims.num,
            aims.den,
            suggest(part.floats(), aims.floats(), wanted & ~flat, float(slack)),
            grid,
        )
        merged = _merge(found, aims, flat, wanted)
        left = wanted & ~flat & ~found.proved
        # Coarse numbers where there is room for them, finer ones where the slack is narrow.
        for finer in (0, 12):
            if left.any():
                merged = _dependent(decision, piece.start, part, aims, left, merged, slack / 2**finer, grid / 2**finer)
        parts.append(merged)
        for b in np.flatnonzero(left.any(1)).tolist():
            open_reports = np.flatnonzero(left[b]).tolist()
            _settle(decision, piece.start + b, part.num[b], part.den, aims[b], open_reports, slack, grid)
        if progress is not None:
            progress(int(wanted.sum()))
    decision.payments = _join(parts, (n, m))
    return decision


def _dependent(
    decision: Decision,
    start: int,
    part: Rationals,
    aims: Rationals,
    left: NDArray[np.bool_],
    merged: Rationals,
    slack: Fraction,
    grid: Fraction,
) -> Rationals:
    """Settle what stacked arithmetic can of blocks with dependent beliefs, strike it off ``left`` and return the payments."""
    blocks = np.flatnonzero(left.any(1))
    found = dependent(part.num[blocks], part.den, _lines(aims)[blocks], aims.den, left[blocks], slack, grid)
    payments = found.lotteries.payments
    proved = found.lotteries.proved & left[blocks]
    at, reports = np.nonzero(proved)
    if payments.den == merged.den:
        num = merged.num if payments.num.dtype == merged.num.dtype else merged.num.astype(object)
        num[blocks[at], reports] = payments.num[at, reports]
        merged = Rationals(num, merged.den)
    else:
        for k, r in zip(at.tolist(), reports.tolist(), strict=True):
            decision.special[start + int(blocks[k]), r] = payments[k, r].reduce()
    left[blocks[at], reports] = False
    for (k, r), eta in found.failures.items():
        decision.failures[start + int(blocks[k]), r] = eta
        left[blocks[k], r] = False
    return merged


def _lines(targets: Rationals) -> IntArray:
    """Return targets as ``(B, n, n)``: the line that each report faces."""
    num = targets.num
    count, n = num.shape[:2]
    return np.asarray(np.broadcast_to(num[:, None, :] if num.ndim == 2 else num, (count, n, n)))


def _constant(targets: Rationals, wanted: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return the reports whose target is the largest of their line: the constant payment ``c_r`` serves them."""
    lines = _lines(targets)
    own = np.einsum("brr->br", lines)
    return np.asarray(wanted & (own[..., None] >= lines).all(-1), dtype=np.bool_)


def _merge(found: Lotteries, targets: Rationals, flat: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> Rationals:
    """Return the payments of one chunk: those found for the wanted reports, and the constant ones."""
    own = np.einsum("brr->br", _lines(targets))
    den = found.payments.den  # a multiple of targets.den
    lift = den // targets.den
    constant = widen(np.asarray(own), magnitude(own) * lift) * lift
    keep = np.where((wanted & ~flat)[..., None], found.payments.num, 0)
    return Rationals(np.where(flat[..., None], constant[..., None], keep), den)


def _join(parts: list[Rationals], tail: tuple[int, int]) -> Rationals:
    if not parts:
        return Rationals(np.zeros((0, *tail), dtype=np.int64))
    # All chunks of a stack share kernel, targets and grid, hence their denominator.
    return Rationals(np.concatenate([part.num for part in parts]), parts[0].den)


def _settle(
    decision: Decision,
    index: int,
    rows: IntArray,
    den: int,
    targets: Rationals,
    reports: list[int],
    slack: Fraction,
    grid: Fraction,
) -> None:
    """Decide the open reports of one block exactly, and put what is proved into the decision."""
    block = Block(rows, den)
    n = rows.shape[0]
    floats = Rationals(rows, den).floats()
    for r in reports:
        line = targets.num if targets.num.ndim == 1 else targets.num[r]
        goal = [Fraction(int(v), targets.den) for v in line.tolist()]
        equal = [k == r for k in range(n)]
        slacks, eta = block.witness(goal, equal)
        if eta is not None:
            decision.failures[index, r] = eta
            continue
        assert slacks is not None
        if not block.null:
            slacks = [Fraction(0) if e else slack for e in equal]
        values = [c + s for c, s in zip(goal, slacks, strict=True)]
        short = None
        if strictly_positive(slacks, equal):
            short = _short(rows, den, floats, goal, values, r, grid)
        exact = short if short is not None else block.payments(values)
        decision.special[index, r] = Rationals.from_fractions(exact, (len(exact),))


def _short(
    rows: IntArray, den: int, floats: NDArray[np.float64], goal: Vector, values: Vector, report: int, grid: Fraction
) -> Vector | None:
    """Return rounded and shifted payments near those with the given expected values, if they pass the exact check."""
    guess = np.linalg.lstsq(floats, np.array([float(v) for v in values]), rcond=None)[0]
    aims = Rationals.from_fractions(goal, (len(goal),))
    n, m = rows.shape
    for power in (0, 6, 12, 18, 24):
        suggestion = np.full((1, n, m), np.nan)
        suggestion[0, report] = guess
        found = shift(rows[None], den, aims.num[None], aims.den, suggestion, grid / 2**power)
        if found.proved[0, report]:
            return [Fraction(int(v), found.payments.den) for v in found.payments.num[0, report].tolist()]
    return None


def convex_independence(rows: Rationals, need: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], Decision]:
    """Decide which of the wanted signals lie outside the hull of the others of their block.

    Returns
    -------
    ``(B,)`` where independence of the whole block proves it, and a `Decision` about the other blocks: separators ``h`` with
    ``h·μ_r = 0``, ``h·μ_k ≥ 1`` as payments, mixtures as failures.
    """
    settled = ranks(rows)
    count, n, m = rows.shape
    left = np.flatnonzero(~settled & need.any(1))
    inner = lotteries(
        Rationals(rows.num[left], rows.den),
        Rationals(np.broadcast_to(1 - np.eye(n, dtype=np.int64), (left.size, n, n)), 1),
        need[left],
    )
    decision = Decision(inner.payments)
    decision.special = {(int(left[b]), r): p for (b, r), p in inner.special.items()}
    decision.failures = {(int(left[b]), r): eta for (b, r), eta in inner.failures.items()}
    decision.special |= {
        (int(left[b]), r): inner.payment(b, r)
        for b in range(left.size)
        for r in np.flatnonzero(need[left[b]]).tolist()
        if (b, r) not in inner.special and (b, r) not in inner.failures
    }
    decision.payments = Rationals(np.zeros((count, 0, m), dtype=np.int64))
    return settled, decision


def ranks(rows: Rationals) -> NDArray[np.bool_]:
    """Return where the beliefs of a block are proved independent by stacked arithmetic, shape ``(B,)``."""
    count, n, m = rows.shape
    parts = [independent(rows.num[piece], rows.den) for piece in chunks(count, n * (m + n))]
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.bool_)


def spanning(rows: Rationals, need: NDArray[np.bool_]) -> dict[int, list[int]]:
    """Return a dependence ``η ≠ 0``, ``Σ η_k μ_k = 0``, for every wanted block whose beliefs are dependent; ``need`` is ``(B,)``."""
    settled = ranks(rows)
    found = {}
    for b in np.flatnonzero(~settled & need).tolist():
        null = Block(rows.num[b], rows.den).null
        if null:
            found[b] = null[0]
    return found


def common_payments(rows: Rationals, targets: Rationals, equal: NDArray[np.bool_], need: NDArray[np.bool_]) -> Decision:
    """Decide ``μ_k·p = c_k`` where ``equal``, ``μ_k·p ≥ c_k`` elsewhere: one ``p`` per block (Liu 2014, Theorem 3.2).

    ``rows`` is ``(B, n, m)``, ``targets`` and ``equal`` ``(B, n)``, ``need`` ``(B,)``. Keys of the decision have report 0.
    """
    count, _, m = rows.shape
    decision = Decision(Rationals(np.zeros((count, 0, m), dtype=np.int64)))
    for b in np.flatnonzero(need).tolist():
        goal = [Fraction(int(v), targets.den) for v in targets.num[b].tolist()]
        exact = [bool(e) for e in equal[b]]
        top = max(goal)
        if all(c == top for c, e in zip(goal, exact, strict=True) if e):
            decision.special[b, 0] = Rationals.from_fractions([top] * m, (m,))
            continue
        block = Block(rows.num[b], rows.den)
        slacks, eta = block.witness(goal, exact)
        if eta is not None:
            decision.failures[b, 0] = eta
        else:
            assert slacks is not None
            values = [c + s for c, s in zip(goal, slacks, strict=True)]
            decision.special[b, 0] = Rationals.from_fractions(block.payments(values), (m,))
    return decision
