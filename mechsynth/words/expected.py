"""Mechanisms whose payments are about what is expected, in words."""

from __future__ import annotations

from mechsynth.words import answers, sections
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

_TRUTH = (
    "Yes. Under the efficient rule with the payments below truth is a best reply to truth after every history, given what each agent knows then "
    "(pbic): its own signals, what all have reported, and the law of the others' signals. It need not be a best reply where an agent knew the "
    "others' signals (pepic): audit says whether it is."
)


def tell(page: Page, answer: Answer, gets: str, rest: str) -> None:
    """Put the explanation of a proved answer on a page: what everybody gets, and what was not asked."""
    page.say(_TRUTH, gets)
    sections.transfers(page, answer)
    page.say("What is proved covers this rule and these transfers.", rest, answers.ties_clause(answer))
