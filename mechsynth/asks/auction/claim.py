"""What an answer claims of the auction in which the winner pays once more after the next bids.

The object is the winner's to value at ``z^i + γ Σ_{j≠i} z^j``; everybody bids ``B z``, ``B = 1 + γ (N − 1)``, the lowest bid wins. The winner pays the second-lowest bid ``B m``
now and ``(N γ / δ)(η − m)`` one period later. What a bid decides is only whether it wins, so the equilibrium is one row per bidder and profile, of the one of both
outcomes that the expected bid does not bring; that row covers every real bid. No other period's payoff hangs on a bid, since actions move no signals and what a
bidder pays looks at none of its own bids but through winning.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from mechsynth.check.asked import Asked
from mechsynth.check.envelope import Claim, witness
from mechsynth.check.exact import Array
from mechsynth.check.mechanism import Payments, read_transfers
from mechsynth.check.model import Model
from mechsynth.check.names import written
from mechsynth.check.text import items, number_text, show, table
from mechsynth.check.values import Values
from mechsynth.check.verdict import Ledger, Refuted, equal
from mechsynth.errors import InputError
from mechsynth.result.witness import Conflict


@dataclass(frozen=True)
class Object:
    """What a period sells: ``γ``, the numbers of everybody's signals, and who wins by each action."""

    weight: Fraction
    numbers: tuple[tuple[Fraction, ...], ...]
    winner: tuple[int, ...]

    def at(self, profile: tuple[int, ...]) -> list[Fraction]:
        """Return the numbers at a profile."""
        return [self.numbers[j][k] for j, k in enumerate(profile)]


def judge(claim: Claim, model: Model, rule: list[Array], values: Values, ledger: Ledger) -> str:
    """Check an answer about the auction; return the statement that is proved."""
    objects = _objects(model)
    if claim.status == "infeasible":
        return _refuted(claim, model, objects, ledger)
    assert claim.mechanism is not None
    certificate = table(claim.certificate, "certificate", ("auction",), ("ties",))
    entries = items(certificate["auction"], "certificate.auction")
    if len(entries) != len(objects):
        raise InputError(
            "certificate.auction", f"{len(entries)} entries", f"{len(objects)}, one a period with a next one"
        )
    paid = read_transfers(claim.mechanism["transfers"], model, rule, claim.numbers)
    for agent, payments in enumerate(paid[-1] if model.horizon is not None else []):
        nothing = payments.now is None and payments.later is None and payments.first is None
        ledger.claim(nothing, f"a payment of {show(model.agents[agent])} in the last period")
    for t, (entry, sold) in enumerate(zip(entries, objects, strict=True)):
        at = f"certificate.auction[{t}]"
        found = table(entry, at, ("weight", "numbers", "index"))
        equal(claim.numbers.fraction(found["weight"], f"{at}.weight"), sold.weight, f"{at}.weight", ledger)
        _numbers(claim, model, found["numbers"], sold, at, ledger)
        indices = _list(claim, model, found["index"], f"{at}.index")
        for agent in range(len(model.agents)):
            _bidder(model, objects, t, agent, indices[agent], ledger)
            _paid(model, rule[t], t, agent, (sold, indices[agent], paid[t][agent]), ledger)
    ends = "" if model.horizon is None else " before the last period"
    last = (
        ""
        if model.horizon is None
        else " In the last period one action is played whatever is reported, and nothing is paid on it."
    )
    return (
        f"In every period{ends} the auction in which the lowest bid wins and the winner pays the second-lowest bid now, and after the next bids the multiple of index less "
        "bid that is stated, has the bids stated as an equilibrium: after every history, at every profile of signals, whoever knows what of signals, bids and winners so far, no "
        "real number that a bidder might bid instead is worth more to it, however ties between bids are broken. The rule listed is what these bids lead to, it is efficient"
        f"{ends}, and the payments listed are what the auction takes at these bids.{last}"
    )


# -- the model ------------------------------------------------------------------------------------------------------------


def _objects(model: Model) -> list[Object]:
    """Return what every period sells that another follows.

    Raises
    ------
    InputError
        Where a period is no such sale, or an action moves a signal.
    """
    count = model.count if model.horizon is None else model.count - 1
    remedy = "ask implement of transfers winner-pay"
    if model.second:
        raise InputError("question.ask", "auction takes no public states, availability or outside options", remedy)
    if count < 1:
        raise InputError("question.ask", "auction: nothing follows the only period", remedy)
    found = []
    for t in range(count):
        kernel = model.kernel(t)
        assert kernel is not None
        sold = _object(model, t)
        if sold is None:
            raise InputError("question.ask", f"auction: no object of such values is sold{model.when(t)}", remedy)
        whole = kernel.weights.astype(object) * kernel.den[0][None, :, None]
        if (whole != kernel.weights[:1].astype(object) * kernel.den[:, :, None]).any():
            raise InputError("question.ask", f"auction: an action moves signals{model.when(t)}", remedy)
        found.append(sold)
    return found


