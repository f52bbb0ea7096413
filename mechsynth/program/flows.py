"""Requirements on what is paid in one period, with a number of their own: caps, limited liability, and how the rents are divided.

What is paid *in a period* is ``now`` and what is due from the reports before, together; `money.Bounded` speaks of single payments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from urllib.parse import unquote

import numpy as np

from mechsynth.errors import InputError, UsageError
from mechsynth.program.incentives import need_prior
from mechsynth.program.money import realizations
from mechsynth.program.synthesis import Setting
from mechsynth.rational import rational, text

_PLAIN = re.compile(r"[^\w.+-]")


def escaped(label: str) -> str:
    """Return an agent's name as it stands in the name of a requirement: what is no letter, digit or ``_ . + -`` percent-encoded."""
    return _PLAIN.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), label)


def _player(setting: Setting, wish: str, agent: str) -> int:
    """Return the index of a player by its name."""
    places = {setting.environment.agents[i]: i for i in setting.players}
    if agent not in places:
        raise UsageError(
            "require", f"{wish!r}: {agent!r} pays nothing, it is no agent", f"name one of {', '.join(places)}"
        )
    return places[agent]


@dataclass(frozen=True)
class Cap:
    """In no period does an agent pay more than ``most``: every agent, or one."""

    most: Fraction
    agent: str | None = None

    @property
    def name(self) -> str:
        """``cap:B``, or ``cap:AGENT=B``."""
        return f"cap:{text(self.most)}" if self.agent is None else f"cap:{escaped(self.agent)}={text(self.most)}"

    def rows(self, setting: Setting) -> None:
        """Add one row per agent, public history and profile, where anything is paid."""
        whose = setting.players if self.agent is None else (_player(setting, self.name, self.agent),)
        for t in range(setting.count):
            size = len(setting.profiles[t])
            one, right = np.ones(size, dtype=np.int64), [-self.most] * size
            for tail, paid in realizations(setting, t):
                for i, cols in zip(setting.players, paid, strict=True):
                    if i in whose and cols:
                        head = f"{self.name} {setting.names[i]} {setting.when(t)}"
                        titles = [f"{head}{name}{tail}" for name in setting.profiles[t]]
                        setting.program.add_rows(titles, cols, [-one] * len(cols), 1, right, self.name)


@dataclass(frozen=True)
class Liability:
    """In no period does an agent lose more than ``most``, utility less what is paid; or in one period alone, ``period`` from 1.

    With an infinite horizon period 1 is the start, with nothing due; others cannot be told apart.
    """

    most: Fraction
    period: int | None = None

    @property
    def name(self) -> str:
        """``liability:L``, or ``liability@t:L``."""
        return f"liability{'' if self.period is None else f'@{self.period}'}:{text(self.most)}"

    def rows(self, setting: Setting) -> None:
        """Add one row per agent, public history, true profile and action that can be drawn; where nothing is paid the utility alone has to be enough."""
        last = setting.environment.horizon or 1
        if self.period is not None and not 1 <= self.period <= last:
            which = (
                "an infinite horizon tells period 1 alone from the others"
                if setting.environment.horizon is None
                else f"there {'is one period' if last == 1 else f'are {last} periods'}"
            )
            raise UsageError("require", f"{self.name!r}: no period {self.period}", which)
        for t in range(setting.count):
            if self.period in (None, t + 1):
                self._period(setting, t)

    def _period(self, setting: Setting, t: int) -> None:
        past = setting.pasts[t]
        told, one = past.told, np.ones(past.told.size, dtype=np.int64)
        rights = {i: [-self.most - u for u in setting.enjoyed(t, i)] for i in setting.players}
        for tail, paid in realizations(setting, t):
            if self.period is not None and setting.environment.horizon is None and tail:
                continue
            for i, cols in zip(setting.players, paid, strict=True):
                head = f"{self.name} {setting.names[i]} {setting.when(t)}"
                titles = [f"{head}{name}{tail}" for name in setting.histories[t]]
                here = [own[told] for own in cols]
                setting.program.add_rows(titles, here, [-one] * len(here), 1, rights[i], self.name)


