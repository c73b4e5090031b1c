"""Constant expressions of a query, evaluated by the engine that will run it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import duckdb

from trunkline.lake.given import Given
from trunkline.lake.session import Limits, deadline, session

SECONDS = 5.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@contextmanager
def evaluator(zone: str, now: datetime | None = None) -> Iterator[Callable[[str], datetime | None]]:
    """A function from an expression to the instant it means in ``zone``; None if it means none.

    ``now`` is what the present means; DuckDB's own where it is None.
    """
    with session((), "main", zone, Limits(), given=Given(now)) as connection:
        yield evaluator_of(connection)


def evaluator_of(connection: duckdb.DuckDBPyConnection) -> Callable[[str], datetime | None]:
    """The same, in the zone and at the present of a session that is open."""

    def constant(expression: str) -> datetime | None:
        query = f"SELECT epoch_us(CAST(({expression}) AS TIMESTAMP WITH TIME ZONE))"
        try:
            with deadline(connection, SECONDS):
                row = connection.execute(query).fetchone()
            return None if row is None or row[0] is None else _instant(row[0])
        except (duckdb.Error, OverflowError):
            return None

    return constant


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
