"""Do values separate into what is known at first and what is learnt later?

*Holds*: how, for every agent, with KLN's weights. *Fails*: minors that are not 0, a first signal that is no longer told from another, or a law that looks at it.
"""

from __future__ import annotations

from mechsynth.asks.separable import Separable
from mechsynth.construct.case import Case
from mechsynth.construct.separable import Form, forms
from mechsynth.rational import text
from mechsynth.result import Result, Status
from mechsynth.run import Run


def answer(ask: Separable, case: Case, run: Run) -> Result:
    """Look at every agent's states, their law, and their values."""
    told: dict[str, object] = {}
    for name, found in zip(case.environment.agents, forms(case.environment), strict=False):
        run.check()
        if isinstance(found, dict):
            return Result(ask.document(), Status.FAILS, witness=found, environment=case.environment)
        told[name] = _written(found)
    return Result(ask.document(), Status.HOLDS, certificate={"agents": told}, environment=case.environment)


def _written(form: Form) -> dict[str, object]:
    weights = None if form.weights is None else [text(v) for v in form.weights]
    found: dict[str, object] = {
        "form": "additive" if form.additive else "multiplicative",
        "A": [text(v) for v in form.level],
    }
    if form.additive:
        found["C"] = [[text(v) for v in row] for row in form.slope]
    return {**found, "beta" if form.additive else "alpha": weights, "regular": form.regular}
