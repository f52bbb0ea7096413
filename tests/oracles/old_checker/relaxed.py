"""By how much a requirement of a conflict must be relaxed, alone: enough, and no less would do (``docs/certificates.md``, ``implement``).

A row ``a · x >= b`` relaxed by ``s`` is ``a · x >= b - s``, an equality ``|a · x - b| <= s``. That ``s`` is enough a mechanism shows. That no
less would do multipliers ``y`` of the conflict's rows show, with ``yᵀA = 0`` and sizes that add up to at most 1 on the rows relaxed:
``0 = y · A x >= y · b - s``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from mechsynth.errors import InputError

from .classes import check_class
from .envelope import Claim
from .evaluation import evaluate_mechanism
from .exact import Array
from .mechanism import read_transfers
from .multipliers import check_columns, combine, read_multipliers
from .program import Program
from .text import describe, items, number_text, show, table
from .verdict import Ledger, Refuted, equal
from .written import values_of

_PLACE = "certificate.relaxations"


def check_relaxations(
    claim: Claim,
    conflict: Sequence[str],
    rule: list[Array],
    program: Program,
    ledger: Ledger,
) -> tuple[str, list[str]]:
    """Check every relaxation that a result lists; return what is proved, nothing where there are none, and of which requirements."""
    listed = claim.certificate.get("relaxations")
    if listed is None:
        return "", []
    told: dict[str, Fraction] = {}
    for k, entry in enumerate(items(listed, _PLACE)):
        at = f"{_PLACE}[{k}]"
        data = table(entry, at, ("requirement", "least", "multipliers", "transfers"))
        name = data["requirement"]
        if not isinstance(name, str) or name not in conflict or name in told:
            raise InputError(f"{at}.requirement", f"found {describe(name)}", "name a requirement of the conflict, once")
        least = claim.numbers.fraction(data["least"], f"{at}.least")
        try:
            _no_less(claim, data["multipliers"], at, name, least, conflict, program, ledger)
            check_rows(claim, data["transfers"], conflict, rule, program, {name: least}, ledger)
        except Refuted as refuted:
            raise Refuted(f"{at} ({show(name)}): {refuted}") from None
        told[name] = least
    if not told:
        return "", []
    parts = ", ".join(f"{name} by {number_text(least)}" for name, least in told.items())
    return f" They can once one alone is relaxed, and by no less than this: {parts}.", list(told)


def _no_less(
    claim: Claim,
    listed: object,
    at: str,
    name: str,
    least: Fraction,
    conflict: Sequence[str],
    program: Program,
    ledger: Ledger,
) -> None:
    multipliers = read_multipliers(listed, claim.numbers, f"{at}.multipliers")
    total, right = combine(program, multipliers, conflict, ledger)
    check_columns(program, total, ledger)
    size = Fraction(0)
    for row in program.rows({name}):
        if row.family == name:
            size += abs(multipliers.get(row.name, Fraction(0)))
    ledger.claim(size <= 1, f"multipliers of its rows: their sizes add up to {number_text(size)}, more than 1")
    equal(least, right, "least", ledger)


def check_rows(
    claim: Claim,
    listed: object,
    families: Sequence[str],
    rule: list[Array],
    program: Program,
    room: Mapping[str, Fraction],
    ledger: Ledger,
) -> None:
    """Ask that transfers of the class meet every row of some requirements, up to the ``room`` that a requirement is given."""
    paid = read_transfers(listed, program.model, rule, claim.numbers)
    check_class(claim.asked.transfers, program.model, paid)
    found = evaluate_mechanism(program.model, rule, paid, program.values)
    rows = [row for row in program.rows(set(families)) if row.family in families]
    entries = [row.entries() for row in rows]
    if any(column < 0 for part, _ in entries for column in part):
        raise Refuted("a row of the conflict has a column that the objective added")
    given = values_of({column for part, _ in entries for column in part}, program.columns, found.facts)
    for row, (part, den) in zip(rows, entries, strict=True):
        gap = sum((given[column] * top for column, top in part.items()), Fraction(0)) / den - row.right()
        spare = room.get(row.family, Fraction(0))
        if row.equal:
            ledger.claim(abs(gap) <= spare, f"{row.name}: off by {number_text(gap)}, more than {number_text(spare)}")
        else:
            ledger.claim(gap + spare >= 0, f"{row.name}: slack {number_text(gap)}, relaxed by {number_text(spare)}")
