"""A finite horizon: payments that look at all earlier reports, where those on the reports of one period were not looked for."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import check
from mechsynth.construct.ahead import payments
from mechsynth.errors import MechsynthError
from mechsynth.instance import to_bytes

from .words import drawn

LIBRARY = Path(__file__).resolve().parents[2] / "instances" / "look-ahead"


@cache
def finite(name: str, stakes: int, idle: int) -> mechsynth.Environment:
    """An instance cut down to some periods, after which nothing is at stake for some more."""
    data = json.loads((LIBRARY / f"{name}.json").read_text(encoding="utf-8"))
    nothing = {agent: [[[0] * len(row) for row in table] for table in own] for agent, own in data["utilities"].items()}
    periods = []
    for t in range(stakes + idle):
        stage = {"signals": data["signals"], "actions": data["actions"], "utilities": data["utilities"] if t < stakes else nothing}
        periods.append(stage | ({"transition": data["transition"]} if t + 1 < stakes + idle else {}))
    kept = {key: data[key] for key in ("format", "discount", "agents", "prior")}
    return mechsynth.loads(json.dumps({**kept, "name": f"{name}-{stakes}-{idle}", "horizon": stakes + idle, "periods": periods}))


def asked(of: mechsynth.Environment, ask: str, scope: str = "policy") -> dict[str, Any]:
    answer = mechsynth.solve(of, ask, look_ahead=2, scope=scope)
    assert answer.explain()
    if str(answer.status) != "unknown":
        verdict = answer.check()
        assert verdict.accepted, verdict.reason
    found: dict[str, Any] = json.loads(answer.to_bytes())
    return found


class Played:
    """The mechanism, from its records alone."""

    def __init__(self, of: mechsynth.Environment, found: dict[str, Any]) -> None:
        self.agents, self.delta, self.last = of.agents, of.discount, of.last
        self.periods = [of.period(t) for t in range(1, of.last + 1)]
        self.profiles = list(product(*self.periods[0].signals))
        self.rule = {(e["period"], tuple(e["signals"][a] for a in self.agents)): self.periods[0].actions.index(e["action"]) for e in found["mechanism"]["allocation"]}
        self.paid: dict[Any, Any] = {}
        for record in found["mechanism"]["transfers"]:
            past = None if "history" not in record else tuple(tuple(e["signals"][a] for a in self.agents) for e in record["history"])
            key = record["agent"], record["period"], len(record.get("next", ()))
            self.paid.setdefault(key, []).append((past, record.get("reports", {}), record.get("action"), record.get("next", []), Fraction(record["payment"])))

    def step(self, t: int, action: int, true: tuple[str, ...]) -> list[tuple[tuple[str, ...], Fraction]]:
        kernel = self.periods[t - 1].kernel()
        row = kernel.num[action, self.profiles.index(true)]
        return [(p, Fraction(int(w), kernel.den)) for p, w in zip(self.profiles, row, strict=True) if w]

    def utility(self, t: int, agent: int, action: int, true: tuple[str, ...]) -> Fraction:
        own = self.periods[t - 1].utilities
        return Fraction(int(own.num[agent, action].ravel()[self.profiles.index(true)]), own.den)

    def due(self, agent: int, reports: tuple[tuple[str, ...], ...]) -> Fraction:
        """What is paid once the last of the reports is in."""
        total = Fraction(0)
        for wait in range(4):
            t = len(reports) - wait
            for past, told, action, after, amount in self.paid.get((self.agents[agent], t, wait), ()):
                fits = past in (None, reports[: t - 1]) and all(reports[t - 1][self.agents.index(a)] == s for a, s in told.items())
                fits &= action is None or self.periods[0].actions.index(action) == self.rule[t, reports[t - 1]]
                fits &= all(then[self.agents.index(a)] == s for entry, then in zip(after, reports[t:], strict=True) for a, s in entry.items())
                total += amount if fits else 0
        return total

    def surplus(self, t: int, true: tuple[str, ...]) -> Fraction:
        action = self.rule[t, true]
        now = sum((self.utility(t, i, action, true) for i in range(len(self.agents))), Fraction(0))
        return now if t == self.last else now + self.delta * sum(p * self.surplus(t + 1, q) for q, p in self.step(t, action, true))

    def best(self, agent: int, reports: tuple[tuple[str, ...], ...], true: tuple[str, ...]) -> Fraction:
        """The most from now on by any strategy of lies, what is due now left aside."""
        t, found = len(reports) + 1, []
        for own in self.periods[t - 1].signals[agent]:
            told = (*true[:agent], own, *true[agent + 1 :])
            action, seen = self.rule[t, told], (*reports, told)
            total = self.utility(t, agent, action, true)
            if t == 1:
                total -= self.due(agent, seen)
            if t < self.last:
                total += self.delta * sum((p * (self.best(agent, seen, q) - self.due(agent, (*seen, q))) for q, p in self.step(t, action, true)), Fraction(0))
            found.append(total)
        return max(found)


@pytest.fixture
def histories_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Payments on the reports of one period are not tried together."""
    monkeypatch.setattr(payments, "LARGEST", 0)


