"""Mutated files: whatever they say, an exit code of 0 to 3, one line for 2, and soon; and nothing wrong is called proved.

What the program proves of a mutated instance its checker accepts. What the checker accepts of a mutated result is what an answer made anew to
the same question says: the same status and the same value.
"""

from __future__ import annotations

import copy
import json
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from refusals import one_line

import mechsynth
from mechsynth.cli import main

ASKS = (
    "policy",
    "convex-independence",
    "spanning",
    "static",
    "contingent",
    "vcg-type",
    "ladder",
    "implement",
    "budget-balanced",
    "ex-ante-balanced",
    "surplus-extraction",
    "team",
    "pivot",
    "lump-sum-budget",
    "generalized-vcg",
)
WISHES = (
    [],
    ["--transfers", "full", "--require", "budget:ex-post"],
    ["--transfers", "contingent", "--require", "participation:ex-post", "--objective", "min-rent"],
    ["--transfers", "vcg-type", "--require", "bounded:3", "--strength", "verified"],
    ["--transfers", "contingent+now", "--objective", "min-max-transfer"],
)
OPTIONS = ("scope", "transfers", "require", "objective")
VALUES: list[Any] = [
    None,
    True,
    False,
    0,
    1,
    -1,
    2,
    7,
    10**12,
    10**40,
    0.1,
    1.0,
    -0.5,
    1e300,
    "",
    "0",
    "1",
    "-1",
    "1/2",
    "-1/3",
    "1/0",
    "1e5",
    "1e-9",
    "1e-3000",
    "9" * 3000,
    "infinite",
    "efficient",
    "constant:firm1",
    "all",
    "policy",
    "static",
    "vcg-type",
    "contingent",
    "firm1",
    "firm2",
    "4",
    "nan",
    "\ud800",
    "\x1b[0m",
    "é",
    [],
    [[]],
    [0],
    [[1]],
    [["1/2", "1/2"]],
    {},
    {"private": [[0]]},
    {"independent": {}},
    {"firm1": "1"},
]
SECONDS = 10


