"""The page: which sections it has, and how they become HTML."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from mechsynth.errors import InputError, printable
from mechsynth.report import beliefs, budgets, chain, heat, incentives, plan, proof, several
from mechsynth.report.blocks import Block, Cell, Collected, Grid, Head, Items, Say, Section, Terms
from mechsynth.report.subject import Subject
from mechsynth.report.text import label
from mechsynth.result.ask import part
from mechsynth.words import UNCHECKED, answers, asked, reading, typed
from mechsynth.words.envelope import Answer, read
from mechsynth.words.names import collect
from mechsynth.words.numbers import counted, show
from mechsynth.words.transfers import HEADS
from mechsynth.words.verdicts import public, tell

if TYPE_CHECKING:
    from jinja2 import Environment as Templates

    from mechsynth.environment import Environment
    from mechsynth.evaluation import Evaluation
    from mechsynth.mechanism import Mechanism
    from mechsynth.result import Result

_LOOKS = {  # a mark, a word, and how it is framed
    "feasible": ("✓", "Feasible", "yes"),
    "holds": ("✓", "Holds", "yes"),
    "optimal": ("✓", "Optimal", "yes"),
    "infeasible": ("✗", "Infeasible", "no"),
    "fails": ("✗", "Fails", "no"),
    "unbounded": ("∞", "Unbounded", "open"),
    "unknown": ("?", "Unknown", "open"),
}
_KNOWN_WITNESSES = (
    "convex-combination",
    "dependence",
    "cycle",
    "farkas",
    "budget",
    "interval",
    "balance",
    "identifiability",
    "prepared",
)
_SCOPES = {"all": "every action, also those that the rule never takes", "policy": "the actions that the rule takes"}
_OPTION = re.compile(r"(?<!\S)--[a-z]+(?:-[a-z]+)*")
_MOST_RAW = 40
_LONGEST_RAW = 300
_LONGEST_TITLE = 200


def whole(subject: Subject) -> str:
    """Return the page about a result."""
    answer = subject.answer
    mark, word, look = _verdict(subject)
    return (
        _templates()
        .get_template("page.html")
        .render(
            title=f"{answer.name}: {answer.title}, {word.lower()}",
            lead=UNCHECKED if subject.environment is None else "",
            heading=_heading(subject),
            question=_question(answer),
            mark=mark,
            word=word,
            look=look,
            checked=_checked(subject),
            sections=_sections(subject),
        )
    )


def of_result(result: Result) -> str:
    """Return a result for a notebook: everything but what the checker would have to be asked for."""
    from mechsynth.result import labels

    document = result.document()
    known = None if result.environment is None else labels(result.environment)
    subject = Subject(document, read(document, known), result.environment)
    mark, word, look = _verdict(subject)
    prefix = _prefix(document)
    return _fragment(
        f"{subject.answer.name}: {subject.answer.title}",
        _sections(subject, prefix, evaluate=False),
        mark=mark,
        word=word,
        look=look,
        checked="Not checked here: result.check() asks the checker.",
    )


def of_mechanism(mechanism: Mechanism) -> str:
    """Return a mechanism for a notebook: the rule and the payments."""
    from mechsynth.result import labels

    document = mechanism.document()
    names = collect(document["allocation"], labels(mechanism.environment))
    blocks = [*chain.rule_table(names), *heat.heat_maps(document.get("transfers"), names)]
    return _fragment(
        f"Mechanism for {label(mechanism.environment.name or 'an environment', 60)}", [Section("", "", blocks)]
    )


def of_environment(environment: Environment) -> str:
    """Return an environment for a notebook: who, what, when, and how the signals move."""
    from mechsynth.result import labels

    names = collect(None, labels(environment))
    prefix = _prefix([environment.name, labels(environment)])
    blocks = [chain.facts(environment, names), *chain.chain(environment, names, prefix)]
    return _fragment(f"Environment {label(environment.name or 'without a name', 60)}", [Section("", "", blocks)])


def _prefix(value: object) -> str:
    """Return the beginning of a fragment's identifiers: several stand in one notebook."""
    return f"m{hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:10]}-"


def _fragment(heading: str, sections: list[Section], **verdict: str) -> str:
    return _templates().get_template("fragment.html").render(heading=heading, sections=sections, **verdict)


