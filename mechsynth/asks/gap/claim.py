"""``gap``: two answers to other questions, each checked as itself, and their difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mechsynth.check.answers import check_answer
from mechsynth.check.asked import Asked
from mechsynth.check.claims.relaxed import REVEAL
from mechsynth.check.envelope import Claim, nested, open_part
from mechsynth.check.model import Model
from mechsynth.check.question import Question
from mechsynth.check.text import describe, number_text, table
from mechsynth.check.verdict import Ledger, Refuted, equal
from mechsynth.errors import InputError

_DEFAULTS = {
    "optimal": {"incentives": "pepic", "participation": "entry", "memory": "full", "lotteries": "yes", "weights": "1,0"}
}


def read(question: Mapping[str, Any], model: Model, _: object) -> Question:
    """Read the question with its choices."""
    table(question, "question", ("ask",), ("incentives", "reveal"))
    chosen = {"incentives": question.get("incentives", "pepic"), "reveal": question.get("reveal", "paths")}
    for key, choices in (("incentives", ("pepic", "pbic")), ("reveal", REVEAL)):
        if chosen[key] not in choices:
            raise InputError(f"question.{key}", f"found {describe(chosen[key])}", " or ".join(choices))
    if model.horizon is None or model.prior is None:
        raise InputError("instance", "has no last period, or no prior", "ask about a finite horizon with a prior")
    return Question(ask="gap", choices=chosen)


def judge(claim: Claim, model: Model, rule: object, values: object, ledger: Ledger) -> str:
    """Check both answers and subtract; return the statement that is proved."""
    if claim.value is None:
        raise Refuted("no value")
    chosen = claim.asked.choices
    found = table(claim.certificate, "certificate", ("relaxed", "optimal"))
    wanted = {
        "relaxed": ("holds", {"reveal": chosen["reveal"]}),
        "optimal": ("optimal", {**_DEFAULTS["optimal"], "incentives": chosen["incentives"]}),
    }
    numbers, said = {}, []
    for key, (status, choices) in wanted.items():
        with nested(f"certificate.{key}", found[key]):
            part = open_part(found[key], claim, model, ledger)
            same = part.ask == key and part.status == status and part.strength == "exact"
            ledger.claim(same, f"not a proved answer to {key}")
            ledger.claim(part.asked.choices == choices, "an answer to another question")
            said.append(check_answer(part, model, ledger))
            numbers[key] = part.numbers.fraction(part.value, "value")
    value = claim.numbers.fraction(claim.value, "value")
    equal(value, numbers["relaxed"] - numbers["optimal"], "value, the difference of the two", ledger)
    if claim.status == "fails":
        entry = table(claim.witness, "witness", ("kind", "shortfall"))
        if entry["kind"] != "gap":
            raise InputError("witness.kind", f"found {describe(entry['kind'])}", "gap")
        equal(claim.numbers.fraction(entry["shortfall"], "witness.shortfall"), value, "witness.shortfall", ledger)
    ledger.claim((value > 0) == (claim.status == "fails"), f"status {claim.status} with a gap of {number_text(value)}")
    return f"The bound exceeds the largest revenue by {number_text(value)}. {' '.join(said)}"


ASKED = Asked(
    judge,
    {"holds": ("relaxed", "optimal"), "fails": ("relaxed", "optimal")},
    read=read,
    beliefs=True,
    valued=("holds", "fails"),
    second=True,
)
