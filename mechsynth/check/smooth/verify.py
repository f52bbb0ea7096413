"""A result about signals on [0, 1], held against its instance (docs/continuous.md)."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mechsynth.errors import InputError

from ..text import Numbers, decode, describe, items, label, number_text, show, table
from ..verdict import Ledger, Refuted, Verdict
from .boxes import ZERO, Terms, added, fixed, integrated, not_negative, shifted, swapped, times, widened
from .source import MOST_BOXES, Source, polynomial, read

FORMAT = "mechsynth-continuous-result/1"
_KEYS = ("format", "instance", "question", "status", "strength", "bounds", "payments", "witness")
ASKS = ("contingent", "vcg-type")


def is_smooth(result: bytes) -> bool:
    """Return whether the bytes of a result say that they are about signals on [0, 1]."""
    if f'"{FORMAT}"'.encode() not in result:
        return False
    try:
        return bool(decode(result, "result")[0].get("format") == FORMAT)
    except InputError:
        return False


def check_smooth(result: bytes, data: bytes) -> Verdict:
    """Check a result about signals on [0, 1]; see `mechsynth.check.check`."""
    document, numbers = decode(result, "result")
    plain = {key: value for key, value in document.items() if not key.startswith("x-")}
    table(plain, "result", _KEYS)
    if document["format"] != FORMAT:
        raise InputError("result: format", f"found {describe(document['format'])}", f"write {FORMAT}")
    about = table(document["instance"], "result: instance", ("sha256",), ("name",))
    if about["sha256"] != hashlib.sha256(data).hexdigest():
        raise InputError("result: instance.sha256", "a result for another instance", "name the instance it is about")
    source, ledger = read(data), Ledger()
    try:
        said = _judge(document, source, numbers, ledger)
    except Refuted as refuted:
        return Verdict(False, str(refuted), "", ledger.rows)
    return Verdict(True, None, said, ledger.rows)


def _judge(document: Mapping[str, Any], source: Source, numbers: Numbers, ledger: Ledger) -> str:
    question = table(document["question"], "result: question", ("ask", "scope"))
    ask, status = question["ask"], document["status"]
    if ask not in ASKS or question["scope"] != "all":
        raise InputError(
            "result: question", "no such question about signals on [0, 1]", f"{' or '.join(ASKS)}, scope all"
        )
    if document["strength"] != "exact" or status not in ("feasible", "infeasible"):
        raise Refuted(f"status {show(status)}: nothing is proved")
    bounds = items(document["bounds"], "result: bounds")
    if len(bounds) != 2:
        raise InputError("result: bounds", f"{len(bounds)} numbers", "the least error lies between two")
    low, high = (None if end is None else numbers.fraction(end, "result: bounds") for end in bounds)
    if (document["payments"] is None) != (high is None):
        raise Refuted("bounds: an error of payments that are not listed, or payments without one")
    if status == "feasible":
        ledger.claim(low == 0 and high == 0, 'status "feasible" with an error')
        ledger.claim(document["witness"] is None, 'status "feasible" with a witness')
    said = _missed(document["payments"], ask, high, source, numbers, ledger) if high is not None else ""
    if status == "feasible":
        return said
    if document["witness"] is None or low is None:
        raise Refuted('status "infeasible" without a witness')
    return f"{_least(document['witness'], ask, low, source, numbers, ledger)}{said}"


# -- payments -----------------------------------------------------------------------------------------------------------


def _missed(listed: object, ask: str, error: Fraction, source: Source, numbers: Numbers, ledger: Ledger) -> str:
    """Ask that payments miss what agents must expect to pay by at most ``error``, at every signal; return what that proves."""
    count = len(source.agents)
    own = table(listed, "result: payments", source.agents)
    ledger.claim(error >= 0, "bounds: an error below 0")
    for i, name in enumerate(source.agents):
        entries = items(own[name], f"result: payments.{show(name)}")
        if len(entries) != len(source.actions):
            raise InputError(f"result: payments.{show(name)}", f"{len(entries)} entries", "one polynomial an action")
        for a, entry in enumerate(entries):
            at = f"payments of {show(name)} after {show(source.actions[a])}"
            paid = polynomial(entry, 2 * count, numbers, f"result: payments.{show(name)}[{a}]")
            ledger.claim(all(key[count + i] == 0 for key in paid), f"{at} look at the own next report")
            if ask == "vcg-type":
                ledger.claim(all(key[i] == 0 for key in paid), f"{at} look at the own report")
            _block(source, i, a, paid, error, at, ledger)
    if not error:
        exactly = "exactly" if ask == "vcg-type" else "at the truth exactly, and after a lie at least,"
        return (
            f"With the payments listed every agent expects to pay next period {exactly} what makes it residual claimant (minus the others' utilities, over the discount factor), at every profile of "
            "signals in [0, 1] and after every action. So under every efficient rule truth is periodic ex post incentive compatible after every history, and leaves every agent the social surplus."
        )
    gain = 2 * source.discount * error / (1 - source.discount)
    return (
        f" With the payments listed nobody's expected payment misses what makes agents residual claimants by more than {number_text(error)}"
        f"{'' if ask == 'vcg-type' else ' at the truth, or is less than it by more after a lie'}, at any signals and after any action; so under every efficient rule no single lie, with truth "
        f"after it, gains more than {number_text(gain)}."
    )


def _block(source: Source, i: int, a: int, paid: Terms, error: Fraction, at: str, ledger: Ledger) -> None:
    """Ask that one block's payments miss by at most ``error``: variables are the signals, the next ones, and last the own report."""
    count = len(source.agents)
    size, report = 2 * count + 1, 2 * count
    looks = any(key[i] for key in paid)
    # the own report is not the own signal
    expected = times(swapped(widened(paid, size), i, report), widened(source.densities[a], size))
    for variable in range(count, 2 * count):
        expected = integrated(expected, variable)
    gap = added(expected, widened(source.target(i, a), size), Fraction(-1))
    constant = {(0,) * size: error} if error else {}
    truth = _joined(gap, i, report) if looks else gap
    if not error:
        ledger.claim(not truth, f"{at}: what truth is charged is not the target")
    else:
        for sign in (1, -1):
            part = added(constant, truth, Fraction(sign))
            ledger.claim(
                not_negative(part, size, MOST_BOXES), f"{at}: not shown to miss by at most {number_text(error)}"
            )
    if not looks:
        return
    slack = added(gap, constant, Fraction(1))
    if not error:
        # around the report: x = r + h; where h² is a factor, what it is multiplied with decides
        near = shifted(gap, i, report, 1)
        if all(key[i] >= 2 for key in near):
            inner = {(*key[:i], key[i] - 2, *key[i + 1 :]): value for key, value in near.items()}
            slack = shifted(inner, i, report, -1)
    ledger.claim(not_negative(slack, size, MOST_BOXES), f"{at}: not shown that every lie is charged enough")


