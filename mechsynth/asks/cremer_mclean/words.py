"""The mechanism of Crémer and McLean in words."""

from __future__ import annotations

from mechsynth.words import expected
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page

_GETS = (
    "Every agent pays what it expects to gain over leaving, and takes a bet on the others' reports which is fair for the signal that it reports and loses on average with every "
    "other that it can have. So it expects exactly what leaving is worth, whatever its signal, and the designer expects the rest of the surplus."
)
_REST = "Nothing bounds the bets: payments may be large, and an agent may be worse off than outside once the others have reported. Ask implement with pbic, surplus:full and cap or liability."


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    expected.tell(page, answer, _GETS, _REST)
