"""What a question can be answered with: each question declares it in ``claim.py`` of its folder, which is loaded by name from here alone.

The declaration says which keys question and certificate have, what ends an answer, and which claims prove it; the claims are in ``claims/``, or beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from mechsynth.errors import InputError
from mechsynth.result.ask import REGISTRY, found, part

from .text import describe

# (claim, model, rule, values, ledger) -> the statement that is proved; rule and values are None where an answer is about none
RULE = ("rule", "claims", "rules")
"""The keys of a certificate about a rule that is given, or about every efficient one."""

Judge: TypeAlias = Callable[[Any, Any, Any, Any, Any], str]


@dataclass(frozen=True)
class Asked:
    """What can be claimed in answer to a question.

    Parameters
    ----------
    judge:
        What is claimed, asked of the model; returns the statement that is proved.
    certificates:
        By status: the keys of the certificate. The statuses are what an answer can be; "unknown" stands for what is proved within a bound.
    classes:
        Of transfers; empty where the question has no transfers.
    optional:
        Whether the question may leave the class out, which is then the first.
    requires:
        The requirements that the question lists.
    scoped, ends:
        Whether it has a scope; whether it takes a constant last period.
    read, needs:
        Reads a question with keys of its own; refuses a model that lacks what the question needs.
    beliefs:
        Whether it is about beliefs: about no rule where all actions are in scope.
    valued:
        The statuses that come with a value.
    verified:
        The statuses that can be proved within a bound on payments.
    against:
        Whether what speaks against it is itself a mechanism.
    any_rule:
        Whether it is about any efficient rule, not about the one that takes the first of several best actions.
    hint:
        Where the certificate claims exact values of the rule, from which the search for them may start.
    composite:
        Whether it consists of answers to other questions.
    ruled:
        Whether the question may give a rule, or ask about every efficient one.
    second:
        Whether it takes instances that use what only format 2 says.
    grown:
        Whether its mechanism has a rule of its own, with histories: the tree form of format 2.
    ahead:
        Whether payments, or what is believed, may look at the reports of several periods.
    within:
        Whether it may be about beliefs within a period.
    limits:
        Whether its value may be a supremum that nothing attains.
    """

    judge: Judge
    certificates: Mapping[str, tuple[str, ...]]
    classes: tuple[str, ...] = ()
    optional: bool = False
    requires: tuple[str, ...] = ()
    scoped: bool = False
    ends: bool = False
    read: Callable[[Any, Any, Any], Any] | None = None
    needs: Callable[[Any], None] | None = None
    beliefs: bool = False
    valued: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()
    against: bool = False
    any_rule: bool = False
    hint: str = ""
    composite: bool = False
    ruled: bool = False
    second: bool = False
    grown: bool = False
    ahead: bool = False
    within: bool = False
    limits: bool = False

    @property
    def statuses(self) -> tuple[str, ...]:
        """What a proved answer can be."""
        return tuple(status for status in self.certificates if status != "unknown")


def asked_of(ask: object) -> Asked:
    """Return what can be claimed in answer to a question.

    Raises
    ------
    InputError
        For a question that this version does not check.
    """
    claims = part(ask, "claim") if isinstance(ask, str) and found(ask) else None
    if claims is None:
        known = [name for name in REGISTRY if part(name, "claim") is not None]
        raise InputError("question.ask", f"{describe(ask)} cannot be checked", f"one of {', '.join(known)}")
    return claims.ASKED  # type: ignore[no-any-return]
