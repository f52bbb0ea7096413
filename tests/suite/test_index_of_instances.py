"""The index of the library: up to date, true, and filtered as it says."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from bad_input.refusals import refused, written
from families.family_cases import confirm
from oracles.model import read

import mechsynth
from mechsynth.cli import main
from mechsynth.suite.expected import expected, expected_in
from mechsynth.suite.index import build, entries, entry, features, to_bytes

LIBRARY = Path(__file__).resolve().parents[2] / "instances"
INDEX = json.loads((LIBRARY / "index.json").read_bytes())
ENTRIES = {each["file"]: each for each in INDEX["instances"]}


def listed(capsys: pytest.CaptureFixture[str], *options: str) -> list[str]:
    """The files that a listing of the library names."""
    capsys.readouterr()
    assert main(["suite", "list", str(LIBRARY), "--json", *options]) == 0
    return [each["file"] for each in json.loads(capsys.readouterr().out)]


# --- the library -----------------------------------------------------------------------------------------------------


def test_the_index_is_up_to_date(capsys: pytest.CaptureFixture[str]) -> None:
    assert to_bytes(build(LIBRARY)) == (LIBRARY / "index.json").read_bytes()
    assert main(["suite", "index", str(LIBRARY), "--check"]) == 0


def test_the_index_names_every_instance_once() -> None:
    """The files by their own format tag, the digests by the bytes, names that tell them apart."""
    found = {
        path.relative_to(LIBRARY).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in LIBRARY.rglob("*.json")
        if json.loads(path.read_bytes()).get("format") in ("mechsynth-instance/1", "mechsynth-instance/2")
    }
    assert {file: each["sha256"] for file, each in ENTRIES.items()} == found
    assert len({each["name"] for each in ENTRIES.values()}) == len(found)
    assert len(found) >= 36


@pytest.mark.parametrize("file", ENTRIES)
def test_entries_say_what_the_instances_are(file: str) -> None:
    """Sizes by the oracles' own reading; a source, tags, and a reason for every expected answer."""
    each, model = ENTRIES[file], read(json.loads((LIBRARY / file).read_text(encoding="utf-8"), parse_float=str))
    stationary = len(each["sizes"]["signals"]) == 1
    periods = model.periods[:1] if stationary else model.periods
    assert each["sizes"] == {
        "agents": len(model.agents),
        "horizon": "infinite" if model.horizon is None else model.horizon,
        "signals": [[len(own) for own in period.signals] for period in periods],
        "actions": [len(period.actions) for period in periods],
        "profiles": max(len(period.profiles()) for period in model.periods),
    }
    assert each["source"] and each["title"] and each["tags"]
    assert [known["question"]["ask"] for known in each["expected"]].count("policy") == 1
    for known in each["expected"]:
        assert len(known["why"]) > 10, known
    assert [k["question"] for k in each["expected"]] == [k.question for k in expected(LIBRARY / file)]


@pytest.mark.parametrize("file", [file for file in ENTRIES if file.startswith("families/")])
def test_expected_answers_of_generated_instances(file: str) -> None:
    """By solving and checking. What the other instances expect is tested in `tests/library` and `tests/asks`."""
    assert confirm(mechsynth.load(LIBRARY / file)) == len(ENTRIES[file]["expected"])


def test_expected_answers_of_the_others_in_the_index() -> None:
    """The index has every status that the short form states, with the scope and the last period as options."""
    for file, each in ENTRIES.items():
        stated = json.loads((LIBRARY / file).read_bytes())["x-expected"]
        if isinstance(stated, list):
            continue
        counted = sum(isinstance(v, str) and k.split(":")[0].split(" ")[0] not in ("E", "W") for k, v in stated.items())
        assert len(each["expected"]) == counted + len(stated.get("implement", {})), file


# --- features and freshness ------------------------------------------------------------------------------------------


def test_features_of_environments() -> None:
    tags = {
        name: set(features(mechsynth.load(LIBRARY / f"{name}.json")))
        for name in ("no-correlation-private", "no-correlation", "liu2014-oil-leases", "three-period-varying")
    }
    assert tags["no-correlation-private"] == {"infinite", "private-values", "no-influence"}
    assert tags["no-correlation"] == {"infinite", "interdependent", "no-influence", "uncontrolled"}
    assert tags["liu2014-oil-leases"] == {"finite", "interdependent", "uncontrolled"}
    assert tags["three-period-varying"] == {"finite", "interdependent"}


