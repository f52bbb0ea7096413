"""What a mechanism does to the agents, whatever a result claims: incentives, participation, budgets, rents.

Every number is the slack of a row of ``rows.py`` over the frame of the mechanism as it is played (``played.py``). Payments count positive when the
agent pays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property, partial
from typing import Any

import numpy as np

from mechsynth.check.block import Rows, State
from mechsynth.check.checker import opened
from mechsynth.check.exact import Array, Exact
from mechsynth.check.flows import cap, liability
from mechsynth.check.given import Given, check_efficient, firsts
from mechsynth.check.kind import Class
from mechsynth.check.mechanism import Payments, read_plays, read_transfers
from mechsynth.check.model import Model
from mechsynth.check.names import before
from mechsynth.check.place import Place
from mechsynth.check.play import Rule, plays
from mechsynth.check.rows import REQUIREMENTS, Maker, total
from mechsynth.check.text import TooLargeInput, table
from mechsynth.check.values import Values, mean
from mechsynth.check.verdict import Ledger, Refuted
from mechsynth.errors import InputError

from .informed import Informed
from .places import Constraints, Fact, IncentiveRow, Listed, either, labels, least, seen_labels


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A mechanism, evaluated exactly; every property is computed when it is asked for.

    Parameters
    ----------
    frame:
        The mechanism as it is played.
    inefficiency:
        Where the rule is first beaten, in words; None if it is efficient.
    """

    frame: Listed
    inefficiency: str | None

    @property
    def efficient(self) -> bool:
        """Whether the rule is efficient in every period."""
        return self.inefficiency is None

    def _shaped(self, t: int, values: Exact) -> Array:
        return values.fractions().reshape(self.frame.model.period(t).sizes)

    @cached_property
    def payoffs(self) -> tuple[tuple[Array, ...], ...]:
        """``payoffs[t][i]``: object array ``[θ^1]…[θ^N]`` of ``Fraction``, agent ``i``'s truthful continuation payoff ``X_t^i(θ)``.

        Without what is due from the period before, and without ``first`` (one period when the horizon is infinite).
        """
        return tuple(tuple(self._shaped(t, x) for x in agents) for t, agents in enumerate(self.frame.payoffs))

    @cached_property
    def surplus(self) -> tuple[Array, ...]:
        """``surplus[t]``: likewise, the social surplus ``W_t(θ)`` of the rule."""
        return tuple(self._shaped(t, self.frame.values.exact(t)) for t in self.frame.periods)

    # -- incentives -------------------------------------------------------------------------------------------------

    def constraints(self) -> Iterator[Constraints]:
        """Yield every incentive constraint; of the histories after which a lie may owe another amount, the worst."""
        f = self.frame
        for t, agent, report, true in f.lies():
            told = f.says(t, agent, report, true)
            loss = f.lie(t, agent, report, true).const
            for histories in self._after(t, agent):
                if histories is None:
                    yield Constraints(f, t, agent, report, true, None, loss)
                    continue
                past = [np.full(true.size, history) for history in histories]
                owed = [(f.due(t, agent, here, true) - f.due(t, agent, here, told)).const for here in past]
                slack, which = loss - owed[0], past[0]
                for here, due in zip(past[1:], owed[1:], strict=True):
                    other = loss - due
                    worse = np.asarray((other - slack).num < 0, dtype=bool)
                    slack, which = either(worse, other, slack), np.where(worse, here, which)
                yield Constraints(f, t, agent, report, true, which if histories[0] >= 0 else None, slack)

    def _after(self, t: int, agent: int) -> list[Array | None]:
        """Return the groups of histories that have a row each; None is any after which the same is due whatever is reported."""
        f = self.frame
        apart = f.apart(t, agent)
        fee = t == 0 and f.payments_made[0][agent].first is not None
        groups: list[Array | None] = [np.array([-1])] if fee else [None] if t == 0 else []
        if apart is not None:
            return [*groups, apart]
        # an infinite horizon with a fee: the periods after the first have a row of their own, without the fee
        return [*groups, None] if fee or t > 0 else groups

    @cached_property
    def _tightest(self) -> tuple[IncentiveRow | None, int]:
        best, rows = None, 0
        for part in self.constraints():
            rows += part.true.size
            row = least(part.slack)
            if best is None or part.slack.at(row) < best.slack:
                best = part.row(row)
        return best, rows

    @property
    def least(self) -> IncentiveRow | None:
        """The incentive constraint with the least slack; None if no agent can lie."""
        return self._tightest[0]

    @property
    def rows(self) -> int:
        """How many incentive constraints were evaluated."""
        return self._tightest[1]

    @property
    def incentive_compatible(self) -> bool:
        """Whether truth is periodic ex post incentive compatible."""
        return self.least is None or self.least.slack >= 0

    @cached_property
    def informed(self) -> Informed:
        """Incentives given what each agent knows, and whole strategies."""
        return Informed(self.frame)

    # -- rows of a requirement, as facts ------------------------------------------------------------------------------

    def _blocks(self, head: str) -> Iterator[tuple[Place, Rows, Exact]]:
        f = self.frame
        if f.model.prior is None and head in ("participation:interim", "budget:per-period", "no-deficit:per-period"):
            f = copy(f)
            f.begins = False
        for block in _MAKERS[head](f):
            if len(block.state):
                slack = block.slack(block.state).const
                if block.mass is not None:
                    mass = block.mass(block.state)
                    slack = Exact(slack.num * mass.den, slack.den * mass.num)
                yield f.places[block.head], block, slack

    def _fact(self, place: Place, block: Rows, slack: Exact, row: int) -> Fact:
        model, s, signals = self.frame.model, block.state.one(row), None
        if s.profile is not None:
            signals = labels(model, place.t, s.profile)
        elif s.own is not None and place.agent is not None:
            signals = seen_labels(model, place.t, place.agent, s.own)
        return Fact(
            value=slack.at(row),
            agent=None if place.agent is None else model.agents[place.agent],
            period=None if model.horizon is None else place.t + 1,
            signals=signals,
            history=None
            if s.history is None or s.history < 0
            else self.frame.past(before(model, place.t), s.history)[0],
            name=block.name(row),
        )

    def _extreme(self, head: str, sign: int = 1) -> Fact | None:
        """Return the least (sign 1) or the greatest row; of equal ones the first by period, history and agent."""
        best: tuple[tuple[Fraction, int, int, int], Fact] | None = None
        for place, block, slack in self._blocks(head):
            row = least(slack.times(Fraction(sign)))
            key = (slack.at(row) * sign, place.t, block.state.one(row).history, place.agent or 0)
            if best is None or key < best[0]:
                best = key, self._fact(place, block, slack, row)
        return None if best is None else best[1]

    def _off(self, head: str) -> Fact | None:
        """Return the first row, by period, history and profile, that is not zero; None if all are."""
        for place, block, slack in self._blocks(head):
            rows, s = np.flatnonzero(slack.num != 0), block.state
            if rows.size:
                first = 0 if s.history is None else int(np.lexsort((s.profile[rows], s.history[rows]))[0])
                return self._fact(place, block, slack, int(rows[first]))
        return None

    @cached_property
    def participation_ex_post(self) -> Fact:
        """The least truthful payoff after any reports of the period before and any profile that can follow them, on the truthful path.

        At the start every profile that the prior allows counts, without a prior every profile. What is due is paid.
        """
        found = self._extreme("participation:ex-post")
        assert found is not None
        return found

    @cached_property
    def participation_interim(self) -> Fact | None:
        """The least payoff expected given the own signal and the reports before, on the truthful path; the start only with a prior."""
        return self._extreme("participation:interim")

    @cached_property
    def participation_ex_ante(self) -> Fact | None:
        """The least expected payoff of an agent at the start; None without a prior."""
        if self.rents is None:
            return None
        model, left = self.frame.model, self.leaving
        assert left is not None
        nets = [rent - worth for rent, worth in zip(self.rents, left, strict=True)]
        value = min(nets)
        agent = self.frame.agents[nets.index(value)]
        name = self.frame.names.place("participation:ex-ante", 0, agent)
        return Fact(value, model.agents[agent], None if model.horizon is None else 1, None, None, name)

    @cached_property
    def budgets(self) -> tuple[Fact, ...]:
        """The expected sum of the payments made in a period, after every profile of the period before.

        At the start with the prior; without one the start is left out, unless payments then add up to zero anyhow.
        """
        f, facts = self.frame, []
        every = State(history=np.full(f.profiles(0).size, -1), profile=f.profiles(0))
        if f.model.prior is None and not total(f.paid(0, agent, every) for agent in f.agents).const.num.any():
            name = f.names.place("budget:per-period", 0)
            facts = [Fact(Fraction(0), None, None if f.model.horizon is None else 1, None, None, name)]
        for place, block, slack in self._blocks("budget:per-period"):
            facts += [self._fact(place, block, slack, row) for row in range(len(block.state))]
        return tuple(facts)

    @cached_property
    def unbalanced(self) -> Fact | None:
        """The first place where the payments do not add up to zero ex post; None if they do after all reports."""
        return self._off("budget:ex-post")

    def _most(self, head: str) -> Fact | None:
        found = self._extreme(head)
        return None if found is None else replace(found, value=-found.value)

    @cached_property
    def payment(self) -> Fact:
        """The most that an agent pays in a period, now and due together, after any reports of the period before; below 0 if every one is paid."""
        found = self._most("payment")
        assert found is not None
        return found

    @cached_property
    def loss(self) -> Fact:
        """The most that an agent loses in a period, payments less utility, at any true profile after any reports of the period before."""
        found = self._most("loss")
        assert found is not None
        return found

    @cached_property
    def deficit(self) -> Fact:
        """The most that has to be paid in, in a period, after any reports; below 0 if something is always left."""
        found = self._most("no-deficit:ex-post")
        assert found is not None
        return found

    @cached_property
    def expected_deficit(self) -> Fact | None:
        """The most that is expected to be paid in, in a period, given the truthful profile before; the start only with a prior."""
        return self._most("no-deficit:per-period")

    @cached_property
    def totals(self) -> tuple[Fact, Fact]:
        """The least and the greatest sum of the agents' payoffs, over reports on the truthful path and profiles that can follow them."""
        low, high = self._extreme("surplus:every-history"), self._extreme("surplus:every-history", -1)
        assert low is not None
        assert high is not None
        return low, high

    @cached_property
    def misaligned(self) -> Fact | None:
        """The first place before the last period where an agent's payoff is not the surplus; None if it always is."""
        return self._off("residual-claimant")

    @property
    def residual_claimant(self) -> bool:
        """Whether truth gives every agent the social surplus in every period before the last, ``first`` left out."""
        return self.misaligned is None

    # -- expectations at the start ------------------------------------------------------------------------------------

    @cached_property
    def start(self) -> tuple[Array, ...]:
        """Per agent that is not public, ``[θ^1]…[θ^N]`` of ``Fraction``: the truthful payoff from period 1 on, ``first`` included."""
        f = self.frame
        every = State(history=np.full(f.profiles(0).size, -1), profile=f.profiles(0))
        return tuple(self._shaped(0, f.net(0, agent, every).const) for agent in f.agents)

    @cached_property
    def rents(self) -> tuple[Fraction, ...] | None:
        """The expected payoff of every agent that is not public from period 1 on; None without a prior."""
        f, start = self.frame, np.array([-1])
        if f.model.prior is None:
            return None
        return tuple(f.expected(f.law(0, start), 0, agent, start).at(0) for agent in f.agents)

    @property
    def expected_surplus(self) -> Fraction | None:
        """``E W_1`` of the rule; None without a prior."""
        return None if self.frame.model.prior is None else self.frame.expected_surplus

    @property
    def expected_payments(self) -> Fraction | None:
        """The expected discounted sum of all payments; None without a prior."""
        paid = self.payments_of_agents
        return None if paid is None else sum(paid, Fraction(0))

    @cached_property
    def payments_of_agents(self) -> tuple[Fraction, ...] | None:
        """The expected discounted payments of every agent; None without a prior."""
        prior = self.frame.model.prior
        if prior is None or self.rents is None:
            return None
        gross = [self.frame.enjoyed[agent] for agent in self.frame.agents]
        return tuple(mean(prior, own) - rent for own, rent in zip(gross, self.rents, strict=True))

    @cached_property
    def leaving(self) -> tuple[Fraction, ...] | None:
        """What leaving at the start is expected to be worth to every agent that is not public; None without a prior."""
        f = self.frame
        if f.model.prior is None:
            return None
        return tuple(f.leaving(f.law(0, np.array([-1])), 0, agent).at(0) for agent in f.agents)


