"""DuckDB is the oracle: a query answers the same over all rows as over those that were planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import duckdb
import pytest

from tests.unit.planner.pairs import Pair, every_pair
from tests.unit.planner.rows import answer, by_scan, days_only, filled, session


def _bounded() -> list[Pair]:
    return [p for p in every_pair() if p.is_run and "unbounded" not in p.expected[0]]


@pytest.fixture(scope="module")
def rows() -> Iterator[duckdb.DuckDBPyConnection]:
    with filled() as connection:
        yield connection


@pytest.mark.parametrize("pair", _bounded(), ids=lambda pair: pair.name)
def test_days_that_are_not_planned_do_not_matter(
    pair: Pair, rows: duckdb.DuckDBPyConnection
) -> None:
    connection = session(rows, pair.now)
    days_only(connection, pair.plan())
    connection.execute(f"SET TimeZone = '{pair.time_zone}'")
    whole = answer(connection, pair.sql, pair.parameters)
    connection.execute("SET search_path = 'pruned'")
    assert answer(connection, pair.sql.replace("genesys.", "pruned."), pair.parameters) == whole


@pytest.mark.parametrize("pair", _bounded(), ids=lambda pair: pair.name)
def test_no_table_needs_more_than_its_own_scan(pair: Pair, rows: duckdb.DuckDBPyConnection) -> None:
    connection = session(rows, pair.now)
    pruned = by_scan(connection, pair.plan())
    connection.execute(f"SET TimeZone = '{pair.time_zone}'")
    assert pruned != pair.sql
    whole = answer(connection, pair.sql, pair.parameters)
    assert answer(connection, pruned, pair.parameters) == whole


def test_the_oracle_would_notice(rows: duckdb.DuckDBPyConnection) -> None:
    pair = next(p for p in _bounded() if p.name == "conjunction-1")
    connection = session(rows, pair.now)
    days_only(
        connection, replace(pair, sql=pair.sql.replace("'2025-01-08'", "'2025-01-07'")).plan()
    )
    whole = answer(connection, pair.sql, pair.parameters)
    connection.execute("SET search_path = 'pruned'")
    assert answer(connection, pair.sql, pair.parameters) != whole
