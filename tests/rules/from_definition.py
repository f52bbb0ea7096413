"""One and two periods with any rule, from the definition: what an agent gets after each report, action and next report, asked of z3 in exact arithmetic.

There are no payoff variables and no rows of a program here: a strategy's worth is added up over the tree of what can happen.
"""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from fractions import Fraction as F
from typing import Any

import z3

Json = dict[str, Any]
SIGNALS, ACTIONS = ("0", "1"), ("a", "b")
PROFILES = list(itertools.product(range(2), range(2)))


def parts(rng: random.Random, count: int) -> list[F]:
    """Positive probabilities."""
    weights = [rng.randrange(1, 5) for _ in range(count)]
    return [F(w, sum(weights)) for w in weights]


@dataclass
class Game:
    """Two agents, two signals, two actions; the rule draws ``rule[t][θ][a]``."""

    horizon: int
    discount: F
    prior: dict[tuple[int, int], F]
    utilities: list[list[list[dict[tuple[int, int], F]]]]  # [t][agent][action][θ]
    kernel: list[dict[tuple[int, int], dict[tuple[int, int], F]]]  # [action][θ][θ']
    rule: list[dict[tuple[int, int], list[F]]]

    @classmethod
    def drawn(cls, seed: int, horizon: int) -> Game:
        """A game and a rule by chance; a third of the profiles get a lottery."""
        rng = random.Random(seed)
        utilities = [[[{p: F(rng.randrange(-3, 4)) for p in PROFILES} for _ in range(2)] for _ in range(2)] for _ in range(horizon)]
        kernel = [{p: dict(zip(PROFILES, parts(rng, 4), strict=True)) for p in PROFILES} for _ in range(2)]
        lots = ([F(1), F(0)], [F(0), F(1)], [F(1, 3), F(2, 3)])
        rule = [{p: rng.choice(lots) for p in PROFILES} for _ in range(horizon)]
        return cls(horizon, F(rng.randrange(1, 4), 3), dict(zip(PROFILES, parts(rng, 4), strict=True)), utilities, kernel, rule)

    def instance(self) -> Json:
        """The game as an instance file."""

        def square(values: dict[tuple[int, int], F]) -> list[list[str]]:
            return [[str(values[i, j]) for j in range(2)] for i in range(2)]

        periods: list[Json] = []
        for t in range(self.horizon):
            period: Json = {
                "signals": {"x": list(SIGNALS), "y": list(SIGNALS)},
                "actions": list(ACTIONS),
                "utilities": {name: [square(self.utilities[t][i][a]) for a in range(2)] for i, name in enumerate("xy")},
            }
            if t + 1 < self.horizon:
                period["transition"] = [[[square(self.kernel[a][i, j]) for j in range(2)] for i in range(2)] for a in range(2)]
            periods.append(period)
        return {
            "format": "mechsynth-instance/1",
            "name": "drawn",
            "horizon": self.horizon,
            "discount": str(self.discount),
            "agents": ["x", "y"],
            "prior": square(self.prior),
            "periods": periods,
        }

    def file(self) -> Json:
        """The rule as a rule file."""

        def entry(chances: list[F]) -> object:
            certain = [label for label, chance in zip(ACTIONS, chances, strict=True) if chance == 1]
            return certain[0] if certain else {label: str(chance) for label, chance in zip(ACTIONS, chances, strict=True)}

        tables = [[[entry(rule[i, j]) for j in range(2)] for i in range(2)] for rule in self.rule]
        return {"format": "mechsynth-rule/1", "name": "by-chance", "rule": tables}

    def can(self, t: int, reports: tuple[int, int]) -> list[int]:
        """The actions that can be drawn."""
        return [a for a in range(2) if self.rule[t][reports][a]]

    def surplus(self, t: int, profile: tuple[int, int]) -> F:
        """The surplus of the rule from a period on."""
        total = F(0)
        for a in self.can(t, profile):
            flow = sum((self.utilities[t][i][a][profile] for i in range(2)), F(0))
            after = sum((m * self.surplus(t + 1, q) for q, m in self.kernel[a][profile].items()), F(0)) if t + 1 < self.horizon else F(0)
            total += self.rule[t][profile][a] * (flow + self.discount * after)
        return total


def swap(profile: tuple[int, int], i: int, k: int) -> tuple[int, int]:
    return (k, profile[1]) if i == 0 else (profile[0], k)


def real(value: F) -> Any:
    return z3.RealVal(str(value))


