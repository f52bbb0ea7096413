"""What a question needs of an environment: looked at before it is answered, refused with the place and the remedy."""

from __future__ import annotations

import numpy as np

from mechsynth.construct.case import Case
from mechsynth.environment import Environment
from mechsynth.errors import UsageError
from mechsynth.rational import text
from mechsynth.result.ask import Ask


def refuse(ask: Ask, case: Case) -> None:
    """Refuse an environment that lacks what a question needs, in the order of `mechsynth.result.ask.Needs`.

    Raises
    ------
    UsageError
        Naming what is missing.
    """
    environment = case.environment
    needs, place, horizon = ask.needs(), f"ask {ask.name}", environment.horizon
    if environment.needs_second and not ask.second:
        what = "public states, availability or outside options"
        raise UsageError(place, f"the instance has {what}, which this question does not take", "ask implement")
    if ask.last_period != "efficient":
        if horizon is None:
            raise UsageError("last_period", "an infinite horizon has no last period", "leave it out")
        if needs.efficient_end:
            raise UsageError("last_period", needs.efficient_end, "leave it out")
    if needs.finite and horizon is None:
        raise UsageError(place, "an infinite horizon has no last period", needs.finite)
    if needs.infinite and horizon is not None:
        raise UsageError(place, "the horizon is finite, and nothing is paid after its end", needs.infinite)
    if needs.one_period and horizon != 1:
        raise UsageError(place, "there is more than one period", needs.one_period)
    if needs.two_agents and len(environment.players) < 2:
        raise UsageError(place, "a single agent has nobody to pay her subsidy", needs.two_agents)
    if needs.no_outside and any(p.outside is not None for p in environment.periods):
        raise UsageError(place, "leaving is worth something, and the construction leaves nothing", needs.no_outside)
    if needs.plain and (environment.public or any(p.available is not None for p in environment.periods)):
        raise UsageError(place, "there are public states, or actions that are not always available", needs.plain)
    if needs.utilities:
        _refuse_negative(environment, place, needs.utilities)
    if needs.prior and environment.prior is None:
        raise UsageError(place, "the instance has no prior", needs.prior)
    if needs.independent:
        from mechsynth.construct.privacy import refuse_correlated

        refuse_correlated(environment, place, needs.independent)
    if needs.private_values:
        from mechsynth.construct.privacy import refuse_influence, refuse_interdependent

        refuse_interdependent(environment, place, needs.private_values)
        if needs.no_influence:
            refuse_influence(environment, place, needs.no_influence)
    if needs.unmixed:
        from mechsynth.construct.extraction import refuse_mixed

        refuse_mixed(case, place, needs.unmixed)
    if needs.constant_end and horizon is not None and ask.last_period == "efficient":
        raise UsageError(place, "no bids follow the last period, so nothing can be paid on them", needs.constant_end)
    if needs.one_buyer:
        from mechsynth.construct.strikes import one_buyer

        if not one_buyer(environment):
            problem = "a menu is for one agent with something to tell, and two actions in each later period, of which there is one at least"
            raise UsageError(place, problem, needs.one_buyer)
    if needs.bandit:
        from mechsynth.construct.bandits import refuse_no_bandit

        refuse_no_bandit(environment, place, needs.bandit)
    if needs.weighed:
        from mechsynth.construct.weighed import refuse_unweighed

        refuse_unweighed(environment, place, needs.weighed)
    if needs.auction:
        from mechsynth.construct.bidding import sales

        if sales(environment) is None:
            problem = (
                "it takes an object whose value is γ > 1 times the others' numbers and once the own, sold to one of the agents by each action, in every period that another follows, and "
                "actions that move no signal"
            )
            raise UsageError(place, problem, needs.auction)


def _refuse_negative(environment: Environment, place: str, remedy: str) -> None:
    for t in range(1, environment.last + 1):
        period = environment.period(t)
        negative = np.argwhere(period.utilities.num < 0)
        if not negative.size:
            continue
        agent, action, *profile = (int(k) for k in negative[0])
        name = environment.agents[agent]
        at = ", ".join(own[k] for own, k in zip(period.signals, profile, strict=True))
        value = text(period.utilities.fraction(agent, action, *profile))
        raise UsageError(
            place,
            f"the utility of {name} is {value} after {period.actions[action]} at ({at}), less than the outside option 0",
            remedy,
        )
