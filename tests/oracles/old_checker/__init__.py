"""The trusted core: is a result proved?

Everything is derived anew from the bytes of the instance, with code that shares nothing with the part that
builds and solves the programs (only the error classes are common). Arithmetic is exact, there is no solver
and no tolerance; floats and python-flint only propose vectors, which are then verified in Python integers.
``docs/certificates.md`` says what is verified for each kind of answer.
"""

from .checker import check, evaluate
from .evaluation import Evaluation, IncentiveRow, incentive_constraints
from .facts import Fact
from .model import Model
from .reading import read_instance
from .verdict import Verdict

__all__ = [
    "Evaluation",
    "Fact",
    "IncentiveRow",
    "Model",
    "Verdict",
    "check",
    "evaluate",
    "incentive_constraints",
    "read_instance",
]