class Sought:
    """Payments of a class as unknowns, and what they leave to the agents."""

    def __init__(self, game: Game, kind: str) -> None:
        self.game, self.kind, self.known = game, kind, {}

    def _column(self, *name: object) -> Any:
        if name not in self.known:
            self.known[name] = z3.Real(repr(name))
        return self.known[name]

    def now(self, t: int, i: int, reports: tuple[int, int]) -> Any:
        last = t == self.game.horizon - 1
        return self._column("now", t, i, reports) if last or self.kind == "history-independent" or self.kind.endswith("+now") else real(F(0))

    def later(self, i: int, reports: tuple[int, int], a: int, then: tuple[int, int]) -> Any:
        if self.kind == "history-independent":
            return real(F(0))
        told: Any = reports if self.kind != "vcg-type" else ("blind", reports[1 - i])
        return self._column("later", i, told, a, then if self.kind.startswith("full") else then[1 - i])

    def second(self, i: int, past: tuple[tuple[int, int], int], told: tuple[int, int], true: tuple[int, int]) -> Any:
        """What an agent gets in period 2, what is due taken off."""
        game = self.game
        enjoyed = sum((game.rule[1][told][b] * game.utilities[1][i][b][true] for b in range(2)), F(0))
        return real(enjoyed) - self.now(1, i, told) - self.later(i, past[0], past[1], told)

    def first(self, i: int, told: tuple[int, int], true: tuple[int, int]) -> Any:
        """What an agent expects of period 1 on at a true profile when ``told`` is reported, and the truth later."""
        game, total = self.game, -self.now(0, i, told)
        for a in game.can(0, told):
            part = real(game.utilities[0][i][a][true])
            if game.horizon == 2:
                part = part + real(game.discount) * z3.Sum(
                    [real(m) * self.second(i, (told, a), q, q) for q, m in game.kernel[a][true].items()]
                )
            total = total + real(game.rule[0][told][a]) * part
        return total

    def pasts(self) -> list[tuple[tuple[int, int], int]]:
        """What can precede period 2: reports, and an action that they can lead to."""
        return [(p, a) for p in PROFILES for a in self.game.can(0, p)] if self.game.horizon == 2 else []


def rows(game: Game, sought: Sought, wishes: list[str]) -> list[Any]:
    """What wishes ask, all signals and kernels having positive probability."""
    found: list[Any] = []
    for wish in wishes:
        if wish == "pepic":
            for i, p in itertools.product(range(2), PROFILES):
                lie = swap(p, i, 1 - p[i])
                found.append(sought.first(i, p, p) >= sought.first(i, lie, p))
                found += [sought.second(i, past, p, p) >= sought.second(i, past, lie, p) for past in sought.pasts()]
        elif wish == "pbic":
            found += _informed(game, sought)
        elif wish == "budget:ex-post":
            found += [z3.Sum([sought.now(0, i, p) for i in range(2)]) == 0 for p in PROFILES]
            for (told, a), p in itertools.product(sought.pasts(), PROFILES):
                found.append(z3.Sum([sought.now(1, i, p) + sought.later(i, told, a, p) for i in range(2)]) == 0)
        elif wish == "participation:ex-post":
            for i, p in itertools.product(range(2), PROFILES):
                found.append(sought.first(i, p, p) >= 0)
                found += [sought.second(i, past, p, p) >= 0 for past in sought.pasts()]
        elif wish == "liability:1":
            for i, p in itertools.product(range(2), PROFILES):
                found += [real(game.utilities[0][i][a][p]) - sought.now(0, i, p) >= -1 for a in game.can(0, p)]
                for past, b in itertools.product(sought.pasts(), game.can(game.horizon - 1, p)):
                    paid = sought.now(1, i, p) + sought.later(i, past[0], past[1], p)
                    found.append(real(game.utilities[1][i][b][p]) - paid >= -1)
        else:
            assert wish == "residual-claimant", wish
            if game.horizon == 2:  # in every period that has a next one
                found += [sought.first(i, p, p) == real(game.surplus(0, p)) for i in range(2) for p in PROFILES]
    return found


def _informed(game: Game, sought: Sought) -> list[Any]:
    """Truth is best given what an agent knows: her own signal, in period 2 also what was, what she said, and what was drawn."""
    found = []
    for i, k in itertools.product(range(2), range(2)):
        here = [p for p in PROFILES if p[i] == k]
        gain = [real(game.prior[p]) * (sought.first(i, p, p) - sought.first(i, swap(p, i, 1 - k), p)) for p in here]
        found.append(z3.Sum(gain) >= 0)
        if game.horizon == 1:
            continue
        for h, said in itertools.product(PROFILES, range(2)):
            told = swap(h, i, said)
            for a in game.can(0, told):
                law = game.kernel[a][h]
                gain = [
                    real(law[p]) * (sought.second(i, (told, a), p, p) - sought.second(i, (told, a), swap(p, i, 1 - k), p))
                    for p in here
                ]
                found.append(z3.Sum(gain) >= 0)
    return found


def revenue(game: Game, sought: Sought) -> Any:
    """What is paid in expectation, from the start."""
    total = []
    for p in PROFILES:
        for i in range(2):
            total.append(real(game.prior[p]) * sought.now(0, i, p))
            for a in game.can(0, p) if game.horizon == 2 else ():
                chance = game.prior[p] * game.rule[0][p][a] * game.discount
                total += [
                    real(chance * m) * (sought.now(1, i, q) + sought.later(i, p, a, q))
                    for q, m in game.kernel[a][p].items()
                ]
    return z3.Sum(total)


def possible(game: Game, kind: str, wishes: list[str], least: F | None = None) -> bool:
    """Whether payments of a class meet wishes, and earn at least a number."""
    sought, solver = Sought(game, kind), z3.SolverFor("QF_LRA")
    solver.add(*rows(game, sought, wishes))
    if least is not None:
        solver.add(revenue(game, sought) >= real(least))
    answer = solver.check()
    assert answer != z3.unknown
    return bool(answer == z3.sat)
