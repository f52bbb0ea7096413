"""What an explanation must say, may not say, and how it fails."""

from __future__ import annotations

import copy
import io
import json
import pathlib
import random
from collections.abc import Iterator
from typing import Any

import numpy as np
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
    assert "Whatever signal 6 is charged, the mixture is charged; on average over the mixture that is 4 too little." in text
    assert "firm1, period 1, after action wait, while firm2 reports low" in text
    assert (
        "no lottery on firm2's next report charges signal 6 just what makes firm1 residual claimant and deters signals 4 and 8 "
        "at their own charges" in text
    )


def test_residual_claimant_is_not_called_implementable() -> None:
    """A negative answer about residual claimants says what it leaves open."""
    for name in ("mixture", "many-failures", "dependence", "ladder-all-fail"):
        assert "It does not say that no" in flat(name) and "that is the question implement" in flat(name)


def test_scope_all_does_not_speak_of_the_rule_alone() -> None:
    assert "cannot make firm1 residual claimant after every action" in flat("many-failures")
    assert "after every action" not in flat("mixture")


def test_scope_all_says_whether_scope_policy_can_succeed() -> None:
    """A failure at `wait` refutes scope policy too where the rule takes `wait` at every signal of it: a lie to another action is asked for less there."""
    text = flat("many-failures")
    assert "Scope policy asks for the transfers themselves and may succeed" in text and "Ask with --scope policy" in text
    data = load("many-failures")
    for record in data["mechanism"]["allocation"]:
        if record["period"] == 1:
            record["action"] = "wait"
    text = " ".join(explain(data).split())
    assert "Scope policy fails too" in text and "Ask with --scope policy" not in text


def test_ties_and_last_payments_are_named() -> None:
    text = flat("mixture")
    assert "the other efficient rules were not tried" in text
    assert "It holds whatever is paid in the last period" in text
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
    # 60 payments stand in the file; a line each, but for those that differ in nothing that the payment depends on
    tables = load("endless-contingent")["mechanism"]["transfers"]
    lines = entries = 0
    for own in tables.values():
        table = np.array(own["later"], dtype=object)
        entries += int((table != "0").sum())
        for axis in range(table.ndim):
            if all((table.take(k, axis) == table.take(0, axis)).all() for k in range(table.shape[axis])):
                table = table.take([0], axis)
        lines += int((table != "0").sum())
    assert entries == 60 and transfers_table(load("endless-contingent"), limit=None).row_count == lines


def test_ladder_that_contradicts_its_answers() -> None:
    data = load("ladder-all-fail")
    data["status"] = "feasible"
    with pytest.raises(InputError, match="does not fit"):
        explain(data)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("format", "mechsynth-result/3", "not mechsynth-result/1"),
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


def test_deviation_plan() -> None:
    text = flat("implement-budget")
    assert "in period 1, firm1 with signal 4 reports 6: at rate 1/5" in text
    assert "with signal 6 reports 4, after the reports firm1: 6 in period 1: at rate 1/10" in text
    assert "if budget:ex-post holds" in text and "at least one of them gains 1/3 or more" in text
    assert "Dropping any one of them lets the others hold" in text
    assert "Unlike the questions contingent and vcg-type" in text and "may keep any rent" in text
    alone = flat("implement-truth-alone")
    assert "stationary contingent transfers" in alone and "cannot hold together" not in alone
    assert "No lie plays a part" in flat("implement-accounts") and "deviation plan" not in flat("implement-accounts")
    assert "may keep any rent" not in flat("implement-accounts")


def test_kept_requirements_are_not_called_minimal() -> None:
    """That the others can do without a requirement is said of those for which the file carries a mechanism that shows it, and of no other."""
    data = load("implement-budget")
    del data["certificate"]["relaxations"]
    assert "lets the other" not in " ".join(explain(data).split())
    data["x-relaxations"] = [{"requirement": "pepic", "least": "1"}, {"requirement": "budget:ex-post", "least": "1"}]
    assert "lets the other" not in " ".join(explain(data).split())
    data["certificate"]["minimal"] = {"pepic": {}}
    assert "Dropping pepic lets the other hold; of the rest this is not shown." in " ".join(explain(data).split())


def test_twelve_lies_at_most() -> None:
    data = load("implement-truth-alone")
    data["witness"]["multipliers"] |= {f"pepic firm1 (4,0)->6 after ({k},0)": f"1/{k}" for k in range(3, 23)}
    lines = [line for line in explain(data).splitlines() if "reports 6" in line or "reports 4," in line]
    assert len(lines) == 12 and "... and 10 more" in explain(data)


def test_first_payments_are_shown_first_and_once() -> None:
    text = flat("ex-ante-balanced")
    assert text.index("period 1, once") < text.index("next period")
    assert "period 1, once" in drawn(transfers_table(load("ex-ante-balanced")))
    finite = load("ex-ante-balanced-finite")
    finite["mechanism"]["transfers"][0]["firm1"]["first"] = [["1"]]
    with pytest.raises(InputError, match="put it into now"):
        explain(finite)


def test_targets_of_constructions() -> None:
    for name, aim in (
        ("budget-balanced-fails", "an equal share of the surplus"),
        ("surplus-extraction-fails", "nothing"),
    ):
        text = flat(name)
        assert aim in text and "residual claimant" not in text and "Here an agent must expect to be charged" in text
        assert "that is the question implement with" in text
    assert "exactly 0" in flat("ex-ante-balanced") and "W/N" in flat("budget-balanced")
    assert "E W(θ_1)" in flat("surplus-extraction")


