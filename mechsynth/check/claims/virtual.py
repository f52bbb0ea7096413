"""``virtual-pivot`` and ``contracts``: a mechanism as it is played, what it earns, and a bound, which is an answer of its own; and that it is a menu."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mechsynth.errors import InputError

from ..envelope import Claim, nested, open_part
from ..grown import Grown, Nodes, read_grown
from ..model import Model
from ..question import Question
from ..sequence import Terms, collected, holds, of_played, revenue
from ..text import describe, items, number_text, show, table
from ..verdict import Ledger, Refuted, equal

_CHOICES = {"strikes": ("kln", "grid"), "exclude": ("rule", "best")}


def read(question: Mapping[str, Any], model: Model, _: object) -> Question:
    """Read the question with its choices."""
    table(question, "question", ("ask",), tuple(_CHOICES))
    chosen = {}
    for key, choices in _CHOICES.items():
        value = question.get(key, choices[0])
        if not isinstance(value, str) or value not in choices:
            raise InputError(f"question.{key}", f"found {describe(value)}", " or ".join(choices))
        chosen[key] = value
    if model.horizon is None or model.prior is None:
        raise InputError("instance", "has no last period, or no prior", "ask about a finite horizon with a prior")
    return Question(ask=question["ask"], choices=chosen)


def judge(claim: Claim, model: Model, rule: object, values: object, ledger: Ledger) -> str:
    """Check an answer; return the statement that is proved."""
    from ..answers import check_answer  # which comes back here for no other reason than to check the bound

    if claim.value is None:
        raise Refuted("no value")
    value = claim.numbers.fraction(claim.value, "value")
    nodes = Nodes(model, "full")
    if not nodes.moved:
        nodes = Nodes(model, "first-and-current")
    played = read_grown(claim, nodes, ledger)
    point = of_played(nodes, played)
    holds(nodes, Terms("pepic", "entry", Fraction(1), Fraction(0), None), point, ledger)
    earned = revenue(nodes, point)
    collected(nodes, played, earned, ledger)
    equal(value, earned, "value, the revenue of the mechanism", ledger)
    with nested("certificate.relaxed", claim.certificate.get("relaxed")):
        part = open_part(claim.certificate.get("relaxed"), claim, model, ledger)
        same = part.ask == "relaxed" and part.status == "holds" and part.asked.choices == {"reveal": "paths"}
        ledger.claim(same, "not a proved answer to relaxed")
        said = check_answer(part, model, ledger)
        bound = part.numbers.fraction(part.value, "value")
    distance = bound - value
    menu = _menu(claim, nodes, played, ledger) if claim.ask == "contracts" else ""
    return menu + (
        f"In the mechanism listed truth is periodic ex post incentive compatible after every history, every first signal that can occur expects at least what leaving "
        f"is worth, and it is expected to earn {number_text(value)}. "
        + (
            "That is the bound, so no mechanism earns more. "
            if not distance
            else f"That is {number_text(distance)} less than the bound. "
        )
        + said
    )


def _menu(claim: Claim, nodes: Nodes, played: Grown, ledger: Ledger) -> str:
    """Ask that the mechanism is the menu listed: a fee, then the strike more for the second action than for the first, whatever is reported."""
    model, place = nodes.model, "certificate.menu"
    own = [i for i in model.players if any(model.period(t).sizes[i] > 1 for t in range(model.count))]
    if len(own) != 1:
        raise InputError("instance", "not one agent with something to tell", "ask virtual-pivot")
    (buyer,) = own
    entries = items(claim.certificate.get("menu"), place)
    names = model.period(0).signals[buyer]
    if len(entries) != len(names):
        raise InputError(place, f"length {len(entries)}", f"one entry for each of {len(names)} first signals")
    for k, value in enumerate(entries):
        at = f"{place}[{k}]"
        entry = table(value, at, ("signal", "fee", "strikes"))
        ledger.claim(entry["signal"] == names[k], f"{at}.signal: it is {show(names[k])}")
        fee = claim.numbers.fraction(entry["fee"], f"{at}.fee")
        equal(fee, played.payments[buyer][0][0][k], f"{at}.fee", ledger)
        strikes = items(entry["strikes"], f"{at}.strikes")
        if len(strikes) != model.count - 1:
            raise InputError(f"{at}.strikes", f"length {len(strikes)}", "one for each later period")
        for t, told in enumerate(strikes, start=1):
            strike = None if told is None else claim.numbers.fraction(told, f"{at}.strikes[{t - 1}]")
            _struck(nodes, played, (t, buyer, k), strike, f"{at}.strikes[{t - 1}]", ledger)
    return "The mechanism is the menu listed: a first report chooses a fee and strike prices, and later reports say what is bought. "


def _struck(
    nodes: Nodes, played: Grown, place: tuple[int, int, int], strike: Fraction | None, at: str, ledger: Ledger
) -> None:
    """Ask that one price goes with each action, and that the two differ by the strike; without one, that not both are taken at one price each."""
    t, buyer, first = place
    prices: dict[int, set[Fraction]] = {0: set(), 1: set()}
    span = nodes.counts[t] // nodes.profiles(0)
    for h in range(first * span, (first + 1) * span):
        for p, lottery in enumerate(played.lotteries[t][h]):
            if len(lottery) != 2 or max(lottery) != 1:
                raise Refuted(f"{at}: not two actions, or a lottery")
            prices[lottery.index(Fraction(1))].add(played.payments[buyer][t][h][p])
    one_each = len(prices[0]) == len(prices[1]) == 1
    ledger.claim(
        one_each == (strike is not None), f"{at}: a strike where two actions have one price each, and only there"
    )
    if strike is not None:
        equal(strike, min(prices[1]) - min(prices[0]), at, ledger)
