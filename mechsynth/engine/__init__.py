"""The block engine: every block of an agent decided and proved, the common case in stacked integer arithmetic.

The ladder, each step cheaper than the next and each ending in a proof: constant payments where the report has the largest
target; stacked rounding and the shift; a lockstep simplex over all dependent blocks, whose slacks are rounded and shifted
and whose witnesses are turned into exact null vectors; then, block by block, the signs of an only dependence, a basis that
HiGHS suggests and exact arithmetic reads, and an exact simplex. No verdict is a tolerance.
"""

from mechsynth.engine.common import common_payments
from mechsynth.engine.conditions import convex_independence, spanning
from mechsynth.engine.decision import Decision
from mechsynth.engine.lotteries import lotteries
from mechsynth.run import Run

__all__ = ["Decision", "Run", "common_payments", "convex_independence", "lotteries", "spanning"]
