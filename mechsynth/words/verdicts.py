"""The explanation of a result: which parts are told, and in which order."""

from __future__ import annotations

from dataclasses import replace

from mechsynth.words import asked, reading, sections
from mechsynth.words.answers import bound
from mechsynth.words.envelope import Answer, read
from mechsynth.words.layout import Page
from mechsynth.words.notions import notion
from mechsynth.words.numbers import brief, counted, listed, show, size
from mechsynth.words.reading import word
from mechsynth.words.transfers import read as read_transfers

_LONGEST_NOTE = 300


def explanation(
    result: object, labels: object = None, rescaled: bool | None = None, refused: bool = False, lead: str = ""
) -> str:
    """Return the text that `mechsynth.words.explain` promises."""
    answer = replace(read(result, labels, rescaled=rescaled), refused=refused)
    page = Page()
    page.say(lead)
    title = getattr(asked.words_of(answer.ask), "TITLE", answer.title)
    page.head(f"{answer.name}: {title}", "═")
    page.say(public(answer))
    tell(page, answer)
    return page.text()


def tell(page: Page, answer: Answer) -> None:
    """Put the explanation of one answer on a page."""
    if not answer.known:
        _other(page, answer)
    elif answer.composite:
        asked.words_of(answer.ask).tell(page, answer, parts_of(answer), tell)
        return
    elif answer.proved or answer.within:
        asked.words_of(answer.ask).tell(page, answer)
    else:
        _unproved(page, answer)
    if answer.known:
        _strength(page, answer)


def public(answer: Answer) -> str:
    """Return who is public, and whether some actions are not always available; empty where neither."""
    names = [word(agent) for agent in answer.names.agents if agent in answer.names.public]
    limited = (
        "Some actions are not always available; where actions are spoken of, those are meant that are."
        if answer.names.limited
        else ""
    )
    if not names:
        return limited
    verb, it = ("is", "it") if len(names) == 1 else ("are", "them")
    told = (
        f"{listed(names)} {verb} public: everybody sees {it} before the reports of a period. Where reports are listed, what is public "
        "stands among them; nobody can misreport it, and it neither pays nor receives. Whoever knows her own signal knows what is public, too."
    )
    return f"{told} {limited}".strip()


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


def parts_of(answer: Answer) -> list[Answer]:
    """Return the answers that an answer consists of."""
    place = "certificate.answers"
    listing = answer.needed("answers", tuple[object, ...])
    parts = [read(entry, answer.labels, f"{place}[{index}]") for index, entry in enumerate(listing)]
    if not parts:
        reading.fail(place, f"a {answer.ask} without answers")
    if any(part.composite for part in parts):
        reading.fail(place, f"a {answer.ask} within a {answer.ask}")
    # All are about one instance, so an answer without names of its own can use those of another.
    donor = next((part.names for part in [answer, *parts] if part.names.agents), answer.names)
    parts = [replace(part, normalized=answer.normalized, refused=answer.refused) for part in parts]
    return [part if part.names.agents else replace(part, names=donor) for part in parts]


def summary(answer: Answer) -> tuple[str, str, str, str]:
    """Return question, scope, answer, and where the answer turns, for one row of a table."""
    status = answer.status if answer.proved else "unknown"
    if answer.proved and answer.strength != "exact":
        status = f"{status} ({answer.strength})"
    return (
        f"{answer.ask_words}{answer.chosen_class}{_notion(answer)}",
        word(answer.scope) if answer.scope else "",
        status,
        _detail(answer),
    )


def _notion(answer: Answer) -> str:
    """Return what was asked of truth, where that is not the usual."""
    require = answer.question.get("require")
    found = notion([str(wish) for wish in require] if isinstance(require, list) else [])
    return f" {found}" if found not in ("", "pepic") else ""


def _detail(answer: Answer) -> str:
    if answer.within:
        return f"no payments of at most {bound(answer)} do it; larger ones are not excluded"
    if not answer.proved:
        return "nothing is proved"
    own = getattr(asked.words_of(answer.ask), "short", None)
    told = None if own is None else own(answer)
    if told is not None:
        return str(told)
    if answer.transfers is not None:
        paid = read_transfers(answer.transfers, answer.names)
        top = paid.largest()
        if top is None:
            return "no payments needed"
        return f"{counted(len(paid.entries), 'payment')}, the largest {brief(size(top.payment))} in absolute value"
    return "" if answer.value is None else f"value {brief(answer.value)}"
