"""What is drawn and tabled is what was proved: every check here has another way to the same number."""

from __future__ import annotations

import json
from fractions import Fraction

import html5lib
import numpy as np
import pytest
from conftest import INSTANCES
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog

import mechsynth
from mechsynth.report import budgets, heat, incentives, plan, simplex
from mechsynth.report.blocks import Grid
from mechsynth.words.envelope import read

from page_kinds import solved, subject  # isort: skip


def amount(text: str) -> Fraction:
    return Fraction(text.replace("−", "-") or "0")


@pytest.mark.parametrize("kind", ["vcg-type", "optimal", "smallest", "lump-sum"])
def test_every_payment_stands_in_its_place(kind: str) -> None:
    """The cell under some reports is what the mechanism charges after these reports."""
    result, data = solved(kind)
    whole = subject(result, data)
    environment, transfers = whole.environment, whole.document["mechanism"]["transfers"]
    assert environment is not None
    periods = [transfers] if isinstance(transfers, dict) else transfers
    expected = sorted(
        entry
        for tables in periods
        for kinds in tables.values()
        for table in kinds.values()
        for entry in map(Fraction, np.array(table, dtype=object).ravel().tolist())
        if entry != 0
    )
    grids = [block for block in heat.heat_maps(transfers, whole.answer.names) if isinstance(block, Grid)]
    shown = sorted(
        value
        for grid in grids
        for row in grid.rows
        for cell in row[grid.heads_per_row :]
        if (value := amount(cell.exact.rpartition(" ")[2])) != 0
    )
    assert shown == expected
    for grid in grids:
        for row in grid.rows:
            for cell in row[grid.heads_per_row :]:
                value = amount(cell.exact.rpartition(" ")[2])
                assert cell.shade[:4] == ("pays" if value > 0 else "gets" if value < 0 else "")
                assert cell.text == "" or cell.text.startswith("≈") or amount(cell.text) == value


def test_a_payment_under_its_reports() -> None:
    """By hand: firm 2's static payment in the last oil lease is 0 at 4 and some step in [6, 12] at 6 (Liu 2014, 3.1)."""
    whole = subject(*solved("vcg-type"))
    grids = heat.heat_maps(whole.document["mechanism"]["transfers"], whole.answer.names)
    (grid,) = [
        g for g in grids if isinstance(g, Grid) and g.caption == "firm2 pays in period 2, by the reports of period 2"
    ]
    payments = {row[0].text: amount(row[1].text) for row in grid.rows}
    assert 6 <= payments["6"] - payments["4"] <= 12


@pytest.mark.parametrize("kind", ["vcg-type", "optimal", "lump-sum", "smallest", "contingent, four outcomes"])
def test_budgets_over_time_add_up_to_the_checkers_total(kind: str) -> None:
    """Forward over the periods here, backward through the agents' values there: the same discounted sum, agent by agent."""
    whole = subject(*solved(kind))
    evaluation = whole.evaluation()
    assert evaluation is not None and whole.environment is not None
    flows = budgets._flows(evaluation)
    discount = whole.environment.discount
    sums = [sum(discount**t * line[i] for t, line in enumerate(flows)) for i in range(len(whole.environment.agents))]
    totals = evaluation.payments_of_agents
    assert totals is not None
    if whole.environment.horizon is not None:
        assert len(flows) == whole.environment.horizon and sums == list(totals)
        return
    # what comes after the periods drawn is at most the largest payment for ever
    largest = max(abs(p) for line in flows for p in line) + max(
        abs(Fraction(x))
        for kinds in whole.document["mechanism"]["transfers"].values()
        for table in kinds.values()
        for x in np.array(table, dtype=object).ravel().tolist()
    )
    rest = 2 * largest * discount ** len(flows) / (1 - discount)
    assert all(abs(a - b) <= rest for a, b in zip(sums, totals))


@pytest.mark.parametrize("kind", ["vcg-type", "optimal", "smallest", "lump-sum"])
def test_every_incentive_constraint_is_drawn_once(kind: str) -> None:
    evaluation = subject(*solved(kind)).evaluation()
    assert evaluation is not None and evaluation.least is not None
    lies = incentives._lies(evaluation)
    assert len(lies) == evaluation.rows
    assert lies[0].slack == evaluation.least.slack == min(lie.slack for lie in lies)
    assert lies == sorted(lies, key=lambda lie: lie.slack)


