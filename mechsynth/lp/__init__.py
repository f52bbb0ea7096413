"""Any named linear program, decided exactly: MPS and LP files in, an answer with its certificate out.

`read` reads, `decide` answers, `document.written` is the result file ``mechsynth-lp/1``, `words.told` says what was found. Everything is an inequality
here: a row or bound with two ends is two of them, an equality too, so that a conflict names the end that matters.
"""

from mechsynth.lp.decide import Answer, Status, decide
from mechsynth.lp.program import Program, Side
from mechsynth.lp.reading import read

__all__ = ["Answer", "Program", "Side", "Status", "decide", "read"]
