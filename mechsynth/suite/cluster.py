"""Jobs on `dask.distributed`: worker processes on this machine, or an existing scheduler and whatever works for it.

Whoever can reach a scheduler can run code on its workers. The local one listens on the loopback interface alone, serves no pages, and takes
connections only from who holds the key of a certificate that is made for the run, lives in the memory of its processes, and is gone with them.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import threading
import time
import uuid
import warnings
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing import resource_tracker
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from mechsynth.errors import InputError, UsageError
from mechsynth.suite.job import DIED, Answer, Finished, Job, compute

if TYPE_CHECKING:
    from distributed import Client, Future
    from distributed.security import Security

PATIENCE = 60.0  # seconds without any worker before a run gives up
ANSWERS = 10.0  # seconds in which a scheduler says that it is there, and a worker hands an answer over
FETCHES = 12  # times that an answer is asked for before a run gives up
LOOPBACK = "127.0.0.1"
KEPT = "what is finished is kept; go on with --resume"


@dataclass(frozen=True)
class Scheduler:
    """An existing scheduler, and how to prove to it who is calling.

    Attributes
    ----------
    address:
        Where it listens: ``tcp://HOST:PORT``, or ``tls://HOST:PORT`` with credentials.
    ca_file, cert, key:
        Files in PEM: the authority that signed the scheduler's and the workers' certificates, and a certificate of one's own with its key;
        all three or none.
    own:
        Credentials that live in memory, of a cluster that this process began.

    Raises
    ------
    UsageError
        For some of the three, for ``tls://`` without them, and for another address with them.
    InputError
        For a file that is not there.
    """

    address: str
    ca_file: str | None = None
    cert: str | None = None
    key: str | None = None
    own: Security | None = None

    def __post_init__(self) -> None:
        named = {"--tls-ca-file": self.ca_file, "--tls-cert": self.cert, "--tls-key": self.key}
        missing = [flag for flag, file in named.items() if file is None]
        safe = self.address.startswith("tls://")
        if safe and missing and self.own is None:
            raise UsageError(missing[0], f"{self.address} is not spoken to without it", f"give {', '.join(named)}")
        if missing and len(missing) < len(named):
            raise UsageError(missing[0], "is missing beside the others", f"give {', '.join(named)}, or none of them")
        if not missing and not safe:
            raise UsageError("--scheduler", f"{self.address} takes no credentials", "write tls://HOST:PORT")
        for flag, file in named.items():
            if file is not None and not os.path.isfile(file):
                raise InputError(file, "is no file", f"name a file in PEM with {flag}")

    def security(self) -> Security | None:
        """Return the credentials in the form of the library; ``None`` for an open scheduler.

        Raises
        ------
        InputError
            For files that hold no certificate, or another certificate's key.
        """
        if self.own is not None or self.key is None:
            return self.own
        from distributed.security import Security

        found = Security(
            require_encryption=True, tls_ca_file=self.ca_file, tls_client_cert=self.cert, tls_client_key=self.key
        )
        try:
            found.get_connection_args("client")
        except (OSError, ValueError) as error:
            words = " ".join(str(error).split())
            raise InputError(
                self.cert or "",
                f"cannot be used with its key and authority ({words})",
                "give files in PEM that belong together",
            ) from None
        return found


def run(jobs: Iterable[Job], workers: int, scheduler: str | Scheduler | None) -> Generator[Finished, None, None]:
    """Yield jobs as they are finished; see `mechsynth.suite.jobs.run_jobs`."""
    if isinstance(scheduler, str):
        scheduler = Scheduler(scheduler)
    with local(workers) if scheduler is None else existing(scheduler) as client:
        yield from _Work(client, "the local cluster" if scheduler is None else scheduler.address).each(jobs)


@contextlib.contextmanager
def local(workers: int) -> Iterator[Client]:
    """Worker processes on this machine, of one thread each, that only this process can send work to."""
    import dask
    from distributed import Client, LocalCluster
    from distributed.security import Security

    # One job a worker at a time, so that a job that takes its worker down is not mistaken for its neighbour; no pages.
    settings = {
        "distributed.scheduler.allowed-failures": 0,
        "distributed.scheduler.worker-saturation": 1.0,
        "distributed.scheduler.http.routes": [],
        "distributed.worker.http.routes": [],
    }
    with _quiet(), dask.config.set(settings), contextlib.ExitStack() as stack:
        with _undisturbed():
            cluster = LocalCluster(
                n_workers=workers,
                threads_per_worker=1,
                processes=True,
                host=LOOPBACK,
                protocol="tls://",
                security=Security.temporary(),
                dashboard_address=None,
                scheduler_kwargs={"dashboard": False, "dashboard_address": f"{LOOPBACK}:0"},
                silence_logs=logging.CRITICAL,
            )
            stack.enter_context(cluster)
            client = stack.enter_context(Client(cluster, set_as_default=False))
        yield client


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Let an interrupt wait until the work below is done, and keep it from processes that are started by then or later.

    A terminal interrupts all its processes at once; a cluster that is half begun, or whose workers go first, cannot be ended in good order.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, _: came.append(number))
    mask = getattr(signal, "pthread_sigmask", None)
    if mask is not None:
        # The first process to be started brings one along that changes the mask; its start is therefore not left to it.
        resource_tracker.ensure_running()
        mask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        if mask is not None:
            mask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, before)
    if came:
        raise KeyboardInterrupt


@contextlib.contextmanager
def existing(scheduler: Scheduler) -> Iterator[Client]:
    """An existing scheduler, once it has a worker with this version of the package."""
    from distributed import Client

    address, security = scheduler.address, scheduler.security()
    with _quiet():
        try:
            client = Client(address, security=security, timeout=ANSWERS, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            problem = "no scheduler answers" if isinstance(error, OSError) else "no address of a scheduler"
            raise InputError(
                address or "--scheduler", problem, "start one with: dask scheduler --host ADDRESS"
            ) from None
        with client:
            _greet(client, address)
            yield client


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What becomes of a job is said in its answer; the logs of the libraries would say it again, in lines of their own."""
    from distributed.utils import silence_logging_cmgr

    others = [logging.getLogger(name) for name in ("asyncio", "tornado")]
    levels = [other.level for other in others]
    for other in others:
        other.setLevel(logging.CRITICAL)
    try:
        with silence_logging_cmgr(logging.CRITICAL):
            yield
    finally:
        for other, level in zip(others, levels, strict=True):
            other.setLevel(level)


