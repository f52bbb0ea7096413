"""The command line: files in, proved answers out.

Exit codes: 0 answered with a proof (either way), or the check holds; 1 the check fails; 2 bad input or usage, one line on
standard error; 3 unknown. Everything heavy is imported by the command that needs it.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from mechsynth.errors import InputError, MechsynthError, UsageError, printable

if TYPE_CHECKING:
    from mechsynth.environment import Environment
    from mechsynth.result import Result

PROVED, REFUSED, BAD, UNKNOWN = 0, 1, 2, 3


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line, like every other error here."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(self.prog, message, f"see {self.prog} --help")


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = _Parser(
        prog="mechsynth",
        description="Decide whether money can make truth-telling an equilibrium of a finite Markov environment, "
        "and prove the answer.",
        allow_abbrev=False,
    )
    top.add_argument("--version", action="version", version=_version())
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=_Parser)

    solve = commands.add_parser("solve", help="answer a question about an instance, with a proof", allow_abbrev=False)
    solve.add_argument("instance", metavar="INSTANCE", help="an instance file (mechsynth-instance/1)")
    solve.add_argument(
        "--ask",
        metavar="ASK",
        default="ladder",
        help="policy, convex-independence, spanning, static, contingent, vcg-type, implement, budget-balanced, "
        "ex-ante-balanced, surplus-extraction, team, pivot, groves, generalized-vcg, uniqueness or lump-sum-budget; without it everything at once, up to the smallest class of transfers that "
        "works",
    )
    solve.add_argument("--scope", metavar="all|policy", help="every action, or those that the rule plays")
    solve.add_argument(
        "--last-period",
        metavar="efficient|constant[:ACTION]",
        default="efficient",
        help="what a finite horizon ends with (Liu 2025, Corollary 3.3)",
    )
    solve.add_argument(
        "--distance",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="measure how far the closest signal is from the hull of the others (convex-independence)",
    )
    solve.add_argument(
        "--critical-discount",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="find all discount factors at which entry fees pay for the pivot mechanism (lump-sum-budget)",
    )
    solve.add_argument(
        "--transfers", metavar="CLASS", help="history-independent, vcg-type, contingent, full, …, or smallest"
    )
    solve.add_argument(
        "--require",
        metavar="R",
        action="append",
        default=[],
        help="a requirement of implement, repeated: residual-claimant, participation:ex-post, budget:ex-post, bounded:10, …",
    )
    solve.add_argument(
        "--keep", metavar="R", action="append", default=[], help="a requirement that a conflict may not give up"
    )
    solve.add_argument("--objective", metavar="O", default="feasibility", help="what implement optimizes")
    solve.add_argument(
        "--strength",
        metavar="S",
        default="exact",
        help="what a proof of implement must be: exact, or verified (short multipliers that exclude payments up to a stated bound)",
    )
    solve.add_argument(
        "--relax",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="measure by how much each requirement of a conflict must be relaxed (default: where it is quick)",
    )
    solve.add_argument("--workers", metavar="N", type=int, help="threads (default: as many as there are cores)")
    solve.add_argument(
        "--time-limit", metavar="SECONDS", type=float, help="stop with what is settled; the answer is then unknown"
    )
    solve.add_argument("--resume", metavar="RESULT", help="go on from the file that a time limit left")
    solve.add_argument("--normalize", action="store_true", help="divide every row of probabilities by its sum, exactly")
    solve.add_argument("-o", "--output", metavar="FILE", help="write the result file")
    solve.add_argument("--json", action="store_true", help="print the result file instead of words")
    solve.set_defaults(run=_solve)

    check = commands.add_parser("check", help="is a result proved? exact, without any solver", allow_abbrev=False)
    check.add_argument("result", metavar="RESULT", help="a result file (mechsynth-result/1)")
    check.add_argument("instance", metavar="INSTANCE", nargs="?", help="its instance; else one nearby with its digest")
    check.add_argument("--json", action="store_true", help="print the verdict as JSON")
    check.set_defaults(run=_check)

    audit = commands.add_parser("audit", help="what the mechanism of a result satisfies", allow_abbrev=False)
    audit.add_argument("instance", metavar="INSTANCE", help="an instance file")
    audit.add_argument("result", metavar="RESULT", help="a result file, by the program or by hand")
    audit.add_argument("--json", action="store_true", help="print the audit as JSON")
    audit.set_defaults(run=_audit)

    export = commands.add_parser("export", help="the linear program behind a question, as a file", allow_abbrev=False)
    export.add_argument("instance", metavar="INSTANCE", help="an instance file")
    export.add_argument("--ask", metavar="ASK", default="implement", help="implement, contingent or vcg-type")
    export.add_argument("--scope", metavar="all|policy", help="every action, or those that the rule plays")
    export.add_argument("--last-period", metavar="efficient|constant[:ACTION]", default="efficient")
    export.add_argument("--transfers", metavar="CLASS")
    export.add_argument("--require", metavar="R", action="append", default=[])
    export.add_argument("--objective", metavar="O", default="feasibility")
    export.add_argument("--normalize", action="store_true")
    export.add_argument("-o", "--output", metavar="FILE.mps|.lp", required=True)
    export.add_argument("--json", action="store_true", help="print what was written as JSON")
    export.set_defaults(run=_export)

    explain = commands.add_parser("explain", help="the answer in an economist's words", allow_abbrev=False)
    explain.add_argument("result", metavar="RESULT", help="a result file")
    explain.add_argument("--json", action="store_true", help="print the words as a JSON string")
    explain.set_defaults(run=_explain)

    from mechsynth.families import command
    from mechsynth.sweep import command as sweep

    command.add(commands, _print)
    _suite(commands)
    sweep.add(commands, _print)
    report = commands.add_parser("report", help="the same to look at, one self-contained page", allow_abbrev=False)
    report.add_argument("result", metavar="RESULT", help="a result file")
    report.add_argument("instance", metavar="INSTANCE", nargs="?", help="its instance; else one nearby with its digest")
    report.add_argument("-o", "--output", metavar="FILE.html", required=True)
    report.add_argument("--json", action="store_true", help="print what was written as JSON")
    report.set_defaults(run=_report)
    return top


def _suite(commands: Any) -> None:
    """Add the group of commands about many instances; each room of it brings its own options."""
    from mechsynth.suite import commands_list, commands_run

    group = commands.add_parser("suite", help="many instances at once", allow_abbrev=False)
    rooms = group.add_subparsers(dest="suite_command", required=True, metavar="COMMAND", parser_class=_Parser)
    commands_list.add(rooms, _print)
    commands_run.add(rooms, _print)


def _version() -> str:
    from mechsynth import __version__

    return f"mechsynth {__version__}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        options = parser().parse_args(arguments)
        code: int = options.run(options)
        sys.stdout.flush()
        return code
    except MechsynthError as error:
        return _complain(str(error))
    except MemoryError:
        return _complain("the memory of this machine is not enough; make the instance smaller")
    except RecursionError:
        return _complain("nested too deep; no instance or result needs such nesting")
    except BrokenPipeError:
        # The reader of standard output went away; nothing is left to say to it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return PROVED
    except KeyboardInterrupt:
        return _complain("interrupted; nothing was written")


def _complain(message: str) -> int:
    print(f"mechsynth: {_for_terminal(' '.join(message.split()))}", file=sys.stderr)
    return BAD


def _for_terminal(text: str) -> str:
    """Return text in characters that the terminal can show: others become their escapes."""
    shown = printable(text, lines=True)
    encoding = sys.stdout.encoding or "utf-8"
    return shown.encode(encoding, "backslashreplace").decode(encoding)


def _print(text: str) -> None:
    print(_for_terminal(text))


def _print_json(value: Any) -> None:
    import json

    print(json.dumps(value, ensure_ascii=True))


def _solve(options: argparse.Namespace) -> int:
    from mechsynth import asks, instance
    from mechsynth.asks.question import Question

    if options.output is not None:
        _writable(options.output)
    deadline = None if options.time_limit is None else time.monotonic() + options.time_limit
    environment = instance.load(options.instance, normalize=options.normalize)
    earlier = None if options.resume is None else _earlier(options.resume, environment)
    try:
        with _bar(quiet=options.json) as progress:
            question = Question(
                environment,
                options.scope,
                options.last_period,
                options.distance,
                progress,
                options.workers,
                deadline,
                earlier,
                options.transfers,
                tuple(options.require),
                tuple(options.keep),
                options.objective,
                strength=options.strength,
                relax=options.relax,
                critical=options.critical_discount,
            )
            result = asks.answer(options.ask, question)
    except UsageError:
        raise
    except MechsynthError as error:
        raise error.within(options.instance) from None
    if options.output is not None:
        result.save(options.output)
    if options.json:
        _print_json(result.document())
    else:
        _show(result)
    return UNKNOWN if str(result.status) == "unknown" or str(result.strength) == "numerical" else PROVED


def _earlier(path: str, environment: Environment) -> dict[str, Any]:
    """Read the result to go on from; it must be about this instance."""
    from mechsynth import instance
    from mechsynth.result import read_result

    document = read_result(path)
    about = document.get("instance")
    if not isinstance(about, dict) or about.get("sha256") != instance.digest(environment):
        raise InputError(path, "is a result for another instance", "resume with the instance it was made for")
    return document


def _writable(path: str) -> None:
    """Refuse a place that cannot be written before anything is computed."""
    if not path:
        raise InputError("-o", "an empty file name", "name a file")
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise InputError(path, "its folder does not exist", "make it, or choose another place")
    if os.path.isdir(path):
        raise InputError(path, "is a folder", "name a file")
    if not os.access(folder, os.W_OK):
        raise InputError(path, "its folder cannot be written", "choose another place")


def _show(result: Result) -> None:
    for smaller in result.tried:
        _print(f"{smaller.question['transfers']}: {smaller.status}")
    if result.tried:
        _print(f"{result.question['transfers']}: {result.status}\n")
    if result.answers:
        from io import StringIO

        from rich.console import Console

        from mechsynth.words import ladder_table

        # Drawn into memory first, so that it reaches the terminal in the characters it can show.
        drawn = StringIO()
        width = Console().width
        Console(file=drawn, width=width).print(ladder_table([answer.document() for answer in result.answers]))
        _print(drawn.getvalue())
        chosen = next(
            answer
            for answer in result.answers
            if answer.witness is result.witness and answer.mechanism is result.mechanism
        )
        _print(
            f"\nThe smallest class that works: {chosen.question['ask']}\n"
            if str(result.status) == "feasible"
            else "\nNo class of these works; why the last one does not:\n"
        )
        result = chosen
    _print(result.explain())


class _bar:
    """A progress bar on standard error, for a person who waits; silent otherwise."""

    def __init__(self, quiet: bool) -> None:
        self._quiet = quiet or not sys.stderr.isatty()
        self._progress: Any = None

    def __enter__(self) -> Any:
        if self._quiet:
            return None
        from rich.console import Console
        from rich.progress import Progress

        self._progress = Progress(console=Console(stderr=True), transient=True)
        self._progress.start()
        task = self._progress.add_task("", total=None)

        def report(label: str, done: int, total: int) -> None:
            self._progress.update(task, description=label, completed=done, total=total)

        return report

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()


def _read(path: str) -> bytes:
    if not path:
        raise InputError("the command line", "an empty file name", "name a file")
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except OSError as error:
        raise InputError(path, f"cannot be read ({error.strerror})", "give an existing file") from None


def _check(options: argparse.Namespace) -> int:
    from mechsynth.check import check

    result = _read(options.result)
    path = options.instance or _nearby(options.result, result)
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        verdict = check(result, _read(path))
    if options.json:
        import dataclasses

        _print_json(dataclasses.asdict(verdict))
    elif verdict.accepted:
        _print(f"accepted: {verdict.statement}")
    else:
        _print(f"refused: {verdict.reason}")
    return PROVED if verdict.accepted else REFUSED


def _nearby(path: str, result: bytes) -> str:
    """Return an instance file near a result whose digest is the result's."""
    found = _found_nearby(path, result)
    if found is None:
        raise InputError(path, "its instance is not nearby", "name it: mechsynth check RESULT INSTANCE")
    return found


