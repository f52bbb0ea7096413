"""``implement``: do payments of a class meet a list of requirements, and which are best?

*Feasible*: every row is met by the mechanism listed, as it is played. *Optimal*: besides, ``objective - value`` is derived from the rows.
*Infeasible*: a contradiction is derived from the rows of the conflict. *Unbounded*: a ray.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from mechsynth.errors import InputError
from mechsynth.result.witness import Conflict

from ..block import EPSILON, INCENTIVES, LARGEST, RENT, SUBSIDY, Column, Rows
from ..changing import excludes_changing
from ..envelope import Claim, witness
from ..forms import Form, Sum
from ..frames import Frame
from ..kernel import bound, derived, least, met, no_columns, ray
from ..kind import Class
from ..mechanism import read_transfers
from ..model import Model
from ..play import Rule
from ..played import Played
from ..question import Question
from ..rows import OBJECTIVES, RELAXABLE, REQUIREMENTS, bounded, definitions, revenue
from ..text import Numbers, describe, items, mapping, number_text, show, table
from ..unknown import Unknown
from ..values import Values
from ..verdict import Ledger, Refuted, equal, saying
from .written import Written, read_written, said, written_rows

_COLUMNS = {"min-max-transfer": LARGEST, "min-rent": RENT, "min-subsidy": SUBSIDY, "min-epsilon": EPSILON}


@dataclass(frozen=True, eq=False)
class Wish:
    """What is asked of a mechanism: a question, and the rows of requirements that the result writes out."""

    asked: Question
    written: Mapping[str, Sequence[Written]]

    def required(self, f: Frame) -> Iterator[Rows]:
        """Return the rows of the requirements."""
        for name in self.asked.require:
            if name in RELAXABLE:
                yield from RELAXABLE[name](f, self.asked.objective == "min-epsilon")
            elif name in self.asked.bounds:
                yield from bounded(f, name, self.asked.bounds[name])
            elif name in self.asked.made:
                yield from self.asked.made[name](f)
            elif name in self.asked.written:
                yield from written_rows(f, name, self.written[name])
            else:
                yield from REQUIREMENTS[name](f)

    def holding(self, f: Frame) -> Iterator[Rows]:
        """Return the rows that hold the objective's columns up."""
        if self.asked.objective in OBJECTIVES:
            yield from OBJECTIVES[self.asked.objective](f)

    def program(self, f: Frame) -> Iterator[Rows]:
        """Return every row."""
        yield from definitions(f)
        yield from self.required(f)
        yield from self.holding(f)

    def minimized(self, f: Frame) -> Form:
        """Return what is made as small as can be."""
        if self.asked.objective == "max-revenue":
            return -revenue(f, f.start)
        if self.asked.objective in _COLUMNS:
            return f.columns_of([_COLUMNS[self.asked.objective]], [1], 1)
        every = [f.sizes_of(t, i, lag, where).tolist() for t, i, lag, where, _ in f.payments()]
        columns = [column for part in every for column in part]
        return f.columns_of(columns, [1] * len(columns), 1)

    def attained(self, f: Played, added: Mapping[Column, Fraction]) -> Fraction:
        """Return what a mechanism gives of the objective."""
        if self.asked.objective == "max-revenue":
            return revenue(f, f.start).at(0)
        return sum(added.values(), Fraction(0))


