"""Identifiability in words."""

from __future__ import annotations

from mechsynth.words import within
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

CONDITION = within.Condition(
    "Identifiability",
    "no change of the law of the reports, other than none, is one that every agent could have brought about alone",
    "with one period, where no signal makes its owner believe a mixture of what her other signals make her believe of the same period's reports: every rule whose expected surplus, given what is public, is at least what the outside options are worth has, whatever the utilities, payments that add up to zero at every profile of reports, under which truth is a best reply to truth (pbic) and no signal expects less than its outside option; and the surplus can be shared in any way. It gives condition B too.",
    "with one period, for some utilities some rule of expected surplus 0 has no payments that add up to zero at every profile of reports, under which truth is a best reply to truth given what each agent knows (pbic) and no signal expects less than 0. Of the utilities of this instance it says nothing: that is the question implement with pbic, budget:ex-post and participation:interim.",
)


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    within.tell(page, answer, CONDITION)
