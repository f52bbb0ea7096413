"""The entry point: check a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mechsynth.errors import InputError

from .answers import Known, check_answer
from .envelope import Claim, check_instance, nested, normalized, open_part, open_result, read_claim
from .mechanism import read_allocation
from .model import Model
from .named import check_labels
from .question import RESIDUAL
from .reading import read_instance
from .text import Numbers, TooLargeInput, encode, items, table
from .verdict import Ledger, Refuted, Verdict

READY = frozenset({"policy"})  # questions about instances of format 2 that are checked


def check(result: Mapping[str, Any] | bytes | str, instance: bytes | Model) -> Verdict:
    """Say whether a result is proved, deriving everything from the instance.

    Parameters
    ----------
    result:
        The result file: its bytes, its text, or the decoded object.
    instance:
        The bytes of the instance file, or what :func:`read_instance` made of them.

    Returns
    -------
    The verdict; a false or unproved result is refused with the first row that fails.

    Raises
    ------
    InputError
        If either file is malformed, or the result is about another instance.
    """
    try:
        root, numbers, model = opened(result, instance)
        ledger = Ledger()
        try:
            statement = _check(root, numbers, model, ledger)
        except Refuted as refuted:
            return Verdict(False, str(refuted), "", ledger.rows)
        return Verdict(True, None, statement, ledger.rows)
    except (MemoryError, RecursionError):
        raise TooLargeInput("result", "does not fit into memory", "use a smaller one") from None


def opened(result: Mapping[str, Any] | bytes | str, instance: bytes | Model) -> tuple[dict[str, Any], Numbers, Model]:
    """Return a result, its numbers, and the instance that it is about."""
    root, numbers = open_result(encode(result))
    model = instance if isinstance(instance, Model) else read_instance(instance, normalized(root))
    check_instance(root, model)
    return root, numbers, model


def _check(root: dict[str, Any], numbers: Numbers, model: Model, ledger: Ledger) -> str:
    check_labels(root, model, ledger)
    claim = read_claim(root, numbers, model)
    if model.second and claim.ask not in READY:
        raise InputError("instance", f"has what only format 2 says, and {claim.ask} does not take it", "ask policy")
    said = _ladder(claim, model, ledger) if claim.ask == "ladder" else check_answer(claim, model, ledger)
    if model.rescaled:
        said += " This is about the instance with rows of its kernel and prior rescaled to add up to one."
    return said


def _ladder(claim: Claim, model: Model, ledger: Ledger) -> str:
    """Check every answer of a ladder by itself, then what the ladder makes of them."""
    certificate = table(claim.certificate, "certificate", ("answers",))
    answers = items(certificate["answers"], "certificate.answers")
    statements: list[str] = []
    rungs: list[Claim] = []
    seen: set[tuple[object, ...]] = set()
    known: Known = {}
    for k, entry in enumerate(answers):
        with nested(f"certificate.answers[{k}]", entry):
            part = open_part(entry, claim, model, ledger)
            if part.ask == "ladder":
                raise InputError("question.ask", "a ladder within a ladder", "list its answers instead")
            ledger.claim(
                part.strength == claim.strength, f'strength "{part.strength}" in a ladder that is "{claim.strength}"'
            )
            key = (part.ask, part.scope, part.constant, part.asked.transfers, part.asked.require, part.asked.objective)
            if key in seen:
                raise InputError("question", "asked twice", "keep one")
            seen.add(key)
            statements.append(check_answer(part, model, ledger, known))
        rungs.append(part)
    ranks = {"static": 0} if model.horizon == 1 else {ask: k for k, ask in enumerate(reversed(RESIDUAL))}
    steps = sorted((part for part in rungs if part.ask in ranks), key=lambda part: ranks[part.ask])
    works = [part for part in steps if part.status == "feasible"]
    ledger.claim(bool(steps), "no answer of the ladder is about transfers")
    # the smallest class that works: every smaller one has to be there, and to fail for the same rule
    chosen = works[0] if works else steps[-1]
    missing = {ask for ask, rank in ranks.items() if rank <= ranks[chosen.ask]} - {part.ask for part in steps}
    if not works:
        missing = set(ranks) - {part.ask for part in steps}
    ledger.claim(not missing, f"the ladder leaves out {', '.join(sorted(missing))}")
    for part in steps:
        same = (part.scope, part.constant) == (chosen.scope, chosen.constant)
        ledger.claim(same, f"the answers to {part.ask} and {chosen.ask} are about different scopes or last periods")
        rule = [read_allocation(of.mechanism["allocation"], model) for of in (part, chosen) if of.mechanism is not None]
        ledger.claim(
            len(rule) == 2 and all((a == b).all() for a, b in zip(*rule, strict=True)),
            f"the answers to {part.ask} and {chosen.ask} are about different efficient rules",
        )
    ledger.claim(
        claim.status == ("feasible" if works else "infeasible"),
        f'status "{claim.status}", but {len(works)} of the {len(steps)} answers about transfers are feasible',
    )
    same = claim.mechanism == chosen.mechanism and claim.witness == chosen.witness
    ledger.claim(same, f"mechanism and witness are not those of the answer to {chosen.ask}")
    return " ".join(statements)
