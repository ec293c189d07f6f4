"""Loaded before Django: a scratch home per test process, skips that become failures under KAIBO_REQUIRE_ALL."""

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import emptying, forking

# The build machine draws the same cases every time: a change lands or not by what it does, not by luck. Developers
# and `make soak` draw anew at each run, and what they find becomes a case of its own.
settings.register_profile("build", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
if os.environ.get("KAIBO_REQUIRE_ALL") == "1":
    settings.load_profile("build")

_HOME = Path(tempfile.mkdtemp(prefix="kaibo-test-"))
os.environ["KAIBO_HOME"] = str(_HOME)
os.environ.setdefault("KAIBO_ZONE", "Asia/Shanghai")
os.environ.setdefault("KAIBO_HOSTS", "127.0.0.1,localhost,testserver")


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_HOME, ignore_errors=True)


def pytest_sessionstart() -> None:
    """After Django is set up."""
    emptying.install()
    forking.install()


CHAINS = {
    "tests/parity/": "parity",
    "tests/faults/": "faults",
    **{f"tests/journeys/test_{one}.py": "servers" for one in ("hung", "proxies", "replicas", "shards", "upgrades")},
    "tests/journeys/": "journeys",
}
"""What runs one after the other: two Sparks, or two servers that are killed, fight over two cores. The first that
fits counts; those of several servers are a chain of their own, else the journeys end long after everything else."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Each chain to one process, the longest first; every other test by itself. (Marks of groups are lost between
    pytest 9.2 and pytest-xdist 3.8.)"""
    from xdist.scheduler import LoadScopeScheduling

    class Chains(LoadScopeScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return next((chain for start, chain in CHAINS.items() if nodeid.startswith(start)), nodeid)

    return Chains(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A skip is a failure where everything is said to be installed."""
    report = yield
    if report.skipped and os.environ.get("KAIBO_REQUIRE_ALL") == "1" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although KAIBO_REQUIRE_ALL=1: {report.longrepr}"
    return report


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own for one test: log, lake and keys start empty."""
    folder = tmp_path / "home"
    monkeypatch.setenv("KAIBO_HOME", str(folder))
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real recordings; the test is skipped where it is absent."""
    folder = Path(os.environ.get("KAIBO_SHARED_DATA") or Path(__file__).parents[2] / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"no recordings in {folder}; set KAIBO_SHARED_DATA")
    return folder
