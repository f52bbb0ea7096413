"""Every number at module level in the rooms that answer or check: a limit with its least value, or none and why.

A limit set to its least value may turn an answer into `unknown` or into a refusal that says so, and into nothing else.
"""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import mechsynth

PACKAGE = Path(mechsynth.__file__).parent
ROOMS = ("asks", "check", "construct", "engine", "program", "prove", "solver")
FILES = ("beliefs.py", "efficient.py", "environment.py", "rational.py", "reading.py")

LIMITS: dict[str, Any] = {
    "mechsynth.asks.tied.MOST": 0,
    "mechsynth.asks.ladder.solve.SMALL": 0,
    # sizes up to which a longer way is gone, 0: never
    "mechsynth.asks.convex_independence.solve.QUICK": 0,
    "mechsynth.prove.parts.LARGE": 0,
    "mechsynth.asks.lump_sum_budget.discounts.LARGEST": 0,
    "mechsynth.asks.lump_sum_budget.discounts.QUICK": 0,
    "mechsynth.asks.generalized_vcg.solve.MOST": 0,
    "mechsynth.asks.implement.solve.MOST_SPARED": 0,
    "mechsynth.construct.slacks.SHORT": 0,
    "mechsynth.construct.last_choice.LARGE": 0,
    "mechsynth.construct.ahead.windows.LARGEST": 0,
    "mechsynth.construct.ahead.recursion.LARGEST": 0,
    "mechsynth.asks.lump_sum_budget.solve.LARGE": 0,
    "mechsynth.asks.policy.solve.LONGEST": 0,
    "mechsynth.program.synthesis.LARGEST": 0,
    "mechsynth.asks.auction.solve.LARGEST": 0,
    "mechsynth.asks.optimal.solve.LARGEST": 0,
    "mechsynth.asks.optimal.forever.MOST": 0,
    "mechsynth.check.endless._MOST": 0,
    "mechsynth.asks.optimal.solve.TOLD": 0,
    "mechsynth.construct.sure.MOST": 0,
    "mechsynth.construct.sure.SUGGESTED": 0,
    "mechsynth.asks.relaxed.solve.MOST": 0,
    "mechsynth.asks.virtual_pivot.solve.MOST": 0,
    "mechsynth.prove.dependent.TABLEAU": 0,
    "mechsynth.prove.linear.ASIDE": 0,
    "mechsynth.prove.linear.LIGHT": 0,
    "mechsynth.prove.linear.LONG": 0,
    "mechsynth.prove.linear.WORK": 0,
    "mechsynth.prove.systems.DENSE": 0,
    "mechsynth.prove.systems.FEW": 0,
    "mechsynth.prove.systems.FILL": 0,
    "mechsynth.prove.systems.MODULAR": 0,
    "mechsynth.prove.ties.DENSE": 0,
    "mechsynth.solver.linear.INTERIOR": 0,
    "mechsynth.solver.linear.PIVOTS": 0,
    # how often or how finely something is tried, 0: not at all
    "mechsynth.construct.aims.COARSE": 0,
    "mechsynth.construct.aims.FINE": 0,
    "mechsynth.construct.aims.SHORT": 0,
    "mechsynth.construct.last_choice.ROUNDS": 0,
    "mechsynth.asks.generalized_vcg.stationary_steps.CLOSE": 0.0,
    "mechsynth.asks.generalized_vcg.stationary_steps.ROUNDS": 0,
    "mechsynth.prove.bounded.BITS": 0,
    "mechsynth.prove.bounded.LEAST": 0,
    "mechsynth.prove.bounded.NOISE": 0,
    "mechsynth.prove.interior.FINE": 0,
    "mechsynth.prove.lifting.MOST_STEPS": 0,
    "mechsynth.prove.linear.ORDINARY": (0.0, 0.0),
    "mechsynth.solver.nearest.SLIP": 0.0,
    "mechsynth.prove.zoom.FAR": 1.0,
    "mechsynth.prove.zoom.ROUNDS": 0,
    "mechsynth.solver.scaling.PASSES": 0,
    "mechsynth.solver.scaling.UNEVEN": 0.0,
    "mechsynth.prove.walk.FEW": 0,
    "mechsynth.prove.walk.FILL": 0,
    "mechsynth.prove.walk.PATIENCE": 0,
    "mechsynth.prove.walk.SPREAD": 0,
    "mechsynth.solver.phase_one.TOLERANCE": 0.0,
    # words of a machine: below them the short way of computing is gone, 0: never
    "mechsynth.check.exact.SAFE": 0,
    "mechsynth.rational.EXACT_FLOAT": 0,
    "mechsynth.rational.WORD": 0,
    # pieces in which something long is done, 1: each by itself
    "mechsynth.check.blocks._BATCH": 1,
    "mechsynth.check.text._CHUNK": 1,
    "mechsynth.engine.run.PIECE": 1,
    "mechsynth.check.values.SCALE": 0,
}

