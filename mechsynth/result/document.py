"""A result file as a typed record: ``mechsynth-result/1``, read strictly and written back byte for byte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from mechsynth.result.codec import Record, always, exact, read, write
from mechsynth.result.witness import Witness

FORMAT = "mechsynth-result/1"
STATUS = Literal["feasible", "infeasible", "optimal", "unbounded", "holds", "fails", "unknown"]
STRENGTH = Literal["exact", "verified", "numerical"]


@dataclass(frozen=True, kw_only=True)
class About(Record):
    """The instance that a result is about.

    Attributes
    ----------
    name, sha256:
        Its name, and the digest of its file.
    normalized:
        Whether rows of probabilities were divided by their sums when it was read.
    """

    name: str
    sha256: str
    normalized: bool = False


@dataclass(frozen=True, kw_only=True)
class Played(Record):
    """One entry of a rule: what is done after one profile.

    Attributes
    ----------
    period:
        From 1; ``None`` when the horizon is infinite.
    signals:
        The profile, by agent.
    action:
        What is done; of a lottery the probability of every action that it may draw.
    """

    period: int | None = None
    signals: Mapping[str, str]
    action: str | Mapping[str, Fraction]


@dataclass(frozen=True, kw_only=True)
class Payment(Record):
    """One entry of transfers written as records; what is left out it does not look at, and entries that fit the same event add up.

    Attributes
    ----------
    agent, payment:
        Who pays, and how much.
    period:
        The period of the report, from 1; ``None`` when the horizon is infinite, or for every period.
    reports, action, next:
        What it looks at; with ``next`` it is paid one period later, with a list of them once the last is there.
    """

    agent: str
    period: int | None = None
    reports: Mapping[str, str] | None = None
    action: str | None = None
    next: tuple[Mapping[str, str], ...] | Mapping[str, str] | None = None
    payment: Fraction


@dataclass(frozen=True, kw_only=True)
class Tree(Record):
    """Lotteries and payments by history, of format 2.

    Attributes
    ----------
    tree:
        One object a period: ``{"allocation": [θ_1](a_1)…[θ_t][a], "payments": {agent: [θ_1](a_1)…[θ_t]}}``.
    """

    tree: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, kw_only=True)
class Rules(Record):
    """A mechanism: its rule, and its transfers where it has any.

    Attributes
    ----------
    allocation:
        One entry for every profile of every period; or a tree, which has the payments, too.
    transfers:
        Records, see `payments`, or tables: ``{agent: {"now": TABLE, "later": TABLE, "first": TABLE}}``, one such object a period when the horizon is
        finite. ``None`` for a rule alone.
    """

    allocation: tuple[Played, ...] | Tree = ()
    transfers: Any = None

    def payments(self) -> tuple[Payment, ...] | None:
        """Return the transfers if they are written as records, else ``None``."""
        entries = self.transfers
        if not isinstance(entries, list) or not all(
            isinstance(entry, dict) and "payment" in entry for entry in entries
        ):
            return None
        return read(tuple[Payment, ...], entries, "mechanism.transfers")


@dataclass(frozen=True, kw_only=True)
class Document(Record):
    """A result file.

    Attributes
    ----------
    format:
        ``mechsynth-result/1``, or ``/2`` where only that can say it.
    instance:
        What it is about.
    question:
        The ask and its options.
    status, strength, value:
        The answer, how well it is proved, and the number that was optimized or computed: an exact string, but for numerical answers.
    mechanism:
        The rule, with transfers where the answer is positive.
    witness:
        Why not, where the answer is negative.
    certificate:
        What a checker needs beyond that; a question's own.
    """

    format: Literal["mechsynth-result/1", "mechsynth-result/2"]
    instance: About
    question: Mapping[str, Any]
    status: STATUS
    strength: STRENGTH
    value: Any = always()
    mechanism: Rules | None = always()
    witness: Witness | None = always()
    certificate: Mapping[str, Any] = always()

    @classmethod
    def of(cls, value: object) -> Document:
        """Return a result from the JSON object of its file.

        Raises
        ------
        InputError
            For anything that is no result, naming the place.
        """
        found = read(cls, value)
        if found.value is not None and found.strength != "numerical":
            exact(found.value, "value")
        return found

    def to_bytes(self) -> bytes:
        """Return the bytes of the file."""
        return as_bytes(write(self))


def as_bytes(document: Mapping[str, Any]) -> bytes:
    """Return JSON data as the bytes of a result file."""
    return (json.dumps(document, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")
