"""Whole questions: `mechsynth.solve` against `mechsynth.check.check`, and memory against the kernel."""

from __future__ import annotations

from statistics import median
from typing import Any

import numpy as np

from benchmarks.families import MIX, points
from benchmarks.measure import Effort, Say, run

ASKS = ("convex-independence", "contingent", "vcg-type")


def environment(agents: int, signals: int, actions: int, kind: str, seed: int = 0) -> Any:
    """Return a random stationary environment; with ``kind`` ``"planted"`` the first signal of everybody mixes two others."""
    from mechsynth import Environment
    from mechsynth.rational import Rationals

    rng = np.random.default_rng([seed, agents, signals, actions])
    shape = (signals,) * agents
    den = 720 if signals**agents < 100 else 10_000
    kernel = points(rng, (actions, *shape, signals**agents), den)
    if kind == "planted":
        # Agent by agent: averages of averages stay mixtures along every axis.
        for axis in range(1, agents + 1):
            kernel = kernel * MIX
            den *= MIX
            front = np.moveaxis(kernel, axis, 0)
            front[0] = (front[1] + front[2]) // 2
    kernel = kernel.reshape(actions, *shape, *shape)
    names = [f"agent{i}" for i in range(agents)]
    utilities = rng.integers(0, 21, size=(agents, actions, *shape))
    return Environment(
        names,
        signals=[str(k) for k in range(signals)],
        actions=[f"a{k}" for k in range(actions)],
        utilities={name: utilities[i] for i, name in enumerate(names)},
        transition=Rationals(kernel, den),
        discount="9/10",
        name=f"random-{agents}-{signals}-{actions}-{kind}",
    )


def warm_up(ask: str) -> None:
    """Import what a question needs, on an environment that takes no time."""
    import mechsynth
    from mechsynth import instance
    from mechsynth.check import check

    for kind in ("full", "planted"):
        small = environment(2, 3, 2, kind)
        result = mechsynth.solve(small, ask)
        check(result.to_bytes(), instance.to_bytes(small))


def measure(sizes: list[tuple[int, int, int, str]], effort: Effort, say: Say) -> list[dict[str, Any]]:
    """Return a row per instance and question: medians of solve, write, load and check, and memory."""
    rows = []
    for agents, signals, actions, kind in sizes:
        for ask in ASKS:
            job = {"do": "ask", "agents": agents, "signals": signals, "actions": actions, "kind": kind, "ask": ask}
            reports: list[dict[str, Any]] = []
            for _ in range(effort.runs):
                reports.append(run(job | {"check": True}, effort.timeout))
                if "error" in reports[-1]:
                    break
            row: dict[str, Any] = {key: job[key] for key in ("agents", "signals", "actions", "kind", "ask")}
            row |= _summary(reports)
            rows.append(row)
            say(f"{ask} {agents}×{signals}×{actions} {kind}: {_words(row)}")
    return rows


def _summary(reports: list[dict[str, Any]]) -> dict[str, Any]:
    if "error" in reports[-1]:
        return reports[-1]
    first = reports[0]
    row: dict[str, Any] = {key: first[key] for key in ("status", "accepted", "kernel", "bytes", "instance bytes")}
    for part in ("solve", "write", "load", "check", "open", "verify"):
        row[part] = median(report[part]["seconds"] for report in reports)
    row["check/solve"] = row["check"] / row["solve"]
    row["verify/solve"] = row["verify"] / row["solve"]
    row["check/whole"] = row["check"] / (row["load"] + row["solve"] + row["write"])
    row["memory/kernel"] = max(r["solve"]["peak"] - r["base"] for r in reports) / first["kernel"]
    row["check memory/kernel"] = max(r["check"]["peak"] - r["base"] for r in reports) / first["kernel"]
    return row


def _words(row: dict[str, Any]) -> str:
    if "error" in row:
        return str(row["error"])
    return f"{row['status']}, solve {row['solve']:.3f} s, check {row['check']:.3f} s (/solve {row['check/solve']:.2f}, without reading {row['verify/solve']:.2f}, /whole {row['check/whole']:.2f}), memory {row['memory/kernel']:.1f} kernels"
