"""The question of a result: its keys against its kind."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mechsynth.errors import InputError
from mechsynth.result.vocabulary import OBJECTIVES, TRANSFERS

from .asked import asked_of
from .block import INCENTIVES
from .flows import WRITTEN, Malformed, Players, read
from .model import Model
from .rows import REQUIREMENTS, Maker
from .text import Numbers, describe, items, show, table

# What names begin with that mean something already, in a requirement or in a row; a requirement of another name is one
# that the result itself writes out.
RESERVED = frozenset(
    (
        *INCENTIVES,
        "residual-claimant",
        "equal-shares",
        "no-payoff",
        "participation",
        "budget",
        "bounded",
        "cap",
        "exit",
        "liability",
        "no-deficit",
        "no-subsidy",
        "winner-pays",
        "split",
        "surplus",
        "definition",
        "value",
        "deviation",
        "objective",
        "largest",
        "size",
        "rent",
        "subsidy",
        "epsilon",
    )
)
_OWN_NAME = re.compile(r"[A-Za-z0-9_.+/-]+(:[A-Za-z0-9_.+/-]+)*")
_AT_START = (
    "pbic",
    "bnic",
    "participation:interim",
    "participation:entry",
    "participation:ex-ante",
    "budget:ex-ante",
    "surplus:full",
    "max-revenue",
)


@dataclass(frozen=True)
class Question:
    """A question that was understood.

    Parameters
    ----------
    scope:
        "all", "policy", or empty where the question has none.
    constant:
        Index of the constant action of the last period, or None.
    transfers, require, objective:
        Empty where the question has none.
    bounds:
        The number of every requirement ``bounded:B``.
    made:
        What makes the rows of the other requirements that have numbers of their own.
    written:
        The requirements that are none of the format's, whose rows the result has to write out.
    choices:
        The other options of the question, by name.
    rule:
        Kind, name and digest of the rule, where one is given; None for the efficient one.
    every:
        Whether it is about every efficient rule.
    """

    ask: str
    scope: str = ""
    constant: int | None = None
    transfers: str = ""
    require: tuple[str, ...] = ()
    objective: str = ""
    bounds: dict[str, Fraction] = field(default_factory=dict)
    made: dict[str, Maker] = field(default_factory=dict)
    written: tuple[str, ...] = ()
    choices: dict[str, str] = field(default_factory=dict)
    rule: dict[str, str] | None = None
    every: bool = False

    @property
    def incentives(self) -> str:
        """What is asked of truth: ``pepic``, ``pbic`` or ``bnic``."""
        return next((name for name in self.require if name in INCENTIVES), "pepic")


def read_question(question: Mapping[str, Any], ask: str, model: Model, numbers: Numbers) -> Question:
    """Check the keys of a question against its kind."""
    kind = asked_of(ask)
    if kind.read is not None:
        own: Question = kind.read(question, model, numbers)
        return own
    allowed = {"look_ahead": kind.ahead, "rule": kind.ruled, "ties": kind.ruled, "beliefs": kind.within}
    more = [key for key, some in allowed.items() if some]
    table(question, "question", ("ask",), ("scope", "transfers", "require", "objective", "last-period", *more))
    rule = read_rule(question)
    every = read_ties(question)
    ends = question.get("last-period", "efficient") != "efficient"
    if (rule is not None or every) and (question.get("scope") == "all" or ends or "look_ahead" in question):
        remedy = "scope policy, no constant action, no look-ahead"
        raise InputError("question.rule", "beside what is about the efficient rule alone", remedy)
    expected: dict[str, Any] = {}
    transfers = ""
    if kind.classes:
        transfers = question.get("transfers", kind.classes[0])
        if kind.optional and transfers not in kind.classes:
            raise InputError("question.transfers", f"found {describe(transfers)}", " or ".join(kind.classes))
        expected = {"require": list(kind.requires), "objective": "feasibility"}
        if "transfers" in question or not kind.optional:
            expected["transfers"] = transfers if kind.optional else kind.classes[0]
    for key in ("transfers", "require", "objective"):
        if key not in question and key not in expected:
            continue
        if question.get(key) != expected.get(key):
            remedy = f"expected {expected[key]}" if key in expected else "leave it out"
            raise InputError(f"question.{key}", f"does not go with the question {ask}", remedy)
    scope = question.get("scope", "")
    if kind.scoped:
        if scope not in ("all", "policy") or not isinstance(scope, str):
            raise InputError("question.scope", f"found {describe(question.get('scope'))}", "all or policy")
    elif "scope" in question:
        raise InputError("question.scope", f"the question {ask} has none", "leave it out")
    if kind.needs is not None:
        kind.needs(model)
    last, choices = _last_period(question, kind.ends, model), _look_ahead(question) | _beliefs(question)
    require, objective = tuple(expected.get("require", ())), expected.get("objective", "")
    return Question(ask, scope, last, transfers, require, objective, choices=choices, rule=rule, every=every)


def _look_ahead(question: Mapping[str, Any]) -> dict[str, str]:
    """Return ``{"look_ahead": "2"}`` or ``"auto"``, nothing where the question has none: one period."""
    if "look_ahead" not in question:
        return {}
    value, at = question["look_ahead"], "question.look_ahead"
    if value == "auto":
        return {"look_ahead": "auto"}
    if not isinstance(value, tuple) or value[1] != 1 or not 2 <= value[0] < 1000:
        raise InputError(at, f"found {describe(value)}", "a whole number from 2 to 999, or auto; leave it out for 1")
    return {"look_ahead": str(value[0])}


def _beliefs(question: Mapping[str, Any]) -> dict[str, str]:
    """Return ``{"beliefs": "within"}``, nothing where the question is about the next reports."""
    if "beliefs" not in question:
        return {}
    if question["beliefs"] != "within":
        raise InputError("question.beliefs", f"found {describe(question['beliefs'])}", "within, or leave it out")
    if "look_ahead" in question:
        raise InputError("question.beliefs", "stands beside a look-ahead", "leave one of the two out")
    return {"beliefs": "within"}


def _last_period(question: Mapping[str, Any], ends: bool, model: Model) -> int | None:
    """Return the constant action of the last period, None if it is efficient."""
    if not ends or model.horizon is None:
        if "last-period" in question:
            raise InputError("question.last-period", "does not go with this question", "leave it out")
        return None
    last = question.get("last-period", "efficient")
    if last == "efficient":
        return None
    if not isinstance(last, str) or not last.startswith("constant:"):
        raise InputError("question.last-period", f"found {describe(last)}", "efficient or constant:ACTION")
    actions = model.period(model.count - 1).action_index
    action = last.removeprefix("constant:")
    if action not in actions:
        raise InputError("question.last-period", f"{show(action)} is no action of the last period", "use its label")
    return actions[action]


def read_rule(question: Mapping[str, Any]) -> dict[str, str] | None:
    """Return kind, name and digest of the rule that a question gives; None for the efficient one."""
    if question.get("rule", "efficient") == "efficient":
        return None
    keys, place = ("kind", "name", "sha256"), "question.rule"
    found = table(question["rule"], place, keys)
    for key in keys:
        if not isinstance(found[key], str):
            raise InputError(f"{place}.{key}", f"found {describe(found[key])}", "write a string")
    return {key: found[key] for key in keys}


def read_ties(question: Mapping[str, Any]) -> bool:
    """Say whether a question is about every efficient rule."""
    ties = question.get("ties", "first")
    if ties not in ("first", "all") or not isinstance(ties, str):
        raise InputError("question.ties", f"found {describe(ties)}", "first or all")
    if ties == "all" and question.get("rule", "efficient") != "efficient":
        raise InputError("question.ties", "all, and a rule is given", "leave one of them out")
    return bool(ties == "all")


def read_wishes(question: Mapping[str, Any], model: Model, numbers: Numbers) -> Question:
    """Read a question with a class of transfers, requirements and an objective of its own choice."""
    table(question, "question", ("ask", "transfers", "require", "objective"), ("rule", "ties", "look_ahead"))
    transfers, objective = question["transfers"], question["objective"]
    if not isinstance(transfers, str) or transfers not in TRANSFERS:
        raise InputError("question.transfers", f"found {describe(transfers)}", f"one of {', '.join(TRANSFERS)}")
    if not isinstance(objective, str) or objective not in OBJECTIVES:
        raise InputError("question.objective", f"found {describe(objective)}", f"one of {', '.join(OBJECTIVES)}")
    require: list[str] = []
    bounds: dict[str, Fraction] = {}
    made: dict[str, Maker] = {}
    written: list[str] = []
    for k, entry in enumerate(items(question["require"], "question.require")):
        at = f"question.require[{k}]"
        if not isinstance(entry, str):
            raise InputError(at, f"found {describe(entry)}", "name a requirement")
        if entry in require:
            raise InputError(at, f"{show(entry)} stands twice", "keep one")
        if entry.startswith("bounded:"):
            if " " in entry:
                raise InputError(at, f"found {show(entry)}", "write bounded:B without spaces")
            bounds[entry] = numbers.fraction(entry.removeprefix("bounded:"), at)
            if bounds[entry] < 0:
                raise InputError(at, f"{show(entry)}: a bound below 0", "write bounded:B with B at least 0")
        elif (maker := _made(entry, model, numbers, at)) is not None:
            made[entry] = maker
        elif entry not in REQUIREMENTS:
            if entry.partition(":")[0].lower() in RESERVED or not _OWN_NAME.fullmatch(entry):
                remedy = f"one of {', '.join(REQUIREMENTS)}, bounded:B, {WRITTEN}"
                raise InputError(at, f"{show(entry)} is no requirement", remedy)
            written.append(entry)
        require.append(entry)
    if sum(entry in INCENTIVES for entry in require) != 1:
        raise InputError("question.require", f"not one of {', '.join(INCENTIVES)}", "require exactly one of these")
    if "exit:interim" in require and "bnic" not in require:
        raise InputError("question.require", "exit:interim without bnic", "require bnic in the place of the other one")
    if model.prior is None:
        # a budget of period 1 is an expectation where something is paid then
        start = transfers.endswith("+now") or transfers == "history-independent" or model.horizon == 1
        needs = (*_AT_START, "budget:per-period", "no-deficit:per-period", "min-subsidy") if start else _AT_START
        for entry in (*require, objective):
            if entry in needs or entry.startswith(("split:", "exit:")):
                raise InputError("question", f"{entry} needs a prior, the instance has none", "add a prior")
    choices = _look_ahead(question)
    if choices and (
        require != ["pepic"]
        or objective != "feasibility"
        or transfers not in ("contingent", "vcg-type")
        or read_rule(question) is not None
        or read_ties(question)
    ):
        raise InputError("question.look_ahead", "beside more than truth alone", "ask for pepic, contingent or vcg-type")
    return Question(
        question["ask"],
        "",
        None,
        transfers,
        tuple(require),
        objective,
        bounds,
        made,
        tuple(written),
        rule=read_rule(question),
        choices=choices,
        every=read_ties(question),
    )


def _made(name: str, model: Model, numbers: Numbers, at: str) -> Maker | None:
    """Return what makes the rows of a requirement with a number of its own; None for another."""
    players = Players({model.agents[i]: i for i in model.players}, model.horizon)
    try:
        return read(name, players, lambda value: numbers.fraction(value, at))
    except Malformed as problem:
        raise InputError(at, f"{show(name)} {problem.args[0]}", problem.args[1]) from None
