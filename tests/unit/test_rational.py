"""Exact numbers: text in, arrays of integers over one denominator, operations against `Fraction` at the edges of the machine."""

from __future__ import annotations

from fractions import Fraction as F
from math import gcd

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mechsynth.errors import InputError
from mechsynth.rational import (
    WORD,
    Rationals,
    digits,
    float_ratio,
    magnitude,
    matmul,
    narrow,
    parse,
    ratio_strings,
    rational,
    text,
    widen,
)

# integers around everything that changes the arithmetic
EDGES = sorted({s * (2**p + d) for p in (0, 31, 52, 53, 61, 62, 63, 64, 200) for d in (-1, 0, 1) for s in (1, -1)})
edge = st.one_of(st.sampled_from(EDGES), st.integers(-9, 9), st.integers(-(2**70), 2**70))
denominator = st.sampled_from([1, 2, 3, 7, 12, 2**31, 2**53 + 1, 2**62, 2**62 + 1, 2**64 - 1, 10**30])
entries = st.lists(edge, min_size=1, max_size=6)


def exact(numbers: list[int], den: int = 1) -> Rationals:
    """Numerators as they are, over a denominator; int64 where the package would have it."""
    return Rationals(narrow(np.array(numbers, dtype=object)), den)


def fractions(array: Rationals) -> list[F]:
    return [F(int(v), array.den) for v in array.num.ravel().tolist()]


@pytest.mark.parametrize(
    "written, value",
    [
        ("0", F(0)),
        ("-0", F(0)),
        ("12", F(12)),
        ("+12", F(12)),
        ("-4", F(-4)),
        ("007", F(7)),
        ("61/4", F(61, 4)),
        ("-61/4", F(-61, 4)),
        ("6/4", F(3, 2)),
        ("0/5", F(0)),
        ("0.1", F(1, 10)),
        (".5", F(1, 2)),
        ("5.", F(5)),
        ("-0.375", F(-3, 8)),
        ("1e-3", F(1, 1000)),
        ("1E3", F(1000)),
        ("1e+3", F(1000)),
        ("2.50e1", F(25)),
        ("1.5e-1", F(3, 20)),
        ("1e-4000", F(1, 10**4000)),
        ("1e0000000000003", F(1000)),
    ],
)
def test_numbers_are_read_at_their_digits(written: str, value: F) -> None:
    """A decimal stands for its digits: 0.1 is one tenth. Result in lowest terms."""
    top, bottom = parse(written)
    assert (top, bottom) == (value.numerator, value.denominator)


@pytest.mark.parametrize(
    "written",
    ["", " ", "a", "1 2", " 1", "1 ", "1/0", "1/-2", "1/2/3", "--1", "1e", "e1", ".", "-", "1.2.3", "0x1", "1_0", "١", "²",
     "1e4001", "1e-4001", "1e" + "9" * 3000, "9" * 4001, "inf", "nan", "1/", "/2", "1e1.5", "1.5/2", "1\n"],
)  # fmt: skip
def test_what_is_no_number_is_refused(written: str) -> None:
    with pytest.raises(InputError, match="here"):
        parse(written, "here")


@given(st.fractions())
def test_text_reads_back(value: F) -> None:
    """parse(text(x)) = x, and text is the shortest exact form p/q in lowest terms."""
    top, bottom = parse(text(value))
    assert F(top, bottom) == value and bottom > 0 and gcd(top, bottom) == 1
    assert text(value) == str(value)


def test_integers_of_any_length_are_written() -> None:
    """Python refuses to write more than 4300 digits; here 10^n is 1 and n zeros, and 10^n − 1 is n nines."""
    for n in (4299, 4300, 4301, 10_000, 30_001):
        assert digits(10**n) == "1" + "0" * n
        assert digits(10**n - 1) == "9" * n
        assert digits(-(10**n)) == "-1" + "0" * n
        assert digits(10**n + 7) == "1" + "0" * (n - 1) + "7"


