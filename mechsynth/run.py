"""How a question is worked at: how many threads, how long, who is told, and what to go on from."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field, replace
from typing import Any, TypeVar

from mechsynth.errors import LATE, OutOfTime, UsageError

T = TypeVar("T")
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, eq=False)
class Run:
    """How to work at a question; it reaches every loop that can take long. The answer does not depend on it, unless it comes too late.

    Attributes
    ----------
    workers:
        Threads; ``None`` for as many as there are cores.
    time_limit:
        Seconds from when this is made, after which the answer is ``unknown``, with what is settled until then; ``None`` for no limit.
    progress:
        Called with a label, what is done and the total.
    resume:
        A result of status ``unknown`` (its JSON object) to go on from; what it carries is checked again, not believed.
    deadline:
        When to stop, on the clock of `time.monotonic`; by default the time limit from now.
    tally:
        Called with how much of what is counted is newly done; see `counting`.
    """

    workers: int | None = None
    time_limit: InitVar[float | None] = None
    progress: Progress | None = field(default=None, kw_only=True)
    resume: Mapping[str, Any] | None = field(default=None, kw_only=True)
    deadline: float | None = field(default=None, kw_only=True)
    tally: Callable[[int], None] | None = field(default=None, kw_only=True)

    def __post_init__(self, time_limit: float | None) -> None:
        if self.workers is not None and self.workers < 1:
            raise UsageError("workers", f"{self.workers} is no number of threads", "choose at least 1")
        if time_limit is not None:
            object.__setattr__(self, "deadline", time.monotonic() + time_limit)

    @property
    def threads(self) -> int:
        """How many threads to use."""
        return self.workers or cores()

    def check(self) -> None:
        """Raise `OutOfTime` once the deadline has passed."""
        if self.deadline is not None and time.monotonic() >= self.deadline:
            raise OutOfTime("", LATE, "allow more time, or resume from the file written")

    def over(self, parts: Iterable[T]) -> Iterator[T]:
        """Yield the parts of some work, after a look at the clock before each.

        Raises
        ------
        OutOfTime
            Once the deadline has passed.
        """
        for part in parts:
            self.check()
            yield part

    def left(self) -> float | None:
        """Return the seconds that are left, more than 0; ``None`` for no limit.

        Raises
        ------
        OutOfTime
            When none are.
        """
        if self.deadline is None:
            return None
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise OutOfTime("", LATE, "allow more time")
        return left

    def rest(self) -> float | None:
        """Return the seconds that are left, 0 when none are; ``None`` for no limit."""
        return None if self.deadline is None else max(0.0, self.deadline - time.monotonic())

    def say(self, label: str, done: int, total: int) -> None:
        """Tell who waits how far the work is."""
        if self.progress is not None:
            self.progress(label, done, total)

    def counting(self, label: str, total: int) -> Run:
        """Return the same for work of which ``total`` parts are counted: `tick` adds to what is told."""
        done = 0

        def add(count: int) -> None:
            nonlocal done
            done += count
            self.say(label, done, total)

        return replace(self, tally=None if self.progress is None else add)

    def tick(self, count: int = 1) -> None:
        """Tell that more of what is counted is done."""
        if self.tally is not None:
            self.tally(count)

    def alone(self) -> Run:
        """Return the same for a part of the work: it tells nobody, and goes on from nothing."""
        return replace(self, progress=None, resume=None, tally=None)


def cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # pragma: no cover - not on Linux
        return os.cpu_count() or 1
