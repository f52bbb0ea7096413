"""Results, mechanisms and environments to look at: one self-contained page, and fragments for notebooks.

A page holds no scripts and asks nothing of the network. Labels come from files that strangers wrote and are only ever shown as
text. Floats place points and arrows; every number that is written out is exact, or marked as rounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mechsynth.environment import Environment
    from mechsynth.mechanism import Mechanism
    from mechsynth.report.subject import Subject
    from mechsynth.result import Result

__all__ = ["environment_fragment", "mechanism_fragment", "page", "result_fragment"]


def page(subject: Subject) -> str:
    """Return the whole page about a result, as HTML; see `mechsynth.report.subject.open_subject`."""
    from mechsynth.report.pages import whole

    return whole(subject)


def result_fragment(result: Result) -> str:
    """Return a result as HTML for a notebook; the checker is not run."""
    from mechsynth.report.pages import of_result

    return of_result(result)


def mechanism_fragment(mechanism: Mechanism) -> str:
    """Return a mechanism as HTML for a notebook."""
    from mechsynth.report.pages import of_mechanism

    return of_mechanism(mechanism)


def environment_fragment(environment: Environment) -> str:
    """Return an environment as HTML for a notebook."""
    from mechsynth.report.pages import of_environment

    return of_environment(environment)
