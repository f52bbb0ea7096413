"""How far efficient payments can leave the Groves family, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from mechsynth.words import answers, reading, sections
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import Number, brief, counted, number, show
from mechsynth.words.reading import clean, fail, item, word
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
    witness = answer.witness
    if witness is None:
        fail("result.witness", "missing", "a negative answer states the widest interval")
    kind = reading.text(item(witness, "kind", "witness"), "witness.kind")
    if kind != "interval":
        fail("witness.kind", f"{word(kind)} is not a kind of witness of this question", "it should be interval")
    agent, signal, against = (
        reading.text(item(witness, key, "witness"), f"witness.{key}") for key in ("agent", "signal", "against")
    )
    others = reading.labels(item(witness, "others", "witness"), "witness.others")
    least, most = (number(item(witness, key, "witness"), f"witness.{key}") for key in ("least", "most"))
    return Interval(agent, reading.period(witness, "witness"), others, signal, against, least, most)


def _where(interval: Interval, answer: Answer) -> str:
    lone = answer.names.at(interval.period).lone
    told = [f"{word(agent)} reports {word(signal)}" for agent, signal in interval.others.items() if agent not in lone]
    parts = [word(interval.agent), f"period {interval.period}" if interval.period else ""]
    return ", ".join([*filter(None, parts), *(["while " + " and ".join(told)] if told else [])])


def _tables(answer: Answer, key: str) -> list[tuple[int | None, Mapping[str, object], str]]:
    """Return period, tables by agent, and place."""
    place = f"certificate.{key}"
    value = item(answer.certificate, key, "certificate")
    if isinstance(value, Mapping):
        return [(None, reading.mapping(value, place), place)]
    listing = reading.sequence(value, place)
    return [(t, reading.mapping(entry, f"{place}[{t - 1}]"), f"{place}[{t - 1}]") for t, entry in enumerate(listing, 1)]


def _plan(page: Page, answer: Answer, interval: Interval, head: str, turned: bool) -> None:
    """Put the lies that prove an end on the page, with weights that fit this interval."""
    one, other = (interval.against, interval.signal) if turned else (interval.signal, interval.against)
    bound = -interval.least if turned else interval.most
    at = _proof_index(answer, interval, one, other)
    proofs = reading.mapping(item(answer.certificate, "proofs", "certificate"), "certificate.proofs")
    place = f"certificate.proofs.{interval.agent}"
    listing = reading.sequence(item(proofs, interval.agent, "certificate.proofs"), place)
    if at is None or at >= len(listing):
        return
    place = f"{place}[{at}].lies"
    lies = reading.sequence(item(reading.mapping(listing[at], place), "lies", place), place)
    read = [_lie(entry, f"{place}[{k}]") for k, entry in enumerate(lies)]
    total = sum((weight * loss for _, weight, loss in read), start=number(0, place))
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


def _lie(value: object, place: str) -> tuple[str, Number, Number]:
    row = reading.mapping(value, place)
    signals = reading.labels(item(row, "signals", place), f"{place}.signals")
    report = reading.text(item(row, "report", place), f"{place}.report")
    period = reading.period(row, place)
    weight, loss = (number(item(row, key, place), f"{place}.{key}") for key in ("weight", "loss"))
    at = ", ".join(f"{clean(agent)}: {clean(signal)}" for agent, signal in signals.items())
    return f"{f'period {period}, ' if period else ''}at ({at}) report {word(report)}", weight, loss


def _proof_index(answer: Answer, interval: Interval, one: str, other: str) -> int | None:
    known = answer.names.at(interval.period).signals
    profile = {**interval.others, interval.agent: one}
    for period, tables, place in _tables(answer, "proof"):
        if period != interval.period or interval.agent not in tables:
            continue
        entry: object = tables[interval.agent]
        path = [(agent, profile.get(agent, "")) for agent in answer.names.agents] + [(interval.agent, other)]
        for agent, signal in path:
            listing = reading.sequence(entry, f"{place}.{interval.agent}")
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
        cells = dict(nested(item(tables, agent, place), len(agents) + 1, at))
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
