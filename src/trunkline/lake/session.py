"""A query session: a fresh DuckDB in memory that can read one snapshot's files and nothing else."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from trunkline.errors import LimitExceeded
from trunkline.lake import gate
from trunkline.lake.messages import sql_error
from trunkline.lake.relation import SYSTEM_SCHEMA, Relation, find

BATCH_ROWS = 65_536


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use. ``rows`` of its answer; None for no limit."""

    memory: str = "2GB"
    seconds: float = 600.0
    rows: int | None = None
    temporary: Path | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """Batches of one query, in its column order."""

    schema: pa.Schema
    batches: Iterator[pa.RecordBatch]


def describe(
    sql: str, relations: Iterable[Relation], default_schema: str, zone: str
) -> tuple[str, ...]:
    """Parse and bind the text against empty relations, running nothing; its column names.

    Raises ForbiddenSql, UnknownRelation, UnknownColumn or SqlError, each with its position.
    """
    empty = tuple(Relation(r.schema, r.name, r.columns) for r in relations)
    with session(empty, default_schema, zone, Limits()) as connection:
        gate.check(sql, lambda name, schema: _known(empty, name, schema, default_schema, sql))
        with _sql_errors(sql, empty):
            return tuple(connection.sql(sql).columns)


@contextmanager
def answer(
    sql: str, relations: tuple[Relation, ...], default_schema: str, zone: str, limits: Limits
) -> Iterator[Answer]:
    """Run the user's own text; batches are read while the context is open.

    Raises LimitExceeded where it needs more memory, time or rows than it may.
    """
    gate.check(sql, lambda name, schema: _known(relations, name, schema, default_schema, sql))
    with session(relations, default_schema, zone, limits) as connection:
        timer = threading.Timer(limits.seconds, connection.interrupt)
        timer.daemon = True
        timer.start()
        try:
            with _sql_errors(sql, relations, limits):
                reader = connection.sql(sql).to_arrow_reader(BATCH_ROWS)
            yield Answer(reader.schema, _counted(reader, sql, relations, limits))
        finally:
            timer.cancel()


def _counted(
    reader: pa.RecordBatchReader, sql: str, relations: tuple[Relation, ...], limits: Limits
) -> Iterator[pa.RecordBatch]:
    rows = 0
    with _sql_errors(sql, relations, limits):
        for batch in reader:
            rows += batch.num_rows
            if limits.rows is not None and rows > limits.rows:
                raise LimitExceeded(
                    f"the answer has more than {limits.rows:,} rows",
                    hint="Aggregate or add LIMIT, or raise the setting max_rows.",
                )
            yield batch


@contextmanager
def session(
    relations: Iterable[Relation], default_schema: str, zone: str, limits: Limits
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A locked connection that has the relations as views, and no way to anything else."""
    relations = tuple(relations)
    connection = duckdb.connect(":memory:")
    try:
        for schema in sorted({default_schema, SYSTEM_SCHEMA, *(r.schema for r in relations)}):
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        for relation in relations:
            _create(connection, relation)
        _lock(connection, relations, default_schema, zone, limits)
        yield connection
    finally:
        connection.close()


def _create(connection: duckdb.DuckDBPyConnection, relation: Relation) -> None:
    columns = ", ".join(f'"{name}" {type_.duckdb}' for name, type_ in relation.columns)
    if relation.rows is not None:
        connection.register("incoming", relation.rows)
        connection.execute(f"CREATE TABLE {relation.qualified} AS SELECT * FROM incoming")  # noqa: S608
        connection.unregister("incoming")
    elif relation.files:
        files = ", ".join(_literal(path) for path in relation.files)
        names = ", ".join(f'"{name}"' for name, _ in relation.columns)
        connection.execute(
            f"CREATE VIEW {relation.qualified} AS SELECT {names} FROM read_parquet([{files}])"  # noqa: S608
        )
    else:
        connection.execute(f"CREATE TABLE {relation.qualified} ({columns})")


def _lock(
    connection: duckdb.DuckDBPyConnection,
    relations: tuple[Relation, ...],
    default_schema: str,
    zone: str,
    limits: Limits,
) -> None:
    paths = ", ".join(_literal(path) for r in relations for path in r.files)
    temporary = _literal(str(limits.temporary)) if limits.temporary else "''"
    for setting in (
        f"TimeZone = {_literal(zone)}",
        f"search_path = {_literal(default_schema)}",
        f"memory_limit = {_literal(limits.memory)}",
        f"temp_directory = {temporary}",
        "python_enable_replacements = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        f"allowed_paths = [{paths}]",
        "enable_external_access = false",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _known(
    relations: tuple[Relation, ...], name: str, schema: str | None, default: str, sql: str
) -> bool:
    if find(relations, name, schema, default) is None:
        raise sql_error(f"Table with name {name} does not exist!", sql, relations)
    return True


@contextmanager
def _sql_errors(
    sql: str, relations: tuple[Relation, ...], limits: Limits | None = None
) -> Iterator[None]:
    try:
        yield
    except duckdb.InterruptException as error:
        seconds = limits.seconds if limits else 0
        raise LimitExceeded(
            f"the query ran longer than {seconds:,.0f} s and was stopped",
            hint="Narrow it, or raise the setting query_seconds.",
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise LimitExceeded(
            f"the query needs more memory than {limits.memory if limits else 'allowed'}",
            hint="Narrow it, or raise the setting query_memory.",
        ) from error
    except duckdb.Error as error:
        raise sql_error(str(error), sql, relations) from error
