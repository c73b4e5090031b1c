"""One DuckDB in memory that has the system catalogue, and whatever of ours stands in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.lake.gate import spelled
from trunkline.lake.relation import literal
from trunkline.lake.system.kinds import arrow_of
from trunkline.lake.system.placing import HOMES, Names, judged, parameters_of
from trunkline.lake.system.pristine import pristine, relations, schema_of

SCRIPTS = ("names", "views", "macros", "information")
MEMORY = "512MB"
_VIEW = re.compile(r"CREATE VIEW (pg|info)\.(\w+)")
_SHOWN = pa.schema([("kind", pa.string()), ("oid", pa.uint32()), ("words", pa.string())])
_DUCKDB = {
    pa.bool_(): "BOOLEAN", pa.int16(): "SMALLINT", pa.int32(): "INTEGER", pa.int64(): "BIGINT",
    pa.uint32(): "UINTEGER", pa.float32(): "FLOAT", pa.float64(): "DOUBLE", pa.string(): "VARCHAR",
    pa.timestamp("us", tz="UTC"): "TIMESTAMPTZ", pa.timestamp("us"): "TIMESTAMP",
    pa.month_day_nano_interval(): "INTERVAL",
}  # fmt: skip
# Relations of PostgreSQL's that a view stands before: their rows are kept under another name.
_BELOW = {"pg_settings": "k_settings"}

_MACRO = re.compile(r"CREATE MACRO pg\.(\w+)\(.*?\) AS(?P<table> TABLE)?\s")
MOST_KEPT = 1_000  # texts whose compiled form is kept

Rows = Mapping[str, list[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A text that may run, as DuckDB runs it, and the numbers of its parameters.

    A translation may have left out some that a client gives.
    """

    text: str
    parameters: tuple[int, ...]

    def given(self, values: Sequence[object]) -> dict[str, object]:
        """Values of the parameters that the text has; NULL where there is none."""
        return {
            str(number): values[number - 1] if number <= len(values) else None
            for number in self.parameters
        }


class SystemDatabase:
    """The system catalogue with rows of ours: made once, for many sessions; the last ends it."""

    def __init__(self, rows: Rows) -> None:
        self.connection = _opened(rows)
        self._compiled: dict[str, Compiled] = {}
        self.described: dict[
            Compiled, pa.Schema
        ] = {}  # what answers are made of, where it is known

    def compiled(self, sql: str, scratch: frozenset[str]) -> Compiled:
        """A text judged and with its names changed; kept for whoever asks the same again."""
        known = None if scratch else self._compiled.get(sql)
        if known:
            return known
        tree = judged(sql, replace(_names(), scratch=scratch))
        made = Compiled(spelled(tree), parameters_of(tree))
        if not scratch:
            if len(self._compiled) >= MOST_KEPT:
                self._compiled.clear()
                self.described.clear()
            self._compiled[sql] = made
        return made


@cache
def _names() -> Names:
    """What the scripts and the pristine catalogue have."""
    macros = [found for name in SCRIPTS for found in _MACRO.finditer(script(name))]
    named: dict[str, set[str]] = {schema: set() for schema in HOMES}
    for schema, name in relations():
        named[schema].add(name)
    tables = frozenset(found[1] for found in macros if found["table"])
    scalars = frozenset(found[1] for found in macros if not found["table"])
    return Names(named, scalars, tables)


def _opened(rows: Rows) -> duckdb.DuckDBPyConnection:
    """Nothing outside can be reached from it, and its settings stand."""
    connection = duckdb.connect(":memory:")
    try:
        for home in HOMES.values():
            connection.execute(f"CREATE SCHEMA {home}")
        _tables(connection, rows)
        for name in SCRIPTS:
            connection.execute(script(name))
        _lock(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def script(name: str) -> str:
    """One of the SQL files."""
    return (resources.files(__package__) / "sql" / f"{name}.sql").read_text("utf-8")


def _tables(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    views = {found for name in SCRIPTS for found in _VIEW.findall(script(name))}
    empty = []
    for (schema, name), columns in relations().items():
        home = HOMES[schema]
        if (home, name) in views and name not in _BELOW:
            continue
        table = _filled(name, schema_of(columns), rows)
        if table is None:
            listed = ", ".join(f'"{c}" {_duckdb(arrow_of(t))}' for c, t in columns.items())
            empty.append(f'CREATE TABLE {home}."{_BELOW.get(name, name)}" ({listed})')
        else:
            _create(connection, f'{home}."{_BELOW.get(name, name)}"', table)
    connection.execute(";\n".join(empty))
    _create(connection, "shown", _filled("shown", _SHOWN, rows) or _SHOWN.empty_table())


def _filled(name: str, schema: pa.Schema, rows: Rows) -> pa.Table | None:
    """The pristine rows and ours; None where there are none."""
    parts = [table.cast(schema) for table in (pristine().get(name),) if table is not None]
    if name == "pg_database":  # ours stands for the one that initdb makes
        parts = [part.filter(pc.field("datistemplate")) for part in parts]
    if name in rows:
        parts.append(pa.Table.from_pylist(rows[name], schema))
    return pa.concat_tables(parts) if parts else None


def _create(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    connection.register("incoming", table)
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")  # noqa: S608
    connection.unregister("incoming")


def _duckdb(type_: pa.DataType) -> str:
    return f"{_duckdb(type_.value_type)}[]" if pa.types.is_list(type_) else _DUCKDB[type_]


def _lock(connection: duckdb.DuckDBPyConnection) -> None:
    for setting in (
        f"memory_limit = {literal(MEMORY)}",
        "temp_directory = ''",
        "errors_as_json = true",
        "python_enable_replacements = false",
        "enable_progress_bar = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "threads = 1",
        "arrow_lossless_conversion = true",
        "GLOBAL ieee_floating_point_ops = false",  # a local one would not be of its cursors
        "enable_external_access = false",
        "allowed_configs = ['TimeZone']",
        "lock_configuration = true",
    ):
        connection.execute(f"SET {setting}")
