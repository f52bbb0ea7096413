"""``implement``: do transfers of a class meet a list of requirements, and which are best?

A positive answer is checked on the mechanism, as it is played. Multipliers of the program's rows prove that there is no
such mechanism, or none better.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import partial

import numpy as np

from mechsynth.errors import InputError

from .changing import excludes_changing
from .classes import check_class
from .envelope import Claim
from .evaluation import Evaluation, evaluate_mechanism
from .exact import Array
from .facts import Fact, Facts
from .mechanism import read_transfers
from .minimal import check_minimal
from .model import Model
from .multipliers import Sum, check_bound, check_columns, check_ray, combine, read_multipliers
from .program import PAYOFFS, Program, share_of
from .question import Question
from .relaxed import check_relaxations, check_rows
from .text import describe, items, number_text, show, table
from .values import Values
from .verdict import Ledger, Refuted, equal
from .written import check_written, read_written, said


def judge(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check an answer to ``implement`` about an efficient rule; return the statement that is proved."""
    asked = claim.asked
    program = Program(model, rule, values, asked.transfers, asked.require, asked.objective, asked.bounds)
    program.written = read_written(claim.certificate.get("requirements"), asked, program.columns, claim.numbers)
    if claim.status in ("infeasible", "unknown"):
        return _infeasible(claim, model, rule, program, ledger)
    seeks = asked.objective != "feasibility"
    ledger.claim(seeks == (claim.status != "feasible"), f'status "{claim.status}" with the objective {asked.objective}')
    assert claim.mechanism is not None
    paid = read_transfers(claim.mechanism["transfers"], model, rule, claim.numbers)
    check_class(asked.transfers, model, paid)
    found = evaluate_mechanism(model, rule, paid, values)
    ledger.rows += found.rows
    value = None
    if claim.status == "optimal":
        if claim.value is None:
            raise Refuted('status "optimal" without a value')
        value = claim.numbers.fraction(claim.value, "value")
    epsilon = Fraction(0)
    if asked.objective == "min-epsilon" and found.least is not None:
        epsilon = max(-found.least.slack, Fraction(0)) if value is None else value
    check_requirements(asked, found, epsilon, ledger)
    check_written(program.written, program.columns, found.facts, ledger)
    met = f"meets {', '.join(asked.require)}"
    meant = said(program.written, asked.require)
    if value is None:
        if not seeks:
            return f"With the {_class(asked, model)} transfers listed the efficient rule listed {met}.{meant}"
        if claim.certificate.get("ray") is None:
            raise Refuted('status "unbounded" without certificate.ray')
        ray = read_multipliers(claim.certificate["ray"], claim.numbers, "certificate.ray")
        check_ray(program, ray, ledger)
        return (
            f"With the {_class(asked, model)} transfers listed the efficient rule listed {met}, and along the ray "
            f"{asked.objective} improves without end.{meant}"
        )
    equal(value, attained(asked, found), f"value of {asked.objective}", ledger)
    if claim.certificate.get("multipliers") is None:
        raise Refuted('status "optimal" without certificate.multipliers')
    multipliers = read_multipliers(claim.certificate["multipliers"], claim.numbers, "certificate.multipliers")
    total, right = combine(program, multipliers, None, ledger)
    total.add(Fraction(-1), program.objective())
    check_columns(program, total, ledger)
    best = right
    if asked.objective == "max-revenue":
        assert found.expected_surplus is not None
        best = found.expected_surplus - right
    equal(value, best, "value against the multipliers", ledger)
    return (
        f"With the {_class(asked, model)} transfers listed the efficient rule listed {met}"
        + (" (pepic up to the value)" if epsilon else "")
        + f", and no transfers of the class that do so have a better {asked.objective} than {number_text(value)}.{meant}"
    )


def _sought(claim: Claim, model: Model, multipliers: Mapping[str, Fraction]) -> str:
    """Return the payments that multipliers exclude, as a part of a sentence."""
    if model.horizon is None and claim.strength == "exact" and excludes_changing(claim.asked.transfers, multipliers):
        return f"{claim.asked.transfers} transfers, stationary or changing from period to period but bounded,"
    return f"{_class(claim.asked, model)} transfers"


def _class(asked: Question, model: Model) -> str:
    return ("stationary " if model.horizon is None else "") + asked.transfers


