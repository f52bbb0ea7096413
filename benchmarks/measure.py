"""Measurements, each in a process of its own, the competitors by turns."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from benchmarks.competitors import ALL, ALL_CORES, RIVALS, SUBJECT
from benchmarks.families import make

ROOT = Path(__file__).resolve().parent.parent
UNITS = {"planted, one block in ten": 10, "more signals than outcomes": 2, "near-degenerate": 10}
Say = Callable[[str], None]


@dataclass(frozen=True)
class Effort:
    """How long to measure.

    Attributes
    ----------
    runs:
        Measurements per competitor, of which the median counts.
    budget:
        Seconds of one run of a competitor; its sample of the blocks is chosen to fill them.
    patience:
        Seconds for all runs of one competitor on one family and size: a sample that would take longer is cut short, and
        where a single block would, it is measured only once.
    timeout:
        Seconds after which a single run is stopped.
    """

    runs: int
    budget: float
    patience: float
    timeout: float


def run(job: dict[str, Any], timeout: float | None = None) -> dict[str, Any]:
    """Run one job in a process of its own; what went wrong comes back as ``{"error": …}``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "job.json"
        path.write_text(json.dumps(job))
        try:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.worker", str(path)],
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=timeout,
            )
        except subprocess.TimeoutExpired:
            return {"error": f"stopped after {timeout:g} s", "stopped": timeout}
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]}
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def sample_size(seconds: float, count: int, unit: int, effort: Effort) -> int:
    """Return how many blocks fill the budget of a run, in whole units of the family's pattern."""
    sample = max(int(effort.budget / max(seconds, 1e-9)) // unit, 1) * unit
    if sample * seconds * effort.runs > effort.patience:
        sample = max(1, int(effort.patience / effort.runs / seconds))
    return min(sample, count)


def compare(family: str, n: int, m: int, count: int, effort: Effort, names: list[str], say: Say) -> dict[str, Any]:
    """Measure everybody on the blocks of one family and size: A B … A B …, medians per block.

    The rivals decide the first blocks of the same stack; how many is part of the report.
    """
    say(f"{family} ({n},{m}) × {count}")
    row: dict[str, Any] = {"family": family, "n": n, "m": m, "blocks": count, "competitors": {}}
    with tempfile.TemporaryDirectory() as folder:
        blocks = Path(folder) / "blocks.npz"
        make(family, count, n, m).save(blocks)

        def job(name: str, sample: int) -> dict[str, Any]:
            verdicts = str(Path(folder) / f"{name}.npy")
            common = {"do": "blocks", "family": family, "n": n, "m": m, "blocks": str(blocks)}
            return {**common, "competitor": name, "count": sample, "verdicts": verdicts}

        samples: dict[str, int] = {}
        slow: dict[str, dict[str, Any]] = {}  # the trial on one block is all that there is time for
        for name in names:
            if ALL[name].version() is None:
                row["competitors"][name] = {"error": "not installed"}
                continue
            if name in (SUBJECT.name, ALL_CORES.name):
                samples[name] = count
                continue
            trial = run(job(name, 1), effort.timeout)
            if "error" in trial:
                row["competitors"][name] = trial
                continue
            if trial["seconds"] * effort.runs > effort.patience:
                slow[name] = trial
            samples[name] = sample_size(trial["seconds"], count, UNITS.get(family, 1), effort)
        reports: dict[str, list[dict[str, Any]]] = {name: [slow[name]] if name in slow else [] for name in samples}
        for _ in range(effort.runs):
            for name, sample in samples.items():
                if name not in slow and not any("error" in report for report in reports[name]):
                    reports[name].append(run(job(name, sample), effort.timeout))
        truth = np.load(Path(folder) / f"{SUBJECT.name}.npy") if SUBJECT.name in samples else None
        for name, each in reports.items():
            entry = summary(each)
            if "error" not in entry and truth is not None:
                verdicts = np.load(Path(folder) / f"{name}.npy")
                expected = truth[: len(verdicts)]
                entry["verdicts"] = int(verdicts.size)
                entry["unknown"] = int((verdicts < 0).sum())
                entry["differ"] = int(((verdicts != expected) & (verdicts >= 0)).sum())
                entry["infeasible"] = int((expected == 0).sum())
            row["competitors"][name] = entry
    own = row["competitors"].get(SUBJECT.name, {}).get("ms")
    for name, entry in row["competitors"].items():
        if name != SUBJECT.name and own and "ms" in entry:
            entry["ratio"] = entry["ms"] / own
    for name, entry in row["competitors"].items():
        if "ms" in entry:
            say(
                f"    {name:18} {entry['ms']:10.4f} ms a block  {entry.get('ratio', 1):8.1f}×  ({entry['sample']} blocks)"
            )
        else:
            say(f"    {name:18} {entry['error']}")
    return row


def summary(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians of the runs, per block."""
    for report in reports:
        if "error" in report:
            return report
    per_block = [1000 * report["seconds"] / report["blocks"] for report in reports]
    entry: dict[str, Any] = {
        "ms": median(per_block),
        "runs": [round(value, 6) for value in per_block],
        "cpu ms": median(1000 * report["cpu"] / report["blocks"] for report in reports),
        "sample": reports[0]["blocks"],
        "peak MB": max(report["peak"] for report in reports) / 1e6,
        "base MB": median(report["base"] for report in reports) / 1e6,
        "kernel MB": reports[0]["kernel"] / 1e6,
    }
    if reports[0]["building"] is not None:
        entry["building ms"] = median(1000 * report["building"] / report["blocks"] for report in reports)
    return entry


def scaling(
    sizes: list[tuple[int, int]], counts: list[int], family: str, effort: Effort, say: Say
) -> list[dict[str, Any]]:
    """Measure time against the number of blocks: mechsynth up to the largest, the rivals as far as their budget reaches."""
    points = []
    for n, m in sizes:
        for count in counts:
            names = [SUBJECT.name]
            if count == counts[0]:
                names += [rival.name for rival in RIVALS]
            row = compare(family, n, m, count, effort, names, say)
            points.append(row)
    return points
