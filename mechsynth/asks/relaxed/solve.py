"""What the first report alone allows (`mechsynth.construct.coupled`): never unbounded, since payoffs are at least what leaving is worth; and never infeasible."""

from __future__ import annotations

from fractions import Fraction

from mechsynth.asks.relaxed import Relaxed
from mechsynth.construct import nearest
from mechsynth.construct.case import Case
from mechsynth.construct.coupled import Program, Screen, program
from mechsynth.errors import UsageError
from mechsynth.prove.exact import Decision, decide
from mechsynth.prove.walk import Kind
from mechsynth.rational import text
from mechsynth.result import Result, Status, Strength
from mechsynth.run import Run

MOST = 200_000  # reports and actions above which the program is refused


def answer(ask: Relaxed, case: Case, run: Run) -> Result:
    """Find the bound, and prove that it is exactly what these rows allow.

    Raises
    ------
    UsageError
        Where there are too many reports.
    """
    screen = Screen(case.environment, ask.reveal)
    if screen.size > MOST:
        raise UsageError("ask relaxed", f"{screen.size} reports and actions", "ask for fewer periods")
    run.check()
    rows = program(screen, run)
    found = decide(rows.rows, rows.cost, rows.den)
    if found is None or found.value is None or found.kind is not Kind.OPTIMAL:
        seen = {"reason": "the program was not decided"}
        return Result(
            ask.document(), Status.UNKNOWN, Strength.NUMERICAL, certificate=seen, environment=case.environment
        )
    certificate = {**_played(screen, found), **_multipliers(screen, rows, found), "closed": _closed(screen)}
    return Result(
        ask.document(), Status.HOLDS, value=text(-found.value), certificate=certificate, environment=case.environment
    )


def _played(screen: Screen, found: Decision) -> dict[str, object]:
    """Return lotteries by node, and what first signals expect."""
    assert found.point is not None
    numbers, bottom = found.point
    environment, lotteries = screen.environment, []
    for t in range(1, environment.last + 1):
        many, rows = screen.actions(t), []
        for k, node in enumerate(screen.nodes[t - 1]):
            whole = t == 1 or not screen.moved
            before = (
                bottom if whole else numbers[screen.column(t - 1) + node.parent * screen.actions(t - 1) + node.action]
            )
            start = screen.column(t) + k * many
            drawn = [Fraction(int(v), int(before)) for v in numbers[start : start + many]] if before else []
            rows.append([text(v) for v in drawn] or ["1"] + ["0"] * (many - 1))
        lotteries.append(rows)
    names = environment.period(1).signals
    payoffs: dict[str, dict[str, str]] = {environment.agents[i]: {} for i in environment.players}
    for (i, x), column in screen.payoffs.items():
        payoffs[environment.agents[i]][names[i][x]] = text(Fraction(int(numbers[column]), int(bottom)))
    return {"lotteries": lotteries, "payoffs": payoffs}


def _closed(screen: Screen) -> dict[str, object]:
    """Return what the closed form comes to, and its virtual values where one agent has a secret in two periods."""
    values = nearest.virtual(screen)
    rows = nearest.table(screen, values)
    told = [] if rows is None else [{"reports": names, "values": [text(v) for v in row]} for names, row in rows]
    return {"value": text(nearest.bound(screen, values)), "virtual": told}


def _multipliers(screen: Screen, rows: Program, found: Decision) -> dict[str, object]:
    """Return the multipliers that are not 0."""
    assert found.multipliers is not None
    numbers, bottom = found.multipliers
    agents, names = screen.environment.agents, screen.environment.period(1).signals
    tempted = [
        {"agent": agents[i], "signal": names[i][x], "report": names[i][r], "weight": text(weight)}
        for (i, x, r), (row, scale) in rows.lies.items()
        if (weight := Fraction(int(numbers[row]) * scale, int(bottom)))
    ]
    joined = [
        {"agent": agents[i], "signal": names[i][x], "weight": text(weight)}
        for (i, x), (row, scale) in rows.joining.items()
        if (weight := Fraction(int(numbers[row]) * scale, int(bottom)))
    ]
    return {"tempted": tempted, "joined": joined}
