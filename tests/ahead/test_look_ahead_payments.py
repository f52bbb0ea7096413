"""Payments that look several periods ahead: known answers, deviations of three periods one by one, programs written from the definition, forged files."""

from __future__ import annotations

import copy
import json
from fractions import Fraction
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import z3

import mechsynth
from mechsynth.audit import audit
from mechsynth.check import check
from mechsynth.construct.case import Case
from mechsynth.errors import MechsynthError
from mechsynth.instance import to_bytes

from .words import Told, drawn

LIBRARY = Path(__file__).resolve().parents[2] / "instances" / "look-ahead"
Profile = tuple[int, ...]


def environment(name: str) -> mechsynth.Environment:
    return mechsynth.load(LIBRARY / f"{name}.json")


def asked(of: mechsynth.Environment, ask: str, look: Any, scope: str = "policy", **more: Any) -> dict[str, Any]:
    answer = mechsynth.solve(of, ask, scope=scope, look_ahead=look, **more)
    assert answer.explain()
    if str(answer.status) != "unknown":
        verdict = answer.check()
        assert verdict.accepted, verdict.reason
    found: dict[str, Any] = json.loads(answer.to_bytes())
    return found


# Status of `contingent`, scope policy, at 1, 2, 3 periods, and what `auto` says: derived by hand and in exact arithmetic beforehand.
TABLE = {
    "counter": ("infeasible", "feasible", "feasible", 2),
    "plateau": ("infeasible", "infeasible", "feasible", 3),
    "tight": ("infeasible", "feasible", "feasible", 2),
    "never": ("infeasible", "infeasible", "infeasible", "infeasible"),
    "hidden": ("infeasible", "infeasible", "infeasible", "infeasible"),
    "lie-costs": ("feasible", "feasible", "feasible", 1),
    "spanning-24": ("infeasible", "feasible", "feasible", 2),
    "spanning-40": ("infeasible", "infeasible", "infeasible", "unknown"),
    "spanning-54": ("infeasible", "infeasible", "infeasible", "unknown"),
    "controlled-10": ("infeasible", "infeasible", "infeasible", "unknown"),
}


@pytest.mark.parametrize("name", TABLE)
def test_the_table(name: str) -> None:
    of, (*statuses, auto) = environment(name), TABLE[name]
    assert [asked(of, "contingent", k)["status"] for k in (1, 2, 3)] == statuses
    found = asked(of, "contingent", "auto")
    assert (found["certificate"].get("look-ahead") or found["status"]) == auto
    if auto == "infeasible":
        assert found["witness"]["kind"] == "invariant"


def test_shortfalls_are_those_of_the_table() -> None:
    """Present values: counter 3 at one period (6 in payments of the next, 4 in scope all), plateau 3 and 1, tight 3, never 3 and 4."""
    for name, scope, k, short in (
        ("plateau", "policy", 2, "1"),
        ("never", "policy", "auto", "3"),
        ("never", "all", "auto", "4"),
        ("lie-costs", "all", "auto", "3"),
    ):
        assert asked(environment(name), "contingent", k, scope)["witness"]["shortfall"] == short, name
    assert asked(environment("counter"), "contingent", 1)["witness"]["shortfall"] == "6"
    for name, k in (("counter", 2), ("tight", 2)):
        assert asked(environment(name), "contingent", "auto")["certificate"]["before"]["shortfall"] == "3", k
    assert asked(environment("counter"), "contingent", "auto", "all")["certificate"]["before"]["shortfall"] == "4"


def test_a_lie_that_loses_surplus_is_not_charged_in_full() -> None:
    of = environment("lie-costs")
    assert asked(of, "contingent", "auto")["certificate"]["look-ahead"] == 1
    assert [asked(of, "contingent", k, "all")["status"] for k in (1, 2, 3, "auto")] == ["infeasible"] * 4