def _version() -> str:
    from mechsynth import __version__

    return __version__


def _greet(client: Client, address: str) -> None:
    from mechsynth import __version__

    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        raise InputError(address, "has no worker", f"start some: dask worker {address} --nthreads 1") from None
    try:
        theirs = set(client.run(_version).values())
    except Exception as error:  # whatever their Python says about an import
        words = " ".join(str(error).split())
        raise InputError(
            address, f"its workers cannot use mechsynth ({words})", f"install mechsynth {__version__} there"
        ) from None
    if theirs != {__version__}:
        other = ", ".join(sorted(theirs - {__version__}))
        raise InputError(address, f"its workers have mechsynth {other}", f"install {__version__} there")


class _Work:
    """Jobs under way: a window of them at the scheduler, and those whose worker died to be tried alone at the end."""

    def __init__(self, client: Client, where: str) -> None:
        self._client = client
        self._where = where
        self._run = uuid.uuid4().hex
        self._sent = 0
        self._done: SimpleQueue[Future] = SimpleQueue()
        self._under_way: dict[str, tuple[Future, Job]] = {}
        self._alone_since: float | None = None

    def each(self, jobs: Iterable[Job]) -> Iterator[Finished]:
        waiting = iter(jobs)
        suspects: list[Job] = []
        window = max(8, 4 * sum(self._client.nthreads().values()))
        while True:
            while len(self._under_way) < window and (job := next(waiting, None)) is not None:
                self._send(job)
            if not self._under_way:
                break
            job, answer = self._next()
            if answer is None:
                suspects.append(job)
            else:
                yield Finished(job, answer)
        # A worker that dies takes down whatever it held. Alone, a job can only be blamed for itself.
        for job in suspects:
            self._send(job)
            _, answer = self._next()
            yield Finished(job, answer or Answer(error=DIED))

    def _send(self, job: Job) -> None:
        key = f"mechsynth-{self._run}-{self._sent}"
        self._sent += 1
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that an instance is large is no news
            future = self._client.submit(compute, job, expendable=True, key=key, pure=False)
        self._under_way[key] = (future, job)
        future.add_done_callback(self._done.put)

    def _next(self) -> tuple[Job, Answer | None]:
        """Return the next finished job; without an answer if its worker died.

        What goes wrong between here and a worker is no property of the job: only what the scheduler calls an error of the job is taken for one.
        """
        from distributed import KilledWorker

        failures = 0
        while True:
            future = self._wait()
            key, answer = future.key, None
            if future.status == "cancelled":
                raise self._gone()
            if future.status not in ("finished", "error"):
                # The worker died after it had finished and before it was asked for the answer: it is computed again.
                # The library calls back at once for such a future, so this looks again rather than waits.
                self._see_to_it()
                time.sleep(0.1)
                future.add_done_callback(self._done.put)
                continue
            try:
                answer = future.result(timeout=ANSWERS)
            except KilledWorker:
                pass
            except Exception as error:
                if future.status != "error":
                    self._see_to_it()
                    failures += 1
                    if failures > FETCHES:
                        raise InputError(self._where, f"an answer cannot be fetched ({error})", KEPT) from None
                    time.sleep(0.1)
                    future.add_done_callback(self._done.put)
                    continue
                answer = Answer(error=" ".join(f"{type(error).__name__}: {error}".split()))
            _, job = self._under_way.pop(key)
            future.release()
            return job, answer

    def _wait(self) -> Future:
        while True:
            try:
                return self._done.get(timeout=1.0)
            except Empty:
                self._see_to_it()

    def _see_to_it(self) -> None:
        """Give up where nothing will come any more: without a scheduler, or after a while without workers."""
        if self._client.status != "running":
            raise self._gone()
        if _workers(self._client):
            self._alone_since = None
            return
        self._alone_since = self._alone_since or time.monotonic()
        if time.monotonic() - self._alone_since > PATIENCE:
            raise InputError(self._where, "has no worker left", f"start workers; {KEPT}")

    def _gone(self) -> InputError:
        return InputError(self._where, "the scheduler went away", f"start it again; {KEPT}")


def _workers(client: Client) -> dict[str, object]:
    found: dict[str, object] = client.scheduler_info().get("workers", {})
    return found
