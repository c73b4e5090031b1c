"""A fresh DuckDB in memory that can read the files of its relations, and has no way to others."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from trunkline.errors import DamagedLake, TrunklineError, UnusableFile, UsageError
from trunkline.lake import number_token
from trunkline.lake.beside import Stop
from trunkline.lake.given import Given, stop_the_clock
from trunkline.lake.relation import SYSTEM_SCHEMA, TIMES, Relation, literal

SPILL_MOST = "10GB"  # of disk, for what does not fit the memory of a query
NOTHING_GIVEN = Given()
FILE = re.compile(r"[\"'](?P<path>[^\"']+?\.(?i:parquet|csv|tsv))|CSV Error")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one query may use. ``rows`` of its answer; None for no limit.

    ``stop`` ends it before its time; where it ``rests``, only the time counts that DuckDB works.
    ``exact``: types that Arrow has none for come as Arrow's extensions of them, not as what is
    nearest, and a division by zero is an error, not an infinite number.
    """

    memory: str = "2GB"
    seconds: float = 600.0
    rows: int | None = None
    temporary: Path | None = None
    stop: Stop | None = None
    rests: bool = False
    exact: bool = False


@contextmanager
def session(
    relations: Iterable[Relation], default_schema: str, zone: str, limits: Limits
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection as ``locked`` makes it, closed at the end."""
    connection = locked(relations, default_schema, zone, limits)
    try:
        yield connection
    finally:
        connection.close()


def locked(
    relations: Iterable[Relation],
    default_schema: str,
    zone: str,
    limits: Limits,
    tokens: Mapping[str, str] | None = None,
    given: Given = NOTHING_GIVEN,
) -> duckdb.DuckDBPyConnection:
    """A connection that has the relations as views, and no way to anything else."""
    relations = tuple(relations)
    connection = duckdb.connect(":memory:")
    try:
        for schema in sorted({default_schema, SYSTEM_SCHEMA, *(r.schema for r in relations)}):
            connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{schema}"')
        set_zone(connection, zone)
        if given.now:
            stop_the_clock(connection, default_schema, given.now)
        connection.execute(f"SET search_path = {literal(default_schema)}")
        for relation in relations:
            with _damage(relation):
                create(connection, relation)
        number_token.create(connection, default_schema, tokens or {})
        _lock(connection, relations, limits)
    except BaseException:
        connection.close()
        raise
    return connection


def create(connection: duckdb.DuckDBPyConnection, relation: Relation) -> None:
    """A relation as a view of its files or of others, or as a table of its rows, or of none."""
    name = f'"{relation.schema}"."{relation.name}"'
    columns = ", ".join(f'"{column}"' for column, _ in relation.columns)
    if relation.rows is not None:
        repeats = TIMES in relation.rows.column_names
        table = f'"{relation.schema}"."{relation.name} and {TIMES}"' if repeats else name
        listed = f'{columns}, "{TIMES}"' if repeats else columns
        connection.register("incoming", relation.rows)
        connection.execute(f"CREATE TABLE {table} AS SELECT {listed} FROM incoming")  # noqa: S608
        connection.unregister("incoming")
        if repeats:  # as they are read: there may be millions
            source = f'{table} told, range(told."{TIMES}")'
            connection.execute(f"CREATE VIEW {name} AS SELECT {columns} FROM {source}")  # noqa: S608
    elif relation.query:
        query = relation.query
        if relation.hidden:
            query = f"SELECT {columns} FROM ({query})"  # noqa: S608
        connection.execute(f"CREATE VIEW {name} AS {query}")
    elif relation.parts:
        sources = (part.source(relation.every_column) for part in relation.parts)
        selects = (f"SELECT {columns} FROM {source}" for source in sources)  # noqa: S608
        connection.execute(f"CREATE VIEW {name} AS {' UNION ALL '.join(selects)}")
    else:
        columns = ", ".join(f'"{column}" {type_.duckdb}' for column, type_ in relation.columns)
        connection.execute(f"CREATE TABLE {name} ({columns})")


def set_zone(connection: duckdb.DuckDBPyConnection, zone: str) -> None:
    """What dates without a zone are of; UsageError where there is no such one."""
    try:
        connection.execute(f"SET TimeZone = {literal(zone)}")
    except duckdb.Error:
        raise UsageError(
            f"there is no time zone {zone!r}",
            hint="Use an IANA name such as Europe/Berlin or UTC.",
        ) from None


def _lock(
    connection: duckdb.DuckDBPyConnection,
    relations: tuple[Relation, ...],
    limits: Limits,
) -> None:
    paths = ", ".join(literal(path) for r in relations for path in r.files)
    temporary = literal(str(limits.temporary)) if limits.temporary else "''"
    for setting in (
        f"memory_limit = {literal(limits.memory)}",
        f"temp_directory = {temporary}",
        f"max_temp_directory_size = {literal(SPILL_MOST)}",
        "errors_as_json = true",
        f"arrow_lossless_conversion = {limits.exact}",
        f"ieee_floating_point_ops = {not limits.exact}",
        "python_enable_replacements = false",
        "enable_progress_bar = false",  # which goes to stdout, wherever it takes somebody to look
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        f"allowed_paths = [{paths}]",
        "enable_external_access = false",
        "allowed_configs = ['TimeZone']",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")


@contextmanager
def _damage(relation: Relation) -> Iterator[None]:
    """A view is made: DuckDB opens its first file, whose fault anything that fails is."""
    try:
        yield
    except duckdb.Error as error:
        raise unreadable(str(error), (relation,)) from error


def unreadable(message: str, relations: Iterable[Relation]) -> TrunklineError:
    """The error of a file that cannot be read: the user's own, or one of the lake."""
    for relation in relations:
        if path := next((path for path in relation.opened if path in message), None):
            return UnusableFile(
                f"{relation.qualified} cannot be read: {Path(path).name} is damaged, or has "
                "changed or gone meanwhile",
                hint="Ask again once it is whole.",
            )
    return damaged(message)


def damaged(message: str) -> DamagedLake:
    """The error of DuckDB that a file of ours accounts for."""
    named = FILE.search(message)
    return DamagedLake(
        f"a file of the lake is missing or damaged: {(named and named['path']) or message}",
        hint="Restore it from a backup; or move the data directory away, and the days are "
        "fetched again when they are asked for.",
    )
