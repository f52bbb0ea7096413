"""Refusals without which no false answer would be accepted, and why: beginnings of their text, by file and function."""

from __future__ import annotations

from . import sites

# (file, function, beginning of the statement) -> why nothing changes without it
EQUIVALENT: dict[tuple[str, str, str], str] = {
    ("check/claims/transfers.py", "_budget_balanced", 'met(REQUIREMENTS["budget:per-period"]'): (
        "with equal shares of the surplus, asked before, Σ X = W at every profile; G(θ, θ) = X(θ) summed over the agents is then W less what is expected to be paid after θ, so that is 0: "
        "it is asked so that the statement rests on the row that it names"
    ),
    ("check/claims/exclusion.py", "_cycle", "_cancels("): (
        "around a cycle every payment is made once by a truth and once by a lie, so none is left: it is asked as of every other witness"
    ),
    ("check/claims/written.py", "read_written", 'raise Refuted(f"two columns are called'): "names of columns tell them apart; if ever two were alike, a row could be read in two ways",
    ("check/kernel.py", "derived", 'raise Refuted(f"multipliers: two rows are called'): "names of rows tell them apart; if ever two were alike, a multiplier could be read in two ways",
    ("asks/ladder/claim.py", "judge", "ledger.claim( len(rule) == 2"): (
        "every answer of a ladder is about the rule that takes the first of several best actions, which each is asked by itself"
    ),
    ("check/values.py", "fixed_point", 'raise Refuted("the exact values of the rule could not'): "the solution of a regular system solves it; it is asked because flint is not to be believed",
}


def listed(site: sites.Site) -> bool:
    """Say whether a statement is in the list."""
    file = site.path.relative_to(sites.PACKAGE).as_posix()
    return any((file, site.function[-1]) == (f, g) and site.text.startswith(begin) for f, g, begin in EQUIVALENT)
