"""The parts of an explanation that carry tables and numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from mechsynth.result.codec import Record
from mechsynth.result.witness import Mixture
from mechsynth.words import reading, witnesses
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.names import Names
from mechsynth.words.numbers import Number, brief, counted, paid, root, show
from mechsynth.words.reading import clean, fail, word
from mechsynth.words.transfers import HEADS, nested
from mechsynth.words.transfers import read as read_transfers


@dataclass(frozen=True, kw_only=True)
class Constraint(Record):
    """A lie, and what it loses."""

    period: int | None = None
    agent: str
    signals: Mapping[str, str]
    report: str
    slack: Fraction


@dataclass(frozen=True, kw_only=True)
class Incentives(Record):
    """The lies that lose the least and the most; none where nobody can lie."""

    tightest: Constraint | None = None
    slackest: Constraint | None = None


@dataclass(frozen=True, kw_only=True)
class Distance(Record):
    """The own signal whose belief is closest to the mixtures of the others, and the nearest mixture."""

    squared: Fraction
    period: int | None = None
    agent: str
    action: str
    others: Mapping[str, str]
    type_: str
    weights: Mapping[str, Fraction]

    def mixture(self) -> Mixture:
        """Return the nearest mixture, as a witness would say it."""
        return Mixture(
            period=self.period,
            agent=self.agent,
            action=self.action,
            others=self.others,
            type_=self.type_,
            weights=self.weights,
            shortfall=None,
        )


MOST_PAYMENTS = 24
_MOST_OTHERS = 5


def transfers(page: Page, answer: Answer, head: str = "Transfers (those not listed are zero)") -> None:
    """Put the payments on the page, and the largest."""
    if answer.transfers is None:
        fail("result.mechanism", "no transfers in it", "only a positive answer about a mechanism has them")
    found = read_transfers(answer.transfers, answer.names)
    top = found.largest()
    if top is None:
        page.say("No payments are needed: all transfers are zero.")
        return
    page.head(head)
    page.columns(HEADS, [entry.cells() for entry in found.entries[:MOST_PAYMENTS]])
    rest = len(found.entries) - MOST_PAYMENTS
    if rest > 0:
        page.say(f"... and {rest} more; they stand in the file.")
    page.say("An empty cell: the payment does not depend on it.")
    if found.idle:
        page.say(
            f"{counted(found.idle, 'further payment')} in the file would follow actions that the rule never takes "
            "at these "
            f"reports; they are never made."
        )
    if not found.records and any(entry.action.startswith("no. ") for entry in found.entries):
        page.say("The file does not name the actions; they are numbered in the order of the instance.")
    due = top.due if top.period or top.once else f"the {top.due}"
    due = f", {top.due}" if due.endswith("later") else f" in {due}"
    many = "The largest single entry" if found.records else "The largest payment"
    page.say(f"{many} in absolute value: {word(top.agent)} {paid(top.payment)}{due}{top.condition()}.")


def incentives(page: Page, answer: Answer) -> None:
    """Put the tightest and the slackest incentive constraint on the page."""
    value = answer.part("incentives", Incentives)
    if value is None:
        return
    tight, slack = value.tightest, value.slackest
    if tight is None and slack is None:
        page.say("No agent can lie: each has one signal only.")
        return
    parts = []
    for name, row in (("Tightest", tight), ("Slackest", slack)):
        if row is not None:
            parts.append(
                f"{name} incentive constraint: {_constraint(row, answer, f'certificate.incentives.{name.lower()}')}"
            )
    page.items(parts)


def _constraint(row: Constraint, answer: Answer, place: str) -> str:
    agent, signals, report, slack, period = row.agent, row.signals, row.report, row.slack, row.period
    if agent not in signals:
        fail(f"{place}.signals", "the agent's own signal is missing")
    if slack < 0:
        fail(f"{place}.slack", "it is negative: the lie would pay")
    others = {name: signal for name, signal in signals.items() if name != agent}
    around = witnesses.company(others, answer.names, period)
    act = "is just indifferent to" if slack == 0 else f"loses {show(slack)} by"
    start = (
        f"in {witnesses.when(period)}, {word(agent)} with signal {word(signals[agent])} {act} reporting {word(report)}"
    )
    return f"{start}{f', while {around}' if around else ''}."


def payoffs(page: Page, answer: Answer) -> None:
    """Put what each agent gets in total, by the profile of the first period, on the page."""
    value = answer.certificate.get("payoffs")
    if value is None:
        return
    data = reading.mapping(value, "certificate.payoffs")
    start = None if None in answer.names.periods else 1
    agents = answer.names.agents or tuple(data)
    grid: dict[tuple[int, ...], dict[str, Number]] = {}
    for agent, array in data.items():
        for index, payoff in nested(array, len(agents), f"certificate.payoffs.{agent}"):
            grid.setdefault(index, {})[agent] = payoff
    rows = []
    for index, entry in sorted(grid.items()):
        told = profile(
            answer.names, start, [answer.names.signal(start, a, k) for a, k in zip(agents, index, strict=True)], agents
        )
        rows.append([told, *(brief(entry[a]) if a in entry else "" for a in agents)])
    page.head(
        "Payoffs from period 1 on, with truthful reports"
        if start
        else "Payoffs from the first period on, with truthful reports"
    )
    page.columns(
        ("signals", *(clean(a) for a in agents)), [[row[0] or "any", *row[1:]] for row in rows[:MOST_PAYMENTS]]
    )
    if len(rows) > MOST_PAYMENTS:
        page.say(f"... and {len(rows) - MOST_PAYMENTS} more; they stand in the file.")


def profile(names: Names, period: int | None, signals: list[str], agents: tuple[str, ...]) -> str:
    """Return a profile, leaving out agents that have one signal only."""
    lone = names.at(period).lone
    return ", ".join(f"{clean(a)}: {s}" for a, s in zip(agents, signals, strict=True) if a not in lone)


def distance(page: Page, answer: Answer) -> None:
    """Put how close a signal comes to the mixtures of the others on the page."""
    data = answer.part("distance", Distance)
    if data is None:
        return
    if data.squared < 0:
        fail("certificate.distance.squared", "a negative square")
    # A distance stands where a witness would, so it is read as one.
    near = witnesses.read(data.mixture(), answer, "certificate.distance")
    square = data.squared
    page.say(
        f"Closest call: {witnesses.location(near, answer.names)}. What signal {word(near.type)} makes "
        f"{word(near.agent)} expect "
        f"is at distance ≈ {root(square)} (its square is {show(square)}) from the nearest mixture of its other "
        "signals, "
        f"{witnesses.mixture(near.weights)}. The closer, the larger the payments that separate them may have to be."
    )


def why(page: Page, answer: Answer, found: list[witnesses.Failure]) -> None:
    """Put the argument of the first failure on a page, and the others in a line each."""
    page.head("Why")
    for text in witnesses.story(found[0], answer):
        page.say(text)
    if len(found) > 1:
        page.head("Other failures")
        lines = [witnesses.brief_line(failure, answer.names) for failure in found[1 : 1 + _MOST_OTHERS]]
        rest = len(found) - 1 - _MOST_OTHERS
        page.items([*lines, f"... and {rest} more; they stand in the file"] if rest > 0 else lines)


def failing(answer: Answer) -> str:
    """Return the first failure of a negative answer in a line, and how many more there are."""
    found = witnesses.failures(answer)
    more = f" (and {counted(len(found) - 1, 'more failure')})" if len(found) > 1 else ""
    return witnesses.brief_line(found[0], answer.names) + more
