"""MPS and LP files: what they mean, what is refused and in which words; the reader and the checker read the same."""

from __future__ import annotations

import random
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from planted import as_lp, as_mps, planted

from mechsynth.check.programs.lp import read_lp
from mechsynth.check.programs.mps import read_mps
from mechsynth.errors import InputError, MechsynthError
from mechsynth.lp import Program, cplex, mps, read

MPS = """* a comment
NAME          demo
OBJSENSE
    MAX
ROWS
 N  cost
 N  ignored
 L  top
 G  low
 E  up
 E  down
 E  exact
COLUMNS
    x         cost               1.5   top               .25
    x         low                 -1   ignored             9
    y         up               1e-30   down               2.
    y         exact               +1
    z         top                  0
    a         top                  1
    b         top                  1
    c         top                  1
    d         top                  1
RHS
    rhs       cost               -10   top               4.1
    rhs       low                 -7   up                  3
    rhs       down                 3   exact               3
RANGES
    rng       top                  2   low                 2
    rng       up                   5   down               -5
BOUNDS
 FR bnd       x
 MI bnd       y
 UP bnd       y                   -3
 FX bnd       z                  2.5
 PL bnd       a
 UP bnd       b                    4
 LO bnd       c                   -4
 LO bnd       d                -1e30
 UP bnd       d                 1e20
ENDATA
"""
LP = r"""\ a comment
Maximize
 cost: 1.5 x + 10 \ the constant
Subject To
 top: 2.1 <= .25 x + 0 z + a + b + c + d <= 4.1
 low: -7 <= -x <= -5
 up: 1e-30 y >= 3
 up2: 1e-30 y =< 8
 down: -2 <= 2. y <= 3
 exact: y = 3
Bounds
 x free
 -inf <= y <= -3
 z = 5/2
 0 <= b <= 4
 c >= -4
 -1e30 <= d <= +infinity
End
"""


def plain(program: Program) -> Any:
    """What a program says, in the terms of the checker."""
    told = {tuple(s): (program.terms(s), program.right(s)) for s in program.sides()}
    return told, list(program.rows), list(program.columns), program.cost, program.constant, program.maximize


def checkers(text: str, form: str) -> Any:
    source = (read_mps if form == "mps" else read_lp)(text)
    return source.inequalities, source.names, list(source.columns), source.cost, source.constant, source.maximize


def test_mps_means_what_the_format_says() -> None:
    p = mps.parse(MPS)
    ends = {name: (row.lower, row.upper) for name, row in p.rows.items()}
    assert ends == {
        "top": (F("2.1"), F("4.1")),
        "low": (-7, -5),
        "up": (3, 8),
        "down": (-2, 3),
        "exact": (3, 3),
    }
    assert p.cost == {"x": F(3, 2)} and p.constant == 10 and p.maximize
    assert p.rows["top"].terms == {"x": F(1, 4), **dict.fromkeys("abcd", F(1))} and p.rows["up"].terms == {"y": F(1, 10**30)}
    bounds = {name: (b.lower, b.upper) for name, b in p.columns.items()}
    assert bounds == {
        "x": (None, None),
        "y": (None, -3),
        "z": (F(5, 2), F(5, 2)),
        "a": (0, None),
        "b": (0, 4),
        "c": (-4, None),
        "d": (None, None),
    }


def test_lp_means_what_the_format_says() -> None:
    p, q = cplex.parse(LP), mps.parse(MPS)
    assert (p.cost, p.constant, p.maximize) == (q.cost, q.constant, q.maximize)
    for name in ("top", "low", "down", "exact"):
        assert p.rows[name] == q.rows[name]
    assert (p.rows["up"].lower, p.rows["up"].upper, p.rows["up2"].upper) == (3, None, 8)
    assert {n: (b.lower, b.upper) for n, b in p.columns.items()} == {n: (b.lower, b.upper) for n, b in q.columns.items()}


def test_lp_rows_go_over_lines_and_need_no_names() -> None:
    p = cplex.parse("min x + y\nst x\n + 2 y\n >= 1\n 3 >= x - y\n x + y <= 9 x - y >= -4\n end\n")
    told = [(dict(r.terms), r.lower, r.upper) for r in p.rows.values()]
    assert told == [
        ({"x": 1, "y": 2}, 1, None),
        ({"x": 1, "y": -1}, None, 3),
        ({"x": 1, "y": 1}, None, 9),
        ({"x": 1, "y": -1}, -4, None),
    ]


def test_fixed_mps_has_names_with_spaces() -> None:
    text = (
        "NAME          spaces\nROWS\n N  the cost\n G  a row\nCOLUMNS\n"
        "    my col    the cost           1.0   a row              2.0\n"
        "RHS\n    the rhs   a row              3.0\nBOUNDS\n UP a bound   my col             9.0\nENDATA\n"
    )
    p = mps.parse(text)
    assert p.rows["a row"].terms == {"my col": 2} and p.rows["a row"].lower == 3 and p.columns["my col"].upper == 9
    assert plain(p) == checkers(text, "mps")


def test_negative_signs_and_double_signs() -> None:
    p = cplex.parse("max - - x + - 2 y - 3\nst\nc: - x >= - 4\nend")
    assert p.cost == {"x": 1, "y": -2} and p.constant == -3 and p.rows["c"].lower == -4


