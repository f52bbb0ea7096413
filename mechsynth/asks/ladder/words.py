"""Everything at once in words: the smallest class of transfers, and what stands in the way of smaller ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mechsynth.result.vocabulary import WISHES
from mechsynth.words import answers, reading, witnesses
from mechsynth.words.envelope import Answer
from mechsynth.words.layout import Page
from mechsynth.words.reading import word
from mechsynth.words.verdicts import summary

TITLE = "the smallest class of transfers"
_CLASSES = ("static", "vcg-type", "contingent")  # the questions about one class, from the smallest on


def tell(page: Page, answer: Answer, parts: list[Answer], tell_one: Callable[[Page, Answer], None]) -> None:
    """Put the answers on a page, what they come to together, and one of them in full."""
    page.columns(("question", "scope", "answer", "in short"), [summary(part) for part in parts])
    static_counts = not any(part.ask in _CLASSES[1:] for part in parts) or answer.names.last == 1
    asked = [part for part in parts if part.ask in _CLASSES and (part.ask != "static" or static_counts)]
    good = [part for part in asked if part.status == "feasible" and part.proved]
    if (answer.status == "feasible") != bool(good) and answer.status != "unknown":
        reading.fail("result.status", f"{answer.status} does not fit the answers of the ladder")
    if good:
        best = min(good, key=lambda part: _CLASSES.index(part.ask))
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
    page.say(beyond([(part.ask, part.status, str(part.kind), _required(part)) for part in parts]))
    page.head(f"{best.title}, in full", "─")
    tell_one(page, best)


def _required(part: Answer) -> tuple[str, ...]:
    return tuple(str(wish) for wish in require) if isinstance(require := part.question.get("require"), list) else ()


_NOTIONS = {
    "pepic": "Truth alone, ex post",
    "pbic": "Given what each agent knows (pbic)",
    "bnic": "With truth a best strategy from the start (bnic)",
}


def beyond(parts: Sequence[tuple[str, str, str, tuple[str, ...]]]) -> str:
    """Return what is known of truth alone where no class makes agents residual claimants; of each answer ask, status, class and requirements.

    Empty where it was not asked.
    """
    told = []
    for ask, status, kind, require in parts:
        notion = next((name for name in require if name in _NOTIONS), "")
        if ask != WISHES or not notion:
            continue
        if status == "feasible":
            told.append(f"{_NOTIONS[notion]}: the first class of transfers that works, from small to large, is {kind}.")
        elif status == "infeasible":
            told.append(f"{_NOTIONS[notion]}: no class of transfers works.")
    return " ".join(told)


def _none_works(asked: list[Answer]) -> str:
    """Return what it means that every class of a ladder fails."""
    if asked[-1].ask == "static" or witnesses.failures(asked[-1])[0].kind == "cycle":
        return "None of the classes of transfers asked about implements the efficient rule: the reason for the last of them follows."
    return (
        "None of the classes of transfers asked about makes every agent residual claimant: the reason for the last of them follows. "
        "(Truth alone may still be had: implement --transfers smallest.)"
    )


def verdict(ask: str, status: str, smaller: Sequence[str], undecided: Sequence[str]) -> str:
    """Return what a ladder comes to; ``static`` asks for truth, the others for residual claimants.

    ``smaller`` are the smaller classes that were not decided, ``undecided`` all answers that are open.
    """
    works = status == "feasible"
    rest = f"\nNot decided: {', '.join(undecided)}." if undecided else ""
    if status == "unknown":
        return "Not decided; how far it came:"
    if works and smaller:
        return f"A class that makes every agent residual claimant, of which some smaller ones were not decided: {ask}{rest}"
    if ask == _CLASSES[0]:
        return (
            "The smallest class that implements the rule: history-independent"
            if works
            else "No payments implement the rule; why not:"
        ) + rest
    truth = "(Truth alone may take less: --ask implement --transfers smallest.)"
    if works:
        return f"The smallest class that makes every agent residual claimant: {ask}\n{truth}{rest}"
    return f"No class of these makes every agent residual claimant; why the last one does not:\n{truth}{rest}"
