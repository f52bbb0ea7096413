"""The entry point: check a result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mechsynth.errors import InputError

from .answers import check_answer
from .asked import asked_of
from .envelope import check_instance, normalized, open_result, read_claim
from .model import Model
from .named import check_labels
from .reading import read_instance
from .text import Numbers, TooLargeInput, encode, show
from .verdict import Ledger, Refuted, Verdict


def check(result: Mapping[str, Any] | bytes | str, instance: bytes | Model) -> Verdict:
    """Say whether a result is proved, deriving everything from the instance.

    Parameters
    ----------
    result:
        The result file: its bytes, its text, or the decoded object.
    instance:
        The bytes of the instance file, or what :func:`read_instance` made of them.

    Returns
    -------
    The verdict; a false or unproved result is refused with the first row that fails.

    Raises
    ------
    InputError
        If either file is malformed, or the result is about another instance.
    """
    try:
        root, numbers, model = opened(result, instance)
        ledger = Ledger()
        try:
            statement = _check(root, numbers, model, ledger)
        except Refuted as refuted:
            return Verdict(False, str(refuted), "", ledger.rows)
        return Verdict(True, None, statement, ledger.rows, tuple(dict.fromkeys(ledger.proved)))
    except (MemoryError, RecursionError):
        raise TooLargeInput("result", "does not fit into memory", "use a smaller one") from None


def opened(result: Mapping[str, Any] | bytes | str, instance: bytes | Model) -> tuple[dict[str, Any], Numbers, Model]:
    """Return a result, its numbers, and the instance that it is about."""
    root, numbers = open_result(encode(result))
    model = instance if isinstance(instance, Model) else read_instance(instance, normalized(root))
    check_instance(root, model)
    return root, numbers, model


def _check(root: Mapping[str, Any], numbers: Numbers, model: Model, ledger: Ledger) -> str:
    check_labels(root, model, ledger)
    claim = read_claim(root, numbers, model)
    kind = asked_of(claim.ask)
    if model.second and not kind.second:
        raise InputError("instance", f"has what only format 2 says, and {claim.ask} does not take it", "ask policy")
    said = kind.judge(claim, model, None, None, ledger) if kind.composite else check_answer(claim, model, ledger)
    if model.public:
        said += f" Agents are those who are not public ({', '.join(show(model.agents[i]) for i in model.public)}): these report nothing."
    if model.limited:
        said += " Actions are those that are available."
    if model.rescaled:
        said += " This is about the instance with rows of its kernel and prior rescaled to add up to one."
    return said
