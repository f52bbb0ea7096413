"""Negative answers of `contingent`, `vcg-type` and the questions built on them: what they say, and the program that proves them.

In scope ``policy`` each of these questions is `implement` with its class and the requirement on truthful payoffs that defines it. Multipliers of that program's
rows, those of the last period among them, are therefore a proof.
"""

from __future__ import annotations

from .envelope import Claim
from .every_action import exclude
from .exact import Array
from .model import Model
from .program import Program
from .synthesis import falls_short, read_witness, refuted
from .targets import targets_of
from .text import show
from .values import Values
from .verdict import Ledger, Refuted

RULE_ONLY = "; this is about the rule listed, and other efficient rules, if there are ties, are not tried."

PAYOFF = {"budget-balanced": "equal-shares", "surplus-extraction": "no-payoff"}
_GIVES = {
    "residual-claimant": "leave every agent the social surplus",
    "equal-shares": "leave every agent an equal share of the social surplus",
    "no-payoff": "leave no agent anything but the bonus that is due",
}
_CLASS = {
    "contingent": "the others' next reports, the reports and the action",
    "vcg-type": "the others' next reports, the others' reports and the action",
}


def requirement(claim: Claim) -> str:
    """Return the requirement on truthful payoffs that defines a question."""
    return PAYOFF.get(claim.asked.ask, "residual-claimant")


def excluded(claim: Claim, model: Model) -> str:
    """Return what a negative answer about blocks says, up to its witness."""
    kind = claim.asked.transfers
    looks = f"{'stationary ' if model.horizon is None else ''}payments that look only at {_CLASS[kind]}"
    if claim.scope == "all":
        exact = (
            "for every own signal" if kind == "vcg-type" else "after truth, and at least that target after every lie"
        )
        return (
            f"No {looks} have expectations that are the target of {claim.asked.ask} {exact}, in every block, whatever action it is of; that "
            "condition is sufficient for such transfers under every rule, and this does not exclude them under the rule listed"
        )
    when = "in every period" if model.horizon is None else "in every period before the last"
    if claim.constant is not None:
        when += ", the last one playing the constant action"
    return f"No {looks} make truth periodic ex post incentive compatible under the rule listed and {_GIVES[requirement(claim)]} {when}"


def refuted_program(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check multipliers of the program of `implement` that asks the same; return the statement."""
    if model.horizon in (None, 1) or claim.constant is not None:
        raise Refuted("witness: multipliers, although no payments of an efficient last period follow a block")
    if claim.certificate.get("failures") is not None:
        raise Refuted("certificate.failures beside multipliers")
    require = ("pepic", requirement(claim))
    if claim.scope == "all":
        conflict, multipliers, shortfall = read_witness(claim, require, ledger)
        right = exclude(
            model,
            rule,
            targets_of(claim, model, rule, values),
            claim.asked.transfers == "contingent",
            multipliers,
            ledger,
        )
        falls_short(shortfall, right, ledger)
    else:
        program = Program(model, rule, values, claim.asked.transfers, require, "feasibility", {})
        conflict = refuted(claim, program, require, ledger)
    return f"{excluded(claim, model)}, whatever is paid in the last period (multipliers of {', '.join(map(show, conflict))}){RULE_ONLY}"
