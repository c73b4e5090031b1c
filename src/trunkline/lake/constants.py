"""Constant expressions of a query, evaluated by the engine that will run it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import duckdb

from trunkline.lake.beside import Beside, Deadline

SECONDS = 5.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def evaluator_of(at_work: Beside) -> Callable[[str], datetime | None]:
    """A function from an expression to the instant it means; None if it means none.

    It means it in the zone and at the present of a session that is open.
    """

    def constant(expression: str) -> datetime | None:
        query = f"SELECT epoch_us(CAST(({expression}) AS TIMESTAMP WITH TIME ZONE))"
        try:
            row = at_work.do(lambda: _first(at_work, query), Deadline(SECONDS))
            return None if row is None or row[0] is None else _instant(row[0])
        except (duckdb.Error, MemoryError, OverflowError):
            return None

    return constant


def _first(at_work: Beside, query: str) -> tuple[int | None] | None:
    return at_work.connection.execute(query).fetchone()


def _instant(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)
