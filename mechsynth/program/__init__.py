"""Programs over transfers: classes, requirements, objectives, labelled rows and columns, export."""

from mechsynth.program.labelled import CvxpyProgram, Program, Row
from mechsynth.program.linear import LinearProgram

__all__ = ["CvxpyProgram", "LinearProgram", "Program", "Row"]
