"""``certificate.minimal``: without one requirement of a conflict the others hold together (``docs/certificates.md``, ``implement``).

Transfers of the class show it; they are evaluated as a mechanism.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mechsynth.errors import InputError

from .envelope import Claim
from .text import describe, show
from .verdict import Refuted

_PLACE = "certificate.minimal"


def check_minimal(
    claim: Claim, conflict: Sequence[str], eased: Sequence[str], meets: Callable[[object, list[str]], None]
) -> str:
    """Check every mechanism listed; return what is proved of dropping requirements, or nothing.

    Parameters
    ----------
    eased:
        Requirements whose relaxation was checked: the transfers that show it meet the others.
    meets:
        Asks that transfers of the result, of the class, meet some requirements; raises `Refuted` if not.

    Raises
    ------
    Refuted
        If a mechanism breaks a row of the others.
    InputError
        If the entry is malformed.
    """
    listed = claim.certificate.get("minimal")
    if listed is None:
        listed = {}
    if not isinstance(listed, dict):
        raise InputError(_PLACE, f"expected an object, found {describe(listed)}", "write {requirement: transfers}")
    for name, transfers in listed.items():
        if name not in conflict or len(conflict) < 2:
            raise InputError(_PLACE, f"{show(name)} is not one of several in the conflict", "remove it")
        try:
            meets(transfers, [other for other in conflict if other != name])
        except Refuted as refuted:
            raise Refuted(f"{_PLACE} ({show(name)}): {refuted}") from None
    shown = [name for name in conflict if name in listed or name in eased]
    if len(conflict) < 2 or not shown:
        return ""
    which = "any one of them" if len(shown) == len(conflict) else " or ".join(shown)
    return f" Without {which} the {'others' if len(conflict) > 2 else 'other'} can be met."
