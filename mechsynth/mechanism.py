"""Allocation and transfers as data: what a result file carries under ``mechanism``.

A table's axes say what the transfer may look at: ``now[θ^1]…[θ^N]`` is paid in the period of the report,
``later[a][θ^1]…[θ^N][θ'^1]…[θ'^N]`` one period after it. An axis of length 1 is one that the transfer does not look at.
A payment is positive when the agent pays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from mechsynth.display import html
from mechsynth.efficient import Rule
from mechsynth.environment import Environment
from mechsynth.given import Given
from mechsynth.rational import IntArray, Rationals, nest, ratio_strings


@dataclass(eq=False)
class Table:
    """One agent's transfers of one kind in one period.

    Attributes
    ----------
    entries:
        The payments, in the axes of ``now`` or ``later``.
    rows:
        Lotteries that stand in place of the entries, by the flat index of what precedes the next reports: those whose
        denominators are their own.
    """

    entries: Rationals
    rows: Mapping[int, Rationals] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, ...]:
        """The lengths of the axes."""
        return self.entries.shape

    def _width(self) -> int:
        """Return the number of outcomes of the next reports that the transfer looks at."""
        return next(iter(self.rows.values())).shape[0]

    def payment(self, *index: int) -> Fraction:
        """Return one payment; an index along an axis of length 1 is ignored."""
        place = tuple(0 if length == 1 else k for k, length in zip(index, self.shape, strict=True))
        if self.rows:
            row, column = divmod(int(np.ravel_multi_index(place, self.shape)), self._width())
            if row in self.rows:
                return self.rows[row].fraction(column)
        return self.entries.fraction(*place)

    def document(self, shrink: bool = False) -> Any:
        """Return nested lists of exact strings.

        Parameters
        ----------
        shrink:
            Whether an axis along which the payments are constant gets length 1: they do not look at it.
        """
        flat = ratio_strings(np.ascontiguousarray(self.entries.num).ravel(), self.entries.den)
        for row, lottery in self.rows.items():
            width = lottery.shape[0]
            flat[row * width : (row + 1) * width] = ratio_strings(lottery.num, lottery.den)
        return nest(*_shrunk(flat, self.shape)) if shrink else nest(flat, self.shape)


def _shrunk(flat: list[str], shape: tuple[int, ...]) -> tuple[list[str], tuple[int, ...]]:
    """Return entries in C order and their shape with every axis along which they are constant of length 1."""
    table = np.array(flat, dtype=object).reshape(shape)
    for axis, length in enumerate(shape):
        first = table.take([0], axis=axis)
        # the second entry along the axis tells most of them apart
        if length > 1 and bool((table.take([1], axis=axis) == first).all()) and bool((table == first).all()):
            table = first
    return (flat, shape) if table.shape == shape else (table.ravel().tolist(), table.shape)


@dataclass(frozen=True, eq=False)
class Mechanism:
    """A rule and its transfers.

    Attributes
    ----------
    environment:
        The model it is for.
    actions:
        The action of every profile, an integer array per distinct period.
    transfers:
        Per distinct period ``{agent: {"now": Table, "later": Table}}``, either key may be missing; ``None`` where a result
        speaks of the rule alone.
    given:
        The rule, where it is no rule that takes one action at every profile, or one that somebody gave.
    """

    environment: Environment
    actions: tuple[IntArray, ...]
    transfers: tuple[Mapping[str, Mapping[str, Table]], ...] | None = None
    given: Given | None = None

    @classmethod
    def of_rule(cls, rule: Rule) -> Mechanism:
        """Return the rule without transfers."""
        return cls(rule.environment, rule.actions)

    def _repr_html_(self) -> str | None:
        """Return what a notebook shows: the rule and the payments."""
        return html(self)

    def allocation(self) -> list[dict[str, Any]]:
        """Return the records of the rule: every profile of every period."""
        if self.given is not None:
            return self.given.allocation()
        environment = self.environment
        records: list[dict[str, Any]] = []
        for t in range(1, environment.last + 1):
            period = environment.period(t)
            chosen = self.actions[min(t, len(self.actions)) - 1].ravel().tolist()
            for profile, action in zip(product(*period.signals), chosen, strict=True):
                record: dict[str, Any] = {} if environment.horizon is None else {"period": t}
                record["signals"] = dict(zip(environment.agents, profile, strict=True))
                record["action"] = period.actions[action]
                records.append(record)
        return records

    def document(self) -> dict[str, Any]:
        """Return the JSON object of the mechanism, transfers as tables; an axis along which a table is constant has length 1."""
        result: dict[str, Any] = {"allocation": self.allocation()}
        if self.transfers is not None:
            tables = [
                {
                    name: {kind: table.document(shrink=True) for kind, table in kinds.items()}
                    for name, kinds in period.items()
                }
                for period in self.transfers
            ]
            result["transfers"] = tables[0] if self.environment.horizon is None else tables
        return result
