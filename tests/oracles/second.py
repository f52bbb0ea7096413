"""Instances of format 2 from seeds: those of `draws` with a state that everybody sees, actions that come and go, values of leaving."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

from . import draws

Json = dict[str, Any]
PARTS = ("public", "available", "outside", "mixture")


def instance(seed: int, flavour: str = "ordinary", parts: tuple[str, ...] = PARTS, **fixed: Any) -> Json:
    """The instance of a seed; `parts` says what of format 2 it has, `fixed` goes to `draws.instance`."""
    rng = random.Random(f"second {flavour} {seed}")
    count = fixed.pop("agents", None) or rng.choice((2, 2, 3))
    made = draws.instance(seed, flavour, agents=count, **fixed)
    made["format"], made["name"] = "mechsynth-instance/2", f"second-{made['name']}"
    names = made["agents"]
    public = rng.sample(names, rng.choice((1, 1, count - 1))) if "public" in parts else []
    made["public"] = [name for name in names if name in public]
    stages = made.get("periods", [made])
    for stage in stages:
        for name in public:
            del stage["utilities"][name]
        sizes = [len(stage["signals"][name]) for name in names]
        if "available" in parts:
            stage["available"] = _available(rng, names, public, sizes, len(stage["actions"]))
            _forget(rng, stage, names, sizes)
        if "outside" in parts:
            stage["outside"] = _outside(rng, names, public, sizes)
    if "mixture" in parts and "prior" in made and rng.random() < 0.5:
        made["prior"] = mixture(rng, names, [len(stages[0]["signals"][name]) for name in names])
    if not made["public"]:
        del made["public"]
    return made


def _available(rng: random.Random, names: list[str], public: list[str], sizes: list[int], actions: int) -> Any:
    """True and false along public axes; the last action is always there."""
    short = [n if name in public else 1 for name, n in zip(names, sizes)]

    def table(a: int, depth: int) -> Any:
        if depth == len(short):
            return a == actions - 1 or rng.random() < 0.6
        return [table(a, depth + 1) for _ in range(short[depth])]

    return [table(a, 0) for a in range(actions)]


def _forget(rng: random.Random, stage: Json, names: list[str], sizes: list[int]) -> None:
    """Put null where an action is not available, or leave numbers that nobody reads."""
    from .model import at

    def holed(nested: Any, index: tuple[int, ...]) -> Any:
        if len(index) == 1 + len(sizes):
            gone = not at(stage["available"], index)
            return None if gone and rng.random() < 0.5 and not isinstance(nested, list) else nulls(nested) if gone else nested
        return [holed(each, (*index, k)) for k, each in enumerate(nested)]

    def full(nested: Any) -> bool:
        for n in (len(stage["actions"]), *sizes):
            if len(nested) != n:
                return False
            nested = nested[0]
        return True

    for name, own in stage["utilities"].items():
        if isinstance(own, list) and full(own):
            stage["utilities"][name] = holed(own, ())
    if isinstance(stage.get("transition"), list) and full(stage["transition"]):
        stage["transition"] = holed(stage["transition"], ())


def nulls(nested: Any) -> Any:
    return [nulls(each) for each in nested] if isinstance(nested, list) else None


def _outside(rng: random.Random, names: list[str], public: list[str], sizes: list[int]) -> Json:
    found: Json = {}
    for i, name in enumerate(names):
        if name in public or rng.random() < 0.3:
            continue
        if rng.random() < 0.5:
            found[name] = {"own": [str(Fraction(rng.randint(-4, 6), rng.choice((1, 2)))) for _ in range(sizes[i])]}
        else:
            found[name] = draws.nest(sizes, lambda _: Fraction(rng.randint(-4, 6), rng.choice((1, 2))))
    return found


def mixture(rng: random.Random, names: list[str], sizes: list[int]) -> Json:
    def line(n: int) -> list[str]:
        parts = [rng.randint(0, 3) for _ in range(n - 1)] + [rng.randint(1, 3)]
        return [str(Fraction(x, sum(parts))) for x in parts]

    weights = line(2)
    return {"mixture": [{"weight": w, "independent": {name: line(n) for name, n in zip(names, sizes)}} for w in weights]}
