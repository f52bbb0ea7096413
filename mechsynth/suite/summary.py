"""What a table comes to: shares solved and proved, disagreements, times; in words, as data, as a performance profile."""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mechsynth.errors import InputError
from mechsynth.suite.table import Row

Times = Mapping[tuple[str, str], tuple[float, float]]
SHOWN = 20  # lines that are named in words
# Okabe and Ito's colours, told apart without colour vision; dashes tell them apart in print.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
DASHES = ("-", "--", "-.", ":")
CURVES = 12


@dataclass(frozen=True)
class Share:
    """The lines of one ask.

    Attributes
    ----------
    ask:
        The ask; ``"all"`` for all of them, ``"-"`` for files of which nothing could be asked.
    lines, solved, proved:
        How many lines, how many of them with an answer, how many with an answer that the checker accepts.
    median, largest, total:
        Seconds of reading and solving.
    checking:
        Seconds of checking, all lines together.
    """

    ask: str
    lines: int
    solved: int
    proved: int
    median: float
    largest: float
    total: float
    checking: float


@dataclass(frozen=True, eq=False)
class Summary:
    """What a suite's lines come to.

    Attributes
    ----------
    rows:
        The lines.
    times:
        Seconds to solve and to check, by instance and question.
    shares:
        By ask, sorted; all lines last.
    """

    rows: tuple[Row, ...]
    times: Times
    shares: tuple[Share, ...]

    @property
    def refused(self) -> list[Row]:
        """The lines whose answer the checker refuses."""
        return [row for row in self.rows if row.refused]

    @property
    def contradicted(self) -> list[Row]:
        """The lines whose answer is not the expected one."""
        return [row for row in self.rows if row.agrees == "no"]

    @property
    def open(self) -> list[Row]:
        """The lines without a proved answer that are not refused either: unknown, in error, unchecked."""
        return [row for row in self.rows if not row.proved and not row.refused]

    @property
    def code(self) -> int:
        """The exit code: 1 if a check fails or an expected answer is contradicted, 3 if something stayed unknown, else 0."""
        if self.refused or self.contradicted:
            return 1
        return 3 if self.open else 0

    def document(self) -> dict[str, object]:
        """Return the summary as JSON data; seconds are the only floats."""
        return {
            "lines": len(self.rows),
            "solved": sum(row.solved for row in self.rows),
            "proved": sum(row.proved for row in self.rows),
            "expected": sum(bool(row.expected) for row in self.rows),
            "agree": sum(row.agrees == "yes" for row in self.rows),
            "contradicted": [_named(row) for row in self.contradicted],
            "refused": [_named(row) for row in self.refused],
            "open": [_named(row) for row in self.open],
            "asks": [vars(share) for share in self.shares],
        }

    def words(self, width: int = 100) -> str:
        """Return the summary as a table and a list of what is not as it should be."""
        from io import StringIO

        from rich.console import Console
        from rich.table import Table as Drawn
        from rich.text import Text

        drawn = Drawn(box=None, header_style="bold", pad_edge=False)
        drawn.add_column("ask", no_wrap=True)
        for name in ("lines", "solved", "proved", "median s", "largest s", "total s", "checks s"):
            drawn.add_column(name, justify="right", no_wrap=True)
        for share in self.shares:
            drawn.add_row(
                Text(_plain(share.ask)),
                str(share.lines),
                _percent(share.solved, share.lines),
                _percent(share.proved, share.lines),
                *(f"{x:.3f}" for x in (share.median, share.largest, share.total, share.checking)),
            )
        paper = StringIO()
        Console(file=paper, width=width).print(drawn)
        stated = sum(bool(row.expected) for row in self.rows)
        agree = sum(row.agrees == "yes" for row in self.rows)
        parts = [
            paper.getvalue().rstrip("\n"),
            f"{stated} expected answers: {agree} agree, {len(self.contradicted)} contradicted.",
        ]
        parts += _list("Contradicted", self.contradicted, lambda row: f"{_found(row)}, expected {row.expected}")
        parts += _list("Refused by the checker", self.refused, lambda row: row.said)
        parts += _list("Not proved", self.open, lambda row: row.error or _found(row))
        return "\n".join(parts)


def _named(row: Row) -> dict[str, object]:
    return {
        "instance": row.instance,
        "question": json.loads(row.question) if row.question else None,
        "status": row.status,
        "value": row.value,
        "expected": row.expected,
        "said": row.said,
        "error": row.error,
    }


def _found(row: Row) -> str:
    return " ".join(filter(None, (row.status, row.value)))


