"""Results that are changed before they are checked: what the checker says of them."""

from __future__ import annotations

import copy
import json
from typing import Any

from mechsynth import instance
from mechsynth.check import check
from mechsynth.errors import InputError


def refused(change: Any, result: Any) -> str:
    """The reason for which a changed result is refused; one that is not refused fails the test."""
    forged = copy.deepcopy(result.document())
    change(forged)
    try:
        verdict = check(json.dumps(forged), instance.to_bytes(result.environment))
    except InputError as error:
        return str(error)
    assert not verdict.accepted
    return str(verdict.reason)


def put(value: Any, *path: Any) -> Any:
    """The change that puts a value at a place."""

    def change(document: dict[str, Any]) -> None:
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value

    return change
