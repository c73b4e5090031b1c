"""Rows of relations by SQL of ours, in batches: for what copies them to another place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from trunkline.errors import LimitExceeded
from trunkline.lake.locked import Limits, damaged, session
from trunkline.lake.relation import Relation

BATCH_ROWS = 16_384  # wide ones: about 8 MB of sessions


@dataclass(frozen=True, slots=True)
class Rows:
    """Relations that can be read. What DuckDB refuses of SQL that is ours, its files are to blame.

    Raises DamagedLake and LimitExceeded.
    """

    _connection: duckdb.DuckDBPyConnection
    _limits: Limits

    def batches(self, sql: str) -> Iterator[pa.RecordBatch]:
        """The rows of a query; to be read to their end, or closed, before the next one."""
        with self._errors():
            reader = self._connection.sql(sql).to_arrow_reader(BATCH_ROWS)
            try:
                yield from reader
            finally:
                reader.close()

    def all(self, sql: str) -> list[tuple[Any, ...]]:
        """The few rows of a query."""
        with self._errors():
            return self._connection.execute(sql).fetchall()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except (duckdb.Error, OSError, MemoryError) as error:
            message = str(error)
            if isinstance(error, MemoryError) or message.startswith("Out of Memory Error"):
                raise LimitExceeded(
                    f"reading a day needs more memory than {self._limits.memory}",
                    hint="Raise the setting query_memory.",
                ) from error
            raise damaged(message) from error


@contextmanager
def reading(relations: Iterable[Relation], default_schema: str, limits: Limits) -> Iterator[Rows]:
    """The relations as DuckDB reads them, in UTC."""
    with session(relations, default_schema, "UTC", limits) as connection:
        yield Rows(connection, limits)
