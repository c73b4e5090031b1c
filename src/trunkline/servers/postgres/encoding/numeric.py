"""Exact numbers of any width. In binary they are digits of base 10,000.

The wire format of numeric is that of numeric_send in src/backend/utils/adt/numeric.c: how many
digits, the power of the first, sign, digits after the point (decimal ones), and the digits, without
noughts at either end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.servers.postgres.encoding.cells import (
    Cells,
    Numbers,
    Spans,
    by_value,
    numbers_of,
    patched,
    storage,
    valid_of,
)
from trunkline.servers.postgres.encoding.digits import BASE, digits_of, groups
from trunkline.servers.postgres.encoding.style import Style

_HEAD = 4  # words of two bytes
_SIGN = 0x4000
_EXPONENT_FROM = 7  # digits after the point from which Arrow may write an exponent


def text(array: pa.Array, _: Style) -> pa.Array:
    """All digits after the point, and never an exponent."""
    made = pc.cast(array, pa.string())
    if array.type.scale < _EXPONENT_FROM:
        return made
    odd = np.asarray(pc.fill_null(pc.match_substring(made, "E"), False))
    if not odd.any():
        return made
    words = [f"{Decimal(word):f}" for word in made.filter(pa.array(odd)).to_pylist()]
    return patched(made, odd, pa.array(words))


def binary(array: pa.Array) -> Cells:
    """Of decimals of 128 bits; narrower and wider ones are cast first."""
    if not pa.types.is_decimal128(array.type):
        array = array.cast(pa.decimal128(38, array.type.scale))
    halves = numbers_of(array, "V16").view("<u8").reshape(-1, 2)
    return _encoded(*_magnitude(halves), array.type.scale, array)


def unsigned_binary(array: pa.Array) -> Cells:
    """Of integers of 64 bits without a sign."""
    low = numbers_of(array, "<u8")
    return _encoded(low, None, np.zeros(len(low), np.bool_), 0, array)


def hugeint_text(array: pa.Array, style: Style) -> pa.Array:
    """Of integers of 128 bits."""
    return text(_as_decimal(array), style)


def hugeint_binary(array: pa.Array) -> Cells:
    """Of integers of 128 bits."""
    return binary(_as_decimal(array))


def uhugeint_text(array: pa.Array, _: Style) -> pa.Array:
    """Of integers of 128 bits without a sign."""
    return by_value(array, lambda raw: str(int.from_bytes(raw, "little")), pa.string())


def uhugeint_binary(array: pa.Array) -> Cells:
    """Of integers of 128 bits without a sign."""
    halves = numbers_of(storage(array), "V16").view("<u8").reshape(-1, 2)
    negative = np.zeros(len(halves), np.bool_)
    return _encoded(halves[:, 0], halves[:, 1], negative, 0, storage(array))


def bignum_text(array: pa.Array, _: Style) -> pa.Array:
    """Of integers without a limit."""
    return by_value(array, lambda raw: str(_bignum(raw)), pa.string())


def bignum_binary(array: pa.Array) -> Cells:
    """Of integers without a limit."""
    return by_value(array, lambda raw: _one(_bignum(raw)), pa.binary())


def _as_decimal(array: pa.Array) -> pa.Array:
    plain = storage(array)
    return pa.Array.from_buffers(
        pa.decimal128(38, 0), len(plain), plain.buffers(), plain.null_count, plain.offset
    )


def _magnitude(halves: Numbers) -> tuple[Numbers, Numbers | None, Numbers]:
    """Two's complement of 128 bits as low half, high half and sign."""
    low, high = halves[:, 0], halves[:, 1]
    negative = high.view(np.int64) < 0
    if (high.view(np.int64) == low.view(np.int64) >> 63).all():
        return np.abs(low.view(np.int64)).view(np.uint64), None, negative
    borrow = (low == 0) & negative
    return (
        np.where(negative, ~low + np.uint64(1), low),
        np.where(negative, ~high + borrow, high),
        negative,
    )


def _encoded(
    low: Numbers, high: Numbers | None, negative: Numbers, scale: int, array: pa.Array
) -> Spans:
    """Heads and digits, without noughts at either end."""
    digits = digits_of(low, high, scale)
    forms = _forms(len(digits), scale)
    form = _leading(digits, len(low)) * (len(digits) + 1) + _leading(digits[::-1], len(low))
    made = np.take(forms.heads, form * 2 + negative)
    items = made.view(">i2").reshape(len(low), -1)
    for place, digit in enumerate(digits, _HEAD):
        items[:, place] |= digit.astype(">i2")
    return Spans(items, np.take(forms.first, form), np.take(forms.after, form), valid_of(array))


def _leading(digits: Sequence[Numbers], rows: int) -> Numbers:
    """How many noughts there are before any other digit."""
    nought, count = np.ones(rows, np.bool_), np.zeros(rows, np.int64)
    for digit in digits:
        nought &= digit == 0
        count += nought
    return count


@dataclass(frozen=True, slots=True)
class _Forms:
    """What numbers are sent as, by how many noughts they have in front and at the end.

    A head is as wide as all digits and itself, and stands right before the first that is sent;
    there are two of each form, the second with the sign. Places are in bytes.
    """

    heads: Numbers
    first: Numbers
    after: Numbers


@lru_cache(maxsize=256)
def _forms(count: int, scale: int) -> _Forms:
    heads = np.zeros((count + 1, count + 1, 2, _HEAD + count), ">i2")
    first, after = np.zeros((2, count + 1, count + 1), np.int32)
    weight = count - groups(scale) - 1
    for front in range(count):
        for end in range(count - front):
            head = heads[front, end, :, front : front + _HEAD]
            head[:] = (count - front - end, weight - front, 0, scale)
            head[1, 2] = _SIGN
            first[front, end], after[front, end] = 2 * front, 2 * (_HEAD + count - end)
    heads[count, count, :, :_HEAD] = (0, 0, 0, scale)
    after[count, count] = 2 * _HEAD
    return _Forms(heads.view(f"V{2 * (_HEAD + count)}").ravel(), first.ravel(), after.ravel())


def _bignum(raw: bytes) -> int:
    """DuckDB's: three bytes of sign and length, then a magnitude; all inverted where negative."""
    if raw[0] & 0x80:
        return int.from_bytes(raw[3:])
    return -int.from_bytes(bytes(byte ^ 0xFF for byte in raw[3:]))


def _one(number: int) -> bytes:
    groups: list[int] = []
    rest = abs(number)
    while rest:
        rest, group = divmod(rest, BASE)
        groups.insert(0, group)
    weight = max(len(groups) - 1, 0)
    while groups and not groups[-1]:
        groups.pop()
    head = (len(groups), weight, _SIGN if number < 0 else 0, 0, *groups)
    return b"".join(map(partial(int.to_bytes, length=2), head))
