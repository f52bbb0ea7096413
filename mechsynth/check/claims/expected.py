r"""Mechanisms whose payments are about what is expected (``docs/certificates.md``): whatever the theorems assume, what they promise is checked.

==================  =============================================================================================
question            payments
==================  =============================================================================================
``agv``             :math:`-ψ^i + \sum_{j≠i} ψ^j/(N-1)`, one period
``balanced-team``   :math:`-γ^i + \sum_{j≠i} γ^j/(N-1)`, in every period, by the reports of the period before
``cremer-mclean``   any under which every agent expects what leaving is worth, whatever her signal
==================  =============================================================================================

:math:`ψ^i(k)` is what the others are expected to enjoy from then on if ``i`` reports ``k``, their signals drawn from the law that the reports of the period before (or the prior) leave;
:math:`γ^i(k)` is that less its own mean.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import partial

import numpy as np

from ..block import Rows, State
from ..envelope import Claim
from ..exact import Array, Exact
from ..forms import Form
from ..kernel import met
from ..kind import Class
from ..laws import Law
from ..mechanism import read_transfers
from ..model import Model
from ..played import Played
from ..rows import budget_ex_post, participation_interim, pbic, surplus_full
from ..values import Values, fixed_point
from ..verdict import Ledger

_TRUTH = "With the payments listed, truth is a best reply to truth after every history, given what each agent knows (pbic), under the rule listed, which is efficient"


def judge(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check an answer about an efficient rule; return the statement that is proved."""
    assert claim.mechanism is not None
    paid = read_transfers(claim.mechanism["transfers"], model, rule, claim.numbers)
    team = claim.ask == "balanced-team"
    name = "full+now" if team else "history-independent"
    kind = replace(Class.named(name, "pbic"), first=team and model.horizon is None)
    kind.ask(model, paid)
    f = Played(model, rule, values, kind, paid)
    met(pbic(f), ledger)
    if claim.ask == "cremer-mclean":
        met(participation_interim(f), ledger)
        met(surplus_full(f), ledger)
        return f"{_TRUTH}, and every agent expects exactly what leaving is worth, whatever signal she can have."
    met(budget_ex_post(f), ledger)
    met(charged(f, team), ledger)
    what = (
        "her report changes what the others are expected to enjoy from then on"
        if team
        else "the others are expected to enjoy with her report"
    )
    law = "reports of the period before leave, in the first period by the prior" if team else "prior has for them"
    return (
        f"{_TRUTH}; the payments of every period add up to zero at all reports; and every agent is paid what {what}, by the law of their signals that the {law}, "
        "charged to the others in equal parts."
    )


def charged(f: Played, centred: bool) -> Iterator[Rows]:
    """What every agent pays in a period, after all reports, is what the table above says."""
    worth = {i: enjoyed_by_others(f, i) for i in f.agents}
    for t in f.periods:
        here, own = f.profiles(t), f.model.period(t).own
        for history in f.histories(t):
            law = f.law(t, history)
            told = {i: _told(law, i, worth[i][t], centred) for i in f.agents}
            for i in f.agents:
                rest = [told[j][:, own[j]] for j in f.agents if j != i]
                part = rest[0]
                for other in rest[1:]:
                    part = part + other
                wanted = part.times(Fraction(1, len(rest))) - told[i][:, own[i]]
                flat = Exact(wanted.num.T.reshape(-1), np.broadcast_to(wanted.den, wanted.num.shape).T.reshape(-1))
                place = f.place("payment", t, i)
                yield Rows(
                    "payment", True, place.head, f.pairs(history, here), partial(_off, f, t, i, flat), place.profile
                )


def _off(f: Played, t: int, agent: int, wanted: Exact, s: State) -> Form:
    return f.paid(t, agent, s) - Form(wanted)


def enjoyed_by_others(f: Played, agent: int) -> list[Exact]:
    """Return per period what the others enjoy from then on under the rule, shape ``(profiles,)``, over one denominator."""
    model = f.model
    every = [f.profiles(t) for t in f.periods]
    flows = [model.period(t).surplus - model.period(t).utilities[agent] for t in f.periods]
    if model.horizon is None:
        return [fixed_point(model, f.rule[0], flows[0][f.rule[0], every[0]]).single("values")]
    found: list[Exact] = []
    for t in reversed(f.periods):
        worth = model.worth(t, flows[t], found[-1] if found else None)
        found.append(worth[f.rule[t], every[t]].single("values"))
    return found[::-1]


def _told(law: Law, agent: int, worth: Exact, centred: bool) -> Exact:
    """Return ``ψ^i``, or ``γ^i`` where it is ``centred``, shape ``(laws, signals of the agent)``."""
    weights = law.rows().astype(object).reshape(-1, *law.sizes)
    weights = np.moveaxis(weights, 1 + agent, 1).reshape(weights.shape[0], law.sizes[agent], -1)
    values = np.moveaxis(worth.num.reshape(law.sizes), agent, 0).reshape(law.sizes[agent], -1)
    den = law.den[:, None] * int(worth.den[()])
    num = weights.sum(axis=1) @ values.T
    if centred:
        mean = (weights.sum(axis=2) * num).sum(axis=1, keepdims=True)
        num, den = num * law.den[:, None] - mean, den * law.den[:, None]
    return Exact(num, np.broadcast_to(den, num.shape))
