"""Parametric families of instances, each with the answers that can be proved beforehand.

`generate` makes an environment, `document_bytes` the bytes of its instance file: the same for the same family, parameters and seed on every machine. The answers stand in the file
under `x-expected` (see `mechsynth.suite.expected`), the family, its parameters and the seed under `x-family`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mechsynth.families.make import document_bytes, families, family_of, generate

__all__ = ["document_bytes", "families", "family_of", "generate"]


def __getattr__(name: str) -> Any:
    # Imported when first used: the command line reads its options from a room of this package.
    if name not in __all__:
        raise AttributeError(f"module 'mechsynth.families' has no attribute {name!r}")
    from mechsynth.families import make

    return getattr(make, name)
