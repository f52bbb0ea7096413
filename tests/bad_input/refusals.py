"""What every refusal looks like: exit code 2, one line that names a place and a remedy, nothing written, and soon."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from mechsynth.cli import main

SECONDS = 10.0


def refused(capsys: pytest.CaptureFixture[str], arguments: list[str], *words: str) -> str:
    """Run a command that must be refused; return its line. `words` must stand in it."""
    capsys.readouterr()
    start = time.process_time()
    code = main(arguments)
    took = time.process_time() - start
    captured = capsys.readouterr()
    assert code == 2, (code, captured.out[:300], captured.err[:300])
    assert took < SECONDS
    assert captured.out == ""
    one_line(captured.err, *words)
    return captured.err


def one_line(err: str, *words: str) -> None:
    """One line on standard error, fit for a terminal: `mechsynth: PLACE: PROBLEM; REMEDY`."""
    assert err.endswith("\n") and err.count("\n") == 1, err[:500]
    assert "Traceback" not in err
    line = err.rstrip("\n")
    assert line.isprintable(), ascii(line[:300])
    assert line.startswith("mechsynth: ")
    assert "; " in line, f"no remedy: {line[:300]}"
    assert ": " in line.removeprefix("mechsynth: "), f"no place: {line[:300]}"
    assert len(line) < 1000, len(line)
    for word in words:
        assert word in line, (word, line[:400])


def written(path: Path, content: Any) -> str:
    """A file with these bytes, or this object as JSON."""
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(path)


def inside(document: Any, *path: Any) -> Any:
    """The part of a document at a path."""
    for key in path:
        document = document[key]
    return document
