"""What a page is about: a result, and what is at hand beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from mechsynth.errors import InputError, MechsynthError
from mechsynth.words.envelope import Answer, read
from mechsynth.words.verdicts import parts_of

if TYPE_CHECKING:
    from mechsynth.check import Verdict
    from mechsynth.environment import Environment
    from mechsynth.evaluation import Evaluation

MOST_PAIRS = 120_000  # of profiles in a row, times agents: evaluating more of them takes longer than a reader waits


@dataclass(frozen=True, eq=False)
class Subject:
    """A result with its surroundings.

    Attributes
    ----------
    document:
        The JSON object of the result.
    answer:
        The same, read.
    environment:
        The instance, if it is at hand.
    verdict:
        What the checker said; ``None`` where it was not asked.
    size:
        Bytes of the result file, 0 where there is none.
    """

    document: Mapping[str, Any]
    answer: Answer
    environment: Environment | None = None
    verdict: Verdict | None = None
    size: int = 0

    def parts(self) -> list[Subject]:
        """Return the answers that an answer consists of, each a subject of its own; of any other result nothing."""
        if not self.answer.composite:
            return []
        documents = self.document["certificate"]["answers"]
        answers = parts_of(self.answer)
        return [
            replace(self, document=document, answer=answer) for document, answer in zip(documents, answers, strict=True)
        ]

    def evaluation(self) -> Evaluation | None:
        """Return the checker's evaluation of the mechanism; ``None`` where there is none or it would take long."""
        from mechsynth import instance
        from mechsynth.evaluation import evaluate

        environment = self.environment
        if environment is None or self.answer.transfers is None:
            return None
        if self.answer.known and not self.answer.proved:
            return None
        pairs = 0
        for t in range(1, environment.last + 1):
            pairs += len(environment.agents) * environment.period(t).size ** 2
            if pairs > MOST_PAIRS:
                return None
        try:
            return evaluate(self.document, instance.to_bytes(environment))
        except InputError:
            return None  # the checker's verdict says why


def open_subject(document: Mapping[str, Any], data: bytes, instance: bytes | None) -> Subject:
    """Return the subject of a page: the result read, the instance read if there is one, and the checker asked.

    Parameters
    ----------
    document, data:
        A result file, as `mechsynth.result.read_result` gives it and as bytes.
    instance:
        The bytes of its instance file, if it is at hand.

    Raises
    ------
    InputError
        If either is malformed, or they do not belong together.
    """
    answer = read(document)
    if instance is None:
        return Subject(document, answer, size=len(data))
    from threadpoolctl import threadpool_limits

    from mechsynth import instance as files
    from mechsynth.check import check, read_instance
    from mechsynth.result import labels

    verdict: Verdict | None = None
    try:
        with threadpool_limits(limits=1, user_api="blas"):
            verdict = check(data, instance)
    except InputError as error:
        if error.place != "question.ask":
            raise  # a question of a later version is shown without a verdict
    try:
        environment = files.loads(instance, normalize=answer.normalized)
    except MechsynthError as error:
        raise error.within("the instance") from None
    # names, their order, and what was done to the rows are the instance's, whatever the file says
    rescaled = answer.normalized and read_instance(instance, True).rescaled
    told = read(document, labels(environment), rescaled=rescaled)
    told = replace(told, refused=verdict is not None and not verdict.accepted)
    return Subject(document, told, environment, verdict, len(data))