def _list(title: str, rows: Sequence[Row], say: Any) -> list[str]:
    lines = ["  " + " ".join(f"{row.instance} {row.question}: {say(row)}".split()) for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(f"  … and {len(rows) - SHOWN} more, all in the table.")
    return [f"{title}:", *lines] if rows else []


def _percent(part: int, whole: int) -> str:
    # Rounded down, so that 100 % says all of them.
    return f"{part} ({100 * part // whole} %)" if whole else "0"


def ask_of(row: Row) -> str:
    """Return the ask of a line; ``"-"`` where nothing could be asked."""
    return str(json.loads(row.question)["ask"]) if row.question else "-"


def summarize(rows: Sequence[Row], times: Times) -> Summary:
    """Sum a table up."""
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(ask_of(row), []).append(row)
    shares = [_share(ask, groups[ask], times) for ask in sorted(groups)]
    return Summary(tuple(rows), times, (*shares, _share("all", rows, times)))


def _share(ask: str, rows: Sequence[Row], times: Times) -> Share:
    solve = [times.get(row.key, (0.0, 0.0))[0] for row in rows]
    return Share(
        ask,
        len(rows),
        sum(row.solved for row in rows),
        sum(row.proved for row in rows),
        statistics.median(solve) if solve else 0.0,
        max(solve, default=0.0),
        sum(solve),
        sum(times.get(row.key, (0.0, 0.0))[1] for row in rows),
    )


def picture(summary: Summary, path: str | os.PathLike[str]) -> None:
    """Draw the performance profile, an SVG or PNG file by its ending: for each ask, the share of its lines proved within a time.

    The time of a line is that of reading and solving its instance, once; what is not proved is never reached.

    Raises
    ------
    InputError
        For another ending, or a place that cannot be written.
    """
    from io import BytesIO

    from mechsynth.instance import write_whole

    kind = picture_kind(path)
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context({"svg.hashsalt": "mechsynth", "svg.fonttype": "none", "font.size": 10}):
        figure = Figure(figsize=(7, 4.2), layout="constrained")
        axes = figure.add_subplot()
        for k, ask in enumerate(_drawn(summary)):
            mine = [row for row in summary.rows if ask == "all" or ask_of(row) == ask]
            reached = sorted(max(summary.times.get(row.key, (0.0, 0.0))[0], 1e-4) for row in mine if row.proved)
            if not mine:
                continue
            heights = [(j + 1) / len(mine) for j in range(len(reached))]
            last = max((summary.times.get(row.key, (0.0, 0.0))[0] for row in summary.rows), default=1.0)
            end = max(last, 1e-3) * 1.1
            xs, ys = [*reached, end], [*heights, heights[-1] if heights else 0.0]
            if reached:
                xs, ys = [reached[0], *xs], [0.0, *ys]
            axes.step(
                xs,
                ys,
                where="post",
                label=f"{_plain(ask)} ({len(reached)} of {len(mine)})",
                color="#000000" if ask == "all" else COLOURS[k % (len(COLOURS) - 1)],
                linestyle="-" if ask == "all" else DASHES[k % len(DASHES)],
                linewidth=2.4 if ask == "all" else 1.4,
            )
        axes.set_xscale("log")
        axes.set_ylim(-0.02, 1.04)
        axes.set_xlabel("seconds to read and solve")
        axes.set_ylabel("share of lines proved within that time")
        axes.grid(True, which="major", color="#DDDDDD", linewidth=0.6)
        axes.legend(loc="lower right", fontsize=8)
        drawn = BytesIO()
        figure.savefig(drawn, format=kind, dpi=150, metadata={"Date": None} if kind == "svg" else None)
    write_whole(path, drawn.getvalue())


def _drawn(summary: Summary) -> list[str]:
    """Return the asks with the most lines, as many as can be told apart, and all of them together last."""
    several = sorted(summary.shares[:-1], key=lambda share: -share.lines)[:CURVES]
    return [*sorted(share.ask for share in several), summary.shares[-1].ask]


def _plain(words: str) -> str:
    """Return a word, perhaps a stranger's, as text that no picture format takes for anything else."""
    return "".join(c if c.isprintable() and c not in "$\\" else "?" for c in words)[:40]


def picture_kind(path: str | os.PathLike[str]) -> str:
    """Return ``"svg"`` or ``"png"``, by the ending of a file's name.

    Raises
    ------
    InputError
        For another ending.
    """
    ending = os.path.splitext(os.fspath(path))[1].lower()
    if ending not in (".svg", ".png"):
        raise InputError(os.fspath(path) or "--profile", "no ending that says the format", "end it with .svg or .png")
    return ending[1:]
