"""Why something fails: each kind of witness as a short argument."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mechsynth.result.witness import Conflict, Cycle, Dependence, Invariant, Mixture, Witness
from mechsynth.words import asked, rows
from mechsynth.words.envelope import Answer
from mechsynth.words.names import Names
from mechsynth.words.numbers import Number, brief, counted, listed, show, signed
from mechsynth.words.reading import fail, word
from mechsynth.words.typed import Foreign

_MOST_WEIGHTS = 6
_MOST_ROWS = 10


@dataclass(frozen=True)
class Aim:
    """What a construction wants for an agent, and what its answers say besides; without more, that every agent is residual claimant.

    Attributes
    ----------
    infinitive, clause, act, just:
        What it wants, in four grammatical forms.
    charge:
        The charge that it takes.
    gains:
        What a positive answer gives the agents and the designer, beyond truth; None where every agent is residual claimant.
    not_asked:
        What a positive answer does not promise.
    left_open, asks_less, transfers:
        Which weaker question a negative answer does not settle, and the call of implement that asks it; its class of transfers, where it is another.
    aligned:
        Whether with all actions in scope agents are aligned after every one of them.
    lies_lose:
        Whether what a lie loses of the surplus deters.
    ends:
        Whether the last period of a finite horizon belongs to what is asked.
    """

    infinitive: str = "To be residual claimant"
    clause: str = "is residual claimant"
    act: str = "make {} residual claimant"
    just: str = "what makes {} residual claimant"
    charge: str = ""
    gains: Callable[[Answer], str] | None = None
    not_asked: str = "Participation and budget balance were not asked."
    left_open: tuple[str, str] = ("implement the rule", "where an agent may keep any rent")
    asks_less: str = ": must the agent be residual claimant, or is truth enough?"
    transfers: str = ""
    aligned: bool = True
    lies_lose: bool = True
    ends: bool = True


def aim_of(answer: Answer) -> Aim:
    """Return what the question wants for an agent: the ``AIM`` of its words."""
    found: Aim = getattr(asked.words_of(answer.ask), "AIM", Aim())
    return found


@dataclass(frozen=True)
class Failure:
    """A witness, read: ``signals`` are the own signals in it, with their weights (none for a cycle)."""

    kind: str
    agent: str
    period: int | None
    action: str | None
    others: Mapping[str, str]
    type: str
    weights: Mapping[str, Number]
    cycle: tuple[str, ...]
    shortfall: Number | None

    @property
    def block(self) -> tuple[object, ...]:
        """What identifies the block."""
        return self.period, self.agent, self.action, tuple(sorted(self.others.items()))


def _plain(witness: Invariant) -> Mixture | Dependence:
    """Return what a witness about every look-ahead says of one."""
    agent, action, others, gap = witness.agent, witness.action, witness.others, witness.shortfall
    if witness.type_ is None:
        return Dependence(agent=agent, action=action, others=others, weights=witness.weights, shortfall=gap)
    own, weights = witness.type_, witness.weights
    return Mixture(agent=agent, action=action, others=others, type_=own, weights=weights, shortfall=gap)


def read(witness: Witness | Foreign | None, answer: Answer, place: str = "witness") -> Failure:
    """Take a witness of a block or a cycle, or multipliers of an agent's rows, and hold it to what it says it is."""
    if witness is None:
        fail(f"result.{place}", "a negative answer without a witness")
    if isinstance(witness, Conflict):
        return _multipliers(witness, answer, place)
    if isinstance(witness, Invariant):
        witness = _plain(witness)
    if not isinstance(witness, (Mixture, Dependence, Cycle)):
        remedy = "convex-combination, dependence, cycle or farkas"
        fail(f"{place}.kind", f"{word(witness.kind)} is not a kind of witness", remedy)
    block = None if isinstance(witness, Cycle) else witness
    if block is not None and block.action is None:
        fail(f"{place}.action", "missing", "name the action after which beliefs are meant")
    failure = Failure(
        kind=witness.kind,
        agent=witness.agent,
        period=witness.period,
        action=None if block is None else block.action,
        others=witness.others,
        type=witness.type_ if isinstance(witness, Mixture) else "",
        weights={} if block is None else {key: weight for key, weight in block.weights.items() if weight != 0},
        cycle=witness.cycle if isinstance(witness, Cycle) else (),
        shortfall=witness.shortfall,
    )
    if failure.period is not None and failure.period < 1:
        fail(f"{place}.period", "periods are whole numbers from 1 on")
    if failure.agent in failure.others:
        fail(f"{place}.others", "the agent itself is among the others")
    _sound(failure, place, answer.exact)
    return failure