def _object(model: Model, t: int) -> Object | None:
    period, count = model.period(t), len(model.agents)
    worth = [own.fractions() for own in period.utilities]
    gains = [[i for i in range(count) if any(v != 0 for v in worth[i][a])] for a in range(len(period.actions))]
    winner = tuple(own[0] for own in gains if len(own) == 1)
    if count < 2 or len(winner) != len(gains) or sorted(winner) != list(range(count)):
        return None
    value = [worth[i][winner.index(i)] for i in range(count)]
    places = list(np.ndindex(*period.sizes))
    number = {place: p for p, place in enumerate(places)}
    # two profiles that differ in one signal: the ratio of what it moves another's value and the own
    ratios = []
    for place in places:
        for j in range(count):
            base = number[(*place[:j], 0, *place[j + 1 :])]
            own = value[j][number[place]] - value[j][base]
            ratios += [(value[i][number[place]] - value[i][base]) / own for i in range(count) if own and i != j]
    if not ratios or any(ratio != ratios[0] for ratio in ratios) or ratios[0] <= 1:
        return None
    weight = ratios[0]
    numbers: list[dict[int, Fraction]] = [{} for _ in range(count)]
    for place in places:
        total = sum(value[i][number[place]] for i in range(count)) / (1 + weight * (count - 1))
        for i in range(count):
            z = (value[i][number[place]] - weight * total) / (1 - weight)
            if numbers[i].setdefault(place[i], z) != z:
                return None
    told = tuple(tuple(own[k] for k in range(size)) for own, size in zip(numbers, period.sizes, strict=True))
    sold = Object(weight, told, winner)
    for place in places:
        z = sold.at(place)
        if any(value[i][number[place]] != z[i] + weight * (sum(z) - z[i]) for i in range(count)):
            return None
    return sold


def _law(model: Model, t: int, agent: int) -> list[list[Fraction]]:
    """Return the chances of the others' next signals by profile."""
    kernel = model.kernel(t)
    assert kernel is not None
    weights = kernel.others(agent)[0].tolist()
    return [[Fraction(int(w), int(den)) for w in row] for row, den in zip(weights, kernel.den[0].tolist(), strict=True)]


def _outcomes(model: Model, objects: list[Object], t: int, agent: int) -> list[tuple[Any, ...]]:
    """Return what the next reports of the others tell, by their next signals: their numbers; in the last period the signals themselves."""
    after = model.following(t)
    rest = [j for j in range(len(model.agents)) if j != agent]
    every = product(*(range(model.period(after).sizes[j]) for j in rest))
    if after >= len(objects):
        return list(every)
    return [tuple(objects[after].numbers[j][k] for j, k in zip(rest, place, strict=True)) for place in every]


# -- a yes ------------------------------------------------------------------------------------------------------------------


def _numbers(claim: Claim, model: Model, told: object, sold: Object, at: str, ledger: Ledger) -> None:
    listed = _list(claim, model, told, f"{at}.numbers")
    for agent, own in enumerate(listed):
        ledger.claim(
            tuple(own) == sold.numbers[agent], f"{at}.numbers.{model.agents[agent]}: not what the utilities say"
        )


def _list(claim: Claim, model: Model, told: object, at: str) -> list[list[Fraction]]:
    found = table(told, at, model.agents)
    return [
        [
            claim.numbers.fraction(value, f"{at}.{name}[{k}]")
            for k, value in enumerate(items(found[name], f"{at}.{name}"))
        ]
        for name in model.agents
    ]


def _bidder(model: Model, objects: list[Object], t: int, agent: int, eta: list[Fraction], ledger: Ledger) -> None:
    """Ask that no bid of an agent gains: winning is worth at least 0 where its bid wins, at most 0 where it does not."""
    sold, period, name = objects[t], model.period(t), show(model.agents[agent])
    outcomes, law = _outcomes(model, objects, t, agent), _law(model, t, agent)
    if len(eta) != len(outcomes):
        raise InputError(f"certificate.auction[{t}].index", f"{len(eta)} numbers of {name}", f"{len(outcomes)}")
    seen: dict[tuple[Any, ...], Fraction] = {}
    for key, value in zip(outcomes, eta, strict=True):
        ledger.claim(seen.setdefault(key, value) == value, f"the index of {name}{model.when(t)} tells equal bids apart")
    count, gamma = len(model.agents), sold.weight
    for p, place in enumerate(np.ndindex(*period.sizes)):
        z = sold.at(place)
        least = min(z[j] for j in range(count) if j != agent)
        expected = sum((chance * value for chance, value in zip(law[p], eta, strict=True)), Fraction(0))
        worth = z[agent] + gamma * (sum(z) - z[agent])
        gain = worth - (1 + gamma * (count - 1)) * least - count * gamma * (expected - least)
        # a bid of the same number as the lowest of the others may win or lose: then both must be worth the same
        ways = ([gain] if z[agent] <= least else []) + ([-gain] if z[agent] >= least else [])
        for way in ways:
            words = f"bids of {name}{model.when(t)} at {period.name(p)}: another bid gains {number_text(-way)}"
            ledger.claim(way >= 0, words)


