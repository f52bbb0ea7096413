"""Dropped refusals: without any one claim of the checker some forged result is accepted, or told otherwise."""

from __future__ import annotations

import json

import pytest
from limits import battery

import mechsynth

from . import corpus, equivalent, run, sites


def small() -> list[corpus.Forged]:
    """What is forged of two answers."""
    found = []
    for name, (ask, options) in (("endless", battery.WISHES[2]), ("once", ("contingent", {}))):
        raw = json.dumps(battery.CASES[name][0]).encode()
        document = json.loads(mechsynth.solve(mechsynth.loads(raw), ask, workers=1, **options).to_bytes())
        assert corpus.said(json.dumps(document).encode(), raw) is None
        found += list(corpus.forged(raw, [document], 25))
    return found


def test_sites_are_dropped_and_put_back() -> None:
    """Without the claim that refused it a forged result is accepted; with the claim in place again it is refused in the same words."""
    everything = small()
    places = corpus.by_place(everything)
    fates = {"killed": 0, "told": 0, "survives": 0}
    for site in sites.sites(corpus.judging()):
        tried = [one for line in range(site.line, site.last + 1) for one in places.get((str(site.path), line), [])][:12]
        if tried:
            fates[run.fate(site, tried)[0]] += 1
            assert corpus.said(tried[0].result, tried[0].instance) == tried[0].told, site
    assert fates["killed"] >= 10
    assert fates["survives"] == 0


@pytest.mark.slow
def test_every_claim_that_refuses_is_needed() -> None:
    """The whole corpus against the whole checker."""
    places = corpus.by_place(run.collected(12))
    survivors = []
    for site in sites.sites(corpus.judging()):
        tried = [one for line in range(site.line, site.last + 1) for one in places.get((str(site.path), line), [])]
        if tried and run.fate(site, tried)[0] == "survives":
            survivors.append(str(site))
    assert survivors == []


@pytest.mark.slow
def test_claims_are_needed_by_a_named_test_or_listed_as_equivalent() -> None:
    """Of the claims and refusals of kernel, rows and claims, without at least 97 % some result of `planted.json` is accepted, or refused in other words."""
    kept = run.planted_too()
    places = corpus.by_place(kept)
    files = [path for path in corpus.judging() if path.name in ("kernel.py", "rows.py", "flows.py", "claim.py") or path.parent.name == "claims"]
    needed, left = 0, []
    for site in sites.sites(files):
        if equivalent.listed(site):
            continue
        tried = [one for line in range(site.line, site.last + 1) for one in places.get((str(site.path), line), [])]
        if tried and run.fate(site, tried)[0] == "killed":
            needed += 1
        else:
            left.append(str(site))
    assert needed >= 0.97 * (needed + len(left)), left
