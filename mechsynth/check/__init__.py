"""The trusted core: is a result proved?

Everything is derived anew from the bytes of the instance, with code that shares nothing with the part that
builds and solves the programs (only the error classes, what questions are called, and the reader of witnesses are common). What a
question claims stands in ``claim.py`` of its folder, and imports nothing but this. Arithmetic is exact, there
is no solver and no tolerance; floats and python-flint only propose vectors, which are then verified in Python integers.
``docs/certificates.md`` says what is verified for each kind of answer.
"""

from .checker import check
from .model import Model
from .reading import read_instance
from .verdict import Verdict

__all__ = ["Model", "Verdict", "check", "read_instance"]


def __getattr__(name: str) -> object:
    if name in ("Evaluation", "Fact", "IncentiveRow", "evaluate"):
        raise AttributeError(f"mechsynth.check.{name} is now mechsynth.evaluation.{name}")
    if name == "incentive_constraints":
        raise AttributeError(f"mechsynth.check.{name} is now the method constraints of mechsynth.evaluation.Evaluation")
    raise AttributeError(f"module mechsynth.check has no attribute {name}")
