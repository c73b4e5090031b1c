"""Exact numbers of any width. In binary they are digits of base 10,000.

The wire format of numeric is that of numeric_send in src/backend/utils/adt/numeric.c: how many
digits, the power of the first, sign, digits after the point (decimal ones), and the digits, without
noughts at either end.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.servers.postgres.encoding.cells import (
    Cells,
    Numbers,
    binary_of,
    blanked,
    by_value,
    numbers_of,
    patched,
    picked,
    storage,
    valid_of,
)
from trunkline.servers.postgres.encoding.style import Style

_BASE = 10_000
_NARROW = 10**18  # below it a number and its parts fit into 64 bits
_WIDEST = 39  # decimal digits of 128 bits
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
    return _encoded(low, np.zeros_like(low), np.zeros(len(low), np.bool_), 0, array)


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


def _magnitude(halves: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Two's complement of 128 bits as low half, high half and sign."""
    low, high = halves[:, 0], halves[:, 1]
    negative = high >> 63 == 1
    if not negative.any():
        return low, high, negative
    borrow = (low == 0) & negative
    low = np.where(negative, ~low + np.uint64(1), low)
    high = np.where(negative, ~high + borrow, high)
    return low, high, negative


def _encoded(
    low: Numbers, high: Numbers, negative: Numbers, scale: int, array: pa.Array
) -> pa.Array:
    if not high.any() and (low < _NARROW).all() and scale <= 16:
        digits = _narrow(low.view(np.int64), scale)
    else:
        digits = _wide(low, high, scale)
    return _assembled(digits, negative, scale, array)


def _narrow(numbers: Numbers, scale: int) -> Numbers:
    """Digits of base 10,000, most significant first; whole ones and then those of the fraction."""
    whole = numbers // 10**scale
    fraction = (numbers - whole * 10**scale) * 10 ** (-scale % 4)
    return np.hstack((_split(whole, _groups(int(whole.max(initial=0)))),
                      _split(fraction, (scale + 3) // 4)))  # fmt: skip


def _groups(most: int) -> int:
    return (len(str(most)) + 3) // 4 if most else 0


def _split(numbers: Numbers, count: int) -> Numbers:
    made = np.empty((len(numbers), count), np.int16)
    for place in range(count - 1, -1, -1):
        rest = numbers // _BASE  # numpy divides by a constant quickly, and takes no such remainder
        made[:, place] = numbers - rest * _BASE
        numbers = rest
    return made


def _wide(low: Numbers, high: Numbers, scale: int) -> Numbers:
    """The same for 128 bits: division on paper, over limbs of 32 bits."""
    mask = np.uint64(0xFFFFFFFF)
    limbs = [np.zeros_like(low), high >> 32, high & mask, low >> 32, low & mask]
    _multiply(limbs, 10 ** (-scale % 4))
    fractions = (scale + 3) // 4
    count = fractions + (max(_WIDEST - scale, 0) + 3) // 4
    made = np.empty((len(low), count), np.int16)
    for place in range(count - 1, -1, -1):
        made[:, place] = _divide(limbs)
    return made


def _multiply(limbs: list[Numbers], factor: int) -> None:
    carry = np.zeros_like(limbs[0])
    for place in range(len(limbs) - 1, -1, -1):
        product = limbs[place] * np.uint64(factor) + carry
        limbs[place], carry = product & np.uint64(0xFFFFFFFF), product >> 32


def _divide(limbs: list[Numbers]) -> Numbers:
    """Divide in place by 10,000; gives the remainder."""
    rest = np.zeros_like(limbs[0])
    for place, limb in enumerate(limbs):
        dividend = rest << 32 | limb
        limbs[place] = dividend // np.uint64(_BASE)
        rest = dividend - limbs[place] * np.uint64(_BASE)
    return rest


def _assembled(digits: Numbers, negative: Numbers, scale: int, array: pa.Array) -> pa.Array:
    """Heads and digits, without noughts at either end."""
    rows, count = digits.shape
    some = digits != 0
    any_digit = some.any(axis=1)
    first = np.where(any_digit, some.argmax(axis=1) if count else 0, count)
    after = np.where(any_digit, count - some[:, ::-1].argmax(axis=1) if count else 0, count)
    whole = count - (scale + 3) // 4
    made = np.empty((rows, 4 + count), ">i2")
    made[:, 0] = after - first
    made[:, 1] = np.where(any_digit, whole - 1 - first, 0)
    made[:, 2] = np.where(negative, _SIGN, 0)
    made[:, 3] = scale
    made[:, 4:] = digits
    return _cut(made, first, after, array)


def _cut(made: Numbers, first: Numbers, after: Numbers, array: pa.Array) -> pa.Array:
    rows, width = made.shape
    valid = valid_of(array)
    places = np.arange(-4, width - 4)
    wanted = (places < 0) | ((places >= first[:, None]) & (places < after[:, None]))
    if valid is not None:
        return blanked(picked(made, wanted & valid[:, None]), array)
    if wanted.all():
        return binary_of(made, np.full(rows, width * 2, np.int32))
    return picked(made, wanted)


def _bignum(raw: bytes) -> int:
    """DuckDB's: three bytes of sign and length, then a magnitude; all inverted where negative."""
    if raw[0] & 0x80:
        return int.from_bytes(raw[3:])
    return -int.from_bytes(bytes(byte ^ 0xFF for byte in raw[3:]))


def _one(number: int) -> bytes:
    groups: list[int] = []
    rest = abs(number)
    while rest:
        rest, group = divmod(rest, _BASE)
        groups.insert(0, group)
    weight = max(len(groups) - 1, 0)
    while groups and not groups[-1]:
        groups.pop()
    head = (len(groups), weight, _SIGN if number < 0 else 0, 0, *groups)
    return b"".join(map(partial(int.to_bytes, length=2), head))
