"""The instance library and what it expects of the answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

INSTANCES = Path(__file__).resolve().parents[2] / "instances"
NAMES = sorted(path.stem for path in INSTANCES.glob("*.json") if path.name != "index.json")
ASKS = ("policy", "convex-independence", "spanning", "static", "contingent", "vcg-type")


def read(name: str) -> dict[str, Any]:
    """An instance as a JSON object, decimals kept at their digits."""
    found: dict[str, Any] = json.loads((INSTANCES / f"{name}.json").read_text(encoding="utf-8"), parse_float=str)
    return found


def questions(name: str) -> list[tuple[str, dict[str, str], str]]:
    """(ask, options, status) of everything that `x-expected` says about an instance."""
    found = []
    for key, status in read(name)["x-expected"].items():
        head, _, last = key.partition(" --last-period ")
        ask, _, scope = head.partition(":")
        if ask not in ASKS or not isinstance(status, str):
            continue
        options = {"scope": scope} if scope else {}
        if last:
            options["last_period"] = last
        found.append((ask, options, status))
    return found
