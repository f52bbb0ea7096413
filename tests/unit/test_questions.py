"""Questions declare themselves once: who takes which option, what Python and the command line say, and what else is read off them."""

from __future__ import annotations

import argparse
import dataclasses
import re
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import mechsynth
from mechsynth import asks, cli
from mechsynth.asks import flags, options
from mechsynth.errors import MechsynthError, UsageError
from mechsynth.program.classes import CLASSES
from mechsynth.program.objectives import OBJECTIVES
from mechsynth.result import Status
from mechsynth.result.ask import REGISTRY, Ask, Kind, every_option, question
from mechsynth.result.vocabulary import TRANSFERS
from mechsynth.suite import questions as in_files

ROOT = Path(__file__).resolve().parents[2]
LEASES = ROOT / "instances" / "liu2014-oil-leases.json"

# Who looks at what, by hand; every question takes the last period.
BELIEFS, RESIDUAL = ("convex-independence", "spanning"), ("contingent", "vcg-type")
MONEY = ("budget-balanced", "ex-ante-balanced", "surplus-extraction")
PRIVATE = ("team", "pivot", "groves", "uniqueness", "lump-sum-budget")
ALL = ("policy", "static", "implement", "generalized-vcg", "ladder", *BELIEFS, *RESIDUAL, *MONEY, *PRIVATE)
TAKEN: dict[str, tuple[Any, tuple[str, ...]]] = {
    "scope": ("all", (*BELIEFS, *RESIDUAL, *MONEY, "ladder")),
    "require": (["budget:ex-post"], ("implement",)),
    "keep": (["pepic"], ("implement",)),
    "objective": ("min-rent", ("implement",)),
    "strength": ("verified", ("implement",)),
    "relax": (True, ("implement",)),
    "distance": (True, ("convex-independence", "ladder")),
    "critical_discount": (True, ("lump-sum-budget",)),
    "phi": (lambda *_: 0, ("groves",)),
    "decide": (lambda *_: 0, ("groves",)),
}


def test_every_question_has_a_room_and_says_what_it_is() -> None:
    assert set(REGISTRY) >= set(ALL)  # a question that came later has a folder of tests for itself
    for name, ask in REGISTRY.items():
        assert callable(import_module(f"mechsynth.asks.{name.replace('-', '_')}.solve").answer)
        assert ask.name == name and getattr(asks, ask.__name__) is ask
        assert all(isinstance(status, Status) for status in ask.statuses)


@pytest.mark.parametrize("option", TAKEN)
@pytest.mark.parametrize("ask", ALL)
def test_an_option_is_taken_or_refused(ask: str, option: str) -> None:
    value, takers = TAKEN[option]
    if ask in takers:
        kept = getattr(question(ask, {option: value}), option)
        assert kept == (tuple(value) if isinstance(value, list) else value)
    else:
        with pytest.raises(UsageError, match=f"^{option}: means nothing to .*; leave it out, or ask {takers[0]}"):
            question(ask, {option: value})
        question(ask, {option: None})  # says nothing, so it is no reason to refuse


@pytest.mark.parametrize("ask", ALL)
def test_classes_of_transfers_are_taken_or_refused(ask: str) -> None:
    every = ("history-independent", "vcg-type", "contingent", "contingent+now", "full", "full+now", "smallest")
    taken = {"implement": every, "generalized-vcg": every[:1], **dict.fromkeys(MONEY, ("vcg-type", "contingent"))}
    for name in (*every, "love"):
        if name in taken.get(ask, ()):
            assert question(ask, {"transfers": name}).transfers == name  # type: ignore[attr-defined]
        else:
            with pytest.raises(UsageError, match=r"^transfers: "):
                question(ask, {"transfers": name})


def test_the_words_are_those_of_the_programs() -> None:
    assert tuple(CLASSES) == options.TRANSFERS and set(TRANSFERS) == set(CLASSES)
    assert options.OBJECTIVES == OBJECTIVES


