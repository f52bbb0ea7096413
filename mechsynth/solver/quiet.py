"""Where HiGHS is made: one factory, quiet from the first instruction.

The wrapper class of highspy registers a callback when it is constructed, and from version 1.15 on HiGHS then writes a banner to
file descriptor 1, before any option can forbid it: behind the back of Python, and into the midst of what a command writes there.
The class that it wraps writes nothing and does all that is needed here, so that one is taken. Nothing is redirected: descriptors
belong to the whole process, and other threads may be writing.
"""

from __future__ import annotations

from typing import Any

from highspy import _core


def highs() -> Any:
    """Return a new HiGHS that never writes to standard output or standard error."""
    made = _core._Highs()
    made.setOptionValue("output_flag", False)
    made.setOptionValue("log_to_console", False)
    made.setOptionValue("threads", 1)  # more would fight with the threads of the engine
    return made


def run(solver: Any) -> None:
    """Let a HiGHS of `highs` run.

    The threads of HiGHS belong to the process, and who runs first says how many there are: where a user's own HiGHS (cvxpy's, for
    example) started with another number than ours, HiGHS refuses to run. Then the number that is there is taken.
    """
    if solver.run() == _core.HighsStatus.kError and solver.getOptionValue("threads")[1] != 0:
        solver.setOptionValue("threads", 0)
        solver.run()
