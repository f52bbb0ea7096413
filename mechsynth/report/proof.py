"""What the proof consists of, how large it is, and what the checker said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mechsynth.report.blocks import Block, Items, Say, Terms
from mechsynth.report.subject import Subject
from mechsynth.report.text import label
from mechsynth.words.numbers import counted


def show(subject: Subject) -> list[Block]:
    """Return the size of the proof by its parts, and the checker's verdict in its own words."""
    numbers, longest = _measure(subject.document)
    pairs = [("Result file", counted(subject.size, "byte") if subject.size else "not written to a file")]
    pairs.append(("Numbers in it", f"{numbers}; the longest has {counted(longest, 'character')}"))
    pairs.append(("Strength", subject.answer.strength if subject.answer.proved else "no proof is claimed"))
    if subject.verdict is not None:
        pairs.append(("Rows evaluated by the checker", str(subject.verdict.rows)))
    blocks: list[Block] = [Terms(tuple(pairs))]
    parts = _parts(subject.document)
    if parts:
        blocks.append(Items(tuple(parts)))
    blocks += verdict(subject)
    return blocks


def unchecked(subject: Subject) -> str:
    """Return why the checker gave no verdict."""
    if subject.environment is None:
        return "the instance was not at hand"
    return "the checker of this version does not know the question"


def verdict(subject: Subject) -> list[Block]:
    """Return what the checker said."""
    said = subject.verdict
    if said is None:
        return [Say(f"Not checked on this page: {unchecked(subject)}.", strong=True)]
    if said.accepted:
        return [
            Say(
                "The checker accepts the result. It reads the instance anew, in exact arithmetic and without a solver. What it proved:"
            ),
            Say(said.statement),
        ]
    if not subject.answer.proved:
        return [Say(f"The result claims no proof, and the checker accepts none: {said.reason}.")]
    return [Say(f"The checker refuses this result: {said.reason}. Nothing on this page is proved.", strong=True)]


def _parts(document: Mapping[str, Any]) -> list[str]:
    found = []
    witness = document.get("witness")
    if isinstance(witness, Mapping):
        size = next(
            (
                len(part)
                for key in ("multipliers", "weights", "cycle")
                if isinstance(part := witness.get(key), (list, dict))
            ),
            None,
        )
        kind = label(str(witness.get("kind")))
        found.append(f"witness: {kind}" if size is None else f"witness: {kind} of {counted(size, 'term')}")
    certificate = document.get("certificate")
    for key, value in (certificate if isinstance(certificate, Mapping) else {}).items():
        count = f": {counted(len(value), 'entry', 'entries')}" if isinstance(value, (list, Mapping)) else ""
        found.append(f"certificate, {label(key)}{count}")
    mechanism = document.get("mechanism")
    if isinstance(mechanism, Mapping):
        rule = mechanism.get("allocation")
        if isinstance(rule, list):
            found.append(f"rule: {counted(len(rule), 'profile')}")
        if mechanism.get("transfers") is not None:
            found.append(f"transfers: {counted(_measure(mechanism['transfers'])[0], 'number')}")
    return found


def _measure(value: object) -> tuple[int, int]:
    """Return how many numbers a document holds, and the length of the longest."""
    count = longest = 0
    stack = [value]
    while stack:
        node = stack.pop()
        if isinstance(node, Mapping):
            stack.extend(node.values())
        elif isinstance(node, (list, tuple)):
            stack.extend(node)
        elif isinstance(node, str) and node[:1] in "+-0123456789" and node.strip("+-0123456789./eE") == "" and node:
            count += 1
            longest = max(longest, len(node))
    return count, longest
