r"""What an agent's news is worth to the others, as they are expected to see it before they report themselves.

Values are private, and given the reports and the action before it everybody's next signal is independent of the others', its law a matter of her own signal.
With :math:`Ψ^i_t(θ)` what the others enjoy from ``t`` on under the efficient rule,

.. math:: ψ^i(k; ρ) = E[Ψ^i(k, θ^{-i}) | ρ, a^*(ρ)], \qquad γ^i(k; ρ) = ψ^i(k; ρ) − E[ψ^i(θ^i; ρ) | ρ, a^*(ρ)].

Paid ``−γ^i + Σ_{j≠i} γ^j/(N−1)`` (positive: the agent pays), everybody is paid the change in what the others expect that her report brings, out of the others' pockets: what the others
pay her does not depend on what she says, her own part makes her care for them, and all parts add up to 0 (Athey and Segal 2013, the balanced team mechanism). With one period and ``ψ`` in place of ``γ``
it is the expected externality mechanism (Arrow; d'Aspremont and Gérard-Varet 1979).
"""

from __future__ import annotations

import numpy as np

from mechsynth.construct.case import Case
from mechsynth.construct.groves import worth_of
from mechsynth.mechanism import Table
from mechsynth.rational import Rationals, narrow


def others_worth(case: Case, agent: int) -> list[Rationals]:
    """Return ``Ψ^i`` per distinct period, shape ``(|Θ_t|,)``: what the others enjoy from then on under the rule, discounted, before any payment."""
    others = [j for j in case.environment.players if j != agent]
    found: list[Rationals] = case.once(("enjoyed by", *others), lambda: worth_of(case, others))
    return found


def news(law: Rationals, shape: tuple[int, ...], agent: int, worth: Rationals, *, centred: bool) -> Rationals:
    """Return ``ψ^i``, or ``γ^i`` where it is ``centred``, shape ``(R, |Θ^i|)``.

    Parameters
    ----------
    law:
        ``(R, |Θ|)``: laws of the profile, each a product over the agents.
    shape:
        The numbers of signals.
    worth:
        ``Ψ^i``, shape ``(|Θ|,)``.
    """
    weights = np.moveaxis(law.num.astype(object).reshape(-1, *shape), 1 + agent, 1).reshape(
        len(law.num), shape[agent], -1
    )
    values = np.moveaxis(worth.num.astype(object).reshape(shape), agent, 0).reshape(shape[agent], -1)
    told = weights.sum(1) @ values.T
    den = law.den * worth.den
    if centred:
        told = told * law.den - (weights.sum(2) * told).sum(1, keepdims=True)
        den *= law.den
    return Rationals(narrow(told), den).reduce()


def shared(parts: list[Rationals], shape: tuple[int, ...]) -> list[Rationals]:
    """Return what everybody pays, shape ``(R, θ^1, …, θ^N)`` with the axes of those it looks at: ``−ψ^i + Σ_{j≠i} ψ^j/(N−1)``, from ``(R, |Θ^j|)`` for every agent ``j``."""
    count = len(parts)
    wide = [
        part.reshape(part.shape[0], *(length if j == i else 1 for j, length in enumerate(shape)))
        for i, part in enumerate(parts)
    ]
    found = []
    for i, own in enumerate(wide):
        rest = [part for j, part in enumerate(wide) if j != i]
        total = rest[0]
        for part in rest[1:]:
            total = total + part
        scaled = Rationals(total.num, total.den * (count - 1))
        found.append((scaled - own).reduce())
    return found


def balanced_now(case: Case, *, centred: bool) -> list[Table]:
    """Return what everybody pays in the first period, by its reports."""
    environment = case.environment
    prior, shape = environment.prior, environment.period(1).shape
    assert prior is not None
    law = prior.reshape(1, -1)
    parts = [news(law, shape, i, others_worth(case, i)[0], centred=centred) for i in environment.players]
    return [Table(paid.reshape(*shape)) for paid in shared(parts, shape)]


def balanced_later(case: Case) -> list[list[Table]]:
    """Return what everybody pays after the next reports, per period that another follows: axes ``[a][θ^1]…[θ^N][θ'^1]…[θ'^N]``, the first of length 1."""
    environment = case.environment
    worth = [others_worth(case, i) for i in environment.players]
    found = []
    for t in environment.linked:
        period = environment.period(t)
        after = t + 1 if environment.horizon is not None else t
        shape = environment.period(after).shape
        chosen = case.at(t).ravel()
        kernel = period.kernel()
        law = Rationals(kernel.num[chosen, np.arange(chosen.size)], kernel.den)
        parts = [news(law, shape, i, worth[i][after - 1], centred=True) for i in environment.players]
        found.append([Table(paid.reshape(1, *period.shape, *shape)) for paid in shared(parts, shape)])
    return found