def test_ways() -> None:
    """A report moves what is still due only where the action moves the other's signal; there payments are chosen together, or there are none."""
    assert set(asked(environment("counter"), "contingent", 2)["certificate"]["ways"].values()) == {"report-proof"}
    moved = asked(environment("spanning-24"), "contingent", 2)
    assert moved["certificate"]["ways"]["one"] == "together"
    told = Told(environment("spanning-24"), moved["mechanism"]["allocation"])
    assert {told.law(0, action, (0, 0), 1)[((0,),)] for action in range(2)} == {Fraction(3, 4), Fraction(1, 2)}
    for name in ("spanning-40", "spanning-54", "controlled-10"):
        plan = asked(environment(name), "contingent", 2)["witness"]
        assert plan["kind"] == "farkas" and any(" after " in row for row in plan["multipliers"]), "lies after windows"


# -- deviations, one by one -------------------------------------------------------------------------------------------


class Played:
    """A mechanism of records, played from its definition."""

    def __init__(self, of: mechsynth.Environment, found: dict[str, Any]) -> None:
        self.told = Told(of, found["mechanism"]["allocation"])
        self.delta, self.agents = of.discount, of.agents
        self.index = [{label: k for k, label in enumerate(own)} for own in self.told.signals]
        self.records = found["mechanism"]["transfers"]
        self.period = self.told.period
        value = Case(of).rule.value(1)
        self.surplus = {p: value.fraction(n) for n, p in enumerate(self.told.profiles)}

    def utility(self, agent: int, action: int, true: Profile) -> Fraction:
        own = self.period.utilities
        return Fraction(int(own.num[(agent, action, *true)]), own.den)

    def due(self, agent: int, reports: list[Profile]) -> Fraction:
        """What is paid in the period of the last of some reports."""
        total = Fraction(0)
        for record in self.records:
            wait = len(record["next"])
            if record["agent"] != self.agents[agent] or wait >= len(reports):
                continue
            told, after = reports[-1 - wait], reports[len(reports) - wait :]
            fits = all(self.index[self.agents.index(a)][s] == told[self.agents.index(a)] for a, s in record["reports"].items())
            fits &= "action" not in record or self.period.actions.index(record["action"]) == self.told.rule[told]
            fits &= all(
                self.index[self.agents.index(a)][s] == then[self.agents.index(a)] for entry, then in zip(record["next"], after, strict=True) for a, s in entry.items()
            )
            total += Fraction(record["payment"]) if fits else 0
        return total

    def tail(self, agent: int, reports: list[Profile], fixed: int, true: Profile, k: int) -> Fraction:
        """What is still expected to be paid for the first ``fixed`` reports, truth from now on, ``true`` being the current profile; in its values."""
        reports = [*reports, true]
        if len(reports) - fixed >= k:
            return Fraction(0)
        total = Fraction(0)
        for after, p in self.told.step(self.told.rule[true], true).items():
            # what is due next for the fixed reports: all that is due less what is due without them
            both = self.due(agent, [*reports, after])
            without = self.due(agent, [*reports[fixed:], after])
            total += p * self.delta * (both - without + self.tail(agent, reports, fixed, after, k))
        return total

    def best(self, agent: int, reports: list[Profile], true: Profile, depth: int, k: int) -> Fraction:
        """The most that an agent can get from now on, what is due now left aside, who may lie for so many periods more."""
        if not depth:
            return self.surplus[true] - self.tail(agent, reports, len(reports), true, k)
        found = []
        for own in range(len(self.told.signals[agent])):
            told = (*true[:agent], own, *true[agent + 1 :])
            action = self.told.rule[told]
            total = self.utility(agent, action, true)
            for after, p in self.told.step(action, true).items():
                seen = [*reports, told]
                total += self.delta * p * (self.best(agent, seen, after, depth - 1, k) - self.due(agent, [*seen, after]))
            found.append(total)
        return max(found)


def no_gain(of: mechsynth.Environment, found: dict[str, Any], k: int, depth: int) -> None:
    played = Played(of, found)
    for true in played.told.profiles:
        action = played.told.rule[true]
        welfare = sum((played.utility(i, action, true) for i in range(len(played.agents))), Fraction(0))
        after = played.told.step(action, true).items()
        assert played.surplus[true] == welfare + played.delta * sum(p * played.surplus[q] for q, p in after)
        for agent in range(len(played.agents)):
            # truth leaves the surplus: its payments for this report are worth what the others enjoy, received
            assert played.tail(agent, [], 1, true, k + 1) == played.utility(agent, action, true) - welfare
            assert played.best(agent, [], true, depth, k) == played.surplus[true], (true, agent)


