"""Condition B in words."""

from __future__ import annotations

from mechsynth.words import within
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

CONDITION = within.Condition(
    "Condition B",
    "no plans of lies, one an agent, move the law of the reports in one and the same way, other than not at all",
    "with one period, whatever the utilities: a rule that has payments under which truth is a best reply to truth, given what each agent knows (pbic), has such payments that add up to zero at every profile of reports. The payments listed, one set for each profile, take off what the others add up to.",
    "with one period, for some utilities some rule has payments under which truth is a best reply to truth, given what each agent knows (pbic), but none that add up to zero at every profile of reports. Of the utilities of this instance it says nothing: that is the question implement with pbic and budget:ex-post.",
)


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    within.tell(page, answer, CONDITION)
