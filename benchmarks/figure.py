"""The scaling picture: time against the number of blocks, and against the size of a block."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.competitors import ALL, RIVALS, SUBJECT

SHOWN = ("cvxpy-loop", "z3", "cddlib", "ppl-warm", "highspy-warm")


def draw(path: Path, report: dict[str, Any]) -> str | None:
    """Write the picture as SVG; return why not, if not."""
    try:
        import matplotlib

        matplotlib.use("Agg")
        import matplotlib.pyplot as plt
    except ImportError:
        return "matplotlib is not installed"
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4))
    _blocks(left, report["scaling"])
    _sizes(right, [row for row in report["rows"] if row["family"] == "full rank"])
    handles, labels = right.get_legend_handles_labels()
    figure.legend(handles, labels, loc="lower center", ncol=6, frameon=False)
    figure.tight_layout(rect=(0, 0.08, 1, 1))
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)
    return None


def _style(name: str) -> dict[str, Any]:
    colors = {rival.name: f"C{k + 1}" for k, rival in enumerate(RIVALS)}
    if name == SUBJECT.name:
        return {"color": "black", "linewidth": 2.2, "marker": "o", "markersize": 4}
    return {"color": colors[name], "linewidth": 1.2, "marker": ".", "linestyle": "-"}


def _blocks(axes: Any, rows: list[dict[str, Any]]) -> None:
    size = max({(row["n"], row["m"]) for row in rows}, default=(0, 0))
    rows = sorted((row for row in rows if (row["n"], row["m"]) == size), key=lambda row: row["blocks"])
    counts = [row["blocks"] for row in rows]
    for name in (SUBJECT.name, *SHOWN):
        known = [row["competitors"][name] for row in rows if "ms" in row["competitors"].get(name, {})]
        if not known:
            continue
        if name == SUBJECT.name:
            own = [(row["blocks"], row["competitors"][name]["ms"]) for row in rows if "ms" in row["competitors"][name]]
            axes.plot([c for c, _ in own], [c * ms / 1000 for c, ms in own], label=ALL[name].title, **_style(name))
        else:
            # Rivals go block by block, so their lines are the measured time of one block times the number of blocks.
            style = _style(name) | {"linestyle": ":", "marker": ""}
            axes.plot(counts, [c * known[0]["ms"] / 1000 for c in counts], label=ALL[name].title, **style)
    axes.set(xscale="log", yscale="log", xlabel="blocks", ylabel="seconds")
    axes.set_title(f"Blocks of {size[0]} signals × {size[1]} outcomes (dotted: extrapolated)", fontsize=10)
    axes.grid(alpha=0.3)


def _sizes(axes: Any, rows: list[dict[str, Any]]) -> None:
    rows = sorted(rows, key=lambda row: row["n"] * row["m"])
    for name in (SUBJECT.name, *SHOWN):
        known = [
            (row["n"] * row["m"], row["competitors"][name]["ms"])
            for row in rows
            if "ms" in row["competitors"].get(name, {})
        ]
        if known:
            axes.plot([x for x, _ in known], [y for _, y in known], label=ALL[name].title, **_style(name))
    axes.set(xscale="log", yscale="log", xlabel="entries of a block: 3×9, 6×36, 12×144, 20×400", ylabel="ms a block")
    axes.set_title("All reports of one block, full rank", fontsize=10)
    axes.grid(alpha=0.3)