def _multipliers(witness: Conflict, answer: Answer, place: str) -> Failure:
    """Read multipliers of an agent's rows: those of its blocks before the last period, and of the last period."""
    agents = [agent for agent in (_whose(name, answer) for name in witness.multipliers) if agent]
    if not agents:
        fail(f"{place}.multipliers", "no row of an agent")
    if witness.shortfall <= 0:
        fail(f"{place}.shortfall", "it is not positive, so nothing fails here")
    return Failure("farkas", agents[0], answer.names.last, None, {}, "", {}, (), witness.shortfall)


def _whose(name: str, answer: Answer) -> str:
    """Return the agent of a row; empty where it is nobody's."""
    row = rows.parse(name, answer.names)
    if row is not None:
        return row.agent
    rest = name.partition(" ")[2]  # rows of scope all: target, incentive
    found = [
        agent
        for agent in answer.names.agents
        if rest.startswith((f"{agent} ", f"{json.dumps(agent, ensure_ascii=False)} "))
    ]
    return found[0] if found else ""


def _sound(failure: Failure, place: str, exact: bool) -> None:
    if failure.shortfall is not None and failure.shortfall <= 0:
        fail(f"{place}.shortfall", "it is not positive, so nothing fails here")
    if failure.kind == "cycle":
        if len(failure.cycle) < 2 or len(set(failure.cycle)) < len(failure.cycle):
            fail(f"{place}.cycle", "a chain of lies needs two signals or more, each of them once")
        if failure.shortfall is None:
            fail(f"{place}.shortfall", "a cycle has a shortfall")
    elif not failure.weights:
        fail(f"{place}.weights", "no weight differs from zero")
    elif failure.kind == "convex-combination":
        if failure.type in failure.weights:
            fail(f"{place}.weights", "the signal is mixed from itself")
        if exact and (min(failure.weights.values()) < 0 or sum(failure.weights.values()) != 1):
            fail(f"{place}.weights", "not a mixture: weights are not negative and add up to 1")


def failures(answer: Answer) -> list[Failure]:
    """Return all failures that the result lists, its witness first."""
    found = [read(answer.witness, answer)]
    for index, entry in enumerate(answer.part("failures", tuple[Witness, ...]) or ()):
        failure = read(entry, answer, f"certificate.failures[{index}]")
        if index > 0 or failure != found[0]:
            found.append(failure)
    return found


def listing(found: list[Failure]) -> str:
    """Return how many failures the file lists."""
    if len(found) == 1:
        return "The file lists one failure."
    blocks = len({failure.block for failure in found})
    return f"The file lists {counted(len(found), 'failure')} in {counted(blocks, 'block')}."


def when(period: int | None) -> str:
    """Return ``period 2``, or ``any period`` under an infinite horizon."""
    return "any period" if period is None else f"period {period}"


def company(others: Mapping[str, str], names: Names, period: int | None) -> str:
    """Return what the others report, leaving out those who have one signal only: ``firm2 reports 4``."""
    lone = names.at(period).lone
    told = [f"{word(agent)} reports {word(signal)}" for agent, signal in others.items() if agent not in lone]
    return listed(told)


def location(failure: Failure, names: Names) -> str:
    """Return ``firm1, period 1, after action drill, while firm2 reports 4``."""
    if failure.kind == "farkas" and failure.period is not None:
        return f"{word(failure.agent)}, periods {failure.period - 1} and {failure.period}"
    parts = [word(failure.agent), when(failure.period)]
    if failure.action is not None:
        parts.append(f"after action {word(failure.action)}")
    around = company(failure.others, names, failure.period)
    return ", ".join([*parts, f"while {around}"] if around else parts)


def audience(others: Mapping[str, str]) -> str:
    """Return whose next reports a lottery can be tied to."""
    return f"{word(next(iter(others)))}'s next report" if len(others) == 1 else "the others' next reports"


