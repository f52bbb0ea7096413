"""The explanation of `implement`: which wishes hold together, at what price, or which are at odds and why."""

from __future__ import annotations

from dataclasses import dataclass, replace

from mechsynth.words import answers, own, reach, reading, rows, sections, wishes
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import Number, brief, counted, listed, number, show, signed, size
from mechsynth.words.reading import fail, item, word

_UNNAMED = "rows of other names"
_MOST_LIES = 12
_MOST_ROWS = 3
_HUGE = 10**20
_RELAXED = "certificate.relaxations"
_MINIMAL = "certificate.minimal"


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
        """The rows of ``pepic`` with their rates, the largest rate first."""
        return self.shares.get("pepic", [])

    @property
    def others(self) -> tuple[str, ...]:
        """The requirements besides ``pepic``."""
        return tuple(name for name in self.names if name != "pepic")


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.status == "infeasible" or answer.within:
        _fails(page, answer)
    else:
        _works(page, answer)


def wanted(answer: Answer) -> tuple[str, ...]:
    """Return the requirements that were asked for."""
    return reading.texts(item(answer.question, "require", "question"), "question.require")


def conflict(answer: Answer) -> Conflict:
    """Read the witness of a negative answer, and hold it to what it says it is."""
    if answer.witness is None:
        fail("result.witness", "a negative answer without a witness")
    data = answer.witness
    if item(data, "kind", "witness") != "farkas":
        fail("witness.kind", "not farkas", "implement is refuted by multipliers of rows")
    names = reading.texts(item(data, "conflict", "witness"), "witness.conflict")
    asked = wanted(answer)
    if not names or any(name not in asked for name in names):
        fail("witness.conflict", "not requirements of the question")
    shares: dict[str, list[tuple[str, Number]]] = {}
    listing = reading.mapping(item(data, "multipliers", "witness"), "witness.multipliers")
    for name, value in listing.items():
        place = f"witness.multipliers.{name}"
        weight = number(value, place)
        kind = rows.owner(name)
        if kind == "pepic" and weight < 0:
            fail(place, "a rate below 0")
        if weight != 0 and kind not in rows.DEFINITIONS:
            shares.setdefault(kind if kind in names else _UNNAMED, []).append((name, weight))
    for entries in shares.values():
        entries.sort(key=lambda entry: size(entry[1]), reverse=True)
    shortfall = number(item(data, "shortfall", "witness"), "witness.shortfall")
    if shortfall <= 0:
        fail("witness.shortfall", "it is not positive, so nothing fails here")
    least: dict[str, Number] = {}
    for index, entry in enumerate(reading.sequence(answer.certificate.get("relaxations") or (), _RELAXED)):
        place = f"{_RELAXED}[{index}]"
        row = reading.mapping(entry, place)
        name = reading.text(item(row, "requirement", place), f"{place}.requirement")
        least[name] = number(item(row, "least", place), f"{place}.least")
        if name not in names:
            fail(f"{place}.requirement", "not in the conflict")
    return _normalized(
        Conflict(names, shares, shortfall, least, reach.changing(answer, listing), reach.payoffs_alone(answer, listing))
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


def _works(page: Page, answer: Answer) -> None:
    asked = wanted(answer)
    name = answers.class_name(answer.kind)
    epsilon = answer.question.get("objective") == "min-epsilon" and answer.value != 0
    extra = [wish for wish in asked if wish != "pepic"]
    if epsilon:
        lead = f"The {name} transfers below play the efficient rule with the least possible gain from lying"
        page.say(f"{lead}{', and meet what else was required:' if extra else '.'}")
    else:
        page.say(
            f"Yes. The {name} transfers below implement the efficient rule periodic ex post: after every history and "
            "whatever everybody's signals, no agent gains by a false report while the others are truthful."
            + (" They also meet what else was required:" if extra else "")
        )
    page.items(own.meaning(answer, wish) for wish in extra)
    if answer.status == "unbounded":
        page.say(wishes.unbounded(answer.question))
    elif answer.status == "optimal":
        if answer.value is None:
            fail("result.value", "an optimum without a value")
        page.say(wishes.reached(answer.question, answer.value, _kind(answer)))
    sections.transfers(page, answer)
    sections.incentives(page, answer)
    sections.payoffs(page, answer)
    page.head("What this covers")
    best = (
        f" That nothing does better is proved for all {_class(answer)}, under this rule and these requirements."
        if answer.status == "optimal"
        else ""
    )
    page.say(
        f"What is proved covers this rule, these transfers and these requirements.{best}",
        own.covers(answer, asked),
        _not_asked(asked),
        _rents(asked),
        answers.ties_clause(answer),
    )


PAYOFFS = ("residual-claimant", "equal-shares", "no-payoff")


def _not_asked(asked: tuple[str, ...]) -> str:
    open_ones = []
    if not any(name.startswith("participation") for name in asked):
        open_ones.append("participation")
    if not any(name.startswith("budget") for name in asked):
        open_ones.append("budget balance")
    if not open_ones:
        return ""
    text = listed(open_ones)
    return f"{text[0].upper()}{text[1:]} {'were' if len(open_ones) > 1 else 'was'} not asked."


def _rents(asked: tuple[str, ...]) -> str:
    if any(name in asked for name in PAYOFFS):
        return ""
    return (
        "Unlike the questions contingent and vcg-type, this one does not ask that agents are residual claimants: they "
        "may keep any rent that the requirements leave them."
    )


def _class(answer: Answer) -> str:
    if answer.names.last == 1:
        return f"{answers.class_name(answer.kind)} transfers (payments on the reports of the one period)"
    base, plus, _ = answer.kind.partition("+")
    what = answers.CLASSES.get(base, "")
    if plus and what:
        what += ", and payments on the reports of the same period besides"
    elif what and answer.names.finite and base != "history-independent":
        what += "; in the last period, payments on the reports of that period"
    return f"{_kind(answer)} transfers{f' ({what})' if what else ''}"


def _kind(answer: Answer) -> str:
    """Return the class of transfers that was searched, as an adjective: ``stationary contingent``."""
    return f"{'stationary ' if answer.names.finite is False else ''}{answers.class_name(answer.kind)}"


def bound(answer: Answer) -> str | None:
    """Return the size of payments up to which a verified answer excludes them; None where the proof is exact."""
    if answer.strength != "verified":
        return None
    written = item(answer.certificate, "bound", "certificate")
    most = number(written, "certificate.bound")
    # Of the string, since long integers are not turned into one.
    if isinstance(written, str) and len(written) > 5 and written.strip("0") == "1" and written[0] == "1":
        return f"10^{len(written) - 1}"
    return show(most)


def _fails(page: Page, answer: Answer) -> None:
    found = conflict(answer)
    page.say(_headline(answer, found))
    page.head("Why")
    if len(found.names) > 1:
        page.say("These requirements cannot hold together:")
        page.items(own.meaning(answer, name) for name in found.names)
        page.say(_minimal(answer, found))
    within = bound(answer)
    if within is not None:
        page.say(
            "The rates are rounded, and what they leave over is bounded rigorously: the proof excludes every mechanism whose payments "
            f"are at most {within} in absolute value"
            + (", and says nothing about larger ones." if answer.within else "; the requirements allow no larger ones.")
        )
    plan(page, answer, found)
    _other_rows(page, answer, found)
    if found.least:
        page.head("What would have to give")
        page.say(
            "The least that dissolves this conflict"
            + (", if only one requirement is relaxed" if len(found.names) > 1 else "")
            + " (other conflicts may remain):"
        )
        page.items(wishes.relaxation(name, least) for name, least in found.least.items())
    page.head("What this covers")
    asked = wanted(answer)
    page.say(
        f"This covers all {_class(answer)}{f' with payments of at most {within}' if answer.within else ''}, this rule, and the {'requirements' if len(found.names) > 1 else 'requirement'} "
        f"{_named(found.names)}.",
        "No payment enters the proof, so no class of transfers does better." if found.payoffs_alone else "",
        own.covers(answer, found.names),
        _rents(asked) if not any(name in found.names for name in PAYOFFS) else "",
        reach.lasting(answer, found.changing),
        answers.ties_clause(answer),
    )
    steps = reach.next_steps(answer, found.names, found.payoffs_alone)
    if steps:
        page.head("What to ask next")
        page.items(steps)


def _named(names: tuple[str, ...]) -> str:
    return listed([word(name) for name in names])


def _headline(answer: Answer, found: Conflict) -> str:
    within = bound(answer)
    kind = answers.class_name(answer.kind) if found.changing else _kind(answer)
    name = f"{kind} transfers"
    lead = "No."
    if answer.within:
        name += f" with payments of at most {within} in absolute value"
        lead = "Unknown: the question is not decided. This is proved:"
    rest = [other for other in wanted(answer) if other not in found.names]
    spare = f" What else was required ({_named(tuple(rest))}) plays no part in this." if rest else ""
    if found.names == ("pepic",):
        return f"{lead} No {name} implement the efficient rule: whatever they are, some agent gains by a lie.{spare}"
    if "pepic" not in found.names:
        many = len(found.names) > 1
        return (
            f"{lead} No {name} under the efficient rule meet {_named(found.names)}"
            f"{' together' if many else ''}, not even if every agent were truthful by nature.{spare}"
        )
    return f"{lead} No {name} implement the efficient rule and meet {_named(found.others)}.{spare}"


def _minimal(answer: Answer, found: Conflict) -> str:
    """Return which requirements the others can do without: those for which the file carries transfers that meet the others."""
    meets = reading.mapping(answer.certificate.get("minimal") or {}, _MINIMAL)
    spare = [name for name in found.names if name in meets or name in found.least]
    if len(spare) == len(found.names):
        return "Dropping any one of them lets the others hold."
    if not spare:
        return ""
    others = "the others" if len(found.names) > 2 else "the other"
    return f"Dropping {listed([word(name) for name in spare], 'or')} lets {others} hold; of the rest this is not shown."


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
            "" if "pepic" in found.names else "No lie plays a part: the accounts alone do not add up.",
            "Weighted and added up, in the rows below every payment and every payoff cancels, and what they require is "
            f"still missed by {show(found.shortfall)} (the shortfall).",
        )
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
    held = f", if {_named(found.others)} {'hold' if len(found.others) > 1 else 'holds'}" if found.others else ""
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


