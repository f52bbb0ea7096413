"""What a verdict rested on: the files, functions and lines of the checker that were run for it."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, field
from typing import Any

_HOME = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "")
_FUNCTION = 1  # inspect.CO_OPTIMIZED: set in the code of functions, not of modules and classes
_ROOM, _CLAIMS = os.path.join(_HOME, "check", ""), os.path.join(_HOME, "asks", "")
_READER = tuple(os.path.join(_HOME, "result", name) for name in ("codec.py", "witness.py"))


@dataclass
class Trust:
    """Lines and functions of the checker that are run in this thread while it is entered, by file.

    Parameters
    ----------
    wanted:
        Whether anything is to be noted; otherwise entering it does nothing.
    lines, functions:
        Per file of the package ``check``, of claims of questions, and of the reader of witnesses, the numbers of the lines, and the names of the functions.
    """

    wanted: bool = True
    lines: dict[str, set[int]] = field(default_factory=dict)
    functions: dict[str, set[str]] = field(default_factory=dict)
    _before: Any = None

    def __enter__(self) -> Trust:
        if self.wanted:
            self._before = sys.gettrace()
            sys.settrace(self._entered)
        return self

    def __exit__(self, *_: object) -> None:
        if self.wanted:
            sys.settrace(self._before)

    def _entered(self, frame: Any, event: str, _: Any) -> Any:
        code = frame.f_code
        path = code.co_filename
        claims = path.startswith(_CLAIMS) and os.path.basename(path) == "claim.py"
        # what stands outside functions, in modules and classes, is run once, when a file is loaded
        if not (claims or path in _READER or path.startswith(_ROOM)) or not code.co_flags & _FUNCTION:
            return None
        name = path.removeprefix(_ROOM).removeprefix(_HOME).replace(os.sep, "/")
        self.functions.setdefault(name, set()).add(code.co_qualname.partition(".<locals>")[0])
        seen = self.lines.setdefault(name, set())

        def line(frame: Any, event: str, _: Any) -> Any:
            if event == "line":
                seen.add(frame.f_lineno)
            return line

        return line

    def document(self) -> dict[str, object]:
        """Return it as JSON holds it."""
        names = sorted(self.lines)
        return {name: {"lines": len(self.lines[name]), "functions": sorted(self.functions[name])} for name in names}

    def words(self) -> str:
        """Return a table: lines, file, functions."""
        whole = sum(map(len, self.lines.values()))
        rows = [f"This rested on {whole} lines in {len(self.lines)} files of the checker:"]
        for name in sorted(self.lines):
            rows.append(f"{len(self.lines[name]):6}  {name}: {', '.join(sorted(self.functions[name]))}")
        return "\n".join(rows)
