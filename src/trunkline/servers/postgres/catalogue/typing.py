"""Types of PostgreSQL, DuckDB and the catalogue's columns, one as the other."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import pyarrow as pa

from trunkline.lake.system import OwnType, own_types
from trunkline.servers.postgres import types as pg
from trunkline.servers.postgres.encoding import columns_of
from trunkline.servers.postgres.types import BY_OID, Column, PgType

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


@cache
def own_type(named: str | int) -> OwnType:
    """A type of PostgreSQL's own by its name or number; text where there is none."""
    types = own_types()
    if isinstance(named, str):
        return types[named]
    return next((type_ for type_ in types.values() if type_.oid == named), types["text"])


@cache
def system_type(name: str) -> PgType:
    """The type of a column of PostgreSQL's own; of a domain, the one below it, as on the wire."""
    type_ = own_types()[name]
    if type_.base:
        return system_type(type_.base)
    if type_.oid in BY_OID:
        return BY_OID[type_.oid]
    element = system_type(type_.element) if type_.is_array else None
    return PgType(type_.oid, type_.shown, type_.size, type_.array_oid, element)


def shown_as(
    schema: pa.Schema, types: Sequence[PgType | None], names: Sequence[str | None]
) -> tuple[Column, ...]:
    """The columns of an answer: as PostgreSQL would have them, else as they are made."""
    found = []
    for place, field in enumerate(schema):
        type_ = types[place] if place < len(types) else None
        (column,) = columns_of(pa.schema([field]))
        if type_ == pg.NUMERIC and pa.types.is_floating(field.type):
            type_ = pg.FLOAT8  # a quotient
        known = type_ or (pg.OID if field.type == pa.uint32() else column.type)
        named = names[place] if place < len(names) else None
        modifier = column.modifier if known.oid == column.type.oid else -1
        found.append(Column(named or field.name, known, modifier))
    return tuple(found)
