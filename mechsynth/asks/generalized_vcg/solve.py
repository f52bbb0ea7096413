"""The generalized VCG mechanism: payments now, without correlation (Liu 2014, section 3.4, Theorem 3.8).

Every agent pays in the period of the report, by the action that the report leads to: nothing for the lowest signal, and at every threshold a step more (equation (4); see `mechsynth.asks.generalized_vcg.thresholds` for the steps on a
finite set, where (4) itself can fail). Finite horizon: backward induction. Infinite: a stationary fixed point. Signals are one-dimensional in the order in which the file lists them.

What the theorem needs. Its Assumption 6 (``μ = Π_i μ^i(θ'^i | a, θ^i)``, independent first signals) is stronger than what is used. Given the later payments, whether payments of a period are incentive compatible is a matter of
``V^i(a, θ)`` alone, whatever the kernel: the proof goes through, and every answer here is proved by itself. What does rest on the assumption is that the levels are free: if *nobody's own signal moves the law of the others' next signals, given
the action*, an amount in the later payoffs that only the others' signals decide is no incentive now, and letting the lowest signal pay nothing costs nothing. Where a signal does move them such amounts are themselves
instruments (those of ``vcg-type``); the entry is reported in ``certificate.influence``, and the question is answered. A common shock, a signal that follows the others', or dependent first signals do no harm.

The theorem's conditions (single crossing of ``W``, increasing differences of ``V^i``) are sufficient, not necessary. So the answer is *yes* when payments exist, with what fails of the conditions in ``certificate.violations``; with private
values, for instance, they always exist. With ``v^i = θ^i + γ Σ_{j≠i} θ^j`` and ``γ > 1`` the object moves away from an agent whose own signal rises: society's single crossing runs in one order of the actions and the agent's
increasing differences in the other, and what fails is one order for both, which ``increasing-differences`` in the rule's order says.

What *no* means. ``cycle``: in this period no payments do, given the payments of the later periods in ``certificate.now`` (or any that leave the agent the same payoff from then on, up to an amount that the others' signals decide). Other later payments
leave other payoffs. So where later payments matter the joint program over all payments decides: either it finds some, or its multipliers (``certificate.farkas``; with an infinite horizon the witness itself) prove that
there are no (stationary) history-independent payments at all. Where it is undecided, so is the question.

Remark 3.9. With private values ``W − V^i`` does not depend on the own signal, (4) is incentive compatible, and the mechanism is a dynamic Groves mechanism as the pivot mechanism is: the payoffs differ by an amount ``h_t^i(θ^{-i})``, and so the
payments of a period by ``h_t^i(θ^{-i}) − δ E[h_{t+1}^i(θ'^{-i}) | a*(θ), θ^{-i}]``. The own report enters that through the action, unless the action does not move the others' signals. ``h = 0``, and the payments
are those of pivot, where the lowest signal is absorbing and worth nothing under every action: the remark's formula for ``W^{-i}`` says that without naming it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mechsynth import asks
from mechsynth.asks.generalized_vcg import GeneralizedVcg, thresholds
from mechsynth.asks.generalized_vcg.stationary_steps import Search
from mechsynth.construct.case import Case
from mechsynth.construct.groves import TRANSFERS, transfers_of
from mechsynth.construct.slacks import told
from mechsynth.mechanism import Mechanism, Table
from mechsynth.program.ground import quoted
from mechsynth.rational import Rationals
from mechsynth.result import Result, Status, Strength
from mechsynth.result.ask import question
from mechsynth.run import Run

MOST = 2_000  # thresholds up to which all of them are told


@dataclass(frozen=True, eq=False)
class Found:
    """What one agent's payments come to.

    Attributes
    ----------
    payments:
        Per distinct period over ``[θ^1]…[θ^N]``; ``None`` where there are none.
    cycle:
        The chain of lies that stopped the backward induction.
    tried:
        Infinite horizon: the payments of (4), which were not incentive compatible.
    """

    payments: list[Rationals | None]
    cycle: Mapping[str, Any] | None = None
    tried: Rationals | None = None

    @property
    def complete(self) -> bool:
        """Whether there are payments in every period."""
        return all(paid is not None for paid in self.payments)


def answer(ask: GeneralizedVcg, case: Case, run: Run) -> Result:
    """Give the generalized VCG mechanism, or say why there is none."""
    asked = ask.document()
    environment = case.environment
    agents = environment.players
    build = _stationary if environment.horizon is None else _backward
    found = {agent: build(case, agent) for agent in agents}
    certificate: dict[str, object] = {"ties": case.ties()}
    moved = thresholds.influence(case)
    if moved is not None:
        certificate["influence"] = moved
    stuck = [agent for agent in agents if not found[agent].complete]
    farkas: Mapping[str, Any] | None = None
    if stuck and not _last(case, found, stuck):
        joint = _joint(case, run)
        exact = joint.strength is Strength.EXACT
        if exact and joint.status is Status.FEASIBLE:
            assert joint.mechanism is not None
            assert joint.mechanism.transfers is not None
            for agent in stuck:
                own = _of_the_program(case, agent, joint.mechanism)
                found[agent] = Found(own if moved is not None else thresholds.from_the_lowest(case, agent, own))
            stuck = []
        elif exact and joint.status is Status.INFEASIBLE:
            assert joint.witness is not None
            farkas = dict(joint.witness)
        else:
            certificate["reason"] = joint.certificate.get("reason", "no exact answer about all such payments")
            return Result(
                asked,
                Status.UNKNOWN,
                Strength.NUMERICAL,
                mechanism=Mechanism.of_rule(case.rule),
                certificate=certificate,
                environment=environment,
            )
    if stuck:
        return _no(case, asked, certificate, found, stuck, farkas)
    paid = [[own for own in each.payments if own is not None] for each in found.values()]
    certificate["violations"], steps = _told(case, paid)
    if steps is not None:
        certificate["thresholds"] = steps
    return Result(
        question=asked,
        status=Status.FEASIBLE,
        mechanism=Mechanism(
            environment, case.actions, transfers_of(case, [[Table(own) for own in each] for each in paid])
        ),
        certificate=certificate,
        environment=environment,
    )


def _backward(case: Case, agent: int) -> Found:
    """Build an agent's payments from the last period back, until there are none."""
    environment = case.environment
    payments: list[Rationals | None] = [None] * environment.last
    after: Rationals | None = None
    for t in range(environment.last, 0, -1):
        own = thresholds.worth(case, t, agent, after)
        here = thresholds.stage(case, t, agent, own, thresholds.society(case, t))
        paid, where = thresholds.steps(here)
        if where is not None:
            return Found(payments, cycle=thresholds.cycle(case, here, where))
        payments[t - 1] = thresholds.spread(paid, here.den, agent, environment.period(t).shape)
        after = thresholds.payoffs(case, agent, payments)[t - 1]
    return Found(payments)


