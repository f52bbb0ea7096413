"""Independent jobs, here or on many workers. Suites and maps of a family's parameters are lists of jobs."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from mechsynth.errors import LATE, UsageError
from mechsynth.suite import apart as beside
from mechsynth.suite import cluster
from mechsynth.suite.cluster import Scheduler
from mechsynth.suite.job import DIED, Answer, Finished, Job, compute

__all__ = ["DIED", "LATE", "Answer", "Finished", "Job", "Scheduler", "compute", "run_jobs"]


def run_jobs(
    jobs: Iterable[Job], *, workers: int = 1, scheduler: str | Scheduler | None = None, apart: bool = False
) -> Generator[Finished, None, None]:
    """Yield every job as it is finished, in no particular order.

    Jobs are drawn from the iterable as they can be worked on. A job that fails, runs over its limit or takes its worker down ends with
    a reason in ``answer.error``; the others go on. Close the iterator (or leave it) to stop early.

    Parameters
    ----------
    jobs:
        The jobs.
    workers:
        Processes on this machine. One: they are worked on one after the other.
    apart:
        With one worker: in a process beside this one, so that a job that takes its process down costs only itself. Else in this one.
    scheduler:
        A `dask.distributed` scheduler, or its address alone where it is an open one, whose workers are used instead; they need the same version
        of this package.

    Raises
    ------
    UsageError
        For fewer than one worker.
    InputError
        If there is no such scheduler, its workers cannot be used, or it goes away.
    """
    if workers < 1:
        raise UsageError("--workers", f"{workers} is no number of workers", "choose at least 1")
    if scheduler is None and workers == 1:
        if apart:
            return beside.run(jobs)
        return (Finished(job, compute(job)) for job in jobs)
    return cluster.run(jobs, workers, scheduler)
