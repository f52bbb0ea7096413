"""Labels and numbers as a page shows them: labels of strangers made harmless, long numbers rounded with the exact one beside."""

from __future__ import annotations

from collections.abc import Iterable

from mechsynth.report.blocks import Cell
from mechsynth.words.numbers import Number, is_long, rounded
from mechsynth.words.reading import clean

_LONGEST_EXACT = 400
_SHORT = 10
_SHADES = 5


def label(text: str, longest: int = 40) -> str:
    """Return a label with control and formatting characters shown as escapes, cut where it is long."""
    shown = clean(text, longest)
    return shown if len(shown) <= longest + 1 else f"{shown[:longest]}…"  # escapes are longer than what they stand for


def profile(labels: Iterable[str], longest: int = 12) -> str:
    """Return the labels of a profile: ``4, 6``."""
    return ", ".join(label(text, longest) for text in labels)


def exact(value: Number) -> str:
    """Return the exact number for a tooltip; one of hundreds of digits is cut and says so."""
    try:
        text = str(value)
    except ValueError:  # thousands of digits
        return f"≈ {rounded(value, 12)} (the file has all digits)"
    return (
        text if len(text) <= _LONGEST_EXACT else f"{text[:_LONGEST_EXACT]}… ({len(text)} characters; the file has all)"
    )


def short(value: Number) -> str:
    """Return the number in the width of a table's cell: exact if it is short, else rounded and marked by ≈."""
    if is_long(value) or len(str(value)) > _SHORT:
        return f"≈ {rounded(value, 4)}".replace("-", "−")
    return str(value).replace("-", "−")


def number_cell(value: Number, what: str = "", shade: str = "") -> Cell:
    """Return a number as a cell; hovering shows what it is and its exact value."""
    return Cell(short(value), f"{what}: {exact(value)}" if what else exact(value), shade)


def shade(value: Number, largest: float) -> str:
    """Return the class of a payment's shade: ``pays1`` … ``pays5``, ``gets1`` … ``gets5``, empty for zero."""
    if value == 0 or largest == 0:
        return ""
    level = min(_SHADES, 1 + int(_SHADES * min(1.0, abs(magnitude(value)) / largest) * 0.999))
    return f"{'pays' if value > 0 else 'gets'}{level}"


def grey(value: Number) -> str:
    """Return the class of a probability's shade: ``grey1`` … ``grey5``, empty for zero."""
    return "" if value == 0 else f"grey{min(_SHADES, 1 + int(_SHADES * magnitude(value) * 0.999))}"


def magnitude(value: Number) -> float:
    """Return a float to draw with; what no float holds is drawn at the largest."""
    try:
        return float(value)
    except OverflowError:
        return 1e300 if value > 0 else -1e300
