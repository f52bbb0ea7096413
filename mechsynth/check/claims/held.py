"""``convex-independence`` and ``spanning`` of beliefs about reports of the same period.

*Holds*: ``certificate.first`` has, for each agent, public signals and possible report of the first period, a vector over the others' profiles; ``certificate.separators`` the same
from the second period on, after each action in scope and the others' signals of the period before, where it must be worth 0 to the reported signal and more than 0 to
every other one *whatever the own signal before*. *Fails*: a mixture in the first period, or rates that no such vector survives. Independence is eliminated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from mechsynth.errors import InputError
from mechsynth.result.witness import Dependence, Mixture, Prepared

from ..ahead import reduced
from ..blocks import Block, block_at, last_with_blocks, profiles_of_blocks, read_block
from ..envelope import Claim, witness
from ..exact import Array, Exact
from ..mechanism import period_of
from ..model import Model
from ..prior import Seen, every_seen, read_own, read_player, read_seen
from ..text import describe, items, label, mapping, show, table
from ..values import Values
from ..verdict import Ledger, Refuted
from . import ahead
from .beliefs import failures, once


def judge(claim: Claim, model: Model, rule: Sequence[Array] | None, values: Values | None, ledger: Ledger) -> str:
    """Check an answer about either kind of beliefs; return the statement that is proved."""
    within = "beliefs" in claim.asked.choices
    strange = ["distance", "dimensions", "agents"] if within else ["first"]
    if within and claim.ask == "spanning":
        strange.append("failures")
    if not within and claim.status == "fails":
        strange.append("separators")
    for key in strange:
        if claim.certificate.get(key) is not None:
            raise InputError(f"certificate.{key}", "does not go with what is asked of beliefs", "remove it")
    if not within:
        return ahead.judge(claim, model, rule, values, ledger)
    ledger.claim(claim.value is None, "a value, although no distance is measured within a period")
    if claim.ask == "spanning":
        return _spanning(claim, model, ledger)
    return _convex(claim, model, rule, ledger)


def _given(model: Model) -> str:
    return ", given any public signals of positive probability" if model.public else ""


# -- one period -------------------------------------------------------------------------------------------------------


def _spanning(claim: Claim, model: Model, ledger: Ledger) -> str:
    if model.horizon != 1:
        raise InputError("instance", "has more than one period, and the question is about one", "cut it down")
    if claim.status == "fails":
        found = witness(Dependence, claim.witness, "witness", claim.numbers)
        seen, i = _place(found, model, "witness")
        weights = {read_own(k, seen, i, "witness.weights"): w for k, w in found.weights.items()}
        ledger.claim(any(weights.values()), "the witness: all weights are zero")
        beliefs = {k: _belief(seen, i, k) for k in weights}
        for at, other in enumerate(seen.others(i)):
            left = sum((w * beliefs[k][at] for k, w in weights.items()), Fraction(0))
            ledger.zero(_number(left), lambda _, other=other: f"the witness at the others' profile {other}")  # type: ignore[misc]
        return (
            f"Spanning within the period fails: the beliefs of {seen.who(i)}'s signals about the others' reports of the same period are linearly "
            f"dependent{seen.name()}."
        )
    for seen in every_seen(model):
        for i in range(len(seen.sizes)):
            possible = seen.possible(i)
            independent = len(reduced([_belief(seen, i, k) for k in possible])) == len(possible)
            ledger.claim(independent, f"the beliefs of {seen.who(i)} are linearly dependent{seen.name()}")
    return (
        "Spanning within the period holds: what the possible signals of an agent make her believe of the others' reports of the same period is linearly "
        f"independent{_given(model)}."
    )


def _belief(seen: Seen, i: int, k: int) -> list[Fraction]:
    column = seen.belief(i, k)
    return [Fraction(v, sum(column)) for v in column]


def _place(found: Mixture | Dependence, model: Model, at: str) -> tuple[Seen, int]:
    """Return where a witness about the first period stands, and whose beliefs it is about."""
    if found.action is not None:
        raise InputError(f"{at}.action", "the first period follows no action", "leave it out")
    if found.shortfall is not None:
        raise Refuted(f"{at}: a condition has no shortfall")
    period_of(found, model, at, 1)
    seen = _seen(found.others, {seen.signals: seen for seen in every_seen(model)}, model, f"{at}.others")
    return seen, read_player(found.agent, model, f"{at}.agent")


def _seen(value: object, known: Mapping[tuple[int, ...], Seen], model: Model, place: str) -> Seen:
    signals = read_seen(value, model, place)
    if signals not in known:
        raise InputError(place, "these public signals have probability 0", "name what can be seen")
    return known[signals]


def _number(value: Fraction) -> Exact:
    return Exact(np.array(value.numerator, dtype=object), np.array(value.denominator, dtype=object))


# -- convex independence ----------------------------------------------------------------------------------------------


def _convex(claim: Claim, model: Model, rule: Sequence[Array] | None, ledger: Ledger) -> str:
    if model.prior is None and model.horizon == 1:
        raise InputError("instance", "has no prior, so nothing is believed of the others", "add a prior")
    found = (
        {part: (entry, at) for entry, at in failures(claim) for part in [_part(entry, at)]}
        if claim.status == "fails"
        else {}
    )
    ledger.claim(
        len(found) == sum(1 for _ in failures(claim)) or claim.status != "fails",
        "certificate.failures: one kind stands twice",
    )
    words = []
    if model.prior is not None:
        words.append(
            _mixture(claim, model, *found["first"], ledger) if "first" in found else _first(claim, model, ledger)
        )
    if last_with_blocks(model):
        more = found.get("separators")
        words.append(_prepared(claim, model, rule, more, ledger) if more else _later(claim, model, rule, ledger))
    _nothing_more(claim, model, set(found))
    return f"Convex independence within the period {claim.status}: {'; '.join(words)}."


def _part(entry: object, at: str) -> str:
    """Return the key of the certificate that a failure stands for."""
    kind = entry.get("kind") if isinstance(entry, dict) else None
    if kind not in ("convex-combination", "prepared"):
        raise InputError(f"{at}.kind", f"found {describe(kind)}", "convex-combination or prepared")
    return "first" if kind == "convex-combination" else "separators"


def _nothing_more(claim: Claim, model: Model, failed: set[str]) -> None:
    """Refuse lotteries and failures of what the instance does not have, and lotteries of what fails."""
    there = {"first": model.prior is not None, "separators": last_with_blocks(model) > 0}
    for key, some in there.items():
        if key in failed and not some:
            raise InputError("witness", "about beliefs that the instance does not have", "leave it out")
        if claim.certificate.get(key) is not None and (key in failed or not some):
            raise InputError(f"certificate.{key}", "stands where there is nothing to hold", "remove it")


def _first(claim: Claim, model: Model, ledger: Ledger) -> str:
    known = {seen.signals: seen for seen in every_seen(model)}
    done: set[Any] = set()
    for n, entry in enumerate(items(claim.certificate.get("first"), "certificate.first")):
        at = f"certificate.first[{n}]"
        table(entry, at, ("others", "agent", "type", "vector"))
        seen = _seen(entry["others"], known, model, f"{at}.others")
        i = read_player(entry["agent"], model, f"{at}.agent")
        r = read_own(entry["type"], seen, i, f"{at}.type")
        once(done, (seen.signals, i, r), at)
        vector = _vector(entry["vector"], len(seen.others(i)), claim, f"{at}.vector")
        words = f"{seen.who(i)}'s report {seen.label(i, r)}{seen.name()}"
        for k in seen.possible(i):
            worth = sum((w * h for w, h in zip(seen.belief(i, k), vector, strict=True)), Fraction(0))
            _ask(worth, k == r, f"{words}: the lottery, to the signal {seen.label(i, k)}", ledger)
    for seen in known.values():
        for i in range(len(seen.sizes)):
            possible = seen.possible(i)
            for r in possible if len(possible) > 1 else ():
                words = f"certificate.first: {seen.who(i)}'s report {seen.label(i, r)}{seen.name()}"
                ledger.claim((seen.signals, i, r) in done, f"{words} has no lottery")
    return (
        "no possible signal's belief about the others' reports of the same period is a mixture of the beliefs of the agent's other possible signals"
        f"{_start(model)}{_given(model)}"
    )


def _start(model: Model) -> str:
    return ", in the first period" if model.horizon != 1 else ""


def _ask(worth: Fraction, own: bool, words: str, ledger: Ledger) -> None:
    (ledger.zero if own else ledger.positive)(_number(worth), lambda _: words)


def _vector(value: object, count: int, claim: Claim, place: str) -> list[Fraction]:
    found = items(value, place)
    if len(found) != count:
        raise InputError(place, f"length {len(found)}", f"one entry per profile of the others: {count}")
    return [Fraction(*pair) for pair in claim.numbers.pairs(found, place)]


def _mixture(claim: Claim, model: Model, value: object, at: str, ledger: Ledger) -> str:
    found = witness(Mixture, value, at, claim.numbers)
    seen, i = _place(found, model, at)
    own = read_own(found.type_, seen, i, f"{at}.type")
    weights = {read_own(k, seen, i, f"{at}.weights"): w for k, w in found.weights.items()}
    ledger.claim(own not in weights, "the witness: the mixture uses the signal that it should give")
    ledger.claim(all(w >= 0 for w in weights.values()), "the witness: a weight is negative")
    ledger.claim(sum(weights.values(), Fraction(0)) == 1, "the witness: the weights do not add up to 1")
    beliefs = {k: _belief(seen, i, k) for k in (own, *weights)}
    for place, other in enumerate(seen.others(i)):
        left = sum((w * beliefs[k][place] for k, w in weights.items()), -beliefs[own][place])
        ledger.zero(_number(left), lambda _, other=other: f"the witness at the others' profile {other}")  # type: ignore[misc]
    return (
        f"{seen.who(i)}'s signal {seen.label(i, own)} makes her believe of the others' reports of the same period a mixture of what her other signals make her "
        f"believe{_start(model)}{seen.name()}"
    )


# -- later periods ----------------------------------------------------------------------------------------------------


class _After:
    """What an agent believes after a block, given the public signals of now: probabilities of her signal together with the others'."""

    def __init__(self, model: Model, block: Block, seen: tuple[int, ...]) -> None:
        kernel, then = model.kernel(block.t), model.period(model.following(block.t))
        assert kernel is not None
        shown = np.ones(then.profiles, dtype=bool)
        for j, k in zip(model.public, seen, strict=True):
            shown &= then.own[j] == k
        self.model, self.block, self.seen = model, block, seen
        self.labels, self.before = then.signals[block.agent], model.period(block.t).signals[block.agent]
        self._members = [np.flatnonzero(shown & (then.own[block.agent] == k)) for k in range(len(self.labels))]
        history = profiles_of_blocks(model, block.t, block.agent)[block.others]
        self._rows = [kernel.weights[block.action, p] for p in history]
        self._dens = [int(kernel.den[block.action, p]) for p in history]
        self.width = self._members[0].size

    def column(self, k: int, h: int) -> list[Fraction]:
        """Return the probabilities of own signal ``k`` with each profile of the others, after own signal ``h``."""
        return [Fraction(int(w), self._dens[h]) for w in self._rows[h][self._members[k]]]

    def possible(self) -> list[tuple[int, int]]:
        """Return the pairs of a signal of now and one of before that has it after it."""
        return [
            (k, h) for k, members in enumerate(self._members) for h, row in enumerate(self._rows) if row[members].any()
        ]

    def name(self) -> str:
        """Return where it is in words."""
        then = self.model.period(self.model.following(self.block.t))
        given = [
            f"{show(self.model.agents[j])}={show(then.signals[j][k])}"
            for j, k in zip(self.model.public, self.seen, strict=True)
        ]
        return self.block.name(self.model) + (f", now given {', '.join(given)}" if given else "")


