"""Classes of transfers: what payments may look at."""

from __future__ import annotations

from collections.abc import Sequence

from .mechanism import Payments
from .model import Model
from .text import show
from .verdict import Refuted


def check_class(transfers: str, model: Model, paid: Sequence[Sequence[Payments]]) -> None:
    """Ask that payments are of the class."""
    kind = transfers.removesuffix("+now")
    for t, agents in enumerate(paid):
        last = model.kernel(t) is None
        for agent, payments in enumerate(agents):
            who = f"payments of {show(model.agents[agent])}{model.when(t)}"
            if payments.first is not None:
                raise Refuted(f"{who}: a payment at the start only is not in the class {transfers}")
            if payments.now is not None and not (last or transfers.endswith("+now") or kind == "history-independent"):
                raise Refuted(f"{who}: a payment now is not in the class {transfers}")
            if payments.later is None:
                continue
            looks = payments.later.looks
            if kind == "history-independent":
                raise Refuted(f"{who}: a payment later is not in the class {transfers}")
            if kind != "full" and looks[1 + len(model.agents) + agent]:
                raise Refuted(f"{who}: they look at the own next report, {transfers} transfers do not")
            if kind == "vcg-type" and looks[1 + agent]:
                raise Refuted(f"{who}: they look at the own report, vcg-type transfers do not")
