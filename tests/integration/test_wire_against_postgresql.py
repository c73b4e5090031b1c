"""Tables of any values: a real PostgreSQL reads our COPY, and sends the rows as we send them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests import postgres_client as client
from tests.postgres_client import Client
from tests.postgres_server import INSTALLED, PORT, running
from tests.unit.servers.recorded import arrow
from trunkline.servers.postgres.encoding import (
    CopyFormat,
    CopyOptions,
    Style,
    columns_of,
    copy_begin,
    copy_end,
    copy_rows,
    data_rows,
)
from trunkline.servers.postgres.encoding.style import UTC

pytestmark = pytest.mark.skipif(not INSTALLED, reason="needs PostgreSQL 15")

WORDS = st.text(
    st.characters(codec="utf-8", exclude_characters="\0"), max_size=8
) | st.sampled_from(["", "NULL", "\\N", "\\.", "a,b", '"', "\t", "\r\n", " a ", "{", "'"])
MOMENTS = st.integers(-62_000_000_000_000_000, 250_000_000_000_000_000) | st.integers(
    0, 2_000_000_000
).map(lambda second: second * 1_000_000)
NAN = st.just(math.nan)  # one of many; text tells of no other
FLOATS, FLOATS_32 = st.floats(allow_nan=False) | NAN, st.floats(allow_nan=False, width=32) | NAN
WHOLE = st.integers(-(2**63), 2**63 - 1)
DECIMALS = st.decimals(-(10**14) + 1, 10**14 - 1, places=4) | st.integers(-(10**6), 10**6)
# A type of Arrow, the same in PostgreSQL, and values of it.
KINDS: tuple[tuple[pa.DataType, str, st.SearchStrategy[Any]], ...] = (
    (pa.bool_(), "boolean", st.booleans()),
    (pa.int16(), "smallint", st.integers(-(2**15), 2**15 - 1)),
    (pa.int32(), "integer", st.integers(-(2**31), 2**31 - 1)),
    (pa.int64(), "bigint", WHOLE),
    (pa.float64(), "double precision", FLOATS),
    (pa.float32(), "real", FLOATS_32),
    (pa.decimal128(18, 4), "numeric(18,4)", DECIMALS),
    (pa.decimal128(38, 0), "numeric(38,0)", st.integers(-(10**38) + 1, 10**38 - 1)),
    (pa.decimal128(38, 20), "numeric(38,20)", st.decimals(-1, 1, places=20)),
    (pa.string(), "text", WORDS),
    (pa.binary(), "bytea", st.binary(max_size=8)),
    (pa.date32(), "date", st.integers(-719_162, 2_932_896)),
    (pa.time64("us"), "time", st.integers(0, 86_399_999_999)),
    (pa.timestamp("us"), "timestamp", MOMENTS),
    (pa.timestamp("us", "UTC"), "timestamptz", MOMENTS),
    (pa.list_(pa.string()), "text[]", st.lists(st.none() | WORDS, max_size=3)),
    (pa.list_(pa.int64()), "bigint[]", st.lists(st.none() | WHOLE, max_size=3)),
    (pa.list_(pa.float64()), "double precision[]", st.lists(FLOATS, max_size=3)),
)

# What columns mostly hold: values near to one another, and as long.
SMALL = st.integers(0, 120_000)
MILLISECONDS = st.integers(0, 9 * 86_400_000).map(lambda past: (1_774_000_000_000 + past) * 1_000)
USUAL: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.int16(): st.integers(0, 999),
    pa.int32(): SMALL,
    pa.int64(): SMALL,
    pa.string(): st.sampled_from(["voice", "chat\u00e9", "email"]),
    pa.date32(): st.integers(20_000, 20_009),
    pa.timestamp("us"): MILLISECONDS,
    pa.timestamp("us", "UTC"): MILLISECONDS,
}


@st.composite
def tables(draw: st.DrawFn) -> pa.RecordBatch:
    """Columns of any values or of usual ones, with NULLs or without."""
    count = draw(st.integers(1, 12))
    arrays = []
    for type_, _, any_values in KINDS:
        values = draw(st.sampled_from([any_values, USUAL.get(type_, any_values)]))
        values = draw(st.sampled_from([values, st.none() | values]))
        arrays.append(pa.array(draw(st.lists(values, min_size=count, max_size=count)), type_))
    return pa.record_batch(arrays, names=[f"c{place}" for place in range(len(KINDS))])


@pytest.fixture(scope="module")
def postgresql() -> Iterator[Client]:
    with running() as directory, Client(directory, PORT) as connected:
        names = ", ".join(f"c{place} {name}" for place, (_, name, _) in enumerate(KINDS))
        connected.simple(f"CREATE UNLOGGED TABLE t ({names})")
        yield connected


def copied(batch: pa.RecordBatch, options: CopyOptions) -> bytes:
    columns = columns_of(batch.schema)
    sent = copy_begin(columns, options)
    sent += b"".join(copy_rows(batch, columns, options, UTC, first=True))
    sent += copy_end(options, empty=False)
    return b"".join(body for _, body in client.messages(sent))


@pytest.mark.parametrize("name", ["text", "csv", "binary"])
@settings(max_examples=20, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(batch=tables())
def test_postgresql_reads_our_copy_and_sends_what_we_send(
    postgresql: Client, name: str, batch: pa.RecordBatch
) -> None:
    options = {
        "text": CopyOptions(), "csv": CopyOptions.csv(), "binary": CopyOptions(CopyFormat.BINARY),
    }[name]  # fmt: skip
    ours = copied(batch, options)
    postgresql.simple("TRUNCATE t")
    postgresql.copy_in(f"COPY t FROM STDIN (FORMAT {name})", ours)
    assert postgresql.simple(f"COPY t TO STDOUT (FORMAT {name})").copied == ours
    columns = columns_of(batch.schema)
    for wire_format in (0, 1):
        sent = b"".join(data_rows(batch, columns, [wire_format] * len(columns), UTC))
        theirs = postgresql.extended("SELECT * FROM t", wire_format)
        assert theirs.rows == [client.row(body) for _, body in client.messages(sent)]
        assert theirs.oids == [column.type.oid for column in columns]


def test_a_day_of_changing_clocks_second_by_second(postgresql: Client) -> None:
    """Both hours of every zone's change, where an offset is decided."""
    for zone in ("Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "Africa/Monrovia"):
        sql = "SELECT (timestamptz '{}' + to_seconds(n * 599)) AS a FROM range(0, 300) r(n)"
        for day in ("2026-03-28 20:00:00+00", "2026-10-24 20:00:00+00", "1972-01-06 00:00:00+00"):
            _same_hours(postgresql, zone, sql.format(day), day)


def _same_hours(postgresql: Client, zone: str, sql: str, day: str) -> None:

    postgresql.simple(f"SET timezone = '{zone}'")
    theirs = postgresql.simple(
        f"SELECT timestamptz '{day}' + n * interval '599 seconds' FROM generate_series(0, 299) n"
    )
    batch = arrow(sql)
    columns = columns_of(batch.schema)
    sent = b"".join(data_rows(batch, columns, [0], Style(ZoneInfo(zone))))
    assert theirs.rows == [client.row(body) for _, body in client.messages(sent)]
    postgresql.simple("SET timezone = 'UTC'")
