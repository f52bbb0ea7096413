"""The balanced team mechanism in words."""

from __future__ import annotations

from mechsynth.words import expected
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

_GETS = (
    "In every period each agent is paid by how much its report raises what the others are expected to enjoy from then on, over what was expected "
    "before it, and the others pay it in equal parts; the payments of every period add up to zero at all reports."
)
_REST = "Participation was not asked: an agent may be worse off than outside. Ask implement with pbic, budget:ex-post and a participation requirement."


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    expected.tell(page, answer, _GETS, _REST)
