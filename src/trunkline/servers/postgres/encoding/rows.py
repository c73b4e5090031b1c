"""DataRow messages of a batch: the bytes of one joined Arrow array are the bytes on the wire.

Everything of a known width that stands side by side (the head of the message, lengths, numbers
without NULLs) is one matrix of bytes; only what varies is joined to it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

import numpy as np
import pyarrow as pa

from trunkline.servers.postgres.encoding.cells import bytes_of
from trunkline.servers.postgres.encoding.codings import coding_of
from trunkline.servers.postgres.encoding.laid import Laid, by_turns
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
        columns_laid = [
            coding_of(array.type, column.type).laid(array, wire_format, style)
            for array, column, wire_format in zip(piece.columns, columns, formats, strict=True)
        ]
        yield _joined(columns_laid, piece.num_rows, letter)


def _joined(columns: Sequence[Laid], rows: int, letter: bytes) -> memoryview:
    head = np.zeros(rows, _HEAD if letter else _BARE)
    total = np.full(rows, _HEAD.itemsize - 1, np.int64)
    for column in columns:
        total += column.sizes
    fits(total)
    head["columns"] = len(columns)
    if letter:
        head["letter"], head["size"] = letter, total
    pieces = chain.from_iterable(column.pieces for column in columns)
    return by_turns([bytes_of(head), *pieces])
