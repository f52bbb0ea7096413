"""The mechanism that earns the most, in words."""

from __future__ import annotations

from itertools import product
from typing import Any

from mechsynth.words import reading
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import brief, number, show
from mechsynth.words.reading import clean, fail, item, word

ROWS = 24  # of a menu
MOST = 8  # temptations that are told
_MEMORY = {
    "full": "all reports so far",
    "first-and-current": "the first and the current reports alone",
    "current": "the current reports alone",
}
_TRUTH = {
    "pepic": "truth is periodic ex post incentive compatible",
    "pbic": "truth is best given what an agent knows (its own signals, and all that was reported and done), also after its own lies",
}
_JOINING = {
    "entry": "every first signal that can occur expects at least what leaving is worth when it joins",
    "ex-post": "everybody expects at least what leaving is worth at every profile of first signals",
    "withdrawal": "every first signal that can occur expects at least what leaving is worth when it joins, nothing is paid before the last period, and there, "
    "whatever the signals that can occur, nobody has less than what leaving is worth",
}
_EFFICIENT = {
    "entry": " --require participation:entry",
    "ex-post": " --require participation:ex-post (of the profiles that can occur)",
    "withdrawal": " --require participation:entry (without the right to leave at the end)",
}


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.status == "infeasible":
        page.say(f"No mechanism is expected to earn {_budget(answer)} or more, {_of(answer)}.")
        page.say("What can be earned at most is the same question without --budget.")
        return
    if answer.bounds is not None:
        low, high = map(show, answer.bounds)
        page.say(
            f"The mechanism listed has {low}, and none has more than {high}: {_of(answer)}. Which is best was not settled."
        )
        if "periods" in answer.question:
            page.say(
                f"It has {word(reading.text(answer.question['periods'], 'question.periods'))} periods; after them an action is taken for ever that is worth nothing "
                "to anybody. The bound takes all that could follow as if it were as good as it could be: the more periods are looked at, the closer the two."
            )
        if "weights" in answer.question:
            page.say(
                "What a mechanism has is the weighted sum of what it is expected to earn and of the surplus that was asked about."
            )
        _menu(page, answer)
        return
    if answer.value is None:
        fail("result.value", "missing", "an answer to optimal states the largest value")
    value, comes = show(answer.value), "is" if answer.attained else "comes as close as one likes to"
    if "weights" in answer.question:
        revenue, surplus = reading.text(answer.question["weights"], "question.weights").split(",")
        page.say(
            f"{_times(revenue, 'what a mechanism is expected to earn', surplus, 'the surplus that it is expected to make')} {comes} {value} at the best, and no "
            f"mechanism has more: {_of(answer)}."
        )
    elif not answer.attained:
        page.say(
            f"Mechanisms can be expected to earn as close to {value} as one likes, and none earns as much: {_of(answer)}."
        )
    else:
        page.say(f"The best mechanism is expected to earn {value}, and none earns more: {_of(answer)}.")
    if not answer.attained:
        _limit(page, answer)
    _menu(page, answer)
    if answer.question.get("lotteries") == "no":
        page.say(
            "No action is drawn by lot here. The bound is made of parts: in each some actions are decided and the others may be drawn, and none of the parts has more."
        )
    else:
        _tempted(page, answer)
        _virtual(page, answer)
    incentives = reading.text(answer.question.get("incentives", "pepic"), "question.incentives")
    truth = "" if incentives == "pepic" else f" --require {word(incentives)}"
    page.say(
        "The rule is a choice here, and need not be efficient. What the efficient rule can earn is another question: --ask implement --transfers full+now"
        f"{truth}{_choice(answer, 'participation', 'entry', _EFFICIENT)} --objective max-revenue."
    )


def _times(first: str, this: str, second: str, that: str) -> str:
    """Return a weighted sum in words, at the start of a sentence."""
    parts = [
        what if weight == "1" else f"{weight} times {what}"
        for weight, what in ((first, this), (second, that))
        if weight != "0"
    ]
    joined = ", and ".join(parts)
    return joined[0].upper() + joined[1:] + (", together," if len(parts) > 1 else "")


def _budget(answer: Answer) -> str:
    return show(number(answer.question.get("budget"), "question.budget"))


def _of(answer: Answer) -> str:
    """Return of which mechanisms it is said."""
    memory = _choice(answer, "memory", "full", _MEMORY)
    truth = _choice(answer, "incentives", "pepic", _TRUTH)
    joining = _choice(answer, "participation", "entry", _JOINING)
    drawn = "actions, chosen for sure," if answer.question.get("lotteries") == "no" else "lotteries over actions"
    said = f"of all mechanisms whose {drawn} and whose payments look at {memory}, in which {truth} and {joining}"
    if answer.status != "infeasible" and "budget" in answer.question:
        said += f", and which are expected to earn at least {_budget(answer)}"
    return said


def _limit(page: Page, answer: Answer) -> None:
    """Tell that no mechanism has the value, and what the one that is listed has."""
    limit = reading.mapping(item(answer.certificate, "limit", "certificate"), "certificate.limit")
    had = show(number(item(limit, "earned", "certificate.limit"), "certificate.limit.earned"))
    page.say(
        f"That is a supremum: no mechanism has it, but some come as close as one likes, with payments that grow as what they follow grows unlikely. The one "
        f"listed has {had}."
    )


def _choice(answer: Answer, key: str, default: str, words: dict[str, str]) -> str:
    value = reading.text(answer.question.get(key, default), f"question.{key}")
    if value not in words:
        fail(f"question.{key}", f"{word(value)} is none", f"one of {', '.join(words)}")
    return words[value]


