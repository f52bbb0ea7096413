"""``contingent`` and ``vcg-type`` when payments may look several periods ahead.

*Feasible*: records, and the rows of ``windows.py`` one by one: what truth pays, and truth after every window; in scope ``all`` every action's target besides. *Infeasible*: a combination of beliefs of
which nothing is seen in ``k`` steps and whose targets ask for more than 0; of no look-ahead at all, with an invariant subspace; or multipliers of the rows after windows. With ``auto`` the answer names
the smallest number of periods, with a negative answer for one less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mechsynth.errors import InputError
from mechsynth.result.witness import Conflict, Dependence, Invariant, Mixture

from .. import histories
from ..ahead import ZERO, Ahead
from ..blocks import check_convex, profiles_of_blocks
from ..envelope import Claim, witness
from ..exact import Array, Exact
from ..model import Model
from ..owed import read_owed
from ..plans import Plan, add_all
from ..text import describe, flatten, label, mapping, number_text, show
from ..values import Values
from ..verdict import Ledger, equal, saying
from ..windows import Rows
from . import transfers
from .ahead import check_dimensions, check_invariant, read_length
from .beliefs import Combination, read_combination

_KEYS = ("look-ahead", "before", "ways", "dimensions")
_WAYS = ("report-proof", "windows", "together", "recursion")


def judge(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check an answer, with a look-ahead or without; return the statement that is proved."""
    if "look_ahead" not in claim.asked.choices:
        for key in _KEYS:
            if claim.certificate.get(key) is not None:
                raise InputError(f"certificate.{key}", "without a look-ahead", "remove it")
        return transfers.judge(claim, model, rule, values, ledger)
    for key in ("now", "failures", "incentives"):
        if claim.certificate.get(key) is not None:
            raise InputError(f"certificate.{key}", "does not go with a look-ahead", "remove it")
    laws = {i: Ahead(model, rule, i) for i in model.players}
    check_dimensions(claim, model, laws, ledger)
    wanted = claim.asked.choices["look_ahead"]
    auto = wanted == "auto"
    if auto and not (claim.status == "infeasible" and model.horizon is None):
        k = read_length(claim.certificate.get("look-ahead"), "certificate.look-ahead")
    elif claim.certificate.get("look-ahead") is not None:
        raise InputError("certificate.look-ahead", "does not go with this question", "remove it")
    else:
        k = 0 if auto else int(wanted)
    if not auto and any(claim.certificate.get(key) is not None for key in ("before", "dimensions")):
        raise InputError("certificate", "before or dimensions with a given look-ahead", "remove them")
    if claim.status == "infeasible":
        return _infeasible(claim, laws, values, k, ledger)
    return _feasible(claim, laws, values, k, ledger)


def _rows(laws: Mapping[int, Ahead], values: Values, k: int, claim: Claim) -> dict[int, Rows]:
    return {i: Rows(own, values, k, claim.constant is not None) for i, own in laws.items()}


def _contingent(claim: Claim) -> bool:
    return claim.ask == "contingent"


# -- feasible ---------------------------------------------------------------------------------------------------------


def _feasible(claim: Claim, laws: Mapping[int, Ahead], values: Values, k: int, ledger: Ledger) -> str:
    assert claim.mechanism is not None
    model = values.model
    ways = mapping(claim.certificate.get("ways", {}), "certificate.ways", "write {agent: way}")
    owed = read_owed(claim.mechanism["transfers"], laws, k, _contingent(claim), claim.numbers, "mechanism.transfers")
    rows = _rows(laws, values, k, claim)
    proof: list[bool] = []
    for i, own in rows.items():
        way = ways.get(model.agents[i])
        if way is not None and way not in _WAYS:
            raise InputError("certificate.ways", f"found {describe(way)}", f"one of {', '.join(_WAYS)}")
        proof.append(way == "report-proof")
        if proof[-1]:
            words = f"certificate.ways: a report of {show(model.agents[i])} moves what earlier payments still look at"
            ledger.claim(own.report_proof(), words)
        if histories.historic(owed[i], own):
            histories.met(own, owed[i], ledger)
        else:
            own.met(owed[i], ledger, proof[-1])
        if claim.scope == "all":
            histories.every_action(own, owed[i], ledger, _contingent(claim))
    if set(ways) - {model.agents[i] for i in model.players}:
        raise InputError("certificate.ways", "an agent who does not report", "list those that do")
    _payoffs(claim, rows, ledger)
    smallest = ""
    if claim.asked.choices["look_ahead"] == "auto":
        smallest = _smallest(claim, laws, values, k, ledger)
    when = "in every period" if model.horizon is None else "in every period before the last"
    surplus = (
        "the social surplus"
        if claim.constant is None
        else "the surplus of an efficient rule that is efficient in the last period too"
    )
    scope = "; the targets are met in every block, for every action" if claim.scope == "all" else ""
    windows = (
        "no report moves what is still due from earlier ones"
        if all(proof)
        else "every window of earlier reports was looked at"
    )
    return (
        f"With the payments listed, due up to {_periods(k)} after the report, truth is periodic ex post incentive compatible after every history ({windows}) under the rule "
        f"listed and gives every agent {surplus} {when}, what is due from earlier reports left aside{scope}.{smallest}"
    )