@pytest.mark.usefixtures("histories_alone")
@pytest.mark.parametrize("ask", ["contingent", "vcg-type"])
def test_no_strategy_gains(ask: str) -> None:
    """Two periods with stakes and one without: every strategy of lies over all of them, for every agent and first profile."""
    of = finite("spanning-40", 2, 2)
    found = asked(of, ask)
    assert found["certificate"]["ways"] == {"one": "recursion", "two": "report-proof"}
    assert any("history" in record for record in found["mechanism"]["transfers"])
    played = Played(of, found)
    for agent in range(2):
        for true in played.profiles:
            assert played.best(agent, (), true) == played.surplus(1, true)
    worse = copy.deepcopy(found)
    worse["mechanism"]["transfers"] = [{k: v for k, v in r.items() if k != "history"} for r in found["mechanism"]["transfers"] if r.get("history", [{}])[0].get("signals", {}).get("one") in (None, "0")]
    assert not check(json.dumps(worse), to_bytes(of)).accepted


@pytest.mark.usefixtures("histories_alone")
def test_three_periods_of_stakes_and_two_idle() -> None:
    """No stationary payments exist over an infinite horizon; with an end payments on all earlier reports do."""
    assert asked(finite("spanning-40", 3, 2), "contingent")["certificate"]["ways"]["one"] == "recursion"


@pytest.mark.usefixtures("histories_alone")
def test_scope_all() -> None:
    """Every action's target after every history; payments that do not look at the own report have no room to deter more, and nothing is proved."""
    of = finite("spanning-40", 2, 2)
    assert asked(of, "contingent", "all")["certificate"]["ways"]["one"] == "recursion"
    assert asked(of, "vcg-type", "all")["status"] == "unknown"


@pytest.mark.parametrize("seed", [0, 3, 2, 12, 48])
@pytest.mark.parametrize("look", [2, 3])
def test_no_strategy_gains_with_an_end(seed: int, look: int) -> None:
    """Payments on the reports of one period over three periods, the last one's included: every strategy of lies."""
    of = mechsynth.loads(json.dumps(drawn(seed, hidden=seed % 3 > 0, horizon=3, signals=(3, 2))))
    answer = mechsynth.solve(of, "contingent", look_ahead=look)
    assert str(answer.status) == "feasible" and answer.check().accepted
    played = Played(of, json.loads(answer.to_bytes()))
    for agent in range(2):
        for true in played.profiles:
            assert played.best(agent, (), true) == played.surplus(1, true)


@pytest.mark.parametrize("seed", [2, 12, 48])
def test_what_is_open_can_deter(seed: int) -> None:
    """Periods 2 and 3 taken by themselves have no payments; with what is open from period 1 they have, so their multipliers are no proof."""
    from mechsynth.construct.ahead import multipliers, sight, windows
    from mechsynth.construct.case import Case
    from mechsynth.run import Run

    of = mechsynth.loads(json.dumps(drawn(seed, hidden=seed % 3 > 0, horizon=3)))
    case = Case(of)
    rows = windows.Windows(case, sight.sights(case)[0], 2, True, False)
    listed = list(rows.rows(range(2, 4), windows=False))
    point, found = windows.solve(listed, Run())
    assert point is None
    good = asked(of, "contingent")
    assert good["status"] == "feasible"
    short = sum((y * row.right for row, y in zip(listed, found, strict=True)), Fraction(0))
    told = {name: str(y) for name, y in multipliers.whole(rows, listed, found).items()}
    claimed = copy.deepcopy(good) | {"status": "infeasible", "witness": {"kind": "farkas", "multipliers": told, "shortfall": str(short)}}
    del claimed["mechanism"]["transfers"]
    claimed["certificate"] = {"ties": good["certificate"]["ties"]}
    verdict = check(json.dumps(claimed), to_bytes(of))
    assert not verdict.accepted and "reported before" in str(verdict.reason)


def test_together_comes_first() -> None:
    found = asked(finite("spanning-40", 3, 2), "contingent")
    assert found["certificate"]["ways"] == {"one": "together", "two": "report-proof"}
    assert not any("history" in record for record in found["mechanism"]["transfers"])


@pytest.mark.usefixtures("histories_alone")
def test_forged_histories() -> None:
    of = finite("spanning-40", 2, 2)
    good = asked(of, "contingent")

    def refused(found: dict[str, Any]) -> bool:
        try:
            return not check(json.dumps(found), to_bytes(of)).accepted
        except MechsynthError:
            return True

    assert not refused(good)
    long = [n for n, record in enumerate(good["mechanism"]["transfers"]) if "history" in record]
    for n in long[:: max(1, len(long) // 12)]:
        for key, value in (("payment", "1"), ("history", []), ("history", [*good["mechanism"]["transfers"][n]["history"]] * 2)):
            bad = copy.deepcopy(good)
            bad["mechanism"]["transfers"][n][key] = value
            assert refused(bad), (n, key)
        bad = copy.deepcopy(good)
        del bad["mechanism"]["transfers"][n]
        assert refused(bad)
        bad = copy.deepcopy(good)
        bad["mechanism"]["transfers"][n]["history"][0]["action"] = "one" if good["mechanism"]["transfers"][n]["history"][0].get("action") == "two" else "two"
        assert refused(bad)
    bad = copy.deepcopy(good)
    bad["certificate"]["ways"]["one"] = "report-proof"
    assert refused(bad)
