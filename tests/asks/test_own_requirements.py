"""Requirements written by users: random linear rows over random columns of small random environments.

Every answer is accepted by the checker. Besides, without it: a mechanism is evaluated by brute force (``oracles``), and with the rows *as they were drawn*

    feasible     every drawn row holds at the payoffs and payments of the mechanism
    infeasible   Σ y · coefficients = 0 at every column and Σ y · right > 0, y ≥ 0 on inequalities
    optimal      Σ y · coefficients = the objective's at every column, Σ y · right = the minimum
    unbounded    the ray keeps every row with right side 0 and lowers the objective
    status       z3 decides the same programs
"""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction as F
from functools import cache
from typing import Any

import numpy as np
import pytest
from oracles.deviations import after_report, truthful
from oracles.mechanism import Mechanism
from oracles.model import drop, insert, read
from test_conflicts import decided, refutes
from test_implement import ROOT, environment

import mechsynth
from mechsynth.asks.implement import solve as implement
from mechsynth.check import check
from mechsynth.environment import Environment
from mechsynth.errors import MechsynthError, UsageError
from mechsynth.instance import to_bytes
from mechsynth.program.incentives import ResidualClaimant
from mechsynth.program.labelled import Program, Row
from mechsynth.program.money import BudgetExPost
from mechsynth.result import Result, Status, Strength
from mechsynth.result.vocabulary import TRANSFERS

Json = dict[str, Any]
OBJECTIVES = ("min-max-transfer", "min-total-transfer", "max-revenue", "min-epsilon", "min-subsidy")
DRAWN = 80


class Drawn:
    """Rows as they were drawn: name, coefficients by column, sense, right."""

    def __init__(self, name: str, rows: list[tuple[str, dict[str, F], str, F]], by_hand: bool) -> None:
        self.name, self.drawn, self.by_hand = name, rows, by_hand

    def rows(self, setting: mechsynth.Setting) -> None:
        for title, coefficients, sense, right in self.drawn:
            if self.by_hand or sense == "<=":
                setting.row(self.name, title, coefficients, sense, right)
                continue
            columns = np.array([[setting.column(name) for name in coefficients]], dtype=np.int64)
            nums = np.array([[int(value * 6) for value in coefficients.values()]], dtype=np.int64)
            name = f"{self.name} {title}".strip()
            setting.program.add_rows([name], [columns], [nums], 6, [right], self.name, sense == "=")

    def meant(self) -> list[Row]:
        """The rows with ``≥`` or ``=`` alone."""
        found = []
        for title, coefficients, sense, right in self.drawn:
            sign = -1 if sense == "<=" else 1
            signed = {name: sign * value for name, value in coefficients.items() if value}
            found.append(Row(f"{self.name} {title}".strip(), signed, "=" if sense == "=" else "≥", sign * right))
        return found


Case = tuple[Environment, str, tuple[Drawn, ...], str, str]


def case(seed: int) -> Case:
    """An environment, a class, one or two requirements of one to three rows, an objective, a strength."""
    rng = random.Random(seed)
    env, transfers = environment(seed % 40), rng.choice(TRANSFERS)
    columns = mechsynth.program_of(env, transfers=transfers).columns
    kinds = sorted({name.split(" ")[0] for name in columns})
    wishes = []
    for name in rng.sample(("own", "fair:1", "x-cap", "a.b/c"), rng.randint(1, 2)):
        rows = []
        for title in rng.sample(("", "a", "t=1 (k,-)", "π ≥ 0 \"q\""), rng.randint(1, 3)):
            coefficients: dict[str, F] = {}
            for _ in range(rng.choice((0, 1, 2, 2, 3, 4))):
                kind = rng.choice(kinds)
                column = rng.choice([c for c in columns if c.startswith(f"{kind} ")])
                coefficients[column] = F(rng.randint(-6, 6), rng.choice((1, 2, 3)))
            tight = rng.random() < 0.3
            right = F(rng.randint(0, 12) if tight else rng.randint(-9, 0), rng.choice((1, 2)))
            sense = rng.choice((">=", ">=", "<=", "="))
            rows.append((title, coefficients, sense, -right if sense == "<=" else right))
        wishes.append(Drawn(name, rows, rng.random() < 0.5))
    objective = rng.choice(OBJECTIVES) if rng.random() < 0.3 else "feasibility"
    return env, transfers, tuple(wishes), objective, "verified" if seed % 5 == 4 else "exact"


