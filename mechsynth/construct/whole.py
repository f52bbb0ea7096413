"""The residual-claimant programs of a whole instance, with the last period's payments as columns of their own.

`contingent` and `vcg-type` are solved block by block, with fixed payments in the last period. Here stands the joint program that a
user may want to add to: ``later`` payments, and in a finite horizon the ``now`` payments of the last period, all free.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from mechsynth.construct.aims import losses
from mechsynth.construct.blocks import Stack, stacks
from mechsynth.construct.case import Case
from mechsynth.environment import Environment
from mechsynth.program.ground import quoted
from mechsynth.program.labelled import AT_LEAST, EQUAL, Program, Row
from mechsynth.reading import refuse_if_large


def residual_program(case: Case, transfers: str, scope: str) -> Program:
    """Return the program of Theorem 3.1 (``"contingent"``) or 3.2 (``"vcg-type"``) of Liu 2014 for a whole instance.

    Columns: ``later[agent | period t | r=… | a=… | others … | next …]`` (no ``r`` for VCG-type) and ``now[agent | signals …]``. Rows say whose
    target they are. A payment is positive when the agent pays.
    """
    environment = case.environment
    program = Program()
    known: set[str] = set()
    for stack in stacks(case, scope):
        reports = stack.rows.shape[1] if transfers == "contingent" else 1
        refuse_if_large("program", "the labelled program", stack.rows.num.size * reports, 400)
        for row in _stack_rows(case, stack, transfers, scope):
            _add(program, known, row)
    if environment.horizon is not None and case.constant is None:
        for row in _last_rows(case):
            _add(program, known, row)
    return program


def _add(program: Program, known: set[str], row: Row) -> None:
    for name in row.coefficients:
        if name not in known:
            known.add(name)
            program.columns.append(name)
    program.rows.append(row)


def _stack_rows(case: Case, stack: Stack, transfers: str, scope: str) -> Iterator[Row]:
    environment, t, agent = case.environment, stack.t, stack.agent
    period = environment.period(t)
    following = environment.period(t if environment.horizon is None else t + 1)
    name, own = quoted(environment.agents[agent]), period.signals[agent]
    outcomes = [_profile(theta) for theta in product(*(following.signals[j] for j in environment.others(agent)))]
    for b in range(stack.rows.shape[0]):
        action, others = int(stack.action[b]), int(stack.others[b])
        rest = list(product(*(period.signals[j] for j in environment.others(agent))))[others]
        where = f"period {t} | a={quoted(period.actions[action])} | others {_profile(rest)}"
        beliefs = [[Fraction(int(v), stack.rows.den) for v in stack.rows.num[b, k].tolist()] for k in range(len(own))]
        reports: Sequence[int | None]
        reports = [r for r in range(len(own)) if stack.need[b, r]] if transfers == "contingent" else [None]
        for r in reports:
            said = "" if r is None else f" | r={quoted(own[r])}"
            for k in range(len(own)):
                profile = list(rest)
                profile.insert(agent, own[k])
                flat = int(
                    np.ravel_multi_index(
                        [s.index(v) for s, v in zip(period.signals, profile, strict=True)], period.shape
                    )
                )
                right, payments = _target(case, t, agent, action, flat)
                if scope == "policy" and not stack.played[b, k]:
                    # such a lie loses surplus besides
                    right -= losses(case, t).exact().fraction(action, flat) / environment.discount
                row: dict[str, Fraction] = {
                    f"later[{name} | {where}{said} | next {outcome}]": p
                    for outcome, p in zip(outcomes, beliefs[k], strict=True)
                    if p
                }
                exact = k == r if r is not None else (scope == "all" or bool(stack.played[b, k]))
                title = f"target of {name} at {quoted(own[k])} | {where}{said}"
                yield Row(title, row | payments, EQUAL if exact else AT_LEAST, right)


def _target(case: Case, t: int, agent: int, action: int, flat: int) -> tuple[Fraction, dict[str, Fraction]]:
    """Return the part of ``c`` that is fixed, and the coefficients of the last period's payments on the row's left side."""
    environment = case.environment
    period = environment.period(t)
    surplus = sum(
        (
            Fraction(int(period.utilities.num[j, action].ravel()[flat]), period.utilities.den)
            for j in environment.others(agent)
        ),
        Fraction(0),
    )
    right = -surplus / environment.discount
    if environment.horizon is None or t != environment.horizon - 1:
        return right, {}
    end = environment.period(environment.horizon)
    kernel = period.kernel()
    chosen = case.at(environment.horizon).ravel()
    value = case.rule.value(environment.horizon)
    coefficients: dict[str, Fraction] = {}
    for nxt, theta in enumerate(product(*end.signals)):
        p = Fraction(int(kernel.num[action, flat, nxt]), kernel.den)
        if not p:
            continue
        kept = Fraction(int(end.utilities.num[agent, chosen[nxt]].ravel()[nxt]), end.utilities.den)
        right -= p * (value.fraction(nxt) - kept)
        if case.constant is None:
            coefficients[_now(environment, agent, theta)] = p
    return right, coefficients


def _now(environment: Environment, agent: int, theta: Sequence[str]) -> str:
    return f"now[{quoted(environment.agents[agent])} | signals {_profile(theta)}]"


def _profile(labels: Sequence[str]) -> str:
    """Return signals as they stand in a name, labels with a comma or a bar in quotation marks: different signals never read the same."""
    return ",".join(quoted(label) for label in labels)


def _last_rows(case: Case) -> Iterator[Row]:
    """Yield the incentive rows of the last period."""
    environment = case.environment
    end = environment.period(environment.last)
    chosen = case.at(environment.last)
    for agent in environment.players:
        name = environment.agents[agent]
        utility: Any = end.utilities.num[agent]
        for place in product(*map(range, end.shape)):
            for r in range(end.shape[agent]):
                if r == place[agent]:
                    continue
                lie = (*place[:agent], r, *place[agent + 1 :])
                loss = Fraction(
                    int(utility[(chosen[place], *place)]) - int(utility[(chosen[lie], *place)]), end.utilities.den
                )
                theta = [s[k] for s, k in zip(end.signals, place, strict=True)]
                told = [s[k] for s, k in zip(end.signals, lie, strict=True)]
                reported = quoted(told[agent])
                title = f"incentive of {quoted(name)} in period {environment.last} at {_profile(theta)} reporting {reported}"
                row = {_now(environment, agent, told): Fraction(1), _now(environment, agent, theta): Fraction(-1)}
                yield Row(title, row, AT_LEAST, -loss)
