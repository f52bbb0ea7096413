"""A question as a frozen dataclass: it declares once its name, its options, what it needs and what an answer says.

    @dataclass(frozen=True, kw_only=True)
    class Spanning(Ask, name="spanning"):
        scope: str = option("all", SCOPE)

Whatever enumerates questions or options reads `REGISTRY`: `mechsynth.solve`, the command line, suites, sweeps, help, the tables of the documentation.
`mechsynth.asks` fills it when it is imported.
"""

from __future__ import annotations

import dataclasses
import enum
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ClassVar

from mechsynth.errors import MechsynthError, UsageError, did_you_mean
from mechsynth.result.status import Status

if TYPE_CHECKING:
    from types import ModuleType


class Kind(enum.Enum):
    """What the value of an option is."""

    WORD = "a word"
    WORDS = "a list of words"
    SWITCH = "yes, no, or neither"
    FILE = "the name of a file, or what it holds"
    OBJECT = "a Python object, which no file and no command line can hold"


@dataclass(frozen=True)
class Option:
    """An option of a question; its name is that of the field that `option` makes of it.

    Attributes
    ----------
    help:
        What it means, as ``--help`` says it.
    metavar:
        How its value is called there.
    kind:
        What its value is.
    choices:
        The values of a word; empty for any, or where ``accepts`` decides.
    accepts:
        Whether a word is a value of it.
    aside:
        Whether it changes how an answer is found or proved alone, not what is asked.
    problem, remedy:
        What is said about a value that it cannot have; ``{value}`` and ``{ask}`` stand for themselves. Without a remedy the choices are listed.
    """

    help: str
    metavar: str = ""
    kind: Kind = Kind.WORD
    choices: tuple[str, ...] = ()
    accepts: Callable[[str], bool] | None = None
    aside: bool = False
    problem: str = "{value!r}"
    remedy: str = ""

    def read(self, name: str, value: Any, ask: str) -> Any:
        """Return a value as the question keeps it.

        Raises
        ------
        UsageError
            For a value that the option cannot have.
        """
        if self.kind is Kind.WORDS:
            if isinstance(value, str) or not isinstance(value, Iterable):
                raise UsageError(name, f"{value!r} is no list", f"write [{value!r}]")
            return tuple(value)
        if self.kind is Kind.SWITCH and value is not None and not isinstance(value, bool):
            raise UsageError(name, f"{value!r} is neither true nor false", "write True or False")
        if self.kind is Kind.FILE and not (
            isinstance(value, (str, os.PathLike, Mapping)) or hasattr(value, "document")
        ):
            raise UsageError(name, f"{value!r} is no file", self.remedy)
        if self.kind is Kind.WORD and value is not None and not self._allows(value):
            remedy = did_you_mean(value, self.choices) + (self.remedy or _choose(self.choices))
            raise UsageError(name, self.problem.format(value=value, ask=ask), remedy)
        return value

    def _allows(self, value: Any) -> bool:
        if not isinstance(value, str):
            return False
        return (not self.choices or value in self.choices) if self.accepts is None else self.accepts(value)


def _choose(choices: Sequence[str]) -> str:
    """Return the remedy that lists choices: ``choose all or policy``, ``choose one of …`` from three on."""
    return f"choose {' or '.join(choices)}" if len(choices) < 3 else f"choose one of {', '.join(choices)}"


def option(default: Any, declared: Option) -> Any:
    """Return the field of a dataclass that is an option of a question."""
    return dataclasses.field(default=default, metadata={"option": declared})