def test_questions_are_values() -> None:
    one = asks.Implement(transfers="full", require=["budget:ex-post"])
    assert one == question("implement", {"transfers": "full", "require": ("budget:ex-post",)})
    assert one.require == ("budget:ex-post",) and hash(one) == hash(dataclasses.replace(one))
    assert one.objective == "feasibility" and one.last_period == "efficient"
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.transfers = "full+now"  # type: ignore[misc]
    assert question(one) is one and question(asks.Spanning) == asks.Spanning(scope="all")


def test_a_question_and_its_name_have_the_same_answer() -> None:
    environment = mechsynth.load(LEASES)
    named = mechsynth.solve(environment, "implement", transfers="full", require=["budget:ex-post"])
    typed = mechsynth.solve(environment, asks.Implement(transfers="full", require=["budget:ex-post"]))
    assert named.to_bytes() == typed.to_bytes() and named.check().accepted


def test_how_to_work_is_one_object() -> None:
    """Told to `solve` as one or as four; not as both; the clock runs from when it is made."""
    told: list[tuple[str, int, int]] = []
    run = mechsynth.Run(1, 60, progress=lambda *words: told.append(words))
    typed = mechsynth.solve(LEASES, asks.Contingent(), run)
    assert typed.to_bytes() == mechsynth.solve(LEASES, "contingent", workers=1, time_limit=60).to_bytes()
    blocks = 2 + 2 * 2  # of the one period that another follows: firm1 has one for each action, firm2 one for each action and signal of firm1
    assert told[-1][0] == "blocks" and told[-1][1] <= told[-1][2] == blocks
    assert run.left() is not None and mechsynth.Run().left() is None
    over = dataclasses.replace(run, deadline=0.0)
    assert mechsynth.solve(LEASES, asks.Contingent(), over).status is Status.UNKNOWN
    with pytest.raises(UsageError, match=r"^run: stands beside"):
        mechsynth.solve(LEASES, "contingent", run, workers=1)
    with pytest.raises(UsageError, match=r"^workers: 0 is no number of threads"):
        mechsynth.Run(0)


@pytest.mark.parametrize(
    ("ask", "options", "words"),
    [
        ("polcy", {}, "ask: 'polcy' is no question of this version; did you mean policy?"),
        (None, {}, "ask: None is no question"),
        ("implement", {"transfer": "full"}, "transfer: no option of a question; did you mean transfers?"),
        ("policy", {"objectiv": "min-rent"}, "did you mean objective?"),
        ("implement", {"objective": "min-rents"}, "objective: 'min-rents' is no objective; did you mean min-rent?"),
        ("implement", {"transfers": "contingnt"}, "did you mean contingent?"),
        ("implement", {"require": "pepic"}, "require: 'pepic' is no list"),
        ("implement", {"require": 3}, "require: 3 is no list"),
        ("implement", {"relax": "yes"}, "relax: 'yes' is neither true nor false"),
        ("contingent", {"scope": ["all"]}, "scope: ['all'] is no scope; choose all or policy"),
        ("contingent", {"last_period": "late"}, "last_period: 'late'; choose efficient, constant or constant:ACTION"),
        (asks.Spanning(), {"scope": "all"}, "scope: stands beside a question that is complete; write Spanning(scope=…)"),
    ],
)
def test_wrong_names_and_values(ask: Any, options: dict[str, Any], words: str) -> None:
    with pytest.raises(UsageError) as caught:
        mechsynth.solve(LEASES, ask, **options)
    assert words in str(caught.value)


def test_wrong_requirements_are_named_when_they_are_looked_up() -> None:
    with pytest.raises(UsageError, match=r"^require: 'budget:expost' is no requirement; did you mean budget:ex-post\? "):
        mechsynth.solve(LEASES, "implement", require=["budget:expost"])


