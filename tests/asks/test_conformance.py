"""Every question keeps every promise; and each promise is broken by a question made for it, which is caught."""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import itertools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from types import SimpleNamespace
from typing import Any

import conformance
import declared
import pytest
from conformance import BY_ANSWER, BY_WORK, Answered
from declared import BY_NAME
from kinds import QUICK, SLOW, library

from mechsynth import asks
from mechsynth import check as checker
from mechsynth.asks import REGISTRY, needs
from mechsynth.asks.options import DISTANCE
from mechsynth.asks.spanning import Spanning
from mechsynth.asks.static import Static
from mechsynth.check import small
from mechsynth.errors import MechsynthError, OutOfTime, UsageError
from mechsynth.result import Result, Status
from mechsynth.result.ask import Ask, Kind, Needs, Option, option
from mechsynth.run import Run

NAMES = list(REGISTRY)
KINDS = [pytest.param(QUICK, id="quick"), pytest.param(SLOW, id="slow", marks=pytest.mark.slow)]
Instances = Mapping[str, Callable[[], bytes]]


@cache
def raw(kind: str) -> bytes:
    return (QUICK | SLOW)[kind]()


@cache
def answered(name: str, kind: str) -> Answered:
    return conformance.ask(name, raw(kind))


def kept(promise: Callable[..., None], about: Iterable[tuple[str, tuple[Any, ...]]]) -> int:
    """How often a promise was looked at; the instances at which it is broken are named."""
    bad, count = {}, 0
    for count, (kind, told) in enumerate(about, 1):  # noqa: B007
        try:
            promise(*told)
        except Exception as error:
            bad[kind] = error
    for kind, error in bad.items():
        raise AssertionError(f"{promise.__name__}: broken at {', '.join(bad)}; at {kind}: {error}") from error
    return count


@pytest.mark.parametrize("kinds", KINDS)
@pytest.mark.parametrize("name", NAMES)
def test_it_answers_what_it_can(name: str, kinds: Instances) -> None:
    kept(conformance.refuses_what_it_cannot_answer, ((kind, (answered(name, kind),)) for kind in kinds))


