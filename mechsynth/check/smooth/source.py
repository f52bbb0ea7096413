"""An instance with signals on [0, 1], as the checker reads it."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mechsynth.errors import InputError

from ..text import Numbers, decode, describe, items, show, table
from .boxes import Terms, added, integrated, not_negative, times

FORMAT = "mechsynth-continuous/1"
_KEYS = ("format", "name", "horizon", "discount", "agents", "signals", "actions", "utilities", "transition")
_TITLES = ("title", "source", "notes", "tags")
MOST_BOXES = 40_000
MOST_POWER = 40


@dataclass(frozen=True)
class Source:
    """What the file says: polynomials in the signals, densities in the signals and the next ones."""

    name: str
    discount: Fraction
    agents: list[str]
    actions: list[str]
    utilities: list[list[Terms]]
    densities: list[Terms]

    def target(self, agent: int, action: int) -> Terms:
        """Return what an agent must expect to pay next period: ``−Σ_{j≠i} u^j / δ``."""
        total: Terms = {}
        for j, own in enumerate(self.utilities):
            if j != agent:
                total = added(total, own[action], -1 / self.discount)
        return total


def read(data: bytes) -> Source:
    """Read an instance; densities are shown to be at least 0 and to integrate to 1."""
    root, numbers = decode(data, "instance")
    plain = {key: value for key, value in root.items() if not key.startswith("x-")}
    table(plain, "instance", _KEYS, _TITLES)
    if root["format"] != FORMAT:
        raise InputError("instance: format", f"found {describe(root['format'])}", f"write {FORMAT}")
    if root["horizon"] != "infinite":
        raise InputError("instance: horizon", f"found {describe(root['horizon'])}", "infinite")
    agents, actions = _names(root["agents"], "agents"), _names(root["actions"], "actions")
    discount = numbers.fraction(root["discount"], "instance: discount")
    if not 0 < discount < 1:
        raise InputError("instance: discount", "not between 0 and 1", "write another")
    signals = table(root["signals"], "instance: signals", agents)
    for name in agents:
        own = table(signals[name], f"instance: signals.{show(name)}", ("interval",))
        ends = [numbers.fraction(end, "instance: signals") for end in items(own["interval"], "instance: signals")]
        if ends != [0, 1]:
            raise InputError(f"instance: signals.{show(name)}", "not from 0 to 1", 'write ["0", "1"]')
    listed = table(root["utilities"], "instance: utilities", agents)
    count = len(agents)
    utilities = [
        _each(listed[name], count, len(actions), numbers, f"instance: utilities.{show(name)}") for name in agents
    ]
    densities = _each(root["transition"], 2 * count, len(actions), numbers, "instance: transition")
    for a, density in enumerate(densities):
        whole = density
        for variable in range(count, 2 * count):
            whole = integrated(whole, variable)
        if whole != {(0,) * (2 * count): Fraction(1)}:
            raise InputError(f"instance: transition[{a}]", "does not integrate to 1", "scale it")
        # signals that are drawn one by one given today's: then each density alone has to be at least 0
        parts, product = [], {(0,) * (2 * count): Fraction(1)}
        for i in range(count):
            alone = density
            for j in range(count):
                alone = alone if j == i else integrated(alone, count + j)
            parts.append(alone)
            product = times(product, alone)
        parts = parts if product == density else [density]
        if not all(not_negative(part, 2 * count, MOST_BOXES) for part in parts):
            raise InputError(f"instance: transition[{a}]", "is not shown to be at least 0", "keep it above 0")
    name = root["name"]
    return Source(name if isinstance(name, str) else "", discount, agents, actions, utilities, densities)


def _names(value: object, place: str) -> list[str]:
    found = items(value, f"instance: {place}")
    if not found or any(not isinstance(name, str) for name in found) or len(set(found)) != len(found):
        raise InputError(f"instance: {place}", "not different names", "list them")
    return found


def _each(value: object, size: int, count: int, numbers: Numbers, place: str) -> list[Terms]:
    listed = items(value, place)
    if len(listed) not in (1, count):
        raise InputError(place, f"{len(listed)} entries", f"{count}, or one for all actions")
    found = [polynomial(own, size, numbers, f"{place}[{k}]") for k, own in enumerate(listed)]
    return found if len(found) == count else found * count


def polynomial(value: Any, size: int, numbers: Numbers, place: str) -> Terms:
    """Read ``[[coefficient, [exponents]], …]``."""
    found: Terms = {}
    for k, entry in enumerate(items(value, place)):
        at = f"{place}[{k}]"
        term = items(entry, at)
        powers = items(term[1], at) if len(term) == 2 else []
        if len(powers) != size:
            raise InputError(at, "no term", f"[coefficient, [{size} exponents]]")
        key = []
        for power in powers:
            if not isinstance(power, tuple) or power[1] != 1 or not 0 <= power[0] <= MOST_POWER:
                raise InputError(at, f"found {describe(power)}", f"exponents from 0 to {MOST_POWER}")
            key.append(power[0])
        found = added(found, {tuple(key): Fraction(1)}, numbers.fraction(term[0], at))
    return found
