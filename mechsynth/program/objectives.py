"""What a synthesis program may optimize: extra columns, named rows, and the linear function that is minimized."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from mechsynth.errors import UsageError
from mechsynth.program.incentives import need_prior
from mechsynth.program.linear import Index
from mechsynth.program.money import every_history, period_budgets
from mechsynth.program.synthesis import Setting
from mechsynth.result.vocabulary import INCENTIVES, OBJECTIVES

OWNER = "objective"


def add_objective(setting: Setting, name: str) -> None:
    """Add the columns, rows and coefficients of an objective to the program.

    Raises
    ------
    UsageError
        For an unknown objective, or one that needs a prior where there is none.
    """
    if name not in OBJECTIVES:
        raise UsageError("objective", f"{name!r} is no objective", f"choose one of {', '.join(OBJECTIVES)}")
    if name != "feasibility":
        _ADD[name](setting)


def _single(setting: Setting, name: str) -> int:
    return int(setting.add_columns(name, [""], "objective")[0])


def _sizes(setting: Setting, title: str, bounds: Index) -> None:
    """Add ``bound − p ≥ 0`` and ``bound + p ≥ 0`` for every payment ``p``."""
    program, columns = setting.program, setting.transfer_columns()
    one, zero = np.ones(columns.size, dtype=np.int64), [Fraction(0)] * columns.size
    for sign, tail in ((-1, "<="), (1, ">=")):
        names = [f"{title} {program.columns[k]} {tail}" for k in columns.tolist()]
        program.add_rows(names, [bounds, columns], [one, one * sign], 1, zero, OWNER)


def _min_max(setting: Setting) -> None:
    largest = _single(setting, "largest")
    _sizes(setting, "largest", np.full(setting.transfer_columns().size, largest))
    setting.program.objective[largest] = Fraction(1)


def _min_total(setting: Setting) -> None:
    names = [setting.program.columns[k] for k in setting.transfer_columns().tolist()]
    sizes = setting.add_columns("size ", names, "objective")
    _sizes(setting, "size", sizes)
    setting.program.objective |= {int(k): Fraction(1) for k in sizes}


def _max_revenue(setting: Setting) -> None:
    weights, den = need_prior(setting, "max-revenue")
    for i in setting.players:
        for k, w in zip(setting.X[0][i].tolist(), weights.tolist(), strict=True):
            if w:
                setting.program.objective[k] = Fraction(int(w), den)


def _min_rent(setting: Setting) -> None:
    rent = _single(setting, "rent")
    for titles, cols, signs, left in every_history(setting):
        count = len(titles)
        nums = [np.full(count, -sign) for sign in signs]
        setting.program.add_rows(
            [f"rent {title}" for title in titles],
            [np.full(count, rent), *cols],
            [np.ones(count, dtype=np.int64), *nums],
            1,
            [-value for value in left],
            OWNER,
        )
    setting.program.objective[rent] = Fraction(1)


def _min_subsidy(setting: Setting) -> None:
    subsidy = _single(setting, "subsidy")
    column = np.array([[subsidy]])
    for title, cols, nums, den in period_budgets(setting, "subsidy"):
        setting.program.add_rows([title], [column, *cols], [np.array([[den]]), *nums], den, [Fraction(0)], OWNER)
    sign = "subsidy >=" if "subsidy" in setting.program.names else "subsidy"
    setting.program.add_rows([sign], [column], [np.array([[1]])], 1, [Fraction(0)], OWNER)
    setting.program.objective[subsidy] = Fraction(1)


def _min_epsilon(setting: Setting) -> None:
    program = setting.program
    epsilon = _single(setting, "epsilon")
    rows = np.array([k for k, owner in enumerate(program.owners) if owner in INCENTIVES], dtype=np.int64)
    relax(setting, rows, epsilon)
    program.add_rows(["epsilon"], [np.array([[epsilon]])], [np.array([[1]])], 1, [Fraction(0)], OWNER)
    program.objective[epsilon] = Fraction(1)


def relax(setting: Setting, rows: Index, column: int) -> None:
    """Add a column to some of the rows, with the mass of the row as its coefficient."""
    program = setting.program
    nums = [program.mass(k) * program.dens[k] for k in rows.tolist()]
    program.extend(rows, np.full(rows.size, column), np.array([int(value) for value in nums], dtype=object))


_ADD = {
    "min-max-transfer": _min_max,
    "min-total-transfer": _min_total,
    "max-revenue": _max_revenue,
    "min-rent": _min_rent,
    "min-subsidy": _min_subsidy,
    "min-epsilon": _min_epsilon,
}
