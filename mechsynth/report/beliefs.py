"""Blocks of beliefs: those in which something fails, else the tightest, drawn and written out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING, Any

from mechsynth.report.blocks import Block, Cell, Drawings, Grid, Say
from mechsynth.report.simplex import Cloud, picture
from mechsynth.report.text import exact, grey, label, number_cell, profile, short
from mechsynth.result.vocabulary import BELIEFS, WITHIN
from mechsynth.result.witness import Dependence, Mixture
from mechsynth.words import witnesses
from mechsynth.words.envelope import Answer
from mechsynth.words.numbers import counted, listed
from mechsynth.words.sections import Distance

if TYPE_CHECKING:
    from mechsynth.environment import Environment
    from mechsynth.evaluation import Evaluation

MOST_BLOCKS = 6
MOST_OUTCOMES = 12
MOST_PERIODS = 50
MOST_OWN = 24
MOST_SEARCHED = 2000  # blocks of a period and agent in which the one closest to dependence is looked for


@dataclass(frozen=True)
class Spot:
    """One block and why it is shown.

    Attributes
    ----------
    mark:
        The own signal that is in question, if one is.
    weights:
        The mixture (``λ``) or the dependence (``η``) of a witness.
    """

    agent: str
    period: int | None
    action: str
    others: Mapping[str, str]
    reason: str
    mark: str = ""
    weights: Mapping[str, Any] = field(default_factory=dict)
    dependence: bool = False


def spots(answer: Answer, environment: Environment, evaluation: Evaluation | None) -> tuple[list[Spot], int]:
    """Return the blocks to show, and how many failing ones are left out."""
    failing = _failing(answer)
    if failing:
        return failing[:MOST_BLOCKS], len(failing) - MOST_BLOCKS
    near = answer.part("distance", Distance)
    if near is not None:
        reason = (
            f"the closest a signal comes to the mixtures of the others: squared distance {exact(answer.value or 0)}"
        )
        return [Spot(near.agent, near.period, near.action, near.others, reason, near.type_, near.weights)], 0
    row = evaluation.least if evaluation is not None else None
    if row is not None:
        return _tightest(answer, environment, row), 0
    if answer.about == BELIEFS and answer.proved and not _aside(answer):
        return _closest(environment), 0
    return [], 0


def _aside(answer: Answer) -> bool:
    """Say whether it is about other beliefs than those of one step ahead."""
    return "look_ahead" in answer.question or "beliefs" in answer.question


def _failing(answer: Answer) -> list[Spot]:
    # beliefs of the first period are of no block; those of several periods are no points of a simplex
    if answer.about == WITHIN or _aside(answer):
        return []
    if not isinstance(answer.witness, (Mixture, Dependence)):
        return []
    found, seen = [], set()
    for failure in witnesses.failures(answer):
        if failure.kind not in ("convex-combination", "dependence") or failure.block in seen:
            continue
        seen.add(failure.block)  # one drawing a block: the first of its failures
        linear = failure.kind == "dependence"
        reason = (
            "what these signals expect depends linearly on each other"
            if linear
            else "this signal is a mixture of others"
        )
        if failure.shortfall is not None:
            reason += f"; the charges miss by {short(failure.shortfall)}"
        found.append(
            Spot(
                failure.agent,
                failure.period,
                failure.action or "",
                failure.others,
                reason,
                failure.type,
                failure.weights,
                linear,
            )
        )
    return found


def _tightest(answer: Answer, environment: Environment, row: Any) -> list[Spot]:
    """Return the block that the tightest lie is told in, if there is a next period."""
    if environment.horizon is not None and row.period == environment.horizon:
        return []
    told = dict(zip(environment.agents, row.signals, strict=True)) | {row.agent: row.report}
    action = answer.names.action_taken(row.period, told)
    if action is None:
        return []
    others = {agent: signal for agent, signal in told.items() if agent != row.agent}
    truth = row.signals[environment.agents.index(row.agent)]
    reason = f"the tightest lie is told here: signal {label(truth)} reports {label(row.report)}, and loses {short(row.slack)}"
    return [Spot(row.agent, row.period, action, others, reason, row.report)]


def _transitions(environment: Environment) -> range:
    """Return the periods with a transition to look through: one where all are alike, the first of very many."""
    if environment.stationary:
        return range(1, 1 + (environment.horizon != 1))
    return range(1, min(environment.last, MOST_PERIODS))


def _closest(environment: Environment) -> list[Spot]:
    """Return the block whose beliefs are closest to dependent, by floating point: the choice proves nothing."""
    import numpy as np

    from mechsynth.beliefs import beliefs

    best: tuple[float, Spot] | None = None
    for t in _transitions(environment):
        period = environment.period(t)
        shaped = period.choices().reshape(len(period.actions), *period.shape)
        for i in environment.players:
            agent = environment.agents[i]
            rest = [period.signals[j] for j in environment.others(i)]
            rows = beliefs(environment, t, i).rows
            count = rows.shape[0] * rows.shape[1]
            if rows.shape[2] < 2 or count > MOST_SEARCHED:
                continue
            least = np.linalg.svd(rows.floats().reshape(count, *rows.shape[2:]), compute_uv=False)[:, -1]
            there = np.take(shaped, 0, axis=1 + i).reshape(
                count
            )  # as the public states have it, whatever the own signal
            at = int(np.argmin(np.where(there, least, np.inf)))
            if best is None or least[at] < best[0]:
                action, b = divmod(at, rows.shape[1])
                chosen = list(product(*rest))[b]
                others = dict(zip((environment.agents[j] for j in environment.others(i)), chosen, strict=True))
                when = None if environment.horizon is None else t
                reason = "the block whose beliefs are closest to dependent, picked in floating point to be looked at"
                best = (float(least[at]), Spot(agent, when, period.actions[action], others, reason))
    return [] if best is None else [best[1]]


def show(answer: Answer, environment: Environment | None, evaluation: Evaluation | None, prefix: str) -> list[Block]:
    """Return drawings and tables of the blocks; without the instance, a sentence where something would be drawn."""
    if environment is None:
        if _failing(answer):
            return [Say("The beliefs are not drawn: they stand in the instance, which is not at hand.")]
        return []
    chosen, left_out = spots(answer, environment, evaluation)
    blocks: list[Block] = []
    seen: set[object] = set()
    for k, spot in enumerate(chosen):
        found = _columns(spot, environment)
        if found is None:
            continue
        key = (spot.agent, tuple(map(tuple, found[2])), spot.mark, tuple(sorted(spot.weights.items())))
        if key not in seen:  # blocks often differ in name only
            seen.add(key)
            blocks += _block(spot, found, environment, f"{prefix}block{k}")
            continue
        blocks.append(Say(f"{_place(spot, environment)}: the same beliefs as in a block above."))
    if blocks:
        intro = (
            "A block is what an agent, given the action and the others' signals, expects of the others' next reports: one point per "
            "own signal. Positions are rounded; the tables are exact."
        )
        blocks.insert(0, Say(intro))
    if left_out > 0:
        blocks.append(Say(f"{counted(left_out, 'more failing block')} left out here; the result file lists them."))
    return blocks


def _place(spot: Spot, environment: Environment) -> str:
    """Return where a block is: ``firm1, period 1, after action drill, firm2: 4``."""
    who = label(spot.agent, 20)
    period = environment.period(spot.period or 1)
    lone = {agent for agent, labels in zip(environment.agents, period.signals, strict=True) if len(labels) == 1}
    around = ", ".join(f"{label(a, 16)}: {label(s, 16)}" for a, s in spot.others.items() if a not in lone)
    when = "" if spot.period is None else f", period {spot.period}"
    return f"{who}{when}, after action {label(spot.action, 20)}{f', {around}' if around else ''}"


def _block(
    spot: Spot, found: tuple[list[str], list[str], list[list[Fraction]]], environment: Environment, name: str
) -> list[Block]:
    """Return the drawing and the table of one block; a single point in a plane of its own would say nothing."""
    own, outcomes, points = found
    who, place = label(spot.agent, 20), _place(spot, environment)
    blocks: list[Block] = []
    if 1 < len(outcomes) <= 3 or any(line != points[0] for line in points):
        marks = {own.index(k): float(w) for k, w in spot.weights.items() if k in own}
        marked = own.index(spot.mark) if spot.mark in own else None
        cloud = Cloud([label(k, 10) for k in own], outcomes, points, marked, marks, spot.dependence)
        blocks.append(Drawings((picture(name, f"{place}: {spot.reason}", cloud),)))
    else:
        blocks.append(Say(f"{place}: all own signals expect the same."))
    then = environment.period((spot.period or 1) + (environment.horizon is not None))
    told = listed(
        [
            label(a, 16)
            for a, labels in zip(environment.agents, then.signals, strict=True)
            if a != spot.agent and len(labels) > 1
        ]
    )
    told = told or "the others"
    rows = []
    symbol = "η" if spot.dependence else "λ"
    for k, line in list(zip(own, points, strict=True))[:MOST_OWN]:
        weight = spot.weights.get(k)
        mark = " ✗" if k == spot.mark and (spot.weights and not spot.dependence) else ""
        lead = Cell(f"{label(k, 16)}{mark}")
        extra = [] if not spot.weights else [Cell("") if not weight else number_cell(weight, symbol)]
        rows.append(
            (
                lead,
                *extra,
                *(number_cell(p, shade=grey(p)) if p else Cell("", "0") for p in line[:MOST_OUTCOMES]),
            )
        )
    heads = (f"{who}’s signal", *([symbol] if spot.weights else []), *outcomes[:MOST_OUTCOMES])
    gone = max(0, len(own) - MOST_OWN), max(0, len(outcomes) - MOST_OUTCOMES)
    note = f"{gone[0]} more signals and {gone[1]} more outcomes are left out." if any(gone) else ""
    blocks.append(Grid(f"Beliefs of {place}. Columns: next reports of {told}; empty: 0", heads, tuple(rows), 1, note))
    return blocks


def _columns(spot: Spot, environment: Environment) -> tuple[list[str], list[str], list[list[Fraction]]] | None:
    """Return own signals, outcomes, and the exact beliefs ``[own signal][outcome]``; ``None`` if the labels do not fit."""
    from mechsynth.beliefs import beliefs

    t = spot.period or 1
    if spot.agent not in environment.agents or not 1 <= t <= environment.last:
        return None
    i, period = environment.agents.index(spot.agent), environment.period(t)
    if period.transition is None or spot.action not in period.actions:
        return None
    b = 0
    for j in environment.others(i):
        signal = spot.others.get(environment.agents[j])
        if signal not in period.signals[j]:
            return None
        b = b * len(period.signals[j]) + period.signals[j].index(signal)
    rows = beliefs(environment, t, i).rows
    a = period.actions.index(spot.action)
    points = [[rows.fraction(a, b, k, m) for m in range(rows.shape[3])] for k in range(rows.shape[2])]
    then = environment.period(t if environment.horizon is None else t + 1)
    several = [then.signals[j] for j in environment.others(i) if len(then.signals[j]) > 1]
    outcomes = [profile(labels, 10) or "anything" for labels in product(*several)]
    return list(period.signals[i]), outcomes, points