def _every(claim: Claim, model: Model, rule: Sequence[Array] | None) -> Iterator[_After]:
    """Yield what is in scope."""
    for t in range(last_with_blocks(model)):
        period, then = model.period(t), model.period(model.following(t))
        for agent in model.players:
            for others, profiles in enumerate(profiles_of_blocks(model, t, agent)):
                for action in range(len(period.actions)):
                    if _in_scope(claim, model, rule, Block(t, agent, action, others), profiles):
                        for seen in product(*(range(then.sizes[j]) for j in model.public)):
                            yield _After(model, Block(t, agent, action, others), seen)


def _in_scope(claim: Claim, model: Model, rule: Sequence[Array] | None, block: Block, profiles: Array) -> bool:
    if claim.scope == "all":
        return bool(model.period(block.t).choices[block.action, profiles].all())
    assert rule is not None
    return bool((rule[block.t][profiles] == block.action).any())


def _after(model: Model, block: Block, value: object, place: str) -> _After:
    then, at = model.period(model.following(block.t)), f"{place}.seen"
    found = {}
    for name, signal in mapping(value, at, "write {agent: signal}").items():
        j = label(name, model.agent_index, at, "agent")
        if j not in model.public:
            raise InputError(at, f"{show(name)} is not public", "name the public agents only")
        found[j] = label(signal, then.signal_index[j], at, "signal")
    if len(found) < len(model.public):
        raise InputError(at, "a public agent is missing", "name all of them")
    return _After(model, block, tuple(found[j] for j in model.public))


