"""What an answer claims of payments in the period of the report; the claims are in `mechsynth.check.claims.groves`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.groves import judge
from mechsynth.check.model import Model
from mechsynth.errors import InputError

_KEYS = ("ties", "fees", "chains", "theorem", "star", "discounts")


def _needs(model: Model) -> None:
    if model.prior is None:
        raise InputError("question.ask", "lump-sum-budget needs a prior, the instance has none", "add a prior")


ASKED = Asked(
    judge,
    {"feasible": _KEYS, "infeasible": _KEYS},
    classes=("history-independent",),
    requires=("pepic", "participation:entry", "budget:ex-ante"),
    needs=_needs,
    valued=("feasible", "infeasible"),
    second=True,
)