def test_a_changed_file_is_read_again_and_hand_written_tags_stay(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], leases: Any
) -> None:
    folder = tmp_path / "some"
    folder.mkdir()
    shutil.copy(LIBRARY / "liu2014-oil-leases.json", folder)
    (folder / "notes.json").write_text('{"format": "mechsynth-result/1"}')
    (folder / "list.json").write_text("[1, 2]")
    assert main(["suite", "index", str(folder)]) == 0
    index = json.loads((folder / "index.json").read_bytes())
    assert [each["file"] for each in index["instances"]] == ["liu2014-oil-leases.json"]
    index["instances"][0]["by-hand"] = ["mine"]
    index["instances"][0]["title"] = "believed as long as the digest fits"
    (folder / "index.json").write_text(json.dumps(index))
    assert main(["suite", "index", str(folder), "--check"]) == 1
    assert "suite index" in capsys.readouterr().out.splitlines()[-1]
    assert entries(folder)[0]["title"] == "believed as long as the digest fits"
    (folder / "liu2014-oil-leases.json").write_text(json.dumps({**leases, "title": "changed"}))
    for source in (folder, folder / "index.json"):
        (found,) = entries(source)
        assert found["title"] == "changed" and "mine" in found["tags"]
    assert main(["suite", "index", str(folder)]) == 0
    assert "mine" in entries(folder)[0]["tags"]
    assert main(["suite", "index", str(folder), "--check"]) == 0


def test_a_file_alone_and_a_folder_without_an_index(tmp_path: Path) -> None:
    shutil.copy(LIBRARY / "no-correlation.json", tmp_path)
    assert (
        entries(tmp_path)
        == entries(tmp_path / "no-correlation.json")
        == [entry(tmp_path / "no-correlation.json", tmp_path)]
    )


# --- filters ---------------------------------------------------------------------------------------------------------


def test_filters(capsys: pytest.CaptureFixture[str]) -> None:
    assert listed(capsys) == list(ENTRIES)
    assert listed(capsys, "--tag", "liu2014", "--tag", "one-period") == [
        "liu2014-auction-1.json",
        "liu2014-auction-2.json",
    ]
    assert listed(capsys, "--ask", "static=infeasible") == ["hidden-last-period.json", "liu2014-auction-1.json"]
    trades = listed(capsys, "--ask", "lump-sum-budget")
    poor = listed(capsys, "--ask", "lump-sum-budget=infeasible")
    assert {"families/trade-balances.json", "families/trade-two-periods.json"} <= set(trades) - set(poor)
    assert {"families/trade-absorbing.json", "families/trade-just-too-impatient.json"} <= set(poor) < set(trades)
    three = listed(capsys, "--agents", "3")
    assert "ex-post-balance-three-agents.json" in three and "no-correlation.json" not in three
    assert [name for name in listed(capsys, "--horizon", "3") if not name.startswith("revenue/")] == [
        "families/private-values-three-periods.json",
        "families/value-moves.json",
        "liu2014-oil-leases-manipulable.json",
        "three-period-varying.json",
    ]
    assert "revenue/persistent-buyer-3-periods.json" in listed(capsys, "--horizon", "3")
    assert "revenue/persistent-buyer-4-periods.json" not in listed(capsys, "--horizon", "3")
    finite, infinite = listed(capsys, "--horizon", "finite"), listed(capsys, "--horizon", "infinite")
    assert sorted(finite + infinite) == sorted(ENTRIES) and finite and infinite
    small = listed(capsys, "--largest", "4")
    assert small == [file for file, each in ENTRIES.items() if each["sizes"]["profiles"] <= 4]
    yoon = ["families/trade-two-periods.json", "revenue/values-stay-or-not.json", "revenue/virtual-values-cross.json"]
    assert listed(capsys, "--source", "YOON", "--horizon", "2") == yoon
    assert listed(capsys, "--tag", "no such tag") == []


