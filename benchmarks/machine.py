"""The machine and the versions that a table is about."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path

from benchmarks.competitors import ALL

ALSO = ("numpy", "python-flint", "highspy")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def versions() -> dict[str, str]:
    """Return the versions of everybody, "not installed" where somebody is absent."""
    found = {each.package: each.version() or "not installed" for each in ALL.values()}
    for name in ALSO:
        try:
            found.setdefault(name, metadata.version(name))
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return {"python": platform.python_version(), **found}


def machine() -> dict[str, str]:
    """Return processor, cores, memory, system and what limits threads."""
    return {
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 1e9:.0f} GB",
        "system": f"{platform.system()} {platform.release()}",
        "threads": ", ".join(f"{key}={os.environ[key]}" for key in THREADS if key in os.environ) or "not limited",
        "load before": " ".join(f"{value:.2f}" for value in os.getloadavg()),
    }


def _processor() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()
