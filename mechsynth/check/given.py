"""A rule that a question gives: its file stands in the certificate, bound by its digest, and is what is played.

Of such a rule efficiency is neither asked nor said, but where ``certificate.claims`` says it. A rule that makes most of weighted utilities does so by Bellman's
equation, as an efficient one; what is left to an agent who is to get the whole is then the weighted surplus over her weight.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from typing import Any

import numpy as np

from mechsynth.errors import InputError

from .envelope import Claim
from .exact import Exact
from .mechanism import lottery, read_plays
from .model import Model
from .play import Play
from .text import Numbers, decode, describe, flatten, label, mapping, show, table
from .values import Values, fixed_point
from .verdict import Ledger, Refuted

FORMAT, PLACE = "mechsynth-rule/1", "certificate.rule"
KINDS = {"rule": "table", "weights": "weighted", "constant": "constant"}


class Given(Values):
    """The values of a rule that a question gives.

    Parameters
    ----------
    plays:
        What is played in every period.
    called:
        The rule in words.
    weighted, weights:
        Of a rule that makes most of weighted utilities: its values in these, and the weight of every player.
    """

    untried = "other rules are not tried"

    def __init__(
        self,
        model: Model,
        plays: Sequence[Play],
        called: str,
        weighted: Values | None = None,
        weights: Mapping[int, Fraction] | None = None,
    ) -> None:
        super().__init__(model, [play.drawn for play in plays])
        self.plays, self.called, self.which, self.weighted, self.weights = (
            plays,
            called,
            called,
            weighted,
            weights or {},
        )

    def flow(self, t: int) -> Exact:
        """Return the surplus of one period under the rule."""
        return self.plays[t].mean(self.model.period(t).surplus)

    def exact(self, t: int) -> Exact:
        """Return the surplus of the rule from a period on, over one denominator."""
        if t not in self._exact:
            model = self.model
            if model.horizon is None:
                self._exact[t] = fixed_point(model, self.plays[t], self.flow(t))
            else:
                after = None if model.kernel(t) is None else self.exact(model.following(t))
                worth = model.worth(t, model.period(t).surplus, after)
                self._exact[t] = self.plays[t].mean(worth).single("values")
        return self._exact[t]

    def claimed(self, t: int, agent: int) -> Exact:
        """Return what an agent gets who gets the whole."""
        return self.exact(t) if self.weighted is None else self.weighted.exact(t).times(1 / self.weights[agent])


def read_given(claim: Claim, model: Model, ledger: Ledger) -> Given:
    """Return the rule of a question, which is that of the file and that of the mechanism.

    Raises
    ------
    Refuted
        Where the file is another than the question names, or says another rule than is listed; where a weighted rule is beaten, where a claim is false.
    InputError
        If file or rule is malformed.
    """
    assert claim.mechanism is not None
    assert claim.asked.rule is not None
    text, asked = claim.certificate.get("rule"), claim.asked.rule
    if not isinstance(text, str):
        raise InputError(PLACE, f"found {describe(text)}", "put the text of the rule's file there")
    data = text.encode("utf-8", "surrogatepass")
    ledger.claim(sha256(data).hexdigest() == asked["sha256"], f"{PLACE}: not the file that the question names")
    root, numbers = decode(data, PLACE)
    known = ("name", *KINDS, "bonus", "ties", "title", "source", "notes", "tags")
    table(root, PLACE, ("format",), known)
    found = [key for key in KINDS if key in root]
    if root["format"] != FORMAT or len(found) != 1:
        raise InputError(PLACE, f"no rule in {FORMAT}", f"one of {', '.join(KINDS)}")
    said = (KINDS[found[0]], root.get("name", "rule"))
    ledger.claim(said == (asked["kind"], asked["name"]), f"{PLACE}: kind or name is not that of the question")
    plays = read_plays(claim.mechanism["allocation"], model, claim.numbers)
    called = f"the rule of the question, {show(root.get('name', 'rule'))},"
    if "weights" in root:
        values = _weighted(root, numbers, model, plays, ledger)
    else:
        for t, entries in enumerate(_entries(root, model)):
            for p, entry in enumerate(entries):
                if plays[t].at(p) != lottery(entry, model, t, p, numbers, PLACE):
                    where = f"mechanism.allocation{model.when(t)} at {model.period(t).name(p)}"
                    raise Refuted(f"{where}: not what the rule's file says")
        values = Given(model, plays, called)
    ledger.rows += sum(len(play.told) for play in plays)
    claims = claim.certificate.get("claims", [])
    if claims not in ([], ["efficient"]):
        raise InputError("certificate.claims", f"found {describe(claims)}", '["efficient"], or leave it out')
    if claims:
        check_efficient(model, plays, firsts(model, plays), ledger)
        values.called = values.which = f"{values.called} which is efficient,"
    return values


def _entries(root: Mapping[str, Any], model: Model) -> list[list[Any]]:
    """Return what a file says at every profile of every period."""
    if "constant" in root:
        return [[root["constant"]] * model.period(t).profiles for t in range(model.count)]
    tables = [root["rule"]] if model.horizon is None else root["rule"]
    if not isinstance(tables, list) or len(tables) != model.count:
        raise InputError(f"{PLACE}.rule", "not one table a period", f"write a list of {model.count}")
    found = []
    for t, entry in enumerate(tables):
        sizes = model.period(t).sizes
        leaves, shape = flatten(entry, [(size, True) for size in sizes], f"{PLACE}.rule")
        places = np.broadcast_to(np.arange(len(leaves)).reshape(shape), sizes).ravel()
        found.append([leaves[int(k)] for k in places])
    return found


def _weighted(root: Mapping[str, Any], numbers: Numbers, model: Model, plays: Sequence[Play], ledger: Ledger) -> Given:
    """Return a rule that takes the first of the actions which make most of weighted utilities."""
    if root.get("ties", "first") != "first":
        raise InputError(f"{PLACE}.ties", f"found {describe(root['ties'])}", "first")
    weights: dict[int, Fraction] = {}
    for name, value in mapping(root["weights"], f"{PLACE}.weights", "write {agent: weight}").items():
        i = label(name, model.player_index, f"{PLACE}.weights", "agent")
        weights[i] = numbers.fraction(value, f"{PLACE}.weights.{show(name)}")
        if weights[i] <= 0:
            raise InputError(f"{PLACE}.weights.{show(name)}", "is not above 0", "give every agent a weight above 0")
    if len(weights) != len(model.players):
        raise InputError(f"{PLACE}.weights", "do not name every agent", "give every agent a weight")
    bonus = {
        name: numbers.fraction(value, f"{PLACE}.bonus.{show(name)}")
        for name, value in mapping(root.get("bonus", {}), f"{PLACE}.bonus", "write {action: number}").items()
    }
    every = {action for stage in model.stages for action in stage.actions}
    if not every.issuperset(bonus):
        raise InputError(f"{PLACE}.bonus", f"{show(min(set(bonus) - every))} is no action", "use labels of actions")
    stages = []
    for stage in model.stages:
        parts = [u.times(weights.get(i, Fraction(0))) for i, u in enumerate(stage.utilities)]
        added = [bonus.get(action, Fraction(0)) for action in stage.actions]
        row = Exact.of([(x.numerator, x.denominator) for x in added], (len(added), 1))
        parts[model.players[0]] = parts[model.players[0]] + row.broadcast((len(added), stage.profiles))
        stages.append(replace(stage, utilities=tuple(parts)))
    if any(play.draws for play in plays):
        raise Refuted("the rule listed draws actions, and a weighted rule takes the first of the best")
    inside = Values(replace(model, stages=tuple(stages)), [play.drawn for play in plays])
    for t, sign in enumerate(inside.check_efficient(ledger, "weights")):
        wrong = np.flatnonzero(plays[t].drawn != (sign == 0).argmax(axis=0))
        if wrong.size:
            raise Refuted(
                f"ties{model.when(t)} at {model.period(t).name(int(wrong[0]))}: not the first of the best actions"
            )
    ledger.proved.append("weighted")
    called = f"the rule of the question, {show(root.get('name', 'rule'))}, which maximizes utilities weighted as its file says,"
    return Given(model, plays, called, inside, weights)


def firsts(model: Model, plays: Sequence[Play]) -> Values:
    """Return the values of the rule that takes the first of the actions that can be drawn."""
    return Values(model, [play.drawn[np.unique(play.told, return_index=True)[1]] for play in plays])


def check_efficient(model: Model, plays: Sequence[Play], values: Values, ledger: Ledger) -> None:
    """Ask that every action that is ever drawn is efficient; the first of them are, with these values."""
    signs = values.check_efficient(ledger)
    for t, (play, sign) in enumerate(zip(plays, signs, strict=True)):
        worse = np.flatnonzero(sign[play.drawn, play.told])
        if worse.size:
            told, action = int(play.told[worse[0]]), model.period(t).actions[play.drawn[worse[0]]]
            raise Refuted(f"efficiency{model.when(t)} at {model.period(t).name(told)}: {show(action)} is not best")
    ledger.proved.append("efficient")
