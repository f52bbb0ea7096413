"""Corruptions of valid results, each one false or unproved for a reason that is given.

`plants` yields `(kind, what, document)`. Where it is not plain from the definition of a result that the corrupted one is
wrong, the independent oracles decide whether it is planted at all: a payment is changed only on an event of positive
probability after a report that is used (the residual-claimant equality then fails), a witness is bent only if
`oracles.witness` refuses it, an action is swapped only for one that is not optimal.
"""

from __future__ import annotations

import copy
import json
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction as F
from pathlib import Path
from typing import Any

from oracles import witness
from oracles.efficient import Efficient, efficient
from oracles.mechanism import Mechanism
from oracles.model import Model, at, insert, labels, marginal, read

Json = dict[str, Any]
Plant = tuple[str, str, Json]

INSTANCES = Path(__file__).resolve().parents[2] / "instances"
NAMES = sorted(path.stem for path in INSTANCES.glob("*.json") if path.name != "index.json")
RESIDUAL = ("contingent", "vcg-type")
NEGATIVE = ("infeasible", "fails")


def instance_bytes(name: str) -> bytes:
    return (INSTANCES / f"{name}.json").read_bytes()


def instance_json(name: str) -> Json:
    found: Json = json.loads(instance_bytes(name), parse_float=str)
    return found


def questions(name: str) -> list[tuple[str, dict[str, str]]]:
    """Every question that can be asked about an instance."""
    finite = instance_json(name)["horizon"] != "infinite"
    found: list[tuple[str, dict[str, str]]] = [("policy", {}), ("ladder", {})]
    found += [(ask, {"scope": s}) for ask in ("convex-independence", "spanning") for s in ("all", "policy")]
    found += [(ask, {"scope": s}) for ask in RESIDUAL for s in ("all", "policy")]
    if finite:
        found.append(("static", {}))
        found += [(ask, {"scope": s, "last_period": "constant"}) for ask in RESIDUAL for s in ("all", "policy")]
    return found


class Case:
    """One valid result, with what the oracles know about its instance."""

    def __init__(self, name: str, instance: Json, model: Model, eff: Efficient, result: Json) -> None:
        self.name, self.instance, self.model, self.eff, self.result = name, instance, model, eff, result
        self.ask = result["question"]["ask"]
        self.scope = result["question"].get("scope")
        self.status = result["status"]

    def copy(self) -> Json:
        return copy.deepcopy(self.result)


PER_KIND = 8  # of each kind in each result, so that the whole stays quick


def plants(case: Case) -> Iterator[Plant]:
    """What is planted into one result: of each kind the first few."""
    kinds: Counter[str] = Counter()
    for plant in _plants(case):
        kinds[plant[0]] += 1
        if kinds[plant[0]] <= PER_KIND:
            yield plant


def _plants(case: Case) -> Iterator[Plant]:
    yield from _envelope(case)
    yield from _question(case)
    if case.ask == "ladder":
        yield from _ladder(case)
        return
    mechanism = case.result["mechanism"]
    if mechanism is not None:
        yield from _allocation(case)
        yield from _ties(case)
        if mechanism.get("transfers") is not None:
            yield from _transfers(case)
    if case.status in NEGATIVE:
        yield from _witness(case)
    yield from _certificate(case)


def _envelope(case: Case) -> Iterator[Plant]:
    """A stale digest, another name, another status, strength or value, a missing or an unknown key."""
    for key, value in (("sha256", "0" * 64), ("name", "somebody else's")):
        bad = case.copy()
        bad["instance"][key] = value
        yield f"stale {key}", key, bad
    bad = case.copy()
    digest = bad["instance"]["sha256"]
    bad["instance"]["sha256"] = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    yield "stale sha256", "one digit", bad
    for status in ("feasible", "infeasible", "optimal", "unbounded", "holds", "fails", "unknown"):
        if status != case.status:
            bad = case.copy()
            bad["status"] = status
            yield "changed status", status, bad
    for strength in ("verified", "numerical"):
        bad = case.copy()
        bad["strength"] = strength
        yield "changed strength", strength, bad
    bad = case.copy()
    if case.ask == "policy" or case.result["value"] is not None:
        bad["value"] = str(F(case.result["value"] or 0) + 1)
    else:
        bad["value"] = "1"
    yield "changed value", "one more", bad
    for key in ("format", "instance", "question", "status", "strength"):
        bad = case.copy()
        del bad[key]
        yield "missing key", key, bad
    bad = case.copy()
    bad["extra"] = 1
    yield "unknown key", "extra", bad
    bad = case.copy()
    bad["format"] = "mechsynth-result/2"
    yield "changed format", "2", bad
    if case.result["witness"] is not None:
        bad = case.copy()
        bad["witness"] = None
        yield "dropped witness", "", bad
    if case.result["mechanism"] is not None and case.ask != "ladder":
        bad = case.copy()
        bad["mechanism"] = None
        yield "dropped mechanism", "", bad


