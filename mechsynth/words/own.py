"""Requirements that the asker wrote: nothing is known of them but their rows, which stand in the file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from mechsynth.result.codec import Record
from mechsynth.words import wishes
from mechsynth.words.answers import surplus_words
from mechsynth.words.envelope import Answer
from mechsynth.words.numbers import Number, brief, counted, listed, size
from mechsynth.words.reading import clean, word

_MOST_TERMS = 6
_LONGEST = 120


@dataclass(frozen=True, kw_only=True)
class Written(Record):
    """A row as the result writes it."""

    row: str
    coefficients: Mapping[str, Fraction]
    sense: Literal[">=", "="]
    right: Fraction


@dataclass(frozen=True)
class Row:
    """``Σ coefficient · column (= or ≥) right``, by the columns' names."""

    name: str
    terms: tuple[tuple[str, Number], ...]
    sense: str
    right: Number

    @property
    def formula(self) -> str:
        """The row as it is written with pencil, column names in square brackets."""
        parts: list[str] = []
        for column, value in self.terms[:_MOST_TERMS]:
            sign = "−" if value < 0 else "+" if parts else ""
            times = "" if size(value) == 1 else f"{brief(size(value))}·"
            parts.append(f"{sign}{' ' if parts else ''}{times}[{clean(column, _LONGEST)}]")
        more = len(self.terms) - _MOST_TERMS
        tail = f" + … ({counted(more, 'more term')})" if more > 0 else ""
        minus = "−" if self.right < 0 else ""
        return f"{' '.join(parts) or '0'}{tail} {self.sense} {minus}{brief(size(self.right))}"


def read(answer: Answer) -> dict[str, list[Row]]:
    """Return the rows of every requirement that the result writes out."""
    written = answer.part("requirements", dict[str, tuple[Written, ...]]) or {}
    return {
        name: [
            Row(
                row.row,
                tuple((column, value) for column, value in row.coefficients.items() if value != 0),
                "≥" if row.sense == ">=" else row.sense,
                row.right,
            )
            for row in rows
        ]
        for name, rows in written.items()
    }


def meaning(answer: Answer, name: str) -> str:
    """Return what a requirement asks for; of one that the asker wrote, its first row."""
    rows = read(answer).get(name)
    if rows is None:
        return _of_the_rule(answer, wishes.meaning(name, answer.names.outside))
    if not rows:
        return f"a requirement written by the asker, without any row here: it asks for nothing ({word(name)})"
    first = f"{', the first of them' if len(rows) > 1 else ''}: {rows[0].formula}"
    return f"a requirement written by the asker, {counted(len(rows), 'row')} ({word(name)}){first}"


def _of_the_rule(answer: Answer, meaning: str) -> str:
    """Return what a requirement asks for, with the surplus of a rule that was given in place of the social surplus."""
    if answer.rule is None:
        return meaning
    claimed = meaning.replace("payoff is the social surplus", f"payoff is {surplus_words(answer)}")
    return claimed.replace("the social surplus", "the surplus of this rule").replace(
        "the whole expected surplus", "the whole expected surplus of this rule"
    )


def describe(answer: Answer, kind: str, name: str) -> str | None:
    """Return a row of the asker's as a formula, behind what it is called; None where it is no such row."""
    for row in read(answer).get(kind, ()):
        if row.name == name:
            title = name.removeprefix(kind).strip()
            return f"{clean(title, _LONGEST)}: {row.formula}" if title else row.formula
    return None


def covers(answer: Answer, names: tuple[str, ...]) -> str:
    """Return that such requirements are no more than their rows; empty where there are none."""
    rows = read(answer)
    told = [f"{word(name)} (its {counted(len(rows[name]), 'row')})" for name in names if name in rows]
    if not told:
        return ""
    return f"Of {listed(told)} only the rows that stand in the file count: what the name promises is not checked."
