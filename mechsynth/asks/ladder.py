"""Everything at once: the rule, both conditions, the last period, and the smallest class of residual-claimant transfers."""

from __future__ import annotations

from mechsynth import asks
from mechsynth.asks.question import Question
from mechsynth.result import Result, Status

CLASSES = ("vcg-type", "contingent")


def steps(question: Question) -> list[str]:
    """Return the asks of the ladder that apply to this environment, in order."""
    horizon = question.environment.horizon
    first = ["policy"]
    if horizon != 1:
        first += ["convex-independence", "spanning"]
    if horizon is not None and question.constant is None:
        first.append("static")
    return first if horizon == 1 and question.constant is None else [*first, *CLASSES]


def answer(question: Question) -> Result:
    """Answer every ask of the ladder; the result carries all of them."""
    answers = []
    names = steps(question)
    for done, ask in enumerate(names):
        if question.progress is not None:
            question.progress(ask, done, len(names))
        answers.append(asks.answer(ask, question))
    if question.progress is not None:
        question.progress("", len(names), len(names))
    classes = [result for result in answers if result.question["ask"] in _classes(question)]
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


def _classes(question: Question) -> tuple[str, ...]:
    return ("static",) if question.environment.horizon == 1 and question.constant is None else CLASSES
