"""Answers about transfers that leave every agent a given payoff, block by block, in words: what each wants, gives, covers and leaves open."""

from __future__ import annotations

from mechsynth.result.vocabulary import WISHES
from mechsynth.result.witness import Conflict, Cycle
from mechsynth.words import ahead, sections, witnesses
from mechsynth.words.answers import CLASSES, class_name, given_clause, rule_words, surplus_words, ties_clause
from mechsynth.words.asked import words_of
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import counted, listed
from mechsynth.words.reading import word
from mechsynth.words.witnesses import Aim, Failure

_MOST_AGENTS = 3


def tell(page: Page, answer: Answer, aim: Aim) -> None:
    """Put the explanation of a proved answer on a page; under a rule that is given it is one of rows, but for cycles of the last period."""
    if ahead.asked(answer):
        ahead.tell_payments(page, answer)
        return
    if answer.rule is not None and not isinstance(answer.witness, Cycle):
        words_of(WISHES).tell(page, answer)
        return
    if answer.status == "feasible":
        works(
            page,
            answer,
            _works_words(answer, aim),
            f"What is proved covers this rule and these transfers. {aim.not_asked}",
        )
    else:
        fails(page, answer, aim)


def short(answer: Answer) -> str | None:
    """Return where the answer turns, for a row of a table."""
    if ahead.asked(answer):
        return ahead.short(answer)
    if answer.rule is not None and isinstance(answer.witness, Conflict):
        return str(words_of(WISHES).short(answer))
    return sections.failing(answer) if answer.status == "infeasible" else None


def works(page: Page, answer: Answer, lead: list[str], covers: str) -> None:
    """Put a positive answer on a page: sentences, payments, incentives, payoffs, and what is covered."""
    for text in lead:
        page.say(text)
    sections.transfers(page, answer)
    sections.incentives(page, answer)
    sections.payoffs(page, answer)
    page.say(f"{covers} {ties_clause(answer)}{given_clause(answer)}".strip())


def fails(page: Page, answer: Answer, aim: Aim) -> None:
    """Put a negative answer on a page: the failures, what they cover, and what to ask next."""
    found = witnesses.failures(answer)
    for text in _fails_words(answer, aim, found):
        page.say(text)
    sections.why(page, answer, found)
    page.head("What this covers")
    for text in _covers_negative(answer, aim, found):
        page.say(text)
    steps = _next_steps(answer, aim, found)
    if steps:
        page.head("What to ask next")
        page.items(steps)


def _works_words(answer: Answer, aim: Aim) -> list[str]:
    """Return what a mechanism in the result does."""
    before = "every period" if answer.names.finite is False else "every period before the last"
    reach = (
        " They are aligned so after every action, also after those that the rule never takes."
        if answer.scope == "all" and aim.aligned
        else ""
    )
    truth = (
        f"Yes. The {class_name(answer.kind)} transfers below implement {rule_words(answer)} periodic ex post: after "
        "every history and whatever everybody's signals, no agent gains by a false report while the others are truthful."
    )
    if aim.gains is not None:
        return [truth, f"{aim.gains(answer)}{reach}"]
    if answer.names.last == 1:
        return [
            truth,
            "There is one period only, so no payment can look at a next report, and no payoff is prescribed: this is the question static.",
        ]
    caution = ""
    if answer.constant is not None:
        caution = " With that action in the last period the earlier actions need not be the best any more."
    return [
        f"{truth}{caution} In {before} they "
        "make each agent residual claimant: its payoff from then on, apart from what is still due from the period "
        f"before, is {surplus_words(answer)}.{reach}",
    ]


