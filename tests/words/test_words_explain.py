"""What an explanation must say, may not say, and how it fails."""

from __future__ import annotations

import copy
import io
import json
import pathlib
import random
from collections.abc import Iterator
from typing import Any

import pytest
from rich.console import Console

from mechsynth.errors import InputError
from mechsynth.words import explain, ladder_table, transfers_table

RESULTS = pathlib.Path(__file__).parent / "results"
NAMES = sorted(path.stem for path in RESULTS.glob("*.json"))


def load(name: str) -> dict[str, Any]:
    data: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return data


def flat(name: str) -> str:
    return " ".join(explain(load(name)).split())


def drawn(table: object) -> str:
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(table)
    return console.export_text()


def test_mixture_is_read_out() -> None:
    text = flat("mixture")
    assert "a half-half mixture of 4 and 8" in text
    assert "the mixture 1/3 of 4 and 2/3 of 8" in text
    assert "Whatever signal 6 is charged, the mixture is charged, and that is too little for them by 4" in text
    assert "firm1, period 1, after action wait, while firm2 reports low" in text
    assert "no lottery on firm2's next report can separate signal 6 from signals 4 and 8" in text


def test_residual_claimant_is_not_called_implementable() -> None:
    """A negative answer about residual claimants says what it leaves open."""
    for name in ("mixture", "many-failures", "dependence", "ladder-all-fail"):
        assert "It does not say that no" in flat(name) and "that is the question implement" in flat(name)


def test_scope_all_does_not_speak_of_the_rule_alone() -> None:
    assert "cannot make firm1 residual claimant after every action" in flat("many-failures")
    assert "after every action" not in flat("mixture")


def test_scope_all_says_whether_scope_policy_can_succeed() -> None:
    """The rule takes `wait` at signal 6 and `low`: one of the failures is there, so scope policy fails as well."""
    assert "Scope policy fails too" in flat("many-failures") and "Ask with --scope policy" not in flat("many-failures")
    data = load("many-failures")
    data["certificate"]["failures"] = [data["witness"]]
    text = " ".join(explain(data).split())
    assert "Scope policy asks less and may succeed" in text and "Ask with --scope policy" in text


def test_ties_and_last_payments_are_named() -> None:
    text = flat("mixture")
    assert "the other efficient rules were not tried" in text
    assert "other payments that implement the last period were not tried" in text
    assert "were not tried" not in flat("dependence")


def test_pure_condition_is_about_some_utilities() -> None:
    text = flat("convex-independence-fails")
    assert "for some utilities no contingent transfers exist" in text and "(Lemma 7.1)" in text
    assert "It does not say that none exist for the utilities of this instance" in text


def test_cycle() -> None:
    text = flat("auction-1-alone")
    assert "4 → 6 → 4: with signal 4 report 6 and with signal 6 report 4" in text
    assert "more than zero, by 4" in text
    assert "after any history" not in text
    assert "--last-period constant" in flat("last-period-cycle")


def test_dependence_knows_which_signals_lie() -> None:
    """The rule takes `drill` at 4 and 8 and `wait` at 6: the rate of 6 may only be positive."""
    assert "Σ η_k c_k ≤ 0 (for signal 6 this action follows a lie" in flat("dependence")
    everywhere = load("dependence")
    everywhere["question"]["scope"] = "all"
    assert "must satisfy Σ η_k c_k = 0, but it is 4/3" in " ".join(explain(everywhere).split())


def test_records_and_tables_say_the_same() -> None:
    def rows(name: str) -> list[str]:
        lines = explain(load(name)).splitlines()
        return sorted(line for line in lines if line.startswith("  firm") and "period" in line)

    assert rows("oil-records") == rows("oil-tables-labelled")
    assert len(rows("oil-records")) == 6


def test_labels_may_be_given_apart() -> None:
    labels = load("oil-tables-labelled")["x-labels"]
    assert explain(load("oil-tables"), labels=labels) == explain(load("oil-tables-labelled"))


def test_labels_must_fit_the_allocation() -> None:
    labels = copy.deepcopy(load("oil-tables-labelled")["x-labels"])
    labels["periods"][0]["actions"] = ["firm1", "nobody"]
    with pytest.raises(InputError, match="not among these names"):
        explain(load("oil-tables"), labels=labels)


def test_actions_the_rule_never_takes_are_left_out() -> None:
    """With the actions' names known, payments after an action that cannot follow the reports are only counted."""
    labels = {
        "agents": ["a", "b"],
        "periods": [{"signals": {"a": list("uvw"), "b": list("pqrs")}, "actions": ["sell", "keep"]}],
    }
    text = " ".join(explain(load("endless-contingent"), labels=labels).split())
    assert "12 further payments in the file would follow actions that the rule never takes" in text
    assert "a pays 21 in the next period, after the reports a: w, action keep and the next reports b: s" in text


