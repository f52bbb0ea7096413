"""The auction with a payment after the next bids, in words: who bids what, who wins, what the winner pays when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

from mechsynth.result.witness import Conflict
from mechsynth.words import reading, sections
from mechsynth.words.answers import ties_clause
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import Number, brief, counted, number
from mechsynth.words.reading import clean, fail, item, word

ROWS = 24


@dataclass(frozen=True)
class Sold:
    """One entry of ``certificate.auction``."""

    weight: Number
    numbers: dict[str, list[Number]]
    index: dict[str, list[Number]]

    def slope(self) -> Number:
        """Return what a bid is per unit of its number."""
        return 1 + self.weight * (len(self.numbers) - 1)


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.status == "infeasible":
        _fails(page, answer)
        return
    sold = _read(answer)
    finite = answer.names.finite
    ends = " before the last" if finite else ""
    page.say(
        f"Yes. In every period{ends} the object can be sold by sealed bids: the lowest bid wins (a signal raises what the object is worth to the others by more than what it is worth to its owner, so the lowest should have it), "
        "nobody but the winner pays, and it pays twice: the second-lowest bid at once, and one period later an amount that looks at the others' bids of both periods."
    )
    page.say(
        "No other bid gains, whatever real number it is, whatever the signals, and after every history: what a bid decides is only whether it wins, and winning is worth "
        "at least 0 to whoever wins and at most 0 to everybody else. So bids and winners may be disclosed or kept secret as the seller likes."
    )
    if finite:
        action = word(answer.constant) if answer.constant else "one action"
        page.say(
            f"Nothing follows the last period, so {action} is played there whatever is said, without payment. What everybody reports there counts as the next bids of the "
            "period before; nobody gains by a false report, and nobody loses by one."
        )
    for t, one in enumerate(sold):
        _prices(page, answer, one, t + 1 if finite else None)
    sections.transfers(page, answer, "What is paid at these bids, by the signals behind them")
    page.say(
        "A winner may want to leave before its second payment: that it is made was not asked, nor what anybody is left with. See audit. "
        + ties_clause(answer)
    )


def _prices(page: Page, answer: Answer, one: Sold, period: int | None) -> None:
    head = "What everybody bids" if period is None else f"What everybody bids in period {period}"
    labels = answer.names.at(period).signals
    page.head(head)
    rows = [
        [clean(agent), _label(labels, agent, k), brief(z), brief(one.slope() * z)]
        for agent, own in one.numbers.items()
        for k, z in enumerate(own)
    ]
    page.first_rows(("bidder", "signal", "number", "bid"), rows, ROWS)
    page.say(
        f"The object is worth to a bidder its own number and γ = {brief(one.weight)} times each number of the others. A bid is B = {brief(one.slope())} times the number. With b the "
        f"second-lowest bid, the winner pays b now and N γ / δ times (η − b / B) after the next bids, for N = {len(one.numbers)} bidders, the discount factor δ, and the index η below. Where "
        "others bid what nobody is expected to bid, the index may be anything."
    )
    then = answer.names.following(period)
    last = period is not None and then == answer.names.last
    own = answer.names.at(then).signals
    rows = []
    for agent, index in one.index.items():
        others = [name for name in one.numbers if name != agent]
        places = list(product(*(range(len(own[name])) for name in others))) if all(n in own for n in others) else []
        for k, eta in enumerate(index):
            told = (
                ", ".join(f"{clean(n)}: {_label(own, n, j)}" for n, j in zip(others, places[k], strict=True))
                if k < len(places)
                else f"no. {k + 1}"
            )
            rows.append([clean(agent), told, brief(eta)])
    page.head(
        "The index, by the others' next reports" if last else "The index, by the signals behind the others' next bids"
    )
    page.first_rows(("winner", "the others next", "index"), rows, ROWS)


def _label(signals: Mapping[str, tuple[str, ...]], agent: str, k: int) -> str:
    own = signals.get(agent, ())
    return clean(own[k]) if k < len(own) else f"no. {k + 1}"


def _fails(page: Page, answer: Answer) -> None:
    if not isinstance(answer.witness, Conflict):
        fail("witness.kind", "not farkas", "multipliers prove that there is no index")
    found, short = list(answer.witness.multipliers.items()), answer.witness.shortfall
    if not found or short <= 0:
        fail("witness", "multipliers that prove nothing")
    page.say(
        "No. The auction needs an index: a function of what the others bid next whose expectation is the mean of everybody's numbers of today, at every profile of signals. There is none."
    )
    page.head("Why")
    page.say(
        "Weigh the laws of the others' next reports at the profiles below with these rates: they cancel, and so does the expectation of every function of the next reports. The means of today, weighed so, come to "
        f"{brief(short)}."
    )
    page.columns(
        ("whose auction, at which signals", "rate"),
        [[clean(name.removeprefix("index ")), brief(rate)] for name, rate in found[:ROWS]],
    )
    if len(found) > ROWS:
        page.say(f"{counted(len(found) - ROWS, 'more rate')} in the file.")
    page.say(
        "This is about the auction of that form. Other payments by the winner alone may sell efficiently: ask implement with --transfers winner-pay; or contingent, where others may pay too."
    )


def _read(answer: Answer) -> list[Sold]:
    found = []
    for k, entry in enumerate(
        reading.sequence(item(answer.certificate, "auction", "certificate"), "certificate.auction")
    ):
        at = f"certificate.auction[{k}]"
        data = reading.mapping(entry, at)
        found.append(
            Sold(
                number(item(data, "weight", at), f"{at}.weight"),
                _lists(item(data, "numbers", at), f"{at}.numbers"),
                _lists(item(data, "index", at), f"{at}.index"),
            )
        )
    return found


def _lists(value: object, at: str) -> dict[str, list[Number]]:
    return {
        name: [number(z, f"{at}.{name}") for z in reading.sequence(own, f"{at}.{name}")]
        for name, own in reading.mapping(value, at).items()
    }


def short(answer: Answer) -> str | None:
    """Return what a row of a table says."""
    return "no index of the next bids" if answer.status == "infeasible" else None
