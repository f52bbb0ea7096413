"""Results as typed records: files are read strictly, and written back byte for byte."""

from __future__ import annotations

import json
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import mechsynth
from mechsynth.asks import REGISTRY
from mechsynth.errors import InputError, MechsynthError
from mechsynth.result.codec import exact, read, text, write
from mechsynth.result.document import Document
from mechsynth.result.rowname import RowName
from mechsynth.result.witness import Conflict, Cycle, Dependence, Interval, Mixture, Shortfall, Witness

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = sorted((ROOT / "tests" / "words" / "results").glob("*.json"))
INSTANCES = sorted(path for path in (ROOT / "instances").glob("*.json") if path.stem != "index")

LABELS = st.text(max_size=4)
NUMBERS = st.fractions()
OTHERS = st.dictionaries(LABELS, LABELS, max_size=2)
WEIGHTS = st.dictionaries(LABELS, NUMBERS, max_size=3)
PERIODS = st.none() | st.integers(1, 9)
BLOCK: dict[str, Any] = {"period": PERIODS, "agent": LABELS, "action": LABELS, "others": OTHERS, "weights": WEIGHTS, "shortfall": st.none() | NUMBERS}
WITNESSES = st.one_of(
    st.builds(Mixture, **BLOCK, type_=LABELS),
    st.builds(Dependence, **BLOCK),
    st.builds(Cycle, period=PERIODS, agent=LABELS, others=OTHERS, cycle=st.lists(LABELS).map(tuple), shortfall=NUMBERS),
    st.builds(Conflict, conflict=st.lists(LABELS).map(tuple), multipliers=WEIGHTS, shortfall=NUMBERS),
    st.builds(Shortfall, shortfall=NUMBERS),
    st.builds(Interval, period=PERIODS, agent=LABELS, others=OTHERS, signal=LABELS, against=LABELS, least=NUMBERS, most=NUMBERS),
)


def same(one: object, other: object) -> bool:
    """Equal as JSON, the order of keys included."""
    return json.dumps(one, ensure_ascii=False) == json.dumps(other, ensure_ascii=False)


@given(WITNESSES)
def test_what_is_written_is_read(witness: Any) -> None:
    value = json.loads(json.dumps(write(witness)))
    again = read(Witness, value)  # type: ignore[arg-type]
    assert again == witness and same(write(again), value)


@given(st.fractions() | st.integers().map(F))
def test_numbers(value: F) -> None:
    assert exact(text(value)) == value and text(value) == str(value)


def test_long_numbers() -> None:
    """Longer than Python reads and writes at once: 10^9000 + 7, over 3^20000."""
    value = F(-(10**9000) - 7, 3**20000)
    assert exact(text(value)) == value
    assert text(10**9000 + 7) == "1" + "0" * 8999 + "7"


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_results_of_every_kind(path: Path) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    assert same(write(Document.of(value)), value)


@pytest.mark.parametrize("path", INSTANCES, ids=lambda path: path.stem)
def test_answers_about_the_library(path: Path) -> None:
    """What every question comes to, also in no time at all."""
    environment = mechsynth.load(path)
    count = 0
    for ask in REGISTRY:
        for limit in (None, 0.0):
            try:
                data = mechsynth.solve(environment, ask, time_limit=limit).to_bytes()
            except MechsynthError:
                continue
            assert Document.of(json.loads(data)).to_bytes() == data
            count += 1
    assert count >= 10


def test_which_rows_a_witness_combines() -> None:
    block: dict[str, Any] = {"agent": "a", "action": "go", "others": {"b": "5"}}
    mixture = Mixture(**block, type_="2", weights={"1": F(1, 3), "3": F(2, 3)}, shortfall=F(1))
    assert mixture.rows() == {"1": F(1, 3), "3": F(2, 3), "2": F(-1)}
    cycle = Cycle(agent="a", others={"b": "5"}, cycle=("1", "3", "2"), shortfall=F(1))
    assert set(cycle.rows().values()) == {F(1)}
    assert [(row.signals, row.report) for row in cycle.rows()] == [(("5", "1"), "3"), (("5", "3"), "2"), (("5", "2"), "1")]
    named = Conflict(multipliers={"pepic a (1,5)->2": F(2), "budget:ex-ante": F(1)}, shortfall=F(1)).named()
    assert named[RowName("pepic", "a", signals=("1", "5"), report="2")] == 2 and named[RowName("budget:ex-ante")] == 1


def base() -> dict[str, Any]:
    return json.loads((ROOT / "tests" / "words" / "results" / "mixture.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (["status"], "maybe", "status: 'maybe' is not one of feasible"),
        (["status"], "feasibel", "did you mean feasible?"),
        (["strength"], None, "strength: None is not one of"),
        (["colour"], "red", "colour: an unknown key"),
        (["witness", "weight"], {}, "witness.weight: an unknown key; did you mean weights?"),
        (["witness", "kind"], "mixture", "witness.kind: 'mixture' is none"),
        (["witness", "agent"], 3, "witness.agent: 3 is no string"),
        (["witness", "period"], "1", "witness.period: '1' is no whole number"),
        (["witness", "period"], True, "witness.period: True is no whole number"),
        (["witness", "shortfall"], "2/4", "witness.shortfall: '2/4' is not in lowest terms"),
        (["witness", "shortfall"], 0.5, "witness.shortfall: 0.5 is no exact number"),
        (["witness", "weights"], ["1"], "witness.weights: ['1'] is no object"),
        (["witness"], [], "witness.kind: missing"),
        (["value"], 0.5, "value: 0.5 is no exact number"),
        (["mechanism", "allocation"], {}, "mechanism.allocation.tree: missing"),
        (["mechanism", "allocation", 0, "action"], None, "mechanism.allocation[0].action: None is no string"),
        (["instance", "sha256"], 1, "instance.sha256: 1 is no string"),
    ],
)
def test_errors_name_the_place(path: list[Any], value: Any, place: str) -> None:
    document = base()
    at = document
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    with pytest.raises(InputError) as caught:
        Document.of(document)
    assert place in str(caught.value)


def test_what_is_missing_and_what_is_kept() -> None:
    document = base()
    del document["witness"]["weights"]
    with pytest.raises(InputError, match=r"^witness\.weights: missing"):
        Document.of(document)
    document = base() | {"x-mine": [1, {"a": None}]}
    assert same(write(Document.of(document)), document)
    with pytest.raises(InputError, match="is no object"):
        Document.of([])


@pytest.mark.parametrize("written", ["", "1/0", "01", "-0", "1/1", "+1", "1e3", "0.5", " 1", "1/-2", "٣", 1, None, True])
def test_no_exact_numbers(written: object) -> None:
    with pytest.raises(InputError):
        exact(written)
