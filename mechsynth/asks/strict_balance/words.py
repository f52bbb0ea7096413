"""Condition C in words."""

from __future__ import annotations

from mechsynth.words import within
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

CONDITION = within.Condition(
    "Condition C",
    "no plans of lies, not all of them without a lie, have one and the same effect on the law of the reports for every agent; that is condition B and distinct beliefs",
    "with one period, for every rule and all utilities there are payments that add up to zero at every profile of reports, under which truth is a best reply to truth given what each agent knows (pbic).",
    "with one period, for some utilities some rule has no payments that add up to zero at every profile of reports under which truth is a best reply to truth given what each agent knows (pbic). Of the utilities of this instance it says nothing: that is the question implement with pbic and budget:ex-post.",
)


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    within.tell(page, answer, CONDITION)