@pytest.mark.parametrize("kinds", KINDS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("promise", BY_ANSWER, ids=lambda promise: promise.__name__)
def test_of_an_answer(promise: Callable[[Answered], None], name: str, kinds: Instances) -> None:
    """At every instance about which the question can be asked; there is one."""
    assert kept(promise, ((kind, (found,)) for kind in kinds if (found := answered(name, kind)).result is not None))


@pytest.mark.parametrize("kinds", KINDS)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("promise", BY_WORK, ids=lambda promise: promise.__name__)
def test_of_work_that_ends_too_soon(promise: Callable[[str, bytes], None], name: str, kinds: Instances) -> None:
    assert kept(promise, ((kind, (name, raw(kind))) for kind in kinds if answered(name, kind).result is not None))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("promise", BY_NAME, ids=lambda promise: promise.__name__)
def test_of_a_declaration(promise: Callable[[str], None], name: str) -> None:
    promise(name)


# -- the promises themselves: each is broken once, in the seat of a question that keeps it --------------------------------


class Lying(Result):
    """A result that says other words, or writes another file, than a result does."""

    words: str = ""
    changes: Mapping[str, Any] = {}

    def explain(self) -> str:
        return self.words or super().explain()

    def document(self) -> dict[str, Any]:
        return super().document() | dict(self.changes)


def lying(result: Result, words: str = "", **changes: Any) -> Result:
    own = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
    found = Lying(**own)
    object.__setattr__(found, "words", words)
    object.__setattr__(found, "changes", changes)
    return found


@pytest.fixture
def seat(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put a question of one's own, or a room of one's own, in the place of a question."""

    def put(name: str, ask: type[Ask] | None = None, room: Callable[..., Any] | None = None) -> None:
        usual = asks._room(REGISTRY[name]())
        if ask is not None:
            monkeypatch.setattr(ask, "name", name)
            monkeypatch.setitem(REGISTRY, name, ask)
        if room is not None:
            answer = usual.answer
            monkeypatch.setattr(usual, "answer", lambda ask, case, run: room(answer, ask, case, run))

    return put


def broken(promise: Callable[..., None], *about: Any) -> bool:
    """Whether a promise is found broken; any error that is no refusal breaks it too."""
    try:
        promise(*about)
    except (AssertionError, KeyError, TypeError, ValueError, MechsynthError, small.Unproved):
        return True
    return False


def once(name: str, kind: str = "leases") -> Answered:
    return conformance.ask(name, raw(kind))


def refusing(answer: Any, ask: Any, case: Any, run: Any) -> Any:
    raise UsageError("ask spanning", "not today", "come back tomorrow")


def failing(answer: Any, ask: Any, case: Any, run: Any) -> Any:
    raise ValueError("a mistake")


def test_a_refusal_without_a_need_is_caught(seat: Callable[..., None]) -> None:
    seat("spanning", room=refusing)
    assert broken(conformance.refuses_what_it_cannot_answer, once("spanning"))
    assert broken(declared.many_at_once_take_it, "spanning")


class Needless(Static):
    """Can the last period be implemented on its own?"""

    def needs(self) -> Needs:
        return Needs()


class Needy(Spanning):
    """Are the beliefs of every block linearly independent?"""

    def needs(self) -> Needs:
        return Needs(prior="give it one")


def test_a_need_that_is_not_declared_is_caught(seat: Callable[..., None]) -> None:
    """A question about a last period that says that it needs none is answered without one, and nobody accepts that."""
    seat("static", Needless)
    assert broken(lambda: conformance.is_accepted(once("static", "endless")))


def test_a_need_that_is_not_looked_at_is_caught(seat: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    seat("spanning", Needy)
    conformance.refuses_what_it_cannot_answer(once("spanning", "endless, no prior"))
    monkeypatch.setattr(needs, "refuse", lambda ask, environment: None)
    assert broken(conformance.refuses_what_it_cannot_answer, once("spanning", "endless, no prior"))


class Certain(Spanning):
    """Are the beliefs of every block linearly independent?"""

    statuses = (Status.FEASIBLE,)


def test_a_status_that_is_not_declared_is_caught(seat: Callable[..., None]) -> None:
    seat("spanning", Certain)
    assert broken(conformance.answers_as_declared, once("spanning"))


def test_a_value_that_is_not_declared_is_caught(seat: Callable[..., None]) -> None:
    seat("spanning", room=lambda answer, *asked: replace(answer(*asked), value="1"))
    assert broken(conformance.answers_as_declared, once("spanning"))


def test_a_file_that_is_not_written_back_is_caught(seat: Callable[..., None]) -> None:
    """A float in it; a key that no record has; other bytes each time."""
    ticks = itertools.count()
    for change in ({"value": 0.5}, {"banana": "1"}):
        found = once("spanning")
        conformance.survives_its_file(found)
        assert broken(conformance.survives_its_file, replace(found, result=lying(found.result, **change)))
    seat("spanning", room=lambda answer, *asked: lying(answer(*asked), value=str(next(ticks))))
    assert broken(conformance.survives_its_file, once("spanning"))


def test_an_answer_that_is_wrong_is_caught(seat: Callable[..., None]) -> None:
    turned = {Status.HOLDS: Status.FAILS, Status.FAILS: Status.HOLDS}
    seat("spanning", room=lambda answer, *asked: replace(found := answer(*asked), status=turned[found.status]))
    assert broken(conformance.is_accepted, once("spanning"))


def paid_more(answer: Any, *asked: Any) -> Any:
    """The transfers of an answer with one payment more, of the first agent, whatever she reports."""
    found = answer(*asked)
    mechanism = copy.deepcopy(found.document()["mechanism"])
    transfers = mechanism["transfers"]
    own = next(iter((transfers[0] if isinstance(transfers, list) else transfers).values()))
    table = own["later"]
    while isinstance(table[0], list):
        table = table[0]
    table[0] = str(Fraction(table[0]) + 1)
    return lying(found, mechanism=mechanism)


def test_a_yes_that_is_none_is_caught(seat: Callable[..., None]) -> None:
    """No payments of any class implement the last period."""
    auction = library("liu2014-auction-1")
    no = conformance.ask("static", auction)
    assert no.document["status"] == "infeasible"
    seat("static", room=lambda answer, *asked: replace(answer(*asked), status=Status.FEASIBLE))
    assert broken(conformance.a_yes_is_a_yes_of_the_largest_class, conformance.ask("static", auction))


class Endless(Static):
    """Can the last period be implemented on its own?"""

    def needs(self) -> Needs:
        return replace(super().needs(), efficient_end="")


def test_an_end_that_is_not_declared_is_caught(seat: Callable[..., None]) -> None:
    declared.ends_as_it_declares("static")
    seat("static", Endless)
    assert broken(declared.ends_as_it_declares, "static")


def test_a_checker_that_takes_everything_is_caught(seat: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    """By the second checkers, where the answer is false; by what is planted in any case."""
    good = once("contingent")
    conformance.corrupted_is_refused(good)
    conformance.second_checkers_agree(good)
    seat("contingent", room=paid_more)
    assert broken(conformance.is_accepted, once("contingent"))
    monkeypatch.setattr(checker, "check", lambda data, raw: SimpleNamespace(accepted=True, reason=""))
    assert not broken(conformance.is_accepted, once("contingent"))
    assert broken(conformance.second_checkers_agree, once("contingent"))
    assert broken(conformance.corrupted_is_refused, good)


@pytest.mark.parametrize(
    "words", ["It costs None to be in doubt.\n", "That Fraction(1, 2) is the value of it.\n", "It is so " * 20 + "\n", "Yes.\n", "Yes, it is ['a', 'b'] in fact.\n"]
)
def test_words_of_a_machine_are_caught(words: str) -> None:
    found = once("spanning")
    conformance.says_it_in_words(found)
    assert broken(conformance.says_it_in_words, replace(found, result=lying(found.result, words)))


def test_a_page_of_a_machine_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    found = once("spanning")
    words, page = conformance.told(found.document, found.raw)
    for bad in (page.replace("<body", "None <body"), page + '<img src="https://example.org/x">', page.replace("spanning", "")):
        monkeypatch.setattr(conformance, "told", lambda *_, bad=bad: (words, bad))
        assert broken(conformance.shows_it_on_a_page, found)


def guessing(answer: Any, ask: Any, case: Any, run: Any) -> Any:
    """An answer as asked in time; out of time a guess."""
    try:
        run.check()
    except OutOfTime:
        return replace(answer(ask, case, Run()), status=Status.HOLDS, witness=None)
    return answer(ask, case, run)


def forgetting(answer: Any, ask: Any, case: Any, run: Any) -> Any:
    """What goes on from a file comes to nothing."""
    if run.resume is not None:
        raise OutOfTime("", "again", "")
    run.check()
    return answer(ask, case, run)


def test_a_guess_when_the_time_is_over_is_caught(seat: Callable[..., None]) -> None:
    more = library("more-signals-than-outcomes")
    assert conformance.ask("spanning", more).document["status"] == "fails"
    conformance.time_that_is_over_leaves_unknown("spanning", more)
    seat("spanning", room=guessing)
    assert broken(conformance.time_that_is_over_leaves_unknown, "spanning", more)


def test_a_file_that_leads_nowhere_is_caught(seat: Callable[..., None]) -> None:
    seat("spanning", room=forgetting)
    assert broken(conformance.time_that_is_over_leaves_unknown, "spanning", raw("leases"))


def deaf(answer: Any, ask: Any, case: Any, run: Any) -> Any:
    found = answer(ask, case, run)
    with contextlib.suppress(KeyboardInterrupt):  # at the last of all looks
        run.check()
    return found


def test_an_interrupt_that_is_not_heard_is_caught(seat: Callable[..., None]) -> None:
    conformance.interrupt_leaves_as_one_line("policy", raw("leases"))
    seat("policy", room=deaf)
    assert broken(conformance.interrupt_leaves_as_one_line, "policy", raw("leases"))


class Greedy(Spanning):
    """Are the beliefs of every block linearly independent?"""

    @classmethod
    def options(cls) -> dict[str, Option]:
        return super().options() | {"distance": DISTANCE}


@dataclass(frozen=True, kw_only=True)
class Easy(Spanning):
    """Are the beliefs of every block linearly independent?"""

    scope: str = option("all", Option("every action, or those that the rule plays", "all|policy", accepts=lambda _: True))


@dataclass(frozen=True, kw_only=True)
class Unlike(Spanning):
    """Are the beliefs of every block linearly independent?"""

    last_perio: bool | None = option(None, Option("much like another", kind=Kind.SWITCH))


@dataclass(frozen=True, kw_only=True)
class Secretive(Spanning):
    """Are the beliefs of every block linearly independent?"""

    beyond: bool | None = option(None, Option("of which no page tells", kind=Kind.SWITCH))


@dataclass(frozen=True, kw_only=True)
class Strange(Spanning):
    """Are the beliefs of every block linearly independent?"""

    scope: str = option("", Option("a word without a default and without choices", "X"))


@pytest.mark.parametrize(
    ("ask", "promise"),
    [
        (Greedy, declared.other_options_are_refused),
        (Easy, declared.other_options_are_refused),
        (Unlike, declared.mistyped_names_are_recognized),
        (Secretive, declared.is_documented),
        (Strange, declared.many_at_once_take_it),
    ],
)
def test_a_declaration_that_breaks_a_promise_is_caught(ask: type[Ask], promise: Callable[[str], None], seat: Callable[..., None]) -> None:
    promise("spanning")
    seat("spanning", ask)
    assert broken(promise, "spanning")


def test_a_name_next_to_another_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    """`--ask team` is no slip of `--ask teams`: it would be answered."""
    declared.mistyped_names_are_recognized("team")
    monkeypatch.setitem(REGISTRY, "teams", Spanning)
    assert broken(declared.mistyped_names_are_recognized, "teams")


def test_a_question_without_a_page_or_a_room_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Nameless(Ask):
        """Are the beliefs of nobody linearly independent?"""

    Nameless.name, Nameless.title = "a-new-one", "Are the beliefs of nobody linearly independent?"
    monkeypatch.setitem(REGISTRY, "a-new-one", Nameless)
    assert broken(declared.is_documented, "a-new-one")
    assert broken(declared.many_at_once_take_it, "a-new-one")
