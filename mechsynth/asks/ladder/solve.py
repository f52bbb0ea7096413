"""Everything at once: the rule, both conditions, the last period, and the smallest class of residual-claimant transfers."""

from __future__ import annotations

from mechsynth import asks
from mechsynth.asks.ladder import Ladder
from mechsynth.construct.case import Case
from mechsynth.environment import Environment
from mechsynth.result import Result, Status
from mechsynth.result.ask import REGISTRY, Ask, question
from mechsynth.result.vocabulary import BELIEFS, INCENTIVES, LAST, RESIDUAL, WISHES
from mechsynth.run import Run

SMALL = 600
"""Information states and lies up to which a ladder that fails goes on to ask for truth alone."""


def steps(ladder: Ladder, case: Case) -> list[Ask]:
    """Return the questions of the ladder that apply to this environment, in order, with the options that they have."""
    horizon, constant = case.environment.horizon, case.constant is not None
    alone = horizon == 1 and not constant
    applies = {BELIEFS: horizon != 1, LAST: horizon is not None and not constant, RESIDUAL: not alone}
    rungs = sorted((ask.rung, name) for name, ask in REGISTRY.items() if ask.rung is not None)
    found = []
    for _, name in rungs:
        ask = REGISTRY[name]
        if applies.get(ask.about, True):
            told = {option: getattr(ladder, option) for option in ask.options() if option in ladder.options()}
            found.append(ask(**told))
    return found


def _beyond(case: Case, run: Run) -> list[Result]:
    """Ask for truth alone where no class makes agents residual claimants: ex post, and where that fails, given what agents know, then from the start.

    Only with a prior and where the programs are small. What was not decided is left out.
    """
    environment = case.environment
    if environment.prior is None or _rows(environment) > SMALL:
        return []
    found = []
    for notion in INCENTIVES:
        each = asks.answer(question(WISHES, {"transfers": "smallest", "incentives": notion}), case, run)
        if each.status is Status.UNKNOWN or any(part.status is Status.UNKNOWN for part in each.tried):
            break
        found.append(each)
        if each.status is Status.FEASIBLE:
            break
    return found


def _rows(environment: Environment) -> int:
    """Return how many information states and lies of agents there are."""
    total = 0
    for t in range(1, environment.last + 1):
        before = environment.period(t if environment.horizon is None else max(t - 1, 1))
        period = environment.period(t)
        total += sum(before.size * before.shape[i] * period.shape[i] ** 2 for i in environment.players)
    return total


def answer(ask: Ladder, case: Case, run: Run) -> Result:
    """Answer every question of the ladder; the result carries all of them."""
    names, answers = steps(ask, case), []
    for done, each in enumerate(names):
        run.say(each.name, done, len(names))
        answers.append(asks.answer(each, case, run))
    run.say("", len(names), len(names))
    last = LAST if all(each.about != RESIDUAL for each in names) else RESIDUAL
    classes = [result for each, result in zip(names, answers, strict=True) if each.about == last]
    works = [result for result in classes if result.status is Status.FEASIBLE]
    open_ones = [result for result in classes if result.status is Status.UNKNOWN]
    chosen = (works or open_ones or classes[-1:])[0]
    # a ladder claims all of its answers, so it is as open as any of them
    decided = all(result.status is not Status.UNKNOWN for result in answers)
    # its classes look one period ahead, and would say less than was asked
    if decided and not works and case.constant is None and ask.look_ahead == "1":
        answers += _beyond(case, run)
    return Result(
        question=ask.document(),
        status=chosen.status if decided else Status.UNKNOWN,
        mechanism=chosen.mechanism,
        witness=chosen.witness,
        environment=case.environment,
        answers=tuple(answers),
    )
