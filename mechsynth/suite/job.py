"""One job: a question about an instance, answered and checked.

A job is data, and its answer depends on nothing else: not on the number of workers, not on the order. Suites and maps of
a family's parameters are lists of jobs.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from mechsynth.errors import LATE, MechsynthError, OutOfTime, UsageError
from mechsynth.limits import Overrun, limited
from mechsynth.result.ask import in_flags

ACCEPTED, REFUSED = "accepted", "refused"
DIED = "its worker died every time it was tried"


@dataclass(frozen=True)
class Job:
    """A question about an instance.

    Attributes
    ----------
    name:
        What errors call the instance.
    instance:
        The bytes of its file.
    question:
        The keyword arguments of `mechsynth.solve`: ``{"ask": …, "scope": …, "require": […], …}``; without an ask everything at once.
    time_limit:
        Seconds for the answer, and again for its check; ``None`` for no limit.
    """

    name: str
    instance: bytes = field(repr=False)
    question: Mapping[str, Any]
    time_limit: float | None = None


@dataclass(frozen=True)
class Answer:
    """What became of a job.

    Attributes
    ----------
    status, strength, value:
        Those of the result; empty strings (and ``None``) where there is none.
    result:
        The bytes of the result file; ``None`` where there is none.
    checked:
        ``"accepted"`` or ``"refused"`` by the separate checker; empty where nothing was claimed.
    said:
        What the checker says is proved, or why it refuses.
    error:
        Why there is no answer, or no check; empty otherwise.
    seconds, check_seconds:
        How long reading and solving took, and checking.
    """

    status: str = ""
    strength: str = ""
    value: str | None = None
    result: bytes | None = field(default=None, repr=False)
    checked: str = ""
    said: str = ""
    error: str = ""
    seconds: float = 0.0
    check_seconds: float = 0.0

    @property
    def solved(self) -> bool:
        """Whether there is an answer, proved or not."""
        return self.status not in ("", "unknown")

    @property
    def proved(self) -> bool:
        """Whether there is an answer in exact arithmetic or by rigorous bounds, and the checker accepts it."""
        return self.solved and self.strength in ("exact", "verified") and self.checked == ACCEPTED


@dataclass(frozen=True)
class Finished:
    """A job and what became of it."""

    job: Job
    answer: Answer


def compute(job: Job, *, expendable: bool = False) -> Answer:
    """Answer a job and have the answer checked by the separate checker; never raises an error of the job's own.

    ``expendable`` says that the process may end itself where a limit cannot stop the work otherwise.
    """
    # Loaded before the clock starts: the first job is not slower than the others.
    from mechsynth import api, check  # noqa: F401

    start = time.perf_counter()
    try:
        answer = limited(job.time_limit, lambda: _solve(job), expendable=expendable)
    except (Overrun, OutOfTime):
        answer = Answer(status="unknown", error=LATE)
    except MechsynthError as error:
        answer = Answer(error=str(error.within(job.name)))
    except MemoryError:
        answer = Answer(error="the memory of its machine is not enough")
    except Exception as error:  # one bad job must not end the others
        answer = Answer(error=_words(error))
    answer = replace(answer, seconds=time.perf_counter() - start)
    if answer.result is None or not answer.solved or answer.strength == "numerical":
        return answer
    start = time.perf_counter()
    try:
        answer = limited(job.time_limit, partial(_check, job, answer), expendable=expendable)
    except Overrun:
        answer = replace(answer, error=f"{LATE} by its check")
    except MemoryError:
        answer = replace(answer, error="the memory of its machine is not enough for its check")
    except Exception as error:  # a file that the checker cannot even read is not proved
        answer = replace(answer, checked=REFUSED, said=_words(error))
    return replace(answer, check_seconds=time.perf_counter() - start)


def _solve(job: Job) -> Answer:
    from mechsynth import api, instance

    environment = instance.loads(job.instance)
    asked = {name: job.question[name] for name in job.question}
    try:
        result = api.solve(environment, workers=1, time_limit=job.time_limit, **asked)
    except UsageError as error:
        raise in_flags(error) from None
    strength = str(result.strength)
    return Answer(str(result.status), strength, result.value, result.to_bytes())


def _check(job: Job, answer: Answer) -> Answer:
    assert answer.result is not None
    checked, said = judged(answer.result, job.instance)
    return replace(answer, checked=checked, said=said)


def judged(result: bytes, instance: bytes) -> tuple[str, str]:
    """Have a result file checked; return whether it is accepted, as a line of a table says it, and the checker's words."""
    from threadpoolctl import threadpool_limits

    from mechsynth.check import check

    with threadpool_limits(limits=1, user_api="blas"):
        verdict = check(result, instance)
    return (ACCEPTED, verdict.statement) if verdict.accepted else (REFUSED, verdict.reason or "")


def _words(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(": ")
