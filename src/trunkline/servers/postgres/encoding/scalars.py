"""Booleans, whole numbers, text, bytes, bits and UUIDs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trunkline.servers.postgres.encoding.cells import (
    Cells,
    Fixed,
    binary_of,
    blanked,
    by_value,
    fixed,
    numbers_of,
    storage,
    valid_of,
)
from trunkline.servers.postgres.encoding.style import Style

_DIGITS = np.frombuffer(b"0123456789abcdef", np.uint8)
_NIBBLES = np.arange(256, dtype=np.uint8)
# Both digits of a byte as one number: taking those is quicker than taking pairs.
_HEX = np.stack((_DIGITS[_NIBBLES >> 4], _DIGITS[_NIBBLES & 15]), axis=1).view(np.uint16)[:, 0]
# Four digits of two bytes, likewise; the first byte is the lower half of a number.
_FOURS = (_HEX.astype("<u4")[None, :] | _HEX.astype("<u4")[:, None] << 16).ravel()
_GROUPS = np.dtype({
    "names": list("abcde"), "formats": ["<u8", "<u4", "<u4", "<u4", ("<u4", 3)],
    "offsets": [0, 9, 14, 19, 24], "itemsize": 36,
})  # fmt: skip
_DASHES = (8, 13, 18, 23)
_UUID_DIGITS = np.array([place for place in range(36) if place not in _DASHES])


def bool_text(array: pa.Array, _: Style) -> pa.Array:
    """``t`` or ``f``."""
    return pc.if_else(truth(array), pa.scalar("t"), pa.scalar("f"))


def bool_binary(array: pa.Array) -> Cells:
    """One byte."""
    return fixed(np.asarray(pc.fill_null(truth(array), False)).astype(np.uint8), array)


def truth(array: pa.Array) -> pa.Array:
    """Booleans; DuckDB, losing nothing, gives bytes."""
    return storage(array).cast(pa.bool_())


def int_text(array: pa.Array, _: Style) -> pa.Array:
    """Digits."""
    return pc.cast(array, pa.string())


def int_binary(array: pa.Array, width: int) -> Cells:
    """In network order; a type without a sign goes into the next wider one with it."""
    return fixed(numbers_of(array, array.type.to_pandas_dtype()).astype(f">i{width}"), array)


def oid_binary(array: pa.Array) -> Cells:
    """Four bytes without a sign."""
    return fixed(numbers_of(array, "<u4").astype(">u4"), array)


def text(array: pa.Array, _: Style) -> pa.Array:
    """As it is; views and large strings become plain ones."""
    plain = storage(array)
    return plain if plain.type == pa.string() else plain.cast(pa.string())


def enum_text(array: pa.Array, _: Style) -> pa.Array:
    """The words of an enumeration: those of its dictionary."""
    return array.dictionary.cast(pa.string()).take(array.indices)


def nothing(array: pa.Array, _: Style) -> pa.Array:
    """NULL of no type."""
    return pa.nulls(len(array), pa.string())


def bytes_as_they_are(array: pa.Array) -> Cells:
    """Bytes."""
    return array if array.type == pa.binary() else array.cast(pa.binary())


def bytea_text(array: pa.Array, _: Style) -> pa.Array:
    r"""``\x`` and hexadecimal digits."""
    plain = pc.fill_null(array.cast(pa.binary()), b"")
    digits = np.take(_HEX, _bytes_of(plain))
    lengths = np.asarray(pc.binary_length(plain)) * 2
    prefix = pa.scalar(b"\\x", pa.binary())
    made = pc.binary_join_element_wise(prefix, binary_of(digits, lengths), b"")
    return blanked(made.cast(pa.string()), array)


def _bytes_of(array: pa.Array) -> NDArray[np.uint8]:
    """All bytes of an array of binary without NULLs."""
    offsets = np.frombuffer(array.buffers()[1], np.int32, len(array) + 1, array.offset * 4)
    data = array.buffers()[2]
    if data is None:
        return np.zeros(0, np.uint8)
    return np.frombuffer(data, np.uint8)[offsets[0] : offsets[-1]]


def uuid_text(array: pa.Array, style: Style) -> pa.Array:
    """32 digits in five groups; DuckDB gives text or, losing nothing, 16 bytes."""
    plain = storage(array)
    if not pa.types.is_fixed_size_binary(plain.type):
        return text(plain, style)
    cells = uuid_cells(plain)
    lengths = np.full(len(plain), 36, np.int32)
    return blanked(binary_of(cells.data, lengths).cast(pa.string()), plain)


def uuid_cells(array: pa.Array) -> Fixed:
    """The text of UUIDs of 16 bytes."""
    fours = np.take(_FOURS, _sixteen(array).view("<u2"))
    made = np.full((len(array), 36), ord("-"), np.uint8)
    groups = made.view(_GROUPS)[:, 0]
    groups["a"] = np.ascontiguousarray(fours[:, :2]).view("<u8")[:, 0]
    for number, name in enumerate("bcd"):
        groups[name] = fours[:, 2 + number]
    groups["e"] = fours[:, 5:]
    return Fixed(made, valid_of(array))


def uuid_binary(array: pa.Array) -> Cells:
    """16 bytes."""
    plain = storage(array)
    if pa.types.is_fixed_size_binary(plain.type):
        return Fixed(_sixteen(plain), valid_of(plain))
    filled = pc.fill_null(plain.cast(pa.binary()), b"0" * 36)
    digits = _bytes_of(filled).reshape(-1, 36)[:, _UUID_DIGITS]
    # Letters stand 39 above where the digits would go on; both cases have bit 5 of a letter.
    nibbles = np.where(digits > ord("9"), (digits | 32) - 87, digits - 48).astype(np.uint8)
    return Fixed((nibbles[:, 0::2] << 4 | nibbles[:, 1::2]).astype(np.uint8), valid_of(plain))


def _sixteen(array: pa.Array) -> NDArray[np.uint8]:
    data: NDArray[np.uint8] = numbers_of(array, "V16").view(np.uint8).reshape(-1, 16)
    return data


def bit_text(array: pa.Array, _: Style) -> pa.Array:
    """Ones and noughts."""
    return by_value(array, _bits, pa.string())


def bit_binary(array: pa.Array) -> Cells:
    """How many bits, and they, filled up with noughts at the end."""
    return by_value(array, _bits_binary, pa.binary())


def _bits(value: bytes) -> str:
    """DuckDB's first byte says how many of the following bits are not part of the value."""
    return "".join(f"{byte:08b}" for byte in value[1:])[value[0] :]


def _bits_binary(value: bytes) -> bytes:
    bits = _bits(value)
    size = (len(bits) + 7) // 8
    return len(bits).to_bytes(4) + int(bits.ljust(size * 8, "0"), 2).to_bytes(size)
