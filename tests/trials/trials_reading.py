"""The inputs beside this file, each an example on which an earlier version said something false, and what is said of them now."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mechsynth
from mechsynth.environment import Environment
from mechsynth.result import Result
from mechsynth.words import explain

HERE = Path(__file__).parent
LIBRARY = HERE.parent.parent / "instances"


def environment(name: str) -> Environment:
    """An input by its name, of this folder or of the library."""
    path = HERE / f"{name}.json"
    return mechsynth.load(path if path.exists() else LIBRARY / f"{name}.json")


def solved(name: str, ask: str, **options: Any) -> Result:
    """The answer to a question, once the checker has accepted it."""
    result = mechsynth.solve(environment(name), ask, **options)
    verdict = result.check()
    assert verdict.accepted, verdict.reason
    return result


def told(result: Result) -> str:
    """What `explain` says, on one line."""
    return " ".join(explain(json.loads(json.dumps(result.document()))).split())


def said(name: str, ask: str, **options: Any) -> str:
    """What `explain` says about the answer to a question, on one line."""
    return told(solved(name, ask, **options))
