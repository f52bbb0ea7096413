"""Every answer that the instance library states, by the library, its checker and its commands."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import pytest
from library_files import INSTANCES, NAMES, questions, read
from oracles import deviations
from oracles.mechanism import Mechanism
from oracles.model import labels
from oracles.model import read as model_of

import mechsynth
from mechsynth.check import check
from mechsynth.cli import main

EVERY = [(name, ask, options, status) for name in NAMES for ask, options, status in questions(name)]


def shown(case: tuple[str, str, dict[str, str], str]) -> str:
    return "-".join([case[0], case[1], *case[2].values()])


def test_the_library_is_there() -> None:
    """At least the two leases, the failures and the ways out; each with at least nine stated answers."""
    assert len(NAMES) >= 12
    for name in NAMES:
        assert len(questions(name)) >= 9, name


@pytest.mark.parametrize("case", EVERY, ids=shown)
def test_every_stated_answer(case: tuple[str, str, dict[str, str], str], tmp_path: Path) -> None:
    """The status is the stated one, and the checker accepts the file as it was written."""
    name, ask, options, status = case
    result = mechsynth.solve(INSTANCES / f"{name}.json", ask, **options)
    assert result.status == status
    result.save(tmp_path / "r.json")
    verdict = check((tmp_path / "r.json").read_bytes(), (INSTANCES / f"{name}.json").read_bytes())
    assert verdict.accepted, verdict.reason
    assert verdict.statement and verdict.rows > 0


@pytest.mark.parametrize("name", NAMES)
def test_every_stated_value(name: str) -> None:
    """W_t, E W_1 and the rule, where the instance states them."""
    expected = read(name)["x-expected"]
    document = mechsynth.solve(INSTANCES / f"{name}.json", "policy").document()
    model = model_of(read(name))
    for key, value in expected.items():
        if key == "W" or (key.startswith("W_") and key[2:].isdigit()):
            t = 0 if key == "W" else int(key[2:]) - 1
            nested = document["certificate"]["values"][t]
            for p in model.periods[t].profiles():
                entry = nested
                for k in p:
                    entry = entry[k]
                assert F(entry) == F(value[labels(model, t, p)])
        elif key == "E W_1":
            assert F(document["value"]) == F(value)
        elif key == "rule":
            rules = value if model.horizon is not None else {"1": value}
            found: dict[str, Any] = {}
            for record in document["mechanism"]["allocation"]:
                per = found.setdefault(str(record.get("period", 1)), {})
                per[",".join(record["signals"][n] for n in model.agents)] = record["action"]
            assert {t: found[t] for t in rules} == rules


@pytest.mark.parametrize("name", NAMES)
def test_every_stated_witness(name: str) -> None:
    """Each witness that the instance states is among the failures found: same block, same shortfall per unit of weight."""
    for key, stated in read(name)["x-expected"].items():
        if not key.endswith(" witness"):
            continue
        ask, _, scope = key.removesuffix(" witness").partition(":")
        options = {"scope": scope} if scope else {}
        document = mechsynth.solve(INSTANCES / f"{name}.json", ask, **options).document()
        same = ("kind", "agent", "period", "action", "others", "type")
        for found in document["certificate"]["failures"]:
            if any(found.get(k) != stated.get(k) for k in same):
                continue
            if "cycle" in stated:
                # a cycle may be told from any of its signals
                start = found["cycle"].index(stated["cycle"][0])
                assert found["cycle"][start:] + found["cycle"][:start] == stated["cycle"]
                assert F(found["shortfall"]) == F(stated["shortfall"])
                break
            ratios = {F(found["weights"][k]) / F(w) for k, w in stated["weights"].items()}
            assert len(ratios) == 1 and set(found["weights"]) == set(stated["weights"])
            ratio = ratios.pop()
            if stated["shortfall"] is None:
                assert found["shortfall"] is None
            else:
                assert ratio > 0 and F(found["shortfall"]) == ratio * F(stated["shortfall"])
            break
        else:
            pytest.fail(f"{key}: not among the failures found")


@pytest.mark.parametrize("name", NAMES)
def test_everything_at_once(name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """`solve INSTANCE` answers, writes a file that checks, and agrees with the stated smallest class."""
    path = str(INSTANCES / f"{name}.json")
    assert main(["solve", path, "-o", str(tmp_path / "r.json")]) == 0
    out = capsys.readouterr().out
    assert out.strip()
    stated = {(ask, o.get("scope")): s for ask, o, s in questions(name) if "last_period" not in o}
    document = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    classes = ["static"] if read(name)["horizon"] == 1 else ["vcg-type", "contingent"]
    assert document["status"] == (
        "feasible" if any(stated[ask, None] == "feasible" for ask in classes) else "infeasible"
    )
    assert main(["check", str(tmp_path / "r.json"), path]) == 0
    assert capsys.readouterr().out.startswith("accepted")
    assert main(["explain", str(tmp_path / "r.json")]) == 0
    assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("ask", [None, "policy", "convex-independence", "contingent", "vcg-type"])
@pytest.mark.parametrize("name", NAMES)
def test_json_prints_the_result_and_nothing_else(
    name: str, ask: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--json`: standard output is one JSON object, the result; standard error is silent."""
    path = str(INSTANCES / f"{name}.json")
    assert main(["solve", path, "--json", *(["--ask", ask] if ask else [])]) == 0
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert document["format"] == "mechsynth-result/1"
    assert document["question"]["ask"] == (ask or "ladder")
    assert captured.err == ""
    assert check(captured.out.encode(), Path(path).read_bytes()).accepted


