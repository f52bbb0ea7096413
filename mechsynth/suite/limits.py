"""A limit on time for work that does not look at the clock by itself."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
from collections.abc import Iterator

GRACE = 2.0  # seconds that work which does look at the clock has to end by itself
LAST = 30.0  # and that work deep in a library has to come back from it, where the process may be given up


class Overrun(BaseException):
    """The limit has passed. No ``Exception``, so that nothing on the way takes it for an error of its own."""


@contextlib.contextmanager
def limited(seconds: float | None, *, expendable: bool = False) -> Iterator[None]:
    """Raise `Overrun` in the work below once ``seconds`` and a grace have passed.

    The exception arrives at the next step of the interpreter, so it waits for the end of a call into compiled code.

    Parameters
    ----------
    seconds:
        ``None`` for no limit.
    expendable:
        Whether this process is a worker that may end itself where the exception never arrives.
    """
    if seconds is None:
        yield
        return
    thread, lock, done = ctypes.c_ulong(threading.get_ident()), threading.Lock(), threading.Event()

    def interrupt() -> None:
        with lock:
            if not done.is_set():
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(Overrun))
        if expendable and not done.wait(seconds + LAST):
            os._exit(1)

    timer = threading.Timer(seconds + GRACE, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        with lock:
            done.set()
            # An exception that is on its way when the work ends must not hit what comes after.
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, None)
        timer.cancel()
