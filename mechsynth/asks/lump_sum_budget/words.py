"""Whether entry fees pay for the pivot mechanism, in words."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from mechsynth.asks.lump_sum_budget import patience
from mechsynth.result.witness import Shortfall
from mechsynth.words import answers, sections
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import Number, show, size
from mechsynth.words.reading import fail, word


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.value is None:
        fail("result.value", "missing", "an answer to lump-sum-budget states the expected budget")
    yes = answer.status == "feasible"
    wrong = None if yes or isinstance(answer.witness, Shortfall) else answer.witness
    if wrong is not None:
        fail(
            "witness.kind",
            f"{word(wrong.kind)} is not a kind of witness of this question",
            "it should be budget",
        )
    amounts = answer.part("fees", dict[str, Fraction]) or {}
    least = "what leaving is worth" if answer.names.outside else "0"
    known = " and whatever is public" if answer.names.public else ""
    listed = [f"{word(agent)}: {show(fee)}" for agent, fee in amounts.items()]
    page.say(
        f"{'Yes' if yes else 'No'}. {_balance(answer.value, amounts)}",
        f"Every agent pays one fee at the start, whatever its signal{known}: the largest with which each first signal of its that can "
        f"occur still expects at least {least} from the mechanism (a negative fee is paid to the agent). The fees change nobody's "
        "incentives.",
    )
    if listed:
        page.head("Largest entry fees")
        page.items(listed)
    if yes:
        sections.transfers(page, answer)
        page.say(
            "With the payments, truth is periodic ex post incentive compatible; the fees are in them. Participation is at the "
            "start, given the own signal; the budget is an expectation over all periods together."
        )
    page.say(
        "This covers the pivot mechanism, this rule, and fees that do not depend on signals."
        " Other efficient mechanisms were not tried; some may do better. Whether one balances: --ask implement --transfers full+now --require budget:ex-ante --require participation:entry; "
        "with --objective max-revenue instead of a budget, how much it can raise, which is never less than the budget here. (participation:interim instead keeps everybody in after "
        "every history that truth can lead to, not only at the start.)",
        answers.ties_clause(answer),
    )
    patience.tell(page, answer)


def _balance(budget: Number, fees: Mapping[str, Number]) -> str:
    """Return what the payments of the pivot mechanism bring in or cost, what the fees do, and what is left over or missing."""
    if not fees:
        return f"The payments of the pivot mechanism and the largest entry fees are expected to come to {show(budget)} together."
    raised = sum(fees.values(), start=0 * budget)
    paid = budget - raised
    first = f"are expected to {'bring in' if paid >= 0 else 'cost'} {show(size(paid))}"
    if raised >= 0:
        second = f"entry fees bring in at most {show(raised)}"
    else:
        second = f"keeping everybody in at the start, every first signal that can occur, takes {show(-raised)}"
    if budget == 0:
        rest = "together that is exactly 0"
    else:
        rest = f"{show(size(budget))} is {'left over' if budget > 0 else 'missing'}"
    return f"Payments of the pivot mechanism {first}; {second}: {rest}."
