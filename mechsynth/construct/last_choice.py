r"""The last period's payments of one agent, chosen so that the blocks of the period before have transfers; or multipliers that exclude all of them.

Write ``q = p_T^i``. Incentives of the last period are ``q(k) − q(r) ≤ ℓ(k, r)`` for every ``θ'^{-i}``; a block of period ``T−1`` has payments given ``q`` iff for every ``η`` with
``Σ_k η_k μ_k = 0``, not negative where only a bound is asked, ``Σ_k η_k (c̃_k − E[q | a, k]) ≤ 0``, with ``c̃`` the targets at ``q = 0``. So the later payments are eliminated, and what is left is a
program in ``q`` alone, per agent:

- candidates first: the middle of what implements the last period, and ``−Σ_{j≠i} u_T^j`` (Groves), under which nothing is left to add to private values;
- else cuts: the blocks that fail at a ``q`` name the ``η`` they fail by, each is one row, and the program of all rows so far is decided exactly. Blocks that never fail never enter it.

A block whose ``η`` cancels in the laws of *whole* next profiles fails whatever ``q`` is: it is a witness by itself. Otherwise the multipliers of the program are translated into multipliers of
the rows of `implement` (scope ``policy``), which the checker has anyway.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

import numpy as np

from mechsynth.beliefs import by_own, used
from mechsynth.construct.aims import Aims, target, weighted
from mechsynth.construct.blocks import Stack
from mechsynth.construct.blockwise import Linked, Room, block_targets
from mechsynth.construct.case import Case
from mechsynth.construct.last_period import losses, spread
from mechsynth.construct.last_rows import LastRows
from mechsynth.program.linear import LinearProgram
from mechsynth.prove.parts import feasible
from mechsynth.prove.paths import central_payments, distances
from mechsynth.rational import IntArray, Rationals, narrow
from mechsynth.run import Run

LARGE = 64  # profiles of the last period from which the Groves payments are tried before those in the middle
ROUNDS = 2_000  # programs that are decided before the search is given up


@dataclass(frozen=True, eq=False)
class Chosen:
    """What became of one agent.

    Attributes
    ----------
    payments:
        ``p_T^i`` over ``[θ^1]…[θ^N]``; ``None`` where none were found.
    linked:
        What the blocks of period ``T−1`` have under them.
    failures:
        Blocks that fail whatever is paid last; or one witness of kind ``farkas``. Empty with ``payments``, and where nothing was proved.
    """

    payments: Rationals | None = None
    linked: Linked | None = None
    failures: list[dict[str, object]] = field(default_factory=list)


@dataclass(frozen=True, eq=False)
class Cut:
    """A block's ``η``: ``Σ_{θ'} row(θ') q(θ') ≥ right``, ``row`` over ``[θ'^{-i}, θ'^i]``."""

    block: int
    report: int
    eta: tuple[Fraction, ...]
    row: Rationals
    right: Fraction


@dataclass(eq=False)
class Search:
    """The choice of one agent's payments in the last period.

    Attributes
    ----------
    stack:
        Its blocks of period ``T−1``.
    share, scope:
        What it is to keep of the surplus, and which blocks and lies are asked about.
    """

    case: Case
    run: Run
    room: Room
    stack: Stack
    share: Fraction
    scope: str
    cuts: list[Cut] = field(default_factory=list)
    known: set[tuple[int, int, tuple[Fraction, ...]]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.losses = losses(self.case, self.stack.agent)  # [θ'^{-i}, k, r]
        zero = Rationals(np.zeros(self.losses.shape[:2], dtype=np.int64))
        self.base = self.aims(zero)

    def aims(self, paid: Rationals) -> Aims:
        """Return the targets under payments ``[θ'^{-i}, θ'^i]``."""
        return target(self.case, self.stack.t, self.stack.agent, self.share, self.scope == "policy", self._kept(paid))

    def _kept(self, paid: Rationals) -> Rationals:
        case, agent = self.case, self.stack.agent
        t = case.environment.last
        period = case.environment.period(t)
        chosen = case.at(t).ravel()
        utility = period.utilities[agent].reshape(len(period.actions), -1)
        own = Rationals(utility.num[chosen, np.arange(chosen.size)], utility.den)
        return (own - spread(paid, agent, period.shape).reshape(-1)).reduce()

    def decide(self, earlier: Rationals | None = None) -> Chosen:
        """Find payments, or prove that there are none; ``earlier`` is tried first.

        Raises
        ------
        OutOfTime
            When the deadline passes first.
        """
        for paid in self._candidates(earlier):
            answer = self._try(paid)
            if answer is not None:
                return answer
        for _ in range(ROUNDS):
            self.run.check()
            program = self._program()
            outcome = feasible(program)
            if outcome is None:
                return Chosen()
            if outcome.multipliers is not None:
                return Chosen(failures=[self._witness(outcome.multipliers)])
            assert outcome.point is not None
            answer = self._try(self._payments(*outcome.point))
            if answer is not None:
                return answer
        return Chosen()

    def _try(self, paid: Rationals) -> Chosen | None:
        """Return payments under which all blocks have transfers, or what fails whatever is paid; else add cuts."""
        linked = self.room.decide(self.case, self.run, self.stack, self.aims(paid), self.scope)
        if linked.table is not None:
            shape = self.case.environment.period(self.case.environment.last).shape
            return Chosen(spread(paid, self.stack.agent, shape).reduce(), linked)
        always = []
        assert linked.tell is not None
        for (block, report), eta in linked.dependences:
            cut = self._cut(block, report, eta)
            if not cut.row.num.any() and cut.right > 0:
                always.append(linked.tell(((block, report), eta)))
            key = block, report, cut.eta
            if key not in self.known:
                self.known.add(key)
                self.cuts.append(cut)
        return Chosen(failures=always) if always else None

    def _candidates(self, earlier: Rationals | None) -> Iterator[Rationals]:
        """Yield payments ``[θ'^{-i}, θ'^i]`` that implement the last period."""
        if earlier is not None and self._implements(earlier):
            yield earlier
        groves = self._groves()
        large = self.losses.num[:, :, 0].size > LARGE
        if groves is not None and large:
            yield groves
        found, _ = distances(self.losses.num)
        yield Rationals(central_payments(found), 2 * found.shape[-1] * self.losses.den).reduce()
        if groves is not None and not large:
            yield groves

    def _groves(self) -> Rationals | None:
        """Return what the others lose by the agent's report, ``−Σ_{j≠i} u_T^j``, if that implements the last period; with private values it does."""
        environment, agent = self.case.environment, self.stack.agent
        period = environment.period(environment.last)
        chosen = used(self.case.at(environment.last), agent)
        rest = period.surplus() - period.utilities[agent]
        others = by_own(rest.num, agent)
        index, own = np.indices(chosen.shape)
        groves = Rationals(-others[chosen, index, own], rest.den).reduce()
        return groves if self._implements(groves) else None

    def _implements(self, paid: Rationals) -> bool:
        if paid.shape != self.losses.shape[:2]:
            return False
        gap = self.losses + Rationals(paid.num[:, None, :], paid.den) - Rationals(paid.num[:, :, None], paid.den)
        return bool((gap.num >= 0).all())

    def _cut(self, block: int, report: int, eta: Sequence[Fraction | int]) -> Cut:
        """Return the row of an ``η``."""
        case, stack = self.case, self.stack
        period = case.environment.period(stack.t)
        kernel, action, others = period.kernel(), int(stack.action[block]), int(stack.others[block])
        members = by_own(np.arange(period.size).reshape(1, *period.shape), stack.agent)[0][others]
        scale = lcm(*(Fraction(v).denominator for v in eta))
        whole = np.array([int(Fraction(v) * scale) for v in eta], dtype=object)
        law = (whole[:, None] * kernel.num[action, members].astype(object)).sum(0)
        after = case.environment.period(case.environment.last).shape
        row = by_own(law.reshape(1, *after), stack.agent)[0]
        place = np.array([action]), np.array([others])
        goals = self.base.exact(*place)[0] if self.base.weaker else block_targets(stack, self.base.full)[block]
        right = weighted(eta, goals)
        return Cut(
            block,
            report,
            tuple(Fraction(v) for v in eta),
            Rationals(narrow(np.asarray(row)), kernel.den * scale),
            right,
        )

    def _program(self) -> LinearProgram:
        """Return the program in ``q``, the payment of the first own signal put to 0: it is no choice, since beliefs cancel in every cut."""
        others, n = self.losses.shape[:2]
        program = LinearProgram(run=self.run)
        columns = program.add_columns([""] * (others * n)).reshape(others, n)
        k, r = np.nonzero(~np.eye(n, dtype=bool))
        for o in range(others):
            rights = [Fraction(-int(v), self.losses.den) for v in self.losses.num[o, k, r].tolist()]
            nums = [np.where(r > 0, 1, 0), np.where(k > 0, -1, 0)]
            program.add_rows([""] * k.size, [columns[o, r], columns[o, k]], nums, 1, rights, "last")
        for cut in self.cuts:
            num = cut.row.num.copy()
            num[:, 0] = 0
            nums = [np.asarray(num.reshape(1, -1))]
            program.add_rows([""], [columns.reshape(1, -1)], nums, cut.row.den, [cut.right], "cut")
        return program

    def _payments(self, num: IntArray, den: int) -> Rationals:
        others, n = self.losses.shape[:2]
        paid = np.asarray(num).reshape(others, n).copy()
        paid[:, 0] = 0
        return Rationals(narrow(paid), den).reduce()

    def _witness(self, multipliers: dict[int, Fraction]) -> dict[str, object]:
        """Return the multipliers of the program in ``q`` as multipliers of the rows that the checker knows."""
        others, n = self.losses.shape[:2]
        rows = LastRows(self.case, self.stack, self.scope, self.room.ask, self.share)
        each = n * (n - 1)
        k, r = np.nonzero(~np.eye(n, dtype=bool))
        for row, y in multipliers.items():
            if row < others * each:
                o, place = divmod(row, each)
                rows.last(o, int(k[place]), int(r[place]), y)
            else:
                cut = self.cuts[row - others * each]
                rows.block(cut.block, cut.report, [y * v for v in cut.eta])
        return rows.witness()
