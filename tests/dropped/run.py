"""Every claim and refusal of the checker dropped in turn: which forged results are then accepted?

`python tests/dropped/run.py [--failing] [--corpus FILE] [FILE …]` prints, for each site of the files (all of the checker), whether some forged result is accepted
without it (killed, and by which test where the results are harvested from the tests), whether one is at least told otherwise (told), whether nothing
sees that it is gone (survives), or whether no forged result is refused there at all (unseen). With `--failing` the tests themselves are run without
what is not killed (fails: some test fails; those that are about files and limits are asked, too).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dropped import corpus, planted, sites

FILES = ("tests/check/test_check_input.py", "tests/limits", "tests/bad_input", "tests/unit/test_second_format.py")
LONG = 25  # forged results that are tried against one site


def fate(site: sites.Site, tried: list[corpus.Forged]) -> tuple[str, str]:
    """`killed`, `told` or `survives`, and by which test."""
    by = ""
    found = "survives"
    with sites.without(site):
        for one in spread(tried):
            told = corpus.said(one.result, one.instance)
            if told is None or one.words not in told:
                return "killed", one.test
            if told != one.told:
                found, by = "told", one.test
    return found, by


def spread(tried: list[corpus.Forged]) -> list[corpus.Forged]:
    """What is kept in `planted.json`, of results of other tests an even choice, of others one; each of at most LONG."""
    kept, tests, others = ([one for one in tried if rank(one) == k] for k in range(3))
    return [one for part in (kept, tests, others) for one in part[:: max(1, len(part) // LONG)]]


def rank(one: corpus.Forged) -> int:
    """Where a forged result comes from."""
    return 0 if one.test.startswith("planted") else 1 if one.test else 2


def planted_too() -> list[corpus.Forged]:
    """What is kept in `planted.json`, each a test of its own."""
    found = []
    for k, one in enumerate(planted.load()):
        places, told = corpus.refusal(one.result, one.instance)
        found.append(corpus.Forged(one.result, one.instance, places, told, f"planted[{k}]", words=one.words))
    return found


def collected(most: int) -> list[corpus.Forged]:
    """The whole corpus."""
    return [one for raw, documents in corpus.genuine() for one in corpus.forged(raw, documents, most)]


def failed(site: sites.Site, tried: list[corpus.Forged]) -> str:
    """The first test that fails without a site: of those that have forged results there, and of those about files and limits."""
    named = list(dict.fromkeys(one.test for one in tried if one.test and not one.test.startswith("planted")))
    place = f"{site.path.relative_to(sites.PACKAGE)}:{site.line}"
    for asked in (named[:: max(1, len(named) // 8)], list(FILES)):
        if asked:
            words = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--drop", place, *asked]
            done = subprocess.run(words, cwd=corpus.ROOT, capture_output=True, text=True, check=False)
            lines = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
            if lines:
                return lines[0].partition(" - ")[0]
    return ""


def main(files: list[str]) -> None:
    """Report on every site."""
    started = time.monotonic()
    harvest = ""
    failing = files[:1] == ["--failing"]
    files = files[failing:]
    if files[:1] == ["--corpus"]:
        harvest, files = files[1], files[2:]
    paths = [Path(f).resolve() for f in files] or corpus.judging()
    everything = planted_too() + collected(12) + (list(corpus.harvested(harvest)) if harvest else [])
    places = corpus.by_place(everything)
    print(f"{len(everything)} forged results, {time.monotonic() - started:.0f} s", file=sys.stderr)
    counts: Counter[str] = Counter()
    for site in sites.sites(paths):
        tried = [one for line in range(site.line, site.last + 1) for one in places.get((str(site.path), line), [])]
        came, by = fate(site, tried) if tried else ("unseen", "")
        if came != "killed" and failing:
            by = failed(site, tried) or by
            came = "fails" if by.startswith("FAILED") else came
        counts[came] += 1
        print(f"{came:9} {site} {by and f'[{by}]'}", flush=True)
    print(dict(counts), f"{time.monotonic() - started:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
