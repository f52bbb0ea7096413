"""How tight the incentive constraints are: what every lie loses, by agent."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from mechsynth.report.blocks import Block, Cell, Drawings, Grid, Say
from mechsynth.report.svg import BLUE, INK, ORANGE, Drawing, draw
from mechsynth.report.text import label, magnitude, number_cell, profile
from mechsynth.words.numbers import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mechsynth.evaluation import Evaluation, IncentiveRow

MOST_ROWS = 20_000
MOST_DOTS = 160  # an agent's, the tightest
MOST_LISTED = 10


@dataclass(frozen=True)
class _Lie:
    slack: Fraction
    row: IncentiveRow


def show(evaluation: Evaluation, prefix: str) -> list[Block]:
    """Return what every lie loses: a drawing, and the tightest in a table."""
    if evaluation.least is None:
        return [Say("No agent has anything to lie about.")]
    if evaluation.rows > MOST_ROWS:
        return [
            Say(
                f"{counted(evaluation.rows, 'incentive constraint')}, too many to draw. The tightest: {evaluation.least}."
            )
        ]
    lies = _lies(evaluation)
    agents = evaluation.frame.model.agents
    binding = sum(lie.slack == 0 for lie in lies)
    broken = sum(lie.slack < 0 for lie in lies)
    text = f"{counted(len(lies), 'incentive constraint')}; {binding} bind exactly"
    text += f", and {broken} are broken: those lies gain." if broken else "; no lie gains."
    return [
        Say(f"The slack of a constraint is what a lie loses against truth, in units of utility. {text}"),
        Drawings((_strip(f"{prefix}slack", lies, agents),)),
        _table(lies, agents),
    ]


def _lies(evaluation: Evaluation) -> list[_Lie]:
    rows = (part.row(k) for part in evaluation.constraints() for k in range(part.true.size))
    return sorted((_Lie(row.slack, row) for row in rows), key=lambda lie: lie.slack)


def _strip(name: str, lies: list[_Lie], agents: tuple[str, ...]) -> Drawing:
    shown = agents[:12]
    height = 70.0 + 34 * len(shown)
    left_out = len(agents) - len(shown)

    def paint(axes: Axes) -> None:
        axes.axvline(0, color=INK, linewidth=1)
        for place, agent in enumerate(shown):
            slacks = [lie.slack for lie in lies if lie.row.agent == agent][:MOST_DOTS]
            kinds: tuple[tuple[str, dict[str, Any], list[Fraction]], ...] = (
                ("o", {"markerfacecolor": "none", "color": BLUE, "markersize": 6}, [s for s in slacks if s > 0]),
                ("s", {"color": INK, "markersize": 7}, [s for s in slacks if s == 0]),
                ("X", {"color": ORANGE, "markersize": 9}, [s for s in slacks if s < 0]),
            )
            for marker, look, hit in kinds:
                spots = sorted({magnitude(s) for s in hit})  # equal slacks share a dot
                axes.plot(spots, [-place] * len(spots), marker, **look)
        axes.set_yticks([-k for k in range(len(shown))], [label(agent, 8) for agent in shown])
        axes.set_ylim(-len(shown) + 0.4, 0.6)
        axes.set_xlabel("what the lie loses (square: nothing, it binds)")
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.locator_params(axis="x", nbins=6)

    told = "A dot is a lie, by agent; how far right it stands is what it loses. A square on the line at 0 binds."
    if any(lie.slack < 0 for lie in lies):
        told += " A cross left of the line gains."
    more = f" ({counted(left_out, 'more agent')} not drawn)" if left_out else ""
    return draw(name, f"Tightness of the incentive constraints{more}", told, paint, height, plot=True)


def _table(lies: list[_Lie], agents: tuple[str, ...]) -> Grid:
    timed = lies[0].row.period is not None
    after = any(lie.row.history is not None for lie in lies[:MOST_LISTED])
    rows = []
    for lie in lies[:MOST_LISTED]:
        row = lie.row
        cells = [Cell(label(row.agent, 16)), Cell(profile(row.signals)), Cell(label(row.report, 16))]
        cells += [Cell(str(row.period))] if timed else []
        cells += [Cell("" if row.history is None else profile(row.history))] if after else []
        cells += [number_cell(lie.slack), Cell("binds" if lie.slack == 0 else "gains" if lie.slack < 0 else "loses")]
        rows.append(tuple(cells))
    heads = [
        "agent",
        f"true signals ({', '.join(label(a, 10) for a in agents[:4])}{', …' if len(agents) > 4 else ''})",
        "reports",
    ]
    heads += (["period"] if timed else []) + (["after the reports"] if after else []) + ["slack", "the lie"]
    rest = len(lies) - MOST_LISTED
    return Grid(
        "The tightest constraints",
        tuple(heads),
        tuple(rows),
        1,
        f"{counted(rest, 'more constraint')} not listed." if rest > 0 else "",
    )