def refuted(claim: Claim, program: Program, require: Sequence[str], ledger: Ledger) -> list[str]:
    """Ask that the multipliers of a witness exclude every point of the program; return the conflict.

    Parameters
    ----------
    require:
        The requirements whose rows a conflict may hold.
    """
    conflict, multipliers, shortfall = read_witness(claim, require, ledger)
    total, right = combine(program, multipliers, conflict, ledger)
    check_columns(program, total, ledger)
    falls_short(shortfall, right, ledger)
    return conflict


def read_witness(
    claim: Claim, require: Sequence[str], ledger: Ledger
) -> tuple[list[str], dict[str, Fraction], Fraction]:
    """Return conflict, multipliers and shortfall of a witness of kind ``farkas``."""
    witness = table(claim.witness, "witness", ("kind", "conflict", "multipliers", "shortfall"))
    if witness["kind"] != "farkas":
        raise InputError("witness.kind", f"found {describe(witness['kind'])}", "farkas")
    conflict: list[str] = []
    for k, entry in enumerate(items(witness["conflict"], "witness.conflict")):
        if not isinstance(entry, str) or entry in conflict:
            raise InputError(f"witness.conflict[{k}]", f"found {describe(entry)}", "name each requirement once")
        ledger.claim(entry in require, f"conflict: {show(entry)} is not required")
        conflict.append(entry)
    multipliers = read_multipliers(witness["multipliers"], claim.numbers, "witness.multipliers")
    return conflict, multipliers, claim.numbers.fraction(witness["shortfall"], "witness.shortfall")


def falls_short(claimed: Fraction, right: Fraction, ledger: Ledger) -> None:
    """Ask that a shortfall is what the multipliers add up to, and above 0."""
    equal(claimed, right, "shortfall", ledger)
    ledger.claim(right > 0, f"shortfall {number_text(right)} is not above 0")


def _infeasible(claim: Claim, model: Model, rule: list[Array], program: Program, ledger: Ledger) -> str:
    conflict, multipliers, shortfall = read_witness(claim, claim.asked.require, ledger)
    total, right = combine(program, multipliers, conflict, ledger)
    bound = _bound(claim, program, conflict, (total, right), ledger)
    falls_short(shortfall, right, ledger)
    eased, names = check_relaxations(claim, conflict, rule, program, ledger)

    def meets(transfers: object, others: list[str]) -> None:
        check_rows(claim, transfers, others, rule, program, {}, ledger)

    eased = check_minimal(claim, conflict, names, meets) + eased
    within, lead, rest = "", "", ""
    if bound is not None and claim.status == "unknown":
        within = f" with payments of at most {_power(bound)} in absolute value"
        lead, rest = "The question is not decided; this is proved: ", "larger payments are not excluded, and "
    elif bound is not None:
        rest = "what the multipliers leave over is bounded for the payments that the requirements allow; "
    return (
        f"{lead}No {_sought(claim, model, multipliers)}{within} make the rule listed, which is efficient, meet {', '.join(conflict)}"
        f"{' together' if len(conflict) > 1 else ''}; {rest}other efficient rules, if there are ties, are not tried."
        f"{eased}{said(program.written, conflict)}"
    )


def _bound(
    claim: Claim, program: Program, conflict: Sequence[str], combined: tuple[Sum, Fraction], ledger: Ledger
) -> Fraction | None:
    """Check what multipliers leave over; return the size of payments up to which they exclude them, None for any size."""
    total, right = combined
    listed = claim.certificate.get("bound")
    if claim.strength != "verified":
        if listed is not None:
            raise Refuted('strength "exact" with certificate.bound: the result contradicts itself')
        check_columns(program, total, ledger)
        return None
    if listed is None:
        raise Refuted('strength "verified" without certificate.bound')
    bound = claim.numbers.fraction(listed, "certificate.bound")
    ledger.claim(bound > 0, f"certificate.bound: {number_text(bound)} is not above 0")
    if claim.status == "infeasible":
        most = min((size for name, size in claim.asked.bounds.items() if name in conflict), default=None)
        ledger.claim(
            most is not None and most <= bound,
            f"proves less than was asked: only payments of at most {_power(bound)} in absolute value are excluded, and no requirement "
            "of the conflict keeps payments below that. Ask the same question anew",
        )
    check_bound(program, total, right, bound, ledger)
    return bound


def _power(bound: Fraction) -> str:
    shown = number_text(bound)
    return f"10^{len(shown) - 1}" if len(shown) > 5 and shown.strip("0") == "1" else shown


