"""``index``: for every signal of every arm, the charge at which going on is worth as much as stopping, proved by the value of stopping at that charge.

``V ≥ 0``, ``V ≥ r − g + δ P V``, equal to one of the two everywhere, and at the signal itself ``r − g + δ P V = 0``: so the largest value of a stopping time
is 0 there when each use costs g, and no stopping time has a larger ratio of payoffs to time than g, while the one that goes on where it pays has that ratio.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from mechsynth.check.asked import Asked
from mechsynth.check.envelope import Claim
from mechsynth.check.model import Model
from mechsynth.check.parts import Parts, ask_private
from mechsynth.check.text import items, label, number_text, show, table
from mechsynth.check.verdict import Ledger, Refuted
from mechsynth.errors import InputError


def needs(model: Model) -> None:
    """Refuse a last period, public states, and actions that are not always available."""
    if model.horizon is not None:
        raise InputError("instance", "has a last period", "ask about an infinite horizon")
    if model.public or model.limited:
        raise InputError("instance", "has public states or actions that are not always available", "ask policy")


def judge(claim: Claim, model: Model, rule: object, values: object, ledger: Ledger) -> str:
    """Check an answer; return the statement that is proved."""
    ask_private(model)
    arms = claim.certificate.get("arms")
    taken: dict[int, int] = {}
    for i, name in enumerate(model.agents):
        parts = Parts(model, i)
        used, signals = _arm(parts)
        if used is None:
            continue
        if used in taken:
            raise Refuted(f"{show(model.period(0).actions[used])} moves or pays two agents")
        taken[used] = i
        entry = arms.get(name) if isinstance(arms, dict) else None
        _indices(claim, parts, (used, signals), entry, f"certificate.arms.{show(name)}", ledger)
    if not isinstance(arms, dict) or set(arms) != {model.agents[i] for i in taken.values()} or not taken:
        raise InputError("certificate.arms", "not the agents that have an arm", "list exactly these")
    return (
        "Each action moves and pays one agent at most, and each agent is moved and paid by one action at most, opening signals left aside. The numbers listed are the indices of "
        "the signals: the largest ratio of expected discounted payoffs to expected discounted time, over the times at which one may stop."
    )


def _arm(parts: Parts) -> tuple[int | None, list[int]]:
    """Return the action that moves or pays an agent, None where none does, and its signals but opening ones."""
    law, period = parts.law(0), parts.model.period(0)
    actions, every = range(len(period.actions)), range(period.sizes[parts.agent])
    after = {q for rows in law for k in every for q in rows[k] if q != k}
    signals = []
    for k in every:
        opening = (
            k not in after
            and all(k not in law[a][k] and law[a][k] == law[0][k] for a in actions)
            and not any(parts.value(0, a, k) for a in actions)
        )
        if not opening:
            signals.append(k)
    moving = [a for a in actions if any(law[a][k] != {k: 1} or parts.value(0, a, k) for k in signals)]
    if len(moving) > 1:
        raise Refuted(f"two actions move or pay {show(parts.model.agents[parts.agent])}")
    return (moving[0] if moving else None), signals


def _indices(claim: Claim, parts: Parts, arm: tuple[int, list[int]], entry: object, at: str, ledger: Ledger) -> None:
    """Ask of every signal's number that it is its index."""
    used, signals = arm
    model, period = parts.model, parts.model.period(0)
    names = period.signals[parts.agent]
    own = table(entry, at, ("action", "indices"))
    if label(own["action"], period.action_index, f"{at}.action", "action") != used:
        raise Refuted(f"{at}.action: another action is the arm")
    law, seen = parts.law(0)[used], set()
    for n, row in enumerate(items(own["indices"], f"{at}.indices")):
        place = f"{at}.indices[{n}]"
        told = table(row, place, ("signal", "index", "values"))
        k = label(told["signal"], period.signal_index[parts.agent], f"{place}.signal", "signal")
        seen.add(k)
        charge = claim.numbers.fraction(told["index"], f"{place}.index")
        listed: Any = table(told["values"], f"{place}.values", [names[q] for q in signals])
        worth = {q: claim.numbers.fraction(listed[names[q]], f"{place}.values.{show(names[q])}") for q in signals}
        for q in signals:
            more = sum((c * worth[after] for after, c in law[q].items()), Fraction(0))
            on = parts.value(0, used, q) - charge + model.discount * more
            fine = worth[q] >= 0 and worth[q] >= on and worth[q] in (0, on)
            ledger.claim(fine, f"{place}: {number_text(worth[q])} is not the value of stopping at {show(names[q])}")
            ledger.claim(q != k or on == 0, f"{place}: going on is worth {number_text(on)}, not 0")
    if seen != set(signals) or len(own["indices"]) != len(signals):
        raise InputError(f"{at}.indices", "not one entry for each signal but opening ones", "list exactly these")


ASKED = Asked(judge, {"holds": ("arms",)}, needs=needs, beliefs=True, second=True)
