"""The blocks a condition or a theorem speaks of, agent by agent and period by period."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mechsynth.beliefs import beliefs, by_own, used
from mechsynth.construct.case import Case
from mechsynth.construct.witnesses import Place
from mechsynth.rational import IntArray, Rationals


@dataclass(frozen=True, eq=False)
class Stack:
    """The blocks in scope of one agent in one period, stacked.

    Attributes
    ----------
    t, agent:
        The period (from 1) and the index of the agent.
    action, others:
        ``(B,)``: which action and which ``θ^{-i}`` (flat index) each block is of.
    rows:
        ``(B, n, m)``: ``μ_k`` of each own signal.
    played:
        ``(B, n)``: whether the rule plays the block's action when the own report is ``k``.
    need:
        ``(B, n)``: the own signals in scope.
    """

    t: int
    agent: int
    action: IntArray
    others: IntArray
    rows: Rationals
    played: NDArray[np.bool_]
    need: NDArray[np.bool_]

    def place(self, block: int) -> Place:
        """Return which block one is, by its index in the stack."""
        return Place(self.t, self.agent, int(self.action[block]), int(self.others[block]))


def stacks(case: Case, scope: str, *, ruled: bool = True) -> Iterator[Stack]:
    """Yield the blocks in scope; with ``scope`` ``"policy"`` those whose action the rule plays after some own report.

    Without ``ruled`` a scope of all actions does not ask for the rule at all, and ``played`` says nothing.
    """
    environment = case.environment
    for t in case.linked:
        for agent in environment.players:
            block = beliefs(environment, t, agent)
            actions, others, n, m = block.rows.shape
            if ruled or scope == "policy":
                rule = used(case.at(t), agent)  # (others, n)
                played = np.asarray(rule[None, :, :] == np.arange(actions)[:, None, None])
            else:
                played = np.zeros((actions, others, n), dtype=bool)
            flat = played.reshape(-1, n)
            rows = block.rows.num.reshape(-1, n, m)
            keep = np.arange(actions * others)
            if scope == "policy":
                keep = np.flatnonzero(flat.any(1))
                rows = rows[keep]
            chosen = flat[keep]
            if scope == "policy":
                need = chosen
            else:  # what is available looks at no own signal, so a block is so as a whole
                mask = environment.period(t).choices().reshape(actions, *environment.period(t).shape)
                need = by_own(mask, agent).reshape(-1, n)
            yield Stack(
                t,
                agent,
                keep // others,
                keep % others,
                Rationals(rows, block.rows.den),
                chosen,
                need,
            )
