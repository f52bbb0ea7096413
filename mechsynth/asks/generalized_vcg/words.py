"""The generalized VCG mechanism in words: thresholds and steps, what fails of the theorem's conditions, and why there are no payments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeVar

from mechsynth.result.codec import Record
from mechsynth.result.witness import Cycle
from mechsynth.words import answers, conflicts, sections, witnesses
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import Number, brief, show, size
from mechsynth.words.reading import clean, fail, word

_MOST_STEPS = 24
_MOST_VIOLATIONS = 5
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Fall(Record):
    """A violated condition: the higher of two actions is worth ``differences`` more than the lower at a lower and a higher signal."""

    kind: Literal["single-crossing", "increasing-differences"]
    agent: str
    period: int | None = None
    others: Mapping[str, str]
    actions: tuple[str, ...]
    signals: tuple[str, ...]
    differences: tuple[Fraction, ...]


@dataclass(frozen=True, kw_only=True)
class Threshold(Record):
    """An own signal from which on the rule takes the second action, the step of the payment there, and between what it must lie."""

    agent: str
    period: int | None = None
    others: Mapping[str, str]
    signal: str
    actions: tuple[str, ...]
    step: Fraction
    formula: Fraction
    least: Fraction
    most: Fraction


@dataclass(frozen=True, kw_only=True)
class Influence(Record):
    """An own signal that moves what the others learn next: the probabilities of their next signals at two own signals."""

    agent: str
    period: int | None = None
    action: str
    others: Mapping[str, str]
    signals: tuple[str, ...]
    next: Mapping[str, str]
    probabilities: tuple[Fraction, ...]


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.status == "feasible":
        _works(page, answer)
    else:
        _fails(page, answer)


def short(answer: Answer) -> str | None:
    """Return a negative answer in one line."""
    if answer.status != "infeasible":
        return None
    if _kind(answer) == "farkas":
        return conflicts.short_line(conflicts.conflict(answer))
    return witnesses.brief_line(witnesses.read(answer.witness, answer), answer.names)


def _works(page: Page, answer: Answer) -> None:
    page.say(
        "Yes. The payments below, made in the period of the report, implement the efficient rule periodic ex post: after every "
        "history and whatever everybody's signals, no agent gains by a false report while the others are truthful.",
        "Signals are ordered as in the file. A report enters its agent's payment through the action alone: where a higher "
        "signal changes the action, the payment changes by a step.",
    )
    falls = _falls(answer)
    if falls == ():
        page.say(
            "The conditions of Theorem 3.8 hold for the actions that the rule takes: in the order in which it takes them as the own "
            "signal rises, the social surplus is single crossing, and the agent's payoff, later payments included, has increasing "
            "differences."
        )
    elif falls:
        page.say(
            "The conditions of Theorem 3.8, which are sufficient and not necessary, do not all hold. Payments exist all the same."
        )
        _items(page, falls, answer)
    _influence(page, answer)
    _steps(page, answer)
    sections.transfers(page, answer)
    page.say(
        "What is proved covers this rule and these transfers. Participation and budget balance were not asked.",
        answers.ties_clause(answer),
    )


def _steps(page: Page, answer: Answer) -> None:
    """Put the thresholds on the page."""
    listing = answer.part("thresholds", tuple[Threshold, ...])
    if listing is None:
        return
    rows: list[list[str]] = []
    below = other = 0
    for index, each in enumerate(listing):
        place = f"certificate.thresholds[{index}]"
        period, agent, others, signal = each.period, each.agent, each.others, each.signal
        turn = _two(each.actions, f"{place}.actions")
        step, formula, least, most = each.step, each.formula, each.least, each.most
        if answer.exact and not least <= step <= most:
            fail(f"{place}.step", "not between the gains: a lie would pay")
        below += formula < least
        other += formula != step and formula >= least
        if len(rows) < _MOST_STEPS:
            around = witnesses.company(others, answer.names, period)
            time = "" if period is None else str(period)
            turned = " → ".join(clean(action) for action in turn)
            rows.append(
                [
                    clean(agent),
                    time,
                    around,
                    clean(signal),
                    turned,
                    brief(step),
                    brief(formula),
                    f"{brief(least)} … {brief(most)}",
                ]
            )
    if not rows:
        page.say("No own signal changes the action, whatever the others report: there are no thresholds.")
        return
    page.head("Thresholds")
    page.columns(
        ("agent", "period", "while", "from signal", "action", "pays more", "equation (4)", "must lie in"), rows
    )
    if len(listing) > len(rows):
        page.say(f"... and {len(listing) - len(rows)} more; they stand in the file.")
    total = len(listing)
    page.say(
        "From this signal on the agent pays so much more than one signal below. The step must lie between what the signal below "
        "and what this signal gain by the action, payoffs from later periods included.",
        f"Equation (4) is written for a continuum of signals; at {below} of {total} thresholds here it charges less than the signal below "
        "gains, and the step is another one."
        if below
        else "",
        f"At {other} of {total} thresholds another step than that of (4) is charged although (4) lies in these bounds."
        if other
        else "",
    )


def _fails(page: Page, answer: Answer) -> None:
    farkas = answer.certificate.get("farkas") is not None
    if _kind(answer) == "farkas":
        lasting = "stationary " if answer.names.finite is False else ""
        page.say(
            f"No. No {lasting}history-independent payments implement the efficient rule: whatever they are, some agent gains by a lie."
        )
        page.head("Why")
        conflicts.plan(page, answer, conflicts.conflict(answer))
        scope = f"This covers all {lasting}payments on the reports of their own period, and this rule."
        given = "payments in the file"
    else:
        chain = witnesses.read(answer.witness, answer)
        if chain.kind != "cycle":
            fail("witness.kind", "neither a cycle nor farkas")
        last = answer.names.last == chain.period
        agent, period = word(chain.agent), witnesses.when(chain.period)
        if last:
            page.say(
                f"No. The efficient rule of {period} cannot be implemented ex post, whatever is paid on its reports."
            )
            scope = "This covers all payments on the reports of that period, and this rule."
        else:
            if not farkas:
                fail(
                    "certificate.farkas",
                    "missing: a chain before the last period speaks of one choice of later payments",
                    "ask the same question anew",
                )
            page.say(
                "No. No history-independent payments implement the efficient rule: whatever they are, some agent gains by a lie."
            )
            scope = (
                "This covers all payments on the reports of their own period, in all periods, and this rule: multipliers in the "
                f"file prove it (certificate.farkas). The chain shows where it fails if {agent} pays later what stands in the file."
            )
        page.head("Why")
        for text in witnesses.story(chain, answer):
            page.say(text)
        if not last:
            page.say("A gain counts the payoffs from the later periods, with the payments in the file.")
        given = "payments in the file" if not last else ""
    falls = _falls(answer)
    if falls:
        page.head("Which condition of Theorem 3.8 fails")
        _items(page, falls, answer)
        if given and any(fall.kind == "increasing-differences" for fall in falls):
            page.say(f"What an action is worth to an agent counts its payoffs from later periods, with the {given}.")
    _influence(page, answer)
    page.head("What this covers")
    page.say(scope, answers.ties_clause(answer))
    page.head("What to ask next")
    steps = []
    if _kind(answer) == "cycle" and isinstance(answer.witness, Cycle) and answer.witness.period == answer.names.last:
        if answer.names.last != 1:
            steps.append(
                "Ask contingent or vcg-type with --last-period constant: one action in the last period, efficient before it."
            )
    else:
        steps.append(
            "Ask contingent or vcg-type: payments that look at the others' next reports can do it where signals move these."
        )
    steps.append(
        "Ask implement with --transfers history-independent and --objective min-epsilon: payments that leave the least gain from lying."
    )
    page.items(steps)


def _kind(answer: Answer) -> str:
    if answer.witness is None:
        fail("result.witness", "a negative answer without a witness")
    return answer.witness.kind


def _two(found: tuple[T, ...], place: str) -> tuple[T, T]:
    if len(found) != 2:
        fail(place, "not two")
    return found[0], found[1]


def _falls(answer: Answer) -> tuple[Fall, ...] | None:
    """Return the violated conditions; None where the file does not say."""
    found = answer.part("violations", tuple[Fall, ...])
    for index, fall in enumerate(found or ()):
        place = f"certificate.violations[{index}]"
        first, second = _two(fall.differences, f"{place}.differences")
        if first <= second:
            fail(f"{place}.differences", "they do not fall, so nothing fails here")
        _two(fall.actions, f"{place}.actions")
        _two(fall.signals, f"{place}.signals")
    return found


def _items(page: Page, falls: tuple[Fall, ...], answer: Answer) -> None:
    lines = [_sentence(fall, answer) for fall in falls[:_MOST_VIOLATIONS]]
    if len(falls) > _MOST_VIOLATIONS:
        lines.append(f"... and {len(falls) - _MOST_VIOLATIONS} more; they stand in the file")
    page.items(lines)
    if any(fall.kind == "increasing-differences" for fall in falls):
        page.say(
            "So the rule turns to the one action as the own signal rises, while the agent gains less by it. In the opposite order of the two actions the "
            "social surplus is not single crossing, unless society is indifferent between them where the rule takes them."
        )


def _sentence(fall: Fall, answer: Answer) -> str:
    agent = word(fall.agent)
    low, high = (f"action {word(action)}" for action in fall.actions)
    around = witnesses.company(fall.others, answer.names, fall.period)
    when = "" if fall.period is None else f" in period {fall.period}"
    place = f"{agent}{when}{f', while {around}' if around else ''}"
    first, second = (word(signal) for signal in fall.signals)
    if fall.kind == "single-crossing":
        return (
            f"Single crossing: {place}. The rule takes {low} at a lower own signal than {high}; but {_against(high, low, fall.differences[0], 'society')} at signal "
            f"{first}, and {_against(high, low, fall.differences[1], 'society')} at the higher signal {second}."
        )
    return (
        f"Increasing differences: {place}. The rule takes {low} at a lower own signal than {high}; but {_against(high, low, fall.differences[0], agent)} at "
        f"signal {first}, and {_against(high, low, fall.differences[1], agent)} at the higher signal {second}."
    )


def _against(high: str, low: str, difference: Number, whom: str) -> str:
    """Return ``a is worth 3 more than b to society``."""
    if difference == 0:
        return f"{high} is worth as much as {low} to {whom}"
    return f"{high} is worth {show(size(difference))} {'more' if difference > 0 else 'less'} than {low} to {whom}"


def _influence(page: Page, answer: Answer) -> None:
    """Say that an own signal moves the others' next signals, where the file says so."""
    found = answer.part("influence", Influence)
    if found is None:
        return
    place = "certificate.influence"
    agent, period, action, others, following = found.agent, found.period, word(found.action), found.others, found.next
    first, second = _two(found.signals, f"{place}.signals")
    chances = _two(found.probabilities, f"{place}.probabilities")
    if chances[0] == chances[1]:
        fail(f"{place}.probabilities", "not two different probabilities")
    around = witnesses.company(others, answer.names, period)
    told = ", ".join(f"{word(name)}: {word(signal)}" for name, signal in following.items())
    when = "" if period is None else f" in period {period}"
    page.say(
        f"The theorem assumes that nobody's signal moves the others' next signals. Here {word(agent)}'s does: after action {action}{when}"
        f"{f', while {around}' if around else ''}, the next reports {told} have probability {show(chances[0])} at its signal {word(first)} and {show(chances[1])} at "
        f"{word(second)}. The answer is proved all the same; but payments that look at the others' next reports can do more here."
    )