@pytest.mark.parametrize(("name", "k", "depth"), [("counter", 2, 2), ("tight", 2, 3), ("lie-costs", 2, 2), ("spanning-24", 2, 2), ("tight", 3, 3)])
@pytest.mark.parametrize("ask", ["contingent", "vcg-type"])
def test_no_deviation_gains_in_the_library(name: str, k: int, depth: int, ask: str) -> None:
    of = environment(name)
    no_gain(of, asked(of, ask, k), k, depth)


def test_the_oracle_sees_a_gain() -> None:
    """Payments that meet every block of spanning-24 can be moved by a later report: some lie of two periods gains."""
    from mechsynth.construct.ahead import blockwise, payments, sight, windows
    from mechsynth.run import Run

    of = environment("spanning-24")
    case = Case(of)
    good = asked(of, "contingent", 2)
    rows = windows.Windows(case, sight.sights(case)[0], 2, True, False)
    alone, failures = blockwise.settle(case, rows, "policy", range(1, 2), Run())
    assert not failures
    bad = copy.deepcopy(good)
    bad["mechanism"]["transfers"] = [r for r in good["mechanism"]["transfers"] if r["agent"] == "two"]
    bad["mechanism"]["transfers"] += list(payments.records(case, 0, payments.Found(alone, "windows"), True, every=False))
    assert not check(json.dumps(bad), to_bytes(of)).accepted
    told = audit(json.dumps(bad).encode(), to_bytes(of)).document()
    assert not told["pepic"] and Fraction(told["least-slack"]) < 0 and " after " in told["deviation"] and told["residual-claimant"]
    with pytest.raises(AssertionError):
        no_gain(of, bad, 2, 2)


@cache
def told_of(seed: int) -> mechsynth.Environment:
    return mechsynth.loads(json.dumps(drawn(seed, hidden=seed % 3 > 0, signals=(2, 2))))


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("ask", ["contingent", "vcg-type"])
def test_drawn_mechanisms(seed: int, ask: str) -> None:
    """What is feasible at k is so at k + 1; what is accepted has no deviation of three periods; a no is no after every program written from the definition."""
    of = told_of(seed)
    statuses = {}
    for k in (1, 2, 3):
        found = asked(of, ask, k)
        statuses[k] = found["status"]
        if k == 2:
            if found["status"] == "feasible":
                no_gain(of, found, k, 3)
            feasible = all(possible(of, found, agent, k, ask == "contingent") for agent in (0, 1))
            assert (found["status"] == "feasible") is feasible
    order = [statuses[k] == "feasible" for k in (1, 2, 3)]
    assert order == sorted(order)
    auto = asked(of, ask, "auto")
    if auto["status"] == "infeasible":
        assert set(statuses.values()) == {"infeasible"}
    if auto["status"] == "feasible" and auto["certificate"]["look-ahead"] <= 3:
        assert auto["certificate"]["look-ahead"] == 1 + order.index(True)


def possible(of: mechsynth.Environment, found: dict[str, Any], agent: int, k: int, own_report: bool, *, rents: bool = False) -> bool:
    """Whether any payments make an agent residual claimant, or leave her any rents, with truth after every window: every window written out, one real number a payment."""
    played = Played(of, {"mechanism": {"allocation": found["mechanism"]["allocation"], "transfers": []}})
    told, delta = played.told, played.delta
    rest = [p[:agent] + p[agent + 1 :] for p in told.profiles]
    words = list(product(sorted(set(rest)), repeat=k))
    names = {
        (report, word): z3.Real(f"q{(report if own_report else (report[:agent] + report[agent + 1 :], told.rule[report]), word)}") for report in told.profiles for word in words
    }

    def rational(value: Fraction) -> Any:
        return z3.Q(value.numerator, value.denominator)

    def cost(report: Profile, true: Profile) -> Any:
        law = told.law(agent, told.rule[report], true, k)
        return z3.Sum([rational(delta**k * p) * names[report, word] for word, p in law.items()])

    def left(window: list[Profile], report: Profile, true: Profile) -> Any:
        """What is still due from a window, once the last report is given."""
        parts = [z3.RealVal(0)]
        for n, earlier in enumerate(window):
            since = tuple(p[:agent] + p[agent + 1 :] for p in [*window[n + 1 :], report])
            if len(since) < k:
                law = told.law(agent, told.rule[report], true, k - len(since))
                parts += [rational(delta ** (k - len(since)) * p) * names[earlier, (*since, *word)] for word, p in law.items()]
        return z3.Sum(parts)

    payoff = {p: z3.Real(f"x{p}") if rents else rational(played.surplus[p]) for p in told.profiles}

    def gets(report: Profile, true: Profile) -> Any:
        after = told.step(told.rule[report], true).items()
        return rational(played.utility(agent, told.rule[report], true)) + z3.Sum([rational(delta * p) * payoff[q] for q, p in after])

    solver = z3.Solver()
    windows = [list(window) for n in range(k) for window in product(told.profiles, repeat=n)]
    for true in told.profiles:
        solver.add(cost(true, true) == gets(true, true) - payoff[true])
        for own in range(len(told.signals[agent])):
            report = (*true[:agent], own, *true[agent + 1 :])
            for window in windows if report != true else []:
                truth, lie = cost(true, true) + left(window, true, true), cost(report, true) + left(window, report, true)
                solver.add(lie - truth >= gets(report, true) - gets(true, true))
    return bool(solver.check() == z3.sat)


