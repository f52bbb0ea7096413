"""What a question declares, and its own words: the module ``words`` of its folder, loaded by name from here alone."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from mechsynth.result.ask import Ask, found, part


def declared(name: str) -> type[Ask] | None:
    """Return the class of a question; None for a question of another version."""
    return found(name)


def words_of(name: str) -> Any:
    """Return the words of a question: a module with ``tell(page, answer)``, those of any question where it has none of its own."""
    return part(name, "words") or import_module("mechsynth.words.plain")
