"""What a mechanism with histories and lotteries satisfies, exactly: the audit of `mechsynth.audit` for the tree form of format 2."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from mechsynth.environment import Environment
from mechsynth.errors import printable
from mechsynth.evaluation.grown import Found, GrownEvaluation
from mechsynth.rational import text

LISTED = 40  # profiles whose payoffs are listed in words


@dataclass(frozen=True, eq=False)
class TreeAudit:
    """The facts about one mechanism.

    Attributes
    ----------
    environment:
        The model.
    evaluation:
        The checker's numbers.
    """

    environment: Environment
    evaluation: GrownEvaluation

    def payoff(self, name: str) -> dict[tuple[str, ...], Fraction]:
        """Return the truthful payoff of a player from period 1, by profile."""
        i = self.environment.agents.index(name)
        return {theta: self.evaluation.payoff(i, 0, 0, p) for p, theta in enumerate(self._first())}

    def _first(self) -> list[tuple[str, ...]]:
        return list(product(*self.environment.period(1).signals))

    def surplus(self) -> dict[tuple[str, ...], Fraction]:
        """Return the surplus that the mechanism is expected to make, by first profile."""
        return {theta: self.evaluation.surplus(0, 0, p) for p, theta in enumerate(self._first())}

    def extracted(self) -> Fraction | None:
        """Return the share of the expected surplus above what leaving is worth that the payments take; ``None`` where that is not above 0."""
        most = self.evaluation.made - self.evaluation.leaving
        return self.evaluation.paid / most if most > 0 else None

    def document(self) -> dict[str, object]:
        """Return the audit as JSON data, all numbers exact strings; what is not examined of such mechanisms is ``None``."""
        found, share = self.evaluation, self.extracted()
        least, rows = found.least("pepic") or (None, 0)
        known = found.least("pbic")
        believed = None if known is None else known[0]
        told = {} if known is None else {"truthful": _fact(believed)}
        return {
            "efficient": found.inefficiency is None,
            "inefficiency": found.inefficiency,
            "pepic": least is None or least.value >= 0,
            "pbic": None if known is None else believed is None or believed.value >= 0,
            "bnic": None,
            "given-what-is-known": told,
            "strategies": None,
            "least-slack": None if least is None else text(least.value),
            "deviation": None if least is None else least.name,
            "constraints": rows,
            "residual-claimant": None,
            "participation": {
                "ex-post": _fact(found.ex_post),
                "interim": _fact(found.interim),
                "ex-ante": _fact(self._ex_ante()),
            },
            "budget": {
                "ex-ante": text(found.paid),
                "per-period": [_fact(fact) for fact in found.budgets if fact.value],
                "ex-post": _fact(found.unbalanced),
            },
            "in-a-period": {
                "largest-payment": _fact(found.payment),
                "largest-loss": _fact(found.loss),
                "deficit:ex-post": _fact(found.deficit),
                "deficit:per-period": _fact(found.expected_deficit),
            },
            "rents": {name: text(rent) for name, rent in found.rents.items()},
            "surplus-extracted": None if share is None else text(share),
            "payoffs": {
                name: {",".join(theta): text(value) for theta, value in self.payoff(name).items()}
                for name in found.players
            },
            "surplus": {",".join(theta): text(value) for theta, value in self.surplus().items()},
        }

    def _ex_ante(self) -> Found:
        name, rent = min(self.evaluation.rents.items(), key=lambda pair: pair[1])
        return Found(rent, printable(name))

    def words(self) -> str:
        """Return the audit in words."""
        return "\n".join([*self._incentives(), *self._payoffs(), *self._money()])

    def _incentives(self) -> list[str]:
        found = self.evaluation
        lost = found.inefficiency
        lines = [
            "A mechanism with histories: what is said of histories is said of those that some reports, and its own draws, lead to."
        ]
        lines.append("Efficient: yes." if lost is None else f"Efficient: no; {lost}.")
        least, rows = found.least("pepic") or (None, 0)
        sense = "an ex post" if self.environment.horizon == 1 else "a periodic ex post"
        if least is None:
            lines.append("Incentives: no agent has anything to lie about.")
        elif least.value >= 0:
            lines.append(
                f"Incentives: truth is {sense} equilibrium ({rows} constraints). Tightest: {least.name}, which loses {text(least.value)}."
            )
        else:
            lines.append(f"Incentives: truth is not {sense} equilibrium. {least.name} gains {text(-least.value)}.")
        known = found.least("pbic")
        if known is None:
            lines.append(
                "Given what each agent knows: not examined; what is believed after a lie depends on what was true."
            )
        elif known[0] is not None:
            many = "" if self.environment.horizon == 1 else " after every history and every own lie"
            best = f"truth is best{many}" if known[0].value >= 0 else "truth is not always best"
            does = "loses" if known[0].value >= 0 else "gains"
            lines.append(
                f"Given what each agent knows: {best} ({known[1]} constraints). Tightest: {known[0].name}, {does} {text(abs(known[0].value))} in expectation."
            )
        return lines

    def _payoffs(self) -> list[str]:
        lines = ["Truthful payoffs from period 1 on, and the surplus of the mechanism:"]
        surplus = self.surplus()
        own = {name: self.payoff(name) for name in self.evaluation.players}
        for theta, value in list(surplus.items())[:LISTED]:
            shares = ", ".join(f"{printable(name)} {text(each[theta])}" for name, each in own.items())
            lines.append(f"  at ({', '.join(map(printable, theta))}): {shares}; surplus {text(value)}")
        if len(surplus) > LISTED:
            lines.append(f"  … and {len(surplus) - LISTED} more profiles (--json lists all).")
        above = " above the outside option" if any(p.outside is not None for p in self.environment.periods) else ""
        where = (
            "at every profile that the prior allows"
            if self.environment.horizon == 1
            else "after every history that truth can lead to"
        )
        found = self.evaluation
        for sense, fact in (
            (f"ex post, {where}", found.ex_post),
            (f"interim, {where}", found.interim),
            ("ex ante", self._ex_ante()),
        ):
            met = "met" if fact.value >= 0 else "not met"
            lines.append(f"Participation {sense}: {met}; the least payoff{above} is {text(fact.value)}, {fact.name}.")
        return lines

    def _money(self) -> list[str]:
        found = self.evaluation
        word = "covers itself" if found.paid >= 0 else "runs a deficit"
        lines = [
            f"Budget ex ante: {word}; expected discounted payments {text(found.paid)} of an expected surplus of {text(found.made)}."
        ]
        off = next((fact for fact in found.budgets if fact.value), None)
        given = "" if self.environment.horizon == 1 else ", given every truthful past"
        lines.append(
            f"Budget per period: balanced in expectation{given}."
            if off is None
            else f"Budget per period: not balanced; expected payments {text(off.value)}, {off.name or 'period 1'}."
        )
        gap = found.unbalanced
        lines.append(
            "Budget ex post: balanced whatever is reported."
            if gap is None
            else f"Budget ex post: not balanced; payments add to {text(gap.value)}, {gap.name}."
        )
        rents = ", ".join(f"{printable(name)} {text(rent)}" for name, rent in found.rents.items())
        share = self.extracted()
        part = "" if share is None else f" Share of the surplus that it makes: {text(share)}."
        lines.append(f"Expected rents: {rents}.{part}")
        lines.append(
            f"In a period, after any reports: nobody pays more than {text(found.payment.value)}, {found.payment.name}."
        )
        lost = found.loss
        lines.append(
            "In a period, after any reports: nobody loses anything."
            if lost.value <= 0
            else f"In a period, after any reports: nobody loses more than {text(lost.value)}, utility less payments, {lost.name}."
        )
        short = found.deficit
        lines.append(
            "Deficit in a period: none, whatever is reported."
            if short.value <= 0
            else f"Deficit in a period: up to {text(short.value)}, {short.name}."
        )
        return lines


def _fact(fact: Found | None) -> dict[str, str] | None:
    return None if fact is None else {"value": text(fact.value), "where": fact.name}
