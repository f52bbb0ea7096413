"""One measurement in a process of its own: `python -m benchmarks.worker JOB.json` prints one line of JSON."""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any


def resident(field: str) -> int:
    """Return a memory field of this process in bytes: ``VmRSS`` now, ``VmHWM`` at its peak.

    ``ru_maxrss`` would carry over what the parent had when it forked, so it only serves where /proc is missing.
    """
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(field + ":"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def forget_peak() -> None:
    """Start a new peak, where the system lets us."""
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Return what the work returns, and its wall and processor time and peak memory."""
    forget_peak()
    cpu, wall = time.process_time(), time.perf_counter()
    value = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return value, {"seconds": wall, "cpu": cpu, "peak": resident("VmHWM")}


def decide_blocks(job: dict[str, Any]) -> dict[str, Any]:
    """Time one competitor on the first blocks of a file."""
    import numpy as np

    from benchmarks.competitors import ALL
    from benchmarks.families import Blocks, warm_up

    competitor = ALL[job["competitor"]]
    for few in warm_up():
        competitor.decide(competitor.prepare(few))
    base = resident("VmRSS")
    blocks = Blocks.load(Path(job["blocks"])).first(job["count"])
    data = competitor.prepare(blocks)
    outcome, cost = timed(lambda: competitor.decide(data))
    np.save(job["verdicts"], np.array(outcome.verdicts, dtype=np.int8))
    return {**cost, "base": base, "blocks": blocks.count, "kernel": blocks.num.nbytes, "building": outcome.building}


def answer_ask(job: dict[str, Any]) -> dict[str, Any]:
    """Time `solve` and `check` on one generated instance."""
    from benchmarks.asks import environment, warm_up

    warm_up(job["ask"])
    base = resident("VmRSS")
    made = environment(job["agents"], job["signals"], job["actions"], job["kind"])
    import mechsynth
    from mechsynth import instance
    from mechsynth.check import check, read_instance

    options = {"distance": False} if job["ask"] == "convex-independence" else {}
    result, solve = timed(lambda: mechsynth.solve(made, job["ask"], **options))
    kernel = made.period(1).kernel().num.size * 8
    report = {"solve": solve, "base": base, "kernel": kernel, "status": str(result.status)}
    if job["check"]:
        (claimed, told), writing = timed(lambda: (result.to_bytes(), instance.to_bytes(made)))
        del result, made
        _, reading = timed(lambda: instance.loads(told))
        verdict, checking = timed(lambda: check(claimed, told))
        model, opening = timed(lambda: read_instance(told))
        _, proving = timed(lambda: check(claimed, model))
        report |= {"write": writing, "load": reading, "check": checking, "open": opening, "verify": proving}
        report |= {"accepted": bool(verdict.accepted), "bytes": len(claimed), "instance bytes": len(told)}
    return report


def main() -> None:
    """Run the job named on the command line."""
    job = json.loads(Path(sys.argv[1]).read_text())
    with open(os.devnull, "w") as silent:
        kept, sys.stdout = sys.stdout, silent
        try:
            report = {"blocks": decide_blocks, "ask": answer_ask}[job["do"]](job)
        finally:
            sys.stdout = kept
    print(json.dumps(report))


if __name__ == "__main__":
    main()
