"""A budget that balances in every period (Liu 2014, Proposition 3.7; infinite horizon).

Next period's payment takes from the agent, in expectation, what today left her above the average:
``δ E[p^i] = ξ^i(a,θ) = u^i(a,θ) − (1/N) Σ_j u^j(a,θ)``. She keeps ``W/N``, and what all of them are expected to pay adds to zero after every
truthful profile. After a lie it is enough to expect ``(1/N)(W − Q)/δ`` less, her share of what the lie loses. A negative answer says that no transfers of the
class are an equilibrium that leaves every agent ``W/N``: the question is `implement` with ``equal-shares``.
"""

from __future__ import annotations

from fractions import Fraction

from mechsynth.asks.aims import target
from mechsynth.asks.linked import asked_for, construct, room_of
from mechsynth.asks.question import Question
from mechsynth.result import Result

ASK = "budget-balanced"


def answer(question: Question) -> Result:
    """Decide whether transfers of the class leave every agent an equal share of the surplus, and give them.

    Raises
    ------
    UsageError
        When the horizon is finite: nothing is paid after the last period, so its utilities could not be shared.
    """
    environment = question.environment
    asked = asked_for(question, ASK, ["budget:per-period"])
    share = Fraction(1, len(environment.agents))
    weaker = asked["scope"] == "policy"
    return construct(question, asked, room_of(question, ASK), lambda t, i: target(question.case, t, i, share, weaker))
