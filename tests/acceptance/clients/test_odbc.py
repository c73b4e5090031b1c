"""psqlodbc through unixODBC, as Excel uses it, finds and reads as in PostgreSQL 15."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.clients.data import KEY, TABLE
from tests.acceptance.clients.targets import DATABASE, PASSWORD, SCHEMA, USER, Target

pytest.importorskip("pyodbc", reason="unixODBC is not installed", exc_type=ImportError)
import pyodbc

DRIVER = Path("/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so")
pytestmark = [
    pytest.mark.skipif(not DRIVER.exists(), reason="Debian's odbc-postgresql is not installed"),
    pytest.mark.xdist_group("wire-trunkline"),
]
WAYS = {
    "as installed": "",
    "for Excel": "UseDeclareFetch=1;Fetch=1000;BoolsAsChar=0",
    "prepared here": "UseServerSidePrepare=0;Protocol=7.4-1",
    "over TLS": "SSLmode=require",
}
Ask = Callable[[pyodbc.Connection], Any]


@contextmanager
def connected(target: Target, way: str) -> Iterator[pyodbc.Connection]:
    words = f"Driver={DRIVER};Server=127.0.0.1;Port={target.port};Database={DATABASE};"
    opened = pyodbc.connect(f"{words}Uid={USER};Pwd={PASSWORD};{WAYS[way]}", autocommit=True)
    try:
        yield opened
    finally:
        opened.close()


def rows(cursor: pyodbc.Cursor) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in cursor.fetchall()]


def listed(sql: str, *given: object) -> Ask:
    return lambda connection: rows(connection.cursor().execute(sql, *given))


def columns(connection: pyodbc.Connection) -> Any:
    """All but the number of the table, which is each server's own."""
    found = rows(connection.cursor().columns(schema=SCHEMA, table=TABLE))
    return [row[:22] + row[23:] for row in found]


def description(connection: pyodbc.Connection) -> Any:
    cursor = connection.cursor().execute(f"select * from {TABLE} where 1 = 0")
    return cursor.description, rows(cursor)


def parts(connection: pyodbc.Connection) -> Any:
    cursor = connection.cursor().execute(f"select n_transfers, cost from {TABLE}")
    read, total = 0, Decimal(0)
    while part := cursor.fetchmany(700):
        read += len(part)
        total += sum(row[1] for row in part)
    return read, total


def an_error(connection: pyodbc.Connection) -> Any:
    with pytest.raises(pyodbc.ProgrammingError) as raised:
        connection.execute("select * from no_such_table_x")
    return raised.value.args[0], rows(connection.execute("select 1"))


def a_transaction(connection: pyodbc.Connection) -> Any:
    connection.autocommit = False
    first = rows(connection.execute(f"select count(*) from {TABLE}"))
    connection.commit()
    with pytest.raises(pyodbc.Error):
        connection.execute("select no_such_column_x")
    connection.rollback()
    found = first, rows(connection.execute("select 1"))
    connection.commit()
    return found


def several_results(connection: pyodbc.Connection) -> Any:
    cursor = connection.execute("select 1; select 2")
    first = rows(cursor)
    return first, cursor.nextset(), rows(cursor)


def about(connection: pyodbc.Connection) -> Any:
    wanted = (
        pyodbc.SQL_DBMS_NAME, pyodbc.SQL_DATABASE_NAME, pyodbc.SQL_USER_NAME,
        pyodbc.SQL_DATA_SOURCE_READ_ONLY, pyodbc.SQL_TXN_CAPABLE, pyodbc.SQL_IDENTIFIER_QUOTE_CHAR,
    )  # fmt: skip
    return [connection.getinfo(number) for number in wanted]


MINUTE = (datetime(2026, 1, 1), datetime(2026, 1, 1, 0, 1))  # noqa: DTZ001 timestamps without zone
BY_MEDIUM = (
    f"SELECT {TABLE}.media_type, count(*), sum({TABLE}.cost) "
    f"FROM {DATABASE}.{SCHEMA}.{TABLE} {TABLE} "
    f"WHERE {TABLE}.conversation_start >= {{ts '2026-01-01 00:00:00'}} "
    f"GROUP BY {TABLE}.media_type ORDER BY {TABLE}.media_type"
)
CHECKS: dict[str, Ask] = {
    "about the server": about,
    "tables": lambda c: rows(c.cursor().tables(schema=SCHEMA)),
    "tables alone": lambda c: rows(c.cursor().tables(schema=SCHEMA, tableType="TABLE")),
    "columns": columns,
    "primary keys": lambda c: rows(c.cursor().primaryKeys(TABLE, schema=SCHEMA)),
    "foreign keys": lambda c: rows(
        c.cursor().foreignKeys(foreignTable=TABLE, foreignSchema=SCHEMA)
    ),
    "referring keys": lambda c: rows(c.cursor().foreignKeys(table=TABLE, schema=SCHEMA)),
    "statistics": lambda c: [row[:6] for row in rows(c.cursor().statistics(TABLE, schema=SCHEMA))],
    "row ids": lambda c: rows(c.cursor().rowIdColumns(TABLE, schema=SCHEMA)),
    "types": lambda c: sorted(row[0] for row in rows(c.cursor().getTypeInfo())),
    "procedures": lambda c: rows(c.cursor().procedures(schema=SCHEMA)),
    "a row of every type": listed(f"select * from {TABLE} where conversation_id = '{KEY}'"),
    "about a result": description,
    "parameters": listed(
        "select ?::int, ?::text, ?::date, ?::float8, ?::numeric", 1, "o'k ñ", date(2026, 1, 2), 1.5,
        Decimal("1.50"),
    ),
    "parameters in a condition": listed(
        f"select count(*) from {TABLE} where conversation_start >= ? and conversation_start < ?",
        *MINUTE,
    ),
    "text in a condition": listed(f"select count(*) from {TABLE} where media_type = ?", "voice"),
    "Microsoft Query": listed(BY_MEDIUM),
    "functions of ODBC": listed("select {fn ucase('a')}, {fn length('abc')}, {d '2026-01-02'}"),
    "read a part at a time": parts,
    "an error": an_error,
    "a transaction": a_transaction,
    "several results": several_results,
}  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", CHECKS)
def test_it_is_as_in_postgresql(ours: Target, control: Target, name: str, way: str) -> None:
    with connected(ours, way) as here, connected(control, way) as there:
        assert CHECKS[name](here) == CHECKS[name](there)
