"""Types of PostgreSQL, DuckDB and the catalogue's columns, one as the other."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from trunkline.servers.postgres import types as pg
from trunkline.servers.postgres.encoding import columns_of
from trunkline.servers.postgres.types import Column, PgType

_DUCKDB = {
    pg.BOOL: "BOOLEAN", pg.BYTEA: "BLOB", pg.INT8: "BIGINT", pg.INT2: "SMALLINT",
    pg.INT4: "INTEGER", pg.OID: "UINTEGER", pg.FLOAT4: "FLOAT", pg.FLOAT8: "DOUBLE",
    pg.DATE: "DATE", pg.TIME: "TIME", pg.TIMESTAMP: "TIMESTAMP",
    pg.TIMESTAMPTZ: "TIMESTAMP WITH TIME ZONE", pg.INTERVAL: "INTERVAL", pg.UUID: "UUID",
    pg.TIMETZ: "TIME WITH TIME ZONE", pg.NUMERIC: "DECIMAL(38,10)",
}  # fmt: skip


def duckdb_type(type_: PgType) -> str:
    """How DuckDB writes a type; text for what it has no type for."""
    if type_.element is not None:
        return f"{duckdb_type(type_.element)}[]"
    return _DUCKDB.get(type_, "VARCHAR")


def shown_as(schema: pa.Schema, types: Sequence[str | None]) -> tuple[Column, ...]:
    """The columns of an answer."""
    found = []
    for place, field in enumerate(schema):
        declared = pg.OID if field.type == pa.uint32() else None
        (column,) = columns_of(pa.schema([field]), {field.name: declared} if declared else None)
        found.append(column)
    return tuple(found)
