"""What the tests put before the checker, written down: `pytest --harvest FILE …` collects, `run.py --corpus FILE` tries it against every dropped claim."""

from __future__ import annotations

import hashlib
import pickle
from collections import Counter
from pathlib import Path
from typing import Any

from mechsynth.check import checker
from mechsynth.check.text import encode

LARGEST = 60_000  # bytes of a result, and of an instance, that is kept
MOST = 400  # of one test


class Harvest:
    """A pytest plugin that keeps every result, with its instance, and the test that had it checked."""

    def __init__(self, target: str) -> None:
        self.target = Path(target)
        self.test = ""
        self.kept: dict[str, tuple[bytes, Any, str]] = {}
        self.counts: Counter[str] = Counter()
        self.open = checker.opened

    def pytest_sessionstart(self) -> None:
        """Listen where files are opened."""
        checker.opened = self._listening  # type: ignore[assignment]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        """Know which test it is."""
        self.test = nodeid

    def pytest_sessionfinish(self) -> None:
        """Write what was kept."""
        checker.opened = self.open
        before = pickle.loads(self.target.read_bytes()) if self.target.exists() else []
        self.target.write_bytes(pickle.dumps(before + list(self.kept.values())))

    def _listening(self, result: Any, instance: Any) -> Any:
        try:
            self._keep(encode(result), instance)
        except Exception:  # malformed in a way that the reader itself is about to tell
            self.counts["lost"] += 1
        return self.open(result, instance)

    def _keep(self, data: bytes, instance: Any) -> None:
        named = instance if isinstance(instance, bytes) else instance.digest.encode()
        if len(data) > LARGEST or len(named) > LARGEST:
            return
        mark = hashlib.sha256(data + b"\0" + named).hexdigest()
        if mark not in self.kept and self.counts[self.test] < MOST:
            self.counts[self.test] += 1
            self.kept[mark] = (data, instance, self.test)
