"""Any numeric in binary: as psycopg reads it, and to the byte as PostgreSQL would send it."""

from __future__ import annotations

from decimal import Context, Decimal

import psycopg
import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg.types.numeric import NumericBinaryLoader

from tests import postgres_client as client
from trunkline.servers.postgres.encoding import columns_of, data_rows
from trunkline.servers.postgres.encoding.style import UTC

WIDEST = 10**38 - 1
EXACT = Context(prec=80)
LOADER = NumericBinaryLoader(psycopg.postgres.types["numeric"].oid)


def groups_of(digits: str) -> list[int]:
    return [int(digits[at : at + 4]) for at in range(0, len(digits), 4)]


def as_sent(unscaled: int, scale: int) -> bytes:
    """numeric_send in src/backend/utils/adt/numeric.c, from decimal digits."""
    digits = str(abs(unscaled)).rjust(scale + 1, "0")
    whole, fraction = digits[: len(digits) - scale], digits[len(digits) - scale :]
    before = groups_of(whole.rjust(-(-len(whole) // 4) * 4, "0"))
    groups, weight = before + groups_of(fraction.ljust(-(-scale // 4) * 4, "0")), len(before) - 1
    while groups and not groups[0]:
        groups, weight = groups[1:], weight - 1
    while groups and not groups[-1]:
        groups = groups[:-1]
    head = (len(groups), weight if groups else 0, 0x4000 if unscaled < 0 else 0, scale)
    return b"".join(word.to_bytes(2, signed=word < 0) for word in (*head, *groups))


def rows_of(array: pa.Array) -> list[bytes | None]:
    """The column as it is sent between two others."""
    numbers = pa.array(range(len(array)), pa.int32())
    batch = pa.record_batch([numbers, array, numbers], names=["a", "b", "c"])
    sent = b"".join(data_rows(batch, columns_of(batch.schema), [1, 1, 1], UTC))
    rows = [client.row(body) for _, body in client.messages(sent)]
    assert [row[0] for row in rows] == [row[2] for row in rows]
    assert [row[0] for row in rows] == [number.to_bytes(4) for number in range(len(array))]
    return [row[1] for row in rows]


# Around the edges of digits, groups and 64 bits, and anywhere.
EDGES = st.builds(
    lambda power, off, sign: sign * (power + off),
    st.sampled_from([*(10**n for n in range(38)), *(2**n for n in (31, 32, 63, 64, 96, 126))]),
    st.integers(-2, 2),
    st.sampled_from([-1, 1]),
)
NUMBERS = st.one_of(
    st.integers(-WIDEST, WIDEST), st.integers(-(10**9), 10**9), st.integers(-2, 2), EDGES,
    st.builds(lambda n, power: n * 10**power, st.integers(-999, 999), st.integers(0, 34)),
)  # fmt: skip


@given(st.integers(0, 38), st.lists(st.none() | NUMBERS, max_size=12), st.integers(0, 3))
@example(0, [0], 0)
@example(38, [WIDEST, -WIDEST, None, 0, 1, -1], 1)
@example(20, [2**64, 2**63, -(2**63), None], 0)
def test_a_decimal_is_sent_as_by_postgresql_and_read_by_psycopg_as_it_was(
    scale: int, values: list[int | None], skipped: int
) -> None:
    decimals = [None if n is None else Decimal(n).scaleb(-scale, EXACT) for n in values]
    array = pa.array(decimals, pa.decimal128(38, scale)).slice(skipped)
    sent = rows_of(array)
    assert sent == [None if n is None else as_sent(n, scale) for n in values[skipped:]]
    read = [None if found is None else LOADER.load(found).as_tuple() for found in sent]
    assert read == [None if n is None else n.as_tuple() for n in decimals[skipped:]]


@pytest.mark.parametrize("precision", [1, 4, 9, 18])
@given(data=st.data())
def test_a_decimal_that_is_narrow_by_its_type_is_sent_the_same(
    data: st.DataObject, precision: int
) -> None:
    scale = data.draw(st.integers(0, precision))
    most = 10**precision - 1
    values = data.draw(st.lists(st.none() | st.integers(-most, most), max_size=12))
    decimals = [None if n is None else Decimal(n).scaleb(-scale) for n in values]
    sent = rows_of(pa.array(decimals, pa.decimal128(precision, scale)))
    assert sent == [None if n is None else as_sent(n, scale) for n in values]


@given(st.lists(st.none() | st.integers(0, 2**64 - 1), max_size=12))
def test_an_integer_without_a_sign_is_sent_the_same(values: list[int | None]) -> None:
    sent = rows_of(pa.array(values, pa.uint64()))
    assert sent == [None if n is None else as_sent(n, 0) for n in values]
