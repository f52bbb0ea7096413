"""What every question promises, whatever it asks: a new one is held to it as soon as it stands in `REGISTRY`.

A promise is a function that fails where it is broken. `declared.BY_NAME` look at the declaration alone, `BY_ANSWER` at an answer that is there,
`BY_WORK` answer anew: out of time, or interrupted. What an instance has is read off its file by the oracles' reader, never by the package.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import importlib.util
import io
import itertools
import json
import random
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from corruptions.leaves import at, labels_of, leaves, told
from kinds import ROOT, lacks

import mechsynth
from mechsynth import check as checker
from mechsynth import cli
from mechsynth.asks import REGISTRY
from mechsynth.check import small
from mechsynth.errors import MechsynthError, UsageError
from mechsynth.result import read_result
from mechsynth.result.ask import question
from mechsynth.result.codec import read, write
from mechsynth.result.document import Document
from mechsynth.run import Run
from mechsynth.words.layout import WIDEST, cells, within

Json = dict[str, Any]
WIDTH = 80


# -- answers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Answered:
    """What a question came to: a result and its file, or the one line with which it was refused."""

    name: str
    raw: bytes
    result: Any = None
    refusal: str = ""

    @property
    def data(self) -> bytes:
        return bytes(self.result.to_bytes())

    @property
    def document(self) -> Json:
        found: Json = json.loads(self.data)
        return found


def ask(name: str, raw: bytes) -> Answered:
    """Ask a question with the defaults of all options."""
    try:
        return Answered(name, raw, mechsynth.solve(mechsynth.loads(raw), name, workers=1))
    except UsageError as error:
        return Answered(name, raw, refusal=str(error))


def accepted(data: bytes, raw: bytes) -> bool:
    """Whether the checker takes a file; what it cannot read it does not take."""
    try:
        return checker.check(data, raw).accepted
    except MechsynthError:
        return False


def refuses_what_it_cannot_answer(found: Answered) -> None:
    """It answers where it has what it declares to need; elsewhere one line says what is missing and what to do."""
    asked = question(found.name)
    needed = {need.name for need in dataclasses.fields(asked.needs()) if getattr(asked.needs(), need.name)}
    if not needed & lacks(found.raw):
        assert found.result is not None, found.refusal
        return
    assert found.result is None, needed & lacks(found.raw)
    assert found.refusal.startswith(f"ask {found.name}: "), found.refusal
    assert "\n" not in found.refusal
    remedies = [getattr(asked.needs(), need) for need in needed & lacks(found.raw)]
    assert any(found.refusal.endswith(f"; {remedy}") for remedy in remedies), found.refusal


def answers_as_declared(found: Answered) -> None:
    """Its status is one of those that it declares, its value a number where it declares one, and its question is told."""
    document = found.document
    assert document["question"]["ask"] == found.name
    assert document["status"] in [str(status) for status in REGISTRY[found.name].statuses]
    if document["value"] is not None:
        assert REGISTRY[found.name].value, document["value"]
        Fraction(document["value"])


def survives_its_file(found: Answered) -> None:
    """What is saved is read, as JSON and as records, and saved again byte for byte; and the question asked again gives the same bytes."""
    data = found.data
    assert ask(found.name, found.raw).data == data
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(_folder())
        found.result.save(folder / "one.json")
        assert (folder / "one.json").read_bytes() == data
        document = read_result(folder / "one.json")
    assert _bytes(document) == data
    assert _bytes(write(read(Document, document))) == data
    assert not any(isinstance(at(document, place), float) for place in leaves(document))


def is_accepted(found: Answered) -> None:
    verdict = checker.check(found.data, found.raw)
    assert verdict.accepted, verdict.reason


@cache
def _example() -> Any:
    spec = importlib.util.spec_from_file_location("second_checker", ROOT / "docs" / "examples" / "second_checker.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


EXAMPLE = ("convex-independence", "spanning", "contingent", "vcg-type")
"""What the checker of the documentation knows; but neither that a condition holds, nor multipliers over several blocks."""


def second_checkers_agree(found: Answered) -> None:
    """The two checkers that share nothing with the solving part take it, as far as they know the question."""
    with contextlib.suppress(small.Unknown):
        small.check(found.data, found.raw)
    kind = (found.document["witness"] or {}).get("kind")
    known = json.loads(found.raw)["format"] == "mechsynth-instance/1"
    if known and found.name in EXAMPLE and found.document["status"] != "holds" and kind != "farkas":
        with _folder() as folder:
            (folder / "instance.json").write_bytes(found.raw)
            _example().check(found.document, _example().load(folder / "instance.json"))


def a_yes_is_a_yes_of_the_largest_class(found: Answered) -> None:
    """Whatever meets requirements with some payments is no *no* of `implement` with the same requirements and all payments."""
    document = found.document
    if document["status"] != "feasible" or "require" not in document["question"]:
        return
    require = [wish for wish in document["question"]["require"] if wish != "pepic"]
    larger = mechsynth.solve(mechsynth.loads(found.raw), "implement", workers=1, transfers="full+now", require=require)
    assert larger.status == "feasible" and accepted(larger.to_bytes(), found.raw), larger.status


def corruptions(document: Json) -> Iterator[tuple[str, Json]]:
    """Documents that are false or unproved whatever the question is."""

    def put(place: tuple[Any, ...], value: Any) -> Json:
        bad = copy.deepcopy(document)
        at(bad, place[:-1])[place[-1]] = value
        return bad

    for status in ("feasible", "infeasible", "optimal", "unbounded", "holds", "fails", "unknown", "perhaps"):
        if status != document["status"]:
            yield f"status {status}", put(("status",), status)
    yield "strength", put(("strength",), "numerical")
    yield "value", put(("value",), "1/0")
    yield "digest", put(("instance", "sha256"), "0" * 64)
    yield "format", put(("format",), "mechsynth-result/2")
    yield "ask", put(("question", "ask"), "no such question")
    yield "option", put(("question", "no such option"), True)
    yield "certificate", put(("certificate",), "nothing")
    if document["value"] is not None:
        yield "value", put(("value",), str(Fraction(document["value"]) + 1))
        yield "value", put(("value",), None)
    for part in ("witness", "mechanism"):
        if document[part]:
            yield f"no {part}", put((part,), None)
            yield f"empty {part}", put((part,), {})
    if document["witness"] and document["question"]["ask"] != "ladder":
        yield "witness of nothing", put(("witness",), _numbers(document["witness"], lambda _: "0"))
        yield "witness turned around", put(("witness",), _numbers(document["witness"], lambda value: str(-value)))
    rule = (document["mechanism"] or {}).get("allocation")
    rule = rule if isinstance(rule, list) else None  # a tree has its own forgeries
    if rule:
        yield "a hole in the rule", put(("mechanism", "allocation"), rule[1:])
        yield "twice in the rule", put(("mechanism", "allocation"), [*rule, rule[0]])
        yield "no such action", put(("mechanism", "allocation", 0, "action"), "".join(labels_of(document)))
    paid = (document["mechanism"] or {}).get("transfers")
    if paid:
        agent = document["x-labels"]["agents"][0]
        stages = copy.deepcopy(paid) if isinstance(paid, list) else [copy.deepcopy(paid)]
        stages[0].setdefault(agent, {})["sooner"] = "1"
        yield "a payment of no kind", put(("mechanism", "transfers"), stages if isinstance(paid, list) else stages[0])


def _numbers(part: Any, change: Callable[[Fraction], str]) -> Any:
    """A witness with all of its numbers changed; names of periods, reports and cycles stay."""
    changed = copy.deepcopy(part)
    for place in leaves(part):
        if place[-1] == "period" or place[0] in ("others", "cycle", "signal", "against"):
            continue
        with contextlib.suppress(ValueError, TypeError, ZeroDivisionError):
            at(changed, place[:-1])[place[-1]] = change(Fraction(at(part, place)))
    return changed


def corrupted_is_refused(found: Answered) -> None:
    document = found.document
    taken = [
        what
        for what, bad in corruptions(document)
        if bad != document and accepted(_bytes(bad), found.raw)
    ]
    assert not taken, taken


LEFTOVERS = re.compile(
    r"\bNone\b(?! of)|\bFraction\(|\barray\(|\bnan\b|\bTrue\b|\bFalse\b|\{'|\['|\('|\bdtype\b|object at 0x|<class |<mechsynth|\bStatus\.|\{[a-z_]+\}"
)


def says_it_in_words(found: Answered) -> None:
    """Words within the width of a terminal, with nothing of Python left in them."""
    with within(WIDTH):
        words = found.result.explain()
    assert len(words.split()) >= 5
    assert not LEFTOVERS.search(words), LEFTOVERS.search(words)
    for line in words.splitlines():
        table = line.startswith("  ") and "  " in line.strip()  # whose columns may not fit, however they are wrapped
        assert cells(line) <= (WIDEST if table else WIDTH), line
    assert "  \n" not in words and words.endswith("\n")


def shows_it_on_a_page(found: Answered) -> None:
    """A page that says the question and the status, with nothing of Python left in it, and that fetches nothing."""
    words, page = told(found.document, found.raw)
    assert words.strip()
    text = re.sub(r"<(style|script)\b.*?</\1>", "", page, flags=re.S)
    assert found.name in text and found.document["status"] in text.lower()
    text = re.sub(r"<[^>]*>", " ", text)
    assert not LEFTOVERS.search(text), LEFTOVERS.search(text)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page)


BY_ANSWER = (
    answers_as_declared,
    survives_its_file,
    is_accepted,
    second_checkers_agree,
    a_yes_is_a_yes_of_the_largest_class,
    corrupted_is_refused,
    says_it_in_words,
    shows_it_on_a_page,
)


# -- work that ends too soon --------------------------------------------------------------------------------------------


def command(*words: str) -> tuple[int, str, str]:
    """Run a command here: exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main(words)
    return code, out.getvalue(), err.getvalue()


