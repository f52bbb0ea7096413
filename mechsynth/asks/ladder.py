"""Everything at once: the rule, both conditions, the last period, and the smallest class of residual-claimant transfers."""

from __future__ import annotations

from mechsynth import asks
from mechsynth.asks.question import Question
from mechsynth.asks.questions import BELIEFS, LAST, RESIDUAL
from mechsynth.result import Result, Status
from mechsynth.result.ask import REGISTRY, Ask


def steps(question: Question) -> list[Ask]:
    """Return the questions of the ladder that apply to this environment, in order, with the options that they have."""
    horizon, constant = question.environment.horizon, question.constant is not None
    alone = horizon == 1 and not constant
    applies = {BELIEFS: horizon != 1, LAST: horizon is not None and not constant, RESIDUAL: not alone}
    rungs = sorted((ask.rung, name) for name, ask in REGISTRY.items() if ask.rung is not None)
    found = []
    for _, name in rungs:
        ask = REGISTRY[name]
        if applies.get(ask.about, True):
            told = {
                option: getattr(question.ask, option) for option in ask.options() if option in question.ask.options()
            }
            found.append(ask(**told))
    return found


def answer(question: Question) -> Result:
    """Answer every question of the ladder; the result carries all of them."""
    names, answers = steps(question), []
    for done, ask in enumerate(names):
        question.run.say(ask.name, done, len(names))
        answers.append(asks.answer(ask, question.case, question.run))
    question.run.say("", len(names), len(names))
    last = LAST if all(ask.about != RESIDUAL for ask in names) else RESIDUAL
    classes = [result for ask, result in zip(names, answers, strict=True) if ask.about == last]
    works = [result for result in classes if result.status is Status.FEASIBLE]
    chosen = works[0] if works else classes[-1]
    return Result(
        question={"ask": "ladder"},
        status=chosen.status,
        mechanism=chosen.mechanism,
        witness=chosen.witness,
        environment=question.environment,
        answers=tuple(answers),
    )
