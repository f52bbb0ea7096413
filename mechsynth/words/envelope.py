"""A result's outer parts, read once and with care."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from mechsynth.result.codec import Record
from mechsynth.result.vocabulary import EFFICIENT, RESULT, RESULT_SECOND
from mechsynth.result.witness import Witness
from mechsynth.words import asked, reading, typed
from mechsynth.words import names as naming
from mechsynth.words.names import Names
from mechsynth.words.numbers import Number, number
from mechsynth.words.reading import word
from mechsynth.words.typed import Foreign

T = TypeVar("T")

FORMATS = (RESULT, RESULT_SECOND)
STATUSES = ("feasible", "infeasible", "optimal", "unbounded", "holds", "fails", "unknown")
STRENGTHS = ("exact", "verified", "numerical")


@dataclass(frozen=True, kw_only=True)
class Given(Record):
    """What a question says of a rule that was given: its kind and name, and the digest of what it does."""

    kind: str
    name: str
    sha256: str


@dataclass(frozen=True)
class Answer:
    """One result, taken apart; ``constant`` is the action of ``last-period: constant``, empty when none is named; ``attained`` is
    false where the value is a supremum that nothing has, and ``rule`` what is said of a rule that was given."""

    name: str
    normalized: bool
    ask: str
    scope: str
    question: Mapping[str, object]
    constant: str | None
    status: str
    strength: str
    value: Number | None
    transfers: object
    witness: Witness | Foreign | None
    certificate: Mapping[str, object]
    names: Names
    labels: object
    refused: bool = False
    tree: object = None
    inner: str = ""
    attained: bool = True
    rule: Given | None = None
    bounds: tuple[Number, Number] | None = None

    def part(self, key: str, kind: type[T]) -> T | None:
        """Return what the certificate has under a key, as a record (or a list of them); None where it has nothing there."""
        value = self.certificate.get(key)
        return None if value is None else typed.record(kind, value, f"{self.inner}certificate.{key}")

    def needed(self, key: str, kind: type[T]) -> T:
        """Return what the certificate has under a key, as a record, where it must have it."""
        found = self.part(key, kind)
        if found is None:
            reading.fail(f"{self.inner}certificate", f"no {key!r} in it")
        return found

    @property
    def exact(self) -> bool:
        """Whether the numbers are exact, so that they can be held to what they say they are."""
        return self.strength == "exact"

    @property
    def known(self) -> bool:
        """Whether the question is one of this version; a mechanism written by hand, or a later version's answer, has another."""
        return asked.declared(self.ask) is not None

    @property
    def about(self) -> str:
        """The heading under which the question is listed."""
        ask = asked.declared(self.ask)
        return "" if ask is None else ask.about

    @property
    def composite(self) -> bool:
        """Whether it consists of answers to other questions."""
        ask = asked.declared(self.ask)
        return ask is not None and ask.composite

    @property
    def proved(self) -> bool:
        """Whether the result claims a proof at all."""
        return self.strength != "numerical" and self.status != "unknown"

    @property
    def within(self) -> bool:
        """Whether the question is open, and it is proved that no mechanism with payments up to a bound does it."""
        ask = asked.declared(self.ask)
        bounded = ask is not None and "strength" in ask.options()
        return bounded and self.strength == "verified" and self.status == "unknown" and self.witness is not None

    @property
    def title(self) -> str:
        """The question in a few words."""
        scope = f", scope {word(self.scope)}" if self.scope else ""
        return f"{self.ask_words}{self.chosen_class}{scope}"

    @property
    def kind(self) -> str:
        """The class of transfers: that of the question where it names one, else the question itself."""
        chosen, ask = self.question.get("transfers"), asked.declared(self.ask)
        option = None if ask is None else ask.options().get("transfers")
        choice = ask is None or (option is not None and len(option.choices) > 1)
        return chosen if choice and isinstance(chosen, str) else self.ask

    @property
    def chosen_class(self) -> str:
        """The class of transfers after a comma, where the question leaves a choice; else nothing."""
        return "" if self.kind == self.ask else f", {word(self.kind)} transfers"

    @property
    def ask_words(self) -> str:
        """The name of the question, fit to be printed."""
        return word(self.ask)


