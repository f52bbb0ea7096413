"""Results, mechanisms and environments as fragments of HTML, for notebooks; the checker is not run."""

from __future__ import annotations

from mechsynth.display import drawn
from mechsynth.environment import Environment
from mechsynth.mechanism import Mechanism
from mechsynth.report.pages import of_environment, of_mechanism, of_result
from mechsynth.result import Result

drawn.register(Environment, of_environment)
drawn.register(Mechanism, of_mechanism)


@drawn.register(Result)
def _(result: Result) -> str | None:
    """Return a result; nothing for one without its environment, which has no file to show."""
    return None if result.environment is None else of_result(result)
