"""Every error that a user can cause: one line that names the place and the remedy."""

from __future__ import annotations

from collections.abc import Iterable


def printable(text: str, *, lines: bool = False) -> str:
    """Return text that may hold a stranger's labels so that it can be printed: what a terminal would obey is shown instead.

    Control and formatting characters (escape sequences, overrides of the writing direction, lone surrogates) become their escapes;
    with ``lines``, line ends stay.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or (lines and c == "\n") else ascii(c)[1:-1] for c in text)


LATE = "the time limit was reached"
LONGEST = 320  # characters of a part of a message


def _brief(text: str) -> str:
    """Return text that may hold a stranger's labels, its middle left out where it is long."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]}…{text[-half:]}"


def did_you_mean(word: object, known: Iterable[str]) -> str:
    """Return the beginning of a remedy that names the known word nearest to a wrong one; nothing where none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word[:LONGEST], list(known), 1) if isinstance(word, str) else []
    return f"did you mean {near[0]}? " if near else ""


class MechsynthError(Exception):
    """Base class of the errors that this package raises on purpose.

    Parameters
    ----------
    place:
        Where: a file, a key in it, an argument. Empty where there is nothing to name.
    problem:
        What is wrong there.
    remedy:
        What the reader can do about it. Empty where nothing helps.
    """

    def __init__(self, place: str, problem: str, remedy: str = "") -> None:
        self.place = place
        self.problem = problem
        self.remedy = remedy
        super().__init__(self.__str__())

    def __str__(self) -> str:
        place, problem, remedy = (_brief(part) for part in (self.place, self.problem, self.remedy))
        text = f"{place}: {problem}" if place else problem
        if remedy:
            text = f"{text}; {remedy}"
        return printable(" ".join(text.split()))

    def within(self, outer: str) -> MechsynthError:
        """Return the same error with ``outer`` (a file name, say) put before its place."""
        place = f"{outer}: {self.place}" if self.place else outer
        return type(self)(place, self.problem, self.remedy)


class InputError(MechsynthError):
    """A file, a number, a shape or a label that cannot be what it says it is."""


class UsageError(MechsynthError):
    """A question that does not make sense for this environment or with these options."""


class TooLargeError(MechsynthError):
    """Something that no memory holds; raised from an estimate, before anything is allocated."""


class OutOfTime(MechsynthError):
    """A time limit was reached before the answer was proved.

    ``seen`` is the optimum that floats saw, if they saw one: it decides nothing.
    """

    seen: float | None = None
