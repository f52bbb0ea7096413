"""The virtual pivot mechanism in words."""

from __future__ import annotations

from itertools import product
from typing import Any

from mechsynth.words import reading
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import brief, number, show
from mechsynth.words.reading import clean, fail, item

ROWS = 24  # first reports whose fees are told
_WHAT = {
    "kln": "The first reports fix weights; then actions have the largest weighed surplus, and each agent is left what it adds for the others, per unit of its weight.",
    "grid": "The first report fixes a strike price, the least value that is served up to it; the buyer has the item at that price if it wants it.",
}
_WHOM = {
    "rule": "Excluded are first signals without a positive weight, and those that add nothing.",
    "best": "Excluded are first signals below the cutoff at which the mechanism earns the most.",
}


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.value is None:
        fail("result.value", "missing", "an answer to virtual-pivot states what it earns")
    part = reading.mapping(item(answer.certificate, "relaxed", "certificate"), "certificate.relaxed")
    bound = number(item(part, "value", "certificate.relaxed"), "certificate.relaxed.value")
    page.say(
        f"The virtual pivot mechanism is expected to earn {show(answer.value)}. In it truth is periodic ex post incentive compatible after every history, and every first signal "
        "that can occur expects at least what leaving is worth."
    )
    if bound == answer.value:
        page.say("That is the bound of the first report, so no mechanism earns more.")
    else:
        page.say(
            f"The bound of the first report is {show(bound)}: {show(bound - answer.value)} more. Whether another mechanism earns more is another question: optimal."
        )
    chosen = [answer.question.get("strikes", "kln"), answer.question.get("exclude", "rule")]
    page.say(f"{_WHAT.get(str(chosen[0]), '')} {_WHOM.get(str(chosen[1]), '')}".strip())
    _fees(page, answer)
    page.say(
        "Fees are the largest that keep first reports honest on this grid, by shortest paths. The fees of the envelope formula, discretized, may break incentives."
    )


def _fees(page: Page, answer: Answer) -> None:
    tree: Any = answer.tree
    paid = tree[0]["payments"]
    period = answer.names.at(1)
    own = [labels for name, labels in period.signals.items() if name not in period.lone]
    names = [", ".join(map(clean, profile)) for profile in product(*own)]
    rows = [
        [name, *(brief(number(values[k], "mechanism.tree")) for values in paid.values())]
        for k, name in enumerate(names)
    ]
    page.head("Fees by first reports")
    page.first_rows(("reports", *map(clean, paid)), rows, ROWS)


def short(answer: Answer) -> str | None:
    """Return the value, for a row of a table."""
    return None if answer.value is None else f"earns {brief(answer.value)}"
