"""The virtual pivot mechanism (`mechsynth.construct.virtual`) as lotteries and payments by history, with the bound beside it."""

from __future__ import annotations

from itertools import product
from typing import Any

from mechsynth import asks
from mechsynth.asks.virtual_pivot import VirtualPivot
from mechsynth.construct.case import Case
from mechsynth.construct.coupled import Screen
from mechsynth.construct.separable import Form, forms
from mechsynth.construct.strikes import cutoffs, strikes
from mechsynth.construct.tree import controlled
from mechsynth.construct.virtual import Built, Contract, States, Virtual
from mechsynth.environment import Environment
from mechsynth.errors import UsageError
from mechsynth.rational import text
from mechsynth.result import Result, Status, Strength
from mechsynth.result.answer import Grown
from mechsynth.result.ask import question
from mechsynth.result.vocabulary import ABOVE
from mechsynth.run import Run

MOST = 200_000  # entries of the tables of the mechanism above which it is refused


def answer(ask: VirtualPivot, case: Case, run: Run) -> Result:
    """Build the mechanism, and ask for the bound.

    Raises
    ------
    UsageError
        Where strikes or cutoffs are asked for that are of one buyer alone, and where the mechanism is too large.
    """
    environment = case.environment
    virtual = Virtual(environment, [form for form in forms(environment) if isinstance(form, Form)])
    alone = sum(virtual.secretive) == 1
    for name, special in (("strikes", ask.strikes == "grid"), ("exclude", ask.exclude == "best")):
        if special and not alone:
            remedy = f"leave it out, or {'kln' if name == 'strikes' else 'rule'}"
            raise UsageError(name, "more than one agent has a secret, or none", remedy)
    if ask.strikes == "grid" and (environment.last != 2 or len(environment.period(2).actions) != 2):
        raise UsageError("strikes", "there are not two periods, the second with two actions", "leave it out, or kln")
    if _entries(environment) > MOST or Screen(environment, "paths").size > MOST:
        raise UsageError("ask virtual-pivot", f"more than {MOST} reports", "ask for fewer periods")
    best = _built(ask, virtual, run)
    bound = asks.answer(question(ABOVE, {}), case, run)
    if best is None or bound.status is Status.UNKNOWN:
        why = "no fees keep first reports honest: the weights rise, but the contracts do not" if best is None else ABOVE
        return Result(
            ask.document(), Status.UNKNOWN, Strength.NUMERICAL, certificate={"reason": why}, environment=environment
        )
    return Result(
        ask.document(),
        Status.FEASIBLE,
        value=text(best.revenue),
        tree=Grown(list(_periods(virtual, best))),
        certificate={ABOVE: bound.document()},
        environment=environment,
    )


def _built(ask: VirtualPivot, virtual: Virtual, run: Run) -> Built | None:
    """Return the mechanism; of several cutoffs the one that earns the most."""
    if ask.exclude == "best":
        choices = cutoffs(virtual)
    else:  # an action may matter to who is excluded: then whoever has a positive weight stays
        choices = [{first: who(first) for first in virtual.firsts} for who in (virtual.members, virtual.positive)]
    found: Built | None = None
    for members in choices:
        run.check()
        if found is not None and ask.exclude == "rule":
            break
        contracts: dict[States, Contract] = {}
        for first in virtual.firsts:
            run.check()
            contracts[first] = virtual.pivot(first, members[first])
        if ask.strikes == "grid":
            contracts = strikes(virtual, contracts, members)
        built = virtual.build(contracts, members)
        if built is not None and (found is None or built.revenue > found.revenue):
            found = built
    return found


def _entries(environment: Environment) -> int:
    """Return how many entries the largest table of the mechanism has."""
    count = environment.period(1).size
    if controlled(environment):
        for t in range(1, environment.last):
            count *= (environment.period(t).size if t > 1 else 1) * len(environment.period(t).actions)
    last = environment.period(environment.last)
    return count * last.size * len(last.actions)


def _periods(virtual: Virtual, built: Built) -> Any:
    """Yield lotteries and payments by history: the first reports and the current ones, and where actions move signals all that is between."""
    environment = virtual.environment
    moved = controlled(environment)
    agents = environment.agents
    firsts = virtual.firsts
    start = [built.contracts[first].first for first in firsts]
    yield {
        "allocation": [_sure(a, virtual.count(1)) for a in start],
        "payments": {name: [text(built.fees[first][i]) for first in firsts] for i, name in enumerate(agents)},
    }
    for t in range(2, environment.last + 1):
        between = [
            length
            for s in range(1, t)
            for length in (
                *(() if s == 1 else (environment.period(s).size if moved else 1,)),
                *((virtual.count(s),) if moved else ()),
            )
        ]
        now = list(virtual.profiles(t))
        allocation: list[Any] = []
        paid: dict[str, list[Any]] = {name: [] for name in agents}
        for first in firsts:
            stage = built.contracts[first].stages[t - 2]
            rows = [_sure(stage.action[states], virtual.count(t)) for states in now]
            owed = {name: [text(stage.paid[states][i]) for states in now] for i, name in enumerate(agents)}
            for _ in product(*map(range, between)):
                allocation += rows
                for name in agents:
                    paid[name] += owed[name]
        shape = (len(firsts), *between, len(now))
        yield {"allocation": _nested(allocation, shape), "payments": {n: _nested(v, shape) for n, v in paid.items()}}


def _sure(action: int, count: int) -> list[str]:
    return ["1" if a == action else "0" for a in range(count)]


def _nested(flat: list[Any], shape: tuple[int, ...]) -> Any:
    for length in shape[:0:-1]:
        flat = [flat[k : k + length] for k in range(0, len(flat), length)]
    return flat