def judge(claim: Claim, model: Model, rule: Rule, values: Values, ledger: Ledger) -> str:
    """Check an answer to ``implement`` about a rule; return the statement that is proved."""
    asked, kind = claim.asked, Class.named(claim.asked.transfers, claim.asked.incentives)
    unknown = Unknown(model, rule, values, kind, path=True)
    wish = Wish(asked, read_written(claim.certificate.get("requirements"), asked, unknown, claim.numbers))
    if claim.status in ("infeasible", "unknown"):
        return infeasible(claim, wish, unknown, ledger)
    seeks = asked.objective != "feasibility"
    ledger.claim(seeks == (claim.status != "feasible"), f'status "{claim.status}" with the objective {asked.objective}')
    assert claim.mechanism is not None
    played = _played(claim, claim.mechanism["transfers"], "mechanism.transfers", unknown, asked.require)
    value = None
    if claim.status == "optimal":
        if claim.value is None:
            raise Refuted('status "optimal" without a value')
        value = claim.numbers.fraction(claim.value, "value")
    excused = RELAXABLE[asked.incentives](played, True) if asked.objective == "min-epsilon" else ()
    added = least([*wish.holding(played), *(block for block in excused if block.family == asked.incentives)])
    met(wish.required(played), ledger, added)
    how = f"With the {_class(asked, model)} transfers listed {values.called} meets {', '.join(asked.require)}"
    meant = said(wish.written, asked.require)
    if not seeks:
        return f"{how}.{meant}"
    if value is None:
        if claim.certificate.get("ray") is None:
            raise Refuted('status "unbounded" without certificate.ray')
        _ray(claim, wish, unknown, ledger)
        return f"{how}, and along the ray {asked.objective} improves without end.{meant}"
    attained = wish.attained(played, added)
    equal(value, attained, f"value of {asked.objective}", ledger)
    if claim.certificate.get("multipliers") is None:
        raise Refuted('status "optimal" without certificate.multipliers')
    y = read_multipliers(claim.certificate["multipliers"], claim.numbers, "certificate.multipliers")
    best = bound(derived(wish.program(unknown), y, ledger), wish.minimized(unknown), unknown.columns.name, ledger)
    best = -best if asked.objective == "max-revenue" else best
    equal(value, best, "value against the multipliers", ledger)
    up_to = f" ({asked.incentives} up to the value)" if added.get(EPSILON) else ""
    return f"{how}{up_to}, and no transfers of the class that do so have a better {asked.objective} than {number_text(value)}.{meant}"


def _played(claim: Claim, transfers: object, place: str, like: Unknown, families: Sequence[str]) -> Played:
    """Return the mechanism with payments of the result, which have to be of the class; whether a lie may end with leaving is up to the requirements."""
    paid = read_transfers(transfers, like.model, like.plays, claim.numbers, place)
    like.kind.ask(like.model, paid)
    kind = replace(like.kind, leaves="exit:interim" in families)
    return Played(like.model, like.plays, like.values, kind, paid, like.path)


def _class(asked: Question, model: Model) -> str:
    return ("stationary " if model.horizon is None else "") + asked.transfers


def _sought(claim: Claim, model: Model, y: Mapping[str, Fraction]) -> str:
    """Return the payments that multipliers exclude, as a part of a sentence."""
    if model.horizon is None and claim.strength == "exact" and excludes_changing(claim.asked.transfers, y):
        return f"{claim.asked.transfers} transfers, stationary or changing from period to period but bounded,"
    return f"{_class(claim.asked, model)} transfers"


def read_multipliers(value: object, numbers: Numbers, place: str) -> dict[str, Fraction]:
    """Return ``{name: number}``."""
    return {
        name: numbers.fraction(entry, f"{place}.{show(name)}")
        for name, entry in mapping(value, place, "write {row name: number}").items()
    }


def _ray(claim: Claim, wish: Wish, f: Unknown, ledger: Ledger) -> None:
    """Ask that a mechanism can go on along a direction, and gets better."""
    left = read_multipliers(claim.certificate["ray"], claim.numbers, "certificate.ray")
    objective, places = wish.minimized(f), {}
    added = objective.plain(0) if wish.asked.objective != "max-revenue" else {}
    for column in (*f.columns.every(), *added):
        value = left.pop(f.columns.name(column), None)
        if value:
            places[column] = value
    if left:
        raise Refuted(f"certificate.ray: {show(min(left))} is no column of the program")
    ray(wish.program(f), objective, places, ledger)


# -- negative answers -----------------------------------------------------------------------------------------------


def read_witness(
    claim: Claim, require: Sequence[str], ledger: Ledger
) -> tuple[list[str], dict[str, Fraction], Fraction]:
    """Return conflict, multipliers and shortfall of a witness of kind ``farkas``; the conflict is of these requirements."""
    found = witness(Conflict, claim.witness, "witness", claim.numbers)
    for k, entry in enumerate(found.conflict):
        if entry in found.conflict[:k]:
            raise InputError(f"witness.conflict[{k}]", f"found {describe(entry)}", "name each requirement once")
        ledger.claim(entry in require, f"conflict: {show(entry)} is not required")
    return list(found.conflict), dict(found.multipliers), found.shortfall


