"""The last period on its own, in words."""

from __future__ import annotations

from mechsynth.words import constructions
from mechsynth.words.answers import rule_words
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.witnesses import Aim

AIM = Aim(ends=False)
short = constructions.short


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    if answer.status != "feasible":
        constructions.fails(page, answer, AIM)
        return
    last = answer.names.last
    when = "In the last period" if last is None else f"In period {last}"
    lead = "The" if last == 1 else f"{when}, taken by itself, the"
    covers = f"What is proved covers this rule and these transfers. {AIM.not_asked}"
    constructions.works(
        page,
        answer,
        [
            f"Yes. {lead} payments below implement {rule_words(answer)} ex post: whatever everybody's signals, no agent gains by "
            "a false report while the others are truthful. They look only at the reports of that period."
        ],
        f"{covers} Earlier periods were not asked about either." if (last or 2) > 1 else covers,
    )
