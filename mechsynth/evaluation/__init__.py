"""What a mechanism does, whatever a result claims about it: for audits, pages, and who wants to know.

Its numbers are the slacks of the checker's rows. No verdict rests on it.
"""

from .evaluation import Evaluation, evaluate, evaluate_mechanism
from .informed import Expected, Informed
from .places import Constraints, Fact, IncentiveRow

__all__ = [
    "Constraints",
    "Evaluation",
    "Expected",
    "Fact",
    "IncentiveRow",
    "Informed",
    "evaluate",
    "evaluate_mechanism",
]
