"""Does any transfer rule of a class implement the efficient rule, or one that is given, and meet a wish list?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mechsynth.asks.options import CLASS, INCENTIVES, KEEP, LOOK_AHEAD, OBJECTIVE, RELAX, REQUIRE, RULE, STRENGTH, TIES
from mechsynth.errors import UsageError
from mechsynth.result.ask import Ask, Needs, option
from mechsynth.result.status import Status
from mechsynth.result.vocabulary import ANYTHING, EFFICIENT
from mechsynth.result.vocabulary import INCENTIVES as NOTIONS


@dataclass(frozen=True, kw_only=True)
class Implement(Ask, name="implement"):
    """Does any transfer rule of a class implement the efficient rule, or one that is given, and meet a wish list?

    Attributes
    ----------
    transfers:
        The class of transfers; ``"smallest"`` for the smallest class that can meet the wishes; ``"winner-pay"`` for ``"vcg-type"`` with the requirement ``winner-pays``.
    incentives:
        What truth must be: ``"pepic"``, ``"pbic"`` or ``"bnic"`` (docs/model.md, Equilibrium). It stands first in ``require`` of the result.
    require:
        Requirements by name (``"budget:ex-post"``) or as objects (`mechsynth.Requirement`).
    keep:
        The names of those that a conflict may not propose to give up.
    objective:
        ``"feasibility"``, or what to optimize.
    strength:
        ``"exact"``, or ``"verified"`` where a negative answer may rest on short multipliers that exclude only payments up to a bound, which the
        answer states. Where exact multipliers would be too long the answer is ``verified`` in any case.
    relax:
        Whether to measure by how much each requirement of a conflict must be relaxed; ``None``: where it is quick.
    rule:
        ``"efficient"``, or a rule that is given: the name of a file, its JSON object, a result, or what `mechsynth.given.given` made of one.
    look_ahead:
        How many of the next periods' reports payments may look at, or ``"auto"``; beyond 1 with contingent or vcg-type payments, for truth alone under the efficient rule.
    ties:
        ``"first"``: of several best actions the first is taken; ``"all"``: every efficient rule is tried.
    """

    place = 70
    second = True
    about, source, linear = ANYTHING, "Liu 2014, sections 3 and 4", True
    statuses = (Status.FEASIBLE, Status.INFEASIBLE, Status.OPTIMAL, Status.UNBOUNDED)
    value = "optimum"

    transfers: str = option("contingent", CLASS)
    incentives: str = option("pepic", INCENTIVES)
    require: Sequence[Any] = option((), REQUIRE)
    keep: Sequence[str] = option((), KEEP)
    objective: str = option("feasibility", OBJECTIVE)
    strength: str = option("exact", STRENGTH)
    relax: bool | None = option(None, RELAX)
    rule: Any = option(EFFICIENT, RULE)
    look_ahead: str = option("1", LOOK_AHEAD)
    ties: str = option("first", TIES)

    def __post_init__(self) -> None:
        """Read ``winner-pay`` as what it stands for: `vcg-type` payments, by the winner alone."""
        super().__post_init__()
        if self.transfers == "winner-pay":
            object.__setattr__(self, "transfers", "vcg-type")
            object.__setattr__(self, "require", tuple(dict.fromkeys((*self.require, "winner-pays"))))

    def document(self) -> dict[str, object]:
        """Return the question with the names of all requirements: what truth must be first, and none twice."""
        names = [wish if isinstance(wish, str) else wish.name for wish in (self.notion, *self.require)]
        return {**super().document(), "require": list(dict.fromkeys(names))}

    @property
    def notion(self) -> str:
        """What truth must be, by the option or among the requirements.

        Raises
        ------
        UsageError
            Where two different ones are asked for.
        """
        named = [wish for wish in self.require if isinstance(wish, str) and wish in NOTIONS]
        found = list(dict.fromkeys([*named, *([self.incentives] if self.incentives != "pepic" else [])])) or ["pepic"]
        if len(found) > 1:
            raise UsageError("incentives", f"{' and '.join(found)} are asked for", "ask for one of them")
        return found[0]

    def needs(self) -> Needs:
        """Return that the last period must be efficient; what the requirements need they say themselves."""
        return Needs(efficient_end="implement asks about the efficient last period")
