"""Instances of format 2: what they say, what they refuse, and that both readers, the small one and the schema agree."""

from __future__ import annotations

import base64
import copy
import json
from fractions import Fraction as F
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from oracles import second
from oracles.model import read as model_of

import mechsynth
import mechsynth.check
from mechsynth import Environment
from mechsynth.check.reading import read_instance
from mechsynth.check.small.instance import Instance
from mechsynth.efficient import efficient_rule
from mechsynth.errors import InputError, MechsynthError
from mechsynth.instance import document, loads
from mechsynth.result.schema import schema

jsonschema = pytest.importorskip("jsonschema")
ROOT = Path(__file__).resolve().parents[2]

FIRM: dict[str, Any] = {
    "format": "mechsynth-instance/2",
    "name": "weather",
    "horizon": 2,
    "discount": "1/2",
    "agents": ["firm", "weather", "rival"],
    "public": ["weather"],
    "signals": {"firm": ["1", "3"], "weather": ["open", "shut"], "rival": ["a", "b"]},
    "actions": ["go", "rest"],
    "utilities": {
        "firm": [[[[1], [None]], [[3], [None]]], [[[0], [0]], [[0], [0]]]],
        "rival": {"private": [[1, 2], [0, 0]]},
    },
    "available": [[[[True], [False]]], [[[True]]]],
    "outside": {"firm": {"own": ["1/2", 1]}, "rival": [[[0], [1]]]},
    "prior": {
        "mixture": [
            {"weight": "1/4", "independent": {"firm": ["1/2", "1/2"], "weather": [1, 0], "rival": ["1/3", "2/3"]}},
            {"weight": "3/4", "independent": {"firm": [0, 1], "weather": ["1/2", "1/2"], "rival": [1, 0]}},
        ]
    },
    "transition": {
        "mixture": [
            {"weight": "1/4", "independent": {"firm": [["1/2", "1/2"]], "weather": [[[1, 0], [0, 1]]], "rival": [["1/3", "2/3"]]}},
            {"weight": "3/4", "independent": {"firm": [[0, 1], [1, 0]], "weather": [["1/2", "1/2"]], "rival": [[1, 0]]}},
        ]
    },
}


def put(*path: Any) -> Any:
    """A change of one place; the last entry is the value."""

    def change(instance: dict[str, Any]) -> dict[str, Any]:
        made = copy.deepcopy(instance)
        at = made
        for key in path[:-2]:
            at = at[key]
        at[path[-2]] = path[-1]
        return made

    return change


def first_format(*path: Any) -> Any:
    """A change of an instance of format 1 that only format 2 can say."""
    plain = {
        "format": "mechsynth-instance/1", "name": "p", "horizon": 1, "discount": 1, "agents": ["a", "b"],
        "signals": {"a": ["x", "y"], "b": ["z"]}, "actions": ["go"], "utilities": {"a": [[[1], [2]]], "b": {"private": [[0]]}},
        "prior": [["1/2"], ["1/2"]],
    }
    return lambda _: put(*path)(plain)


def raw(value: dict[str, Any]) -> bytes:
    return json.dumps(value).encode()


