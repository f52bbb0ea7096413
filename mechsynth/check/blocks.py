"""Belief blocks: what proves that a condition holds in one.

A block is ``(period, agent, action, others)``. Its column for the own signal ``k`` is
``μ_k = μ^{-i}(· | action, (k, others))``, the marginal of the transition on the next reports of the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from .envelope import Claim
from .exact import Array, Exact, Rows, dot, independent, sums
from .mechanism import read_others, read_period
from .model import Model
from .text import items, label, mapping, show, table
from .verdict import Ledger, Name, Refuted, equal

# Rows of a batch, so that a gathered batch stays small.
_BATCH = 4_000_000


def profiles_of_blocks(model: Model, t: int, agent: int) -> Array:
    """Return the profiles of every block: shape ``(profiles of the others, own signals)``."""
    period = model.period(t)
    whole = np.arange(period.profiles).reshape(period.sizes)
    return np.moveaxis(whole, agent, -1).reshape(-1, period.sizes[agent])


def last_with_blocks(model: Model) -> int:
    """Return the number of the last period that has a transition (0 if there is none)."""
    return 1 if model.horizon is None else model.horizon - 1


def others_name(model: Model, t: int, agent: int, others: int) -> str:
    """Return the others' signals in words."""
    period = model.period(t)
    place = np.unravel_index(others, period.other_sizes(agent)) if period.other_sizes(agent) else ()
    rest = [j for j in range(len(model.agents)) if j != agent]
    words = [f"{show(model.agents[j])}={show(period.signals[j][int(k)])}" for j, k in zip(rest, place, strict=True)]
    return ", ".join(words) if words else "nobody else"


@dataclass(frozen=True)
class Block:
    """A block, by indices."""

    t: int
    agent: int
    action: int
    others: int

    def name(self, model: Model) -> str:
        """Return the block in words."""
        action = show(model.period(self.t).actions[self.action])
        others = others_name(model, self.t, self.agent, self.others)
        return f"block of {show(model.agents[self.agent])}{model.when(self.t)}, action {action}, others {others}"

    def columns(self, model: Model) -> Rows:
        """Return the columns, as rows: one vector per own signal."""
        kernel = model.kernel(self.t)
        assert kernel is not None
        where = (self.action, profiles_of_blocks(model, self.t, self.agent)[self.others])
        return Rows(kernel.others(self.agent)[where], kernel.den[where])


def read_block(entry: Mapping[str, Any], model: Model, place: str) -> Block:
    """Return the block that an entry with ``period``, ``agent``, ``action``, ``others`` names."""
    last = last_with_blocks(model)
    if last == 0:
        raise Refuted("a block, although no period has a transition")
    t = read_period(entry, model, place, None if model.horizon is None else last)
    return block_at(model, t, entry["agent"], entry["action"], entry["others"], place)


def block_at(model: Model, t: int, whose: object, after: object, around: object, place: str) -> Block:
    """Return a block of a period by the names of its agent, its action, and what the others report."""
    agent = label(whose, model.player_index, f"{place}.agent", "agent")
    action = label(after, model.period(t).action_index, f"{place}.action", "action of this period")
    others = read_others(around, agent, model, t, f"{place}.others")
    if not model.period(t).choices[action, profiles_of_blocks(model, t, agent)[others]].all():
        raise InputError(f"{place}.action", "is not available there", "name one that is")
    return Block(t, agent, action, others)


def read_weights(value: object, block: Block, claim: Claim, model: Model, place: str) -> dict[int, Fraction]:
    """Return ``{own signal: weight}``."""
    known = model.period(block.t).signal_index[block.agent]
    return {
        label(key, known, place, "own signal"): claim.numbers.fraction(entry, f"{place}.{show(key)}")
        for key, entry in mapping(value, place, "write {signal: weight}").items()
    }


def mixture(columns: Rows, weights: dict[int, Fraction]) -> Exact:
    """Return ``Σ w_k μ_k`` exactly, one number per next profile of the others."""
    total = Exact.constant(Fraction(0), (columns.num.shape[-1],))
    for k, weight in weights.items():
        column = Exact(columns.num[k].astype(object), np.array(int(columns.den[k]), dtype=object))
        total = total + column.times(weight)
    return total