def test_gains_around_a_cycle_add_up_to_the_shortfall() -> None:
    """Payments cancel around a chain of lies, so the gains on its arrows are what no payment can take back."""
    whole = subject(*solved("cycle"))
    (panel,) = plan._of_failures(whole.answer, whole.environment)
    gains = [rate for _, _, rate in panel.arrows]
    assert None not in gains
    assert sum(gains) == Fraction(whole.document["witness"]["shortfall"]) == 4
    steps = [(true, told) for true, told, _ in panel.arrows]
    assert sorted(true for true, _ in steps) == sorted(told for _, told in steps)


def test_the_rates_of_a_deviation_plan_are_those_of_the_proof() -> None:
    whole = subject(*solved("conflict"))
    panels = plan._deviations(whole.answer)
    drawn = sum(rate for panel in panels for _, _, rate in panel.arrows if rate is not None)
    multipliers = whole.document["witness"]["multipliers"]
    assert drawn == sum(Fraction(y) for name, y in multipliers.items() if name.startswith("pepic "))


@st.composite
def clouds(draw: st.DrawFn, outcomes: int) -> tuple[list[list[Fraction]], int]:
    count = draw(st.integers(3, 6))
    rows = []
    for _ in range(count):
        weights = draw(st.lists(st.integers(0, 9), min_size=outcomes, max_size=outcomes).filter(any))
        rows.append([Fraction(w, sum(weights)) for w in weights])
    return rows, draw(st.integers(0, count - 1))


def inside(point: np.ndarray, hull: np.ndarray, slack: float) -> bool:
    """Say whether a point is within ``slack`` of a hull in the plane, by a linear program of its own."""
    n = len(hull)
    move = np.vstack([np.eye(2), -np.eye(2)]).reshape(2, 2, 2)
    equal = np.hstack(
        [np.vstack([hull.T, np.ones(n)]), np.vstack([move[0], np.zeros(2)]), np.vstack([move[1], np.zeros(2)])]
    )
    cost = np.concatenate([np.zeros(n), np.ones(4)])
    found = linprog(cost, A_eq=equal, b_eq=np.append(point, 1.0), bounds=(0, None))
    return bool(found.fun <= slack)


@given(st.one_of(clouds(2), clouds(3), clouds(4), clouds(6)))
def test_what_is_inside_is_drawn_inside_and_what_is_outside_outside(drawn: tuple[list[list[Fraction]], int]) -> None:
    """A projection keeps mixtures; the plane is chosen so that it also keeps a signal apart from the hull of the others."""
    beliefs, marked = drawn
    names = [str(k) for k in range(len(beliefs))]
    cloud = simplex.Cloud(names, [str(m) for m in range(len(beliefs[0]))], beliefs, marked, {}, False)
    points = np.array([[float(p) for p in row] for row in beliefs])
    flat = {2: simplex._on_line, 3: simplex._in_triangle}.get(points.shape[1], lambda p: simplex._projected(p, cloud))(
        points
    )
    rest = np.delete(points, marked, axis=0)
    distance = float(np.linalg.norm(points[marked] - simplex._nearest(points[marked], rest)))
    shown = inside(flat[marked], np.delete(flat, marked, axis=0), 0.5)
    scale = float(np.ptp(flat, axis=0).max())
    if distance < 1e-7:
        assert inside(flat[marked], np.delete(flat, marked, axis=0), 0.02 * scale + 0.5)
    elif distance > 0.05:
        assert not shown


