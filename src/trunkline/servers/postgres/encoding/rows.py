"""DataRow messages of a batch: the bytes of one joined Arrow array are the bytes on the wire.

Everything of a known width that stands side by side (the head of the message, lengths, numbers
without NULLs) is one matrix of bytes; only what varies is joined to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trunkline.servers.postgres.encoding.arrays import measured
from trunkline.servers.postgres.encoding.cells import Cells, Fixed, Numbers, bytes_of, even
from trunkline.servers.postgres.encoding.codings import coding_of
from trunkline.servers.postgres.encoding.slices import fits, slices
from trunkline.servers.postgres.encoding.style import Style
from trunkline.servers.postgres.types import Column

_BARE = np.dtype([("columns", ">u2")])
_HEAD = np.dtype([("letter", "S1"), ("size", ">i4"), ("columns", ">u2")])


def data_rows(
    batch: pa.RecordBatch,
    columns: Sequence[Column],
    formats: Sequence[int],
    style: Style,
    letter: bytes = b"D",
) -> Iterator[memoryview]:
    """Messages of all rows, in pieces of bounded size. A row of COPY in binary differs by letter.

    Without a letter they are rows and no messages: the stream that a client copies in.

    Refused (54000) where one row is more than a message may hold.
    """
    for piece in slices(batch):
        cells = [
            _cells(array, column, wire_format, style)
            for array, column, wire_format in zip(piece.columns, columns, formats, strict=True)
        ]
        yield _joined(cells, piece.num_rows, letter)


def _cells(array: pa.Array, column: Column, wire_format: int, style: Style) -> Cells:
    return coding_of(array.type, column.type).cells(array, wire_format, style)


def _joined(cells: Sequence[Cells], rows: int, letter: bytes) -> memoryview:
    parts = [_measured(cell) for cell in cells]
    head = np.zeros(rows, _HEAD if letter else _BARE)
    total = np.full(rows, _HEAD.itemsize - 1 + 4 * len(cells), np.int64)
    for _, lengths in parts:
        total += np.maximum(lengths, 0)
    fits(total)
    head["columns"] = len(cells)
    if letter:
        head["letter"], head["size"] = letter, total
    return joined_bytes(_pieces(head, parts))


def _measured(cell: Cells) -> tuple[Numbers | pa.Array, Numbers]:
    """Values, as a matrix where every row has one of the same width, and their lengths."""
    if isinstance(cell, Fixed) and cell.valid is None:
        rows, width = cell.data.shape
        return cell.data, np.full(rows, width, ">i4")
    values, lengths = measured(cell)
    return values, lengths.astype(">i4")


def _pieces(head: Numbers, parts: Sequence[tuple[Numbers | pa.Array, Numbers]]) -> list[pa.Array]:
    made, beside = [], [bytes_of(head)]
    for values, lengths in parts:
        beside.append(bytes_of(lengths))
        if isinstance(values, np.ndarray):
            beside.append(values)
        else:
            made += [even(np.hstack(beside)), values]
            beside = []
    return [*made, even(np.hstack(beside))] if beside else made


def joined_bytes(pieces: Sequence[pa.Array]) -> memoryview:
    """Pieces one after another, row by row, as one run of bytes."""
    made = pieces[0]
    if len(pieces) > 1:
        made = pc.binary_join_element_wise(*pieces, pa.scalar(b"", pa.binary()))
    offsets = np.frombuffer(made.buffers()[1], np.int32, len(made) + 1, made.offset * 4)
    return memoryview(made.buffers()[2])[offsets[0] : offsets[-1]]
