"""Requirements that users write: their rows are held to a few rules as they are added, and written out for the checker.

The checker knows the rows of the built-in requirements. What another object asks for only its rows say, so a result carries them, and its
proof is about these rows. They must therefore stand on columns that the checker can derive: payoffs and payments, none of the object's own.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from mechsynth.errors import UsageError
from mechsynth.program.linear import LinearProgram
from mechsynth.program.requirements import Requirement, built_in
from mechsynth.program.synthesis import Setting
from mechsynth.rational import rational, text


def add_requirement(wish: Requirement, setting: Setting) -> None:
    """Add the rows of a requirement to a program.

    Raises
    ------
    UsageError
        If a user's object adds columns, rows that are not its own, or rows that nobody could read back: with inexact numbers, or names that
        repeat or do not begin with the requirement's.
    """
    if built_in(wish):
        wish.rows(setting)
        return
    program, place = setting.program, f"require {wish.name}"
    columns, start, chunks = len(program.columns), len(program.names), len(program._rows)
    wish.rows(setting)
    if len(program.columns) != columns or len(setting.kinds) != columns or program.objective:
        raise UsageError(
            place, "it adds columns or an objective", "use the columns of Setting: payments, X and D, which are checked"
        )
    parts = (program.owners, program.equal, program.dens, program.rights)
    if any(len(part) != len(program.names) for part in parts) or len(program.names) < start:
        raise UsageError(place, "its rows have not as many right-hand sides as names", "give one for each row")
    _names(wish.name, program, start, place)
    _numbers(program, start, chunks, place)


def _names(own: str, program: LinearProgram, start: int, place: str) -> None:
    seen: set[str] = set()
    for name, owner in zip(program.names[start:], program.owners[start:], strict=True):
        if owner != own:
            raise UsageError(place, f"its row {name!r} is given to {owner!r}", f"pass {own!r} as the owner")
        if not isinstance(name, str) or not name.isprintable() or not (name == own or name.startswith(f"{own} ")):
            raise UsageError(
                place, f"the name of its row {name!r} does not begin with its own", f"call it '{own} …', in one line"
            )
        if name in seen:
            raise UsageError(place, f"two rows are called {name!r}", "give each a name of its own")
        seen.add(name)


def _numbers(program: LinearProgram, start: int, chunks: int, place: str) -> None:
    """Ask that all numbers are exact, and that coefficients stand in the requirement's rows and in columns that exist."""
    for rows, cols, nums in zip(program._rows[chunks:], program._cols[chunks:], program._nums[chunks:], strict=True):
        if rows.size and (rows.min() < start or rows.max() >= len(program.names)):
            raise UsageError(place, "it changes rows that are not its own", "add rows instead")
        if not np.issubdtype(cols.dtype, np.integer) or (
            cols.size and (cols.min() < 0 or cols.max() >= len(program.columns))
        ):
            raise UsageError(place, "a coefficient stands in no column", "take indices from Setting")
        if nums.dtype == object:
            exact = all(isinstance(value, (int, np.integer)) for value in nums.tolist())
        else:
            exact = bool(np.issubdtype(nums.dtype, np.integer))
        if not exact:
            raise UsageError(place, "a coefficient is not a whole number", "give integers over a common denominator")
    for k in range(start, len(program.names)):
        program.rights[k] = rational(program.rights[k], place)
        if not isinstance(program.dens[k], (int, np.integer)) or program.dens[k] < 1:
            raise UsageError(place, f"{program.dens[k]!r} is no denominator", "give a positive integer")
        program.dens[k], program.equal[k] = int(program.dens[k]), bool(program.equal[k])


def written(program: LinearProgram, wishes: Sequence[Requirement]) -> dict[str, object]:
    """Return ``{"requirements": {name: rows}}`` for the certificate, empty where every requirement is built in.

    A row is ``{"row": its name, "coefficients": {column name: number}, "sense": ">=" or "=", "right": number}``; rows are sorted by name, coefficients
    stand in the order of the program's columns.
    """
    found: dict[str, list[dict[str, object]]] = {wish.name: [] for wish in wishes if not built_in(wish)}
    if not found:
        return {}
    rows, cols, nums = program.entries
    bounds = np.searchsorted(rows, np.arange(len(program.names) + 1))
    for k, (name, owner) in enumerate(zip(program.names, program.owners, strict=True)):
        if owner not in found:
            continue
        place = slice(bounds[k], bounds[k + 1])
        coefficients = {
            program.columns[c]: text(Fraction(int(v), program.dens[k]))
            for c, v in zip(cols[place].tolist(), nums[place].tolist(), strict=True)
        }
        sense = "=" if program.equal[k] else ">="
        found[owner].append(
            {"row": name, "coefficients": coefficients, "sense": sense, "right": text(program.rights[k])}
        )
    for own in found.values():
        own.sort(key=lambda row: str(row["row"]))
    return {"requirements": found}
