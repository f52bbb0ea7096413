"""``convex-independence`` and ``spanning`` when payments may look several periods ahead.

*Holds*: every block is independent by the checker's own elimination, or its signals are settled by separators over words. *Fails*: a combination of beliefs of which
nothing is seen in ``k`` steps; of no look-ahead at all, an invariant subspace: vectors whose span has the difference of beliefs and what it becomes after every report, each
without weight on every profile of the others. With ``auto`` every agent has an entry: the smallest ``k`` with a failure one step before it, or a proof that none works.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from mechsynth.errors import InputError
from mechsynth.result.witness import Dependence, Invariant, Mixture

from ..ahead import ZERO, Ahead, Vector, reduced
from ..blocks import Block, check_convex, in_scope, last_with_blocks, profiles_of_blocks, read_block
from ..envelope import Claim, witness
from ..exact import Array
from ..model import Model
from ..text import describe, items, label, mapping, show, table
from ..values import Values
from ..verdict import Ledger, Refuted
from . import beliefs
from .beliefs import Combination, failures, once, read_combination

_NAMES = {"convex-independence": "Convex independence", "spanning": "The spanning condition"}


def judge(claim: Claim, model: Model, rule: Sequence[Array] | None, values: Values | None, ledger: Ledger) -> str:
    """Check an answer, with a look-ahead or without; return the statement that is proved."""
    if "look_ahead" not in claim.asked.choices:
        if any(claim.certificate.get(key) is not None for key in ("agents", "dimensions")):
            raise InputError("certificate", "agents or dimensions without a look-ahead", "remove them")
        return beliefs.judge(claim, model, rule, values, ledger)
    assert rule is not None
    ledger.claim(claim.value is None, "a value, although no distance is measured with a look-ahead")
    _allow(claim)
    laws = {i: Ahead(model, rule, i) for i in model.players}
    wanted = claim.asked.choices["look_ahead"]
    if wanted == "auto":
        return _auto(claim, model, laws, ledger)
    k = int(wanted)
    if claim.status == "holds":
        entries = items(claim.certificate.get("separators", []), "certificate.separators")
        for own in laws.values():
            _holds(claim, own, k, entries, "certificate.separators", ledger)
        return f"{_NAMES[claim.ask]} holds {_when(k)}: {_scope(claim, model)} {_says(claim)}.{_path()}"
    words: list[str] = []
    seen: set[Any] = set()
    for entry, at in failures(claim):
        found = _invisible(claim, model, laws, entry, k, at, ledger)
        once(seen, (found.block, found.own), at)
        words.append(found.name(model))
    return f"{_NAMES[claim.ask]} fails {_when(k)}{_along(claim)}: {_cancel(claim)} ({words[0]}).{_path()}"


def _allow(claim: Claim) -> None:
    """Refuse keys of the certificate that belong to another kind of look-ahead."""
    auto = claim.asked.choices["look_ahead"] == "auto"
    for key in ("distance", *(("separators", "failures") if auto else ("agents", "dimensions"))):
        if claim.certificate.get(key) is not None:
            raise InputError(f"certificate.{key}", "does not go with this look-ahead", "remove it")


def _when(k: int) -> str:
    return f"when payments may look at the reports of the next {k} periods"


def _path() -> str:
    return " The reports are those of truth from the next period on, under the efficient rule listed."


def _scope(claim: Claim, model: Model) -> str:
    every = "every block of an available action" if model.limited else "every block"
    return f"in {every}" if claim.scope == "all" else "in every block that the rule uses"


def _along(claim: Claim) -> str:
    return "" if claim.scope == "all" else " along the efficient rule listed"


def _says(claim: Claim) -> str:
    if claim.ask == "spanning":
        return "what the own signals make an agent expect of these reports is linearly independent"
    return "no own signal makes an agent expect of these reports a mixture of what her others make her expect"


def _cancel(claim: Claim) -> str:
    if claim.ask == "spanning":
        return "what the own signals make her expect of these reports is linearly dependent"
    return "what the own signal makes her expect of these reports is a mixture of what her others make her expect"


# -- holds ------------------------------------------------------------------------------------------------------------


def _holds(claim: Claim, laws: Ahead, k: int, entries: Sequence[Any], place: str, ledger: Ledger) -> None:
    """Ask that every block and signal in scope of one agent is settled."""
    model, agent = laws.model, laws.agent
    separated = _separated(claim, laws, k, entries, place, ledger)
    for t in range(last_with_blocks(model)):
        needed = in_scope(claim, model, laws.rule, t, agent)
        ledger.rows += needed.size
        if needed.shape[2] < 2:
            continue
        for action, others in np.argwhere(needed.any(axis=2)).tolist():
            block = Block(t, agent, action, others)
            left = [own for own in np.flatnonzero(needed[action, others]).tolist() if (block, own) not in separated]
            if left and len(reduced(laws.columns(block, k))) < needed.shape[2]:
                signal = show(model.period(t).signals[agent][left[0]])
                raise Refuted(f"{block.name(model)}: nothing in the certificate settles the own signal {signal}")


def _separated(
    claim: Claim, laws: Ahead, k: int, entries: Sequence[Any], place: str, ledger: Ledger
) -> set[tuple[Block, int]]:
    """Check the separators of one agent; return which blocks and signals they settle."""
    model, found = laws.model, set[tuple[Block, int]]()
    keys = ["agent", "action", "others", "type", "vector", *(() if model.horizon is None else ("period",))]
    for n, entry in enumerate(entries):
        at = f"{place}[{n}]"
        block = read_block(table(entry, at, keys), model, at)
        own = label(entry["type"], model.period(block.t).signal_index[block.agent], f"{at}.type", "own signal")
        if block.agent != laws.agent:
            if place != "certificate.separators":
                raise InputError(at, "a block of another agent", "list it with its agent")
            continue
        once(found, (block, own), at)
        then = model.following(block.t)
        total = [ZERO] * model.period(then).profiles
        for m, part in enumerate(items(entry["vector"], f"{at}.vector")):
            where = f"{at}.vector[{m}]"
            table(part, where, ("next", "value"))
            word = laws.read_word(part["next"], then, laws.left(block.t, k), f"{where}.next")
            value = claim.numbers.fraction(part["value"], f"{where}.value")
            total = [a + value * b for a, b in zip(total, laws.word(then, word), strict=True)]
        laws_of = [laws.law(block.t, block.action, p) for p in laws.members(block.t)[block.others]]
        means = [sum((share * total[q] for q, share in law.items()), ZERO) for law in laws_of]
        for against, mean in enumerate(means):
            signals = model.period(block.t).signals[block.agent]
            words = f"separator of the own signal {show(signals[own])} against {show(signals[against])}"
            ledger.claim(
                against == own or mean > means[own],
                f"{block.name(model)}: {words}: slack {mean - means[own]} is not above 0",
            )
    return found


# -- fails ------------------------------------------------------------------------------------------------------------


def _combination(
    claim: Claim, model: Model, found: Mixture | Dependence | Invariant, at: str, ledger: Ledger
) -> Combination:
    """Return a combination of beliefs in a block in scope."""
    combination = read_combination(found, model, at)
    block, text = combination.block, combination.name(model)
    if combination.own is None:
        ledger.claim(any(combination.weights.values()), f"{text}: all weights are zero")
    else:
        others = {k: weight for k, weight in combination.weights.items() if k != combination.own}
        check_convex(others, combination.own, block, model, ledger)
    ledger.claim(found.shortfall is None, f"{text}: a condition has no shortfall")
    return combination


def _in_scope(combination: Combination, laws: Ahead, claim: Claim, ledger: Ledger) -> None:
    block, text = combination.block, combination.name(laws.model)
    if claim.scope == "policy":
        profiles = profiles_of_blocks(laws.model, block.t, block.agent)[block.others]
        chosen = laws.rule[block.t][profiles] == block.action
        own = combination.own
        words = "no own signal makes the rule take this action" if own is None else "the rule takes another action"
        ledger.claim(bool(chosen.any() if own is None else chosen[own]), f"{text}: {words}")


def _invisible(
    claim: Claim, model: Model, laws: Mapping[int, Ahead], entry: object, k: int, at: str, ledger: Ledger
) -> Combination:
    """Ask that a combination of beliefs shows in no word of ``k`` letters at most."""
    kind: type[Mixture | Dependence] = Mixture if claim.ask == "convex-independence" else Dependence
    combination = _combination(claim, model, witness(kind, entry, at, claim.numbers), at, ledger)
    own, block = laws[combination.block.agent], combination.block
    _in_scope(combination, own, claim, ledger)
    then = model.following(block.t)
    word = own.visible(then, own.difference(block, combination.weights), own.left(block.t, k))
    told = "" if word is None else own.tell(then, word)
    ledger.claim(word is None, f"{combination.name(model)}: the combination shows in the reports {told}")
    return combination


def _never(
    claim: Claim, laws: Mapping[int, Ahead], model: Model, entry: object, at: str, ledger: Ledger
) -> Combination:
    """Ask that a combination of beliefs never shows: by the subspace of the witness that everything it becomes stays in."""
    found = witness(Invariant, entry, at, claim.numbers)
    if (found.type_ is None) == (claim.ask == "convex-independence"):
        raise InputError(f"{at}.type", "not what the condition is about", "a mixture has a type, a dependence has none")
    combination = _combination(claim, model, found, at, ledger)
    own, text = laws[combination.block.agent], combination.name(model)
    _in_scope(combination, own, claim, ledger)
    check_invariant(own, own.difference(combination.block, combination.weights), found.basis, at, ledger, text)
    return combination


def check_invariant(
    laws: Ahead, start: Vector, listed: Sequence[Sequence[Fraction]], at: str, ledger: Ledger, text: str
) -> None:
    """Ask that the listed vectors span ``start`` and what every vector of theirs becomes, and that none of them ever shows."""
    size = laws.model.period(0).profiles
    basis: list[Vector] = [list(row) for row in listed]
    for n, row in enumerate(basis):
        if len(row) != size:
            raise InputError(f"{at}.basis[{n}]", f"{len(row)} numbers", f"one for each profile: {size}")
    rank = len(reduced(basis))

    def within(row: Vector) -> bool:
        return len(reduced([*basis, row])) == rank

    ledger.claim(within(start), f"{text}: the difference of beliefs is not in the span of the basis")
    for n, row in enumerate(basis):
        for y, members in enumerate(laws.members(0)):
            shown = sum((row[p] for p in members), ZERO)
            words = f"{text}: vector {n + 1} of the basis"
            ledger.claim(shown == 0, f"{words} shows in the report {laws.tell(0, [y])}")
            ledger.claim(
                within(laws.onward(0, y, row)), f"{words} leaves the span after the report {laws.tell(0, [y])}"
            )


# -- auto -------------------------------------------------------------------------------------------------------------


def _auto(claim: Claim, model: Model, laws: Mapping[int, Ahead], ledger: Ledger) -> str:
    check_dimensions(claim, model, laws, ledger)
    given = mapping(claim.certificate.get("agents"), "certificate.agents", "write {agent: entry}")
    longest = 0
    never: list[tuple[Any, str]] = []
    told: list[str] = []
    for i in model.players:
        name, at = model.agents[i], f"certificate.agents.{show(model.agents[i])}"
        if name not in given:
            raise InputError("certificate.agents", f"{show(name)} is missing", "list every agent that reports")
        entry = table(given[name], at, (), ("look-ahead", "before", "separators", "never"))
        if "never" in entry:
            if len(entry) > 1:
                raise InputError(at, "more than a proof that no look-ahead works", "remove the rest")
            found = _none(claim, model, laws, entry["never"], f"{at}.never", ledger)
            if found.block.agent != i:
                raise InputError(f"{at}.never", "a block of another agent", "list it with its agent")
            never.append((entry["never"], found.name(model)))
            told.append(f"for {show(name)} with no look-ahead")
            continue
        k = read_length(entry.get("look-ahead"), f"{at}.look-ahead")
        _holds(claim, laws[i], k, items(entry.get("separators", []), f"{at}.separators"), f"{at}.separators", ledger)
        if k > 1:
            before = _invisible(claim, model, laws, entry.get("before"), k - 1, f"{at}.before", ledger)
            ledger.claim(before.block.agent == i, f"{at}.before: a block of another agent")
        elif "before" in entry:
            raise InputError(f"{at}.before", "there is nothing before a look-ahead of one period", "remove it")
        told.append(f"for {show(name)} with a look-ahead of {k}{' but not of ' + str(k - 1) if k > 1 else ''}")
        longest = max(longest, k)
    if len(given) > len(model.players):
        raise InputError("certificate.agents", "more agents than report", "list those that report")
    summary = ", ".join(told)
    if claim.status == "holds":
        ledger.claim(not never, "certificate.agents: for some agent no look-ahead works")
        return (
            f"{_NAMES[claim.ask]} holds with a look-ahead of {longest} periods, and with none that is shorter: {_scope(claim, model)} {_says(claim)} "
            f"({summary}).{_path()}"
        )
    ledger.claim(
        any(entry == claim.witness for entry, _ in never), "the witness is none of the proofs that no look-ahead works"
    )
    words = next(text for entry, text in never if entry == claim.witness)
    ever = "for ever" if model.horizon is None else "to the end"
    return f"{_NAMES[claim.ask]} fails with every look-ahead{_along(claim)}: {ever} {_cancel(claim)} ({words}; it holds {summary}).{_path()}"


def _none(claim: Claim, model: Model, laws: Mapping[int, Ahead], entry: object, at: str, ledger: Ledger) -> Combination:
    if model.horizon is None:
        return _never(claim, laws, model, entry, at, ledger)
    return _invisible(claim, model, laws, entry, model.horizon, at, ledger)


def read_length(value: object, place: str) -> int:
    """Return a number of periods, at least 1."""
    if not isinstance(value, tuple) or value[1] != 1 or value[0] < 1:
        raise InputError(place, f"found {describe(value)}", "a whole number from 1 on")
    return int(value[0])


def check_dimensions(claim: Claim, model: Model, laws: Mapping[int, Ahead], ledger: Ledger) -> None:
    """Check what the certificate says of how much is seen in 1, 2, … steps: up to the last that adds something."""
    if claim.certificate.get("dimensions") is None:
        return
    at = "certificate.dimensions"
    if model.horizon is not None:
        raise InputError(at, "stand in an answer about a finite horizon", "remove them")
    given = mapping(claim.certificate["dimensions"], at, "write {agent: numbers}")
    for name, value in given.items():
        i = label(name, model.player_index, at, "agent")
        listed = [read_length(x, f"{at}.{show(name)}") for x in items(value, f"{at}.{show(name)}")]
        found = [len(laws[i].seen(0, n + 1)) for n in range(len(listed) + 1)]
        ledger.claim(
            bool(listed) and listed == found[:-1] == sorted(set(listed)) and found[-1] == listed[-1],
            f"{at}: of {show(name)} they are {', '.join(map(str, found))}",
        )
