"""Labelled programs: rows and columns with names that a person can read, for export and for users' own constraints."""

from mechsynth.program.labelled import CvxpyProgram, Program, Row
from mechsynth.program.residual import residual_program

__all__ = ["CvxpyProgram", "Program", "Row", "residual_program"]
