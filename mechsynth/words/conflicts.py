"""Requirements that cannot hold together: the witness, read, and the deviation plan that it is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from mechsynth.result.codec import Record
from mechsynth.result.vocabulary import INCENTIVES
from mechsynth.result.witness import Conflict as Farkas
from mechsynth.words import notions, reach, reading, rows
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import Number, brief, listed, show, size
from mechsynth.words.reading import fail, item, word

UNNAMED = "rows of other names"
_MOST_LIES = 12
_HUGE = 10**20


@dataclass(frozen=True, kw_only=True)
class Relaxation(Record):
    """By how much a requirement of a conflict has to give way at least, and the transfers and multipliers that show it."""

    requirement: str
    least: Fraction
    transfers: Any = None
    multipliers: Any = None


@dataclass(frozen=True)
class Conflict:
    """A Farkas witness, read: multipliers by requirement (those of rows that only define payoffs are left out)."""

    names: tuple[str, ...]
    shares: dict[str, list[tuple[str, Number]]]
    shortfall: Number
    least: dict[str, Number]
    changing: bool = False
    payoffs_alone: bool = False

    @property
    def lies(self) -> list[tuple[str, Number]]:
        """The rows of incentives with their rates, the largest rate first."""
        return self.shares.get(self.notion, [])

    @property
    def notion(self) -> str:
        """What was asked of truth, if it is part of the conflict."""
        return notions.notion(self.names)

    @property
    def others(self) -> tuple[str, ...]:
        """The requirements besides incentives."""
        return tuple(name for name in self.names if name not in INCENTIVES)


def wanted(answer: Answer) -> tuple[str, ...]:
    """Return the requirements that were asked for."""
    return reading.texts(item(answer.question, "require", "question"), "question.require")


def conflict(answer: Answer) -> Conflict:
    """Read the witness of a negative answer, and hold it to what it says it is."""
    data = answer.witness
    if data is None:
        fail("result.witness", "a negative answer without a witness")
    if not isinstance(data, Farkas):
        fail("witness.kind", "not farkas", "implement is refuted by multipliers of rows")
    names, asked = data.conflict, wanted(answer)
    if not names or any(name not in asked for name in names):
        fail("witness.conflict", "not requirements of the question")
    shares: dict[str, list[tuple[str, Number]]] = {}
    for name, weight in data.multipliers.items():
        kind = rows.owner(name)
        if kind in INCENTIVES and weight < 0:
            fail(f"witness.multipliers.{name}", "a rate below 0")
        if weight != 0 and kind not in rows.DEFINITIONS:
            shares.setdefault(kind if kind in names else UNNAMED, []).append((name, weight))
    for entries in shares.values():
        entries.sort(key=lambda entry: size(entry[1]), reverse=True)
    if data.shortfall <= 0:
        fail("witness.shortfall", "it is not positive, so nothing fails here")
    least: dict[str, Number] = {}
    for index, entry in enumerate(answer.part("relaxations", tuple[Relaxation, ...]) or ()):
        least[entry.requirement] = entry.least
        if entry.requirement not in names:
            fail(f"certificate.relaxations[{index}].requirement", "not in the conflict")
    rows_used = data.multipliers
    return _normalized(
        Conflict(
            names,
            shares,
            data.shortfall,
            least,
            reach.changing(answer, rows_used),
            reach.payoffs_alone(answer, rows_used),
        )
    )


def _normalized(found: Conflict) -> Conflict:
    """Return a conflict whose rates are huge integers scaled to a largest of 1: a multiple of a proof is a proof."""
    most = max((size(weight) for entries in found.shares.values() for _, weight in entries), default=0)
    if most < _HUGE or isinstance(most, float):
        return found
    shares = {kind: [(name, weight / most) for name, weight in entries] for kind, entries in found.shares.items()}
    return replace(found, shares=shares, shortfall=found.shortfall / most)


def short_line(found: Conflict) -> str:
    """Return a conflict in one line."""
    names = [word(name) for name in found.names]
    if len(names) > 1:
        return f"{listed(names)} cannot hold together, short by {brief(found.shortfall)}"
    return f"{names[0]} fails by itself, short by {brief(found.shortfall)}"


def plan(page: Page, answer: Answer, found: Conflict) -> None:
    """Put the lies that a conflict combines on the page, and what they come to."""
    if answer.strength == "verified":
        # rounded rates cancel only almost: what they come to is the bound above, and no single gain
        if found.lies:
            page.say("The lies that the proof combines, and their rates:")
            page.items(_lies(answer, found))
        return
    if not found.lies:
        page.say(
            "" if found.notion else "No lie plays a part: the accounts alone do not add up.",
            "Weighted and added up, in the rows below every payment and every payoff cancels, and what they require is "
            f"still missed by {show(found.shortfall)} (the shortfall).",
        )
        return
    if found.notion in ("pbic", "bnic"):
        _believed(page, answer, found)
        return
    if found.others:
        page.say(
            "A deviation plan: these lies, at these rates, are profitable together, and no statistic in this transfer "
            f"class can detect them without breaking {listed([word(name) for name in found.others], 'or')}."
        )
    else:
        page.say(
            "A deviation plan: these lies, at these rates, are profitable together, and no statistic in this transfer "
            "class can detect them: what truth is charged and what the lies are charged cancel."
        )
    page.items(_lies(answer, found))
    # Payoffs are defined by equalities, so the weighted gains are the shortfall plus what the other rows have to spare.
    total = sum((rate for _, rate in found.lies), 0 * found.shortfall)
    held = f", if {named(found.others)} {'hold' if len(found.others) > 1 else 'holds'}" if found.others else ""
    least, gap = show(found.shortfall / total), show(found.shortfall)
    if len(found.lies) == 1:
        page.say(
            f"Whatever the transfers{held}: this lie gains at least {least} (times its rate, a shortfall of {gap})."
        )
        return
    page.say(
        f"Whatever the transfers{held}: the gains from these lies, weighted by the rates, add up to "
        f"{'at least ' if found.others else ''}{gap} (the shortfall), so at least one of them gains {least} or more."
    )


def _believed(page: Page, answer: Answer, found: Conflict) -> None:
    """Put the single lies of ``pbic``, or the strategy of ``bnic``, on the page, and what they come to."""
    plan = notions.plan_of(answer, found.notion, found.lies)
    strategy = found.notion == "bnic"
    what = (
        "A strategy of lies"
        if strategy
        else "A plan of single lies, each of an agent who knows what is said here and goes on with truth"
    )
    hidden = f" without breaking {listed([word(name) for name in found.others], 'or')}" if found.others else ""
    page.say(f"{what}. It is profitable, and no statistic in this transfer class can detect it{hidden}:")
    lines = (
        notions.strategy(plan, answer.names, found.shares.get("exit:interim", ())) if strategy else _lies(answer, found)
    )
    more = len(lines) - _MOST_LIES
    page.items(
        [*lines[:_MOST_LIES], *([f"... and {more} more; they stand in the file"] if strategy and more > 0 else [])]
    )
    held = f", if {named(found.others)} {'hold' if len(found.others) > 1 else 'holds'}" if found.others else ""
    if plan.begun:
        page.say(notions.concluded(answer, found.notion, plan, found.shortfall, held))


def _lies(answer: Answer, found: Conflict) -> list[str]:
    lines = []
    for name, rate in found.lies[:_MOST_LIES]:
        row = rows.parse(name, answer.names)
        lines.append(f"{word(name) if row is None else rows.lie(row, answer.names)}: at rate {brief(rate)}")
    if len(found.lies) > _MOST_LIES:
        lines.append(f"... and {len(found.lies) - _MOST_LIES} more; they stand in the file")
    return lines


def named(names: tuple[str, ...]) -> str:
    """Return requirements in a row: ``pepic and budget:ex-post``."""
    return listed([word(name) for name in names])
