"""Is a result about a linear program (``mechsynth-lp/1``) proved? Read with parsers of its own, checked with fractions, without any solver."""

from .verify import FORMAT, check_program, is_about_program

__all__ = ["FORMAT", "check_program", "is_about_program"]