@cache
def _templates() -> Templates:
    from jinja2 import Environment as Templates
    from jinja2 import PackageLoader, StrictUndefined

    templates = Templates(
        loader=PackageLoader("mechsynth.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters["unbroken"] = _unbroken
    return templates


def _unbroken(text: str) -> Markup:
    """Return escaped text in which a line does not end within the name of an option."""
    return Markup(_OPTION.sub(r'<span class="option">\g<0></span>', str(escape(printable(text)))))


def _shown(value: Any) -> Any:
    """Return what a template prints: whatever slipped through with control or direction characters is shown by its escapes."""
    return printable(value) if type(value) is str else value


def _heading(subject: Subject) -> str:
    title = subject.environment.title if subject.environment is not None else ""
    return label(title, _LONGEST_TITLE) if title else subject.answer.name


def _verdict(subject: Subject) -> tuple[str, str, str]:
    """Return the mark, the word and the frame of the verdict; an answer that the checker refuses is none."""
    answer = subject.answer
    if not answer.known:
        return "·", "A mechanism" if answer.transfers is not None else "No question of this version", "open"
    if answer.within and not _refused(subject):
        mark, word, look = _LOOKS["unknown"]
        return mark, f"{word} (no payments of at most {answers.bound(answer)} do it)", look
    if not answer.proved and not answer.within:
        return _LOOKS["unknown"]
    if _refused(subject):
        return "!", f"Refused (the file claims: {answer.status})", "open"
    mark, word, look = _LOOKS[answer.status]
    return mark, word if answer.exact else f"{word} ({answer.strength})", look


def _checked(subject: Subject) -> str:
    if not subject.answer.known:
        return f"Not checked: {proof.unchecked(subject)}. What a mechanism in it satisfies is found out below, where it can be."
    if subject.verdict is None:
        return f"Not checked: {proof.unchecked(subject)}."
    if subject.verdict.accepted:
        return "Accepted by the checker, in exact arithmetic."
    if not subject.answer.proved and not subject.answer.within:
        return "Not proved."
    return f"The checker refuses it, so do not rely on it: {subject.verdict.reason}."


def _sections(subject: Subject, prefix: str = "", *, evaluate: bool = True) -> list[Section]:
    """Return the sections of a result, those without anything to show left out."""
    answer, environment = subject.answer, subject.environment
    parts = subject.parts()
    found = [
        Section(
            f"{prefix}covers", "What the answer quantifies over", [_covers(answer), *several.ladder(subject, parts)]
        )
    ]
    if not parts:
        found += _of_answer(subject, prefix, evaluate=evaluate)
    surroundings: list[Block] = [chain.facts(environment, answer.names)]
    if environment is None:
        surroundings.append(Say("The instance was not at hand, so what follows shows only what the result file tells."))
    else:
        surroundings += chain.chain(environment, answer.names, prefix)
    surroundings += chain.rule_table(answer.names, answer.certificate.get("ties"))
    found.insert(len(found) if parts else 2, Section(f"{prefix}environment", "The environment", surroundings))
    for k, each in enumerate(parts):
        chosen = each.document.get("mechanism") == subject.document.get("mechanism")
        inner = _of_answer(each, f"{prefix}p{k}-", evaluate=evaluate and chosen)
        mark, word, _ = _verdict(each)
        blocks: list[Block] = []
        for section in inner:
            if section.title not in (_WORDS, _CLAIMED):
                blocks.append(Head(section.title))
            blocks += section.blocks
        found.append(Section(f"{prefix}p{k}", f"{mark} {each.answer.title}: {word.lower()}", blocks))
    if evaluate:
        found.append(Section(f"{prefix}proof", "The proof", proof.show(subject)))
    return [section for section in found if section.blocks]


_WORDS = "In words"
_CLAIMED = "What the file claims, in words"


def _refused(subject: Subject) -> bool:
    claims = subject.answer.proved or subject.answer.within
    return subject.verdict is not None and not subject.verdict.accepted and claims


def _own(subject: Subject, prefix: str) -> list[Section]:
    """Return what the question shows besides: the module ``page`` of its folder."""
    answer, page = subject.answer, part(subject.answer.ask, "page")
    if page is None or not answer.proved or _refused(subject):
        return []
    shown = _guarded(answer, lambda: page.show(answer, subject.environment, prefix))
    return [Section(f"{prefix}{page.TITLE.lower()}", page.TITLE, shown)]


def _payments(answer: Answer) -> str:
    """Return the heading of the payments: whose they are, where the answer is not about one mechanism."""
    told = getattr(part(answer.ask, "page"), "payments", None)
    return "Payments" if told is None else str(told(answer))


def _question(answer: Answer) -> str:
    title = getattr(asked.words_of(answer.ask), "TITLE", None)
    return answer.title if title is None else f"{answer.about.capitalize()}: {title}"


def _of_answer(subject: Subject, prefix: str, *, evaluate: bool) -> list[Section]:
    """Return the sections of one answer (not of a ladder)."""
    answer, environment = subject.answer, subject.environment
    evaluation = subject.evaluation() if evaluate else None
    sections = [
        Section(f"{prefix}words", _CLAIMED if _refused(subject) else _WORDS, _told(answer)),
        *_own(subject, prefix),
        Section(f"{prefix}smaller", "Classes of transfers that were tried before", several.tried(subject)),
        Section(
            f"{prefix}beliefs",
            "Beliefs",
            [] if not _looks_ahead(answer) else beliefs.show(answer, environment, evaluation, prefix),
        ),
        Section(f"{prefix}lies", "Lies", _guarded(answer, lambda: plan.show(answer, environment, prefix))),
        Section(f"{prefix}witness", "The witness as it stands in the file", _raw(answer)),
        Section(f"{prefix}payments", _payments(answer), heat.heat_maps(answer.transfers, answer.names)),
    ]
    if evaluation is not None and environment is not None:
        sections += [
            Section(f"{prefix}incentives", "Incentives", incentives.show(evaluation, prefix)),
            Section(f"{prefix}money", "Participation and budgets", _money(environment, evaluation, prefix)),
        ]
    elif answer.transfers is not None and answer.proved and evaluate:
        why = (
            "the instance is not at hand"
            if environment is None
            else "the instance is large or the checker refuses them"
        )
        sections.append(Section(f"{prefix}money", "Incentives and budgets", [Say(f"Not evaluated here: {why}.")]))
    return [section for section in sections if section.blocks]


def _looks_ahead(answer: Answer) -> bool:
    """Whether what is believed of the next reports has a part in the question."""
    ask = asked.declared(answer.ask)
    return ask is None or ask.looks_ahead


def _covers(answer: Answer) -> Terms:
    """Return what was asked, each part in words."""
    question = answer.question
    pairs = [("Question", _question(answer))]
    if answer.scope:
        pairs.append(("Scope", _SCOPES.get(answer.scope, label(answer.scope))))
    base, _, more = answer.kind.partition("+")
    if base in answers.CLASSES:
        extra = ", and payments on the reports of the same period besides" if more else ""
        pairs.append(("Transfers", f"{answer.kind}: {answers.CLASSES[base]}{extra}"))
    wanted = question.get("require")
    if isinstance(wanted, list) and wanted:
        pairs.append(("Required", ", ".join(label(str(name)) for name in wanted)))
    objective = question.get("objective")
    if isinstance(objective, str) and objective != "feasibility":
        pairs.append(("Objective", label(objective)))
    last = question.get("last-period")
    if isinstance(last, str):
        pairs.append(("Last period", label(last)))
    if answer.names.agents and any(period.rule for period in answer.names.periods.values()):
        tied = answers.ties(answer)
        other = f"; {counted(tied, 'profile')} with ties, where other efficient rules were not tried" if tied else ""
        pairs.append(("Rule", f"the one below{other}"))
    if answer.value is not None:
        ask = asked.declared(answer.ask)
        what = ask.value if ask is not None and ask.value else "value"
        pairs.append((f"{what[0].upper()}{what[1:]}", show(answer.value)))
    return Terms(tuple(pairs))


def _told(answer: Answer) -> list[Block]:
    """Return the words of ``explain``; of a kind that they do not know, a sentence."""
    collected = Collected(shown=(HEADS,) if _in_tables(answer) else ())

    def words() -> list[Block]:
        collected.say(public(answer))
        tell(collected, answer)
        return collected.blocks

    return _guarded(answer, words) or [
        Say("There are no words for this kind of answer yet; what the file says stands below.")
    ]


def _guarded(answer: Answer, build: Any) -> list[Block]:
    """Return what is built, or nothing where the answer is of a kind that this program does not know; other errors stand."""
    try:
        blocks: list[Block] = build()
    except InputError:
        if _foreign(answer):
            return []
        raise
    return blocks


def _foreign(answer: Answer) -> bool:
    return answer.witness is not None and answer.witness.kind not in _KNOWN_WITNESSES


def _in_tables(answer: Answer) -> bool:
    given = answer.transfers
    tables = isinstance(given, Mapping) or (
        isinstance(given, list) and all(isinstance(entry, Mapping) and "payment" not in entry for entry in given)
    )
    return bool(answer.names.agents) and tables


def _raw(answer: Answer) -> list[Block]:
    """Return a witness of an unknown kind as a table of its entries."""
    witness = answer.witness
    if witness is None or not _foreign(answer):
        return []
    rows = [
        (
            Cell(label(str(key))),
            Cell(label(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False), _LONGEST_RAW)),
        )
        for key, value in list(typed.entries(witness).items())[:_MOST_RAW]
    ]
    return [Grid("The witness", ("entry", "value"), tuple(rows))]


def _money(environment: Environment, evaluation: Evaluation, prefix: str) -> list[Block]:
    from mechsynth.audit import Audit

    lines = Audit(environment, evaluation).words().splitlines()
    told = tuple(
        reading.clean(line, 600)
        for line in lines
        if line.startswith(("Participation", "Budget", "Expected", "Efficient"))
    )
    return [Items(told), *budgets.show(evaluation, prefix)]