def _later(claim: Claim, model: Model, rule: Sequence[Array] | None, ledger: Ledger) -> str:
    keys = ("agent", "action", "others", "seen", "type", "vector")
    done: set[Any] = set()
    for n, entry in enumerate(items(claim.certificate.get("separators"), "certificate.separators")):
        at = f"certificate.separators[{n}]"
        table(entry, at, keys if model.horizon is None else ("period", *keys))
        after = _after(model, read_block(entry, model, at), entry["seen"], at)
        r = label(entry["type"], {name: k for k, name in enumerate(after.labels)}, f"{at}.type", "own signal")
        once(done, (after.block, after.seen, r), at)
        vector = _vector(entry["vector"], after.width, claim, f"{at}.vector")
        words = f"{after.name()}, report {show(after.labels[r])}: the lottery, to the signal"
        for k, h in after.possible():
            worth = sum((w * x for w, x in zip(after.column(k, h), vector, strict=True) if x), Fraction(0))
            _ask(worth, k == r, f"{words} {show(after.labels[k])} after {show(after.before[h])}", ledger)
    for after in _every(claim, model, rule):
        signals = {k for k, _ in after.possible()}
        for r in signals if len(signals) > 1 else ():
            words = f"certificate.separators: {after.name()}, report {show(after.labels[r])}"
            ledger.claim((after.block, after.seen, r) in done, f"{words} has no lottery")
    actions = (
        "every action"
        if claim.scope == "all"
        else "every action that the efficient rule listed takes after some report of hers"
    )
    return (
        f"from the second period on, after {actions} and whatever the others' signals of the period before{_given(model)}, for every possible report some lottery on the "
        "others' reports of the period is worth 0 to her who has that signal and more than 0 to her who has another one, whatever her own signal of the period before"
    )