def _found_nearby(path: str, result: bytes) -> str | None:
    """Return the same, or nothing where there is none."""
    import hashlib
    from pathlib import Path

    from mechsynth.instance import read_json

    document = read_json(result)
    about = document.get("instance") if isinstance(document, dict) else None
    digest = about.get("sha256") if isinstance(about, dict) else None
    seen: set[Path] = set()
    for folder in (Path(path).resolve().parent, Path.cwd(), Path.cwd() / "instances"):
        if folder in seen or not folder.is_dir():
            continue
        seen.add(folder)
        for candidate in sorted(folder.glob("*.json")):
            if candidate.is_file() and hashlib.sha256(candidate.read_bytes()).hexdigest() == digest:
                return str(candidate)
    return None


def _audit(options: argparse.Namespace) -> int:
    from mechsynth.audit import audit

    found = audit(_read(options.result), _read(options.instance))
    if options.json:
        _print_json(found.document())
    else:
        _print(found.words())
    return PROVED


def _export(options: argparse.Namespace) -> int:
    from mechsynth import api, instance

    _writable(options.output)
    environment = instance.load(options.instance, normalize=options.normalize)
    program = api.program_of(
        environment,
        options.ask,
        scope=options.scope,
        last_period=options.last_period,
        transfers=options.transfers,
        require=options.require,
        objective=options.objective,
    )
    api.export(program, options.output)
    if options.json:
        _print_json({"file": options.output, "columns": len(program.columns), "rows": len(program.rows)})
    else:
        _print(f"{options.output}: {len(program.columns)} columns, {len(program.rows)} rows")
    return PROVED


