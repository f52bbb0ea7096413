"""Equal shares of the surplus, and a budget that balances, in words."""

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
        "Each agent keeps W/N, an equal share of the social surplus: its payoff from any period on, apart from what "
        "is still due from the period before. The budget balances in every period: given the reports of the period "
        "before, what all agents pay adds up to exactly 0 in expectation."
    )


AIM = Aim(
    "To keep an equal share of the surplus",
    "keeps an equal share of the surplus",
    "leave {} an equal share of the surplus",
    "what leaves {} an equal share of the surplus",
    "Here an agent must expect to be charged, next period, its utility of today less the average of all agents' utilities.",
    gains=_gains,
    not_asked="Participation was not asked, and single payments need not add up to 0: that is implement with budget:ex-post.",
    left_open=("balance the budget of each period", "with budget:per-period, where shares may be unequal"),
    asks_less=" --require budget:per-period: must the shares be equal, or is a balanced budget enough?",
    ends=False,
)