WRONG = {
    "mps": [
        (MPS.replace("ENDATA\n", ""), "ENDATA"),
        (MPS.replace("    y         exact", "    M1        'MARKER'       'INTORG'\n    y         exact"), "integer"),
        (MPS.replace(" PL bnd       a", " BV bnd       a"), "integer"),
        (MPS.replace(" PL bnd       a", " LI bnd       a  3"), "integer"),
        (MPS.replace(" PL bnd       a", " PL bnd       q"), "no column q"),
        (MPS.replace("RANGES", "QUADOBJ"), "QUADOBJ"),
        (MPS.replace("    rng       up                   5   down               -5", "    rng  cost  5"), "no constraint"),
        (MPS.replace(".25", ".2.5"), "exact number"),
        (MPS.replace(".25", "nan"), "exact number"),
        (MPS.replace(" E  exact", " E  down"), "second row"),
        (MPS.replace("    y         exact               +1", "    y exact 1\n    y exact 2"), "second number"),
        (MPS.replace("    rhs       low", "    other     low"), "second set"),
        (MPS.replace(" MI bnd       y\n", ""), "two ways"),
        (MPS.replace(" FX bnd       z", " XX bnd       z"), "no bound"),
        (MPS.replace(" L  top", " L  to"), "no row top"),
        ("", "ENDATA"),
        (" x y\n", "outside a section"),
    ],
    "lp": [
        (LP.replace("End\n", ""), "end"),
        (LP.replace("End\n", "General\n x\nEnd\n"), "linear programs"),
        (LP.replace("End\n", "Binary\n x\nEnd\n"), "linear programs"),
        (LP.replace("1.5 x", "[ x ^ 2 ]"), "name of a column"),
        (LP.replace("1.5 x", "1.5 x ^ 2"), "^"),
        (LP.replace("1.5 x", "1.5 x + x"), "twice"),
        (LP.replace("exact: y = 3", "exact: y = x"), "number belongs"),
        (LP.replace("exact: y = 3", "exact: y + 2 = 3"), "beside the columns"),
        (LP.replace("exact: y = 3", "up: y = 3"), "second row"),
        (LP.replace("exact: y = 3", "exact: 1 <= y >= 3"), "one end"),
        (LP.replace("exact: y = 3", "exact: 3/0 y = 3"), "zero"),
        (LP.replace("exact: y = 3", "exact: y <= 1e99999999999"), "exponent"),
        (LP.replace(" x free", " x free\n x <= 3"), "second upper"),
        (LP.replace(" -inf <= y <= -3", " y <= -3"), "two ways"),
        (LP.replace(" c >= -4", " nobody >= -4"), "nobody"),
        (LP.replace(" c >= -4", " c >= inf"), "lower bound of inf"),
        ("subject to\n x >= 1\nend", "begin with minimize"),
        ("", "begin with minimize"),
    ],
}


@pytest.mark.parametrize("form,text,word", [(form, *case) for form, cases in WRONG.items() for case in cases])
def test_errors_name_line_problem_and_remedy(form: str, text: str, word: str) -> None:
    with pytest.raises(InputError) as caught:
        (mps if form == "mps" else cplex).parse(text)
    error = caught.value
    assert error.place.startswith("line ") and word in str(error) and error.remedy and "\n" not in str(error)
    with pytest.raises(InputError):
        checkers(text, form)


def test_errors_name_the_file(tmp_path: Path) -> None:
    bad = tmp_path / "bad.lp"
    bad.write_bytes(b"minimize\n x\xff\nend")
    with pytest.raises(InputError, match=r"bad\.lp: line 2: is no text"):
        read(bad)
    bad.write_bytes(b"minimize\n x +\nend")
    with pytest.raises(InputError, match=r"bad\.lp: line 3: end"):
        read(bad)
    with pytest.raises(InputError, match=r"\.mps or \.lp"):
        read(tmp_path / "bad.txt")


@pytest.mark.parametrize("form,text", [("mps", MPS), ("lp", LP)])
def test_the_checker_reads_the_same(form: str, text: str) -> None:
    assert plain((mps if form == "mps" else cplex).parse(text)) == checkers(text, form)


@pytest.mark.parametrize("seed", range(200))
def test_the_checker_reads_planted_programs_the_same(seed: int) -> None:
    case = planted(seed)
    assert plain(mps.parse(as_mps(case))) == checkers(as_mps(case), "mps")
    assert plain(cplex.parse(as_lp(case))) == checkers(as_lp(case), "lp")


PIECES = ["x", "y", "1", "-", "+", "<=", ">=", "=", ":", "inf", "free", "end", "st", "\n", " ", "1/2", "1e9", "bounds", "max", "\\", "[", "é", "e5", "c:", "UP", "FR", "RHS", "ROWS", "BOUNDS", "RANGES", "\t"]


def mangled(text: str, rng: random.Random) -> str:
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text))
        kind = rng.randrange(4)
        end = at + rng.randrange(1, 12)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind == 1:
            text = text[:at] + rng.choice(PIECES) + text[at:]
        elif kind == 2:
            other = rng.randrange(len(text))
            text = text[:at] + text[other : other + end - at] + text[at:]
        else:
            lines = text.split("\n")
            rng.shuffle(lines) if rng.random() < 0.1 else lines.pop(rng.randrange(len(lines)))
            text = "\n".join(lines) or "x"
    return text


@pytest.mark.parametrize("form,text", [("mps", MPS), ("lp", LP)])
def test_mangled_files_are_read_alike_or_refused(form: str, text: str) -> None:
    """Nothing but errors of this package; and what the reader takes, the checker takes in the same sense."""
    rng = random.Random(18)
    taken = 0
    for _ in range(3000):
        bad = mangled(text, rng)
        try:
            program = (mps if form == "mps" else cplex).parse(bad)
        except MechsynthError:
            program = None
        try:
            other = checkers(bad, form)
        except MechsynthError:
            continue
        if program is not None:
            assert plain(program) == other, bad
            taken += 1
    assert taken > 100
