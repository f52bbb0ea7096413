"""What every question promises by its declaration: options, names, ends, a page, and that suites and sweeps take it; see `conformance`."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import re
from functools import cache
from typing import Any

from kinds import QUICK, ROOT, lacks
from oracles import model

import mechsynth
from mechsynth import cli
from mechsynth.asks import REGISTRY
from mechsynth.errors import UsageError
from mechsynth.result.ask import Ask, Kind, every_option, flag, question
from mechsynth.suite.job import Job, compute
from mechsynth.suite.questions import of_option

Json = dict[str, Any]

OTHER = {Kind.WORD: "policy", Kind.WORDS: ["budget:ex-post"], Kind.SWITCH: True, Kind.OBJECT: lambda *_: 0, Kind.FILE: {"constant": "a"}}


def _own(ask: type[Ask]) -> set[str]:
    return {field.name for field in dataclasses.fields(ask)}


def other_options_are_refused(name: str) -> None:
    """An option that it does not look at is refused in one line, and so is a value that its own cannot have."""
    for option, declared in every_option().items():
        value: Any = OTHER[declared.kind]
        if declared.kind is Kind.WORD:
            value = next(
                word for word in (*declared.choices, "constant") if all(word != ask.default(option) for ask in REGISTRY.values() if option in _own(ask))
            )
        if option not in _own(REGISTRY[name]):
            assert "means nothing to" in _refused(name, {option: value})
            continue
        wrong = {Kind.WORD: "nonsense", Kind.WORDS: "no list", Kind.SWITCH: "perhaps", Kind.FILE: 3}
        if declared.kind in wrong:
            assert _refused(name, {option: wrong[declared.kind]}).startswith(f"{option}: ")


def mistyped_names_are_recognized(name: str) -> None:
    """A letter too few in the name of the question, or of one of its options, is no other question or option, and the right one is named."""
    for short in {name[:k] + name[k + 1 :] for k in range(1, len(name))}:
        assert f"did you mean {name}?" in _refused(short, {}), short
    for option, declared in REGISTRY[name].options().items():
        short = option[:-1]
        assert f"did you mean {option}?" in _refused(name, {short: OTHER[declared.kind]}), short


def _refused(name: str, options: Json) -> str:
    try:
        question(name, options)
    except UsageError as error:
        assert "\n" not in str(error)
        return str(error)
    raise AssertionError(f"{name} takes {options}")


def ends_as_it_declares(name: str) -> None:
    """A constant last period is refused where there is no last period, and where the question is about an efficient one; elsewhere it is told."""
    for kind in ("leases", "alone", "endless"):
        raw = QUICK[kind]()
        if any(getattr(question(name).needs(), need) for need in lacks(raw)):
            continue
        try:
            result = mechsynth.solve(mechsynth.loads(raw), name, workers=1, last_period="constant")
        except UsageError as error:
            assert str(error).startswith("last_period: ") and "; " in str(error), error
            assert kind == "endless" or question(name).needs().efficient_end, error
            continue
        assert kind != "endless" and not question(name).needs().efficient_end
        rungs = [each.document() for each in result.answers] or [result.document()]
        actions = model.read(json.loads(raw)).periods[-1].actions
        told_ends = {each["question"].get("last-period") for each in rungs} - {None}
        assert told_ends <= {f"constant:{action}" for action in actions} and len(told_ends) <= 1
        assert result.check().accepted


def is_documented(name: str) -> None:
    """It says what it asks, where it is from and what its options mean; `docs/asks` has a page that names every option of its own."""
    asked = REGISTRY[name]
    assert asked.title.endswith("?") and asked.about and asked.source and asked.statuses
    page = ROOT / "docs" / "asks" / f"{'index-of-arms' if name == 'index' else name}.md"  # index.md lists the questions
    assert page.exists(), page
    text = page.read_text(encoding="utf-8")
    assert text.startswith("# ") and f"`{name}`" in text.partition("\n")[0]
    for option, declared in asked.options().items():
        assert declared.help and not declared.help.endswith("."), option
        spelled = (option, flag(option), flag(option).replace("--", "--no-"))
        shared = option == "last_period"  # of all questions: told once, among the options of `solve`
        assert shared or any(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text) for word in spelled), option


def many_at_once_take_it(name: str) -> None:
    """A suite and a sweep take it by its name, and with every option that a file can hold."""
    asked, raw = REGISTRY[name], {key: make() for key, make in QUICK.items()}
    assert of_option(name) == {"ask": name}
    for option, declared in asked.options().items():
        if declared.kind is Kind.OBJECT:
            continue
        told: Json = {"ask": name, option: OTHER[declared.kind]}
        if declared.kind is Kind.WORD:
            told[option] = asked.default(option) or (*declared.choices, "")[0]
        assert of_option(json.dumps(told)) == told
        assert question(name, {option: told[option]}).name == name
        help_ = command_help("sweep")
        assert declared.aside or flag(option) in help_, option
    needs = question(name).needs()
    for key, each in raw.items():
        if not any(getattr(needs, need) for need in lacks(each)):
            found = compute(Job(key, each, {"ask": name}))
            assert found.proved, (found.error, found.said)
            return
    raise AssertionError("no instance here that the question can be asked about: add one")


@cache
def command_help(name: str) -> str:
    """What `--help` of a command says."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(SystemExit):
        cli.parser().parse_args([name, "--help"])
    return out.getvalue()


BY_NAME = (other_options_are_refused, mistyped_names_are_recognized, ends_as_it_declares, is_documented, many_at_once_take_it)
