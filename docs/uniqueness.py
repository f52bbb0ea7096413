"""Write ``uniqueness.md`` and ``uniqueness.svg``: how the efficient payments close in on the Groves family as a grid is refined.

Run ``python docs/uniqueness.py`` (matplotlib draws the picture). Every number is read off a result that the checker has accepted.
"""

from __future__ import annotations

import json
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import mechsynth
from mechsynth.result import Result

PAGE = Path(__file__).resolve().with_name("uniqueness.md")
PICTURE = Path(__file__).resolve().with_name("uniqueness.svg")
GRIDS = (2, 4, 8, 16, 32, 64)
DRAWN = (4, 8, 16, 64)
LIE = Fraction(3, 10)
PERSISTENCE, DISCOUNT, COST = Fraction(3, 4), Fraction(9, 10), Fraction(1, 2)

TITLE = """# How the interval closes on the Groves family

On a connected set of types the dynamic Groves mechanisms are the only efficient ones in which truth is periodic ex post incentive compatible (Yoon 2021b, Theorem 2). On a
finite set there is room: `--ask uniqueness` gives, for every agent, period, signals of the others and pair of own signals, the exact least and greatest

    [Z(θ) + V_-(θ)] − [Z(θ̄) + V_-(θ̄)]

over all efficient mechanisms with payments on the reports of their own period. `Z` is the expected discounted sum of all payments from the current profile on, `V_-` that of the
others' utilities; in a Groves mechanism the difference is 0. How the ends are proved stands in [certificates.md](certificates.md), the derivation in `mechsynth/asks/uniqueness/surcharges.py`.

## Yoon's Example 1 on finer and finer grids

One buyer; a monopolist with marginal cost `c = 1/2`; a unit in every period, worth `θ` to the buyer. The next type is `γθ + (1−γ)ω`, wrapped into `(0, 1)`, with `ω` uniform on `(−1, 1)`, `γ = 3/4`,
`δ = 9/10`. On the grid the types are the midpoints of `K` cells, and a cell is as likely as the formula makes it from the midpoint at hand, exactly. The monopolist is an agent with one signal whose utility is
minus the cost, so that the surplus counts it.
"""

NOTES = """
- *Prices* are the least and the greatest that can be posted: up to a constant that no report moves, every efficient incentive compatible payment (on the reports of its own period, the same
  function in every period) is a posted price between the type below the cost and the one above it. The Groves price is the cost.
- *Across the cost* is the interval between the types next to the cost on either side, *widest* the widest of all intervals, and the types it is for. Its width falls in proportion to the
  step of the grid (last column), so the interval closes and the Groves mechanisms are all that is left, as the paper says.
- Each row is a result that `mechsynth check` has accepted: upper ends by lies of which none may pay, and the posted prices as mechanisms that attain both ends
  (`certificate.mechanisms` of a result lists payments for every end of every interval).

## A remark on the example

The paper derives the uniqueness in Example 1 from `V^C` being linear in `θ`. With the wrap it is not: an agent who keeps up a lie may have its type wrapped where the reported one is not. With the numbers above and the lie `θ̄ = {lie}`,
what the next period is expected to be worth has at `θ = θ̄` the left derivative `{left}` and the right derivative `{right}`: a kink of the kind that Property A is there to exclude (it asks that the left
derivative of the whole sum is not above the right one). The uniqueness holds all the same, by the argument of the table: given that
the two actions move the next types alike, only a posted price is left, and types on both sides of the cost squeeze it.
"""


def environment(count: int) -> Any:
    """Return Example 1 on a grid of ``count`` types, as an instance."""
    grid = [Fraction(2 * k + 1, 2 * count) for k in range(count)]
    reach = 1 - PERSISTENCE
    chain = []
    for type_ in grid:
        low, high = PERSISTENCE * type_ - reach, PERSISTENCE * type_ + reach
        row = []
        for j in range(count):
            mass = Fraction(0)
            for turn in (-1, 0, 1):  # the cell, and its images under the wrap
                left, right = Fraction(j, count) + turn, Fraction(j + 1, count) + turn
                mass += max(Fraction(0), min(right, high) - max(left, low))
            row.append(str(mass / (high - low)))
        chain.append(row)
    return {
        "format": "mechsynth-instance/1",
        "name": f"yoon2021b-example-1-{count}",
        "horizon": "infinite",
        "discount": str(DISCOUNT),
        "agents": ["buyer", "monopolist"],
        "signals": {"buyer": [str(value) for value in grid], "monopolist": ["-"]},
        "actions": ["keep", "sell"],
        "utilities": {
            "buyer": {"private": [[0] * count, [str(value) for value in grid]]},
            "monopolist": {"private": [[0], [str(-COST)]]},
        },
        "transition": {"independent": {"buyer": chain, "monopolist": [[1]]}},
    }


def solved(count: int) -> dict[str, Any]:
    """Return the result on a grid as it stands in a file.

    Raises
    ------
    RuntimeError
        If the checker does not accept it.
    """
    result: Result = mechsynth.solve(mechsynth.loads(json.dumps(environment(count)).encode()), "uniqueness")
    verdict = result.check()
    if not verdict.accepted:
        raise RuntimeError(f"{count}: {verdict.reason}")
    return result.document()


