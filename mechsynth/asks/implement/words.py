"""Which wishes hold together, at what price, or which are at odds and why."""

from __future__ import annotations

from mechsynth.words import ahead, answers, notions, own, reach, rows, sections, wishes
from mechsynth.words.answers import bound
from mechsynth.words.conflicts import UNNAMED, Conflict, conflict, named, plan, short_line, wanted
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import brief, counted, listed, signed
from mechsynth.words.reading import fail, word

_MOST_ROWS = 3
_MINIMAL = "certificate.minimal"


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if ahead.asked(answer):
        ahead.tell_truth(page, answer)
        return
    if answer.status == "infeasible" or answer.within:
        _fails(page, answer)
    else:
        _works(page, answer)


def short(answer: Answer) -> str | None:
    """Return where the answer turns, for a row of a table."""
    if ahead.asked(answer):
        return ahead.short(answer)
    if answer.status == "infeasible":
        return short_line(conflict(answer))
    return None if answer.value is None else f"{word(str(answer.question.get('objective')))} {brief(answer.value)}"


def _works(page: Page, answer: Answer) -> None:
    asked = wanted(answer)
    name = answers.class_name(answer.kind)
    epsilon = answer.question.get("objective") == "min-epsilon" and answer.value != 0
    notion = notions.notion(asked)
    if not notion:
        fail("question.require", "nothing is asked of truth")
    extra = [wish for wish in asked if wish != notion]
    if epsilon:
        lead = f"The {name} transfers below play {answers.rule_words(answer)} with the least possible gain from lying"
        page.say(f"{lead}{', and meet what else was required:' if extra else '.'}")
    else:
        page.say(
            f"Yes. The {name} transfers below implement {answers.rule_words(answer)} {notions.SENSE[notion]}: {notions.works(notion)}."
            + (" They also meet what else was required:" if extra else "")
        )
    page.items(own.meaning(answer, wish) for wish in extra)
    if answer.status == "unbounded":
        page.say(wishes.unbounded(answer.question))
    elif answer.status == "optimal":
        if answer.value is None:
            fail("result.value", "an optimum without a value")
        page.say(wishes.reached(answer.question, answer.value, _kind(answer), answer.names.outside))
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
        answers.given_clause(answer),
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


def _fails(page: Page, answer: Answer) -> None:
    found = conflict(answer)
    page.say(_headline(answer, found), _weaker(answer))
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
        page.items(wishes.relaxation(name, least, answer.names.outside) for name, least in found.least.items())
    page.head("What this covers")
    asked = wanted(answer)
    page.say(
        f"This covers all {_class(answer)}{f' with payments of at most {within}' if answer.within else ''}, this rule, and the {'requirements' if len(found.names) > 1 else 'requirement'} "
        f"{named(found.names)}.",
        "No payment enters the proof, so no class of transfers does better." if found.payoffs_alone else "",
        own.covers(answer, found.names),
        _rents(asked) if not any(name in found.names for name in PAYOFFS) else "",
        reach.lasting(answer, found.changing),
        answers.ties_clause(answer),
        answers.given_clause(answer),
    )
    steps = _next_steps(answer, found.names, found.payoffs_alone)
    if steps:
        page.head("What to ask next")
        page.items(steps)


def _weaker(answer: Answer) -> str:
    """Return what the file says of ``bnic``, where ``pbic`` fails."""
    other = answer.certificate.get("weaker")
    status = other.get("status") if isinstance(other, dict) else None
    if status == "feasible":
        return (
            "A weaker sense is possible: with other transfers of the class truth is a best strategy from the start (bnic), though not after every own lie; "
            "--incentives bnic lists them."
        )
    if status == "infeasible":
        return "Nor is truth a best strategy from the start with any transfers of the class (bnic), so with this rule no direct mechanism of the class has truth as an equilibrium."
    return ""