@pytest.mark.parametrize(
    "value", [True, False, 0.5, float("nan"), None, [], {}, 1j, b"1", np.float64(1), np.bool_(True)]
)
def test_only_exact_numbers_are_taken(value: object) -> None:
    with pytest.raises(InputError, match="here"):
        rational(value, "here")


@pytest.mark.parametrize("value", [3, F(3), "3", "3.0", np.int64(3), np.uint8(3), "6/2"])
def test_every_exact_number_is_taken(value: object) -> None:
    found = rational(value)
    assert found == 3 and type(found) is F


@given(st.lists(st.tuples(edge, denominator), min_size=1, max_size=5))
def test_arrays_hold_their_fractions(pairs: list[tuple[int, int]]) -> None:
    """from_fractions keeps every value; int64 is used only for numerators below 2^62."""
    values = [F(*pair) for pair in pairs]
    array = Rationals.from_fractions(values, (len(values),))
    assert fractions(array) == values
    assert array.num.dtype == object or magnitude(array.num) < WORD
    assert [F(s) for s in array.strings()] == values
    assert [array.fraction(k) for k in range(len(values))] == values


@given(entries, denominator, entries, denominator)
def test_sums_products_and_differences(a: list[int], d: int, b: list[int], e: int) -> None:
    """Entry by entry as in Fractions, across every change of the underlying type."""
    size = min(len(a), len(b))
    x, y = exact(a[:size], d), exact(b[:size], e)
    left, right = fractions(x), fractions(y)
    assert fractions(x + y) == [p + q for p, q in zip(left, right)]
    assert fractions(x - y) == [p - q for p, q in zip(left, right)]
    assert fractions(x * y) == [p * q for p, q in zip(left, right)]
    assert fractions(-x) == [-p for p in left]
    assert fractions(x.reduce()) == left


@given(entries, denominator, edge, denominator)
def test_scaling(a: list[int], d: int, top: int, bottom: int) -> None:
    """A scalar of any size times an array of any size."""
    factor = F(top, bottom)
    assert fractions(exact(a, d) * factor) == [p * factor for p in fractions(exact(a, d))]


@given(entries, denominator, denominator)
def test_other_denominators(a: list[int], d: int, more: int) -> None:
    """Numerators over a multiple of the denominator: the same numbers, whatever the factor."""
    array = exact(a, d)
    assert [F(int(v), d * more) for v in array.over(d * more).tolist()] == fractions(array)


@given(denominator, denominator)
def test_zeros_over_other_denominators(d: int, more: int) -> None:
    """Zero stays zero over any denominator, however long: int64 zeros times 10^30 must not overflow."""
    zeros = Rationals(np.zeros(3, dtype=np.int64), d)
    assert [int(v) for v in zeros.over(d * more).tolist()] == [0, 0, 0]
    assert fractions(zeros + exact([1, 2, 3], d * more)) == fractions(exact([1, 2, 3], d * more))
    assert fractions(zeros * F(1, more)) == [0, 0, 0]


@given(st.lists(st.lists(edge, min_size=3, max_size=3), min_size=1, max_size=5), denominator)
def test_sums_along_axes(table: list[list[int]], d: int) -> None:
    array = Rationals(narrow(np.array(table, dtype=object)), d)
    assert fractions(array.sum(0)) == [F(sum(column), d) for column in zip(*table)]
    assert fractions(array.sum(1)) == [F(sum(line), d) for line in table]
    assert array.sum((0, 1)).fraction() == F(sum(map(sum, table)), d)


@given(st.data())
def test_products_of_matrices(source: st.DataObject) -> None:
    """matmul is exact whether it goes through floats, int64 or Python integers, and for stacks."""
    rows, inner, columns = (source.draw(st.integers(1, 4)) for _ in range(3))
    one = st.lists(edge, min_size=inner, max_size=inner)
    left = source.draw(st.lists(one, min_size=rows, max_size=rows))
    right = source.draw(st.lists(one, min_size=columns, max_size=columns))
    a, b = (narrow(np.array(m, dtype=object)) for m in (left, [list(line) for line in zip(*right)]))
    expected = [[sum(p * q for p, q in zip(line, column)) for column in right] for line in left]
    assert matmul(a, b).tolist() == expected
    assert matmul(a[None], b[None])[0].tolist() == expected


