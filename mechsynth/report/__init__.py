"""Results, mechanisms and environments to look at: one self-contained page, and fragments for notebooks.

A page holds no scripts and asks nothing of the network. Labels come from files that strangers wrote and are only ever shown as
text. Floats place points and arrows; every number that is written out is exact, or marked as rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mechsynth.report.subject import Subject

__all__ = ["page"]


def page(subject: Subject) -> str:
    """Return the whole page about a result, as HTML; see `mechsynth.report.subject.open_subject`."""
    from mechsynth.report.pages import whole

    return whole(subject)
