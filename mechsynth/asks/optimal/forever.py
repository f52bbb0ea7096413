"""The largest revenue of an infinite horizon, between two numbers (`mechsynth.construct.endless`)."""

from __future__ import annotations

from mechsynth.asks.optimal import Optimal
from mechsynth.construct.endless import apart, later, refuse, truncated
from mechsynth.construct.grown import multipliers, played
from mechsynth.construct.points import settle
from mechsynth.construct.sequence import Terms, sequence
from mechsynth.construct.tree import Tree, controlled
from mechsynth.environment import Environment
from mechsynth.errors import UsageError
from mechsynth.prove.exact import decide
from mechsynth.prove.walk import Kind
from mechsynth.rational import text
from mechsynth.result import Result, Status, Strength
from mechsynth.run import Run

MOST = 100_000  # columns above which the program is refused


def forever(ask: Optimal, environment: Environment, run: Run) -> Result:
    """Find the best mechanism of some periods, and a bound on all for ever.

    Raises
    ------
    UsageError
        For choices that are not looked at here, and where the tree is too large.
    """
    refuse(environment)
    plain = (ask.incentives, ask.memory, ask.lotteries, ask.weights, ask.budget) == (
        "pepic",
        "full",
        "yes",
        "1,0",
        "none",
    )
    if not plain or ask.participation == "withdrawal":
        raise UsageError(
            "periods",
            "goes with pepic, entry or ex-post, full memory and lotteries, and revenue alone",
            "leave the others out",
        )
    count = int(ask.periods)
    if count > 64 or (environment.period(1).size + 1) ** count > MOST:
        raise UsageError("periods", f"{count} are too many", "look at fewer")
    moved = controlled(environment)
    near = Tree(truncated(environment, count), "full", moved and count > 1)
    far = Tree(truncated(environment, count, more=True), "full", moved)
    if far.width > MOST:
        raise UsageError("periods", f"{far.width} columns", "look at fewer")
    run.check()
    first = sequence(near, Terms(participation=ask.participation), run)
    found = decide(first.rows, first.cost, first.den)
    best = None if found is None or found.kind is not Kind.OPTIMAL else settle(near, first, found)
    whole = sequence(far, Terms(participation=ask.participation, tail=apart(environment)), run)
    above = decide(whole.rows, whole.cost, whole.den)
    question = ask.document()
    if (
        best is None
        or above is None
        or above.value is None
        or above.multipliers is None
        or above.kind is not Kind.OPTIMAL
    ):
        seen = {"reason": "the programs were not decided"}
        return Result(question, Status.UNKNOWN, Strength.NUMERICAL, certificate=seen, environment=environment)
    costs = zip(first.cost, best.played, strict=True)
    had = -sum(cost * value for cost, value in costs if cost) / first.den
    return Result(
        question=question,
        status=Status.FEASIBLE,
        bounds=(text(had), text(later(environment, count) - above.value)),
        tree=played(near, best.played),
        certificate=multipliers(far, whole, above.multipliers, ask.participation),
        environment=environment,
    )
