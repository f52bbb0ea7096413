"""Results that claim more than they carry: each is refused, or what it does not show is not said.

The files beside this one are results of the program that were bent by hand, with the instance they are about.
"""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import check
from mechsynth.cli import main

Json = dict[str, Any]
HERE = Path(__file__).parent
LEASES = HERE.parents[1] / "instances" / "liu2014-oil-leases.json"
TIES = HERE / "two-efficient-rules.json"


def load(name: str) -> Json:
    found: Json = json.loads((HERE / f"{name}.json").read_text())
    return found


def refused(document: Json, instance: Path) -> str:
    verdict = check(document, instance.read_bytes())
    assert not verdict.accepted
    return verdict.reason or ""


def accepted(document: Json, instance: Path) -> str:
    verdict = check(document, instance.read_bytes())
    assert verdict.accepted, verdict.reason
    return verdict.statement


def said(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str]:
    code = main([str(argument) for argument in arguments])
    return code, capsys.readouterr().out


def saved(folder: Path, document: Json) -> Path:
    path = folder / "r.json"
    path.write_text(json.dumps(document))
    return path


# --- names -------------------------------------------------------------------------------------------------------------


def test_labels_in_another_order_are_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    document = load("labels-in-another-order")
    assert refused(document, LEASES) == "x-labels.periods[0].signals: not the signals of the instance, in its order"
    path = saved(tmp_path, document)
    code, words = said(capsys, "explain", path, LEASES)
    assert code == 1 and words.startswith("Refused by the checker: x-labels")
    assert (
        "verifies it" not in words and "The file claims strength exact; the checker does not accept its proof." in words
    )
    # the payments are told of the right signals all the same: with signal 6 under firm2's action, firm1 receives 31 if firm2 reports 6
    row = next(line.split() for line in words.splitlines() if "receives 31" in line)
    assert row[:5] == ["firm1", "period", "1", "firm1:", "6"] and row[-4:] == ["firm2:", "6", "receives", "31"]
    code, _ = said(capsys, "report", path, LEASES, "-o", tmp_path / "r.html")
    assert code == 1 and "mechsynth check verifies it" not in (tmp_path / "r.html").read_text()


@pytest.mark.parametrize("reverse", [False, True])
def test_without_labels_the_order_is_the_instances(
    reverse: bool, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """An allocation may list its profiles, and a record its agents, in any order."""
    document = load("labels-in-another-order")
    del document["x-labels"]
    if reverse:
        records = document["mechanism"]["allocation"]
        records.reverse()
        for record in records:
            record["signals"] = dict(reversed(record["signals"].items()))
    accepted(document, LEASES)
    code, words = said(capsys, "explain", saved(tmp_path, document), LEASES)
    row = next(line.split() for line in words.splitlines() if "receives 31" in line)
    assert code == 0 and row[:5] == ["firm1", "period", "1", "firm1:", "6"] and row[-4:-2] == ["firm2:", "6"]
    assert "reports 6" not in words or "signal 4" in words
    code, _ = said(capsys, "report", tmp_path / "r.json", LEASES, "-o", tmp_path / "r.html")
    page = re.sub(r"<[^>]*>", " ", (tmp_path / "r.html").read_text())
    assert code == 0 and "Accepted by the checker" in page


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("agents",), ["firm2", "firm1"]),
        (("agents",), "firm1"),
        (("horizon",), 3),
        (("horizon",), "infinite"),
        (("periods",), []),
        (("periods",), None),
        (("periods", 0), None),
        (("periods", 0, "signals", "firm1"), ["4"]),
        (("periods", 0, "signals", "firm1"), ["4", "5"]),
        (("periods", 0, "actions"), ["firm2", "firm1"]),
        (("periods", 1, "signals", "firm2"), ["6", "4"]),
        (("periods", 1, "actions", 0), "nobody"),
    ],
    ids=str,
)
def test_every_label_is_compared(place: tuple[Any, ...], value: object) -> None:
    document = json.loads(mechsynth.solve(LEASES, "contingent").to_bytes())
    assert accepted(document, LEASES)
    node = document["x-labels"]
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    assert refused(document, LEASES).startswith("x-labels")


