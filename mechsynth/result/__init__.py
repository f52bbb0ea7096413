"""What files may say: questions, statuses, answers. No mathematics."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from mechsynth.result.status import Status, Strength

if TYPE_CHECKING:
    from mechsynth.result.answer import FORMAT, Result, labels, read_result

__all__ = ["FORMAT", "Result", "Status", "Strength", "labels", "read_result"]


def __getattr__(name: str) -> Any:
    # Results know environments, which are arrays; whoever needs the words alone does not load them.
    if name not in __all__:
        raise AttributeError(f"module 'mechsynth.result' has no attribute {name!r}")
    return getattr(import_module("mechsynth.result.answer"), name)