def test_signs() -> None:
    text = flat("oil-records")
    assert "pays 11" in text and "receives 27" in text and "-" not in text.split("receives 27")[1][:5]


def test_long_numbers_are_rounded_and_say_so() -> None:
    data = load("mixture")
    data["witness"]["shortfall"] = f"{327 * 10**30 + 1}/{10**32}"
    data["certificate"]["failures"][0]["shortfall"] = data["witness"]["shortfall"]
    assert "≈ 3.27 (exact in the file)" in " ".join(explain(data).split())
    data["witness"]["shortfall"] = "7" * 9000 + "/" + "3" * 8999
    del data["certificate"]["failures"]
    assert "≈ 23.3333 (exact in the file)" in " ".join(explain(data).split())


def test_numerical_answers_prove_nothing() -> None:
    data = load("mixture")
    data["strength"] = "numerical"
    text = explain(data)
    assert "Nothing is proved" in text and "cannot" not in text
    assert "Nothing here is proved" in explain(load("unknown"))


def test_escape_sequences_and_markup_stay_text() -> None:
    text = explain(load("escapes"))
    assert "\x1b" not in text and "\u202e" not in text
    assert r"[bold]\x1b[31mRED\x1b[0m\x0a\u202e" in text
    for table in (transfers_table(load("escapes")), ladder_table([load("escapes")])):
        assert "\x1b" not in drawn(table)
    assert r"[bold]\x1b[31mRED\x1b[0m\x0a\u202e" in drawn(transfers_table(load("escapes")))


def test_tables() -> None:
    ladder = ladder_table(load("oil-ladder")["certificate"]["answers"])
    assert ladder.row_count == 6 and "infeasible" not in drawn(ladder)
    assert transfers_table(load("oil-records")).row_count == 6
    assert "3 more" in drawn(transfers_table(load("oil-records"), limit=3))
    assert transfers_table(load("endless-contingent"), limit=None).row_count == 60


def test_ladder_that_contradicts_its_answers() -> None:
    data = load("ladder-all-fail")
    data["status"] = "feasible"
    with pytest.raises(InputError, match="does not fit"):
        explain(data)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", "mechsynth-result/2", "not mechsynth-result/1"),
        ("status", "holds", "not an answer here"),
        ("strength", "certain", "not an answer here"),
        ("witness", None, "without a witness"),
        ("question", None, "null where an object should be"),
        ("value", "NaN", "not a number"),
        ("value", "1/0", "zero denominator"),
        ("value", "1e99999999999", "not a number"),
    ],
)
def test_malformed_envelopes(key: str, value: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        explain({**load("mixture"), key: value})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"weights": {"4": "1/2", "8": "1/4"}}, "not a mixture"),
        ({"weights": {"4": "3/2", "8": "-1/2"}}, "not a mixture"),
        ({"weights": {"6": "1"}}, "mixed from itself"),
        ({"weights": {}}, "no weight differs from zero"),
        ({"shortfall": "0"}, "not positive"),
        ({"kind": "magic"}, "not a kind of witness"),
        ({"others": {"firm1": "4"}}, "among the others"),
        ({"period": 0}, "whole numbers"),
    ],
)
def test_malformed_witnesses(change: dict[str, object], message: str) -> None:
    data = load("mixture")
    data["witness"].update(change)
    with pytest.raises(InputError, match=message) as caught:
        explain(data)
    assert "\n" not in str(caught.value) and str(caught.value).startswith("witness")


@pytest.mark.parametrize("result", [None, 3, "text", [], {}, {"format": "mechsynth-result/1"}])
def test_not_a_result(result: Any) -> None:
    with pytest.raises(InputError):
        explain(result)


def places(node: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every node of a JSON value."""
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from places(child, (*path, key))


@pytest.mark.parametrize("name", NAMES)
def test_any_damage_is_an_input_error_or_a_text(name: str) -> None:
    """Replace or remove one node at a time: the answer is a text or an `InputError`, never another exception."""
    original = load(name)
    paths = [path for path in places(original) if path]
    chosen = random.Random(name).sample(paths, min(len(paths), 40))
    junk: list[object] = [None, True, -1, 0.5, "", "junk", [], {}, [[]], {"a": "b"}, ["x"], float("nan"), {1: 2}]
    for path in chosen:
        for bad in [*junk, KeyError]:
            data: Any = copy.deepcopy(original)
            parent = data
            for key in path[:-1]:
                parent = parent[key]
            if bad is KeyError:
                del parent[path[-1]]
            else:
                parent[path[-1]] = bad
            try:
                assert isinstance(explain(data), str)
            except InputError as error:
                assert str(error).isprintable()