def extra(seed: int) -> tuple[str, ...]:
    """A built-in requirement now and then, so that drawn rows meet others in a conflict."""
    rng = random.Random(-seed - 1)
    return (rng.choice(("budget:ex-post", "budget:per-period", "participation:ex-post", "bounded:3")),) if rng.random() < 0.4 else ()


@cache
def answers() -> list[tuple[int, Case, Result]]:
    found = []
    for seed in range(DRAWN):
        drawn = case(seed)
        env, transfers, wishes, objective, strength = drawn
        require = [*wishes, *extra(seed)]
        result = mechsynth.solve(
            env, "implement", transfers=transfers, require=require, objective=objective, strength=strength, relax=False
        )
        found.append((seed, drawn, result))
    return found


def of_status(*statuses: Status) -> list[tuple[int, Case, Result]]:
    return [each for each in answers() if each[2].status in statuses]


def program(seed: int, drawn: Case) -> Program:
    """The program with the drawn rows put in the place of the ones that were built."""
    env, transfers, wishes, objective, _ = drawn
    built = mechsynth.program_of(env, transfers=transfers, require=[*wishes, *extra(seed)], objective=objective)
    meant = {row.name: row for wish in wishes for row in wish.meant()}
    own = [row for row in built.rows if row.name.partition(" ")[0] in {wish.name for wish in wishes}]
    assert sorted(row.name for row in own) == sorted(meant)
    built.rows = [meant.get(row.name, row) for row in built.rows]
    return built


def values(result: Result, columns: list[str]) -> dict[str, F]:
    """What the mechanism of a result gives every column, by the oracles."""
    assert result.environment is not None
    document = result.document()
    model = read(json.loads(to_bytes(result.environment)))
    mechanism = Mechanism(model, document)
    star = document["question"]["transfers"].removesuffix("+now")
    found: dict[str, F] = {}
    for i, agent in enumerate(model.agents):
        truth = truthful(model, mechanism, i)
        for t, period in enumerate(model.periods):
            when = "" if model.horizon is None else f" t={t + 1}"
            upcoming = model.next_period(t)

            def name(at: int, profile: tuple[int, ...], hidden: bool = False, who: int = i) -> str:
                own = [model.periods[at].signals[j][k] for j, k in enumerate(profile)]
                return "(" + ",".join("*" if hidden and j == who else label for j, label in enumerate(own)) + ")"

            for p in period.profiles():
                found[f"X {agent}{when} {name(t, p)}"] = truth[t][p]
                found[f"now {agent}{when} {name(t, p)}"] = mechanism.now(t, i, p)
                action = mechanism.rule[t][p]
                for r, label in enumerate(period.signals[i]):
                    told = insert(drop(p, i), i, r)
                    after = None if upcoming is None else truth[upcoming]
                    found[f"D {agent}{when} {name(t, p)}->{label}"] = after_report(model, mechanism, i, t, told, p, after)
                for q in [] if upcoming is None else model.periods[upcoming].profiles():
                    here = name(t, p) if star != "vcg-type" else f"{name(t, p, True)} a={period.actions[action]}"
                    there = name(upcoming, q, star != "full")
                    found[f"later {agent}{when} {here}->{there}"] = mechanism.later(t, i, action, p, q)
    assert set(columns) <= set(found)
    return found


def test_every_answer_is_accepted() -> None:
    """And there are enough of every kind; every answer states how many rows a name stands for."""
    found = Counter(result.status for _, _, result in answers())
    assert min(found[Status.FEASIBLE], found[Status.INFEASIBLE]) >= 15, found
    assert found[Status.OPTIMAL] >= 6 and found[Status.UNBOUNDED] >= 1, found
    for seed, (_, _, wishes, _, _), result in answers():
        verdict = result.check()
        assert verdict.accepted, (seed, verdict.reason)
        named = result.question["require"] if result.witness is None else result.witness["conflict"]
        for wish in wishes:
            count = len(wish.drawn)
            words = f"{wish.name} was taken as the {count} row{'s' if count > 1 else ''} written in the result"
            assert (words in verdict.statement) == (wish.name in named), seed
        assert result.explain()