def _explain(options: argparse.Namespace) -> int:
    from mechsynth.result import read_result
    from mechsynth.words import explain

    document = read_result(options.result)
    try:
        text = explain(document)
    except MechsynthError as error:
        raise error.within(options.result) from None
    if options.json:
        _print_json(text)
    else:
        _print(text)
    return PROVED


def _report(options: argparse.Namespace) -> int:
    from mechsynth.instance import write_whole
    from mechsynth.report import page
    from mechsynth.report.subject import open_subject
    from mechsynth.result import read_result

    _writable(options.output)
    document, data = read_result(options.result), _read(options.result)
    path = options.instance or _found_nearby(options.result, data)
    try:
        subject = open_subject(document, data, None if path is None else _read(path))
        text = page(subject).encode()
    except MechsynthError as error:
        raise error.within(options.result) from None
    write_whole(options.output, text)
    accepted = None if subject.verdict is None else subject.verdict.accepted
    unknown = not subject.answer.proved
    if options.json:
        said = {"file": options.output, "bytes": len(text), "instance": path, "accepted": accepted}
        _print_json(said | {"status": subject.answer.status})
    else:
        said_of = {True: "the checker accepts the result", None: "not checked, since the instance is not nearby"}
        _print(
            f"{options.output}: {'nothing is proved' if unknown else said_of.get(accepted, 'the checker refuses the result')}"
        )
    return UNKNOWN if unknown else REFUSED if accepted is False else PROVED


if __name__ == "__main__":
    raise SystemExit(main())
