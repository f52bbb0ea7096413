"""Maps agree with the papers at every point, every point is proved, and nothing depends on how a run went.

Bilateral trade with two values (Yoon 2021a, 3.3.2): entry fees pay for efficient trade if and only if δ ≥ 1/(3 − 2α).
"""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from suite.suites import PATIENCE, Gate, kill, until
from sweeps import ROOT, TRADE, Contents, begin, contents, kept, read

from mechsynth.cli import main
from mechsynth.families import closed
from mechsynth.families.make import families
from mechsynth.suite.apart import Beside
from mechsynth.suite.jobs import run_jobs
from mechsynth.suite.questions import in_full
from mechsynth.suite.recheck import recheck
from mechsynth.suite.table import Table
from mechsynth.sweep import picture
from mechsynth.sweep.grid import Grid, grid_of
from mechsynth.sweep.map import Map
from mechsynth.sweep.run import run_sweep

BUDGET = {"ask": "lump-sum-budget"}


def bound(alpha: F) -> F:
    return 1 / (3 - 2 * alpha)


def small() -> Grid:
    """The grid of TRADE: 72 points, δ in twelfths; (0, 1/3), (1/2, 1/2) and (3/4, 2/3) lie on the curve."""
    return grid_of("bilateral-trade", ["alpha=0:1:9", "delta=1/12:2/3:8"])


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("undisturbed") / "map.db"


@pytest.fixture(scope="module")
def found(table: Path) -> Map:
    """One run by one process that nothing happens to."""
    return run_sweep(small(), BUDGET, table, halvings=2)


@pytest.fixture(scope="module")
def undisturbed(found: Map, table: Path) -> Contents:
    return contents(table)


def agrees_with_yoon(found: Map, least: int) -> None:
    """By the formula as it stands in the paper, not by the predicate that the map was compared with."""
    assert len(found.points) >= least
    for (alpha, delta), row in found.all.items():
        assert row.status == ("feasible" if delta >= bound(alpha) else "infeasible"), (alpha, delta)
        assert row.proved and row.strength == "exact" and row.agrees == "yes"
        if delta == bound(alpha):
            assert row.value == "0"
    assert found.code == 0 and not found.disagreeing and len(found.closed) == len(found.all)


def test_the_map_of_trade_is_yoons(found: Map, table: Path) -> None:
    agrees_with_yoon(found, 72)
    on = {point for point in found.points if point[1] == bound(point[0])}
    assert on == {(F(0), F(1, 3)), (F(1, 2), F(1, 2)), (F(3, 4), F(2, 3))}
    assert on == set(found.edge) & set(found.points)
    # Chains that never move make no patience enough.
    assert {found.points[F(1), delta].status for delta in found.grid.axes[1].values} == {"infeasible"}
    again = recheck(table)
    assert again.checked == len(found.all) and not again.wrong


@pytest.mark.slow
def test_the_map_of_trade_is_yoons_at_1681_points(tmp_path: Path) -> None:
    grid = grid_of("bilateral-trade", ["alpha=0:1:41", "delta=1/42:41/42:41"])
    found = run_sweep(grid, BUDGET, tmp_path / "map.db", halvings=3)
    agrees_with_yoon(found, 1681)
    # 20/(60 − i) = j/42 for nine pairs of a whole i in [0, 40] and a whole j in [1, 41].
    assert sum(point in found.points for point in found.edge) == 9


def test_brackets_hold_the_boundary(found: Map) -> None:
    """Along δ it is 1/(3 − 2α), along α (3 − 1/δ)/2; a point on it is feasible."""
    _, deltas = found.grid.axes
    along = Counter(bracket.axis for bracket in found.brackets)
    # α = 0, 1/8, …, 6/8 have their turn at a δ in [1/3, 2/3], and δ = 4/12, …, 8/12 at an α in [0, 3/4].
    assert along == {0: 5, 1: 7}
    for bracket in found.brackets:
        if bracket.axis == 1:
            assert bracket.low < bound(bracket.at[0]) <= bracket.high
            assert (bracket.below, bracket.above) == ("infeasible", "feasible")
            assert bracket.width == (deltas.values[1] - deltas.values[0]) / 4 == F(1, 48)
        else:
            assert bracket.low <= (3 - 1 / bracket.at[1]) / 2 < bracket.high
            assert (bracket.below, bracket.above) == ("feasible", "infeasible")
            assert bracket.width == F(1, 32)
        for value, status in ((bracket.low, bracket.below), (bracket.high, bracket.above)):
            row = found.all[bracket.point(value)]
            assert row.proved and row.status == status


