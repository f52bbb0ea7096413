"""Convex independence in words."""

from __future__ import annotations

from mechsynth.words import conditions
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

CONDITION = conditions.Condition(
    "Convex independence",
    "no signal makes the agent expect, of the others' next reports, a mixture of what its other signals make it expect",
    "contingent",
    "Theorem 3.1",
    " (Lemma 7.1)",
)
short = conditions.short


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    conditions.tell(page, answer, CONDITION)
