"""A real PostgreSQL, one for all these tests of a worker, and a database of its own for each."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.postgres_server import running
from tests.publishing import Base


@pytest.fixture(scope="session")
def server() -> Iterator[Path]:
    with running() as home:
        yield home


@pytest.fixture
def base(server: Path) -> Base:
    return Base.made(server)
