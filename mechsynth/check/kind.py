"""Classes of transfers: what payments may look at, and when they are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .mechanism import Payments
from .model import Model
from .text import show
from .verdict import Refuted


@dataclass(frozen=True)
class Class:
    """What payments may look at.

    Parameters
    ----------
    name:
        As in a question, e.g. ``full+now``.
    lags:
        After how many periods payments are made: 0 (now), 1 (later).
    own_report, own_next:
        Whether a payment later looks at the own report and at the own next report.
    now:
        Whether payments now are made before the last period; in the last period they always are, unless ``last`` is false.
    first:
        Whether something is paid once, at the start, on top.
    incentives:
        What is asked of truth, ``pepic``, ``pbic`` or ``bnic``: by this lies and information states have columns of their own.
    leaves:
        Whether an agent whom truth does not lead to where she is may leave (`bnic`).
    """

    name: str
    lags: tuple[int, ...]
    own_report: bool = True
    own_next: bool = False
    now: bool = False
    last: bool = True
    first: bool = False
    incentives: str = "pepic"
    leaves: bool = False

    @classmethod
    def named(cls, name: str, incentives: str = "pepic") -> Class:
        """Return the class of a name."""
        kind = name.removesuffix("+now")
        if kind == "history-independent":
            return cls(name, (0,), now=True, incentives=incentives)
        now = name.endswith("+now")
        return cls(name, (0, 1), kind != "vcg-type", kind == "full", now, incentives=incentives)

    @property
    def apart(self) -> bool:
        """Whether what a lie is worth has a column of its own."""
        return self.own_next or self.incentives != "pepic"

    @property
    def later(self) -> bool:
        """Whether anything is paid after the next reports."""
        return any(lag > 0 for lag in self.lags)

    def ask(self, model: Model, paid: Sequence[Sequence[Payments]]) -> None:
        """Ask that payments are of the class.

        Raises
        ------
        Refuted
            At the first that looks at what the class does not see, or is made when the class pays nothing.
        """
        count = len(model.agents)
        for t, agents in enumerate(paid):
            last = model.kernel(t) is None
            for agent, payments in enumerate(agents):
                who = f"payments of {show(model.agents[agent])}{model.when(t)}"
                if payments.first is not None and not self.first:
                    raise Refuted(f"{who}: a payment at the start only is not in the class {self.name}")
                if payments.now is not None and not (self.last if last else self.now):
                    raise Refuted(f"{who}: a payment now is not in the class {self.name}")
                if payments.later is None:
                    continue
                looks = payments.later.looks
                if not self.later:
                    raise Refuted(f"{who}: a payment later is not in the class {self.name}")
                if not self.own_next and looks[1 + count + agent]:
                    raise Refuted(f"{who}: they look at the own next report, {self.name} transfers do not")
                if not self.own_report and looks[1 + agent]:
                    raise Refuted(f"{who}: they look at the own report, {self.name} transfers do not")
