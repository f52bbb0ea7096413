"""Answers about payments that look several periods ahead, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mechsynth.result.codec import Record
from mechsynth.result.witness import Conflict, Dependence, Invariant, Mixture
from mechsynth.words import sections, witnesses
from mechsynth.words.answers import class_name, rule_words, surplus_words, ties_clause
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import listed, show, signed
from mechsynth.words.reading import fail, word
from mechsynth.words.typed import witness as read_witness
from mechsynth.words.witnesses import Failure

KEY = "look_ahead"


@dataclass(frozen=True, kw_only=True)
class Reach(Record):
    """How far payments have to look ahead for an agent: why no less is enough, or why nothing is."""

    look_ahead: int | None = None
    before: Any = None
    never: Any = None
    separators: Any = None


def asked(answer: Answer) -> bool:
    """Return whether the question has a look-ahead of more than one period, or asks for the smallest."""
    return KEY in answer.question


def periods(count: object) -> str:
    """Return ``the next report`` or ``the next 3 reports``."""
    return "the next report" if count == 1 else f"the next {count} reports"


def looks(failure: Failure, until: str) -> str:
    """Return what a witness says of what is expected: ``signal 1 looks for ever like a half-half mixture of 0 and 2``."""
    if failure.kind == "convex-combination":
        return f"signal {word(failure.type)} looks {until} like {witnesses.mixture(failure.weights)}"
    rates = ", ".join(f"{signed(rate)} on {word(signal)}" for signal, rate in failure.weights.items())
    return f"at the rates {rates} what the signals make {word(failure.agent)} expect cancels {until}"


def short(answer: Answer) -> str | None:
    """Return where the answer turns, for a row of a table."""
    if isinstance(answer.witness, (Invariant, Mixture, Dependence)):
        failure = witnesses.read(answer.witness, answer)
        return f"{witnesses.location(failure, answer.names)}: {looks(failure, _until(answer))}"
    if answer.witness is not None and answer.status == "infeasible":
        return "lies after windows of earlier reports, weighted, cannot all be deterred"
    smallest = answer.certificate.get("look-ahead")
    return None if smallest is None else f"with {periods(smallest)}"


def _until(answer: Answer) -> str:
    if answer.question[KEY] != "auto":
        return f"for {answer.question[KEY]} periods"
    return "for ever" if answer.names.finite is False else "to the end"


def tell_condition(page: Page, answer: Answer, heading: str, suffices_for: str) -> None:
    """Put the explanation of a condition on beliefs on a page."""
    wanted = answer.question[KEY]
    if wanted == "auto":
        _smallest(page, answer, heading)
    elif answer.status == "holds":
        page.say(f"Yes. {heading} holds when payments may look at {periods(wanted)} of the others.")
    else:
        page.say(f"No. {heading} fails also when payments may look at {periods(wanted)} of the others.")
    if answer.status == "fails":
        failure = witnesses.read(answer.witness, answer)
        page.head("Why")
        page.say(*_why(failure, answer))
    page.head("What this covers")
    scope = "the actions that the rule takes" if answer.scope == "policy" else "every action"
    page.say(
        f"This is about beliefs only, and {scope}. What is expected is what truth brings from the next period on: the first step follows the block's action, every later "
        "one the efficient rule listed.",
        ties_clause(answer),
    )
    if answer.status == "holds":
        page.say(
            f"Whatever the utilities with this rule, {class_name(suffices_for)} payments that look as far then meet what each block asks for. It does not say that they "
            "are incentive compatible: while earlier payments are still open, a report can also move what is due from them. That is the question "
            f"{suffices_for} with the same look-ahead."
        )


def _why(failure: Failure, answer: Answer) -> list[str]:
    first = f"Where: {witnesses.location(failure, answer.names)}."
    said = looks(failure, _until(answer))
    text = f"{said[0].upper()}{said[1:]}."
    if isinstance(answer.witness, Invariant):
        text += (
            " The file lists a subspace that has the difference of these beliefs and all that it becomes, whatever the others report, period after period; nothing in it "
            "ever shows in a report. So no payment on later reports, however late, tells them apart."
        )
    return [first, text]


def _smallest(page: Page, answer: Answer, heading: str) -> None:
    lengths: list[int] = []
    told: list[str] = []
    for agent, found in answer.needed("agents", dict[str, Reach]).items():
        at = f"certificate.agents.{agent}"
        if found.never is not None:
            failure = witnesses.read(read_witness(found.never, f"{at}.never"), answer, f"{at}.never")
            told.append(
                f"{word(agent)}: with no look-ahead. {witnesses.location(failure, answer.names)}: {looks(failure, _until(answer))}."
            )
            continue
        if found.look_ahead is None:
            fail(f"{at}.look-ahead", "missing")
        lengths.append(found.look_ahead)
        less = f"; {_before(found, answer, found.look_ahead, at)}" if found.look_ahead > 1 else ""
        told.append(f"{word(agent)}: with {periods(found.look_ahead)}{less}.")
    if answer.status == "holds":
        page.say(
            f"Yes, with {periods(max(lengths, default=1))} of the others, and with no fewer, {heading[0].lower()}{heading[1:]} holds."
        )
    else:
        page.say(f"No. However many periods payments may look ahead, {heading[0].lower()}{heading[1:]} fails.")
    page.items(told)
    seen = answer.part("dimensions", dict[str, tuple[int, ...]])
    if seen is not None:
        parts = [f"{word(agent)} {', '.join(map(str, values))}" for agent, values in seen.items()]
        page.say(
            f"How much of the next profile shows in the others' reports within 1, 2, … periods, as dimensions: {'; '.join(parts)}. Where a number stops growing nothing "
            "more is ever seen."
        )


def _before(found: Reach, answer: Answer, count: int, at: str) -> str:
    failure = witnesses.read(read_witness(found.before, f"{at}.before"), answer, f"{at}.before")
    less = periods(count - 1)
    return f"with {less} it fails, since {looks(failure, 'so far')} ({witnesses.location(failure, answer.names)})"


# -- payments ---------------------------------------------------------------------------------------------------------

_WAYS = {
    "report-proof": "No report of {} moves what earlier payments still look at, so payments that meet every block are incentive compatible after every history.",
    "windows": "The payments of {} meet every block, and were found incentive compatible after every window of earlier reports, although a report can move what is still due.",
    "together": "A report of {} can move what is still due from earlier ones; its payments were chosen together, so that truth is best after every window of earlier reports.",
    "recursion": "No payments of {} on the reports of one period were found incentive compatible after every window; these look at all earlier reports, chosen forward from period to period.",
}


def tell_payments(page: Page, answer: Answer) -> None:
    """Put the explanation of payments that leave every agent the surplus on a page."""
    name = class_name(answer.kind)
    wanted = answer.question[KEY]
    if answer.status == "feasible":
        _found(page, answer, name, wanted)
        return
    rule = rule_words(answer).rstrip(",")
    how = (
        "however many periods they look ahead"
        if wanted == "auto"
        else f"also when they look at {periods(wanted)} of the others"
    )
    always = " after every action" if answer.scope == "all" else ""
    page.say(
        f"No. {name[0].upper()}{name[1:]} payments cannot make every agent residual claimant{always} under {rule}, {how}."
    )
    page.head("Why")
    if isinstance(answer.witness, Conflict):
        page.say(
            "A lie is read together with what was reported before: while payments for earlier reports are open, a lie can also move those. Rows below are lies after such "
            "windows, and what truth has to pay.",
            *witnesses.conflict_story(answer.witness, named=False),
        )
    else:
        failure = witnesses.read(answer.witness, answer)
        page.say(*_why(failure, answer), _short_by(failure, answer))
    page.head("What this covers")
    page.say(*_covers(answer, wanted), ties_clause(answer))


def _found(page: Page, answer: Answer, name: str, wanted: object) -> None:
    count = answer.certificate.get("look-ahead") if wanted == "auto" else wanted
    before = "every period" if answer.names.finite is False else "every period before the last"
    page.say(
        f"Yes. {name[0].upper()}{name[1:]} payments that look at {periods(count)} of the others implement {rule_words(answer).rstrip(',')} periodic ex post: after every history, "
        "whatever everybody's signals and whatever is still due from earlier reports, no agent gains by a false report while the others are truthful.",
        f"In {before} they make each agent residual claimant: its payoff from then on, apart from what is due from earlier reports, is {surplus_words(answer)}.",
    )
    ways = answer.part("ways", dict[str, str]) or {}
    for way, said in _WAYS.items():
        agents = [word(agent) for agent, own in ways.items() if own == way]
        if agents:
            page.say(said.format(listed(agents, "or")))
    if wanted == "auto" and isinstance(count, int) and count > 1:
        _less(page, answer, count)
    sections.transfers(page, answer)
    sections.payoffs(page, answer)
    page.say(
        "A payment is made once the last of its next reports is there. What is proved covers this rule and these payments; participation and budget balance were not asked.",
        ties_clause(answer),
    )


def _less(page: Page, answer: Answer, count: int) -> None:
    before = answer.certificate.get("before")
    if before is None:
        page.say("Whether fewer periods are enough was not decided.")
        return
    entry = read_witness(before, "certificate.before")
    less = periods(count - 1)
    if isinstance(entry, Conflict):
        page.say(
            f"{less[0].upper()}{less[1:]} would not do: lies after windows of earlier reports, weighted, cannot all be deterred."
        )
        return
    failure = witnesses.read(entry, answer, "certificate.before")
    page.say(
        f"{less[0].upper()}{less[1:]} would not do: {witnesses.location(failure, answer.names)}, {looks(failure, 'so far')}, and the charges miss by "
        f"{show(failure.shortfall or 0)}, in present values."
    )


def _short_by(failure: Failure, answer: Answer) -> str:
    amount = show(failure.shortfall or 0)
    less = " (less what the lie loses of the surplus, where it changes the action)" if answer.scope == "policy" else ""
    if failure.kind == "convex-combination":
        return (
            f"To be residual claimant, {word(failure.agent)} must expect to be charged one fixed amount in all when it truthfully reports {word(failure.type)}, and the other signals at least their own "
            f"amounts{less}. Whatever {word(failure.type)} is charged, the mixture is charged, and on average over the mixture that is {amount} too little, in present values."
        )
    return (
        f"So every payment that looks at these reports cancels. What the signals must expect to be charged for {word(failure.agent)} to be residual claimant{less} adds up, at these rates, to "
        f"{amount} more than that, in present values."
    )


def _covers(answer: Answer, wanted: object) -> list[str]:
    reach = (
        "only the actions that the rule takes (scope policy)"
        if answer.scope == "policy"
        else "every action, also those that the rule never takes (scope all)"
    )
    parts = [f"This covers {class_name(answer.kind)} payments, this rule, and {reach}."]
    if isinstance(answer.witness, Conflict):
        parts.append(
            "It is about payments that look at the reports of one period and at what the others report after it. Payments that look at more of the past are not covered."
            + ("" if wanted == "auto" else " Nor is a longer look-ahead.")
        )
    else:
        parts.append(
            "Payments that also look at earlier reports do not help: after any history the same signals look alike."
        )
    if answer.scope == "all":
        parts.append("Scope all suffices for such payments and is not needed for them: ask with --scope policy.")
    parts.append(
        "It does not say that no payments implement the rule and leave an agent another rent: that is the question implement, with the same look-ahead."
    )
    return parts


# -- truth alone ------------------------------------------------------------------------------------------------------


def tell_truth(page: Page, answer: Answer) -> None:
    """Put the explanation of payments that look several periods ahead and only have to make truth best on a page."""
    name, wanted = class_name(answer.kind), answer.question[KEY]
    rule = rule_words(answer).rstrip(",")
    reach = "payments on the reports of one period and on what the others report after it; payments that look at more of the past are not covered, and neither is a longer look-ahead"
    if answer.status == "feasible":
        count = answer.certificate.get("look-ahead") if wanted == "auto" else wanted
        page.say(
            f"Yes. {name[0].upper()}{name[1:]} payments that look at {periods(count)} of the others implement {rule} periodic ex post: after every history, whatever everybody's signals and "
            "whatever is still due from earlier reports, no agent gains by a false report while the others are truthful.",
        )
        if wanted == "auto" and isinstance(count, int) and count > 1:
            _less(page, answer, count)
        sections.transfers(page, answer)
        page.say(
            "A payment is made once the last of its next reports is there. What agents are left with was not asked; nor were participation and budget balance.",
            ties_clause(answer),
        )
        return
    page.say(
        f"No. {name[0].upper()}{name[1:]} payments that look at {periods(wanted)} of the others do not implement {rule} periodic ex post, whatever rents agents are left."
    )
    page.head("Why")
    if isinstance(answer.witness, Conflict):
        page.say(
            "A lie is read together with what was reported before: while payments for earlier reports are open, a lie can also move those. Rows below are lies after such windows, and "
            "what truth is worth.",
            *witnesses.conflict_story(answer.witness, named=False),
        )
    page.head("What this covers")
    page.say(f"This covers {reach}.", ties_clause(answer))
