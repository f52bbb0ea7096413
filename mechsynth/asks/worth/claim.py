"""What an answer claims of the worth of reports: the rule is efficient, and the equation of what is lost without a report holds.

Where the horizon is finite the equation is solved from its end. Where it is not, ``certificate.after`` is its solution: there is one only, since the next value
enters it discounted.
"""

from __future__ import annotations

import numpy as np

from mechsynth.check.asked import Asked
from mechsynth.check.envelope import Claim
from mechsynth.check.exact import Array, Exact
from mechsynth.check.model import Model, Period
from mechsynth.check.text import flatten, show, table
from mechsynth.check.values import Values, mean
from mechsynth.check.verdict import Ledger, Refuted, equal
from mechsynth.errors import InputError


def judge(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check an answer; return the statement that is proved."""
    keys = ("worth",) if model.horizon is not None else ("worth", "after")
    certificate = table(claim.certificate, "certificate", keys, ("ties",))
    worth = table(certificate["worth"], "certificate.worth", tuple(model.player_index))
    if claim.value is None:
        raise Refuted("no value")
    assert model.prior is not None
    surplus = mean(model.prior, values.exact(0))
    equal(claim.numbers.fraction(claim.value, "value"), surplus, "value", ledger)
    for name, agent in model.player_index.items():
        at = f"certificate.worth.{name}"
        ahead = _endless(claim, model, agent, ledger) if model.horizon is None else _finite(model, agent)
        prior, den = model.prior.common("prior")
        found = _ahead(model.period(0), prior.reshape(1, 1, -1), _total(model, 0, ahead), agent)
        late = found.at(0, 0) / den
        equal(claim.numbers.fraction(worth[name], at), surplus - late, f"the worth of {show(name)}", ledger)
    return (
        "The rule listed is efficient, and its expected surplus under the prior is the value stated. For each agent the number stated is what is lost of it, "
        "at least, where every action may look at all earlier signals and actions and at the others' signals of its period, but not at hers of that period."
    )


def _total(model: Model, t: int, ahead: Exact | None) -> Exact:
    """Return what an action gives at a profile, now and from then on, shape ``(actions, profiles)``."""
    now = model.period(t).surplus
    return now if ahead is None else now + ahead.times(model.discount)


def _ahead(following: Period, weights: Array, total: Exact, agent: int) -> Exact:
    """Return ``Σ_others max_b Σ_own weight · total(b)`` for integer weights ``(…, …, profiles)``."""
    numbers, den = total.common("surplus")
    shape = (*weights.shape[:2], *following.sizes)
    best: Array | None = None
    if (
        following.available is not None
    ):  # every action gives at least this, and those that are not available are never taken
        least = numbers.astype(object).min(axis=0)
        best = (weights.astype(object) * least).reshape(shape).sum(axis=2 + agent)
    for action, row in enumerate(numbers.astype(object)):
        given = (weights.astype(object) * row).reshape(shape).sum(axis=2 + agent)
        if best is not None:
            there = following.choices[action].reshape(following.sizes).take(0, axis=agent)
            given = _larger(best, np.where(there, given, best))
        best = given
    assert best is not None
    return Exact(best.reshape(*weights.shape[:2], -1).sum(axis=-1), np.array(den, dtype=object))


def _larger(one: Array, other: Array) -> Array:
    larger: Array = one + (other - one) * (other > one)
    return larger


def _step(model: Model, t: int, total: Exact, agent: int) -> Exact:
    """Return what is to come after each action and profile of period ``t``."""
    kernel = model.kernel(t)
    assert kernel is not None
    found = _ahead(model.period(t + 1), kernel.weights, total, agent)
    return Exact(found.num, kernel.den * found.den)


def _finite(model: Model, agent: int) -> Exact | None:
    ahead = None
    for t in range(model.count - 2, -1, -1):
        ahead = _step(model, t, _total(model, t + 1, ahead), agent)
    return ahead


def _endless(claim: Claim, model: Model, agent: int, ledger: Ledger) -> Exact:
    """Read the claimed solution, and ask that it solves the equation."""
    period, name = model.period(0), model.agents[agent]
    at = f"certificate.after.{name}"
    told = table(claim.certificate["after"], "certificate.after", tuple(model.player_index))[name]
    leaves, _ = flatten(told, [(size, False) for size in (len(period.actions), *period.sizes)], at)
    ahead = Exact.of(claim.numbers.pairs(leaves, at), (len(period.actions), period.profiles))
    ledger.zero(
        ahead - _step(model, 0, _total(model, 0, ahead), agent),
        lambda index: (
            f"what follows action {show(period.actions[index[0]])} at {period.name(index[1])} without {show(name)}"
        ),
    )
    return ahead


def _needs(model: Model) -> None:
    if model.prior is None:
        raise InputError("question.ask", "worth needs a prior, the instance has none", "add a prior")


ASKED = Asked(
    judge, {"optimal": ("ties", "worth", "after")}, needs=_needs, valued=("optimal",), any_rule=True, second=True
)