def check_requirements(asked: Question, found: Evaluation, epsilon: Fraction, ledger: Ledger) -> None:
    """Ask that the mechanism meets every requirement of the format, incentives up to ``epsilon``."""
    for requirement in asked.require:
        if requirement == "pepic":
            least = found.least
            slack = Fraction(0) if least is None else least.slack + epsilon
            ledger.claim(slack >= 0, f"{least}: slack {number_text(slack)} < 0")
        elif requirement in asked.bounds:
            _check_payments(asked, found.facts, requirement, asked.bounds[requirement], ledger)
        elif requirement == "no-subsidy":
            _check_payments(asked, found.facts, requirement, None, ledger)
        elif requirement not in asked.written:
            _CHECKS[requirement](found.facts, ledger)


def _payments(asked: Question, facts: Facts) -> Sequence[tuple[Callable[[int], str], Array, int]]:
    kind = asked.transfers.removesuffix("+now")
    every = facts.payments(kind != "full", kind != "vcg-type")
    return [(name, paid.num, int(paid.den[()])) for name, paid in every]


def _check_payments(asked: Question, facts: Facts, head: str, bound: Fraction | None, ledger: Ledger) -> None:
    for name, num, den in _payments(asked, facts):
        slack = num if bound is None else bound.numerator * den - abs(num) * bound.denominator
        scale = den if bound is None else den * bound.denominator
        wrong = np.flatnonzero(slack < 0)
        ledger.rows += slack.size
        if wrong.size:
            row = int(wrong[0])
            raise Refuted(f"{head} {name(row)}: slack {number_text(Fraction(int(slack[row]), scale))} < 0")


def _not_negative(fact: Fact | None, ledger: Ledger) -> None:
    assert fact is not None
    ledger.claim(fact.value >= 0, f"{fact.name}: slack {number_text(fact.value)} < 0")


def _nothing(fact: Fact | None, ledger: Ledger) -> None:
    value = Fraction(0) if fact is None else fact.value
    ledger.claim(value == 0, f"{'' if fact is None else fact.name}: off by {number_text(value)}, not 0")


def _off(head: str, facts: Facts) -> Fact | None:
    return facts.off_share(head, share_of(head, len(facts.model.agents)))


def _per_period(facts: Facts, ledger: Ledger) -> None:
    for fact in facts.budgets:
        _nothing(fact, ledger)


def _no_deficit(facts: Facts, ledger: Ledger) -> None:
    payments = facts.expected_payments
    assert payments is not None
    ledger.claim(payments >= 0, f"budget:ex-ante: slack {number_text(payments)} < 0")


def _full(facts: Facts, ledger: Ledger) -> None:
    assert facts.rents is not None
    rent = sum(facts.rents, Fraction(0))
    ledger.claim(rent == 0, f"surplus:full: off by {number_text(rent)}, not 0")


def _every_history(facts: Facts, ledger: Ledger) -> None:
    for fact in facts.totals:
        _nothing(fact, ledger)


_CHECKS: dict[str, Callable[[Facts, Ledger], None]] = {
    **{head: partial(lambda head, facts, ledger: _nothing(_off(head, facts), ledger), head) for head in PAYOFFS},
    "participation:ex-post": lambda facts, ledger: _not_negative(facts.participation_ex_post, ledger),
    "participation:interim": lambda facts, ledger: _not_negative(facts.participation_interim, ledger),
    "participation:entry": lambda facts, ledger: _not_negative(facts.participation_entry, ledger),
    "participation:ex-ante": lambda facts, ledger: _not_negative(facts.participation_ex_ante, ledger),
    "budget:ex-ante": _no_deficit,
    "budget:per-period": _per_period,
    "budget:ex-post": lambda facts, ledger: _nothing(facts.unbalanced, ledger),
    "surplus:full": _full,
    "surplus:every-history": _every_history,
}


def attained(asked: Question, found: Evaluation) -> Fraction:
    """Return what the mechanism gives of the objective."""
    facts = found.facts
    if asked.objective == "max-revenue":
        assert facts.expected_payments is not None
        return facts.expected_payments
    if asked.objective == "min-rent":
        return facts.totals[1].value
    if asked.objective == "min-subsidy":
        return max([Fraction(0), *(-fact.value for fact in facts.budgets)])
    if asked.objective == "min-epsilon":
        return Fraction(0) if found.least is None else max(Fraction(0), -found.least.slack)
    sizes = [(abs(num), den) for _, num, den in _payments(asked, facts)]
    if asked.objective == "min-max-transfer":
        return max((Fraction(int(num.max()), den) for num, den in sizes), default=Fraction(0))
    return sum((Fraction(int(num.sum()), den) for num, den in sizes), Fraction(0))