def mixture(weights: Mapping[str, Number]) -> str:
    """Return ``a half-half mixture of 4 and 8``, ``the mixture 1/3 of 4 and 2/3 of 8``, or ``signal 4``."""
    if len(weights) == 1:
        return f"signal {word(next(iter(weights)))}"
    if len(weights) == 2 and len(set(weights.values())) == 1:
        return f"a half-half mixture of {listed([word(k) for k in weights])}"
    return f"the mixture {_some([f'{brief(w)} of {word(k)}' for k, w in weights.items()])}"


def _some(parts: list[str]) -> str:
    if len(parts) <= _MOST_WEIGHTS:
        return listed(parts)
    return listed([*parts[:_MOST_WEIGHTS], f"{len(parts) - _MOST_WEIGHTS} more (in the file)"])


def _signals(labels: list[str]) -> str:
    return f"{'signal' if len(labels) == 1 else 'signals'} {_some([word(k) for k in labels])}"


def brief_line(failure: Failure, names: Names) -> str:
    """Return one line for a list of failures."""
    place = location(failure, names)
    if failure.kind == "cycle":
        reason = f"chain of lies {_arrows(failure.cycle)}"
    elif failure.kind == "farkas":
        reason = "its lies of the last two periods, weighted, cannot all be deterred"
    elif failure.kind == "convex-combination":
        reason = f"signal {word(failure.type)} looks like {mixture(failure.weights)}"
    else:
        reason = f"beliefs cancel at rates {_rates(failure.weights)}"
    return f"{place}: {reason}{'' if failure.shortfall is None else f', short by {show(failure.shortfall)}'}"


def _arrows(cycle: tuple[str, ...]) -> str:
    return " → ".join(word(k) for k in (*cycle, cycle[0]))


def _rates(weights: Mapping[str, Number]) -> str:
    return _some([f"{signed(w, '+')} on {word(k)}" for k, w in weights.items()])


def story(failure: Failure, answer: Answer) -> list[str]:
    """Return the argument of a witness, one paragraph each."""
    place = f"Where: {location(failure, answer.names)}."
    tell = {
        "convex-combination": _mixture_story,
        "dependence": _dependence_story,
        "cycle": _cycle_story,
        "farkas": _plan_story,
    }
    return [place, *tell[failure.kind](failure, answer)]


def _mixture_story(failure: Failure, answer: Answer) -> list[str]:
    agent, signal, reports = word(failure.agent), f"signal {word(failure.type)}", audience(failure.others)
    mixed, others = mixture(failure.weights), _signals(list(failure.weights))
    alone = len(failure.weights) == 1
    beliefs = f"{signal.capitalize()} makes {agent} expect of {reports} exactly what {mixed} makes it expect."
    if failure.shortfall is None:
        apart = f"No payment tied to {reports} tells {signal} apart from {others if alone else 'that mixture'}."
        return [f"{beliefs} {apart}"]
    amount = show(failure.shortfall)
    return [
        beliefs,
        f"{aim_of(answer).infinitive}, {agent} must expect to be charged one fixed amount when it truthfully reports "
        f"{word(failure.type)}, and {others} must expect to be charged at least {'its' if alone else 'their'} own "
        f"{'amount' if alone else 'amounts'} for that same report{_less(answer)}, so that the lie is not cheap. Whatever {signal} is charged, "
        f"{others if alone else 'the mixture'} is charged"
        + (
            f", and that is too little for it by {amount}."
            if alone
            else f"; on average over the mixture that is {amount} too little."
        ),
        f"Therefore no lottery on {reports} charges {signal} just {aim_of(answer).just.format(agent)} and "
        f"deters {others} at {'its' if alone else 'their'} own {'charge' if alone else 'charges'}.",
    ]


def _less(answer: Answer) -> str:
    """Return what a lie that changes the action need not be charged."""
    if answer.scope != "policy" or not aim_of(answer).lies_lose:
        return ""
    return " (less what the lie loses of the surplus, where it changes the action)"


def _at_least(answer: Answer) -> str:
    """Return ``at least``, where a shortfall may be rounded down: losses over an infinite horizon can have thousands of digits."""
    return "at least " if answer.names.finite is False and _less(answer) else ""


