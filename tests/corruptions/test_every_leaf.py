"""Every leaf of results of every kind, replaced: what changes the words, the page or the verdict is refused.

With the instance at hand a corrupted result that the checker accepts must read as before, word for word; then nothing reads the leaf. Those leaves
are listed with the reason. So are the leaves where something else may stand that is proved as well: what is said then is another true answer.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from functools import cache
from typing import Any

import pytest
from leaves import at, instance, labels_of, leaves, name_of, others, planted, results, told

from mechsynth.check import check, read_instance
from mechsynth.errors import MechsynthError

PARTS = 6

# Nobody reads them: they are checked where they matter to the proof, and nothing is said of them.
UNREAD = {
    r".*: .*certificate\.now\b.*": "payments of later periods that a negative answer is computed with: the witness is held against them",
    r".*: .*\.(relaxations\[\]\.transfers|minimal\.[^.]*)\b.*": "a mechanism that shows what can be met: another one shows the same",
    r".*: (.*(answers|tried)\[\]\.)?mechanism\.transfers\b.*": "payments after actions that the rule never takes, or on what cannot occur",
    r"uniqueness/.*: certificate\.proofs\..*\.weight": "weights of a proof are read up to a common factor",
}
# Another valid entry makes another true statement: it was checked like the first.
OTHERS = {
    r".*: (.*answers\[\]\.)?question\..*": "another question: what the file carries proves an answer to it as well",
    r".*: (.*answers\[\]\.)?mechanism\.transfers\b.*": "payments: another mechanism with the same properties",
    r".*: (.*answers\[\]\.)?mechanism\.allocation\[\]\.action": "another efficient rule, where there are ties",
    r"implement/infeasible: status": "what is excluded up to a bound, told as no more than that",
    r"contingent/feasible: certificate\.incentives\.(tight|slack)est\.signals\.weather": "another public state in which the lie loses as much",
    r"convex-independence/holds: certificate\.distance\..*": "another signal that is as close",
    r"generalized-vcg/.*: certificate\.influence\..*": "another place where the own signal moves the others' next ones",
    r"generalized-vcg/.*: certificate\.violations\[\]\..*": "another place where a condition fails",
    r"generalized-vcg/infeasible: witness\.others\..*": "another place where the same chain of lies gains as much",
    r"implement/.*: certificate\.bound": "a smaller bound excludes less",
    r"uniqueness/.*: certificate\.proofs\..*\.weight": "the weight of a lie that loses nothing",
}


@cache
def outcome(part: int) -> tuple[dict[str, list[Any]], dict[str, list[Any]], int]:
    """What the checker accepted of one part of the kinds: by the name of the leaf, read the same and read otherwise; and how many were tried."""
    same: dict[str, list[Any]] = defaultdict(list)
    changed: dict[str, list[Any]] = defaultdict(list)
    tried = 0
    for key, (name, document) in sorted(results().items(), key=str)[part::PARTS]:
        raw = instance(name)
        model, names, before = read_instance(raw), labels_of(document), told(document, raw)
        for place in leaves(document):
            for value in others(at(document, place), names):
                bad = planted(document, place, value)
                tried += 1
                try:
                    if not check(json.dumps(bad).encode(), model).accepted:
                        continue
                except MechsynthError:
                    continue
                leaf = name_of(f"{key[0]}/{key[2]}", place)
                (same if told(bad, raw) == before else changed)[leaf].append((place, value))
    return same, changed, tried


def listed(leaf: str, table: dict[str, str]) -> bool:
    return any(re.fullmatch(pattern, leaf) for pattern in table)


@pytest.mark.parametrize("part", range(PARTS))
def test_what_changes_the_words_is_refused(part: int) -> None:
    """Accepted and told otherwise is only what is another true answer; accepted and told the same only what nobody reads."""
    same, changed, tried = outcome(part)
    assert tried > 1000
    assert not {leaf: found[:3] for leaf, found in changed.items() if not listed(leaf, OTHERS)}
    assert not {leaf: found[:3] for leaf, found in same.items() if not listed(leaf, UNREAD)}


def test_every_kind_of_answer_is_among_them() -> None:
    answered = {(key[0], key[2]) for key in results()}
    for ask in (
        "contingent",
        "vcg-type",
        "static",
        "budget-balanced",
        "ex-ante-balanced",
        "generalized-vcg",
        "lump-sum-budget",
        "ladder",
        "implement",
    ):
        assert {(ask, "feasible"), (ask, "infeasible")} <= answered
    for ask in ("convex-independence", "spanning", "uniqueness"):
        assert {(ask, "holds"), (ask, "fails")} <= answered
    for ask in ("team", "pivot", "groves", "surplus-extraction"):
        assert (ask, "feasible") in answered
    assert {
        ("policy", "optimal"),
        ("implement", "optimal"),
        ("implement", "unbounded"),
        ("implement", "unknown"),
    } <= answered
