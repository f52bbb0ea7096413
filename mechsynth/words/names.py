"""The names of agents, signals and actions, as far as a result or its reader knows them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from mechsynth.result.document import Played
from mechsynth.words import reading, typed
from mechsynth.words.numbers import brief
from mechsynth.words.reading import word

Profile = tuple[str, ...]
# more periods than any instance that can be answered has
_LONGEST = 1_000_000


@dataclass
class Period:
    """One period: signals by agent, actions in file order, and the rule.

    ``signals`` is empty where the order of the signals is not known; ``lone`` holds the agents with one signal. Where the rule draws, ``rule`` has the lottery
    in words, and ``drawn`` its actions.
    """

    signals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    actions: tuple[str, ...] = ()
    rule: dict[Profile, str] = field(default_factory=dict)
    drawn: dict[Profile, tuple[str, ...]] = field(default_factory=dict)
    lone: frozenset[str] = frozenset()

    def taken(self, profile: Profile) -> tuple[str, ...]:
        """Return the actions that the rule can take at a profile."""
        return self.drawn.get(profile) or (self.rule[profile],)


@dataclass
class Names:
    """Agents in the order of the instance, and periods: one under None when the horizon is infinite.

    ``public`` are those whom everybody sees before the reports; ``outside`` says that leaving is worth other amounts than 0,
    ``limited`` that some actions are not always available.
    """

    agents: tuple[str, ...]
    periods: dict[int | None, Period]
    finite: bool | None
    public: frozenset[str] = frozenset()
    outside: bool = False
    limited: bool = False

    @property
    def last(self) -> int | None:
        """The last period that is known, None when there is none."""
        return max((t for t in self.periods if t is not None), default=None)

    def at(self, period: int | None) -> Period:
        """Return what is known of a period."""
        return self.periods.get(period) or self.periods.get(None) or Period()

    def following(self, period: int | None) -> int | None:
        """Return the next period's key."""
        return None if period is None else period + 1

    def signal(self, period: int | None, agent: str, index: int) -> str:
        """Return the name of a signal by its index."""
        known = self.at(period).signals.get(agent, ())
        return word(known[index]) if index < len(known) else f"no. {index + 1}"

    def size(self, period: int | None, agent: str) -> int | None:
        """Return how many signals the agent has, None where that is not known."""
        return len(self.at(period).signals.get(agent, ())) or None

    def action(self, period: int | None, index: int) -> str:
        """Return the name of an action by its index."""
        known = self.at(period).actions
        return word(known[index]) if index < len(known) else f"no. {index + 1}"

    def action_taken(self, period: int | None, signals: Mapping[str, str]) -> str | None:
        """Return the rule's action at a full profile, None where it is not known."""
        if any(agent not in signals for agent in self.agents):
            return None
        return self.at(period).rule.get(tuple(signals[agent] for agent in self.agents))


def collect(allocation: object, given: object) -> Names:
    """Collect the names from ``mechanism.allocation`` and from labels that somebody gives (either may be None)."""
    if allocation is None:
        names = Names((), {}, None)
    else:
        names = _from_allocation(typed.record(tuple[Played, ...], allocation, "mechanism.allocation"))
    return names if given is None else _add(names, given)


def _from_allocation(allocation: tuple[Played, ...]) -> Names:
    agents: tuple[str, ...] = tuple(allocation[0].signals) if allocation else ()
    periods: dict[int | None, Period] = {}
    for index, entry in enumerate(allocation):
        place = f"mechanism.allocation[{index}]"
        if set(entry.signals) != set(agents):
            reading.fail(f"{place}.signals", "not the same agents as in the first entry")
        if entry.period is not None and entry.period < 1:
            reading.fail(f"{place}.period", "periods are whole numbers from 1 on")
        profile = tuple(entry.signals[agent] for agent in agents)
        period = periods.setdefault(entry.period, Period())
        if profile in period.rule:
            reading.fail(place, "this profile stands twice in the allocation")
        if isinstance(entry.action, str):
            period.rule[profile] = entry.action
        else:
            period.rule[profile] = _lottery(entry.action)
            period.drawn[profile] = tuple(entry.action)
    if None in periods and len(periods) > 1:
        reading.fail("mechanism.allocation", "some entries have a period and some have none")
    for period in periods.values():
        seen = [tuple(dict.fromkeys(profile[j] for profile in period.rule)) for j in range(len(agents))]
        period.lone = frozenset(agent for agent, own in zip(agents, seen, strict=True) if len(own) == 1)
    return Names(agents, periods, None if not periods else None not in periods)