def prices(document: dict[str, Any]) -> tuple[Fraction, Fraction]:
    """Return the least and the greatest price posted in the mechanisms of a result."""
    found = [
        Fraction(row[0]) for mechanism in document["certificate"]["mechanisms"] for row in mechanism["buyer"]["now"]
    ]
    sold = [value for value in found if value]
    return min(sold), max(sold)


def interval(document: dict[str, Any], one: int, other: int) -> tuple[Fraction, Fraction]:
    """Return least and greatest difference between two types of the buyer, by index."""
    most = document["certificate"]["most"]["buyer"]
    return -Fraction(most[other][0][one]), Fraction(most[one][0][other])


def row(count: int, document: dict[str, Any]) -> str:
    """Return a line of the table."""
    low, high = prices(document)
    across = interval(document, count // 2 - 1, count // 2)
    witness, width = document["witness"], Fraction(document["value"])
    cells = (
        str(count),
        f"{low} … {high}",
        f"{float(across[0]):.6f} … {float(across[1]):.6f}",
        f"{float(Fraction(witness['least'])):.6f} … {float(Fraction(witness['most'])):.6f}",
        f"{witness['signal']}, {witness['against']}",
        f"{float(width):.6f}",
        f"{float(width * count):.6f}",
    )
    return f"| {' | '.join(cells)} |"


def slopes(lie: Fraction) -> tuple[Fraction, Fraction]:
    """Return the one-sided derivatives in ``θ``, at ``θ̄``, of ``E[θ' a*(θ̄')]``: both move by the same ``ω``, the lie is kept up."""
    reach, step = 1 - PERSISTENCE, Fraction(1, 10**6)

    def wrapped(value: Fraction) -> Fraction:
        return value - 1 if value > 1 else value + 1 if value < 0 else value

    def worth(type_: Fraction) -> Fraction:
        cuts = {Fraction(-1), Fraction(1)}
        for base in (type_, lie):
            cuts |= {(level + turn - PERSISTENCE * base) / reach for level in (0, COST) for turn in (-1, 0, 1)}
        inside = sorted(cut for cut in cuts if -1 <= cut <= 1)
        total = Fraction(0)
        for low, high in pairwise(inside):
            middle = (low + high) / 2  # of a piece on which everything is linear
            if wrapped(PERSISTENCE * lie + reach * middle) >= COST:
                total += (high - low) / 2 * wrapped(PERSISTENCE * type_ + reach * middle)
        return total

    return (worth(lie) - worth(lie - step)) / step, (worth(lie + step) - worth(lie)) / step


def draw(found: dict[int, dict[str, Any]]) -> None:
    """Draw the intervals against the lowest type, and the widest one against the number of types."""
    import matplotlib

    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "uniqueness", "font.size": 10, "svg.fonttype": "path"})
    from matplotlib import pyplot

    figure, (left, right) = pyplot.subplots(1, 2, figsize=(10, 4), width_ratios=(3, 2), layout="constrained")
    shades = ("#d3e3f3", "#9ecae1", "#4292c6", "#08306b")
    for count, shade in zip(DRAWN, shades, strict=True):
        types = [(2 * k + 1) / (2 * count) for k in range(count)]
        ends = [interval(found[count], k, 0) for k in range(count)]
        low, high = ([float(end[side]) for end in ends] for side in (0, 1))
        left.fill_between(types, low, high, color=shade, label=f"{count} types", linewidth=0)
    left.axhline(0, color="black", linewidth=0.8)
    left.axvline(float(COST), color="black", linewidth=0.8, linestyle=":")
    left.annotate(
        "cost", (float(COST), 0.02), xycoords=("data", "axes fraction"), xytext=(4, 0), textcoords="offset points"
    )
    left.set(
        xlim=(0, 1),
        xlabel="type θ",
        ylabel="Z + V₋ at θ, less Z + V₋ at the lowest type",
        title="What efficient payments can do",
    )
    left.legend(frameon=False, loc="upper left", title="interval with")
    widths = [float(Fraction(found[count]["value"])) for count in GRIDS]
    right.loglog(GRIDS, widths, "o-", color="#08306b", label="widest interval")
    guide = [widths[-1] * GRIDS[-1] / count for count in GRIDS]
    right.loglog(GRIDS, guide, "--", color="grey", linewidth=1, label="in proportion to 1/K")
    right.set_xticks(GRIDS, [str(count) for count in GRIDS])
    right.minorticks_off()
    right.set(xlabel="number of types K", ylabel="width", title="It closes on the Groves family")
    right.legend(frameon=False)
    figure.savefig(PICTURE, metadata={"Date": None, "Title": "How the interval closes on the Groves family"})


def main() -> None:
    """Write the page and the picture."""
    found = {count: solved(count) for count in GRIDS}
    head = ("K", "prices", "across the cost", "widest", "between types", "its width", "width × K")
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head), *(row(count, found[count]) for count in GRIDS)]
    picture = "![the intervals shrink as the grid is refined](uniqueness.svg)"
    left, right = slopes(LIE)
    notes = NOTES.format(lie=LIE, left=left, right=str(right).replace("-", "−"))
    PAGE.write_text("\n".join([TITLE, *lines, "", picture]) + "\n" + notes, encoding="utf-8")
    draw(found)


if __name__ == "__main__":
    main()
