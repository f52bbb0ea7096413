"""What an agent knows at a node of a tree of public reports, and its belief about the signals of the others.

With ``pepic`` every profile is known. With ``pbic`` an agent knows its own signals, those of public agents, and what was reported and done, and the others have
told the truth. Signals are Markov, so the belief about the next ones depends on the action, the others' last reports and its own last *true* signal; here it
must not depend on the last: then truth and lies lead to the same beliefs.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

from mechsynth.errors import InputError

from .grown import Nodes
from .text import show

Law = tuple[tuple[int, Fraction], ...]


@dataclass(frozen=True, eq=False)
class Views:
    """What agents know.

    Parameters
    ----------
    nodes:
        The nodes of the mechanism.
    incentives:
        ``pepic`` or ``pbic``.
    """

    nodes: Nodes
    incentives: str

    @cached_property
    def _kept(self) -> dict[tuple[int, int], list[tuple[range | list[int], list[Law]]]]:
        return {}

    def laws(self, t: int, agent: int) -> list[tuple[range | list[int], list[Law]]]:
        """Return, for all histories of a period in groups, the beliefs that an agent may have there: chances of true profiles, one law a view.

        Raises
        ------
        InputError
            Where a belief depends on the agent's own last true signal.
        """
        if (t, agent) not in self._kept:
            self._kept[t, agent] = self._found(t, agent)
        return self._kept[t, agent]

    def _found(self, t: int, agent: int) -> list[tuple[range | list[int], list[Law]]]:
        nodes = self.nodes
        everywhere, one = range(nodes.counts[t]), Fraction(1)
        if self.incentives == "pepic":
            return [(everywhere, [((p, one),) for p in range(nodes.profiles(t))])]
        if t == 0:
            first = [self._given(dict(enumerate(nodes.prior)), view) for view in self._views(0, agent).values()]
            return [(everywhere, [law for law in first if law])]
        own = nodes.model.period(t - 1).own
        groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for p in range(nodes.profiles(t - 1)):
            groups[tuple(int(own[j][p]) for j in range(len(nodes.model.agents)) if j != agent)].append(p)
        found: list[tuple[range | list[int], list[Law]]] = []
        for a in nodes.branches(t - 1):
            for same in groups.values():
                laws = [
                    self._same(t, agent, [nodes.rows[t - 1][a][p] for p in same], v)
                    for v in self._views(t, agent).values()
                ]
                after = [nodes.after(t - 1, h, p, a) for h in range(nodes.counts[t - 1]) for p in same]
                found.append((after, [law for law in laws if law]))
        return found

    def _same(self, t: int, agent: int, rows: list[dict[int, Fraction]], view: list[int]) -> Law:
        """Return the belief that all rows lead to, those aside that exclude the view."""
        laws = {law for row in rows if (law := self._given(row, view))}
        if len(laws) > 1:
            words = f"what {show(self.nodes.model.agents[agent])} believes{self.nodes.model.when(t)} depends on its own signal before"
            raise InputError("question.incentives", words, "pepic")
        return laws.pop() if laws else ()

    def _views(self, t: int, agent: int) -> dict[tuple[int, ...], list[int]]:
        found: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for p in range(self.nodes.profiles(t)):
            found[self.seen(t, agent, p)].append(p)
        return found

    def seen(self, t: int, agent: int, profile: int) -> tuple[int, ...]:
        """Return what an agent sees of a profile: its own signal, and those of public agents."""
        own = self.nodes.model.period(t).own
        return tuple(int(own[j][profile]) for j in (agent, *self.nodes.model.public))

    def _given(self, law: dict[int, Fraction], view: list[int]) -> Law:
        total = sum((law.get(p, Fraction(0)) for p in view), Fraction(0))
        return tuple((p, law[p] / total) for p in view if law.get(p)) if total else ()

    def belief(self, t: int, agent: int, history: int, view: tuple[int, ...]) -> Law:
        """Return the belief at a history with a view; nothing where the view is excluded."""
        for histories, laws in self.laws(t, agent):
            if history in histories:
                return next((law for law in laws if self.seen(t, agent, law[0][0]) == view), ())
        return ()
