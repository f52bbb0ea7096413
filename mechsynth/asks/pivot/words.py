"""The pivot mechanism in words."""

from __future__ import annotations

from mechsynth.words import groves
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

_GETS = (
    "In every period each agent pays what its presence costs the others, so from any period on its payoff is its "
    "marginal contribution: the social surplus less the most that the others could get if the agent did not count "
    "and every action could still be taken."
)
_BUDGET = (
    "Participation and budget balance were not asked: an agent that dislikes what suits the others may be worse off"
    " than outside. Ask lump-sum-budget whether the payments with entry fees cover themselves."
)


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    groves.tell(page, answer, _GETS, _BUDGET)
