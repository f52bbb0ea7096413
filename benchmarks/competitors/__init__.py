"""Everybody who decides blocks, one small module each; an absent one is reported as not installed."""

from __future__ import annotations

from benchmarks.competitors import (
    cddlib,
    cddlib_mixtures,
    cvxpy_loop,
    cvxpy_parameters,
    highspy_warm,
    mechsynth_blocks,
    ppl,
    ppl_warm,
    scipy_linprog,
    z3_smt,
)
from benchmarks.competitors.base import Competitor, Outcome

SUBJECT = mechsynth_blocks.COMPETITOR
ALL_CORES = mechsynth_blocks.ALL_CORES
RIVALS: tuple[Competitor, ...] = (
    cvxpy_loop.COMPETITOR,
    cvxpy_parameters.COMPETITOR,
    scipy_linprog.COMPETITOR,
    highspy_warm.COMPETITOR,
    z3_smt.COMPETITOR,
    cddlib.COMPETITOR,
    cddlib_mixtures.COMPETITOR,
    ppl.COMPETITOR,
    ppl_warm.COMPETITOR,
)
ALL: dict[str, Competitor] = {each.name: each for each in (SUBJECT, ALL_CORES, *RIVALS)}

__all__ = ["ALL", "ALL_CORES", "RIVALS", "SUBJECT", "Competitor", "Outcome"]