@pytest.mark.parametrize("shift", [-3, -2, -1, 0, 1, 2, 3])
def test_products_at_the_edge_of_floats(shift: int) -> None:
    """Σ x_j y_j around 2^53, 2^62 and 2^63 with odd results, which a float or an int64 would round or wrap."""
    for top in (2**53, 2**62, 2**63, 2**64):
        a = np.array([[top // 2 + shift, 1, 1]], dtype=object)
        b = np.array([[2], [1], [-3]], dtype=object)
        assert matmul(narrow(a), narrow(b)).tolist() == [[top + 2 * shift - 2]]
        many = np.array([[top // 4 + shift] * 4], dtype=object)
        ones = np.ones((4, 1), dtype=np.int64)
        assert matmul(narrow(many), ones).tolist() == [[4 * (top // 4 + shift)]]


def test_bounds_and_types() -> None:
    """magnitude is the largest absolute value (−2^63 included), widen leaves int64 only below 2^62."""
    assert magnitude(np.array([], dtype=np.int64)) == 0
    assert magnitude(np.array([-(2**63), 5], dtype=np.int64)) == 2**63
    assert magnitude(np.array([3, -4], dtype=object)) == 4
    small = np.array([1, 2], dtype=np.int64)
    assert widen(small, WORD - 1).dtype == np.int64
    assert widen(small, WORD).dtype == object
    assert narrow(np.array([2**62 - 1], dtype=object)).dtype == np.int64
    assert narrow(np.array([2**62], dtype=object)).dtype == object


def test_machine_integers_of_any_kind() -> None:
    """uint64 and −2^63 do not wrap; smaller kinds keep their values."""
    assert fractions(Rationals.of(np.array([2**64 - 1], dtype=np.uint64))) == [2**64 - 1]
    assert fractions(-Rationals.of(np.array([-(2**63)], dtype=np.int64))) == [2**63]
    assert fractions(Rationals.of(np.array([200], dtype=np.uint8)) * 2) == [400]
    assert fractions(Rationals.of([[1, "1/2"], [F(1, 3), 4]])) == [1, F(1, 2), F(1, 3), 4]


@given(entries, denominator)
def test_strings_are_in_lowest_terms(a: list[int], d: int) -> None:
    assert ratio_strings(narrow(np.array(a, dtype=object)), d) == [str(F(v, d)) for v in a]


@given(edge, denominator)
def test_floats_are_near(top: int, bottom: int) -> None:
    """Suggestions only, but good ones: within a rounding of the true quotient; infinite where it overflows."""
    found = Rationals(narrow(np.array([top], dtype=object)), bottom).floats()[0]
    assert abs(F(float(found)) - F(top, bottom)) <= abs(F(top, bottom)) / 2**50
    assert float_ratio(10**400, 3) == float("inf") and float_ratio(-(10**400), 3) == float("-inf")


def test_a_matrix_of_zeros_times_one_that_no_float_holds() -> None:
    huge = np.array([[10**400, 1]], dtype=object)
    zeros = np.zeros((2, 1), dtype=np.int64)
    assert matmul(huge, zeros).tolist() == [[0]]
    assert matmul(zeros, huge).tolist() == [[0, 0], [0, 0]]


def test_zeros_over_a_denominator_that_no_word_holds() -> None:
    reduced = Rationals(np.zeros((2, 2), dtype=np.int64), 3**100).reduce()
    assert reduced.den == 1 and reduced.num.tolist() == [[0, 0], [0, 0]]
    assert Rationals(np.zeros((0, 2), dtype=np.int64), 6).reduce().den == 1
