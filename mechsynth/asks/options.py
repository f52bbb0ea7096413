"""The options of questions: what they mean, and what their values can be. Which question has which, and by default what, each question says itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from mechsynth.result.ask import Kind, Option
from mechsynth.result.vocabulary import INCENTIVES as NOTIONS
from mechsynth.result.vocabulary import OBJECTIVES, TRANSFERS


@dataclass(frozen=True)
class Length(Option):
    """A number of periods: a whole number from 1 on, as text or as a number, or ``auto``."""

    def read(self, name: str, value: Any, ask: str) -> Any:
        """Return the value as text."""
        number = isinstance(value, int) and not isinstance(value, bool)
        return super().read(name, str(value) if number else value, ask)


SCOPE = Option(
    "every action, or those that the rule plays",
    "all|policy",
    choices=("all", "policy"),
    problem="{value!r} is no scope",
)
CLASS = Option(
    "history-independent, vcg-type, contingent, full, …, winner-pay (vcg-type, by the winner alone), or smallest",
    "CLASS",
    choices=(*TRANSFERS, "winner-pay", "smallest"),
    problem="{value!r} is no class of transfers",
)
LINKED = replace(CLASS, choices=("contingent", "vcg-type"), problem="{ask} has no transfers {value!r}")
NOW = replace(
    CLASS,
    choices=("history-independent",),
    problem="{ask} is paid in the period of the report",
    remedy="leave it out, or history-independent",
)
DISTANCE = Option("measure how far the closest signal is from the hull of the others", kind=Kind.SWITCH, aside=True)
CRITICAL = Option(
    "find all discount factors at which entry fees pay for the pivot mechanism", kind=Kind.SWITCH, aside=True
)
REQUIRE = Option(
    "a requirement, repeated: residual-claimant, participation:ex-post, budget:ex-post, no-deficit:ex-post, bounded:10, cap:10, liability:0, …",
    "R",
    Kind.WORDS,
)
INCENTIVES = Option(
    "what truth must be: pepic (after every history, whatever the others' signals), pbic (given what an agent knows, after every lie of her own), "
    "or bnic (a best strategy from the start)",
    "pepic|pbic|bnic",
    choices=NOTIONS,
    problem="{value!r} is no notion of incentives",
)
KEEP = Option("a requirement that a conflict may not give up", "R", Kind.WORDS, aside=True)
OBJECTIVE = Option("what to optimize", "O", choices=OBJECTIVES, problem="{value!r} is no objective")
STRENGTH = Option(
    "what a proof must be: exact, or verified (short multipliers that exclude payments up to a stated bound)",
    "S",
    choices=("exact", "verified"),
    aside=True,
    problem="{value!r} is no strength",
)
RELAX = Option(
    "measure by how much each requirement of a conflict must be relaxed (default: where it is quick)",
    kind=Kind.SWITCH,
    aside=True,
)
RULE = Option(
    "the rule that is played: efficient, or a file of a rule or a result (mechsynth-rule/1: a table of actions or lotteries, weights, or a constant)",
    "FILE",
    Kind.FILE,
    remedy="name a file, or give its object",
)
TIES = Option(
    "first: the efficient rule that takes the first of several best actions; all: every efficient rule is tried",
    "first|all",
    choices=("first", "all"),
    problem="{value!r} is no way to break ties",
)
PHI = Option("what each agent pays on top of the team mechanism", kind=Kind.OBJECT)
DECIDE = Option("the decision rule under which phi is added up", kind=Kind.OBJECT)
LOOK_AHEAD = Length(
    "how many of the next periods' reports payments may look at, or auto for the smallest number that works",
    "K|auto",
    accepts=lambda value: (
        value == "auto" or (value.isascii() and value.isdigit() and value[0] != "0" and len(value) < 4)
    ),
    problem="{value!r} is no number of periods",
    remedy="write a whole number from 1 to 999, or auto",
)
OF_WHAT = Option(
    "which beliefs are compared: those about the others' next reports, or those about their reports of the same period",
    "next|within",
    choices=("next", "within"),
    problem="{value!r} are no beliefs",
)
PARTICIPATION = Option(
    "who must want to join: every first signal in expectation, or at every first profile; or withdrawal: payment at the end, where everybody may still leave",
    "P",
    choices=("entry", "ex-post", "withdrawal"),
    problem="{value!r} is no participation that {ask} knows",
)
PUBLIC = replace(INCENTIVES, choices=("pepic", "pbic"))
LOTTERIES = Option(
    "whether the mechanism may draw its actions by lot",
    "yes|no",
    choices=("yes", "no"),
    problem="{value!r} is neither yes nor no",
)
MEMORY = Option(
    "what lotteries and payments look at beside the current reports",
    "M",
    choices=("full", "first-and-current", "current"),
    problem="{value!r} is no memory",
)


def _exact(value: str) -> bool:
    """Return whether a word is an exact number in lowest terms."""
    top, slash, bottom = value.removeprefix("-").partition("/")
    if not all(
        part.isascii() and part.isdigit() and part == str(int(part)) for part in (top, *([bottom] if slash else []))
    ):
        return False
    if not slash:
        return value != "-0"
    high, low = int(top), int(bottom)
    while low:
        high, low = low, high % low
    return int(bottom) > 1 and high == 1


def _weights(value: str) -> bool:
    """Return whether a word is a weight of revenue of at least 0 and a weight of surplus."""
    parts = value.split(",")
    return len(parts) == 2 and all(map(_exact, parts)) and not parts[0].startswith("-") and parts != ["0", "0"]


STRIKES = Option(
    "prices of the virtual pivot mechanism: those of an affine pivot mechanism, or strikes of one buyer made for a grid",
    "kln|grid",
    choices=("kln", "grid"),
    problem="{value!r} is no kind of strikes",
)
EXCLUDE = Option(
    "whom the virtual pivot mechanism excludes: who has no positive weight or adds nothing, or first signals below the best cutoff",
    "rule|best",
    choices=("rule", "best"),
    problem="{value!r} is no way to exclude",
)
REVEAL = Option(
    "what is seen of later signals: reports alone, or what moves them",
    "paths|shocks",
    choices=("paths", "shocks"),
    problem="{value!r} is nothing that can be revealed",
)
PERIODS = Option(
    "of an infinite horizon: how many periods are looked at, between a mechanism that then stops and all that could follow",
    "none|T",
    accepts=lambda value: value == "none" or (_exact(value) and value.isdigit() and value != "0"),
    problem="{value!r} is no number of periods",
    remedy="write none, or a whole number from 1 on",
)
WEIGHTS = Option(
    "the weights of revenue and of surplus in what is to be large",
    "R,S",
    accepts=_weights,
    problem="{value!r} is no pair of weights",
    remedy="write R,S: two exact numbers, not both 0, R at least 0",
)
BUDGET = Option(
    "what the expected revenue must be at least",
    "none|B",
    accepts=lambda value: value == "none" or _exact(value),
    problem="{value!r} is no exact number",
    remedy="write none, an integer or p/q in lowest terms",
)
