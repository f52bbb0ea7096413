"""What a mechanism satisfies whose payments wait for several reports, exactly; see `mechsynth.audit`."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from mechsynth.environment import Environment
from mechsynth.errors import printable
from mechsynth.evaluation.waiting import Waiting
from mechsynth.rational import text

LISTED = 40  # profiles whose payoffs are listed in words


@dataclass(frozen=True, eq=False)
class WaitingAudit:
    """The facts about a mechanism whose payments wait for several reports.

    Attributes
    ----------
    environment:
        The model.
    waiting:
        The evaluation.
    """

    environment: Environment
    waiting: Waiting

    def payoffs(self) -> dict[str, dict[str, Fraction]]:
        """Return the truthful payoffs from period 1 on, by player and profile."""
        profiles = list(product(*self.environment.period(1).signals))
        return {
            name: {",".join(theta): self.waiting.payoff(i, 0, p) for p, theta in enumerate(profiles)}
            for i, name in zip(self.environment.players, self.environment.player_names, strict=True)
        }

    def document(self) -> dict[str, Any]:
        """Return the audit as JSON data, all numbers exact strings."""
        found, least = self.waiting, self.waiting.least
        paid = found.expected_payments
        return {
            "efficient": found.inefficiency is None,
            "inefficiency": found.inefficiency,
            "pepic": least is None or least[0] >= 0,
            "least-slack": None if least is None else text(least[0]),
            "deviation": None if least is None else least[1],
            "constraints": 0 if least is None else least[2],
            "residual-claimant": found.misaligned is None,
            "look-ahead": found.look,
            "budget": {"ex-ante": None if paid is None else text(paid)},
            "payoffs": {
                name: {theta: text(value) for theta, value in own.items()} for name, own in self.payoffs().items()
            },
        }

    def words(self) -> str:
        """Return the audit in words."""
        found, least = self.waiting, self.waiting.least
        lines = ["Efficient: yes." if found.inefficiency is None else f"Efficient: no; {found.inefficiency}."]
        lines.append(f"Payments are due up to {found.look} periods after the report.")
        if least is None:
            lines.append("Incentives: no agent has anything to lie about.")
        else:
            slack, name, count = least
            lines.append(
                f"Incentives: truth is a periodic ex post equilibrium, after every window of the reports that payments still look at ({count} constraints). "
                f"Tightest: {name}, which loses {text(slack)}."
                if slack >= 0
                else f"Incentives: truth is not a periodic ex post equilibrium. {name} gains {text(-slack)}."
            )
        off = found.misaligned
        lines.append(
            "Residual claimants: yes, what is due from earlier reports left aside."
            if off is None
            else f"Residual claimants: no; {off[1]} is off by {text(off[0])}."
        )
        if found.expected_payments is not None:
            lines.append(f"Expected payments of all periods together: {text(found.expected_payments)}.")
        lines.append("Truthful payoffs from period 1 on:")
        every = self.payoffs()
        for theta in list(product(*self.environment.period(1).signals))[:LISTED]:
            shares = ", ".join(f"{printable(name)} {text(own[','.join(theta)])}" for name, own in every.items())
            lines.append(f"  at ({', '.join(map(printable, theta))}): {shares}")
        lines.append("Participation and budgets of each period are not examined for payments that wait.")
        return "\n".join(lines)