def test_the_file_holds_the_drawn_rows() -> None:
    """Exactly them, sorted, whatever the status."""
    for _, (_, _, wishes, _, _), result in answers():
        expected = {
            wish.name: [
                {
                    "row": row.name,
                    "coefficients": {name: str(value) for name, value in row.coefficients.items()},
                    "sense": "=" if row.sense == "=" else ">=",
                    "right": str(row.right),
                }
                for row in sorted(wish.meant(), key=lambda row: row.name)
            ]
            for wish in wishes
        }
        assert json.loads(result.to_bytes())["certificate"]["requirements"] == expected


def test_mechanisms_meet_the_drawn_rows() -> None:
    for seed, drawn, result in of_status(Status.FEASIBLE, Status.OPTIMAL, Status.UNBOUNDED):
        built = program(seed, drawn)
        own = [row for wish in drawn[2] for row in wish.meant()]
        at = values(result, [c for c in built.columns if c.split(" ")[0] in ("X", "now", "later", "D")])
        assert not Program(built.columns, own).violations(at), seed


def test_conflicts_are_proved_by_the_drawn_rows() -> None:
    """Multiplied out here; a rounded proof leaves only columns whose size a bound on payments limits, which its own tests multiply out."""
    done = 0
    for seed, drawn, result in of_status(Status.INFEASIBLE):
        assert result.witness is not None
        multipliers = {name: F(value) for name, value in result.witness["multipliers"].items()}
        if result.strength is Strength.EXACT:
            assert refutes(program(seed, drawn), multipliers), seed
            done += 1
    assert done >= 10


def combined(rows: Program, multipliers: dict[str, F]) -> tuple[dict[str, F], F]:
    named = {row.name: row for row in rows.rows}
    total: dict[str, F] = {}
    right = F(0)
    for name, y in multipliers.items():
        row = named[name]
        assert y >= 0 or row.sense == "="
        right += y * row.right
        for column, value in row.coefficients.items():
            total[column] = total.get(column, F(0)) + y * value
    return {column: value for column, value in total.items() if value}, right


def test_optima_and_rays_are_proved_by_the_drawn_rows() -> None:
    for seed, drawn, result in of_status(Status.OPTIMAL):
        rows = program(seed, drawn)
        total, right = combined(rows, {n: F(y) for n, y in result.certificate["multipliers"].items()})
        sign = -1 if rows.sense == "max" else 1  # multipliers prove that what is minimized is no less
        assert total == {column: sign * value for column, value in rows.objective.items()}, seed
        assert result.value is not None and sign * right + rows.constant == F(result.value), seed
    for seed, drawn, result in of_status(Status.UNBOUNDED):
        rows = program(seed, drawn)
        ray = {n: F(y) for n, y in result.certificate["ray"].items()}
        flat = Program(rows.columns, [Row(row.name, row.coefficients, row.sense, F(0)) for row in rows.rows])
        assert not flat.violations(ray), seed
        gain = sum((value * ray.get(column, F(0)) for column, value in rows.objective.items()), F(0))
        assert gain > 0 if rows.sense == "max" else gain < 0, seed


def test_z3_decides_the_same() -> None:
    small = [each for each in answers() if each[1][3] == "feasibility" and len(program(each[0], each[1]).columns) <= 60]
    assert len(small) >= 15
    for seed, drawn, result in small[:20]:
        assert decided(program(seed, drawn)) == (result.status is Status.FEASIBLE), seed


