"""One grammar for the names of rows and columns: what is written is read, what is read is written, and nothing else is a name."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mechsynth
from mechsynth.asks.implement import Implement
from mechsynth.asks.implement.solve import build, wish_list
from mechsynth.asks.options import OBJECTIVES, TRANSFERS
from mechsynth.construct.case import Case
from mechsynth.errors import UsageError
from mechsynth.program.requirements import KNOWN
from mechsynth.result.rowname import ColumnName, RowName, parse_column, parse_row
from mechsynth.result.vocabulary import INCENTIVES

INSTANCES = sorted(path for path in (Path(__file__).resolve().parents[2] / "instances").glob("*.json") if path.stem != "index")

LABELS = st.one_of(
    st.sampled_from(["4", "-", "--", "->", "*", "(", "a=1", "t=1", "after", "now", "<=", "", " ", '"', "\\", "é", "x y", "-5/2", "X"]),
    st.text(max_size=5),
)
WHOLE = st.lists(LABELS, min_size=1, max_size=3).map(tuple)
SEEN = st.lists(st.none() | LABELS, min_size=1, max_size=3).map(tuple)
PERIODS = st.none() | st.integers(1, 12)
PAYMENTS = st.one_of(
    st.builds(ColumnName, st.sampled_from(["now", "first", "X"]), LABELS, PERIODS, WHOLE),
    st.builds(ColumnName, st.just("later"), LABELS, PERIODS, SEEN, st.none() | LABELS, next=SEEN),
)
COLUMNS = st.one_of(
    PAYMENTS,
    st.builds(ColumnName, st.just("D"), LABELS, PERIODS, WHOLE, report=LABELS),
    st.builds(ColumnName, st.just("V"), LABELS, PERIODS, SEEN, history=WHOLE, told=st.none() | LABELS, drawn=st.none() | LABELS),
    st.builds(ColumnName, st.just("size"), payment=PAYMENTS),
    st.sampled_from(["epsilon", "largest", "rent", "subsidy"]).map(ColumnName),
)
HISTORIES = st.just(()) | WHOLE
ROWS = st.one_of(
    st.builds(RowName, st.sampled_from(["pepic", "deviation"]), LABELS, PERIODS, st.none(), WHOLE, LABELS, HISTORIES),
    st.builds(RowName, st.sampled_from(["pbic", "bnic"]), LABELS, PERIODS, st.none(), SEEN, LABELS, WHOLE, st.none() | LABELS, st.none() | LABELS),
    st.builds(RowName, st.sampled_from(["value", "participation:ex-post"]), LABELS, PERIODS, st.none(), WHOLE, history=HISTORIES),
    st.builds(RowName, st.sampled_from(["participation:interim", "participation:entry"]), LABELS, PERIODS, LABELS, history=HISTORIES),
    st.builds(RowName, st.sampled_from(["budget:ex-post", "surplus:full", "rent"]), st.none(), PERIODS, st.none(), HISTORIES, history=HISTORIES),
    st.builds(RowName, st.sampled_from(["bounded:10", "no-subsidy", "winner-pays", "size"]), payment=PAYMENTS, bound=st.sampled_from(["", "<=", ">="])),
    st.builds(RowName, st.just("subsidy"), bound=st.sampled_from(["", ">="])),
)


@given(ROWS)
def test_rows_are_read_as_they_are_written(row: RowName) -> None:
    assert parse_row(str(row)) == row


@given(COLUMNS)
def test_columns_are_read_as_they_are_written(column: ColumnName) -> None:
    assert parse_column(str(column)) == column


@given(ROWS, ROWS)
def test_two_rows_have_two_names(one: RowName, other: RowName) -> None:
    assert (str(one) == str(other)) == (one == other)


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("pepic firm1 t=1 (4,-)->6", RowName("pepic", "firm1", 1, signals=("4", "-"), report="6")),
        ('pepic "a b" (4,-)->"->" after (-,"*")', RowName("pepic", "a b", signals=("4", "-"), report="->", history=("-", "*"))),
        ("participation:interim f t=2 6", RowName("participation:interim", "f", 2, "6")),
        ("budget:ex-ante", RowName("budget:ex-ante")),
        ("pbic f t=2 (4,*)->6 after (5,-) told 7", RowName("pbic", "f", 2, None, ("4", None), "6", ("5", "-"), "7")),
        ('bnic f (4,*)->4 after (5,-) told "a=" a=sell', RowName("bnic", "f", None, None, ("4", None), "4", ("5", "-"), "a=", "sell")),
        ("bounded:1/2 later f (*,-) a=x->(*,5) >=", RowName(
            "bounded:1/2", payment=ColumnName("later", "f", None, (None, "-"), "x", next=(None, "5")), bound=">=")),
    ],
)  # fmt: skip
def test_names_by_hand(text: str, row: RowName) -> None:
    assert str(row) == text and parse_row(text) == row


@pytest.mark.parametrize(
    "text",
    ["", "pepic", "pepic f t=1 (4)", "pepic f t=one (4)->6", "pepic f (4,)->6", "pepic f  (4)->6", "pepic f (4)->6 x", "value f (4)->6",
     "bounded:1 f (4)", 'pepic "f" (4)->6', 'pepic "f (4)->6', "budget:ex-post (4) after", "participation:entry f", "pbic f (4,*)->6 told 7", "pbic f (4,*)", "pbic f (4,*)->6 after (5) told", "pepic f (4)->(6)", "size now f"],
)  # fmt: skip
def test_what_is_no_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_row(text)


@pytest.mark.parametrize("path", INSTANCES, ids=lambda path: path.stem)
def test_every_name_of_every_program_of_the_library(path: Path) -> None:
    """All requirements that an instance has the data for, the objectives in turn over the classes."""
    environment = mechsynth.load(path)
    seen = 0
    objectives = ("min-subsidy", *OBJECTIVES[1:3], *OBJECTIVES[4:])
    notions = ("pepic",) if environment.prior is None else INCENTIVES
    for transfers, objective, notion in ((*pair, notion) for notion in notions for pair in zip(TRANSFERS, objectives, strict=True)):
        wishes = [notion, *(name for name in KNOWN if name not in INCENTIVES and (notion == "bnic" or name != "exit:interim")), "bounded:10"]
        while True:
            asked = Implement(transfers=transfers, require=wishes, objective=objective)
            try:
                program = build(asked, Case(environment), wish_list(asked)).program
                break
            except UsageError as error:  # without a prior, say
                wishes.remove(error.place)
        for name in program.names:
            assert str(parse_row(name)) == name
        for name in program.columns:
            assert str(parse_column(name)) == name
        seen += len(program.names)
    assert seen > 100