_MAKERS: dict[str, Maker] = {
    **REQUIREMENTS,
    "payment": partial(cap, head="payment", most=Fraction(0), whose=None),
    "loss": partial(liability, head="loss", most=Fraction(0), only=None),
}


def evaluate_mechanism(
    model: Model, rule: Rule, paid: Sequence[Sequence[Payments]], values: Values | None = None
) -> Evaluation:
    """Evaluate a rule, which may draw, with payments, ``paid[t][i]``.

    Parameters
    ----------
    values:
        The values of exactly this rule, if it was found efficient before.
    """
    problem = None
    if values is None:
        played = plays(rule)
        first = firsts(model, played)
        values = Given(model, played, "the rule listed") if any(play.draws for play in played) else first
        try:
            check_efficient(model, played, first, Ledger())
        except Refuted as refuted:
            problem = str(refuted)
    fee = any(payments.first is not None for payments in paid[0])
    kind = Class("listed", (0, 1), own_next=True, now=True, first=fee)
    return Evaluation(Listed(model, rule, values, kind, paid), problem)


def evaluate(result: Mapping[str, Any] | bytes | str, instance: bytes | Model) -> Evaluation:
    """Evaluate the mechanism of a result exactly, whatever the result claims about it.

    Parameters
    ----------
    result, instance:
        As for :func:`mechsynth.check.check`. The result needs a ``mechanism`` with transfers, as tables or as records, of any class.

    Returns
    -------
    Payoffs, the least slack of all incentive constraints, and whether the rule is efficient.

    Raises
    ------
    InputError
        If either file is malformed, the result is about another instance, or has no transfers.
    """
    try:
        root, numbers, model = opened(result, instance)
        mechanism = root.get("mechanism")
        if mechanism is None:
            raise InputError("mechanism", "is missing", "evaluate a result that has one")
        table(mechanism, "mechanism", ("allocation",), ("transfers",))
        if isinstance(mechanism["allocation"], dict) and "tree" in mechanism["allocation"]:
            remedy = "mechsynth check plays them; evaluate a mechanism with one action a profile"
            raise InputError("mechanism.allocation.tree", "lotteries and payments by history are not evaluated", remedy)
        if mechanism.get("transfers") is None:
            raise InputError("mechanism.transfers", "are missing", "evaluate a result that has them")
        rule = read_plays(mechanism["allocation"], model, numbers)
        paid = read_transfers(mechanism["transfers"], model, rule, numbers)
        try:
            return evaluate_mechanism(model, rule, paid)
        except Refuted as refuted:  # pragma: no cover
            raise InputError("mechanism", str(refuted), "use shorter numbers") from None
    except (MemoryError, RecursionError):
        raise TooLargeInput("result", "does not fit into memory", "use a smaller one") from None
