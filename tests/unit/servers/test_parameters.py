"""Parameters are read from what a real PostgreSQL writes, and whatever else comes is refused."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.servers.recorded import CASES, Recorded
from tests.unit.servers.recorded import value as value_of
from trunkline.servers.postgres.parameters import Infinite, Interval, decoded
from trunkline.servers.postgres.report import Refused
from trunkline.servers.postgres.types import (
    BOOL,
    BY_OID,
    BYTEA,
    DATE,
    FLOAT8,
    INT2,
    INT4,
    INT8,
    INTERVAL,
    JSONB,
    NUMERIC,
    OID,
    SCALARS,
    TEXT,
    TIME,
    TIMESTAMP,
    TIMESTAMPTZ,
    TIMETZ,
    VARBIT,
    PgType,
)
from trunkline.servers.postgres.types import (
    UUID as UUID_TYPE,
)

DATED = {group.name for group, _ in CASES if group.name[:4] in ("date", "time")} | {"array"}
LOCAL = datetime(2026, 7, 1)  # noqa: DTZ001 - a timestamp without a zone


def read(value: bytes, type_: PgType, wire_format: int = 0, zone: str = "UTC") -> Any:
    return decoded(value, type_, wire_format, 1, ZoneInfo(zone))


def refusal(value: bytes, type_: PgType, wire_format: int = 0) -> str:
    with pytest.raises(Refused) as raised:
        read(value, type_, wire_format)
    report = raised.value.report
    assert "$1" in report.message
    assert type_.name in report.message
    return report.sqlstate


def _readable() -> Iterator[tuple[str, Recorded]]:
    """What Python can hold: its dates end with the year 9999 and begin with the year 1."""
    for group, case in CASES:
        beyond = ("BC", "0001-01-01", "9999-", "10000-", "12345-", "200000-", "24:00", "infinity")
        if case.text and not (group.name in DATED and any(word in case.sql for word in beyond)):
            yield group.style.zone.key, case


READABLE = list(_readable())


@pytest.mark.parametrize(
    ("zone", "case"), READABLE, ids=[f"{zone}-{case.duckdb}" for zone, case in READABLE]
)
def test_what_postgresql_writes_is_read_alike_from_text_and_binary(
    zone: str, case: Recorded
) -> None:
    assert case.text is not None
    assert case.binary is not None
    type_ = BY_OID[case.oid]
    from_text = read(case.text.encode(), type_, 0, zone)
    from_binary = read(case.binary, type_, 1)
    if isinstance(from_text, float):
        width = "!f" if type_.size == 4 else "!d"
        assert struct.pack(width, from_text) == struct.pack(width, from_binary)
    else:
        assert repr(from_text) == repr(from_binary)


SAME_IN_DUCKDB = {"bool", "integer", "numeric", "text", "bytea", "date", "time", "uuid",
                  "timestamp"}  # fmt: skip
COMPARED = [
    case
    for (zone, case), name in (
        (one, next(group.name for group, other in CASES if other is one[1])) for one in READABLE
    )
    if name in SAME_IN_DUCKDB
]


@pytest.mark.parametrize("case", COMPARED, ids=[case.duckdb for case in COMPARED])
def test_values_are_those_that_duckdb_has(case: Recorded) -> None:
    assert case.binary is not None
    expected = value_of(f"SELECT {case.duckdb}")
    value = read(case.binary, BY_OID[case.oid], 1)
    if isinstance(value, Decimal):
        assert value == Decimal(str(expected))
    else:
        assert value == expected


@pytest.mark.parametrize(
    ("words", "type_", "value"),
    [
        (b" 7\n", INT4, 7), (b"+07", INT8, 7),
        (b"4294967295", OID, 2**32 - 1), (b"-1", OID, 2**32 - 1),
        (b"1e3", NUMERIC, Decimal(1000)), (b".5", NUMERIC, Decimal("0.5")),
        (b"T", BOOL, True), (b"of", BOOL, False), (b"yes", BOOL, True), (b"n", BOOL, False),
        (b"inf", FLOAT8, math.inf), (b"-Infinity", FLOAT8, -math.inf),
        (b"a\\\\\\001b", BYTEA, b"a\\\x01b"),
        (b"{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11}", UUID_TYPE,
         UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        (b"a0eebc999c0b4ef8bb6d6bb9bd380a11", UUID_TYPE,
         UUID("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11")),
        (b"infinity", DATE, Infinite.FUTURE), (b"-Infinity", TIMESTAMPTZ, Infinite.PAST),
        (b"2026-07-01 12:00:00", DATE, date(2026, 7, 1)),
        (b"2026-07-01", TIMESTAMP, LOCAL),
        (b"2026-07-01T24:00:00", TIMESTAMP, LOCAL + timedelta(days=1)),
        (b"2026-07-01T12:00:00.0000005Z", TIMESTAMP, LOCAL + timedelta(hours=12)),
        (b"2026-06-30 23:59:59.9999999", TIMESTAMP, LOCAL),
        (b"2026-07-01T12:00:00.5+02", TIMESTAMPTZ, datetime(2026, 7, 1, 10, 0, 0, 500000, UTC)),
        (b"2026-07-01 12:00 -0330", TIMESTAMPTZ, datetime(2026, 7, 1, 15, 30, tzinfo=UTC)),
        (b"9:05", TIME, time(9, 5)), (b"09:05:01.5", TIMETZ, time(9, 5, 1, 500000, UTC)),
        (b"09:05+01", TIMETZ, time(9, 5, tzinfo=timezone(timedelta(hours=1)))),
        (b"1 year 2 mons -3 days 04:05:06.5", INTERVAL, Interval(14, -3, 14706500000)),
        (b"P1Y2M3DT4H5M6.5S", INTERVAL, Interval(14, 3, 14706500000)),
        (b"2 weeks", INTERVAL, Interval(days=14)), (b"1.5 days ago", INTERVAL,
         Interval(days=-1, microseconds=-43200000000)),
        (b"1.5 months", INTERVAL, Interval(1, 15)),
        (b"101", VARBIT, "101"),
        (b"{}", INT4.array, []), (b" { 1 , NULL } ", INT4.array, [1, None]),
        (b'{"NULL",nul l,"a\\"b,{"}', TEXT.array, ["NULL", "nul l", 'a"b,{']),
        (b"{{1,2},{3,4}}", INT8.array, [[1, 2], [3, 4]]),
    ],
)  # fmt: skip
def test_text_of_clients_is_read(words: bytes, type_: PgType, value: Any) -> None:
    assert read(words, type_) == value


def test_an_instant_without_a_zone_is_by_the_clock_of_the_session() -> None:
    assert read(b"2026-07-01 12:00", TIMESTAMPTZ, zone="Europe/Amsterdam") == datetime(
        2026, 7, 1, 10, tzinfo=UTC
    )


def test_null_is_none_of_any_type() -> None:
    assert all(decoded(None, type_, code, 1) is None for type_ in SCALARS for code in (0, 1))


@pytest.mark.parametrize(
    ("words", "type_", "sqlstate"),
    [
        (b"", INT4, "22P02"), (b"1_000", INT4, "22P02"), ("\u0663".encode(), INT4, "22P02"),
        (b"32768", INT2, "22003"), (b"9" * 5000, INT8, "22003"), (b"-2147483649", OID, "22003"),
        (b"1e400", FLOAT8, "22003"), (b"0x10", FLOAT8, "22P02"), (b"1e999999999", NUMERIC, "22003"),
        (b"1.2.3", NUMERIC, "22P02"), (b"o", BOOL, "22P02"), (b"", BOOL, "22P02"),
        (b"\\xabc", BYTEA, "22P02"), (b"\\9", BYTEA, "22P02"), (b"a\0b", TEXT, "22P02"),
        (b"\xff", TEXT, "22021"), (b"2026-02-30", DATE, "22P02"), (b"today", DATE, "22P02"),
        (b"0044-03-15 BC", DATE, "22008"), (b"12345-01-01", TIMESTAMP, "22008"),
        (b"9999-12-31 23:00:00-05", TIMESTAMPTZ, "22008"), (b"24:00:00", TIME, "22008"),
        (b"25:00", TIME, "22P02"), (b"12:00+17", TIMETZ, "22P02"), (b"1 parsec", INTERVAL, "22P02"),
        (b"", INTERVAL, "22P02"), (b"P", INTERVAL, "22P02"), (b"P1H", INTERVAL, "22P02"),
        (b"999999999999 years", INTERVAL, "22008"), (b"a0eebc99", UUID_TYPE, "22P02"),
        (b"102", VARBIT, "22P02"), (b"1,2", INT4.array, "22P02"), (b"{1", INT4.array, "22P02"),
        (b"{1,}", INT4.array, "22P02"), (b"{1}2", INT4.array, "22P02"),
        (b"{,1}", INT4.array, "22P02"),
        (b"{{1},2}", INT4.array, "22P02"), (b"{{1},{2,3}}", INT4.array, "22P02"),
        (b"{1 2}", INT4.array, "22P02"), (b'{"1"2}', INT4.array, "22P02"),
        (b"{" * 9 + b"}" * 9, INT4.array, "22P02"), (b"[0:0]={1}", INT4.array, "22P02"),
        (b"{40000}", INT2.array, "22003"),
    ],
)  # fmt: skip
def test_text_that_is_none_of_its_type_is_refused(
    words: bytes, type_: PgType, sqlstate: str
) -> None:
    assert refusal(words, type_) == sqlstate


def _array(depth: int, flags: int, oid: int, *dimensions: int, items: bytes = b"") -> bytes:
    bounds = [number for size in dimensions for number in (size, 1)]
    return struct.pack(f"!iiI{len(bounds)}i", depth, flags, oid, *bounds) + items


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (b"\0\0\0", INT4), (bytes(5), INT4), (bytes(3), DATE), (b"\2{}", JSONB),
        (bytes(15), UUID_TYPE),
        (struct.pack("!q", 86_400_000_001), TIME), (struct.pack("!qi", 0, 16 * 3600), TIMETZ),
        (struct.pack("!HhHHH", 1, 0, 0, 0, 10_000), NUMERIC),
        (struct.pack("!HhHH", 9, 0, 0, 0), NUMERIC),
        (struct.pack("!HhHH", 0, 0, 7, 0), NUMERIC), (struct.pack("!i", 9) + b"\1", VARBIT),
        (_array(1, 0, 25, 1, items=bytes(8)), INT4.array), (_array(7, 0, 23), INT4.array),
        (_array(1, 0, 23, 2**31 - 1), INT4.array), (_array(2, 0, 23, 2**20, 2**20), INT4.array),
        (_array(1, 0, 23, -1), INT4.array), (_array(0, 2, 23), INT4.array), (b"", INT4.array),
        (_array(1, 0, 23, 1, items=struct.pack("!i", 100)), INT4.array),
        (_array(0, 0, 23, items=b"more"), INT4.array),
    ],
)  # fmt: skip
def test_binary_that_is_none_of_its_type_is_refused(value: bytes, type_: PgType) -> None:
    assert refusal(value, type_, 1) == "22P03"


@pytest.mark.parametrize(
    ("value", "type_"),
    [
        (struct.pack("!i", 5_000_000), DATE),
        (struct.pack("!q", -(2**62)), TIMESTAMP),
        (struct.pack("!q", 2**62), TIMESTAMPTZ),
        (struct.pack("!q", 86_400_000_000), TIME),
    ],
)
def test_binary_beyond_the_dates_of_python_is_out_of_range(value: bytes, type_: PgType) -> None:
    assert refusal(value, type_, 1) == "22008"


def test_infinity_in_binary() -> None:
    assert read(struct.pack("!i", 2**31 - 1), DATE, 1) is Infinite.FUTURE
    assert read(struct.pack("!q", -(2**63)), TIMESTAMPTZ, 1) is Infinite.PAST
    assert read(struct.pack("!HhHH", 0, 0, 0xC000, 0), NUMERIC, 1).is_nan()


@given(
    st.binary(max_size=40) | st.text(max_size=20).map(str.encode),
    st.sampled_from([*SCALARS, *(type_.array for type_ in SCALARS if type_.array_oid)]),
    st.integers(0, 1),
)
def test_whatever_comes_is_read_or_refused_without_being_repeated(
    value: bytes, type_: PgType, wire_format: int
) -> None:
    try:
        read(value, type_, wire_format)
    except Refused as refused:
        expected = f"parameter $1 of type {type_.name}"
        assert expected in refused.report.message  # noqa: PT017
        assert len(refused.report.message) <= len(expected) + 50  # noqa: PT017


TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
ITEMS = st.lists(st.none() | TEXTS, min_size=2, max_size=2)


@given(
    st.lists(st.none() | TEXTS)
    | st.lists(ITEMS)
    | st.lists(st.lists(ITEMS, min_size=1, max_size=1))
)
def test_arrays_of_any_text_come_back(items: list[Any]) -> None:
    assert read(_written(items).encode(), TEXT.array) == items


def _written(item: Any) -> str:
    if isinstance(item, list):
        return "{" + ",".join(map(_written, item)) + "}"
    if item is None:
        return "NULL"
    return '"' + str(item).replace("\\", "\\\\").replace('"', '\\"') + '"'