def infeasible(claim: Claim, wish: Wish, f: Unknown, ledger: Ledger) -> str:
    """Ask that the rows of the conflict contradict each other; return the statement.

    With strength ``verified`` multipliers leave something over, and exclude payments up to a bound: that decides the question where a requirement of the
    conflict keeps payments below it, and else leaves it open.
    """
    conflict, y, shortfall = read_witness(claim, claim.asked.require, ledger)
    masses: dict[str, Fraction] = {}
    total = derived(wish.program(f), y, ledger, conflict, masses=masses)
    _masses(claim, masses, ledger)
    size = _bound(claim, conflict, total, f, ledger)
    equal(shortfall, -total.const, "shortfall", ledger)
    ledger.claim(shortfall > 0, f"shortfall {number_text(shortfall)} is not above 0")
    told, names = _relaxations(claim, conflict, wish, f, ledger)
    told = _minimal(claim, conflict, names, wish, f, ledger) + told
    within, lead, rest = "", "", ""
    if size is not None and claim.status == "unknown":
        within = f" with payments of at most {_power(size)} in absolute value"
        lead, rest = "The question is not decided; this is proved: ", "larger payments are not excluded, and "
    elif size is not None:
        rest = "what the multipliers leave over is bounded for the payments that the requirements allow; "
    return (
        f"{lead}No {_sought(claim, f.model, y)}{within} make {f.values.which} meet {', '.join(conflict)}"
        f"{' together' if len(conflict) > 1 else ''}; {rest}{f.values.untried}."
        f"{told}{said(wish.written, conflict)}"
    )


def _masses(claim: Claim, found: Mapping[str, Fraction], ledger: Ledger) -> None:
    """Ask that the masses listed are those of rows of incentives that are used, and that they are all listed or none."""
    listed = claim.certificate.get("masses")
    if listed is None:
        return
    told = read_multipliers(listed, claim.numbers, "certificate.masses")
    mine = {name: mass for name, mass in found.items() if name.partition(" ")[0] in INCENTIVES}
    for name in {**told, **mine}:
        ledger.claim(
            name in mine and told.get(name) == mine[name], f"certificate.masses: {show(name)} is not as stated"
        )


def _bound(claim: Claim, conflict: Sequence[str], total: Sum, f: Unknown, ledger: Ledger) -> Fraction | None:
    """Return the size of payments up to which multipliers exclude them, None for any size."""
    listed = claim.certificate.get("bound")
    if claim.strength != "verified":
        if listed is not None:
            raise Refuted('strength "exact" with certificate.bound: the result contradicts itself')
        no_columns(total.columns(), f.columns.name, ledger)
        return None
    if listed is None:
        raise Refuted('strength "verified" without certificate.bound')
    size = claim.numbers.fraction(listed, "certificate.bound")
    ledger.claim(size > 0, f"certificate.bound: {number_text(size)} is not above 0")
    if claim.status == "infeasible":
        most = min((claim.asked.bounds[name] for name in claim.asked.bounds if name in conflict), default=None)
        ledger.claim(
            most is not None and most <= size,
            f"proves less than was asked: only payments of at most {_power(size)} in absolute value are excluded, and no requirement "
            "of the conflict keeps payments below that. Ask the same question anew",
        )
    excluded_within(total, f, size, ledger)
    return size


def _power(size: Fraction) -> str:
    shown = number_text(size)
    return f"10^{len(shown) - 1}" if len(shown) > 5 and shown.strip("0") == "1" else shown


def excluded_within(total: Sum, f: Unknown, size: Fraction, ledger: Ledger) -> None:
    """Ask that a sum excludes every solution whose payments are at most ``size``.

    In a period an agent gets at most ``max |u| + size`` now and owes at most ``δ size`` later, so payoffs are bounded too.
    """
    delta, horizon = f.model.discount, f.model.horizon
    ledger.claim(f.kind.incentives != "bnic", "payments up to a bound do not bound what is worth V")
    most = max(
        Fraction(abs(int(n)), int(d))
        for t in f.periods
        for u in f.model.period(t).utilities
        for n, d in zip(u.num.ravel(), np.broadcast_to(u.den, u.shape).ravel(), strict=True)
    )
    lasting = 1 / (1 - delta) if horizon is None else sum((delta**s for s in range(horizon)), Fraction(0))
    room = Fraction(0)
    for column, rest in total.columns().items():
        if column < 0:
            raise Refuted(f"multipliers, column {f.columns.name(column)}: off by {number_text(rest)}, not 0")
        room += abs(rest) * (lasting * (most + 2 * size) if f.columns.place(column)[0] in ("X", "D") else size)
    left = room + total.const
    ledger.claim(left < 0, f"certificate.bound: with payments up to it the rows leave {number_text(left)}")


