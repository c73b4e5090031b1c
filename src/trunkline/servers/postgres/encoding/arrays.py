"""Arrays: lists of one type, and lists of lists as arrays of more dimensions.

https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO. All rows of a dimension are as long as one
another in PostgreSQL, and none of them is NULL; a list that is not so is refused, since no client
could read it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.servers.postgres.encoding.cells import (
    Cells,
    Fixed,
    Numbers,
    Spans,
    binary_of,
    blanked,
    bytes_of,
    chosen,
    even,
    joined,
    offsets_of,
    picked,
    valid_of,
)
from trunkline.servers.postgres.report import refused

_NEEDS_QUOTES = r'[\s\x0b{}",\\]|^$|^(?i:null)$'
_LISTS: tuple[Callable[[pa.DataType], bool], ...] = (
    pa.types.is_list,
    pa.types.is_large_list,
    pa.types.is_fixed_size_list,
    pa.types.is_list_view,
)
ONE = 1  # the lower bound of every dimension; a vector's is 0


@dataclass(frozen=True, slots=True)
class Shape:
    """Rows of lists laid flat: the lengths at each depth, and the items of the deepest."""

    dimensions: list[Numbers]  # (rows,) each
    lengths: list[Numbers]  # of all lists at a depth
    items: pa.Array


def is_list(type_: pa.DataType) -> bool:
    """Whether values are lists, of whatever layout."""
    return any(belongs(type_) for belongs in _LISTS)


def shape_of(array: pa.Array) -> Shape:
    """Lay lists flat. Refused where they are not rectangular."""
    dimensions, lengths = [_lengths(array)], [_lengths(array)]
    parents = np.repeat(np.arange(len(array)), lengths[0])
    items = array.flatten()
    while is_list(items.type):
        inner = _lengths(items)
        first = _firsts(inner, parents, len(array))
        if items.null_count or (inner != first[parents]).any():
            raise refused(
                "2202E",
                "multidimensional arrays must have sub-arrays with matching dimensions",
                hint="Cast the column to JSON, or unnest it.",
            )
        dimensions.append(first)
        lengths.append(inner)
        parents = np.repeat(parents, inner)
        items = items.flatten()
    return Shape(dimensions, lengths, items)


def _firsts(inner: Numbers, parents: Numbers, rows: int) -> Numbers:
    """The length of the first list in each row; 0 in a row without one."""
    first = np.zeros(rows, np.int64)
    first[parents[::-1]] = inner[::-1]  # the last to be written is the first of its row
    return first


def _lengths(array: pa.Array) -> Numbers:
    return np.asarray(pc.fill_null(pc.list_value_length(array), 0)).astype(np.int64)


def text(array: pa.Array, items: Callable[[pa.Array], pa.Array], *, quiet: bool) -> pa.Array:
    """``{1,NULL,"a b"}``; ``quiet`` items never need quotes."""
    shape = shape_of(array)
    words = items(shape.items)
    made = pc.fill_null(words if quiet else _quoted(words), "NULL")
    for lengths in reversed(shape.lengths):
        made = joined("{", pc.binary_join(_lists(lengths, made), ","), "}")
    if len(shape.dimensions) > 1:
        empty = np.minimum.reduce(shape.dimensions) == 0
        made = pc.if_else(pa.array(empty), "{}", made)
    return blanked(made, array)


def _quoted(words: pa.Array) -> pa.Array:
    wanting = pc.match_substring_regex(words, _NEEDS_QUOTES)
    if not pc.any(wanting).as_py():
        return words
    escaped = pc.replace_substring(pc.replace_substring(words, "\\", "\\\\"), '"', '\\"')
    return pc.if_else(wanting, joined('"', escaped, '"'), words)


def _lists(lengths: Numbers, items: pa.Array) -> pa.Array:
    offsets = np.zeros(len(lengths) + 1, np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.ListArray.from_arrays(pa.array(offsets), items)


def spaced(array: pa.Array, items: Callable[[pa.Array], pa.Array]) -> pa.Array:
    """``1 2``, as int2vector and oidvector are written."""
    shape = shape_of(array)
    return blanked(pc.binary_join(_lists(shape.lengths[0], items(shape.items)), " "), array)


def binary(
    array: pa.Array, items: Callable[[pa.Array], Cells], oid: int, first: int = ONE
) -> Cells:
    """Dimensions, whether there are NULLs, the type of the items, and they after their lengths.

    ``first`` is the lower bound of each dimension.
    """
    shape = shape_of(array)
    counts = np.multiply.reduce(shape.dimensions)
    lists = pc.binary_join(_lists(counts, prefixed(items(shape.items))), b"")
    made = joined(_head(shape, counts, oid, first), lists, type_=pa.binary())
    return blanked(made, array)


def _head(shape: Shape, counts: Numbers, oid: int, first: int) -> pa.Array:
    depth, rows = len(shape.dimensions), len(counts)
    made = np.empty((rows, 3 + 2 * depth), ">i4")
    made[:, 0] = np.where(counts > 0, depth, 0)
    made[:, 1] = _has_null(shape.items, counts)
    made[:, 2] = oid
    made[:, 3::2] = np.stack(shape.dimensions, axis=1)
    made[:, 4::2] = first
    wanted = np.broadcast_to(np.arange(3 + 2 * depth) < 3, made.shape)
    return picked(made, wanted | (counts > 0)[:, None])


def _has_null(items: pa.Array, counts: Numbers) -> Numbers:
    if not items.null_count:
        return np.zeros(len(counts), np.int64)
    nulls = np.concatenate(([0], np.cumsum(np.asarray(items.is_null()))))
    ends = np.cumsum(counts)
    some: Numbers = nulls[ends] > nulls[ends - counts]
    return some


def prefixed(cells: Cells) -> pa.Array:
    """Each value after its length of four bytes, which is -1 for NULL."""
    values, lengths = measured(cells)
    heads = even(bytes_of(lengths.astype(">i4")))
    return joined(heads, values, type_=pa.binary())


def measured(cells: Cells) -> tuple[pa.Array, Numbers]:
    """Values without NULLs, and their lengths; -1 for NULL."""
    if isinstance(cells, Spans):
        places = np.arange(0, 2 * len(cells.data), 2, dtype=np.int32)
        return cells.items().take(pa.array(places)), lengths_of(cells)
    if not isinstance(cells, Fixed):
        return _measured(cells)
    if cells.valid is None:
        return even(cells.data), lengths_of(cells)
    values, lengths = chosen(cells.data, cells.valid), lengths_of(cells)
    return binary_of(values, np.maximum(lengths, 0)), lengths


def lengths_of(cells: Fixed | Spans) -> Numbers:
    """The lengths of values; -1 for NULL."""
    if isinstance(cells, Spans):
        lengths = cells.after - cells.first
    else:
        lengths = np.full(len(cells.data), cells.data.shape[1], np.int32)
    return lengths if cells.valid is None else np.where(cells.valid, lengths, np.int32(-1))


def _measured(cells: pa.Array) -> tuple[pa.Array, Numbers]:
    lengths = np.diff(offsets_of(cells))
    valid = valid_of(cells)
    if valid is None:
        return cells if cells.type == pa.binary() else cells.view(pa.binary()), lengths
    if lengths[~valid].any():
        filled = pc.fill_null(cells.view(pa.binary()), b"")
        return filled, np.where(valid, lengths, np.int32(-1))
    _, places, data = cells.buffers()
    buffers = [None, places, data or pa.py_buffer(b"")]
    bare = pa.Array.from_buffers(pa.binary(), len(cells), buffers, 0, cells.offset)
    return bare, np.where(valid, lengths, np.int32(-1))