def _periods(answer: Answer) -> list[tuple[list[str], list[str]]] | None:
    """Return the names of profiles and of actions by period, where they are known."""
    found = []
    for t in range(len(reading.sequence(answer.tree, "mechanism.tree"))):
        period = answer.names.at(t + 1)
        if not period.actions:
            return None
        own = [labels for name, labels in period.signals.items() if name not in period.lone]
        profiles = [", ".join(map(clean, profile)) for profile in product(*own)]
        found.append((profiles, [clean(action) for action in period.actions]))
    return found


def _menu(page: Page, answer: Answer) -> None:
    """Tell what the first reports, and those of the next period, lead to."""
    names = _periods(answer)
    tree: Any = answer.tree
    if names is None:
        return
    first, actions = names[0]
    paid = tree[0]["payments"]
    agents = list(paid)
    rows = [
        [name, _drawn(tree[0]["allocation"][p], actions), _paid([paid[agent][p] for agent in agents], agents)]
        for p, name in enumerate(first)
    ]
    page.head("What each first report is offered")
    page.columns(("reports", "action", "payments"), rows[:ROWS])
    if len(tree) < 2:
        return
    second, moves = names[1]
    table, owed = tree[1]["allocation"], tree[1]["payments"]
    if isinstance(table[0][0][0], list):  # actions move signals, or it is longer than two periods
        return
    rows = [
        [
            name if len(table) == len(first) else "any",
            after,
            _drawn(table[p][q], moves),
            _paid([owed[agent][p][q] for agent in agents], agents),
        ]
        for p, name in enumerate(first[: len(table)])
        for q, after in enumerate(second)
    ]
    page.head("And in period 2")
    page.first_rows(("first", "then", "action", "payments"), rows, ROWS)


def _drawn(lottery: list[str], actions: list[str]) -> str:
    chances = [(number(chance, "mechanism.tree"), name) for chance, name in zip(lottery, actions, strict=True)]
    return ", ".join(
        name if chance == 1 else f"{name} with chance {brief(chance)}" for chance, name in chances if chance
    )


def _paid(values: list[str], agents: list[str]) -> str:
    amounts = [(number(value, "mechanism.tree"), agent) for value, agent in zip(values, agents, strict=True)]
    return ", ".join(f"{clean(agent)} {brief(amount)}" for amount, agent in amounts if amount) or "0"


def _tempted(page: Page, answer: Answer) -> None:
    """Tell whose lies hold the revenue back, the heaviest first."""
    entries = reading.sequence(item(answer.certificate, "tempted", "certificate"), "certificate.tempted")
    found = []
    for k, value in enumerate(entries):
        place = f"certificate.tempted[{k}]"
        entry = reading.mapping(value, place)
        agent = reading.text(item(entry, "agent", place), f"{place}.agent")
        told: Any = reading.mapping(item(entry, "signals", place), f"{place}.signals")
        past = reading.sequence(item(entry, "history", place), f"{place}.history")
        own: Any = [reading.mapping(p, place).get("signals") for p in past]
        before = ", ".join(clean(str(p.get(agent, ""))) for p in own if isinstance(p, dict))
        line = f"{clean(agent)} with {clean(str(told.get(agent, '')))} reporting {clean(str(entry.get('report', '')))}"
        lone = answer.names.at(len(past) + 1).lone
        others = ", ".join(f"{clean(j)} has {clean(str(own))}" for j, own in told.items() if j not in {agent, *lone})
        line += f", where {others}" if others else ""
        found.append(
            (number(entry.get("weight"), f"{place}.weight"), line + (f", after it reported {before}" if before else ""))
        )
    if not found:
        page.say("Nobody's lie holds the value back: it is what is left when everybody is kept in.")
        return
    found.sort(key=lambda pair: -pair[0])
    page.head("Who is tempted to be whom")
    page.first_items([f"{line}: {brief(weight)}" for weight, line in found], MOST)
    page.say(
        "The numbers are multipliers: by how much the bound would rise for every unit that the lie were to cost (they need not be the only ones). "
        "A report that others are tempted by is worth less to the designer than the surplus it brings: it is held back, or sold for less."
    )


def _virtual(page: Page, answer: Answer) -> None:
    """Tell what actions are worth to the designer where that is not the surplus."""
    if "virtual" not in answer.certificate:
        return
    rows = []
    for k, value in enumerate(reading.sequence(answer.certificate["virtual"], "certificate.virtual")):
        place = f"certificate.virtual[{k}]"
        entry: Any = reading.mapping(value, place)
        surplus, worth = (number(item(entry, key, place), f"{place}.{key}") for key in ("surplus", "virtual"))
        if surplus == worth:
            continue
        past = reading.sequence(item(entry, "history", place), f"{place}.history")
        lone = answer.names.at(len(past) + 1).lone
        told = [
            ", ".join(
                clean(str(s)) for j, s in reading.mapping(item(step, "signals", place), place).items() if j not in lone
            )
            for step in [*past, entry]
        ]
        rows.append((" then ".join(told), clean(str(item(entry, "action", place))), brief(surplus), brief(worth)))
    if not rows:
        return
    page.head("What is held back")
    page.first_rows(("reports", "action", "surplus", "worth to the designer"), rows, ROWS)
    page.say(
        "What an action is worth to the designer, its virtual value, is the surplus less what its temptations cost, by these multipliers; everywhere else it is the surplus. "
        + (
            "The best mechanism takes an action of the largest virtual value, where later periods do not hang on it."
            if answer.attained
            else ""
        )
    )


def short(answer: Answer) -> str | None:
    """Return the value, for a row of a table."""
    if answer.value is None:
        return None
    return f"{'has' if 'weights' in answer.question else 'earns'} {brief(answer.value)}"
