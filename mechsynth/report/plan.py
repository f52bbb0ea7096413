"""Lies as arrows between signals: the deviation plan of a conflict, the chain of a cycle, the lies behind a mixture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from mechsynth.report.blocks import Block, Cell, Drawings, Grid, Say
from mechsynth.report.svg import BLUE, INK, WIDTH, Drawing, draw
from mechsynth.report.text import label, magnitude, number_cell, short
from mechsynth.result.vocabulary import BELIEFS, WITHIN
from mechsynth.result.witness import Conflict
from mechsynth.words import rows, witnesses
from mechsynth.words.envelope import Answer
from mechsynth.words.names import Names
from mechsynth.words.numbers import Number, counted, listed, size

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mechsynth.environment import Environment

MOST_PANELS = 6
MOST_NODES = 10
MOST_LISTED = 40


@dataclass(frozen=True)
class Panel:
    """The lies of one agent in one situation: ``(true signal, report, rate)``."""

    caption: str
    arrows: tuple[tuple[str, str, Number | None], ...]


def show(answer: Answer, environment: Environment | None, prefix: str) -> list[Block]:
    """Return the drawings of a witness that speaks of lies, and the table of a conflict's rows."""
    witness = answer.witness
    if witness is None:
        return []
    kind = witness.kind
    if answer.about in (BELIEFS, WITHIN):
        return []  # beliefs alone: nobody gains or loses anything
    blocks: list[Block] = []
    if kind == "farkas":
        panels = _deviations(answer)
        if panels:
            blocks.append(
                Say(
                    "An arrow leads from a true signal to the report made instead; the number on it is the rate, as is its width."
                )
            )
    elif kind in ("cycle", "convex-combination"):
        panels = _of_failures(answer, environment)
        if kind == "cycle":
            blocks.append(
                Say(
                    "An arrow leads from a true signal to the report made instead. The number is what the lie gains before payments. Around the chain payments cancel, gains do not."
                )
            )
        else:
            blocks.append(
                Say(
                    "Mixed at the rates λ on the arrows, these lies look exactly like truth at the signal that they report."
                )
            )
    else:
        return []
    drawn = [_drawing(f"{prefix}plan{k}", panel) for k, panel in enumerate(panels[:MOST_PANELS])]
    if drawn:
        blocks.append(Drawings(tuple(drawn)))
    else:
        blocks.clear()
    if len(panels) > MOST_PANELS:
        blocks.append(
            Say(f"{counted(len(panels) - MOST_PANELS, 'more drawing')} left out here; the result file has all.")
        )
    if kind == "farkas":
        blocks += _multipliers(answer)
    return blocks


def _deviations(answer: Answer) -> list[Panel]:
    """Return the lies of the rows of ``pepic``, by agent, period and the others' signals; rates after different histories add up."""
    listing = answer.witness.multipliers if isinstance(answer.witness, Conflict) else {}
    grouped: dict[tuple[int | None, str, tuple[str, ...]], dict[tuple[str, str], Number]] = {}
    for name, rate in listing.items():
        row = rows.parse(name, answer.names) if rows.owner(name) == "pepic" else None
        if row is None or not rate:
            continue
        place = answer.names.agents.index(row.agent)
        others = tuple(s for j, s in enumerate(row.signals) if j != place)
        arrows = grouped.setdefault((row.period, row.agent, others), {})
        key = (row.signals[place], row.report)
        arrows[key] = arrows.get(key, 0) + rate
    panels = []
    for (period, agent, others), arrows in sorted(
        grouped.items(), key=lambda item: -magnitude(sum(item[1].values(), 0))
    ):
        rest = [a for a in answer.names.agents if a != agent]
        caption = _caption(agent, period, dict(zip(rest, others, strict=True)), answer.names)
        panels.append(Panel(caption, tuple((true, told, rate) for (true, told), rate in arrows.items())))
    return panels


def _of_failures(answer: Answer, environment: Environment | None) -> list[Panel]:
    panels = []
    for failure in witnesses.failures(answer):
        caption = _caption(failure.agent, failure.period, failure.others, answer.names)
        if failure.kind == "cycle":
            steps = zip(failure.cycle, (*failure.cycle[1:], failure.cycle[0]), strict=True)
            panels.append(Panel(caption, tuple((k, r, _gain(failure, k, r, answer, environment)) for k, r in steps)))
        elif failure.kind == "convex-combination":
            caption += f", after action {label(failure.action or '', 20)}"
            panels.append(Panel(caption, tuple((k, failure.type, w) for k, w in failure.weights.items())))
    return panels


