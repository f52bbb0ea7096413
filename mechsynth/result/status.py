"""What an answer is, and how well it is proved."""

from __future__ import annotations

import enum


class Status(enum.StrEnum):
    """What the answer is."""

    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    OPTIMAL = "optimal"
    UNBOUNDED = "unbounded"
    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"


class Strength(enum.StrEnum):
    """How well the answer is proved: `EXACT` in exact arithmetic, `VERIFIED` by rigorous bounds, `NUMERICAL` not at all."""

    EXACT = "exact"
    VERIFIED = "verified"
    NUMERICAL = "numerical"