def _periods(k: int) -> str:
    return "1 period" if k == 1 else f"{k} periods"


def _smallest(claim: Claim, laws: Mapping[int, Ahead], values: Values, k: int, ledger: Ledger) -> str:
    """Check the negative answer for one period less, if there is one."""
    before = claim.certificate.get("before")
    if k == 1:
        if before is not None:
            raise InputError("certificate.before", "there is nothing before a look-ahead of one period", "remove it")
        return ""
    if before is None:
        return " Whether fewer periods are enough is not said."
    with saying("certificate.before: "):
        said = _excluded(replace(claim, witness=before), laws, values, k - 1, "certificate.before", ledger)
    return f" Payments due up to {_periods(k - 1)} after the report cannot do it{said}."


def _payoffs(claim: Claim, rows: Mapping[int, Rows], ledger: Ledger) -> None:
    claimed = claim.certificate.get("payoffs")
    if claimed is None:
        return
    model = next(iter(rows.values())).model
    period = model.period(0)
    for agent, entry in mapping(claimed, "certificate.payoffs", "write {agent: table}").items():
        i, at = label(agent, model.player_index, "certificate.payoffs", "agent"), f"certificate.payoffs.{show(agent)}"
        leaves, _ = flatten(entry, [(size, False) for size in period.sizes], at)
        said = Exact.of(claim.numbers.pairs(leaves, at), (period.profiles,))
        if rows[i].ends(0):
            raise InputError(at, "period 1 is the last", "leave payoffs out")
        for p in range(period.profiles):
            equal(said.at(p), rows[i].worth(0, p), f"payoff of {show(agent)} at {period.name(p)}", ledger)


# -- infeasible -------------------------------------------------------------------------------------------------------


def _infeasible(claim: Claim, laws: Mapping[int, Ahead], values: Values, k: int, ledger: Ledger) -> str:
    model = values.model
    name = f"{claim.ask} payments"
    scope = " with the targets met after every action (scope all)" if claim.scope == "all" else ""
    rule = (
        "under the efficient rule listed"
        if claim.constant is None
        else "under the rule listed, whose last action is constant"
    )
    if claim.asked.choices["look_ahead"] == "auto":
        if model.horizon is None:
            words = _never(claim, laws, values, ledger)
            return f"However many periods {name} look ahead, they make no mechanism of residual claimants{scope} {rule}{words}."
        ledger.claim(k >= model.horizon - 1, "certificate.look-ahead: there are more periods to look at")
    words = _excluded(claim, laws, values, k, "witness", ledger)
    return f"No {name} due up to {_periods(k)} after the report make every agent residual claimant{scope} {rule} with truth after every history{words}."


