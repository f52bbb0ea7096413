"""Several answers in one file: the rungs of a ladder, the classes that were tried before."""

from __future__ import annotations

from mechsynth.report.blocks import Block, Cell, Grid, Say
from mechsynth.report.subject import Subject
from mechsynth.result.vocabulary import LAST
from mechsynth.words.envelope import Answer, read
from mechsynth.words.verdicts import summary


def tried(subject: Subject) -> list[Block]:
    """Return the answers about other classes that a result carries."""
    listed = subject.answer.certificate.get("tried")
    if not isinstance(listed, list) or not listed:
        return []
    rows = [summary(read(entry, subject.answer.labels, f"certificate.tried[{k}]")) for k, entry in enumerate(listed)]
    return [_summaries("Their answers, for the same rule; the proofs stand in the result file", rows)]


def ladder(subject: Subject, parts: list[Subject]) -> list[Block]:
    """Return the answers of a ladder, and what it makes of them."""
    if not parts:
        return []
    blocks: list[Block] = [_summaries("Every question asked, and its answer", [summary(part.answer) for part in parts])]
    if subject.answer.status == "feasible":
        works = next((p for p in parts if p.document.get("mechanism") == subject.document.get("mechanism")), None)
        if works is not None:
            deed = _deed(works.answer)
            blocks.append(
                Say(f"Of the classes of transfers asked about, the smallest that {deed}: {works.answer.title}.")
            )
    elif subject.answer.proved:
        blocks.append(Say(f"None of the classes of transfers asked about {_deed(parts[-1].answer)}."))
    return blocks


def _deed(answer: Answer) -> str:
    """Return what a class of transfers does where a ladder's question succeeds."""
    return "implements the rule" if answer.about == LAST else "makes every agent residual claimant"


def _summaries(caption: str, rows: list[tuple[str, str, str, str]]) -> Grid:
    marks = {"feasible": "✓", "holds": "✓", "optimal": "✓", "infeasible": "✗", "fails": "✗"}
    lines = [
        (ask, scope, f"{marks.get(status.split(' ')[0], '?')} {status}", detail) for ask, scope, status, detail in rows
    ]
    heads = ("question", "scope", "answer", "in short")
    kept = [j for j in range(len(heads)) if any(line[j] for line in lines)]
    return Grid(caption, tuple(heads[j] for j in kept), tuple(tuple(Cell(line[j]) for j in kept) for line in lines))
