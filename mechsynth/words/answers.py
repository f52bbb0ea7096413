"""What each question's answer says, and what it covers: sentences without tables."""

from __future__ import annotations

from mechsynth.words import constructions, reading, witnesses
from mechsynth.words.envelope import CONSTRUCTIONS, LINKED, Answer
from mechsynth.words.numbers import counted, listed
from mechsynth.words.reading import word
from mechsynth.words.witnesses import Failure

_MOST_AGENTS = 3
CLASSES = {
    "history-independent": "payments that look only at the reports of their own period",
    "vcg-type": (
        "payments one period later that look at the others' reports then and at the action and the others' reports "
        "now, "
        "but at none of the agent's own reports"
    ),
    "contingent": (
        "payments one period later that look at the others' reports then and at the action and everybody's reports "
        "now, "
        "but not at the agent's own report then"
    ),
    "full": "payments one period later that look at all reports then and now and at the action",
}
_NAMES = {"vcg-type": "VCG-type", "contingent": "contingent", "history-independent": "history-independent"}
_CONDITION = {
    "convex-independence": (
        "no signal makes the agent expect, of the others' next reports, a mixture of what its other signals make "
        "it expect"
    ),
    "spanning": "the beliefs about the others' next reports, one for each own signal, are linearly independent",
}
_CONDITION_CLASS = {"convex-independence": "contingent", "spanning": "vcg-type"}
_THEOREM = {"convex-independence": "Theorem 3.1", "spanning": "Theorem 3.2"}


def class_name(name: str) -> str:
    """Return the name of a transfer class as an adjective."""
    return _NAMES.get(name, word(name))


def blocks_in(answer: Answer) -> str:
    """Return which blocks the scope speaks of."""
    if answer.scope == "policy":
        return "in every block that the efficient rule uses"
    return "in every block, also after actions that the rule never takes"


def ties(answer: Answer) -> int:
    """Return the number of profiles at which several actions are efficient."""
    listing = answer.certificate.get("ties")
    return 0 if listing is None else len(reading.sequence(listing, "certificate.ties"))


def ties_clause(answer: Answer) -> str:
    """Return the sentence on other efficient rules, empty where there are none."""
    count = ties(answer)
    if not count:
        return ""
    where = counted(count, "profile")
    return f"At {where} more than one action is efficient; the other efficient rules were not tried."


def condition_holds(answer: Answer) -> list[str]:
    """Return what it means that a condition holds."""
    idle = nothing_to_test(answer)
    if idle:
        return [f"There is nothing to test: {idle} {_heading(answer.ask)} holds, and says nothing."]
    name = _CONDITION_CLASS[answer.ask]
    rule = " that lead to this rule" if answer.scope == "policy" else ""
    return [
        f"Yes. {_heading(answer.ask)} holds {blocks_in(answer)}: {_CONDITION[answer.ask]}, given the action and "
        "the others' "
        f"signals.",
        f"What it means: whatever the utilities{rule}, {class_name(name)} transfers can make every agent residual "
        "claimant in "
        f"every period that has a next one ({_THEOREM[answer.ask]}). {_last_period_caveat(answer)}",
    ]


def nothing_to_test(answer: Answer) -> str:
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


def condition_fails(answer: Answer, found: list[Failure]) -> list[str]:
    """Return that a condition fails, and where."""
    idle = nothing_to_test(answer)
    if idle:
        return [
            f"There is nothing to test: {idle} (By the letter the condition fails: where there are no others, every "
            "signal makes the agent expect the same of them.)"
        ]
    return [
        f"No. {_heading(answer.ask)} fails{_in_blocks(answer)}. It asks that {_CONDITION[answer.ask]}, given the "
        "action and "
        f"the others' signals. {_listed(found)}"
    ]


def condition_meaning(answer: Answer, found: list[Failure]) -> list[str]:
    """Return what follows, and what does not, from a condition that fails."""
    if nothing_to_test(answer):
        return []
    name = _CONDITION_CLASS[answer.ask]
    rule = " that lead to this rule" if answer.scope == "policy" else ""
    lemma = " (Lemma 7.1)" if answer.ask == "convex-independence" else ""
    more = _convex_too(answer, found) if answer.ask == "spanning" else ""
    if answer.ask == "spanning" and not any(binding(failure, answer) for failure in found):
        return [
            "What it means: nothing yet for VCG-type transfers. They must charge exactly the right amount only for signals at which "
            "the rule takes the action; after a lie that brings the action about they must charge at least that. The "
            "dependence found is not of such a kind that these rows contradict each other for some utilities: for that, all signals at which "
            f"the rule takes another action would have to enter it with one sign. {more}".strip()
        ]
    return [
        f"What it means: for some utilities{rule} no {class_name(name)} transfers exist that make every agent residual "
        f"claimant{lemma}. It does not say that none exist for the utilities of this instance: that is the question "
        f"{name!s}. {more}".strip()
    ]


