"""Words for the questions that build transfers block by block: what each wants, and what its answer covers."""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.words.envelope import Answer


@dataclass(frozen=True)
class Aim:
    """What a construction wants for an agent, in three grammatical forms, and the charge that it takes."""

    infinitive: str
    clause: str
    act: str
    just: str
    charge: str = ""


_CLAIMANT = Aim(
    "To be residual claimant",
    "is residual claimant",
    "make {} residual claimant",
    "what makes {} residual claimant",
)
_AIMS = {
    "budget-balanced": Aim(
        "To keep an equal share of the surplus",
        "keeps an equal share of the surplus",
        "leave {} an equal share of the surplus",
        "what leaves {} an equal share of the surplus",
        "Here an agent must expect to be charged, next period, its utility of today less the average of all agents' "
        "utilities.",
    ),
    "surplus-extraction": Aim(
        "To be left with nothing",
        "is left with nothing",
        "leave {} with nothing",
        "what leaves {} with nothing",
        "Here an agent must expect to be charged, next period, its whole utility of today.",
    ),
}


def aim(answer: Answer) -> Aim:
    """Return what the question wants for an agent."""
    return _AIMS.get(answer.ask, _CLAIMANT)


def gains(answer: Answer) -> str:
    """Return what a positive answer gives the agents and the designer, beyond truth."""
    if answer.ask == "budget-balanced":
        return (
            "Each agent keeps W/N, an equal share of the social surplus: its payoff from any period on, apart from what "
            "is still due from the period before. The budget balances in every period: given the reports of the period "
            "before, what all agents pay adds up to exactly 0 in expectation."
        )
    if answer.ask == "surplus-extraction":
        return (
            "The agents keep nothing and the designer gets the whole surplus: the expected discounted payments are "
            "E W(θ_1), the expected social surplus. Each agent pays an entrance fee in the period of its report (paid "
            "in: same period) and gets a bonus one period later (paid in: next period), which is never a charge. So "
            "after every history, also one that truth does not lead to, staying is worth the bonus that is due and "
            "nobody would rather leave."
        )
    before = "every period" if answer.names.finite is False else "every period before the last"
    if answer.names.last == 1:
        claim = ""
    else:
        surplus = "the social surplus"
        if answer.constant is not None:
            surplus = "the surplus that an efficient last period would give (not that of what is played)"
        claim = (
            f"In {before}, and before the fee, they make each agent residual claimant: its payoff from then on, apart "
            f"from what is still due from the period before, is {surplus}. "
        )
    where = (
        "it stands below as paid in period 1, once"
        if answer.names.finite is False
        else "it is part of the payments below that are made in period 1"
    )
    return (
        f"{claim}The fee balances the budget ex ante: in period 1 each of the N agents pays on top, for each other agent, the "
        "share 1/(N − 1) of what that agent is expected to be paid given its first report. It looks only at the "
        f"others' reports and so changes nobody's incentives ({where}). With it the "
        "expected discounted sum of all payments is exactly 0."
    )


def not_asked(answer: Answer) -> str:
    """Return what a positive answer does not promise."""
    if answer.ask == "budget-balanced":
        return (
            "Participation was not asked, and single payments need not add up to 0: that is implement with "
            "budget:ex-post."
        )
    if answer.ask == "ex-ante-balanced":
        return (
            "Participation was not asked: with the fee an agent may be worse off than outside. The budget balances over "
            "all periods together and in expectation, not in each period."
        )
    if answer.ask == "surplus-extraction":
        return (
            "After a history at which a bonus is due, the agents do keep that bonus: whether nothing can be left after "
            "every history is the question implement with surplus:every-history."
        )
    return "Participation and budget balance were not asked."


def left_open(answer: Answer, name: str) -> str:
    """Return which weaker question a negative answer does not settle, as the rest of ``It does not say that no ...``."""
    wishes = {
        "budget-balanced": ("balance the budget of each period", "with budget:per-period, where shares may be unequal"),
        "ex-ante-balanced": ("balance the budget ex ante", "with budget:ex-ante, where an agent may keep any rent"),
        "surplus-extraction": (
            "extract the expected surplus",
            "with participation:interim and surplus:full, where payoffs may rise and fall with the others' signals",
        ),
    }
    deed, question = wishes.get(answer.ask, ("implement the rule", "where an agent may keep any rent"))
    comma = "" if question.startswith("with ") else ","
    return f"{name} transfers {deed}: that is the question implement{comma} {question}."


def next_question(answer: Answer) -> str:
    """Return the call of implement that asks for less."""
    require = {
        "budget-balanced": "--require budget:per-period: must the shares be equal, or is a balanced budget enough?",
        "ex-ante-balanced": "--require budget:ex-ante: must agents be residual claimants, or is a balanced budget enough?",
        "surplus-extraction": (
            "--require participation:interim --require surplus:full: must an agent be left with nothing whatever the "
            "others' signals, or is it enough on average over them?"
        ),
    }
    tail = require.get(answer.ask)
    if tail is None:
        return f"Ask implement with --transfers {answer.kind}: must the agent be residual claimant, or is truth enough?"
    # The fees of the other two constructions are paid on the reports of the same period.
    kind = answer.kind if answer.ask == "budget-balanced" else "contingent+now"
    return f"Ask implement with --transfers {kind} {tail}"
