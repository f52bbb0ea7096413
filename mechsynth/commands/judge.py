"""The commands about a result file: `check`, `audit`, `explain`, `report`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from mechsynth.commands.terminal import (
    PROVED,
    REFUSED,
    UNKNOWN,
    columns,
    found_nearby,
    nearby,
    program_nearby,
    read,
    say,
    say_json,
)
from mechsynth.commands.trust import Trust
from mechsynth.errors import MechsynthError

if TYPE_CHECKING:
    from mechsynth.check import Verdict


def add(commands: Any) -> None:
    """Add the commands to the parser."""
    check = commands.add_parser("check", help="is a result proved? exact, without any solver", allow_abbrev=False)
    check.add_argument("result", metavar="RESULT", help="a result file (mechsynth-result/1 or mechsynth-lp/1)")
    check.add_argument(
        "instance", metavar="INSTANCE", nargs="?", help="its instance or program; else one nearby with its digest"
    )
    check.add_argument("--trust", action="store_true", help="print which lines of the checker this rested on")
    check.add_argument("--json", action="store_true", help="print the verdict as JSON")
    _limit(check, _check)

    audit = commands.add_parser("audit", help="what the mechanism of a result satisfies", allow_abbrev=False)
    audit.add_argument("instance", metavar="INSTANCE", help="an instance file")
    audit.add_argument("result", metavar="RESULT", help="a result file, by the program or by hand")
    audit.add_argument("--json", action="store_true", help="print the audit as JSON")
    _limit(audit, _audit)

    explain = commands.add_parser("explain", help="the answer in an economist's words", allow_abbrev=False)
    explain.add_argument("result", metavar="RESULT", help="a result file")
    explain.add_argument(
        "instance", metavar="INSTANCE", nargs="?", help="its instance; else one nearby with its digest"
    )
    explain.add_argument("--json", action="store_true", help="print the words as a JSON string")
    _limit(explain, _explain)

    report = commands.add_parser("report", help="the same to look at, one self-contained page", allow_abbrev=False)
    report.add_argument("result", metavar="RESULT", help="a result file")
    report.add_argument("instance", metavar="INSTANCE", nargs="?", help="its instance; else one nearby with its digest")
    report.add_argument("-o", "--output", metavar="FILE.html", required=True)
    report.add_argument("--json", action="store_true", help="print what was written as JSON")
    _limit(report, _report)


def _limit(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    """Give a command its time limit. What it ends with then is no verdict: nothing was written, and nothing is said of the file."""
    parser.add_argument(
        "--time-limit", metavar="SECONDS", type=float, help="stop then, with exit code 3 and no verdict"
    )

    def within(options: argparse.Namespace) -> int:
        from mechsynth.limits import Overrun, limited, refuse_limit

        seconds = options.time_limit
        refuse_limit(seconds)
        try:
            return limited(seconds, lambda: run(options), grace=0.0)
        except Overrun:
            late = f"{options.command} was not finished within {seconds:g} s; nothing is said of {options.result}"
            say_json({"status": "unknown", "reason": late}) if options.json else say(f"unknown: {late}")
            return UNKNOWN

    parser.set_defaults(run=within)


def _check(options: argparse.Namespace) -> int:
    from mechsynth.check import check
    from mechsynth.check.programs import is_about_program
    from mechsynth.check.smooth import is_smooth
    from mechsynth.commands import smooth

    result = read(options.result)
    if is_about_program(result):
        return _check_program(options, result)
    if is_smooth(result):
        trust = Trust(options.trust)
        with trust:
            verdict = smooth.check(options, result)
        return _judged(options, verdict, trust)
    path = options.instance or nearby(options.result, result)
    from threadpoolctl import threadpool_limits

    data = read(path)
    trust = Trust(options.trust)
    with threadpool_limits(limits=1, user_api="blas"):
        try:
            with trust:
                verdict = check(result, data)
        except MechsynthError as error:
            raise _blamed(error, options.result, path, data) from None
    return _judged(options, verdict, trust)


def _check_program(options: argparse.Namespace, result: bytes) -> int:
    """Check a result about a linear program."""
    from mechsynth.check.programs import check_program

    path = options.instance or program_nearby(options.result, result)
    data = read(path)
    trust = Trust(options.trust)
    try:
        with trust:
            verdict = check_program(result, data)
    except MechsynthError as error:
        raise error.within(options.result if error.place.startswith("result") else path) from None
    return _judged(options, verdict, trust)


def _judged(options: argparse.Namespace, verdict: Verdict, trust: Trust) -> int:
    """Say what a check ended with."""
    if options.json:
        import dataclasses

        say_json(dataclasses.asdict(verdict) | ({"trust": trust.document()} if options.trust else {}))
    elif verdict.accepted:
        say(f"accepted: {verdict.statement}")
    else:
        say(f"refused: {verdict.reason}")
    if options.trust and not options.json:
        say(trust.words())
    return PROVED if verdict.accepted else REFUSED


def _blamed(error: MechsynthError, result: str, path: str, data: bytes) -> MechsynthError:
    """Return the same error with the name of the file that it is about: the checker is given two, and knows no names."""
    from mechsynth.check import read_instance
    from mechsynth.result import read_result

    about = read_result(result).get("instance")
    try:
        read_instance(data, isinstance(about, dict) and about.get("normalized") is True)
    except MechsynthError as fault:
        return fault.within(path)
    return error.within(result)


def _audit(options: argparse.Namespace) -> int:
    from mechsynth.audit import audit

    result, data = read(options.result), read(options.instance)
    try:
        found = audit(result, data)
    except MechsynthError as error:
        raise _blamed(error, options.result, options.instance, data) from None
    if options.json:
        say_json(found.document())
    else:
        say(found.words())
    return PROVED


def _explain(options: argparse.Namespace) -> int:
    from mechsynth.check.smooth import is_smooth
    from mechsynth.commands import smooth
    from mechsynth.report.subject import open_subject
    from mechsynth.result import labels, read_result
    from mechsynth.words import UNCHECKED, explain
    from mechsynth.words.layout import within

    if is_smooth(read(options.result)):
        return smooth.explain(options, read(options.result))
    document, data = read_result(options.result), read(options.result)
    path = options.instance or found_nearby(options.result, data)
    surroundings = None if path is None else read(path)
    try:
        subject = open_subject(document, data, surroundings)
        lead, refused = "", False
        if subject.environment is None:
            lead = UNCHECKED
        elif subject.verdict is None and subject.answer.known:
            lead = "Nothing was checked: the checker of this version does not know the question."
        elif (
            subject.verdict is not None
            and not subject.verdict.accepted
            and (subject.answer.proved or subject.answer.within)
        ):
            lead, refused = (
                f"Refused by the checker: {subject.verdict.reason}. What follows is only what the file claims.",
                True,
            )
        known = None if subject.environment is None else labels(subject.environment)
        rescaled = None if subject.environment is None else subject.answer.normalized
        with within(None if options.json else columns()):
            text = explain(document, labels=known, rescaled=rescaled, refused=refused, lead=lead)
    except MechsynthError as error:
        if path is None or surroundings is None:
            raise error.within(options.result) from None
        raise _blamed(error, options.result, path, surroundings) from None
    if options.json:
        say_json(text)
    else:
        say(text)
    return REFUSED if refused else PROVED


def _report(options: argparse.Namespace) -> int:
    from mechsynth import files
    from mechsynth.instance import write_whole
    from mechsynth.report import page
    from mechsynth.report.subject import open_subject
    from mechsynth.result import read_result

    files.guard(options.output, "page", (options.result, options.instance))
    document, data = read_result(options.result), read(options.result)
    path = options.instance or found_nearby(options.result, data)
    surroundings = None if path is None else read(path)
    try:
        subject = open_subject(document, data, surroundings)
        text = page(subject).encode()
    except MechsynthError as error:
        if path is None or surroundings is None:
            raise error.within(options.result) from None
        raise _blamed(error, options.result, path, surroundings) from None
    write_whole(options.output, text)
    accepted = None if subject.verdict is None else subject.verdict.accepted
    foreign = not subject.answer.known
    unknown = not subject.answer.proved and not foreign and not (accepted is False and subject.answer.within)
    if options.json:
        said = {"file": options.output, "bytes": len(text), "instance": path, "accepted": accepted}
        say_json(said | {"status": subject.answer.status})
    else:
        said_of = {True: "the checker accepts the result", None: "not checked, since the instance is not nearby"}
        if foreign:
            said_of = dict.fromkeys((True, False, None), "not checked, since its question is none of this version")
        say(
            f"{options.output}: {'nothing is proved' if unknown else said_of.get(accepted, 'the checker refuses the result')}"
        )
    return UNKNOWN if unknown else REFUSED if accepted is False else PROVED