def binding(failure: Failure, answer: Answer) -> bool:
    """Return whether a dependence refutes VCG-type transfers for some utilities that lead to the rule.

    The rows are equalities at the signals with which the rule takes the action, and inequalities at the others, so the rates of those must have
    one sign; the rates that remain are free, and so are the targets.
    """
    lies = witnesses.free_signals(failure, answer)
    if lies is None:
        return False
    rates = [failure.weights[k] for k in lies]
    return all(rate > 0 for rate in rates) or all(rate < 0 for rate in rates)


def _convex_too(answer: Answer, found: list[Failure]) -> str:
    """Return what a dependence says about convex independence in the same scope."""
    for failure in found:
        signal = witnesses.mixed_signal(failure, answer)
        if signal is not None:
            return (
                f"Convex independence fails too: divided by its rate, the dependence makes signal {word(signal)} a mixture of the "
                "others."
            )
    if answer.scope == "all" and any(_two_outcomes(failure, answer) for failure in found):
        return "Convex independence fails too: of three beliefs over two next reports one lies between the others."
    last = "" if answer.names.finite is False else ", if the last period can be implemented,"
    rule = " that lead to this rule" if answer.scope == "policy" else ""
    return (
        f"Convex independence asks less and may still hold; then{last} contingent transfers make every agent residual claimant "
        f"whatever the utilities{rule}."
    )


def _two_outcomes(failure: Failure, answer: Answer) -> bool:
    """Return whether the others are known to have at most two next profiles of reports."""
    count = 1
    for agent in failure.others:
        size = answer.names.size(answer.names.following(failure.period), agent)
        if size is None:
            return False
        count *= size
    return count <= 2


def _heading(ask: str) -> str:
    return {"convex-independence": "Convex independence", "spanning": "The spanning condition"}[ask]


def _last_period_caveat(answer: Answer) -> str:
    if answer.names.finite is False:
        return ""
    return "If the horizon is finite, the last period is a question of its own (static)."


def _in_blocks(answer: Answer) -> str:
    return " in a block that the efficient rule uses" if answer.scope == "policy" else ""


def _listed(found: list[Failure]) -> str:
    if len(found) == 1:
        return "The file lists one failure."
    blocks = len({failure.block for failure in found})
    return f"The file lists {counted(len(found), 'failure')} in {counted(blocks, 'block')}."


def rule_words(answer: Answer) -> str:
    """Return which rule a mechanism question is about."""
    if answer.constant is None:
        return "the efficient rule"
    last = "the last period" if answer.names.last is None else f"period {answer.names.last}"
    action = f"action {word(answer.constant)}" if answer.constant else "one constant action"
    return (
        f"the rule that plays, before {last}, the actions that would be efficient if {last} were efficient too, and {action} "
        "there, without payment,"
    )


def surplus_words(answer: Answer) -> str:
    """Return of which surplus an agent is residual claimant: ``the social surplus``, with a constant last period another."""
    if answer.constant is None:
        return "the social surplus"
    last = "last period" if answer.names.last is None else f"period {answer.names.last}"
    return f"the surplus that an efficient {last} would give (not that of what is played)"


def works(answer: Answer) -> list[str]:
    """Return what a mechanism in the result does."""
    if answer.ask == "static":
        last = answer.names.last
        when = "In the last period" if last is None else f"In period {last}"
        lead = "The" if last == 1 else f"{when}, taken by itself, the"
        return [
            f"Yes. {lead} payments below implement the efficient rule ex post: whatever everybody's signals, no agent gains by "
            "a false report while the others are truthful. They look only at the reports of that period."
        ]
    before = "every period" if answer.names.finite is False else "every period before the last"
    reach = (
        " They are aligned so after every action, also after those that the rule never takes."
        if answer.scope == "all" and answer.ask not in ("ex-ante-balanced", "surplus-extraction")
        else ""
    )
    truth = (
        f"Yes. The {class_name(answer.kind)} transfers below implement {rule_words(answer)} periodic ex post: after "
        "every history and whatever everybody's signals, no agent gains by a false report while the others are truthful."
    )
    if answer.ask in CONSTRUCTIONS:
        return [truth, f"{constructions.gains(answer)}{reach}"]
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


