"""Corruptions that keep to the form and give up the meaning: what a proof needs is emptied, set to nothing, or taken where it does not apply.

Random changes of single leaves hardly find such holes; each is planted here for every question that has the part.
"""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import pytest
from leaves import Json, at, instance, leaves, name_of, results

import mechsynth
from mechsynth.check import check, read_instance
from mechsynth.errors import MechsynthError

KINDS = sorted(results(), key=str)
# What a result may leave out: less is said then. All else that is emptied takes the proof away.
OPTIONAL = {
    r"instance": "the name; the digest stands",
    r"certificate": "where all of its parts are optional",
    r"certificate\.ties(\[\].*)?": "no ties",
    r"certificate\.(failures|incentives|payoffs|totals|without|marginal|fees|values|distance)(\..*)?": "said, and checked where it stands",
    r"certificate\.(chains|theorem|star|discounts|influence|violations|thresholds|tried|minimal|relaxations|masses|weaker)\b.*": "the same",
    r"certificate\.now\b.*": "no payments",
    r"certificate\.multipliers": "where the optimum is that of the definitions",
    r"certificate\.(blocks|separators|proofs|proof|most|mechanisms)\b.*": "where there is no block, or no lie",
    r"certificate\.weaker": "an answer to another question, checked where it stands",
    r"certificate\.answers": "a ladder may have fewer rungs",
    r"certificate\.distribution\b.*": "nothing on top of the team mechanism",
    r"mechanism\.transfers\b.*": "agents that are left out pay nothing",
}


def accepted(document: Json, model: Any) -> bool:
    try:
        return check(json.dumps(document).encode(), model).accepted
    except MechsynthError:
        return False


def put(document: Json, place: tuple[Any, ...], value: Any) -> Json:
    bad = copy.deepcopy(document)
    at(bad, place[:-1])[place[-1]] = value
    return bad


