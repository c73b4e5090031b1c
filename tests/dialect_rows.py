"""Rows that PostgreSQL and DuckDB both are given, and the facts of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import duckdb
import pyarrow as pa

from trunkline.servers.postgres import types
from trunkline.servers.postgres.sql import Known
from trunkline.servers.postgres.types import PgType

TABLES: dict[str, tuple[tuple[str, PgType, str], ...]] = {
    "calls": (
        ("id", types.INT4, "integer"),
        ("conversation_id", types.UUID, "uuid"),
        ("queue", types.TEXT, "text"),
        ("media", types.VARCHAR, "varchar"),
        ("started", types.TIMESTAMP, "timestamp"),
        ("landed", types.TIMESTAMPTZ, "timestamptz"),
        ("day", types.DATE, "date"),
        ("t_handle_ms", types.INT8, "bigint"),
        ("n_segments", types.INT2, "smallint"),
        ("mos", types.FLOAT8, "double precision"),
        ("cost", types.NUMERIC, "numeric(18,4)"),
        ("abandoned", types.BOOL, "boolean"),
        ("skills", types.TEXT.array, "text[]"),
    ),
    "agents": (
        ("id", types.INT4, "integer"),
        ("name", types.TEXT, "text"),
        ("hired", types.DATE, "date"),
    ),
    "Odd": (("Case", types.TEXT, "text"), ("a b", types.INT4, "integer")),
}
_CALLS = r"""
  (1, '{u}1', 'sales', 'voice', '2026-01-01 00:00:00', '2026-01-01 00:00:01+00',
   '2026-01-01', 1000, 1, 4.5, 0.0100, true, {l1}),
  (2, '{u}2', 'Sales', 'chat', '2026-01-01 12:30:15.25', '2026-01-01 23:59:59.5+00',
   '2026-01-01', 1001, 2, 3.25, 1.9999, false, {l2}),
  (3, '{u}3', 'billing', 'voice', '2026-01-31 23:59:59.999', '2026-02-01 00:00:00+00',
   '2026-01-31', -7, 3, NULL, 12.5000, NULL, NULL),
  (4, '{u}4', NULL, 'email', '2026-02-28 08:00:00', NULL,
   '2026-02-28', NULL, 4, 1e20, NULL, true, {l3}),
  (5, '{u}5', 'a_b%c', 'voice', '2025-12-31 23:59:59', '2025-12-31 23:59:59+00',
   '2025-12-31', 7, 5, -0.5, -3.2500, false, {l2}),
  (6, '{u}6', 'Straße', 'chat', '2024-02-29 01:02:03.004', '2024-02-29 01:02:03.004+00',
   '2024-02-29', 0, NULL, 2.5, 0, false, {l1}),
  (7, '{u}7', '', 'callback', '2026-03-29 01:30:00', '2026-03-29 01:30:00+00',
   '2026-03-29', 9007199254740993, 7, 100000, 99999999.9999, NULL, {l1}),
  (8, '{u}8', 'back\slash', 'message', '2026-10-25 00:30:00', '2026-10-25 00:30:00+00',
   '2026-10-25', 60000, 8, 0.1, 0.3333, true, NULL)
"""
_AGENTS = "(1, 'Ana', '2020-02-29'), (2, 'bob', NULL), (3, 'Ñandú', '2026-01-01')"
_ODD = "('x', 1), ('Y', 2), (NULL, 3)"


def made(*, postgres: bool) -> list[str]:
    """Statements that make the tables."""
    array = "array[{}]::text[]" if postgres else "[{}]::varchar[]"
    lists = {
        "l1": array.format("'a', 'b'"),
        "l2": array.format("'b', NULL, 'c d'"),
        "l3": array.format(""),
        "u": "00000000-0000-4000-8000-00000000000",
    }
    found: list[str] = []
    rows = {"calls": _CALLS.format(**lists), "agents": _AGENTS, "Odd": _ODD}
    for table, columns in TABLES.items():
        declared = ", ".join(f'"{name}" {spelled}' for name, _, spelled in columns)
        found.append(f'CREATE TABLE "{table}" ({declared})')
        found.append(f'INSERT INTO "{table}" VALUES {rows[table]}')
    return found


@dataclass(frozen=True)
class Catalogue:
    """The tables, in the schema ``public`` of PostgreSQL and in ``main`` of DuckDB."""

    said: dict[str, str] = field(
        default_factory=lambda: {
            "current_user": "postgres",
            "session_user": "postgres",
            "current_database": "postgres",
        }
    )

    def relation(self, schema: str | None, name: str) -> Known | None:
        if schema not in (None, "public") or name not in TABLES:
            return None
        columns = tuple((column, type_) for column, type_, _ in TABLES[name])
        return Known("public", name, columns, system=False, target=f'main."{name}"')


@cache
def database() -> duckdb.DuckDBPyConnection:
    """DuckDB with the tables."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET TimeZone = 'UTC'; SET arrow_lossless_conversion = true")
    for statement in made(postgres=False):
        connection.execute(statement)
    return connection


def asked(sql: str, parameters: list[Any] | None = None) -> pa.Table:
    """What DuckDB answers."""
    return database().sql(sql, params=parameters or []).to_arrow_table()