def numbers(instance: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Utilities, kernels, priors as the three readers have them, and the oracle's."""
    environment, checked, small, model = loads(instance), read_instance(raw(instance)), Instance(raw(instance)), model_of(instance)
    return environment, (checked, small), model


def test_four_readers_agree() -> None:
    """Every utility, probability and value of leaving, wherever an action is available; 0 elsewhere; and the players."""
    for instance in [FIRM, *(second.instance(seed, "ordinary") for seed in range(30))]:
        environment, (checked, small), model = numbers(instance)
        assert list(environment.players) == list(checked.players) == small.players == model.players
        for t, period in enumerate(environment.periods):
            theirs, mine = checked.period(t), small.utilities[t]
            for a, _ in enumerate(period.actions):
                for k, p in enumerate(model.periods[t].profiles()):
                    there = model.periods[t].there(a, p)
                    assert bool(period.choices()[a, k]) == bool(theirs.choices[a, k]) == small.available[t][a][k] == there
                    for i in range(len(model.agents)):
                        value = model.periods[t].utility[i].get((a, p), F(0)) if there else F(0)
                        assert period.utilities.fraction(i, a, *p) == theirs.utilities[i].at(a, k) == mine[i][a][k] == value
                    kernel = checked.kernel(t)
                    if period.transition is None:
                        assert kernel is None
                        continue
                    assert kernel is not None
                    law = (model.periods[t].kernel or {}).get((a, p), {})
                    for q, then in enumerate(model.periods[model.next_period(t) or 0].profiles()):
                        value = law.get(then, F(0)) if there else F(0)
                        assert F(int(period.kernel().num[a, k, q]), period.kernel().den) == value
                        assert F(int(kernel.weights[a, k, q]), int(kernel.den[a, k])) == value == small.laws[t][a][k].get(q, 0)
            for i in range(len(model.agents)):
                for k, p in enumerate(model.periods[t].profiles()):
                    left = F(0) if theirs.outside is None else theirs.outside[i].at(k)
                    assert period.leaving(i).fraction(k) == left == small.outside[t][i][k] == model.periods[t].leaving(i, p)
        if model.prior is not None:
            for k, x in enumerate(model.prior.values()):
                assert environment.prior is not None and checked.prior is not None and small.prior is not None
                assert F(int(environment.prior.num.ravel()[k]), environment.prior.den) == checked.prior.at(k) == small.prior.get(k, 0) == x


def test_written_in_the_lowest_format() -> None:
    """What an environment says comes back, in format 2 where it needs it and in format 1 where it does not."""
    for instance in [FIRM, *(second.instance(seed, "zeros") for seed in range(12))]:
        written = document(loads(instance))
        assert written["format"] == "mechsynth-instance/2"
        assert jsonschema.Draft202012Validator(schema("mechsynth-instance/2")).is_valid(written)
        assert jsonschema.Draft202012Validator(schema("mechsynth-instance/2")).is_valid(json.loads(raw(instance)))
        again = loads(written)
        assert document(again) == written
        assert [rule.tolist() for rule in efficient_rule(again).actions] == [rule.tolist() for rule in efficient_rule(loads(instance)).actions]
    plain = json.loads((ROOT / "instances" / "liu2014-oil-leases.json").read_text())
    second_of_it = {**plain, "format": "mechsynth-instance/2"}
    nothing = copy.deepcopy(second_of_it)
    nothing["periods"][0]["available"] = [[[True]], [[True]]]
    nothing["periods"][1]["outside"] = {"firm1": {"own": [0]}}
    for made in (second_of_it, nothing):
        assert document(loads(made))["format"] == "mechsynth-instance/1"
        assert document(loads(made)) == document(loads(plain))
        answers = [mechsynth.solve(loads(x), "contingent").document() for x in (plain, made)]
        for answer in answers:
            del answer["instance"]
        assert answers[0] == answers[1], "the same words, the same certificate"


def test_in_python() -> None:
    """The same by keyword arguments, functions among them: nothing is asked where an action is not available."""

    def utility(agent: str, action: str, theta: tuple[str, ...]) -> int:
        assert (action, theta[1]) != ("go", "shut") and agent != "weather"
        return {"1": 1, "3": 3}[theta[0]] if action == "go" else 0

    def law(action: str, theta: tuple[str, ...]) -> Any:
        assert (action, theta[1]) != ("go", "shut")
        return {("1", "open"): F(1, 2), ("3", "shut"): F(1, 2)}

    made = Environment(
        ["firm", "weather"], public=["weather"], signals={"firm": ["1", "3"], "weather": ["open", "shut"]}, actions=["go", "rest"],
        utilities=utility, transition=law, available=np.array([[[True, False]], [[True, True]]]), outside={"firm": {"own": [F(1, 2), 0]}},
        discount="1/2", prior={("1", "open"): 1},
    )
    assert made.player_names == ("firm",) and made.needs_second
    assert efficient_rule(made).actions[0].tolist() == [[0, 1], [0, 1]]
    again = loads(document(made))
    assert document(again) == document(made)
    # W = 1 + W'/2, W' the mean of W(1, open) = W and W(3, shut) = (W + W(3, shut))/4 = W/3
    assert mechsynth.solve(made, "policy").value == str(F(1) / (1 - F(1, 4) * (1 + F(1, 3))))


def packed(values: list[int], kind: str, shape: list[int], den: Any = 1) -> dict[str, Any]:
    return {"packed": base64.b64encode(np.array(values, dtype=f"<{kind}").tobytes()).decode(), "type": kind, "shape": shape, "denominator": den}


@pytest.mark.parametrize("kind", ["i1", "i2", "i4", "i8"])
def test_tables_in_short(kind: str) -> None:
    """Packed integers and lists of entries mean what the nested lists mean, to both readers; least integers too."""
    width = int(kind[1])
    least = -(2 ** (8 * width - 1))
    own: dict[str, Any] = {**packed([1, least, 3, 0], kind, [2, 2], "4"), "type": f"i{8 * width}"}
    base = {
        "format": "mechsynth-instance/2", "name": "short", "horizon": "infinite", "discount": "1/2", "agents": ["a"],
        "signals": {"a": ["x", "y"]}, "actions": ["go", "stay"],
        "utilities": {"a": [[F(1, 4), F(least, 4)], [F(3, 4), 0]]},
        "transition": [[["1/2", "1/2"], [0, 1]], [[1, 0], [0, 1]]],
        "prior": ["1/3", "2/3"],
    }
    short = {
        **base, "utilities": {"a": own}, "prior": {"sparse": [[1, "2/3"], [0, "1/3"]], "shape": [2]},
        "transition": {"sparse": [[0, 0, 0, "1/2"], [0, 0, 1, "0.5"], [0, 1, 1, 1], [1, 0, 0, 1], [1, 1, 1, 1]], "shape": [2, 2, 2]},
    }
    assert document(loads(short)) == document(loads(base))
    checked, plain = read_instance(raw(short)), read_instance(raw({**base, "utilities": {"a": [["1/4", f"{least}/4"], ["3/4", 0]]}}))
    assert (checked.stages[0].utilities[0] - plain.stages[0].utilities[0]).num.any() == np.False_
    assert (checked.kernels[0].weights * plain.kernels[0].den[..., None] == plain.kernels[0].weights * checked.kernels[0].den[..., None]).all()  # type: ignore[union-attr]
    private = {**base, "utilities": {"a": {"private": own}}}
    assert document(loads(private)) == document(loads(base))
    assert mechsynth.solve(loads(short), "policy").check().accepted


BAD = {
    "a public agent with a utility": (put("utilities", "weather", {"private": [[0, 0]]}), "utilities"),
    "a public agent that is none": (put("public", ["wheather"]), "public"),
    "a public agent twice": (put("public", ["weather", "weather"]), "public"),
    "nobody is left": (put("public", ["firm", "weather", "rival"]), "public"),
    "public that is no list": (put("public", "weather"), "public"),
    "availability by a secret": (put("available", [[[[True]], [[False]]], [[[True]]]]), "public states only"),
    "availability that is no truth": (put("available", [[[[1], [0]]], [[[True]]]]), "available"),
    "availability as text": (put("available", [[[["true"], [False]]], [[[True]]]]), "available"),
    "no action at a profile": (put("available", [[[[True], [False]]], [[[True], [False]]]]), "no action"),
    "availability of another size": (put("available", [[[[True]]]] * 3), "available"),
    "availability without depth": (put("available", True), "available"),
    "null where the action is available": (put("utilities", "firm", 0, 0, 0, 0, None), "utilities"),
    "null where only another state has none": (put("utilities", "firm", [[[[None]], [[None]]], [[[0]], [[0]]]]), "utilities"),
    "leaving of a public agent": (put("outside", {"weather": {"own": [1, 2]}}), "outside"),
    "leaving of nobody": (put("outside", {"fir": {"own": [1, 2]}}), "outside"),
    "leaving of another size": (put("outside", {"firm": {"own": [1, 2, 3]}}), "outside"),
    "leaving that is no number": (put("outside", {"firm": {"own": ["a lot", 2]}}), "outside"),
    "leaving with another key": (put("outside", {"firm": {"all": [1, 2]}}), "outside"),
    "null where leaving is worth something": (put("outside", {"firm": {"own": [None, 2]}}), "outside"),
    "weights that add to another sum": (put("prior", "mixture", 0, "weight", "1/2"), "prior"),
    "a weight below 0": (put("prior", "mixture", 0, "weight", "-1/4"), "prior"),
    "a product that adds to another sum": (put("prior", "mixture", 0, "independent", "firm", ["1/2", "1/3"]), "prior"),
    "no products": (put("prior", {"mixture": []}), "prior"),
    "a mixture beside a product": (put("prior", {"mixture": FIRM["prior"]["mixture"], "independent": {}}), "prior"),
    "a product without a weight": (put("prior", {"mixture": [{"independent": {}}]}), "prior"),
    "a weight of a kernel by the reports to come": (put("transition", "mixture", 0, "weight", [[[[["1/4"]]]]]), "transition"),
    "a weight of the kernel that is too much at one profile": (put("transition", "mixture", 0, "weight", [[[["1/4"]]], [[["1/2"]]]]), "transition"),
    "what is observed": (put("observed", {"firm": ["x", "x"]}), "observed"),
    "parameters": (put("parameters", {"v": {"from": 0, "to": 1}}), "parameters"),
    "bytes that do not fit": (put("prior", {**packed([1] * 7, "i1", [2, 2, 2], 8), "type": "i8"}), "bytes"),
    "no base64": (put("prior", {"packed": "=?", "type": "i8", "shape": [2, 2, 2], "denominator": 8}), "base64"),
    "another type": (put("prior", {**packed([1] * 8, "i1", [2, 2, 2], 8), "type": "u8"}), "type"),
    "a denominator of 0": (put("prior", {**packed([1] * 8, "i1", [2, 2, 2], 0), "type": "i8"}), "denominator"),
    "an entry twice": (put("prior", {"sparse": [[0, 0, 0, "1/2"], [0, 0, 0, "1/2"]], "shape": [2, 2, 2]}), "stands twice"),
    "an index that is too large": (put("prior", {"sparse": [[0, 0, 2, 1]], "shape": [2, 2, 2]}), "sparse"),
    "an index below 0": (put("prior", {"sparse": [[0, 0, -1, 1]], "shape": [2, 2, 2]}), "sparse"),
    "an entry that is too short": (put("prior", {"sparse": [[0, 0, 1]], "shape": [2, 2, 2]}), "sparse"),
    "a shape of other lengths": (put("prior", {"sparse": [[0, 0, 0, 1]], "shape": [2, 2, 1]}), "prior"),
    "a shape beyond any memory": (put("prior", {"sparse": [], "shape": [10**9, 10**9, 2]}), "prior"),
    "public in format 1": (first_format("public", ["b"]), "mechsynth-instance/2"),
    "availability in format 1": (first_format("available", [[[True]]]), "mechsynth-instance/2"),
    "leaving in format 1": (first_format("outside", {"a": {"own": [0, 1]}}), "mechsynth-instance/2"),
    "observed in format 1": (first_format("observed", {}), "mechsynth-instance/2"),
    "a mixture in format 1": (first_format("prior", {"mixture": [{"weight": 1, "independent": {"a": [1, 0], "b": [1]}}]}), "mechsynth-instance/2"),
    "a short table in format 1": (first_format("prior", {"sparse": [[0, 0, 1]], "shape": [2, 1]}), "mechsynth-instance/2"),
    "a short utility in format 1": (first_format("utilities", "a", {"sparse": [[0, 0, 0, 1]], "shape": [1, 2, 1]}), "mechsynth-instance/2"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_refused(name: str) -> None:
    """In one line that names the place, by the producer's reader and by the checker's."""
    change, words = BAD[name]
    made = change(FIRM)
    with pytest.raises(MechsynthError) as caught:
        mechsynth.loads(json.dumps(made))
    line = str(caught.value)
    assert words in line and "\n" not in line and caught.value.remedy
    with pytest.raises(InputError) as caught:
        read_instance(raw(made))
    assert "\n" not in str(caught.value)


def test_rows_are_rescaled_where_they_are_read() -> None:
    """`--normalize` divides weights and rows of products; rows of what is not available are no rows."""
    made = put("prior", "mixture", 0, "weight", 1)(FIRM)
    made = put("prior", "mixture", 1, "weight", 3)(made)
    made["transition"]["mixture"][1]["independent"]["weather"] = [["1/2", 1]]
    environment = mechsynth.loads(json.dumps(made), normalize=True)
    assert environment.prior is not None
    assert document(environment)["prior"] == document(loads(FIRM))["prior"]
    checked = read_instance(raw(made), normalize=True)
    for a in range(2):
        for k in range(8):
            for q in range(8):
                kernel = checked.kernels[0]
                assert kernel is not None
                mine = environment.period(1).kernel()
                assert F(int(mine.num[a, k, q]), mine.den) == F(int(kernel.weights[a, k, q]), int(kernel.den[a, k]))


def test_a_rule_that_takes_what_is_not_there_is_refused() -> None:
    """Also where it would be worth more."""
    result = json.loads(mechsynth.solve(loads(FIRM), "policy").to_bytes())
    for record in result["mechanism"]["allocation"]:
        if record["signals"]["weather"] == "shut":
            record["action"] = "go"
            break
    with pytest.raises(InputError, match="not available"):
        mechsynth.check.check(json.dumps(result).encode(), raw(FIRM))


def test_a_state_that_pays_is_refused() -> None:
    """What is public neither pays nor receives, in tables or in records, not even nothing."""
    result = json.loads(mechsynth.solve(loads(FIRM), "implement", transfers="full+now").to_bytes())
    assert mechsynth.check.check(json.dumps(result).encode(), raw(FIRM)).accepted
    tables = copy.deepcopy(result)
    tables["mechanism"]["transfers"][0]["weather"] = {"now": [[["0"]]]}
    records = copy.deepcopy(result)
    records["mechanism"]["transfers"] = [{"agent": "weather", "period": 1, "payment": "1"}]
    for bad in (tables, records):
        with pytest.raises(InputError, match="public"):
            mechsynth.check.check(json.dumps(bad).encode(), raw(FIRM))
