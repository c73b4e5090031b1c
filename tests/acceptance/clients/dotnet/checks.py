"""Real Npgsql on .NET Core: a program of its own, since the runtime needs its environment at start.

Takes the folder of what was fetched; prints a line for each check: its name, a tab, what was found
or the error. Types are those that Power BI sees.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1])
sys.path += [str(FOLDER / "python"), str(FOLDER / "npgsql")]

import pythonnet  # noqa: E402
from clr_loader import get_coreclr  # noqa: E402

pythonnet.load(
    get_coreclr(
        runtime_config=str(FOLDER / "runtimeconfig.json"),
        dotnet_root=FOLDER / "dotnetcore2" / "bin",
    )
)
import clr  # noqa: E402

clr.AddReference("Npgsql")
clr.AddReference("System.Data.Common")
import Npgsql  # noqa: E402
import System  # noqa: E402
from System.Data import CommandBehavior, IsolationLevel  # noqa: E402

TABLE, KEY = "conversations", "00000000-0000-4000-8000-000000000001"
SCHEMA = os.environ["PGSCHEMA"]


def connected(**more: str) -> Any:
    words = {
        "Host": "127.0.0.1", "Port": os.environ["PGPORT"], "Username": os.environ["PGUSER"],
        "Password": os.environ["PGPASSWORD"], "Database": os.environ["PGDATABASE"],
        "Timeout": "20", "Pooling": "false",
    } | more  # fmt: skip
    opened = Npgsql.NpgsqlConnection(";".join(f"{name}={word}" for name, word in words.items()))
    opened.Open()
    return opened


def shown(value: Any) -> str:
    """Type and value, in words that depend on no culture."""
    if value is None or isinstance(value, System.DBNull):
        return "NULL"
    kind = value.GetType().Name if hasattr(value, "GetType") else type(value).__name__
    if isinstance(value, System.DateTime):
        return f"DateTime {value.Kind} {value.ToString('yyyy-MM-dd HH:mm:ss.ffffff')}"
    if hasattr(value, "GetType") and value.GetType().IsArray:
        return f"{kind} {list(value)}"
    return f"{kind} {value}"


def rows(reader: Any) -> list[tuple[str, ...]]:
    found = []
    while reader.Read():
        found.append(tuple(shown(reader.GetValue(place)) for place in range(reader.FieldCount)))
    return found


def command(connection: Any, sql: str, **given: Any) -> Any:
    made = Npgsql.NpgsqlCommand(sql, connection)
    for name, value in given.items():
        made.Parameters.Add(Npgsql.NpgsqlParameter(name, value))
    return made


def ask(connection: Any, sql: str, **given: Any) -> list[tuple[str, ...]]:
    reader = command(connection, sql, **given).ExecuteReader()
    try:
        return rows(reader)
    finally:
        reader.Close()


def table(connection: Any, collection: str, columns: tuple[str, ...], *given: str | None) -> Any:
    restrictions = System.Array[System.String](list(given)) if given else None
    found = (
        connection.GetSchema(collection, restrictions)
        if given
        else connection.GetSchema(collection)
    )
    wanted = columns or tuple(column.ColumnName for column in found.Columns)
    return sorted(tuple(shown(row[name]) for name in wanted) for row in found.Rows)


def typed_row(connection: Any) -> Any:
    return ask(connection, f"select * from {TABLE} where conversation_id = @key",
               key=System.Guid.Parse(KEY))  # fmt: skip


def schema_of_a_result(connection: Any) -> Any:
    reader = command(connection, f"select * from (select * from {TABLE}) x limit 0").ExecuteReader(
        CommandBehavior.SchemaOnly
    )
    wanted = ("ColumnName", "ColumnOrdinal", "ColumnSize", "NumericPrecision", "NumericScale",
              "DataType", "ProviderType", "AllowDBNull", "IsLong", "IsKey")  # fmt: skip
    try:
        about = reader.GetSchemaTable()
        return [tuple(shown(row[name]) for name in wanted) for row in about.Rows]
    finally:
        reader.Close()


def key_info(connection: Any) -> Any:
    reader = command(connection, f"select conversation_id, cost from {TABLE}").ExecuteReader(
        CommandBehavior.KeyInfo
    )
    try:
        return [(c.ColumnName, c.BaseTableName, c.DataTypeName, shown(c.AllowDBNull))
                for c in reader.GetColumnSchema()]  # fmt: skip
    finally:
        reader.Close()


def prepared(connection: Any) -> Any:
    sql = f"select n_transfers from {TABLE} where t_handle_ms = @ms order by conversation_start"
    asked = command(connection, sql, ms=System.Int64(37))
    asked.Prepare()
    found = []
    for number in (1, 2, 3):
        asked.Parameters[0].Value = System.Int64(37 * number)
        found.append(shown(asked.ExecuteScalar()))
    return found


def batch(connection: Any) -> Any:
    reader = command(connection, "select 1 as a; select 'two' as b, @x as c",
                     x=System.Int32(3)).ExecuteReader()  # fmt: skip
    first = rows(reader)
    reader.NextResult()
    found = [first, rows(reader)]
    reader.Close()
    return found


def failed(connection: Any, sql: str) -> str:
    try:
        ask(connection, sql)
    except Npgsql.PostgresException as error:
        return f"{error.SqlState} {error.Severity} {error.Position}"
    return "no error"


def transaction(connection: Any) -> Any:
    begun = connection.BeginTransaction(IsolationLevel.ReadCommitted)
    found: list[Any] = [ask(connection, "select 1")]
    begun.Save("here")
    wrong = ("select no_such_column", "select 1")
    found.extend(failed(connection, sql).split()[0] for sql in wrong)
    begun.Rollback("here")
    found.append(ask(connection, "select 2"))
    begun.Commit()
    return found


def out_of_time(connection: Any) -> Any:
    asked = command(connection, os.environ["WIRE_ENDLESS"])
    asked.CommandTimeout = 1
    try:
        asked.ExecuteScalar()
    except Npgsql.NpgsqlException as error:
        return type(error).__name__, ask(connected(), "select 1")
    return "no error"


def cancelled(connection: Any) -> Any:
    asked = command(connection, os.environ["WIRE_ENDLESS"])
    timer = System.Threading.Timer(System.Threading.TimerCallback(lambda _: asked.Cancel()), None,
                                   500, -1)  # fmt: skip
    try:
        asked.ExecuteScalar()
    except Npgsql.PostgresException as error:
        return error.SqlState, ask(connection, "select 1")
    finally:
        timer.Dispose()
    return "no error"


def exported(connection: Any) -> Any:
    rows_ = f"select n_transfers, tenant, cost from {TABLE} order by ingested_at limit 3"
    asked = f"copy ({rows_}) to stdout"
    reader = connection.BeginTextExport(asked)
    text = reader.ReadToEnd()
    reader.Dispose()
    reader = connection.BeginBinaryExport(asked + " (format binary)")
    found = []
    while reader.StartRow() != -1:
        found.append((reader.Read[System.Int32](), reader.Read[System.String](),
                      str(reader.Read[System.Decimal]())))  # fmt: skip
    reader.Dispose()
    return text, found


def pooled(_: Any) -> Any:
    found = []
    for _number in range(3):
        opened = connected(Pooling="true", MaxPoolSize="1")
        found.append(ask(opened, "show search_path"))
        ask(opened, "set search_path = pg_catalog")
        opened.Close()
    return found


def every_row(connection: Any) -> Any:
    reader = command(connection, f"select * from {TABLE}").ExecuteReader(
        CommandBehavior.SequentialAccess
    )
    read = 0
    while reader.Read():
        read += len(reader.GetString(1)) > 0
    reader.Close()
    return read


IN_MINUTE = (
    f"select count(*) from {TABLE} where conversation_start >= @a and conversation_start < @b"
)
MINUTE = {"a": System.DateTime(2026, 1, 1), "b": System.DateTime(2026, 1, 1, 0, 1, 0)}
CHECKS: dict[str, Callable[[Any], Any]] = {
    "version": lambda c: (c.PostgreSqlVersion.Major, shown(c.ServerVersion)),
    "tables": lambda c: table(c, "Tables", ("table_name", "table_type"), None, SCHEMA),
    "views": lambda c: table(c, "Views", ("table_name", "is_updatable"), None, SCHEMA),
    "columns": lambda c: table(c, "Columns", (
        "column_name", "ordinal_position", "is_nullable", "data_type", "numeric_precision",
        "numeric_scale", "datetime_precision"), None, SCHEMA, TABLE),
    "restrictions": lambda c: len(table(c, "Restrictions", ())),
    "collections": lambda c: table(c, "MetaDataCollections", ()),
    "words": lambda c: len(table(c, "ReservedWords", ())) > 50,
    "primary keys": lambda c: table(c, "PrimaryKey", (), None, SCHEMA),
    "foreign keys": lambda c: table(c, "ForeignKeys", (), None, SCHEMA),
    "indexes": lambda c: table(c, "Indexes", (), None, SCHEMA),
    "a row of every type": typed_row,
    "about a result": schema_of_a_result,
    "keys of a result": key_info,
    "times as parameters": lambda c: ask(c, IN_MINUTE, **MINUTE),
    "parameters without type": lambda c: ask(
        c, "select @a + 1, @b || 'b', @c", a=System.Int32(1), b="a'", c=True),
    "an array as parameter": lambda c: ask(
        c, f"select count(distinct media_type) from {TABLE} where media_type = any(@m)",
        m=System.Array[System.String](["voice", "chat"])),
    "an array read": lambda c: ask(c, "select array['a','b'], array[1,2]"),
    "prepared": prepared,
    "a batch": batch,
    "an unknown table": lambda c: failed(c, "select * from no_such_table"),
    "bad syntax": lambda c: failed(c, "selec 1"),
    "a transaction": transaction,
    "every row": every_row,
    "exported": exported,
    "pooled": pooled,
    "over TLS": lambda _: ask(
        connected(**{"SSL Mode": "Require", "Trust Server Certificate": "true"}), "select 1"),
    "cancelled": cancelled,
    "out of time": out_of_time,
}  # fmt: skip


def run(name: str) -> str:
    try:
        connection = connected()
        try:
            return repr(CHECKS[name](connection))
        finally:
            connection.Dispose()
    except System.Exception as error:
        return f"ERROR {error.GetType().Name}: {error.Message}".replace("\n", " ")


if __name__ == "__main__":
    for check in CHECKS:
        print(check, run(check), sep="\t", flush=True)  # noqa: T201 its report
    os._exit(0)  # threads of the runtime would keep it
