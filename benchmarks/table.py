"""The report: everything as JSON, the tables as Markdown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.competitors import ALL, ALL_CORES, RIVALS, SUBJECT
from benchmarks.targets import judge


def write(folder: Path, report: dict[str, Any]) -> None:
    """Write ``benchmark.json`` and ``benchmark.md``."""
    folder.mkdir(parents=True, exist_ok=True)
    report = report | {"targets": judge(report.get("rows", []))}
    (folder / "benchmark.json").write_text(json.dumps(report, indent=1) + "\n")
    (folder / "benchmark.md").write_text(markdown(report))


def markdown(report: dict[str, Any]) -> str:
    """Return the report as Markdown."""
    parts = ["# mechsynth against what else can decide the same blocks", _about(report)]
    if report.get("rows"):
        parts += ["## Ratios", _RATIOS, _ratios(report["rows"])]
        parts += ["## Targets", _targets(report["targets"])]
        parts += ["## Everything measured", _details(report["rows"])]
        parts += ["## Who hands over what", _certificates(report["versions"])]
    if report.get("scaling"):
        parts += [
            "## Growth",
            "![time against the number of blocks and their size](scaling.svg)",
            _growth(report["scaling"]),
        ]
    if report.get("asks"):
        parts += ["## Whole questions, solved and checked", _ASKS, _asks(report["asks"])]
    if report.get("agreement"):
        parts += ["## Agreement with z3", _agreement(report["agreement"])]
    if report.get("profiles"):
        parts += ["## Where the time goes", *(_profile(each) for each in report["profiles"])]
    return "\n\n".join(parts) + "\n"


_RATIOS = (
    "Time of a competitor over mechsynth's on the same blocks, medians per block; in brackets the verdicts that differ from "
    "mechsynth's proved ones, if any. One block is `n` own signals over `m` outcomes of the others, and all `n` reports are decided."
)
_ASKS = (
    "`solve` starts from the environment in memory, `check` from the bytes of instance and result; *without reading* is the "
    "check of a result against an instance that the checker has read already, over `solve`; *whole* is reading the instance, "
    "solving and writing the result. Memory is what the process holds at its peak beyond its imports, environment "
    "included, over the kernel as int64; it says little below some ten MB."
)


def grid(head: list[str], lines: list[list[str]]) -> str:
    """Return a Markdown table."""
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join("| " + " | ".join(line) + " |" for line in rows)


def number(value: float) -> str:
    """Return a number with three significant digits."""
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"


def _size(row: dict[str, Any]) -> str:
    return f"({row['n']},{row['m']})"


def _about(report: dict[str, Any]) -> str:
    facts = {**report["machine"], "mode": report["mode"], "runs": str(report["runs"])}
    about = "; ".join(f"{key}: {value}" for key, value in facts.items())
    return f"{about}.\n\n" + ", ".join(f"{key} {value}" for key, value in report["versions"].items()) + "."


def _cell(entry: dict[str, Any] | None) -> str:
    if entry is None:
        return "–"
    if "ratio" not in entry:
        return str(entry.get("error", "–"))
    wrong = f" ({entry['differ']} of {entry['verdicts']} wrong)" if entry.get("differ") else ""
    return f"{number(entry['ratio'])}×{wrong}"


def _ratios(rows: list[dict[str, Any]]) -> str:
    head = ["family", "size", "mechsynth, ms a block", "on all cores", *(rival.title for rival in RIVALS)]
    lines = []
    for row in rows:
        entries = row["competitors"]
        own = entries.get(SUBJECT.name, {})
        both = entries.get(ALL_CORES.name, {})
        mine = [number(each["ms"]) if "ms" in each else str(each.get("error", "–")) for each in (own, both)]
        lines.append([row["family"], _size(row), *mine, *(_cell(entries.get(rival.name)) for rival in RIVALS)])
    return grid(head, lines)


def _targets(lines: list[dict[str, Any]]) -> str:
    missed = sum(not line["met"] for line in lines)
    head = ["family", "size", "competitor", "target", "measured", ""]
    table = [
        [
            x["family"],
            _size(x),
            ALL[x["rival"]].title,
            f"≥{x['target']:g}×",
            f"{number(x['ratio'])}×",
            "met" if x["met"] else "**missed**",
        ]
        for x in lines
    ]
    return f"{len(lines) - missed} met, {missed} missed.\n\n" + grid(head, table)


def _details(rows: list[dict[str, Any]]) -> str:
    head = [
        "family",
        "size",
        "competitor",
        "ms a block",
        "of it stating",
        "spread",
        "runs",
        "blocks",
        "peak MB",
        "wrong",
        "unknown",
    ]
    lines = []
    for row in rows:
        for name, entry in row["competitors"].items():
            start = [row["family"], _size(row), ALL[name].title]
            if "ms" not in entry:
                lines.append([*start, str(entry["error"]), *["–"] * 7])
                continue
            spread = f"{number(min(entry['runs']))}–{number(max(entry['runs']))}"
            stating = number(entry["building ms"]) if "building ms" in entry else "–"
            numbers = [
                number(entry["ms"]),
                stating,
                spread,
                str(len(entry["runs"])),
                str(entry["sample"]),
                f"{entry['peak MB']:.0f}",
            ]
            lines.append([*start, *numbers, str(entry.get("differ", "–")), str(entry.get("unknown", "–"))])
    return grid(head, lines)


def _certificates(versions: dict[str, str]) -> str:
    lines = [
        [each.title, versions.get(each.package, "–"), "exact" if each.exact else "floats", each.certificate]
        for each in ALL.values()
    ]
    return grid(["competitor", "version", "arithmetic", "certificate"], lines)


def _growth(rows: list[dict[str, Any]]) -> str:
    head = ["size", "blocks", "seconds", "ms a block", "peak beyond imports, in kernels"]
    lines = []
    for row in rows:
        own = row["competitors"][SUBJECT.name]
        if "ms" in own:
            kernels = (own["peak MB"] - own["base MB"]) / own["kernel MB"]
            told = number(kernels) if own["kernel MB"] > 10 else "–"
            lines.append(
                [_size(row), str(row["blocks"]), number(own["ms"] * row["blocks"] / 1000), number(own["ms"]), told]
            )
    return grid(head, lines)


def _asks(rows: list[dict[str, Any]]) -> str:
    head = [
        "question",
        "agents × signals × actions",
        "kernel",
        "answer",
        "read, s",
        "solve, s",
        "write, s",
        "check, s",
        "of it reading the instance, s",
        "check/solve",
        "without reading",
        "check/whole",
        "memory",
        "checker's memory",
    ]
    lines = []
    for row in rows:
        start = [row["ask"], f"{row['agents']} × {row['signals']} × {row['actions']}, {row['kind']}"]
        if "error" in row:
            lines.append([*start, "–", str(row["error"]), *["–"] * 10])
            continue
        answer = row["status"] + ("" if row["accepted"] else ", **refused by the checker**")
        times = [number(row[part]) for part in ("load", "solve", "write", "check", "open")]
        ratios = [number(row[part]) for part in ("check/solve", "verify/solve", "check/whole")]
        memory = [f"{row[part]:.1f} kernels" for part in ("memory/kernel", "check memory/kernel")]
        lines.append([*start, f"{row['kernel'] / 1e6:.1f} MB", answer, *times, *ratios, *memory])
    return grid(head, lines)


def _agreement(found: dict[str, Any]) -> str:
    if "error" in found:
        return str(found["error"])
    said = (
        f"{found['blocks']} blocks, every report of each: {len(found['disagreements'])} disagreements; "
        f"{len(found['bad proofs'])} proofs that do not multiply out in plain fractions."
    )
    lines = [[r["family"], _size(r), str(r["blocks"]), str(r["infeasible"])] for r in found["rows"]]
    return said + "\n\n" + grid(["family", "size", "blocks", "reports without payments"], lines)


def _profile(found: dict[str, Any]) -> str:
    title = f"### {found['family']} {_size(found)}, {found['blocks']} blocks, {number(found['ms'])} ms a block under the profiler"
    lines = [
        [f"`{x['function']}`", str(x["calls"]), f"{100 * x['own']:.1f} %", f"{100 * x['whole']:.1f} %"]
        for x in found["own"]
    ]
    whole = [f"`{x['function']}` {100 * x['whole']:.0f} %" for x in found["whole"]]
    return (
        f"{title}\n\n"
        + grid(["function", "calls", "own time", "with what it calls"], lines)
        + "\n\n"
        + "; ".join(whole)
        + "."
    )
