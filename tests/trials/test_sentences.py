"""What is said of examples on which an earlier version said something false: the sentence that is right, and not the one that was not."""

from __future__ import annotations

import json
from fractions import Fraction as F

import numpy as np
import pytest
from oracles import transfers, wishes
from oracles.model import read
from trials_reading import HERE, LIBRARY, said, solved, told

import mechsynth
from mechsynth.audit import audit
from mechsynth.check import check
from mechsynth.words import explain


def data(name: str) -> bytes:
    """The bytes of an input."""
    path = HERE / f"{name}.json"
    return (path if path.exists() else LIBRARY / f"{name}.json").read_bytes()


# -- the last period constant


def test_a_constant_last_period_promises_no_efficiency_before_it() -> None:
    """With `not` in period 2 investing costs 2 and brings nothing; the payoffs 8 are what an efficient period 2 would bring."""
    text = said("constant-last-period-costs", "contingent", last_period="constant:not")
    assert "the actions that would be efficient if period 2 were efficient too, and action not there" in text
    assert "need not be the best any more" in text
    assert "is the surplus that an efficient period 2 would give (not that of what is played)" in text
    assert "efficient before" not in text and "is the social surplus" not in text
    result = solved("constant-last-period-costs", "contingent", last_period="constant:not")
    words = audit(result.to_bytes(), data("constant-last-period-costs")).words()
    assert "Efficient: no" in words and "a 8, b 8; surplus -2" in words


# -- statements about nothing


@pytest.mark.parametrize("ask", ["convex-independence", "spanning"])
@pytest.mark.parametrize("scope", ["all", "policy"])
@pytest.mark.parametrize(
    "name, why", [("one-period-public-project", "one period only"), ("one-agent", "one agent only")]
)
def test_nothing_to_test(name: str, why: str, ask: str, scope: str) -> None:
    """Without a next period there is no block; without others there is nobody to expect anything of, and no target but 0."""
    result = solved(name, ask, scope=scope)
    text = told(result)
    assert f"There is nothing to test: there is {why}" in text
    assert "in every block" not in text and "What it means" not in text and "no contingent transfers" not in text
    assert why in result.check().statement


@pytest.mark.parametrize("ask", ["convex-independence", "spanning"])
def test_agents_of_one_signal_each(ask: str) -> None:
    document = json.loads(data("one-agent"))
    document |= {
        "agents": ["firm", "town"],
        "signals": {"firm": ["-"], "town": ["-"]},
        "prior": [[1]],
        "actions": ["go"],
    }
    document |= {"utilities": {"firm": [[[1]]], "town": [[[2]]]}, "transition": [[[[[1]]]]]}
    result = mechsynth.solve(mechsynth.loads(json.dumps(document).encode()), ask)
    assert "There is nothing to test: every agent has one signal only" in told(result)
    assert "every agent has one signal only, so nothing was tested" in result.check().statement


def test_one_period_has_no_residual_claimants() -> None:
    for ask in ("contingent", "vcg-type"):
        text = said("liu2014-auction-2", ask)
        assert "this is the question static" in text and "residual claimant" not in text
    assert "taken by itself" not in said("liu2014-auction-2", "static")


# -- what a dependence means


def test_a_dependence_that_only_lies_touch_refutes_nothing() -> None:
    """Action x is taken at k0 alone; the beliefs of k1 and k2, equal after x, enter with both signs, and only a lie leads there."""
    text = said("dependence-off-the-rule", "spanning", scope="policy")
    assert "What it means: nothing yet for VCG-type transfers" in text
    assert "no VCG-type transfers exist" not in text
    assert solved("dependence-off-the-rule", "vcg-type").status == "feasible"