@pytest.mark.parametrize("kind", ["mixture", "dependence", "charges at odds"])
def test_the_diamond_is_where_the_witness_says(kind: str) -> None:
    """A mixture lies on the signal that it imitates; the two sides of a dependence meet."""
    from mechsynth.report.beliefs import _columns, spots

    whole = subject(*solved(kind))
    assert whole.environment is not None
    chosen, _ = spots(whole.answer, whole.environment, None)
    spot = chosen[0]
    found = _columns(spot, whole.environment)
    assert found is not None
    own, outcomes, points = found
    weights = {own.index(k): w for k, w in spot.weights.items()}
    total = [sum(w * points[k][m] for k, w in weights.items()) for m in range(len(outcomes))]
    assert total == ([0] * len(outcomes) if spot.dependence else points[own.index(spot.mark)])
    floats = {k: float(w) for k, w in weights.items()}
    marked = None if spot.dependence else own.index(spot.mark)
    cloud = simplex.Cloud(own, outcomes, points, marked, floats, spot.dependence)
    array = np.array([[float(p) for p in row] for row in points])
    flat = simplex._on_line(array) if array.shape[1] == 2 else simplex._in_triangle(array)
    meeting = simplex._meeting(flat, cloud)
    assert meeting is not None
    other = {k: -w for k, w in floats.items()} if spot.dependence else {marked: 1.0}
    there = simplex._meeting(flat, simplex.Cloud(own, outcomes, points, None, other, True))
    assert there is not None and np.allclose(meeting, there)


def test_beliefs_on_the_page_are_those_of_the_instance() -> None:
    """The table of the failing block, against the kernel read by hand."""
    from mechsynth.report import page

    data = json.loads((INSTANCES / "hull-not-residual-claimant.json").read_text(encoding="utf-8"))
    text = page(subject(*solved("mixture")))
    root = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    (table,) = [
        table
        for table in root.iter("table")
        if "".join(next(table.iter("caption")).itertext()).startswith("Beliefs of firm1")
    ]
    rows = [["".join(cell.itertext()) for cell in row] for row in next(table.iter("tbody"))]
    period = data["periods"][0]
    action = period["actions"].index("firm2")
    transition = period["transition"]
    axis = transition[action if len(transition) > 1 else 0]
    for k, row in enumerate(rows):
        law = axis[k][0]  # firm 2 knows nothing in period 1, and firm 1 nothing in period 2
        assert [Fraction(str(p)) for p in law[0]] == [amount(p) for p in row[2:]]
    assert len(rows) == 3 and [row[0].removesuffix(" ✗") for row in rows] == period["signals"]["firm1"]


def test_large_periods_are_left_out_in_words() -> None:
    """Nothing hangs on a large environment: what is left out is said."""
    from mechsynth.display import html

    size = 14
    labels = [str(k) for k in range(size)]
    environment = mechsynth.Environment(
        ["a", "b"],
        signals=labels,
        actions=["x"],
        utilities=lambda *_: 0,
        transition={"independent": {agent: [[Fraction(1, size)] * size] * size for agent in "ab"}},
        discount="1/2",
    )
    text = html(environment)
    assert "196 profiles of signals is not drawn" in text and len(text) < 10_000
    answer = mechsynth.solve(environment, "team")
    document = answer.document()
    names = read(document).names
    cells = sum(
        len(row)
        for block in heat.heat_maps(document["mechanism"]["transfers"], names)
        if isinstance(block, Grid)
        for row in block.rows
    )
    assert cells <= heat.MOST_CELLS + heat.MOST_ROWS * (heat.MOST_COLUMNS + 1)
    assert len(answer._repr_html_() or "") < 100_000


def test_intervals_stand_under_their_bars() -> None:
    """The ends of the widest interval, as the witness of the result has them, and 2 − √2 on the line of discount factors."""
    from fractions import Fraction

    from page_kinds import page_of, solved

    witness = json.loads(solved("freedom")[0])["witness"]
    drawn = page_of("freedom").split('id="intervals"')[1].split("</section>")[0]
    # The picture has each pair in the order of the file, the witness perhaps in the other, which turns the interval.
    turn = 1 if f"{witness['signal']}, {witness['against']}" in drawn else -1
    for end in (witness["least"], witness["most"]):
        assert f">{str(turn * Fraction(end)).replace('-', '−')}<" in drawn
    line = page_of("patience").split('id="intervals"')[1].split("</section>")[0]
    assert f"≈ {2 - 2**0.5:.6f}<" in line and "the instance" in line
    assert 'id="beliefs"' not in page_of("patience") + page_of("freedom")