def _question(case: Case) -> Iterator[Plant]:
    """The answer to one question handed in as the answer to another."""
    question = case.result["question"]
    for ask in ("policy", "static", "implement", "team"):
        # their questions have other keys, so this one never fits; alone or with the other's keys
        if ask != case.ask and not (ask == "policy" and case.ask == "ladder"):
            bad = case.copy()
            bad["question"]["ask"] = ask
            yield "changed ask", ask, bad
    if case.ask in ("convex-independence", "spanning"):
        other = "spanning" if case.ask == "convex-independence" else "convex-independence"
        if case.status == "fails":  # the kinds of the witnesses tell them apart
            bad = case.copy()
            bad["question"]["ask"] = other
            yield "changed ask", other, bad
        bad = case.copy()
        bad["question"]["scope"] = "policy" if case.scope == "all" else "all"
        # a rule stands in an answer iff it is about one
        yield "changed scope", bad["question"]["scope"], bad
    if case.ask in RESIDUAL:
        for key, value in (
            ("require", ["pepic"]),
            ("require", ["pepic", "residual-claimant", "budget:ex-post"]),
            ("objective", "max-revenue"),
            ("transfers", "full"),
            ("scope", "everything"),
        ):
            bad = case.copy()
            bad["question"][key] = value
            yield f"changed {key}", str(value), bad
        for key in ("require", "objective", "transfers", "scope"):
            bad = case.copy()
            del bad["question"][key]
            yield f"dropped {key}", key, bad
        if case.ask == "contingent" and case.status == "feasible" and _looks_at_own_report(case):
            bad = case.copy()
            bad["question"] |= {"ask": "vcg-type", "transfers": "vcg-type"}
            yield "changed class", "vcg-type", bad
        if case.model.horizon is not None:
            bad = case.copy()
            bad["question"]["last-period"] = "constant:nothing of the kind"
            yield "changed last-period", "unknown action", bad
            rule = _last_actions(case)
            if question["last-period"] == "efficient" and len(rule) > 1:
                # the allocation listed is not constant in the last period
                for action in sorted(rule):
                    bad = case.copy()
                    bad["question"]["last-period"] = f"constant:{action}"
                    yield "changed last-period", f"constant:{action}", bad
            elif question["last-period"] != "efficient" and not _constant_is_efficient(case):
                bad = case.copy()
                bad["question"]["last-period"] = "efficient"
                yield "changed last-period", "efficient", bad
        else:
            bad = case.copy()
            bad["question"]["last-period"] = "efficient"
            yield "changed last-period", "of an infinite horizon", bad
    bad = case.copy()
    bad["question"]["horizon"] = 3
    yield "unknown key", "in the question", bad


def _looks_at_own_report(case: Case) -> bool:
    """Whether some agent with two signals has a table whose axis of the own report is longer than 1."""
    transfers = case.result["mechanism"]["transfers"]
    for stage in transfers if isinstance(transfers, list) else [transfers]:
        for i, name in enumerate(case.model.agents):
            table = stage.get(name, {}).get("later")
            if table is None:
                continue
            for _ in range(1 + i):
                table = table[0]
            if len(table) > 1:
                return True
    return False


def _last_actions(case: Case) -> set[str]:
    last = len(case.model.periods)
    return {r["action"] for r in case.result["mechanism"]["allocation"] if r.get("period") == last}


def _constant_is_efficient(case: Case) -> bool:
    last = len(case.model.periods) - 1
    (action,) = _last_actions(case)
    index = case.model.periods[last].actions.index(action)
    return all(index in best for best in case.eff.optimal[last].values())


