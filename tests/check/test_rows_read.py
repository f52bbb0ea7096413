"""Whoever reads `rows.py` alone, with the names hidden, can write down every requirement: each says its formula first."""

from __future__ import annotations

import inspect
import re
from functools import partial
from typing import Any

import pytest

from mechsynth.check import rows

FORMULA = re.compile(r"``[^`]*(=|≥|≤)[^`]*``")


def maker(found: Any) -> Any:
    return found.func if isinstance(found, partial) else found


MAKERS = {maker(found).__name__: maker(found) for found in (*rows.REQUIREMENTS.values(), *rows.OBJECTIVES.values(), rows.bounded, rows.definitions, rows.truth, rows.lie)}


@pytest.mark.parametrize("name", sorted(MAKERS))
def test_a_requirement_reads_as_mathematics(name: str) -> None:
    first = (inspect.getdoc(MAKERS[name]) or "").split("\n\n")[0]
    assert FORMULA.search(first), first


def test_the_signs_are_explained() -> None:
    head = inspect.getdoc(rows) or ""
    for sign in ("X^i(θ)", "due^i(θ; h)", "G^i(ρ, θ)", "ρ = (r, θ^{-i})", "p^i", "O^i", "W", "Σ"):
        assert sign in head
