"""The dynamic Groves mechanisms in words: what they give, their payments, and what everybody ends up with."""

from __future__ import annotations

import itertools

from mechsynth.words import answers, reading, sections
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import brief, number
from mechsynth.words.reading import clean, fail, word

_ACCOUNTS = (
    ("marginal", "gets"),
    ("without", "the others without it"),
    ("distribution", "surplus less what it gets"),
    ("totals", "pays in all"),
)
_MOST_ACCOUNTS = 24


def tell(page: Page, answer: Answer, gets: str, budget: str) -> None:
    """Put the explanation of a proved answer on a page: what everybody gets, and what is not asked of the budget."""
    page.say(
        "Yes. The payments below, made in the period of the report, implement the efficient rule periodic ex post: after every "
        "history and whatever everybody's signals, no agent gains by a false report while the others are truthful.",
        gets,
    )
    sections.transfers(page, answer)
    _accounts(page, answer)
    page.say("What is proved covers this rule and these transfers.", budget, answers.ties_clause(answer))


def _accounts(page: Page, answer: Answer) -> None:
    """Put what everybody ends up with from the first period on, by the first signals."""
    names, certificate = answer.names, answer.certificate
    signals = names.at(None if names.finite is False else 1).signals
    kept = [(key, what) for key, what in _ACCOUNTS if certificate.get(key) is not None]
    if not kept or len(signals) != len(names.agents):
        return
    tables = {key: answer.needed(key, dict[str, object]) for key, _ in kept}
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
