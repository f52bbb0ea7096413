"""What is efficient? The rule, its ties, its worth (Liu 2014, equation (1))."""

from __future__ import annotations

from mechsynth.asks.policy import Policy
from mechsynth.construct.case import Case
from mechsynth.mechanism import Mechanism
from mechsynth.rational import nest, text
from mechsynth.result import Result, Status
from mechsynth.run import Run

LONGEST = 400_000  # characters of values that a result still carries


def answer(ask: Policy, case: Case, run: Run) -> Result:
    """Return the efficient rule; ``value`` is ``E W_1(θ_1)`` where there is a prior."""
    run.check()
    environment, rule = case.environment, case.rule
    certificate: dict[str, object] = {"ties": case.ties()}
    bits = sum((value.den.bit_length() + 8) * value.num.size for value in rule.values)
    if bits * 0.7 < LONGEST:
        certificate["values"] = [
            nest(rule.value(t).strings(), environment.period(t).shape) for t in run.over(range(1, environment.last + 1))
        ]
    run.check()
    value = rule.expected_surplus()
    return Result(
        question=ask.document(),
        status=Status.OPTIMAL,
        value=None if value is None else text(value),
        mechanism=Mechanism.of_rule(rule),
        certificate=certificate,
        environment=environment,
    )