def _headline(answer: Answer, found: Conflict) -> str:
    within = bound(answer)
    kind = answers.class_name(answer.kind) if found.changing else _kind(answer)
    name = f"{kind} transfers"
    lead = "No."
    if answer.within:
        name += f" with payments of at most {within} in absolute value"
        lead = "Unknown: the question is not decided. This is proved:"
    rest = [other for other in wanted(answer) if other not in found.names]
    spare = f" What else was required ({named(tuple(rest))}) plays no part in this." if rest else ""
    sense = "" if found.notion == "pepic" else f" {notions.SENSE.get(found.notion, '')}"
    if found.names == (found.notion,):
        return f"{lead} No {name} implement {answers.rule_words(answer)}{sense}: {notions.fails(found.notion)}.{spare}"
    if not found.notion:
        many = len(found.names) > 1
        return (
            f"{lead} No {name} under {answers.rule_words(answer)} meet {named(found.names)}"
            f"{' together' if many else ''}, not even if every agent were truthful by nature.{spare}"
        )
    return f"{lead} No {name} implement {answers.rule_words(answer)}{sense} and meet {named(found.others)}.{spare}"


def _minimal(answer: Answer, found: Conflict) -> str:
    """Return which requirements the others can do without: those for which the file carries transfers that meet the others."""
    meets = answer.part("minimal", dict[str, object]) or {}
    spare = [name for name in found.names if name in meets or name in found.least]
    if len(spare) == len(found.names):
        return "Dropping any one of them lets the others hold."
    if not spare:
        return ""
    others = "the others" if len(found.names) > 2 else "the other"
    return f"Dropping {listed([word(name) for name in spare], 'or')} lets {others} hold; of the rest this is not shown."


def _other_rows(page: Page, answer: Answer, found: Conflict) -> None:
    shares = {kind: entries for kind, entries in found.shares.items() if kind != found.notion}
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
            f"{kind if kind == UNNAMED else word(kind)}, {counted(len(entries), 'row')}{heavy}: {'; '.join(told)}"
        )
    page.items(lines)


_LARGER = {
    "history-independent": "contingent+now",
    "vcg-type": "contingent",
    "contingent": "full",
    "full": "full+now",
    "contingent+now": "full+now",
}
_BUDGET = ("budget:per-period", "budget:ex-post")
_GIVE_UP = "an agent may then keep less, or more."


def _next_steps(answer: Answer, names: tuple[str, ...], alone: bool) -> list[str]:
    """Return what to ask next: what the rows of the proof leave open."""
    steps = []
    if answer.within:
        steps.append(
            "Ask the same question without --strength verified, or with more time: an exact answer has no bound."
        )
    larger = _LARGER.get(answer.kind)
    if alone:
        if (
            "residual-claimant" in names
            and "budget:ex-ante" in names
            and len(answer.names.agents) - len(answer.names.public) > 1
        ):
            steps.append(
                "Ask ex-ante-balanced: fees in period 1, besides the transfers that make agents residual claimants, balance the budget ex ante."
            )
        steps += [f"Ask without {word(name)}: {_GIVE_UP}" for name in PAYOFFS if name in names]
    elif larger is not None and answer.names.last != 1:
        steps.append(f"Ask with --transfers {larger}: payments that may look at more.")
    if notions.notion(names):
        steps.append("Ask with --objective min-epsilon: transfers that leave the least gain from lying.")
    if any(name in names for name in _BUDGET):
        steps.append(
            "Ask without the budget requirement and with --objective min-subsidy: the least that the designer must pay in."
        )
    if "surplus:every-history" in names:
        steps.append(
            "Ask without surplus:every-history, with participation:ex-post and --objective min-rent: the least rent that "
            "must be left."
        )
    if any(name.startswith("bounded") for name in names):
        steps.append("Ask without the bound and with --objective min-max-transfer: the smallest bound that works.")
    if len(names) == 1 and notions.notion(names) and answers.ties(answer) and answer.question.get("ties") != "all":
        steps.append("Ask with --ties all: another efficient rule may do.")
    return steps
