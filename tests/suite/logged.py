"""The command line, with a file beside it that is only ever appended to: which job was begun, in order.

With a gate, every job waits at it with its answer, which nobody has yet, until the test lets it go.
"""

from __future__ import annotations

import json
import os
import sys

from mechsynth.suite import apart, cluster, jobs
from mechsynth.suite.questions import text

REAL = jobs.compute


def compute(job: jobs.Job, *, expendable: bool = False) -> jobs.Answer:
    line = json.dumps([job.name, text(job.question)]) + "\n"
    log = os.open(os.environ["BEGUN"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(log, line.encode())
    os.close(log)
    answer = REAL(job, expendable=expendable)
    gate = os.environ.get("GATE")
    if gate:
        wait = os.open(gate, os.O_RDONLY)
        os.read(wait, 1)
        os.close(wait)
    return answer


if __name__ == "__main__":
    import logged  # under its own name, so that worker processes find it too

    from mechsynth.cli import main

    jobs.compute = cluster.compute = logged.compute
    # The one process beside this one is told the same.
    apart.BEGIN = apart.BEGIN.replace("; serve()", "; from mechsynth.suite import apart; import logged; apart.compute = logged.compute; serve()")
    raise SystemExit(main(sys.argv[1:]))
