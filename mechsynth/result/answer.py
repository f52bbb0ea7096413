"""Answers as data: status, strength, mechanism, witness, certificate; and their files (``mechsynth-result/1``, or ``/2`` where that is needed)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mechsynth import files, instance
from mechsynth.display import html
from mechsynth.errors import InputError, MechsynthError, UsageError
from mechsynth.result.document import as_bytes
from mechsynth.result.status import Status, Strength
from mechsynth.result.vocabulary import FIRST_WITNESSES, RESULT, RESULT_SECOND, SECOND_KEYS

if TYPE_CHECKING:
    from mechsynth.check import Verdict
    from mechsynth.environment import Environment
    from mechsynth.mechanism import Mechanism

FORMAT = RESULT
CHOOSE = ("highspy", "scipy", "numpy", "python-flint")  # which of several proofs is found may depend on them


@dataclass(frozen=True, eq=False)
class Grown:
    """A mechanism with histories, the tree form of format 2.

    Attributes
    ----------
    periods:
        Per period ``{"allocation": [θ_1](a_1)…[θ_t][a], "payments": {agent: [θ_1](a_1)…[θ_t]}}``; profiles in C order, the last agent fastest; the axes
        ``(a_s)`` where actions move signals; an axis of an earlier report of length 1 is not looked at.
    """

    periods: list[dict[str, Any]]

    def document(self) -> dict[str, Any]:
        """Return the JSON object of the mechanism."""
        return {"allocation": {"tree": self.periods}}


@dataclass(frozen=True, eq=False)
class Result:
    """One answer with its proof.

    Attributes
    ----------
    question:
        The ask and its options, as in the file.
    status, strength, value:
        See `Status`, `Strength`; ``value`` is an exact string where something was computed.
    mechanism:
        The rule, with transfers where the answer is positive.
    witness:
        Why not, where the answer is negative.
    certificate:
        What a checker needs beyond that.
    environment:
        The model that was asked about; ``None`` for a result read from a file by itself.
    answers:
        The answers that a ladder consists of.
    relaxations:
        For a conflict of requirements: by how much each must be relaxed, alone, for it to dissolve; the certificate has the proofs.
    tried:
        The answers about the classes of transfers that were asked before; the certificate has those that are proved to fail.
    tree:
        A mechanism with histories, in place of ``mechanism``.
    attained:
        ``False`` where the value is a supremum that no mechanism has; ``None`` elsewhere.
    bounds:
        Between which exact numbers the value is, where it is not known.
    """

    question: Mapping[str, Any]
    status: Status
    strength: Strength = Strength.EXACT
    value: str | None = None
    mechanism: Mechanism | None = None
    witness: Mapping[str, Any] | None = None
    certificate: Mapping[str, Any] = field(default_factory=dict)
    environment: Environment | None = None
    answers: tuple[Result, ...] = ()
    relaxations: tuple[Mapping[str, str], ...] = ()
    tried: tuple[Result, ...] = ()
    tree: Grown | None = None
    attained: bool | None = None
    bounds: tuple[str, str] | None = None

    @cached_property
    def _document(self) -> dict[str, Any]:
        environment = self.environment
        if environment is None:
            raise UsageError("result", "the environment is not known", "make results with mechsynth.solve")
        about: dict[str, Any] = {"name": environment.name, "sha256": instance.digest(environment)}
        if environment.normalized and environment.source_bytes is not None:
            about["normalized"] = True
        certificate = dict(self.certificate)
        if self.answers:
            certificate["answers"] = [answer.document() for answer in self.answers]
        told = (Status.INFEASIBLE, Status.OPTIMAL) if self.status is Status.OPTIMAL else (Status.INFEASIBLE,)
        failed = [other.document() for other in self.tried if other.status in told]
        if failed and self.status is not Status.UNKNOWN:
            certificate["tried"] = failed
        return {
            "format": RESULT_SECOND if self._second else FORMAT,
            "instance": about,
            "question": dict(self.question),
            "status": str(self.status),
            "strength": str(self.strength),
            "value": self.value,
            "mechanism": self._played(),
            "witness": None if self.witness is None else dict(self.witness),
            "certificate": certificate,
            **({} if self.attained is None else {"attained": self.attained}),
            **({} if self.bounds is None else {"bounds": list(self.bounds)}),
            "x-labels": labels(environment),
        }

    @property
    def _second(self) -> bool:
        """Whether only the second format can say it."""
        if not SECOND_KEYS.isdisjoint(self.question) or self.witness is None:
            return not SECOND_KEYS.isdisjoint(self.question)
        kind = self.witness.get("kind")
        bare = kind in ("convex-combination", "dependence") and "action" not in self.witness
        return bare or kind not in FIRST_WITNESSES

    def _played(self) -> dict[str, Any] | None:
        played = self.mechanism if self.tree is None else self.tree
        return None if played is None else played.document()

    def document(self) -> dict[str, Any]:
        """Return the JSON object of the result file."""
        return self._document

    def to_bytes(self) -> bytes:
        """Return the bytes of the result file."""
        return as_bytes(self.document())

    def save(self, path: str | os.PathLike[str], *, made_with: bool = False) -> None:
        """Write the result file, whole or not at all.

        Which of several transfers, multipliers or nearest points stands in a file may differ between versions of the packages that answer, and
        between processors; status, strength and value do not.

        Parameters
        ----------
        path:
            Where.
        made_with:
            Whether the file says so, under ``x-made-with``: with which versions it was found. The command line does.
        """
        instance.write_whole(path, as_bytes(self.dated() if made_with else self.document()))

    def dated(self) -> dict[str, Any]:
        """Return the result as JSON data that says with which versions it was found."""
        return {**self.document(), "x-made-with": versions()}

    def check(self) -> Verdict:
        """Have the proof checked by the separate checker, which reads the instance anew."""
        from mechsynth.check import check

        if self.environment is None:
            raise UsageError("result", "the environment is not known", "use mechsynth.check.check(result, instance)")
        return check(self.to_bytes(), instance.to_bytes(self.environment))

    def explain(self) -> str:
        """Return the answer in an economist's words."""
        from mechsynth.words import explain

        if self.environment is None:
            raise UsageError("result", "the environment is not known", "use mechsynth.words.explain(result)")
        return explain(self.document(), labels=labels(self.environment))

    def _repr_html_(self) -> str | None:
        """Return what a notebook shows; nothing for a result without its environment, which has no file to show."""
        return html(self)

    def __repr__(self) -> str:
        return f"<Result {self.question.get('ask')}: {self.status}, {self.strength}>"


