"""The expected externality mechanism in words."""

from __future__ import annotations

from mechsynth.words import expected
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

_GETS = (
    "Every agent is paid what the others are expected to enjoy, given its report, and the others pay it in equal parts; the payments add up "
    "to zero at all reports."
)
_REST = "Participation was not asked: an agent may expect less than outside. Ask implement with pbic, budget:ex-post and participation:interim."


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    expected.tell(page, answer, _GETS, _REST)
