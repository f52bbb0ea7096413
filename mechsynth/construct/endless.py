"""An infinite horizon between two finite ones: what comes after some periods is left out, or is as good as it could be.

Left out: the best mechanism of ``T`` periods, and then an action that is worth nothing to anybody, for ever, earns what it earns there. As good as it could be: of
a mechanism for ever, what its agent expects after ``T`` periods differs between two signals by no more than ``M / (1 − δ)``, ``M`` the largest difference of
utilities, since each can pretend to be the other for ever, drawing what the other would have reported; and nobody can be paid more than the surplus. So the
program of ``T`` periods with payoffs after them that are free but for these differences, plus all later surplus, is a bound.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from mechsynth.environment import Environment
from mechsynth.errors import UsageError
from mechsynth.rational import Rationals


def refuse(environment: Environment) -> None:
    """Refuse what this is not shown for.

    Raises
    ------
    UsageError
        Without exactly one agent with anything to report, without an action that is worth nothing, and with what only format 2 says.
    """
    period = environment.period(1)
    if environment.needs_second:
        raise UsageError(
            "periods",
            "public states, availability and outside options have no bound here",
            "ask about a finite horizon",
        )
    if sum(n > 1 for n in period.shape) > 1:
        raise UsageError("periods", "several agents have something to report", "ask about a finite horizon")
    if idle(environment) is None:
        raise UsageError(
            "periods", "no action is worth 0 to everybody, always", "add one, or ask about a finite horizon"
        )


def idle(environment: Environment) -> int | None:
    """Return the first action that is worth 0 to everybody, always."""
    num = environment.period(1).utilities.num
    found = np.flatnonzero(~(num != 0).reshape(num.shape[0], num.shape[1], -1).any(axis=(0, 2)))
    return int(found[0]) if found.size else None


def truncated(environment: Environment, periods: int, more: bool = False) -> Environment:
    """Return the first periods as a finite environment; with ``more`` one period follows in which nothing is decided."""
    period = environment.period(1)
    end = replace(period, transition=None)
    if more:
        nothing = np.zeros((len(environment.agents), 1, *period.shape), dtype=np.int64)
        end = replace(end, actions=("-",), utilities=Rationals(nothing))
    stages = (period,) * (periods if more else periods - 1)
    other = object.__new__(Environment)
    kept = {"_periods": (*stages, end), "horizon": len(stages) + 1, "stationary": False, "digest": None}
    other.__dict__.update(environment.__dict__, **kept, source_bytes=None)
    return other


def apart(environment: Environment) -> Fraction:
    """Return ``M / (1 − δ)``: by how much an agent's payoffs for ever can differ at most between two signals."""
    period = environment.period(1)
    num = period.utilities.num.reshape(len(environment.agents), len(period.actions), -1)
    most = max(int(row.max()) - int(row.min()) for own in num for row in own)
    return Fraction(most, period.utilities.den) / (1 - environment.discount)


def later(environment: Environment, periods: int) -> Fraction:
    """Return the most surplus that all periods after the first ones can make."""
    surplus = environment.period(1).surplus()
    most = Fraction(int(surplus.num.max()), surplus.den)
    return environment.discount**periods * most / (1 - environment.discount)
