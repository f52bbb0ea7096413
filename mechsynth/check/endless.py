"""The largest revenue of an infinite horizon, between two numbers.

At least: a mechanism of ``T`` periods, as it is played, after which an action is taken for ever that is worth nothing to anybody, whatever is reported.

At most: take any mechanism for ever in which no strategy of lies gains. Let ``Y`` be what its one agent with anything to report expects after ``T`` periods, times
the chance of the history. A signal can pretend to be another for ever, drawing what that one would report: so ``Y`` differs between two signals by no more than
``M / (1 − δ)`` times that chance, ``M`` the largest difference of utilities. Chances and payoffs up to ``T``, with ``Y`` after it, meet the rows of lies up to ``T``
and these; multipliers bound the surplus up to ``T`` less what is expected at the start, and the surplus after ``T`` is at most ``δ^T / (1 − δ)`` times the largest one.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from mechsynth.errors import InputError

from .envelope import Claim
from .exact import Exact
from .grown import Nodes, read_grown
from .model import Model, Period
from .sequence import Terms, collected, holds, of_played, revenue
from .text import number_text, show, table
from .verdict import Ledger, Refuted, equal
from .weighed import Wanted, bound, keys, read_multipliers

_MOST = 64  # periods


def check_forever(claim: Claim, model: Model, terms: Terms, ledger: Ledger) -> str:
    """Check a mechanism and a bound; return the statement that is proved."""
    number = claim.numbers.fraction(claim.asked.choices["periods"], "question.periods")
    if number.denominator != 1 or not 1 <= number <= _MOST:
        raise InputError("question.periods", f"found {number_text(number)}", f"from 1 to {_MOST}")
    if claim.status != "feasible" or claim.bounds is None or not claim.attained:
        raise InputError("status", "an infinite horizon is between two numbers here", "feasible, with bounds")
    idle = _idle(model)
    count, stage, kernel = int(number), model.period(0), model.kernel(0)
    near = replace(model, horizon=count, stages=(stage,) * count, kernels=(kernel,) * count)
    nodes = Nodes(near, "full")
    played = read_grown(claim, nodes, ledger)
    point = of_played(nodes, played)
    holds(nodes, terms, point, ledger)
    had = revenue(nodes, point)
    collected(nodes, played, had, ledger)
    equal(claim.bounds[0], had, "bounds[0], the revenue of the mechanism", ledger)
    last = Period(stage.signals, ("-",), tuple(Exact.constant(Fraction(0), (1, stage.profiles)) for _ in model.agents))
    far = Nodes(
        replace(model, horizon=count + 1, stages=(stage,) * count + (last,), kernels=(kernel,) * (count + 1)), "full"
    )
    tail = replace(terms, tail=_apart(nodes) / (1 - model.discount))
    table(claim.certificate, "certificate", keys(terms))
    multipliers = read_multipliers(claim, claim.certificate, far, tail, "certificate")
    most = bound(far, tail, multipliers, Wanted(), ledger, "certificate")
    best = max(value for row in nodes.total[0] for value in row)
    most += model.discount**count * best / (1 - model.discount)
    equal(claim.bounds[1], most, "bounds[1], the bound on revenue", ledger)
    joining = {
        "entry": "every first signal that can occur expects at least what leaving is worth",
        "ex-post": "everybody expects at least what leaving is worth at every profile of first signals",
    }[terms.participation]
    return (
        f"Of all mechanisms whose lotteries over actions and whose payments look at all reports so far, in which no lies gain, whatever was reported before, and "
        f"{joining}, none is expected to earn more than {number_text(most)}; the mechanism listed, of {count} periods and then {show(idle)} for ever without payments, "
        f"is one of them and earns {number_text(had)}. Which is best was not settled."
    )


def _idle(model: Model) -> str:
    """Return an action that is worth nothing; refuse what the bound is not shown for."""
    stage = model.period(0)
    if model.second:
        raise InputError(
            "instance",
            "public states, availability and outside options have no bound here",
            "ask about a finite horizon",
        )
    if sum(size > 1 for size in stage.sizes) > 1:
        raise InputError("instance", "several agents have something to report", "ask about a finite horizon")
    for a, name in enumerate(stage.actions):
        if not any(own.at(a, p) for own in stage.utilities for p in range(stage.profiles)):
            return name
    raise InputError("instance", "no action is worth 0 to everybody, always", "ask about a finite horizon")


def _apart(nodes: Nodes) -> Fraction:
    """Return the largest difference between two signals in the utility of an action."""
    most = Fraction(0)
    for own in nodes.worth[0]:
        for row in own:
            most = max(most, max(row) - min(row))
    if most < 0:  # pragma: no cover
        raise Refuted("a largest difference below 0")
    return most
