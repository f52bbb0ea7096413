"""The command `solve`: one question about an instance, or everything at once."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from mechsynth.asks import flags
from mechsynth.commands.terminal import PROVED, UNKNOWN, columns, say, say_json
from mechsynth.errors import InputError, MechsynthError, UsageError
from mechsynth.result.ask import REGISTRY, in_flags, question
from mechsynth.result.vocabulary import UNNAMED

if TYPE_CHECKING:
    from mechsynth.environment import Environment
    from mechsynth.result import Result


def add(commands: Any) -> None:
    """Add the command to the parser."""
    solve = commands.add_parser("solve", help="answer a question about an instance, with a proof", allow_abbrev=False)
    solve.add_argument("instance", metavar="INSTANCE", help="an instance file (mechsynth-instance/1)")
    solve.add_argument(
        "--ask",
        metavar="ASK",
        default=UNNAMED,
        help=f"{flags.listed()}; without it everything at once, up to the smallest class of transfers that makes every agent residual claimant",
    )
    flags.add(solve)
    solve.add_argument("--workers", metavar="N", type=int, help="threads (default: as many as there are cores)")
    solve.add_argument(
        "--time-limit", metavar="SECONDS", type=float, help="stop with what is settled; the answer is then unknown"
    )
    solve.add_argument("--resume", metavar="RESULT", help="go on from the file that a time limit left")
    solve.add_argument("--normalize", action="store_true", help="divide every row of probabilities by its sum, exactly")
    solve.add_argument("-o", "--output", metavar="FILE", help="write the result file")
    solve.add_argument("--json", action="store_true", help="print the result file instead of words")
    solve.set_defaults(run=_solve)


def _solve(options: argparse.Namespace) -> int:
    try:
        return _answered(options)
    except UsageError as error:
        raise in_flags(error) from None


def _answered(options: argparse.Namespace) -> int:
    from mechsynth import api, files, instance
    from mechsynth.commands import smooth

    if smooth.about(options.instance):
        return smooth.solve(options)
    asked = question(options.ask, flags.given(options))
    if options.output is not None:
        files.guard(options.output, "result", (options.instance, options.resume))
    environment = instance.load(options.instance, normalize=options.normalize)
    earlier = None if options.resume is None else _earlier(options.resume, environment)
    try:
        with _bar(quiet=options.json) as progress:
            result = api.solve(
                environment,
                asked,
                progress=progress,
                workers=options.workers,
                time_limit=options.time_limit,
                resume=earlier,
            )
    except UsageError:
        raise
    except MechsynthError as error:
        raise error.within(options.instance) from None
    if options.output is not None:
        result.save(options.output, made_with=True)
    if options.json:
        say_json(result.dated())
    else:
        _show(result)
    unproved = str(result.strength) == "numerical" or any(
        str(each.status) == "unknown" for each in (result, *result.answers)
    )
    return UNKNOWN if unproved else PROVED


def _earlier(path: str, environment: Environment) -> dict[str, object]:
    """Read the result to go on from; it must be about this instance."""
    from mechsynth import instance
    from mechsynth.result import read_result

    document = read_result(path)
    about = document.get("instance")
    if not isinstance(about, dict) or about.get("sha256") != instance.digest(environment):
        raise InputError(path, "is a result for another instance", "resume with the instance it was made for")
    return document


def _show(result: Result) -> None:
    if result.tried:
        say(_classes(result))
    if result.answers:
        from io import StringIO

        from rich.console import Console

        from mechsynth.result.vocabulary import RESIDUAL
        from mechsynth.words import ladder_table
        from mechsynth.words.asked import words_of

        # Drawn into memory first, so that it reaches the terminal in the characters it can show.
        drawn = StringIO()
        width = Console().width
        Console(file=drawn, width=width).print(ladder_table([answer.document() for answer in result.answers]))
        say(drawn.getvalue())
        place, chosen = next(
            (place, answer)
            for place, answer in enumerate(result.answers)
            if answer.witness is result.witness and answer.mechanism is result.mechanism
        )
        undecided = [str(answer.question["ask"]) for answer in result.answers if str(answer.status) == "unknown"]
        below = [str(answer.question["ask"]) for answer in result.answers[:place]]
        smaller = [name for name in undecided if name in below and REGISTRY[name].about == RESIDUAL]
        verdict = words_of(str(result.question["ask"])).verdict
        say(f"\n{verdict(str(chosen.question['ask']), str(chosen.status), smaller, undecided)}")
        asked = [(each.question, str(each.status)) for each in result.answers]
        told = words_of(str(result.question["ask"])).beyond(
            [(q["ask"], status, q.get("transfers", ""), tuple(q.get("require", ()))) for q, status in asked]
        )
        say(f"{told}\n" if told else "")
        result = chosen
    from mechsynth.words.layout import within

    with within(columns()):
        say(result.explain())


def _classes(result: Result) -> str:
    """Return what every class of transfers came to, where the smallest was asked for."""
    from mechsynth.result.vocabulary import TRANSFERS

    answers = sorted([*result.tried, result], key=lambda each: TRANSFERS.index(str(each.question["transfers"])))
    lines = [
        f"{each.question['transfers']}: {each.status}{'' if each.value is None else f', {each.value}'}"
        for each in answers
    ]
    if result.question["objective"] != "feasibility" and str(result.status) in ("optimal", "unbounded"):
        best = "without end" if result.value is None else result.value
        lines.append(
            f"The best over these classes is {best}; the first in this order that attains it: {result.question['transfers']}."
        )
    return "\n".join(lines) + "\n"


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
