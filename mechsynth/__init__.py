"""Decide whether money can make truth-telling an equilibrium of a finite Markov environment, and prove the answer.

    instance file → Environment → efficient rule → ask → program → solver (floats, untrusted) → proof (exact) → Result
                                                                              Result → check · explain · report

>>> import mechsynth
>>> env = mechsynth.load("instances/liu2014-oil-leases.json")
>>> mechsynth.solve(env, "vcg-type").status
<Status.FEASIBLE: 'feasible'>
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mechsynth import asks as asks
    from mechsynth.api import export, program_of, solve
    from mechsynth.asks import (
        BudgetBalanced,
        Contingent,
        ConvexIndependence,
        ExAnteBalanced,
        GeneralizedVcg,
        Groves,
        Implement,
        Ladder,
        LumpSumBudget,
        Pivot,
        Policy,
        Spanning,
        Static,
        SurplusExtraction,
        Team,
        Uniqueness,
        VcgType,
    )
    from mechsynth.environment import Environment, Period
    from mechsynth.errors import InputError, MechsynthError, TooLargeError, UsageError
    from mechsynth.families.make import generate
    from mechsynth.instance import load, loads, save
    from mechsynth.program.requirements import Requirement
    from mechsynth.program.synthesis import Setting
    from mechsynth.result import Result, Status, Strength, read_result
    from mechsynth.result.schema import schema
    from mechsynth.run import Run

__version__ = "0.2.0.dev0"

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
    # the questions, as classes: mechsynth.solve(env, mechsynth.Implement(transfers="full"))
    "BudgetBalanced": "asks",
    "Contingent": "asks",
    "ConvexIndependence": "asks",
    "ExAnteBalanced": "asks",
    "GeneralizedVcg": "asks",
    "Groves": "asks",
    "Implement": "asks",
    "Ladder": "asks",
    "LumpSumBudget": "asks",
    "Pivot": "asks",
    "Policy": "asks",
    "Spanning": "asks",
    "Static": "asks",
    "SurplusExtraction": "asks",
    "Team": "asks",
    "Uniqueness": "asks",
    "VcgType": "asks",
}

__all__ = [
    "BudgetBalanced",
    "Contingent",
    "ConvexIndependence",
    "Environment",
    "ExAnteBalanced",
    "GeneralizedVcg",
    "Groves",
    "Implement",
    "InputError",
    "Ladder",
    "LumpSumBudget",
    "MechsynthError",
    "Period",
    "Pivot",
    "Policy",
    "Requirement",
    "Result",
    "Run",
    "Setting",
    "Spanning",
    "Static",
    "Status",
    "Strength",
    "SurplusExtraction",
    "Team",
    "TooLargeError",
    "Uniqueness",
    "UsageError",
    "VcgType",
    "export",
    "generate",
    "load",
    "loads",
    "program_of",
    "read_result",
    "save",
    "schema",
    "solve",
]


def __getattr__(name: str) -> Any:
    if name == "asks":  # the questions and their rooms
        return import_module("mechsynth.asks")
    if name not in _HOMES:
        raise AttributeError(f"module 'mechsynth' has no attribute {name!r}")
    return getattr(import_module(f"mechsynth.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
