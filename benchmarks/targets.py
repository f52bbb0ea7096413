"""What was promised, and whether it was kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

EXACT_LP = ("cddlib", "cddlib-mixtures", "ppl", "ppl-warm")
FULL, EVERY, MORE = "full rank", "planted, every block", "more signals than outcomes"


@dataclass(frozen=True)
class Target:
    """A ratio to reach against the fastest of some competitors, on some sizes of a family."""

    family: str
    sizes: Callable[[int, int], bool]
    rivals: tuple[str, ...]
    ratio: float


def _small(n: int, m: int) -> bool:
    return (n, m) in ((3, 9), (6, 36))


def _large(n: int, m: int) -> bool:
    return (n, m) in ((12, 144), (20, 400))


def _any(n: int, m: int) -> bool:
    return True


def _from_twelve(n: int, m: int) -> bool:
    return n >= 12


def _below_twelve(n: int, m: int) -> bool:
    return n < 12


TARGETS = [
    Target(FULL, _small, ("cvxpy-loop",), 300),
    Target(FULL, _small, ("z3",), 250),
    Target(FULL, _small, EXACT_LP, 10),
    Target(FULL, _small, ("highspy-warm",), 10),
    Target(FULL, _large, ("cvxpy-loop",), 200),
    Target(FULL, _large, ("z3",), 500),
    Target(FULL, _large, EXACT_LP, 200),
    Target(FULL, _large, ("highspy-warm",), 5),
    Target(EVERY, _any, ("cvxpy-loop",), 50),
    Target(EVERY, _any, ("z3",), 100),
    Target(EVERY, _any, EXACT_LP, 5),
    Target(EVERY, _any, ("highspy-warm",), 1),
    Target(MORE, _any, ("cvxpy-loop",), 20),
    Target(MORE, _any, ("z3",), 50),
    Target(MORE, _below_twelve, EXACT_LP, 1),
    Target(MORE, _from_twelve, EXACT_LP, 5),
    Target(MORE, _any, ("highspy-warm",), 0.5),
]


def judge(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return a line per target, size and competitor that was measured."""
    lines = []
    for row in rows:
        for target in TARGETS:
            if row["family"] != target.family or not target.sizes(row["n"], row["m"]):
                continue
            for name in target.rivals:
                ratio = row["competitors"].get(name, {}).get("ratio")
                if ratio is not None:
                    size = {"family": row["family"], "n": row["n"], "m": row["m"]}
                    lines.append(
                        {**size, "rival": name, "target": target.ratio, "ratio": ratio, "met": ratio >= target.ratio}
                    )
    return lines
