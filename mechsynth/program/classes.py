"""Transfer classes: a transfer is what it may look at."""

from __future__ import annotations

from dataclasses import dataclass

from mechsynth.errors import UsageError


@dataclass(frozen=True)
class TransferClass:
    """What the transfers of an agent may look at.

    Attributes
    ----------
    name:
        As in ``transfers`` of a question.
    now:
        Whether something is paid in the period of the report, in every period; the last period of a finite horizon always
        has such payments.
    later:
        Whether something is paid one period later.
    own_report, own_next:
        Whether ``later`` looks at the own report itself (not only through the action), and at the own next report.
    """

    name: str
    now: bool
    later: bool
    own_report: bool = False
    own_next: bool = False


CLASSES = {
    kind.name: kind
    for kind in (
        TransferClass("history-independent", now=True, later=False),
        TransferClass("vcg-type", now=False, later=True),
        TransferClass("contingent", now=False, later=True, own_report=True),
        TransferClass("contingent+now", now=True, later=True, own_report=True),
        TransferClass("full", now=False, later=True, own_report=True, own_next=True),
        TransferClass("full+now", now=True, later=True, own_report=True, own_next=True),
    )
}


def transfer_class(name: str) -> TransferClass:
    """Return the class of that name.

    Raises
    ------
    UsageError
        If there is none.
    """
    if name not in CLASSES:
        raise UsageError("transfers", f"{name!r} is no class of transfers", f"choose one of {', '.join(CLASSES)}")
    return CLASSES[name]
