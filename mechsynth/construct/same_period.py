"""Convex independence and spanning of beliefs about reports of the same period.

*Convex independence holds*: for each agent, public signals and possible report ``r`` a lottery over the others' reports that is worth 0 to her who has ``r`` and more than 0 to
her who has another signal; from the second period on in every block, whatever her signal before. *Fails*: a mixture in the first period; later rates ``λ ≥ 0`` of
other signals that are a combination of what ``r`` makes her expect. *Spanning* is about one period: *fails* with a dependence, *holds* by elimination.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from mechsynth.construct.ahead.conditions import Told
from mechsynth.construct.ahead.spans import dependence
from mechsynth.construct.apart import After, afters, apart, held_apart, mixture
from mechsynth.construct.blockwise import Scoped
from mechsynth.construct.case import Case
from mechsynth.construct.within import Situation, situations
from mechsynth.errors import UsageError
from mechsynth.mechanism import Mechanism
from mechsynth.prove.lines import whole
from mechsynth.rational import text
from mechsynth.result import Result, Status
from mechsynth.result.codec import write
from mechsynth.result.witness import Dependence, Mixture, Prepared
from mechsynth.run import Run


def convex(ask: Scoped, case: Case, run: Run) -> Result:
    """Decide convex independence of the first period from the prior, and of later ones whatever was reported before."""
    environment = case.environment
    if environment.prior is None and environment.horizon == 1:
        raise UsageError(
            "beliefs", "the instance has no prior, so nothing is believed of the first reports", "give it a prior"
        )
    certificate: Told = {"ties": case.ties()} if ask.scope == "policy" else {}
    failures: list[Told] = []
    parts = {"first": _starting(case, run), "separators": _following(case, ask.scope, run)}
    for key, found in parts.items():
        if isinstance(found, (Mixture, Prepared)):
            failures.append(dict(write(found)))
        elif found is not None:
            certificate[key] = found
    if failures:
        certificate["failures"] = failures
    return Result(
        question=ask.document(),
        status=Status.FAILS if failures else Status.HOLDS,
        mechanism=Mechanism.of_rule(case.rule) if ask.scope == "policy" else None,
        witness=failures[0] if failures else None,
        certificate=certificate,
        environment=environment,
    )


def _starting(case: Case, run: Run) -> list[Told] | Mixture | None:
    """Return the lotteries of the first period, or why there are none; nothing without a prior."""
    if case.environment.prior is None:
        return None
    told: list[Told] = []
    for situation in situations(case.environment):
        for player in range(len(situation.names)):
            run.check()
            found = _first(case, situation, player, run)
            if isinstance(found, Mixture):
                return found
            told += found
    return told


def _following(case: Case, scope: str, run: Run) -> list[Told] | Prepared | None:
    """Return the lotteries of the later periods, or why there are none; nothing where there is one period."""
    if not case.linked:
        return None
    told: list[Told] = []
    for after in afters(case, scope):
        run.check()
        found = _later(case, after, run)
        if isinstance(found, Prepared):
            return found
        told += found
    return told


def _first(case: Case, situation: Situation, player: int, run: Run) -> list[Told] | Mixture:
    columns, possible, own = situation.columns(player), situation.possible(player), situation.signals[player]
    told: list[Told] = []
    for r in possible:
        others = {k: columns[k] for k in possible if k != r}
        if not others:
            continue
        found = apart([columns[r]], list(others.values()), run)
        if found.lottery is None:
            weights = {own[k]: weight for k, weight in mixture(found, columns[r], others).items()}
            return Mixture(
                period=_start(case),
                agent=situation.names[player],
                others=dict(situation.known),
                type_=own[r],
                weights=weights,
                shortfall=None,
            )
        key = {"others": dict(situation.known), "agent": situation.names[player], "type": own[r]}
        told.append({**key, "vector": [text(v) for v in whole(found.lottery)]})
    return told


def _start(case: Case) -> int | None:
    return None if case.environment.horizon is None else 1


def _later(case: Case, after: After, run: Run) -> list[Told] | Prepared:
    environment, told = case.environment, []
    own = environment.period(after.t + 1).signals
    before = environment.period(after.t).signals[after.agent]
    block = case.block_key(after.t, after.agent, after.action, after.others)
    seen = {environment.agents[j]: own[j][k] for j, k in zip(environment.public, after.seen, strict=True)}
    for r in range(len(after.columns)):
        held = held_apart(after, r, run)
        if held is None:
            continue
        first, rest, found = held
        if found.lottery is not None:
            entry = {**block, "seen": seen, "type": own[after.agent][r]}
            told.append({**entry, "vector": [text(v) for v in whole(found.lottery)]})
            continue
        top = max(abs(y) for y in (*found.mixed, *found.of))
        weights: dict[str, dict[str, Fraction]] = {}
        for (k, h), y in zip(rest, found.of, strict=True):
            if y:
                weights.setdefault(own[after.agent][k], {})[before[h]] = y / top
        return Prepared(
            period=after.t if environment.horizon is not None else None,
            agent=environment.agents[after.agent],
            action=environment.period(after.t).actions[after.action],
            others=_labels(block["others"]),
            seen=seen,
            type_=own[after.agent][r],
            weights=weights,
            mixed={before[h]: y / top for h, y in zip(first, found.mixed, strict=True) if y},
        )
    return told


def _labels(value: Any) -> Mapping[str, str]:
    return dict(value)


def spans(ask: Scoped, case: Case, run: Run) -> Result:
    """Decide whether the beliefs of the possible signals of one period are independent, for each agent and all public signals."""
    witness: Dependence | None = None
    for situation in situations(case.environment):
        for player, own in enumerate(situation.signals):
            run.check()
            columns, possible = situation.columns(player), situation.possible(player)
            eta = dependence([tuple(Fraction(v, sum(columns[k])) for v in columns[k]) for k in possible])
            if eta is not None and witness is None:
                witness = Dependence(
                    period=1,
                    agent=situation.names[player],
                    others=dict(situation.known),
                    weights={own[k]: y for k, y in zip(possible, eta, strict=True) if y},
                    shortfall=None,
                )
    return Result(
        question=ask.document(),
        status=Status.HOLDS if witness is None else Status.FAILS,
        mechanism=Mechanism.of_rule(case.rule) if ask.scope == "policy" else None,
        witness=None if witness is None else dict(write(witness)),
        certificate={"ties": case.ties()} if ask.scope == "policy" else {},
        environment=case.environment,
    )
