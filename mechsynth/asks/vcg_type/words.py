"""Residual claimants by VCG-type transfers, in words."""

from __future__ import annotations

from mechsynth.words import constructions
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.witnesses import Aim

short = constructions.short


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of a proved answer on a page."""
    constructions.tell(page, answer, AIM)


AIM = Aim()
