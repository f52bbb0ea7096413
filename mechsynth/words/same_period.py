"""Convex independence and spanning of beliefs about reports of the same period, in words: what holds, what fails and why, and what theorem that is the premise of."""

from __future__ import annotations

from mechsynth.result.witness import Dependence, Mixture, Prepared, Witness
from mechsynth.words import within
from mechsynth.words.answers import ties_clause
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.names import Names
from mechsynth.words.numbers import show
from mechsynth.words.reading import fail, sequence, word
from mechsynth.words.typed import Foreign, witness

MOST = 24  # lies that are listed

_CONVEX = "no signal of an agent makes her believe, of the others' reports of the same period, a mixture of what her other signals make her believe"
_LATER = (
    "for every report some lottery on the others' reports of the period is worth 0 to her who has that signal, whatever her own signal of the period before, and more than 0 to her who "
    "has another one"
)
_EXTRACT = (
    "for every rule and all utilities there are payments that look at the reports of the period under which truth is a best reply to truth given what each agent knows (pbic) and which "
    "leave every possible signal, in expectation, exactly what leaving is worth (Crémer and McLean 1988). Such payments charge for a report what the rule is worth to her who has "
    "that signal, less leaving, and a large multiple of its lottery; reports of signals that nobody has are fined. Nothing is said of budgets, or of what a payment can be once the "
    "others' reports are known."
)
_NOT_EXTRACT = (
    "for some utilities, even with a rule that always takes one action, no payments under which truth is a best reply to truth given what each agent knows (pbic) leave every signal "
    "exactly what leaving is worth: her other signals expect of the payments for this report, on average, what it expects. For the utilities of this instance it does not say so: "
    "that is the question implement with pbic, participation:interim and surplus:full."
)
_SPANS = (
    "with one period, for every rule and all utilities: where some payments make truth best ex post (pepic), some do that leave every possible signal, in expectation, exactly what "
    "leaving is worth (Crémer and McLean 1985). A charge that does not look at the own report is added, which expects of every signal its own amount."
)
_NOT_SPANS = (
    "with one period, for some utilities, even with a rule that always takes one action, no payments that make truth best ex post (pepic) leave every signal exactly what leaving is "
    "worth: then they cannot look at the own report, and expect of these signals amounts that are tied to each other. Given what each agent knows (pbic) convex independence is enough, "
    "which asks less."
)


def asked(answer: Answer) -> bool:
    """Say whether an answer is about beliefs within a period."""
    return answer.question.get("beliefs") == "within"


def short(answer: Answer) -> str:
    """Return where the answer turns, for a row of a table."""
    found = answer.witness
    if isinstance(found, (Mixture, Prepared)):
        return f"{word(found.agent)}, signal {word(found.type_)}"
    return word(found.agent) if isinstance(found, Dependence) else ""


def tell(page: Page, answer: Answer, heading: str, *, linear: bool) -> None:
    """Put the explanation of a proved answer on a page; ``linear``: about linear independence."""
    holds = answer.status == "holds"
    page.say(f"{'Yes' if holds else 'No'}. {heading} {'holds' if holds else 'fails'} within a period.")
    if linear:
        says = "what the possible signals of an agent make her believe of the others' reports of the same period is linearly independent"
        page.say(f"It asks that {says}.")
        if not holds:
            assert answer.witness is not None
            within.why(page, answer.witness)
        page.say(f"What it means: {_SPANS if holds else _NOT_SPANS}")
        page.say(within.SETTING)
        return
    _convex(page, answer)


def _convex(page: Page, answer: Answer) -> None:
    once = answer.names.last == 1
    failed = _failures(answer)
    mixture = next((each for each in failed if isinstance(each, Mixture)), None)
    prepared = next((each for each in failed if isinstance(each, Prepared)), None)
    first = answer.certificate.get("first") is not None
    start = "" if once else "In the first period: "
    if mixture is not None or first:
        text = f"{start}it {'holds' if first else 'fails'} that {_CONVEX}."
        page.say(text[0].upper() + text[1:])
        if mixture is not None:
            within.why(page, mixture)
        if once:
            page.say(f"What it means: with one period, {_EXTRACT if first else _NOT_EXTRACT}")
    if not once:
        _later(page, answer, prepared, first)
    page.say(within.SETTING if once else _setting(answer), ties_clause(answer) if answer.scope == "policy" else "")


def _failures(answer: Answer) -> list[Witness | Foreign]:
    if answer.status == "holds":
        return []
    place = "certificate.failures"
    listed = answer.certificate.get("failures")
    if listed is None:
        return [] if answer.witness is None else [answer.witness]
    return [witness(value, f"{place}[{k}]") for k, value in enumerate(sequence(listed, place))]


def _later(page: Page, answer: Answer, prepared: Prepared | None, first: bool) -> None:
    """Say what holds from the second period on, and what it gives together with the first period."""
    actions = "every action" if answer.scope == "all" else "every action that the rule takes for some report"
    what = f"From the second period on, after {actions} and whatever the others' signals before: it "
    page.say(f"{what}{'holds' if prepared is None else 'fails'} that {_LATER}.")
    if prepared is not None:
        _why(page, prepared, answer.names)
        page.say(
            "What it means: nothing yet. The condition is enough for every rule and all utilities, and not needed for those of the instance: that is the question implement with pbic."
        )
        return
    rule = "every rule and all utilities" if answer.scope == "all" else "this rule, whatever the utilities,"
    begin = (
        "in every period, and with payments in the first one that look at its reports (class full+now),"
        if first
        else "from the second period on, with payments that look at the reports of two periods and the action between them (class full),"
    )
    page.say(
        f"What it means: for {rule} truth can be made a best reply to truth given what each agent knows, after every history and every own lie (pbic), {begin} by large multiples of "
        "such lotteries. To an agent who tells the truth they are worth nothing in expectation, whatever she said before, so no earlier lie gains by them."
        + ("" if first else " Of the first period nothing is said.")
    )


def _why(page: Page, found: Prepared, names: Names) -> None:
    """List the lies that no lottery tells from the report."""
    given = within.known(found.seen)
    others = ", ".join(f"{word(agent)} {word(signal)}" for agent, signal in found.others.items())
    if not found.weights:
        fail("witness.weights", "no lies")
    when = "" if found.period is None else f" of period {found.period}"
    rows = [
        (word(own), word(before), show(rate)) for own, rates in found.weights.items() for before, rate in rates.items()
    ]
    page.say(
        f"Where {word(found.agent)} reports {word(found.type_)} after the action {word(found.action)}{when}, with the others' signals before ({others}){given}: to people with other "
        "signals, at the rates listed, the others' reports look together like a combination of what they look like to people who do have that signal."
    )
    page.head("Rates of those who have another signal")
    page.columns(("signal", "signal before", "rate"), rows[:MOST])
    if len(rows) > MOST:
        page.say(f"... and {len(rows) - MOST} more; they stand in the file.")
    parts = [f"{word(h)}: {show(y)}" for h, y in found.mixed.items()]
    page.say(f"The combination is of her signals before, with these factors: {', '.join(parts) or 'none'}.")


def _setting(answer: Answer) -> str:
    first = (
        ""
        if answer.certificate.get("first") is not None or _mixed(answer)
        else " There is no prior, so nothing is said of the first period."
    )
    return (
        "It is about agents who know their own signals (and what is public), now and before, while the others report the truth. Reports and actions are seen by all; that an agent said "
        f"something false before, she alone knows. Utilities have no part in it.{first}"
    )


def _mixed(answer: Answer) -> bool:
    return any(isinstance(each, Mixture) for each in _failures(answer))
