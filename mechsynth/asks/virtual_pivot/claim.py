"""``virtual-pivot``: a mechanism as it is played, what it earns, and a bound, which is an answer of its own."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mechsynth.check.answers import check_answer
from mechsynth.check.asked import Asked
from mechsynth.check.envelope import Claim, nested, open_part
from mechsynth.check.grown import Nodes, read_grown
from mechsynth.check.model import Model
from mechsynth.check.question import Question
from mechsynth.check.sequence import Terms, collected, holds, of_played, revenue
from mechsynth.check.text import describe, number_text, table
from mechsynth.check.verdict import Ledger, Refuted, equal
from mechsynth.errors import InputError

_CHOICES = {"strikes": ("kln", "grid"), "exclude": ("rule", "best")}


def read(question: Mapping[str, Any], model: Model, _: object) -> Question:
    """Read the question with its choices."""
    table(question, "question", ("ask",), tuple(_CHOICES))
    chosen = {}
    for key, choices in _CHOICES.items():
        value = question.get(key, choices[0])
        if not isinstance(value, str) or value not in choices:
            raise InputError(f"question.{key}", f"found {describe(value)}", " or ".join(choices))
        chosen[key] = value
    if model.horizon is None or model.prior is None:
        raise InputError("instance", "has no last period, or no prior", "ask about a finite horizon with a prior")
    return Question(ask="virtual-pivot", choices=chosen)


def judge(claim: Claim, model: Model, rule: object, values: object, ledger: Ledger) -> str:
    """Check an answer; return the statement that is proved."""
    if claim.value is None:
        raise Refuted("no value")
    value = claim.numbers.fraction(claim.value, "value")
    nodes = Nodes(model, "full")
    if not nodes.moved:
        nodes = Nodes(model, "first-and-current")
    played = read_grown(claim, nodes, ledger)
    point = of_played(nodes, played)
    holds(nodes, Terms("pepic", "entry", Fraction(1), Fraction(0), None), point, ledger)
    earned = revenue(nodes, point)
    collected(nodes, played, earned, ledger)
    equal(value, earned, "value, the revenue of the mechanism", ledger)
    with nested("certificate.relaxed", claim.certificate.get("relaxed")):
        part = open_part(claim.certificate.get("relaxed"), claim, model, ledger)
        same = part.ask == "relaxed" and part.status == "holds" and part.asked.choices == {"reveal": "paths"}
        ledger.claim(same, "not a proved answer to relaxed")
        said = check_answer(part, model, ledger)
        bound = part.numbers.fraction(part.value, "value")
    distance = bound - value
    return (
        f"In the mechanism listed truth is periodic ex post incentive compatible after every history, every first signal that can occur expects at least what leaving "
        f"is worth, and it is expected to earn {number_text(value)}. "
        + (
            "That is the bound, so no mechanism earns more. "
            if not distance
            else f"That is {number_text(distance)} less than the bound. "
        )
        + said
    )


ASKED = Asked(judge, {"feasible": ("relaxed",)}, read=read, valued=("feasible",), second=True, grown=True)
