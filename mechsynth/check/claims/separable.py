"""``separable``: values that are ``A(x) B(a, s)`` or ``A(x) C(a) + B(a, s)``, x the first signal, s what is seen later (Kakade, Lobel and Nazerzadeh 2011, section 4).

*Holds*: every entry is met by the ``A`` and ``C`` listed, the law of s does not look at x, and the weights are what their formulas say. *Fails*: the cells listed
are looked up in the instance, nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

from mechsynth.errors import InputError
from mechsynth.result.witness import Minor

from ..envelope import Claim, witness
from ..model import Model
from ..parts import Parts, ask_private
from ..text import describe, items, label, number_text, show, table
from ..verdict import Ledger, Refuted, equal


def needs(model: Model) -> None:
    """Refuse an instance without a prior, or with what is not told apart here."""
    if model.prior is None:
        raise InputError("instance", "has no prior, which says what first signals there are", "add a prior")
    if model.public or model.limited:
        raise InputError("instance", "has public states or actions that are not always available", "ask optimal")


def judge(claim: Claim, model: Model, rule: object, values: object, ledger: Ledger) -> str:
    """Check an answer; return the statement that is proved."""
    ask_private(model)
    ledger.rows += model.count * len(model.agents)
    if claim.status == "fails":
        return _fails(claim, model, ledger)
    told = table(claim.certificate.get("agents"), "certificate.agents", model.agents)
    said = []
    for i, name in enumerate(model.agents):
        parts = Parts(model, i)
        parts.ask_apart()
        parts.ask_same_law()
        said.append(_form(claim, parts, told[name], f"certificate.agents.{show(name)}", ledger))
    return (
        "The environment is separable: later signals tell the first one and something besides, whose law does not look at the first one, and values are "
        f"{', '.join(said)}. The k-th later signal of every first one, in file order, is taken for the same thing seen."
    )


def _form(claim: Claim, parts: Parts, entry: object, at: str, ledger: Ledger) -> str:
    """Ask that the entries are met by ``A`` (and ``C``), and that weights are right."""
    kind = entry.get("form") if isinstance(entry, dict) else None
    if kind not in ("multiplicative", "additive"):
        raise InputError(f"{at}.form", f"found {describe(kind)}", "multiplicative or additive")
    additive = kind == "additive"
    own = table(entry, at, ("form", "A", *(("C", "beta") if additive else ("alpha",)), "regular"))
    level = _row(claim, own["A"], len(parts.first), f"{at}.A")
    name, model = show(parts.model.agents[parts.agent]), parts.model
    slope: list[list[Fraction]] = []
    if additive:
        periods = items(own["C"], f"{at}.C")
        if len(periods) != model.count:
            raise InputError(f"{at}.C", f"length {len(periods)}", f"one entry a period: {model.count}")
        slope = [_row(claim, row, len(model.period(t).actions), f"{at}.C[{t}]") for t, row in enumerate(periods)]
    elif not any(level):
        raise Refuted(f"{at}.A: all are 0")
    pivot = next((x for x, value in enumerate(level) if value), 0)
    for t in range(model.count):
        states = parts.signals[t]
        for a, s in product(range(len(model.period(t).actions)), range(len(states[0]))):
            row = [parts.value(t, a, own_states[s]) for own_states in states]
            for x, value in enumerate(row):
                met = (
                    value - row[0] == (level[x] - level[0]) * slope[t][a]
                    if additive
                    else value * level[pivot] == row[pivot] * level[x]
                )
                label_ = model.period(t).signals[parts.agent][states[x][s]]
                ledger.claim(
                    met,
                    f"{at}: the value of {name}{model.when(t)} at {show(label_)} after {show(model.period(t).actions[a])}",
                )
    _weights(claim, parts, own, level, slope, at, ledger)
    return f"{kind} for {name}"


def _row(claim: Claim, value: object, count: int, place: str) -> list[Fraction]:
    found = [claim.numbers.fraction(entry, f"{place}[{k}]") for k, entry in enumerate(items(value, place))]
    if len(found) != count:
        raise InputError(place, f"length {len(found)}", f"it should be {count}")
    return found


def _weights(
    claim: Claim,
    parts: Parts,
    own: Mapping[str, Any],
    level: list[Fraction],
    slope: list[list[Fraction]],
    at: str,
    ledger: Ledger,
) -> None:
    """Ask that ``α`` or ``β`` is what the formula says, null where it says nothing, and that regularity is told as it is."""
    key = "beta" if slope else "alpha"
    hazards = parts.hazards
    if hazards is None or (not slope and min(level) <= 0):
        ledger.claim(own[key] is None, f"{at}.{key}: is not defined here")
        ledger.claim(own["regular"] is None, f"{at}.regular: is not defined here")
        return
    if own[key] is None:
        raise Refuted(f"{at}.{key}: missing")
    rises = [*(b - a for a, b in pairwise(level)), Fraction(0)]
    wanted = [-h * r if slope else 1 - h * r / a for h, r, a in zip(hazards, rises, level, strict=True)]
    for k, (found, right) in enumerate(zip(_row(claim, own[key], len(wanted), f"{at}.{key}"), wanted, strict=True)):
        equal(found, right, f"{at}.{key}[{k}]", ledger)
    regular = (
        all(a <= b for a, b in pairwise(level))
        and all(a <= b for a, b in pairwise(wanted))
        and all(c >= 0 for row in slope for c in row)
    )
    ledger.claim(own["regular"] is regular, f"{at}.regular: it is {'' if regular else 'not '}regular")


# -- that values or laws do not separate ------------------------------------------------------------------------------


def _fails(claim: Claim, model: Model, ledger: Ledger) -> str:
    entry = witness(Minor, claim.witness, "witness", claim.numbers)
    parts = Parts(model, label(entry.agent, model.agent_index, "witness.agent", "agent"))
    name = show(model.agents[parts.agent])
    found = table(dict(entry.parts), "witness.parts", (), ("first", "counts", "chances", "multiplicative", "additive"))
    if set(found) == {"multiplicative", "additive"}:
        parts.ask_apart()
        _multiplicative(parts, found["multiplicative"], ledger)
        _additive(parts, found["additive"], ledger)
        why = f"the values of {name} are neither multiplicative nor additive in its first signal: the entries listed say so"
    elif set(found) == {"first"}:
        why = _two_firsts(parts, found["first"], ledger)
    elif set(found) == {"counts"}:
        why = _counts(claim, parts, found["counts"], ledger)
    elif set(found) == {"chances"}:
        why = _chances(parts, found["chances"], ledger)
    else:
        raise InputError("witness.parts", "not one reason", "first, counts, chances, or multiplicative and additive")
    return (
        f"The environment is not separable as its signals are listed: {why}. "
        "The k-th later signal of every first one, in file order, is taken for the same thing seen."
    )


def _pair(parts: Parts, entry: object, cell: str, at: str, count: tuple[int, ...] = (2,)) -> tuple[list[int], Any]:
    """Return two (or three) first signals, by place, and the cell or cells beside them."""
    data = table(entry, at, ("first", cell))
    period = parts.model.period(0)
    numbers = [
        label(name, period.signal_index[parts.agent], f"{at}.first", "signal")
        for name in items(data["first"], f"{at}.first")
    ]
    if len(numbers) not in count or any(k not in parts.first for k in numbers):
        raise InputError(f"{at}.first", "not first signals, or not as many as there should be", "name them")
    return [parts.first.index(k) for k in numbers], data[cell]


def _when(parts: Parts, cell: object, keys: tuple[str, ...], at: str) -> tuple[int, Mapping[str, Any]]:
    """Return the period of a cell, from 0, and the cell."""
    model = parts.model
    data = table(cell, at, keys if model.horizon is None else ("period", *keys))
    if model.horizon is None:
        return 0, data
    number = data["period"]
    if not isinstance(number, tuple) or number[1] != 1 or not 1 <= number[0] <= model.count:
        raise InputError(f"{at}.period", f"found {describe(number)}", f"from 1 to {model.count}")
    return int(number[0]) - 1, data


def _two_firsts(parts: Parts, entry: object, ledger: Ledger) -> str:
    at = "witness.parts.first"
    pair, cell = _pair(parts, entry, "cell", at)
    t, data = _when(parts, cell, ("signal",), f"{at}.cell")
    k = label(data["signal"], parts.model.period(t).signal_index[parts.agent], f"{at}.cell.signal", "signal")
    ledger.claim(
        pair[0] != pair[1] and set(pair) <= parts.origins[t][k], f"{at}: the signal does not have two first signals"
    )
    name = show(parts.model.agents[parts.agent])
    return f"a later signal of {name}, {show(data['signal'])}, follows two first ones, so it does not tell which"


def _counts(claim: Claim, parts: Parts, entry: object, ledger: Ledger) -> str:
    at = "witness.parts.counts"
    pair, cell = _pair(parts, entry, "cell", at)
    t, data = _when(parts, cell, ("counts",), f"{at}.cell")
    told = _row(claim, data["counts"], 2, f"{at}.cell.counts")
    for x, count in zip(pair, told, strict=True):
        equal(count, Fraction(sum(x in from_ for from_ in parts.origins[t])), f"{at}: a number of signals", ledger)
    ledger.claim(told[0] != told[1], f"{at}: the numbers are equal")
    name = show(parts.model.agents[parts.agent])
    return f"first signals of {name} lead to different numbers of later ones, so what is seen later looks at the first signal"


def _chances(parts: Parts, entry: object, ledger: Ledger) -> str:
    at = "witness.parts.chances"
    pair, cell = _pair(parts, entry, "cell", at)
    t, data = _when(parts, cell, ("action", "signals", "next"), f"{at}.cell")
    model = parts.model
    if model.kernel(t) is None:
        raise InputError(f"{at}.cell.period", "nothing follows the last period", "name another")
    parts.ask_apart()
    action = label(data["action"], model.period(t).action_index, f"{at}.cell.action", "action")
    now = _part(parts, pair, t, data["signals"], f"{at}.cell.signals")
    after = _part(parts, pair, model.following(t), data["next"], f"{at}.cell.next")
    law = parts.law(t)[action]
    one, two = (law[k].get(q, Fraction(0)) for k, q in zip(now, after, strict=True))
    ledger.claim(one != two, f"{at}: both chances are {number_text(one)}")
    name = show(model.agents[parts.agent])
    return f"what {name} sees next{model.when(t)} has the chance {number_text(one)} with one first signal and {number_text(two)} with another"


def _part(parts: Parts, first: list[int], t: int, value: object, at: str) -> list[int]:
    """Return signals that belong to the first signals named, and are the same s of each."""
    period = parts.model.period(t)
    found = [label(name, period.signal_index[parts.agent], at, "signal") for name in items(value, at)]
    if len(found) != len(first):
        raise InputError(at, f"length {len(found)}", "one for every first signal named")
    places = []
    for x, k in zip(first, found, strict=True):
        if k not in parts.signals[t][x]:
            raise Refuted(f"{at}: {show(period.signals[parts.agent][k])} does not follow the first signal named")
        places.append(parts.signals[t][x].index(k))
    if len(set(places)) > 1:
        raise Refuted(f"{at}: not the same thing seen")
    return found


def _table(
    parts: Parts, entry: object, at: str, count: tuple[int, ...]
) -> tuple[list[list[Fraction]], list[tuple[int, int]]]:
    """Return the values of two cells, one row a cell, by first signal; and the periods and actions of the cells."""
    first, cells = _pair(parts, entry, "cells", at, count)
    rows, places = [], []
    for k, cell in enumerate(items(cells, f"{at}.cells")):
        place = f"{at}.cells[{k}]"
        t, data = _when(parts, cell, ("action", "signals"), place)
        action = label(data["action"], parts.model.period(t).action_index, f"{place}.action", "action")
        states = _part(parts, first, t, data["signals"], f"{place}.signals")
        rows.append([parts.value(t, action, own) for own in states])
        places.append((t, action))
    if len(rows) != 2:
        raise InputError(f"{at}.cells", f"{len(rows)} of them", "list two")
    return rows, places


def _multiplicative(parts: Parts, entry: object, ledger: Ledger) -> None:
    at = "witness.parts.multiplicative"
    (one, two), _ = _table(parts, entry, at, (2,))
    ledger.claim(one[0] * two[1] != one[1] * two[0], f"{at}: the minor is 0")


def _additive(parts: Parts, entry: object, ledger: Ledger) -> None:
    """Two cells of one action whose differences differ; or two of any, and a minor of the differences to the first signal named."""
    at = "witness.parts.additive"
    (one, two), places = _table(parts, entry, at, (2, 3))
    rises = [[value - row[0] for value in row[1:]] for row in (one, two)]
    if len(rises[0]) == 1:
        ledger.claim(places[0] == places[1], f"{at}: two actions, of which each may have a slope of its own")
        ledger.claim(rises[0] != rises[1], f"{at}: the differences are equal")
    else:
        minor = rises[0][0] * rises[1][1] - rises[0][1] * rises[1][0]
        ledger.claim(minor != 0, f"{at}: the minor of the differences is 0")
