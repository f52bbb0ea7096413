"""Jobs: the same answers here and on workers, and none that ends the others."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from nasty import Deadly, Endless, Faulty
from suites import INSTANCES, PATIENCE, environ

import mechsynth
from mechsynth import __version__ as mechsynth_version
from mechsynth import limits
from mechsynth.check import check
from mechsynth.errors import InputError, UsageError
from mechsynth.suite import cluster
from mechsynth.suite.jobs import DIED, LATE, Answer, Job, compute, run_jobs

LEASES = (INSTANCES / "liu2014-oil-leases.json").read_bytes()
AUCTION = (INSTANCES / "liu2014-auction-1.json").read_bytes()


def timeless(answer: Answer) -> Answer:
    return replace(answer, seconds=0.0, check_seconds=0.0)


def good() -> list[Job]:
    """Jobs with answers that are known from the paper, by name."""
    return [
        Job("leases feasible", LEASES, {"ask": "vcg-type"}),
        Job("auction infeasible", AUCTION, {"ask": "static"}),
        Job("leases optimal", LEASES, {"ask": "policy"}),
        Job("leases holds", LEASES, {"ask": "spanning", "scope": "policy"}),
    ]


def busy(end: float) -> None:
    """Work until then, in steps of the interpreter."""
    while time.perf_counter() < end:
        pass


def test_a_job_is_answered_and_checked() -> None:
    for job in good():
        answer = compute(job)
        assert answer.status == job.name.split()[1]
        assert answer.proved and answer.checked == "accepted" and not answer.error
        assert answer.result is not None and check(answer.result, job.instance).accepted


def test_the_expected_surplus_of_the_leases() -> None:
    """The mean of 61/4 and 91/4."""
    assert compute(Job("leases", LEASES, {"ask": "policy"})).value == "19"


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (Job("x.json", LEASES[:-9], {"ask": "policy"}), "x.json: line"),
        (Job("x.json", b"\xff", {"ask": "policy"}), "x.json: byte 0"),
        (Job("x.json", LEASES, {"ask": "nothing"}), "is no question of this version"),
        (Job("x.json", LEASES, {"ask": "policy", "colour": "red"}), "colour: no option"),
        (Job("x.json", LEASES, {"ask": "team"}), "values are not private"),
        (Job("x.json", LEASES, Faulty()), "ZeroDivisionError: a fault of two lines"),
    ],
)
def test_a_job_that_fails_says_why_in_one_line(job: Job, words: str) -> None:
    answer = compute(job)
    assert words in answer.error and "\n" not in answer.error
    assert answer.status == "" and answer.result is None and not answer.solved and not answer.proved


def test_a_time_limit_that_the_room_looks_at() -> None:
    answer = compute(Job("x", LEASES, {"ask": "contingent"}, 0.0))
    assert answer.status == "unknown" and not answer.proved and answer.checked == ""


@pytest.mark.processes
def test_a_time_limit_that_nobody_looks_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "GRACE", 0.1)
    answer = compute(Job("x", LEASES, Endless(), 0.1))  # and it comes to an end
    assert answer.status == "unknown" and answer.error == LATE


@pytest.mark.processes
def test_a_limit_never_hits_what_comes_after(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that ends about when its limit does: either it is interrupted, or nothing ever is."""
    monkeypatch.setattr(limits, "GRACE", 0.0)
    for k in range(200):
        end = time.perf_counter() + 0.001 + k * 1e-5
        with contextlib.suppress(limits.Overrun):
            limits.limited(0.002, lambda end=end: busy(end))
        for _ in range(1000):  # steps of the interpreter at which a late exception would arrive
            pass


@pytest.mark.processes
def test_functions_can_be_traced_after_a_limit() -> None:
    """Whether it was reached or not: an exception that was taken back would leave a flag up, and a traced function would never be entered."""
    code = (
        "import contextlib, sys, time\n"
        "from mechsynth import limits\n"
        "def busy(seconds):\n"
        "    end = time.perf_counter() + seconds\n"
        "    while time.perf_counter() < end: pass\n"
        "for seconds in (0.0, 0.002, 0.2):\n"
        "    with contextlib.suppress(limits.Overrun):\n"
        "        limits.limited(0.01, lambda: busy(seconds), grace=0.0)\n"
        "def traced(): return 19\n"
        "sys.settrace(lambda frame, event, argument: None)\n"
        "print(traced())"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environ(), capture_output=True, text=True, timeout=60)
    assert done.stdout == "19\n", done.stderr