@contextmanager
def limit() -> Iterator[None]:
    """A run that keeps the processor for more than ten seconds is a failure, not a wait; what else the machine does is no matter."""

    def stop(*_: Any) -> None:
        raise AssertionError(f"more than {SECONDS} seconds")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def places(document: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The paths of everything inside a document."""
    items: Any = ()
    if isinstance(document, dict):
        items = document.items()
    elif isinstance(document, list):
        items = enumerate(document)
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def mutated(rng: random.Random, document: Any) -> bytes:
    """One to three changes of the document, or of its bytes."""
    document = copy.deepcopy(document)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        everywhere = list(places(document))
        if not everywhere:
            break
        *parents, key = rng.choice(everywhere)
        parent = document
        for step in parents:
            parent = parent[step]
        kind = rng.randrange(6)
        if kind == 0:
            del parent[key]
        elif kind == 1 and isinstance(parent, list):
            parent.insert(key, copy.deepcopy(parent[key]))
        elif kind == 2 and isinstance(parent, dict):
            parent[rng.choice(("period", "type", "x-y", "next", "now", "later", "", "firm1"))] = parent.pop(key)
        elif kind == 3:
            *elsewhere, last = rng.choice(everywhere)
            other = document
            try:
                for step in elsewhere:
                    other = other[step]
                parent[key] = copy.deepcopy(other[last])
            except (KeyError, IndexError, TypeError):
                parent[key] = rng.choice(VALUES)
        else:
            parent[key] = rng.choice(VALUES)
    data = bytearray(json.dumps(document).encode("utf-8", "surrogatepass"))
    if rng.random() < 0.15:
        for _ in range(rng.randint(1, 3)):
            at = rng.randrange(len(data))
            data[at : at + rng.choice((0, 1, 1, 5))] = bytes(rng.randrange(256) for _ in range(rng.choice((0, 1, 2))))
    return bytes(data)


def sources(folder: Path) -> list[tuple[Path, Any]]:
    chosen = (
        "liu2014-oil-leases",
        "hidden-last-period",
        "hull-not-residual-claimant",
        "no-correlation-private",
        "more-signals-than-outcomes",
        "liu2014-auction-1",
    )
    return [(folder / f"{n}.json", json.loads((folder / f"{n}.json").read_text(encoding="utf-8"))) for n in chosen]


def attack_instances(seed: int, count: int, folder: Path, tmp: Path, capsys: pytest.CaptureFixture[str]) -> list[int]:
    rng = random.Random(seed)
    originals = sources(folder)
    codes = []
    for step in range(count):
        _, document = rng.choice(originals)
        stripped = {k: v for k, v in document.items() if not k.startswith("x-")}
        data = mutated(rng, stripped)
        path = tmp / "i.json"
        path.write_bytes(data)
        ask, out = rng.choice(ASKS), tmp / "o.json"
        out.unlink(missing_ok=True)
        arguments = ["solve", str(path), "--ask", ask, "-o", str(out)]
        arguments += [
            *rng.choice(WISHES if ask == "implement" else WISHES[:1]),
            *rng.choice(([], ["--json"], ["--normalize"])),
        ]
        codes.append(attack(arguments, (0, 2, 3), capsys, (seed, step, data)))
        if codes[-1] == 0:
            attack(["check", str(out), str(path)], (0,), capsys, (seed, step, data))
    return codes


def attack_results(seed: int, count: int, folder: Path, tmp: Path, capsys: pytest.CaptureFixture[str]) -> list[int]:
    rng = random.Random(seed)
    results = []
    for path, _ in sources(folder):
        for ask in ASKS:
            for wishes in WISHES if ask == "implement" else WISHES[:1]:
                out = tmp / "original.json"
                if main(["solve", str(path), "--ask", ask, *wishes, "-o", str(out)]) == 0:
                    results.append((path, json.loads(out.read_text(encoding="utf-8"))))
    capsys.readouterr()
    codes = []
    for step in range(count):
        instance, document = rng.choice(results)
        data = mutated(rng, document)
        path = tmp / "r.json"
        path.write_bytes(data)
        codes.append(attack(["check", str(path), str(instance)], (0, 1, 2), capsys, (seed, step, data)))
        if codes[-1] == 0:
            accepted = json.loads(data)
            assert (accepted["status"], said(accepted)) == truth(instance, accepted), (seed, step, data)
        # the instance stands beside the result: what the checker refuses is told as refused
        told = attack(["explain", str(path)], (0, 1, 2), capsys, (seed, step, data))
        assert told != 1 or codes[-1] == 1, (seed, step, data)
    return codes


def said(document: Any) -> Any:
    """The value that an answer gives; where no question asks for one it may be left out."""
    value = document.get("value")
    return None if value is None else Fraction(str(value))


def truth(instance: Path, document: Any) -> tuple[str, Any]:
    """The status and the value of an answer to the same question that is made anew."""
    question = document["question"]
    options = {key: question[key] for key in OPTIONS if question.get(key) is not None}
    if question["ask"] != "implement":
        options = {key: value for key, value in options.items() if key not in ("require", "objective")}
    if question["ask"] not in ("implement", "budget-balanced", "ex-ante-balanced", "surplus-extraction"):
        options.pop("transfers", None)
    if "last-period" in question:
        options["last_period"] = question["last-period"]
    normalized = document["instance"].get("normalized", False)
    environment = mechsynth.load(instance, normalize=normalized)
    result = mechsynth.solve(environment, question["ask"], **options)
    value = None if document.get("value") is None or result.value is None else Fraction(result.value)
    return str(result.status), value


def attack(
    arguments: list[str], codes: tuple[int, ...], capsys: pytest.CaptureFixture[str], what: tuple[int, int, bytes]
) -> int:
    try:
        with limit():
            code = main(arguments)
    except BaseException as error:
        raise AssertionError(f"{arguments}: {error!r} from {what[2][:3000]!r}") from error
    captured = capsys.readouterr()
    assert code in codes, (code, arguments, what)
    if code == 2:
        assert captured.out == ""
        one_line(captured.err)
    else:
        assert captured.err == ""
    return code


def test_mutated_instances(instances: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """300 mutated instances: answered or refused."""
    codes = attack_instances(1, 300, instances, tmp_path, capsys)
    assert {0, 2} <= set(codes)


def test_mutated_results(instances: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """300 mutated results: accepted (where the change says nothing else), refused, or malformed."""
    codes = attack_results(2, 300, instances, tmp_path, capsys)
    assert {1, 2} <= set(codes)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10, 20))
def test_many_mutations(seed: int, instances: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """10,000 of both."""
    attack_instances(seed, 500, instances, tmp_path, capsys)
    attack_results(seed, 500, instances, tmp_path, capsys)
