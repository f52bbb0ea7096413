"""Many instances on trial: ``python tests/incentives/long_run.py FROM TO``."""

from __future__ import annotations

import sys
import traceback
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]

from incentives.trial import Seen, tried  # noqa: E402


def main() -> None:
    """Try every seed of a range and say what was seen."""
    first, last = map(int, sys.argv[1:3])
    seen, wrong = Seen(), 0
    for seed in range(first, last):
        try:
            tried(seed, seen)
        except Exception:
            wrong += 1
            print("wrong", seed, traceback.format_exc()[-1500:], flush=True)
        if seed % 50 == 49:
            print(seed + 1 - first, "instances", vars(seen), "wrong", wrong, flush=True)
    print("end", last - first, vars(seen), "wrong", wrong, flush=True)


if __name__ == "__main__":
    main()
