"""Genuine results of every question, and forged ones made of them; where each forged one is refused.

Forged in many ways, from single leaves (dropped, doubled, another number, another label, another type) to whole parts that are taken
from the answer to another question.
"""

from __future__ import annotations

import copy
import json
import pickle
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from limits import battery
from oracles import draws, second

import mechsynth
from mechsynth.asks import REGISTRY
from mechsynth.check import check, flows, verdict
from mechsynth.errors import InputError

Json = dict[str, Any]
Place = tuple[str, int]
# a place of a document and what is put there; ``GONE`` takes it away
Change = tuple[tuple[Any, ...], Any]
GONE = "(gone)"

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(mechsynth.__file__).parent
CHECK = str(PACKAGE / "check")
# the checker of programs and the small one have tests of their own
APART = ("small", "programs")


def judging() -> list[Path]:
    """The files that an answer is judged by: the checker, and what questions claim."""
    core = [path for path in sorted(Path(CHECK).rglob("*.py")) if path.relative_to(CHECK).parts[0] not in APART]
    return core + sorted((PACKAGE / "asks").glob("*/claim.py"))


JUDGING = frozenset(map(str, judging()))


@dataclass(frozen=True)
class Forged:
    """A result that is refused, the instance, the lines of the checker that were under way when it was, what was told, and of what it was made how."""

    result: bytes
    instance: Any
    places: frozenset[Place]
    told: str
    test: str = ""
    genuine: Json | None = None
    changes: tuple[Change, ...] = ()
    words: str = ""


def genuine() -> list[tuple[bytes, list[Json]]]:
    """Instances with results that are accepted."""
    found = []
    for instance, questions in cases():
        raw = json.dumps(instance).encode()
        environment = mechsynth.loads(raw)
        documents = []
        for ask, options in questions:
            try:
                result = mechsynth.solve(environment, ask, workers=1, **options)
            except mechsynth.MechsynthError:
                continue
            document = json.loads(result.to_bytes())
            if document["status"] != "unknown" and check(result.to_bytes(), raw).accepted:
                documents.append(document)
        found.append((raw, documents))
    return found


def cases() -> Iterator[tuple[Json, list[battery.Question]]]:
    """The battery of the limits, and questions that it leaves out."""
    yield from battery.CASES.values()
    i = battery.implement
    more: list[battery.Question] = [
        ("ladder", {}),
        *((ask, {"scope": scope}) for ask in ("contingent", "vcg-type", "convex-independence", "spanning") for scope in ("all", "policy")),
        *((ask, {"transfers": kind}) for ask in ("ex-ante-balanced", "budget-balanced", "surplus-extraction") for kind in ("contingent", "vcg-type")),
        *((ask, {}) for ask in REGISTRY if ask not in ("ladder", "contingent", "vcg-type", "convex-independence", "spanning", "implement")),
        ("implement", {"transfers": "contingent", "require": ["pbic", "participation:interim"]}),
        ("implement", {"transfers": "full", "require": ["bnic", "budget:per-period"]}),
        ("implement", {"transfers": "contingent+now", "require": ["cap:50", "liability:40"]}),
        ("implement", {"transfers": "full", "require": ["cap:1/9", "liability:0"]}),
        i("full+now", "budget:per-period", "participation:interim"),
        i("contingent+now", "participation:ex-ante", "participation:entry", objective="max-revenue"),
        i("contingent+now", "budget:ex-ante", "no-subsidy", objective="min-subsidy"),
        i("history-independent", "surplus:every-history"),
        i("vcg-type", "surplus:full", "participation:ex-post"),
        i("full", "budget:ex-post", objective="min-total-transfer"),
        i("contingent", "bounded:1/9", "residual-claimant"),
        i("contingent", objective="min-rent"),
    ]
    for flavour, seed, horizon, agents, most in (
        ("silent", 12, 2, 2, 4), ("chains", 13, 2, 2, 4), ("chains", 14, "infinite", 2, 4), ("zeros", 15, 3, 2, 4), ("ties", 16, "infinite", 2, 4),
    ):
        instance = draws.instance(seed, flavour, horizon=horizon, agents=agents, most=most)
        yield instance, more + ([("contingent", {"last_period": "constant"})] if horizon in (2, 3) else [])
    for seed, flavour, horizon in ((21, "ordinary", "infinite"), (22, "chains", 2)):
        yield second.instance(seed, flavour, agents=3, horizon=horizon, most=2), more
    for name in ("liu2014-oil-leases", "bilateral-trade-persistent", "liu2014-auction-1"):
        yield json.loads((ROOT / "instances" / f"{name}.json").read_text(encoding="utf-8")), more


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The places of a document, the inner ones and the leaves."""
    if path:
        yield path
    if isinstance(node, dict):
        for key in list(node):
            yield from leaves(node[key], (*path, key))
    elif isinstance(node, list):
        for k in range(min(len(node), 3)):
            yield from leaves(node[k], (*path, k))


def at(document: Any, path: tuple[Any, ...]) -> Any:
    """What stands at a place."""
    for key in path:
        document = document[key]
    return document


def changed(document: Json, changes: Sequence[Change]) -> Json:
    """A copy with something else at some places."""
    found = copy.deepcopy(document)
    for path, value in changes:
        holder = at(found, path[:-1])
        if value == GONE:
            del holder[path[-1]]
        else:
            holder[path[-1]] = copy.deepcopy(value)
    return found


def bent(value: Any) -> Iterator[Any]:
    """Other values for a place."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | str):
        try:
            number = Fraction(value)
            yield from (str(number + 1), str(-number), "0", str(number - 1), str(2 * number), str(number + Fraction(1, 10**9)), "1/0", "1e99999")
        except (ValueError, ZeroDivisionError):
            yield from ("nobody", 7)
    elif isinstance(value, dict):
        yield {}
        yield []
    elif isinstance(value, list):
        yield []
        yield value + value[:1]
        if len(value) > 1:
            yield value[::-1]
            yield value[1:]
            yield value[:-1]
        yield {}
    yield None