@pytest.mark.parametrize(
    "name", ["no-correlation", "hull-not-residual-claimant", "one-agent", "more-signals-than-outcomes"]
)
def test_convex_independence_fails_too(name: str) -> None:
    """It is said to fail where a dependence has one weight of its sign, and it does; it is said to be open where it holds."""
    if name == "one-agent":
        assert "Convex independence fails too" not in said(name, "spanning")
        return
    text = said(name, "spanning", scope="all")
    fails = solved(name, "convex-independence", scope="all").status == "fails"
    assert ("Convex independence fails too" in text) == fails
    assert ("Convex independence asks less and may still hold" in text) != fails


def test_a_condition_does_not_stand_for_the_last_period() -> None:
    """Convex independence holds there, but the last period has the cycle l → m → l: no contingent transfers exist."""
    text = said("spanning-fails-last-period-too", "spanning")
    assert "may still hold; then, if the last period can be implemented, contingent transfers make every agent" in text
    assert solved("spanning-fails-last-period-too", "convex-independence").status == "holds"
    assert solved("spanning-fails-last-period-too", "contingent").status == "infeasible"


# -- what a mixture proves, and the smallest class


def test_a_mixture_is_about_residual_claimants() -> None:
    """The rule of this instance is implementable, by lotteries under which only signal 6 reports 6."""
    text = said("hull-not-residual-claimant", "contingent")
    assert "can separate" not in text
    assert "charges signal 6 just what makes firm1 residual claimant and deters" in text
    model = read(json.loads(data("hull-not-residual-claimant")))
    assert wishes.decide(model, "vcg-type", []) and wishes.decide(model, "contingent", [])


def test_the_smallest_class_says_of_what() -> None:
    """`more-signals-than-outcomes`: vcg-type transfers implement the rule, but contingent ones are needed for residual claimants."""
    text = said("more-signals-than-outcomes", "ladder")
    assert "the smallest that makes every agent residual claimant: contingent" in text and "that works" not in text
    model = read(json.loads(data("more-signals-than-outcomes")))
    assert wishes.decide(model, "vcg-type", []) and not transfers.feasible(model, "vcg-type")
    assert "Truth alone may still be had" in said("hull-not-residual-claimant", "ladder")


# -- truth while the others are truthful


def test_static_is_not_dominance() -> None:
    """At (1, 0), where b reports 1, a's truth leads to `go` and −3 less what is paid: to lie is better."""
    text = said("truth-not-dominant", "static")
    assert "no agent gains by a false report while the others are truthful" in text


# -- entry fees


def test_fees_speak_of_types_that_can_occur() -> None:
    text = said("type-of-prior-zero", "lump-sum-budget")
    assert "each first signal of its that can occur" in text and "each of its types" not in text
    assert (
        "every first signal that the prior allows" in solved("type-of-prior-zero", "lump-sum-budget").check().statement
    )


def test_nobody_claims_that_others_do_better() -> None:
    """The whole surplus 3 is collected already: E W bounds what any mechanism collects from agents who take part."""
    result = solved("no-private-signal", "lump-sum-budget")
    assert result.value is not None and F(result.value) == 3
    assert "some can do better" not in told(result) and "some may do better" in told(result)


def test_a_surplus_is_not_called_a_deficit() -> None:
    """Pivot payments bring in 1/2; the seller must be paid 5/6 and the buyer pays 1/6: 1/2 − 2/3 = −1/6."""
    text = said("bilateral-trade-persistent", "lump-sum-budget")
    assert "No. Payments of the pivot mechanism are expected to bring in 1/2" in text
    assert "takes 2/3: 1/6 is missing" in text
    assert "for the payments that leave everybody the whole surplus (team)" in text and "expected to cost 1/2" in text


# -- mechanisms by hand


def test_a_mechanism_by_hand_is_no_answer() -> None:
    """Nothing was asked, and `check` cannot verify what was not claimed."""
    path = LIBRARY / "mechanisms" / "liu2014-paper-transfers.json"
    text = " ".join(explain(json.loads(path.read_text(encoding="utf-8"))).split())
    assert "This file carries a mechanism." in text and "mechsynth audit INSTANCE RESULT" in text
    assert "Yes" not in text and "proof" not in text and "mechsynth check" not in text and "receives 16" in text


