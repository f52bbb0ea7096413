"""Malformed files end in one line that names the place, and in nothing else, whatever the bytes hold."""

from __future__ import annotations

import ast
import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from leases import (
    LEASE_RULE,
    Json,
    cycle_result,
    data,
    envelope,
    lease_one,
    lease_result,
    leases,
    middle,
    middle_result,
)

import mechsynth
import mechsynth.check
from mechsynth.check import check, read_instance
from mechsynth.errors import InputError, TooLargeError


def put(path: str, value: Any, instance: Json | None = None) -> bytes:
    whole: Any = leases() if instance is None else instance
    place = whole
    *way, last = (int(key) if key.isdigit() else key for key in path.split("/"))
    for key in way:
        place = place[key]
    place[last] = value
    return data(whole)


FIRST = "periods/0"
BAD_INSTANCES: list[tuple[bytes, str]] = [
    (b"", "not JSON"),
    (b"{", "not JSON"),
    (b"[]", "expected an object"),
    (b"\xff\xfe{}", "UTF-8"),
    (b"\xef\xbb\xbf{}", "byte order mark"),
    (b"[" * 100_000, "nested too deeply"),
    (b'{"a":' * 100_000, "nested too deeply"),
    (b'{"format": 1, "format": 2}', "stands twice"),
    (b'{"format": NaN}', "NaN"),
    (b'{"format": -Infinity}', "Infinity"),
    (b'{"format": 1e100000000}', "exponent"),
    (b'{"format": 1e-100000000}', "exponent"),
    (b'{"format": 1e' + b"0" * 5000 + b"99999}", "exponent"),
    (b'{"format": ' + b"1" * 300_000 + b"}", "digits"),
    (b'{"format": "\\ud800"}', "surrogate"),
    (b'{"\\udfff": 1}', "surrogate"),
    (put("format", "mechsynth-instance/3"), "format: expected mechsynth-instance/1"),
    (put("surprise", 1), 'unknown key "surprise"'),
    (put("horizon", 0), "horizon"),
    (put("horizon", 3), "2 periods for horizon 3"),
    (put("horizon", True), "found true"),
    (put("horizon", "2"), "horizon"),
    (put("horizon", "infinite"), "discount"),
    (put("horizon", 10**12, middle(2)), "too many periods"),
    (put("horizon", 10**12), "too many periods"),
    (put("discount", 0), "discount"),
    (put("discount", "1/0"), "denominator zero"),
    (put("discount", "-1/2"), "discount"),
    (put("discount", "3/2"), "discount"),
    (put("discount", 1, middle(2)), "discount"),
    (put("discount", False), "found false"),
    (put("discount", "½"), "not an exact number"),
    (put("discount", "١"), "not an exact number"),
    (put("discount", "1/2\n"), "not an exact number"),
    (put("discount", "1_0"), "not an exact number"),
    (put("agents", []), "empty"),
    (put("agents", ["firm1", "firm1"]), "stands twice"),
    (put("agents", ["firm1", 2]), "not a label"),
    (put("agents", ["firm1", "firm3"]), "missing"),
    (put("signals", {}), "periods"),
    (put("prior", [["1/2"], ["1/3"]]), "prior: adds up to 5/6, not to 1"),
    (put("prior", [["3/2"], ["-1/2"]]), "negative probability"),
    (put("prior", [["1"]]), "axis 1 has length 1"),
    (put(f"{FIRST}/signals/firm1", ["4", "4"]), "stands twice"),
    (put(f"{FIRST}/signals/firm3", ["4"]), "unknown key"),
    (put(f"{FIRST}/actions", []), "empty"),
    (put(f"{FIRST}/utilities/firm1", [[[7], [11]], [[0]]]), "different lengths"),
    (put(f"{FIRST}/utilities/firm1", [[[7], [11]]] * 3), "axis 1 has length 3"),
    (put(f"{FIRST}/utilities/firm1", [[[7], [None]], [[0], [0]]]), "found null"),
    (put(f"{FIRST}/utilities/firm1", [[[7], [True]], [[0], [0]]]), "found true"),
    (put(f"{FIRST}/utilities/firm1", [[[7], ["x"]], [[0], [0]]]), "not an exact number"),
    (put(f"{FIRST}/utilities/firm1", {"public": [[1]]}), '"private" is missing'),
    (put(f"{FIRST}/transition", [[[[["3/4", "1/5"]]]]]), "adds up to 19/20"),
    (put(f"{FIRST}/transition", [[[[["5/4", "-1/4"]]]]]), "negative probability"),
    (put(f"{FIRST}/transition", [[[[["1"]]]]]), "axis 5 has length 1"),
    (put("periods/1/transition", [[[[["1"]]]]]), "unknown key"),
    (put("periods/0/surprise", 1), "unknown key"),
]


