"""A Groves mechanism of one's own in words."""

from __future__ import annotations

from mechsynth.words import groves
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

_GETS = (
    "From any period on each agent's payoff is the social surplus less an amount that only the others' signals "
    "decide, so a lie moves nothing but that surplus."
)
_BUDGET = "Participation and budget balance were not asked."


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    groves.tell(page, answer, _GETS, _BUDGET)
