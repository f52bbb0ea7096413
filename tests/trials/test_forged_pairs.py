"""Results that one claim of the checker stands against: each is refused by that claim, and by no other.

Every pair was made by taking one claim out of the checker and looking for a result that it then accepted. Here the claims are taken out again, by
letting their reasons pass: the forged result is accepted then, so the claim is what protects.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth.check import check
from mechsynth.check.verdict import Ledger, Refuted
from mechsynth.errors import InputError

HERE = Path(__file__).parent / "forged"
# forged result -> the reason, from the claim that stands against it
PAIRS = {
    "farkas-without-multipliers": "shortfall 0 is not above 0",
    "cycle-of-weight-zero": "cycle of ann in period 1, others nobody else: its weight 0 is not below 0",
    "uniqueness-by-negative-weights": "certificate.proofs.ann[0].lies[1]: weight -1/2 < 0",
    "uniqueness-by-losses-of-zero": "certificate.proofs.ann[0].lies[0].loss: the result says 0, it is 2: slack -2",
    "deficit-called-feasible": 'status "feasible", but the expected budget is -75/46',
    # δ = 9/10: g1's target under x0 is 0 at b1 and -2/δ at b0, where the lie loses 5 - 4 besides: 0 + (2 + 1)/δ = 10/3
    "vcg-type-negative-weight": "multiplier of pepic g1 (a0,b0)->b1: -1 < 0, the row is an inequality",
    "discount-listed-as-balanced": "certificate.discounts.balanced[0].from: at the types (l, p) the budget is below 0",
    "theorem-5-correlated-chains": "the signals are no chains of their own: the law at (k, p) is no product",
    "theorem-6-no-surplus-reached": "theorem 6: no surplus is ever reached",
    "theorem-5-correlated-prior": "the first signals are not independent: the prior at (k, p) is no product",
    "theorem-5-no-surplus": "theorem 5: no surplus anywhere",
    "team-with-payments-later": "payments of bob: a payment later is not in the class history-independent",
    "generalized-vcg-paid-at-the-start": "payments of ann: a payment at the start only is not in the class history-independent",
    "own-next-report-looked-at": "payments of g1: they look at the own next report, contingent transfers do not",
    "least-relaxation-too-large": "least: the result says 1003/3000, it is 1/3: slack 1/1000",
}


def pair(name: str) -> tuple[dict[str, Any], bytes]:
    """The forged result and its instance; where the rule has ties they are listed, so that nothing else is wrong."""
    document: dict[str, Any] = json.loads((HERE / f"{name}.result.json").read_text())
    instance = HERE / f"{name}.instance.json"
    document.setdefault("certificate", {})
    if document["certificate"].get("ties") is None:
        policy = mechsynth.solve(instance, "policy")
        document["certificate"]["ties"] = json.loads(policy.to_bytes())["certificate"]["ties"]
    return document, instance.read_bytes()


@pytest.mark.parametrize("name", PAIRS)
def test_forged_results_are_refused(name: str) -> None:
    document, instance = pair(name)
    verdict = check(document, instance)
    assert not verdict.accepted and PAIRS[name] in (verdict.reason or "")


# What the reasons of one claim have in common, where it fails at several places.
ALIKE = {"uniqueness-by-negative-weights": ": weight -", "uniqueness-by-losses-of-zero": ".loss: the result says 0"}
# These are refused where they are read, before anything is claimed of them.
READ = (
    "discount-listed-as-balanced",
    "theorem-5-correlated-chains",
    "theorem-5-correlated-prior",
    "team-with-payments-later",
    "generalized-vcg-paid-at-the-start",
    "own-next-report-looked-at",
)


@pytest.mark.parametrize("name", [name for name in PAIRS if name not in READ])
def test_one_claim_stands_against_each(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its claim gone a forged result is accepted: nothing else is wrong with it."""
    document, instance = pair(name)
    fragment, claim, ask, dropped = ALIKE.get(name, PAIRS[name]), Ledger.claim, Ledger._ask, []

    def lenient_claim(self: Ledger, holds: bool, reason: str) -> None:
        if not holds and fragment in reason:
            dropped.append(reason)
            return
        claim(self, holds, reason)

    def lenient_rows(self: Ledger, *given: Any) -> None:
        try:
            ask(self, *given)
        except Refuted as refuted:
            if fragment not in str(refuted):
                raise
            dropped.append(str(refuted))

    monkeypatch.setattr(Ledger, "claim", lenient_claim)
    monkeypatch.setattr(Ledger, "_ask", lenient_rows)
    verdict = check(document, instance)
    assert verdict.accepted and dropped, verdict.reason


def test_a_class_that_does_not_exist() -> None:
    document, instance = pair("class-banana")
    with pytest.raises(InputError, match=r"question\.transfers: found the text banana"):
        check(document, instance)


def test_every_file_is_in_the_table() -> None:
    assert {path.name.split(".")[0] for path in HERE.glob("*.json")} == {*PAIRS, "class-banana"}
