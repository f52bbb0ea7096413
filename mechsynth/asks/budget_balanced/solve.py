"""A budget that balances in every period (Liu 2014, Proposition 3.7; infinite horizon).

Next period's payment takes from the agent, in expectation, what today left her above the average:
``δ E[p^i] = ξ^i(a,θ) = u^i(a,θ) − (1/N) Σ_j u^j(a,θ)``. She keeps ``W/N``, and what all of them are expected to pay adds to zero after every
truthful profile. After a lie it is enough to expect ``(1/N)(W − Q)/δ`` less, her share of what the lie loses. A negative answer says that no transfers of the
class are an equilibrium that leaves every agent ``W/N``: the question is `implement` with ``equal-shares``.
"""

from __future__ import annotations

from fractions import Fraction

from mechsynth.asks.budget_balanced import BudgetBalanced
from mechsynth.construct.aims import target
from mechsynth.construct.blockwise import construct
from mechsynth.construct.case import Case
from mechsynth.construct.rooms import ROOMS
from mechsynth.result import Result
from mechsynth.run import Run


def answer(ask: BudgetBalanced, case: Case, run: Run) -> Result:
    """Decide whether transfers of the class leave every agent an equal share of the surplus, and give them."""
    share = Fraction(1, len(case.environment.players))
    weaker = ask.scope == "policy"
    return construct(ask, case, run, ROOMS[ask.transfers], lambda t, i: target(case, t, i, share, weaker))
