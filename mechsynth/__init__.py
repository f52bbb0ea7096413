"""Decide whether money can make truth-telling an equilibrium of a finite Markov environment, and prove the answer.

    instance file → Environment → efficient rule → ask → program → solver (floats, untrusted) → proof (exact) → Result
                                                                              Result → check · explain · report

>>> import mechsynth
>>> env = mechsynth.load("instances/liu2014-oil-leases.json")
>>> mechsynth.solve(env, "vcg-type").status
<Status.FEASIBLE: 'feasible'>
"""

# ruff: noqa: F401 (what editors and type checkers see)

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mechsynth import asks as asks
    from mechsynth.api import export, program_of, solve
    from mechsynth.asks.budget_balanced import BudgetBalanced
    from mechsynth.asks.contingent import Contingent
    from mechsynth.asks.convex_independence import ConvexIndependence
    from mechsynth.asks.ex_ante_balanced import ExAnteBalanced
    from mechsynth.asks.generalized_vcg import GeneralizedVcg
    from mechsynth.asks.groves import Groves
    from mechsynth.asks.implement import Implement
    from mechsynth.asks.ladder import Ladder
    from mechsynth.asks.lump_sum_budget import LumpSumBudget
    from mechsynth.asks.pivot import Pivot
    from mechsynth.asks.policy import Policy
    from mechsynth.asks.spanning import Spanning
    from mechsynth.asks.static import Static
    from mechsynth.asks.surplus_extraction import SurplusExtraction
    from mechsynth.asks.team import Team
    from mechsynth.asks.uniqueness import Uniqueness
    from mechsynth.asks.vcg_type import VcgType
    from mechsynth.environment import Environment, Period
    from mechsynth.errors import InputError, MechsynthError, TooLargeError, UsageError
    from mechsynth.families.make import generate
    from mechsynth.instance import load, loads, save
    from mechsynth.program.requirements import Requirement
    from mechsynth.program.synthesis import Setting
    from mechsynth.result import Result, Status, Strength, read_result
    from mechsynth.result.schema import schema
    from mechsynth.run import Run

__version__ = "0.2.0"

# Imported when first used, so that `import mechsynth` and `mechsynth --help` cost nothing.
_HOMES = {
    "solve": "api",
    "program_of": "api",
    "export": "api",
    "Environment": "environment",
    "Period": "environment",
    "generate": "families.make",
    "InputError": "errors",
    "MechsynthError": "errors",
    "TooLargeError": "errors",
    "UsageError": "errors",
    "load": "instance",
    "loads": "instance",
    "save": "instance",
    "Requirement": "program.requirements",
    "Setting": "program.synthesis",
    "Result": "result",
    "Status": "result",
    "Strength": "result",
    "read_result": "result",
    "schema": "result.schema",
    "Run": "run",
}


def __getattr__(name: str) -> Any:
    if name == "asks":
        return import_module("mechsynth.asks")
    if name in _HOMES:
        return getattr(import_module(f"mechsynth.{_HOMES[name]}"), name)
    if name == "__all__" or not name.startswith("_"):
        # the questions, as classes: mechsynth.solve(env, mechsynth.Implement(transfers="full"))
        questions = import_module("mechsynth.asks").QUESTIONS
        if name == "__all__":
            return sorted([*_HOMES, *questions])
        if name in questions:
            return questions[name]
    raise AttributeError(f"module 'mechsynth' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__getattr__("__all__")})
