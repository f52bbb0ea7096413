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

    from mechsynth.check import Evaluation

MOST_PERIODS = 8
MOST_PROFILES = 64  # exact probabilities of later periods grow too long beyond
MOST_AGENTS = 6
_LOOKS = ((BLUE, "//"), (ORANGE, "\\\\"), (INK, "||"), (BLUE, "--"), (ORANGE, "++"), (INK, "xx"))


def show(evaluation: Evaluation, prefix: str) -> list[Block]:
    """Return the expected payments over time; without a prior a sentence."""
    facts = evaluation.facts
    model = facts.model
    if model.prior is None:
        return [Say("The instance has no prior, so nothing can be expected of the payments over time.")]
    if max(model.period(t).profiles for t in range(model.count)) > MOST_PROFILES:
        return [Say(f"Payments over time are drawn where a period has at most {MOST_PROFILES} profiles of signals.")]
    flows = _flows(evaluation)
    head = "Expected payments in each period, on the truthful path (positive: agents pay)"
    blocks: list[Block] = []
    if len(model.agents) <= MOST_AGENTS:
        blocks.append(Drawings((_bars(f"{prefix}budget", head, flows, model.agents),)))
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
    names = tuple(label(agent, 16) for agent in model.agents[:MOST_AGENTS])
    gone = len(model.agents) - MOST_AGENTS
    notes = [f"{counted(gone, 'more agent')} not listed; they are in the sums."] if gone > 0 else []
    if model.horizon is None or model.horizon > MOST_PERIODS:
        notes.append(f"The first {len(flows)} periods.")
    blocks.append(Grid("Expected payments", ("period", *names, "sum"), tuple(rows), 1, " ".join(notes)))
    return blocks


def _flows(evaluation: Evaluation) -> list[list[Fraction]]:
    """Return ``[period][agent]``: exact expected payments, undiscounted; what is due counts when it is paid."""
    from mechsynth.check.facts import single, weighted

    facts = evaluation.facts
    model = facts.model
    found = []
    assert model.prior is not None
    whole = int(model.prior.den[()])
    chances = [Fraction(int(w), whole) for w in model.prior.num]
    due: list[list[Fraction]] = [[Fraction(0)] * len(model.agents)]
    count = MOST_PERIODS if model.horizon is None else min(MOST_PERIODS, model.horizon)
    for period in range(count):
        t = 0 if model.horizon is None else period
        line = []
        for agent in facts.agents:
            now = single(facts.paid[t][agent].now_at(model.period(t).sizes))
            total = sum((p * now.at(k) for k, p in enumerate(chances) if p), Fraction(0)) + due[-1][agent]
            if period == 0:
                fee = facts.due(0, agent, None)
                if fee is not None:
                    total += sum((p * fee.at(k) for k, p in enumerate(chances) if p), Fraction(0))
            line.append(total)
        found.append(line)
        if model.kernel(t) is None:
            break
        then = model.following(t)
        owed = [Fraction(0)] * len(model.agents)
        coming = [Fraction(0)] * model.period(then).profiles
        for history, p in enumerate(chances):
            if not p:
                continue
            weights, den = facts.chances(then, history) or (np.zeros(0), 1)
            for k in np.flatnonzero(weights):
                coming[k] += p * Fraction(int(weights[k]), den)
            for agent in facts.agents:
                later = facts.due(then, agent, history)
                if later is not None:
                    owed[agent] += p * weighted(weights, den, single(later))
        chances = coming
        due.append(owed)
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