def containers(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of all lists and objects that hold something, but those of free text."""
    if not isinstance(value, (dict, list)) or not value:
        return
    if place:
        yield place
    for key, entry in value.items() if isinstance(value, dict) else enumerate(value):
        if not (isinstance(key, str) and key.startswith("x-")):
            yield from containers(entry, (*place, key))


def kinds_with(*needed: str) -> list[tuple[Any, ...]]:
    """The kinds whose result has all of some top parts."""
    return [key for key in KINDS if all(results()[key][1].get(part) for part in needed)]


@pytest.mark.parametrize("key", KINDS, ids=lambda key: "-".join(filter(None, key)))
def test_what_a_proof_needs_cannot_be_emptied(key: tuple[Any, ...]) -> None:
    name, document = results()[key]
    model = read_instance(instance(name))
    for place in containers(document):
        inner = re.sub(r"^((certificate\.answers\[\]|certificate\.tried\[\]|certificate\.weaker)\.)+", "", name_of("", place)[2:])
        if any(re.fullmatch(pattern, inner) for pattern in OPTIONAL):
            continue
        for empty in (type(at(document, place))(), None):
            assert not accepted(put(document, place, empty), model), (place, empty)


@pytest.mark.parametrize("key", kinds_with("witness"), ids=lambda key: "-".join(filter(None, key)))
def test_a_witness_of_nothing_proves_nothing(key: tuple[Any, ...]) -> None:
    """All weights, multipliers and the shortfall 0; no weights and shortfall 0; a cycle of nobody; every number turned around."""
    name, document = results()[key]
    model = read_instance(instance(name))
    for zero in (True, False):
        bad = copy.deepcopy(document)
        for place in leaves(bad["witness"]):
            try:
                number = Fraction(at(bad["witness"], place))
            except (ValueError, TypeError):
                continue
            if place[-1] != "period" and place[0] not in ("others", "cycle", "signal", "against"):
                at(bad["witness"], place[:-1])[place[-1]] = "0" if zero else str(-number)
        changed = bad["witness"] != document["witness"]
        assert not changed or not accepted(bad, model)
    for part in ("weights", "multipliers", "cycle", "conflict"):
        if part in document["witness"]:
            nothing = [] if part in ("cycle", "conflict") else {}
            bad = put(document, ("witness", part), nothing)
            bad["witness"]["shortfall"] = "0"
            assert not accepted(bad, model), part
    assert not accepted(put(document, ("witness", "kind"), "farkas" if key[4] != "farkas" else "cycle"), model)


def stages(document: Json) -> list[Json]:
    transfers = document["mechanism"]["transfers"]
    return transfers if isinstance(transfers, list) else [transfers]


def paying() -> list[tuple[Any, ...]]:
    return [key for key in KINDS if (results()[key][1].get("mechanism") or {}).get("transfers")]


@pytest.mark.parametrize("key", paying(), ids=lambda key: "-".join(filter(None, key)))
def test_payments_that_a_class_does_not_have(key: tuple[Any, ...]) -> None:
    """A thousand paid once at the start, or at the report; an axis of the own next report on every ``later``."""
    name, document = results()[key]
    model = read_instance(instance(name))
    bad = copy.deepcopy(document)
    ask, agents = document["question"]["ask"], document["x-labels"]["agents"]
    sizes = [len(own) for own in model.period(0).signals]
    thousand: Any = "1000"
    for _ in sizes:
        thousand = [thousand]
    stages(bad)[0].setdefault(agents[0], {})["first"] = thousand
    assert not accepted(bad, model)
    if ask in ("contingent", "vcg-type", "budget-balanced") and model.horizon != 1:
        bad = copy.deepcopy(document)
        stages(bad)[0].setdefault(agents[0], {})["now"] = thousand
        assert not accepted(bad, model)
    if ask in ("team", "pivot", "groves", "uniqueness", "generalized-vcg", "static", "lump-sum-budget"):
        bad = copy.deepcopy(document)
        later: Any = "1000"
        for _ in range(2 * len(sizes) + 1):
            later = [later]
        stages(bad)[0].setdefault(agents[0], {})["later"] = later
        assert not accepted(bad, model)
    if ask in ("contingent", "vcg-type", "budget-balanced", "ex-ante-balanced", "surplus-extraction"):
        for t, stage in enumerate(stages(document)):
            for i, agent in enumerate(agents):
                table = stage.get(agent, {}).get("later")
                count = len(model.period(model.following(t)).signals[i]) if table is not None else 1
                if count > 1:
                    bad = copy.deepcopy(document)
                    stages(bad)[t][agent]["later"] = widened(table, 1 + len(agents) + i, count)
                    assert not accepted(bad, model), agent


def widened(table: Any, axis: int, count: int) -> Any:
    """The same table, written as if it looked along one more axis."""
    if axis == 0:
        assert len(table) == 1
        return table * count
    return [widened(entry, axis - 1, count) for entry in table]


def zeros(value: Any) -> Any:
    """The same nesting with 0 at every number."""
    if isinstance(value, dict):
        return {key: zeros(entry) for key, entry in value.items()}
    return [zeros(entry) for entry in value] if isinstance(value, list) else "0"


def test_intervals_of_nothing_are_no_uniqueness() -> None:
    """All ends 0, proved by nothing, by lies without weight, or not at all."""
    key = next(key for key in KINDS if key[0] == "uniqueness" and key[2] == "fails")
    name, document = results()[key]
    model = read_instance(instance(name))
    bad = copy.deepcopy(document) | {"status": "holds", "value": "0", "witness": None}
    certificate = bad["certificate"]
    certificate["most"] = zeros(certificate["most"])
    assert not accepted(bad, model)
    for weight in ("0", "-1", "1"):
        again = copy.deepcopy(bad)
        for proofs in again["certificate"]["proofs"].values():
            for proof in proofs:
                for lie in proof["lies"]:
                    lie["weight"] = weight
        assert not accepted(again, model)
    for proof in ({agent: zeros(table) for agent, table in certificate["most"].items()}, certificate["proof"]):
        again = copy.deepcopy(bad)
        again["certificate"]["proof"] = json.loads(json.dumps(proof).replace('"0"', "null"))
        assert not accepted(again, model)


def test_optima_without_multipliers() -> None:
    for key in KINDS:
        name, document = results()[key]
        if document["question"]["ask"] == "implement" and document["status"] == "optimal":
            model = read_instance(instance(name))
            for y in ({}, zeros(document["certificate"]["multipliers"])):
                assert not accepted(put(document, ("certificate", "multipliers"), y), model) or document["value"] == "0"
            assert not accepted(put(document, ("value",), None), model)
        if document["status"] == "unbounded":
            model = read_instance(instance(name))
            for ray in ({}, zeros(document["certificate"]["ray"])):
                assert not accepted(put(document, ("certificate", "ray"), ray), model)


def test_blocks_out_of_scope() -> None:
    """In scope policy a failure in a block of an action that the rule does not take there is none."""
    tried = 0
    for key in KINDS:
        name, document = results()[key]
        if key[1] != "all" or document["witness"] is None or document["mechanism"] is None:
            continue
        model, witness = read_instance(instance(name)), document["witness"]
        if witness["kind"] != "convex-combination":
            continue
        signals = {**witness["others"], witness["agent"]: witness["type"]}
        taken = [
            record["action"]
            for record in document["mechanism"]["allocation"]
            if record["signals"] == signals and record.get("period") == witness.get("period")
        ]
        if taken and taken[0] != witness["action"]:
            tried += 1
            bad = put(document, ("question", "scope"), "policy")
            bad["certificate"].pop("failures", None)
            assert not accepted(bad, model)
    assert tried


# -- hypotheses ----------------------------------------------------------------------------------------------------------


def idle() -> Json:
    """Private values, chains of their own, a prior that is a product; nobody ever chooses ``idle``, which costs 100 each."""
    chain = [["1/2", "1/2"], ["1/4", "3/4"]]
    return {
        "format": "mechsynth-instance/1",
        "name": "idle",
        "horizon": "infinite",
        "discount": "1/2",
        "agents": ["ann", "bob"],
        "prior": {"independent": {"ann": ["1/2", "1/2"], "bob": ["1/3", "2/3"]}},
        "signals": {"ann": ["l", "h"], "bob": ["p", "q"]},
        "actions": ["go", "wait", "idle"],
        "utilities": {
            "ann": [[[1], [4]], [[0], [0]], [[-100], [-100]]],
            "bob": [[[0, -3]], [[0, 0]], [[-100, -100]]],
        },
        "transition": {"independent": {"ann": chain, "bob": chain}},
    }


def interdependent(model: Json) -> None:
    """What idling costs bob hangs on ann's signal: values are not private, and nobody who tells the truth ever notices."""
    free = [[[*own[0]], [*own[0]]] for own in model["utilities"]["bob"]]
    free[2][1] = [-101, -101]
    model["utilities"]["bob"] = free


@pytest.mark.parametrize("ask", ["uniqueness", "lump-sum-budget"])
def test_theorems_on_private_values_ask_for_them(ask: str) -> None:
    """What team, pivot and Groves mechanisms leave is computed as they are played, and stands on no theorem; these two use some."""
    genuine, raw = idle(), json.dumps(idle()).encode()
    document = json.loads(mechsynth.solve(mechsynth.loads(raw), ask).to_bytes())
    verdict = check(document, raw)
    assert verdict.accepted, verdict.reason
    interdependent(genuine)
    other = json.dumps(genuine).encode()
    document["instance"]["sha256"] = hashlib.sha256(other).hexdigest()
    verdict = check(document, other)
    assert not verdict.accepted and "values are not private" in (verdict.reason or "")
    with pytest.raises(MechsynthError):
        mechsynth.solve(mechsynth.loads(other), ask)