@pytest.mark.parametrize(("name", "look", "status"), [("counter", "auto", "feasible"), ("tight", "2", "feasible"), ("never", "auto", "infeasible"), ("spanning-54", "2", "infeasible")])
def test_the_ladder_hands_it_on(name: str, look: str, status: str) -> None:
    of = environment(name)
    answer = mechsynth.solve(of, look_ahead=look)
    assert str(answer.status) == status and answer.check().accepted and answer.explain()
    looks = {part.question["ask"]: part.question.get("look_ahead") for part in answer.answers}
    assert looks == {"policy": None, **dict.fromkeys(("convex-independence", "spanning", "vcg-type", "contingent"), look if look == "auto" else int(look))}


def test_audits() -> None:
    """Everybody gets W = 46/17, 40/17, 88/17 (counter), the tightest lie loses 0, and all payments together are the surplus, received once too often."""
    of = environment("counter")
    found = audit(json.dumps(asked(of, "contingent", 2)).encode(), to_bytes(of))
    told = found.document()
    assert told["efficient"] and told["pepic"] and told["residual-claimant"] and told["look-ahead"] == 2
    assert told["payoffs"]["one"] == told["payoffs"]["two"] == {"0,0": "46/17", "0,1": "46/17", "1,0": "40/17", "1,1": "40/17", "2,0": "88/17", "2,1": "88/17"}
    assert Fraction(told["least-slack"]) >= 0 and told["budget"]["ex-ante"] == "-58/17"
    assert "after every window" in found.words()
    # a payment more, whatever is reported, and agent one is no residual claimant: she loses 1 two periods later, in every period, 1/4 · 2
    more = asked(of, "contingent", 2)
    more["mechanism"]["transfers"] += [{"agent": "one", "next": [{"two": y}, {"two": z}], "payment": "1"} for y in "01" for z in "01"]
    told = audit(json.dumps(more).encode(), to_bytes(of)).document()
    assert told["pepic"] and not told["residual-claimant"] and told["payoffs"]["one"]["0,0"] == str(Fraction(46, 17) - Fraction(1, 2))
    short = mechsynth.loads(json.dumps(drawn(0, hidden=False, horizon=3)))
    answer = asked(short, "contingent", 2)
    assert answer["status"] == "feasible"
    told = audit(json.dumps(answer).encode(), to_bytes(short)).document()
    assert told["pepic"] and told["residual-claimant"]


# Truth alone, with contingent payments: status at 1, 2, 3 periods.
TRUTH = {
    "counter": ("infeasible", "feasible", "feasible"),
    "plateau": ("infeasible", "feasible", "feasible"),
    "tight": ("infeasible", "feasible", "feasible"),
    "never": ("feasible", "feasible", "feasible"),
    "hidden": ("infeasible", "infeasible", "infeasible"),
    "spanning-54": ("infeasible", "infeasible", "infeasible"),
    "controlled-10": ("infeasible", "infeasible", "infeasible"),
}


