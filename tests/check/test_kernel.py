"""The kernel on rows made by hand: x >= 1 and x <= 0 contradict each other, x + y >= 1 bounds 2x + 2y by 2, and so on."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction as F

import numpy as np
import pytest

from mechsynth.check.block import Rows, State
from mechsynth.check.exact import Exact
from mechsynth.check.forms import Form, Term
from mechsynth.check.kernel import bound, contradiction, derived, least, met, ray
from mechsynth.check.verdict import Ledger, Refuted

X, Y, Z = 0, 1, -1
NAMES = {X: "x", Y: "y", Z: "z"}


def form(const: F | int, **coefficients: F | int) -> Form:
    """``const + Σ coefficient · column``, one row."""
    where = {name: column for column, name in NAMES.items()}
    terms = tuple(
        Term(
            np.array([[where[name]]]),
            np.array([[F(value).numerator]], dtype=object),
            np.array([F(value).denominator], dtype=object),
        )
        for name, value in coefficients.items()
    )
    return Form(Exact.constant(F(const), (1,)), terms)


def row(name: str, slack: Form, equal: bool = False, family: str = "wish", mass: F | None = None) -> Rows:
    weigh = None if mass is None else lambda _: Exact.constant(mass, (1,))
    return Rows(family, equal, name.split(" ")[0], State(column=np.array([0])), lambda _: slack, lambda _: name, weigh)


def least_one() -> Iterator[Rows]:
    yield row("low x", form(-1, x=1))  # x >= 1


def both() -> Iterator[Rows]:
    yield from least_one()
    yield row("high x", form(0, x=-1))  # x <= 0


def name(column: int) -> str:
    return NAMES[column]


def test_a_contradiction_is_as_large_as_the_rows_say() -> None:
    """2(x - 1) + 2(-x) = -2: nothing meets both rows, and they miss by 2."""
    total = derived(both(), {"low x": F(2), "high x": F(2)}, Ledger())
    assert contradiction(total, name, Ledger()) == 2


@pytest.mark.parametrize(
    ("multipliers", "reason"),
    [
        ({}, "shortfall 0"),  # nothing derives nothing
        ({"low x": F(1)}, "column x: off by 1"),
        ({"low x": F(1), "high x": F(2)}, "column x: off by -1"),
        ({"low x": F(-1), "high x": F(-1)}, "multiplier of low x: -1 < 0"),
        ({"low x": F(1), "high y": F(1)}, '"high y"|high y is no row'),
    ],
)
def test_what_derives_no_contradiction(multipliers: dict[str, F], reason: str) -> None:
    with pytest.raises(Refuted, match=reason):
        contradiction(derived(both(), multipliers, Ledger()), name, Ledger())


def test_an_equality_takes_either_sign_and_an_inequality_does_not() -> None:
    """x = 1 and x >= 2: minus the first plus the second is 1 - 2 < 0."""
    rows = [row("is x", form(-1, x=1), equal=True), row("low x", form(-2, x=1))]
    total = derived(rows, {"is x": F(-1), "low x": F(1)}, Ledger())
    assert contradiction(total, name, Ledger()) == 1


def test_rows_outside_the_conflict_are_refused_and_definitions_are_not() -> None:
    rows = [row("low x", form(-1, x=1), family="definition"), row("high x", form(0, x=-1), family="other")]
    y = {"low x": F(1), "high x": F(1)}
    with pytest.raises(Refuted, match="high x: the row does not belong to the conflict"):
        derived(rows, y, Ledger(), ["wish"])
    assert contradiction(derived(rows, y, Ledger(), ["other"]), name, Ledger()) == 1


def test_sizes_are_weighed_by_the_mass() -> None:
    """Incentives given what an agent knows are relaxed per unit of probability: a multiplier of 3 on a row of mass 1/2 has size 3/2. Other rows are as they stand."""
    sizes: dict[str, F] = {}
    rows = [row("is x", form(0, x=1), equal=True, mass=F(1, 2)), row("low x", form(0, x=3)), row("pbic", form(0, x=1), family="pbic", mass=F(1, 2))]
    derived(rows, {"is x": F(-3), "low x": F(1), "pbic": F(3)}, Ledger(), sizes=sizes)
    assert sizes == {"wish": F(3) + 1, "pbic": F(3, 2)}


def test_a_bound_is_what_the_rows_leave_of_the_objective() -> None:
    """2(x + y - 1) >= 0, so 2x + 2y >= 2; the same rows say nothing of 2x + 3y."""
    rows = [row("sum", form(-1, x=1, y=1))]
    total = derived(rows, {"sum": F(2)}, Ledger())
    assert bound(total, form(0, x=2, y=2), name, Ledger()) == 2
    assert bound(total, form(5, x=2, y=2), name, Ledger()) == 7
    with pytest.raises(Refuted, match="column y: off by -1"):
        bound(total, form(0, x=2, y=3), name, Ledger())


def test_a_ray_keeps_every_row_and_lowers_the_objective() -> None:
    """Along (-1, 1) x + y stays, and x falls; along (1, 0) the slack of -x falls."""
    rows = [row("sum", form(-1, x=1, y=1))]
    ray(rows, form(0, x=1), {X: F(-1), Y: F(1)}, Ledger())
    with pytest.raises(Refuted, match="the objective changes by 0"):
        ray(rows, form(0, x=1), {}, Ledger())
    with pytest.raises(Refuted, match="high x: slack -1 < 0"):
        ray([row("high x", form(0, x=-1))], form(0, y=1), {X: F(1), Y: F(-1)}, Ledger())
    with pytest.raises(Refuted, match="is x: off by 1, not 0"):
        ray([row("is x", form(0, x=1), equal=True)], form(0, y=1), {X: F(1), Y: F(-1)}, Ledger())


def test_rows_are_met_by_numbers() -> None:
    met([row("a", form(0)), row("b", form(0), equal=True), row("c", form(1))], Ledger())
    with pytest.raises(Refuted, match="a: slack -1/2 < 0"):
        met([row("a", form(F(-1, 2)))], Ledger())
    with pytest.raises(Refuted, match="b: off by 1/3, not 0"):
        met([row("b", form(F(1, 3)), equal=True)], Ledger())


def test_a_column_left_over_gets_the_least_value_that_meets_its_rows() -> None:
    """2z - 3 >= 0 and z + 1 >= 0: z = 3/2, and with it both rows are met, with less the first is not."""
    rows = [row("a", form(-3, z=2)), row("b", form(1, z=1))]
    assert least(rows) == {Z: F(3, 2)}
    met(rows, Ledger(), least(rows))
    with pytest.raises(Refuted, match="a: slack -2 < 0"):
        met(rows, Ledger(), {Z: F(1, 2)})
