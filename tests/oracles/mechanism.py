"""A mechanism out of a result file: the rule and what it charges, event by event.

Payments are positive when the agent pays. `now^i_t(ρ)` is paid at the reports ρ of period t, `later^i_t(a, ρ, θ')`
one period after, when the next reports are θ'. Tables have an axis of length 1 where they do not look; records
add up and apply where everything they name fits.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .model import Model, Profile, at, number


class Mechanism:
    """Allocation and payments of `result["mechanism"]` over index profiles."""

    def __init__(self, model: Model, result: dict[str, Any]) -> None:
        self.model = model
        self.rule = allocation(model, result["mechanism"]["allocation"])
        self.transfers = result["mechanism"].get("transfers", [])
        if isinstance(self.transfers, dict):
            self.transfers = [self.transfers]
        self.records = any("payment" in x for x in self.transfers)
        self._memory: dict[Any, Fraction] = {}

    def now(self, t: int, i: int, reports: Profile) -> Fraction:
        """What agent i pays in period t for the reports of period t."""
        return self._remember(t, i, None, reports, None)

    def later(self, t: int, i: int, a: int, reports: Profile, following: Profile) -> Fraction:
        """What agent i pays one period after the reports of period t, when the next reports are `following`."""
        return self._remember(t, i, a, reports, following)

    def _remember(self, *event: Any) -> Fraction:
        if event not in self._memory:
            self._memory[event] = self._record(*event) if self.records else self._table(*event)
        return self._memory[event]

    def _table(self, t: int, i: int, a: int | None, reports: Profile, following: Profile | None) -> Fraction:
        if not self.transfers:
            return Fraction(0)
        tables = self.transfers[t].get(self.model.agents[i]) or {}
        table = tables.get("now" if following is None else "later")
        if table is None:
            return Fraction(0)
        if a is None or following is None:
            return number(at(table, reports))
        return number(at(table, (a, *reports, *following)))

    def _record(self, t: int, i: int, a: int | None, reports: Profile, following: Profile | None) -> Fraction:
        model, total = self.model, Fraction(0)
        for record in self.transfers:
            if record["agent"] != model.agents[i] or record.get("period", t + 1) != t + 1:
                continue
            if (following is None) != ("next" not in record):
                continue
            action = self.rule[t][reports] if a is None else a
            fits = record.get("action", model.periods[t].actions[action]) == model.periods[t].actions[action]
            fits = fits and _agrees(model, t, record.get("reports", {}), reports)
            if following is not None:
                upcoming = model.next_period(t)
                assert upcoming is not None
                fits = fits and _agrees(model, upcoming, record["next"], following)
            if fits:
                total += number(record["payment"])
        return total


def _agrees(model: Model, t: int, named: dict[str, str], profile: Profile) -> bool:
    return all(model.periods[t].signals[model.agents.index(name)].index(label) == profile[model.agents.index(name)]
               for name, label in named.items())


def allocation(model: Model, rows: list[dict[str, Any]]) -> list[dict[Profile, int]]:
    """The rule of a result, every profile of every period exactly once."""
    rule: list[dict[Profile, int]] = [{} for _ in model.periods]
    for row in rows:
        t = row.get("period", 1) - 1
        period = model.periods[t]
        profile = tuple(s.index(row["signals"][name]) for name, s in zip(model.agents, period.signals))
        if profile in rule[t]:
            raise ValueError(f"allocation names {row} twice")
        rule[t][profile] = period.actions.index(row["action"])
    if any(set(r) != set(p.profiles()) for r, p in zip(rule, model.periods)):
        raise ValueError("allocation leaves out a profile")
    return rule