NONE = {
    "mechsynth.check.smooth.source.MOST_BOXES": "signals on [0, 1]: boxes of a proof, no question of the battery",
    "mechsynth.check.smooth.boxes.DEEPEST": "signals on [0, 1]: halvings of a box, no question of the battery",
    "mechsynth.check.smooth.source.MOST_POWER": "signals on [0, 1]: the largest exponent of a file",
    "mechsynth.check.programs.source.NO_BOUND": "what the formats of linear programs mean by an infinite bound",
    "mechsynth.program.names.LONGEST": "characters of a name in an exported file",
    "mechsynth.program.writers.COEFFICIENT": "from where readers of floats refuse a number of an exported file",
    "mechsynth.program.writers.RIGHT": "up to where every whole number is a float",
    "mechsynth.program.writers.TOKEN": "characters of a word in an exported file",
    "mechsynth.program.writers.LINE": "characters of a line in an exported file",
    "mechsynth.check.programs.mps._CUTS": "columns of the fixed format",
    "mechsynth.check.programs.mps._STOPS": "columns of the fixed format",
    "mechsynth.construct.aims.DIGITS": "digits to which a long shortfall is stated, as certificates.md says",
    "mechsynth.asks.GRACE": "seconds that work has which looks at the clock, before it is interrupted: unknown either way",
    "mechsynth.solver.linear.SMALLEST": "what floats take for zero: they suggest, and what they suggest is proved",
    "mechsynth.asks.flags.FEW": "words of the help of an option",
    "mechsynth.check.claims.exclusion.DIGITS": "digits with which a bound is told",
    "mechsynth.check.values._ONE": "the number 1",
    "mechsynth.check.exact._PRIMES": "moduli of a rank: a set of primes, no size",
    "mechsynth.prove.lifting.STEPS": "bits gained by a step of lifting: with none it never comes to an end",
    "mechsynth.prove.lifting.WEIGHTS": "bits of random weights: they suggest, and what they suggest is proved",
}


def _names(path: Path) -> dict[str, Any]:
    """The numbers, and tuples of numbers, that stand at the module's own level under a name in capitals."""
    found: dict[str, Any] = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in targets:
            if isinstance(target, ast.Name) and target.id.isupper():
                module = importlib.import_module(_module(path))
                value = getattr(module, target.id)
                entries = value if isinstance(value, tuple) else (value,)
                if entries and all(type(x) in (int, float) for x in entries):
                    found[target.id] = value
    return found


def _module(path: Path) -> str:
    return ".".join(["mechsynth", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")


def sources() -> list[Path]:
    """The files of the rooms, but for those that put an answer into words or on a page."""
    found = [*(p for room in ROOMS for p in (PACKAGE / room).rglob("*.py")), *(PACKAGE / f for f in FILES)]
    return sorted(p for p in found if "from mechsynth.words" not in p.read_text(encoding="utf-8"))


def readers() -> dict[str, Any]:
    """What a reader takes at most, everything called MAX: nothing."""
    return {name: 0 for name in numbers() if re.fullmatch(r"_?MAX_.*", name.rpartition(".")[2])}


def numbers() -> dict[str, Any]:
    """Every number at module level by its full name."""
    return {f"{_module(path)}.{name}": value for path in sources() for name, value in _names(path).items()}


def bound(limit: str) -> list[ModuleType]:
    """The modules that have a limit under its own name: its home, and those that import it from there."""
    home, _, name = limit.rpartition(".")
    found = [importlib.import_module(home)]
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and any(alias.name == name for alias in node.names):
                base = _module(path).rpartition(".")[0] if node.level == 1 else ""
                origin = node.module or "" if not node.level else ".".join(part for part in (base, node.module) if part)
                if origin == home:
                    found.append(importlib.import_module(_module(path)))
    return found


LEAST = {**LIMITS, **readers()}