def bent(document: Json, result: Result, rng: random.Random) -> Iterator[tuple[str, Json]]:
    """Results that must not be accepted: a row, or a multiplier of a row, is another one."""
    requirements = document["certificate"]["requirements"]
    rows = [(name, k) for name, own in requirements.items() for k in range(len(own))]

    def put(name: str, k: int, key: str, value: Any) -> Json:
        other = copy.deepcopy(document)
        place = other["certificate"]["requirements"][name][k]
        if key in place:
            place[key] = value
        else:
            place["coefficients"][key] = value
        return other

    if result.witness is None:
        at = values(result, [])
        for name, k in rows:
            row = requirements[name][k]
            left = sum((F(v) * at[c] for c, v in row["coefficients"].items()), F(0))
            yield f"{row['row']}: a right side that is missed", put(name, k, "right", str(left + F(1, 10**9)))
            column = next((c for c in row["coefficients"] if at[c]), None)
            if column is not None:
                # moves the left side just below the right side
                step = (F(row["right"]) - left - F(1, 10**9)) / at[column]
                moved = str(F(row["coefficients"][column]) + step)
                yield f"{row['row']}: a coefficient that breaks it", put(name, k, column, moved)
            if left > F(row["right"]):
                yield f"{row['row']}: an equality that is missed", put(name, k, "sense", "=")
    proof = {**document["certificate"].get("multipliers", {})} if result.witness is None else result.witness["multipliers"]
    place = ("certificate",) if result.witness is None else ("witness",)
    for name, k in rows:
        row = requirements[name][k]
        y = F(proof.get(row["row"], 0))
        if not y:
            continue
        for column, value in list(row["coefficients"].items())[:2]:
            yield f"{row['row']}: coefficient moved", put(name, k, column, str(F(value) + F(1, 10**9)))
        yield f"{row['row']}: right side moved", put(name, k, "right", str(F(row["right"]) + 1))
        for what, changed in (("moved", str(y + F(1, 10**9))), ("negated", str(-y)), ("zero", "0")):
            other = copy.deepcopy(document)
            other[place[0]]["multipliers"][row["row"]] = changed
            if any(row["coefficients"].values()) or F(row["right"]):
                yield f"{row['row']}: multiplier {what}", other
        other = copy.deepcopy(document)
        del other["certificate"]["requirements"][name][k]
        yield f"{row['row']}: a row that the proof uses is left out", other
        if row["sense"] == "=" and y < 0:
            yield f"{row['row']}: an inequality with a multiplier below 0", put(name, k, "sense", ">=")
    name = rng.choice(list(requirements))
    other = copy.deepcopy(document)
    del other["certificate"]["requirements"][name]
    yield f"{name}: not written", other
    other = copy.deepcopy(document)
    other["question"]["require"].remove(name)
    yield f"{name}: not required", other
    for key, value in (("epsilon", "1"), ("X nobody (a0,b0)", "0"), ("row", "pepic"), ("sense", "<="), ("right", "x")):
        yield f"{name}: {key} {value}", put(name, 0, key, value)


def test_bent_rows_and_multipliers_are_refused() -> None:
    rng = random.Random(3)
    kinds: Counter[str] = Counter()
    for seed, (env, *_), result in answers():
        if result.strength is not Strength.EXACT:
            continue
        data, document = to_bytes(env), json.loads(result.to_bytes())
        bends = list(bent(document, result, rng))
        for what, other in rng.sample(bends, min(len(bends), 9)):
            try:
                accepted = check(other, data).accepted
            except MechsynthError:
                accepted = False
            assert not accepted, (seed, result.status, what)
            kinds[what.rpartition(": ")[2]] += 1
    wanted = ("a right side that is missed", "a coefficient that breaks it", "coefficient moved", "multiplier moved")
    assert all(kinds[what] >= 8 for what in wanted), kinds
    assert kinds["a row that the proof uses is left out"] >= 5 and kinds["an equality that is missed"] >= 2, kinds


def test_answers_do_not_depend_on_the_names() -> None:
    """The same rows under another name: the same status; and the rows of a built-in requirement, written out: its answer."""

    class Balance:
        name = "own-balance"

        def rows(self, setting: mechsynth.Setting) -> None:
            for t in range(setting.count):
                for k, here in enumerate(setting.profiles[t]):
                    nows = {int(now[k]): 1 for now in setting.now[t] if now is not None}
                    if setting.starts(t) and nows:
                        setting.row(self.name, f"{t} {here}", nows, "=")
                    before = setting.before(t)
                    if before is None:
                        continue
                    for h, past in enumerate(setting.profiles[before]):
                        dues = [setting.due(t, i) for i in range(setting.agents)]
                        owed = {int(due[h, k]): 1 for due in dues if due is not None}
                        if owed or nows:
                            setting.row(self.name, f"{t} {here} after {past}", {**nows, **owed}, "=")

    seen = Counter()
    for seed in range(12):
        env, transfers = environment(seed), TRANSFERS[seed % len(TRANSFERS)]
        ours = mechsynth.solve(env, "implement", transfers=transfers, require=["budget:ex-post"], relax=False)
        theirs = mechsynth.solve(env, "implement", transfers=transfers, require=[Balance()], relax=False)
        assert ours.status is theirs.status and theirs.check().accepted
        seen[ours.status] += 1
    assert len(seen) == 2


class Named:
    """A requirement under some name, with one harmless row."""

    def __init__(self, name: Any, **row: Any) -> None:
        self.name, self.row = name, row

    def rows(self, setting: mechsynth.Setting) -> None:
        setting.row(self.name, "", {0: 1}, ">=", -(10**6))


