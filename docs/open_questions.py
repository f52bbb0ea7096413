"""Write ``open-questions.md``: what the literature leaves open about ex post balance and surplus extraction, per instance.

Run ``python docs/open_questions.py``. Every entry is read off a result that the checker has accepted.
"""

from __future__ import annotations

from pathlib import Path

import mechsynth
from mechsynth.environment import Environment
from mechsynth.result import Result, Status
from mechsynth.result.vocabulary import TRANSFERS

INSTANCES = Path(__file__).resolve().parent.parent / "instances"
PAGE = Path(__file__).resolve().with_name("open-questions.md")

TITLE = """# Two open questions, instance by instance

Liu 2014 leaves open when transfers can add up to zero *ex post*, in every period and for every realization of the signals
(section 3.3), and conjectures that the designer cannot collect the whole continuation surplus after *every* history while agents may leave
(Remark 4.2). For each instance of the [library](gallery.md) the table says which is the smallest class of transfers that makes the
efficient rule periodic ex post incentive compatible and balances ex post, and whether the whole surplus can be collected after every history with the
largest class, `full+now`; if participation is asked for ex post, also the least rent that all agents together must be left at the worst history.
What is proved is about the efficient rule of the file (ties broken by the first action) and about all (infinite horizon: all stationary) transfers of the class; each entry
comes with a mechanism, or with multipliers of named rows that add up to a contradiction, and `mechsynth check` has accepted it.
"""

HEAD = (
    "instance",
    "ex post balance: smallest class",
    "whole surplus, participation ex post",
    "least rent, participation ex post",
    "whole surplus, participation interim",
)

NOTES = """
- *Smallest class*: `history-independent` and `vcg-type` are both tried first, since neither contains the other; a class stands there only if every
  class it contains is proved not to do. *none*: proved for all six classes (`full+now` contains the others); in brackets the requirements that are at odds there.
- *Whole surplus*: `pepic`, `surplus:every-history` and `participation:ex-post` or `participation:interim`. Remark 4.2 speaks of interim participation: expected given
  the own signal and the public history; read so, a **yes** in the last column is a counterexample to it if the horizon is infinite. *no*: in brackets the requirements that are at odds; *no* and no `participation` in brackets: not even from agents who may not leave.
- *Least rent*: the optimum of `min-rent` with `pepic` and `participation:ex-post`: the largest, over histories and signals, of what the agents together keep.
- *utilities below 0*: the question is posed for utilities of at least the outside option.
- With a horizon of 1 there is one history, the empty one.
"""


def proved(environment: Environment, *require: str, transfers: str, objective: str = "feasibility") -> Result:
    """Return a result that the checker accepts.

    Raises
    ------
    RuntimeError
        If it does not, or if nothing was proved.
    """
    wishes = ["pepic", *require]
    result = mechsynth.solve(environment, "implement", transfers=transfers, require=wishes, objective=objective)
    if result.status == Status.UNKNOWN:
        raise RuntimeError(f"{environment.name}: {wishes} with {transfers}: nothing was proved")
    verdict = result.check()
    if not verdict.accepted:
        raise RuntimeError(f"{environment.name}: {wishes} with {transfers}: {verdict.reason}")
    return result


def at_odds(result: Result) -> str:
    """Return the conflict of a negative result, in brackets."""
    assert result.witness is not None
    return f"({', '.join(f'`{wish}`' for wish in result.witness['conflict'])})"


def balance(environment: Environment) -> str:
    """Return the smallest class that implements the rule with payments that add up to zero ex post."""
    results = {kind: proved(environment, "budget:ex-post", transfers=kind) for kind in TRANSFERS}
    works = [kind for kind in TRANSFERS if results[kind].status == Status.FEASIBLE]
    if not works:
        return f"none {at_odds(results['full+now'])}"
    smallest = [kind for kind in works if kind in ("history-independent", "vcg-type")] or [minimal(works)]
    return ", ".join(f"`{kind}`" for kind in smallest)


def minimal(works: list[str]) -> str:
    """Return the first class of ``works``; ``contingent+now`` and ``full`` are not comparable, and both are named if both do alone."""
    if works[0] == "contingent+now" and "full" in works:
        return "contingent+now`, `full"
    return works[0]


def extraction(environment: Environment, participation: str) -> str:
    """Return whether the whole continuation surplus can be collected after every history."""
    if negative(environment):
        return "utilities below 0"
    if participation == "participation:interim" and environment.prior is None:
        return "no prior"
    result = proved(environment, participation, "surplus:every-history", transfers="full+now")
    return "**yes**" if result.status == Status.FEASIBLE else f"no {at_odds(result)}"


def rent(environment: Environment) -> str:
    """Return the least rent of all agents together, at the worst history."""
    if negative(environment):
        return "utilities below 0"
    result = proved(environment, "participation:ex-post", transfers="full+now", objective="min-rent")
    return str(result.value) if result.status == Status.OPTIMAL else f"not implementable {at_odds(result)}"


def negative(environment: Environment) -> bool:
    """Return whether some utility is below 0."""
    periods = (environment.period(t) for t in range(1, environment.last + 1))
    return any(int(period.utilities.num.min()) < 0 for period in periods)


def row(environment: Environment) -> tuple[str, ...]:
    """Return the entries of an instance."""
    return (
        f"`{environment.name}`",
        balance(environment),
        extraction(environment, "participation:ex-post"),
        rent(environment),
        extraction(environment, "participation:interim"),
    )


def page() -> str:
    """Return the text of the page, computed anew."""
    lines = [HEAD, tuple("---" for _ in HEAD)]
    lines += [row(mechsynth.load(path)) for path in sorted(INSTANCES.glob("*.json")) if path.name != "index.json"]
    return TITLE + "\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines) + NOTES


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