def truth(of: mechsynth.Environment, look: Any, transfers: str = "contingent") -> dict[str, Any]:
    answer = mechsynth.solve(of, "implement", transfers=transfers, look_ahead=look)
    assert answer.explain()
    if str(answer.status) != "unknown":
        verdict = answer.check()
        assert verdict.accepted, verdict.reason
    found: dict[str, Any] = json.loads(answer.to_bytes())
    return found


@pytest.mark.parametrize("name", TRUTH)
def test_truth_alone(name: str) -> None:
    of = environment(name)
    assert tuple(truth(of, k)["status"] for k in (1, 2, 3)) == TRUTH[name]
    auto = truth(of, "auto")
    if "feasible" in TRUTH[name]:
        assert auto["certificate"]["look-ahead"] == 1 + TRUTH[name].index("feasible")
    else:
        assert auto["status"] == "unknown"


# Draws with the utilities of the library: lies after windows refute residual claimants (1, 8, 9) and truth (9, 33, 65), blocks refute 2, 10, 14, the rest works, in every way.
HARD = (0, 1, 2, 4, 7, 8, 9, 10, 14, 33, 35, 65)


@pytest.mark.parametrize("seed", HARD)
def test_hard_draws(seed: int) -> None:
    of = mechsynth.loads(json.dumps(drawn(seed, count=True)))
    found = asked(of, "contingent", 2)
    assert (found["status"] == "feasible") is all(possible(of, found, agent, 2, True) for agent in (0, 1))
    if found["status"] == "feasible":
        no_gain(of, found, 2, 2)


def test_hard_draws_have_every_answer() -> None:
    kinds = set()
    for seed in HARD:
        found = asked(mechsynth.loads(json.dumps(drawn(seed, count=True))), "contingent", 2)
        kinds.add((found["witness"] or {}).get("kind") or found["certificate"]["ways"]["one"])
    assert kinds == {"farkas", "convex-combination", "report-proof", "windows", "together"}


@pytest.mark.parametrize("seed", HARD)
@pytest.mark.parametrize("transfers", ["contingent", "vcg-type"])
def test_truth_alone_on_drawn_instances(seed: int, transfers: str) -> None:
    """Against a program written from the definition; what leaves residual claimants leaves truth; at one period what was answered before."""
    of = mechsynth.loads(json.dumps(drawn(seed, count=True)))
    found = truth(of, 2, transfers)
    assert (found["status"] == "feasible") is all(possible(of, found, agent, 2, transfers == "contingent", rents=True) for agent in (0, 1))
    if asked(of, transfers, 2)["status"] == "feasible":
        assert found["status"] == "feasible"
    auto = truth(of, "auto", transfers)
    assert (truth(of, 1, transfers)["status"] == "feasible") is (auto["certificate"].get("look-ahead") == 1)
    if found["status"] == "feasible":
        told = audit(json.dumps(found).encode(), to_bytes(of)).document()
        assert told["pepic"]


def test_forged_truth() -> None:
    of = environment("spanning-54")
    no = truth(of, 2)
    assert not forged(no, of)
    for row in no["witness"]["multipliers"]:
        bad = copy.deepcopy(no)
        del bad["witness"]["multipliers"][row]
        assert forged(bad, of), row
    assert forged({**no, "question": {**no["question"], "look_ahead": 3}}, of)
    assert forged({**no, "question": {**no["question"], "look_ahead": "auto"}}, of)
    for more in (["pepic", "residual-claimant"], ["pbic"], ["pepic", "participation:ex-post"]):
        assert forged({**no, "question": {**no["question"], "require": more}}, of)
    of = environment("plateau")
    yes = truth(of, "auto")
    assert not forged(yes, of)
    for n in range(len(yes["mechanism"]["transfers"])):
        bad = copy.deepcopy(yes)
        bad["mechanism"]["transfers"][n]["payment"] = "-1000"
        assert forged(bad, of), n
    assert forged({**yes, "certificate": {**yes["certificate"], "look-ahead": 1}}, of)
    assert forged({**yes, "certificate": {**yes["certificate"], "look-ahead": 3}}, of)
    for options in ({"require": ["residual-claimant"]}, {"incentives": "pbic"}, {"transfers": "full"}, {"objective": "min-rent"}, {"require": ["budget:ex-post"]}):
        with pytest.raises(MechsynthError, match="look_ahead"):
            mechsynth.solve(of, "implement", look_ahead=2, **options)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "agent", "works"), [("spanning-24", 0, True), ("spanning-40", 0, False), ("spanning-54", 0, False)])
