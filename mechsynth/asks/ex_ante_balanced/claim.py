"""What an answer claims of payments; the claims are in `mechsynth.check.claims.transfers`."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.claims.transfers import judge
from mechsynth.check.model import Model
from mechsynth.errors import InputError


def _needs(model: Model) -> None:
    if model.prior is None:
        raise InputError("question.ask", "ex-ante-balanced needs a prior, the instance has none", "add a prior")
    if len(model.players) < 2:
        raise InputError("question.ask", "ex-ante-balanced needs two agents", "ask contingent")


ASKED = Asked(
    judge,
    {"feasible": ("ties",), "infeasible": ("ties", "failures", "now")},
    classes=("contingent", "vcg-type"),
    optional=True,
    requires=("pepic", "budget:ex-ante"),
    scoped=True,
    ends=True,
    needs=_needs,
    second=True,
)
