"""An answer of a question without words of its own: the verdict, what was asked, the value and the payments."""

from __future__ import annotations

from mechsynth.words import answers, asked, sections
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.numbers import show


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    ask = asked.declared(answer.ask)
    assert ask is not None
    page.say(f"{ask.title} {answer.status.capitalize()}.")
    if answer.value is not None:
        what = ask.value or "value"
        page.say(f"{what[0].upper()}{what[1:]}: {show(answer.value)}.")
    if answer.transfers is not None:
        sections.transfers(page, answer)
    page.say(f"What is proved covers {answers.rule_words(answer).rstrip(',')}.", answers.ties_clause(answer))