def read(result: object, labels: object = None, place: str = "result", rescaled: bool | None = None) -> Answer:
    """Read the envelope of a result.

    Parameters
    ----------
    labels:
        The names of the instance, as in `mechsynth.words.explain`; None where only those of the file are known.
    rescaled:
        Whether rows of the instance had to be rescaled; None where only the file says so.

    Raises
    ------
    InputError
        Where something is missing or is not what it should be.
    """
    top = reading.mapping(result, place)
    if reading.item(top, "format", place) not in FORMATS:
        reading.fail(f"{place}.format", f"not {RESULT}", "explain reads result files of this format")
    question = reading.mapping(reading.item(top, "question", place), f"{place}.question")
    ask = reading.text(reading.item(question, "ask", f"{place}.question"), f"{place}.question.ask")
    scope = question.get("scope")
    instance = reading.mapping(top.get("instance") or {}, f"{place}.instance")
    mechanism = reading.mapping(top.get("mechanism") or {}, f"{place}.mechanism")
    allocation = mechanism.get("allocation")
    tree = allocation.get("tree") if isinstance(allocation, Mapping) else None
    witness, value = top.get("witness"), top.get("value")
    inner = "" if place == "result" else f"{place}."
    known = asked.declared(ask)
    possible = STATUSES if known is None else tuple(str(status) for status in known.statuses)
    status = _one_of(top, "status", possible, place)
    given = top.get("x-labels") if labels is None else labels
    return Answer(
        name=word(reading.text(instance.get("name", "this instance"), f"{place}.instance.name")),
        normalized=instance.get("normalized") is True if rescaled is None else rescaled,
        ask=ask,
        scope="" if scope is None else reading.text(scope, f"{place}.question.scope"),
        question=question,
        constant=_constant(question, place),
        status=status,
        strength=_one_of(top, "strength", STRENGTHS, place),
        value=None if value is None else number(value, f"{place}.value"),
        transfers=mechanism.get("transfers"),
        tree=tree,
        attained=top.get("attained") is not False,
        bounds=_bounds(top["bounds"], place) if "bounds" in top else None,
        witness=None if witness is None else typed.witness(witness, f"{inner}witness"),
        inner=inner,
        certificate=reading.mapping(top.get("certificate") or {}, f"{place}.certificate"),
        names=naming.collect(allocation if tree is None else None, given),
        labels=given,
        rule=_rule(question, place),
    )


def _bounds(value: object, place: str) -> tuple[Number, Number]:
    entries = reading.sequence(value, f"{place}.bounds")
    if len(entries) != 2:
        reading.fail(f"{place}.bounds", "not two numbers", "write two")
    low, high = (number(entry, f"{place}.bounds") for entry in entries)
    return low, high


def _one_of(top: Mapping[str, object], key: str, allowed: tuple[str, ...], place: str) -> str:
    value = reading.text(reading.item(top, key, place), f"{place}.{key}")
    if value not in (*allowed, "unknown") or (key == "strength" and value == "unknown"):
        reading.fail(f"{place}.{key}", f"{word(value)} is not an answer here", f"one of {', '.join(allowed)}")
    return value


def _rule(question: Mapping[str, object], place: str) -> Given | None:
    value = question.get("rule", EFFICIENT)
    return None if value == EFFICIENT else typed.record(Given, value, f"{place}.question.rule")


def _constant(question: Mapping[str, object], place: str) -> str | None:
    value = question.get("last-period")
    if value is None or value == "efficient":
        return None
    kind, _, action = reading.text(value, f"{place}.question.last-period").partition(":")
    if kind != "constant":
        reading.fail(f"{place}.question.last-period", "neither efficient nor constant:ACTION")
    return action