def in_scope(claim: Claim, model: Model, rule: Sequence[Array] | None, t: int, agent: int) -> Array:
    """Say which ``(action, others, own signal)`` a condition is about."""
    profiles = profiles_of_blocks(model, t, agent)
    shape = (len(model.period(t).actions), *profiles.shape)
    if claim.scope == "all":
        return np.asarray(model.period(t).choices[:, profiles])
    assert rule is not None
    needed = np.zeros(shape, dtype=bool)
    chosen = rule[t][profiles]
    rest, own = np.indices(profiles.shape)
    needed[chosen, rest, own] = True
    if claim.ask == "spanning":
        # independence is asked of whole blocks: those whose action some own report brings about
        needed |= needed.any(axis=2, keepdims=True)
    return needed


def check_holds(claim: Claim, model: Model, rule: Sequence[Array] | None, ledger: Ledger) -> None:
    """Ask that every (block, own signal) in scope is settled: by a separator, or, without a distance, by the checker's own elimination."""
    certificate, last = claim.certificate, last_with_blocks(model)
    periods = [(t, agent) for t in range(last) for agent in model.players]
    scope = {place: in_scope(claim, model, rule, *place) for place in periods}
    squared: Fraction | None = None
    if certificate.get("distance") is not None:
        squared = _check_distance(certificate["distance"], claim, model, scope, ledger)
    separated = _check_separators(claim, model, scope, squared, ledger)
    for (t, agent), needed in scope.items():
        ledger.rows += needed.size
        if needed.shape[2] < 2:
            continue
        open_places = needed & ~separated.get((t, agent), np.zeros(needed.shape, dtype=bool))
        if squared is None:
            open_places &= ~_independent_blocks(model, t, agent, np.asarray(open_places.any(axis=2)))[:, :, None]
        if open_places.any():
            action, others, own = (int(k) for k in np.argwhere(open_places)[0])
            words = Block(t, agent, action, others).name(model)
            signal = show(model.period(t).signals[agent][own])
            raise Refuted(f"{words}: nothing in the certificate settles the own signal {signal}")
    if squared is None:
        ledger.claim(claim.value is None, "a value without the distance that would prove it")
    else:
        equal(claim.numbers.fraction(claim.value, "value"), squared, "value", ledger)


