"""Nested lists, short forms and functions read as exact arrays; every error names its place."""

from __future__ import annotations

from fractions import Fraction as F
from typing import Any

import pytest

from mechsynth import Environment
from mechsynth.errors import InputError, TooLargeError
from mechsynth.laws import probabilities, read_prior, read_transition
from mechsynth.rational import Rationals
from mechsynth.reading import exact_array, flatten, refuse_if_large, spread

AGENTS, ACTIONS = ("A", "B"), ("x", "y")
SIGNALS = (("l", "h"), ("p", "q", "r"))


def entries(array: Rationals) -> list[F]:
    return [F(int(v), array.den) for v in array.num.ravel().tolist()]


def test_flatten_keeps_order_and_shape() -> None:
    """C order, the last axis fastest."""
    assert flatten([[[1], [2]], [[3], [4]]], "u") == ([1, 2, 3, 4], (2, 2, 1))
    assert flatten(5, "u") == ([5], ())


@pytest.mark.parametrize(
    "values, place",
    [
        ([[1, 2], [3]], "u[1]"),
        ([[1], [2], 3], "u[2]"),
        ([[[1]], [2]], "u[1][0]"),
        ([[], []], "u[0]"),
        ([], "u"),
        ([[1, 2], [3, [4]]], "u[0][0]"),
    ],
)
def test_uneven_lists_are_named(values: Any, place: str) -> None:
    with pytest.raises(InputError) as caught:
        flatten(values, "u")
    assert caught.value.place == place and caught.value.remedy


def test_exact_arrays_mix_every_kind_of_number() -> None:
    """Ints, decimals, quotients and fractions over their least common denominator; 1 and true are not the same."""
    assert entries(exact_array([[1, "0.1"], ["-2/3", F(5, 7)]], "u")) == [1, F(1, 10), F(-2, 3), F(5, 7)]
    for bad, place in (([1, True], "u[1]"), ([1, 1.0], "u[1]"), ([[0, 1], [False, 0]], "u[1][0]")):
        with pytest.raises(InputError) as caught:
            exact_array(bad, "u")
        assert caught.value.place == place
    huge = 10**50
    assert entries(exact_array([huge, -huge], "u")) == [huge, -huge]
    with pytest.raises(InputError, match="denominator"):
        exact_array([f"1/{10**3000 + 2 * k + 1}" for k in range(6)], "u")


def test_an_axis_of_length_one_is_repeated() -> None:
    axes = [("actions", 2), ("signals", 3)]
    assert entries(spread(exact_array([[1, 2, 3]], "u"), axes, "u")) == [1, 2, 3, 1, 2, 3]
    assert entries(spread(exact_array([[1], [2]], "u"), axes, "u")) == [1, 1, 1, 2, 2, 2]
    for bad in ([1, 2], [[1, 2]], [[[1]]]):
        with pytest.raises(InputError, match="u"):
            spread(exact_array(bad, "u"), axes, "u")


def test_probabilities_are_exact() -> None:
    """1 + 1e-30 is not 1; normalizing divides by the sum; a negative entry is named before anything else."""
    good = exact_array([["1/3", "2/3"], ["1", "0"]], "m")
    assert probabilities(good, 1, "m", False) is good
    off = exact_array([["1/2", "1/2"], ["1/2", f"{10**30 // 2 + 1}/{10**30}"]], "m")
    with pytest.raises(InputError) as caught:
        probabilities(off, 1, "m", False)
    assert caught.value.place == "m[1]" and "--normalize" in caught.value.remedy
    total = 1 + F(1, 10**30)
    assert entries(probabilities(off, 1, "m", True)) == [F(1, 2), F(1, 2), F(1, 2) / total, 1 - F(1, 2) / total]
    with pytest.raises(InputError) as caught:
        probabilities(exact_array([["3/2", "-1/2"], ["1", "1"]], "m"), 1, "m", True)
    assert caught.value.place == "m[0][1]"
    with pytest.raises(InputError) as caught:
        probabilities(exact_array([["1", "0"], ["0", "0"]], "m"), 1, "m", True)
    assert caught.value.place == "m[1]"


