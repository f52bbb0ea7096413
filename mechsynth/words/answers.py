"""What each question's answer says, and what it covers: sentences without tables."""

from __future__ import annotations

from mechsynth.words import constructions, reading
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
    "spanning": "what the agent's signals make it expect of the others' next reports is linearly independent",
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


def condition_fails(answer: Answer, found: list[Failure]) -> list[str]:
    """Return that a condition fails, and where."""
    return [
        f"No. {_heading(answer.ask)} fails{_in_blocks(answer)}. It asks that {_CONDITION[answer.ask]}, given the "
        "action and "
        f"the others' signals. {_listed(found)}"
    ]


def condition_meaning(answer: Answer) -> list[str]:
    """Return what follows, and what does not, from a condition that fails."""
    name = _CONDITION_CLASS[answer.ask]
    rule = " that lead to this rule" if answer.scope == "policy" else ""
    lemma = " (Lemma 7.1)" if answer.ask == "convex-independence" else ""
    more = ""
    if answer.ask == "spanning":
        more = "Convex independence asks less and may still hold; then contingent transfers exist."
    return [
        f"What it means: for some utilities{rule} no {class_name(name)} transfers exist that make every agent residual "
        f"claimant{lemma}. It does not say that none exist for the utilities of this instance: that is the question "
        f"{name!s}. {more}".strip()
    ]


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
    return f"the rule that is efficient before {last} and plays {action} there, without payment,"


def works(answer: Answer) -> list[str]:
    """Return what a mechanism in the result does."""
    if answer.ask == "static":
        last = answer.names.last
        when = "In the last period" if last is None else f"In period {last}"
        return [
            f"Yes. {when}, taken by itself, the payments below implement the efficient rule ex post: whatever "
            "everybody's "
            f"signals, no agent gains by a false report. They look only at the reports of that period."
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
    return [
        f"{truth} In {before} they "
        "make each agent residual claimant: its payoff from then on, apart from what is still due from the period "
        f"before, is the social surplus.{reach}",
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
    return [f"No. {name[0].upper()}{name[1:]} transfers cannot {_act(answer, found)} under {rule}. {_listed(found)}"]


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
    if answer.scope == "policy" and answer.ask != "surplus-extraction":
        parts.append(
            "It asks that every lie is charged at least the liar's own amount, also a lie that changes the action; what "
            "such a lie costs the surplus besides is not counted."
        )
    elif answer.scope != "policy":
        parts.append(_policy_too(answer, found) or "Scope policy asks less and may succeed.")
    if answer.certificate.get("now") is not None:
        parts.append(
            "The charges are computed with the payments of the last period that stand in the file; other payments "
            "that implement the last period were not tried."
        )
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
        taken = answer.names.action_taken(failure.period, {**failure.others, failure.agent: failure.type})
        hit += failure.kind == "convex-combination" and taken is not None and taken == failure.action
    if not hit:
        return ""
    return (
        f"Scope policy fails too: {hit} of the failures {'is' if hit == 1 else 'are'} at an action that the rule takes."
    )


def next_steps(answer: Answer, found: list[Failure]) -> list[str]:
    """Return what to ask next after a negative answer about a mechanism."""
    if found[0].kind == "cycle":
        last = found[0].period
        way_out = (
            "one action is played in the last period without payment, and the earlier periods can stay efficient where "
            "such transfers exist (Corollary 3.3)."
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
    if answer.kind == "vcg-type":
        how = "Ask contingent" if answer.ask == "vcg-type" else "Ask with --transfers contingent"
        steps.append(f"{how}: transfers that also look at the agent's own report can do more.")
    if answer.scope != "policy" and not _policy_too(answer, found):
        steps.append("Ask with --scope policy: a mechanism needs only the actions that its rule takes.")
    steps.append(constructions.next_question(answer))
    return steps
