r"""The rows of payments that are due up to several periods after the report: what truth pays, and truth after every window.

With :math:`W` the surplus, :math:`N(ρ,θ)` what a report is expected to cost, :math:`O_j` what is open from the report of :math:`j` periods ago, in present values:

.. math:: N(θ,θ) = G(θ,θ) - W(θ), \qquad
   N(ρ,θ) - N(θ,θ) + \sum_j [O_j(ρ) - O_j(θ)] \ge G(ρ,θ) - G(θ,θ), \quad G = u^i(a^*(ρ),θ) + δE[X'|a^*(ρ),θ].

:math:`X' = W` before the last period, in it :math:`u^i - p`. A window is what was reported in the periods before, at most ``k − 1`` of them. Given the others' reports the own ones stand apart by
their age, so the worst window is found age by age.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property, partial
from itertools import product

from .ahead import ZERO, Ahead
from .model import Model
from .names import Names
from .owed import Owed, Word, told_past
from .play import Play
from .text import TooLargeInput, number_text
from .values import Values
from .verdict import Ledger

MAX_ROWS = 2_000_000  # rows that are looked at one by one


@dataclass(eq=False)
class Rows:
    """The rows of one agent.

    Parameters
    ----------
    laws, values:
        What is expected under the rule, and what it is worth.
    k:
        How far payments look ahead.
    constant:
        Whether the last period plays a constant action, without payments.
    """

    laws: Ahead
    values: Values
    k: int
    constant: bool
    _most: dict[tuple[int, int, Word, int, int], tuple[Fraction, int]] = field(default_factory=dict)
    _count: int = 0

    @property
    def model(self) -> Model:
        """The instance."""
        return self.laws.model

    @property
    def agent(self) -> int:
        """Whose rows they are."""
        return self.laws.agent

    @cached_property
    def names(self) -> Names:
        """The names of the instance."""
        return Names(self.model, [Play.pure(actions) for actions in self.laws.rule])

    def ends(self, t: int) -> bool:
        """Say whether nothing comes after a period."""
        return self.model.kernel(t) is None

    def rule(self, t: int, profile: int) -> int:
        """Return the action of the rule."""
        return int(self.laws.rule[t][profile])

    def utility(self, t: int, action: int, profile: int) -> Fraction:
        """Return what the agent enjoys."""
        return self.model.period(t).utilities[self.agent].at(action, profile)

    def worth(self, t: int, profile: int) -> Fraction:
        """Return ``X`` but for what is paid in the last period."""
        if self.ends(t):
            return self.utility(t, self.rule(t, profile), profile)
        return self.values.exact(t).at(profile)

    def enjoyed(self, t: int, action: int, profile: int) -> Fraction:
        """Return ``G``, but for what is paid in the last period."""
        total = self.utility(t, action, profile)
        if self.ends(t):
            return total
        after = self.model.following(t)
        more = sum((share * self.worth(after, q) for q, share in self.laws.law(t, action, profile).items()), ZERO)
        return total + self.model.discount * more

    def target(self, t: int, action: int, profile: int) -> Fraction:
        """Return what the agent must be expected to pay after an action for the social surplus, but for what is paid in the last period."""
        period = self.model.period(t)
        total = self.utility(t, action, profile) - period.surplus.at(action, profile)
        after = self.model.following(t)
        if self.ends(after):
            for q, share in self.laws.law(t, action, profile).items():
                gap = self.values.exact(after).at(q) - self.worth(after, q)
                total -= self.model.discount * share * gap
        return total

    def lies(self, t: int) -> Iterator[tuple[int, int, int]]:
        """Return true profiles, own signals that are reported instead, and the profiles that are reported."""
        for members in self.laws.members(t):
            for true in members:
                for r, told in enumerate(members):
                    if told != true:
                        yield true, r, told

    def before(self, t: int, age: int) -> int:
        """Return the period so many periods before."""
        return t if self.model.horizon is None else t - age

    def earlier(self, t: int) -> int:
        """Return from how many periods before something can be open."""
        return self.k - 1 if self.model.horizon is None else min(self.k - 1, t)

    # -- names --------------------------------------------------------------------------------------------------------

    def lie_name(self, t: int, true: int, r: int, window: Word = ()) -> str:
        """Return ``pepic one (1,0)->2 after (0,1)``."""
        name = self.names.place("pepic", t, self.agent, self.names.lie(t, self.agent, true, r))
        return name + told_past(self.laws, t, window, self.names.profile)

    def value_name(self, t: int, true: int) -> str:
        """Return ``residual-claimant one (1,0)``."""
        return self.names.place("residual-claimant", t, self.agent, self.names.profile(t, true))

    def target_name(self, t: int, action: int, true: int, r: int) -> str:
        """Return ``target one (1,0)->2 a=reset``."""
        from .names import written

        played = f"a={written(self.model.period(t).actions[action])}"
        return self.names.place("target", t, self.agent, self.names.lie(t, self.agent, true, r), played)

    # -- a mechanism --------------------------------------------------------------------------------------------------

    def met(self, owed: Owed, ledger: Ledger, report_proof: bool) -> None:
        """Ask of payments what truth pays, and truth after every window; with ``report_proof`` no window moves anything."""
        for t in range(self.model.count):
            paid = owed.last if self.ends(t) else None
            if paid is not None:
                ledger.claim(
                    not self.constant or not any(paid),
                    f"{self.names.agents[self.agent]} pays in the last period, which is constant",
                )
            for true in range(self.model.period(t).profiles) if paid is None else ():
                action = self.rule(t, true)
                cost = self.cost(owed, t, true, action, true)
                off = self.target(t, action, true) - cost
                ledger.claim(off == 0, f"{self.value_name(t, true)}: off by {number_text(off)}, not 0")
            for slack, name in self.losses(owed, t, report_proof=report_proof):
                ledger.claim(slack >= 0, f"{name()}: slack {number_text(slack)} < 0" if slack < 0 else "")

    def losses(self, owed: Owed, t: int, *, report_proof: bool) -> Iterator[tuple[Fraction, Callable[[], str]]]:
        """Return what every lie of a period loses, after every window of the others' reports with the own ones that are worst, and its name.

        Raises
        ------
        TooLargeInput
            Beyond `MAX_ROWS` rows.
        """
        for true, r, told in self.lies(t):
            slack = self.slack(owed, t, true, told)
            still = self.ends(t) or report_proof or self.rule(t, true) == self.rule(t, told)
            reach = self.earlier(t)
            if still or self.model.horizon is None or not reach:
                yield slack, partial(self.lie_name, t, true, r)
            if still:
                continue
            # with a finite horizon there is no shorter window than all that can still be open
            for n in range(1 if self.model.horizon is None else max(reach, 1), reach + 1):
                for suffix in product(*(range(len(self.laws.members(self.before(t, age)))) for age in range(n, 0, -1))):
                    self._count += 1
                    if self._count > MAX_ROWS:
                        raise TooLargeInput("question.look_ahead", f"more than {MAX_ROWS} rows", "a shorter look-ahead")
                    moved = [self._moved(owed, t, (true, r, told), suffix[n - age :], age) for age in range(n, 0, -1)]
                    window = tuple(own for _, own in moved)
                    yield slack - sum((worst for worst, _ in moved), ZERO), partial(self.lie_name, t, true, r, window)

    def cost(self, owed: Owed, t: int, told: int, action: int, true: int, past: Word = ()) -> Fraction:
        """Return ``N``, what is paid in the last period included."""
        total = owed.expected((t, told, action), (), (t, action, true), past)
        after = self.model.following(t)
        if self.ends(after):
            law = self.laws.law(t, action, true)
            total += self.model.discount * sum((share * owed.last[q] for q, share in law.items()), ZERO)
        return total

    def slack(self, owed: Owed, t: int, true: int, told: int, past: Word = ()) -> Fraction:
        """Return what a lie loses, what is open from earlier reports left aside."""
        here, there = self.rule(t, true), self.rule(t, told)
        if self.ends(t):
            return self.enjoyed(t, here, true) - owed.last[true] - self.enjoyed(t, there, true) + owed.last[told]
        kept = self.enjoyed(t, here, true) - self.cost(owed, t, true, here, true, past)
        return kept - self.enjoyed(t, there, true) + self.cost(owed, t, told, there, true, past)

    def _moved(self, owed: Owed, t: int, lie: tuple[int, int, int], suffix: Word, age: int) -> tuple[Fraction, int]:
        """Return by how much a lie lowers what is open from the report of an age, for the own report of that age that is worst, and that report."""
        true, r, told = lie
        key = (t, age, suffix, true, r)
        if key not in self._most:
            then, members = self.before(t, age), self.laws.members(self.before(t, age))[suffix[0]]
            since = (*suffix[1:], self.letter(t, true))
            found = []
            for earlier in members:
                action = self.rule(then, earlier)
                parts = [
                    owed.expected((then, earlier, action), since, (t, self.rule(t, at), true)) for at in (true, told)
                ]
                found.append((parts[0] - parts[1], earlier))
            self._most[key] = max(found, key=lambda pair: pair[0])
        return self._most[key]

    def letter(self, t: int, profile: int) -> int:
        """Return the others' part of a profile."""
        return next(y for y, members in enumerate(self.laws.members(t)) if profile in members)

    def targets_met(self, owed: Owed, t: int, past: Word, ledger: Ledger, own_report: bool) -> None:
        """Ask that after every available action truth is expected to pay the target, and every lie at least that; payments that do not look at the own report, exactly."""
        choices = self.model.period(t).choices
        for action in range(len(self.model.period(t).actions)):
            for members in self.laws.members(t):
                for true in members:
                    for r, told in enumerate(members) if choices[action, true] else ():
                        slack = self.cost(owed, t, told, action, true, past) - self.target(t, action, true)
                        exact = told == true or not own_report
                        words = f"{self.target_name(t, action, true, r)}: slack {number_text(slack)}"
                        ledger.claim(slack == 0 if exact else slack >= 0, words)

    def report_proof(self) -> bool:
        """Say whether no report moves what is expected of the reports that earlier payments still look at."""
        if self.k < 2:
            return True
        for t in range(self.model.count):
            if self.ends(t) or (self.model.horizon is not None and t == 0):
                continue
            basis = self.laws.seen(self.model.following(t), self.laws.left(t, self.k - 1))
            for members in self.laws.members(t):
                actions = {self.rule(t, p) for p in members}
                for p in members:
                    seen = {
                        tuple(sum((share * f[q] for q, share in self.laws.law(t, a, p).items()), ZERO) for f in basis)
                        for a in actions
                    }
                    if len(seen) > 1:
                        return False
        return True