def _lies(answer: Answer, found: Conflict) -> list[str]:
    lines = []
    for name, rate in found.lies[:_MOST_LIES]:
        row = rows.parse(name, answer.names)
        lines.append(f"{word(name) if row is None else rows.lie(row, answer.names)}: at rate {brief(rate)}")
    if len(found.lies) > _MOST_LIES:
        lines.append(f"... and {len(found.lies) - _MOST_LIES} more; they stand in the file")
    return lines


def _other_rows(page: Page, answer: Answer, found: Conflict) -> None:
    shares = {kind: entries for kind, entries in found.shares.items() if kind != "pepic"}
    if not shares:
        return
    page.say("The other requirements enter with these rows (the weights in brackets):" if found.lies else "The rows:")
    lines = []
    for kind, entries in shares.items():
        told = []
        for name, weight in entries[:_MOST_ROWS]:
            text = own.describe(answer, kind, name)
            if text is None:
                row = rows.parse(name, answer.names)
                text = word(name) if row is None else rows.describe(row, answer.names)
            told.append(f"{text} ({signed(weight)})")
        heavy = ", the heaviest" if len(entries) > _MOST_ROWS else ""
        lines.append(
            f"{kind if kind == _UNNAMED else word(kind)}, {counted(len(entries), 'row')}{heavy}: {'; '.join(told)}"
        )
    page.items(lines)