def _gain(
    failure: witnesses.Failure, true: str, told: str, answer: Answer, environment: Environment | None
) -> Fraction | None:
    """Return what a lie of a cycle gains before payments; ``None`` where the instance or the rule is not at hand."""
    t = failure.period or 1
    if environment is None or t > environment.last or failure.agent not in environment.agents:
        return None
    period, i = environment.period(t), environment.agents.index(failure.agent)
    actions = [answer.names.action_taken(failure.period, {**failure.others, failure.agent: k}) for k in (true, told)]
    theta = {**failure.others, failure.agent: true}
    if any(action not in period.actions for action in actions):
        return None
    if any(theta.get(agent) not in own for agent, own in zip(environment.agents, period.signals, strict=True)):
        return None
    at = [own.index(theta[agent]) for agent, own in zip(environment.agents, period.signals, strict=True)]
    honest, lying = (period.utilities.fraction(i, period.actions.index(str(action)), *at) for action in actions)
    return lying - honest


def _caption(agent: str, period: int | None, others: dict[str, str] | object, names: Names) -> str:
    told = others if isinstance(others, dict) else {}
    lone = names.at(period).lone
    around = listed([f"{label(a, 16)} reports {label(s, 16)}" for a, s in told.items() if a not in lone])
    when = "" if period is None else f" in period {period}"
    return f"Lies of {label(agent, 20)}{when}{f', while {around}' if around else ''}"


def _drawing(name: str, panel: Panel) -> Drawing:
    nodes = list(dict.fromkeys(s for true, told, _ in panel.arrows for s in (true, told)))
    kept = nodes[:MOST_NODES]
    arrows = [arrow for arrow in panel.arrows if arrow[0] in kept and arrow[1] in kept]
    gone = len(panel.arrows) - len(arrows)
    caption = panel.caption + (f" ({counted(gone, 'more lie')} not drawn)" if gone else "")
    height = 130.0 if len(kept) == 2 else 236.0
    spots = _layout(kept, height)
    top = max((size(rate) for *_, rate in arrows if rate is not None), default=1) or 1

    def paint(axes: Axes) -> None:
        from matplotlib.patches import FancyArrowPatch

        reach = {text: 10 + 3.4 * max(2, len(label(text, 9))) for text in spots}
        for true, told, rate in arrows:
            (x, y), (u, v) = spots[true], spots[told]
            wide = 1.6 if rate is None else 0.8 + 2.6 * float(size(rate) / top)
            bend = 0.22
            axes.add_patch(
                FancyArrowPatch(
                    (x, y), (u, v), connectionstyle=f"arc3,rad={bend}", arrowstyle="-|>", mutation_scale=13,
                    shrinkA=reach[true], shrinkB=reach[told], linewidth=wide, color=BLUE,
                )
            )  # fmt: skip
            if rate is not None:
                # the middle of the arc: half of the bend beside the middle of its chord
                middle = ((x + u) / 2 + bend * (v - y) / 2, (y + v) / 2 - bend * (u - x) / 2)
                axes.text(*middle, short(rate), ha="center", va="center", fontsize=10, bbox=_WHITE, zorder=4)
        for text, spot in spots.items():
            axes.text(*spot, label(text, 9), ha="center", va="center", color=INK, bbox=_NODE, zorder=5)

    told = "; ".join(
        f"{label(true)} reports {label(report)}{'' if rate is None else f' ({short(rate)})'}"
        for true, report, rate in arrows[:20]
    )
    return draw(name, caption, f"Arrows from true signals to reports: {told}.", paint, height)


_WHITE = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"}
_NODE = {"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": INK, "linewidth": 1.2}


def _layout(nodes: Sequence[str], height: float) -> dict[str, tuple[float, float]]:
    """Return two signals side by side, more of them on a circle."""
    if len(nodes) == 2:
        return {nodes[0]: (WIDTH * 0.24, height / 2), nodes[1]: (WIDTH * 0.76, height / 2)}
    import networkx

    ring = networkx.circular_layout(networkx.path_graph(len(nodes)))
    wide, tall = WIDTH / 2 - 56, height / 2 - 30
    # from the top and clockwise, as one reads a dial
    return {node: (WIDTH / 2 + wide * ring[k][1], height / 2 + tall * ring[k][0]) for k, node in enumerate(nodes)}


def _multipliers(answer: Answer) -> list[Block]:
    if not isinstance(answer.witness, Conflict) or not answer.witness.multipliers:
        return []
    read = list(answer.witness.multipliers.items())
    read.sort(key=lambda entry: (rows.owner(entry[0]) in rows.DEFINITIONS, -magnitude(size(entry[1]))))
    body = tuple((Cell(label(name, 90)), number_cell(y, "multiplier")) for name, y in read[:MOST_LISTED])
    rest = len(read) - MOST_LISTED
    note = f"{counted(rest, 'more row')} left out; the result file has them." if rest > 0 else ""
    left = "all columns cancel and 0 ≥ the shortfall is left, which is positive"
    if answer.strength == "verified":
        left = "the columns cancel but for a rest, too small to make up the shortfall with payments within the bound"
    head = f"The proof of the conflict: rows of the program and their multipliers. Added up, {left}"
    return [Grid(head, ("row", "multiplier"), body, 1, note)]
