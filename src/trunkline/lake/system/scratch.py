"""Temporary tables of a session over the system catalogue, kept small.

Clients make them to see whether they may (Tableau), or to hold a list that they join with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb
import pyarrow as pa

from trunkline.errors import LimitExceeded, SqlError, UnknownRelation

MOST_TABLES = 100
MOST_ROWS = 100_000
MOST_BYTES = 32 << 20


@dataclass(frozen=True, slots=True)
class Size:
    """Of one table; ``bytes`` are those of its values as text."""

    rows: int = 0
    bytes: int = 0


@dataclass(slots=True)
class Scratch:
    """The tables there are, by name. What is done runs on the session's connection."""

    sizes: dict[str, Size] = field(default_factory=dict)

    def create(self, connection: duckdb.DuckDBPyConnection, name: str, sql: str) -> None:
        """CREATE TEMP TABLE of columns."""
        self._free(name)
        connection.execute(sql)
        self.sizes[name] = Size()

    def create_as(
        self,
        connection: duckdb.DuckDBPyConnection,
        name: str,
        sql: str,
        given: Mapping[str, object],
    ) -> int:
        """CREATE TEMP TABLE AS; how many rows."""
        self._free(name)
        return self._change(connection, name, sql, given)

    def fill(self, connection: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> int:
        """CREATE TEMP TABLE AS rows from elsewhere; how many."""
        connection.register("k_incoming", rows)
        try:
            return self.create_as(connection, name, created_as(name, "FROM k_incoming"), {})
        finally:
            connection.unregister("k_incoming")

    def insert(
        self,
        connection: duckdb.DuckDBPyConnection,
        name: str,
        sql: str,
        given: Mapping[str, object],
    ) -> int:
        """INSERT INTO; how many rows."""
        if name not in self.sizes:
            raise UnknownRelation(f'relation "{name}" does not exist')
        return self._change(connection, name, sql, given)

    def drop(self, connection: duckdb.DuckDBPyConnection, name: str) -> None:
        """DROP TABLE of one that there is."""
        connection.execute(f"DROP TABLE temp.{quoted(name)}")
        del self.sizes[name]

    def _free(self, name: str) -> None:
        if name in self.sizes:
            raise SqlError(f'relation "{name}" already exists')
        if len(self.sizes) >= MOST_TABLES:
            raise LimitExceeded(f"a session has {MOST_TABLES} temporary tables at the most")

    def _change(
        self,
        connection: duckdb.DuckDBPyConnection,
        name: str,
        sql: str,
        given: Mapping[str, object],
    ) -> int:
        """Rows that came; all of them go again where a session would have more than it may."""
        before = self.sizes.get(name, Size())
        connection.execute("BEGIN")
        try:
            connection.execute(sql, dict(given) or None)
            after = self._allowed(name, _size(connection, name))
            connection.execute("COMMIT")
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        self.sizes[name] = after
        return after.rows - before.rows

    def _allowed(self, name: str, size: Size) -> Size:
        others = [held for other, held in self.sizes.items() if other != name]
        if size.rows + sum(held.rows for held in others) > MOST_ROWS:
            raise LimitExceeded(
                f"the temporary tables of a session have {MOST_ROWS:,} rows at most"
            )
        if size.bytes + sum(held.bytes for held in others) > MOST_BYTES:
            raise LimitExceeded(
                f"the temporary tables of a session have {MOST_BYTES >> 20} MiB of values at most"
            )
        return size


def created(name: str, columns: Mapping[str, str]) -> str:
    """A table of columns, and their types as DuckDB writes them."""
    listed = ", ".join(f"{quoted(column)} {type_}" for column, type_ in columns.items())
    return f"CREATE TEMP TABLE {quoted(name)} ({listed})"


def created_as(name: str, query: str) -> str:
    """A table of what a query answers."""
    return f"CREATE TEMP TABLE {quoted(name)} AS {query}"


def inserted(name: str, columns: tuple[str, ...], query: str) -> str:
    """Rows of what a query answers, into columns or into all."""
    listed = f" ({', '.join(map(quoted, columns))})" if columns else ""
    return f"INSERT INTO temp.{quoted(name)}{listed} {query}"


def quoted(name: str) -> str:
    """An identifier as SQL writes it in any case."""
    return '"' + name.replace('"', '""') + '"'


def _size(connection: duckdb.DuckDBPyConnection, name: str) -> Size:
    counted = "count(*), coalesce(sum(strlen(CAST(k_row AS VARCHAR))), 0)"
    row = connection.execute(f"SELECT {counted} FROM temp.{quoted(name)} AS k_row").fetchone()  # noqa: S608
    return Size(int(row[0]), int(row[1])) if row else Size()
