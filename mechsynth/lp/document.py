"""The result file ``mechsynth-lp/1``: an answer about a program file, with its certificate."""

from __future__ import annotations

import hashlib
from fractions import Fraction

from mechsynth.lp.decide import Answer, Status
from mechsynth.lp.program import Numbers, Program, Side
from mechsynth.rational import text

FORMAT = "mechsynth-lp/1"


def document(answer: Answer, program: Program, data: bytes) -> dict[str, object]:
    """Return the JSON object of a result file.

    Parameters
    ----------
    answer:
        What was proved.
    program, data:
        About what: the program, and the bytes of its file.
    """
    conflict = answer.conflict
    return {
        "format": FORMAT,
        "program": {
            "sha256": hashlib.sha256(data).hexdigest(),
            "form": program.form,
            "rows": len(program.rows),
            "columns": len(program.columns),
        },
        "question": {
            "sense": "maximize" if program.maximize else "minimize",
            "keep": list(answer.kept),
            "keep_bounds": answer.bounds_kept,
        },
        "status": answer.status.value,
        "value": _number(answer.value),
        "point": _numbers(answer.point),
        "ray": _numbers(answer.ray),
        "multipliers": None
        if answer.status not in (Status.OPTIMAL, Status.INFEASIBLE)
        else [_side(side) | {"multiplier": text(value)} for side, value in answer.multipliers.items()],
        "shortfall": _number(answer.shortfall),
        "conflict": None
        if conflict is None
        else [_side(side) | {"without": _numbers(conflict.without.get(side))} for side in conflict.sides],
    }


def _side(side: Side) -> dict[str, object]:
    return {side.kind: side.name, "sense": side.sense}


def _number(value: Fraction | None) -> str | None:
    return None if value is None else text(value)


def _numbers(values: Numbers | None) -> dict[str, str] | None:
    return None if values is None else {name: text(value) for name, value in values.items()}