def test_csv_and_json_say_the_same(found: Map, table: Path) -> None:
    with table.with_suffix(".map.csv").open(encoding="utf-8", newline="") as stream:
        lines = list(csv.DictReader(stream))
    assert {(F(line["alpha"]), F(line["discount"])): line["status"] for line in lines} == {
        point: row.status for point, row in found.all.items()
    }
    assert all(line["proved"] == "yes" and line["closed_form"] == line["status"] for line in lines)
    document = json.loads(json.dumps(found.document()))
    assert document["closed_form"] == {
        "words": "feasible if and only if δ ≥ 1/(3 − 2α)",
        "compared": len(lines),
        "agree": len(lines),
        "disagree": [],
        "on_its_boundary": len(found.edge),
    }
    assert document["lines"] == document["proved"] == document["expected"] == document["agree"] == len(lines)
    assert len(document["points"]) == 72 == sum(document["statuses"].values())
    for bracket in document["brackets"]:
        assert F(bracket["high"]) - F(bracket["low"]) == F(bracket["width"])
    with table.with_suffix(".brackets.csv").open(encoding="utf-8", newline="") as stream:
        ends = [(line["along"], F(line[line["along"]]), F(line["high"])) for line in csv.DictReader(stream)]
    assert ends == [(b["along"], F(b["low"]), F(b["high"])) for b in document["brackets"]]


def killed(at: Path, moments: random.Random, kills: int) -> Counter[Any]:
    """Kill a run, and what it was resumed to, after random numbers of lines; then let it end. Return how often each line was written."""
    table, log, there = at / "map.db", at / "begun.log", 0
    for k in range(kills):
        gate = Gate(at / f"gate-{k}")
        run = begin(*TRADE, "-o", table, "--resume", "--workers", "1", log=log, gate=gate)
        more = moments.randint(1, 20)
        gate.let(more)
        until(run, lambda goal=there + more: kept(table) == goal)
        kill(run)
        there += more
        assert kept(table) == there
    run = begin(*TRADE, "-o", table, "--resume", "--workers", "1")
    out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0 and err == "" and "0 disagree" in out, err
    return Counter(read(table, "SELECT instance FROM times"))


@pytest.mark.processes
def test_kills_change_nothing(undisturbed: Contents, tmp_path: Path) -> None:
    written = killed(tmp_path, random.Random(5), kills=3)
    assert contents(tmp_path / "map.db") == undisturbed
    assert set(written.values()) == {1}, "a finished answer was computed again"


@pytest.mark.processes
def test_a_kill_while_the_boundary_is_refined(found: Map, undisturbed: Contents, tmp_path: Path) -> None:
    table = tmp_path / "map.db"
    gate = Gate(tmp_path / "gate")
    run = begin(*TRADE, "-o", table, "--workers", "1", log=tmp_path / "begun.log", gate=gate)
    gate.let(75)
    until(run, lambda: kept(table) == 75)
    kill(run)
    there = kept(table)
    assert 75 == there < len(found.all)
    again = run_sweep(small(), BUDGET, table, halvings=2, resume=True)
    assert again.brackets == found.brackets
    assert contents(table) == undisturbed


@pytest.mark.processes
def test_two_workers_find_the_same(undisturbed: Contents, tmp_path: Path) -> None:
    run = begin(*TRADE, "-o", tmp_path / "map.db", "--workers", "2")
    _, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 0 and err == "", err
    assert contents(tmp_path / "map.db") == undisturbed