def time_that_is_over_leaves_unknown(name: str, raw: bytes) -> None:
    """With no time, and with a clock that jumps at a drawn look at it: `unknown`, exit code 3, a file that nobody accepts and that can be gone on from.

    What is answered without a look at the clock is answered, as it is without a limit; less detail may be told.
    """
    rng = random.Random(f"late {name} {len(raw)}")
    whole = ask(name, raw).data
    for looks in (0, rng.randint(1, 3), rng.randint(4, 40)):
        with _folder() as folder:
            (folder / "i.json").write_bytes(raw)
            ticks = itertools.count(1)
            with mock.patch.object(time, "monotonic", lambda ticks=ticks, looks=looks: 0.0 if next(ticks) <= looks else 1e6):
                code, words, complaint = command(
                    *("solve", str(folder / "i.json"), "--ask", name, "--workers", "1"),
                    *("--time-limit", "60" if looks else "0", "-o", str(folder / "r.json")),
                )
            data, left = (folder / "r.json").read_bytes(), read_result(folder / "r.json")
            assert not complaint and words.strip() and not LEFTOVERS.search(words)
            if code == 0:
                assert accepted(data, raw)
                same = all(left[key] == json.loads(whole)[key] for key in ("question", "status", "value"))
                assert same, "another answer than without a limit"
                continue
            rungs = left["certificate"].get("answers", [])  # of a ladder, of which some may be answered
            assert code == 3 and not accepted(data, raw)
            assert "unknown" in [each["status"] for each in (left, *rungs)]
            assert _bytes(write(read(Document, left))) == data
            again = mechsynth.solve(mechsynth.loads(raw), name, workers=1, resume=left)
            assert again.to_bytes() == whole, "gone on from there it comes to something else"


