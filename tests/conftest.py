"""Shared settings of the tests; this file also puts `tests/` on the path, so that `oracles` can be imported."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent
INSTANCES = ROOT / "instances"

_QUIET = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50, suppress_health_check=_QUIET)
settings.register_profile("search", derandomize=False, deadline=None, max_examples=1000, suppress_health_check=_QUIET)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session")
def instances() -> Path:
    """The folder of the instance library."""
    return INSTANCES


@pytest.fixture
def leases(tmp_path: Path) -> Any:
    """The oil leases as a JSON object, free to be changed."""
    return json.loads((INSTANCES / "liu2014-oil-leases.json").read_text(encoding="utf-8"))


@pytest.fixture
def leases_path() -> Path:
    """The file of the oil leases."""
    return INSTANCES / "liu2014-oil-leases.json"


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--harvest FILE` keeps what the tests put before the checker, for `tests/dropped/run.py --corpus FILE`; `--drop` tries one claim."""
    parser.addoption("--harvest", default=None, help="write the results that tests have checked to this file")
    parser.addoption("--drop", default=None, help="run without the refusal at FILE:LINE of the package: some test should fail")


def pytest_configure(config: pytest.Config) -> None:
    """Listen only where it is asked for."""
    if config.getoption("--harvest"):
        from dropped.harvest import Harvest

        config.pluginmanager.register(Harvest(config.getoption("--harvest")))
    if config.getoption("--drop"):
        from dropped import sites

        file, line = config.getoption("--drop").split(":")
        (site,) = (site for site in sites.sites([sites.PACKAGE / file]) if site.line == int(line))
        dropped = sites.without(site)
        dropped.__enter__()
        config.add_cleanup(lambda: dropped.__exit__(None, None, None))
