"""What the questions claim, for the small checker."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ..block import DEFINITION, EPSILON, LARGEST, RENT, SUBSIDY, Rows, State
from ..flows import Players, read
from ..rows import OBJECTIVES, RELAXABLE, REQUIREMENTS, bounded, definitions, lie, pepic, revenue, truth
from .frame import Frame
from .instance import Instance, number, solve, table
from .lines import Line
from .naming import Kind
from .trees import check_tree

_SHARES = {"budget-balanced": "equal-shares", "surplus-extraction": "no-payoff"}
_ADDED = {"min-max-transfer": LARGEST, "min-rent": RENT, "min-subsidy": SUBSIDY, "min-epsilon": EPSILON}
_BLOCKS = ("contingent", "vcg-type", "budget-balanced", "surplus-extraction")


class Unproved(Exception):
    """A claim that is false, or not proved by what the result carries."""


class Unknown(Exception):
    """A question, or a way of writing an answer, that this checker does not know."""


def ask(holds: bool, words: str) -> None:
    """Refuse what does not hold."""
    if not holds:
        raise Unproved(words)


def check(result: bytes, instance: bytes) -> None:
    """Check a result.

    Raises
    ------
    Unproved
        If it is false or not proved.
    Unknown
        If it is about a question, or written in a way, that this checker does not know.
    """
    if any(key in instance for key in (b'"packed"', b'"sparse"')):
        raise Unknown("tables in short")
    data, model = json.loads(result, parse_float=str), Instance(instance)
    question, status = data["question"], data["status"]
    name = question["ask"]
    if name == "optimal":
        if data["strength"] != "exact" or data["instance"].get("normalized"):
            raise Unknown("strength or rescaled rows")
        check_tree(data, model, ask, Unknown)
        return
    if name not in ("implement", "static", *_BLOCKS) or question.get("scope") == "all":
        raise Unknown(name)
    if question.get("rule", "efficient") != "efficient":
        raise Unknown("a rule that is given")
    if "look_ahead" in question:
        raise Unknown("payments that look several periods ahead")
    if question.get("last-period", "efficient") != "efficient":
        raise Unknown("a constant last period")
    if data["strength"] != "exact" or data["instance"].get("normalized") or data["certificate"].get("requirements"):
        raise Unknown("strength, rescaled rows or requirements of its own")
    rule = _rule(model, data["mechanism"]["allocation"])
    w = _efficient(model, rule)
    kind = Kind.named("history-independent" if name == "static" else question.get("transfers", "contingent"))
    if name == "implement":
        notions = [wish for wish in question["require"] if wish in RELAXABLE]
        ask(len(notions) == 1, "not one of pepic, pbic and bnic")
        ask(notions == ["pepic"] or model.prior is not None, "no prior to believe in")
        exits = "exit:interim" in question["require"]
        ask(not exits or notions == ["bnic"], "exit:interim without bnic")
        kind = replace(kind, incentives=notions[0], leaves=exits)
    kind = replace(kind, now=(kind.now and name != "static") or name == "surplus-extraction")
    share = None if name == "implement" else Fraction(1)
    if name in _SHARES:
        share = Fraction(1, len(model.players)) if name == "budget-balanced" else Fraction(0)

    def frame(kind: Kind = kind, share: Fraction | None = share, transfers: Any = None) -> Any:  # a frame for rows.py
        return Frame(model, rule, w, kind, None if transfers is None else _paid(model, kind, transfers), share)

    if name == "implement":
        _implement(data, frame)
    elif status == "infeasible":
        _excluded(data, frame(replace(kind, now=False)), frame(replace(kind, now=False), None))
    else:
        f = frame(transfers=data["mechanism"]["transfers"])
        met(pepic(f, last=name == "static"), {})
        met(definitions(f) if name != "static" else (), {})
        if name == "surplus-extraction":
            met(_bonuses(f), {})


# -- the kernel -----------------------------------------------------------------------------------------------------


def slacks(block: Rows) -> Iterable[Line]:
    """Return the slacks of a block."""
    found: Iterable[Line] = block.slack(block.state)
    return found


def met(blocks: Iterable[Rows], added: Mapping[Any, Fraction]) -> None:
    """Ask that every row is met, columns that are left having these values."""
    for block in blocks:
        for row, line in enumerate(slacks(block)):
            value = line.const + sum((added[c] * v for c, v in line.terms.items()), Fraction(0))
            ask(value == 0 if block.equal else value >= 0, f"{block.name(row)}: {value}")


def derived(blocks: Iterable[Rows], multipliers: Mapping[str, Any], families: Iterable[str] | None = None) -> Line:
    """Return the sum of rows with multipliers."""
    total, left = Line(), dict(multipliers)
    for block in blocks:
        if not any(name.startswith(block.head) for name in left):
            continue
        for row, (state, line) in enumerate(zip(block.state.each(), slacks(block), strict=True)):
            y = number(left.pop(block.label(state), 0))
            if y:
                ask(block.equal or y > 0, f"{block.name(row)}: multiplier {y}")
                ask(families is None or block.family in (DEFINITION, *families), f"{block.name(row)}: another family")
                total.add(y, line)
    ask(not left, f"no row {min(left, default='')}")
    return total


def contradiction(total: Line, shortfall: Any) -> None:
    """Ask that a number below 0 was derived, by as much as is stated."""
    ask(not total.terms, "columns are left")
    ask(total.const < 0 and -total.const == number(shortfall), f"{-total.const} derived, {shortfall} stated")


# -- mechanisms -----------------------------------------------------------------------------------------------------


def _rule(model: Instance, allocation: Any) -> list[list[int]]:
    rule: list[list[int | None]] = [[None] * len(profiles) for profiles in model.profiles[: model.count]]
    for entry in allocation:
        t = entry.get("period", 1) - 1
        own = tuple(model.signals[t][i].index(entry["signals"][name]) for i, name in enumerate(model.agents))
        rule[t][model.profiles[t].index(own)] = model.actions[t].index(entry["action"])
    ask(all(a is not None for actions in rule for a in actions), "a profile is not listed")
    return [[a for a in actions if a is not None] for actions in rule]


def _efficient(model: Instance, rule: list[list[int]]) -> list[list[Fraction]]:
    """Return the values of a rule, and ask that no action beats it."""

    def flow(t: int, a: int, p: int) -> Fraction:
        return sum((u[a][p] for u in model.utilities[t]), Fraction(0))

    w = solve(model, rule, [[flow(t, a, p) for p, a in enumerate(actions)] for t, actions in enumerate(rule)])
    for t in range(model.count):
        then, laws = model.follows(t), model.laws[t]
        for p in range(len(rule[t])):
            for a in range(len(model.actions[t])):
                if not model.available[t][a][p]:
                    ask(rule[t][p] != a, f"{model.actions[t][a]} is not available in period {t + 1}")
                    continue
                worth = flow(t, a, p)
                if then is not None and laws is not None:
                    worth += model.discount * sum((x * w[then][q] for q, x in laws[a][p].items()), Fraction(0))
                ask(worth <= w[t][p], f"{model.actions[t][a]} beats the rule in period {t + 1}")
    return w


def _paid(model: Instance, kind: Kind, transfers: Any) -> list[list[dict[str, Any]]]:
    """Return payments as functions, and ask that they are of the class."""
    if isinstance(transfers, list) and transfers and "agent" in transfers[0]:
        raise Unknown("payments as records")
    found = []
    for t, tables in enumerate(transfers if isinstance(transfers, list) else [transfers]):
        then, row = model.follows(t), []
        ask(not {model.agents[i] for i in model.public} & set(tables), "a public agent pays")
        for i, name in enumerate(model.agents):
            own = tables.get(name, {})
            ask("first" not in own, "a payment at the start")
            ask("now" not in own or (kind.last if then is None else kind.now), "a payment now")
            ask("later" not in own or (kind.later and then is not None), "a payment later")
            now = table(own["now"], model.sizes[t]) if "now" in own else [Fraction(0)] * len(model.profiles[t])
            row.append({"now": now, "later": _later(model, kind, own["later"], t, i) if "later" in own else _nothing})
        found.append(row)
    return found


def _nothing(a: int, h: int, q: int) -> Fraction:
    return Fraction(0)


def _later(model: Instance, kind: Kind, value: Any, t: int, i: int) -> Callable[[int, int, int], Fraction]:
    then = model.follows(t)
    assert then is not None
    shape = [len(model.actions[t]), *model.sizes[t], *model.sizes[then]]
    looks, part = [], value
    for size in shape:
        looks.append(len(part) > 1)
        ask(len(part) in (1, size), "a table of another size")
        part = part[0]
    count = len(model.agents)
    ask(kind.own_next or not looks[1 + count + i], "a payment looks at the own next report")
    ask(kind.own_report or not looks[1 + i], "a payment looks at the own report")
    flat, here, after = table(value, shape), len(model.profiles[t]), len(model.profiles[then])
    return lambda a, h, q: flat[(a * here + h) * after + q]


def _bonuses(f: Frame) -> Iterator[Rows]:
    for t, i, lag, where, name in f.payments():
        if lag:
            yield Rows("bonus", False, "bonus", where, lambda s, t=t, i=i: -f.payment(t, i, 1, s), name)  # type: ignore[misc]


# -- implement ------------------------------------------------------------------------------------------------------


def _implement(data: Any, frame: Callable[..., Any]) -> None:
    question, status = data["question"], data["status"]
    objective, certificate = question["objective"], data["certificate"]
    relaxed = objective == "min-epsilon"

    def required(f: Any) -> Iterator[Rows]:
        for name in question["require"]:
            if name.startswith("bounded:"):
                yield from bounded(f, name, number(name.removeprefix("bounded:")))
            elif (made := read(name, players, number)) is not None:
                yield from made(f)
            else:
                yield from RELAXABLE[name](f, relaxed) if name in RELAXABLE else REQUIREMENTS[name](f)

    def holding(f: Any) -> Iterator[Rows]:
        yield from OBJECTIVES[objective](f) if objective in OBJECTIVES else ()

    def program(f: Any) -> Iterator[Rows]:
        yield from definitions(f)
        yield from required(f)
        yield from holding(f)

    unknown = frame()
    players = Players({unknown.model.agents[i]: i for i in unknown.agents}, unknown.model.horizon)
    if status == "infeasible":
        witness = data["witness"]
        ask(set(witness["conflict"]) <= set(question["require"]), "a conflict of other requirements")
        contradiction(derived(program(unknown), witness["multipliers"], witness["conflict"]), witness["shortfall"])
        return
    f = frame(transfers=data["mechanism"]["transfers"])
    added: dict[Any, Fraction] = {}
    notion = next(name for name in question["require"] if name in RELAXABLE)
    excused = [block for block in RELAXABLE[notion](f, True) if block.family == notion] if relaxed else []
    for block in [*holding(f), *excused]:
        for line in slacks(block):
            ((column, mass),) = line.terms.items()
            added[column] = max(added.get(column, -line.const / mass), -line.const / mass)
    met(required(f), added)
    ask((objective == "feasibility") == (status == "feasible"), "another status than the objective's")
    if status == "unbounded":
        raise Unknown("a ray")
    if status == "optimal":
        least = Line(Fraction(0), {_ADDED.get(objective): Fraction(1)})
        value = sum(added.values(), Fraction(0))
        if objective == "max-revenue":
            mine: Any = revenue(f, f.start)
            lost: Any = -revenue(unknown, unknown.start)
            least, value = lost[0], mine[0].const
        elif objective == "min-total-transfer":
            least = Line(
                Fraction(0),
                {c: Fraction(1) for t, i, lag, s, _ in unknown.payments() for c in unknown.sizes_of(t, i, lag, s)},
            )
        ask(value == number(data["value"]), f"the mechanism gives {value}")
        least.add(Fraction(-1), derived(program(unknown), certificate["multipliers"]))
        ask(not least.terms, "columns are left")
        ask(least.const == (-value if objective == "max-revenue" else value), f"{least.const} is the bound")


# -- a share of the surplus -----------------------------------------------------------------------------------------


def _excluded(data: Any, claimed: Any, plain: Any) -> None:
    """Ask for a contradiction: multipliers, or the weights of blocks and cycles."""
    witness, model = data["witness"], plain.model
    if witness["kind"] == "farkas":
        share = _SHARES.get(data["question"]["ask"], "residual-claimant")
        ask(set(witness["conflict"]) <= {"pepic", share}, "a conflict of other requirements")
        blocks = [*definitions(plain), *pepic(plain), *REQUIREMENTS[share](plain)]
        contradiction(derived(blocks, witness["multipliers"], witness["conflict"]), witness["shortfall"])
        return
    t, i = witness.get("period", 1) - 1, model.agents.index(witness["agent"])
    ask(i in model.players, "a public agent reports nothing")
    labels, total = model.signals[t][i], Line()

    def at(signal: str) -> int:
        own = {**witness["others"], witness["agent"]: signal}
        place = tuple(model.signals[t][j].index(own[name]) for j, name in enumerate(model.agents))
        return int(model.profiles[t].index(place))

    def weigh(rows: Rows, weight: Fraction) -> None:
        ask(rows.equal or weight >= 0, f"{rows.name(0)}: weight {weight}")
        (line,) = slacks(rows)
        total.add(weight, line)

    if witness["kind"] == "cycle":
        ask(not plain.continues(t), "a cycle before the last period")
        for k, r in zip(witness["cycle"], witness["cycle"][1:] + witness["cycle"][:1], strict=True):
            weigh(lie(claimed, t, i, labels.index(r), State(profile=[at(k)])), Fraction(1))
        contradiction(total, witness["shortfall"])
        return
    weights = {k: number(v) for k, v in witness["weights"].items()}
    taken = [k for k in labels if model.actions[t][plain.rule[t][at(k)]] == witness["action"]]
    if witness["kind"] == "convex-combination":
        ask(witness["type"] in taken and witness["type"] not in weights, "the rule takes another action")
        weights[witness["type"]], taken = Fraction(-1), [witness["type"]]
    ask(bool(taken), "the rule takes another action")
    for k, weight in weights.items():
        where = State(profile=[at(k)])
        weigh(truth(claimed, t, i, where) if k in taken else lie(claimed, t, i, labels.index(taken[0]), where), weight)
    ask(not total.terms, "payments are left")
    found, stated = -total.const / model.discount, number(witness["shortfall"])
    # over an infinite horizon a shortfall may be stated rounded down
    ask(found > 0 and (found == stated or (model.horizon is None and 0 < stated <= found)), f"shortfall {found}")
