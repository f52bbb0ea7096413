"""What is expected to be paid in each period, by agent, on the truthful path."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from mechsynth.report.blocks import Block, Cell, Drawings, Grid, Say
from mechsynth.report.svg import BLUE, INK, ORANGE, Drawing, draw
from mechsynth.report.text import label, magnitude, number_cell, shade
from mechsynth.words.numbers import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mechsynth.evaluation import Evaluation

MOST_PERIODS = 8
MOST_PROFILES = 64  # exact probabilities of later periods grow too long beyond
MOST_AGENTS = 6
_LOOKS = ((BLUE, "//"), (ORANGE, "\\\\"), (INK, "||"), (BLUE, "--"), (ORANGE, "++"), (INK, "xx"))


def show(evaluation: Evaluation, prefix: str) -> list[Block]:
    """Return the expected payments over time; without a prior a sentence."""
    model = evaluation.frame.model
    players = tuple(model.player_index)
    if model.prior is None:
        return [Say("The instance has no prior, so nothing can be expected of the payments over time.")]
    if max(model.period(t).profiles for t in range(model.count)) > MOST_PROFILES:
        return [Say(f"Payments over time are drawn where a period has at most {MOST_PROFILES} profiles of signals.")]
    flows = _flows(evaluation)
    head = "Expected payments in each period, on the truthful path (positive: agents pay)"
    blocks: list[Block] = []
    if len(players) <= MOST_AGENTS:
        blocks.append(Drawings((_bars(f"{prefix}budget", head, flows, players),)))
    largest = max((abs(magnitude(p)) for line in flows for p in line), default=0.0)
    rows = []
    for t, line in enumerate(flows):
        shown = line[:MOST_AGENTS]
        cells = [number_cell(p, shade=shade(p, largest)) for p in shown]
        rows.append((Cell(str(t + 1)), *cells, number_cell(sum(line, Fraction(0)))))
    paid, total = evaluation.payments_of_agents, evaluation.expected_payments
    if paid is not None and total is not None:
        what = "discounted sum" if model.horizon is not None else "discounted sum, all periods"
        rows.append((Cell(what), *(number_cell(p) for p in paid[:MOST_AGENTS]), number_cell(total)))
    names = tuple(label(agent, 16) for agent in players[:MOST_AGENTS])
    gone = len(players) - MOST_AGENTS
    notes = [f"{counted(gone, 'more agent')} not listed; they are in the sums."] if gone > 0 else []
    if model.horizon is None or model.horizon > MOST_PERIODS:
        notes.append(f"The first {len(flows)} periods.")
    blocks.append(Grid("Expected payments", ("period", *names, "sum"), tuple(rows), 1, " ".join(notes)))
    return blocks


def _flows(evaluation: Evaluation) -> list[list[Fraction]]:
    """Return ``[period][agent]``: exact expected payments, undiscounted; what is due counts when it is paid."""
    f, found = evaluation.frame, []
    # reports of the period before, and how likely truth leads to them
    histories, chances = np.array([-1]), [Fraction(1)]
    count = MOST_PERIODS if f.model.horizon is None else min(MOST_PERIODS, f.model.horizon)
    for period in range(count):
        t = 0 if f.model.horizon is None else period
        law = f.law(t, histories)
        paid = [f.collected(law, t, agent, histories) for agent in f.agents]
        found.append([sum((p * own.at(k) for k, p in enumerate(chances)), Fraction(0)) for own in paid])
        coming = [Fraction(0)] * f.model.period(t).profiles
        for p, weights, den in zip(chances, law.rows(), law.den, strict=True):
            for profile in np.flatnonzero(weights):
                coming[profile] += p * Fraction(int(weights[profile]), int(den))
        play = f.plays[t]
        histories = np.flatnonzero([bool(coming[told]) for told in play.told])
        chances = [coming[play.told[h]] * Fraction(int(play.num[h]), play.den) for h in histories]
    return found


def _bars(name: str, head: str, flows: list[list[Fraction]], agents: tuple[str, ...]) -> Drawing:
    def paint(axes: Axes) -> None:
        wide = 0.8 / len(agents)
        axes.axhline(0, color=INK, linewidth=1)
        for i, agent in enumerate(agents):
            colour, hatch = _LOOKS[i]
            places = [t + 1 - 0.4 + wide * (i + 0.5) for t in range(len(flows))]
            tops = [magnitude(line[i]) for line in flows]
            axes.bar(
                places,
                tops,
                wide * 0.92,
                facecolor="white",
                edgecolor=colour,
                hatch=hatch,
                label=label(agent, 14),
            )
        sums = [magnitude(sum(line, Fraction(0))) for line in flows]
        axes.plot(
            range(1, len(flows) + 1), sums, marker="D", color=INK, linewidth=1, linestyle=":", markersize=5, label="sum"
        )
        axes.set_xticks(range(1, len(flows) + 1))
        axes.set_xlabel("period")
        axes.spines[["top", "right"]].set_visible(False)
        box = axes.get_position()
        axes.set_position((box.x0, box.y0, box.width, box.height - 0.12))
        axes.legend(frameon=False, ncols=3, loc="lower left", bbox_to_anchor=(-0.1, 1), fontsize=10, columnspacing=1)

    told = "Bars, one an agent in every period, hatched differently; diamonds on a dotted line are the sums. The table has the numbers."
    return draw(name, head, told, paint, 240, plot=True)