def _joined(one: Terms, i: int, report: int) -> Terms:
    """Return the polynomial where the report is the signal."""
    found: Terms = {}
    for key, value in one.items():
        new = list(key)
        new[i], new[report] = key[i] + key[report], 0
        place = tuple(new)
        found[place] = found.get(place, ZERO) + value
    return {key: value for key, value in found.items() if value}


# -- why no payments miss less --------------------------------------------------------------------------------------------


def _least(listed: object, ask: str, low: Fraction, source: Source, numbers: Numbers, ledger: Ledger) -> str:
    """Ask that points and weights exclude every smaller error; return what that proves."""
    mixed = ask == "contingent"
    keys = ("kind", "agent", "action", "others", "points", "weights", *(("type",) if mixed else ()))
    witness = table(listed, "result: witness", keys)
    kind = "mixture-of-points" if mixed else "signed-points"
    if witness["kind"] != kind:
        raise InputError("result: witness.kind", f"found {describe(witness['kind'])}", kind)
    count = len(source.agents)
    i = label(witness["agent"], {name: k for k, name in enumerate(source.agents)}, "result: witness.agent", "agent")
    a = label(witness["action"], {name: k for k, name in enumerate(source.actions)}, "result: witness.action", "action")
    others = table(
        witness["others"], "result: witness.others", [name for name in source.agents if name != source.agents[i]]
    )
    target, law = source.target(i, a), integrated(source.densities[a], count + i)
    for j, name in enumerate(source.agents):
        if j != i:
            place = _inside(numbers.fraction(others[name], "result: witness.others"))
            target, law = fixed(target, j, place), fixed(law, j, place)
    points = [
        _inside(numbers.fraction(x, "result: witness.points"))
        for x in items(witness["points"], "result: witness.points")
    ]
    weights = [
        numbers.fraction(w, "result: witness.weights") for w in items(witness["weights"], "result: witness.weights")
    ]
    if len(points) != len(weights):
        raise InputError("result: witness.weights", f"{len(weights)} for {len(points)} points", "one a point")
    half = Fraction(1)
    if mixed:
        ledger.claim(all(w >= 0 for w in weights) and sum(weights) == 1, "witness: the weights are no mixture")
        points = [*points, _inside(numbers.fraction(witness["type"], "result: witness.type"))]
        weights, half = [*weights, Fraction(-1)], Fraction(1, 2)
    else:
        ledger.claim(sum(map(abs, weights)) == 1, "witness: the sizes of the weights do not add up to 1")
    left: Terms = {}
    value = ZERO
    for x, w in zip(points, weights, strict=True):
        left = added(left, fixed(law, i, x), w)
        value += half * w * fixed(target, i, x).get((0,) * count, ZERO)
    ledger.claim(not left, "witness: the laws of the others' next signals do not cancel")
    ledger.claim(value == low, f"bounds: the witness comes to {number_text(value)}, not {number_text(low)}")
    ledger.claim(low > 0, "bounds: the least error is not above 0")
    where = ", ".join(f"{show(name)} at {show(others[name])}" for name in others)
    sees = (
        "the action, the others' signals and their next ones"
        if not mixed
        else "the action, all reports and the others' next signals"
    )
    return (
        f"No payments that look at {sees}, polynomials or not, make {show(source.agents[i])} expect to pay next period what makes it residual claimant after {show(source.actions[a])} with {where}: "
        f"whatever they are, they miss it by {number_text(low)} or more for some signal of its own{'' if not mixed else ', above it at the truth or below it after a lie'}. This is asked of every "
        "action and lie (scope all), and does not say that no payments implement an efficient rule."
    )


def _inside(value: Fraction) -> Fraction:
    if not 0 <= value <= 1:
        raise InputError("result: witness", f"{number_text(value)} is no signal", "from 0 to 1")
    return value