class Stricter(BudgetExPost):
    """A subclass asks for whatever it likes, so it is not built in, whatever it is called."""

    def rows(self, setting: mechsynth.Setting) -> None:
        for value in (0, 1):
            setting.row(self.name, f"{value}", {int(setting.X[0][0][0]): 1}, "=", value)


TAKEN = (
    "pepic", "Pepic", "budget:ex-post", "budget:mine", "participation:none", "bounded:3", "bounded", "surplus:all", "no-subsidy", "residual-claimant",
    "objective", "definition", "value", "deviation", "epsilon", "rent", "size", "largest", "subsidy",
)  # fmt: skip


@pytest.mark.parametrize("name", TAKEN)
def test_names_that_are_taken_are_refused(name: str) -> None:
    with pytest.raises(UsageError, match=r"is taken by what is built in; choose another name") as caught:
        mechsynth.solve(environment(1), "implement", require=[Named(name)])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["", "two words", "ａ", "tab\t", "line\n", "own:", ":own", "pеpic", None, 5, ("a",)])
def test_names_that_are_none_are_refused(name: Any) -> None:
    with pytest.raises(UsageError, match="is no name of a requirement"):
        mechsynth.solve(environment(1), "implement", require=[Named(name)])


def test_subclasses_are_not_what_they_derive_from() -> None:
    with pytest.raises(UsageError, match="is taken"):
        mechsynth.solve(environment(1), "implement", require=[Stricter()])
    result = mechsynth.solve(environment(1), "implement", transfers="full", require=[Stricter("stricter")])
    assert result.status is Status.INFEASIBLE and result.check().accepted
    assert result.witness is not None and result.witness["conflict"] == ["stricter"]


def acting(action: Any) -> Any:
    class Acting:
        name = "own"

        def rows(self, setting: mechsynth.Setting) -> None:
            action(setting)

    return Acting()


def raw(setting: mechsynth.Setting, names: list[str], owner: str = "own", **more: Any) -> None:
    cols = more.get("cols", np.zeros((len(names), 1), dtype=np.int64))
    nums = more.get("nums", np.ones((len(names), 1), dtype=np.int64))
    rights = more.get("rights", [F(0)] * len(names))
    setting.program.add_rows(names, [cols], [nums], more.get("den", 1), rights, owner)


REFUSED: list[tuple[str, Any, str]] = [
    ("another owner", lambda s: raw(s, ["own a"], "pepic"), "given to 'pepic'; pass 'own'"),
    ("no owner's name", lambda s: raw(s, ["pepic a"]), "does not begin with its own"),
    ("half a name", lambda s: raw(s, ["owner"]), "does not begin with its own"),
    ("two lines", lambda s: raw(s, ["own a\nb"]), "does not begin with its own"),
    ("twice", lambda s: raw(s, ["own a", "own a"]), "two rows are called 'own a'"),
    ("a column", lambda s: s.add_columns("own ", ["c"], "transfer"), "adds columns"),
    ("a bare column", lambda s: s.program.add_columns(["c"]), "adds columns"),
    ("an objective", lambda s: s.program.objective.update({0: F(1)}), "adds columns or an objective"),
    ("a negative index", lambda s: raw(s, ["own"], cols=np.array([[-1]])), "stands in no column"),
    ("too large an index", lambda s: raw(s, ["own"], cols=np.array([[10**6]])), "stands in no column"),
    ("a float index", lambda s: raw(s, ["own"], cols=np.array([[0.0]])), "stands in no column"),
    ("a float", lambda s: raw(s, ["own"], nums=np.array([[0.5]])), "not a whole number"),
    ("a fraction", lambda s: raw(s, ["own"], nums=np.array([[F(1, 2)]], dtype=object)), "not a whole number"),
    ("a float on the right", lambda s: raw(s, ["own"], rights=[0.5]), "is a float"),
    ("too many rights", lambda s: raw(s, ["own"], rights=[F(0), F(0)]), "right-hand sides"),
    ("no denominator", lambda s: raw(s, ["own"], den=0), "is no denominator"),
    ("others' rows", lambda s: s.program.extend(np.array([0]), np.array([0]), np.array([1])), "rows that are not its own"),
    ("a sense", lambda s: s.row("own", "", {0: 1}, "≥"), "is no sense of a row"),
    ("a float by row", lambda s: s.row("own", "", {0: 0.5}), "is a float"),
    ("a column of no class", lambda s: s.row("own", "", {"X nobody": 1}), "'X nobody' is no column"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "action", "words"), REFUSED, ids=[each[0] for each in REFUSED])