@pytest.mark.processes
def test_a_limit_that_is_swallowed_is_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "AGAIN", 0.05)
    told = 0

    def deaf() -> None:
        nonlocal told
        while True:
            try:
                busy(time.perf_counter() + 3600)
            except limits.Overrun:
                told += 1
                if told == 3:
                    raise

    with pytest.raises(limits.Overrun):
        limits.limited(0.01, deaf, grace=0.0)
    assert told == 3
    busy(time.perf_counter() + 0.2)  # and not afterwards


@pytest.mark.processes
def test_a_worker_that_nothing_interrupts_ends_itself() -> None:
    """Sleep, like a solver at work, is no step of the interpreter."""
    code = (
        "import time; from mechsynth import limits; limits.GRACE, limits.LAST, limits.AGAIN = 0.1, 0.3, 0.1\n"
        "limits.limited(0.1, lambda: time.sleep(10**6), expendable=True)"
    )
    assert subprocess.run([sys.executable, "-c", code], env=environ(), timeout=PATIENCE, check=False).returncode == 1


@pytest.mark.processes
def test_jobs_on_two_workers_and_one_that_ends_its_worker() -> None:
    """Every other job has the answer that it has alone; the deadly one has a reason; the workers listen on the loopback alone."""
    jobs = good()
    jobs[1:1] = [Job("deadly", LEASES, Deadly(ask="policy")), Job("bad", b"{", {"ask": "policy"})]
    listening: set[str] = set()
    found: dict[str, Answer] = {}
    finished = run_jobs(iter(jobs), workers=2)
    for each in finished:
        found[each.job.name] = each.answer
        if len(found) == 1:
            me = psutil.Process()
            for process in [me, *me.children(recursive=True)]:
                # The worker that the deadly job takes down can be gone between the two lines.
                with contextlib.suppress(psutil.NoSuchProcess):
                    sockets = process.net_connections(kind="inet")
                    listening |= {one.laddr.ip for one in sockets if one.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}
    assert found.pop("deadly").error == DIED
    assert set(found) == {job.name for job in jobs} - {"deadly"}
    for job in jobs:
        if job.name in found:
            assert timeless(found[job.name]) == timeless(compute(job)), job.name


@pytest.mark.processes
def test_the_local_cluster_serves_no_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """What listens speaks Dask's protocol or serves nothing: no address answers a request for a page.

    And, while it is there: workers of another version are refused by name, and so is a scheduler that has lost its workers.
    """
    import http.client
    import urllib.error
    import urllib.request

    with cluster.local(1) as client:
        assert all(info["nthreads"] == 1 for info in client.scheduler_info()["workers"].values())
        ports = {one.laddr.port for one in psutil.Process().net_connections("tcp") if one.status == psutil.CONN_LISTEN}
        assert ports and 8787 not in ports
        for port in ports:
            with pytest.raises((urllib.error.URLError, http.client.HTTPException, OSError)):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/status", timeout=0.5)
        address = cluster.Scheduler(client.scheduler.address, own=client.security)
        with monkeypatch.context() as patch:
            patch.setattr(mechsynth, "__version__", "0.0.9")
            with pytest.raises(InputError, match=rf"its workers have mechsynth {mechsynth_version}; install 0.0.9"):
                list(run_jobs(good(), scheduler=address))
        client.cluster.scale(0)
        client.retire_workers(list(client.scheduler_info()["workers"]))
        monkeypatch.setattr(cluster, "PATIENCE", 0.5)
        with pytest.raises(InputError, match="has no worker; start some"):
            list(run_jobs(good(), scheduler=address))


def children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def hungry(signals: int = 16) -> bytes:
    """An instance with two agents and dense beliefs."""
    names = [str(k) for k in range(signals)]
    profiles = [(x, y) for x in range(signals) for y in range(signals)]
    weights = [[1 + (x * y + 7 * k + x) % 11 for k in range(signals**2)] for x, y in profiles]
    utilities = {
        name: [[[(x * (3 + a) + y * (2 - a) + who) % 13 for y in range(signals)] for x in range(signals)] for a in (0, 1)]
        for who, name in enumerate(("one", "two"))
    }
    told = [[[f"{row[z * signals + w]}/{sum(row)}" for w in range(signals)] for z in range(signals)] for row in weights]
    square = [told[x * signals : (x + 1) * signals] for x in range(signals)]
    signal_names = {"one": names, "two": names}
    period = {"signals": signal_names, "actions": ["a", "b"], "utilities": utilities, "transition": [square, square]}
    document = {"format": "mechsynth-instance/1", "name": "hungry", "horizon": "infinite", "discount": "9/10", "agents": ["one", "two"]}
    document |= period
    return json.dumps(document).encode()


