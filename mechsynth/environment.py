"""The frozen model: agents, private signals, public actions, interdependent utilities, a Markov kernel, a discount.

Index order everywhere, agents in their order: utilities ``[a][θ^1]…[θ^N]``, kernel ``[a][θ^1]…[θ^N][θ'^1]…[θ'^N]``,
prior ``[θ^1]…[θ^N]``. A payment is positive when the agent pays; agent ``i`` gets ``Σ_t δ^{t-1} (u^i − p^i)``.
Model and notation: Liu 2014, section 2.1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from mechsynth.display import html
from mechsynth.errors import InputError, printable
from mechsynth.laws import read_prior, read_transition
from mechsynth.period import Period, stack
from mechsynth.public import read_available, read_outside, read_public, refuse_unread
from mechsynth.rational import Rationals, rational
from mechsynth.reading import (
    Labels,
    Mask,
    agent_of,
    read_labels,
    read_signals,
    read_utility,
    refuse_if_large,
    refuse_many_agents,
)

INFINITE = "infinite"
__all__ = ["INFINITE", "Environment", "Period", "stack"]


class Environment:
    """A finite Markov environment with private, interdependent information.

    Numbers are ints, fractions or exact strings; floats are refused. The model is frozen and validated once.

    Parameters
    ----------
    agents:
        Labels of the agents, at least one.
    public:
        Those of them that everybody sees before the reports of a period: they have signals, a prior and a transition, no
        utilities, and never report, pay or receive. The others are the *players*.
    signals, actions, utilities, transition:
        One period's data, the same in every period. ``signals`` maps agents to labels (or is one list of labels for
        everybody). ``utilities`` maps agents to arrays over ``[a][θ^1]…[θ^N]`` or to ``{"private": [a][θ^i]}``, or is a
        function ``utility(agent, action, profile)``. ``transition`` is an array over ``[a][θ^1]…[θ^N][θ'^1]…[θ'^N]``,
        ``{"independent": {agent: [θ^i][θ'^i] or [a][θ^i][θ'^i]}}``, or a function ``transition(action, profile)`` that
        returns an array over the next signals or a mapping from profiles to probabilities. Profiles are tuples of labels.
        An axis of length 1 says "does not depend on it". Short tables and mixtures of products as in instance files.
    available:
        Which actions there are: true or false over ``[a][θ^1]…[θ^N]``, along public axes alone (the others have length 1); all
        of them, always, by default. What is said of an action where it is not available is never read and may be ``None``.
    outside:
        The total value of leaving in a period, without what is due then: agents to ``{"own": [θ^i]}`` or arrays over
        ``[θ^1]…[θ^N]``; 0 by default.
    periods:
        Instead of the above: a list of mappings with these keys, one a period; the last has no ``transition``.
    horizon:
        A whole number of periods, or ``"infinite"`` (the default without ``periods``).
    discount:
        ``0 < δ < 1``; ``δ = 1`` is allowed when the horizon is finite.
    prior:
        Array over ``[θ^1]…[θ^N]``, ``{"independent": {agent: [θ^i]}}``, or a mapping from profiles to probabilities; optional.
    normalize:
        Divide every row of probabilities by its sum, exactly, instead of refusing those that do not add to 1.

    Raises
    ------
    InputError
        Naming the place, what is wrong there and the remedy.
    TooLargeError
        From an estimate, before anything is allocated, when no memory would hold it.
    """

    agents: Labels
    public: tuple[int, ...]
    horizon: int | None
    discount: Fraction
    prior: Rationals | None
    name: str
    title: str
    stationary: bool
    normalized: bool
    extra: Mapping[str, Any]
    digest: str | None
    source_bytes: bytes | None

    def __init__(
        self,
        agents: Sequence[str],
        *,
        signals: Mapping[str, Sequence[str]] | Sequence[str] | None = None,
        actions: Sequence[str] | None = None,
        utilities: Mapping[str, object] | Callable[..., object] | None = None,
        transition: object = None,
        available: object = None,
        outside: object = None,
        public: Sequence[str] | None = None,
        periods: Sequence[Mapping[str, Any]] | None = None,
        horizon: int | str | None = None,
        discount: object = None,
        prior: object = None,
        name: str = "",
        title: str = "",
        normalize: bool = False,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        put = _setter(self)
        put("agents", read_labels(agents, "agents"))
        put("public", read_public(public, self.agents))
        put("name", name)
        put("title", title)
        put("extra", dict(extra or {}))
        put("normalized", normalize)
        put("digest", None)
        put("source_bytes", None)
        put("horizon", _horizon(horizon, periods))
        put("discount", _discount(discount, self.horizon))
        refuse_many_agents(len(self.agents), once=self.horizon == 1)
        put("stationary", periods is None)
        if periods is None:
            one = {"signals": signals, "actions": actions, "utilities": utilities, "transition": transition}
            one |= {"available": available, "outside": outside}
            put("_periods", self._read_stationary(one, normalize))
        else:
            given = (signals, actions, utilities, transition, available, outside)
            if any(value is not None for value in given):
                raise InputError("periods", "the data stands both here and at the top level", "give it once")
            put("_periods", self._read_varying(periods, normalize))
        first = self.period(1).signals
        put("prior", None if prior is None else read_prior(prior, self.agents, first, "prior", normalize))

    def __setattr__(self, key: str, value: object) -> None:
        raise AttributeError(f"an environment is frozen: {key} cannot be set; make a new one")

    def __repr__(self) -> str:
        until = INFINITE if self.horizon is None else str(self.horizon)
        return f"<Environment {printable(self.name) or 'without a name'}: {len(self.agents)} agents, horizon {until}>"

    def _repr_html_(self) -> str | None:
        """Return what a notebook shows: who knows what when, and how the signals move."""
        return html(self)

    @property
    def players(self) -> tuple[int, ...]:
        """The places of the agents that are not public: those who report, pay and receive."""
        return tuple(i for i in range(len(self.agents)) if i not in self.public)

    @property
    def player_names(self) -> Labels:
        """The labels of the players, in order."""
        return tuple(self.agents[i] for i in self.players)

    @property
    def needs_second(self) -> bool:
        """Whether only format 2 can say this environment."""
        return bool(self.public) or any(p.available is not None or p.outside is not None for p in self.periods)

    @property
    def periods(self) -> tuple[Period, ...]:
        """The distinct periods, one if the data is stationary without end, else one object a period."""
        if self.horizon is None:
            return (self.period(1),)
        return tuple(self.period(t) for t in range(1, self.horizon + 1))

    @property
    def last(self) -> int:
        """``T``, or 1 when the horizon is infinite (there the one period stands for all)."""
        return self.horizon or 1

    @property
    def linked(self) -> range:
        """The periods (from 1) that a next period follows."""
        return range(1, 2) if self.horizon is None else range(1, self.horizon)

    def period(self, t: int) -> Period:
        """Return period ``t``, counted from 1."""
        kept: tuple[Period, ...] = self.__dict__["_periods"]
        if self.horizon is not None and t == self.horizon:
            return kept[-1]
        return kept[0] if self.stationary else kept[t - 1]

    def others(self, i: int) -> tuple[int, ...]:
        """Return the indices of everybody but agent ``i``."""
        return tuple(j for j in range(len(self.agents)) if j != i)

    def with_periods(self, periods: Sequence[Period]) -> Environment:
        """Return the environment with other periods, as many as are described."""
        other = object.__new__(Environment)
        other.__dict__.update(self.__dict__, _periods=tuple(periods), digest=None, source_bytes=None)
        return other

    def without(self, i: int) -> Environment:
        """Return the environment in which nothing that agent ``i`` enjoys counts: the same signals and actions, her utility 0."""
        changed = []
        for period in self.__dict__["_periods"]:
            num = period.utilities.num.copy()
            num[i] = 0
            changed.append(replace(period, utilities=Rationals(num, period.utilities.den)))
        other = object.__new__(Environment)
        other.__dict__.update(self.__dict__, _periods=tuple(changed), digest=None, source_bytes=None)
        return other

    def _read_stationary(self, data: Mapping[str, Any], normalize: bool) -> tuple[Period, ...]:
        signals = read_signals(data["signals"], self.agents, "signals")
        actions = read_labels(data["actions"], "actions")
        if self.horizon is not None:
            _refuse_long(self.horizon, prod(map(len, signals)) * (len(actions) + len(self.agents)))
        alone = self.horizon == 1
        if alone and data["transition"] is not None:
            raise InputError("transition", "the last period has no transition", "leave it out when the horizon is 1")
        following = None if alone else signals
        period = self._read_period(data, signals, actions, following, "", normalize)
        if self.horizon is None or alone:
            return (period,)
        if period.transition is not None:
            bits = self.horizon**2 * (self.discount.denominator * period.transition.den).bit_length()
            refuse_if_large("horizon", f"the exact values of {self.horizon} periods", bits * period.size // 16, 1)
        end = replace(period, transition=None)
        return (period, end)

    def _read_varying(self, periods: Sequence[Mapping[str, Any]], normalize: bool) -> tuple[Period, ...]:
        allowed = {"signals", "actions", "utilities", "transition", "available", "outside"}
        for t, data in enumerate(periods):
            if not isinstance(data, Mapping):
                raise InputError(f"periods[{t}]", "no object", "give signals, actions, utilities and a transition")
            refuse_unread(data, f"periods[{t}].")
            for key in data:
                if key not in allowed and not str(key).startswith("x-"):
                    raise InputError(f"periods[{t}].{key}", "an unknown key", f"known are {', '.join(sorted(allowed))}")
        signals = [
            read_signals(_need(data, "signals", f"periods[{t}]"), self.agents, f"periods[{t}].signals")
            for t, data in enumerate(periods)
        ]
        read = []
        for t, data in enumerate(periods):
            place = f"periods[{t}]."
            actions = read_labels(_need(data, "actions", place), f"{place}actions")
            last = t == len(periods) - 1
            if last and data.get("transition") is not None:
                raise InputError(f"{place}transition", "the last period has no transition", "leave it out")
            read.append(
                self._read_period(data, signals[t], actions, None if last else signals[t + 1], place, normalize)
            )
        return tuple(read)

    def _read_period(
        self,
        data: Mapping[str, Any],
        signals: tuple[Labels, ...],
        actions: Labels,
        following: tuple[Labels, ...] | None,
        place: str,
        normalize: bool,
    ) -> Period:
        count = len(self.agents) * len(actions) * prod(map(len, signals))
        refuse_if_large(f"{place}utilities", "the utilities", count, 16)
        available = read_available(
            data.get("available"), self.agents, self.public, actions, signals, f"{place}available"
        )
        utilities = self._utilities(_need(data, "utilities", place), actions, signals, f"{place}utilities", available)
        transition = None
        if following is not None:
            values = _need(data, "transition", place)
            at = f"{place}transition"
            transition = read_transition(
                values, self.agents, actions, (signals, following), at, normalize, available=available
            )
        outside = read_outside(data.get("outside"), self.agents, self.public, signals, f"{place}outside")
        return Period(signals, actions, utilities, transition, available, outside)

    def _utilities(
        self, values: object, actions: Labels, signals: tuple[Labels, ...], place: str, available: Mask | None
    ) -> Rationals:
        agents = self.agents
        if not isinstance(values, Mapping):
            if not callable(values):
                raise InputError(place, "no object", "give every agent's utilities")
            function = values
            values = {name: (lambda a, theta, name=name: function(name, a, theta)) for name in self.player_names}
        for name in values:
            if agent_of(name, agents, place) in self.public:
                raise InputError(f"{place}.{name}", f"{name} is public and has no utility", "leave it out")
        for name in self.player_names:
            if name not in values:
                raise InputError(place, f"nothing for {name}", "give every agent's utilities")
        nothing = Rationals(np.zeros((len(actions), *map(len, signals)), dtype=np.int64))
        read = [
            nothing
            if i in self.public
            else read_utility(values[n], i, agents, actions, signals, f"{place}.{n}", available)
            for i, n in enumerate(agents)
        ]
        return stack(read)


def _setter(target: object) -> Callable[[str, object], None]:
    """Return the one way around the freeze, for the constructor."""

    def put(key: str, value: object) -> None:
        object.__setattr__(target, key, value)

    return put


def _need(data: Mapping[str, Any], key: str, place: str) -> Any:
    if data.get(key) is None:
        raise InputError(f"{place.rstrip('.')}.{key}".lstrip("."), "missing", f"give {key}")
    return data[key]


def _horizon(value: int | str | None, periods: Sequence[object] | None) -> int | None:
    if periods is not None:
        if not isinstance(periods, Sequence) or isinstance(periods, str) or not periods:
            raise InputError("periods", "no list of periods", "give one object a period")
        if value is None:
            value = len(periods)
        if value == INFINITE:
            raise InputError("periods", "an infinite horizon is stationary", "give the data once, at the top level")
        if value != len(periods):
            raise InputError("periods", f"{len(periods)} periods where the horizon is {value}", "give one a period")
    if value is None or value == INFINITE:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise InputError("horizon", f"{value!r} is no horizon", 'write a whole number from 1 on, or "infinite"')
    return int(value)


def _refuse_long(horizon: int, per_period: int) -> None:
    refuse_if_large(
        "horizon", f"a horizon of {horizon if horizon < 10**15 else 'so many'} periods", horizon * per_period, 64
    )


def _discount(value: object, horizon: int | None) -> Fraction:
    if value is None:
        raise InputError("discount", "missing", "give the discount factor")
    delta = rational(value, "discount")
    if not 0 < delta <= 1 or (delta == 1 and horizon is None):
        until = "1 (1 itself is allowed when the horizon is finite)" if horizon is None else "1"
        raise InputError("discount", f"{delta} is out of range", f"choose 0 < δ up to {until}")
    return delta