def test_rows_that_break_the_rules_are_refused(what: str, action: Any, words: str) -> None:
    with pytest.raises((UsageError, mechsynth.InputError)) as caught:
        mechsynth.solve(environment(1), "implement", transfers="contingent", require=[acting(action)])
    message = str(caught.value)
    assert words in message and message.startswith("require") and "\n" not in message, message


def test_one_name_is_one_requirement() -> None:
    one, other = Named("own"), Named("own")
    with pytest.raises(UsageError, match="two requirements are called 'own'"):
        mechsynth.solve(environment(1), "implement", require=[one, other])
    assert mechsynth.solve(environment(1), "implement", require=[one, one]).question["require"] == ["pepic", "own"]
    with pytest.raises(UsageError, match=r"Stricter is a class, not a requirement; pass Stricter\(\)"):
        mechsynth.solve(environment(1), "implement", require=[Stricter])
    with pytest.raises(UsageError, match="is no requirement"):
        mechsynth.solve(environment(1), "implement", require=[5])


class Impossible(ResidualClaimant):
    """Derived from what large programs know to be met by a construction, and cannot be met at all."""

    def rows(self, setting: mechsynth.Setting) -> None:
        setting.row(self.name, "", {}, ">=", 1)


def test_constructions_do_not_settle_what_derives_from_their_requirements(monkeypatch: pytest.MonkeyPatch) -> None:
    """A large program of residual-claimant transfers is answered by Theorem 3.1 without being solved; a subclass asks for more."""
    env = mechsynth.load(ROOT / "instances" / "liu2014-oil-leases.json")
    monkeypatch.setattr(implement, "LARGE", 0)
    assert mechsynth.solve(env, "implement", require=["residual-claimant"]).status is Status.FEASIBLE
    result = mechsynth.solve(env, "implement", require=[Impossible("own")])
    assert result.status is Status.INFEASIBLE and result.check().accepted
    assert result.witness is not None and result.witness["conflict"] == ["own"]


def test_the_smallest_class() -> None:
    """Rows are written for every class that was tried, each in the columns of its class."""

    class Paid:
        name = "somebody-pays-later"

        def rows(self, setting: mechsynth.Setting) -> None:
            later = setting.later[0][0]
            owed = {} if later is None else {int(later[0, 0]): 1}
            setting.row(self.name, "", owed, ">=", 1)

    result = mechsynth.solve(environment(3), "implement", transfers="smallest", require=[Paid()])
    assert result.status is Status.FEASIBLE and result.check().accepted
    first = result.tried[0]
    assert first.question["transfers"] == "history-independent" and first.check().accepted
    written = [each.certificate["requirements"]["somebody-pays-later"][0]["coefficients"] for each in (first, result)]
    assert written[0] == {} and len(written[1]) == 1


@pytest.mark.slow
def test_many_more_answers_are_accepted() -> None:
    for seed in range(DRAWN, 1000):
        env, transfers, wishes, objective, strength = case(seed)
        require = [*wishes, *extra(seed)]
        result = mechsynth.solve(
            env, "implement", transfers=transfers, require=require, objective=objective, strength=strength
        )
        verdict = result.check()
        assert verdict.accepted, (seed, verdict.reason)


def test_audit_export_and_files(tmp_path: Any) -> None:
    """What else is done with a result: it is saved, audited, checked and explained from its file; its program is exported."""
    from mechsynth.audit import audit
    from mechsynth.cli import main

    _, (env, transfers, wishes, *_), result = of_status(Status.FEASIBLE)[0]
    assert audit(result.to_bytes(), to_bytes(env)).evaluation.incentive_compatible
    path, instance = tmp_path / "result.json", tmp_path / "instance.json"
    result.save(path)
    mechsynth.save(env, instance)
    result_code = main(["check", str(path), str(instance)]), main(["explain", str(path)]), main(["audit", str(instance), str(path)])
    assert result_code == (0, 0, 0)
    mechsynth.export(mechsynth.program_of(env, transfers=transfers, require=list(wishes)), tmp_path / "program.lp")
    assert (tmp_path / "program.lp").stat().st_size > 0
