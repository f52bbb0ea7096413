"""An answer about a program in plain sentences."""

from __future__ import annotations

from fractions import Fraction

from mechsynth.lp.decide import Answer, Conflict, Status
from mechsynth.lp.program import Numbers, Program, Side
from mechsynth.rational import shown

MOST = 12  # columns of a point, inequalities of a conflict and terms of a row that are printed


def told(answer: Answer, program: Program) -> str:
    """Return what was found."""
    aim = "largest" if program.maximize else "least"
    if answer.status is Status.OPTIMAL:
        assert answer.value is not None
        lines = [f"Optimal: the {aim} value of the objective is {number(answer.value)}, exactly."]
        lines += _point(answer.point or {}, "It is attained at")
        lines.append(f"No point does better: {_count(len(answer.multipliers), 'multiplier')} in the result prove it.")
    elif answer.status is Status.FEASIBLE:
        lines = ["Feasible: there is a point that meets every row and bound; the objective is constant."]
        lines += _point(answer.point or {}, "One is")
    elif answer.status is Status.UNBOUNDED:
        better = "grows" if program.maximize else "falls"
        lines = [
            f"Unbounded: there are points that meet every row and bound, and among them the objective {better} without end."
        ]
        lines += _point(answer.point or {}, "One is")
        lines += _point(answer.ray or {}, "From it one can go on for ever along")
    elif answer.status is Status.INFEASIBLE:
        assert answer.conflict is not None
        assert answer.shortfall is not None
        lines = ["Infeasible: no point meets every row and bound."]
        lines += _conflict(answer.conflict, answer, program)
    else:
        lines = ["Unknown: nothing was proved in time; allow more with --time-limit."]
    return "\n".join(lines)


def number(value: Fraction) -> str:
    """Return a number, with about what it is where it is long."""
    exact = shown(value)
    if value.denominator == 1 or len(exact) <= 12:
        return exact
    try:
        return f"{exact} (about {float(value):.9g})"
    except OverflowError:
        return exact


def _count(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def _point(point: Numbers, lead: str) -> list[str]:
    if not point:
        return [f"{lead} the point where every column is 0."]
    first = [f"  {name} = {number(value)}" for name, value in list(point.items())[:MOST]]
    more = len(point) - len(first)
    rest = f"  and {_count(more, 'more column')} in the result;" if more else ""
    return [f"{lead}", *first, *([rest] if rest else []), "  all other columns 0."]


def _conflict(conflict: Conflict, answer: Answer, program: Program) -> list[str]:
    stays = [f"the {_count(len(answer.kept), 'row')} kept"] if answer.kept else []
    stays += ["all bounds"] if answer.bounds_kept else []
    given = " and ".join(stays)
    if not conflict.sides:
        return [f"What must stay, {given}, is contradictory by itself."]
    beside = f", together with {given}," if given else ""
    if len(conflict.sides) == 1:
        lines = [f"This inequality{beside} {'' if given else 'alone '}cannot be met:"]
    else:
        lines = [f"These {len(conflict.sides)} inequalities{beside} cannot be met at once:"]
    lines += [f"  {inequality(side, program)}" for side in conflict.sides[:MOST]]
    more = len(conflict.sides) - MOST
    if more > 0:
        lines.append(f"  and {more} more in the result.")
    assert answer.shortfall is not None
    lines.append(f"Multiplied as the result says and added up, they say that 0 is at least {number(answer.shortfall)}.")
    if conflict.minimal:
        what = "it is" if len(conflict.sides) == 1 else "each of them is"
        others = "everything else of the conflict" if len(conflict.sides) > 1 or given else "nothing else"
        lines.append(
            f"The conflict is minimal: without it there is a point, so {what} needed."
            if len(conflict.sides) == 1 and not given
            else f"The conflict is minimal: {what} needed, since a point in the result meets {others} without it."
        )
    else:
        lines.append(f"That all are needed was proved of {len(conflict.without)} of them.")
    return lines


def inequality(side: Side, program: Program) -> str:
    """Return an inequality with its name."""
    terms = program.terms(side)
    parts: list[str] = []
    for name, value in list(terms.items())[:MOST]:
        size = "" if abs(value) == 1 else f"{shown(abs(value))} "
        sign = ("-" if value < 0 else "") if not parts else ("- " if value < 0 else "+ ")
        parts.append(f"{sign}{size}{name}")
    if len(terms) > MOST:
        parts.append(f"+ … ({len(terms) - MOST} more)")
    left = " ".join(parts) or "0"
    lead = f"{side.name}: " if side.kind == "row" else ""
    tail = "" if side.kind == "row" else f"   (a bound of {side.name})"
    return f"{lead}{left} {side.sense} {shown(program.right(side))}{tail}"
