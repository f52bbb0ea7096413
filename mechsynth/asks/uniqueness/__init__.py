"""How far can efficient incentive compatible payments leave the Groves family?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.asks.shared import PrivateValues
from mechsynth.result.status import Status


@dataclass(frozen=True, kw_only=True)
class Uniqueness(PrivateValues, name="uniqueness"):
    """How far can efficient incentive compatible payments leave the Groves family?"""

    place = 140
    second = True
    source = "Yoon 2021b, Theorem 2; Yoon 2021a, Theorem 4"
    statuses, value = (Status.HOLDS, Status.FAILS), "width of the widest interval"
