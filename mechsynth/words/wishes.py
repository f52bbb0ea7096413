"""Requirements and objectives by their economic meaning."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mechsynth.words import limits
from mechsynth.words.numbers import Number, show
from mechsynth.words.reading import word

#: The truthful path: reports and signals of positive probability from the prior on.
_PATH = "after every history that truth can lead to (without a prior, after every history)"
_MEANINGS = {
    "equal-shares": (
        "equal shares: every agent's payoff is an equal share of the social surplus, in every period that has a next one"
    ),
    "no-payoff": (
        "no payoff: every agent's payoff is 0 before what is due from the period before, in every period that has a next one"
    ),
    "pepic": (
        "truth: after every history, whatever everybody's signals, no agent gains by a false report while the others are "
        "truthful"
    ),
    "pbic": (
        "truth given what each knows: after every history and whatever she has said before, no agent expects to gain by a false report while "
        "the others are truthful"
    ),
    "bnic": (
        "truth from the start: no strategy of an agent is expected to be worth more from the start than truth while the others are truthful"
    ),
    "residual-claimant": (
        "residual claimants: every agent's payoff is the social surplus, in every period that has a next one"
    ),
    "participation:ex-post": (
        f"participation after the signals: whatever everybody's signals, and {_PATH}, staying is worth at least 0 to "
        "everybody"
    ),
    "participation:interim": (
        "participation knowing one's own signal: after every history that truth can lead to, staying is worth at "
        "least 0 in expectation to everybody"
    ),
    "participation:entry": (
        "participation at the start, knowing one's own first signal: the mechanism is worth at least 0 in expectation "
        "to everybody"
    ),
    "participation:ex-ante": (
        "participation before the first signals: the mechanism is worth at least 0 in expectation to everybody"
    ),
    "budget:ex-ante": "no expected deficit: the discounted payments add up to at least 0 under the prior",
    "budget:per-period": (
        "a budget balanced in expectation: given the reports of the period before, the payments of each period add up "
        "to 0 in expectation"
    ),
    "budget:ex-post": "a budget balanced whatever happens: the payments of each period add up to exactly 0",
    "exit:interim": (
        "participation and exit: after every history that truth can lead to, staying is worth at least as much as leaving in "
        "expectation to everybody, given what she knows; and no strategy of lies that ends with leaving is expected to be worth "
        "more from the start than truth and staying"
    ),
    "no-deficit:per-period": (
        "no expected deficit in any period: given the reports of the period before, the payments of each period add up "
        "to at least 0 in expectation"
    ),
    "no-deficit:ex-post": "no deficit whatever happens: the payments of each period add up to at least 0",
    "no-subsidy": "no subsidy: no payment to an agent, ever",
    "winner-pays": "the winner pays: an agent pays or receives nothing but after the action of its name",
    "surplus:full": (
        "full extraction: the expected discounted payments are the whole expected surplus, the agents together keep 0"
    ),
    "surplus:every-history": (f"full extraction: {_PATH}, the agents together keep 0 from then on"),
}
#: The same where leaving is worth other amounts than 0.
_LEAVING = {
    "participation:ex-post": (
        f"participation after the signals: whatever everybody's signals, and {_PATH}, staying is worth at least as much as "
        "leaving to everybody"
    ),
    "participation:interim": (
        "participation knowing one's own signal: after every history that truth can lead to, staying is worth at least as much "
        "as leaving in expectation to everybody"
    ),
    "participation:entry": (
        "participation at the start, knowing one's own first signal: the mechanism is worth at least as much as leaving in "
        "expectation to everybody"
    ),
    "participation:ex-ante": (
        "participation before the first signals: the mechanism is worth at least as much as leaving in expectation to everybody"
    ),
    "surplus:full": (
        "full extraction: the expected discounted payments are the whole expected surplus above what leaving is worth, the "
        "agents together keep no more than that"
    ),
    "surplus:every-history": f"full extraction: {_PATH}, the agents together keep from then on what leaving is worth",
}
_SHORT = {
    "equal-shares": "equal shares",
    "no-payoff": "no payoff",
    "pepic": "truth",
    "pbic": "truth given what each knows",
    "bnic": "truth from the start",
    "residual-claimant": "residual claimants",
    "participation:ex-post": "participation",
    "participation:interim": "participation",
    "participation:entry": "participation",
    "participation:ex-ante": "participation",
    "budget:ex-ante": "the budget",
    "budget:per-period": "the budget",
    "budget:ex-post": "the budget",
    "exit:interim": "exit",
    "no-deficit:per-period": "no deficit",
    "no-deficit:ex-post": "no deficit",
    "no-subsidy": "no subsidy",
    "winner-pays": "payments by the winner alone",
    "surplus:full": "extraction",
    "surplus:every-history": "extraction",
}
_RELAXED = {
    "equal-shares": "payoffs may miss an equal share of the surplus by ε = {}",
    "no-payoff": "payoffs may be ε = {} above or below 0",
    "pepic": "every lie may gain up to ε = {}",
    "pbic": "every lie may gain up to ε = {}, expected given what the agent knows",
    "bnic": "lies that begin where truth leads to, with whatever follows them, may be expected to gain up to ε = {}",
    "residual-claimant": "payoffs may miss the surplus by ε = {}",
    "participation:ex-post": "everybody's payoff may fall to −ε = −{}",
    "participation:interim": (
        "everybody's expected payoff, times the probability of the signal that it is expected at, may fall to −ε = −{}"
    ),
    "participation:entry": (
        "everybody's expected payoff, times the probability of the signal that it is expected at, may fall to −ε = −{}"
    ),
    "participation:ex-ante": "everybody's expected payoff may fall to −ε = −{}",
    "budget:ex-ante": "the expected deficit may be ε = {}",
    "budget:per-period": "the expected payments of each period may miss balance by ε = {}",
    "budget:ex-post": "the budget of each period may miss balance by ε = {}",
    "no-deficit:per-period": "the expected deficit of each period may be up to ε = {}",
    "no-deficit:ex-post": "the deficit of each period may be up to ε = {}",
    "no-subsidy": "a single payment to an agent may be up to ε = {}",
    "winner-pays": "a single payment of another than the winner may be up to ε = {}, by it or to it",
    "surplus:full": "the agents together may keep rents of ε = {} in expectation",
    "surplus:every-history": "the agents together may keep rents of ε = {} after each history (or lose as much)",
}
#: Sentences on the value that was reached, and on why no other transfers of the class do better.
_REACHED = {
    "min-max-transfer": "The largest payment, in absolute value, is as small as it can be with {kind} transfers: {value}.",
    "min-total-transfer": (
        "The payments listed in the mechanism, in absolute value, add up to as little as they can with {kind} transfers: "
        "{value} (each counted once, not weighted by how likely it is)."
    ),
    "max-revenue": "The expected discounted payments are as large as they can be with {kind} transfers: {value}.",
    "min-rent": ("{path}, the agents together keep at most {value}, and less is impossible with {kind} transfers."),
    "min-subsidy": (
        "In no period is the designer expected, given the reports of the period before, to pay in more than {value}, and "
        "less is impossible with {kind} transfers."
    ),
    "min-epsilon": "No lie gains more than {value}, and less is impossible with {kind} transfers.",
}


_EXPECTED = {
    "pbic": (
        "No lie is expected to gain more than {value}, given what the agent knows and after whatever she has said, and less is impossible with "
        "{kind} transfers."
    ),
    "bnic": (
        "Lies that begin where truth leads to, with whatever follows them until truth does, are expected to gain no more than {value}, and less "
        "is impossible with {kind} transfers."
    ),
}


def meaning(name: str, outside: bool = False) -> str:
    """Return what a requirement asks for, with its name; ``outside`` where leaving is worth other amounts than 0."""
    own = limits.read(name)
    text = _MEANINGS.get(name, "" if own is None else own.meaning)
    text = _LEAVING.get(name, text) if outside else text
    return f"{text} ({word(name)})" if text else word(name)


def short(name: str) -> str:
    """Return the name of a requirement as a noun, with its name in brackets where that differs."""
    own = limits.read(name)
    noun = _SHORT.get(name, "" if own is None else own.short)
    return f"{noun} ({word(name)})" if noun else word(name)


def relaxation(name: str, least: Number, outside: bool = False) -> str:
    """Return what it means to relax a requirement by ``least``."""
    own = limits.read(name)
    told = _RELAXED.get(name, "each of its rows may be missed by ε = {}" if own is None else own.relaxed)
    if outside and name in _LEAVING:
        told = told.replace("payoff", "payoff above what leaving is worth").replace("rents", "rents above that")
    return f"{short(name)}: {told.replace('{}', show(least))}"


def reached(question: Mapping[str, object], value: Number, kind: str, outside: bool = False) -> str:
    """Return the optimum in words, with the class of transfers among which it is one: ``stationary contingent``."""
    objective = question.get("objective")
    if objective == "min-epsilon" and value == 0:
        return "No lie gains anything: truth needs no tolerance."
    if objective == "min-epsilon" and question.get("require"):
        asked = question["require"]
        bayes = next((each for each in _EXPECTED if isinstance(asked, Sequence) and each in asked), None)
        if bayes is not None:
            return _EXPECTED[bayes].format(value=show(value), kind=kind)
    text = _REACHED.get(objective) if isinstance(objective, str) else None
    if outside and objective == "min-rent":
        text = "{path}, the agents together keep at most {value} above what leaving is worth, and less is impossible with {kind} transfers."
    if text is None:
        return f"The best value with {kind} transfers was found: it is {show(value)}."
    return text.format(value=show(value), kind=kind, path=f"{_PATH[0].upper()}{_PATH[1:]}")


def unbounded(question: Mapping[str, object]) -> str:
    """Return that an objective has no optimum."""
    if question.get("objective") == "max-revenue":
        return (
            "Revenue has no bound: the payments can be raised without end, since nothing that was required keeps the "
            "agents from losing. Require participation."
        )
    return "There is no best value: the objective can be improved without end by moving on from the transfers below."
