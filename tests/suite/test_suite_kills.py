"""Whatever happens to a run or its workers: no finished answer is lost, none is computed twice, and the table is the same."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import psutil
import pytest
from suites import (
    PATIENCE,
    Gate,
    Key,
    begin,
    begun,
    contents,
    environ,
    finished,
    folder,
    kill,
    read,
    stated,
    until,
    ways,
)

from mechsynth.errors import InputError
from mechsynth.suite import cluster
from mechsynth.suite.run import run_suite

pytestmark = pytest.mark.processes
Reference = tuple[list[tuple[Any, ...]], dict[str, str], bytes]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return folder(tmp_path_factory.mktemp("suite") / "instances")


@pytest.fixture(scope="module")
def undisturbed(suite: Path, tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """One run by one process that nothing happens to."""
    table = tmp_path_factory.mktemp("undisturbed") / "suite.db"
    summary = run_suite([str(suite)], table)
    found = contents(table)
    # It is worth comparing with: what the files themselves state is what it holds, and all of it is proved.
    answers = {(row.instance, row.question): row for row in summary.rows}
    assert len(answers) >= 41
    for key, status in stated(suite).items():
        if key[0] != "bad-discount.json":
            assert answers[key].status == status and answers[key].proved, key
    assert sorted(row.instance for row in summary.open) == ["bad-discount.json", "bad-json.json"]
    return found


def kill_and_resume(suite: Path, at: Path, jobs: set[Key], seed: int, kills: int, workers: int, ahead: int) -> None:
    """Kill a run, and what it was resumed to, at moments drawn at random; then let it end.

    Each process may end at most ``ahead`` of its jobs, and never its last one, so that it is there to be killed. It is killed where
    these have ended and the next one waits, or where that one goes on, or at any moment before.
    """
    moments = random.Random(seed)
    table, log = at / "suite.db", at / "begun.log"
    kept: set[Key] = set()
    start = 0.0  # seconds from the start of a process to its first job
    for killed in range(kills):
        known, left = len(begun(log)), len(jobs - kept)
        gate = Gate(at / f"gate-{killed}")
        began = time.monotonic()
        run = begin(suite, "-o", table, "--resume", "--workers", str(workers), log=log, gate=gate)
        let = max(0, min(moments.randint(0, ahead), left - 2))
        gate.let(let)
        if killed % 2 == 0:
            until(run, lambda known=known: len(begun(log)) > known)
            start = start or time.monotonic() - began
            until(run, lambda enough=known + let: len(begun(log)) > enough)
            if killed % 4 == 0 and left - let > 1:
                gate.let(1)
                time.sleep(moments.uniform(0, 0.02))
        else:
            time.sleep(moments.uniform(0, 1.1 * start))
        kill(run)
        now = finished(table)
        assert now >= kept, "a finished answer was lost"
        again = set(begun(log)[known:]) & kept
        assert not again, f"computed although it was there: {again}"
        kept = now
    known = len(begun(log))
    run = begin(suite, "-o", table, "--resume", "--workers", str(workers), log=log)
    out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 3, err  # the bad files have no answer
    assert "contradicted" in out and err == ""
    assert not set(begun(log)[known:]) & kept, "computed although it was there"
    # Written once each, of which the growing numbers of the log in the table speak.
    assert set(Counter(read(table, "SELECT instance, question FROM times")).values()) == {1}
    # Begun more than once only if a kill cut it off, and a kill cuts off at most what was under way.
    assert sum(count - 1 for count in Counter(begun(log)).values()) <= kills * workers


def asked(undisturbed: Reference) -> set[Key]:
    """The lines that are jobs: a file that is no JSON is none."""
    return {row[:2] for row in undisturbed[0] if row[0] != "bad-json.json"}


def test_ten_kills(suite: Path, undisturbed: Reference, tmp_path: Path) -> None:
    kill_and_resume(suite, tmp_path, asked(undisturbed), seed=7, kills=10, workers=1, ahead=4)
    assert contents(tmp_path / "suite.db") == undisturbed


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "kills", "workers", "ahead"), [(1, 30, 1, 2), (2, 12, 1, 6), (3, 12, 2, 3)])
def test_many_kills(
    suite: Path, undisturbed: Reference, tmp_path: Path, seed: int, kills: int, workers: int, ahead: int
) -> None:
    kill_and_resume(suite, tmp_path, asked(undisturbed), seed, kills, workers, ahead)
    assert contents(tmp_path / "suite.db") == undisturbed


@contextlib.contextmanager
def machines(at: Path, extra: Mapping[str, str] | None = None) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A scheduler and two workers, each a process of its own, as one would start them on three machines."""
    processes: list[subprocess.Popen[bytes]] = []
    place = at / "scheduler.json"

    def start(*arguments: str) -> None:
        command = [sys.executable, "-m", *arguments, "--scheduler-file", str(place), "--host", "127.0.0.1"]
        quiet = subprocess.DEVNULL
        processes.append(subprocess.Popen([*command, "--no-dashboard"], env=environ(extra), stdout=quiet, stderr=quiet))

    try:
        start("distributed.cli.dask_scheduler", "--port", "0")
        deadline = time.monotonic() + PATIENCE
        while not place.exists() or not place.read_text(encoding="utf-8").strip():
            assert time.monotonic() < deadline and processes[0].poll() is None
            time.sleep(0.05)
        for _ in range(2):
            start("distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny")
        yield json.loads(place.read_text(encoding="utf-8"))["address"], processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_two_machines_and_one_is_lost(suite: Path, undisturbed: Reference, tmp_path: Path) -> None:
    """A real scheduler, two real workers; one of them is killed with a job in its hands, and the other does the rest."""
    table, log, gate = tmp_path / "suite.db", tmp_path / "begun.log", Gate(tmp_path / "gate")
    with machines(tmp_path, ways(log, gate)) as (address, processes):
        run = begin(suite, "-o", table, "--scheduler", address, log=log, gate=gate)
        gate.let(8)
        until(run, lambda: len(finished(table) & asked(undisturbed)) == 8 and len(begun(log)) == 10)
        processes[-1].kill()
        gate.open()
        _, err = run.communicate(timeout=PATIENCE)
        assert processes[0].poll() is None and processes[1].poll() is None
    assert run.returncode == 3 and err == "", err
    assert contents(table) == undisturbed
    assert set(Counter(read(table, "SELECT instance, question FROM times")).values()) == {1}


