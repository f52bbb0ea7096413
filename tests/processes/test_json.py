"""With `--json` a command writes JSON and nothing else, seen from outside: on the descriptors of a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mechsynth.asks import REGISTRY
from mechsynth.cli import parser

pytestmark = pytest.mark.processes
ROOT = Path(__file__).resolve().parents[2]
LEASES = "instances/liu2014-oil-leases.json"
TRADE = "instances/bilateral-trade-persistent.json"
HIDDEN = "instances/no-correlation.json"
ENDLESS = "instances/liu2025-repeated-auction.json"
PATIENCE = 300  # seconds; a machine may be busy


def said(*arguments: str, codes: tuple[int, ...] = (0,)) -> Any:
    """What a command says on standard output, all of which must be one JSON value, with nothing on standard error."""
    ended = subprocess.run(
        [sys.executable, "-m", "mechsynth", *arguments],
        capture_output=True,
        timeout=PATIENCE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert ended.returncode in codes, ended.stderr
    assert ended.stderr == b""
    return json.loads(ended.stdout)


INFORMED = "instances/beliefs/three-informed.json"
ASKS: dict[str, list[tuple[str, ...]]] = {
    **{ask: [(INFORMED,)] for ask in ("distinct", "balance", "strict-balance", "identifiability")},
    "relaxed": [("instances/families/plus-or-times.json",), ("instances/families/value-moves.json", "--reveal", "shocks")],
    "gap": [("instances/families/plus-or-times.json",), ("instances/revenue/buyer-met-twice.json", "--incentives", "pbic")],
    "virtual-pivot": [("instances/families/buyer-learns-more-additive.json",), ("instances/families/buyer-learns-more.json", "--strikes", "grid")],
    "index": [("instances/families/firms-that-learn.json",)],
    "contracts": [("instances/families/buyer-learns-more.json", "--strikes", "grid")],
    "agv": [("instances/incentives/agv-project.json",)],
    "balanced-team": [("instances/incentives/balanced-team.json",)],
    "cremer-mclean": [(INFORMED,)],
    "auction": [("instances/auctions/collinear.json",)],
    "separable": [("instances/families/plus-or-times.json",), ("instances/families/buyer-learns-more.json",)],
    "policy": [(LEASES,)],
    "convex-independence": [(LEASES,), (HIDDEN, "--distance")],
    "spanning": [(LEASES,), (HIDDEN,)],
    "static": [(LEASES,)],
    "contingent": [(LEASES,), (HIDDEN,), (LEASES, "--scope", "all")],
    "vcg-type": [(LEASES,), (HIDDEN,)],
    "budget-balanced": [(ENDLESS, "--transfers", "vcg-type"), ("instances/ex-post-balance-three-agents.json",)],
    "ex-ante-balanced": [(LEASES,)],
    "surplus-extraction": [(ENDLESS,), ("instances/ex-post-balance-three-agents.json",)],
    "team": [(TRADE,)],
    "pivot": [(TRADE,)],
    "groves": [(TRADE,)],
    "generalized-vcg": [("instances/liu2014-auction-1.json",), (LEASES,)],
    "uniqueness": [(TRADE,)],
    "lump-sum-budget": [(TRADE,), (TRADE, "--critical-discount")],
    "implement": [
        (LEASES,),
        (LEASES, "--transfers", "full", "--require", "budget:ex-post"),
        (LEASES, "--transfers", "smallest", "--require", "budget:ex-post"),
        (LEASES, "--transfers", "full", "--require", "participation:ex-post", "--objective", "max-revenue"),
        (LEASES, "--transfers", "full", "--require", "budget:ex-post", "--strength", "verified"),
    ],
    "ladder": [(LEASES,), ("instances/three-period-varying.json",)],
}


ASKS |= {name: [(LEASES,)] for name in REGISTRY if name not in ASKS}


def test_every_ask_has_its_cases() -> None:
    assert set(ASKS) == set(REGISTRY)


@pytest.mark.parametrize(
    ("ask", "arguments"),
    [(ask, each) for ask, cases in ASKS.items() for each in cases],
    ids=lambda value: str(value)[:60],
)
def test_solve(ask: str, arguments: tuple[str, ...]) -> None:
    document = said("solve", *arguments, "--ask", ask, "--json", codes=(0, 3))
    assert document["question"]["ask"] == ask


def test_solve_without_an_ask_and_without_time() -> None:
    assert said("solve", LEASES, "--json")["question"]["ask"] == "ladder"
    late = said("solve", LEASES, "--ask", "contingent", "--time-limit", "0", "--json", codes=(3,))
    assert late["status"] == "unknown"


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = str(tmp_path_factory.mktemp("result") / "r.json")
    document = said("solve", LEASES, "--ask", "contingent", "-o", path, "--json")
    assert document == json.loads(Path(path).read_bytes())
    return path


def test_results(result: str, tmp_path: Path) -> None:
    """The commands about a result file."""
    assert said("check", result, LEASES, "--json")["accepted"] is True
    bent = json.loads(Path(result).read_bytes())
    within = bent["mechanism"]["transfers"]
    while not isinstance(within, list) or not isinstance(within[0], str):
        within = (
            within[0] if isinstance(within, list) else next(v for v in within.values() if isinstance(v, dict | list))
        )
    within[0] = "1000"
    (tmp_path / "bent.json").write_text(json.dumps(bent), encoding="utf-8")
    assert said("check", str(tmp_path / "bent.json"), LEASES, "--json", codes=(1,))["accepted"] is False
    assert isinstance(said("audit", LEASES, result, "--json"), dict)
    assert isinstance(said("explain", result, "--json"), str)
    page = str(tmp_path / "r.html")
    assert said("report", result, LEASES, "-o", page, "--json")["file"] == page


@pytest.mark.parametrize("ending", ["mps", "lp"])
@pytest.mark.parametrize("ask", ["implement", "contingent", "vcg-type"])
def test_export(ending: str, ask: str, tmp_path: Path) -> None:
    path = str(tmp_path / f"p.{ending}")
    assert said("export", LEASES, "--ask", ask, "-o", path, "--json")["file"] == path


def test_generate(tmp_path: Path) -> None:
    listed = said("generate", "--list", "--json")
    assert len(listed) > 5
    path = tmp_path / "i.json"
    assert said("generate", "oil-leases", "--json", "-o", str(path)) == json.loads(path.read_bytes())


def test_suites(tmp_path: Path) -> None:
    """`list`, `index`, `run`, `check`: a folder of two instances whose questions reach the solver."""
    folder = tmp_path / "two"
    folder.mkdir()
    for each in (LEASES, HIDDEN):
        (folder / Path(each).name).write_bytes((ROOT / each).read_bytes())
    assert len(said("suite", "index", str(folder), "--json")["instances"]) == 2
    assert len(said("suite", "list", str(folder), "--json")) == 2
    asks = ("--ask", "contingent", "--ask", '{"ask":"implement","transfers":"full","require":["budget:ex-post"]}')
    for workers in ("1", "2"):
        table = str(tmp_path / f"{workers}.db")
        drawn = ("--profile", str(tmp_path / f"{workers}.svg"))
        found = said("suite", "run", str(folder), *asks, "-o", table, "--workers", workers, *drawn, "--json")
        assert found["lines"] == 4
        assert said("suite", "check", table, "--json")


def test_sweep(tmp_path: Path) -> None:
    over = ("--over", "alpha=0:1:3", "--over", "delta=1/3:2/3:2", "--ask", "lump-sum-budget")
    drawn = ("--picture", str(tmp_path / "map.svg"))
    found = said("sweep", "bilateral-trade", *over, "-o", str(tmp_path / "m.db"), "--workers", "1", *drawn, "--json")
    assert len(found["points"]) == 6


def test_linear_programs(tmp_path: Path) -> None:
    """A point, and a minimal conflict, both through floats."""
    result = str(tmp_path / "r.json")
    assert said("lp", "docs/examples/plan.lp", "--json", "-o", result)["status"] in ("optimal", "infeasible")
    assert said("check", result, "docs/examples/plan.lp", "--json")["accepted"]
    (tmp_path / "c.lp").write_text("min\n x\nst\n low: x + y >= 2\n high: x + y <= 1\nend\n", encoding="utf-8")
    assert said("lp", str(tmp_path / "c.lp"), "--json")["status"] == "infeasible"


def test_every_command_is_here() -> None:
    """Whatever takes `--json` is tried above, by name."""
    takes = set()

    def walk(each: Any, name: tuple[str, ...]) -> None:
        for action in each._actions:
            if "--json" in action.option_strings:
                takes.add(" ".join(name))
            for below, room in (action.choices if isinstance(action.choices, dict) else {}).items():
                walk(room, (*name, below))

    walk(parser(), ())
    tried = {"solve", "check", "audit", "explain", "report", "export", "generate", "sweep", "lp"}
    assert takes == tried | {f"suite {each}" for each in ("list", "index", "run", "check")}