def test_a_page_about_a_mechanism_by_hand() -> None:
    from mechsynth.report import page
    from mechsynth.report.subject import open_subject

    result = (LIBRARY / "mechanisms" / "liu2014-paper-transfers.json").read_bytes()
    text = page(open_subject(json.loads(result), result, data("liu2014-oil-leases")))
    assert "A mechanism" in text and "Accepted" not in text and "Yes:" not in text
    assert "Budget ex ante" in text


def test_the_audit_says_in_which_sense() -> None:
    """Myerson's mechanism is Bayesian incentive compatible; ex post (100, 10) gains 60 by reporting 10."""
    found = audit(data("correlated-values-published"), data("correlated-values-coin"))
    words = found.words()
    assert "truth is not an ex post equilibrium" in words and "Given what each agent knows: truth is best" in words
    assert "social surplus:" not in words and found.document()["residual-claimant"] is None
    assert "history" not in words and "truth is not an equilibrium" not in words
    both = audit(
        (LIBRARY / "mechanisms" / "liu2014-paper-transfers.json").read_bytes(), data("liu2014-oil-leases")
    ).words()
    assert "truthful payoff is the social surplus, in every period before the last: no." in both


# -- the best of a class, and of all


def test_an_optimum_names_its_class() -> None:
    """Oil leases, participation ex post: E W = 19 is collected by payments in the period of the report besides, without them 4."""
    for kind, value in (("contingent", 4), ("full", 4), ("full+now", 19)):
        text = said(
            "liu2014-oil-leases",
            "implement",
            transfers=kind,
            require=["participation:ex-post"],
            objective="max-revenue",
        )
        assert f"as large as they can be with {kind} transfers: {value}." in text


def test_the_smallest_class_attains_the_best_of_all() -> None:
    require, objective = ["participation:ex-post"], "max-revenue"
    result = solved("liu2014-oil-leases", "implement", transfers="smallest", require=require, objective=objective)
    assert (result.question["transfers"], result.value) == ("contingent+now", "19")
    others = {str(each.question["transfers"]): each.value for each in result.tried}
    assert others == {"history-independent": None, "vcg-type": "4", "contingent": "4", "full": "4", "full+now": "19"}
    assert all(each.check().accepted for each in result.tried)


def test_smallest_where_no_class_can() -> None:
    """Without correlation no class implements the rule, so none attains anything."""
    result = solved("no-correlation", "implement", transfers="smallest", objective="min-max-transfer")
    assert (result.question["transfers"], result.status, result.tried) == ("full+now", "infeasible", ())


def test_smallest_without_a_bound() -> None:
    """Nothing keeps the agents in, so revenue has no bound in the first class that implements the rule."""
    result = solved("liu2014-oil-leases", "implement", transfers="smallest", objective="max-revenue")
    assert (result.question["transfers"], result.status) == ("vcg-type", "unbounded")


# -- what a payment depends on


def test_a_payment_is_told_by_what_it_depends_on() -> None:
    """No cell that is printed can be left out: dropping it from the heading would join lines with different payments."""
    options = {"transfers": "contingent", "require": ["budget:per-period", "participation:interim"]}
    result = solved("hire-and-train", "implement", **options)
    tables = result.document()["mechanism"]["transfers"]
    for own in tables.values():
        table = np.array(own["later"], dtype=object)
        for axis, length in enumerate(table.shape):
            assert length == 1 or any((table.take(k, axis) != table.take(0, axis)).any() for k in range(1, length))


def test_an_old_file_with_constant_axes_is_read_and_told_alike() -> None:
    """The same tables with every axis written out: the checker takes them, and they are told in the same lines."""
    options = {"transfers": "contingent", "require": ["budget:per-period", "participation:interim"]}
    result = solved("hire-and-train", "implement", **options)
    document = json.loads(json.dumps(result.document()))
    for name, own in document["mechanism"]["transfers"].items():
        table = np.array(own["later"], dtype=object)
        full = (1, 2, 2, *((1, 2) if name == "worker" else (2, 1)))
        own["later"] = np.broadcast_to(table, full).tolist()
    assert check(document, data("hire-and-train")).accepted
    assert " ".join(explain(document).split()) == told(result)


