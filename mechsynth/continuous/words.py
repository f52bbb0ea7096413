"""Answers about signals on [0, 1] in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from mechsynth.errors import InputError
from mechsynth.words.layout import Page

ROWS = 24
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def explain(document: Mapping[str, Any]) -> str:
    """Return what a result says: whether payments are exact, how much they miss, and why none miss less.

    Raises
    ------
    InputError
        Where the document is no result of this format.
    """
    page = Page()
    try:
        _tell(page, document)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, ZeroDivisionError):
        raise InputError("result", "is not as mechsynth solve writes it", "solve again") from None
    return page.text()


def _tell(page: Page, document: Mapping[str, Any]) -> None:
    ask, status = document["question"]["ask"], document["status"]
    low, high = document["bounds"]
    page.head(f"{document['instance'].get('name', 'this instance')}: {ask}, signals on [0, 1]", "═")
    kind = "VCG-type" if ask == "vcg-type" else "contingent"
    if status == "feasible":
        page.say(
            f"Yes. With the {kind} payments below every agent is residual claimant at every signal in [0, 1] and after every action: what it expects to pay next period is minus the others' utilities over "
            "the discount factor" + (", and no less after a lie." if ask == "contingent" else ".")
        )
        page.say(
            "So truth is periodic ex post incentive compatible under every efficient rule, wherever this one changes its action."
        )
    elif status == "infeasible":
        page.say(
            f"No. Whatever the {kind} payments, polynomials or not, some agent's expected payment misses what would make it residual claimant, by {_number(low)} or more at some signals."
        )
        _why(page, document["witness"])
        if high is not None:
            close = "exactly that" if high == low else f"at most {_number(high)}"
            page.say(
                f"The payments below miss by {close}: the least error is {_number(low) if high == low else f'between {_number(low)} and {_number(high)}'}."
            )
        else:
            page.say("How much must be missed at most was not found.")
    else:
        page.say("Not decided: neither payments nor a reason why there are none were found.")
    if document["payments"]:
        _payments(page, document["payments"])
    if status == "infeasible":
        page.say(
            "This is asked of every action and lie (scope all). It does not say that no payments implement an efficient rule: agents may be left another payoff, and lies to a worse action cost surplus."
        )
    if status != "unknown":
        page.say(
            "Strength: exact, on the whole interval; the file carries the proof, and mechsynth check verifies it. That payments work on a grid of signals would prove nothing between them."
        )


def _why(page: Page, witness: Mapping[str, Any]) -> None:
    others = ", ".join(f"{name} has {value}" for name, value in witness["others"].items())
    agent, action = witness["agent"], witness["action"]
    page.head("Why")
    if witness["kind"] == "mixture-of-points":
        page.say(
            f"What {agent} expects of the others' next signals at its signal {witness['type']} is the mixture of what it expects at the signals below, where {others}. So whatever it is charged there, the mixture is "
            f"charged, and that is too little for them after {action}."
        )
    else:
        page.say(
            f"Weigh what {agent} expects of the others' next signals at the signals below with these weights, where {others}: it cancels, and so does every payment. What {agent} should pay after {action} does not cancel."
        )
    page.columns(("signal", "weight"), list(zip(witness["points"], witness["weights"], strict=True))[:ROWS])


def _number(value: str) -> str:
    exact = Fraction(value)
    return value if len(value) <= 20 else f"{float(exact):.9g}"


def _payments(page: Page, payments: Mapping[str, Sequence[Any]]) -> None:
    agents = list(payments)
    page.head("Payments one period later (those not listed are zero)")
    rows = [
        (name, str(a + 1), _polynomial(paid, agents))
        for name, own in payments.items()
        for a, paid in enumerate(own)
        if paid
    ]
    page.columns(("agent", "after action no.", "pays"), rows[:ROWS])
    page.say("A name stands for a report of today, with a prime for the next one.")


def _polynomial(terms: Sequence[Any], agents: Sequence[str]) -> str:
    names = [*agents, *(f"{name}'" for name in agents)]
    parts = []
    for coefficient, powers in terms:
        word = " ".join(
            name + (str(power).translate(SUPERSCRIPTS) if power > 1 else "")
            for name, power in zip(names, powers, strict=True)
            if power
        )
        sign = "− " if coefficient.startswith("-") else "+ "
        parts.append(sign + _number(coefficient.lstrip("-")) + (f" {word}" if word else ""))
    return " ".join(parts).removeprefix("+ ")
