"""The formats of files as JSON Schemas, for other programs: ``mechsynth.schema("mechsynth-result/1")``."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from mechsynth.errors import UsageError, did_you_mean
from mechsynth.result.ask import registry

FORMATS = (
    "mechsynth-instance/1",
    "mechsynth-instance/2",
    "mechsynth-result/1",
    "mechsynth-result/2",
    "mechsynth-rule/1",
)


def schema(format: str) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a format.

    A schema says what stands where. That shapes fit, that probabilities add up to 1, and that an answer is proved is for the readers and the checker to
    say. What is written today is format 1; format 2 is what later versions will write where format 1 cannot say it.

    Parameters
    ----------
    format:
        ``mechsynth-instance/1``, ``mechsynth-instance/2``, ``mechsynth-result/1``, ``mechsynth-result/2`` or ``mechsynth-rule/1``.

    Raises
    ------
    UsageError
        For another format.
    """
    if format not in FORMATS:
        remedy = did_you_mean(format, FORMATS) + f"choose one of {', '.join(FORMATS)}"
        raise UsageError("format", f"{format!r} has no schema", remedy)
    name = format.removeprefix("mechsynth-").replace("/", "-")
    found: dict[str, Any] = json.loads((files("mechsynth") / "schemas" / f"{name}.json").read_text(encoding="utf-8"))
    if name.startswith("result"):
        # the questions of this version, and those that the file names for later ones
        ask = found["$defs"]["question"]["properties"]["ask"]
        ask["enum"] = list(dict.fromkeys([*registry(), *ask.get("enum", ())]))
    return found