def covers_positive(answer: Answer) -> str:
    """Return what a positive answer about a mechanism covers."""
    parts = ["What is proved covers this rule and these transfers.", constructions.not_asked(answer)]
    if answer.ask == "static" and (answer.names.last or 2) > 1:
        parts.append("Earlier periods were not asked about either.")
    return " ".join([*parts, ties_clause(answer)]).strip()


def fails_first(answer: Answer, found: list[Failure]) -> list[str]:
    """Return the negative answer in one paragraph."""
    if found[0].kind == "cycle":
        last = "the last period" if found[0].period is None else f"period {found[0].period}"
        lead = f"No. The efficient rule of {last} cannot be implemented ex post, whatever is paid on its reports."
        if answer.ask in LINKED and found[0].period != 1:
            lead += (
                f" So no mechanism that plays it there is incentive compatible, and {class_name(answer.kind)} transfers "
                "in the periods before cannot change that."
            )
        return [f"{lead} {_listed(found) if len(found) > 1 else ''}".strip()]
    name = class_name(answer.kind)
    rule = rule_words(answer).rstrip(",")
    claim = "" if answer.constant is None or answer.ask in CONSTRUCTIONS else f" of {surplus_words(answer)}"
    return [
        f"No. {name[0].upper()}{name[1:]} transfers cannot {_act(answer, found)}{claim} under {rule}. {_listed(found)}"
    ]


def _act(answer: Answer, found: list[Failure]) -> str:
    """Return what the transfers fail to do: ``make firm1 or firm2 residual claimant after every action``."""
    return f"{constructions.aim(answer).act.format(_claimants(found))}{_always(answer)}"


def _always(answer: Answer) -> str:
    """Return what scope all adds: the rule itself may still be served."""
    return "" if answer.scope == "policy" else " after every action"


def _claimants(found: list[Failure]) -> str:
    """Return the agents that fail: ``firm1``, ``firm1 or firm2``."""
    agents = list(dict.fromkeys(word(failure.agent) for failure in found))
    if len(agents) > _MOST_AGENTS:
        agents = [*agents[:_MOST_AGENTS], counted(len(agents) - _MOST_AGENTS, "other agent")]
    return listed(agents, "or")


def covers_negative(answer: Answer, found: list[Failure]) -> list[str]:
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
    if constructions.aim(answer).charge:
        parts.append(constructions.aim(answer).charge)
    if answer.scope != "policy":
        parts.append(
            "Scope all is the condition of Liu 2014: it suffices for such transfers, and is not needed for them. "
            + (_policy_too(answer, found) or "Scope policy asks for the transfers themselves and may succeed.")
        )
    elif answer.ask != "surplus-extraction":
        parts.append("What a lie to another action loses of the surplus is counted: it deters by that much.")
    if answer.names.finite and answer.constant is None:
        parts.append("It holds whatever is paid in the last period.")
    parts.append(ties_clause(answer))
    open_question = (
        f"It says that such transfers cannot {_act(answer, found)}. It does not say that no "
        f"{constructions.left_open(answer, class_name(answer.kind))}"
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


def next_steps(answer: Answer, found: list[Failure]) -> list[str]:
    """Return what to ask next after a negative answer about a mechanism."""
    if found[0].kind == "cycle":
        last = found[0].period
        way_out = (
            "one action is played in the last period without payment, and in the earlier periods the actions that are efficient "
            "when the last one is can be played where such transfers exist (Corollary 3.3)."
        )
        if answer.ask in LINKED and last != 1:
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
        how = "Ask contingent" if answer.ask == "vcg-type" else "Ask with --transfers contingent"
        steps.append(f"{how}: transfers that also look at the agent's own report may do more.")
    if answer.scope != "policy" and not _policy_too(answer, found):
        steps.append("Ask with --scope policy: a mechanism needs only the actions that its rule takes.")
    steps.append(constructions.next_question(answer))
    return steps
