"""A linear program with exact coefficients and named rows and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mechsynth.errors import InputError

EQUAL, AT_LEAST = "=", "≥"


@dataclass(frozen=True)
class Row:
    """``Σ coefficients · columns  (= or ≥)  right``.

    Attributes
    ----------
    name:
        What the row says, e.g. ``"incentive of firm1 in period 1 ..."``.
    coefficients:
        By column name.
    sense:
        ``"="`` or ``"≥"``.
    right:
        The right-hand side.
    """

    name: str
    coefficients: Mapping[str, Fraction]
    sense: str
    right: Fraction


@dataclass(eq=False)
class Program:
    """A program in free columns; a feasibility program where the objective is empty.

    What is optimized is ``constant + Σ objective · columns``: its optimum is the ``value`` of the question's result.

    Attributes
    ----------
    columns:
        Names of the columns, in order.
    rows:
        The rows, with unique names.
    objective:
        Coefficients by column name.
    sense:
        ``"min"`` or ``"max"``.
    constant:
        What is added to the objective.
    """

    columns: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    objective: dict[str, Fraction] = field(default_factory=dict)
    sense: str = "min"
    constant: Fraction = Fraction(0)

    def violations(self, point: Mapping[str, Fraction]) -> dict[str, Fraction]:
        """Return the rows that a point breaks, with how far it misses them (negative); columns left out are zero."""
        broken = {}
        for row in self.rows:
            value = sum((c * point.get(name, Fraction(0)) for name, c in row.coefficients.items()), Fraction(0))
            gap = value - row.right
            if gap < 0 or (row.sense == EQUAL and gap != 0):
                broken[row.name] = -abs(gap)
        return broken

    def to_cvxpy(self) -> CvxpyProgram:
        """Return the same program in cvxpy, for constraints and convex objectives of one's own.

        The numbers become floats there, rows as the program has them: what a cvxpy solver says about the extended program is a suggestion, not a proof.

        Raises
        ------
        InputError
            For a number that is beyond floats.
        """
        try:
            return self._cvxpy()
        except OverflowError:
            problem, remedy = "a number beyond floats", "export it with whole numbers of any length"
            raise InputError("the program", problem, remedy) from None

    def _cvxpy(self) -> CvxpyProgram:
        import cvxpy
        import numpy as np
        from scipy.sparse import csr_array

        place = {name: k for k, name in enumerate(self.columns)}
        vector = cvxpy.Variable(len(self.columns), name="transfers")
        constraints: dict[str, object] = {}
        for sense in (EQUAL, AT_LEAST):
            rows = [row for row in self.rows if row.sense == sense]
            if not rows:
                continue
            down = [k for k, row in enumerate(rows) for _ in row.coefficients]
            across = [place[n] for row in rows for n in row.coefficients]
            values = np.array([float(c) for row in rows for c in row.coefficients.values()])
            matrix = csr_array((values, (down, across)), shape=(len(rows), len(self.columns)))
            right = np.array([float(row.right) for row in rows])
            constraints[sense] = matrix @ vector == right if sense == EQUAL else matrix @ vector >= right
        variables = {name: vector[k] for name, k in place.items()}
        weights = np.array([float(self.objective.get(name, Fraction(0))) for name in self.columns])
        aim = cvxpy.Maximize if self.sense == "max" else cvxpy.Minimize
        problem = cvxpy.Problem(aim(weights @ vector + float(self.constant)), list(constraints.values()))
        names = {sense: [row.name for row in self.rows if row.sense == sense] for sense in constraints}
        return CvxpyProgram(problem, vector, variables, constraints, names)


@dataclass(frozen=True, eq=False)
class CvxpyProgram:
    """A program in cvxpy.

    Attributes
    ----------
    problem:
        The problem, ``cvxpy.Problem``, with the sense and the constant of the program's objective.
    vector:
        All columns as one ``cvxpy.Variable``.
    variables:
        A scalar expression by column name.
    constraints:
        The equalities under ``"="``, the inequalities under ``"≥"``.
    names:
        The names of the rows of each, in the order of its dual values.
    """

    problem: Any
    vector: Any
    variables: Mapping[str, Any]
    constraints: Mapping[str, Any]
    names: Mapping[str, list[str]]
