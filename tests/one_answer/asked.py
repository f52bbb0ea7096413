"""The questions put to an instance, and what each of them means as a wish list.

A block question in scope `policy` is one about transfers of a class and a payoff; `implement` and the oracle are asked the same.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from oracles import wishes
from oracles.model import Model

import mechsynth
from mechsynth.check import check

Json = dict[str, Any]


PAYOFF = {
    "contingent": "residual-claimant",
    "vcg-type": "residual-claimant",
    "budget-balanced": "equal-shares",
    "ex-ante-balanced": "residual-claimant",
    "surplus-extraction": "no-payoff",
}
PRIOR = {"participation:interim", "participation:entry", "participation:ex-ante", "budget:ex-ante", "surplus:full"}
REQUIREMENTS = (
    "residual-claimant",
    "equal-shares",
    "no-payoff",
    "participation:ex-post",
    "participation:interim",
    "participation:entry",
    "participation:ex-ante",
    "budget:ex-ante",
    "budget:per-period",
    "budget:ex-post",
    "bounded:5",
    "bounded:1/3",
    "no-deficit:ex-post",
    "no-deficit:per-period",
    "cap:3",
    "cap:0",
    "liability:2",
    "liability@1:0",
    "split",
    "no-subsidy",
    "surplus:full",
    "surplus:every-history",
)


@dataclass(frozen=True)
class Asked:
    """A question as put to the package, and the class and wishes that say the same."""

    ask: str
    kind: str
    wishes: tuple[str, ...]
    options: Json = field(default_factory=dict)

    @property
    def relabelled(self) -> bool:
        """Whether a mechanism that answers one of the two is, as it stands, an answer to the other."""
        return self.ask != "surplus-extraction"

    def __str__(self) -> str:
        return " ".join([self.ask, self.kind, *self.wishes])


def block_questions(model: Model) -> list[Asked]:
    """Every question about transfers and a payoff that can be put to the model, scope `policy`."""
    found = [Asked(kind, kind, (PAYOFF[kind],), {"scope": "policy"}) for kind in ("contingent", "vcg-type")]
    for ask in ("budget-balanced", "surplus-extraction", "ex-ante-balanced"):
        if ask == "ex-ante-balanced" and (model.prior is None or len(model.players) < 2):
            continue
        for kind in ("contingent", "vcg-type"):
            found.append(Asked(ask, kind, (PAYOFF[ask],), {"scope": "policy", "transfers": kind}))
    return found


def wish_list(model: Model, kind: str, names: tuple[str, ...]) -> Asked:
    """`implement` with these requirements, but for those that need a prior where there is none."""
    needs = PRIOR | {"budget:per-period", "no-deficit:per-period", "split"}
    kept = tuple(name for name in names if model.prior is not None or name not in needs)
    kept = tuple(_split(model) if name == "split" else name for name in kept)
    return Asked("implement", kind, kept, {"transfers": kind, "require": list(kept), "relax": False})


def _split(model: Model) -> str:
    """The first player gets twice what each of the others does."""
    shares = [2] + [1] * (len(model.players) - 1)
    return "split:" + ",".join(f"{model.agents[i]}={share}/{sum(shares)}" for i, share in zip(model.players, shares, strict=True))


def drawn_wish_list(rng: random.Random, model: Model) -> Asked:
    """A random wish list."""
    return wish_list(model, rng.choice(list(wishes.KINDS)), tuple(rng.sample(REQUIREMENTS, rng.choice((0, 1, 1, 2, 2, 3)))))


class Bench:
    """An instance with everything that was asked about it."""

    def __init__(self, instance: Json, patience: float = 20) -> None:
        from oracles.model import read

        self.instance = instance
        self.raw = json.dumps(instance).encode()
        self.model = read(instance)
        self.environment = mechsynth.loads(self.raw)
        self.patience = patience
        self._truths: dict[tuple[str, frozenset[str]], Any] = {}

    def solve(self, asked: Asked) -> Json:
        """The package's answer as a document.

        Raises what the package raises.
        """
        result = mechsynth.solve(self.environment, asked.ask, workers=1, time_limit=self.patience, **asked.options)
        document: Json = json.loads(result.to_bytes())
        return document

    def accepted(self, document: Json) -> bool:
        """Whether the checker accepts a document; a malformed one is not accepted."""
        return self.refusal(document) is None

    def refusal(self, document: Json) -> str | None:
        """Why the checker refuses a document, None if it accepts it."""
        try:
            verdict = check(json.dumps(document).encode(), self.raw)
        except mechsynth.InputError as error:
            return str(error)
        return None if verdict.accepted else str(verdict.reason)

    def point(self, asked: Asked) -> Any:
        """What the oracle finds: values of all unknowns or None.

        Raises `oracles.wishes.Undecided`.
        """
        key = (asked.kind, frozenset(asked.wishes))
        if key not in self._truths:
            self._truths[key] = wishes.decide(
                self.model, asked.kind, asked.wishes, patience=self.patience
            )
        return self._truths[key]

    def dressed(self, asked: Asked, document: Json, status: str, mechanism: Json, witness: Any = None, **certificate: Any) -> Json:
        """A result for the question of `document` with another status and content."""
        return {
            "format": document["format"],
            "instance": document["instance"],
            "question": document["question"],
            "status": status,
            "strength": "exact",
            "value": None,
            "mechanism": mechanism,
            "witness": witness,
            "certificate": certificate,
        }

    def implement(self, asked: Asked, document: Json) -> Json:
        """The question of `asked` as one of `implement`, with the instance of a document."""
        question = {
            "ask": "implement",
            "transfers": asked.kind,
            "require": ["pepic", *asked.wishes],
            "objective": "feasibility",
        }
        return {**document, "question": question}