class _Looks:
    """Counts how often a run is looked at or told something, and interrupts one of these times."""

    def __init__(self, last: int | None = None) -> None:
        self.count, self.last = 0, last

    @contextlib.contextmanager
    def everywhere(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for part in ("counting", "check", "left", "say", "tick"):
                usual = getattr(Run, part)

                def instead(*words: Any, usual: Any = usual) -> Any:
                    self.count += 1
                    if self.count == self.last:
                        raise KeyboardInterrupt
                    return usual(*words)

                stack.enter_context(mock.patch.object(Run, part, instead))
            yield


def interrupt_leaves_as_one_line(name: str, raw: bytes) -> None:
    """Ctrl-C at the first, the last and a drawn moment at which the work is looked after: one line, exit code 2, no file."""
    with _folder() as folder:
        (folder / "i.json").write_bytes(raw)
        words = ("solve", str(folder / "i.json"), "--ask", name, "--workers", "1", "-o", str(folder / "r.json"))
        looks = _Looks()
        with looks.everywhere():
            assert command(*words)[0] == 0
        (folder / "r.json").unlink()
        rng = random.Random(f"interrupt {name} {len(raw)}")
        for last in {1, rng.randint(1, looks.count), looks.count}:
            with _Looks(last).everywhere():
                code, out, err = command(*words)
            assert (code, out) == (2, ""), (code, out)
            assert err.startswith("mechsynth: interrupted") and err.count("\n") == 1, err
            assert [path.name for path in folder.iterdir()] == ["i.json"], "something was written"


BY_WORK = (time_that_is_over_leaves_unknown, interrupt_leaves_as_one_line)


def _bytes(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass")


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)
