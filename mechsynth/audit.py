"""What a mechanism satisfies, exactly: efficiency, incentives, participation in three senses, the three budgets, what a period takes, rents.

The numbers are those of the checker's own evaluation of the mechanism, so a file written by hand is taken at its word and
nothing of what it claims is believed. A payment is positive when the agent pays; the outside option is the
instance's, 0 where it has none. Public agents have no payoffs.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from mechsynth import instance as files
from mechsynth.audit_tree import TreeAudit
from mechsynth.audit_waiting import WaitingAudit
from mechsynth.environment import Environment
from mechsynth.errors import printable
from mechsynth.evaluation import Evaluation, Fact, evaluate
from mechsynth.evaluation.grown import evaluate_grown, is_grown
from mechsynth.evaluation.waiting import evaluate_waiting, waits
from mechsynth.rational import text

LISTED = 40  # profiles whose payoffs are listed in words


@dataclass(frozen=True, eq=False)
class Audit:
    """The facts about one mechanism.

    Attributes
    ----------
    environment:
        The model.
    evaluation:
        The checker's.
    """

    environment: Environment
    evaluation: Evaluation

    def payoff(self, agent: int) -> dict[tuple[str, ...], Fraction]:
        """Return the truthful payoff of a player (counted among the agents that are not public) from period 1, by profile; what is paid once at the start is in it."""
        profiles = product(*self.environment.period(1).signals)
        return dict(zip(profiles, self.evaluation.start[agent].ravel().tolist(), strict=True))

    def surplus(self) -> dict[tuple[str, ...], Fraction]:
        """Return ``W_1(θ)`` of the mechanism's rule, by profile."""
        profiles = product(*self.environment.period(1).signals)
        return dict(zip(profiles, self.evaluation.surplus[0].ravel().tolist(), strict=True))

    def extracted(self) -> Fraction | None:
        """Return the share of the expected surplus above what leaving is worth that the payments take; ``None`` without a prior, or where that is not above 0."""
        surplus, payments = self.evaluation.expected_surplus, self.evaluation.expected_payments
        if surplus is not None:
            surplus -= sum(self.evaluation.leaving or (), Fraction(0))
        return None if surplus is None or surplus <= 0 or payments is None else payments / surplus

    def rents(self) -> dict[str, Fraction] | None:
        """Return what every player expects above what leaving is worth; ``None`` without a prior."""
        found, left = self.evaluation.rents, self.evaluation.leaving
        if found is None or left is None:
            return None
        nets = [rent - worth for rent, worth in zip(found, left, strict=True)]
        return dict(zip(self.environment.player_names, nets, strict=True))

    def document(self) -> dict[str, Any]:
        """Return the audit as JSON data, all numbers exact strings."""
        found, agents = self.evaluation, self.environment.player_names
        row = found.least
        rents = self.rents()
        share = self.extracted()
        return {
            "efficient": found.efficient,
            "inefficiency": found.inefficiency,
            "pepic": found.incentive_compatible,
            **self._knowing(),
            "least-slack": None if row is None else text(row.slack),
            "deviation": None if row is None else str(row),
            "constraints": found.rows,
            "residual-claimant": None if self.environment.horizon == 1 else found.residual_claimant,
            "participation": {
                "ex-post": _fact(found.participation_ex_post),
                "interim": _fact(found.participation_interim),
                "ex-ante": _fact(found.participation_ex_ante),
            },
            "budget": {
                "ex-ante": None if found.expected_payments is None else text(found.expected_payments),
                "per-period": [_fact(fact) for fact in found.budgets if fact.value],
                "ex-post": _fact(found.unbalanced),
            },
            "in-a-period": {
                "largest-payment": _fact(found.payment),
                "largest-loss": _fact(found.loss),
                "deficit:ex-post": _fact(found.deficit),
                "deficit:per-period": _fact(found.expected_deficit),
            },
            "rents": None if rents is None else {name: text(rent) for name, rent in rents.items()},
            "surplus-extracted": None if share is None else text(share),
            "payoffs": {
                name: {",".join(theta): text(value) for theta, value in self.payoff(i).items()}
                for i, name in enumerate(agents)
            },
            "surplus": {",".join(theta): text(value) for theta, value in self.surplus().items()},
        }

    def _knowing(self) -> dict[str, Any]:
        """Return what holds given what each agent knows; ``None`` where it was not examined. ``pbic`` and ``bnic`` need a prior."""
        known, prior = self.evaluation.informed, self.environment.prior is not None
        gains = known.strategies
        told = {"truthful": known.truthful, "after-lie": known.after_lie} if known.examined else {}
        return {
            "pbic": known.compatible if known.examined and prior else None,
            "bnic": None if gains is None else not any(gains.values()),
            "given-what-is-known": {
                name: None if row is None else {"value": text(row.slack), "where": str(row)}
                for name, row in told.items()
            },
            "strategies": None if gains is None else {name: text(gain) for name, gain in gains.items()},
        }

    def words(self) -> str:
        """Return the audit in words."""
        return "\n".join(
            [*self._incentives(), *self._payoffs(), *self._participation(), *self._budgets(), *self._periods()]
        )

    def _incentives(self) -> list[str]:
        found = self.evaluation
        lines = ["Efficient: yes." if found.efficient else f"Efficient: no; {found.inefficiency}."]
        row = found.least
        if row is None:
            lines.append("Incentives: no agent has anything to lie about.")
        elif row.slack >= 0:
            lines.append(
                f"Incentives: truth is {self._sense} equilibrium ({found.rows} constraints). "
                f"Tightest: the {row}, which loses {text(row.slack)}."
            )
        else:
            lines.append(f"Incentives: truth is not {self._sense} equilibrium. The {row} gains {text(-row.slack)}.")
        if row is not None:
            lines += [*self._given(), *self._strategies()]
        if self.environment.horizon != 1:
            claimant = "yes" if found.residual_claimant else "no"
            before = "" if self.environment.horizon is None else ", in every period before the last"
            lines.append(f"Every agent's truthful payoff is the social surplus{before}: {claimant}.")
        return lines

    def _given(self) -> list[str]:
        """Return what truth is given what each agent knows: after an own truthful past, and after an own lie."""
        known, prior = self.evaluation.informed, self.environment.prior is not None
        if not known.examined:
            return [f"Given what each agent knows: not examined; there are up to {known.size} constraints."]
        if not prior and self.environment.horizon == 1:
            return ["Given what each agent knows: nothing is said without a prior."]
        many = "" if self.environment.horizon == 1 else " after every history and every own lie"
        best = f"truth is best{many}" if known.compatible else "truth is not always best"
        lines = [f"Given what each agent knows: {best} ({known.rows} constraints)."]
        if not prior:
            lines[0] += " Without a prior period 1 is left out."
        parts = ((known.truthful, "after true reports of her own"), (known.after_lie, "after an own lie"))
        for row, past in parts:
            if row is not None:
                does = "loses" if row.slack >= 0 else "gains"
                where = "" if self.environment.horizon == 1 else f" {past}"
                lines.append(f"  Tightest{where}: the {row}, {does} {text(abs(row.slack))} in expectation.")
        return lines

    def _strategies(self) -> list[str]:
        """Return what the best whole strategy from the start gains."""
        known = self.evaluation.informed
        gains = known.strategies
        if gains is None:
            why = (
                "nothing is said without a prior"
                if self.environment.prior is None
                else "not examined; the problem is large"
            )
            return [f"Whole strategies from the start: {why}."]
        better = ", ".join(f"{printable(name)} {text(gain)}" for name, gain in gains.items() if gain)
        if not better:
            return ["Whole strategies from the start: none gains, truth is a Bayes-Nash equilibrium."]
        return [
            f"Whole strategies from the start: truth is not a Bayes-Nash equilibrium; the best ones gain in expectation: {better}."
        ]

    @property
    def _sense(self) -> str:
        return "an ex post" if self.environment.horizon == 1 else "a periodic ex post"

    def _payoffs(self) -> list[str]:
        lines = ["Truthful payoffs from period 1 on, and the surplus of the rule:"]
        surplus = self.surplus()
        payoffs = [self.payoff(i) for i in range(len(self.environment.players))]
        for theta, value in list(surplus.items())[:LISTED]:
            shares = ", ".join(
                f"{printable(name)} {text(own[theta])}"
                for name, own in zip(self.environment.player_names, payoffs, strict=True)
            )
            lines.append(f"  at ({', '.join(map(printable, theta))}): {shares}; surplus {text(value)}")
        if len(surplus) > LISTED:
            lines.append(f"  … and {len(surplus) - LISTED} more profiles (--json lists all).")
        return lines

    def _participation(self) -> list[str]:
        found = self.evaluation
        lines = []
        told = self.environment.prior is not None
        where = "after every history that truth can lead to" if told else "after every history"
        if self.environment.horizon == 1:
            where = "at every profile that the prior allows" if told else "at every profile"
        senses = (
            (f"ex post, {where}", found.participation_ex_post),
            ("interim" if self.environment.horizon == 1 else f"interim, {where}", found.participation_interim),
            ("ex ante", found.participation_ex_ante),
        )
        for sense, fact in senses:
            if fact is None:
                lines.append(f"Participation {sense}: nothing is said without a prior.")
                continue
            met = "met" if fact.value >= 0 else "not met"
            above = " above the outside option" if any(p.outside is not None for p in self.environment.periods) else ""
            lines.append(f"Participation {sense}: {met}; the least payoff{above} is {text(fact.value)}, {fact.name}.")
        return lines

    def _budgets(self) -> list[str]:
        found = self.evaluation
        paid = found.expected_payments
        lines = []
        if paid is None:
            lines.append("Budget ex ante: nothing is said without a prior.")
        else:
            word = "covers itself" if paid >= 0 else "runs a deficit"
            lines.append(
                f"Budget ex ante: {word}; expected discounted payments {text(paid)} "
                f"of an expected surplus of {text(found.expected_surplus or Fraction(0))}."
            )
        off = next((fact for fact in found.budgets if fact.value), None)
        if not found.budgets:
            lines.append("Budget per period: nothing is said without a prior.")
        elif off is None:
            given = ", given every truthful profile of the period before"
            lines.append(f"Budget per period: balanced in expectation{'' if self.environment.horizon == 1 else given}.")
        else:
            lines.append(f"Budget per period: not balanced; expected payments {text(off.value)}, {off.name}.")
        gap = found.unbalanced
        if gap is None:
            lines.append("Budget ex post: balanced whatever is reported.")
        else:
            lines.append(f"Budget ex post: not balanced; payments add to {text(gap.value)}, {gap.name}.")
        share = self.extracted()
        each = self.rents()
        if each is not None:
            rents = ", ".join(f"{printable(name)} {text(rent)}" for name, rent in each.items())
            above = " above what leaving is worth" if any(found.leaving or ()) else ""
            part = "" if share is None else f" Share of the surplus{above} extracted: {text(share)}."
            lines.append(f"Expected rents: {rents}.{part}")
        return lines

    def _periods(self) -> list[str]:
        """Return what is paid, lost and paid in within a single period, whatever was reported."""
        found = self.evaluation
        paid, lost, ex_post, expected = found.payment, found.loss, found.deficit, found.expected_deficit
        deficit = (
            "none, whatever is reported"
            if ex_post.value <= 0
            else f"up to {text(ex_post.value)}, {ex_post.name}"
            + ("" if expected is None or expected.value > 0 else "; none is expected")
        )
        return [
            f"In a period, after any reports: nobody pays more than {text(paid.value)}, {paid.name}.",
            "In a period, after any reports: "
            + (
                "nobody loses anything."
                if lost.value <= 0
                else f"nobody loses more than {text(lost.value)}, utility less payments, {lost.name}."
            ),
            f"Deficit in a period: {deficit}.",
        ]


def _fact(fact: Fact | None) -> dict[str, Any] | None:
    return None if fact is None else {"value": text(fact.value), "where": fact.name}


def audit(result: bytes, data: bytes) -> Audit | TreeAudit | WaitingAudit:
    """Audit the mechanism of a result file (bytes) against its instance file (bytes); one with histories is a `TreeAudit`, one whose payments wait a `WaitingAudit`.

    Raises
    ------
    InputError
        If either is malformed, they do not belong together, or the result has no transfers.
    """
    document = files.read_json(result)
    if isinstance(document, dict) and is_grown(document):
        grown = evaluate_grown(result, data)
        return TreeAudit(files.loads(data, normalize=bool(document["instance"].get("normalized"))), grown)
    mechanism = document.get("mechanism") if isinstance(document, dict) else None
    if isinstance(mechanism, dict) and waits(mechanism.get("transfers")):
        waiting = evaluate_waiting(result, data)
        return WaitingAudit(files.loads(data, normalize=waiting.model.rescaled), waiting)
    found = evaluate(result, data)
    normalize = bool(document["instance"].get("normalized"))
    return Audit(files.loads(data, normalize=normalize), found)
