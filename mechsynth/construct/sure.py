"""The best mechanism without lotteries: branch and bound with exact bounds.

Where the actions of some nodes are decided, the rest of the program with lotteries is an upper bound, with multipliers. A decided node excludes what would
follow other actions: nothing is owed there. Which whole rule to try first a mixed-integer solver suggests; payments that go with it are found exactly.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import count

import numpy as np
from numpy.typing import NDArray

from mechsynth.construct.points import Point, extended, fractions, owed_nothing, plays
from mechsynth.construct.sequence import Sequence
from mechsynth.construct.tree import Tree
from mechsynth.prove.exact import decide
from mechsynth.prove.rows import Exact, Rows
from mechsynth.prove.walk import Kind
from mechsynth.solver.whole import whole

MOST = 400  # programs that are solved
SUGGESTED = 2_000  # nodes of the suggesting search
Node = tuple[int, int, int]
Decided = dict[Node, int]


@dataclass(eq=False)
class Branch:
    """Decided actions, the bound that is left, and how it was divided.

    Attributes
    ----------
    decided:
        The action of some nodes (period, history, profile).
    bound:
        The most that is left; ``None`` where nothing is.
    multipliers:
        Why.
    point:
        Where the bound is attained, lotteries being allowed.
    node, parts:
        The node that was decided next, and what every action leaves.
    """

    decided: Decided
    bound: Fraction | None
    multipliers: Exact
    point: Point | None
    node: Node | None = None
    parts: dict[int, Branch] = field(default_factory=dict)

    def leaves(self) -> list[Branch]:
        """Return the parts that were not divided."""
        return [self] if self.node is None else [leaf for part in self.parts.values() for leaf in part.leaves()]


@dataclass(frozen=True, eq=False)
class Sure:
    """What was found.

    Attributes
    ----------
    point, value:
        The best mechanism found; ``None`` for none.
    root:
        The bounds.
    """

    point: Point | None
    value: Fraction | None
    root: Branch

    @property
    def bound(self) -> Fraction | None:
        """The most that any mechanism without lotteries can have; ``None`` where there is none."""
        return max((leaf.bound for leaf in self.root.leaves() if leaf.bound is not None), default=None)


def surely(tree: Tree, program: Sequence) -> Sure | None:
    """Find the best mechanism without lotteries, as far as the bounds tell; ``None`` where the program was not decided."""
    root = _bounded(tree, program, {})
    if root is None:
        return None
    best: tuple[Fraction, Point] | None = None
    for decided in _suggestions(tree, program):
        tried = _bounded(tree, program, decided)
        best = _better(tree, tried, best, bool(program.unpaid))
        if best is not None:
            break
    best = _better(tree, root, best, bool(program.unpaid))
    order, solved = count(), 1
    queue = [] if root.bound is None else [(-root.bound, next(order), root)]
    while queue and solved < MOST:
        program.rows.run.check()
        most, _, branch = heapq.heappop(queue)
        if best is not None and -most <= best[0]:
            break
        node = _node(tree, branch)
        if node is None:
            continue
        parts: dict[int, Branch] = {}
        for a in _choices(tree, node):
            part = _bounded(tree, program, {**branch.decided, node: a})
            solved += 1
            if part is None:
                return None
            parts[a] = part
            best = _better(tree, part, best, bool(program.unpaid))
            if part.bound is not None:
                heapq.heappush(queue, (-part.bound, next(order), part))
        branch.node, branch.parts = node, parts
    return Sure(None if best is None else best[1], None if best is None else best[0], root)


def _choices(tree: Tree, node: Node) -> list[int]:
    t, _, p = node
    return [int(a) for a in np.flatnonzero(tree.environment.period(t).choices()[:, p])]


def _better(
    tree: Tree, tried: Branch | None, best: tuple[Fraction, Point] | None, unpaid: bool
) -> tuple[Fraction, Point] | None:
    """Return the better of the best so far and a branch's point, if that draws nothing and can be played."""
    if tried is None or tried.bound is None or tried.point is None or (best is not None and tried.bound <= best[0]):
        return best
    chances = tried.point[: tree.lottery(tree.last + 1)]
    sure = all(z in (0, 1) for z in chances) and plays(tree, tried.point, unpaid)
    return (tried.bound, tried.point) if sure else best


