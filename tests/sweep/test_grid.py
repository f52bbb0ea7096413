"""Grids are exact, and what is no grid is refused in one line before anything is written."""

from __future__ import annotations

from fractions import Fraction as F
from functools import partial
from pathlib import Path

import pytest

from mechsynth.cli import main
from mechsynth.errors import UsageError
from mechsynth.sweep.grid import grid_of
from mechsynth.sweep.refine import boundary, widths

TRADE = "bilateral-trade"


def test_equally_spaced_values_are_exact() -> None:
    grid = grid_of(TRADE, ["alpha=0:1:41", "delta=1/40:39/40:39"])
    assert [axis.name for axis in grid.axes] == ["alpha", "discount"]
    assert grid.axes[0].values == tuple(F(k, 40) for k in range(41))
    assert grid.axes[1].values == tuple(F(k, 40) for k in range(1, 40))
    assert grid.size == 1599 == len(set(grid.points()))


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("alpha=1/3,0.1,1", (F(1, 10), F(1, 3), F(1))),
        ("alpha=0:1:2", (F(0), F(1))),
        ("alpha=0.1:1/3:3", (F(1, 10), F(13, 60), F(1, 3))),
        ("alpha=1e-3,2e-3", (F(1, 1000), F(1, 500))),
    ],
)
def test_ways_to_write_values(words: str, values: tuple[F, ...]) -> None:
    assert grid_of(TRADE, [words]).axes[0].values == values


def test_names_tell_points_apart_and_say_what_is_fixed() -> None:
    grid = grid_of(TRADE, ["alpha=0,1/2", "delta=1/3,2/3"], {"values": "3", "chain": "symmetric"}, seed=4)
    names = [grid.name(point) for point in grid.points()]
    assert names[1] == "bilateral-trade alpha=0 discount=2/3 values=3 seed=4"
    assert len(set(names)) == 4
    assert grid.params((F(1, 2), F(1, 3))) == {
        "values": 3,
        "alpha": F(1, 2),
        "discount": F(1, 3),
        "chain": "symmetric",
        "horizon": "infinite",
    }


BAD = [
    (["--over", "alpha=0:1:41", "--over", "alpha=0:1:3"], "alpha", "twice"),
    (["--over", "delta=1/3,1/2", "--over", "discount=1/3,1/2"], "discount", "twice"),
    (["--over", "alpha=0:1:41", "--param", "alpha=1"], "alpha", "twice"),
    (["--over", "alpha=0:1:3", "--param", "delta=1/2", "--param", "discount=1/3"], "discount", "twice"),
    ([], "--over", "missing"),
    (["--over", "alpha=0,1", "--over", "delta=1/3,1/2", "--over", "values=2,3"], "--over", "one or two"),
    (["--over", "beta=0:1:3"], "--over beta", "has no such parameter"),
    (["--over", "alpha"], "--over alpha", "NAME=VALUES"),
    (["--over", "alpha="], "--over alpha", "NAME=VALUES"),
    (["--over", "alpha=0:1"], "--over alpha", "FIRST:LAST:COUNT"),
    (["--over", "alpha=0:1:1"], "--over alpha", "number of values"),
    (["--over", "alpha=0:1:2.5"], "--over alpha", "number of values"),
    (["--over", "alpha=0:1:1000000"], "--over alpha", "number of values"),
    (["--over", "alpha=1:0:3"], "--over alpha", "below"),
    (["--over", "alpha=x:1:3"], "--over alpha", "no exact number"),
    (["--over", "alpha=0:3/2:3"], "--over alpha", "out of range"),
    (["--over", "delta=0:1/2:3"], "--over delta", "out of range"),
    (["--over", "delta=1/2:1:3"], "discount", "finite horizon"),
    (["--over", "alpha=1/2"], "--over alpha", "one value"),
    (["--over", "alpha=1/2,2/4"], "--over alpha", "stands twice"),
    (["--over", "values=2:5:3"], "--over values", "out of range"),
    (["--over", "chain=symmetric,absorbing"], "--over chain", "no exact number"),
    (["--over", "alpha=0:1:1000", "--over", "delta=1/3:1/2:1000"], "--over", "1000000 points"),
    (["--over", "alpha=0,1", "--param", "values"], "--param values", "no K=V"),
    (["--over", "alpha=0,1", "--param", "values=99"], "values", "out of range"),
    (["--over", "alpha=0,1", "--seed", "-1"], "--seed", "no seed"),
    (["--over", "alpha=0,1", "--refine", "-1"], "--refine", "halvings"),
    (["--over", "alpha=0,1", "--refine", "1000"], "--refine", "halvings"),
    (["--over", "alpha=0,1", "--workers", "0"], "--workers", "at least 1"),
    (["--over", "alpha=0,1", "--workers", "2", "--scheduler", "tcp://127.0.0.1:1"], "--workers", "leave one"),
    (["--over", "alpha=0,1", "--time-limit", "-1"], "--time-limit", "no limit"),
    (["--over", "alpha=0,1", "--retry"], "--retry", "--resume"),
    (["--over", "alpha=0,1", "--picture", "map.pdf"], "map.pdf", ".svg or .png"),
    (["--over", "alpha=0,1", "--picture", "nowhere/map.svg"], "nowhere/map.svg", "folder"),
]


