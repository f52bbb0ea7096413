"""The spanning condition in words."""

from __future__ import annotations

from mechsynth.words import conditions, witnesses
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.reading import word
from mechsynth.words.witnesses import Failure

short = conditions.short


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    conditions.tell(page, answer, CONDITION)


def _convex_too(answer: Answer, found: list[Failure]) -> str:
    """Return what a dependence says about convex independence in the same scope."""
    for failure in found:
        signal = witnesses.mixed_signal(failure, answer)
        if signal is not None:
            return (
                f"Convex independence fails too: divided by its rate, the dependence makes signal {word(signal)} a mixture of the "
                "others."
            )
    if answer.scope == "all" and any(_two_outcomes(failure, answer) for failure in found):
        return "Convex independence fails too: of three beliefs over two next reports one lies between the others."
    last = "" if answer.names.finite is False else ", if the last period can be implemented,"
    rule = " that lead to this rule" if answer.scope == "policy" else ""
    return (
        f"Convex independence asks less and may still hold; then{last} contingent transfers make every agent residual claimant "
        f"whatever the utilities{rule}."
    )


def _two_outcomes(failure: Failure, answer: Answer) -> bool:
    """Return whether the others are known to have at most two next profiles of reports."""
    count = 1
    for agent in failure.others:
        size = answer.names.size(answer.names.following(failure.period), agent)
        if size is None:
            return False
        count *= size
    return count <= 2


CONDITION = conditions.Condition(
    "The spanning condition",
    "the beliefs about the others' next reports, one for each own signal, are linearly independent",
    "vcg-type",
    "Theorem 3.2",
    two_sided=True,
    weaker=_convex_too,
)
