"""What an answer claims of payments; the claims are in `mechsynth.check.claims.transfers`."""

from __future__ import annotations

from mechsynth.check.asked import RULE, Asked
from mechsynth.check.claims.transfers import judge
from mechsynth.check.model import Model
from mechsynth.errors import InputError


def _needs(model: Model) -> None:
    if model.horizon is None:
        raise InputError("question.ask", "static asks about a last period, the horizon is infinite", "ask contingent")


ASKED = Asked(
    judge,
    {"feasible": ("ties", "incentives", *RULE), "infeasible": ("ties", "failures", *RULE)},
    classes=("history-independent",),
    requires=("pepic",),
    needs=_needs,
    second=True,
    ruled=True,
)