@dataclass(frozen=True)
class Split:
    """What all agents together expect to gain by taking part is divided in given shares, which add up to 1."""

    shares: tuple[tuple[str, Fraction], ...]

    @property
    def name(self) -> str:
        """``split:A=1/3,B=2/3``."""
        return f"split:{','.join(f'{escaped(agent)}={text(share)}' for agent, share in self.shares)}"

    def rows(self, setting: Setting) -> None:
        """Add ``E (X_1^i − o^i) − share^i · Σ_j E (X_1^j − o^j) = 0`` of every agent."""
        weights, den = need_prior(setting, self.name)
        share = {_player(setting, self.name, agent): part for agent, part in self.shares}
        for i in setting.players:
            if i not in share:
                raise UsageError(
                    "require",
                    f"{self.name!r} leaves out {setting.environment.agents[i]!r}",
                    "give every agent a share, 0 for nothing",
                )
        left = {i: setting.expected_leaving(0, i, weights, den) for i in setting.players}
        total = sum(left.values(), Fraction(0))
        for i in setting.players:
            scale = share[i].denominator
            parts = [scale * (i == j) - share[i].numerator for j in setting.players]
            cols = [setting.X[0][j][None] for j in setting.players]
            nums = [weights[None].astype(object) * part for part in parts]
            setting.program.add_rows(
                [f"{self.name} {setting.names[i]}"],
                cols,
                nums,
                den * scale,
                [left[i] - share[i] * total],
                self.name,
                equal=True,
            )


def _number(wish: str, value: str, example: str) -> Fraction:
    try:
        return rational(value, "require")
    except InputError as error:
        raise UsageError("require", f"{wish!r}: {error.problem}", f"write {example}, say") from None


def _at_least_0(wish: str, value: str, example: str, what: str) -> Fraction:
    found = _number(wish, value, example)
    if found < 0:
        raise UsageError("require", f"{wish!r} {what} below 0", "give a number of at least 0")
    return found


def _cap(wish: str, _: str, rest: str) -> Cap:
    agent, named, most = rest.rpartition("=")
    return Cap(
        _at_least_0(wish, most, "cap:10 or cap:AGENT=10", "caps what is paid"), unquote(agent) if named else None
    )


def _liability(wish: str, head: str, rest: str) -> Liability:
    _, at, digits = head.partition("@")
    if at and not re.fullmatch("[1-9][0-9]{0,8}", digits):
        raise UsageError("require", f"{wish!r}: {digits!r} is no period", "write liability@1:10, say")
    return Liability(
        _at_least_0(wish, rest, "liability:10 or liability@1:10", "limits losses"), int(digits) if at else None
    )


def _split(wish: str, _: str, rest: str) -> Split:
    shares: dict[str, Fraction] = {}
    for part in rest.split(","):
        agent, named, share = part.rpartition("=")
        agent = unquote(agent)
        if not named or agent in shares:
            raise UsageError(
                "require", f"{wish!r}: {part!r} is no share of another agent", "write split:A=1/3,B=2/3, say"
            )
        shares[agent] = _number(wish, share, "split:A=1/3,B=2/3")
    if sum(shares.values()) != 1:
        raise UsageError(
            "require",
            f"{wish!r}: the shares add up to {text(sum(shares.values(), Fraction(0)))}",
            "let them add up to 1",
        )
    return Split(tuple(shares.items()))


_READ: dict[str, Callable[[str, str, str], Cap | Liability | Split]] = {
    "cap": _cap,
    "liability": _liability,
    "split": _split,
}
FORMS: Sequence[str] = ("cap:B", "cap:AGENT=B", "liability:L", "liability@t:L", "split:A=1/3,B=2/3")
"""How they are written."""


def read(wish: str) -> Cap | Liability | Split | None:
    """Return a requirement by its name, ``None`` if it is none of these.

    Raises
    ------
    UsageError
        If the rest of the name is not what it should be.
    """
    head, colon, rest = wish.partition(":")
    kind, at, _ = head.partition("@")
    if not colon or kind not in _READ or (at and kind != "liability"):
        return None
    return _READ[kind](wish, head, rest)
