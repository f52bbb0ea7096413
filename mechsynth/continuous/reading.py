"""Instances with signals on [0, 1]: ``mechsynth-continuous/1``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mechsynth import files, instance
from mechsynth.continuous.polynomials import Polynomial
from mechsynth.errors import InputError
from mechsynth.rational import rational

FORMAT = "mechsynth-continuous/1"
KEYS = ("format", "name", "horizon", "discount", "agents", "signals", "actions", "utilities", "transition")
OPTIONAL = ("title", "source", "notes", "tags")
BOXES = 4_000  # boxes into which the square is cut at most to prove that a density is at least 0


@dataclass(frozen=True)
class Smooth:
    """An environment with signals on [0, 1] and an infinite horizon.

    Attributes
    ----------
    utilities:
        ``[agent][action]``, polynomials in the signals.
    transition:
        By action, the density of the next signals: polynomials in the signals and the next ones.
    digest:
        The SHA-256 of the file.
    """

    name: str
    digest: str
    discount: Fraction
    agents: tuple[str, ...]
    actions: tuple[str, ...]
    utilities: tuple[tuple[Polynomial, ...], ...]
    transition: tuple[Polynomial, ...]

    def target(self, agent: int, action: int) -> Polynomial:
        """Return ``c = −Σ_{j≠i} u^j / δ``: what an agent must expect to pay next period to be residual claimant."""
        total = Polynomial.number(len(self.agents), Fraction(0))
        for j, own in enumerate(self.utilities):
            total = total if j == agent else total + own[action]
        return total * (-1 / self.discount)

    def density(self, agent: int, action: int) -> Polynomial:
        """Return the density of the others' next signals, in the signals and the next ones."""
        return self.transition[action].averaged([len(self.agents) + agent])


def read(path: str) -> Smooth:
    """Read a file.

    Raises
    ------
    InputError
        Naming the place, what is wrong there and the remedy.
    """
    return loads(files.read(path, "an instance file"))


def loads(data: bytes) -> Smooth:
    """Read an instance from the bytes of a file; see `read`."""
    root = instance.read_json(data)
    if not isinstance(root, dict) or root.get("format") != FORMAT:
        raise InputError("format", f"not {FORMAT}", f"write {FORMAT}")
    for key in root:
        if key not in (*KEYS, *OPTIONAL) and not key.startswith("x-"):
            remedy = "give the law that every period follows" if key == "prior" else "remove it, or begin it with x-"
            raise InputError(key, "no key of this format that is read", remedy)
    for key in KEYS:
        if key not in root:
            raise InputError(key, "is missing", "add it")
    if root["horizon"] != "infinite":
        raise InputError("horizon", "with signals on an interval an infinite horizon alone is taken", "write infinite")
    discount = rational(root["discount"], "discount")
    if not 0 < discount < 1:
        raise InputError("discount", f"{discount} is none", "a number between 0 and 1")
    agents, actions = _labels(root["agents"], "agents"), _labels(root["actions"], "actions")
    signals = _table(root["signals"], agents, "signals")
    for name in agents:
        if not isinstance(signals[name], dict) or [
            rational(x, f"signals.{name}") for x in signals[name].get("interval", ())
        ] != [0, 1]:
            raise InputError(
                f"signals.{name}", "is not the interval from 0 to 1", 'write {"interval": ["0", "1"]}, and rescale'
            )
    count = len(agents)
    utilities = tuple(
        _actions(own, count, len(actions), f"utilities.{name}")
        for name, own in _table(root["utilities"], agents, "utilities").items()
    )
    transition = _actions(root["transition"], 2 * count, len(actions), "transition")
    for a, law in enumerate(transition):
        if law.averaged(range(count, 2 * count)).terms != {(0,) * (2 * count): Fraction(1)}:
            raise InputError(f"transition[{a}]", "does not integrate to 1 at every signal", "scale it")
        if not all(part.not_negative(BOXES) for part in _factors(law, count)):
            raise InputError(f"transition[{a}]", "is not shown to be at least 0 everywhere", "keep it above 0")
    name = root["name"]
    if not isinstance(name, str):
        raise InputError("name", "is no string", "write a name")
    return Smooth(name, hashlib.sha256(data).hexdigest(), discount, agents, actions, utilities, transition)


def _factors(law: Polynomial, count: int) -> list[Polynomial]:
    """Return the densities of the single next signals where the law is their product, else the law."""
    parts = [law.averaged([count + j for j in range(count) if j != i]) for i in range(count)]
    whole = Polynomial.number(2 * count, Fraction(1))
    for part in parts:
        whole = whole * part
    return parts if whole.terms == law.terms else [law]


def _labels(value: Any, place: str) -> tuple[str, ...]:
    if (
        not isinstance(value, list)
        or not value
        or any(not isinstance(x, str) for x in value)
        or len(set(value)) < len(value)
    ):
        raise InputError(place, "is no list of different names", "list them")
    return tuple(value)


def _table(value: Any, agents: tuple[str, ...], place: str) -> dict[str, Any]:
    if not isinstance(value, dict) or set(value) != set(agents):
        raise InputError(place, "does not name every agent once", "one entry an agent")
    return {name: value[name] for name in agents}


def _actions(value: Any, size: int, count: int, place: str) -> tuple[Polynomial, ...]:
    if not isinstance(value, list) or len(value) not in (1, count):
        raise InputError(place, "is no list with a polynomial an action", f"{count} of them, or one for all")
    found = tuple(_polynomial(own, size, f"{place}[{a}]") for a, own in enumerate(value))
    return found if len(found) == count else found * count


def _polynomial(value: Any, size: int, place: str) -> Polynomial:
    if isinstance(value, dict):
        raise InputError(place, "pieces of polynomials are not taken", "write one polynomial")
    if not isinstance(value, list):
        raise InputError(place, "is no polynomial", "[[coefficient, [exponents]], …]")
    terms = []
    for k, term in enumerate(value):
        at = f"{place}[{k}]"
        if not isinstance(term, list) or len(term) != 2 or not isinstance(term[1], list) or len(term[1]) != size:
            raise InputError(at, "is no term", f"[coefficient, [{size} exponents]]")
        if any(isinstance(e, bool) or not isinstance(e, int) or not 0 <= e <= 40 for e in term[1]):
            raise InputError(at, "has an exponent that is none", "whole numbers from 0 to 40")
        terms.append((tuple(term[1]), rational(term[0], at)))
    return Polynomial.of(size, terms)
