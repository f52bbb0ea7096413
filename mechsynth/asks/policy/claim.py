"""What an answer about the efficient rule claims: no action beats it, and its values are those stated."""

from __future__ import annotations

from mechsynth.check.asked import Asked
from mechsynth.check.envelope import Claim
from mechsynth.check.exact import Array, Exact
from mechsynth.check.model import Model
from mechsynth.check.text import flatten, items
from mechsynth.check.values import Values, mean
from mechsynth.check.verdict import Ledger, Refuted, equal
from mechsynth.errors import InputError


def judge(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check an answer; return the statement that is proved."""
    claimed = claim.certificate.get("values")
    if claimed is not None:
        if len(items(claimed, "certificate.values")) != model.count:
            raise InputError("certificate.values", f"length {len(claimed)}", f"one entry a period: {model.count}")
        for t, entry in enumerate(claimed):
            period, at = model.period(t), f"certificate.values[{t}]"
            leaves, _ = flatten(entry, [(size, False) for size in period.sizes], at)
            said = Exact.of(claim.numbers.pairs(leaves, at), (period.profiles,))
            ledger.zero(said - values.exact(t), period.names(f"value{model.when(t)}"))
    action = "available action" if model.limited else "action"
    if model.prior is None:
        ledger.claim(claim.value is None, "a value, although the instance has no prior")
        return f"The rule listed is efficient: no {action} at any profile of any period gives more social surplus."
    found = mean(model.prior, values.exact(0))
    if claim.value is None:
        raise Refuted("no value, although the instance has a prior")
    equal(claim.numbers.fraction(claim.value, "value"), found, "value", ledger)
    return (
        f"The rule listed is efficient: no {action} at any profile of any period gives more social surplus; "
        "its expected surplus under the prior is the value stated."
    )


ASKED = Asked(judge, {"optimal": ("ties", "values")}, valued=("optimal",), any_rule=True, hint="values", second=True)
