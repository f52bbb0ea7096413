"""How a stack is worked through: in pieces that fit the cache, on as many cores as there are, until a deadline.

The pieces do not depend on the number of workers and their answers are put together in order, so neither does the result.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mechsynth.run import Run

PIECE = 400_000  # entries of a stack that are looked at together
Answer = TypeVar("Answer")


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
        run.tick(part.stop - part.start)
        return answer

    if run.threads < 2 or len(parts) < 2:
        return [one(part) for part in parts]
    with ThreadPoolExecutor(run.threads) as pool:
        futures = [pool.submit(one, part) for part in parts]
        try:
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            raise
