"""The values of one column as bytes: a matrix where all are as wide, else an Arrow array."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Numbers = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Fixed:
    """Values of one width: ``data`` is (rows, width) of uint8; ``valid`` is None without NULLs."""

    data: NDArray[np.uint8]
    valid: NDArray[np.bool_] | None


@dataclass(frozen=True, slots=True)
class Spans:
    """Values that lie in a matrix, each in a row of its own from one of its bytes to another."""

    data: Numbers
    first: Numbers
    after: Numbers
    valid: NDArray[np.bool_] | None

    def items(self) -> pa.Array:
        """Each value, empty for NULL, and after each what lies before the next."""
        rows, width = bytes_of(self.data).shape
        starts = np.arange(0, rows * width, width, dtype=np.int32)
        after = self.after if self.valid is None else np.where(self.valid, self.after, self.first)
        edges = np.append(
            np.stack((starts + self.first, starts + after), axis=1), np.int32(rows * width)
        )
        buffers = [None, pa.py_buffer(edges), pa.py_buffer(np.ascontiguousarray(self.data))]
        return pa.Array.from_buffers(pa.binary(), 2 * rows, buffers)


Cells = Fixed | Spans | pa.Array  # of binary or string


def storage(array: pa.Array) -> pa.Array:
    """The array below an extension type."""
    return array.storage if isinstance(array, pa.ExtensionArray) else array


def valid_of(array: pa.Array) -> NDArray[np.bool_] | None:
    """Which rows have a value; None where all of them do."""
    if not array.null_count:
        return None
    return np.asarray(array.is_valid())


def numbers_of(array: pa.Array, dtype: str) -> Numbers:
    """The values of an array of fixed width, in its own memory; 0 where they are NULL."""
    numbers = raw_of(array, dtype)
    valid = valid_of(array)
    if valid is None:
        return numbers
    return np.where(valid, numbers, np.zeros(1, numbers.dtype))


def raw_of(array: pa.Array, dtype: str) -> Numbers:
    """The same, with whatever is there where they are NULL."""
    kind = np.dtype(dtype)
    return np.frombuffer(array.buffers()[1], kind, len(array), array.offset * kind.itemsize)


def fixed(numbers: Numbers, array: pa.Array) -> Fixed:
    """Numbers, or a matrix of bytes, as cells with the NULLs of an array."""
    return Fixed(bytes_of(numbers), valid_of(array))


def chosen(data: NDArray[np.uint8], wanted: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Some rows of a matrix of bytes."""
    rows, width = data.shape
    if not rows or not width:
        return data[wanted]
    # Rows as items of one number each: numpy picks those ten times as fast as it does rows.
    picked: NDArray[np.uint8] = np.ascontiguousarray(data).view(f"V{width}")[:, 0][wanted]
    return picked.view(np.uint8).reshape(-1, width)


def offsets_of(values: pa.Array) -> Numbers:
    """Where each value of an array of binary or string begins, and where the last one ends."""
    if not len(values):
        return np.zeros(1, np.int32)
    return np.frombuffer(values.buffers()[1], np.int32, len(values) + 1, values.offset * 4)


def bytes_of(numbers: Numbers) -> NDArray[np.uint8]:
    """Numbers, or rows of them, as a matrix of bytes; of the right width also where it is empty."""
    width = numbers.itemsize * math.prod(numbers.shape[1:])
    made: NDArray[np.uint8] = np.ascontiguousarray(numbers).view(np.uint8)
    return made.reshape(len(numbers), width)


def binary_of(data: Numbers, lengths: Numbers, valid: NDArray[np.bool_] | None = None) -> pa.Array:
    """An array of binary whose values lie one after another; those not valid have no length."""
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    validity = None if valid is None else pa.array(valid).buffers()[1]
    buffers = [validity, pa.py_buffer(offsets), pa.py_buffer(np.ascontiguousarray(data))]
    return pa.Array.from_buffers(pa.binary(), len(lengths), buffers)


def even(data: NDArray[np.uint8]) -> pa.Array:
    """A matrix of bytes as an array of binary, a row each; nothing is copied if it lies whole."""
    rows, width = data.shape
    return binary_of(data, np.full(rows, width, np.int32))


def picked(matrix: Numbers, wanted: NDArray[np.bool_]) -> pa.Array:
    """Row by row, the items of a matrix that are wanted, as an array of binary."""
    lengths = wanted.sum(axis=1, dtype=np.int32) * matrix.itemsize
    return binary_of(matrix[wanted], lengths)


def blanked(values: pa.Array, array: pa.Array) -> pa.Array:
    """Values with the NULLs of another array."""
    if not array.null_count:
        return values
    return pc.if_else(array.is_valid(), values, pa.scalar(None, values.type))


def by_value(
    array: pa.Array, spelled: Callable[[Any], str | bytes], type_: pa.DataType
) -> pa.Array:
    """For what has no vectorised way: Python, once for each distinct value of the batch."""
    coded = storage(array).dictionary_encode()
    made = [None if value is None else spelled(value) for value in coded.dictionary.to_pylist()]
    return pa.array(made, type_).take(coded.indices)


def patched(values: pa.Array, where: Numbers, made: pa.Array) -> pa.Array:
    """Values with some replaced, in order; ``where`` may hold no NULL."""
    return pc.replace_with_mask(values, pa.array(where), made)


def joined(*parts: pa.Array | str, type_: pa.DataType | None = None) -> pa.Array:
    """Parts of text one after another, row by row; NULL if any of them is."""
    kind = type_ or pa.string()
    return pc.binary_join_element_wise(
        *(pa.scalar(part, kind) if isinstance(part, str) else part for part in parts),
        pa.scalar("", kind),
    )
