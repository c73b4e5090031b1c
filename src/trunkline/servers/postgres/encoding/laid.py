"""Values of a column as they stand in a row: each after its length of four bytes, -1 for NULL.

A column is laid in pieces, row by row one after another: a matrix of bytes where every row has as
many, an Arrow array where not. Each piece that is an array costs as much as its bytes, so what can
be told beforehand is no array: values that are all as long as one another, and lengths.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeAlias

import numpy as np
import pyarrow as pa

from trunkline.servers.postgres.encoding.arrays import lengths_of, measured
from trunkline.servers.postgres.encoding.cells import (
    Cells,
    Fixed,
    Numbers,
    Spans,
    bytes_of,
    even,
    offsets_of,
)

_NARROW = 64  # bytes; wider values are not worth another copy
_LISTED = 100_000  # whole numbers that are written beforehand
_SPARE = 2  # values to pick from, for each that is picked


@dataclass(frozen=True, slots=True)
class Picked:
    """Of an array of binary, the values at some places: one for each row."""

    values: pa.Array
    places: Numbers


@dataclass(frozen=True, slots=True)
class Ragged:
    """Rows of a matrix of bytes, each up to an end of its own."""

    data: Numbers
    ends: Numbers


Piece: TypeAlias = Numbers | Ragged | Picked | pa.Array


@dataclass(frozen=True, slots=True)
class Laid:
    """Pieces, and how many bytes all of them are: of every row, or of each."""

    pieces: tuple[Piece, ...]
    sizes: int | Numbers


def laid(cells: Cells) -> Laid:
    """Any values."""
    matrix = _matrix(cells)
    if matrix is not None:
        rows, width = matrix.shape
        return Laid((repeated(width.to_bytes(4), rows), matrix), 4 + width)
    values: Piece
    if isinstance(cells, Fixed):
        lengths = lengths_of(cells)
        values = Ragged(cells.data, np.maximum(lengths, 0))
    elif isinstance(cells, Spans):
        lengths = lengths_of(cells)
        values = _picked(cells)
    else:
        values, lengths = measured(cells)
    return Laid((bytes_of(lengths.astype(">i4")), values), 4 + np.maximum(lengths, 0))


def _picked(cells: Spans) -> Picked:
    return Picked(cells.items(), np.arange(0, 2 * len(cells.data), 2, dtype=np.int32))


def repeated(word: bytes, rows: int) -> Numbers:
    """A matrix that has the same in every row."""
    return np.frombuffer(word * rows, np.uint8).reshape(rows, len(word))


def _matrix(cells: Cells) -> Numbers | None:
    """Values as a matrix; None where they are not all there and as long as one another."""
    if isinstance(cells, Fixed):
        return cells.data if cells.valid is None else None
    if isinstance(cells, Spans):
        return None
    if cells.null_count or not len(cells):
        return None
    offsets = offsets_of(cells)
    width = int(offsets[1] - offsets[0])
    if not 0 < width <= _NARROW or int(offsets[-1] - offsets[0]) != width * len(cells):
        return None
    if (np.diff(offsets) != width).any():
        return None
    data = np.frombuffer(cells.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    return data.reshape(-1, width)


def by_turns(pieces: Sequence[Piece]) -> memoryview:
    """Pieces one after another, row by row, as one run of bytes."""
    found = list(map(_near, _merged(pieces)))
    made = pa.concat_arrays([piece.values for piece in found])
    if len(made) > len(found):  # else it is one row, whose parts stand in their order
        made = made.take(pa.array(_turns(found)))
    offsets = offsets_of(made)
    return memoryview(made.buffers()[2])[offsets[0] : offsets[-1]]


def _turns(pieces: Sequence[Picked]) -> Numbers:
    """Where the values of each row are when all arrays follow one another."""
    made = np.empty((len(pieces[0].places), len(pieces)), np.int32)
    before = 0
    for number, piece in enumerate(pieces):
        np.add(piece.places, before, out=made[:, number], dtype=np.int32, casting="unsafe")
        before += len(piece.values)
    return made.ravel()


def _near(piece: Picked | pa.Array) -> Picked:
    """What is not much more than is sent of it, since all of it is copied."""
    if not isinstance(piece, Picked):
        return _all(piece)
    if len(piece.values) <= _SPARE * len(piece.places):
        return piece
    return _all(piece.values.take(pa.array(piece.places)))


def _all(values: pa.Array) -> Picked:
    return Picked(values, np.arange(len(values), dtype=np.int32))


def _merged(pieces: Sequence[Piece]) -> Iterator[Picked | pa.Array]:
    """The same bytes in as few arrays as can be."""
    beside: list[Numbers] = []
    for piece in pieces:
        if isinstance(piece, np.ndarray):
            beside.append(piece)
            continue
        if isinstance(piece, Ragged):
            width = sum(matrix.shape[1] for matrix in beside)
            data = _abreast([*beside, piece.data])
            yield _picked(Spans(data, np.zeros(len(data), np.int32), piece.ends + width, None))
        else:
            if beside:
                yield even(_abreast(beside))
            yield piece
        beside = []
    if beside:
        yield even(_abreast(beside))


def _abreast(matrices: Sequence[Numbers]) -> Numbers:
    """Matrices of bytes side by side."""
    if len(matrices) == 1:
        return matrices[0]
    made = np.empty((len(matrices[0]), sum(matrix.shape[1] for matrix in matrices)), np.uint8)
    at = 0
    for matrix in matrices:
        width = matrix.shape[1]
        if width:  # as items of one number each, which numpy copies much quicker than rows
            kind = f"V{width}"
            made[:, at : at + width].view(kind)[:] = np.ascontiguousarray(matrix).view(kind)
        at += width
    return made


def from_table(words: pa.Array, places: Numbers) -> Laid:
    """Values that were laid beforehand, by their places."""
    lengths = np.diff(offsets_of(words))
    return Laid((Picked(words, places),), np.take(lengths, places))


@cache
def truths() -> pa.Array:
    """False, true and NULL."""
    return _table((b"f", b"t", None))


@lru_cache(maxsize=2)
def whole_numbers(most: int) -> pa.Array:
    """Those below ``most``, and NULL."""
    return _table((*(b"%d" % number for number in range(most)), None))


def _table(words: Sequence[bytes | None]) -> pa.Array:
    return pa.array(
        [b"\xff" * 4 if word is None else len(word).to_bytes(4) + word for word in words],
        pa.binary(),
    )


def table_of(least: int, most: int) -> pa.Array | None:
    """The table that has whole numbers from ``least`` to ``most``; None where none has."""
    if least < 0 or most >= _LISTED:
        return None
    return whole_numbers(1_000 if most < 1_000 else _LISTED)
