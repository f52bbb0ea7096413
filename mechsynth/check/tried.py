"""``certificate.tried`` of ``implement``: that transfers of smaller classes do not do it (``docs/certificates.md``).

Every entry is a negative answer to the same question about another class and the same rule, and is checked like any other; beside an optimum
also an optimum, which says how much the other class attains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod

from mechsynth.errors import InputError

from .envelope import Claim, nested, open_part
from .exact import Array
from .mechanism import read_allocation, read_plays
from .model import Model
from .play import Play, Rule, plays
from .text import items, number_text
from .verdict import Ledger

_PLACE = "certificate.tried"
# Which classes a class contains, payment by payment: the same sums, paid at the same time, looking at no more.
CONTAINS: dict[str, tuple[str, ...]] = {
    "history-independent": (),
    "vcg-type": (),
    "contingent": ("vcg-type",),
    "contingent+now": ("history-independent", "vcg-type", "contingent"),
    "full": ("vcg-type", "contingent"),
    "full+now": ("history-independent", "vcg-type", "contingent", "contingent+now", "full"),
}


def _same_rule(part: Claim, claim: Claim, model: Model, rule: Rule) -> bool:
    """Say whether two answers are about one rule: one that is given is known by its digest."""
    if part.asked.rule is not None or claim.asked.rule is not None:
        return part.asked.rule == claim.asked.rule
    assert part.mechanism is not None
    theirs = plays(read_allocation(part.mechanism["allocation"], model))
    return all((a.drawn == b.drawn).all() for a, b in zip(plays(rule), theirs, strict=True))


def check_weaker(claim: Claim, model: Model, rule: Rule, judge: Callable[[Claim], str], ledger: Ledger) -> str:
    """Check what a negative answer about ``pbic`` says of ``bnic``, with the same class of payments; return what that proves."""
    entry = claim.certificate.get("weaker")
    if entry is None:
        return ""
    with nested("certificate.weaker"):
        part = open_part(entry, claim, model, ledger)
        require = tuple("bnic" if name == "pbic" else name for name in claim.asked.require)
        asked = (part.ask, part.asked.transfers, part.asked.require, part.asked.objective)
        same = asked == (claim.ask, claim.asked.transfers, require, claim.asked.objective)
        ledger.claim(same and claim.asked.incentives == "pbic", "not the same question with bnic instead of pbic")
        ledger.claim(part.status in ("feasible", "infeasible"), f'status "{part.status}": not decided')
        inside = part.certificate.get("tried") is None and part.certificate.get("weaker") is None
        ledger.claim(inside, "answers within an answer")
        ledger.claim(_same_rule(part, claim, model, rule), "an answer about another rule")
        said = judge(part)
    return f" With bnic instead of pbic: {said}"


_RULES = "certificate.rules"


def check_every(
    claim: Claim,
    model: Model,
    rule: Sequence[Play],
    signs: Sequence[Array],
    judge: Callable[[Claim], str],
    ledger: Ledger,
) -> str:
    """Check the answers about all other efficient rules that a negative answer and an optimum carry; return what they prove.

    The rules are distinct, and as many as there are ways to choose among the optimal actions of all profiles, so they are all that draw nothing.
    """
    listed = claim.certificate.get("rules")
    if claim.status in ("feasible", "unbounded"):
        if listed is not None:
            raise InputError(_RULES, "stand in an answer that is had with one rule", "remove them")
        return ""
    ledger.claim(claim.status in ("infeasible", "optimal") and claim.strength == "exact", "not every rule is settled")
    seen = {tuple(tuple(play.drawn.tolist()) for play in rule)}
    best = None if claim.value is None else claim.numbers.fraction(claim.value, "value")
    for k, entry in enumerate(items([] if listed is None else listed, _RULES)):
        at = f"{_RULES}[{k}]"
        with nested(at):
            part = open_part(entry, claim, model, ledger)
            asked = replace(claim.asked, rule=part.asked.rule, every=False, made={})
            given = part.asked.rule is not None and part.certificate.get("claims") == ["efficient"]
            ledger.claim(given and replace(part.asked, made={}) == asked, "an answer to another question")
            settled = part.status == "infeasible" or part.status == claim.status == "optimal"
            ledger.claim(settled and part.strength == "exact", f'status "{part.status}": not settled')
            judge(part)
            assert part.mechanism is not None
            theirs = read_plays(part.mechanism["allocation"], model, part.numbers)
            ledger.claim(not any(play.draws for play in theirs), "a rule that draws")
            seen.add(tuple(tuple(play.drawn.tolist()) for play in theirs))
            ledger.claim(len(seen) == k + 2, "a rule that stands twice")
        if part.status == "optimal":
            value = part.numbers.fraction(part.value, f"{at}.value")
            assert best is not None
            better = value > best if claim.asked.objective == "max-revenue" else value < best
            ledger.claim(not better, f"{at}: {number_text(value)} is better than the value of the result")
    count = prod(int(n) for sign in signs for n in (sign == 0).sum(axis=0))
    ledger.claim(len(seen) == count, f"{_RULES}: {len(seen)} of {count} efficient rules")
    if count == 1:
        return " There is no other efficient rule."
    does = "does it" if claim.status == "infeasible" else "does better"
    return f" Nor {does} any other of the {count} efficient rules that draw no lots: all of them are tried."


def check_tried(claim: Claim, model: Model, rule: Rule, judge: Callable[[Claim], str], ledger: Ledger) -> str:
    """Check the negative answers that a result carries; return what they prove together, or nothing where there are none.

    Parameters
    ----------
    judge:
        Checks one answer.

    Raises
    ------
    Refuted
        If one of them is not proved, or is about another question, rule or instance.
    InputError
        If one of them is malformed, or two are about one class.
    """
    listed = claim.certificate.get("tried")
    if listed is None:
        return ""
    classes: list[str] = []
    values: dict[str, Fraction] = {}
    for k, entry in enumerate(items(listed, _PLACE)):
        at = f"{_PLACE}[{k}]"
        with nested(at):
            part = open_part(entry, claim, model, ledger)
            same = part.ask == claim.ask and part.asked.require == claim.asked.require
            ledger.claim(same and part.asked.objective == claim.asked.objective, "an answer to another question")
            settled = part.status == "infeasible" or part.status == claim.status == "optimal"
            ledger.claim(settled, f'status "{part.status}": not proved to fail')
            ledger.claim(part.certificate.get("tried") is None, "answers within an answer that was tried before")
            if part.asked.transfers in (*classes, *values, claim.asked.transfers):
                raise InputError("question.transfers", f"{part.asked.transfers} stands twice", "keep one")
            other = (
                "an answer about another efficient rule" if claim.asked.rule is None else "an answer about another rule"
            )
            ledger.claim(_same_rule(part, claim, model, rule), other)
            judge(part)
        if part.status == "infeasible":
            classes.append(part.asked.transfers)
        else:
            values[part.asked.transfers] = part.numbers.fraction(part.value, f"{at}.value")
    said = ""
    if classes:
        which = f"class {classes[0]}" if len(classes) == 1 else f"classes {', '.join(classes)}"
        said = f" Under the same rule no transfers of the {which} do."
    if values:
        best = ", ".join(f"{name} {number_text(value)}" for name, value in values.items())
        said += f" Under the same rule the optimum of other classes is: {best}."
    inside = CONTAINS[claim.asked.transfers]
    if claim.status != "infeasible" and inside and set(inside) <= set(classes):
        said += " So no class contained in this one does."
    return said
