"""An object auctioned in every period to bidders who care about each other's signals; what their signals have to do with each other differs.

Bidder ``i`` with signals ``1..n`` values the object at ``θ^i + γ Σ_{j≠i} θ^j`` (Liu 2025). Whoever wins moves no signal, so what can be implemented by payments for reports alone is a static question,
and one argument settles every question about residual claimants:

* some signal of the others' next reports tells own signals apart (*informative*): spanning holds;
* it does not: the columns of a block are equal, and a loser's target ``−γ θ^i/δ + …`` falls in her own signal while what she is charged cannot, unless ``γ = 0``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from mechsynth.families.draws import Draws
from mechsynth.families.family import Draft, Family, Parameter, box, discount, even, labels, nest, refuse_large

Row = Callable[[tuple[int, ...], tuple[int, ...]], Fraction]
BUDGETS = ("budget-balanced", "surplus-extraction")


def _auction(given: Mapping[str, Any], transition: Any) -> Draft:
    """Return the auction with a transition; no answers yet."""
    count, levels, gamma = given["bidders"], given["signals"], given["gamma"]
    names, sizes = labels("bidder", count), (levels,) * count
    utilities = {}
    for i, name in enumerate(names):
        worth = [1 + k[i] + gamma * (sum(k) - k[i] + count - 1) for k in box(sizes)]
        tables = [worth if a == i else [0] * len(worth) for a in range(count)]
        utilities[name] = [nest(table, sizes) for table in tables]
    body = {
        "horizon": "infinite",
        "discount": given["discount"],
        "agents": names,
        "signals": {name: [str(1 + k) for k in range(levels)] for name in names},
        "actions": names,
        "prior": {"independent": {name: even(levels) for name in names}},
        "utilities": utilities,
        "transition": transition,
    }
    tags = ["auction", "interdependent" if gamma else "private-values"]
    return Draft(body, "An object auctioned in every period", "", tags=tags)


def _joint(sizes: tuple[int, ...], row: Row) -> Any:
    """Return a kernel that no action changes."""
    return [nest([row(today, next_) for today in box(sizes) for next_ in box(sizes)], (*sizes, *sizes))]


def flow(count: int, levels: int, gamma: Fraction) -> Fraction:
    """Return the expected surplus of a period in which all signals are independent and uniform.

    The winner has the highest signal if ``γ ≤ 1``, else the lowest, and the object is worth ``γ Σ_j θ^j + (1 − γ) θ^winner``.
    """
    at_most = [Fraction(k, levels) ** count for k in range(levels + 1)]  # chance that no signal exceeds k
    highest = sum((k * (at_most[k] - at_most[k - 1]) for k in range(1, levels + 1)), Fraction(0))
    winner = highest if gamma <= 1 else levels + 1 - highest
    return gamma * count * Fraction(levels + 1, 2) + (1 - gamma) * winner


def _answers(draft: Draft, given: Mapping[str, Any], informative: bool, block: str, value: Fraction, how: str) -> None:
    """State what is known: ``block`` says why spanning holds or fails, ``how`` what makes the value."""
    gamma = given["gamma"]
    draft.expect("optimal", how, "policy", value=value)
    draft.both_scopes("holds" if informative else "fails", block, "convex-independence", "spanning")
    if informative:
        why = "Spanning suffices in an infinite horizon (Liu 2014, Theorem 3.2)."
    elif gamma:
        why = (
            "The columns of a block are equal. Bidder 2 loses where her report is the highest and the others' are the highest (γ ≤ 1) or the lowest (γ ≥ 1); there what the others gain grows with "
            "her signal, so her lowest signal would have to be charged more than the highest, and both are charged the same."
        )
    else:
        why = "Private values: in a block what the others gain does not depend on the own signal, so paying it next period whatever is reported meets every row with equality."
    claims = "feasible" if informative or not gamma else "infeasible"
    draft.both_scopes(claims, why, "contingent", "vcg-type")
    draft.expect(claims, why + " Fees at the start change no incentive (Liu 2014, section 3.3).", "ex-ante-balanced")
    if informative:
        balanced = "Convex independence holds in every block, so any targets can be met (Liu 2014, Lemma 7.1, with the targets of Propositions 3.7 and 4.1)."
    else:
        balanced = "The columns of a block are equal. Bidder 1 wins with signal 1 when the others have 1, too; the target there, a positive part of her own utility, is larger at her highest signal, and both are charged the same."
    draft.expect("feasible" if informative else "infeasible", balanced, *BUDGETS)
    if gamma <= 1:
        static = (
            "No report moves a signal, so the periods separate. The winner pays what the object is worth to her at the highest signal of the others instead of her own: she keeps the difference, "
            "which is at least 0 where she should win and at most 0 where another should (at γ = 1 everything ties and the first bidder wins whatever is reported)."
        )
    else:
        static = (
            "No report moves a signal, and payments depend on reports alone, so the periods separate. Bidder 2 wins at 1 but not at the highest signal when the others have the highest: the cycle of the two lies gains "
            "the difference of the two signals."
        )
    draft.expect("feasible" if gamma <= 1 else "infeasible", static, "implement", transfers="history-independent")
    if gamma <= 1:
        later = (
            static
            + " That price depends on the others' signals and on who wins, and may as well be paid one period later."
        )
    elif informative:
        later = why
    else:
        later = static.replace(
            "payments depend on reports alone", "what an agent expects to pay next period depends on her report alone"
        )
    works = "feasible" if informative or gamma <= 1 else "infeasible"
    draft.expect(works, later, "implement", transfers="vcg-type")
    if not gamma:
        draft.expect("feasible", "Private values (Athey and Segal's team mechanism).", "team")


def repeated(given: Mapping[str, Any], _: Draws) -> Draft:
    """Make the repeated auction of Liu 2025: with probability ``κ`` all draw the present signal of one bidder, else all draw anew."""
    count, levels, link = given["bidders"], given["signals"], Fraction(given["link"])
    refuse_large(levels ** (2 * count) + count**2 * levels**count, "bidders or signals")
    fresh = (1 - link) / Fraction(levels**count)

    def row(today: tuple[int, ...], next_: tuple[int, ...]) -> Fraction:
        together = next_.count(next_[0]) == count
        return fresh + (link * Fraction(today.count(next_[0]), count) if together else 0)

    draft = _auction(given, _joint((levels,) * count, row))
    draft.title = "A license auctioned every period"
    draft.notes = (
        "Bidder i values the object at her signal plus gamma times the sum of the others'. With probability link all of next period's signals equal today's signal of one bidder drawn at random, "
        "otherwise they are independent and uniform. With gamma = 3/2, three bidders, two signals and link = 1/2 this is the example of Liu 2025 as `liu2025-repeated-auction.json` has it."
    )
    block = (
        "Column k of a block is the same vector plus link/N at the profile (k, …, k): independent, since the entries of every column add to one."
        if link
        else "Next period's signals do not depend on today's: the columns of a block are equal."
    )
    delta, gamma = given["discount"], given["gamma"]
    alone = flow(count, levels, gamma)
    alike = Fraction(levels + 1, 2) * (1 + gamma * (count - 1))
    value = alone + delta / (1 - delta) * (link * alike + (1 - link) * alone)
    how = (
        "No action moves a signal, and every bidder's signal stays uniform: a period is worth γ N (n+1)/2 + (1-γ) E θ^winner with independent signals, (1 + γ(N-1)) (n+1)/2 with equal ones; "
        "the latter have probability link in every period but the first."
    )
    _answers(draft, given, bool(link), block, value, how)
    return draft


def hand_over(given: Mapping[str, Any], _: Draws) -> Draft:
    """Make the chain in which every bidder's signal becomes the next bidder's."""
    count, levels, noise = given["bidders"], given["signals"], given["noise"]
    refuse_large(levels ** (2 * count) + count**2 * levels**count, "bidders or signals")
    fresh = noise / levels

    def row(today: tuple[int, ...], next_: tuple[int, ...]) -> Fraction:
        chance = Fraction(1)
        for i, k in enumerate(next_):
            chance *= fresh + (1 - noise if today[i - 1] == k else 0)
        return chance

    draft = _auction(given, _joint((levels,) * count, row))
    draft.title = "Signals that are handed on: no correlation at any time, and spanning all the same"
    draft.notes = (
        "Bidder i's signal becomes bidder i+1's next period (the last one's the first one's); with probability noise it is drawn anew on the way. The signals of one period are always independent of each other, "
        "so there is nothing for a static mechanism to use; but the next bidder will report what the own signal was."
    )
    block = (
        "Given the others' signals the next reports are independent, and the next bidder's is the own signal with probability 1 - noise more than any other: the matrix noise/n + (1 - noise) times the identity is nonsingular."
        if noise < 1
        else "All signals are drawn anew in every period: the columns of a block are equal."
    )
    value = flow(count, levels, given["gamma"]) / (1 - given["discount"])
    how = "Signals stay independent and uniform, and no action moves them: every period is worth γ N (n+1)/2 + (1-γ) E θ^winner."
    _answers(draft, given, noise < 1, block, value, how)
    return draft


def independent(given: Mapping[str, Any], _: Draws) -> Draft:
    """Make the auction with independent chains (Liu 2014, section 3.4)."""
    count, levels, stay = given["bidders"], given["signals"], given["persistence"]
    refuse_large(count**2 * levels**count, "bidders or signals")
    refuse_large(levels ** (2 * count), "bidders or signals")
    fresh = (1 - stay) / levels
    chain = [[fresh + (stay if k == j else 0) for j in range(levels)] for k in range(levels)]
    draft = _auction(given, {"independent": dict.fromkeys(labels("bidder", count), chain)})
    draft.title = "An object auctioned in every period, and nobody's signal says anything about the others'"
    draft.notes = (
        "Every bidder's signal stays with probability persistence and is drawn anew otherwise, independently of the others'. No payment next period can tell own signals apart, so nobody can be made residual claimant "
        "unless values are private; yet up to gamma = 1 prices implement the rule."
    )
    block = "The chains are independent: in every block the columns of the own signals are equal."
    value = flow(count, levels, given["gamma"]) / (1 - given["discount"])
    how = "Signals stay independent and uniform, and no action moves them: every period is worth γ N (n+1)/2 + (1-γ) E θ^winner."
    _answers(draft, given, False, block, value, how)
    return draft


def _shared(gamma: Fraction, bidders: int, delta: Fraction) -> tuple[Parameter, ...]:
    return (
        Parameter("bidders", bidders, "N", 2, 8, whole=True),
        Parameter("signals", 2, "signals 1..n of every bidder", 2, 20, whole=True),
        Parameter("gamma", gamma, "γ: the weight of each other bidder's signal in one's own value", 0, 10),
        discount(delta),
    )


FAMILIES = (
    Family(
        "repeated-auction",
        "an object auctioned in every period, signals linked by common draws",
        "Liu 2025, indirect implementation",
        (
            *_shared(Fraction(3, 2), 3, Fraction(2, 3)),
            Parameter("link", Fraction(1, 2), "probability that all draw today's signal of one of them", 0, 1),
        ),
        repeated,
        seeded=False,
    ),
    Family(
        "hand-over",
        "every bidder's signal becomes the next bidder's: spanning without correlation at any time",
        "ours; Assumption 3 of Liu 2014 is about successive periods alone",
        (
            *_shared(Fraction(3, 2), 3, Fraction(2, 3)),
            Parameter("noise", Fraction(1, 4), "probability that a signal is drawn anew on the way", 0, 1),
        ),
        hand_over,
        seeded=False,
    ),
    Family(
        "independent-chains",
        "independent chains: both conditions fail, prices work up to γ = 1",
        "ours; Liu 2014, section 3.4",
        (
            *_shared(Fraction(1, 2), 2, Fraction(2, 3)),
            Parameter("persistence", Fraction(1, 2), "probability that a signal stays", 0, 1),
        ),
        independent,
        seeded=False,
    ),
)