# -- how far a proof reaches, and what to ask next


def test_a_proof_without_rows_of_the_start_covers_changing_payments() -> None:
    """Two lies of the same period refute truth in the class contingent: whatever is paid, in this period or another."""
    result = solved("no-correlation", "implement", transfers="contingent")
    text, statement = told(result), result.check().statement
    assert "No. No contingent transfers implement the efficient rule" in text
    assert "The proof covers payments that change from period to period as well, if they stay bounded" in text
    assert "No contingent transfers, stationary or changing from period to period but bounded," in statement


@pytest.mark.parametrize("require", [["budget:ex-ante", "participation:ex-post"], ["participation:interim", "bounded:1"]])
def test_a_proof_with_rows_of_the_start_speaks_of_stationary_payments(require: list[str]) -> None:
    """Rows of the start, and of participation, are not the same in every period."""
    result = solved("hire-and-train", "implement", transfers="contingent", require=[*require, "no-subsidy", "residual-claimant"])
    if result.status == "feasible":
        pytest.skip("it can be had")
    used = [name for name in result.document()["witness"]["multipliers"] if name.startswith(("participation", "budget:ex-ante"))]
    text, statement = told(result), result.check().statement
    assert ("stationary" in statement.split("transfers")[0]) == bool(used)
    assert ("were not tried" in text) and ("The proof covers payments that change" in text) != bool(used)


def test_a_label_cannot_pass_for_a_history() -> None:
    """A signal called `x after (y` stands in quotes, and makes no row of the start one of later periods."""
    from mechsynth.check.changing import excludes_changing

    start = 'pepic ann ("x after (y",z)->w'
    assert not excludes_changing("full", {start: F(1)})
    assert excludes_changing("full", {f"{start} after (z,z)": F(1)}) and excludes_changing("contingent", {start: F(1)})
    assert not excludes_changing("contingent+now", {"budget:ex-post (a,b)": F(1)})
    assert not excludes_changing("contingent", {"participation:ex-post ann (a,b) after (a,b)": F(1)})
    assert not excludes_changing("contingent", {"my-own row after (a,b)": F(1)})
    assert excludes_changing("contingent", {"my-own row": F(0)})


def test_a_next_step_follows_from_the_proof() -> None:
    """Residual claimants with a prior run a deficit of E W in every class; fees of period 1 balance it."""
    text = said("liu2014-oil-leases", "implement", transfers="contingent", require=["residual-claimant", "budget:ex-ante"])
    assert "No payment enters the proof, so no class of transfers does better." in text
    assert "Ask ex-ante-balanced" in text and "Ask with --transfers" not in text
    assert solved("liu2014-oil-leases", "ex-ante-balanced").status == "feasible"
    for kind in ("full", "full+now"):
        require = ["residual-claimant", "budget:ex-ante"]
        assert solved("liu2014-oil-leases", "implement", transfers=kind, require=require).status == "infeasible"


def test_contingent_is_named_next_only_where_it_may_help() -> None:
    """In a dependence with one negative weight the printed witness refutes contingent transfers too."""
    for name, helps in (("hull-not-residual-claimant", False), ("more-signals-than-outcomes", True)):
        text = said(name, "vcg-type")
        assert ("transfers that also look at the agent's own report may do more" in text) == helps
        assert (solved(name, "contingent").status == "feasible") == helps


# -- which minus which


def test_an_interval_says_which_minus_which() -> None:
    text = said("no-correlation-private", "uniqueness")
    assert "the amount at signal expert less the amount at novice can be anything from -2/3 to 10/3" in text
    assert "novice, less at expert -10/3 2/3" in " ".join(text.split())
