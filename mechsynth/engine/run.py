"""How a stack is worked through: in pieces that fit the cache, on as many cores as there are, until a deadline.

The pieces do not depend on the number of workers and their answers are put together in order, so neither does the result.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from mechsynth.errors import OutOfTime

PIECE = 400_000  # entries of a stack that are looked at together
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Run:
    """How to work.

    Attributes
    ----------
    workers:
        Threads; numpy and HiGHS let go of the interpreter, so they work side by side.
    deadline:
        On the clock of `time.monotonic`; ``None`` for no limit.
    progress:
        Called with the number of blocks that a finished piece had.
    """

    workers: int = 1
    deadline: float | None = None
    progress: Callable[[int], None] | None = None

    def check(self) -> None:
        """Raise `OutOfTime` once the deadline has passed."""
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise OutOfTime("", "the time limit was reached", "allow more time, or resume from the file written")


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # pragma: no cover - not on Linux
        return os.cpu_count() or 1


def pieces(count: int, size: int) -> Iterator[slice]:
    """Yield slices of at most `PIECE` entries over ``count`` blocks of ``size`` entries each."""
    step = max(1, PIECE // max(size, 1))
    for start in range(0, count, step):
        yield slice(start, min(count, start + step))


def over(parts: Sequence[slice], work: Callable[[slice], Answer], run: Run) -> list[Answer]:
    """Return ``work`` of every piece, in order.

    Raises
    ------
    OutOfTime
        When the deadline passes before the last piece is done.
    """

    def one(part: slice) -> Answer:
        run.check()
        answer = work(part)
        if run.progress is not None:
            run.progress(part.stop - part.start)
        return answer

    if run.workers < 2 or len(parts) < 2:
        return [one(part) for part in parts]
    with ThreadPoolExecutor(run.workers) as pool:
        futures = [pool.submit(one, part) for part in parts]
        try:
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            raise
