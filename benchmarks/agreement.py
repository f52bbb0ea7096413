"""Verdicts against z3, block by block, and every proof multiplied out once more in plain fractions."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np

from benchmarks.competitors import ALL
from benchmarks.families import Blocks, make
from benchmarks.measure import Say

SHARES: list[tuple[str, int, int, float]] = [
    ("near-degenerate", 3, 4, 0.15),
    ("near-degenerate", 4, 9, 0.15),
    ("near-degenerate", 5, 4, 0.15),
    ("full rank", 3, 9, 0.10),
    ("planted, one block in ten", 4, 9, 0.10),
    ("planted, every block", 3, 9, 0.10),
    ("planted, every block", 5, 9, 0.10),
    ("more signals than outcomes", 6, 3, 0.10),
    ("more signals than outcomes", 5, 4, 0.05),
]
PIECE = 250


def agree(total: int, say: Say, seed: int = 7, workers: int = 2) -> dict[str, Any]:
    """Return how many blocks were compared, every disagreement and every proof that does not multiply out."""
    rows, disagreements, broken = [], [], []
    if ALL["z3"].version() is None:
        return {"error": "z3 is not installed"}
    with ProcessPoolExecutor(workers) as pool:
        for family, n, m, share in SHARES:
            count = max(10, round(total * share))
            tasks = [(family, n, m, count, seed, start) for start in range(0, count, PIECE)]
            row: dict[str, Any] = {"family": family, "n": n, "m": m, "blocks": count, "infeasible": 0}
            for infeasible, differ, wrong in pool.map(_piece, tasks):
                row["infeasible"] += infeasible
                disagreements += differ
                broken += wrong
            rows.append(row)
            say(
                f"agreement: {family} ({n},{m}) × {count}, {len(disagreements)} disagreements, {len(broken)} bad proofs"
            )
    blocks = sum(row["blocks"] for row in rows)
    return {"blocks": blocks, "rows": rows, "disagreements": disagreements, "bad proofs": broken}


def _piece(task: tuple[str, int, int, int, int, int]) -> tuple[int, list[Any], list[Any]]:
    family, n, m, count, seed, start = task
    whole = make(family, count, n, m, seed)
    stop = min(count, start + PIECE)
    blocks = Blocks(whole.num[start:stop], whole.den, whole.target_num[start:stop], whole.target_den)
    theirs = np.array(ALL["z3"].decide(ALL["z3"].prepare(blocks)).verdicts)
    ours, wrong = prove(blocks)
    differ = [
        {**_where(blocks, int(b), int(r)), "mechsynth": int(ours[b, r]), "z3": int(theirs[b, r])}
        for b, r in np.argwhere(ours != theirs)
    ]
    return int((ours == 0).sum()), differ, wrong


def prove(blocks: Blocks) -> tuple[Any, list[dict[str, Any]]]:
    """Return mechsynth's verdicts, and the reports whose payments or mixtures fail in plain fractions."""
    from mechsynth.engine import lotteries

    rows, targets, need = ALL["mechsynth"].prepare(blocks)
    decision = lotteries(rows, targets, need)
    verdicts = np.ones(need.shape, dtype=np.int8)
    wrong = []
    for b in range(blocks.count):
        beliefs = [[Fraction(v, blocks.den) for v in row] for row in blocks.num[b].tolist()]
        aims = [Fraction(v, blocks.target_den) for v in blocks.target_num[b].tolist()]
        for r in range(len(aims)):
            if (b, r) in decision.failures:
                verdicts[b, r] = 0
                good = excludes(beliefs, aims, r, decision.failures[b, r])
            else:
                found = decision.payment(b, r)
                good = pays(beliefs, aims, r, [Fraction(int(v), found.den) for v in found.num.tolist()])
            if not good:
                wrong.append(_where(blocks, b, r) | {"verdict": int(verdicts[b, r])})
    return verdicts, wrong


def pays(beliefs: list[list[Fraction]], aims: list[Fraction], report: int, payments: Any) -> bool:
    """Return whether ``μ_r·p = c_r`` and ``μ_k·p ≥ c_k``."""
    expected = [sum((q * p for q, p in zip(row, payments)), Fraction(0)) for row in beliefs]
    return expected[report] == aims[report] and all(e >= c for e, c in zip(expected, aims))


def excludes(beliefs: list[list[Fraction]], aims: list[Fraction], report: int, eta: Any) -> bool:
    """Return whether ``Σ η_k μ_k = 0``, ``η_k ≥ 0`` for ``k ≠ r`` and ``Σ η_k c_k > 0``."""
    outcomes = range(len(beliefs[0]))
    balanced = all(sum((e * row[j] for e, row in zip(eta, beliefs)), Fraction(0)) == 0 for j in outcomes)
    signs = all(e >= 0 for k, e in enumerate(eta) if k != report)
    return balanced and signs and sum((e * c for e, c in zip(eta, aims)), Fraction(0)) > 0


def _where(blocks: Blocks, block: int, report: int) -> dict[str, Any]:
    return {
        "report": report,
        "num": blocks.num[block].tolist(),
        "den": blocks.den,
        "target_num": blocks.target_num[block].tolist(),
        "target_den": blocks.target_den,
    }