def _capital(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def _fails_words(answer: Answer, aim: Aim, found: list[Failure]) -> list[str]:
    """Return the negative answer in one paragraph."""
    if found[0].kind == "cycle":
        last = "the last period" if found[0].period is None else f"period {found[0].period}"
        lead = f"No. {_capital(rule_words(answer).rstrip(','))} of {last} cannot be implemented ex post, whatever is paid on its reports."
        if aim.ends and found[0].period != 1:
            lead += (
                f" So no mechanism that plays it there is incentive compatible, and {class_name(answer.kind)} transfers "
                "in the periods before cannot change that."
            )
        return [f"{lead} {witnesses.listing(found) if len(found) > 1 else ''}".strip()]
    name = class_name(answer.kind)
    rule = rule_words(answer).rstrip(",")
    claim = "" if answer.constant is None or aim.gains is not None else f" of {surplus_words(answer)}"
    return [
        f"No. {name[0].upper()}{name[1:]} transfers cannot {_act(answer, aim, found)}{claim} under {rule}. {witnesses.listing(found)}"
    ]


def _act(answer: Answer, aim: Aim, found: list[Failure]) -> str:
    """Return what the transfers fail to do: ``make firm1 or firm2 residual claimant after every action``."""
    return f"{aim.act.format(_claimants(found))}{_always(answer)}"


def _always(answer: Answer) -> str:
    """Return what scope all adds: the rule itself may still be served."""
    return "" if answer.scope == "policy" else " after every action"


def _claimants(found: list[Failure]) -> str:
    """Return the agents that fail: ``firm1``, ``firm1 or firm2``."""
    agents = list(dict.fromkeys(word(failure.agent) for failure in found))
    if len(agents) > _MOST_AGENTS:
        agents = [*agents[:_MOST_AGENTS], counted(len(agents) - _MOST_AGENTS, "other agent")]
    return listed(agents, "or")


def _covers_negative(answer: Answer, aim: Aim, found: list[Failure]) -> list[str]:
    """Return what a negative answer about a mechanism covers, and what it leaves open."""
    first = found[0]
    if first.kind == "cycle":
        tail = ties_clause(answer)
        scope = "This covers all payments on the reports of that period, and this rule."
        if first.period is None or first.period > 1:
            scope += " Payments that also look at the history do not help: after any history the same chain is left."
        return [f"{scope} {tail}".strip()]
    if answer.scope == "policy":
        reach = "only the actions that the rule takes (scope policy)"
    else:
        reach = "every action, also those that the rule never takes (scope all)"
    parts = [
        f"This covers {class_name(answer.kind)} transfers ({CLASSES.get(answer.kind, 'see the file')}), this rule, and {reach}."
    ]
    if aim.charge:
        parts.append(aim.charge)
    if answer.scope != "policy":
        parts.append(
            "Scope all is the condition of Liu 2014: it suffices for such transfers, and is not needed for them. "
            + (_policy_too(answer, found) or "Scope policy asks for the transfers themselves and may succeed.")
        )
    elif aim.lies_lose:
        parts.append("What a lie to another action loses of the surplus is counted: it deters by that much.")
    if answer.names.finite and answer.constant is None:
        parts.append("It holds whatever is paid in the last period.")
    parts.append(ties_clause(answer))
    open_question = (
        f"It says that such transfers cannot {_act(answer, aim, found)}. It does not say that no "
        f"{_left_open(answer, aim)}"
    )
    return [" ".join(part for part in parts if part), open_question]


def _policy_too(answer: Answer, found: list[Failure]) -> str:
    """Return that scope policy fails too: a failure is at the rule's own action. Empty where none is."""
    if answer.kind != "contingent":
        return ""
    hit = 0
    for failure in found:
        others = {own: {**failure.others, failure.agent: own} for own in (failure.type, *failure.weights)}
        taken = {answer.names.action_taken(failure.period, reports) for reports in others.values()}
        # a lie to another action would be asked for less there
        hit += failure.kind == "convex-combination" and taken == {failure.action}
    if not hit:
        return ""
    return (
        f"Scope policy fails too: {hit} of the failures {'is' if hit == 1 else 'are'} at an action that the rule takes after all "
        "the signals involved."
    )


def _refutes_contingent(failure: Failure, answer: Answer) -> bool:
    """Return whether a dependence, divided by its one negative rate, is a mixture that refutes contingent transfers too.

    That needs the signal of that rate to be one with which the rule takes the action: the charge after every other is bounded below alone.
    """
    if failure.kind != "dependence":
        return False
    below = [k for k, rate in failure.weights.items() if rate < 0]
    if len(below) != 1:
        return False
    if answer.scope == "all":
        return True
    taken = answer.names.action_taken(failure.period, {**failure.others, failure.agent: below[0]})
    return taken is not None and taken == failure.action


def _next_steps(answer: Answer, aim: Aim, found: list[Failure]) -> list[str]:
    """Return what to ask next after a negative answer about a mechanism."""
    if found[0].kind == "cycle":
        if answer.rule is not None:
            return []
        last = found[0].period
        way_out = (
            "one action is played in the last period without payment, and in the earlier periods the actions that are efficient "
            "when the last one is can be played where such transfers exist (Corollary 3.3)."
        )
        if aim.ends and last != 1:
            return [f"Ask {answer.ask} with --last-period constant: {way_out}"]
        if last is None or last > 1:
            return [f"Ask vcg-type or contingent with --last-period constant: {way_out}"]
        return [
            "If the agents meet again, payments tied to what the others report in the next period may repair this: "
            "write "
            "the next period into the instance and ask vcg-type or contingent."
        ]
    steps = []
    if answer.kind == "vcg-type" and not any(_refutes_contingent(failure, answer) for failure in found):
        how = "Ask with --transfers contingent" if answer.chosen_class else "Ask contingent"
        steps.append(f"{how}: transfers that also look at the agent's own report may do more.")
    if answer.scope != "policy" and not _policy_too(answer, found):
        steps.append("Ask with --scope policy: a mechanism needs only the actions that its rule takes.")
    steps.append(_next_question(answer, aim))
    return steps


def _left_open(answer: Answer, aim: Aim) -> str:
    """Return which weaker question a negative answer does not settle, as the rest of ``It does not say that no ...``."""
    deed, question = aim.left_open
    comma = "" if question.startswith("with ") else ","
    return f"{class_name(answer.kind)} transfers {deed}: that is the question implement{comma} {question}."


def _next_question(answer: Answer, aim: Aim) -> str:
    """Return the call of implement that asks for less."""
    return f"Ask implement with --transfers {aim.transfers or answer.kind}{aim.asks_less}"