@pytest.mark.slow
def test_a_scheduler_that_goes_away(suite: Path, undisturbed: Reference, tmp_path: Path) -> None:
    """One line says so, what was finished is kept, and another run goes on without it."""
    table, log, gate = tmp_path / "suite.db", tmp_path / "begun.log", Gate(tmp_path / "gate")
    with machines(tmp_path, ways(log, gate)) as (address, processes):
        run = begin(suite, "-o", table, "--scheduler", address, log=log, gate=gate)
        gate.let(3)
        until(run, lambda: len(finished(table) & asked(undisturbed)) == 3)
        for process in processes:
            process.kill()
        _, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 2
    assert err.count("\n") == 1 and "went away" in err and "--resume" in err
    kept = finished(table)
    assert len(kept & asked(undisturbed)) == 3
    assert [row for row in read(table, "SELECT * FROM answers ORDER BY instance, question")] == [
        row for row in undisturbed[0] if row[:2] in kept
    ], "a broken connection was taken for an answer"
    again = begin(suite, "-o", table, "--resume", "--workers", "1")
    assert again.wait(timeout=PATIENCE) == 3
    again.communicate()
    assert contents(table) == undisturbed


@pytest.mark.slow
def test_workers_that_are_all_lost(suite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A scheduler that nobody works for any more is waited for a while, and then the run ends with a reason."""
    monkeypatch.setattr(cluster, "PATIENCE", PATIENCE)
    with machines(tmp_path) as (address, processes):
        finished = 0

        def lose(row: Any, done: int, total: int) -> None:
            nonlocal finished
            finished = done
            if done == 4:
                for process in processes[1:]:
                    process.kill()
                    process.wait()
                monkeypatch.setattr(cluster, "PATIENCE", 2)

        with pytest.raises(InputError, match=r"has no worker left.*--resume"):
            run_suite([str(suite)], tmp_path / "suite.db", scheduler=address, progress=lose)
    assert finished >= 4


@pytest.mark.slow
def test_two_local_workers(suite: Path, undisturbed: Reference, tmp_path: Path) -> None:
    run_suite([str(suite)], tmp_path / "suite.db", workers=2)
    assert contents(tmp_path / "suite.db") == undisturbed


@pytest.mark.parametrize("workers", ["1", pytest.param("2", marks=pytest.mark.slow)])
def test_an_interrupt(suite: Path, undisturbed: Reference, tmp_path: Path, workers: str) -> None:
    """Ctrl-C reaches every process of the terminal: one line, no traceback, no process left, a table to go on with."""
    table, log, gate = tmp_path / "suite.db", tmp_path / "begun.log", Gate(tmp_path / "gate")
    run = begin(suite, "-o", table, "--workers", workers, log=log, gate=gate)
    gate.let(5)
    until(run, lambda: len(finished(table) & asked(undisturbed)) == 5 and len(begun(log)) == 5 + int(workers))
    below = psutil.Process(run.pid).children(recursive=True)
    os.killpg(run.pid, signal.SIGINT)
    out, err = run.communicate(timeout=PATIENCE)
    assert run.returncode == 2 and out == ""
    assert err.count("\n") == 1 and "lines are kept; go on with --resume" in err
    assert not psutil.wait_procs(below, timeout=PATIENCE)[1]
    assert len(finished(table) & asked(undisturbed)) == 5
    run_suite([str(suite)], table, resume=True)
    assert contents(table) == undisturbed
