"""Expected answers: what an instance file says about itself under `x-expected`, read as data.

Two forms are read. The full one is a list with an object for every answer:

    "x-expected": [
      {"question": {"ask": "contingent", "scope": "policy"}, "status": "feasible", "why": "Spanning suffices (Liu 2014, Theorem 3.2)."},
      {"question": {"ask": "lump-sum-budget"}, "status": "feasible", "value": "0", "strength": "exact", "why": "…"}
    ]

``question`` holds the keyword arguments of `mechsynth.solve`: ``ask``, and where they are not the defaults ``scope``, ``last_period``, ``transfers``,
``require`` and ``keep`` (lists), ``objective``. ``why`` is the theorem or the argument; ``value`` and ``strength`` may be missing: then they are not foretold.

The short one is an object from ``ASK[:SCOPE][ --last-period LAST]`` to a status, with the reasons beside it in `x-why`, under several asks at once where they share one:
``{"contingent:all": "feasible", "E W_1": "19"}``; ``E W_1`` is the value of ``policy``, ``implement`` an object from options to a status. Its other keys (values, rules, witnesses) say more than a status
and are not read here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mechsynth import files
from mechsynth.errors import InputError, MechsynthError
from mechsynth.result.ask import REGISTRY, Kind, every_option
from mechsynth.result.vocabulary import RULE, WISHES
from mechsynth.suite.questions import option

KEY, WHY = "x-expected", "x-why"
STATUSES = ("feasible", "infeasible", "optimal", "unbounded", "holds", "fails", "unknown")
STRENGTHS = ("exact", "verified", "numerical")
KEYS = ("question", "status", "value", "strength", "why")


@dataclass(frozen=True)
class Expected:
    """One answer that is known before anything is computed.

    Attributes
    ----------
    question:
        The keyword arguments of `mechsynth.solve`: ``{"ask": …, "scope": …, "require": […], …}``.
    status:
        The status of the answer, as in a result file.
    value, strength:
        The exact value and the strength of the proof, as in a result file; ``None`` where they are not foretold.
    why:
        The theorem, or the argument.
    """

    question: Mapping[str, object]
    status: str
    value: str | None
    strength: str | None
    why: str


def expected(path: str | os.PathLike[str]) -> list[Expected]:
    """Return the expected answers of an instance file, in its order; none if it states none.

    Raises
    ------
    InputError
        For a file that cannot be read, and for expectations in neither form, naming the place.
    """
    from mechsynth.instance import read_json

    name = os.fspath(path)
    data = files.read(name, "an instance file")
    try:
        document = read_json(data)
        return expected_in(document) if isinstance(document, dict) else []
    except MechsynthError as error:
        raise error.within(name) from None


def expected_in(document: Mapping[str, Any]) -> list[Expected]:
    """Return the expected answers of the JSON object of an instance file; see `expected`."""
    stated = document.get(KEY)
    if stated is None:
        return []
    if isinstance(stated, list):
        return [_entry(entry, f"{KEY}[{k}]") for k, entry in enumerate(stated)]
    if isinstance(stated, dict):
        return _short_form(stated, document.get(WHY))
    raise InputError(KEY, "neither a list nor an object", 'write a list of {"question", "status", "why"}')


def entry_of(expectation: Expected) -> dict[str, object]:
    """Return an expectation as an object of the list form, with the keys that say something."""
    entry: dict[str, object] = {"question": expectation.question, "status": expectation.status}
    if expectation.value is not None:
        entry["value"] = expectation.value
    if expectation.strength is not None:
        entry["strength"] = expectation.strength
    return {**entry, "why": expectation.why}


def _entry(entry: object, place: str) -> Expected:
    if not isinstance(entry, dict):
        raise InputError(place, "no object", 'write {"question", "status", "why"}')
    for key in entry:
        if key not in KEYS:
            raise InputError(f"{place}.{_clip(key)}", "an unknown key", f"known are {', '.join(KEYS)}")
    value = entry.get("value")
    if value is not None:
        value = _word(value, f"{place}.value")
    strength = entry.get("strength")
    if strength is not None:
        strength = _one_of(strength, STRENGTHS, f"{place}.strength")
    status = _one_of(entry.get("status"), STATUSES, f"{place}.status")
    return Expected(
        _question(entry.get("question"), f"{place}.question"),
        status,
        value,
        strength,
        _word(entry.get("why"), f"{place}.why"),
    )


def _question(question: object, place: str) -> dict[str, object]:
    if not isinstance(question, dict) or "ask" not in question:
        raise InputError(place, "no object with an ask", 'write {"ask": …} and the options of the question')
    return {key: option(key, value, f"{place}.{_clip(key)}") for key, value in question.items()}


def _word(value: object, place: str) -> str:
    if type(value) is not str or not value:
        raise InputError(place, "no string" if value is not None else "missing", "write it as a string")
    return value


def _one_of(value: object, known: Sequence[str], place: str) -> str:
    if type(value) is not str or value not in known:
        raise InputError(place, "missing" if value is None else _clip(repr(value)), f"write one of {', '.join(known)}")
    return value


def _clip(words: str) -> str:
    """Return a stranger's words short enough for one line."""
    return words if len(words) <= 80 else words[:77] + "…"


