"""What a ladder claims: all of its answers, and that the one it names is the smallest class that works."""

from __future__ import annotations

from mechsynth.check.answers import Known, check_answer
from mechsynth.check.asked import Asked
from mechsynth.check.envelope import Claim, nested, open_part
from mechsynth.check.mechanism import read_allocation
from mechsynth.check.model import Model
from mechsynth.check.text import items, table
from mechsynth.check.verdict import Ledger
from mechsynth.errors import InputError

_CLASSES = ("vcg-type", "contingent")  # the questions about one class, from the smallest on


def judge(claim: Claim, model: Model, _rule: object, _values: object, ledger: Ledger) -> str:
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
    ranks = {"static": 0} if model.horizon == 1 else {ask: k for k, ask in enumerate(_CLASSES)}
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


ASKED = Asked(
    judge,
    {"feasible": ("answers",), "infeasible": ("answers",)},
    composite=True,
    second=True,
)
