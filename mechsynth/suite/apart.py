"""Jobs one after the other in a process beside this one: a job that takes its process down costs only itself.

The two speak over the pipes of the process, in lines of JSON; nobody else can reach either end. The process takes no interrupt of the terminal: it ends when
this one does, or is ended by it.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Iterable, Iterator
from dataclasses import asdict
from typing import Any

from mechsynth.suite.job import DIED, Answer, Finished, Job, compute

BEGIN = "import sys; sys.path[:] = sys.argv[1:]; from mechsynth.suite.apart import serve; serve()"
LOOKS = 1.0  # seconds between two looks whether the process that waits for answers is still there


class Beside:
    """A process beside this one, begun with the first job and anew after one that took it down; close it, or use it as a context."""

    def __init__(self) -> None:
        self._stack = contextlib.ExitStack()
        self._worker: subprocess.Popen[bytes] | None = None

    def each(self, jobs: Iterable[Job]) -> Generator[Finished, None, None]:
        """Yield jobs as they are finished, in their order."""
        for job in jobs:
            if self._worker is None:
                self._worker = self._stack.enter_context(_process())
            answer = None
            try:
                answer = _asked(self._worker, job)
            finally:
                # Gone with the job, or left in the middle of one by an interrupt: what it would say next is nobody's answer.
                if answer is None:
                    self.close()
            yield Finished(job, answer or Answer(error=DIED))

    def close(self) -> None:
        """End the process."""
        self._worker = None
        self._stack.close()

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def run(jobs: Iterable[Job]) -> Generator[Finished, None, None]:
    """Yield jobs as they are finished, in their order; see `mechsynth.suite.jobs.run_jobs`."""
    with Beside() as worker:
        yield from worker.each(jobs)


@contextlib.contextmanager
def _process() -> Iterator[subprocess.Popen[bytes]]:
    mask = getattr(signal, "pthread_sigmask", None)
    # An interrupt of the terminal reaches this process alone, which then ends the other: that one inherits that it waits.
    before = None if mask is None else mask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        command = [sys.executable, "-c", BEGIN, *sys.path]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    finally:
        if mask is not None:
            mask(signal.SIG_SETMASK, before)
    try:
        yield process
    finally:
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()


def _asked(worker: subprocess.Popen[bytes], job: Job) -> Answer | None:
    """Return the answer of a job; ``None`` if the process went down with it."""
    pipes = worker.stdin, worker.stdout
    if pipes[0] is None or pipes[1] is None:  # pragma: no cover - both are asked for above
        return None
    told = {**asdict(job), "instance": _text(job.instance), "question": dict(job.question)}
    try:
        pipes[0].write(json.dumps(told).encode("ascii") + b"\n")
        pipes[0].flush()
    except BrokenPipeError:
        return None
    line = pipes[1].readline()
    if not line.endswith(b"\n"):
        return None
    found = json.loads(line)
    return Answer(**{**found, "result": _bytes(found["result"])})


def _text(data: bytes | None) -> str | None:
    return None if data is None else base64.b64encode(data).decode("ascii")


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def serve() -> None:
    """Answer jobs from standard input until it ends; what a library prints goes to standard error, and never among the answers."""
    threading.Thread(target=_last_as_long_as, args=(os.getppid(),), daemon=True).start()
    with os.fdopen(os.dup(1), "wb") as out, os.fdopen(os.dup(0), "rb") as given:
        os.dup2(2, 1)
        for line in given:
            told: dict[str, Any] = json.loads(line)
            job = Job(**{**told, "instance": _bytes(told["instance"]) or b""})
            answer = compute(job, expendable=True)
            out.write(json.dumps({**asdict(answer), "result": _text(answer.result)}).encode("ascii") + b"\n")
            out.flush()


def _last_as_long_as(parent: int) -> None:
    """End this process in the middle of a job once nobody waits for the answer."""
    while os.getppid() == parent:
        time.sleep(LOOKS)
    os._exit(1)