@pytest.mark.processes
def test_the_acceptance_command(tmp_path: Path) -> None:
    """solve --ask vcg-type && check exits 0; firm 1's truthful payoff from period 1 is the surplus, 61/4 at 4 and 91/4 at 6."""
    program = Path(sys.executable).parent / "mechsynth"
    instance = "instances/liu2014-oil-leases.json"
    out = tmp_path / "r.json"
    command = f"{program} solve {instance} --ask vcg-type -o {out} && {program} check {out} {instance}"
    done = subprocess.run(command, shell=True, cwd=INSTANCES.parent, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    document = json.loads(out.read_text(encoding="utf-8"))
    data = read("liu2014-oil-leases")
    audit = deviations.one_shot(data, document)
    assert audit.slack >= 0
    assert audit.payoffs[0]["firm1"] == {(0, 0): F(61, 4), (1, 0): F(91, 4)}
    assert document["certificate"]["payoffs"]["firm1"] == [["61/4"], ["91/4"]]


def test_the_first_auction_alone() -> None:
    """Auction 1 alone is not implementable; the cycle 4 → 6 → 4 weighs −4."""
    document = mechsynth.solve(INSTANCES / "liu2014-auction-1.json", "static").document()
    assert document["status"] == "infeasible"
    assert sorted(document["witness"]["cycle"]) == ["4", "6"]
    assert document["witness"]["agent"] == "firm1"
    assert document["witness"]["shortfall"] == "4"


def test_the_second_auction_alone() -> None:
    """Auction 2 alone is feasible with p(6) − p(4) in [6, 12] for firm 2."""
    document = mechsynth.solve(INSTANCES / "liu2014-auction-2.json", "static").document()
    mechanism = Mechanism(model_of(read("liu2014-auction-2")), document)
    assert 6 <= mechanism.now(0, 1, (0, 1)) - mechanism.now(0, 1, (0, 0)) <= 12


def test_the_linked_leases_by_pencil() -> None:
    """Scope all, firm 1 after firm1: 3/4 x + 1/4 y = −g(4), 1/4 x + 3/4 y = −g(6) up to what it pays in period 2.

    Its column beliefs are (3/4, 1/4) and (1/4, 3/4); it pays a function of firm 2's report in period 2, say (a, b), so
    V_2^1 = (7 − a, −b), W_2 − V_2^1 = (a, 12 + b) and (x, y) is (−a, −12 − b) after firm1, (−3 − a, −27 − b) after firm2.
    """
    document = mechsynth.solve(INSTANCES / "liu2014-oil-leases.json", "vcg-type", scope="all").document()
    mechanism = Mechanism(model_of(read("liu2014-oil-leases")), document)
    a, b = (mechanism.now(1, 0, (0, k)) for k in (0, 1))
    for action, (x, y) in enumerate([(0, -12), (-3, -27)]):
        for own in (0, 1):
            assert mechanism.later(0, 0, action, (own, 0), (0, 0)) == x - a
            assert mechanism.later(0, 0, action, (own, 0), (0, 1)) == y - b


def test_the_paper_transfers_are_not_the_surplus() -> None:
    """(−4, −16) is incentive compatible but gives 13, not 12: as a vcg-type result it is refused."""
    source = INSTANCES / "mechanisms" / "liu2014-paper-transfers.json"
    document = json.loads(source.read_text(encoding="utf-8"))
    document = {k: v for k, v in document.items() if not k.startswith("x-")}
    honest = mechsynth.solve(INSTANCES / "liu2014-oil-leases.json", "vcg-type").document()
    document["question"] = honest["question"]
    verdict = check(json.dumps(document).encode(), (INSTANCES / "liu2014-oil-leases.json").read_bytes())
    assert not verdict.accepted
    honest_again = check(json.dumps(honest).encode(), (INSTANCES / "liu2014-oil-leases.json").read_bytes())
    assert honest_again.accepted


@pytest.mark.parametrize("name", NAMES)
def test_files_are_reproducible(name: str) -> None:
    """The same question about the same file gives the same bytes."""
    for ask, options, _ in questions(name):
        once = mechsynth.solve(INSTANCES / f"{name}.json", ask, **options).to_bytes()
        assert mechsynth.solve(INSTANCES / f"{name}.json", ask, **options).to_bytes() == once


@pytest.mark.parametrize("name", NAMES)
def test_instances_survive_writing(name: str, tmp_path: Path) -> None:
    """Written out with all axes and read again, an environment has the same verdicts and values."""
    from mechsynth.instance import document

    environment = mechsynth.load(INSTANCES / f"{name}.json")
    path = tmp_path / "again.json"
    path.write_text(json.dumps(document(environment)), encoding="utf-8")
    again = mechsynth.load(path)
    for ask, options, status in questions(name):
        result = mechsynth.solve(again, ask, **options)
        assert result.status == status
        assert result.check().accepted
    values = [mechsynth.solve(e, "policy").document() for e in (environment, again)]
    assert values[0]["certificate"] == values[1]["certificate"] and values[0]["value"] == values[1]["value"]
