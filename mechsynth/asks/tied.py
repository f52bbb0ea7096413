"""``--ties all``: every efficient rule is tried, one for every way to choose among actions that are equally good.

Which of several best actions is taken decides what can be implemented, and earned. The first rule in file order is asked as it always is, the others as rules that are given. An answer that is positive for one of them is the
answer; a negative one, and an optimum, carries the answers about all the others. Rules that draw among equally good actions are not tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from mechsynth.construct.case import Case
from mechsynth.errors import UsageError
from mechsynth.given import FORMAT, Given, given
from mechsynth.mechanism import Mechanism
from mechsynth.rational import nest
from mechsynth.result import Result, Status, Strength
from mechsynth.result.vocabulary import EFFICIENT

if TYPE_CHECKING:
    from mechsynth.result.ask import Ask
    from mechsynth.run import Run

MOST = 64
"""Efficient rules up to which all of them are tried."""
FOUND = (Status.FEASIBLE, Status.OPTIMAL, Status.UNBOUNDED)


def answer(ask: Ask, case: Case, run: Run, solve: Any) -> Result:
    """Answer a question about every efficient rule.

    Parameters
    ----------
    solve:
        Answers it about one rule: ``(ask, case, run) -> Result``.
    """
    options: Any = ask
    for name, plain in (("last_period", EFFICIENT), ("scope", "policy"), ("look_ahead", "1")):
        if getattr(ask, name, plain) != plain:
            raise UsageError("ties", f"beside {name} other than {plain}", f"leave one of them out: {name} or ties")
    if getattr(ask, "transfers", "") == "smallest":
        raise UsageError("ties", "beside the smallest class, which is that of one rule", "name a class of transfers")
    if case.given is not None:
        raise UsageError("ties", "beside a rule that is given", "leave one of them out")
    one: Any = replace(options, ties="first")
    seeks = getattr(ask, "objective", "feasibility") != "feasibility"
    count = prod(int(n) for mask in case.rule.optimal for n in mask.sum(0))
    found: list[tuple[Given | None, Result]] = [(None, solve(one, case, run))]
    for rule in others(case) if count <= MOST else ():
        if not seeks and found[-1][1].status in FOUND:
            break
        found.append((rule, solve(one, Case(case.environment, given=rule), run)))
        run.say("rules", len(found), count)
    best = max(found, key=lambda each: _rank(each[1], str(getattr(ask, "objective", ""))))
    open_ones = [each for _, each in found if each.status is Status.UNKNOWN or each.strength is not Strength.EXACT]
    whole = _main(case, *best)
    settled = best[1].status is Status.UNBOUNDED or (not seeks and best[1].status in FOUND)
    if settled:
        return whole
    if count > MOST or open_ones:
        reason = f"there are {count} efficient rules, and no more than {MOST} are tried; " if count > MOST else ""
        reason += "" if not open_ones else "about some of them nothing was proved; "
        certificate = {"ties": case.ties(), "reason": f"{reason}the first of them is {found[0][1].status}"}
        return replace(
            whole,
            status=Status.UNKNOWN,
            strength=Strength.NUMERICAL,
            witness=None,
            value=None,
            certificate=certificate,
            relaxations=(),
            mechanism=case.mechanism(),
        )
    rest = [_other(case, rule, each).document() for rule, each in found if each is not best[1]]
    return replace(whole, certificate={**whole.certificate, "rules": rest})


def others(case: Case) -> Iterator[Given]:
    """Yield the efficient rules but the first, as rules that are given, profiles that come first in file order changing last."""
    environment, actions = case.environment, case.rule.actions
    ways = [[np.flatnonzero(column).tolist() for column in mask.T] for mask in case.rule.optimal]
    places = [(t, k) for t, own in enumerate(ways) for k, several in enumerate(own) if len(several) > 1]
    for choice in product(*(ways[t][k] for t, k in places)):
        chosen = [own.ravel().copy() for own in actions]
        for (t, k), action in zip(places, choice, strict=True):
            chosen[t][k] = action
        if all((own == first.ravel()).all() for own, first in zip(chosen, actions, strict=True)):
            continue
        yield _given(case, chosen, environment.horizon is None)


def _given(case: Case, chosen: list[Any], endless: bool) -> Given:
    environment, tables = case.environment, []
    for t in range(1, environment.last + 1):
        period = environment.period(t)
        own = chosen[min(t, len(chosen)) - 1]
        tables.append(nest([period.actions[a] for a in own.tolist()], period.shape))
    return given({"format": FORMAT, "name": EFFICIENT, "rule": tables[0] if endless else tables}, environment)


def _main(case: Case, rule: Given | None, found: Result) -> Result:
    """Return the answer about one rule as that about all of them."""
    mechanism, certificate = found.mechanism, dict(found.certificate)
    if rule is not None:
        assert mechanism is not None
        mechanism = Mechanism(case.environment, rule.actions, mechanism.transfers)
        certificate = {"ties": case.ties(), **{k: v for k, v in certificate.items() if k not in ("rule", "claims")}}
    certificate.pop("weaker", None)
    asked = {key: value for key, value in found.question.items() if key != "rule"}
    return replace(found, question={**asked, "ties": "all"}, mechanism=mechanism, certificate=certificate)


def _other(case: Case, rule: Given | None, found: Result) -> Result:
    """Return the answer about one rule as that about a rule that is given."""
    if rule is not None:
        certificate = dict(found.certificate)
        certificate.pop("weaker", None)
        return replace(found, certificate=certificate)
    first = _given(case, [own.ravel() for own in case.rule.actions], case.environment.horizon is None)
    assert found.mechanism is not None
    certificate = {k: v for k, v in found.certificate.items() if k not in ("ties", "weaker")}
    return replace(
        found,
        question={**found.question, "rule": first.document()},
        mechanism=Mechanism(case.environment, first.actions, found.mechanism.transfers, first),
        certificate={"rule": first.text, "claims": ["efficient"], **certificate},
    )


def _rank(found: Result, objective: str) -> tuple[int, Fraction]:
    if found.status is Status.UNBOUNDED:
        return 3, Fraction(0)
    if found.status in FOUND:
        value = Fraction(found.value or 0)
        return 2, value if objective == "max-revenue" else -value
    return int(found.status is Status.UNKNOWN), Fraction(0)