def _lottery(chances: Mapping[str, Fraction]) -> str:
    return " or ".join(f"{word(action)} ({brief(chance)})" for action, chance in chances.items())


def _add(names: Names, given: object) -> Names:
    labels = reading.mapping(given, "labels")
    agents = reading.texts(reading.item(labels, "agents", "labels"), "labels.agents")
    if names.agents and set(agents) != set(names.agents):
        reading.fail("labels.agents", "not the agents of the allocation")
    entries = reading.sequence(reading.item(labels, "periods", "labels"), "labels.periods")
    horizon = _horizon(labels)
    order = [names.agents.index(agent) for agent in agents] if names.agents else []
    keys: list[int | None] = list(names.periods)
    if not keys:
        count = horizon or len(entries)
        keys = [None] if horizon is None and count == 1 else [*range(1, count + 1)]
    if len(entries) not in (1, len(keys)):
        reading.fail("labels.periods", f"{len(entries)} entries for {len(keys)} periods")
    periods: dict[int | None, Period] = {}
    for index, key in enumerate(sorted(keys, key=lambda t: t or 0)):
        place = f"labels.periods[{index if len(entries) > 1 else 0}]"
        entry = reading.mapping(entries[index if len(entries) > 1 else 0], place)
        signals = reading.mapping(reading.item(entry, "signals", place), f"{place}.signals")
        own = {a: reading.texts(reading.item(signals, a, f"{place}.signals"), f"{place}.signals.{a}") for a in agents}
        actions = reading.texts(reading.item(entry, "actions", place), f"{place}.actions")
        known = names.at(key)
        rule = {tuple(profile[j] for j in order): action for profile, action in known.rule.items()}
        drawn = {tuple(profile[j] for j in order): several for profile, several in known.drawn.items()}
        periods[key] = Period(own, actions, rule, drawn, frozenset(a for a in agents if len(own[a]) == 1))
        for profile in rule:
            unknown = any(action not in actions for action in periods[key].taken(profile))
            if unknown or any(s not in own[a] for a, s in zip(agents, profile, strict=True)):
                reading.fail(place, "a signal or an action of the allocation is not among these names")
    if names.finite is None and None in periods:  # one entry may also be a stationary finite horizon
        return Names(agents, periods, False if labels.get("horizon") == "infinite" else None, *_second(labels, agents))
    return Names(agents, periods, None not in periods, *_second(labels, agents))


def _second(labels: Mapping[str, object], agents: tuple[str, ...]) -> tuple[frozenset[str], bool, bool]:
    """Return who is public, whether leaving is worth anything, and whether some actions are not always available."""
    public = reading.texts(labels["public"], "labels.public") if "public" in labels else ()
    if any(agent not in agents for agent in public):
        reading.fail("labels.public", "not agents of the instance")
    flags = []
    for key in ("outside", "limited"):
        flag = labels.get(key, False)
        if not isinstance(flag, bool):
            reading.fail(f"labels.{key}", "neither true nor false")
        flags.append(flag)
    return frozenset(public), flags[0], flags[1]


def _horizon(labels: Mapping[str, object]) -> int | None:
    """Return how many periods labels say there are; None where they do not, or say that they do not end."""
    value = labels.get("horizon")
    if value is None or value == "infinite":
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= _LONGEST:
        reading.fail("labels.horizon", "neither infinite nor a number of periods")
    return value
