"""The team mechanism in words."""

from __future__ import annotations

from mechsynth.words import groves
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

_GETS = (
    "In every period each agent is paid what the others enjoy in it, so from any period on its payoff is the whole "
    "social surplus, and a lie moves nothing but that surplus."
)
_BUDGET = "Participation and budget balance were not asked; this mechanism usually runs a large deficit."


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    groves.tell(page, answer, _GETS, _BUDGET)
