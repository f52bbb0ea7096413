"""What a mechanism satisfies, exactly: efficiency, incentives, payoffs, participation at the start, the expected budget.

The numbers are those of the checker's own evaluation of the mechanism, so a file written by hand is taken at its word and
nothing of what it claims is believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from mechsynth import instance as files
from mechsynth.check import Evaluation, evaluate
from mechsynth.environment import Environment
from mechsynth.rational import text


@dataclass(frozen=True, eq=False)
class Audit:
    """The facts about one mechanism.

    Attributes
    ----------
    environment:
        The model.
    evaluation:
        Payoffs, least incentive slack, efficiency: the checker's.
    """

    environment: Environment
    evaluation: Evaluation

    def payoff(self, agent: int) -> dict[tuple[str, ...], Fraction]:
        """Return ``X_1^i(θ)``: an agent's truthful payoff from period 1, by profile."""
        profiles = product(*self.environment.period(1).signals)
        return dict(zip(profiles, self.evaluation.payoffs[0][agent].ravel().tolist(), strict=True))

    def surplus(self) -> dict[tuple[str, ...], Fraction]:
        """Return ``W_1(θ)`` of the mechanism's rule, by profile."""
        profiles = product(*self.environment.period(1).signals)
        return dict(zip(profiles, self.evaluation.surplus[0].ravel().tolist(), strict=True))

    def least_payoff(self) -> tuple[Fraction, str, tuple[str, ...]]:
        """Return the least truthful payoff from period 1, whose it is and where: participation against an outside option of 0."""
        agents = self.environment.agents
        return min((value, name, theta) for i, name in enumerate(agents) for theta, value in self.payoff(i).items())

    def expected(self) -> dict[str, Fraction] | None:
        """Return the expected payoff of every agent, ``W`` and the expected discounted payments; ``None`` without a prior."""
        prior = self.environment.prior
        if prior is None:
            return None
        weights = [Fraction(int(v), prior.den) for v in prior.num.ravel().tolist()]

        def mean(values: Mapping[tuple[str, ...], Fraction]) -> Fraction:
            return sum((w * v for w, v in zip(weights, values.values(), strict=True)), Fraction(0))

        rents = {name: mean(self.payoff(i)) for i, name in enumerate(self.environment.agents)}
        surplus = mean(self.surplus())
        return rents | {"surplus": surplus, "payments": surplus - sum(rents.values(), Fraction(0))}

    def document(self) -> dict[str, Any]:
        """Return the audit as JSON data, all numbers exact strings."""
        found, agents = self.evaluation, self.environment.agents
        least, who, where = self.least_payoff()
        row = found.least
        expected = self.expected()
        return {
            "efficient": found.efficient,
            "inefficiency": found.inefficiency,
            "pepic": found.incentive_compatible,
            "least-slack": None if row is None else text(row.slack),
            "deviation": None if row is None else str(row),
            "constraints": found.rows,
            "payoffs": {
                name: {",".join(theta): text(value) for theta, value in self.payoff(i).items()}
                for i, name in enumerate(agents)
            },
            "surplus": {",".join(theta): text(value) for theta, value in self.surplus().items()},
            "residual-claimant": all(self.payoff(i) == self.surplus() for i in range(len(agents))),
            "least-payoff": {"agent": who, "signals": dict(zip(agents, where, strict=True)), "payoff": text(least)},
            "expected": None if expected is None else {key: text(value) for key, value in expected.items()},
        }

    def words(self) -> str:
        """Return the audit in words."""
        found = self.evaluation
        lines = [
            "Efficient: yes." if found.efficient else f"Efficient: no; {found.inefficiency}.",
        ]
        row = found.least
        if row is None:
            lines.append("Incentives: no agent has anything to lie about.")
        elif row.slack >= 0:
            lines.append(
                f"Incentives: truth is a periodic ex post equilibrium ({found.rows} constraints). "
                f"Tightest: {row}, which loses {text(row.slack)}."
            )
        else:
            lines.append(f"Incentives: truth is not an equilibrium. {row} gains {text(-row.slack)}.")
        agents = self.environment.agents
        lines.append("Truthful payoffs from period 1 on, and the surplus of the rule:")
        surplus = self.surplus()
        for theta, value in surplus.items():
            shares = ", ".join(f"{name} {text(self.payoff(i)[theta])}" for i, name in enumerate(agents))
            lines.append(f"  at ({', '.join(theta)}): {shares}; surplus {text(value)}")
        least, who, where = self.least_payoff()
        start = "yes" if least >= 0 else "no"
        lines.append(
            f"Everybody takes part at the start, whatever the signals: {start}; "
            f"the least payoff is {text(least)}, {who} at ({', '.join(where)})."
        )
        expected = self.expected()
        if expected is None:
            lines.append("No prior: nothing is said about expectations.")
        else:
            paid = expected["payments"]
            word = "covers itself" if paid >= 0 else "runs a deficit"
            lines.append(
                f"Ex ante the mechanism {word}: expected discounted payments {text(paid)}, "
                f"expected surplus {text(expected['surplus'])}."
            )
        return "\n".join(lines)


def audit(result: bytes, data: bytes) -> Audit:
    """Audit the mechanism of a result file (bytes) against its instance file (bytes).

    Raises
    ------
    InputError
        If either is malformed, they do not belong together, or the result has no transfers.
    """
    found = evaluate(result, data)
    document = files.read_json(result)
    normalize = bool(document["instance"].get("normalized"))
    return Audit(files.loads(data, normalize=normalize), found)