def test_labels_of_answers_within_answers_are_compared() -> None:
    ladder = json.loads(mechsynth.solve(LEASES).to_bytes())
    accepted(ladder, LEASES)
    ladder["certificate"]["answers"][0]["x-labels"]["periods"][0]["signals"]["firm1"].reverse()
    assert "x-labels" in refused(ladder, LEASES)
    tried = json.loads(mechsynth.solve(LEASES, "implement", transfers="smallest").to_bytes())
    accepted(tried, LEASES)
    tried["certificate"]["tried"][0]["x-labels"]["periods"][0]["signals"]["firm1"].reverse()
    assert "x-labels" in refused(tried, LEASES)


def test_one_entry_of_labels_for_equal_periods(tmp_path: Path) -> None:
    path = saved(
        tmp_path,
        json.loads(TIES.read_text())
        | {"horizon": 2, "transition": {"independent": {"A": [["1/2", "1/2"]] * 2, "B": [["1"]]}}},
    )
    document = json.loads(mechsynth.solve(path, "policy").to_bytes())
    assert len(document["x-labels"]["periods"]) == 1
    accepted(document, path)
    document["x-labels"]["periods"] *= 2
    accepted(document, path)
    document["x-labels"]["periods"] += document["x-labels"]["periods"][:1]
    assert "x-labels.periods" in refused(document, path)


def test_another_name_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    document = json.loads(mechsynth.solve(LEASES, "contingent").to_bytes())
    document["instance"]["name"] = "somebody-else"
    path = saved(tmp_path, document)
    for command in ("check", "explain", "report"):
        assert main([command, str(path), str(LEASES), *(["-o", str(tmp_path / "r.html")] * (command == "report"))]) == 2
        assert "instance.name" in capsys.readouterr().err


def test_without_the_instance_the_first_line_says_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = saved(tmp_path, load("labels-in-another-order"))
    code, words = said(capsys, "explain", path)
    assert code == 0 and words.startswith(
        "Read off the file alone: names, their order and all claims are the file's own"
    )
    assert "nothing was checked" in words.partition("\n\n")[0].replace("\n", " ")
    said(capsys, "report", path, "-o", tmp_path / "r.html")
    body = (tmp_path / "r.html").read_text().partition("<body>")[2]
    text = " ".join(re.sub(r"<[^>]*>", " ", body).split())
    assert text.startswith("Read off the file alone: names, their order and all claims are the file&#39;s own")
    # beside its instance the file is checked
    (tmp_path / "instance.json").write_bytes(LEASES.read_bytes())
    code, words = said(capsys, "explain", path)
    assert code == 1 and words.startswith("Refused by the checker")