def _stationary(case: Case, agent: int) -> Found:
    paid, formula = Search(case, agent).payments()
    return Found([paid], tried=formula)


def _last(case: Case, found: dict[int, Found], stuck: list[int]) -> bool:
    """Return whether some agent is stuck in the last period, where nothing else could be paid later."""
    cycles = [found[agent].cycle for agent in stuck]
    return any(cycle is not None and cycle["period"] == case.environment.horizon for cycle in cycles)


def _joint(case: Case, run: Run) -> Result:
    """Decide whether any history-independent payments implement the rule."""
    return asks.answer(question("implement", {"transfers": TRANSFERS}), case, run)


def _of_the_program(case: Case, agent: int, mechanism: Mechanism) -> list[Rationals | None]:
    """Return an agent's payments out of a mechanism."""
    environment = case.environment
    assert mechanism.transfers is not None
    own: list[Rationals | None] = []
    for t, tables in enumerate(mechanism.transfers, 1):
        entries = tables[environment.agents[agent]]["now"].entries
        own.append(entries.broadcast_to(environment.period(t).shape))
    return own


def _told(case: Case, paid: list[list[Rationals]]) -> tuple[list[dict[str, object]], list[dict[str, object]] | None]:
    """Return where the theorem's conditions fail under these payments, and all thresholds; ``None`` where they are too many or too long."""
    environment = case.environment
    failing: list[dict[str, object]] = []
    steps: list[dict[str, object]] = []
    for t in range(1, environment.last + 1):
        all_of_us = thresholds.society(case, t)
        for agent, own in zip(environment.players, paid, strict=True):
            after = thresholds.payoffs(case, agent, list(own))
            here = thresholds.stage(case, t, agent, _continued(case, t, agent, after), all_of_us)
            failing += thresholds.violations(case, here)
            steps += thresholds.thresholds(case, here, own[t - 1])
    return failing, steps if told(case) and len(steps) <= MOST else None


def _continued(case: Case, t: int, agent: int, payoffs: list[Rationals | None]) -> Rationals:
    """Return ``V^i(a, θ)`` of period ``t`` from the payoffs of every period."""
    horizon = case.environment.horizon
    after = payoffs[0] if horizon is None else payoffs[t] if t < horizon else None
    return thresholds.worth(case, t, agent, after)


def _no(
    case: Case,
    asked: dict[str, object],
    certificate: dict[str, object],
    found: dict[int, Found],
    stuck: list[int],
    farkas: Mapping[str, Any] | None,
) -> Result:
    """Return a negative answer: about the agent that is stuck latest."""
    environment = case.environment
    if environment.horizon is None:
        witness, agent = farkas, _refuted(case, farkas, stuck)
        payments: list[Rationals | None] = [found[agent].tried]
        t = 1
    else:
        # the multipliers and the chain are to speak of the same agent
        latest = max(stuck, key=lambda i: (found[i].cycle or {})["period"])
        agent = latest if farkas is None else _refuted(case, farkas, stuck)
        witness, payments = found[agent].cycle, found[agent].payments
        assert witness is not None
        t = witness["period"]
        if farkas is not None:
            certificate["farkas"] = farkas
    name = environment.agents[agent]
    tables = [{} if own is None else {name: Table(own).document()} for own in payments]
    if any(tables):
        certificate["now"] = tables[0] if environment.horizon is None else tables
    if environment.horizon is not None or payments[0] is not None:
        after = thresholds.payoffs(case, agent, payments)
        own = _continued(case, t, agent, after)
        here = thresholds.stage(case, t, agent, own, thresholds.society(case, t))
        certificate["violations"] = thresholds.violations(case, here)
    return Result(
        question=asked,
        status=Status.INFEASIBLE,
        mechanism=Mechanism.of_rule(case.rule),
        witness=witness,
        certificate=certificate,
        environment=environment,
    )


def _refuted(case: Case, farkas: Mapping[str, Any] | None, stuck: list[int]) -> int:
    """Return the agent whose rows the multipliers combine: the program splits by agent."""
    assert farkas is not None
    for agent in stuck:
        head = f"pepic {quoted(case.environment.agents[agent])} "
        if any(name.startswith(head) for name in farkas["multipliers"]):
            return agent
    raise AssertionError("multipliers of an agent that has payments")
