"""Residual claimants, and fees that balance the budget ex ante, in words."""

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
    before = "every period" if answer.names.finite is False else "every period before the last"
    if answer.names.last == 1:
        claim = ""
    else:
        surplus = "the social surplus"
        if answer.constant is not None:
            surplus = "the surplus that an efficient last period would give (not that of what is played)"
        claim = (
            f"In {before}, and before the fee, they make each agent residual claimant: its payoff from then on, apart "
            f"from what is still due from the period before, is {surplus}. "
        )
    where = (
        "it stands below as paid in period 1, once"
        if answer.names.finite is False
        else "it is part of the payments below that are made in period 1"
    )
    return (
        f"{claim}The fee balances the budget ex ante: in period 1 each of the N agents pays on top, for each other agent, the "
        "share 1/(N − 1) of what that agent is expected to be paid given its first report. It looks only at the "
        f"others' reports and so changes nobody's incentives ({where}). With it the "
        "expected discounted sum of all payments is exactly 0."
    )


AIM = Aim(
    gains=_gains,
    not_asked=(
        "Participation was not asked: with the fee an agent may be worse off than outside. The budget balances over all periods together "
        "and in expectation, not in each period."
    ),
    left_open=("balance the budget ex ante", "with budget:ex-ante, where an agent may keep any rent"),
    asks_less=" --require budget:ex-ante: must agents be residual claimants, or is a balanced budget enough?",
    transfers="contingent+now",  # the fees are paid on the reports of the same period
    aligned=False,
)