def test_ladder_table_of_other_questions() -> None:
    names = [
        "implement-budget",
        "implement-accounts",
        "implement-truth-alone",
        "implement-revenue",
        "surplus-extraction",
    ]
    text = drawn(ladder_table([load(name) for name in [*names, "budget-balanced-fails"]]))
    assert "pepic and budget:ex-post cannot hold together, short by 1/5" in text
    assert "pepic fails by itself, short by 2" in text
    assert "max-revenue 19/2" in text and "33 payments" in text and "4 more failures" in text


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"conflict": []}, "not requirements of the question"),
        ({"conflict": ["budget:ex-ante"]}, "not requirements of the question"),
        ({"shortfall": "0"}, "not positive"),
        ({"kind": "cycle"}, "an unknown key"),
        ({"kind": "magic"}, "not farkas"),
        ({"multipliers": {"pepic firm1 t=1 (4,-)->6": "-1"}}, "a rate below 0"),
    ],
)
def test_malformed_conflicts(change: dict[str, object], message: str) -> None:
    data = load("implement-budget")
    data["witness"].update(change)
    with pytest.raises(InputError, match=message) as caught:
        explain(data)
    assert caught.value.remedy


def test_every_requirement_and_objective_has_words() -> None:
    from fractions import Fraction

    from mechsynth.program.objectives import _ADD
    from mechsynth.program.requirements import KNOWN
    from mechsynth.words import wishes

    for name in [*KNOWN, "bounded:10"]:
        assert wishes.meaning(name) != name and "ε = " in wishes.relaxation(name, Fraction(1, 2))
        # leaving changes what lies are worth: it has no rows that an amount could relax, and none is ever told
        assert name == "exit:interim" or "each of its rows" not in wishes.relaxation(name, Fraction(1, 2))
    for objective in _ADD:
        reached = wishes.reached({"objective": objective}, Fraction(1, 2), "stationary vcg-type")
        assert "best value" not in reached and "with stationary vcg-type transfers" in reached


@pytest.mark.parametrize("kind", ["history-independent", "vcg-type", "contingent", "full", "full+now"])
@pytest.mark.parametrize("horizon", [3, None])
def test_every_row_name_is_read(kind: str, horizon: int | None, tmp_path: pathlib.Path) -> None:
    """Names that the program gives its rows, for labels that need quotation marks, are read back."""
    import mechsynth
    from mechsynth.asks.implement import Implement
    from mechsynth.asks.implement.solve import build, wish_list
    from mechsynth.construct.case import Case
    from mechsynth.program.requirements import KNOWN
    from mechsynth.result.vocabulary import INCENTIVES
    from mechsynth.words import names as naming
    from mechsynth.words import rows

    agents = ["the buyer", "after"]
    signals = {"the buyer": ["a (b)", "->"], "after": ["t=1", "now"]}
    quarter = [["1/4", "1/4"], ["1/4", "1/4"]]
    path = tmp_path / "odd.json"
    document = {
        "format": "mechsynth-instance/1",
        "name": "odd",
        "agents": agents,
        "horizon": horizon or "infinite",
        "discount": "1/2",
        "prior": quarter,
        "signals": signals,
        "actions": ["x->", "a=1", "after"],  # one of the name of an agent: winner-pays
        "utilities": {agent: [[[1, 2], [3, 4]], [[4, 3], [2, 1]], [[1, 1], [1, 1]]] for agent in agents},
        "transition": [[[quarter, quarter], [quarter, quarter]]] * 3,
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    environment = mechsynth.load(path)
    others = [name for name in KNOWN if name not in (*INCENTIVES, "exit:interim")]
    asks = [Implement(transfers=kind, require=(*others, "bounded:1/2"), incentives=each) for each in INCENTIVES]
    programs = [build(ask, Case(environment), wish_list(ask)).program for ask in asks]
    allocation = [
        {"period": t, "signals": {agents[0]: a, agents[1]: b}, "action": "x->"}
        for t in ([None] if horizon is None else range(1, horizon + 1))
        for a in signals[agents[0]]
        for b in signals[agents[1]]
    ]
    known = naming.collect(allocation, None)
    for name in (name for program in programs for name in program.names):
        row = rows.parse(name, known)
        assert row is not None, name
        if row.kind in INCENTIVES:
            assert rows.lie(row, known) and row.report in signals[row.agent]
        elif row.kind not in rows.DEFINITIONS:
            assert rows.describe(row, known).isprintable()


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_narrow_terminal_gets_narrow_lines(width: int) -> None:
    """Paragraphs keep to the width, and say the same; what is wider is a row of a table."""
    from mechsynth.words.layout import cells, within

    def paragraphs(text: str) -> list[str]:
        return [block for block in text.split("\n\n") if not block.startswith("  ") and "══" not in block]

    for name in NAMES:
        whole = explain(load(name))
        with within(width):
            text = explain(load(name))
        assert [block.split() for block in paragraphs(text)] == [block.split() for block in paragraphs(whole)]
        wrapped = [line for block in paragraphs(text) if "\n" in block for line in block.split("\n")]
        assert wrapped and all(cells(line) <= width for line in wrapped if " " in line.strip())
        assert explain(load(name)) == whole
