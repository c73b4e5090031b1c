"""How much of a batch is encoded at once: memory is bounded whatever a batch holds."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from trunkline.servers.postgres.encoding.cells import Numbers
from trunkline.servers.postgres.report import refused

TARGET = 8 * 1024 * 1024  # bytes of Arrow; as text they are two to four times as many
MOST = 256 * 1024 * 1024  # bytes of one row; a message of PostgreSQL ends at 1 GB
_COLUMN = 8  # what a value costs at least, lengths and small numbers included


def slices(batch: pa.RecordBatch, target: int = TARGET) -> Iterator[pa.RecordBatch]:
    """Parts of a batch, in order, none of no rows; rows are halved until they are small enough."""
    if not batch.num_rows:
        return
    size = _size(batch)
    if size <= target:
        yield batch
    elif batch.num_rows == 1:
        if size > MOST:
            raise _too_long()
        yield batch
    else:
        # Not one cut into equal parts: the rows of a batch may differ a thousandfold.
        middle = batch.num_rows // 2
        yield from slices(batch.slice(0, middle), target)
        yield from slices(batch.slice(middle), target)


def _size(batch: pa.RecordBatch) -> int:
    least = batch.num_rows * batch.num_columns * _COLUMN
    return max(int(batch.nbytes), int(least))


def fits(sizes: Numbers) -> None:
    """Refuse rows of which one is too long to send."""
    if sizes.max(initial=0) > 4 * MOST:
        raise _too_long()


def _too_long() -> Exception:
    return refused("54000", "a row is too long to be sent", hint="Select less of its columns.")
