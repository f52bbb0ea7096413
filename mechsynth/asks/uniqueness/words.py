"""How far efficient payments can leave the Groves family, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

from mechsynth.result.codec import Record
from mechsynth.result.witness import Interval as Witness
from mechsynth.words import answers, sections, typed
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import Number, brief, counted, show
from mechsynth.words.reading import clean, fail, word
from mechsynth.words.transfers import nested

_MOST_INTERVALS = 12
_MOST_LIES = 8
_FAMILY = (
    "In a Groves mechanism an agent's payoff is, from any period on, the social surplus less an amount that only the others' "
    "signals decide."
)


@dataclass(frozen=True)
class Interval:
    """How far the amount that an agent keeps less than the surplus can differ between two own signals."""

    agent: str
    period: int | None
    others: Mapping[str, str]
    signal: str
    against: str
    least: Number
    most: Number

    @property
    def width(self) -> Number:
        """The length of the interval."""
        return self.most - self.least


@dataclass(frozen=True, kw_only=True)
class Lie(Record):
    """A lie of a plan, with its weight, and what it loses of the surplus."""

    period: int | None = None
    signals: Mapping[str, str]
    report: str
    weight: Fraction
    loss: Fraction


@dataclass(frozen=True, kw_only=True)
class Proof(Record):
    """The lies that bound a difference."""

    lies: tuple[Lie, ...]
    attained: Any = None


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    reach = (
        "This covers payments that look only at the reports of their own period"
        + ("" if answer.names.finite else " (with an infinite horizon, by the same function in every period)")
        + ", and this rule; payments that look at more of the history may do more."
    )
    if answer.status == "holds":
        lasting = "" if answer.names.finite else ", by the same function in every period,"
        page.say(
            f"Yes. Of all payments on the reports of their own period{lasting} those of the dynamic Groves mechanisms are the only ones "
            "with which truth is periodic ex post incentive compatible under this efficient rule.",
            _FAMILY,
        )
        page.say(reach, answers.ties_clause(answer))
        return
    widest = _read(answer)
    page.say(
        "No. There are payments outside the Groves family that implement the efficient rule periodic ex post.",
        _FAMILY,
        "Here that amount can also move with the agent's own signal, as far as the intervals say and no further; "
        "0 lies in each of them.",
    )
    page.head("The widest interval")
    page.say(
        f"{_where(widest, answer)}: the amount at signal {word(widest.signal)} less the amount at {word(widest.against)} can be "
        f"anything from {show(widest.least)} to {show(widest.most)}, a width of {show(widest.width)}."
    )
    _plan(page, answer, widest, f"Why not more than {brief(widest.most)}", turned=False)
    _plan(page, answer, widest, f"Why not less than {brief(widest.least)}", turned=True)
    _table(page, answer)
    sections.transfers(page, answer, "Payments that attain the upper end (those not listed are zero)")
    page.say("Payments for every other end stand in the file.", reach, answers.ties_clause(answer))


def short(answer: Answer) -> str | None:
    """Return where the answer turns, for a row of a table."""
    return None if answer.value is None else f"the widest interval is {brief(answer.value)} wide"


def _read(answer: Answer) -> Interval:
    found = answer.witness
    if found is None:
        fail("result.witness", "missing", "a negative answer states the widest interval")
    if not isinstance(found, Witness):
        fail("witness.kind", f"{word(found.kind)} is not a kind of witness of this question", "it should be interval")
    return Interval(found.agent, found.period, found.others, found.signal, found.against, found.least, found.most)


def _where(interval: Interval, answer: Answer) -> str:
    lone = answer.names.at(interval.period).lone
    told = [f"{word(agent)} reports {word(signal)}" for agent, signal in interval.others.items() if agent not in lone]
    parts = [word(interval.agent), f"period {interval.period}" if interval.period else ""]
    return ", ".join([*filter(None, parts), *(["while " + " and ".join(told)] if told else [])])


def _tables(answer: Answer, key: str) -> list[tuple[int | None, Mapping[str, object], str]]:
    """Return period, tables by agent, and place."""
    place = f"certificate.{key}"
    if isinstance(answer.certificate.get(key), Mapping):
        return [(None, answer.needed(key, dict[str, object]), place)]
    listing = answer.needed(key, tuple[dict[str, object], ...])
    return [(t, entry, f"{place}[{t - 1}]") for t, entry in enumerate(listing, 1)]


def _plan(page: Page, answer: Answer, interval: Interval, head: str, turned: bool) -> None:
    """Put the lies that prove an end on the page, with weights that fit this interval."""
    one, other = (interval.against, interval.signal) if turned else (interval.signal, interval.against)
    bound = -interval.least if turned else interval.most
    at = _proof_index(answer, interval, one, other)
    listing = answer.needed("proofs", dict[str, tuple[Proof, ...]]).get(interval.agent, ())
    if at is None or at >= len(listing):
        return
    read = [(_lie(lie), lie.weight, lie.loss) for lie in listing[at].lies]
    total = sum((weight * loss for _, weight, loss in read), start=Fraction(0))
    lines = []
    for text, weight, loss in read[:_MOST_LIES]:
        scaled = weight * bound / total if total else weight
        lines.append(f"{text}: loses {brief(loss)} of the surplus, weight {brief(scaled)}")
    if len(read) > _MOST_LIES:
        lines.append(f"... and {counted(len(read) - _MOST_LIES, 'more lie')}; they stand in the file")
    page.head(head)
    page.say(
        "None of these lies may pay: what a lie saves in charges, beyond what the actions cost the others, is at most the surplus that it "
        f"loses. Weighted and added up, the lies save the difference in question{', its sign turned,' if turned else ''} and lose {show(bound)}."
    )
    page.items(lines)


def _lie(row: Lie) -> str:
    at = ", ".join(f"{clean(agent)}: {clean(signal)}" for agent, signal in row.signals.items())
    return f"{f'period {row.period}, ' if row.period else ''}at ({at}) report {word(row.report)}"


def _proof_index(answer: Answer, interval: Interval, one: str, other: str) -> int | None:
    known = answer.names.at(interval.period).signals
    profile = {**interval.others, interval.agent: one}
    for period, tables, place in _tables(answer, "proof"):
        if period != interval.period or interval.agent not in tables:
            continue
        entry: object = tables[interval.agent]
        path = [(agent, profile.get(agent, "")) for agent in answer.names.agents] + [(interval.agent, other)]
        for agent, signal in path:
            listing = typed.record(tuple[Any, ...], entry, f"{place}.{interval.agent}")
            own = known.get(agent, ())
            if signal not in own or own.index(signal) >= len(listing):
                return None
            entry = listing[own.index(signal)]
        return entry if isinstance(entry, int) and not isinstance(entry, bool) and entry >= 0 else None
    return None


def intervals(answer: Answer) -> list[Interval]:
    """Return the intervals that are not 0 alone, the widest first; of a positive answer nothing."""
    if answer.status != "fails":
        return []
    found = [interval for row in _tables(answer, "most") for interval in _intervals(answer, *row)]
    return sorted((each for each in found if each.width != 0), key=lambda each: each.width, reverse=True)


def _table(page: Page, answer: Answer) -> None:
    """Put the widest intervals on the page."""
    found = intervals(answer)
    if not found:
        return
    page.head("Intervals, the widest first")
    rows: list[Sequence[str]] = []
    for each in found[:_MOST_INTERVALS]:
        lone = answer.names.at(each.period).lone
        others = ", ".join(f"{clean(a)}: {clean(s)}" for a, s in each.others.items() if a not in lone)
        signals = f"{clean(each.signal)}, less at {clean(each.against)}"
        period = str(each.period or "")
        rows.append((clean(each.agent), period, others, signals, brief(each.least), brief(each.most)))
    page.columns(("agent", "period", "others", "amount at", "least", "most"), rows)
    if len(found) > _MOST_INTERVALS:
        page.say(f"... and {len(found) - _MOST_INTERVALS} more that are not 0 alone; they stand in the file.")


def _intervals(answer: Answer, period: int | None, tables: Mapping[str, object], place: str) -> list[Interval]:
    """Return the intervals of a period, each pair of signals once."""
    known, agents = answer.names.at(period).signals, answer.names.agents
    if any(agent not in known for agent in agents):
        return []
    found = []
    for i, agent in enumerate(agents):
        if agent in answer.names.public:
            continue
        at = f"{place}.{agent}"
        if agent not in tables:
            fail(at, "missing")
        cells = dict(nested(tables[agent], len(agents) + 1, at))
        sizes = [len(known[each]) for each in agents]
        for index in product(*map(range, sizes)):
            for k in range(index[i] + 1, sizes[i]):
                turned = (*index[:i], k, *index[i + 1 :], index[i])
                if (*index, k) not in cells or turned not in cells:
                    fail(at, "fewer entries than there are signals")
                others = {each: known[each][j] for each, j in zip(agents, index, strict=True) if each != agent}
                own = known[agent]
                ends = -cells[turned], cells[*index, k]
                found.append(Interval(agent, period, others, own[index[i]], own[k], *ends))
    return found
