"""One table of types: what it says of DuckDB and PostgreSQL is what they say of themselves."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from trunkline.types import Type

# SELECT oid, typname FROM pg_type, PostgreSQL 15.
POSTGRES = {
    16: "bool",
    20: "int8",
    25: "text",
    701: "float8",
    1009: "_text",
    1016: "_int8",
    1082: "date",
    1114: "timestamp",
    1184: "timestamptz",
    1700: "numeric",
}
NAMES = {
    Type.TEXT: "text",
    Type.BOOLEAN: "bool",
    Type.BIGINT: "int8",
    Type.DOUBLE: "float8",
    Type.SCORE: "numeric",
    Type.METRIC: "numeric",
    Type.DATE: "date",
    Type.TIMESTAMP: "timestamptz",
    Type.PLAIN_TIME: "timestamp",
    Type.TEXT_LIST: "_text",
    Type.BIGINT_LIST: "_int8",
}


@pytest.mark.parametrize("kind", list(Type))
def test_a_column_of_arrow_is_that_type_in_duckdb(kind: Type) -> None:
    table = pa.table({"a": pa.array([None], kind.arrow)})
    with duckdb.connect() as connection:
        connection.register("incoming", table)
        [(name,)] = connection.execute("SELECT typeof(a) FROM incoming").fetchall()
    assert name == kind.duckdb


@pytest.mark.parametrize("kind", list(Type))
def test_the_oid_is_postgresqls(kind: Type) -> None:
    assert POSTGRES[kind.value.postgres_oid] == NAMES[kind]


def test_lists_are_collections() -> None:
    assert [kind for kind in Type if kind.is_list] == [Type.TEXT_LIST, Type.BIGINT_LIST]
    assert all(kind.value.edm.startswith("Collection(") == kind.is_list for kind in Type)
    assert all(pa.types.is_list(kind.arrow) == kind.is_list for kind in Type)
