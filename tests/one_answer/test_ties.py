"""Ties: efficient rules differ in what implements them, so a question has to be about one of them, or it has both answers."""

from __future__ import annotations

from collections import Counter

from oracles import draws, transfers, wishes

from .asked import Asked, Bench, wish_list

# seeds at which some efficient rules can be implemented and others cannot
SEEDS = (7, 71, 77, 101)


def test_a_question_is_about_the_first_of_several_optimal_actions() -> None:
    """Of the mechanisms that z3 finds for every efficient rule, that of the rule with the first actions is accepted, and no other one."""
    counts: Counter[str] = Counter()
    for seed in SEEDS:
        bench = Bench(draws.instance(seed, "ties", most=6, agents=2))
        rules = transfers.efficient_rules(bench.model, 6)
        assert len(rules) > 1
        block = Asked("contingent", "contingent", ("residual-claimant",), {"scope": "policy"})
        for asked in (block, wish_list(bench.model, "history-independent", ()), wish_list(bench.model, "contingent", ("budget:ex-post",))):
            answer = bench.solve(asked)
            assert bench.refusal(answer) is None
            ties = {"ties": answer["certificate"]["ties"]}
            for k, rule in enumerate(rules):
                point = wishes.decide(bench.model, asked.kind, asked.wishes, rule=rule)
                counts[f"{answer['status']}, rule {min(k, 1)} {'works' if point else 'fails'}"] += 1
                if k == 0:
                    assert (answer["status"] == "feasible") == (point is not None)
                if point is None:
                    continue
                mechanism = wishes.document(wishes.Wishes(bench.model, asked.kind, rule), point)
                for certificate in ({}, ties):
                    refusal = bench.refusal(bench.dressed(asked, answer, "feasible", mechanism, **certificate))
                    if k == 0:
                        assert refusal is None
                    else:
                        assert refusal is not None and "the first of several optimal actions" in refusal
    assert counts["infeasible, rule 1 works"] >= 3


def test_denials_of_other_rules_answer_nothing() -> None:
    """A proof that another efficient rule cannot be had does not stand beside a mechanism for the first."""
    count = 0
    for seed in range(60):
        bench = Bench(draws.instance(seed, "ties", horizon=1, agents=2, most=6))
        rules = transfers.efficient_rules(bench.model, 6)
        answer = bench.solve(Asked("static", "history-independent", ()))
        for rule in rules[1:]:
            if transfers.static(bench.model, rule):
                continue
            witness = cycle(bench, rule)
            bare = {"allocation": transfers.allocation_rows(bench.model, rule)}
            asked = Asked("static", "history-independent", ())
            refusal = bench.refusal(
                bench.dressed(asked, answer, "infeasible", bare, witness, ties=answer["certificate"]["ties"], failures=[witness])
            )
            assert refusal is not None
            count += "the first of several optimal actions" in refusal
    assert count >= 3


def cycle(bench: Bench, rule: wishes.Rule) -> dict[str, object]:
    """A cycle of lies that denies a rule of one period, by two signals of one agent that want each other's actions."""
    from . import free_data

    nothing = [{i: dict.fromkeys(bench.model.periods[0].profiles(), wishes.Fraction(0)) for i in range(len(bench.model.agents))}]
    for i, name in enumerate(bench.model.agents):
        for others, signals, total in free_data.cycles(bench.model, rule, 0, i, nothing):
            rest = [j for j in range(len(bench.model.agents)) if j != i]
            own = bench.model.periods[0].signals
            return {
                "kind": "cycle",
                "period": 1,
                "agent": name,
                "others": {bench.model.agents[j]: own[j][k] for j, k in zip(rest, others)},
                "cycle": [own[i][k] for k in signals],
                "shortfall": str(total),
            }
    raise AssertionError("no cycle")