def test_three_ways_to_write_one_kernel() -> None:
    """Independent chains, the array of their products, and functions: the same numbers [a][θ][θ']."""
    chains = {"A": [["1/2", "1/2"], ["1/3", "2/3"]], "B": [[["1", "0", "0"]] * 3, [["1/2", "1/4", "1/4"]] * 3]}

    def chance(action: str, theta: tuple[str, ...], following: tuple[str, ...]) -> F:
        first = F(chains["A"][SIGNALS[0].index(theta[0])][SIGNALS[0].index(following[0])])  # type: ignore[arg-type]
        line = chains["B"][ACTIONS.index(action)][SIGNALS[1].index(theta[1])]
        return first * F(line[SIGNALS[1].index(following[1])])

    full = [
        [
            [[[chance(a, (p, q), (s, t)) for t in SIGNALS[1]] for s in SIGNALS[0]] for q in SIGNALS[1]]
            for p in SIGNALS[0]
        ]
        for a in ACTIONS
    ]
    written = [
        {"independent": chains},
        full,
        lambda a, theta: {(s, t): chance(a, theta, (s, t)) for s in SIGNALS[0] for t in SIGNALS[1]},
        lambda a, theta: [[chance(a, theta, (s, t)) for t in SIGNALS[1]] for s in SIGNALS[0]],
    ]
    expected = [chance(a, (p, q), (s, t)) for a in ACTIONS for p in "lh" for q in "pqr" for s in "lh" for t in "pqr"]
    for form in written:
        assert entries(read_transition(form, AGENTS, ACTIONS, (SIGNALS, SIGNALS), "m")) == expected


def test_a_prior_may_be_a_mapping_from_profiles() -> None:
    """What is left out has probability 0; an unknown profile, a wrong sum and a float are refused at their place."""
    given = {("l", "p"): "1/4", ("h", "r"): F(3, 4)}
    read = read_prior(given, AGENTS, SIGNALS, "prior")
    assert read.shape == (2, 3)
    assert entries(read) == [F(1, 4), 0, 0, 0, 0, F(3, 4)]
    twice = read_prior({key: 2 * F(value) for key, value in given.items()}, AGENTS, SIGNALS, "prior", normalize=True)
    assert entries(twice) == entries(read)
    for wrong, match in (
        ({("l", "z"): 1}, "no profile"),
        ({("l",): 1}, "no profile"),
        ({("l", "p"): "1/2"}, "sums to 1/2"),
        ({("l", "p"): 1.0}, "float"),
    ):
        with pytest.raises(InputError, match=f"prior: .*{match}"):
            read_prior(wrong, AGENTS, SIGNALS, "prior")


def test_next_signals_may_not_be_left_out() -> None:
    """An axis of length 1 among the next signals or in the prior would not be a probability vector of what it seems."""
    with pytest.raises(InputError, match="m"):
        read_transition([[[[["1"]]]]], AGENTS, ACTIONS, (SIGNALS, SIGNALS), "m")
    with pytest.raises(InputError, match="p"):
        read_prior([["1"]], AGENTS, SIGNALS, "p")
    assert entries(read_prior({"independent": {"A": ["1", "0"], "B": ["1/2", "1/2", "0"]}}, AGENTS, SIGNALS, "p")) == [
        F(1, 2),
        F(1, 2),
        0,
        0,
        0,
        0,
    ]


def test_estimates_come_before_memory() -> None:
    refuse_if_large("here", "this", 10)
    with pytest.raises(TooLargeError, match="here"):
        refuse_if_large("here", "this", 10**15)
    with pytest.raises(TooLargeError, match="10\\^"):
        refuse_if_large("here", "this", 10**400)


def test_utilities_as_functions() -> None:
    """`utility(agent, action, profile)` is asked at every combination, in labels."""
    asked = []

    def utility(agent: str, action: str, profile: tuple[str, ...]) -> int:
        asked.append((agent, action, profile))
        return AGENTS.index(agent) * 100 + ACTIONS.index(action) * 10 + SIGNALS[1].index(profile[1])

    environment = Environment(
        AGENTS,
        signals=dict(zip(AGENTS, SIGNALS)),
        actions=ACTIONS,
        utilities=utility,
        transition={"independent": {"A": [["1", "0"]], "B": [["1", "0", "0"]]}},
        discount="1/2",
    )
    assert len(asked) == len(set(asked)) == 2 * 2 * 6
    expected = [100 * i + 10 * a + q for i in range(2) for a in range(2) for _ in range(2) for q in range(3)]
    assert entries(environment.period(1).utilities) == expected


def test_environments_are_frozen_and_say_what_they_are() -> None:
    environment = Environment(["A"], signals=["s"], actions=["x"], utilities={"A": [[1]]}, horizon=1, discount=1)
    for key in ("agents", "discount", "new"):
        with pytest.raises(AttributeError, match="frozen"):
            setattr(environment, key, 1)
    assert "1 agents" in repr(environment) and environment.period(1).size == 1