def _allocation(case: Case) -> Iterator[Plant]:
    """An action that is not optimal, a record dropped, doubled, or about something that does not exist."""
    records = case.result["mechanism"]["allocation"]
    last = len(case.model.periods)
    constant = case.result["question"].get("last-period", "efficient") != "efficient"
    swapped = 0
    for k, record in enumerate(records):
        t = record.get("period", 1) - 1
        period = case.model.periods[t]
        p = tuple(own.index(record["signals"][n]) for n, own in zip(case.model.agents, period.signals))
        fixed = constant and t + 1 == last
        for a, action in enumerate(period.actions):
            if action == record["action"] or (a in case.eff.optimal[t][p] and not fixed):
                continue
            if swapped < 6:
                swapped += 1
                bad = case.copy()
                bad["mechanism"]["allocation"][k]["action"] = action
                yield "swapped action", f"{record} → {action}", bad
    for k in (0, len(records) - 1):
        bad = case.copy()
        del bad["mechanism"]["allocation"][k]
        yield "dropped record", str(k), bad
        bad = case.copy()
        bad["mechanism"]["allocation"].append(bad["mechanism"]["allocation"][k])
        yield "doubled record", str(k), bad
    bad = case.copy()
    bad["mechanism"]["allocation"][0]["action"] = "no such action"
    yield "swapped label", "action", bad
    bad = case.copy()
    name = case.model.agents[0]
    bad["mechanism"]["allocation"][0]["signals"][name] = "no such signal"
    yield "swapped label", "signal", bad
    bad = case.copy()
    signals = bad["mechanism"]["allocation"][0]["signals"]
    signals["nobody"] = signals.pop(name)
    yield "swapped label", "agent", bad
    bad = case.copy()
    period = bad["mechanism"]["allocation"][0].get("period")
    # in a finite horizon every record names one of its periods, in an infinite one none does
    bad["mechanism"]["allocation"][0]["period"] = 1 if period is None else len(case.model.periods) + 1
    yield "changed period", "allocation", bad


def _ties(case: Case) -> Iterator[Plant]:
    """Ties that are none, ties left out, in another order or with an action too few."""
    ties = case.result["certificate"].get("ties")
    if ties is None:
        return
    for k in range(min(2, len(ties))):
        bad = case.copy()
        del bad["certificate"]["ties"][k]
        if len(ties) > 1:
            yield "changed ties", "one left out", bad
        bad = case.copy()
        bad["certificate"]["ties"][k]["actions"].reverse()
        yield "changed ties", "another order", bad
        bad = case.copy()
        bad["certificate"]["ties"][k]["actions"].pop()
        yield "changed ties", "an action too few", bad
        bad = case.copy()
        bad["certificate"]["ties"].append(bad["certificate"]["ties"][k])
        yield "changed ties", "one twice", bad
    for t, optimal in enumerate(case.eff.optimal):
        period = case.model.periods[t]
        single = next((p for p, best in optimal.items() if len(best) == 1), None)
        if single is None or len(period.actions) < 2:
            continue
        bad = case.copy()
        record: Json = {} if case.model.horizon is None else {"period": t + 1}
        record["signals"] = {n: own[k] for n, own, k in zip(case.model.agents, period.signals, single)}
        record["actions"] = list(period.actions[:2])
        bad["certificate"]["ties"].append(record)
        yield "changed ties", "one that is none", bad
        return