def test_three_periods_from_the_definition(name: str, agent: int, works: bool) -> None:
    """Windows of no, one and two reports, all written out; of `spanning-54` also with any rents."""
    of = environment(name)
    found = asked(of, "contingent", 3)
    assert (found["status"] == "feasible") is works
    assert possible(of, found, agent, 3, True) is works
    if name == "spanning-54":
        assert not possible(of, found, agent, 3, True, rents=True)


# -- finite horizons, one period, forged files ------------------------------------------------------------------------


@pytest.mark.parametrize("ask", ["contingent", "vcg-type"])
def test_one_period_is_what_it_was(ask: str) -> None:
    of = environment("counter")
    assert mechsynth.solve(of, ask, look_ahead="1").to_bytes() == mechsynth.solve(of, ask).to_bytes()
    for seed in range(8):
        assert asked(told_of(seed), ask, 1)["format"] == "mechsynth-result/1"
        # with `auto` the answer at one period comes from other code
        auto = asked(told_of(seed), ask, "auto")
        assert (asked(told_of(seed), ask, 1)["status"] == "feasible") is (auto["certificate"].get("look-ahead") == 1)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("last", ["efficient", "constant"])
def test_a_finite_horizon(seed: int, last: str) -> None:
    """With two periods nothing can be seen later than in the next one; with more, feasible stays feasible."""
    for horizon in (2, 3, 4):
        of = mechsynth.loads(json.dumps(drawn(seed, hidden=seed % 3 > 0, horizon=horizon)))
        found = {k: asked(of, "contingent", k, last_period=last)["status"] for k in (1, 2, 3)}
        if horizon == 2:
            assert len(set(found.values())) == 1
        known = [found[k] for k in (1, 2, 3) if found[k] != "unknown"]
        assert [s == "feasible" for s in known] == sorted(s == "feasible" for s in known)


def forged(found: dict[str, Any], of: mechsynth.Environment) -> bool:
    try:
        return not check(json.dumps(found), to_bytes(of)).accepted
    except MechsynthError:
        return True


def test_forged_mechanisms() -> None:
    for name in ("counter", "spanning-24"):
        of = environment(name)
        good = asked(of, "contingent", 2)
        assert not forged(good, of)
        for n, record in enumerate(good["mechanism"]["transfers"]):
            bad = copy.deepcopy(good)
            bad["mechanism"]["transfers"][n]["payment"] = str(Fraction(record["payment"]) + Fraction(1, 1000))
            assert forged(bad, of), record
            del bad["mechanism"]["transfers"][n]
            assert forged(bad, of), record
        plain = copy.deepcopy(good)  # one report may also stand without a list
        for record in plain["mechanism"]["transfers"]:
            record["next"] = record["next"][0] if len(record["next"]) == 1 else record["next"]
        assert not forged(plain, of)
        extra = copy.deepcopy(good)
        extra["mechanism"]["transfers"].append({"agent": "one", "reports": {"one": "1"}, "next": [{"two": "0"}] * 3, "payment": "0"})
        assert forged(extra, of), "three periods, where two were asked for"
        own = copy.deepcopy(good)
        own["mechanism"]["transfers"].append({"agent": "one", "reports": {"one": "1"}, "next": [{"one": "0", "two": "0"}], "payment": "0"})
        assert forged(own, of), "the own next report"
        now = copy.deepcopy(good)
        now["mechanism"]["transfers"].append({"agent": "one", "reports": {"one": "1"}, "payment": "0"})
        assert forged(now, of)
        assert forged({**good, "question": {**good["question"], "ask": "vcg-type", "transfers": "vcg-type"}}, of)
        assert forged({**good, "question": {key: value for key, value in good["question"].items() if key != "look_ahead"}}, of)
        lie = copy.deepcopy(good)
        lie["certificate"]["payoffs"]["one"][0][0] = "1"
        assert forged(lie, of)
    moved = asked(environment("spanning-24"), "contingent", 2)
    moved["certificate"]["ways"]["one"] = "report-proof"
    assert forged(moved, environment("spanning-24")), "a report moves what is due"


