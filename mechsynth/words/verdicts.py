"""The explanation of a result: which parts are told, and in which order."""

from __future__ import annotations

from dataclasses import replace

from mechsynth.words import answers, groves, reading, sections, synthesis, thresholds, uniqueness, witnesses
from mechsynth.words.envelope import CONDITIONS, CONSTRUCTIONS, GROVES, MECHANISMS, Answer, read
from mechsynth.words.layout import Page
from mechsynth.words.numbers import brief, counted, root, show, size
from mechsynth.words.reading import word
from mechsynth.words.transfers import read as read_transfers

_MOST_OTHERS = 5
_LONGEST_NOTE = 300


def explanation(
    result: object, labels: object = None, rescaled: bool | None = None, refused: bool = False, lead: str = ""
) -> str:
    """Return the text that `mechsynth.words.explain` promises."""
    answer = replace(read(result, labels, rescaled=rescaled), refused=refused)
    page = Page()
    page.say(lead)
    title = "the smallest class of transfers" if answer.ask == "ladder" else answer.title
    page.head(f"{answer.name}: {title}", "═")
    if answer.ask == "ladder":
        _ladder(page, answer, labels)
    else:
        tell(page, answer)
    return page.text()


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of one answer (not of a ladder) on a page."""
    if not answer.known:
        _other(page, answer)
    elif answer.within:
        synthesis.tell(page, answer)
    elif not answer.proved:
        _unproved(page, answer)
    elif answer.ask == "policy":
        sections.policy(page, answer)
    elif answer.ask in CONDITIONS:
        _condition(page, answer)
    elif answer.ask == "implement":
        synthesis.tell(page, answer)
    elif answer.ask == "generalized-vcg":
        thresholds.tell(page, answer)
    elif answer.ask == "uniqueness":
        uniqueness.tell(page, answer)
    elif answer.ask in GROVES:
        groves.tell(page, answer)
    else:
        (_works if answer.status == "feasible" else _fails)(page, answer)
    if answer.known:
        _strength(page, answer)


def _condition(page: Page, answer: Answer) -> None:
    if answer.status == "holds":
        for text in answers.condition_holds(answer):
            page.say(text)
        sections.distance(page, answer)
    else:
        found = witnesses.failures(answer)
        for text in answers.condition_fails(answer, found):
            page.say(text)
        if not answers.nothing_to_test(answer):
            _why(page, answer, found)
        for text in answers.condition_meaning(answer, found):
            page.say(text)
    scope = "the actions that the rule takes" if answer.scope == "policy" else "every action"
    rule = ""
    if answer.scope == "policy":
        rule = answers.ties_clause(answer)
        if answer.certificate.get("ties") is None:
            rule = "It is about the rule listed; other efficient rules, if there are ties, were not tried."
    page.say(f"This is about beliefs only: one period ahead, {scope}.", rule)


def _works(page: Page, answer: Answer) -> None:
    for text in answers.works(answer):
        page.say(text)
    sections.transfers(page, answer)
    sections.incentives(page, answer)
    sections.payoffs(page, answer)
    page.say(answers.covers_positive(answer))


def _fails(page: Page, answer: Answer) -> None:
    found = witnesses.failures(answer)
    for text in answers.fails_first(answer, found):
        page.say(text)
    _why(page, answer, found)
    page.head("What this covers")
    for text in answers.covers_negative(answer, found):
        page.say(text)
    steps = answers.next_steps(answer, found)
    if steps:
        page.head("What to ask next")
        page.items(steps)


def _why(page: Page, answer: Answer, found: list[witnesses.Failure]) -> None:
    page.head("Why")
    for text in witnesses.story(found[0], answer):
        page.say(text)
    if len(found) > 1:
        page.head("Other failures")
        lines = [witnesses.brief_line(failure, answer.names) for failure in found[1 : 1 + _MOST_OTHERS]]
        rest = len(found) - 1 - _MOST_OTHERS
        page.items([*lines, f"... and {rest} more; they stand in the file"] if rest > 0 else lines)


def _unproved(page: Page, answer: Answer) -> None:
    if answer.status == "unknown":
        page.say("Unknown: no answer was proved.")
    else:
        page.say(
            f"Nothing is proved. Floating-point numbers suggest the answer {answer.status!r}; they decide nothing."
        )
    seen = []
    if answer.value is not None:
        seen.append(f"The value seen was {show(answer.value)}.")
    if answer.transfers is not None and read_transfers(answer.transfers, answer.names).entries:
        seen.append("The file carries transfers that were tried; that they work is not proved.")
    if answer.witness is not None:
        seen.append("The file carries what may become a witness of failure; it proves nothing as it stands.")
    for key in ("reason", "seen"):
        note = answer.certificate.get(key)
        if isinstance(note, str):
            seen.append(f"The program noted: “{reading.clean(note, _LONGEST_NOTE)}”.")
    page.say(" ".join(seen) if seen else "The file does not say what was seen.")
    if answer.transfers is not None and read_transfers(answer.transfers, answer.names).entries:
        sections.transfers(page, answer, "Transfers that were tried (not proved; those not listed are zero)")


def _other(page: Page, answer: Answer) -> None:
    """Tell a file whose question is none of this version: what it carries, and nothing about what it claims."""
    asked = f"Its question, {word(answer.ask)}, is none that this version answers or checks, and what the file claims is not told here."
    if answer.transfers is None:
        page.say(asked)
        return
    page.say(f"This file carries a mechanism. {asked}")
    sections.transfers(page, answer)
    page.say(
        "What the mechanism satisfies, and what not, mechsynth audit INSTANCE RESULT finds out, whatever the file says."
    )


def _strength(page: Page, answer: Answer) -> None:
    scaled = "Rows of the kernel and the prior were rescaled to add up to one before use." if answer.normalized else ""
    if answer.refused and (answer.proved or answer.within):
        page.say(f"The file claims strength {answer.strength}; the checker does not accept its proof.", scaled)
    elif answer.within:
        page.say(
            "Strength: verified, within the bound stated: the file carries the proof of that much, and mechsynth check verifies it.",
            scaled,
        )
    elif not answer.proved:
        page.say("Strength: numerical. Nothing here is proved." if answer.strength == "numerical" else "", scaled)
    elif answer.strength == "exact":
        page.say("Strength: exact; the file carries the proof, and mechsynth check verifies it.", scaled)
    else:
        page.say(
            "Strength: verified; rigorous bounds instead of exact numbers, within the limits stated in the file. "
            "mechsynth check verifies it.",
            scaled,
        )


def parts_of(answer: Answer, labels: object = None) -> list[Answer]:
    """Return the answers of a ladder."""
    place = "certificate.answers"
    listing = reading.sequence(reading.item(answer.certificate, "answers", "certificate"), place)
    given = answer.labels if labels is None else labels
    parts = [read(entry, given, f"{place}[{index}]") for index, entry in enumerate(listing)]
    if not parts:
        reading.fail(place, "a ladder without answers")
    if any(part.ask == "ladder" for part in parts):
        reading.fail(place, "a ladder within a ladder")
    # All are about one instance, so an answer without names of its own can use those of another.
    donor = next((part.names for part in [answer, *parts] if part.names.agents), answer.names)
    parts = [replace(part, normalized=answer.normalized, refused=answer.refused) for part in parts]
    return [part if part.names.agents else replace(part, names=donor) for part in parts]


def _ladder(page: Page, answer: Answer, labels: object) -> None:
    parts = parts_of(answer, labels)
    page.columns(("question", "scope", "answer", "in short"), [summary(part) for part in parts])
    static_counts = not any(part.ask in ("contingent", "vcg-type") for part in parts) or answer.names.last == 1
    asked = [part for part in parts if part.ask in MECHANISMS and (part.ask != "static" or static_counts)]
    good = [part for part in asked if part.status == "feasible" and part.proved]
    if (answer.status == "feasible") != bool(good) and answer.status != "unknown":
        reading.fail("result.status", f"{answer.status} does not fit the answers of the ladder")
    if good:
        best = min(good, key=lambda part: MECHANISMS.index(part.ask))
        name = "history-independent" if best.ask == "static" else best.ask
        scope = f" (scope {word(best.scope)})" if best.scope else ""
        if best.ask == "static":
            page.say(
                f"The smallest class of transfers that implements the efficient rule: {answers.class_name(name)}{scope}."
            )
        else:
            page.say(
                "Of the classes of transfers asked about, the smallest that makes every agent residual claimant: "
                f"{answers.class_name(name)}{scope}. (Truth alone may take less: implement --transfers smallest.)"
            )
    elif asked:
        best = asked[-1]
        unknown = any(not part.proved for part in asked)
        page.say(
            "No class of transfers is proved to make every agent residual claimant, and some answers are unknown."
            if unknown
            else _none_works(asked)
        )
    else:
        best = parts[-1]
    page.head(f"{best.title}, in full", "─")
    tell(page, best)


def _none_works(asked: list[Answer]) -> str:
    """Return what it means that every class of a ladder fails."""
    if asked[-1].ask == "static" or witnesses.failures(asked[-1])[0].kind == "cycle":
        return "None of the classes of transfers asked about implements the efficient rule: the reason for the last of them follows."
    return (
        "None of the classes of transfers asked about makes every agent residual claimant: the reason for the last of them follows. "
        "(Truth alone may still be had: implement --transfers smallest.)"
    )


def summary(answer: Answer) -> tuple[str, str, str, str]:
    """Return question, scope, answer, and where the answer turns, for one row of a table."""
    status = answer.status if answer.proved else "unknown"
    if answer.proved and answer.strength != "exact":
        status = f"{status} ({answer.strength})"
    return (
        f"{answer.ask_words}{answer.chosen_class}",
        word(answer.scope) if answer.scope else "",
        status,
        _detail(answer),
    )


def _detail(answer: Answer) -> str:
    if answer.within:
        return f"no payments of at most {synthesis.bound(answer)} do it; larger ones are not excluded"
    if not answer.proved:
        return "nothing is proved"
    if answer.ask == "implement" and answer.status == "infeasible":
        return synthesis.short_line(synthesis.conflict(answer))
    if answer.ask == "generalized-vcg" and answer.status == "infeasible":
        return thresholds.short_line(answer)
    if answer.ask == "implement" and answer.value is not None:
        return f"{word(str(answer.question.get('objective')))} {brief(answer.value)}"
    if answer.status in ("infeasible", "fails") and answer.ask in (*CONDITIONS, *MECHANISMS, *CONSTRUCTIONS):
        found = witnesses.failures(answer)
        more = f" (and {counted(len(found) - 1, 'more failure')})" if len(found) > 1 else ""
        return witnesses.brief_line(found[0], answer.names) + more
    if answer.ask in CONDITIONS:
        near = answer.certificate.get("distance")
        return (
            ""
            if near is None or answer.value is None
            else f"closest signal at distance ≈ {root(answer.value)} from the mixtures"
        )
    if answer.ask == "uniqueness" and answer.value is not None:
        return f"the widest interval is {brief(answer.value)} wide"
    if answer.ask == "policy":
        tied = answers.ties(answer)
        worth = "" if answer.value is None else f"expected surplus {brief(answer.value)}"
        return ", ".join(part for part in (worth, f"{counted(tied, 'profile')} with ties" if tied else "") if part)
    if answer.transfers is not None:
        paid = read_transfers(answer.transfers, answer.names)
        top = paid.largest()
        if top is None:
            return "no payments needed"
        return f"{counted(len(paid.entries), 'payment')}, the largest {brief(size(top.payment))} in absolute value"
    return "" if answer.value is None else f"value {brief(answer.value)}"
