"""What rows, laws and information states promise to whoever writes the next requirement: each by one trivial use, worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction as F
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import mechsynth
from mechsynth import instance
from mechsynth.check import read_instance
from mechsynth.check.block import Rows, State
from mechsynth.check.exact import Exact
from mechsynth.check.forms import Form, Rest, Term
from mechsynth.check.kernel import contradiction, derived, least, met
from mechsynth.check.kind import Class
from mechsynth.check.laws import Law
from mechsynth.check.unknown import Unknown
from mechsynth.check.values import Values
from mechsynth.check.verdict import Ledger, Refuted

LEASES = Path(__file__).resolve().parents[2] / "instances" / "liu2014-oil-leases.json"
MOST = -1  # a column that a requirement brings


def exact(*values: F | int) -> Exact:
    return Exact(
        np.array([F(v).numerator for v in values], dtype=object),
        np.array([F(v).denominator for v in values], dtype=object),
    )


def block(slack: Form, count: int, mass: Exact | None = None, equal: bool = False) -> Rows:
    """Rows ``wish 0, wish 1, …`` of one block; those asked for alone are made."""

    def made(state: State) -> Form:
        rows = np.asarray(state.column)
        rest = slack.rest
        terms = tuple(Term(part.column[rows], part.num[rows], part.den[rows]) for part in slack.terms)
        return Form(
            slack.const[rows],
            terms,
            None if rest is None else Rest(rest.low[rows], rest.high[rows], rest.scale, rest.exact),
        )

    weigh = None if mass is None else lambda state: mass[np.asarray(state.column)]
    return Rows(
        "wish", equal, "wish", State(column=np.arange(count)), made, lambda state: f"wish {int(state.column)}", weigh
    )


# -- auxiliary columns ------------------------------------------------------------------------------------------------


def most_of(payments: list[F | int]) -> Rows:
    """``most ≥ p`` for every payment: a requirement with an unknown of its own, the largest payment."""
    count = len(payments)
    one = Term(np.full((count, 1), MOST), np.full((count, 1), 1, dtype=object), np.full(count, 1, dtype=object))
    return block(Form(exact(*(-F(p) for p in payments)), (one,)), count)


def test_a_requirement_brings_an_unknown_and_the_rule_for_its_value_at_a_mechanism() -> None:
    """Of the payments 1, 5/2, -3 the largest is 5/2: that is the value, and no less will do; nobody can ask that it be at most 2."""
    rows = most_of([1, F(5, 2), -3])
    assert least([rows]) == {MOST: F(5, 2)}
    met([rows], Ledger(), least([rows]))
    with pytest.raises(Refuted, match="wish 1: slack -1/2 < 0"):
        met([rows], Ledger(), {MOST: F(2)})
    cap = Term(np.array([[MOST]]), np.array([[-1]], dtype=object), np.array([1], dtype=object))
    two = Rows("cap", False, "cap", State(), lambda _: Form(exact(2), (cap,)), lambda _: "cap")
    total = derived([rows, two], {"wish 1": F(1), "cap": F(1)}, Ledger())
    assert contradiction(total, lambda column: {MOST: "most"}[column], Ledger()) == F(1, 2)


# -- mass -------------------------------------------------------------------------------------------------------------


def test_numbers_that_are_told_are_per_unit_of_mass() -> None:
    """Slacks -1/8 and -1/4 of rows of mass 1/4 and 1: the first is the worse, 1/2 a unit."""
    rows = block(Form(exact(F(-1, 8), F(-1, 4))), 2, exact(F(1, 4), 1))
    with pytest.raises(Refuted, match="wish 0: slack -1/2 < 0"):
        met([rows], Ledger())
    with pytest.raises(Refuted, match="wish 1: slack -1/4 < 0"):
        met([block(Form(exact(F(-1, 8), F(-1, 4))), 2)], Ledger())


# -- numbers that are known by bounds ---------------------------------------------------------------------------------


def test_bounds_settle_what_they_can_and_numbers_are_made_for_the_rest() -> None:
    """1 + r with r in [-1/2, 0], [-2, 0] and [-3, 0]: the first is settled; of the others r is -1/2 and -3/2, and the last row fails by 1/2."""
    asked: list[int] = []
    true = {0: F(-1, 4), 1: F(-1, 2), 2: F(-3, 2)}

    def numbers(rows: Any) -> Exact:
        asked.extend(int(k) for k in rows)
        return exact(*(true[int(k)] for k in rows))

    def rows(count: int) -> Iterator[Rows]:
        low, high = np.array([-1, -4, -6][:count], dtype=object), np.zeros(count, dtype=object)
        rest = Rest(low, high, 2, numbers)
        yield Rows(
            "wish",
            False,
            "wish",
            State(column=np.arange(count)),
            lambda _: Form(exact(*[1] * count), (), rest),
            lambda s: f"wish {int(s.column)}",
        )

    met(rows(1), Ledger())
    assert asked == []
    met(rows(2), Ledger())
    assert asked == [1]
    with pytest.raises(Refuted, match="wish 2: slack -1/2 < 0"):
        met(rows(3), Ledger())


# -- laws -------------------------------------------------------------------------------------------------------------


def test_a_law_takes_expectations_marginals_and_events() -> None:
    """Weights 1 … 6 over 21 on signals 2 × 3: every number added up by hand."""
    law = Law.start(Exact(np.arange(1, 7).astype(object), np.array(21, dtype=object)), (2, 3), 1)
    assert law.rows().tolist() == [[1, 2, 3, 4, 5, 6]] and law.mass().at(0) == 1
    value = np.array([[0, 0, 1, 0, 0, 10]], dtype=object)
    assert law.expect(value, 2).at(0) == F(3 * 1 + 6 * 10, 42)
    first, second = law.marginal((True, False)), law.marginal((False, True))
    assert first.rows().tolist() == [[6, 15]] and second.rows().tolist() == [[5, 7, 9]]
    assert first.sizes == (2, 1) and second.expect(np.array([[1, 0, 1]], dtype=object), 1).at(0) == F(14, 21)
    event = law.given(np.array([[False, True, False, False, True, False]]))
    assert event.mass().at(0) == F(7, 21) and event.marginal((True, False)).rows().tolist() == [[2, 5]]
    term = law.term(np.array([[7, 8, 9, 7, 8, 9]]))
    assert (
        term.column.tolist() == [[7, 8, 9, 7, 8, 9]]
        and term.num.tolist() == [[1, 2, 3, 4, 5, 6]]
        and term.den.tolist() == [21]
    )


# -- information states -----------------------------------------------------------------------------------------------


def test_information_states_are_what_an_agent_can_tell_apart() -> None:
    """Of the leases: every past profile, every own past report, every own signal now that can follow; the masses of what can follow add up to 1.

    Listed from the definition: an agent knows the true profile of the period before, what she reported in it, and her own signal.
    """
    environment = mechsynth.load(LEASES)
    model = read_instance(instance.to_bytes(environment))
    rule = [np.asarray(actions).ravel() for actions in mechsynth.solve(environment, "policy").mechanism.actions]  # type: ignore[union-attr]
    f = Unknown(model, rule, Values(model, rule, False, []), Class.named("full", "bnic"), path=True)
    for t, agent in product(range(1, model.count), range(len(model.agents))):
        past, now = model.period(t - 1), model.period(t)
        want = set()
        for true, report in product(range(past.profiles), range(past.sizes[agent])):
            told = list(np.unravel_index(true, past.sizes))
            told[agent] = report
            said = int(np.ravel_multi_index(told, past.sizes))
            kernel = model.kernel(t - 1)
            assert kernel is not None
            after = kernel.weights[rule[t - 1][said], true]
            for p in range(now.profiles):
                if after[p] > 0:
                    want.add((true, said, int(np.unravel_index(p, now.sizes)[agent])))
        found = set()
        mass: dict[tuple[int, int], F] = {}
        for state in f.states(t, agent):
            weights = f.around(t, agent, state)[1].mass()
            for row, one in enumerate(state.each()):
                key = (one.history, one.told, int(np.unravel_index(one.profile, now.sizes)[agent]))
                assert key not in found
                found.add(key)
                mass[key[:2]] = mass.get(key[:2], F(0)) + weights.at(row)
        assert found == want and set(mass.values()) == {F(1)}
