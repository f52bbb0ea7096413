"""Rule files: what they say, what is refused, and that a result is bound to its rule."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import check
from mechsynth.errors import InputError, MechsynthError

Json = dict[str, Any]
LEASE = json.dumps(
    {
        "format": "mechsynth-instance/1",
        "name": "lease",
        "horizon": 1,
        "discount": "1",
        "agents": ["firm1", "firm2"],
        "prior": [["1/2"], ["1/2"]],
        "signals": {"firm1": ["4", "6"], "firm2": ["-"]},
        "actions": ["firm1", "firm2"],
        "utilities": {"firm1": [[[7], [11]], [[0], [0]]], "firm2": [[[0], [0]], [[6], [12]]]},
    }
)
COIN: Json = {"firm1": "1/2", "firm2": "1/2"}


def table(*entries: object) -> Json:
    return {"format": "mechsynth-rule/1", "name": "mine", "rule": [[[entry] for entry in entries]]}


def asked(rule: Any, **options: Any) -> mechsynth.Result:
    return mechsynth.solve(mechsynth.loads(LEASE), "implement", transfers="history-independent", rule=rule, **options)


@pytest.mark.parametrize(
    ("rule", "status", "why"),
    [
        ("efficient", "infeasible", "7 to firm 1 at 4, 12 to firm 2 at 6: 4 -> 6 -> 4 loses 4"),
        ({"format": "mechsynth-rule/1", "constant": "firm1"}, "feasible", "what is reported changes nothing"),
        (table("firm1", "firm1"), "feasible", "the same as a table"),
        (table("firm1"), "feasible", "one entry for both signals"),
        (table(COIN, COIN), "feasible", "the same lottery at both"),
        (table("firm1", COIN), "infeasible", "less for the higher signal: the cycle loses (11 - 7)/2"),
        (table(COIN, "firm1"), "feasible", "more for the higher signal"),
        (table({"firm1": "1", "firm2": 0}, "firm1"), "feasible", "an action of probability 0 is not drawn"),
        ({"format": "mechsynth-rule/1", "weights": {"firm1": 4, "firm2": 1}}, "feasible", "28 > 6, 44 > 12: always firm 1"),
        ({"format": "mechsynth-rule/1", "weights": {"firm1": 1, "firm2": 1}}, "infeasible", "the efficient rule"),
        ({"format": "mechsynth-rule/1", "weights": {"firm1": 1, "firm2": 1}, "bonus": {"firm2": 10}}, "feasible", "6 + 10 > 7: always firm 2"),
    ],
)
def test_what_rules_say(rule: Any, status: str, why: str) -> None:
    result = asked(rule)
    assert str(result.status) == status, why
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    assert mechsynth.check.check(result.to_bytes(), LEASE.encode()).accepted
    assert result.document()["format"] == ("mechsynth-result/1" if rule == "efficient" else "mechsynth-result/2")
    assert result.explain()


def test_a_file_is_bound_byte_for_byte(tmp_path: Path) -> None:
    text = json.dumps({**table("firm1", COIN), "notes": "ä", "x-mine": 1}, indent=3, ensure_ascii=False) + "\n"
    path = tmp_path / "rule.json"
    path.write_bytes(text.encode())
    result = asked(str(path)).document()
    assert result["question"]["rule"] == {"kind": "table", "name": "mine", "sha256": hashlib.sha256(text.encode()).hexdigest()}
    assert result["certificate"]["rule"] == text
    assert asked(path).document()["question"] == result["question"]


def test_the_same_rule_by_file_object_and_result(tmp_path: Path) -> None:
    """A result stands for its allocation; an object for the file that would hold it."""
    first = asked(table(COIN, "firm1"))
    first.save(tmp_path / "first.json")
    for rule in (first, first.document(), tmp_path / "first.json"):
        again = asked(rule)
        assert again.check().accepted
        assert again.document()["mechanism"] == first.document()["mechanism"]
    efficient = asked("efficient").document()
    given = asked(efficient)
    assert str(given.status) == "infeasible"
    assert given.certificate["claims"] == ["efficient"]
    assert given.check().claims == ("efficient",)


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (table("firm3", "firm1"), "'firm3' is no action"),
        (table({"firm1": "1/2"}, "firm1"), "add up to 1/2"),
        (table({"firm1": "3/2", "firm2": "-1/2"}, "firm1"), "probability -1/2"),
        (table("firm1", "firm1", "firm1"), "not a list of 2"),
        ({"format": "mechsynth-rule/1", "rule": [[["firm1"], ["firm1", "firm2"]]]}, "different lengths"),
        (table(3, "firm1"), "found 3"),
        (table({}, "firm1"), "found {}"),
        ({"format": "mechsynth-rule/1", "rule": [[["firm1"]], [["firm1"]]]}, "not one table a period"),
        ({"format": "mechsynth-rule/2", "constant": "firm1"}, "found 'mechsynth-rule/2'"),
        ({"format": "mechsynth-rule/1", "constant": "firm1", "weights": {}}, "exactly one"),
        ({"format": "mechsynth-rule/1"}, "exactly one"),
        ({"format": "mechsynth-rule/1", "constant": "left"}, "'left' is no action"),
        ({"format": "mechsynth-rule/1", "constant": "firm1", "bonus": {}}, "belongs to weights"),
        ({"format": "mechsynth-rule/1", "constant": "firm1", "wieghts": {}}, "did you mean weights?"),
        ({"format": "mechsynth-rule/1", "weights": {"firm1": 1}}, "not one for every player"),
        ({"format": "mechsynth-rule/1", "weights": {"firm1": 1, "firm2": 0}}, "0 is not above 0"),
        ({"format": "mechsynth-rule/1", "weights": {"firm1": 1, "firm2": 1}, "ties": "last"}, "write \"first\""),
        ({"format": "mechsynth-rule/1", "weights": {"firm1": 1, "firm2": 1}, "bonus": {"left": 1}}, "'left' is no action"),
        ("no-such-file.json", "cannot be read"),
        (3, "3 is no file"),
    ],
)
def test_what_is_refused(rule: Any, words: str) -> None:
    with pytest.raises(MechsynthError) as error:
        asked(rule)
    assert words in str(error.value)
    assert str(error.value).startswith("rule")
    assert "\n" not in str(error.value)


def _lottery(found: Json) -> None:
    found["mechanism"]["allocation"][1]["action"] = {"firm1": "1/3", "firm2": "2/3"}


def _certain(found: Json) -> None:
    found["mechanism"]["allocation"][1]["action"] = "firm1"


def _more(found: Json) -> None:
    found["mechanism"]["allocation"][1]["action"] = {"firm1": "1/2", "firm2": "1"}


def _digest(found: Json) -> None:
    found["question"]["rule"]["sha256"] = "0" * 64


def _kind(found: Json) -> None:
    found["question"]["rule"]["kind"] = "constant"


def _name(found: Json) -> None:
    found["question"]["rule"]["name"] = "another"


def _text(found: Json) -> None:
    found["certificate"]["rule"] = found["certificate"]["rule"].replace("1/2", "1/3")


def _bound_again(found: Json) -> None:
    """Another rule in the file, with its digest: the mechanism is another."""
    text = json.dumps(table("firm1", "firm1"))
    found["certificate"]["rule"] = text
    found["question"]["rule"]["sha256"] = hashlib.sha256(text.encode()).hexdigest()


def _gone(found: Json) -> None:
    del found["certificate"]["rule"]


def _unasked(found: Json) -> None:
    del found["question"]["rule"]
    found["format"] = "mechsynth-result/1"


def _efficient(found: Json) -> None:
    found["question"]["rule"] = "efficient"


def _claimed(found: Json) -> None:
    found["certificate"]["claims"] = ["efficient"]


def _ties(found: Json) -> None:
    found["certificate"]["ties"] = []


def _first_format(found: Json) -> None:
    found["format"] = "mechsynth-result/1"


FORGED: tuple[tuple[Callable[[Json], None], str], ...] = (
    (_lottery, "not what the rule's file says"),
    (_certain, "not what the rule's file says"),
    (_more, "add up to 3/2"),
    (_digest, "not the file that the question names"),
    (_kind, "kind or name"),
    (_name, "kind or name"),
    (_text, "not the file that the question names"),
    (_bound_again, "not what the rule's file says"),
    (_gone, "found null"),
    (_unasked, "rule that the question does not give"),
    (_efficient, "rule that the question does not give"),
    (_claimed, "efficiency in period 1"),
    (_ties, "about a rule that is given"),
    (_first_format, "cannot say rule"),
)


@pytest.mark.parametrize("status", ["feasible", "infeasible"])
@pytest.mark.parametrize(("forge", "words"), FORGED)
def test_forged_rules_are_refused(status: str, forge: Callable[[Json], None], words: str) -> None:
    entries = ("firm1", COIN) if status == "infeasible" else (COIN, COIN)
    result = asked(table(*entries))
    assert str(result.status) == status
    forged = copy.deepcopy(result.document())
    forge(forged)
    try:
        verdict = check(forged, LEASE.encode())
    except InputError as error:
        assert words in str(error)
        return
    assert not verdict.accepted
    assert words in str(verdict.reason)


def _weighted() -> Json:
    rule = {"format": "mechsynth-rule/1", "name": "w", "weights": {"firm1": "4", "firm2": "1"}}
    found = asked(rule, require=["no-deficit:ex-post"]).document()
    assert check(found, LEASE.encode()).claims == ("weighted",)
    return copy.deepcopy(found)


def test_forged_weights_are_refused() -> None:
    """Weights under which the rule is beaten, and a tie that is broken otherwise: at signal 4 firm 1 has 7, firm 2 has 6."""
    for weights, words in (({"firm1": "6/7", "firm2": "1"}, "weights in period 1 at (6, -)"), ({"firm1": "1", "firm2": "1"}, "weights in period 1 at (6, -)")):
        found = _weighted()
        text = json.dumps({"format": "mechsynth-rule/1", "name": "w", "weights": weights})
        found["certificate"]["rule"] = text
        found["question"]["rule"]["sha256"] = hashlib.sha256(text.encode()).hexdigest()
        verdict = check(found, LEASE.encode())
        assert not verdict.accepted
        assert words in str(verdict.reason)
    found = _weighted()
    for record in found["mechanism"]["allocation"]:
        record["action"] = "firm2"
    # 7 · 12 = 11 · 84/11 and more: with a bonus both are as good at 4, and the first is to be taken
    text = json.dumps({"format": "mechsynth-rule/1", "name": "w", "weights": {"firm1": "1", "firm2": "1"}, "bonus": {"firm2": "1"}})
    found["certificate"]["rule"] = text
    found["question"]["rule"]["sha256"] = hashlib.sha256(text.encode()).hexdigest()
    verdict = check(found, LEASE.encode())
    assert not verdict.accepted
    assert "ties in period 1 at (4, -)" in str(verdict.reason)


def test_a_payment_cannot_look_at_a_draw_that_comes_after_it() -> None:
    """Records that look at the action of the period are paid before it is drawn; where it is certain they are read."""
    found = copy.deepcopy(asked(table(COIN, COIN)).document())
    found["mechanism"]["transfers"] = [{"agent": "firm1", "period": 1, "action": "firm1", "payment": "1"}]
    with pytest.raises(InputError, match="before the action is drawn"):
        check(found, LEASE.encode())
    found = copy.deepcopy(asked(table("firm1", "firm1")).document())
    found["mechanism"]["transfers"] = [{"agent": "firm1", "period": 1, "action": "firm1", "payment": "1"}]
    assert check(found, LEASE.encode()).accepted


def test_the_small_checker_says_that_it_does_not_know() -> None:
    from mechsynth.check import small

    with pytest.raises(small.Unknown, match="a rule that is given"):
        small.check(asked(table(COIN, COIN)).to_bytes(), LEASE.encode())


def _bound(found: Json, rule: Any) -> Json:
    """The same result with another rule file, bound by its digest, kind and name."""
    found = copy.deepcopy(found)
    text = rule if isinstance(rule, str) else json.dumps(rule)
    kind = "weighted" if "weights" in text else "constant" if "constant" in text else "table"
    found["certificate"]["rule"] = text
    found["question"]["rule"] = {"kind": kind, "name": "mine", "sha256": hashlib.sha256(text.encode()).hexdigest()}
    return found


def _refused(found: Json) -> str:
    try:
        verdict = check(found, LEASE.encode())
    except InputError as error:
        return str(error)
    assert not verdict.accepted
    return str(verdict.reason)


HEAD: Json = {"format": "mechsynth-rule/1", "name": "mine"}
EVEN: Json = {"firm1": 1, "firm2": 1}


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({**HEAD, "format": "mechsynth-rule/2", "constant": "firm1"}, "no rule in mechsynth-rule/1"),
        ({**HEAD, "constant": "firm1", "rule": [[["firm1"]]]}, "no rule in mechsynth-rule/1"),
        ({**HEAD, "rule": [["firm1"]] * 2}, "not one table a period"),
        ({**HEAD, "rule": [[["firm1"]] * 3]}, "axis 1 has length 3"),
        ({**HEAD, "weights": EVEN, "ties": "last"}, "certificate.rule.ties"),
        ({**HEAD, "weights": {**EVEN, "firm2": 0}}, "is not above 0"),
        ({**HEAD, "weights": {"firm1": 1}}, "do not name every agent"),
        ({**HEAD, "weights": EVEN, "bonus": {"left": 1}}, "left is no action"),
        ({**HEAD, "weights": EVEN}, "the rule listed draws actions"),
        ({**HEAD, "constant": "firm1", "why": 1}, "unknown key"),
        ({**HEAD, "constant": "firm3"}, "no action of this period"),
        ("[]", "expected an object"),
        ("{", "not JSON"),
    ],
)
def test_the_checker_reads_rule_files_itself(rule: Any, words: str) -> None:
    assert words in _refused(_bound(asked(table(COIN, COIN)).document(), rule))


def test_claims_of_a_rule() -> None:
    """Firm 2 has less at 4, so a coin there is not efficient, though its first action is; and other claims are none."""
    found = copy.deepcopy(asked(table(COIN, "firm2")).document())
    found["certificate"]["claims"] = ["efficient"]
    assert "efficiency in period 1 at (4, -): firm2 is not best" in _refused(found)
    for claims in (["weighted"], "efficient", [["efficient"]]):
        found["certificate"]["claims"] = claims
        assert "certificate.claims" in _refused(found)


def test_answers_within_an_answer_are_about_the_same_rule() -> None:
    """What smaller classes come to, and what `bnic` comes to, under another rule."""
    first = asked(table("firm1", COIN), incentives="pbic").document()
    assert first["certificate"]["weaker"]["question"]["rule"] == first["question"]["rule"]
    other = asked(table("firm1", "firm2"), incentives="pbic").document()
    forged = copy.deepcopy(first)
    forged["certificate"]["weaker"] = other["certificate"]["weaker"]
    assert "an answer about another rule" in _refused(forged)
    smaller = [copy.deepcopy(asked(rule).document()) for rule in (table("firm1", COIN), table("firm1", "firm2"))]
    whole = mechsynth.solve(mechsynth.loads(LEASE), "implement", transfers="full", rule=table("firm1", COIN)).document()
    for tried, fine in ((smaller[0], True), (smaller[1], False)):
        forged = copy.deepcopy(whole)
        forged["certificate"]["tried"] = [tried]
        if fine:
            assert check(forged, LEASE.encode()).accepted
        else:
            assert "an answer about another rule" in _refused(forged)