@pytest.mark.parametrize(("arguments", "place", "problem"), BAD)
def test_what_is_no_sweep_is_refused(
    arguments: list[str],
    place: str,
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    serial = [] if "--workers" in arguments else ["--workers", "1"]
    code = main(["sweep", TRADE, "--ask", "lump-sum-budget", "-o", "map.db", *serial, *arguments])
    out, err = capsys.readouterr()
    assert code == 2 and out == ""
    assert err.count("\n") == 1 and place in err and problem in err, err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["no-such-family", "--ask", "policy", "-o", "map.db"], "is no family"),
        ([TRADE, "--ask", "no-such-ask", "-o", "map.db"], "is no question"),
        ([TRADE, "--ask", "contingent:all", "--scope", "policy", "-o", "map.db"], "stands in --ask already"),
        ([TRADE, "--ask", "policy", "-o", "map.csv"], "CSV file"),
        ([TRADE, "-o", "map.db"], "--ask"),
        # What cannot be asked of the family's instances is found out at the first points.
        (
            [TRADE, "--ask", "implement", "--require", "nonsense", "--workers", "1", "-o", "map.db"],
            "alpha=0: --require",
        ),
        (["hidden-state", "--ask", "team", "--workers", "1", "-o", "map.db"], "values are not private"),
    ],
)
def test_what_is_no_command_is_refused(
    arguments: list[str],
    problem: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    over = "delta=1/3,1/2" if arguments[0] == "hidden-state" else "alpha=0,1"
    assert main(["sweep", *arguments, "--over", over]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and problem in err
    assert not list(tmp_path.iterdir())


def test_floats_are_refused_from_python() -> None:
    with pytest.raises(UsageError, match="no exact number"):
        grid_of(TRADE, ["alpha=0,1"], {"discount": 0.5})


def answers(turn: F, unproved: frozenset[F] = frozenset()):  # type: ignore[no-untyped-def]
    """Answers that turn once, from no to yes at ``turn``; all of them known, some not proved."""
    return lambda point: "" if point[0] in unproved else "yes" if point[0] >= turn else "no"


@pytest.mark.parametrize("turn", [F(1, 3), F(1, 2), F(5, 8), F(999, 1000)])
@pytest.mark.parametrize("halvings", [0, 1, 7])
def test_brackets_close_in_on_where_the_answer_turns(turn: F, halvings: int) -> None:
    grid = grid_of(TRADE, ["alpha=0:1:5"])
    found = boundary(grid, answers(turn), halvings)
    (bracket,) = found.brackets
    assert bracket.low < turn <= bracket.high
    assert bracket.width == F(1, 4) / 2**halvings == widths(found.brackets, 0)[0]
    assert (bracket.below, bracket.above) == ("no", "yes")
    assert len(found.used) == halvings and not found.wanted


def test_what_is_not_proved_ends_a_bracket() -> None:
    """No end of a bracket may rest on an answer without a proof."""
    grid = grid_of(TRADE, ["alpha=0:1:5"])
    (bracket,) = boundary(grid, answers(F(1, 3), frozenset([F(3, 8)])), 5).brackets
    assert (bracket.low, bracket.high) == (F(1, 4), F(1, 2))
    assert not boundary(grid, answers(F(1, 3), frozenset([F(1, 4)])), 5).brackets


def told(known: set[tuple[F, ...]], point: tuple[F, ...]) -> str | None:
    return answers(F(1, 3))(point) if point in known else None


def test_what_was_not_asked_is_asked_first() -> None:
    grid = grid_of(TRADE, ["alpha=0:1:5"])
    known = set(grid.points())
    asked = []
    while True:
        found = boundary(grid, partial(told, known), 3)
        if not found.wanted:
            break
        asked += found.wanted
        known |= set(found.wanted)
    assert asked == [(F(3, 8),), (F(5, 16),), (F(11, 32),)]


def test_between_whole_numbers_there_are_whole_numbers_alone() -> None:
    grid = grid_of(TRADE, ["values=2,9"])
    found = boundary(grid, answers(F(5)), 10)
    (bracket,) = found.brackets
    assert (bracket.low, bracket.high) == (4, 5)
    assert {point[0] for point in found.used} == {5, 3, 4}
