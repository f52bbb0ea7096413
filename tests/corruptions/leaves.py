"""Results of every kind on small instances, their leaves, and what else could stand there.

A leaf is a text, a number, a truth value or null. Free text is none: keys that begin with ``x-`` (but ``x-labels``, from which names are read).
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import mechsynth
from mechsynth.check import check
from mechsynth.errors import MechsynthError
from mechsynth.report import page
from mechsynth.report.subject import open_subject
from mechsynth.result import labels
from mechsynth.words import explain

Json = dict[str, Any]
Path_ = tuple[str | int, ...]
INSTANCES = Path(__file__).resolve().parents[2] / "instances"
LIBRARY = (
    "liu2014-auction-1",
    "liu2014-auction-2",
    "liu2014-oil-leases",
    "no-correlation",
    "no-correlation-private",
    "hull-but-implementable",
    "hull-not-residual-claimant",
    "more-signals-than-outcomes",
    "bilateral-trade-persistent",
    "liu2014-oil-leases-manipulable",
    "hidden-last-period",
)


FORGED = INSTANCES.parent / "tests" / "trials" / "forged"
# What the library has no short answers of.
SPECIAL = {
    "each-other": ("surplus-extraction", "budget-balanced"),
    "one-action": ("uniqueness", "lump-sum-budget"),
    "theorem-5-no-surplus": ("lump-sum-budget",),
    "theorem-6-no-surplus-reached": ("lump-sum-budget",),
    "theorem-5-correlated-prior": ("lump-sum-budget",),
    "weather": ("policy", "contingent", "implement", "lump-sum-budget", "pivot"),
}
SECOND = ("weather",)  # of format 2: results about them are kinds of their own


def instance(name: str) -> bytes:
    """The bytes of an instance."""
    for path in (INSTANCES / f"{name}.json", Path(__file__).parent / f"{name}.json", FORGED / f"{name}.instance.json"):
        if path.exists():
            return path.read_bytes()
    raise FileNotFoundError(name)


def questions() -> Iterator[tuple[str, Json]]:
    """Every question, with the options that change what its answer consists of."""
    yield "policy", {}
    yield "ladder", {}
    for scope in ("all", "policy"):
        for ask in (
            "convex-independence",
            "spanning",
            "contingent",
            "vcg-type",
            "budget-balanced",
            "surplus-extraction",
        ):
            yield ask, {"scope": scope}
        yield "ex-ante-balanced", {"scope": scope}
        yield "vcg-type", {"scope": scope, "last_period": "constant"}
        yield "contingent", {"scope": scope, "last_period": "constant"}
    for ask in ("static", "team", "pivot", "groves", "uniqueness", "lump-sum-budget", "generalized-vcg"):
        yield ask, {}
    for transfers in ("history-independent", "vcg-type", "contingent", "full", "full+now", "smallest"):
        yield "implement", {"transfers": transfers}
    budget = ["budget:per-period", "participation:ex-post"]
    yield "implement", {"transfers": "contingent", "require": budget}
    yield "implement", {"transfers": "full", "require": ["no-subsidy", *budget], "relax": False}
    yield "implement", {"transfers": "smallest", "require": ["participation:interim"], "objective": "max-revenue"}
    yield "implement", {"transfers": "contingent", "require": ["bounded:100"]}
    yield "implement", {"transfers": "contingent", "require": ["bounded:1/2"], "strength": "verified"}
    yield "implement", {"transfers": "history-independent", "require": budget, "strength": "verified"}
    yield "implement", {"transfers": "full+now", "strength": "verified"}
    yield "implement", {"transfers": "vcg-type", "objective": "min-max-transfer"}
    yield "implement", {"transfers": "history-independent", "objective": "min-epsilon"}
    yield "implement", {"transfers": "full", "objective": "max-revenue"}
    yield "implement", {"transfers": "contingent", "require": ["participation:ex-ante"], "objective": "min-rent"}


@cache
def results() -> dict[tuple[Any, ...], tuple[str, Json]]:
    """The shortest proved result of every kind: by question, scope, status, strength, witness and keys of the certificate."""
    found: dict[tuple[Any, ...], tuple[str, Json]] = {}
    for name in (*LIBRARY, *SPECIAL):
        raw = instance(name)
        environment = mechsynth.loads(raw)
        for ask, options in questions():
            if name in SPECIAL and ask not in SPECIAL[name]:
                continue
            try:
                result = mechsynth.solve(environment, ask, time_limit=20, **options)
            except MechsynthError:
                continue  # the question is not about such an instance
            document = json.loads(result.to_bytes())
            if not check(document, raw).accepted:
                assert document["status"] == "unknown"
                continue
            key = (*kind(document), *([name] if name in SECOND else []))
            if key not in found or len(json.dumps(document)) < len(json.dumps(found[key][1])):
                found[key] = name, document
    return found


def kind(document: Json) -> tuple[Any, ...]:
    """What tells one kind of result from another."""
    question, witness = document["question"], document["witness"]
    return (
        question["ask"],
        question.get("scope", ""),
        document["status"],
        document["strength"],
        "" if witness is None else witness.get("kind", ""),
        *sorted(document["certificate"]),
    )


def leaves(value: Any, place: Path_ = ()) -> Iterator[Path_]:
    """The places of all leaves but free text."""
    if isinstance(value, dict):
        for key, entry in value.items():
            if not key.startswith("x-") or key == "x-labels":
                yield from leaves(entry, (*place, key))
    elif isinstance(value, list):
        for k, entry in enumerate(value):
            yield from leaves(entry, (*place, k))
    else:
        yield place


def at(document: Any, place: Path_) -> Any:
    for key in place:
        document = document[key]
    return document


def planted(document: Json, place: Path_, value: Any) -> Json:
    """The same with another value in one place."""
    bad = copy.deepcopy(document)
    node: Any = bad
    for key in place[:-1]:
        node = node[key]
    node[place[-1]] = value
    return bad


SETS = (
    ("all", "policy"),
    ("history-independent", "vcg-type", "contingent", "full", "contingent+now", "full+now"),
    ("feasible", "infeasible", "optimal", "unbounded", "holds", "fails", "unknown"),
    ("exact", "verified", "numerical"),
    ("efficient", "constant:firm1", "constant:firm2"),
    ("feasibility", "max-revenue", "min-epsilon", "min-max-transfer"),
    (
        "pepic",
        "residual-claimant",
        "participation:ex-post",
        "budget:ex-ante",
        "budget:per-period",
        "no-subsidy",
        "bounded:1/2",
        "bounded:100",
    ),
    ("policy", "convex-independence", "spanning", "static", "contingent", "vcg-type", "implement", "team", "ladder"),
    ("convex-combination", "dependence", "cycle", "farkas", "budget", "interval"),
    ("single-crossing", "increasing-differences"),
)
WORDS = {word: tuple(dict.fromkeys(w for s in SETS if word in s for w in s)) for words in SETS for word in words}


def others(old: Any, names: list[str]) -> list[Any]:
    """Values of the same sort that are not equal, and one of another sort."""
    if isinstance(old, bool):
        return [not old, None]
    if old is None:
        return ["1", "0", 3, {}, []]
    if isinstance(old, int):
        return [old + 1, old - 1, 0] if old else [1, -1]
    try:
        number = Fraction(old)
    except ValueError:
        number = None
    start = names.index(old) + 1 if old in names else 0
    values: list[Any] = [label for label in (*names[start:], *names) if label != old][:2]
    if number is not None:
        moved = (number + 1, -number, Fraction(0), number + Fraction(1, 10**6))
        values += [str(other) for other in dict.fromkeys(moved) if other != number]
    else:
        values += [word for word in WORDS.get(old, ("nobody",)) if word != old]
    return [value for value in dict.fromkeys(values) if value != old]


def labels_of(document: Json) -> list[str]:
    told = document["x-labels"]
    found = list(told["agents"])
    for period in told["periods"]:
        found += [label for own in period["signals"].values() for label in own]
        found += period["actions"]
    return list(dict.fromkeys(found))


def name_of(ask: str, place: Path_) -> str:
    """A place without indices and labels: ``certificate.blocks[].rows[]``."""
    text = ""
    for key in place:
        text += "[]" if isinstance(key, int) else f".{key}"
    return f"{ask}: {text.lstrip('.')}"


def told(document: Json, instance: bytes) -> tuple[str, str]:
    """The words of ``explain`` and the page, both with the instance at hand; without the sizes of the file."""
    subject = open_subject(document, json.dumps(document).encode(), instance)
    assert subject.environment is not None
    words = explain(document, labels=labels(subject.environment), rescaled=subject.answer.normalized)
    return words, _SIZES.sub("", page(subject))


_SIZES = re.compile(r"<h2>The proof</h2><dl>.*?</dl>|<dt>Result file</dt>.*?</dd>|<dt>Numbers in it</dt>.*?</dd>", re.S)
