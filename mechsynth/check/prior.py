"""The prior as the checker reads it agent by agent: what is believed of the others' reports of the first period.

A *seen* state is a tuple of the public agents' signals, empty where there are none. Beliefs are kept as whole numbers that are not divided by their sums.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any

from mechsynth.errors import InputError

from .model import Model
from .text import Numbers, items, label, mapping, show

Profile = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Seen:
    """The first period once the public signals are seen.

    Parameters
    ----------
    signals:
        The public signals, in the order of ``model.public``.
    weights:
        Of every profile of the players, above 0 somewhere.
    """

    model: Model
    signals: Profile
    weights: dict[Profile, int]

    @cached_property
    def sizes(self) -> Profile:
        """Number of signals of each player."""
        return tuple(self.model.period(0).sizes[i] for i in self.model.players)

    @cached_property
    def total(self) -> int:
        """What the weights add up to."""
        return sum(self.weights.values())

    def mass(self, player: int, own: int) -> int:
        """Return the weight of an own signal."""
        return sum(weight for profile, weight in self.weights.items() if profile[player] == own)

    def possible(self, player: int) -> list[int]:
        """Return the own signals that somebody can have."""
        return [k for k in range(self.sizes[player]) if self.mass(player, k)]

    def others(self, player: int) -> list[Profile]:
        """Return the profiles of the other players, the last fastest."""
        return list(product(*(range(size) for j, size in enumerate(self.sizes) if j != player)))

    def belief(self, player: int, own: int) -> list[int]:
        """Return the weights of the others' profiles, given an own signal."""
        return [self.weights[joined(rest, player, own)] for rest in self.others(player)]

    def name(self) -> str:
        """Return what is seen in words, empty where nothing is."""
        period = self.model.period(0)
        told = [
            f"{show(self.model.agents[j])}={show(period.signals[j][k])}"
            for j, k in zip(self.model.public, self.signals, strict=True)
        ]
        return f", given {', '.join(told)}" if told else ""

    def who(self, player: int) -> str:
        """Return the name of a player."""
        return show(self.model.agents[self.model.players[player]])

    def label(self, player: int, own: int) -> str:
        """Return the name of a signal of a player."""
        return show(self.model.period(0).signals[self.model.players[player]][own])

    def at(self, profile: Profile) -> str:
        """Return a profile in words."""
        return "(" + ", ".join(self.label(i, k) for i, k in enumerate(profile)) + ")"


def joined(rest: Profile, player: int, own: int) -> Profile:
    """Return a profile from the others' and an own signal."""
    return (*rest[:player], own, *rest[player:])


def every_seen(model: Model) -> Iterator[Seen]:
    """Yield what can be seen with positive probability."""
    if model.prior is None:
        raise InputError("instance", "has no prior, so nothing is believed of the first reports", "add a prior")
    sizes, common = model.period(0).sizes, model.prior.common("prior")[0]
    found: dict[Profile, dict[Profile, int]] = {}
    for at, profile in enumerate(product(*(range(size) for size in sizes))):
        seen = tuple(profile[j] for j in model.public)
        found.setdefault(seen, {})[tuple(profile[i] for i in model.players)] = int(common[at])
    for seen, weights in found.items():
        if any(weights.values()):
            yield Seen(model, seen, weights)


def read_seen(value: object, model: Model, place: str) -> Profile:
    """Return the public signals that an entry names: all of them, and nobody else's."""
    found = {}
    for name, signal in mapping(value, place, "write {agent: signal}").items():
        j = label(name, model.agent_index, place, "agent")
        if j not in model.public:
            raise InputError(place, f"{show(name)} is not public", "name the public agents only")
        found[j] = label(signal, model.period(0).signal_index[j], place, "signal")
    if len(found) < len(model.public):
        raise InputError(place, "a public agent is missing", "name all of them")
    return tuple(found[j] for j in model.public)


def read_numbers(value: object, count: int, numbers: Numbers, place: str) -> list[Fraction]:
    """Return so many numbers of a list."""
    found = items(value, place)
    if len(found) != count:
        raise InputError(place, f"a list of length {len(found)}", f"it should have {count} entries")
    return [Fraction(*pair) for pair in numbers.pairs(found, place)]


def read_player(value: object, model: Model, place: str) -> int:
    """Return the place among the players of the agent with a name."""
    return model.players.index(label(value, model.player_index, place, "agent"))


def read_own(value: Any, seen: Seen, player: int, place: str) -> int:
    """Return an own signal that is possible."""
    model = seen.model
    known = model.period(0).signal_index[model.players[player]]
    found = label(value, known, place, f"signal of {seen.who(player)}")
    if not seen.mass(player, found):
        raise InputError(
            place, f"{seen.who(player)} never has the signal {show(value)}", "name one of positive probability"
        )
    return found
