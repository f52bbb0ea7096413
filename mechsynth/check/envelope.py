"""The envelope of a result: which question it answers, how, and for which instance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

from mechsynth.errors import InputError
from mechsynth.result.codec import Record, read
from mechsynth.result.status import Status, Strength
from mechsynth.result.vocabulary import FIRST_WITNESSES, RESULT, RESULT_SECOND, SECOND_KEYS

from .asked import asked_of
from .model import Model
from .named import check_labels
from .question import Question, read_question
from .text import Numbers, decode, describe, items, mapping, show, table
from .verdict import Ledger, Refuted, saying

STATUSES, STRENGTHS = tuple(map(str, Status)), tuple(map(str, Strength))
R = TypeVar("R", bound=Record)

_KEYS = ("format", "instance", "question", "status", "strength")
_OPTIONAL = ("value", "mechanism", "witness", "certificate", "attained", "bounds")


@dataclass(frozen=True)
class Claim:
    """One result, taken apart but not believed.

    Parameters
    ----------
    ask, scope, constant:
        Of the question, as in :class:`Question`; ``ask`` is replaced where one question is answered by another.
    asked:
        The question.
    attained:
        Whether the value is said to be attained; else it is a supremum.
    bounds:
        Between which numbers it is said to be, where the value is open.
    """

    ask: str
    scope: str
    constant: int | None
    asked: Question
    status: str
    strength: str
    value: object
    mechanism: dict[str, Any] | None
    witness: object
    certificate: dict[str, Any]
    numbers: Numbers
    attained: bool = True
    bounds: tuple[Fraction, Fraction] | None = None


def open_result(data: bytes) -> tuple[dict[str, Any], Numbers]:
    """Decode a result and check the keys of its envelope."""
    root, numbers = decode(data, "result")
    return check_envelope(root), numbers


def check_envelope(root: object) -> dict[str, Any]:
    """Check format tag and keys of a decoded result."""
    found = root.get("format") if isinstance(root, dict) else None
    if found not in (RESULT, RESULT_SECOND):
        raise InputError("format", f"expected {RESULT}, found {describe(found)}", "check a result file")
    result = table(root, "result", _KEYS, _OPTIONAL)
    table(result["instance"], "instance", ("sha256",), ("name", "normalized"))
    if type(result["instance"].get("normalized", False)) is not bool:
        raise InputError("instance.normalized", "expected true or false", "write true or leave it out")
    question, witness = result["question"], result.get("witness")
    told = [key for key in question if key in SECOND_KEYS] if isinstance(question, dict) else []
    kind = witness.get("kind") if isinstance(witness, dict) else None
    if isinstance(witness, dict) and isinstance(kind, str):
        bare = kind in ("convex-combination", "dependence") and "action" not in witness
        told += [kind] if bare or kind not in FIRST_WITNESSES else []
    if found == RESULT and told:
        raise InputError("format", f"{RESULT} cannot say {show(told[0])}", f"write {RESULT_SECOND}")
    if found == RESULT_SECOND and not told:
        raise InputError("format", f"nothing in the result needs {RESULT_SECOND}", f"write {RESULT}")
    return result


def normalized(root: Mapping[str, Any]) -> bool:
    """Say whether the result is about the instance with rows rescaled by their sums."""
    return root["instance"].get("normalized", False) is True


def check_instance(root: Mapping[str, Any], model: Model) -> None:
    """Ask that the result is about this instance, byte for byte."""
    given = root["instance"]
    if given["sha256"] != model.digest:
        remedy = f"name the instance it is about (the one at hand has sha256 {model.digest[:12]}...), or solve again"
        raise InputError("instance.sha256", "a result for another instance", remedy)
    if given.get("name") not in (None, model.name):
        raise InputError("instance.name", f"{describe(given['name'])} is not its name", f"it is {show(model.name)}")
    if model.rescaled and not normalized(root):
        raise InputError("instance", "the instance was read with rescaled rows", "read it as the result says")


def read_claim(root: Mapping[str, Any], numbers: Numbers, model: Model) -> Claim:
    """Take a result apart and refuse what contradicts itself."""
    for key, words in (("status", STATUSES), ("strength", STRENGTHS)):
        if root[key] not in words or not isinstance(root[key], str):
            raise InputError(key, f"found {describe(root[key])}", f"one of {', '.join(words)}")
    question = root["question"]
    ask = question.get("ask") if isinstance(question, dict) else None
    kind = asked_of(ask)
    assert isinstance(ask, str)
    asked = read_question(question, ask, model, numbers)
    scope, status = asked.scope, root["status"]
    within = root["strength"] == "verified" and status in kind.verified
    if status == "unknown" and not (within and root.get("witness") is not None):
        raise Refuted('status "unknown": the result says that nothing was proved')
    if root["strength"] != "exact" and not within:
        raise Refuted(f'strength "{root["strength"]}": no proof of "{status}" for "{ask}"')
    if status not in (*kind.statuses, "unknown"):
        raise Refuted(f'status "{status}" is no proved answer to "{ask}" (one of {", ".join(kind.statuses)})')
    attained = root.get("attained", True)
    if type(attained) is not bool or not (attained or (kind.limits and status in kind.valued)):
        raise InputError("attained", f"found {describe(attained)}", "true, or leave it out")
    bounds = _bounds(root["bounds"], kind.limits and status == "feasible", numbers) if "bounds" in root else None
    mechanism, witness = root.get("mechanism"), root.get("witness")
    if mechanism is not None:
        table(mechanism, "mechanism", ("allocation",), ("transfers",))
    certificate = root.get("certificate")
    certificate = {} if certificate is None else certificate
    mapping(certificate, "certificate", "write {}")
    if status in ("infeasible", "fails", "unknown"):
        if witness is None:
            raise Refuted(f'status "{status}" without a witness')
        if not (kind.composite or kind.against) and mechanism is not None and mechanism.get("transfers") is not None:
            raise Refuted(f'status "{status}" with transfers: the result contradicts itself')
    elif witness is not None:
        raise Refuted(f'status "{status}" with a witness: the result contradicts itself')
    # past the first step what is expected of the others hangs on the rule, whatever the scope
    ruled = not kind.composite and not (kind.beliefs and scope != "policy" and "look_ahead" not in asked.choices)
    ruled &= not (kind.grown and status == "infeasible")  # the rule is a choice, and there is none
    if ruled and mechanism is None:
        raise InputError("mechanism", "is missing", "the answer is about a rule: list it")
    if kind.beliefs and not ruled and mechanism is not None:
        raise InputError("mechanism", "stands in an answer that is about no rule", "remove it")
    if not (kind.classes or kind.composite) and mechanism is not None and mechanism.get("transfers") is not None:
        raise InputError("mechanism.transfers", "the question has no transfers", "remove them")
    positive = bool(kind.classes) and status in ("feasible", "optimal", "unbounded")
    if positive and mechanism is not None and mechanism.get("transfers") is None:
        raise Refuted(f'status "{status}" without transfers')
    if status not in kind.valued and root.get("value") is not None:
        raise Refuted("a value where nothing was optimized or computed")
    told, value = (ask, scope, asked.constant, asked, status, root["strength"]), root.get("value")
    return Claim(*told, value, mechanism, witness, certificate, numbers, attained, bounds)


def _bounds(value: object, fits: bool, numbers: Numbers) -> tuple[Fraction, Fraction]:
    """Read between which numbers the value is."""
    entries = items(value, "bounds")
    if not fits or len(entries) != 2:
        raise InputError("bounds", "do not go with this answer", "remove them, or write two numbers")
    low, high = (numbers.fraction(entry, f"bounds[{k}]") for k, entry in enumerate(entries))
    return low, high


def witness(kind: type[R], value: object, place: str, numbers: Numbers, but: str = "") -> R:
    """Return a witness of one kind as a record; words and pages take it so, too.

    Parameters
    ----------
    but:
        What else a witness could be here, for the message.

    Raises
    ------
    InputError
        If it is of another kind, or not written as its kind says.
    """
    found, name = value.get("kind") if isinstance(value, dict) else None, getattr(kind, "kind", "")
    if found != name:
        raise InputError(f"{place}.kind", f"found {describe(found)}", f"one of {name}{but and f', {but}'}")
    return read(kind, value, place, numbers.fraction)


def open_part(entry: object, whole: Claim, model: Model, ledger: Ledger) -> Claim:
    """Take apart an answer that stands within another one; it is about the same instance."""
    root = check_envelope(entry)
    check_instance(root, model)
    check_labels(root, model, ledger)
    return read_claim(root, whole.numbers, model)


@contextmanager
def nested(place: str, entry: object = None) -> Iterator[None]:
    """Say of refusals where the answer within another one stands, and, of an ``entry``, which question it answers."""
    question = entry.get("question") if isinstance(entry, dict) else None
    ask = f" ({question.get('ask')})" if isinstance(question, dict) else ""
    try:
        with saying(f"{place}{ask}: "):
            yield
    except InputError as error:
        raise error.within(place) from None