def labels(environment: Environment) -> dict[str, Any]:
    """Return the names of everything in an environment, for the words about a result that is read by itself."""
    count = 1 if environment.stationary else environment.last
    second: dict[str, Any] = {}
    if environment.public:
        second["public"] = [environment.agents[i] for i in environment.public]
    if any(period.outside is not None for period in environment.periods):
        second["outside"] = True
    if any(period.available is not None for period in environment.periods):
        second["limited"] = True
    return {
        "agents": list(environment.agents),
        **second,
        "horizon": "infinite" if environment.horizon is None else environment.horizon,
        "periods": [
            {
                "signals": dict(zip(environment.agents, map(list, period.signals), strict=True)),
                "actions": list(period.actions),
            }
            for period in (environment.period(t) for t in range(1, count + 1))
        ],
    }


def read_result(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Read a result file as its JSON object; only its format tag is looked at here.

    Raises
    ------
    InputError
        Naming the file and the remedy.
    """
    name = os.fspath(path)
    if not name:
        raise InputError("RESULT", "an empty file name", "name a result file")
    data = files.read(name, "a result file")
    try:
        document = instance.read_json(data)
    except MechsynthError as error:
        raise error.within(name) from None
    if not isinstance(document, dict) or document.get("format") not in (RESULT, RESULT_SECOND):
        raise InputError(name, f"not a result file ({FORMAT})", "give a file written by mechsynth solve")
    return document


def versions() -> dict[str, str]:
    """Return the versions of this package and of those whose choices may show in a file."""
    from importlib.metadata import PackageNotFoundError, version

    from mechsynth import __version__

    found = {"mechsynth": __version__}
    for name in CHOOSE:
        with contextlib.suppress(PackageNotFoundError):
            found[name] = version(name)
    return found
