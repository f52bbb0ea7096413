"""The environment to look at: who knows what when, the rule, and how the signals move under it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mechsynth.report.blocks import Block, Cell, Drawings, Grid, Say, Terms
from mechsynth.report.svg import GREY, INK, WIDTH, Drawing, draw
from mechsynth.report.text import exact, grey, label, number_cell, profile, short
from mechsynth.words.names import Names
from mechsynth.words.numbers import counted

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mechsynth.environment import Environment, Period

MOST_NODES = 12
MOST_SQUARES = 150
MOST_PANELS = 4
MOST_EDGES_NAMED = 12
MOST_ROWS = 40
MOST_MATRIX = 12


def facts(environment: Environment | None, names: Names) -> Terms:
    """Return what can be said of the environment in a line each; without the instance what the result file tells."""
    pairs = []
    agents = environment.agents if environment is not None else names.agents
    pairs.append(("Agents", ", ".join(label(agent) for agent in agents[:12]) + (", …" if len(agents) > 12 else "")))
    if environment is not None:
        pairs.append(("Horizon", "infinite" if environment.horizon is None else counted(environment.horizon, "period")))
        pairs.append(("Discount", exact(environment.discount)))
        pairs.append(("Prior", "none given" if environment.prior is None else "given"))
        spans = [(None if environment.horizon is None else t, environment.period(t)) for t in _shown(environment)]
        signals = [(t, dict(zip(agents, period.signals, strict=True)), period.actions) for t, period in spans]
    else:
        signals = [
            (t, dict(period.signals), period.actions) for t, period in sorted(names.periods.items(), key=_first)
        ][:4]
    for t, own, actions in signals:
        tail = "" if t is None else f" in period {t}"
        told = "; ".join(f"{label(agent, 20)}: {_some(labels)}" for agent, labels in own.items())
        if told:
            pairs.append((f"Signals{tail}", told))
        if actions:
            pairs.append((f"Actions{tail}", _some(actions)))
    return Terms(tuple(pairs))


def _first(item: tuple[int | None, Any]) -> int:
    return item[0] or 0


def _shown(environment: Environment) -> list[int]:
    """Return the periods to speak of: all if they are few, one if they are alike, else the first."""
    if environment.stationary:
        return [1]
    return list(range(1, min(environment.last, 4) + 1))


def _some(labels: Sequence[str], most: int = 12) -> str:
    told = ", ".join(label(text, 16) for text in labels[:most])
    return told if len(labels) <= most else f"{told}, … ({len(labels)} in all)"


def rule_table(names: Names, ties: object = None) -> list[Block]:
    """Return the rule: the action at every profile, those with a tie marked."""
    rows: list[tuple[Cell, ...]] = []
    total = 0
    tied: set[tuple[object, ...]] = set()
    if isinstance(ties, list):
        for entry in ties:
            if isinstance(entry, dict) and isinstance(entry.get("signals"), dict):
                place = (entry.get("period"), *(entry["signals"].get(agent) for agent in names.agents))
                tied |= {place} if all(isinstance(part, (int, str, type(None))) for part in place) else set()
    timed = any(t is not None for t in names.periods)
    for t, period in sorted(names.periods.items(), key=_first):
        total += len(period.rule)
        for signals, action in period.rule.items():
            if len(rows) >= MOST_ROWS:
                break
            mark = " (one of several)" if (t, *signals) in tied else ""
            lead = [Cell(str(t))] if timed else []
            rows.append((*lead, *(Cell(label(s, 16)) for s in signals), Cell(f"{label(action, 24)}{mark}")))
    if not rows:
        return []
    heads = (*(["period"] if timed else []), *(label(agent, 16) for agent in names.agents), "action")
    note = (
        f"{counted(total - len(rows), 'more profile')} left out; the result file has them." if total > len(rows) else ""
    )
    caption = "The rule: the action at every profile of signals"
    if tied:
        caption += "; where it says “one of several”, others are as good"
    return [Grid(caption, heads, tuple(rows), len(heads) - 1, note)]


def chain(environment: Environment, names: Names, prefix: str) -> list[Block]:
    """Return how the signals move: drawings of the transitions, and their exact probabilities where they fit a table."""
    panels = _panels(environment, names)
    if not panels:
        return []
    drawings: list[Drawing] = []
    grids: list[Grid] = []
    large = 0
    for number, (t, head, choice) in enumerate(panels[:MOST_PANELS]):
        now, then = environment.period(t), environment.period(t + 1 if environment.horizon is not None else t)
        if max(now.size, then.size) > MOST_SQUARES:
            large = max(large, now.size, then.size)
            continue
        if max(now.size, then.size) > MOST_NODES:
            drawings.append(_squares(f"{prefix}chain{number}", head, _shares(environment, t, choice)))
            continue
        weights = _weights(environment, t, choice)
        left, right = _profiles(now), _profiles(then)
        acts = [now.actions[a] for a in choice] if len(set(choice)) > 1 else []
        drawings.append(_bipartite(f"{prefix}chain{number}", head, left, acts, right, weights))
        if len(right) <= MOST_MATRIX:
            grids.append(_matrix(head, left, right, weights))
    blocks: list[Block] = []
    if drawings:
        blocks += [Drawings(tuple(drawings)), *grids]
    if large:
        blocks.append(
            Say(f"A period with {large} profiles of signals is not drawn; at most {MOST_SQUARES} can be read.")
        )
    if len(panels) > MOST_PANELS:
        blocks.append(Say(f"{counted(len(panels) - MOST_PANELS, 'more transition')} left out here."))
    return blocks


def _profiles(period: Period) -> list[str]:
    """Return the profiles of a period, agents with one signal left out; where all have one, that says nothing is known."""
    several = [labels for labels in period.signals if len(labels) > 1]
    return [profile(signals, 8) for signals in product(*several)] if several else ["one profile"]


def _panels(environment: Environment, names: Names) -> list[tuple[int, str, list[int]]]:
    """Return (period, heading, action of every profile): under the rule where it is known, else one panel an action."""
    found: list[tuple[int, str, list[int]]] = []
    last = 1 if environment.horizon is None else environment.horizon - 1
    for t in range(1, last + 1):
        period = environment.period(t)
        when = "to the next period" if environment.horizon is None else f"from period {t} to period {t + 1}"
        known = names.at(None if environment.horizon is None else t)
        place = {action: a for a, action in enumerate(period.actions)}
        if len(found) > MOST_PANELS or period.size > 100_000:
            found.append((t, "", []))
            continue
        if known.drawn:
            continue  # a picture of one action a profile
        if known.rule:
            profiles = (dict(zip(environment.agents, signals, strict=True)) for signals in product(*period.signals))
            actions = [known.rule.get(tuple(own.get(agent, "") for agent in names.agents)) for own in profiles]
            taken = [place[action] for action in actions if action in place]
            if len(taken) < period.size:
                continue  # not a rule of this environment, as the checker says
            found.append((t, f"Signals {when}, under the rule", taken))
            continue
        alike = _alike(period)
        for first, several in alike.items():
            after = "any action" if len(alike) == 1 and len(several) > 1 else f"action {_some(several, 4)}"
            found.append((t, f"Signals {when}, after {after}", [first] * period.size))
    return found


def _alike(period: Period) -> dict[int, list[str]]:
    """Return the actions by the first of them that moves the signals in the same way."""
    kernel = period.kernel().num
    found: dict[int, list[str]] = {}
    for a, action in enumerate(period.actions):
        first = next((b for b in found if np.array_equal(kernel[b], kernel[a])), a)
        found.setdefault(first, []).append(action)
    return found


def _shares(environment: Environment, t: int, choice: Sequence[int]) -> NDArray[np.float64]:
    """Return the probabilities ``[profile now][profile next]`` as floats, to be drawn."""
    return environment.period(t).kernel()[list(choice), list(range(len(choice)))].floats()


def _squares(name: str, head: str, shares: NDArray[np.float64]) -> Drawing:
    """Return the transitions as a picture of squares, darker where likelier."""

    def paint(axes: Axes) -> None:
        axes.imshow(shares, cmap="Greys", vmin=0, vmax=float(shares.max()), interpolation="none", aspect="auto")
        axes.set_xlabel("profile next, in the order of the instance")
        axes.set_ylabel("profile now")
        axes.locator_params(nbins=5, integer=True)

    most = f"{float(shares.max()):.3g}"
    told = (
        f"A picture of {shares.shape[0]} rows, the profiles of signals now, and {shares.shape[1]} columns, those of the next period; "
        f"white is probability 0, black ≈ {most}."
    )
    return draw(name, f"{head}: white is 0, black ≈ {most}", told, paint, 300, plot=True)


def _weights(environment: Environment, t: int, choice: Sequence[int]) -> list[list[Any]]:
    kernel = environment.period(t).kernel()
    return [
        [kernel.fraction(action, now, then) for then in range(kernel.shape[2])] for now, action in enumerate(choice)
    ]


def _matrix(head: str, left: list[str], right: list[str], weights: list[list[Any]]) -> Grid:
    rows = [
        (Cell(name), *(number_cell(p, shade=grey(p)) if p else Cell("", "0") for p in line))
        for name, line in zip(left, weights, strict=True)
    ]
    return Grid(f"{head}: probabilities (rows: now; columns: next; empty: 0)", ("now", *right), tuple(rows))


def _bipartite(
    name: str, head: str, left: list[str], acts: list[str], right: list[str], weights: list[list[Any]]
) -> Drawing:
    """Return the transitions as lines from the profiles now to those of the next period, thicker where likelier."""
    step = 34.0 if max(len(left), len(right)) <= 8 else 29.0
    tall = max(len(left), len(right)) * step
    height = tall + 30
    start, end = 112.0, WIDTH - 102

    def level(k: int, count: int) -> float:
        return tall - (k + 0.5) * tall / count

    named = sum(p > 0 for line in weights for p in line) <= MOST_EDGES_NAMED

    def paint(axes: Axes) -> None:
        axes.text(start, tall + 14, "now", ha="right", color=GREY)
        axes.text(end, tall + 14, "next", ha="left", color=GREY)
        from matplotlib.collections import LineCollection

        edges = [(j, k, p) for j, line in enumerate(weights) for k, p in enumerate(line) if p]
        ends = [((start + 5, level(j, len(left))), (end - 5, level(k, len(right)))) for j, k, _ in edges]
        widths = [0.4 + 3.2 * float(p) for *_, p in edges]
        axes.add_collection(LineCollection(ends, colors=INK, linewidths=widths), autolim=False)
        for (_, k, p), ((x, y), (u, v)) in zip(edges, ends, strict=True) if named else ():
            f = 0.22 + 0.56 * (k + 0.5) / len(right)
            spot = (x + f * (u - x), y + f * (v - y))
            axes.text(*spot, short(p), ha="center", va="center", fontsize=10, bbox=_PATCH)
        for x, count in ((start, len(left)), (end, len(right))):
            axes.plot([x] * count, [level(k, count) for k in range(count)], "o", color=INK, markersize=5)
        for j, text in enumerate(left):
            y = level(j, len(left))
            axes.text(start - 8, y + (6 if acts else 0), label(text, 17), ha="right", va="center")
            if acts:
                axes.text(start - 8, y - 7, f"→ {label(acts[j], 16)}", ha="right", va="center", fontsize=10, color=GREY)
        for k, text in enumerate(right):
            axes.text(end + 8, level(k, len(right)), label(text, 15), ha="left", va="center")

    told = (
        f"{counted(len(left), 'profile')} of signals now on the left, {len(right)} next on the right; a line is a transition of "
        "positive probability, thicker where it is likelier. The table beside it has the probabilities."
    )
    return draw(name, head, told, paint, height)


_PATCH = {"boxstyle": "round,pad=0.12", "facecolor": "white", "edgecolor": "none"}