def _independent_blocks(model: Model, t: int, agent: int, wanted: Array) -> Array:
    """Return which of the wanted blocks ``(action, others)`` have independent columns, by the checker's own elimination."""
    profiles, kernel = profiles_of_blocks(model, t, agent), model.kernel(t)
    assert kernel is not None
    weights = kernel.others(agent)
    answer = np.zeros(wanted.shape, dtype=bool)
    places = np.argwhere(wanted)
    step = max(1, _BATCH // (profiles.shape[1] * weights.shape[2]))
    for start in range(0, len(places), step):
        part = places[start : start + step]
        answer[part[:, 0], part[:, 1]] = independent(weights[part[:, 0, None], profiles[part[:, 1]]])
    return answer


def _check_separators(
    claim: Claim,
    model: Model,
    scope: dict[tuple[int, int], Array],
    squared: Fraction | None,
    ledger: Ledger,
) -> dict[tuple[int, int], Array]:
    """Check ``certificate.separators``; return which ``(action, others, own signal)`` they settle."""
    keys = ["agent", "action", "others", "type", "vector"]
    keys += [] if model.horizon is None else ["period"]
    found: dict[tuple[int, int], list[tuple[int, int, int, list[Any]]]] = {}
    done: dict[tuple[int, int], Array] = {}
    for k, entry in enumerate(items(claim.certificate.get("separators", []), "certificate.separators")):
        at = f"certificate.separators[{k}]"
        table(entry, at, keys)
        block = read_block(entry, model, at)
        t, agent = block.t, block.agent
        own = label(entry["type"], model.period(t).signal_index[agent], f"{at}.type", "own signal")
        if (t, agent) not in done:
            done[t, agent] = np.zeros(scope[t, agent].shape, dtype=bool)
        if done[t, agent][block.action, block.others, own]:
            raise InputError(at, "this block and own signal stand twice", "keep one")
        done[t, agent][block.action, block.others, own] = True
        vector = items(entry["vector"], f"{at}.vector")
        length = prod(model.period(model.following(t)).other_sizes(agent))
        if len(vector) != length:
            raise InputError(f"{at}.vector", f"length {len(vector)}", f"one entry per next profile: {length}")
        found.setdefault((t, agent), []).append((block.action, block.others, own, vector))
    for (t, agent), entries in found.items():
        kernel, profiles = model.kernel(t), profiles_of_blocks(model, t, agent)
        assert kernel is not None
        weights = kernel.others(agent)
        step = max(1, _BATCH // (profiles.shape[1] * weights.shape[2]))
        for start in range(0, len(entries), step):
            part = entries[start : start + step]
            action, rest, own_of = (np.array([e[j] for e in part], dtype=np.int64) for j in range(3))
            pairs = claim.numbers.pairs([x for e in part for x in e[3]], "certificate.separators")
            # the scale of h is of no consequence, so its denominator is dropped
            h = Rows.of(pairs, (len(part),), weights.shape[2], "certificate.separators").num
            members = profiles[rest]
            value = dot(weights[action[:, None], members], kernel.bound, h[:, None, :])
            mean = Exact(value, kernel.den[action[:, None], members])
            every = np.arange(len(part))
            at_own = mean[every, own_of].reshape(len(part), 1)
            difference = mean - at_own
            lies = np.arange(profiles.shape[1])[None, :] != own_of[:, None]

            blocks = [(Block(t, agent, a, b), own) for a, b, own, _ in part]
            ledger.positive(difference[lies], _separator_names(model, blocks, np.argwhere(lies), ""))
            if squared is not None:
                norm = sums(h.astype(object) * h.astype(object))
                needed = scope[t, agent][action, rest, own_of][:, None] & lies
                square = Exact(difference.num**2, difference.den**2)
                bound = Exact(norm.reshape(-1, 1), np.array(1, dtype=object)).times(squared)
                names = _separator_names(model, blocks, np.argwhere(needed), "distance, ")
                ledger.not_negative((square - bound)[needed], names)
    return done


def _separator_names(model: Model, blocks: Sequence[tuple[Block, int]], where: Array, before: str) -> Name:
    """Return the names of the rows ``where[row] = (entry, own signal against)``."""

    def name(index: tuple[int, ...]) -> str:
        entry, against = (int(x) for x in where[index[0]])
        block, own = blocks[entry]
        labels = model.period(block.t).signals[block.agent]
        words = f"separator of the own signal {show(labels[own])} against {show(labels[against])}"
        return f"{before}{block.name(model)}: {words}"

    return name


def _check_distance(
    value: object, claim: Claim, model: Model, scope: dict[tuple[int, int], Array], ledger: Ledger
) -> Fraction:
    """Check that the point of ``certificate.distance`` is at the claimed squared distance; return that."""
    at = "certificate.distance"
    keys = ("squared", "agent", "action", "others", "type", "weights")
    entry = table(value, at, keys if model.horizon is None else ("period", *keys))
    block = read_block(entry, model, at)
    own = label(entry["type"], model.period(block.t).signal_index[block.agent], f"{at}.type", "own signal")
    if not scope[block.t, block.agent][block.action, block.others, own]:
        raise Refuted(f"distance, {block.name(model)}: it is not in scope")
    weights = read_weights(entry["weights"], block, claim, model, f"{at}.weights")
    check_convex(weights, own, block, model, ledger)
    columns = block.columns(model)
    gap = mixture(columns, {**weights, own: Fraction(-1)})
    num, den = gap.common(at)
    found = Fraction(sum(int(x) ** 2 for x in num), den * den)
    squared = claim.numbers.fraction(entry["squared"], f"{at}.squared")
    equal(squared, found, f"squared distance in the {block.name(model)}", ledger)
    return squared


def check_convex(weights: dict[int, Fraction], own: int, block: Block, model: Model, ledger: Ledger) -> None:
    """Ask that the weights are those of a convex combination of the other own signals."""
    words = block.name(model)
    ledger.claim(own not in weights, f"{words}: the combination uses the own signal it should give")
    for k, weight in weights.items():
        signal = show(model.period(block.t).signals[block.agent][k])
        ledger.claim(weight >= 0, f"{words}: the weight of {signal} is negative")
    equal(sum(weights.values(), Fraction(0)), Fraction(1), f"{words}: sum of the weights", ledger)