@dataclass(frozen=True)
class Needs:
    """What an environment must have for a question to make sense.

    A field is empty where the question does not need it. Otherwise it holds the remedy that a refusal names.
    They are looked at in this order, and the first that is missing is refused.

    Attributes
    ----------
    efficient_end:
        An efficient last period; this field holds the problem, the remedy is to leave ``last_period`` out.
    finite, infinite:
        A last period; or none.
    one_period, two_agents:
        No period but the first; another agent beside each.
    no_outside, plain:
        Leaving is worth 0; every agent reports, and every action is always available.
    independent:
        First signals are independent, and every next signal looks at its own agent's signal and the action alone, and at no other next signal.
    one_buyer:
        One agent has something to tell, and every later period, of which there is one, has two actions.
    bandit:
        An object that one agent at a time uses, and that moves and pays its user alone.
    weighed:
        Values separate, with weights that do not fall.
    utilities:
        Utilities of at least 0, the outside option.
    prior:
        Probabilities of the first signals, to expect payments with, or to believe something of the others'.
    private_values:
        Nobody's utility depends on another's signal.
    no_influence:
        Nobody's own signal moves what the others will report next, given the action and their signals.
    unmixed:
        Beliefs of the others' first reports none of which is a mixture of those of the agent's other signals.
    constant_end:
        One action in a last period, whatever is reported there, where there is a last one.
    auction:
        Every period that another follows sells one object, which rises in value with everybody's signal, most with the others'; no action moves a signal.
    """

    efficient_end: str = ""
    finite: str = ""
    infinite: str = ""
    one_period: str = ""
    two_agents: str = ""
    no_outside: str = ""
    plain: str = ""
    independent: str = ""
    one_buyer: str = ""
    weighed: str = ""
    bandit: str = ""
    utilities: str = ""
    prior: str = ""
    private_values: str = ""
    no_influence: str = ""
    unmixed: str = ""
    constant_end: str = ""
    auction: str = ""


LAST_PERIOD = Option(
    "what a finite horizon ends with (Liu 2025, Corollary 3.3)",
    "efficient|constant[:ACTION]",
    accepts=lambda value: value == "efficient" or value.partition(":")[0] == "constant",
    remedy="choose efficient, constant or constant:ACTION",
)

