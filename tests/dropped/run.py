"""Every claim and refusal of the checker dropped in turn: which forged results are then accepted?

`python tests/dropped/run.py [FILE …]` prints, for each site of the files (all of the checker), whether some forged result is accepted without
it (killed), whether one is at least told otherwise (told), or whether nothing sees that it is gone (survives).
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dropped import corpus, sites

LONG = 25  # forged results that are tried against one site


def fate(site: sites.Site, tried: list[corpus.Forged]) -> str:
    """`killed`, `told` or `survives`."""
    found = "survives"
    with sites.without(site):
        for one in spread(tried):
            told = corpus.said(one.result, one.instance)
            if told is None:
                return "killed"
            if told != one.told:
                found = "told"
    return found


def spread(tried: list[corpus.Forged]) -> list[corpus.Forged]:
    """An even choice, of at most LONG."""
    return tried[:: max(1, len(tried) // LONG)]


def collected(most: int) -> list[corpus.Forged]:
    """The whole corpus."""
    return [one for raw, documents in corpus.genuine() for one in corpus.forged(raw, documents, most)]


def main(files: list[str]) -> None:
    """Report on every site."""
    started = time.monotonic()
    paths = [Path(f).resolve() for f in files] or sorted(Path(corpus.CHECK).rglob("*.py"))
    everything = collected(12)
    places = corpus.by_place(everything)
    print(f"{len(everything)} forged results, {time.monotonic() - started:.0f} s", file=sys.stderr)
    counts: Counter[str] = Counter()
    for site in sites.sites(paths):
        tried = [one for line in range(site.line, site.last + 1) for one in places.get((str(site.path), line), [])]
        came = fate(site, tried) if tried else "unseen"
        counts[came] += 1
        print(f"{came:9} {site}", flush=True)
    print(dict(counts), f"{time.monotonic() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
