"""Payments that also look at all earlier reports (finite horizon): the rows of ``windows.py``, after every history one by one."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from .ahead import ZERO
from .owed import Owed, Word, told_past
from .text import TooLargeInput, number_text
from .verdict import Ledger
from .windows import MAX_ROWS, Rows


def historic(owed: Owed, rows: Rows) -> bool:
    """Say whether any payment looks at earlier reports."""
    return any(owed.historic(t) for t in range(rows.model.count))


def met(rows: Rows, owed: Owed, ledger: Ledger) -> None:
    """Ask of payments what truth pays, and truth after every history."""
    for t in range(rows.model.count):
        if rows.ends(t):
            paid = owed.last
            ledger.claim(
                not rows.constant or not any(paid),
                f"{rows.names.agents[rows.agent]} pays in the last period, which is constant",
            )
            # what is due then was completed before the report
            for slack, name in rows.losses(owed, t, report_proof=True):
                ledger.claim(slack >= 0, f"{name()}: slack {number_text(slack)} < 0" if slack < 0 else "")
            continue
        for past in _pasts(rows, t):
            if ledger.rows > MAX_ROWS:
                raise TooLargeInput("mechanism.transfers", f"more than {MAX_ROWS} rows", "a shorter horizon")
            _after(rows, owed, t, past, ledger)


def _pasts(rows: Rows, t: int) -> Iterator[Word]:
    yield from product(*(range(rows.model.period(s).profiles) for s in range(t)))


def _after(rows: Rows, owed: Owed, t: int, past: Word, ledger: Ledger) -> None:
    def name(words: str) -> str:
        return words + told_past(rows.laws, t, past, rows.names.profile)

    for true in range(rows.model.period(t).profiles):
        off = rows.target(t, rows.rule(t, true), true) - rows.cost(owed, t, true, rows.rule(t, true), true, past)
        ledger.claim(off == 0, f"{name(rows.value_name(t, true))}: off by {number_text(off)}, not 0" if off else "")
    for true, r, told in rows.lies(t):
        slack = rows.slack(owed, t, true, told, past)
        if rows.rule(t, true) != rows.rule(t, told):
            slack -= _moved(rows, owed, t, past, (true, told))
        ledger.claim(
            slack >= 0, f"{name(rows.lie_name(t, true, r))}: slack {number_text(slack)} < 0" if slack < 0 else ""
        )


def _moved(rows: Rows, owed: Owed, t: int, past: Word, lie: tuple[int, int]) -> Fraction:
    """Return by how much a lie lowers what is open from earlier reports."""
    true, told = lie
    letters = [rows.letter(s, p) for s, p in enumerate(past)]
    total = ZERO
    for age in range(1, rows.earlier(t) + 1):
        then = t - age
        report = (then, past[then], rows.rule(then, past[then]))
        since = (*letters[then + 1 :], rows.letter(t, true))
        for at, sign in ((true, 1), (told, -1)):
            total += sign * owed.expected(report, since, (t, rows.rule(t, at), true), past[:then])
    return total


def every_action(rows: Rows, owed: Owed, ledger: Ledger, own_report: bool) -> None:
    """Ask that after every history and every available action payments meet the target, as `Rows.every_action` does."""
    for t in range(rows.model.count):
        if rows.ends(t):
            continue
        for past in _pasts(rows, t) if owed.historic(t) else [()]:
            rows.targets_met(owed, t, past, ledger, own_report)
