"""What a mechanism does whose payments wait for several reports: records whose ``next`` is a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

from mechsynth.check.ahead import ZERO, Ahead
from mechsynth.check.checker import opened
from mechsynth.check.free import Free, exactly
from mechsynth.check.mechanism import read_allocation
from mechsynth.check.model import Model
from mechsynth.check.owed import Owed, read_owed
from mechsynth.check.text import items, table
from mechsynth.check.values import Values, mean
from mechsynth.check.verdict import Ledger, Refuted
from mechsynth.errors import InputError


@dataclass(frozen=True, eq=False)
class Waiting:
    """The facts about one mechanism.

    Attributes
    ----------
    model, values, rows, owed:
        The instance, the surplus of the rule, and by player her rows and payments.
    look:
        The most periods that a payment waits.
    inefficiency:
        Which action beats the rule's; ``None`` where none does.
    """

    model: Model
    values: Values
    rows: Mapping[int, Free]
    owed: Mapping[int, Owed]
    look: int
    inefficiency: str | None

    @cached_property
    def least(self) -> tuple[Fraction, str, int] | None:
        """What the tightest lie loses, after the window that is worst for it, its name, and how many were looked at; ``None`` where nobody can lie."""
        found: tuple[Fraction, Any] | None = None
        count = 0
        for i, rows in self.rows.items():
            proof = rows.report_proof()
            for t in range(self.model.count):
                for slack, name in rows.losses(self.owed[i], t, report_proof=proof):
                    count += 1
                    if found is None or slack < found[0]:
                        found = slack, name
        return None if found is None else (found[0], found[1](), count)

    def payoff(self, agent: int, t: int, profile: int) -> Fraction:
        """Return what truth is worth to a player, what is due from earlier reports left aside."""
        rows = self.rows[agent]
        return rows.worth(t, profile) - (self.owed[agent].last[profile] if rows.ends(t) else ZERO)

    @cached_property
    def misaligned(self) -> tuple[Fraction, str] | None:
        """By how much, and where, a payoff is off the surplus before the last period; ``None`` where none is."""
        for t in range(self.model.count):
            for i, rows in self.rows.items():
                for p in range(self.model.period(t).profiles) if not rows.ends(t) else ():
                    off = self.payoff(i, t, p) - self.values.exact(t).at(p)
                    if off:
                        return off, rows.value_name(t, p)
        return None

    @cached_property
    def expected_payments(self) -> Fraction | None:
        """What all pay together, in expectation, discounted; ``None`` without a prior."""
        if self.model.prior is None:
            return None
        total = mean(self.model.prior, self.values.exact(0))
        for i in self.rows:
            kept = [self.payoff(i, 0, p) for p in range(self.model.period(0).profiles)]
            total -= mean(self.model.prior, exactly(kept))
        return total


def waits(transfers: object) -> bool:
    """Say whether payments are records of which one waits for several reports."""
    return isinstance(transfers, list) and any(
        isinstance(entry, dict) and isinstance(entry.get("next"), list) for entry in transfers
    )


def evaluate_waiting(result: bytes, instance: bytes) -> Waiting:
    """Evaluate a mechanism whose payments wait.

    Raises
    ------
    InputError
        Where it is malformed, or pays in the period of the report before the last one.
    """
    root, numbers, model = opened(result, instance)
    mechanism = table(root["mechanism"], "mechanism", ("allocation", "transfers"))
    entries = items(mechanism["transfers"], "mechanism.transfers")
    look = max(
        (len(entry["next"]) for entry in entries if isinstance(entry, dict) and isinstance(entry.get("next"), list)),
        default=1,
    )
    rule = read_allocation(mechanism["allocation"], model)
    values, problem = Values(model, rule), None
    try:
        values.check_efficient(Ledger())
    except Refuted as refuted:
        problem = str(refuted)
    laws = {i: Ahead(model, rule, i) for i in model.players}
    if not laws:
        raise InputError("instance", "nobody reports", "name players")
    owed = read_owed(entries, laws, look, True, numbers, "mechanism.transfers")
    if any(own.historic(t) for own in owed.values() for t in range(model.count)):
        raise InputError(
            "mechanism.transfers", "payments that look at all earlier reports", "mechsynth check looks at them"
        )
    rows = {i: Free(own, values, look, False) for i, own in laws.items()}
    for i, own in rows.items():
        own.settle(owed[i])
    return Waiting(model, values, rows, owed, look, problem)
