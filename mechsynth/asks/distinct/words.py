"""Distinct beliefs in words."""

from __future__ import annotations

from mechsynth.words import within
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

CONDITION = within.Condition(
    "The condition that beliefs are distinct",
    "no two signals of an agent that she can have make her believe the same of the others' reports",
    "with one period, for every rule and all utilities there are payments that look at the reports of the period under which truth is a best reply to truth, given what each agent knows (pbic): a large multiple of the scores listed, paid to the agents, and a fine on reports of signals that nobody has. Nothing is said of budgets or participation.",
    "with one period, for some utilities some rule has no payments under which truth is a best reply to truth given what each agent knows: whatever the payments, the two signals expect the same of every report. For the utilities of this instance it may still have some: that is the question implement with pbic.",
)


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    within.tell(page, answer, CONDITION)
