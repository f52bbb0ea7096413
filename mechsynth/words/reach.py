"""How far a conflict of requirements reaches: read off the rows that prove it."""

from __future__ import annotations

from collections.abc import Mapping

from mechsynth.words import rows
from mechsynth.words.envelope import Answer
from mechsynth.words.numbers import Number

_PAYOFFS = ("residual-claimant", "equal-shares", "no-payoff")
_AT_THE_START = ("budget:ex-ante", "surplus:full", "participation:ex-ante", "participation:entry")


def lasting(answer: Answer, changing: bool) -> str:
    """Return what an infinite horizon leaves open, or what the proof covers of it."""
    if answer.names.finite is not False:
        return ""
    if changing:
        return (
            "The proof covers payments that change from period to period as well, if they stay bounded: the rows that prove it are the same in "
            "every period. Payments that look further back were not tried."
        )
    return "Payments that change from period to period, or look further back, were not tried."


def changing(answer: Answer, listing: Mapping[str, Number]) -> bool:
    """Return whether the rows of a proof are the same in every period, so that payments which change are excluded too."""
    if answer.names.finite is not False or not answer.exact:
        return False
    return all(_every_period(answer.kind, name, answer) for name, y in listing.items() if y != 0)


def _every_period(kind: str, name: str, answer: Answer) -> bool:
    head = rows.owner(name)
    if head in (*rows.DEFINITIONS, *_PAYOFFS, "no-subsidy", "winner-pays") or head.startswith("bounded:"):
        return True
    row = rows.parse(name, answer.names)
    if row is None:
        return False
    if head == "pbic":
        return bool(row.history)
    if head == "pepic":
        return bool(row.history) or not kind.startswith("full")
    if head in ("budget:ex-post", "no-deficit:ex-post") or head.startswith(("cap:", "liability:")):
        return bool(row.history) or kind == "history-independent"
    return head in ("budget:per-period", "no-deficit:per-period") and bool(row.history)


def payoffs_alone(answer: Answer, listing: Mapping[str, Number]) -> bool:
    """Return whether a proof uses rows of payoffs alone, which every class of transfers has."""
    return all(_of_payoffs(rows.owner(name), rows.parse(name, answer.names)) for name in listing)


def _of_payoffs(head: str, row: rows.Row | None) -> bool:
    """Return whether a row speaks of payoffs before anything is due and of no payment: every class of transfers has the same one."""
    if head in (*_PAYOFFS, *_AT_THE_START):
        return True
    return head.startswith(("participation", "surplus")) and row is not None and not row.history