@pytest.mark.parametrize("width", ["80", "200"])
def test_the_table(width: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", width)
    monkeypatch.chdir(LIBRARY.parent)
    assert main(["suite", "list", "--tag", "liu2014"]) == 0
    shown = capsys.readouterr().out
    assert "liu2014-oil-leases.json" in shown and "2×1 1×2" in shown and "4 instances; " in shown
    table = shown.split("4 instances; ")[0]
    assert ("linked" in table) == (width == "200")
    assert all(len(line) <= int(width) for line in table.splitlines())


def test_a_strangers_words_are_shown_and_not_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, leases: Any
) -> None:
    """Control characters, and what rich would take for its own markup."""
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "x.json").write_text(json.dumps({**leases, "tags": ["\x1b[31mred", "[bold]loud"]}))
    assert main(["suite", "list", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "\x1b" not in shown and "[bold]loud" in shown and "\\x1b" in shown


# --- refusals --------------------------------------------------------------------------------------------------------


def test_refusals(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, leases: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    refused(capsys, ["suite", "list"], "instances")
    refused(capsys, ["suite", "list", "nowhere"], "nowhere")
    refused(capsys, ["suite", "list", str(LIBRARY), "--horizon", "soon"], "--horizon")
    refused(capsys, ["suite", "list", str(LIBRARY), "--ask", "policy=maybe"], "--ask")
    refused(capsys, ["suite", "list", str(LIBRARY), "--agents", "many"], "--agents")
    refused(capsys, ["suite", "index", "nowhere"], "nowhere")
    refused(capsys, ["suite"], "--help")
    refused(capsys, ["suite", "list", written(tmp_path / "bad.json", b"{")], "bad.json")
    for broken in (
        {"format": "mechsynth-index/1"},
        {"format": "mechsynth-index/1", "instances": [{}]},
        {"format": "x"},
    ):
        written(tmp_path / "index.json", broken)
        refused(capsys, ["suite", "list", str(tmp_path / "index.json")], "index.json")
    (tmp_path / "bad.json").unlink()
    written(tmp_path / "index.json", {"format": "mechsynth-index/1", "instances": [{"file": "gone.json"}]})
    refused(capsys, ["suite", "list", str(tmp_path / "index.json")], "gone.json")
    (tmp_path / "index.json").unlink()
    for tags in ("word", [1]):
        written(tmp_path / "x.json", {**leases, "tags": tags})
        refused(capsys, ["suite", "list", str(tmp_path)], "x.json", "tags")
    written(
        tmp_path / "x.json", {**leases, "x-expected": [{"question": {"ask": "policy"}, "status": "fine", "why": "so"}]}
    )
    refused(capsys, ["suite", "index", str(tmp_path)], "x.json", "x-expected[0].status")


# --- expected answers ------------------------------------------------------------------------------------------------

GOOD = {"question": {"ask": "policy"}, "status": "optimal", "why": "so"}


def test_both_forms_say_the_same() -> None:
    full = [
        {"question": {"ask": "policy"}, "status": "optimal", "value": "19", "why": "sum"},
        {"question": {"ask": "contingent", "scope": "all"}, "status": "feasible", "why": "spans"},
        {"question": {"ask": "contingent", "last_period": "constant:go"}, "status": "infeasible", "why": "late"},
        {
            "question": {"ask": "implement", "transfers": "full", "require": ["budget:ex-post", "pepic"]},
            "status": "feasible",
            "why": "wish",
        },
    ]
    short = {
        "x-expected": {
            "policy": "optimal",
            "E W_1": "19",
            "W_1": {"a": "19"},
            "contingent:all": "feasible",
            "contingent witness": {"kind": "cycle"},
            "contingent --last-period constant:go": "infeasible",
            "implement": {"--transfers full --require budget:ex-post,pepic": "feasible"},
        },
        "x-why": {
            "policy": "sum",
            "spanning, contingent": "spans",
            "contingent, vcg-type --last-period constant": "late",
            "implement, ex post": "wish",
        },
    }
    assert expected_in(short) == expected_in({"x-expected": full})
    assert expected_in({}) == []


BAD: list[tuple[Any, str]] = [
    ("yes", "x-expected"),
    (["yes"], "x-expected[0]"),
    ([{**GOOD, "status": None}], "x-expected[0].status"),
    ([GOOD, {**GOOD, "status": "perhaps"}], "x-expected[1].status"),
    ([{**GOOD, "value": 3}], "x-expected[0].value"),
    ([{**GOOD, "strength": "strong"}], "x-expected[0].strength"),
    ([{**GOOD, "why": ""}], "x-expected[0].why"),
    ([{**GOOD, "reason": "x"}], "x-expected[0].reason"),
    ([{**GOOD, "question": {}}], "x-expected[0].question"),
    ([{**GOOD, "question": {"ask": "policy", "workers": "3"}}], "x-expected[0].question.workers"),
    ([{**GOOD, "question": {"ask": ["policy"]}}], "x-expected[0].question.ask"),
    ([{**GOOD, "question": {"ask": "implement", "require": "pepic"}}], "x-expected[0].question.require"),
    ({"policy": "perhaps"}, "x-expected.policy"),
    ({"implement": {"--transfers": "feasible"}}, "x-expected.implement"),
    ({"implement": {"--colour red": "feasible"}}, "--colour"),
]


@pytest.mark.parametrize("stated, place", BAD, ids=lambda value: value if isinstance(value, str) else "")
def test_expectations_in_neither_form(stated: Any, place: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(json.dumps({"x-expected": stated}))
    with pytest.raises(mechsynth.InputError) as raised:
        expected(path)
    assert str(path) in str(raised.value) and place in str(raised.value) and "; " in str(raised.value)
