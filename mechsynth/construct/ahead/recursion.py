"""A finite horizon: payments that also look at all earlier reports, forward from period to period.

What is open from earlier reports is known once they are: after the history ``h`` the report ``ρ`` must be expected to cost, for the other signals ``κ``,

    ``N(ρ, θ_κ; h) ≥ d̃_κ + O(h; θ_κ) − O(h; ρ)``      and for the signal itself ``N = d``,

with ``O(h; ·)`` what is expected of earlier reports after the truth, and after the lie. Then truth is worth the surplus less what is due, and a lie at most that. Where all beliefs of a block are
convexly independent there are such payments, growing from period to period; in this order the rows suffice and are not needed, so where one period has none nothing is proved.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product

from mechsynth.construct.ahead.blocks import Block, blocks, decided
from mechsynth.construct.ahead.blockwise import lost
from mechsynth.construct.ahead.sight import Word
from mechsynth.construct.ahead.windows import Form, Windows
from mechsynth.run import Run

LARGEST = 20_000  # histories up to which each has payments of its own

Past = tuple[int, ...]
"""The profiles that were reported, the oldest first."""
Paid = dict[Word, Fraction]


@dataclass(eq=False)
class Recursion:
    """The payments of one agent, history by history.

    Attributes
    ----------
    rows, scope:
        The agent's rows, and which blocks are asked about.
    base:
        Payments that meet every block, and those of the last period.
    """

    rows: Windows
    scope: str
    base: Form
    run: Run
    paid: dict[tuple[int, Past, int, int], Paid] = field(default_factory=dict)
    _plain: dict[tuple[int, int, int], Paid] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for column, value in self.base.items():
            if column[0] == "q":
                _, t, action, told, word = column
                self._plain.setdefault((t, action, told), {})[word] = value

    def histories(self, t: int) -> Iterator[Past]:
        """Yield the reports that a period can come after."""
        yield from product(*(range(len(self.rows.sight.others(s))) for s in range(1, t)))

    def due(self, t: int, past: Past, told: int) -> Paid:
        """Return what is paid for a report after a history, by word."""
        sight = self.rows.sight
        action = sight.rule(t, told)
        _, _, _, own, _ = self.rows.column(t, action, told, ())
        return self.paid.get((t, past, action, own), self._plain.get((t, action, own), {}))

    def expected(self, t: int, paid: Paid, since: Word, action: int, true: int) -> Fraction:
        """Return what is open of the payments for a report, in values of period ``t``, after an action at a profile."""
        total, n = Fraction(0), len(since)
        for word, value in paid.items():
            if len(word) > n and word[:n] == since:
                chance = self.rows.ahead(t, len(word) - n, action, true).get(word[n:], Fraction(0))
                total += value * chance * self.rows.delta ** (len(word) - n)
        return total

    def open(self, t: int, past: Past, action: int, true: int) -> Fraction:
        """Return ``O(h; ·)``: what is expected of all earlier reports."""
        rows, total = self.rows, Fraction(0)
        letters = [rows.sight.others(s + 1)[p] for s, p in enumerate(past)]
        for age in range(1, rows.earlier(t) + 1):
            then = t - age
            since = (*letters[then:], rows.sight.others(t)[true])
            total += self.expected(t, self.due(then, past[: then - 1], past[then - 1]), since, action, true)
        return total

    def solve(self) -> bool:
        """Find payments after every history; return whether there are such in this order."""
        last = self.rows.last
        assert last is not None
        count = 0
        every = [b for b in blocks(self.rows.case, "policy", self.rows.k) if b.sight is self.rows.sight]
        for t in range(2, last):
            here = [block for block in every if block.t == t]
            for past in self.histories(t):
                self.run.check()
                count += 1
                if count > LARGEST:
                    return False
                for block in here:
                    if not self._block(block, past):
                        return False
        return True

    def _block(self, block: Block, past: Past) -> bool:
        rows, sight, t, action = self.rows, self.rows.sight, block.t, block.action
        full, least = [], []
        for p in block.profiles:
            number, paid = rows.target(t, action, p)
            d = number - sum(
                (share * self.base.get(column, Fraction(0)) for column, share in paid.items()), Fraction(0)
            )
            moved = self.open(t, past, sight.rule(t, p), p) - self.open(t, past, action, p)
            weak = d - lost(rows.case, t, action, p) + moved
            full.append(d)
            least.append(max(weak, d) if self.scope == "all" else weak)
        wanted: list[tuple[int, set[int]]] = [(r, {r}) for r in block.need]
        if not rows.own_report:
            wanted = [(block.need[0], set(block.need))]
            if self.scope == "all":  # every signal is charged its target, and that has to be enough
                return full == least
        for report, exact in wanted:
            told = block.profiles[report]
            now = self.due(t, past, told)
            fine = True
            for s, p in enumerate(block.profiles):
                cost = self.expected(t, now, (), action, p)
                fine &= cost == full[s] if s in exact else cost >= least[s]
            if fine:
                continue
            right = [full[s] if s in exact else least[s] for s in range(len(full))]
            lines = [(list(row), d, s in exact) for s, (row, d) in enumerate(zip(block.rows, right, strict=True))]
            point, _ = decided(len(block.rows[0]), lines, self.run)
            if point is None:
                return False
            words = [word for word, _ in sight.basis(sight.after(t), rows.length(t))]
            found = {word: v / rows.delta ** len(word) for word, v in zip(words, point, strict=True) if v}
            own = rows.column(t, action, told, ())[3]
            self.paid[t, past, action, own] = found
        return True

    def form(self) -> Form:
        """Return the payments by column; those of a report that look at the history have it, ``("h", t, action, report, word, history)``."""
        moving = {(t, action, own) for t, _, action, own in self.paid}
        found: Form = {c: v for c, v in self.base.items() if c[0] != "q" or (c[1], c[2], c[3]) not in moving}
        for t, action, own in moving:
            for past in self.histories(t):
                paid = self.paid.get((t, past, action, own), self._plain.get((t, action, own), {}))
                for word, value in paid.items():
                    found["h", t, action, own, word, past] = value
        return found
