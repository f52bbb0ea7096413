"""What many answers say: the class of transfers, the rule, its ties, the bound of a proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mechsynth.result.codec import Record
from mechsynth.words.envelope import Answer
from mechsynth.words.numbers import counted, number, show
from mechsynth.words.reading import item, word

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


def class_name(name: str) -> str:
    """Return the name of a transfer class as an adjective."""
    return _NAMES.get(name, word(name))


@dataclass(frozen=True, kw_only=True)
class Tie(Record):
    """A profile at which several actions are efficient."""

    period: int | None = None
    signals: Mapping[str, str]
    actions: tuple[str, ...]


def tied(answer: Answer) -> tuple[Tie, ...] | None:
    """Return the profiles at which several actions are efficient; None where the file does not say."""
    return answer.part("ties", tuple[Tie, ...])


def ties(answer: Answer) -> int:
    """Return the number of profiles at which several actions are efficient."""
    return len(tied(answer) or ())


def ties_clause(answer: Answer) -> str:
    """Return the sentence on other efficient rules, empty where there are none."""
    count = ties(answer)
    if not count:
        return ""
    where = counted(count, "profile")
    if answer.question.get("ties") == "all":
        if answer.status in ("feasible", "unbounded"):
            return f"At {where} more than one action is efficient; this is about one of the efficient rules, and others may not do."
        return f"At {where} more than one action is efficient; every efficient rule was tried, but for those that draw lots."
    return f"At {where} more than one action is efficient; the other efficient rules were not tried."


def rule_words(answer: Answer) -> str:
    """Return which rule a mechanism question is about."""
    if answer.rule is not None:
        name = f"the rule {word(answer.rule.name)}"
        return f"{name}, which maximizes weighted utilities," if answer.rule.kind == "weighted" else name
    if answer.constant is None:
        return "the efficient rule"
    last = "the last period" if answer.names.last is None else f"period {answer.names.last}"
    action = f"action {word(answer.constant)}" if answer.constant else "one constant action"
    return (
        f"the rule that plays, before {last}, the actions that would be efficient if {last} were efficient too, and {action} "
        "there, without payment,"
    )


def given_clause(answer: Answer) -> str:
    """Return what is known of a rule that was given; empty for the efficient one."""
    if answer.rule is None:
        return ""
    drawn = any(period.drawn for period in answer.names.periods.values())
    lots = " Where it draws an action, the draw comes after the reports, and everybody sees it." if drawn else ""
    if answer.certificate.get("claims") == ["efficient"]:
        return f"The rule was given, and it is efficient: every action that it takes is among the best.{lots}"
    return f"The rule was given; that it is efficient is not said.{lots}"


def surplus_words(answer: Answer) -> str:
    """Return of which surplus an agent is residual claimant: ``the social surplus``, with a constant last period another."""
    if answer.rule is not None:
        weighted = answer.rule.kind == "weighted"
        return "the weighted surplus over its own weight" if weighted else "the surplus of this rule"
    if answer.constant is None:
        return "the social surplus"
    last = "last period" if answer.names.last is None else f"period {answer.names.last}"
    return f"the surplus that an efficient {last} would give (not that of what is played)"


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
