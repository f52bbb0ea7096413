"""Requirements that the asker wrote: nothing is known of them but their rows, which stand in the file."""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.words import reading, wishes
from mechsynth.words.answers import surplus_words
from mechsynth.words.envelope import Answer
from mechsynth.words.numbers import Number, brief, counted, listed, number, size
from mechsynth.words.reading import clean, fail, item, word

_PLACE = "certificate.requirements"
_MOST_TERMS = 6
_LONGEST = 120


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
    found: dict[str, list[Row]] = {}
    for name, listing in reading.mapping(answer.certificate.get("requirements") or {}, _PLACE).items():
        rows = found.setdefault(name, [])
        for index, entry in enumerate(reading.sequence(listing, f"{_PLACE}.{name}")):
            place = f"{_PLACE}.{name}[{index}]"
            data = reading.mapping(entry, place)
            columns = reading.mapping(item(data, "coefficients", place), f"{place}.coefficients")
            terms = [(column, number(value, f"{place}.coefficients.{column}")) for column, value in columns.items()]
            sense = reading.text(item(data, "sense", place), f"{place}.sense")
            if sense not in (">=", "="):
                fail(f"{place}.sense", f"{word(sense)} is no sense of a row", "write >= or =")
            rows.append(
                Row(
                    reading.text(item(data, "row", place), f"{place}.row"),
                    tuple(term for term in terms if term[1] != 0),
                    "≥" if sense == ">=" else sense,
                    number(item(data, "right", place), f"{place}.right"),
                )
            )
    return found


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
