"""Drawn queries give what a real PostgreSQL gives, where one is installed."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.dialect_drawn import query
from tests.dialect_rows import Catalogue, asked, made
from tests.postgres_client import Answer, Client
from tests.postgres_server import INSTALLED, PORT, running
from tests.unit.servers.sql.recorded import same, sent
from trunkline.servers.postgres.sql import translated

TOO_WIDE = ("multiplication of DECIMAL", "numeric value out of range: a quotient or a mean")

pytestmark = pytest.mark.skipif(not INSTALLED, reason="no PostgreSQL 15 here")


@pytest.fixture(scope="module")
def server() -> Iterator[Client]:
    with running() as directory, Client(directory, PORT) as client:
        for statement in made(postgres=True):
            client.simple(statement)
        yield client


def _answer(server: Client, sql: str) -> Answer | None:
    try:
        return server.extended(sql, 0)
    except RuntimeError:  # it has no value there: an overflow, for example
        return None


@given(seed=st.integers(0, 1 << 32))
def test_a_drawn_query_has_the_same_answer(server: Client, seed: int) -> None:
    sql = query(seed)
    theirs = _answer(server, sql)
    if theirs is None:
        return
    found = translated(sql, Catalogue())
    try:
        _, rows = sent(asked(found.sql))
    except duckdb.Error as error:  # a number wider than DuckDB's are, or than a double's digits
        assert any(words in str(error) for words in TOO_WIDE)  # noqa: PT017 - one of many examples
        return
    assert list(found.names) == theirs.names
    types = [one.oid if one else None for one in found.types]
    assert types == theirs.oids
    assert len(rows) == len(theirs.rows), found.sql
    for ours, row in zip(rows, theirs.rows, strict=True):
        for one, other in zip(ours, row, strict=True):
            assert same(one, other.decode() if other is not None else None), found.sql
