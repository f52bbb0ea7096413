"""What an answer claims of payments; the claims are in `mechsynth.check.claims.transfers`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.transfers import judge
from mechsynth.check.model import Model
from mechsynth.errors import InputError


def _needs(model: Model) -> None:
    if model.horizon is not None:
        raise InputError("question.ask", "budget-balanced is about an infinite horizon", "ask implement")


ASKED = Asked(
    judge,
    {"feasible": ("ties",), "infeasible": ("ties", "failures")},
    classes=("contingent", "vcg-type"),
    optional=True,
    requires=("pepic", "budget:per-period"),
    scoped=True,
    needs=_needs,
    second=True,
)
