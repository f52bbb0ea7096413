"""A bound on revenue, in words."""

from __future__ import annotations

from itertools import pairwise

from mechsynth.words import reading
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import brief, number, show
from mechsynth.words.reading import clean, fail, item

MOST = 8  # temptations that are told
ROWS = 24  # virtual values that are told


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.value is None:
        fail("result.value", "missing", "an answer to relaxed states the bound")
    revealed = answer.question.get("reveal") == "shocks"
    page.say(
        f"A bound: no mechanism earns more than {show(answer.value)}, whatever its rule and its payments, if truth is an equilibrium of it and every first signal that can occur "
        "expects at least what leaving is worth. It is not said that one earns that: optimal says what can be earned, gap how far apart the two are."
    )
    page.say(
        "It is exactly what could be earned if the only lies were consistent ones: a wrong first report, followed by the chain that goes with it, signal by signal in the order of the file. "
        "Other lies in later periods are left aside."
        + (
            " Besides, the designer sees what moves later signals, and may let the rule look at it: that can only raise the bound."
            if revealed
            else ""
        )
    )
    _tempted(page, answer)
    if "closed" in answer.certificate:
        _closed(page, answer)


def _tempted(page: Page, answer: Answer) -> None:
    entries = reading.sequence(item(answer.certificate, "tempted", "certificate"), "certificate.tempted")
    found = []
    for k, value in enumerate(entries):
        place = f"certificate.tempted[{k}]"
        entry = reading.mapping(value, place)
        agent, own, told = (
            reading.text(item(entry, key, place), f"{place}.{key}") for key in ("agent", "signal", "report")
        )
        found.append(
            (
                number(entry.get("weight"), f"{place}.weight"),
                f"{clean(agent)} with {clean(own)} reporting {clean(told)}",
            )
        )
    if not found:
        page.say("No first report has to be bought: the bound is the whole surplus, less what leaving is worth.")
        return
    found.sort(key=lambda pair: -pair[0])
    page.head("Whose first report has to be bought")
    page.first_items([f"{line}: {brief(weight)}" for weight, line in found], MOST)
    page.say("The numbers are multipliers: by how much the bound would rise for every unit that the lie were to cost.")


def _closed(page: Page, answer: Answer) -> None:
    """Tell Yoon's closed form: what it comes to, whether it is exact, and virtual values, with what they assume."""
    place = "certificate.closed"
    entry = reading.mapping(item(answer.certificate, "closed", "certificate"), place)
    value = number(item(entry, "value", place), f"{place}.value")
    assert answer.value is not None
    page.head("The closed form")
    page.say(
        f"If every first signal were tempted by the next lower one alone, with the multiplier 1 − F, virtual values would come to {show(value)} (Myerson 1981; Yoon 2021a, section 2, ψ)."
    )
    if value == answer.value:
        page.say("So they do here: no other lie about the first signal counts.")
    else:
        page.say(
            f"That is {show(value - answer.value)} too much: what it assumes does not hold, other lies about the first signal count as well."
        )
    rows = []
    for k, each in enumerate(reading.sequence(item(entry, "virtual", place), f"{place}.virtual")):
        told = reading.mapping(each, f"{place}.virtual[{k}]")
        values = [number(v, f"{place}.virtual[{k}]") for v in reading.sequence(item(told, "values", place), place)]
        if len(values) == 2:
            names = [clean(str(name)) for name in reading.sequence(item(told, "reports", place), place)]
            rows.append((names, values[1] - values[0]))
    if not rows:
        return
    page.head("Virtual values of the second action, less those of the first")
    page.first_rows(("reports", "virtual value"), [(" then ".join(names), brief(v)) for names, v in rows], ROWS)
    for (one, low), (two, high) in pairwise(rows):
        if len(one) == len(two) and one[:-1] == two[:-1] and high < low:
            told_ = f"from {show(low)} at {' then '.join(one)} to {show(high)} at {' then '.join(two)}"
            page.say(f"They are not monotone: they fall {told_}. A rule that follows them may then be out of reach.")
            return


def short(answer: Answer) -> str | None:
    """Return the bound, for a row of a table."""
    return None if answer.value is None else f"at most {brief(answer.value)}"
