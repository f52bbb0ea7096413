"""Draw the pictures of the pages: ``python docs/draw_pictures.py`` writes ``docs/pictures/*.svg``.

Beliefs and targets come from the second checker in ``docs/examples``, which derives them from the instance files; payments from results that it accepts.
The pictures are legible without colour vision: what matters differs in shape or line style, too.
"""

from __future__ import annotations

import importlib.util
import json
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt

import mechsynth

HERE = Path(__file__).resolve().parent
INSTANCES = HERE.parent / "instances"
DARK, BLUE, ORANGE, GREY = "#1a1a1a", "#0b5394", "#b45309", "#8a8a8a"
STYLE = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": DARK,
    "svg.hashsalt": "mechsynth",
    "svg.fonttype": "path",
    "figure.facecolor": "white",
}


def second_checker() -> ModuleType:
    """Return the second checker as a module."""
    spec = importlib.util.spec_from_file_location("second_checker", HERE / "examples" / "second_checker.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SECOND = second_checker()


class Case:
    """An instance and a result about it that the second checker accepts."""

    def __init__(self, name: str, ask: str) -> None:
        path = INSTANCES / f"{name}.json"
        instance = SECOND.load(path)
        self.result = json.loads(mechsynth.solve(path, ask).to_bytes())
        SECOND.check(self.result, instance)
        self.model = SECOND.Model(instance, False)
        self.rule, self.values = SECOND.efficient_rule(self.model, self.result["mechanism"]["allocation"], None)

    def target(self, agent: int, action: int, profile: tuple[int, ...], last: Any) -> Fraction:
        """Return what a row of a block of period 1 asks for: ``c_k``, less what a lie to the action loses of the surplus."""
        found: Fraction = SECOND.target(self.model, self.rule, self.values, 0, agent, action, profile, last)
        lost: Fraction = SECOND.lost(self.model, self.values, 0, action, profile)
        return found - lost / self.model.delta

    def belief(self, agent: int, action: int, profile: tuple[int, ...]) -> list[Fraction]:
        """Return what the other agent's next reports are expected to be (two agents)."""
        other = 1 - agent
        found = [Fraction(0)] * len(self.model.labels[self.model.next(0)][other])
        for then, p in self.model.kernel[0][action, *profile]:
            found[then[other]] += p
        return found


def save(figure: Any, name: str) -> None:
    """Write an SVG file that is the same whenever it is drawn."""
    figure.savefig(HERE / "pictures" / name, metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    plt.close(figure)


def linked() -> None:
    """The oil leases: expected payments of firm 1 against its belief, and what they have to be."""
    case = Case("liu2014-oil-leases", "vcg-type")
    transfers = case.result["mechanism"]["transfers"]
    now, later, _ = SECOND.payments(case.model, transfers, case.rule)
    figure, axes = plt.subplots(figsize=(5.4, 3.6))
    for action, colour, dash, words in ((0, BLUE, "-", "after firm 1 wins"), (1, ORANGE, "--", "after firm 2 wins")):
        low, high = (float(later(0, 0, action, (0, 0), (0, k))) for k in (0, 1))
        axes.plot([0, 1], [low, high], dash, color=colour, label=f"expected payment {words}")
        for k, signal in enumerate(case.model.labels[0][0]):
            c = float(case.target(0, action, (k, 0), now))
            q = float(case.belief(0, action, (k, 0))[1])
            played = case.rule[0][k, 0] == action
            axes.plot(q, c, "o" if played else "^", color=colour, markersize=8, markerfacecolor=colour if played else "white")
            axes.annotate(f"signal {signal}", (q, c), textcoords="offset points", xytext=(8, 5), color=DARK)
    axes.plot([], [], "o", color=DARK, label="must be met: the truth of this signal")
    axes.plot([], [], "^", color=DARK, markerfacecolor="white", label="must be reached: a lie of this signal")
    axes.set_xlabel("probability that firm 2 reports 6")
    axes.set_ylabel("payment of firm 1 in period 2")
    axes.legend(frameon=False, fontsize=8.5, loc="lower left")
    save(figure, "linked.svg")


def hull() -> None:
    """A signal whose belief is the mixture of two others: where the mixture can, and cannot, bear the charge."""
    figure, both = plt.subplots(1, 2, figsize=(7.2, 3.4), sharex=True)
    for axes, name in zip(both, ("hull-but-implementable", "hull-not-residual-claimant"), strict=True):
        case = Case(name, "contingent")
        # whether the line exists does not depend on what is paid last: beliefs about whole profiles are mixtures as well
        tables = case.result["mechanism"].get("transfers") or [{}] * case.model.T
        now, _, _ = SECOND.payments(case.model, tables, case.rule)
        points = []
        for k, signal in enumerate(case.model.labels[0][0]):
            q, c = float(case.belief(0, 1, (k, 0))[1]), float(case.target(0, 1, (k, 0), now))
            points.append((q, c))
            middle = signal == "6"
            axes.plot(q, c, "o" if middle else "^", color=ORANGE if middle else BLUE, markersize=9, markerfacecolor=ORANGE if middle else "white")
            axes.annotate(f"c of {signal}", (q, c), textcoords="offset points", xytext=(7, 6), color=DARK)
        (a, low), (q, c), (b, high) = points
        axes.plot([a, b], [low, high], ":", color=GREY)
        works = c >= (low + high) / 2
        axes.set_title(name, fontsize=10)
        words = "a line through the dot\npasses above both triangles" if works else "every line through the dot\npasses below a triangle"
        axes.text(0.04, 0.06, words, transform=axes.transAxes, fontsize=9)
        if works:
            slope = (high - low) / (b - a)
            axes.plot([0.15, 0.85], [c + slope * (x - q) for x in (0.15, 0.85)], "-", color=ORANGE)
        axes.set_xlabel("probability that firm 2 reports 6")
        axes.margins(0.25)
    both[0].set_ylabel("expected payment of firm 1")
    save(figure, "hull.svg")


def simplex() -> None:
    """Four beliefs over three outcomes: a dependence, but none is a mixture of the others."""
    case = Case("more-signals-than-outcomes", "vcg-type")
    corners = ((0.0, 0.0), (1.0, 0.0), (0.5, 0.866))
    outcomes = case.model.labels[0][1]
    figure, axes = plt.subplots(figsize=(4.4, 3.9))
    axes.plot(*zip(*corners, corners[0], strict=True), "-", color=DARK, linewidth=1)
    for (x, y), label in zip(corners, outcomes, strict=True):
        axes.annotate(f"operator reports {label}", (x, y), textcoords="offset points", xytext=(0, 8 if y else -14), ha="center")
    places = {}
    for k, signal in enumerate(case.model.labels[0][0]):
        weights = [float(p) for p in case.belief(0, 0, (k, 0))]
        places[signal] = tuple(sum(w * corner[d] for w, corner in zip(weights, corners, strict=True)) for d in (0, 1))
    signs = {k: Fraction(v) for k, v in case.result["witness"]["weights"].items()}
    for sign, dash, colour in ((1, "--", BLUE), (-1, "-", ORANGE)):
        ends = [places[k] for k, v in signs.items() if v * sign > 0]
        axes.plot(*zip(*ends, strict=True), dash, color=colour, linewidth=1.2)
    for signal, (x, y) in places.items():
        plus = signs[signal] > 0
        axes.plot(x, y, "s" if plus else "o", color=BLUE if plus else ORANGE, markersize=8)
        left = x < sum(other for other, _ in places.values()) / len(places)
        words, offset = f"{signal} ({'+1' if plus else '−1'})", (-9 if left else 9, -3)
        axes.annotate(words, (x, y), textcoords="offset points", xytext=offset, ha="right" if left else "left")
    axes.set_aspect("equal")
    axes.axis("off")
    save(figure, "simplex.svg")


if __name__ == "__main__":
    (HERE / "pictures").mkdir(exist_ok=True)
    with plt.rc_context(STYLE):
        linked()
        hull()
        simplex()
