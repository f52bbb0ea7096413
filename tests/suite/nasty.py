"""Questions that are no questions: what they do when they are read."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from typing import Any


class Deadly(dict[str, Any]):
    """Ends the worker process that reads it, and no other."""

    def __iter__(self) -> Iterator[str]:
        if multiprocessing.parent_process() is not None:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().__iter__()


class Endless(dict[str, Any]):
    """Never comes to an end, and never looks at the clock."""

    def __iter__(self) -> Iterator[str]:
        while True:
            time.sleep(0.001)


class Faulty(dict[str, Any]):
    """Raises what no room means to raise."""

    def __iter__(self) -> Iterator[str]:
        raise ZeroDivisionError("a fault\nof two lines")
