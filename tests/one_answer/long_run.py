"""Many instances on trial, in chunks that can be resumed: `python tests/one_answer/long_run.py LOG FROM TO`.

Every line of the log is a chunk: its seeds, counts, remarks and contradictions. Chunks that stand in the log are not run again.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from collections import Counter
from math import prod
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from oracles import draws

from one_answer.trial import Trial

CHUNK = 20


def chunk(first: int) -> dict[str, object]:
    """Seeds `first` … `first + CHUNK`, every one with the next flavour."""
    counts: Counter[str] = Counter()
    remarks: list[str] = []
    wrong: list[str] = []
    started = time.monotonic()
    for seed in range(first, first + CHUNK):
        flavour = draws.FLAVOURS[seed % len(draws.FLAVOURS)]
        instance = draws.instance(seed, flavour)
        profiles = [prod(map(len, stage["signals"].values())) for stage in instance.get("periods", [instance])]
        try:
            report = Trial(instance, seed, z3=seed % 3 == 0 and max(profiles) <= 6, patience=15, most=10).run(blocks=2, lists=1)
        except Exception:  # the run goes on, and the log has it
            wrong.append(f"{flavour}-{seed}: {traceback.format_exc(limit=-4)}")
            continue
        counts.update(report.counts)
        counts["instances"] += 1
        remarks += report.remarks
        wrong += report.contradictions
    return {"first": first, "seconds": round(time.monotonic() - started, 1), "counts": counts, "remarks": remarks, "wrong": wrong}


def main(log: str, first: int, last: int) -> None:
    """Run the chunks between two seeds that the log does not have."""
    path = Path(log)
    done = {json.loads(line)["first"] for line in path.read_text().splitlines()} if path.exists() else set()
    for start in range(first, last, CHUNK):
        if start not in done:
            line = json.dumps(chunk(start))
            with path.open("a", encoding="utf-8") as stream:
                stream.write(line + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