def bending(document: Json, most: int) -> Iterator[tuple[Change, ...]]:
    """Single places changed, dropped or added to; of large documents an even choice of places."""
    places = list(leaves(document))
    step = max(1, len(places) // most)
    for path in places[::step]:
        for value in bent(at(document, path)):
            yield ((path, value),)
        holder = at(document, path[:-1])
        if isinstance(holder, dict):
            yield ((path, GONE),)
            keys = [key for key in holder if key != path[-1]]
            if keys and path[-1] != "format":
                yield ((*path[:-1], keys[0]), holder[path[-1]]), (path, holder[keys[0]])
            yield (((*path[:-1], "unheard-of"), "1"),)


PARTS = (
    ("question",),
    ("mechanism",),
    ("witness",),
    ("certificate",),
    ("witness", "status", "certificate", "mechanism"),
    ("mechanism", "certificate"),
    ("question", "certificate"),
    ("value",),
    ("status", "value"),
)


def mixing(documents: list[Json], most: int) -> Iterator[tuple[Json, tuple[Change, ...]]]:
    """The parts of one answer in another: question, mechanism, witness, certificate, status with its parts."""
    pairs = [(one, other) for one in documents for other in documents if one is not other]
    for one, other in pairs[:: max(1, len(pairs) // most)]:
        for keys in PARTS:
            changes = tuple(((key,), other[key]) for key in keys)
            if changed(one, changes) not in (one, other):
                yield one, changes


def forged(raw: bytes, documents: list[Json], most: int) -> Iterator[Forged]:
    """Every forged result about an instance that is refused, with the lines that refused it."""
    bends = [(document, changes) for document in documents for changes in bending(document, most)]
    for document, changes in bends + list(mixing(documents, 3 * most)):
        data = json.dumps(changed(document, changes)).encode()
        places, told = refusal(data, raw)
        if places:
            yield Forged(data, raw, places, told, genuine=document, changes=changes)


def harvested(path: str) -> Iterator[Forged]:
    """What tests had checked and the checker refused, with the test."""
    for result, instance, test in pickle.loads(Path(path).read_bytes()):
        places, told = refusal(result, instance)
        if places:
            yield Forged(result, instance, places, told, test)


def refusal(result: bytes, instance: Any) -> tuple[frozenset[Place], str]:
    """The lines of the checker under way when a result was refused (none if it was accepted), and what was said."""
    seen: set[Place] = set()

    def recording(kind: Any) -> Any:
        plain = kind.__init__

        def record(self: Any, *parts: Any, **named: Any) -> None:
            frame = sys._getframe(1)
            while frame is not None:
                if frame.f_code.co_filename in JUDGING:
                    seen.add((frame.f_code.co_filename, frame.f_lineno))
                frame = frame.f_back  # type: ignore[assignment]
            plain(self, *parts, **named)

        return plain, record

    kinds = (verdict.Refuted, flows.Malformed, InputError)
    plains = []
    for kind in kinds:
        plain, record = recording(kind)
        plains.append(plain)
        kind.__init__ = record  # type: ignore[method-assign]
    try:
        told = said(result, instance)
    finally:
        for kind, plain in zip(kinds, plains):
            kind.__init__ = plain  # type: ignore[method-assign]
    return (frozenset() if told is None else frozenset(seen)), told or ""


def said(result: bytes, instance: Any) -> str | None:
    """Why a result is refused, None if it is accepted."""
    try:
        found = check(result, instance)
    except InputError as error:
        return f"malformed: {error}"
    except Exception as error:  # a mutant may do anything
        return f"crash: {type(error).__name__}"
    return None if found.accepted else str(found.reason)


def by_place(corpus: list[Forged]) -> dict[Place, list[Forged]]:
    """The forged results that were refused while a line was under way."""
    found: dict[Place, list[Forged]] = defaultdict(list)
    for one in corpus:
        for place in one.places:
            found[place].append(one)
    return found
