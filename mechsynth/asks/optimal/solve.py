"""The best mechanism over all rules and payments (Kakade, Lobel and Nazerzadeh 2011; Yoon 2021a, section 2).

The program is `mechsynth.construct.sequence`; it is never unbounded (its optimum is at most the expected surplus) and never infeasible (one action, and a large
enough subsidy in period 1). The answer is the mechanism as it is played, lotteries and payments by history, and multipliers: how much a type is tempted to
report another. With these the bound is a dynamic program over *virtual values*, which a checker runs without a solver. Where no mechanism is best, the value is
a supremum, and the mechanism comes close to it.
"""

from __future__ import annotations

from fractions import Fraction

from mechsynth.asks.optimal import Optimal
from mechsynth.asks.optimal.forever import forever
from mechsynth.construct.case import Case
from mechsynth.construct.grown import branches, histories, multipliers, played, told, virtual
from mechsynth.construct.points import Best, settle
from mechsynth.construct.sequence import Sequence, Terms, sequence
from mechsynth.construct.sure import surely
from mechsynth.construct.tree import Tree, controlled
from mechsynth.errors import UsageError
from mechsynth.prove.exact import Decision, decide
from mechsynth.prove.walk import Kind
from mechsynth.rational import rational, text
from mechsynth.result import Result, Status, Strength
from mechsynth.run import Run

LARGEST = 400_000  # columns above which the program is refused
TOLD = 200  # actions at nodes up to which their virtual values are told


def answer(ask: Optimal, case: Case, run: Run) -> Result:
    """Find the mechanism that is best, and prove that none is better.

    Raises
    ------
    UsageError
        Where memory is short although actions move signals, and where the tree is too large.
    """
    if ask.periods != "none":
        return forever(ask, case.environment, run)
    environment = case.environment
    moved = controlled(environment)
    if moved and ask.memory != "full":
        raise UsageError("memory", "actions move the signals here, and histories count", "leave it out, or full")
    tree = Tree(environment, ask.memory, moved)
    if tree.width > LARGEST:
        raise UsageError("ask optimal", f"{tree.width} columns", "ask for fewer periods, or for a shorter memory")
    run.check()
    if ask.incentives == "pbic" and ask.memory != "full":
        raise UsageError("memory", "what agents believe depends on all that was reported", "leave it out, or full")
    revenue, surplus = map(rational, ask.weights.split(","))
    budget = None if ask.budget == "none" else rational(ask.budget)
    terms = Terms(ask.incentives, ask.participation, revenue, surplus, budget)
    program = sequence(tree, terms, run)
    if ask.lotteries == "no":
        return _without(ask, tree, program)
    found = decide(program.rows, program.cost, program.den)
    if found is not None and found.kind is Kind.INFEASIBLE and found.multipliers is not None:
        proof = multipliers(tree, program, found.multipliers, ask.participation)
        return Result(
            ask.document(), Status.INFEASIBLE, witness={"kind": "out-of-reach", "proof": proof}, environment=environment
        )
    best = None if found is None or found.kind is not Kind.OPTIMAL else settle(tree, program, found)
    if found is None or found.value is None or found.multipliers is None or best is None:
        seen = {"reason": _limit(found)}
        return Result(ask.document(), Status.UNKNOWN, Strength.NUMERICAL, certificate=seen, environment=environment)
    certificate = multipliers(tree, program, found.multipliers, ask.participation)
    plain = (ask.weights, ask.budget) == ("1,0", "none") and ask.participation != "withdrawal"
    if plain and tree.lottery(tree.last + 1) <= TOLD:
        certificate["virtual"] = virtual(tree, program, found.multipliers)
    if not best.attained:
        certificate["limit"] = _why(tree, program, best, ask.participation)
    return Result(
        question=ask.document(),
        status=Status.OPTIMAL,
        value=text(-found.value),
        attained=None if best.attained else False,
        tree=played(tree, best.played),
        certificate=certificate,
        environment=environment,
    )


def _without(ask: Optimal, tree: Tree, program: Sequence) -> Result:
    """Answer without lotteries: a mechanism, and bounds on all others, as far as they were brought together."""
    question, environment = ask.document(), tree.environment
    found = surely(tree, program)
    bound = None if found is None else found.bound
    if found is None or (found.point is None and bound is not None):
        seen = {"reason": "no mechanism without lotteries was found"}
        return Result(question, Status.UNKNOWN, Strength.NUMERICAL, certificate=seen, environment=environment)
    proof = branches(tree, program, found.root, ask.participation)
    if found.point is None or found.value is None or bound is None:
        witness = {"kind": "out-of-reach", "proof": {"branches": proof}}
        return Result(question, Status.INFEASIBLE, witness=witness, environment=environment)
    best = bound <= found.value
    return Result(
        question=question,
        status=Status.OPTIMAL if best else Status.FEASIBLE,
        value=text(found.value) if best else None,
        bounds=None if best else (text(found.value), text(bound)),
        tree=played(tree, found.point),
        certificate={"branches": proof},
        environment=environment,
    )


def _why(tree: Tree, program: Sequence, best: Best, participation: str) -> dict[str, object]:
    """Return the point that mechanisms come close to, what the one that is listed has, and why none is there."""
    costs = zip(program.cost, best.played, strict=True)
    earned = -sum((Fraction(int(cost), program.den) * value for cost, value in costs if cost), Fraction(0))
    steps = [
        {
            "dead": histories(tree, step.dead),
            "objective": text(step.weight),
            **multipliers(tree, program, step.multipliers, participation),
        }
        for step in best.steps
    ]
    return {"earned": text(earned), "point": told(tree, best.point), "steps": steps}


def _limit(found: Decision | None) -> str:
    """Return why nothing was proved."""
    if found is None or found.value is None or found.kind is not Kind.OPTIMAL:
        return "the program was not decided"
    return (
        f"the program behind the question has the value {text(-found.value)}, but at the point found payments count that would follow "
        "a draw of probability 0: no mechanism plays that point, and whether another earns as much was not settled"
    )