def _prepared(claim: Claim, model: Model, rule: Sequence[Array] | None, where: tuple[Any, str], ledger: Ledger) -> str:
    value, place = where
    found = witness(Prepared, value, place, claim.numbers)
    t = period_of(found, model, place, None if model.horizon is None else last_with_blocks(model))
    block = block_at(model, t, found.agent, found.action, found.others, place)
    after = _after(model, block, found.seen, place)
    profiles = profiles_of_blocks(model, block.t, block.agent)[block.others]
    ledger.claim(_in_scope(claim, model, rule, block, profiles), f"{after.name()}: the rule takes another action there")
    now = {name: k for k, name in enumerate(after.labels)}
    before = {name: h for h, name in enumerate(after.before)}
    r = label(found.type_, now, f"{place}.type", "own signal")
    possible = set(after.possible())
    left = [Fraction(0)] * after.width
    some = False
    for name, rates in found.weights.items():
        k = label(name, now, f"{place}.weights", "own signal")
        ledger.claim(k != r, f"{place}: a rate of the report itself")
        for own, y in rates.items():
            h = label(own, before, f"{place}.weights", "own signal of the period before")
            ledger.claim(y >= 0, f"{place}: the rate of {show(name)} after {show(own)} is below 0")
            some |= y > 0 and (k, h) in possible
            left = [x + y * v for x, v in zip(left, after.column(k, h), strict=True)]
    ledger.claim(some, f"{place}: no lie that somebody can tell")
    for own, y in found.mixed.items():
        h = label(own, before, f"{place}.mixed", "own signal of the period before")
        left = [x - y * v for x, v in zip(left, after.column(r, h), strict=True)]
    for at, entry in enumerate(left):
        ledger.zero(_number(entry), lambda _, at=at: f"{after.name()}: entry {at} of the combination")  # type: ignore[misc]
    ledger.claim(any(k == r for k, _ in possible), f"{place}: nobody has the signal that is reported")
    return (
        f"{after.name()}: of all lotteries on the others' reports of the period after it that are worth 0 to her who has signal {show(after.labels[r])} then, whatever her own signal "
        "before, none is worth more than 0 to everybody who has another one"
    )
