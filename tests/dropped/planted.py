"""Forged results kept for good: without the claim that refuses one of them it is accepted, or refused for another reason.

`planted.json` has genuine results with their instances, and changes of them. What is changed makes each false or malformed, so that it has to be
refused; where other claims would refuse it too, it says with which words it has to be. `python tests/dropped/planted.py [--corpus FILE]` chooses them anew,
for every claim that is not yet covered, from the forged results of `corpus.py`; read over what it adds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from dropped import corpus, sites

KEPT = Path(__file__).with_name("planted.json")
TRIED = 60


@dataclass(frozen=True)
class Planted:
    """A forged result, its instance, and what has to stand in the words that refuse it."""

    result: bytes
    instance: bytes
    words: str

    def fails(self) -> bool:
        """Say whether a test of it fails."""
        told = corpus.said(self.result, self.instance)
        return told is None or self.words not in told


def load() -> list[Planted]:
    """What is kept."""
    if not KEPT.exists():
        return []
    data = json.loads(KEPT.read_text(encoding="utf-8"))
    return [planted(data, entry) for entry in data["forged"]]


def planted(data: dict[str, Any], entry: dict[str, Any]) -> Planted:
    """One of them."""
    if "raw" in entry:
        return Planted(entry["raw"].encode("utf-8", "surrogateescape"), entry["about"].encode("utf-8", "surrogateescape"), entry["words"])
    genuine = data["genuine"][entry["of"]]
    result = corpus.changed(genuine["result"], listed(entry["changes"]))
    instance = corpus.changed(data["instances"][genuine["instance"]], listed(entry.get("of instance", [])))
    return Planted(json.dumps(result).encode(), json.dumps(instance).encode(), entry["words"])


def listed(changes: list[Any]) -> list[corpus.Change]:
    """Changes as they stand in the file."""
    return [(tuple(path), value) for path, value in changes]


def wanted() -> Iterator[sites.Site]:
    """The claims that a planted result is to show the need of."""
    yield from sites.sites(corpus.judging())


def choice(site: sites.Site, tried: list[corpus.Forged]) -> tuple[corpus.Forged, str] | None:
    """The best forged result for a site, and the words that it needs."""
    best: tuple[corpus.Forged, str] | None = None
    tried = sorted(tried, key=lambda one: len(one.result) + sum(len(json.dumps(value)) for _, value in one.changes))
    with sites.without(site):
        for one in tried[:: max(1, len(tried) // TRIED)]:
            told = corpus.said(one.result, one.instance)
            if told is None:
                return one, ""
            if told != one.told and best is None:
                best = one, differing(one.told, told)
    return best


def differing(right: str, other: str) -> str:
    """The shortest beginning of what is told, in whole words, that is not told otherwise."""
    words = right.split(" ")
    for count in range(min(4, len(words)), len(words) + 1):
        if " ".join(words[:count]) not in other:
            return " ".join(words[:count])
    return right


def main() -> None:
    """Add what is missing to the file."""
    data: dict[str, Any] = {"instances": [], "genuine": [], "forged": []}
    if KEPT.exists():
        data = json.loads(KEPT.read_text(encoding="utf-8"))
    kept = [(one, corpus.refusal(one.result, one.instance)[0]) for one in (planted(data, entry) for entry in data["forged"])]
    from dropped.run import collected

    everything = collected(12)
    if sys.argv[1:2] == ["--corpus"]:
        everything += [one for one in corpus.harvested(sys.argv[2]) if isinstance(one.instance, bytes)]
    places = corpus.by_place(everything)
    for site in wanted():
        lines = {(str(site.path), line) for line in range(site.line, site.last + 1)}
        with sites.without(site):
            if any(one.fails() for one, seen in kept if lines & seen):
                continue
        found = choice(site, [one for line in lines for one in places.get(line, [])])
        if found is None:
            print(f"none      {site}", flush=True)
            continue
        one, words = found
        entry = entered(data, one, words)
        data["forged"].append(entry)
        kept.append((planted(data, entry), one.places))
        write(data)
        print(f"planted   {site} [{words}] {entry.get('changes', one.test)}"[:300], flush=True)


def entered(data: dict[str, Any], one: corpus.Forged, words: str) -> dict[str, Any]:
    """The entry of a forged result; what it is made of is entered, too."""
    if one.genuine is None:
        raw, about = (part.decode("utf-8", "surrogateescape") for part in (one.result, one.instance))
        return {"raw": raw, "about": about, "words": words, "why": one.test.partition("[")[0]}
    instance = json.loads(one.instance)
    if instance not in data["instances"]:
        data["instances"].append(instance)
    genuine = {"instance": data["instances"].index(instance), "result": one.genuine}
    if genuine not in data["genuine"]:
        data["genuine"].append(genuine)
    changes = [[list(path), value] for path, value in one.changes]
    return {"of": data["genuine"].index(genuine), "changes": changes, "words": words}


def write(data: dict[str, Any]) -> None:
    """Write the file, one entry a line."""
    lines = [f'"{key}": [\n' + ",\n".join(json.dumps(entry) for entry in data[key]) + "\n]" for key in data]
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