def test_a_table_of_another_sweep_is_left_alone(
    undisturbed: Contents, table: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = ["sweep", "bilateral-trade", "--ask", "lump-sum-budget", "--workers", "1", "-o", str(table)]
    grid = ["--over", "alpha=0:1:9", "--over", "delta=1/12:2/3:8", "--refine", "2"]
    for arguments, problem in [
        ([*other, *grid], "is there already"),
        ([*other, "--over", "alpha=0:1:3", "--resume"], "not of this sweep"),
        ([*other, *grid, "--param", "values=3", "--resume"], "not of this sweep"),
        ([*other, *grid[:-2], "--resume"], "not of this sweep"),
    ]:
        assert main(arguments) == 2
        err = capsys.readouterr().err
        assert err.count("\n") == 1 and problem in err
        assert contents(table) == undisturbed
    # With everything there, nothing is computed and the map is the same.
    assert main([*other, *grid, "--resume"]) == 0
    assert "0 disagree" in capsys.readouterr().out
    assert contents(table) == undisturbed
    assert set(Counter(read(table, "SELECT instance FROM times")).values()) == {1}


def line_map(tmp_path: Path, family: str, over: str, question: dict[str, Any], **more: Any) -> Map:
    name = f"{family}-{question['ask']}.db"
    return run_sweep(grid_of(family, [over], more.pop("params", None)), question, tmp_path / name, **more)


def test_one_parameter(tmp_path: Path) -> None:
    """δ = 2/3 is patience enough up to α = 3/4."""
    found = line_map(tmp_path, "bilateral-trade", "alpha=0:1:4", BUDGET, params={"delta": "2/3"}, halvings=6)
    (bracket,) = found.brackets
    assert bracket.low <= F(3, 4) < bracket.high and bracket.width == F(1, 192)
    assert f"alpha from {bracket.low} (feasible) to {bracket.high} (infeasible)" in found.words()
    assert found.code == 0


@pytest.mark.parametrize(
    ("family", "over", "question", "status"),
    [
        ("oil-leases", "correlation=-1:1:5", {"ask": "contingent"}, lambda rho: "feasible" if rho else "infeasible"),
        (
            "oil-leases",
            "correlation=-1:1:5",
            {"ask": "spanning", "scope": "all"},
            lambda rho: "holds" if rho else "fails",
        ),
        (
            "repeated-auction",
            "gamma=1/2,1,1001/1000",
            {"ask": "implement", "transfers": "history-independent"},
            lambda gamma: "feasible" if gamma <= 1 else "infeasible",
        ),
    ],
)
def test_other_closed_forms(family: str, over: str, question: dict[str, Any], status: Any, tmp_path: Path) -> None:
    found = line_map(tmp_path, family, over, question)
    assert found.code == 0 and len(found.closed) == len(found.points)
    for (value,), row in found.points.items():
        assert row.proved and row.status == status(value)


def test_where_the_relaxed_bound_is_out_of_reach(tmp_path: Path) -> None:
    """K = 4, c_+ = 2: 17/5 exactly, between grid points; by halving, without the formula: the answer turns within 1/40 of it."""
    found = line_map(tmp_path, "kln7", "times=3:4:6", {"ask": "gap"}, halvings=3, params={"types": "4"})
    assert found.code == 0 and len(found.closed) == 9
    (bracket,) = found.brackets
    assert (bracket.low, bracket.high, bracket.below, bracket.above) == (F(17, 5), F(137, 40), "holds", "fails")
    statuses = {value: status for (value,), status in found.closed.items()}
    below, above = max(v for v, s in statuses.items() if s == "holds"), min(v for v, s in statuses.items() if s == "fails")
    assert below <= F(17, 5) < above and above - below <= F(1, 40)
    assert all((s == "holds") == (v <= F(17, 5)) for v, s in statuses.items())


def test_a_family_without_a_closed_form(tmp_path: Path) -> None:
    """Then the answers that the family states itself are compared with, here a value."""
    found = line_map(tmp_path, "bilateral-trade", "alpha=0:1:3", {"ask": "policy"})
    assert not found.closed and "Closed form" not in found.words()
    assert found.code == 0 and all(row.agrees == "yes" for row in found.points.values())


def test_closed_forms_are_what_the_families_state() -> None:
    """Two statements of the same theorem, written apart, at random parameters: none contradicts the other."""
    import json as standard

    from mechsynth.families import document_bytes

    draw, compared = random.Random(11), Counter[str]()
    for form in closed.FORMS:
        family = families()[form.family]
        for _ in range(12):
            given: dict[str, Any] = {}
            for parameter in family.parameters:
                if parameter.name in ("alpha", "discount", "gamma", "correlation"):
                    given[parameter.name] = F(draw.randint(1, 11), 12) * (2 if parameter.name == "gamma" else 1)
            if form.family == "kln7":
                given = {"types": draw.randint(2, 6), "plus": F(draw.randint(4, 9), 4), "times": F(draw.randint(1, 20), draw.randint(1, 4))}
            if form.family == "bilateral-trade":
                given |= {"values": draw.choice([2, 3, 5]), "chain": draw.choice(["symmetric", "absorbing"])}
                given["horizon"] = draw.choice(["infinite", 1, 2, 7])
            if form.family == "oil-leases" and draw.random() < 0.3:
                given["correlation"] = F(0)
            status = form.status(family.read(given))
            for stated in standard.loads(document_bytes(form.family, given))["x-expected"]:
                if any(in_full(each) == in_full(stated["question"]) for each in form.questions):
                    assert stated["status"] == status, (form.family, given, stated)
                    compared[form.family] += 1
            edge = form.edge(family.read(given))
            if form.family != "oil-leases" and edge is not None:
                assert (status in ("feasible", "holds")) == (edge >= 0)
    assert set(compared) == {form.family for form in closed.FORMS} and min(compared.values()) >= 12


def test_a_wrong_closed_form_is_a_disagreement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One that leaves the boundary itself out is wrong at a single point, α = 0, δ = 1/3."""
    (true,) = (form for form in closed.FORMS if form.family == "bilateral-trade")
    wrong = closed.ClosedForm(
        true.family,
        true.questions,
        true.source,
        true.words,
        lambda given: "feasible" if given["discount"] > bound(given["alpha"]) else "infeasible",
        true.edge,
    )
    monkeypatch.setattr(closed, "FORMS", (wrong,))
    over = ["--over", "alpha=0,1", "--over", "delta=1/4,1/3,1/2", "--ask", "lump-sum-budget", "--workers", "1"]
    assert main(["sweep", "bilateral-trade", *over, "-o", str(tmp_path / "map.db")]) == 1
    out = capsys.readouterr().out
    assert "5 agree, 1 disagree" in out and "alpha=0 discount=1/3: feasible, not infeasible" in out
    with Table(tmp_path / "map.db", write=False) as base:
        assert [row.instance for row in base.rows() if row.agrees == "no"] == ["bilateral-trade alpha=0 discount=1/3"]


def test_a_refused_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from mechsynth.check import checker

    real = checker.check

    def stern(result: bytes, instance: bytes) -> Any:
        verdict = real(result, instance)
        if json.loads(instance)["x-family"]["params"]["alpha"] == 0:
            return type(verdict)(**{**vars(verdict), "accepted": False, "reason": "planted"})
        return verdict

    monkeypatch.setattr("mechsynth.check.check", stern)
    monkeypatch.setattr(Beside, "each", lambda self, jobs: run_jobs(jobs))  # in this process, where the line above holds
    over = [
        "--over",
        "alpha=0,1",
        "--param",
        "delta=1/2",
        "--ask",
        "lump-sum-budget",
        "--workers",
        "1",
        "--refine",
        "3",
    ]
    assert main(["sweep", "bilateral-trade", *over, "-o", str(tmp_path / "map.db")]) == 1
    out = capsys.readouterr().out
    assert "1 of 2 answers proved" in out and "alpha=0 discount=1/2: planted" in out
    # Nothing is said of a boundary one end of which is not proved.
    assert "turns within" not in out


def test_what_stays_unknown_is_told_and_asked_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    base = ["sweep", "bilateral-trade", "--over", "alpha=0,1/2", "--ask", "contingent", "--workers", "1"]
    base += ["-o", str(tmp_path / "map.db"), "--picture", str(tmp_path / "map.png")]
    assert main([*base, "--time-limit", "0"]) == 3
    out = capsys.readouterr().out
    assert "0 of 2 answers proved" in out and "unknown 2" in out and "Not proved:" in out
    assert main([*base, "--resume"]) == 3
    assert main([*base, "--resume", "--retry"]) == 0
    assert "2 of 2 answers proved" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_picture_is_the_same_twice(found: Map, tmp_path: Path, ending: str) -> None:
    first, second = (tmp_path / f"{name}.{ending}" for name in ("first", "second"))
    picture.draw(found, first)
    picture.draw(found, second)
    data = first.read_bytes()
    assert data == second.read_bytes() and len(data) < 200_000
    assert data.startswith(b"\x89PNG") if ending == "png" else b"</svg>" in data


def test_the_picture_says_what_it_shows(found: Map, tmp_path: Path) -> None:
    """Two shapes of marks, counted; every bracket; the curve of the closed form through the points it must pass."""
    picture.draw(found, tmp_path / "map.svg")
    words = (tmp_path / "map.svg").read_text(encoding="utf-8")
    counts = found.statuses()
    for status in ("feasible", "infeasible"):
        assert f"{status} ({counts[status]})" in words
    assert f"brackets of the boundary ({len(found.brackets)})" in words
    assert "closed form: feasible if and only if δ ≥ 1/(3 − 2α)" in words
    shapes = {(colour, shape, filled) for colour, shape, filled in picture.STYLES.values()}
    assert len({shape for _, shape, _ in shapes}) == len(shapes), "shapes alone tell them apart"


def test_the_curve_of_the_picture_is_the_closed_form(found: Map, monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    picture._curve(found, axes)
    (drawn,) = axes.collections
    vertices = [vertex for path in drawn.get_paths() for vertex in path.vertices]
    assert len(vertices) > 50
    for x, y in vertices:
        assert abs(y - 1 / (3 - 2 * x)) < 1e-4


def test_pictures_of_lines(tmp_path: Path) -> None:
    """Over one parameter the value is drawn where there is one, else the status."""
    by_value = line_map(tmp_path, "bilateral-trade", "alpha=0:1:5", BUDGET, params={"delta": "2/3"}, halvings=1)
    picture.draw(by_value, tmp_path / "value.svg")
    by_status = line_map(tmp_path, "oil-leases", "correlation=-1:1:3", {"ask": "contingent"})
    picture.draw(by_status, tmp_path / "status.svg")
    first, second = ((tmp_path / name).read_text(encoding="utf-8") for name in ("value.svg", "status.svg"))
    assert ">value<" in first and "discount = 2/3" in first
    assert ">value<" not in second and ">infeasible<" in second


def test_the_picture_in_the_documentation_is_small() -> None:
    assert 10_000 < (ROOT / "docs" / "pictures" / "bilateral-trade.png").stat().st_size < 150_000
