"""What a competitor is: a way to get the numbers ready, which is not timed, and a way to decide them, which is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module, metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.families import Blocks

FEASIBLE, INFEASIBLE, UNKNOWN = 1, 0, -1


@dataclass(eq=False)
class Outcome:
    """What was decided.

    Attributes
    ----------
    verdicts:
        One line per block, one of `FEASIBLE`, `INFEASIBLE`, `UNKNOWN` per report.
    building:
        Seconds of the timed part that went into stating the programs, where it can be told apart.
    """

    verdicts: list[list[int]] | NDArray[np.int8]
    building: float | None = None


@dataclass(frozen=True)
class Competitor:
    """One way to decide blocks.

    Attributes
    ----------
    exact:
        Whether its verdicts are exact arithmetic's.
    certificate:
        What it hands over with a verdict, and where it has nothing.
    prepare:
        Turns blocks into its own numbers; not timed.
    decide:
        Decides every report of every block and fetches the certificates; timed.
    modules:
        What must be importable.
    """

    name: str
    title: str
    package: str
    exact: bool
    certificate: str
    prepare: Callable[[Blocks], Any]
    decide: Callable[[Any], Outcome]
    modules: tuple[str, ...] = field(default=())

    def version(self) -> str | None:
        """Return the version of its package, or ``None`` if it cannot be used here."""
        try:
            for name in self.modules:
                import_module(name)
            return metadata.version(self.package)
        except (ImportError, metadata.PackageNotFoundError):
            return None


def floats(blocks: Blocks) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Return every block as floats: beliefs and targets."""
    rows, targets = blocks.num / blocks.den, blocks.target_num / blocks.target_den
    return list(zip(rows, targets))


def integers(blocks: Blocks) -> list[tuple[list[list[int]], list[int]]]:
    """Return every block in whole numbers: with ``q = target_den · p``, the rows are ``num[k] · q ≥ target_num[k] · den``."""
    return [
        (rows, [c * blocks.den for c in targets])
        for rows, targets in zip(blocks.num.tolist(), blocks.target_num.tolist())
    ]
