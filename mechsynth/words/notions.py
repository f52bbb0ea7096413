"""What truth was asked to be, in words: the three notions of incentives, and the lies and strategies that refute them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from mechsynth.result.vocabulary import INCENTIVES
from mechsynth.words import rows
from mechsynth.words.envelope import Answer
from mechsynth.words.names import Names
from mechsynth.words.numbers import Number, brief, listed, number, show
from mechsynth.words.reading import word

Entries = Sequence[tuple[str, Number]]

SENSE = {
    "pepic": "periodic ex post",
    "pbic": "given what each agent knows",
    "bnic": "with truth a best strategy from the start",
}
_YES = {
    "pepic": (
        "after every history and whatever everybody's signals, no agent gains by a false report while the others are truthful"
    ),
    "pbic": (
        "after every history and whatever she has said before, no agent expects to gain by a false report, given what she knows, while the "
        "others are truthful"
    ),
    "bnic": (
        "no strategy of an agent, however she lies and goes on lying, is expected to be worth more to her from the start than truth while the "
        "others are truthful. After a lie of her own, or where truth never leads, truth need not be best"
    ),
}
_NO = {
    "pepic": "whatever they are, some agent gains by a lie",
    "pbic": "whatever they are, some agent expects to gain by a lie, given what she knows, after some history and some own past",
    "bnic": "whatever they are, some agent has a strategy that is expected to be worth more to her than truth",
}


def notion(names: Sequence[str]) -> str:
    """Return which of the three is among requirements; empty where none is."""
    return next((name for name in names if name in INCENTIVES), "")


def works(name: str) -> str:
    """Return what holds where a mechanism is incentive compatible."""
    return _YES[name]


def fails(name: str) -> str:
    """Return what holds where no mechanism is."""
    return _NO[name]


@dataclass(frozen=True)
class Plan:
    """Lies at rates: those that begin where truth leads to, and for ``bnic`` what is said after them."""

    begun: Entries
    after: Entries


def plan_of(answer: Answer, name: str, entries: Entries) -> Plan:
    """Return the rows of incentives of a proof, those at states that only lies lead to apart; only ``bnic`` has such, and they have no mass in the file."""
    if name != "bnic":
        return Plan(entries, ())
    mass = masses(answer)
    after = [entry for entry in entries if entry[0] not in mass]
    return Plan([entry for entry in entries if entry[0] in mass], after)


def masses(answer: Answer) -> dict[str, Fraction | float | int]:
    """Return the probabilities of the states that rows speak of, as the file lists them."""
    listed_ = answer.certificate.get("masses")
    if not isinstance(listed_, dict):
        return {}
    return {str(name): number(value, f"certificate.masses.{name}") for name, value in listed_.items()}


def weighed(answer: Answer, entries: Entries) -> Number:
    """Return how much lying there is: rates times the probabilities of the states, added up."""
    mass = masses(answer)
    return sum((rate * mass.get(name, 1) for name, rate in entries), 0 * entries[0][1])


def strategy(plan: Plan, names: Names, exits: Entries = ()) -> list[str]:
    """Return a strategy in words: the lies that begin it, and what follows with which probability; ``exits`` are rows of leaving."""
    lines = []
    for name, rate in plan.begun:
        row = rows.parse(name, names)
        text = word(name) if row is None else rows.lie(row, names)
        lines.append(f"{text}: at rate {brief(rate)}")
    totals: dict[str, Number] = {}
    for name, rate in plan.after:
        where = name_of_state(name, names)
        totals[where] = totals.get(where, 0 * rate) + rate
    left = []
    for name, rate in exits:
        row, where = rows.parse(name, names), name_of_state(name, names)
        if where in totals or (row is not None and row.told):
            totals[where] = totals.get(where, 0 * rate) + rate
            left.append((name, rate))
    for name, rate in left:
        row = rows.parse(name, names)
        share = rate / totals[name_of_state(name, names)]
        text = word(name) if row is None else rows.describe(row, names)
        lines.append(f"then leaves ({text}): {'always' if share == 1 else f'with probability {brief(share)}'}")
    for name, rate in plan.after:
        row = rows.parse(name, names)
        share = rate / totals[name_of_state(name, names)]
        text = word(name) if row is None else rows.lie(row, names)
        lines.append(f"then {text}: {'always' if share == 1 else f'with probability {brief(share)}'}")
    return lines


def name_of_state(name: str, names: Names) -> str:
    """Return what a row of ``bnic`` has in common with the others about the same state."""
    row = rows.parse(name, names)
    return name if row is None else repr((row.agent, row.period, row.signals, row.history, row.told, row.drawn))


def concluded(answer: Answer, name: str, plan: Plan, shortfall: Number, held: str) -> str:
    """Return what lies or strategies come to, whatever the transfers."""
    least, gap = show(shortfall / weighed(answer, plan.begun)), show(shortfall)
    agents = {row.agent for entry, _ in plan.begun if (row := rows.parse(entry, answer.names)) is not None}
    if name == "bnic":
        who = (
            f"{word(*agents)}, following this,"
            if len(agents) == 1
            else f"one of {listed(sorted(map(word, agents)))}, following this,"
        )
        return (
            f"Whatever the transfers{held}: {who} gains at least {least} on average over the times that a lie of it is begun. (The first lies, "
            f"times the probabilities of their states, come to a shortfall of {gap}.)"
        )
    return (
        f"Whatever the transfers{held}: the gains that the agents expect from these lies, weighted by the rates and by how likely the agent is to "
        f"know what the lie is made at, add up to at least {gap} (the shortfall), so one of them is expected to gain {least} or more, given what "
        "the agent knows."
    )