def _paid(
    model: Model, actions: Array, t: int, agent: int, told: tuple[Object, list[Fraction], Payments], ledger: Ledger
) -> None:
    """Ask that the rule gives the object to a lowest number, and that the payments listed are those of the auction."""
    (sold, eta, paid), period, name = told, model.period(t), show(model.agents[agent])
    count, nowhere = len(model.agents), Fraction(0)
    ledger.claim(paid.first is None, f"{name} pays once at the start")
    now = paid.now_at(period.sizes)
    scale = count * sold.weight / model.discount
    others = model.period(model.following(t)).sizes
    after = [place[:agent] + place[agent + 1 :] for place in np.ndindex(*others)]
    order = {place: k for k, place in enumerate(dict.fromkeys(after))}
    for p, place in enumerate(np.ndindex(*period.sizes)):
        z = sold.at(place)
        least = min(z[j] for j in range(count) if j != agent)
        wins = sold.winner[int(actions[p])] == agent
        ledger.claim(
            not wins or z[agent] <= least,
            f"{name} wins{model.when(t)} at {period.name(p)} with a bid that is not the lowest",
        )
        where = f"{name}{model.when(t)} at {period.name(p)}"
        due = (1 + sold.weight * (count - 1)) * least if wins else nowhere
        equal(now.at(p), due, f"the payment now of {where}", ledger)
        row = _later(paid, int(actions[p]), p, others)
        for q, own in enumerate(after):
            due = scale * (eta[order[own]] - least) if wins else nowhere
            equal(row[q], due, f"the payment later of {where}", ledger)


def _later(paid: Payments, action: int, profile: int, sizes: tuple[int, ...]) -> list[Fraction]:
    """Return what is paid later after an action and reports, by the next profile."""
    if paid.later is None:
        return [Fraction(0)] * int(np.prod(sizes))
    k = int(paid.later.index[action, profile])
    line = np.broadcast_to(np.asarray(paid.later.rows.num[k], dtype=object).reshape(paid.later.sizes), sizes)
    den = int(np.asarray(paid.later.rows.den, dtype=object).reshape(-1)[k])
    return [Fraction(int(value), den) for value in line.reshape(-1).tolist()]


# -- a no -------------------------------------------------------------------------------------------------------------------


def _refuted(claim: Claim, model: Model, objects: list[Object], ledger: Ledger) -> str:
    """Check multipliers of the equations that an index must meet."""
    found = witness(Conflict, claim.witness, "witness", claim.numbers)
    if found.conflict not in ((), ("index",)):
        raise InputError("witness.conflict", "not the equations of an index", "write [index]")
    listed, shortfall = found.multipliers, found.shortfall
    if not listed:
        raise Refuted("witness.multipliers: there are none")
    for t, agent in product(range(len(objects)), range(len(model.agents))):
        names = _rows(model, t, agent)
        if not set(listed) <= set(names):
            continue
        rates = {names[name]: rate for name, rate in listed.items()}
        law, outcomes = _law(model, t, agent), _outcomes(model, objects, t, agent)
        sums: dict[tuple[Any, ...], Fraction] = {}
        for p, rate in rates.items():
            for key, chance in zip(outcomes, law[p], strict=True):
                sums[key] = sums.get(key, Fraction(0)) + rate * chance
        who = f"{show(model.agents[agent])}{model.when(t)}"
        for left in sums.values():
            ledger.claim(left == 0, f"the multipliers of {who} leave {number_text(left)} on a next bid, not 0")
        places = list(np.ndindex(*model.period(t).sizes))
        total = sum((rate * sum(objects[t].at(places[p])) for p, rate in rates.items()), Fraction(0)) / len(
            model.agents
        )
        equal(shortfall, total, "witness.shortfall", ledger)
        ledger.claim(total > 0, f"witness.shortfall: {number_text(total)} is not above 0")
        return (
            f"No function of the others' next bids has the mean of everybody's numbers of today as its expectation for {who} (condition (2) of Liu 2025): the combination of "
            "profiles listed leaves every law of the next bids as it is and moves the mean. So the auction of that form, whose payment after the next bids is such an index less the bid, does "
            "not exist here. This says nothing of other payments by the winner."
        )
    raise InputError("witness.multipliers", "not rows of one agent in one period", "index AGENT (PROFILE)")


def _rows(model: Model, t: int, agent: int) -> dict[str, int]:
    when = "" if model.horizon is None else f"t={t + 1} "
    head, labels = f"index {written(model.agents[agent])} {when}", model.period(t).signals
    return {head + "(" + ",".join(map(written, place)) + ")": p for p, place in enumerate(product(*labels))}


def _needs(model: Model) -> None:
    _objects(model)


ASKED = Asked(
    judge,
    {"feasible": ("ties", "auction"), "infeasible": ("ties",)},
    classes=("contingent+now",),
    requires=("pepic",),
    ends=True,
    second=True,
    needs=_needs,
)