def _entries(nested: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    if isinstance(nested, list):
        for k, item in enumerate(nested):
            yield from _entries(item, (*path, k))
    else:
        yield path


def _put(nested: Any, path: tuple[int, ...], value: str) -> None:
    for k in path[:-1]:
        nested = nested[k]
    nested[path[-1]] = value


def _stages(document: Json) -> list[Json]:
    transfers = document["mechanism"]["transfers"]
    return transfers if isinstance(transfers, list) else [transfers]


def _used_payments(case: Case) -> Iterator[tuple[int, str, tuple[int, ...]]]:
    """Entries of `later` tables that the residual-claimant equality of some truthful report reads with positive probability."""
    model = case.model
    rule = Mechanism(model, case.result).rule
    for t, stage in enumerate(_stages(case.result)):
        for i, name in enumerate(model.agents):
            table = stage.get(name, {}).get("later")
            upcoming = model.next_period(t)
            if table is None or upcoming is None:
                continue
            seen = set()
            for p in model.periods[t].profiles():
                a = rule[t][p]
                for others, probability in marginal(model, t, i, a, p).items():
                    if probability == 0:
                        continue
                    event = (a, *p, *insert(others, i, 0))
                    path = _path(table, event)
                    if path not in seen:
                        seen.add(path)
                        yield t, name, path


def _path(table: Any, event: tuple[int, ...]) -> tuple[int, ...]:
    path = []
    for k in event:
        place = 0 if len(table) == 1 else k
        path.append(place)
        table = table[place]
    return tuple(path)


def _transfers(case: Case) -> Iterator[Plant]:
    """Payments changed where they matter, tables cut, dropped, doubled, or handed to another agent."""
    used = list(_used_payments(case)) if case.ask in RESIDUAL else []
    step = max(1, len(used) // 5)
    for t, name, path in used[::step]:
        value = F(at(_stages(case.result)[t][name]["later"], path))
        changes = {"changed payment": value + F(1, 10**20), "moved decimal": value * 10, "sign of a payment": -value}
        for kind, changed in changes.items():
            if changed != value:
                bad = case.copy()
                _put(_stages(bad)[t][name]["later"], path, str(changed))
                yield kind, f"{name}, period {t + 1}, {path}", bad
    for t, name, path in used[:1]:
        for value in ("NaN", "", "1/0", None, [], True):
            bad = case.copy()
            _put(_stages(bad)[t][name]["later"], path, value)  # type: ignore[arg-type]
            yield "no number", str(value), bad
    tables = [
        (t, name, kind) for t, stage in enumerate(_stages(case.result)) for name, own in stage.items() for kind in own
    ]
    for t, name, kind in tables[:3]:
        bad = case.copy()
        table = _stages(bad)[t][name][kind]
        while isinstance(table[0], list):
            table = table[0]
        table.extend(["0"] * 50)  # one inner list is longer than its axis, whether the payments depend on that or not
        yield "cut table", f"{name} {kind}: entries too many", bad
        bad = case.copy()
        _stages(bad)[t][name][kind] = [_stages(bad)[t][name][kind]]
        yield "cut table", f"{name} {kind}: one axis too many", bad
        bad = case.copy()
        _stages(bad)[t]["nobody"] = _stages(bad)[t].pop(name)
        yield "swapped label", "agent of a table", bad
        bad = case.copy()
        _stages(bad)[t][name]["sooner"] = _stages(bad)[t][name].pop(kind)
        yield "unknown key", "kind of a table", bad
    for t, name, path in used[:1]:
        del path
        # with no table the agent pays nothing, but one of her targets is not zero
        if _some_target(case, t, name):
            bad = case.copy()
            del _stages(bad)[t][name]["later"]
            yield "dropped table", name, bad
    if case.model.horizon is not None:
        if len(case.model.periods) > 1:  # no tables at all say the same as one empty period
            bad = case.copy()
            bad["mechanism"]["transfers"] = bad["mechanism"]["transfers"][:-1]
            yield "dropped period", "transfers", bad
        bad = case.copy()
        bad["mechanism"]["transfers"].append({})
        yield "doubled period", "transfers", bad
        last = case.model.periods[-1]
        for i, name in enumerate(case.model.agents):
            if len(last.signals[i]) < 2:
                continue
            # nobody with two signals would report the one that costs a million more than the utilities can differ
            sizes = [len(own) for own in last.signals]
            table = _stages(case.result)[-1].get(name, {}).get("now")
            for p in last.profiles()[:2]:
                bad = case.copy()
                full = _nested(sizes, lambda q, table=table: "0" if table is None else str(at(table, q)))
                _put(full, p, str(F(at(full, p)) + 10**9))
                _stages(bad)[-1].setdefault(name, {})["now"] = full
                yield "changed payment", f"now of {name}", bad
    if len(case.model.agents) > 1 and case.ask in RESIDUAL and used:
        # one more record beside the tables: readers take one form, not both
        bad = case.copy()
        bad["mechanism"]["transfers"] = [*_stages(bad), {"agent": case.model.agents[0], "payment": "1"}]
        yield "mixed forms", "a record beside tables", bad


def _nested(sizes: list[int], value: Any, prefix: tuple[int, ...] = ()) -> Any:
    if len(prefix) == len(sizes):
        return value(prefix)
    return [_nested(sizes, value, (*prefix, k)) for k in range(sizes[len(prefix)])]


def _some_target(case: Case, t: int, name: str) -> bool:
    """Whether some truthful report of the agent expects a payment other than zero."""
    model, mechanism = case.model, Mechanism(case.model, case.result)
    i = model.agents.index(name)
    for p, a in mechanism.rule[t].items():
        kernel = model.periods[t].kernel
        assert kernel is not None
        if sum((x * mechanism.later(t, i, a, p, q) for q, x in kernel[a, p].items()), F(0)) != 0:
            return True
    return False


def _witness(case: Case) -> Iterator[Plant]:
    """Weights moved, signs flipped, labels swapped, shortfalls changed: whatever the oracle refuses as a proof."""
    whole = case.result["certificate"].get("failures")
    for kind, what, bent in _bent(case, case.result["witness"]):
        bad = case.copy()
        bad["witness"] = bent
        if whole:
            bad["certificate"]["failures"][0] = copy.deepcopy(bent)
        if witness.problems(case.instance, bad):
            yield kind, what, bad
    if not whole:
        return
    bad = case.copy()
    bad["certificate"]["failures"].append(copy.deepcopy(whole[-1]))
    yield "doubled record", "failures", bad
    bad = case.copy()
    bad["certificate"]["failures"][0] = {**whole[0], "shortfall": "12345/7"}
    yield "changed shortfall", "of the first failure alone", bad
    if len(whole) > 1:
        bad = case.copy()
        bad["certificate"]["failures"].reverse()
        if bad["certificate"]["failures"][0] != whole[0]:
            yield "moved record", "failures", bad
        for kind, what, bent in list(_bent(case, whole[-1]))[:4]:
            bad = case.copy()
            bad["certificate"]["failures"][-1] = bent
            if witness.problems(case.instance, bad):
                yield kind, f"in the last failure: {what}", bad


def _bent(case: Case, w: Json) -> Iterator[tuple[str, str, Json]]:
    def bent(**changes: Any) -> Json:
        return {**copy.deepcopy(w), **changes}

    yield "changed kind", "", bent(kind="farkas")
    for kind in ("convex-combination", "dependence", "cycle"):
        if kind != w["kind"]:
            yield "changed kind", kind, bent(kind=kind)
    for key in w:
        smaller = copy.deepcopy(w)
        del smaller[key]
        yield "missing key", f"witness {key}", smaller
    yield "unknown key", "witness", bent(period_of="x")
    for agent in [*case.model.agents, "nobody"]:
        if agent != w["agent"]:
            yield "swapped label", f"witness agent {agent}", bent(agent=agent)
    if "period" in w:
        for t in range(0, len(case.model.periods) + 2):
            if t != w["period"]:
                yield "changed period", f"witness {t}", bent(period=t)
    else:
        yield "changed period", "witness of an infinite horizon", bent(period=1)
    if w["shortfall"] is None:
        yield "changed shortfall", "where there is none", bent(shortfall="1")
    else:
        value = F(w["shortfall"])
        for changed in (value + 1, -value, F(0), value + F(1, 10**30)):
            yield "changed shortfall", str(changed), bent(shortfall=str(changed))
        yield "changed shortfall", "null", bent(shortfall=None)
    if "cycle" in w:
        cycle = w["cycle"]
        yield "changed cycle", "reversed", bent(cycle=cycle[::-1])
        yield "changed cycle", "one signal", bent(cycle=cycle[:1])
        yield "changed cycle", "twice around", bent(cycle=cycle * 2)
        yield "changed cycle", "empty", bent(cycle=[])
        yield "changed cycle", "unknown signal", bent(cycle=[*cycle, "no such signal"])
        return
    for action in {a for period in case.model.periods for a in period.actions} | {"no such action"}:
        if action != w["action"]:
            yield "swapped action", f"witness {action}", bent(action=action)
    if "type" in w:
        for own in {k for period in case.model.periods for k in period.signals[case.model.agents.index(w["agent"])]}:
            if own != w["type"]:
                yield "swapped label", f"witness type {own}", bent(type=own)
    for agent, label in w["others"].items():
        for period in case.model.periods:
            for other in period.signals[case.model.agents.index(agent)]:
                if other != label:
                    yield "swapped label", f"witness others {other}", bent(others={**w["others"], agent: other})
        yield "dropped record", "witness others", bent(others={k: v for k, v in w["others"].items() if k != agent})
    weights = w["weights"]
    for key, value in weights.items():
        yield "sign of a weight", key, bent(weights={**weights, key: str(-F(value))})
        yield "changed weight", key, bent(weights={**weights, key: str(F(value) + F(1, 10**15))})
        yield "dropped weight", key, bent(weights={k: v for k, v in weights.items() if k != key})
        for other in weights:
            if other != key:
                swap = {**weights, key: str(F(value) - F(1, 7)), other: str(F(weights[other]) + F(1, 7))}
                yield "moved weight", f"{key} → {other}", bent(weights=swap)
        yield "swapped label", f"weight of {key}", bent(weights={"no such signal": value})
    yield "changed weight", "all zero", bent(weights=dict.fromkeys(weights, "0"))


def _certificate(case: Case) -> Iterator[Plant]:
    """Numbers of the certificate that are not those of the mechanism."""
    certificate = case.result["certificate"]
    bad = case.copy()
    bad["certificate"]["proof"] = "trust me"
    yield "unknown key", "certificate", bad
    for t in range(len(certificate.get("values", []))):
        for path in list(_entries(certificate["values"][t]))[:3]:
            bad = case.copy()
            _put(bad["certificate"]["values"][t], path, str(F(at(certificate["values"][t], path)) + F(1, 10**12)))
            yield "changed values", f"period {t + 1}", bad
    if certificate.get("values"):
        bad = case.copy()
        bad["certificate"]["values"].append(bad["certificate"]["values"][-1])
        yield "doubled period", "values", bad
    for name, nested in certificate.get("payoffs", {}).items():
        path = next(_entries(nested))
        bad = case.copy()
        _put(bad["certificate"]["payoffs"][name], path, str(F(at(nested, path)) - 1))
        yield "changed payoffs", name, bad
    if certificate.get("payoffs"):
        bad = case.copy()
        bad["certificate"]["payoffs"]["nobody"] = copy.deepcopy(next(iter(certificate["payoffs"].values())))
        yield "changed payoffs", "of nobody", bad
    for key in ("tightest", "slackest"):
        record = certificate.get("incentives", {}).get(key)
        if record is None:
            continue
        for change in (F(1), F(-1), F(1, 10**20)):
            bad = case.copy()
            bad["certificate"]["incentives"][key]["slack"] = str(F(record["slack"]) + change)
            yield "changed incentives", f"{key} by {change}", bad
        bad = case.copy()
        bad["certificate"]["incentives"][key] = None
        yield "changed incentives", f"{key} null", bad
        bad = case.copy()
        bad["certificate"]["incentives"][key]["report"] = record["signals"][record["agent"]]
        yield "changed incentives", f"{key}: the truth as a lie", bad
    both = certificate.get("incentives", {})
    if both.get("tightest") and both["tightest"]["slack"] != both["slackest"]["slack"]:
        bad = case.copy()
        bad["certificate"]["incentives"] = {"tightest": both["slackest"], "slackest": both["tightest"]}
        yield "changed incentives", "the two exchanged", bad
    for k, record in enumerate(certificate.get("separators", [])[:4]):
        changes: dict[str, list[str]] = {
            "sign": [str(-F(x)) for x in record["vector"]],
            "zero": ["0"] * len(record["vector"]),
            "one entry too few": record["vector"][:-1],
            "constant": ["1"] * len(record["vector"]),
        }
        for what, vector in changes.items():
            bad = case.copy()
            bad["certificate"]["separators"][k]["vector"] = vector
            yield "changed separator", what, bad
    if certificate.get("separators"):
        bad = case.copy()
        bad["certificate"]["separators"].append(bad["certificate"]["separators"][0])
        yield "doubled record", "separators", bad
    distance = certificate.get("distance")
    if distance:
        squared = F(distance["squared"])
        for changed in (squared * 2, squared / 2, squared + F(1, 10**30), F(0), -squared):
            bad = case.copy()
            bad["certificate"]["distance"]["squared"] = str(changed)
            yield "changed distance", f"{changed} alone", bad
            bad = copy.deepcopy(bad)
            bad["value"] = str(changed)
            yield "changed distance", f"{changed} and the value", bad
        for key, weight in distance["weights"].items():
            bad = case.copy()
            bad["certificate"]["distance"]["weights"][key] = str(F(weight) + F(1, 9))
            yield "changed distance", f"weight of {key}", bad
        bad = case.copy()
        bad["certificate"]["distance"]["weights"] = {distance["type"]: "1"}
        yield "changed distance", "the type itself", bad
        bad = case.copy()
        del bad["certificate"]["distance"]
        yield "changed distance", "a value without its proof", bad
        bad = case.copy()
        bad["certificate"]["separators"] = []
        yield "changed distance", "nothing says that no point is closer", bad


def _ladder(case: Case) -> Iterator[Plant]:
    """Answers dropped, doubled, exchanged or corrupted inside; a mechanism that is not the chosen one's."""
    answers = case.result["certificate"]["answers"]
    bad = case.copy()
    bad["certificate"]["answers"] = []
    yield "dropped record", "all answers", bad
    bad = case.copy()
    del bad["certificate"]["answers"]
    yield "dropped record", "answers", bad
    for k, answer in enumerate(answers):
        bad = case.copy()
        bad["certificate"]["answers"].append(copy.deepcopy(answer))
        yield "doubled record", f"answer {answer['question']['ask']}", bad
        for key, value in (("status", "unknown"), ("strength", "numerical"), ("format", "x")):
            bad = case.copy()
            bad["certificate"]["answers"][k][key] = value
            yield f"changed {key}", f"inside {answer['question']['ask']}", bad
        bad = case.copy()
        bad["certificate"]["answers"][k]["instance"]["sha256"] = "f" * 64
        yield "stale sha256", f"inside {answer['question']['ask']}", bad
    chosen = "static" if case.model.horizon == 1 else "vcg-type"
    bad = case.copy()
    kept = [answer for answer in answers if answer["question"]["ask"] != chosen]
    bad["certificate"]["answers"] = kept
    # without the class that carries the mechanism, or is needed to say that none works
    carried = next(a for a in answers if a["question"]["ask"] == chosen)
    if carried["status"] == "feasible" or case.status == "infeasible":
        yield "dropped record", f"answer {chosen}", bad
    for key in ("mechanism", "witness"):
        bad = case.copy()
        if bad[key] is not None:
            bad[key] = None
            yield f"dropped {key}", "of the ladder", bad


def strangers(names: list[str], documents: dict[str, list[Json]]) -> Iterator[tuple[str, str, str, Json]]:
    """Mechanisms of other instances: `(kind, what, instance, document)`; the digest and the name are made to fit.

    Other labels or another horizon cannot fit; where everything fits (two instances with one kernel) a mechanism is handed
    to the instance that is stated to have none.
    """
    shapes = {}
    for name in names:
        data = instance_json(name)
        periods = data.get("periods", [data])
        shapes[name] = (
            data["horizon"],
            tuple(data["agents"]),
            json.dumps([(p["signals"], p["actions"]) for p in periods]),
        )
    for taker in names:
        own = next(iter(documents[taker]))["instance"]
        for giver in names:
            if giver == taker:
                continue
            for document in documents[giver]:
                ask = document["question"]["ask"]
                if ask not in RESIDUAL or document["status"] != "feasible":
                    continue
                same = shapes[giver] == shapes[taker]
                expected = instance_json(taker)["x-expected"][ask]
                if same and (expected != "infeasible" or document["question"]["last-period"] != "efficient"):
                    continue
                bad = copy.deepcopy(document)
                bad["instance"] = own
                yield "another instance's mechanism", f"{giver} → {taker}", taker, bad


def case_of(name: str, result: Json) -> Case:
    """A case with the oracles' reading of its instance."""
    data = instance_json(name)
    model = _models.setdefault(name, read(data))
    eff = _efficient.setdefault(name, None) or efficient(model)
    _efficient[name] = eff
    return Case(name, data, model, eff, result)


_models: dict[str, Model] = {}
_efficient: dict[str, Any] = {}

__all__ = ["NAMES", "Case", "case_of", "instance_bytes", "labels", "plants", "questions", "strangers"]
