"""Which types columns have, declared and found; what is cut to measure and what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import postgres_client as client
from tests.unit.servers.recorded import CASES, arrow
from trunkline.servers.postgres import types as pg
from trunkline.servers.postgres.encoding import columns_of, data_rows
from trunkline.servers.postgres.encoding.slices import TARGET, slices
from trunkline.servers.postgres.encoding.style import UTC
from trunkline.servers.postgres.messages.backend import row_description
from trunkline.servers.postgres.report import Refused
from trunkline.servers.postgres.types import PgType
from trunkline.types import Type


def rows(
    batch: pa.RecordBatch, wire_format: int, declared: dict[str, PgType] | None = None
) -> list[client.Row]:
    columns = columns_of(batch.schema, declared)
    formats = [wire_format] * len(columns)
    sent = b"".join(data_rows(batch, columns, formats, UTC))
    return [client.row(body) for _, body in client.messages(sent)]


@pytest.mark.parametrize("type_", Type)
def test_our_own_types_have_the_oids_of_their_table(type_: Type) -> None:
    (column,) = columns_of(pa.schema([("a", type_.arrow)]))
    assert column.type.oid == type_.value.postgres_oid


def test_decimals_tell_their_precision_and_scale() -> None:
    (column,) = columns_of(pa.schema([("a", pa.decimal128(18, 4))]))
    # format_type(1700, 1179656) is numeric(18,4) in a PostgreSQL 15.
    assert column.modifier == 1179656
    assert client.oids(row_description([column], [1])[5:]) == [1700]


# Without arrow_lossless_conversion DuckDB sends these as text and bytes.
LOSSY = {"uuid": pg.UUID, "json": pg.JSON, "bit": pg.VARBIT, "bool": pg.BOOL}


@pytest.mark.parametrize(
    ("declared", "case"),
    [(LOSSY[group.name], case) for group, case in CASES if group.name in LOSSY],
    ids=lambda value: getattr(value, "duckdb", ""),
)
def test_a_declared_type_stands_where_duckdb_lost_it(declared: PgType, case: Any) -> None:
    batch = arrow(f"SELECT {case.duckdb} AS a", lossless=False)
    (text,), (binary,) = rows(batch, 0, {"a": declared}), rows(batch, 1, {"a": declared})
    assert text == (None if case.text is None else case.text.encode(),)
    assert binary == (case.binary,)


def test_a_catalogue_can_declare_its_columns() -> None:
    batch = arrow("SELECT 2249::bigint AS oid, 'pg_class' AS name, 5::bigint AS n, [1] AS list")
    declared = {"oid": pg.OID, "name": pg.NAME, "n": pg.INT2, "list": pg.OID.array}
    assert [column.type.oid for column in columns_of(batch.schema, declared)] == [26, 19, 21, 1028]
    ((oid, name, n, oids),) = rows(batch, 1, declared)
    assert (oid, name, n) == ((2249).to_bytes(4), b"pg_class", b"\0\5")
    assert oids is not None
    assert oids.endswith((26).to_bytes(4) + bytes([0, 0, 0, 1] * 2 + [0, 0, 0, 4, 0, 0, 0, 1]))
    assert rows(batch, 0, declared) == [(b"2249", b"pg_class", b"5", b"{1}")]


@pytest.mark.parametrize(
    ("sql", "declared", "sqlstate"),
    [
        ("union_value(a := 1)", None, "0A000"),
        ("1", pg.UUID.array, "0A000"),
        ("1", pg.INTERVAL, "0A000"),
    ],
)
def test_a_type_that_no_client_could_read_is_refused(
    sql: str, declared: PgType | None, sqlstate: str
) -> None:
    batch = arrow(f"SELECT {sql} AS a")
    with pytest.raises(Refused) as raised:
        columns_of(batch.schema, {"a": declared} if declared else None)
    assert raised.value.report.sqlstate == sqlstate


@pytest.mark.parametrize(
    "sql", ["[[1], [2, 3]]", "[[1], null]", "[null]::int[][]", "[[[1]], [[2], [3]]]::int[][][]"]
)
@pytest.mark.parametrize("wire_format", [0, 1])
def test_lists_that_are_no_array_are_refused(sql: str, wire_format: int) -> None:
    with pytest.raises(Refused) as raised:
        rows(arrow(f"SELECT {sql} AS a"), wire_format)
    assert raised.value.report.sqlstate == "2202E"
    assert raised.value.report.hint


def test_arrays_of_rows_may_have_shapes_of_their_own() -> None:
    batch = arrow("SELECT * FROM (VALUES ([[1, 2], [3, 4]]), ([[5]]), (NULL), ([])) v(a)")
    assert [text for (text,) in rows(batch, 0)] == [b"{{1,2},{3,4}}", b"{{5}}", None, b"{}"]
    batch = arrow("SELECT * FROM (VALUES (NULL), (array_value(1, 2)), (NULL)) v(a)")
    assert [text for (text,) in rows(batch, 0)] == [None, b"{1,2}", None]


@given(st.integers(1, 3000), st.integers(1, 400), st.integers(1, 5000))
def test_a_batch_is_cut_into_parts_of_bounded_size(rows: int, width: int, target: int) -> None:
    batch = pa.record_batch({"a": ["x" * width] * rows, "n": np.arange(rows)})
    parts = list(slices(batch, target))
    assert sum(part.num_rows for part in parts) == rows
    assert pa.Table.from_batches(parts)["n"].to_pylist() == list(range(rows))
    assert all(part.num_rows == 1 or part.nbytes <= target for part in parts)


def test_a_batch_of_long_rows_is_sent_in_pieces() -> None:
    batch = pa.record_batch({"a": ["x" * 1_000_000] * 30, "b": ["y"] * 30})
    columns = columns_of(batch.schema)
    pieces = list(data_rows(batch, columns, [0, 0], UTC))
    assert len(pieces) >= 4
    assert max(map(len, pieces)) <= TARGET + 1_000
    assert sum(map(len, pieces)) == 30 * (7 + 4 + 1_000_000 + 4 + 1)


def test_no_rows_are_no_bytes() -> None:
    assert rows(arrow("SELECT 1 AS a, 'b' AS b").slice(1), 1) == []
