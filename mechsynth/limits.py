"""A limit on time for work that does not look at the clock by itself."""

from __future__ import annotations

import contextlib
import ctypes
import itertools
import os
import sys
import threading
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

from mechsynth.errors import UsageError

GRACE = 2.0  # seconds that work which does look at the clock has to end by itself
LONGEST = 1e8  # seconds; more than a clock of the system takes, and no limit at all
AGAIN = 1.0  # and until it is told again that the limit has passed
STEPS = 1000  # of the interpreter, at the first of which what is on its way arrives
LAST = 30.0  # and that work deep in a library has to come back from it, where the process may be given up

Found = TypeVar("Found")


class Overrun(BaseException):
    """The limit has passed. No ``Exception``, so that nothing on the way takes it for an error of its own."""


def refuse_limit(seconds: float | None) -> None:
    """Refuse what is no limit on time.

    Raises
    ------
    UsageError
        For less than nothing, and for what no clock of the system takes.
    """
    if seconds is not None and not 0 <= seconds <= LONGEST:
        raise UsageError("--time-limit", f"{seconds:g} is no limit", f"choose between 0 and {LONGEST:g} seconds")


def limited(
    seconds: float | None, work: Callable[[], Found], *, grace: float | None = None, expendable: bool = False
) -> Found:
    """Return what some work returns, or raise `Overrun` in it once ``seconds`` and the grace (`GRACE` by default) have passed.

    The exception arrives at the next step of the interpreter, so it waits for the end of a call into compiled code. Some libraries take
    what is raised in a call back into Python for an error of their own, and go on; so it is raised again while the work lasts.

    Parameters
    ----------
    seconds:
        ``None`` for no limit.
    work:
        What to do, in this thread.
    grace:
        Seconds that work has which looks at the clock by itself.
    expendable:
        Whether this process is a worker that may end itself where the exception never arrives.
    """
    if seconds is None:
        return work()
    thread, lock, done = threading.get_ident(), threading.Lock(), threading.Event()
    here, raised = sys._getframe(), threading.Event()

    def interrupt() -> None:
        for told in itertools.count():
            with lock:
                # The work may have been left between two steps before it could say so.
                if done.is_set() or not _on(sys._current_frames().get(thread), here):
                    return
                raised.set()
                ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(Overrun))
            if done.wait(AGAIN):
                return
            if expendable and told * AGAIN >= LAST:
                os._exit(1)

    timer = threading.Timer(seconds + (GRACE if grace is None else grace), interrupt)
    timer.daemon = True
    try:
        timer.start()
        return work()
    finally:
        with lock:
            done.set()
        timer.cancel()
        if raised.is_set():
            # An exception that is on its way when the work ends must not hit what comes after: it arrives here. (To take it back, as
            # the interpreter allows, would leave its flag up for good, and a traced function would never be entered again.)
            with contextlib.suppress(Overrun):
                for _ in range(STEPS):
                    pass


def _on(top: FrameType | None, frame: FrameType) -> bool:
    """Whether a frame is among those below another."""
    while top is not None and top is not frame:
        top = top.f_back
    return top is frame