def _node(tree: Tree, branch: Branch) -> Node | None:
    """Return the node to decide next: the first period's most divided one; where nothing is drawn, one that is reached and open."""
    point = branch.point
    assert point is not None
    open_: list[tuple[Fraction, Node]] = []
    for t in range(1, tree.last + 1):
        actions = tree.actions(t)
        for h in range(tree.histories(t)):
            for p in range(tree.profiles(t)):
                start = tree.lottery(t) + (h * tree.profiles(t) + p) * actions
                drawn = point[start : start + actions]
                total = sum(drawn, Fraction(0))
                if total and (t, h, p) not in branch.decided and len(_choices(tree, (t, h, p))) > 1:
                    open_.append((max(drawn) / total, (t, h, p)))
        if any(share < 1 for share, _ in open_):
            break
    return min(open_)[1] if open_ else None


def _bounded(tree: Tree, program: Sequence, decided: Decided) -> Branch | None:
    """Solve the program with some nodes decided."""
    rows = _with(tree, program.rows, decided)
    found = decide(rows, program.cost, program.den)
    if found is None or found.multipliers is None:
        return None
    multipliers = (found.multipliers[0][: program.rows.count], found.multipliers[1])
    if found.kind is not Kind.OPTIMAL or found.value is None:
        return Branch(decided, None, multipliers, None)
    return Branch(decided, -found.value, multipliers, fractions(found.point, tree.width))


def excluded(tree: Tree, decided: Decided) -> dict[int, frozenset[int]]:
    """Return the histories, by period, that decided nodes exclude."""
    gone: dict[int, frozenset[int]] = {1: frozenset()}
    for t in range(1, tree.last if tree.moved else 0):
        found = set()
        for h in gone[t]:
            for p in range(tree.profiles(t)):
                found |= {tree.following(t, h, p, a) for a in range(tree.actions(t))}
        for (s, h, p), chosen in decided.items():
            if s == t:
                found |= {tree.following(t, h, p, a) for a in range(tree.actions(t)) if a != chosen}
        gone[t + 1] = frozenset(found)
    return gone


def _with(tree: Tree, rows: Rows, decided: Decided) -> Rows:
    more: list[tuple[dict[int, int], int, bool]] = []
    for (t, h, p), chosen in decided.items():
        start = tree.lottery(t) + (h * tree.profiles(t) + p) * tree.actions(t)
        more += [({start + a: 1}, 0, True) for a in range(tree.actions(t)) if a != chosen]
    gone = {t: histories for t, histories in excluded(tree, decided).items() if t > 1}
    return owed_nothing(tree, extended(rows, more), gone)


def _suggestions(tree: Tree, program: Sequence) -> list[Decided]:
    """Return whole rules to try: a mixed-integer solver's, and those that always play one action."""
    rows = program.rows
    found = []
    lower = np.array([float(Fraction(int(b), int(s))) for b, s in zip(rows.rights, rows.scales, strict=True)])
    cost = np.array([float(Fraction(int(c), program.den)) for c in program.cost])
    upper = np.where(rows.equal, lower, np.inf)
    floors = np.where(rows.floors, 0.0, -np.inf)
    options = rows.within({"mip_max_nodes": SUGGESTED})
    point = whole(cost, rows.matrix(), (lower, upper), floors, tree.lottery(tree.last + 1), options)
    if point is not None:
        found.append({node: a for node in _nodes(tree) if (a := _most(tree, node, point)) is not None})
    for k in range(max(tree.actions(t) for t in range(1, tree.last + 1))):
        rule = {node: choices[min(k, len(choices) - 1)] for node in _nodes(tree) if (choices := _choices(tree, node))}
        found.append(rule)
    return found


def _nodes(tree: Tree) -> list[Node]:
    return [
        (t, h, p) for t in range(1, tree.last + 1) for h in range(tree.histories(t)) for p in range(tree.profiles(t))
    ]


def _most(tree: Tree, node: Node, point: NDArray[np.float64]) -> int | None:
    t, h, p = node
    choices = _choices(tree, node)
    start = tree.lottery(t) + (h * tree.profiles(t) + p) * tree.actions(t)
    return max(choices, key=lambda a: float(point[start + a])) if choices else None
