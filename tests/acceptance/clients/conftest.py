"""Both servers, started once for a worker: clients meet each in turn."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests import postgres_server
from tests.acceptance.clients import serving, targets
from tests.acceptance.clients.targets import Target

ROWS = 20_000
SERVERS = ("trunkline", "postgresql")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each test of a client is two: against our server and against the control.

    One worker runs all of one server's, so that each server is started once.
    """
    if "target" in metafunc.fixturenames:
        marked = [pytest.param(s, marks=pytest.mark.xdist_group(f"wire-{s}")) for s in SERVERS]
        metafunc.parametrize("target", marked, indirect=True, scope="session")


@pytest.fixture(scope="session")
def ours() -> Iterator[Target]:
    """``trunkline serve`` over a folder of local tables."""
    with serving.trunkline(ROWS) as target:
        yield target


@pytest.fixture(scope="session")
def control() -> Iterator[Target]:
    """PostgreSQL 15 with the same rows."""
    if not postgres_server.INSTALLED:
        pytest.skip("PostgreSQL 15 is not installed: nothing to compare with")
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed: no certificate for the control")
    with targets.postgresql(ROWS) as target:
        yield target


@pytest.fixture(scope="session")
def target(request: pytest.FixtureRequest) -> Target:
    """The server of this run of the test."""
    name = "ours" if request.param == "trunkline" else "control"
    found: Target = request.getfixturevalue(name)
    return found
