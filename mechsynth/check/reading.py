"""Reader of instance files (``mechsynth-instance/1`` and ``/2``), independent of the one that produced the result."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from .exact import Array, Exact
from .laws_read import Laws, by_agent
from .model import Kernel, Model, Period
from .second import KEYS, SECOND, availability, filled, leaving, needed, public_places
from .text import TooLargeInput, decode, describe, items, number_text, show, table

FORMAT = "mechsynth-instance/1"
# Estimates above which an instance is refused before anything is allocated.
MAX_ENTRIES = 100_000_000
MAX_PERIODS = 100_000
MAX_STEPS = 20_000_000
MAX_AXES = 64 if np.lib.NumpyVersion(np.__version__) >= "2.0.0" else 32  # of an array of numpy

_STAGE = ("signals", "actions", "utilities", "transition")


def read_instance(data: bytes, normalize: bool = False) -> Model:
    """Read an instance.

    Parameters
    ----------
    data:
        The bytes of the file; their SHA-256 identifies the instance.
    normalize:
        Whether to divide the rows of the transition and the prior by their sums first, exactly.

    Returns
    -------
    The instance, every number exact.

    Raises
    ------
    InputError
        If the file is not a valid instance; one line with the place and the remedy.
    """
    try:
        return _Reader(bytes(data), normalize).read()
    except (MemoryError, RecursionError):
        raise TooLargeInput("instance", "does not fit into memory", "use a smaller one") from None


def _labels(value: object, place: str) -> tuple[str, ...]:
    labels = items(value, place)
    if not labels:
        raise InputError(place, "an empty list", "give at least one label")
    for entry in labels:
        if not isinstance(entry, str):
            raise InputError(place, f"{describe(entry)} is not a label", "labels are strings")
    if len(set(labels)) != len(labels):
        twice = Counter(labels).most_common(1)[0][0]
        raise InputError(place, f"the label {show(twice)} stands twice", "labels are unique within their list")
    return tuple(labels)


class _Reader:
    """One reading: the numbers of the file, and whether a row had to be rescaled."""

    def __init__(self, data: bytes, normalize: bool) -> None:
        self.digest = hashlib.sha256(data).hexdigest()
        root, self.numbers = decode(data, "instance")
        if root.get("format") not in (FORMAT, SECOND):
            raise InputError("format", f"expected {FORMAT}, found {describe(root.get('format'))}", "convert the file")
        self.second = root["format"] == SECOND
        self.keys = (*_STAGE, *KEYS[1:]) if self.second else _STAGE
        optional = ("name", "title", "source", "notes", "tags", "prior", "periods", *self.keys)
        self.root = table(
            root,
            "instance",
            ("format", "horizon", "discount", "agents"),
            (*optional, *(KEYS[:1] if self.second else ())),
        )
        self.entries = 0
        self.agents = _labels(root["agents"], "agents")
        self.laws = Laws(self.numbers, self.agents, normalize, self.second)
        self.public = public_places(root["public"], self.agents) if root.get("public") is not None else ()
        most = MAX_AXES - 1 if root["horizon"] == 1 else (MAX_AXES - 1) // 2
        if len(self.agents) > most:
            raise TooLargeInput(
                "agents", f"{len(self.agents)} of them, and {most} is the most", "use a smaller instance"
            )

    def read(self) -> Model:
        """Return the instance."""
        root = self.root
        name = root.get("name", "")
        if not isinstance(name, str):
            raise InputError("name", f"expected a text, found {describe(name)}", "give a name")
        horizon = self._horizon()
        discount = self.numbers.fraction(root["discount"], "discount")
        if not (0 < discount < 1 or (discount == 1 and horizon is not None)):
            remedy = "it lies in (0, 1)" + ("" if horizon is None else ", or is 1")
            raise InputError("discount", number_text(discount), remedy)
        stages, kernels = self._stationary(horizon) if "periods" not in root else self._periods(horizon)
        prior = self.laws.prior(root["prior"], stages[0]) if root.get("prior") is not None else None
        return Model(
            name=name,
            digest=self.digest,
            agents=self.agents,
            public=self.public,
            horizon=horizon,
            discount=discount,
            stages=tuple(stages),
            kernels=tuple(kernels),
            prior=prior,
            rescaled=self.laws.rescaled,
        )

    def _horizon(self) -> int | None:
        value = self.root["horizon"]
        if value == "infinite":
            return None
        if not isinstance(value, tuple) or value[1] != 1 or value[0] < 1:
            raise InputError("horizon", f"found {describe(value)}", 'write a whole number of periods or "infinite"')
        if value[0] > MAX_PERIODS:
            raise TooLargeInput("horizon", "too many periods to go through", f"keep it within {MAX_PERIODS}")
        return int(value[0])

    def _stationary(self, horizon: int | None) -> tuple[list[Period], list[Kernel | None]]:
        stage = self._stage(self.root, "")
        steps = (horizon or 1) * stage.profiles * len(stage.actions)
        if steps > MAX_STEPS:
            raise TooLargeInput("horizon", f"{steps} pairs of a profile and an action", f"keep them within {MAX_STEPS}")
        kernel = None
        if "transition" in self.root:
            kernel = self._kernel(self.root["transition"], stage, stage, "transition")
        elif horizon != 1:
            raise InputError("transition", "the key is missing", "add it")
        return [stage], [kernel]

    def _periods(self, horizon: int | None) -> tuple[list[Period], list[Kernel | None]]:
        for key in self.keys:
            if key in self.root:
                raise InputError(key, 'stands beside "periods"', "keep one of the two")
        periods = items(self.root["periods"], "periods")
        if horizon is None:
            raise InputError("periods", "the horizon is infinite", "write the stationary data at the top level")
        if len(periods) != horizon:
            raise InputError("periods", f"{len(periods)} periods for horizon {horizon}", "give one object a period")
        stages = []
        for t, entry in enumerate(periods):
            last = t == horizon - 1
            table(entry, f"periods[{t}]", _STAGE[:3] if last else _STAGE, self.keys[len(_STAGE) :])
            stages.append(self._stage(entry, f"periods[{t}]."))
        kernels: list[Kernel | None] = [
            self._kernel(entry["transition"], stages[t], stages[t + 1], f"periods[{t}].transition")
            for t, entry in enumerate(periods[:-1])
        ]
        return stages, [*kernels, None]

    def _spend(self, entries: int, place: str) -> None:
        self.entries += entries
        if self.entries > MAX_ENTRIES:
            remedy = f"keep the sum below {MAX_ENTRIES}"
            raise TooLargeInput(place, f"about {self.entries} numbers once it is written out", remedy)

    def _kernel(self, value: object, stage: Period, after: Period, place: str) -> Kernel:
        self._spend(len(stage.actions) * stage.profiles * after.profiles, place)
        return self.laws.kernel(value, stage, after, place)

    def _by_agent(self, value: object, place: str, players: bool = False) -> list[Any]:
        """Return what stands there for every agent, or for every one that is not public and None for the others."""
        return by_agent(value, place, self.agents, self.public if players else ())

    def _stage(self, entry: Mapping[str, Any], at: str) -> Period:
        for key in _STAGE[:3]:
            if key not in entry:
                raise InputError(at + key, "the key is missing", "add it")
        signals = tuple(
            _labels(value, f"{at}signals.{show(agent)}")
            for agent, value in zip(self.agents, self._by_agent(entry["signals"], at + "signals"), strict=True)
        )
        actions = _labels(entry["actions"], at + "actions")
        sizes = tuple(len(labels) for labels in signals)
        self._spend(len(self.agents) * len(actions) * prod(sizes), at + "utilities")
        available, outside = None, None
        if entry.get("available") is not None:
            available = availability(entry["available"], self.public, len(actions), sizes, at + "available")
        if entry.get("outside") is not None:
            outside = leaving(entry["outside"], self.agents, self.public, sizes, self.numbers, at + "outside")
        utilities = []
        for i, value in enumerate(self._by_agent(entry["utilities"], at + "utilities", players=True)):
            place = f"{at}utilities.{show(self.agents[i])}"
            if i in self.public:
                utilities.append(Exact.constant(Fraction(0), (len(actions), prod(sizes))))
            else:
                utilities.append(self._utility(value, i, available, (len(actions), *sizes), place))
        flat = None if available is None else available.reshape(len(actions), prod(sizes))
        return Period(signals, actions, tuple(utilities), flat, outside)

    def _utility(self, value: object, agent: int, available: Array | None, lead: tuple[int, ...], place: str) -> Exact:
        kept = range(len(lead))
        if isinstance(value, dict) and not self.laws.short(value):
            value = table(value, place, ("private",))["private"]
            kept = (0, agent + 1)  # type: ignore[assignment]
        leaves, shape = self.laws.leaves(value, [(lead[k], True) for k in kept], place)
        if available is not None:
            leaves = filled(leaves, needed(available, kept, shape), 1, place)
        full = [1] * len(lead)
        for k, length in zip(kept, shape, strict=True):
            full[k] = length
        exact = Exact.of(self.numbers.pairs(leaves, place), tuple(full)).broadcast(lead)
        if available is not None:
            exact = Exact(np.where(available, exact.num, 0), exact.den)
        return exact.reshape(lead[0], prod(lead[1:]))