@pytest.mark.parametrize("number", range(len(BAD_INSTANCES)))
def test_bad_instances(number: int) -> None:
    text, words = BAD_INSTANCES[number]
    with pytest.raises(InputError) as caught:
        read_instance(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_negative_row_is_named() -> None:
    with pytest.raises(InputError, match=r"periods\[0\].transition, row \(firm2, 6, -\): adds up to 1/2"):
        read_instance(put("periods/0/transition/1/1", [[["1/4", "1/4"]]]))


def test_too_large_is_refused_from_an_estimate() -> None:
    labels = [str(k) for k in range(1000)]
    instance = {
        "format": "mechsynth-instance/1",
        "horizon": "infinite",
        "discount": "1/2",
        "agents": ["a", "b", "c", "d", "e"],
        "signals": dict.fromkeys("abcde", labels),
        "actions": ["x"],
        "utilities": {agent: [[[[[[0]]]]]] for agent in "abcde"},
        "transition": {"independent": {agent: [["1/1000"] * 1000] for agent in "abcde"}},
    }
    with pytest.raises(TooLargeError):
        read_instance(data(instance))


def test_normalize_rescales_exactly() -> None:
    text = put("periods/0/transition", [[[[[1, 2]]]]])
    model = read_instance(text, normalize=True)
    kernel = model.kernels[0]
    assert kernel is not None
    assert kernel.weights.tolist() == [[[1, 2], [1, 2]]] * 2
    assert kernel.den.tolist() == [[3, 3], [3, 3]]
    assert model.rescaled
    with pytest.raises(InputError, match="adds up to 3"):
        read_instance(text)


def test_numbers_beyond_the_interpreter_limit() -> None:
    # 6000 digits: 10^5999 exactly
    model = read_instance(put("periods/0/utilities/firm1", [[["1" + "0" * 5999]]]))
    assert model.period(0).utilities[0].at(0, 0) == 10**5999
    result = lease_result()
    result["mechanism"]["transfers"][1]["firm2"]["now"] = [["0", "9" * 5000 + "/" + "1" * 5000]]
    # 9/1 in very long: the same 9
    assert check(result, data(leases())).accepted
    result["mechanism"]["transfers"][1]["firm2"]["now"] = [["0", "9" * 5000]]
    verdict = check(result, data(leases()))
    assert verdict.reason is not None
    assert len(verdict.reason) < 400


def changed(**more: Any) -> Json:
    return {**lease_result(), **more}


def question(**more: Any) -> Json:
    result = lease_result()
    result["question"].update(more)
    return result


def with_table(table: Any) -> Json:
    result = lease_result()
    result["mechanism"]["transfers"][0]["firm1"]["later"] = table
    return result


def with_transfers(transfers: Any) -> Json:
    result = lease_result()
    result["mechanism"]["transfers"] = transfers
    return result


def with_allocation(entries: Any) -> Json:
    result = lease_result()
    result["mechanism"]["allocation"] = entries
    return result


RULE = lease_result()["mechanism"]["allocation"]
BAD_RESULTS: list[tuple[Any, str]] = [
    (b"\x00", "not JSON"),
    ("\ud800", "surrogate"),
    ({}, "format"),
    ({"format": object()}, "cannot be written"),
    ({"format": float("nan")}, "cannot be written"),
    (changed(format="mechsynth-result/9"), "format"),
    (changed(surprise=1), 'unknown key "surprise"'),
    (changed(status="solved"), "status"),
    (changed(status=1), "status"),
    (changed(strength="certain"), "strength"),
    (changed(instance={"sha256": "0" * 64}), "another instance"),
    (changed(instance={**lease_result()["instance"], "name": "other"}), "instance.name"),
    (changed(instance={**lease_result()["instance"], "normalized": 1}), "normalized"),
    (changed(certificate=[]), "certificate"),
    (changed(certificate={"proof": 1}), 'unknown key "proof"'),
    (changed(mechanism=None), "mechanism"),
    (changed(mechanism={"allocation": []}, witness=None), "transfers"),
    (question(ask="guess"), "cannot be checked"),
    (question(scope="some"), "scope"),
    (question(transfers="contingent"), "question.transfers"),
    (question(require=["pepic"]), "question.require"),
    (question(objective="max-revenue"), "question.objective"),
    (question(**{"last-period": "none"}), "last-period"),
    (question(**{"last-period": "constant:nobody"}), "no action of the last period"),
    (question(surprise=1), "unknown key"),
    (with_allocation(RULE[:-1]), "is not listed"),
    (with_allocation([*RULE, RULE[0]]), "listed twice"),
    (with_allocation([{**RULE[0], "period": 3}, *RULE[1:]]), "period"),
    (with_allocation([{**RULE[0], "period": True}, *RULE[1:]]), "period"),
    (with_allocation([{**RULE[0], "action": "firm3"}, *RULE[1:]]), "no action"),
    (with_allocation([{**RULE[0], "signals": {"firm1": "4"}}, *RULE[1:]]), "missing"),
    (with_allocation([{**RULE[0], "signals": {"firm1": "5", "firm2": "-"}}, *RULE[1:]]), "no signal"),
    (with_table([["0"]]), "axis"),
    (with_table([[[[["0", "1", "2"]]]]]), "axis 5 has length 3"),
    (with_table([[[[["0", None]]]]]), "found null"),
    (with_table([[[[[0.5, "1/0"]]]]]), "denominator zero"),
    (with_transfers([{}]), "1 entries for horizon 2"),
    (with_transfers([{}, {"firm2": {"later": [[[[["0"]]]]]}}]), "nothing comes after"),
    (with_transfers([{}, {"firm3": {}}]), "no agent"),
    (with_transfers([{}, {"firm2": {"soon": [["0"]]}}]), "unknown key"),
    (with_transfers({}), "finite horizon"),
    (with_transfers([{"agent": "firm1", "period": 2, "next": {}, "payment": 1}]), "nothing comes after"),
    (with_transfers([{"agent": "firm1", "period": 1, "payment": True}]), "found true"),
    (with_transfers([{"agent": "firm1", "payment": "1", "period": 1, "next": {"firm2": "5"}}]), "no signal"),
]


@pytest.mark.parametrize("number", range(len(BAD_RESULTS)))
def test_bad_results(number: int) -> None:
    result, words = BAD_RESULTS[number]
    try:
        verdict = check(result, data(leases()))
    except InputError as error:
        assert words in str(error)
        assert "\n" not in str(error)
    else:
        assert not verdict.accepted
        assert verdict.reason is not None
        assert words in verdict.reason


def test_cycle_must_be_of_distinct_signals() -> None:
    result = cycle_result()
    result["witness"]["cycle"] = ["4", "6", "4", "6"]
    result["witness"]["shortfall"] = "8"
    with pytest.raises(InputError, match="distinct"):
        check(result, data(lease_one()))


def test_periods_in_an_infinite_horizon_are_refused() -> None:
    result = middle_result()
    result["mechanism"]["allocation"][0]["period"] = 1
    with pytest.raises(InputError, match="period"):
        check(result, data(middle(-2)))


leaf = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["", "1/2", "4", "firm1", "x", "infinite"])
trees = st.recursive(
    leaf,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["firm1", "later", "a"]), inner),
    max_leaves=6,
)


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [way] if way else []
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, entry in entries:
        found += places(entry, (*way, key))
    return found


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_other_exception_escapes(draw: st.DataObject) -> None:
    """Replace any one value of a true result or of its instance by anything: a verdict or an InputError."""
    make = draw.draw(
        st.sampled_from([(lease_result, leases()), (middle_result, middle(-2)), (cycle_result, lease_one())])
    )
    result, instance = json.loads(json.dumps(make[0]())), json.loads(json.dumps(make[1]))
    target = draw.draw(st.sampled_from([result, instance]))
    way = draw.draw(st.sampled_from(places(target)))
    place = target
    for key in way[:-1]:
        place = place[key]
    before = place[way[-1]]
    place[way[-1]] = draw.draw(trees)
    if target is instance:
        result["instance"]["sha256"] = hashlib.sha256(data(instance)).hexdigest()
    same = json.dumps(before) == json.dumps(place[way[-1]])
    try:
        verdict = check(result, data(instance))
    except InputError:
        assert not same
    else:
        assert verdict.accepted or verdict.reason


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40) | st.text(max_size=40).map(lambda text: text.encode()))
def test_any_bytes(text: bytes) -> None:
    with pytest.raises(InputError):
        read_instance(text)
    with pytest.raises(InputError):
        check(text, data(leases()))