REGISTRY: dict[str, type[Ask]] = {}
"""All questions by name, in the order in which they are listed."""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """A question about an environment; every question is a subclass, whose fields are its options.

    Attributes
    ----------
    last_period:
        ``"efficient"``, or ``"constant"`` / ``"constant:ACTION"``: play one action in the last period whatever is reported, without
        payments (Liu 2025, Corollary 3.3). ``"constant"`` alone takes the action with the largest surplus summed over profiles.
    name:
        What the question is called in files and on the command line; a class variable, as all that follow.
    title:
        The question itself: the first line of its docstring.
    about:
        The heading under which it is listed.
    source:
        Where it is from.
    statuses:
        What an answer can be, besides ``unknown``.
    value:
        What the ``value`` of an answer is; empty where there is none.
    place:
        Where it stands when questions are listed, by number.
    rung:
        Its place on the ladder (`mechsynth.asks.ladder`); ``None`` where it has none.
    linear:
        Whether one linear program stands behind it, which `mechsynth.program_of` returns.
    pays:
        The class of its transfers, where it leaves no choice; empty where it asks for no transfers.
    requires:
        The requirements that its transfers meet.
    composite:
        Whether its answer consists of answers to other questions.
    looks_ahead:
        Whether what is believed of the next reports has a part in it.
    second:
        Whether it takes public states, availability and outside options, what only instances of format 2 say.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    about: ClassVar[str] = ""
    source: ClassVar[str] = ""
    statuses: ClassVar[tuple[Status, ...]] = ()
    value: ClassVar[str] = ""
    place: ClassVar[int] = 800
    rung: ClassVar[int | None] = None
    linear: ClassVar[bool] = False
    pays: ClassVar[str] = ""
    requires: ClassVar[tuple[str, ...]] = ()
    composite: ClassVar[bool] = False
    looks_ahead: ClassVar[bool] = True
    second: ClassVar[bool] = False

    last_period: str = option("efficient", LAST_PERIOD)

    def __init_subclass__(cls, *, name: str = "", **more: Any) -> None:
        """Register a question under its name; what several share has none."""
        super().__init_subclass__(**more)
        if name:
            cls.name, cls.title = name, (cls.__doc__ or "").partition("\n")[0]
            REGISTRY[name] = cls

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is None:
                value = field.default
            object.__setattr__(self, field.name, field.metadata["option"].read(field.name, value, self.name))

    @classmethod
    def options(cls) -> dict[str, Option]:
        """Return the options by name."""
        return {field.name: field.metadata["option"] for field in dataclasses.fields(cls)}

    @classmethod
    def default(cls, name: str) -> Any:
        """Return the default of an option."""
        return next(field.default for field in dataclasses.fields(cls) if field.name == name)

    def needs(self) -> Needs:
        """Return what the environment must have."""
        return Needs()

    def document(self) -> dict[str, object]:
        """Return the question as a result tells it; the last period of a finite horizon is added where it has a part in the answer."""
        found: dict[str, object] = {"ask": self.name}
        told = {name: getattr(self, name) for name in self.options()}
        if "scope" in told:
            found["scope"] = told["scope"]
        ahead = told.get("look_ahead", "1")
        if ahead != "1":
            found["look_ahead"] = int(ahead) if ahead.isdigit() else ahead
        if told.get("beliefs", "next") != "next":
            found["beliefs"] = told["beliefs"]
        pays = told.get("transfers", self.pays)
        if pays:
            found |= {
                "transfers": pays,
                "require": list(self.requires),
                "objective": told.get("objective", "feasibility"),
            }
        return found


def every_option() -> dict[str, Option]:
    """Return the options of all questions by name; of one that several have, as the first declares it."""
    found: dict[str, Option] = {}
    for ask in REGISTRY.values():
        for name, declared in ask.options().items():
            found.setdefault(name, declared)
    return found


def takers(name: str) -> list[str]:
    """Return the questions that look at an option."""
    return [ask.name for ask in REGISTRY.values() if name in ask.options()]


def question(ask: str | Ask | type[Ask], options: Mapping[str, Any] | None = None) -> Ask:
    """Return a question with its options.

    Parameters
    ----------
    ask:
        A question, its class, or its name.
    options:
        By name. Those without effect (``None``, ``False``, nothing, a default that all questions share) may be given to any question.

    Raises
    ------
    UsageError
        For a name that no question and no option has, for an option that the question does not look at, and for a value that an option cannot have.
    """
    given = dict(options or {})
    if isinstance(ask, Ask):
        for name in given:
            raise UsageError(name, "stands beside a question that is complete", f"write {type(ask).__name__}({name}=…)")
        return ask
    found = ask if isinstance(ask, type) and issubclass(ask, Ask) else named(ask)
    own, known = found.options(), every_option()
    for name in list(given):
        if name not in known:
            hint = did_you_mean(name, own) or did_you_mean(name, known)
            raise UsageError(name, "no option of a question", f"{hint}known are {', '.join(own)}")
        if name not in own and not _idle(name, given.pop(name)):
            what = found.about if found.composite else found.name
            others = [other for other in takers(name) if not REGISTRY[other].composite]
            raise UsageError(name, f"means nothing to {what}", f"leave it out, or ask {' or '.join(others)}")
    return found(**given)


def named(name: object) -> type[Ask]:
    """Return the class of a question.

    Raises
    ------
    UsageError
        For a name that no question has.
    """
    if not isinstance(name, str) or name not in REGISTRY:
        remedy = f"{did_you_mean(name, REGISTRY)}choose one of {', '.join(REGISTRY)}"
        raise UsageError("ask", f"{name!r} is no question of this version", remedy)
    return REGISTRY[name]


def registry() -> Mapping[str, type[Ask]]:
    """Return all questions by name, wherever they are asked for from."""
    import_module("mechsynth.asks")
    return REGISTRY


def found(name: str) -> type[Ask] | None:
    """Return the class of a question; None for a name that this version does not know."""
    return registry().get(name)


def part(name: str, room: str) -> ModuleType | None:
    """Return a module of a question's folder (``"solve"``, ``"words"``, ``"claim"``, ``"page"``); None where it has none, or there is no such question."""
    ask = found(name)
    homes = () if ask is None else ask.__mro__
    return next(
        (there for home in homes if issubclass(home, Ask) and (there := _room(home.__module__, room)) is not None), None
    )


@cache
def _room(home: str, room: str) -> ModuleType | None:
    inside = hasattr(import_module(home), "__path__") and find_spec(f"{home}.{room}") is not None
    return import_module(f"{home}.{room}") if inside else None


def _idle(name: str, value: Any) -> bool:
    """Whether a value of an option asks for nothing, so that a question that does not have the option can ignore it."""
    if value is None or value is False:
        return True
    if isinstance(value, (str, tuple, list)):
        return not value or all(value == ask.default(name) for ask in REGISTRY.values() if name in ask.options())
    return False


def flag(name: str) -> str:
    """Return the option of the command line for an argument of Python: ``last_period`` is ``--last-period``."""
    return f"--{name.replace('_', '-')}"


RUN = ("workers", "time_limit", "resume")
"""Arguments of `mechsynth.solve` that are about how to work, not about what is asked."""


def in_flags(error: MechsynthError) -> MechsynthError:
    """Return an error about an argument of Python as one about an option of the command line, if it is one there."""
    name, blank, rest = error.place.partition(" ")
    declared = every_option().get(name)
    if name in ("ask", *RUN) or (declared is not None and declared.kind is not Kind.OBJECT):
        return type(error)(flag(name) + blank + rest, error.problem, error.remedy)
    return error