HUNGRY = Job("hungry", hungry(), {"ask": "implement", "transfers": "full", "require": ["budget:ex-post"]})
"""Minutes of work."""


@pytest.mark.processes
def test_one_worker_beside_and_jobs_that_end_it() -> None:
    """Each costs itself, in its turn; the others have the answers that they have here, and the process is gone at the end."""
    before = children()
    jobs = [*good(), HUNGRY, *good(), HUNGRY]

    def limited() -> Iterator[Job]:
        for job in jobs:
            if job is HUNGRY:
                (process,) = children() - before
                spent = process.cpu_times()
                # The kernel ends a process that has used so many seconds of its processor.
                process.rlimit(psutil.RLIMIT_CPU, (int(spent.user + spent.system) + 2,) * 2)
            yield job

    answers = [each.answer for each in run_jobs(limited(), apart=True)]
    assert len(answers) == len(jobs)
    for job, answer in zip(jobs, answers, strict=True):
        if job is HUNGRY:
            assert answer == Answer(error=DIED)
        else:
            assert timeless(answer) == timeless(compute(job)), job.name
    assert children() <= before


@pytest.mark.processes
def test_a_worker_beside_that_is_left_in_the_middle() -> None:
    before = children()
    stopped = run_jobs(iter(good()), apart=True)
    assert next(stopped).answer.proved
    assert len(children() - before) == 1
    stopped.close()
    assert children() <= before


@pytest.mark.processes
def test_a_worker_beside_ends_with_who_waits_for_it(tmp_path: Path) -> None:
    """In the middle of a job too, and although nobody ends it."""
    code = (
        "import os, sys; from mechsynth.suite.apart import _process\n"
        "with _process() as worker:\n"
        "    print(worker.pid, flush=True)\n"
        "    os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environ(), stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
    with contextlib.suppress(psutil.NoSuchProcess):
        psutil.Process(int(done.stdout)).wait(timeout=PATIENCE)


@pytest.mark.processes
def test_what_a_job_prints_is_no_answer() -> None:
    """A library that writes on descriptor 1 writes on standard error there."""
    loud = "apart.compute = lambda job, *, expendable: (os.write(1, b'loud'), compute(job))[1]"
    code = (
        "from pathlib import Path; from mechsynth.suite import apart; from mechsynth.suite.job import Job\n"
        f"apart.BEGIN = apart.BEGIN.replace('; serve()', {f'; import os; from mechsynth.suite import apart; from mechsynth.suite.job import compute; {loud}; serve()'!r})\n"
        f"job = Job('leases', Path({str(INSTANCES / 'liu2014-oil-leases.json')!r}).read_bytes(), {{'ask': 'policy'}})\n"
        "for each in apart.run([job, job]): print(each.answer.value)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environ(), capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout == "19\n19\n" and done.stderr == "loudloud"


def test_fewer_than_one_worker() -> None:
    with pytest.raises(UsageError, match="at least 1"):
        run_jobs([], workers=0)


@pytest.mark.processes
@pytest.mark.parametrize(
    ("address", "words"), [("127.0.0.1:9", "no scheduler answers"), ("far://away", "no address"), ("", "no ")]
)
def test_a_scheduler_that_is_none(address: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "ANSWERS", 0.5)
    with pytest.raises(InputError, match=words):
        list(run_jobs(good(), scheduler=address))


def test_the_words_of_a_job_do_not_hold_its_files() -> None:
    """An answer is shown in logs and errors; megabytes are not."""
    assert len(repr(Job("x", LEASES * 100, {}))) < 200
    assert len(repr(compute(good()[0]))) < 2000


def test_jobs_are_drawn_as_they_are_worked_on() -> None:
    """A generator of a million jobs is not unrolled: one worker has drawn no more than it has answered."""
    drawn = []

    def jobs():
        for k in range(10**6):
            drawn.append(k)
            yield Job(str(k), AUCTION, {"ask": "policy"})

    finished = run_jobs(jobs())
    for k in range(3):
        assert next(finished).job.name == str(k)
    finished.close()
    assert len(drawn) == 3


@pytest.mark.processes
def test_help_and_planning_load_no_cluster(tmp_path: Path) -> None:
    code = (
        "import sys; from mechsynth.cli import main\n"
        f"main(['suite', 'run', {str(INSTANCES / 'liu2014-auction-1.json')!r}, '--workers', '1', '-o', {str(tmp_path / 't.db')!r}, '--json'])\n"
        "assert not {'distributed', 'dask', 'matplotlib'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], env=environ(), capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["contradicted"] == []