def test_checking_loads_nothing_that_finds_answers(tmp_path: Path) -> None:
    """What questions are called, what each claims, and the records of witnesses are all that a check loads besides the checker."""
    leases = Path(__file__).resolve().parents[2] / "instances" / "liu2014-oil-leases.json"
    result = tmp_path / "result.json"
    mechsynth.solve(leases, "ladder").save(result)
    code = (
        "import sys, pathlib; from mechsynth.check import check\n"
        "said = check(pathlib.Path(sys.argv[1]).read_bytes(), pathlib.Path(sys.argv[2]).read_bytes()); assert said.accepted\n"
        "print(*sorted(name for name in sys.modules if name.startswith('mechsynth.') and not name.startswith('mechsynth.check')))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(result), str(leases)], capture_output=True, text=True, timeout=300, check=True)
    vocabulary = {"mechsynth.errors", "mechsynth.result"}
    vocabulary |= {f"mechsynth.result.{name}" for name in ("ask", "codec", "rowname", "status", "vocabulary", "witness")}
    for name in set(done.stdout.split()) - vocabulary:
        room = name.split(".")
        assert room[1] == "asks" and (len(room) < 4 or room[3] == "claim"), name


def test_the_checker_imports_nothing_of_the_package_but_errors_and_vocabulary() -> None:
    folder = Path(mechsynth.check.__file__).parent
    # what questions are called, what files may say, and the records that witnesses are
    vocabulary = {f"mechsynth.result.{name}" for name in ("ask", "codec", "status", "vocabulary", "witness")}
    allowed = {"mechsynth.errors", *vocabulary, "numpy", "numpy.typing", "flint"}
    standard = {"__future__", "abc", "collections", "collections.abc", "contextlib", "dataclasses", "fractions", "functools"}
    standard |= {"base64", "binascii", "bisect", "hashlib", "itertools", "json", "math", "operator", "re", "types", "typing", "urllib.parse"}
    for path in folder.rglob("*.py"):
        # a relative import stays within the folder
        deepest = len(path.relative_to(folder).parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom):
                names = set() if node.level else {node.module or "relative"}
                assert node.level <= deepest, path
            elif isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            elif isinstance(node, ast.Call):
                assert not (isinstance(node.func, ast.Name) and node.func.id == "__import__"), path
                continue
            else:
                continue
            assert names <= allowed | standard, (path, names)
            assert "mechsynth.result.ask" not in names or path.name == "asked.py"
            assert not names & vocabulary or "small" not in path.parts, path
            if "flint" in names:
                assert path.name == "values.py"


def test_a_model_with_rescaled_rows_goes_with_a_result_that_says_so() -> None:
    """The prior 1, 1 is 1/2, 1/2 once it is rescaled; a result that does not say that it is about that is about another instance."""
    instance = leases()
    instance["prior"] = [["1"], ["1"]]
    model = read_instance(data(instance), True)
    result = envelope(instance, "policy", "optimal", mechanism={"allocation": LEASE_RULE}, value="19")
    with pytest.raises(InputError, match="the instance was read with rescaled rows"):
        check(result, model)
    result["instance"]["normalized"] = True
    verdict = check(result, model)
    assert verdict.accepted, verdict.reason
    assert "rescaled to add up to one" in verdict.statement


@pytest.mark.parametrize("name", ["evaluate", "Evaluation", "Fact", "IncentiveRow"])
def test_names_that_moved_say_where(name: str) -> None:
    with pytest.raises(AttributeError, match=rf"is now mechsynth\.evaluation\.{name}$"):
        getattr(mechsynth.check, name)


def test_other_names_that_are_not_there() -> None:
    with pytest.raises(AttributeError, match=r"method constraints of mechsynth\.evaluation\.Evaluation"):
        mechsynth.check.incentive_constraints  # noqa: B018
    with pytest.raises(AttributeError, match="has no attribute nothing"):
        mechsynth.check.nothing  # noqa: B018
