"""What is efficient?"""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.result.ask import Ask
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import RULE


@dataclass(frozen=True, kw_only=True)
class Policy(Ask, name="policy"):
    """What is efficient?"""

    place = 10
    second = True
    about, source, rung = RULE, "Liu 2014, equation (1)", 1
    statuses, value = (Status.OPTIMAL,), "expected social surplus"