def _short_form(stated: Mapping[str, Any], reasons: object) -> list[Expected]:
    why = reasons if isinstance(reasons, dict) else {}
    found = []
    for key, status in stated.items():
        if key == WISHES and isinstance(status, dict):
            found += [_implement(options, each, why) for options, each in status.items()]
            continue
        head, _, last = key.partition(" --last-period ")
        ask, _, scope = head.partition(":")
        if ask not in REGISTRY or REGISTRY[ask].rung is None or not isinstance(status, str) or " " in head:
            continue
        question = {"ask": ask}
        if scope:
            question["scope"] = scope
        if last:
            question["last_period"] = last
        value = stated.get("E W_1") if REGISTRY[ask].about == RULE else None
        status = _one_of(status, STATUSES, f"{KEY}.{_clip(key)}")
        found.append(Expected(question, status, value, None, _reason(why, ask, scope, last)))
    return found


def _implement(options: str, status: object, why: Mapping[str, Any]) -> Expected:
    """Read ``{"--transfers full --require budget:ex-post": "feasible"}``; several requirements are joined by commas."""
    place = f"{KEY}.implement.{_clip(options)}"
    words = options.split()
    question: dict[str, object] = {"ask": WISHES}
    if len(words) % 2:
        raise InputError(place, "an option without a value", "write pairs of an option and its value")
    known = every_option()
    for word, value in zip(words[::2], words[1::2], strict=True):
        key = word.removeprefix("--").replace("-", "_")
        kind = known[key].kind if key in known and word.startswith("--") else None
        if kind is Kind.WORDS:
            # the shares of a split are joined by commas, too, and only the first of them follows a colon
            before = question.get(key)
            question[key] = [*(before if isinstance(before, list) else ()), *re.split(r",(?![^,:]*=)", value)]
        elif kind in (Kind.WORD, Kind.FILE):
            question[key] = value
        else:
            raise InputError(place, f"{_clip(word)} is no option", "write pairs of an option and its value")
    reasons = [str(reason) for key, reason in why.items() if key.split(",")[0] == WISHES]
    return Expected(question, _one_of(status, STATUSES, place), None, None, " ".join(reasons))


def _reason(why: Mapping[str, Any], ask: str, scope: str, last: str) -> str:
    """Return the reason that is given for an ask: its own with the scope, else the one without."""
    for wanted in (f"{ask}:{scope}" if scope else ask, ask):
        for key, reason in why.items():
            asks, _, end = key.partition(" --last-period ")
            if wanted in asks.split(", ") and end == last.partition(":")[0]:
                return str(reason)
    return ""
