"""Scores of the fast path: the six places that their digits say, or a doubt."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from trunkline.flatten import scores

WRITTEN = st.one_of(
    st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=6),
    st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False),
    st.floats(-1e9, 1e9).map(repr).map(Decimal),
)


@given(WRITTEN)
def test_what_is_sure_is_what_the_digits_say(written: Decimal) -> None:
    read = pa.array([float(str(written))], pa.float64())
    if scores.are_sure(read):
        rounded = written.quantize(Decimal("0.000001"), rounding=ROUND_HALF_EVEN)
        assert scores.decimals(read).to_pylist() == [rounded]


@given(st.decimals(-(10**8), 10**8, allow_nan=False, allow_infinity=False, places=6))
def test_six_places_leave_no_doubt(written: Decimal) -> None:
    assert scores.are_sure(pa.array([float(written)], pa.float64()))


def test_half_way_is_in_doubt_and_so_is_what_is_no_number() -> None:
    for doubtful in (0.4758625, 1e9, float("nan"), float("inf")):
        assert not scores.are_sure(pa.array([doubtful]))


def test_null_stays_null() -> None:
    found = scores.decimals(pa.array([None, 0.5, None], pa.float64()).slice(1))
    assert found.to_pylist() == [Decimal("0.500000"), None]
