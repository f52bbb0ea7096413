"""What it is worth to hear each agent in time, in words."""

from __future__ import annotations

from fractions import Fraction

from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import brief, show
from mechsynth.words.reading import clean, fail, word


def _worth(answer: Answer) -> dict[str, Fraction]:
    """Read what each agent's reports are worth."""
    found = answer.needed("worth", dict[str, Fraction])
    for agent, lost in found.items():
        if lost < 0:
            fail(f"certificate.worth.{agent}", "it is negative: who knows less cannot do better")
    return found


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.value is None:
        fail("result.value", "missing", "an answer to worth states the expected surplus")
    page.say(
        f"The efficient rule is expected to give a social surplus of {show(answer.value)}. Suppose that one agent's signal became known only after the "
        "action of its period, while the others are heard in time. The most that can be reached then is less, by what hearing the agent is worth:"
    )
    rows = [[clean(agent), brief(lost), brief(answer.value - lost)] for agent, lost in _worth(answer).items()]
    page.columns(("agent", "worth", "most surplus without"), rows)
    page.say(
        "An agent that is never heard is missed at least as much. Incentives were not asked about: this is what truthful reports are worth to all "
        "together, not what an agent can be paid for them. It is the same for every efficient rule."
    )


def short(answer: Answer) -> str | None:
    """Return where the answer turns, for a row of a table."""
    found = _worth(answer)
    if not found:
        return None
    most = max(found, key=lambda agent: found[agent])
    return f"{word(most)} is missed most, by {brief(found[most])}"
