"""Residual claimants block by block, in present values: what each report must be expected to pay over the next ``k`` periods.

``contingent``: for every report ``r`` ``Σ_w Q(w) M[w,r] = d_r`` and ``≥ d̃_κ`` for the other signals; ``vcg-type``: one ``Q`` per action, exact where the own report leads to it. ``d`` is the target, ``d̃`` less
what the lie loses of the surplus (scope ``policy``). Infeasible iff weights whose beliefs cancel ask for more than 0: *no* to the question, since a lie after no earlier report is one of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from mechsynth.construct.ahead.blocks import Block, blocks, decided
from mechsynth.construct.ahead.sight import Sight, Word
from mechsynth.construct.ahead.windows import Form, Windows
from mechsynth.construct.case import Case
from mechsynth.construct.slacks import surplus_lost
from mechsynth.run import Run


@dataclass(frozen=True, eq=False)
class Failure:
    """Why a block has no payments.

    Attributes
    ----------
    block, own:
        Where; the report that has none, ``None`` where payments do not look at it.
    eta:
        By own signal: weights whose beliefs cancel, ``−1`` at the report.
    shortfall:
        ``Σ η_κ d̃_κ > 0``, in present values.
    """

    block: Block
    own: int | None
    eta: list[Fraction]
    shortfall: Fraction


def lost(case: Case, t: int, action: int, profile: int) -> Fraction:
    """Return ``W(θ) − Q(a, θ)``."""
    found = case.once(("surplus lost", t), lambda: surplus_lost(case, t))
    return Fraction(found.fraction(action, profile))


def settle(case: Case, rows: Windows, scope: str, periods: range, run: Run) -> tuple[Form, list[Failure]]:
    """Return payments ``q`` by column, over words of a basis, or what fails.

    Parameters
    ----------
    periods:
        The periods of the reports; not one that the last follows, whose payments are free too.
    """
    payments: Form = {}
    failures: list[Failure] = []
    for block in blocks(case, scope, rows.k):
        if block.sight is not rows.sight or block.t not in periods:
            continue
        run.check()
        aims = list(_aims(case, rows, block, scope))
        own = set(block.need)
        wanted: list[tuple[int | None, set[int]]]
        wanted = [(r, {r}) for r in block.need] if rows.own_report else [(None, own)]
        for report, exact in wanted:
            right = [full if s in exact else least for s, (full, least) in enumerate(aims)]
            lines = [(list(row), d, s in exact) for s, (row, d) in enumerate(zip(block.rows, right, strict=True))]
            point, eta = decided(len(block.rows[0]), lines, run)
            if point is None:
                failures.append(_failure(block, report, eta, right))
            else:
                payments |= _payments(rows, block, report, point)
    return payments, failures


def _aims(case: Case, rows: Windows, block: Block, scope: str) -> Iterator[tuple[Fraction, Fraction]]:
    """Yield, by own signal, the target and the least that a lie must be expected to pay."""
    for p in block.profiles:
        full = rows.target(block.t, block.action, p)[0]
        yield full, full - (lost(case, block.t, block.action, p) if scope == "policy" else 0)


def _failure(block: Block, report: int | None, eta: list[Fraction], right: list[Fraction]) -> Failure:
    if report is not None:
        eta = [y / -eta[report] for y in eta]
    short = sum((y * d for y, d in zip(eta, right, strict=True)), Fraction(0))
    return Failure(block, report, eta, short)


def _payments(rows: Windows, block: Block, report: int | None, point: list[Fraction]) -> Form:
    sight, found = rows.sight, Form()
    told = block.profiles[0 if report is None else report]
    words = [word for word, _ in sight.basis(sight.after(block.t), rows.length(block.t))]
    for word, value in zip(words, point, strict=True):
        if value:
            found[rows.column(block.t, block.action, told, word)] = value / rows.delta ** len(word)
    return found


def longer(rows: Windows, payments: Form) -> Form:
    """Return the same payments made later, with interest: over words of as many letters as there are."""
    found: Form = {}
    for column, value in payments.items():
        if column[0] != "q":
            found[column] = value
            continue
        _, t, action, told, word = column
        count = rows.length(t) - len(word)
        for rest in _words(rows.sight, _later(rows.sight, t, len(word)), count):
            key = ("q", t, action, told, (*word, *rest))
            found[key] = found.get(key, Fraction(0)) + value / rows.delta**count
    return found


def _later(sight: Sight, t: int, count: int) -> int:
    for _ in range(count):
        t = sight.after(t)
    return t


def _words(sight: Sight, t: int, count: int) -> Iterator[Word]:
    """Yield the words of so many letters, the first in the period after ``t``."""
    if not count:
        yield ()
        return
    after = sight.after(t)
    for y in range(len(sight.profiles(after))):
        for rest in _words(sight, after, count - 1):
            yield (y, *rest)


def report_proof(sight: Sight, k: int) -> bool:
    """Return whether no report moves what is expected of the others' reports that earlier payments still look at.

    That is: ``μ(·|a*(r, θ^{-i}), θ)·f`` is the same for all ``r``, at every ``θ`` and for every ``f`` of a basis of what ``k − 1`` reports show.
    """
    case = sight.case
    periods = case.linked if case.environment.horizon is None else [t for t in case.linked if t > 1]
    if k < 2:
        return True
    for t in periods:
        basis = sight.basis(sight.after(t), sight.left(t, k - 1))
        for members in sight.profiles(t):
            actions = {sight.rule(t, p) for p in members}
            for p in members:
                if len({tuple(sight.mean(t, action, p, f) for _, f in basis) for action in actions}) > 1:
                    return False
    return True
