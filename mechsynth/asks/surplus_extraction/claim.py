"""What an answer claims of payments; the claims are in `mechsynth.check.claims.transfers`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.transfers import judge
from mechsynth.check.model import Model
from mechsynth.errors import InputError


def _needs(model: Model) -> None:
    if model.horizon is not None:
        raise InputError("question.ask", "surplus-extraction is about an infinite horizon", "ask implement")
    if model.period(0).outside is not None:
        raise InputError(
            "question.ask", "surplus-extraction leaves nothing, and leaving is worth something", "ask implement"
        )
    if any((utility.num < 0).any() for utility in model.period(0).utilities):
        raise InputError("question.ask", "surplus-extraction needs utilities of at least 0", "ask implement")


ASKED = Asked(
    judge,
    {"feasible": ("ties",), "infeasible": ("ties", "failures")},
    classes=("contingent", "vcg-type"),
    optional=True,
    requires=("pepic", "participation:ex-post", "surplus:full"),
    scoped=True,
    needs=_needs,
    second=True,
)