_RELAXATIONS = "certificate.relaxations"


def _relaxations(
    claim: Claim, conflict: Sequence[str], wish: Wish, f: Unknown, ledger: Ledger
) -> tuple[str, list[str]]:
    """Ask of every relaxation listed that it is enough, and that no less would do; return what that proves, and of which requirements.

    A row relaxed by ``s`` is a slack of at least ``-s``, an equality one of at most ``s`` in size. Multipliers of the conflict's rows
    whose sizes add up to at most 1 on the rows relaxed, and without columns, derive ``-least``: no less does.
    """
    listed = claim.certificate.get("relaxations")
    told: dict[str, Fraction] = {}
    for k, entry in enumerate([] if listed is None else items(listed, _RELAXATIONS)):
        at = f"{_RELAXATIONS}[{k}]"
        data = table(entry, at, ("requirement", "least", "multipliers", "transfers"))
        name = data["requirement"]
        if name == "exit:interim":
            raise InputError(f"{at}.requirement", "how far leaving is relaxed is not measured", "remove it")
        if not isinstance(name, str) or name not in conflict or name in told:
            raise InputError(f"{at}.requirement", f"found {describe(name)}", "name a requirement of the conflict, once")
        amount = claim.numbers.fraction(data["least"], f"{at}.least")
        y = read_multipliers(data["multipliers"], claim.numbers, f"{at}.multipliers")
        with saying(f"{at} ({show(name)}): "):
            sizes: dict[str, Fraction] = {}
            total = derived(wish.program(f), y, ledger, conflict, sizes)
            no_columns(total.columns(), f.columns.name, ledger)
            size = sizes.get(name, Fraction(0))
            ledger.claim(size <= 1, f"multipliers of its rows: their sizes add up to {number_text(size)}, more than 1")
            equal(amount, -total.const, "least", ledger)
            _meets(claim, data["transfers"], conflict, wish, f, {name: amount}, ledger)
        told[name] = amount
    if not told:
        return "", []
    parts = ", ".join(f"{name} by {number_text(amount)}" for name, amount in told.items())
    return f" They can once one alone is relaxed, and by no less than this: {parts}.", list(told)


def _minimal(
    claim: Claim, conflict: Sequence[str], eased: Sequence[str], wish: Wish, f: Unknown, ledger: Ledger
) -> str:
    """Ask of every mechanism listed that it meets the conflict but for one requirement; return what that proves.

    So do the transfers of a relaxation, those of ``eased``.
    """
    at, listed = "certificate.minimal", claim.certificate.get("minimal")
    listed = mapping({} if listed is None else listed, at, "write {requirement: transfers}")
    for name, transfers in listed.items():
        if name not in conflict or len(conflict) < 2:
            raise InputError(at, f"{show(name)} is not one of several in the conflict", "remove it")
        with saying(f"{at} ({show(name)}): "):
            _meets(claim, transfers, [other for other in conflict if other != name], wish, f, {}, ledger)
    shown = [name for name in conflict if name in listed or name in eased]
    if len(conflict) < 2 or not shown:
        return ""
    which = "any one of them" if len(shown) == len(conflict) else " or ".join(shown)
    return f" Without {which} the {'others' if len(conflict) > 2 else 'other'} can be met."


def _meets(
    claim: Claim,
    transfers: object,
    families: Sequence[str],
    wish: Wish,
    f: Unknown,
    room: Mapping[str, Fraction],
    ledger: Ledger,
) -> None:
    """Ask that transfers of the class meet the rows of some requirements, up to the ``room`` that a requirement is given."""
    for block in wish.required(_played(claim, transfers, "mechanism.transfers", f, families)):
        if block.family not in families:
            continue
        form, spare = block.slack(block.state), room.get(block.family, Fraction(0))
        weighed = spare and block.mass is not None and block.family in INCENTIVES
        mass = block.mass(block.state) if weighed and block.mass is not None else None
        if form.terms:
            raise Refuted("a row of the conflict has a column that the objective added")
        ledger.rows += len(block.state)
        for row in range(form.const.num.size):
            gap = form.at(row) if mass is None else form.at(row) / mass.at(row)
            if not (abs(gap) <= spare if block.equal else gap + spare >= 0):
                how = (
                    f"off by {number_text(gap)}, more than" if block.equal else f"slack {number_text(gap)}, relaxed by"
                )
                raise Refuted(f"{block.name(row)}: {how} {number_text(spare)}")
