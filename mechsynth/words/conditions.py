"""Conditions on beliefs in words: that one holds or fails, and what follows from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mechsynth.words import ahead, same_period, sections, witnesses
from mechsynth.words.answers import class_name, ties_clause
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import root
from mechsynth.words.witnesses import Failure


@dataclass(frozen=True)
class Condition:
    """A condition on beliefs.

    Attributes
    ----------
    heading, says:
        Its name at the beginning of a sentence, and what it asks.
    suffices_for:
        The class of transfers that can do everything where it holds.
    theorem, lemma:
        Where that is proved, and the converse.
    two_sided:
        Whether transfers of that class must charge exactly the right amount at some signals, so that a failure need not refute them.
    weaker:
        What a failure says about a condition that asks less, if anything.
    """

    heading: str
    says: str
    suffices_for: str
    theorem: str
    lemma: str = ""
    two_sided: bool = False
    weaker: Callable[[Answer, list[Failure]], str] | None = None


def tell(page: Page, answer: Answer, condition: Condition) -> None:
    """Put the explanation of a proved answer on a page."""
    if ahead.asked(answer):
        ahead.tell_condition(page, answer, condition.heading, condition.suffices_for)
        return
    if same_period.asked(answer):
        same_period.tell(page, answer, condition.heading, linear=condition.two_sided)
        return
    if answer.status == "holds":
        for text in _holds_words(answer, condition):
            page.say(text)
        sections.distance(page, answer)
    else:
        found = witnesses.failures(answer)
        for text in _fails_words(answer, condition, found):
            page.say(text)
        if not _nothing_to_test(answer):
            sections.why(page, answer, found)
        for text in _meaning(answer, condition, found):
            page.say(text)
    scope = "the actions that the rule takes" if answer.scope == "policy" else "every action"
    rule = ""
    if answer.scope == "policy":
        rule = ties_clause(answer)
        if answer.certificate.get("ties") is None:
            rule = "It is about the rule listed; other efficient rules, if there are ties, were not tried."
    page.say(f"This is about beliefs only: one period ahead, {scope}.", rule)


def short(answer: Answer) -> str | None:
    """Return where the answer turns, for a row of a table."""
    if ahead.asked(answer):
        return ahead.short(answer)
    if same_period.asked(answer):
        return same_period.short(answer)
    if answer.status == "fails":
        return sections.failing(answer)
    near = answer.certificate.get("distance")
    if near is None or answer.value is None:
        return ""
    return f"closest signal at distance ≈ {root(answer.value)} from the mixtures"


def _nothing_to_test(answer: Answer) -> str:
    """Return why a condition on beliefs is a statement about nothing, empty where it is about something or that is not known."""
    names = answer.names
    if names.last == 1:
        return "there is one period only, and no next one whose reports payments could look at."
    if len(names.agents) == 1:
        return (
            "there is one agent only, and no others whose next reports payments could look at. It needs none: before any "
            "payment its payoff is the social surplus."
        )
    before = [period for t, period in names.periods.items() if t is None or t < (names.last or 0)]
    if names.agents and before and all(period.lone == set(names.agents) for period in before):
        return "every agent has one signal only, and no other to be told apart from it."
    return ""


def _holds_words(answer: Answer, condition: Condition) -> list[str]:
    """Return what it means that a condition holds."""
    idle = _nothing_to_test(answer)
    if idle:
        once = answer.names.last == 1
        more = (
            f" What agents believe of each other's reports of the same period (Crémer and McLean) is the question {answer.ask} with beliefs within; how such "
            "payments can be balanced is identifiability."
            if once
            else ""
        )
        return [
            f"There is nothing to test: {idle} {condition.heading} holds by the letter alone, and says nothing.{more}"
        ]
    name = condition.suffices_for
    rule = " that lead to this rule" if answer.scope == "policy" else ""
    return [
        f"Yes. {condition.heading} holds {_in_blocks(answer)}: {condition.says}, given the action and "
        "the others' "
        f"signals.",
        f"What it means: whatever the utilities{rule}, {class_name(name)} transfers can make every agent residual "
        "claimant in "
        f"every period that has a next one ({condition.theorem}). {_last_period_caveat(answer)}",
    ]


def _fails_words(answer: Answer, condition: Condition, found: list[Failure]) -> list[str]:
    """Return that a condition fails, and where."""
    idle = _nothing_to_test(answer)
    if idle:
        return [
            f"There is nothing to test: {idle} (By the letter the condition fails: where there are no others, every "
            "signal makes the agent expect the same of them.)"
        ]
    return [
        f"No. {condition.heading} fails{_in_one_block(answer)}. It asks that {condition.says}, given the "
        "action and "
        f"the others' signals. {witnesses.listing(found)}"
    ]


def _meaning(answer: Answer, condition: Condition, found: list[Failure]) -> list[str]:
    """Return what follows, and what does not, from a condition that fails."""
    if _nothing_to_test(answer):
        return []
    name = condition.suffices_for
    rule = " that lead to this rule" if answer.scope == "policy" else ""
    more = condition.weaker(answer, found) if condition.weaker else ""
    if condition.two_sided and not any(_binding(failure, answer) for failure in found):
        return [
            "What it means: nothing yet for VCG-type transfers. They must charge exactly the right amount only for signals at which "
            "the rule takes the action; after a lie that brings the action about they must charge at least that. The "
            "dependence found is not of such a kind that these rows contradict each other for some utilities: for that, all signals at which "
            f"the rule takes another action would have to enter it with one sign. {more}".strip()
        ]
    return [
        f"What it means: for some utilities{rule} no {class_name(name)} transfers exist that make every agent residual "
        f"claimant{condition.lemma}. It does not say that none exist for the utilities of this instance: that is the question "
        f"{name!s}. {more}".strip()
    ]


def _binding(failure: Failure, answer: Answer) -> bool:
    """Return whether a dependence refutes VCG-type transfers for some utilities that lead to the rule.

    The rows are equalities at the signals with which the rule takes the action, and inequalities at the others, so the rates of those must have
    one sign; the rates that remain are free, and so are the targets.
    """
    lies = witnesses.free_signals(failure, answer)
    if lies is None:
        return False
    rates = [failure.weights[k] for k in lies]
    return all(rate > 0 for rate in rates) or all(rate < 0 for rate in rates)


def _last_period_caveat(answer: Answer) -> str:
    if answer.names.finite is False:
        return ""
    return "If the horizon is finite, the last period is a question of its own (static)."


def _in_one_block(answer: Answer) -> str:
    return " in a block that the efficient rule uses" if answer.scope == "policy" else ""


def _in_blocks(answer: Answer) -> str:
    """Return which blocks the scope speaks of."""
    if answer.scope == "policy":
        return "in every block that the efficient rule uses"
    return "in every block, also after actions that the rule never takes"
