"""What a notebook shows of an object. The model knows no page: `mechsynth.report` says here how to draw it, and is loaded from here alone."""

from __future__ import annotations

from functools import singledispatch
from importlib import import_module

ROOM = "mechsynth.report.notebook"


@singledispatch
def drawn(thing: object) -> str | None:
    """Return an object as HTML; ``None`` where nobody knows how. The room named above registers what it can draw."""
    return None


def html(thing: object) -> str | None:
    """Return an object as HTML for a notebook, or ``None``."""
    import_module(ROOM)
    return drawn(thing)
