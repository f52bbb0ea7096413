"""Ask many drawn questions and count: ``python tests/rare/counting.py near 0 5000 log.txt``.

Every answer is shown to the checker. A line per question that is unknown, late, refused or fails; the counts at the end.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from drawn import drawn

import mechsynth
from mechsynth.check import check
from mechsynth.errors import UsageError

LATE = 10.0  # seconds of the processor
PATIENCE = 150.0  # seconds on the clock, of a machine that may be busy


def asked(seed: int, near: bool) -> tuple[str, float, Any]:
    """Ask one question: its status (``refused`` where it makes no sense), the seconds it took, what the checker found wrong."""
    instance, question = drawn(seed, near)
    raw = json.dumps(instance).encode()
    start = time.process_time()
    try:
        result = mechsynth.solve(mechsynth.loads(raw), workers=1, time_limit=PATIENCE, **question)
    except UsageError:
        return "refused", time.process_time() - start, None
    seconds = time.process_time() - start
    verdict = check(result.to_bytes(), raw)
    return str(result.status.value), seconds, None if verdict.accepted else verdict.reason


def main(kind: str, first: int, last: int, place: str) -> None:
    """Count over a range of seeds."""
    counts: Counter[str] = Counter()
    longest = 0.0
    log = Path(place)
    with log.open("a") as stream:
        for seed in range(first, last):
            try:
                status, seconds, wrong = asked(seed, kind == "near")
            except Exception as error:
                status, seconds, wrong = "error", 0.0, repr(error)[:300]
            counts[status] += 1
            longest = max(longest, seconds)
            if status in ("unknown", "error") or seconds > LATE or wrong is not None:
                counts["late"] += seconds > LATE
                counts["rejected"] += wrong is not None
                print(kind, seed, status, f"{seconds:.2f}", wrong or "", file=stream, flush=True)
            if (seed + 1 - first) % 200 == 0:
                print(kind, "so far", seed + 1, dict(counts), f"longest {longest:.2f}", file=stream, flush=True)
        print(kind, "counts", first, last, dict(counts), f"longest {longest:.2f}", file=stream, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
