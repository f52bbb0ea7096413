"""The names that a result carries for its readers (``x-labels``), held against the instance.

The checker itself reads every name from the instance. But who reads a result without its instance knows signals and actions by these names
alone, so a result with other names, or with the same in another order, is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .model import Model
from .verdict import Ledger


def check_labels(root: Mapping[str, Any], model: Model, ledger: Ledger) -> None:
    """Ask that ``x-labels`` of a result, where it stands, lists the agents, signals and actions of the instance in their order, and who is public.

    Raises
    ------
    Refuted
        If it does not, or if it is not of the form that is read as names.
    """
    if "x-labels" not in root:
        return
    told = root["x-labels"]
    found = told if isinstance(told, dict) else {}
    ledger.claim(
        found.get("agents") == list(model.agents), "x-labels.agents: not the agents of the instance, in its order"
    )
    public = [model.agents[i] for i in model.public]
    ledger.claim(
        found.get("public", []) == public, "x-labels.public: not the public agents of the instance, in its order"
    )
    outside = any(stage.outside is not None for stage in model.stages)
    ledger.claim(found.get("outside", False) is outside, "x-labels.outside: not what the instance says")
    ledger.claim(found.get("limited", False) is model.limited, "x-labels.limited: not what the instance says")
    # a whole number is decoded as a pair
    horizon = "infinite" if model.horizon is None else (model.horizon, 1)
    ledger.claim(found.get("horizon", horizon) == horizon, "x-labels.horizon: not the horizon of the instance")
    periods = found.get("periods")
    shared = len(model.stages) == 1
    fits = isinstance(periods, list) and (len(periods) == model.count or (shared and len(periods) == 1))
    ledger.claim(fits, "x-labels.periods: not one entry for each period of the instance")
    assert isinstance(periods, list)
    for t, entry in enumerate(periods):
        period, at = model.period(t), f"x-labels.periods[{t}]"
        own = entry if isinstance(entry, dict) else {}
        signals = {name: list(labels) for name, labels in zip(model.agents, period.signals, strict=True)}
        ledger.claim(own.get("signals") == signals, f"{at}.signals: not the signals of the instance, in its order")
        ledger.claim(
            own.get("actions") == list(period.actions), f"{at}.actions: not the actions of the instance, in its order"
        )
