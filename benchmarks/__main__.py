"""Run everything side by side: `python -m benchmarks --quick|--full -o benchmarks/results`."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks import asks, figure, table
from benchmarks.agreement import agree
from benchmarks.competitors import ALL
from benchmarks.machine import machine, versions
from benchmarks.measure import Effort, compare, scaling
from benchmarks.profiles import profile

EFFORT = {
    "quick": Effort(runs=3, budget=0.25, patience=15, timeout=60),
    "full": Effort(runs=5, budget=2.0, patience=240, timeout=600),
}
KERNELS = [(3, 9), (6, 36), (12, 144), (20, 400)]
CROWDED = [(6, 3), (8, 4), (12, 6), (20, 10)]
TIES = [(4, 9), (6, 36)]
SIZES = {
    "full rank": KERNELS,
    "more signals than outcomes": CROWDED,
    "planted, every block": KERNELS,
    "planted, one block in ten": KERNELS,
    "near-degenerate": TIES,
}
COUNTS = {
    "quick": {
        "full rank": [5000, 1000, 200, 40],
        "planted, one block in ten": [5000, 1000, 200, 40],
        "planted, every block": [1000, 500, 100, 20],
        "more signals than outcomes": [500, 200, 100, 40],
        "near-degenerate": [200, 100],
    },
    "full": {
        "full rank": [100_000, 20_000, 2000, 500],
        "planted, one block in ten": [100_000, 20_000, 2000, 500],
        "planted, every block": [20_000, 5000, 500, 100],
        "more signals than outcomes": [5000, 2000, 1000, 300],
        "near-degenerate": [5000, 2000],
    },
}
GROWTH = {"quick": [100, 1000, 10_000], "full": [100, 1000, 10_000, 100_000]}
WHOLE = {
    "quick": [(2, 6, 4, "full"), (3, 4, 4, "full"), (3, 4, 4, "planted")],
    "full": [
        (2, 12, 8, "full"),
        (3, 4, 4, "full"),
        (3, 4, 4, "planted"),
        (3, 6, 8, "full"),
        (3, 6, 8, "planted"),
        (3, 8, 16, "full"),
    ],
}
AGREEMENT = {"quick": 2000, "full": 24_000}
PARTS = ("compare", "scaling", "asks", "agreement", "profiles")


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmark; see ``--help``."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--quick", dest="mode", action="store_const", const="quick", default="quick", help="some minutes (default)"
    )
    mode.add_argument(
        "--full", dest="mode", action="store_const", const="full", help="hours: the numbers that are published"
    )
    parser.add_argument("-o", "--output", type=Path, default=Path("benchmarks/results"), help="folder of the report")
    parser.add_argument("--only", default="", help="families whose name contains this")
    parser.add_argument("--parts", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--rivals", default="", help="only these, by name: " + ", ".join(list(ALL)[2:]))
    parser.add_argument("--runs", type=int, help="measurements per competitor")
    options = parser.parse_args(arguments)
    parts = options.parts.split(",")
    if unknown := set(parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    names = [*list(ALL)[:2], *(options.rivals.split(",") if options.rivals else list(ALL)[2:])]
    if unknown := set(names) - set(ALL):
        parser.error(f"no such competitor: {', '.join(sorted(unknown))}")
    effort = EFFORT[options.mode]
    if options.runs:
        effort = Effort(options.runs, effort.budget, effort.patience, effort.timeout)
    start = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - start:6.0f} s] {text}", file=sys.stderr, flush=True)

    report: dict[str, Any] = {"mode": options.mode, "runs": effort.runs, "machine": machine(), "versions": versions()}
    report |= {"rows": [], "scaling": [], "asks": [], "agreement": {}, "profiles": []}
    families = [family for family in SIZES if options.only in family]
    plan = [(f, n, m, c) for f in families for (n, m), c in zip(SIZES[f], COUNTS[options.mode][f], strict=True)]
    if "agreement" in parts:
        report["agreement"] = agree(AGREEMENT[options.mode], say)
        table.write(options.output, report)
    if "profiles" in parts:
        for family, n, m, count in plan:
            report["profiles"].append(profile(family, n, m, min(count, 2000)))
        table.write(options.output, report)
    if "asks" in parts:
        report["asks"] = asks.measure(WHOLE[options.mode], effort, say)
        table.write(options.output, report)
    if "scaling" in parts:
        report["scaling"] = scaling([(3, 9), (6, 36)], GROWTH[options.mode], "full rank", effort, say)
        table.write(options.output, report)
    if "compare" in parts:
        for family, n, m, count in plan:
            report["rows"].append(compare(family, n, m, count, effort, names, say))
            table.write(options.output, report)
    if (report["scaling"] or report["rows"]) and (why := figure.draw(options.output / "scaling.svg", report)):
        say(f"no picture: {why}")
    found = report["agreement"]
    return 1 if found.get("disagreements") or found.get("bad proofs") else 0


if __name__ == "__main__":
    sys.exit(main())
