"""The explanation of mechanisms for private values: team, pivot, Groves, and whether entry fees pay for the pivot mechanism."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from mechsynth.words import answers, patience, reading, sections
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import Number, brief, number, show, size
from mechsynth.words.reading import clean, fail, item, word

_GETS = {
    "team": (
        "In every period each agent is paid what the others enjoy in it, so from any period on its payoff is the whole social "
        "surplus, and a lie moves nothing but that surplus."
    ),
    "pivot": (
        "In every period each agent pays what its presence costs the others, so from any period on its payoff is its marginal "
        "contribution: the social surplus less the most that the others could get if the agent did not count and every action "
        "could still be taken."
    ),
    "groves": (
        "From any period on each agent's payoff is the social surplus less an amount that only the others' signals decide, so "
        "a lie moves nothing but that surplus."
    ),
}
_ACCOUNTS = (
    ("marginal", "gets"),
    ("without", "the others without it"),
    ("distribution", "surplus less what it gets"),
    ("totals", "pays in all"),
)
_MOST_ACCOUNTS = 24
_BUDGET = {
    "team": "Participation and budget balance were not asked; this mechanism usually runs a large deficit.",
    "pivot": (
        "Participation and budget balance were not asked: an agent that dislikes what suits the others may be worse off than "
        "outside. Ask lump-sum-budget whether the payments with entry fees cover themselves."
    ),
    "groves": "Participation and budget balance were not asked.",
}


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.ask == "lump-sum-budget":
        _lump_sum(page, answer)
        return
    page.say(
        "Yes. The payments below, made in the period of the report, implement the efficient rule periodic ex post: after every "
        "history and whatever everybody's signals, no agent gains by a false report while the others are truthful.",
        _GETS[answer.ask],
    )
    sections.transfers(page, answer)
    _accounts(page, answer)
    page.say("What is proved covers this rule and these transfers.", _BUDGET[answer.ask], answers.ties_clause(answer))


def _lump_sum(page: Page, answer: Answer) -> None:
    if answer.value is None:
        fail("result.value", "missing", "an answer to lump-sum-budget states the expected budget")
    yes = answer.status == "feasible"
    if not yes and answer.witness is not None:
        kind = reading.text(item(answer.witness, "kind", "witness"), "witness.kind")
        if kind != "budget":
            fail("witness.kind", f"{word(kind)} is not a kind of witness of this question", "it should be budget")
    fees = reading.mapping(answer.certificate.get("fees") or {}, "certificate.fees")
    amounts = {agent: number(fee, f"certificate.fees.{agent}") for agent, fee in fees.items()}
    listed = [f"{word(agent)}: {show(fee)}" for agent, fee in amounts.items()]
    page.say(
        f"{'Yes' if yes else 'No'}. {_balance(answer.value, amounts)}",
        "Every agent pays one fee at the start, whatever its signal: the largest with which each first signal of its that can "
        "occur still expects at least 0 from the mechanism (a negative fee is paid to the agent). The fees change nobody's "
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


def _accounts(page: Page, answer: Answer) -> None:
    """Put what everybody ends up with from the first period on, by the first signals."""
    names, certificate = answer.names, answer.certificate
    signals = names.at(None if names.finite is False else 1).signals
    kept = [(key, what) for key, what in _ACCOUNTS if certificate.get(key) is not None]
    if not kept or len(signals) != len(names.agents):
        return
    tables = {key: reading.mapping(certificate[key], f"certificate.{key}") for key, _ in kept}
    sizes = [range(len(signals[agent])) for agent in names.agents]
    rows = []
    for profile in itertools.product(*sizes):
        told = ", ".join(word(signals[agent][k]) for agent, k in zip(names.agents, profile, strict=True))
        for agent in names.agents:
            cells = [_leaf(tables[key].get(agent), profile, f"certificate.{key}.{agent}") for key, _ in kept]
            rows.append([told, clean(agent), *cells])
    if len(rows) > _MOST_ACCOUNTS:
        page.say("What every agent gets and pays in all, by the first signals, stands in the file.")
        return
    page.head("From the first period on, expected and discounted, by the first signals")
    page.columns(["first signals", "agent", *(what for _, what in kept)], rows)


def _leaf(table: object, profile: tuple[int, ...], place: str) -> str:
    """Return an entry of a nested table; an axis of length 1 is one that it does not look at."""
    if table is None:
        return ""
    for k in profile:
        row = reading.sequence(table, place)
        if len(row) != 1 and k >= len(row):
            fail(place, "a list that is too short")
        if not row:
            fail(place, "an empty list")
        table = row[0] if len(row) == 1 else row[k]
    return brief(number(table, place))