SAID = [  # arguments of Python and of the command line, and what is said after the place
    ("static", {"last_period": "constant"}, "last_period", "static asks about the efficient last period"),
    ("contingent", {"last_period": "constant:x"}, "last_period", "'x' is no action of it"),
    ("policy", {"scope": "all"}, "scope", "means nothing to policy"),
    ("team", {}, "ask team", "the utility of"),
    ("budget-balanced", {}, "ask budget-balanced", "the horizon is finite"),
    ("implement", {"keep": ["pepics"]}, "keep", "'pepics' is not among the requirements"),
    ("implement", {"require": ["bounded:x"]}, "require", "'bounded:x': "),
    ("lump-sum-budget", {"critical_discount": True}, "ask lump-sum-budget", "the utility of"),
    ("polcy", {}, "ask", "'polcy' is no question"),
]


@pytest.mark.parametrize(("ask", "options", "place", "words"), SAID)
def test_python_speaks_of_arguments_and_the_command_line_of_flags(
    ask: str, options: dict[str, Any], place: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(MechsynthError) as caught:
        mechsynth.solve(LEASES, ask, **options)
    assert str(caught.value).startswith(f"{place}: {words}")
    arguments = ["solve", str(LEASES), "--ask", ask]
    for name, value in options.items():
        for word in value if isinstance(value, list) else [value]:
            arguments += [f"--{name.replace('_', '-')}"] + ([] if word is True else [word])
    assert cli.main(arguments) == 2
    assert capsys.readouterr().err == f"mechsynth: --{str(caught.value).replace('_', '-', 1) if '_' in place else caught.value}\n"


def test_the_command_line_takes_what_python_takes() -> None:
    """Every option but those that are Python objects, with its value as `solve` wants it."""
    parser = argparse.ArgumentParser()
    flags.add(parser)
    assert flags.given(parser.parse_args([])) == {}
    told = {
        "scope": "all",
        "last_period": "constant:a",
        "distance": False,
        "critical_discount": True,
        "transfers": "full",
        "incentives": "pbic",
        "require": ["a", "b"],
        "keep": ["a"],
        "objective": "min-rent",
        "strength": "verified",
        "relax": True,
        "participation": "ex-post",
        "memory": "current",
        "reveal": "shocks",
        "strikes": "grid",
        "exclude": "best",
        "look_ahead": "auto",
        "beliefs": "within",
        "lotteries": "no",
        "weights": "0,1",
        "budget": "1/2",
        "periods": "3",
    }
    told |= {"rule": "rule.json", "ties": "all"}
    words = ["--rule", "rule.json", "--ties", "all", "--scope", "all", "--last-period", "constant:a", "--no-distance", "--critical-discount", "--transfers", "full", "--relax"]
    words += ["--incentives", "pbic", "--participation", "ex-post", "--memory", "current", "--reveal", "shocks", "--strikes", "grid", "--exclude", "best", "--look-ahead", "auto", "--lotteries", "no", "--weights", "0,1", "--budget", "1/2", "--periods", "3"]
    words += ["--beliefs", "within", "--require", "a", "--require", "b", "--keep", "a", "--objective", "min-rent", "--strength", "verified"]
    assert flags.given(parser.parse_args(words)) == told
    assert set(told) == {name for name, option in every_option().items() if option.kind is not Kind.OBJECT}


def test_files_take_what_python_takes() -> None:
    told = {"ask": "implement", "require": ["a"], "relax": True, "scope": "all"}
    assert in_files.question(told, "q") == told
    for name, value, words in (
        ("relax", "yes", "neither true nor false"),
        ("require", "pepic", "no list of names"),
        ("objective", 3, "no string"),
        ("phi", {}, "an unknown key"),
        ("scop", "all", "did you mean scope?"),
    ):
        with pytest.raises(MechsynthError, match=re.escape(words)):
            in_files.question({"ask": "implement", name: value}, "q")


def test_help_names_every_question(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["solve", "--help"])
    shown = re.sub(r"\s+", "", capsys.readouterr().out)
    for name in set(ALL) - {"ladder"}:
        assert name in shown
    for name, option in every_option().items():
        assert (f"--{name.replace('_', '-')}" in shown) == (option.kind is not Kind.OBJECT)


def test_a_name_stands_for_one_question() -> None:
    """What several questions share, a class without a name, is none itself."""

    class Shared(Ask):
        """What some share."""

    assert Shared not in REGISTRY.values() and Shared.name == ""


@pytest.mark.parametrize("name", ["liu2014-oil-leases", "no-correlation-private", "bilateral-trade-persistent"])
def test_a_question_tells_itself_as_its_result_does(name: str) -> None:
    environment = mechsynth.load(ROOT / "instances" / f"{name}.json")
    options: dict[str, dict[str, Any]] = {
        "implement": {"transfers": "full", "require": ["budget:ex-ante", "pepic", "bounded:50"], "objective": "min-rent"},
        "contingent": {"scope": "all", "last_period": "constant"} if environment.horizon else {"scope": "all"},
        "ex-ante-balanced": {"transfers": "vcg-type"},
    }
    told = 0
    for ask in REGISTRY:
        asked = question(ask, options.get(ask))
        try:
            result = mechsynth.solve(environment, asked)
        except UsageError:
            continue
        found = {key: value for key, value in result.question.items() if key != "last-period"}
        assert found == asked.document() and list(found) == list(asked.document())
        told += 1
    assert told >= 9


@pytest.mark.parametrize("given", [{"scope": "all"}, {"scope": "policy"}, {"distance": True}])
def test_everything_at_once_hands_its_options_on(given: dict[str, Any]) -> None:
    """To those of its questions that look at them."""
    environment = mechsynth.load(LEASES)
    whole = mechsynth.solve(environment, "ladder", **given)
    assert whole.check().accepted
    for part in whole.answers:
        name = str(part.question["ask"])
        own = {option: value for option, value in given.items() if option in REGISTRY[name].options()}
        assert part.to_bytes() == mechsynth.solve(environment, name, **own).to_bytes()


@pytest.mark.parametrize("ask", REGISTRY)
def test_a_time_that_is_over_leaves_the_answer_unknown(ask: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3, and nothing claimed; but what is answered without a look at the clock is answered."""
    name = {"static": "liu2014-oil-leases", "surplus-extraction": "no-correlation"}.get(ask, "bilateral-trade-persistent")
    if ask in ("generalized-vcg", "contingent", "vcg-type", "convex-independence", "spanning", "ladder", "implement", "auction"):
        name = "liu2025-repeated-auction"
    if ask in ("distinct", "balance", "strict-balance", "identifiability"):
        name = "beliefs/three-informed"
    if ask == "index":
        name = "families/firms-that-learn"
    if ask in ("virtual-pivot", "contracts"):
        name = "families/buyer-learns-more"
    if ask in ("optimal", "relaxed", "gap", "separable"):
        name = "revenue/buyer-met-twice"
    if ask in ("agv", "cremer-mclean"):
        name = {"agv": "incentives/agv-project", "cremer-mclean": "incentives/myerson-correlated"}[ask]
    path = ROOT / "instances" / f"{name}.json"
    arguments = ["solve", str(path), "--ask", ask, "--time-limit", "0"]
    quick = ("agv",)
    assert cli.main(arguments) == (0 if ask in quick else 3), capsys.readouterr().err
    said = capsys.readouterr()
    assert not said.err and (ask in quick) == ("Unknown: no answer was proved" not in said.out)
    assert "No class of these" not in said.out


def test_every_question_is_a_public_class() -> None:
    """`mechsynth.Implement(…)`: what the registry has, and no other capitalized name of questions."""
    for asked in asks.REGISTRY.values():
        assert getattr(mechsynth, asked.__name__) is asked
        assert asked.__name__ in mechsynth.__all__