def test_rescaled_rows_are_said_where_there_are_any(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    rough = json.loads(LEASES.read_text())
    rough["prior"] = [["1"], ["1"]]
    instance = tmp_path / "rough.json"
    instance.write_text(json.dumps(rough))
    for path, scaled in ((instance, True), (LEASES, False)):
        result = tmp_path / "result.json"
        assert main(["solve", str(path), "--ask", "contingent", "--normalize", "-o", str(result)]) == 0
        capsys.readouterr()
        document = json.loads(result.read_text())
        assert document["instance"]["normalized"] is True
        assert ("rescaled to add up to one" in accepted(document, path)) == scaled
        _, words = said(capsys, "explain", result, path)
        assert ("rescaled to add up to one" in " ".join(words.split())) == scaled
        said(capsys, "report", result, path, "-o", tmp_path / "r.html")
        assert ("rescaled to add up to one" in " ".join((tmp_path / "r.html").read_text().split())) == scaled


# --- ties ------------------------------------------------------------------------------------------------------------------


def test_ties_are_part_of_a_negative_answer() -> None:
    document = load("negative-without-ties")
    assert refused(document, TIES) == "ties in period 1 at (l, -): the optimal actions are x, y"
    document["certificate"]["ties"] = []
    assert "the optimal actions are x, y" in refused(document, TIES)
    document["certificate"]["ties"] = [
        {"period": 1, "signals": {"A": own, "B": "-"}, "actions": ["x", "y"]} for own in ("l", "h")
    ]
    # with its ties it is proved, but about a rule that the question is not about
    assert "the first of several optimal actions" in refused(document, TIES)
    for k in (0, 1):
        short = copy.deepcopy(document)
        del short["certificate"]["ties"][k]
        assert "the optimal actions are x, y" in refused(short, TIES)


def test_a_positive_answer_without_ties_says_nothing_of_them(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    document = json.loads(mechsynth.solve(TIES, "static").to_bytes())
    assert document["status"] == "feasible" and document["certificate"]["ties"]
    del document["certificate"]["ties"]
    accepted(document, TIES)
    _, words = said(capsys, "explain", saved(tmp_path, document), TIES)
    assert "efficient; the other" not in words and "No ties" not in words
    document["certificate"]["ties"] = []
    assert "the optimal actions are x, y" in refused(document, TIES)


def test_an_optimum_is_about_its_rule() -> None:
    document = json.loads(
        mechsynth.solve(TIES, "implement", transfers="history-independent", objective="min-max-transfer").to_bytes()
    )
    assert document["status"] == "optimal"
    accepted(document, TIES)
    del document["certificate"]["ties"]
    assert "the optimal actions are x, y" in refused(document, TIES)


# --- the smallest class --------------------------------------------------------------------------------------------------------


def test_smaller_classes_that_are_not_shown_to_fail_are_not_said_to(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    document = load("smaller-classes-not-shown-to-fail")
    statement = accepted(document, LEASES)
    assert "vcg-type" not in statement and "contingent" not in statement
    path = saved(tmp_path, document)
    _, words = said(capsys, "explain", path, LEASES)
    said(capsys, "report", path, LEASES, "-o", tmp_path / "r.html")
    page = (tmp_path / "r.html").read_text()
    assert "smallest" not in words and "fails" not in words and "Each of them fails" not in page
    document["certificate"]["tried"] = document.pop("x-tried")
    reason = refused(document, LEASES)
    assert reason.startswith("certificate.tried[0]: ") and "multipliers" in reason


def test_the_smallest_class_carries_the_others() -> None:
    """Leases, truth alone: history-independent payments fail (auction 1 by itself has a cycle), VCG-type ones work."""
    found = mechsynth.solve(LEASES, "implement", transfers="smallest")
    document = json.loads(found.to_bytes())
    assert document["question"]["transfers"] == "vcg-type"
    assert [entry["question"]["transfers"] for entry in document["certificate"]["tried"]] == ["history-independent"]
    assert accepted(document, LEASES).endswith("Under the same rule no transfers of the class history-independent do.")
    for key, value, reason in (
        ("status", "feasible", "witness"),
        ("strength", "verified", "certificate.bound"),
    ):
        bad = copy.deepcopy(document)
        bad["certificate"]["tried"][0][key] = value
        assert reason in refused(bad, LEASES)
    bad = copy.deepcopy(document)
    bad["certificate"]["tried"][0]["question"]["require"].append("no-subsidy")
    assert "another question" in refused(bad, LEASES)
    bad = copy.deepcopy(document)
    bad["certificate"]["tried"][0]["question"]["transfers"] = "vcg-type"
    assert main_error(bad) == "certificate.tried[0]: question.transfers"
    bad = copy.deepcopy(document)
    bad["certificate"]["tried"].append(bad["certificate"]["tried"][0])
    assert main_error(bad) == "certificate.tried[1]: question.transfers"


def test_the_smallest_class_that_attains_the_best_carries_what_the_others_attain() -> None:
    """Leases, ex post participation: contingent transfers bring 4, full ones with payments now the whole surplus, 19."""
    found = mechsynth.solve(
        LEASES, "implement", transfers="smallest", require=["participation:ex-post"], objective="max-revenue"
    )
    document = json.loads(found.to_bytes())
    tried = {entry["question"]["transfers"]: entry for entry in document["certificate"]["tried"]}
    assert document["value"] == "19" and tried["contingent"]["value"] == "4"
    assert "contingent 4" in accepted(document, LEASES)
    tried["contingent"]["value"] = "3"
    assert refused(document, LEASES).startswith("certificate.tried[")


def main_error(document: Json) -> str:
    with pytest.raises(mechsynth.MechsynthError) as caught:
        check(document, LEASES.read_bytes())
    return str(caught.value.place)  # type: ignore[attr-defined]


def test_what_is_tried_about_another_efficient_rule_does_not_count() -> None:
    """Of two efficient rules one works without payments and the other cannot be had: that the other fails says nothing."""
    works = json.loads(mechsynth.solve(TIES, "implement", transfers="full+now").to_bytes())
    fails = load("negative-without-ties")
    ties = works["certificate"]["ties"]
    gains = {
        "pepic A t=1 (l,-)->h": "1",
        "pepic A t=1 (h,-)->l": "1",
        "value A t=1 (l,-)": "-1",
        "value A t=1 (h,-)": "-1",
    }
    other = {
        **{key: works[key] for key in ("format", "instance", "question", "strength")},
        "status": "infeasible",
        "mechanism": fails["mechanism"],
        "witness": {"kind": "farkas", "conflict": ["pepic"], "multipliers": gains, "shortfall": "2"},
        "certificate": {"ties": ties},
    }
    other = copy.deepcopy(other)
    other["question"]["transfers"] = "contingent"
    assert "the first of several optimal actions" in refused(other, TIES)
    works["certificate"]["tried"] = [other]
    assert "another efficient rule" in refused(works, TIES)


def test_a_ladder_without_a_smaller_class_is_refused() -> None:
    assert refused(load("ladder-without-vcg-type"), LEASES) == "the ladder leaves out vcg-type"
    whole = json.loads(mechsynth.solve(LEASES).to_bytes())
    accepted(whole, LEASES)
    kept = [a for a in whole["certificate"]["answers"] if a["question"]["ask"] != "contingent"]
    accepted(
        whole | {"certificate": {"answers": kept}}, LEASES
    )  # what is larger than the class that works need not be there


def test_rungs_of_a_ladder_are_about_one_question() -> None:
    whole = json.loads(mechsynth.solve(LEASES).to_bytes())
    rungs = {a["question"]["ask"]: a for a in whole["certificate"]["answers"]}
    other = json.loads(mechsynth.solve(LEASES, "contingent", scope="all").to_bytes())
    answers = [other if a is rungs["contingent"] else a for a in whole["certificate"]["answers"]]
    assert "different scopes" in refused(whole | {"certificate": {"answers": answers}}, LEASES)


# --- bounds, and what a conflict needs -------------------------------------------------------------------------------------------


def test_a_bound_is_no_negative_answer() -> None:
    document = load("infeasible-within-a-bound")
    reason = refused(document, LEASES)
    assert "proves less than was asked" in reason and "Ask the same question anew" in reason
    document["status"] = "unknown"
    statement = accepted(document, LEASES)
    assert statement.startswith(
        "The question is not decided; this is proved: No contingent transfers with payments of at most 1/10"
    )
    assert "larger payments are not excluded" in statement
    document["question"]["require"].append("bounded:1/10")
    document["witness"]["conflict"].append("bounded:1/10")
    document["status"] = "infeasible"
    assert accepted(document, LEASES).startswith("No contingent transfers make the rule listed")
    document["question"]["require"][-1] = document["witness"]["conflict"][-1] = "bounded:1/5"
    assert "proves less than was asked" in refused(document, LEASES)


def conflict() -> Json:
    """VCG-type transfers of the leases cannot balance each period's budget."""
    found = mechsynth.solve(
        LEASES,
        "implement",
        transfers="contingent",
        require=["no-subsidy", "budget:per-period", "participation:ex-post"],
        relax=False,
    )
    document: Json = json.loads(found.to_bytes())
    assert document["status"] == "infeasible" and len(document["witness"]["conflict"]) >= 2
    return document


def test_what_a_conflict_can_do_without_is_shown() -> None:
    document = conflict()
    names = document["witness"]["conflict"]
    assert set(document["certificate"]["minimal"]) == set(names)
    assert "Without any one of them the other" in accepted(document, LEASES)
    for name in names:
        # the mechanism shown for another requirement breaks one of the rest, or else the rest with it would hold together
        for other in names:
            if other == name:
                continue
            bad = copy.deepcopy(document)
            bad["certificate"]["minimal"] = {name: document["certificate"]["minimal"][other]}
            try:
                reason = refused(bad, LEASES)
            except mechsynth.MechsynthError as error:
                reason = str(error)
            assert "certificate.minimal" in reason


def test_a_requirement_too_many_is_not_said_to_be_needed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    document = conflict()
    names = document["witness"]["conflict"]
    extra = "budget:ex-ante"
    assert extra not in names
    document["question"]["require"].append(extra)
    names.append(extra)
    minimal = document["certificate"].pop("minimal")
    assert "Without" not in accepted(document, LEASES)
    _, words = said(capsys, "explain", saved(tmp_path, document), LEASES)
    assert "lets the other" not in words
    # nothing shows that the others hold without the one too many: nothing can
    for shown in minimal.values():
        document["certificate"]["minimal"] = {extra: shown}
        assert "certificate.minimal" in refused(document, LEASES)
