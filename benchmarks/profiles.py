"""Where mechsynth's time goes, family by family."""

from __future__ import annotations

import cProfile
import pstats
from pathlib import Path
from typing import Any

from benchmarks.competitors import SUBJECT
from benchmarks.families import make, warm_up

TOP = 12


def profile(family: str, n: int, m: int, count: int) -> dict[str, Any]:
    """Return the functions with the most time of their own, and with the most time altogether, on some blocks."""
    for few in warm_up():
        SUBJECT.decide(SUBJECT.prepare(few))
    data = SUBJECT.prepare(make(family, count, n, m))
    recorder = cProfile.Profile()
    recorder.runcall(SUBJECT.decide, data)
    stats = pstats.Stats(recorder)
    total = stats.total_tt  # type: ignore[attr-defined]
    lines = [
        {"function": _name(where), "calls": calls, "own": own / total, "whole": whole / total}
        for where, (_, calls, own, whole, _) in stats.stats.items()  # type: ignore[attr-defined]
    ]
    return {
        "family": family,
        "n": n,
        "m": m,
        "blocks": count,
        "ms": 1000 * total / count,
        "own": sorted(lines, key=lambda line: -line["own"])[:TOP],
        "whole": sorted((line for line in lines if "mechsynth/" in line["function"]), key=lambda x: -x["whole"])[:TOP],
    }


def _name(where: tuple[str, int, str]) -> str:
    file, line, function = where
    parts = Path(file).parts
    for package in ("mechsynth", "numpy", "highspy", "flint"):
        if package in parts:
            at = len(parts) - 1 - parts[::-1].index(package)
            return f"{'/'.join(parts[at:])}:{line} {function}"
    return function if file == "~" else f"{parts[-1]}:{line} {function}"