def _excluded(claim: Claim, laws: Mapping[int, Ahead], values: Values, k: int, at: str, ledger: Ledger) -> str:
    """Check that payments of so many periods are excluded; return what they may look at, and why, in words."""
    entry = claim.witness
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if kind == "farkas":
        return _plan(claim, laws, values, k, at, ledger)
    plain: type[Mixture | Dependence] = Mixture if _contingent(claim) else Dependence
    found = witness(plain, entry, at, claim.numbers, "farkas")
    combination = _combination(claim, laws, values, found, at, ledger)
    own, block = laws[combination.block.agent], combination.block
    if own.model.horizon is not None and block.t > 0 and claim.scope == "policy":
        still = Rows(own, values, k, claim.constant is not None).report_proof()
        words = "what is open from earlier reports may deter lies there besides"
        ledger.claim(still, f"{combination.name(own.model)}: {words}")
    then = own.model.following(block.t)
    word = own.visible(then, own.difference(block, combination.weights), own.left(block.t, k))
    told = "" if word is None else own.tell(then, word)
    ledger.claim(word is None, f"{combination.name(own.model)}: the combination shows in the reports {told}")
    return f" ({combination.name(own.model)})"


def _never(claim: Claim, laws: Mapping[int, Ahead], values: Values, ledger: Ledger) -> str:
    found = witness(Invariant, claim.witness, "witness", claim.numbers)
    if (found.type_ is None) == _contingent(claim):
        raise InputError(
            "witness.type", "not what the payments are about", "a mixture has a type, a dependence has none"
        )
    combination = _combination(claim, laws, values, found, "witness", ledger)
    own, text = laws[combination.block.agent], combination.name(values.model)
    start = own.difference(combination.block, combination.weights)
    check_invariant(own, start, found.basis, "witness", ledger, text)
    return f" ({text})"


def _combination(
    claim: Claim,
    laws: Mapping[int, Ahead],
    values: Values,
    found: Mixture | Dependence | Invariant,
    at: str,
    ledger: Ledger,
) -> Combination:
    """Return a combination of beliefs whose targets add up to more than 0, as much as is stated."""
    model, combination = values.model, read_combination(found, values.model, at)
    block, text = combination.block, combination.name(model)
    own = Rows(laws[block.agent], values, 1, claim.constant is not None)
    free = own.ends(model.following(block.t)) and claim.constant is None
    ledger.claim(not free, f"{text}: what is paid in the last period is free there")
    profiles = profiles_of_blocks(model, block.t, block.agent)[block.others]
    chosen = np.asarray(laws[block.agent].rule[block.t][profiles] == block.action)
    if combination.own is not None:
        others = {s: weight for s, weight in combination.weights.items() if s != combination.own}
        check_convex(others, combination.own, block, model, ledger)
    short = ZERO
    for s, weight in combination.weights.items():
        profile = int(profiles[s])
        short += weight * own.target(block.t, block.action, profile)
        if claim.scope == "policy":
            exact = s == combination.own if combination.own is not None else bool(chosen[s])
            if not exact:
                ledger.claim(weight >= 0, f"{text}: a negative rate at a signal after which the action is a lie")
                short -= weight * values.exact_gaps(block.t).at(block.action, profile)
    if claim.scope == "policy":
        at_own = bool(chosen.any() if combination.own is None else chosen[combination.own])
        ledger.claim(at_own, f"{text}: the rule takes another action there")
    ledger.claim(short > 0, f"{text}: the targets add up to {number_text(short)}, which is not above 0")
    ledger.claim(found.shortfall is not None, f"{text}: no shortfall is stated")
    equal(found.shortfall or ZERO, short, f"{text}, shortfall", ledger)
    return combination


def _plan(claim: Claim, laws: Mapping[int, Ahead], values: Values, k: int, at: str, ledger: Ledger) -> str:
    """Check multipliers of the rows after windows; each agent's own add up to nothing, or to a contradiction."""
    found = witness(Conflict, claim.witness, at, claim.numbers)
    if found.conflict:
        raise InputError(f"{at}.conflict", "the question has no requirements", "leave it out")
    listed = dict(found.multipliers)
    plans = {i: Plan(rows, _contingent(claim)) for i, rows in _rows(laws, values, k, claim).items()}
    add_all(plans, listed, claim.scope == "all", ledger)
    used = [plan for plan in plans.values() if plan.total or plan.right]
    ledger.claim(len(used) == 1, "multipliers: not of the rows of one agent")
    short = used[0].contradiction(ledger)
    equal(found.shortfall, short, "shortfall", ledger)
    who = show(values.model.agents[used[0].rows.agent])
    return f", as long as payments look at the reports of one period and those that follow (rows of {who}, after windows of earlier reports)"
