"""``implement`` when payments may look several periods ahead: truth alone, after every window of earlier reports, whatever rents are left.

*Feasible*: records; what truth is worth under them is computed, and every lie is looked at after every window. *Infeasible*: multipliers of the rows of windows and of those that say what truth is worth.
"""

from __future__ import annotations

from dataclasses import replace

from mechsynth.errors import InputError

from ..ahead import Ahead
from ..envelope import Claim
from ..free import Free, Rented, Rents
from ..model import Model
from ..owed import read_owed
from ..plans import add_all
from ..play import Rule
from ..text import mapping, number_text, show, table
from ..values import Values
from ..verdict import Ledger, equal, saying
from . import implement
from .ahead import read_length


def judge(claim: Claim, model: Model, rule: Rule, values: Values, ledger: Ledger) -> str:
    """Check an answer, with a look-ahead or without; return the statement that is proved."""
    wanted = claim.asked.choices.get("look_ahead")
    if wanted is None:
        for key in ("look-ahead", "before"):
            if claim.certificate.get(key) is not None:
                raise InputError(f"certificate.{key}", "without a look-ahead", "remove it")
        return implement.judge(claim, model, rule, values, ledger)
    for key in set(claim.certificate) - {"ties", "look-ahead", "before"}:
        raise InputError(f"certificate.{key}", "does not go with a look-ahead", "remove it")
    laws = {i: Ahead(model, rule, i) for i in model.players}  # type: ignore[arg-type]
    if claim.status == "infeasible":
        if wanted == "auto" or claim.certificate.get("look-ahead") is not None:
            raise InputError("status", "infeasible says nothing of every look-ahead here", "name a number of periods")
        return f"No {_excluded(claim, laws, values, int(wanted), 'witness', ledger)}."
    if wanted == "auto":
        k = read_length(claim.certificate.get("look-ahead"), "certificate.look-ahead")
    elif claim.certificate.get("look-ahead") is not None or claim.certificate.get("before") is not None:
        raise InputError("certificate.look-ahead", "does not go with a given look-ahead", "remove it")
    else:
        k = int(wanted)
    assert claim.mechanism is not None
    own_report = claim.asked.transfers == "contingent"
    owed = read_owed(claim.mechanism["transfers"], laws, k, own_report, claim.numbers, "mechanism.transfers")
    for i, own in laws.items():
        if any(owed[i].historic(t) for t in range(model.count)):
            raise InputError("mechanism.transfers", "payments that look at earlier reports", "leave the history out")
        rows = Free(own, values, k, False)
        rows.settle(owed[i])
        proof = rows.report_proof()
        for t in range(model.count):
            for slack, name in rows.losses(owed[i], t, report_proof=proof):
                ledger.claim(slack >= 0, f"{name()}: slack {number_text(slack)} < 0" if slack < 0 else "")
    said = (
        f"With the {claim.asked.transfers} payments listed, due up to {_periods(k)} after the report, truth is periodic ex post incentive compatible after every history under the rule "
        "listed, which is efficient; every window of earlier reports was looked at."
    )
    before = claim.certificate.get("before")
    if before is None:
        return said
    if k == 1:
        raise InputError("certificate.before", "there is nothing before a look-ahead of one period", "remove it")
    with saying("certificate.before: "):
        less = _excluded(replace(claim, witness=before), laws, values, k - 1, "certificate.before", ledger)
    return f"{said} No {less}."


def _periods(k: int) -> str:
    return "1 period" if k == 1 else f"{k} periods"


def _excluded(claim: Claim, laws: dict[int, Ahead], values: Values, k: int, at: str, ledger: Ledger) -> str:
    entry = table(claim.witness, at, ("kind", "multipliers", "shortfall"))
    if entry["kind"] != "farkas":
        raise InputError(f"{at}.kind", "no multipliers", "farkas")
    given = mapping(entry["multipliers"], f"{at}.multipliers", "write {row: multiplier}")
    listed = {name: claim.numbers.fraction(y, f"{at}.multipliers") for name, y in given.items()}
    own_report = claim.asked.transfers == "contingent"
    plans = {i: Rents(Rented(own, values, k, False), own_report) for i, own in laws.items()}
    add_all(plans, listed, False, ledger)
    used = [plan for plan in plans.values() if plan.total or plan.right]
    ledger.claim(len(used) == 1, "multipliers: not of the rows of one agent")
    short = used[0].contradiction(ledger)
    equal(claim.numbers.fraction(entry["shortfall"], f"{at}.shortfall"), short, "shortfall", ledger)
    who = show(values.model.agents[used[0].rows.agent])
    return (
        f"{claim.asked.transfers} payments due up to {_periods(k)} after the report, on the reports of one period and those that follow, make truth periodic ex post incentive compatible after every "
        f"history under the efficient rule listed, whatever rents are left (rows of {who}, after windows of earlier reports)"
    )
