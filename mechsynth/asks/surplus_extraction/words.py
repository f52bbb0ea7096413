"""Agents that are left with nothing, in words."""

from __future__ import annotations

from mechsynth.words import constructions
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.witnesses import Aim

short = constructions.short


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    constructions.tell(page, answer, AIM)


def _gains(answer: Answer) -> str:
    return (
        "The agents keep nothing and the designer gets the whole surplus: the expected discounted payments are "
        "E W(θ_1), the expected social surplus. Each agent pays an entrance fee in the period of its report (paid "
        "in: same period) and gets a bonus one period later (paid in: next period), which is never a charge. So "
        "after every history, also one that truth does not lead to, staying is worth the bonus that is due and "
        "nobody would rather leave."
    )


AIM = Aim(
    "To be left with nothing",
    "is left with nothing",
    "leave {} with nothing",
    "what leaves {} with nothing",
    "Here an agent must expect to be charged, next period, its whole utility of today.",
    gains=_gains,
    not_asked=(
        "After a history at which a bonus is due, the agents do keep that bonus: whether nothing can be left after every history is "
        "the question implement with surplus:every-history."
    ),
    left_open=(
        "extract the expected surplus",
        "with participation:interim and surplus:full, where payoffs may rise and fall with the others' signals",
    ),
    asks_less=(
        " --require participation:interim --require surplus:full: must an agent be left with nothing whatever the others' signals, or "
        "is it enough on average over them?"
    ),
    transfers="contingent+now",  # the fees are paid on the reports of the same period
    aligned=False,
    lies_lose=False,
    ends=False,
)
