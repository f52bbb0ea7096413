"""Conditions on beliefs within a period, in words: that one holds or fails, why, and the theorem that says what it is good for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mechsynth.words import reading
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import number, show
from mechsynth.words.reading import item, word

MOST = 24  # lies that are listed

SETTING = (
    "It is about one period, in which every agent knows her own signal alone (and what is public), believes of the others' signals what "
    "the prior says given hers, and the others report the truth. Utilities and the rule have no part in it."
)


@dataclass(frozen=True)
class Condition:
    """A condition on the prior.

    Attributes
    ----------
    heading, says:
        Its name at the beginning of a sentence, and what it asks.
    gives:
        The theorem, where it holds.
    lacks:
        What follows where it fails.
    """

    heading: str
    says: str
    gives: str
    lacks: str


def tell(page: Page, answer: Answer, condition: Condition) -> None:
    """Put the explanation of a proved answer on a page."""
    holds = answer.status == "holds"
    page.say(
        f"{'Yes' if holds else 'No'}. {condition.heading} {'holds' if holds else 'fails'}. It asks that {condition.says}."
    )
    if not holds:
        assert answer.witness is not None
        why(page, answer.witness)
    page.say(f"What it means: {condition.gives if holds else condition.lacks}")
    page.say(SETTING)


def why(page: Page, witness: Mapping[str, object]) -> None:
    """Say what speaks against a condition."""
    kind = reading.text(item(witness, "kind", "witness"), "witness.kind")
    given = known(witness)
    if kind == "convex-combination":
        weights = reading.mapping(item(witness, "weights", "witness"), "witness.weights")
        agent, own = (word(reading.text(item(witness, key, "witness"), f"witness.{key}")) for key in ("agent", "type"))
        parts = [f"{show(number(w, 'witness.weights'))} of what {word(k)} does" for k, w in weights.items()]
        page.say(
            f"{agent}'s signal {own} makes her expect of the others' reports exactly {' plus '.join(parts)}{given}."
        )
        return
    if kind == "dependence":
        weights = reading.mapping(item(witness, "weights", "witness"), "witness.weights")
        agent = word(reading.text(item(witness, "agent", "witness"), "witness.agent"))
        parts = [f"{word(k)}: {show(number(w, 'witness.weights'))}" for k, w in weights.items()]
        page.say(f"The beliefs of {agent}'s signals, with these factors, add up to 0{given}: {', '.join(parts)}.")
        return
    plans = reading.mapping(item(witness, "plans", "witness"), "witness.plans")
    rows = []
    for agent, lies in plans.items():
        for own, rates in reading.mapping(lies, "witness.plans").items():
            for report, rate in reading.mapping(rates, "witness.plans").items():
                rows.append((word(agent), word(own), word(report), show(number(rate, "witness.plans"))))
    page.head(f"Rates at which a signal is reported as another{given}")
    page.columns(("agent", "signal", "reported as", "rate"), rows[:MOST])
    if len(rows) > MOST:
        page.say(f"... and {len(rows) - MOST} more; they stand in the file.")
    page.say("Each rate is per unit of probability of the signal. An agent who is not listed tells the truth.")


def known(witness: Mapping[str, object]) -> str:
    """Return what is public, after a comma; nothing where nothing is."""
    others = reading.mapping(witness.get("others") or {}, "witness.others")
    told = [f"{word(j)} is {word(reading.text(k, 'witness.others'))}" for j, k in others.items()]
    return f", given that {' and '.join(told)}" if told else ""
