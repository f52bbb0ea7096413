"""A lottery per report: what contingent transfers and separating vectors come down to (Liu 2014, Lemma 7.1)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from mechsynth.engine.decision import Decision, join
from mechsynth.engine.run import over, pieces
from mechsynth.prove.dependence import Block, Vector, strictly_positive
from mechsynth.prove.dependent import dependent
from mechsynth.prove.lotteries import Lotteries, grid_of, shift, slack_of, suggest
from mechsynth.rational import IntArray, Rationals, scaled
from mechsynth.run import Run


def lotteries(rows: Rationals, targets: Rationals, need: NDArray[np.bool_], run: Run | None = None) -> Decision:
    """Decide ``μ_r·p_r = c_r``, ``μ_k·p_r ≥ c_k`` for the reports wanted.

    Parameters
    ----------
    rows:
        ``(B, n, m)``: ``μ_k``.
    targets:
        ``(B, n)``: ``c_k``; or ``(B, n, n)``, one line of targets per report.
    need:
        ``(B, n)``: the reports to decide.
    run:
        Workers, deadline, progress.
    """
    count, n, m = rows.shape
    scale = float(np.abs(targets.floats()).max(initial=0.0))
    slack, grid = slack_of(scale), grid_of(scale)

    def work(piece: slice) -> Decision:
        part, aims = Rationals(rows.num[piece], rows.den), Rationals(targets.num[piece], targets.den)
        return _piece(part, aims, need[piece], slack, grid)

    parts = list(pieces(count, n * (m + n)))
    return join(list(zip(parts, over(parts, work, run or Run(1)), strict=True)), (n, m))


def _piece(rows: Rationals, targets: Rationals, wanted: NDArray[np.bool_], slack: Fraction, grid: Fraction) -> Decision:
    """Decide the blocks of one piece of a stack."""
    flat = _constant(targets, wanted)
    guess = suggest(rows.floats(), targets.floats(), float(slack))
    found = shift(rows.num, rows.den, targets.num, targets.den, guess, grid)
    decision = Decision(_merge(found, targets, flat, wanted))
    left = wanted & ~flat & ~found.proved
    # Coarse numbers where there is room for them, finer ones where the slack is narrow.
    for finer in (0, 12):
        if left.any():
            _dependent(decision, rows, targets, left, slack / 2**finer, grid / 2**finer)
    for b in np.flatnonzero(left.any(1)).tolist():
        _settle(decision, b, Block(rows.num[b], rows.den), targets[b], np.flatnonzero(left[b]).tolist(), slack, grid)
    return decision


def _dependent(
    decision: Decision, rows: Rationals, targets: Rationals, left: NDArray[np.bool_], slack: Fraction, grid: Fraction
) -> None:
    """Settle what stacked arithmetic can of blocks with dependent beliefs, and strike it off ``left``."""
    blocks = np.flatnonzero(left.any(1))
    found = dependent(rows.num[blocks], rows.den, _lines(targets)[blocks], targets.den, left[blocks], slack, grid)
    payments, merged = found.lotteries.payments, decision.payments
    at, reports = np.nonzero(found.lotteries.proved & left[blocks])
    if payments.den == merged.den:
        num = merged.num if payments.num.dtype == merged.num.dtype else merged.num.astype(object)
        num[blocks[at], reports] = payments.num[at, reports]
        decision.payments = Rationals(num, merged.den)
    else:
        for k, r in zip(at.tolist(), reports.tolist(), strict=True):
            decision.special[int(blocks[k]), r] = payments[k, r].reduce()
    left[blocks[at], reports] = False
    for (k, r), eta in found.failures.items():
        decision.failures[int(blocks[k]), r] = eta
        left[blocks[k], r] = False


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
    constant = scaled(np.asarray(own), lift)
    num = found.payments.num if constant.dtype == found.payments.num.dtype else found.payments.num.astype(object)
    num[~wanted] = 0
    num[flat] = constant[flat][:, None]
    return Rationals(num, den)


def _settle(
    decision: Decision,
    index: int,
    block: Block,
    targets: Rationals,
    reports: list[int],
    slack: Fraction,
    grid: Fraction,
) -> None:
    """Decide the open reports of one block exactly, and put what is proved into the decision."""
    rows, den = block.rows, block.den
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
    try:
        guess = np.linalg.lstsq(floats, np.array([float(v) for v in values]), rcond=None)[0]
    except OverflowError:
        return None  # no float is near
    aims = Rationals.from_fractions(goal, (len(goal),))
    n, m = rows.shape
    for power in (0, 6, 12, 18, 24):
        suggestion = np.full((1, n, m), np.nan)
        suggestion[0, report] = guess
        found = shift(rows[None], den, aims.num[None], aims.den, suggestion, grid / 2**power)
        if found.proved[0, report]:
            return [Fraction(int(v), found.payments.den) for v in found.payments.num[0, report].tolist()]
    return None