def test_forged_refusals() -> None:
    of = environment("counter")
    no = asked(of, "contingent", "auto")["certificate"]["before"]
    good = asked(environment("plateau"), "contingent", 2)
    assert not forged(good, environment("plateau"))
    assert forged({**good, "question": {**good["question"], "look_ahead": 3}}, environment("plateau")), "three periods show it"
    yes = asked(of, "contingent", 2)
    denied = {**yes, "status": "infeasible", "witness": no, "certificate": {"ties": []}, "mechanism": {"allocation": yes["mechanism"]["allocation"]}}
    assert forged(denied, of)
    of = environment("spanning-54")
    plan = asked(of, "contingent", 2)
    assert not forged(plan, of)
    for row in plan["witness"]["multipliers"]:
        bad = copy.deepcopy(plan)
        bad["witness"]["multipliers"][row] = str(2 * Fraction(plan["witness"]["multipliers"][row]))
        assert forged(bad, of), row
        del bad["witness"]["multipliers"][row]
        assert forged(bad, of), row
    for bad_row in ("pepic one (1,0)->2 after (2,0) (2,0)", "pepic one (1,0)->1", "value one (1,0)", "pepic one (1,0)->2 after (2,0) ", "pepic three (1,0)->2"):
        bad = copy.deepcopy(plan)
        bad["witness"]["multipliers"][bad_row] = "1"
        assert forged(bad, of), bad_row
    longer = {**plan, "question": {**plan["question"], "look_ahead": 3}}
    assert forged(longer, of), "multipliers of two periods do not cancel payments of three"
    never = asked(environment("never"), "contingent", "auto")
    for key, value in (("shortfall", "2"), ("basis", []), ("weights", {"0": "1"}), ("type", "0")):
        assert forged({**never, "witness": {**never["witness"], key: value}}, environment("never")), key
    wrong = asked(environment("tight"), "contingent", "auto")
    wrong["certificate"]["look-ahead"] = 1
    assert forged(wrong, environment("tight"))
    wrong["certificate"]["look-ahead"] = 3
    assert forged(wrong, environment("tight")), "two were enough"


def test_known_multipliers_refute_spanning_54() -> None:
    """The nine lies of look-spanning-54 after windows of length one, re-added here by the checker under names of rows; what truth pays is free."""
    lies = {
        "(1,1)->2 after (1,0)": "1/2",
        "(2,0)->1 after (1,0)": "9/64",
        "(2,1)->1 after (1,0)": "35/64",
        "(2,0)->1 after (1,1)": "15/64",
        "(2,1)->1 after (1,1)": "5/64",
        "(1,0)->2 after (2,0)": "1/384",
        "(1,1)->2 after (2,0)": "1/128",
        "(1,0)->2 after (2,1)": "5/128",
        "(1,1)->2 after (2,1)": "15/128",
    }
    from mechsynth.check.ahead import Ahead
    from mechsynth.check.mechanism import read_allocation
    from mechsynth.check.plans import Plan, add_all
    from mechsynth.check.reading import read_instance
    from mechsynth.check.values import Values
    from mechsynth.check.verdict import Ledger
    from mechsynth.check.windows import Rows

    of = environment("spanning-54")
    model = read_instance(to_bytes(of))
    rule = read_allocation(asked(of, "contingent", 2)["mechanism"]["allocation"], model)
    plan = Plan(Rows(Ahead(model, rule, 0), Values(model, rule), 2, False), True)
    add_all({0: plan}, {f"pepic one {name}": Fraction(y) for name, y in lies.items()}, False, Ledger())
    # truth's payments for a report stand in the rows of residual claimants: take off what is left of them
    own = {}
    for p in range(6):
        alone = Plan(plan.rows, True)
        alone.value(0, p, Fraction(1))
        own[p] = alone
    left = dict(plan.total)
    for alone in own.values():
        column = next(iter(alone.total))
        factor = -left.get(column, Fraction(0)) / alone.total[column]
        for c, v in alone.total.items():
            left[c] = left.get(c, Fraction(0)) + factor * v
        plan.right += factor * alone.right
    assert not any(left.values()) and plan.right > 0