def _plan_story(failure: Failure, answer: Answer) -> list[str]:
    agent = word(failure.agent)
    if not isinstance(answer.witness, Conflict):
        fail("witness.kind", "not farkas", "multipliers of rows prove it here")
    return [
        f"What {agent} is paid in the last period is free here, and so is every lottery on {audience({})} that is settled there. The rows below are "
        f"weighted: {agent}'s lies and payoffs in the period before the last, and its lies in the last. Every payment cancels, those of the last period "
        "included.",
        *conflict_story(answer.witness, named=False),
        f"Therefore whatever is paid, one of these lies pays, or {agent} is not left what is asked for it.",
    ]


def _dependence_story(failure: Failure, answer: Answer) -> list[str]:
    agent, reports = word(failure.agent), audience(failure.others)
    first = (
        f"Take the signals of {agent} at the rates η: {_rates(failure.weights)}. At these rates, what they make it "
        f"expect of {reports} cancels exactly. So does every payment that looks at {reports} but not at {agent}'s "
        "own report."
    )
    if failure.shortfall is None:
        return [first, "Such payments can never charge these signals independently of one another."]
    lies = free_signals(failure, answer)
    if lies is None:
        law = f"must satisfy Σ η_k c_k {'= 0' if answer.scope == 'all' else '≤ 0'}"
    elif lies:
        law = f"must satisfy Σ η_k c_k ≤ 0 (for {_signals(lies)} this action follows a lie, where c_k is a lower bound{_less(answer)})"
    else:
        law = "must satisfy Σ η_k c_k = 0"
    return [
        first,
        f"Write c_k for what signal k must expect to be charged so that {agent} "
        f"{aim_of(answer).clause}. Payments of this class "
        f"{law}, but it is {_at_least(answer)}{show(failure.shortfall)}. Therefore no such payments exist in this block.",
    ]


def mixed_signal(failure: Failure, answer: Answer) -> str | None:
    """Return the signal that a dependence with one rate of its sign makes a mixture of the others; None where none in scope is known."""
    if failure.kind != "dependence":
        return None
    lies = free_signals(failure, answer)
    for sign in (-1, 1):
        alone = [k for k, rate in failure.weights.items() if rate * sign > 0]
        if len(alone) == 1 and lies is not None and alone[0] not in lies:
            return alone[0]
    return None


def free_signals(failure: Failure, answer: Answer) -> list[str] | None:
    """Return the signals for which the block's action follows only a lie, None where that is not known."""
    if answer.scope == "all":
        return []
    taken = {
        k: answer.names.action_taken(failure.period, {**failure.others, failure.agent: k}) for k in failure.weights
    }
    return None if None in taken.values() else [k for k, action in taken.items() if action != failure.action]


def _cycle_story(failure: Failure, answer: Answer) -> list[str]:
    if failure.shortfall is None:
        fail("witness.shortfall", "a cycle has a shortfall")
    steps = [
        f"with signal {word(k)} report {word(r)}"
        for k, r in zip(failure.cycle, (*failure.cycle[1:], failure.cycle[0]), strict=True)
    ]
    return [
        f"The chain of lies {_arrows(failure.cycle)}: {_some(steps)}. A lie is deterred only if its report costs "
        "at least as much more than the true report as the lie gains. Around the chain every report stands once "
        "as a lie "
        "and once as the truth, so payments cancel, and the gains must add up to at most zero. But they add up to "
        "more "
        f"than zero, by {show(failure.shortfall)}.",
        f"Therefore whatever {word(failure.agent)} is charged for its reports, at least one of these lies pays.",
    ]


def conflict_story(witness: Conflict, *, named: bool = True) -> list[str]:
    """Return the argument of multipliers: requirements that conflict, where they are to be ``named``, and the rows that prove it."""
    parts = []
    if named:
        parts.append(f"These requirements cannot hold together: {listed([word(name) for name in witness.conflict])}.")
    read_all = witness.multipliers
    told = [f"{signed(y)} × {word(name)}" for name, y in read_all.items()]
    more = f"; and {counted(len(told) - _MOST_ROWS, 'more row')} in the file" if len(told) > _MOST_ROWS else ""
    missed = f", missed by {show(witness.shortfall)}"
    parts.append(
        f"Added up with these weights, the transfers cancel and a contradiction is left{missed}: "
        f"{'; '.join(told[:_MOST_ROWS])}{more}."
    )
    return parts
