"""Programs as MPS and LP files, by the writer of HiGHS. Rows are scaled to integers, so that the file is exact."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import highspy
import numpy as np

from mechsynth.solver.linear import model
from mechsynth.solver.quiet import highs

_ILLEGAL = re.compile(r"[^A-Za-z0-9_.,()]+")


def plain_names(names: Sequence[str]) -> list[str]:
    """Return the names without blanks and other characters that the formats forbid, made unique by a number where they clash."""
    seen: dict[str, int] = {}
    result = []
    for name in names:
        words = name.replace("->", " to ").replace(">=", " ge").replace("<=", " le").replace("[", "(").replace("]", ")")
        short = _ILLEGAL.sub("_", words)[:200].strip("_") or "n"
        short = short if short[0].isalpha() else f"n{short}"
        count = seen.get(short, 0)
        seen[short] = count + 1
        result.append(short if not count else f"{short}_{count}")
    return result


def write_model(program: Any, data: Any, path: str) -> bool:
    """Write a `LinearProgram` to ``path``, whose ending says the format; return whether HiGHS did.

    ``data`` holds its rows scaled to integers (`prove.linear.integer_rows`).
    """
    from scipy.sparse import csc_array

    matrix = csc_array((data.nums.astype(np.float64), (data.rows, data.cols)), shape=(data.count, data.width))
    cost = np.zeros(data.width)
    for k, value in program.objective.items():
        cost[k] = float(value)
    rights = data.rights.astype(np.float64)
    floors = np.full(data.width, -highspy.kHighsInf)
    lp = model(cost, matrix, rights, np.where(data.equal, rights, highspy.kHighsInf), floors)
    lp.col_names_ = plain_names(program.columns)
    lp.row_names_ = plain_names(program.names)
    solver = highs()
    solver.passModel(lp)
    return bool(solver.writeModel(path) == highspy.HighsStatus.kOk)
