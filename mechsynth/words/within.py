"""Conditions on beliefs within a period, in words: that one holds or fails, why, and the theorem that says what it is good for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mechsynth.result.witness import Dependence, Imbalance, Mixture, Suspects, Witness
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import show
from mechsynth.words.reading import fail, word
from mechsynth.words.typed import Foreign

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


def why(page: Page, witness: Witness | Foreign) -> None:
    """Say what speaks against a condition."""
    others: Mapping[str, str] = getattr(witness, "others", {})
    given = known(others)
    if isinstance(witness, Mixture):
        parts = [f"{show(w)} of what {word(k)} does" for k, w in witness.weights.items()]
        page.say(
            f"{word(witness.agent)}'s signal {word(witness.type_)} makes her expect of the others' reports exactly {' plus '.join(parts)}{given}."
        )
        return
    if isinstance(witness, Dependence):
        parts = [f"{word(k)}: {show(w)}" for k, w in witness.weights.items()]
        page.say(
            f"The beliefs of {word(witness.agent)}'s signals, with these factors, add up to 0{given}: {', '.join(parts)}."
        )
        return
    if not isinstance(witness, (Imbalance, Suspects)):
        fail("witness.kind", f"{word(witness.kind)} is not a kind of witness of this question")
    rows = [
        (word(agent), word(own), word(report), show(rate))
        for agent, lies in witness.plans.items()
        for own, rates in lies.items()
        for report, rate in rates.items()
    ]
    page.head(f"Rates at which a signal is reported as another{given}")
    page.columns(("agent", "signal", "reported as", "rate"), rows[:MOST])
    if len(rows) > MOST:
        page.say(f"... and {len(rows) - MOST} more; they stand in the file.")
    page.say("Each rate is per unit of probability of the signal. An agent who is not listed tells the truth.")


def known(others: Mapping[str, str]) -> str:
    """Return what is public, after a comma; nothing where nothing is."""
    told = [f"{word(j)} is {word(k)}" for j, k in others.items()]
    return f", given that {' and '.join(told)}" if told else ""
