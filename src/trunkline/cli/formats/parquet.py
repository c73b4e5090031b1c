"""``parquet``: the types of the answer, one row group a batch."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from trunkline.errors import UsageError
from trunkline.lake.session import Answer


def write_parquet(answer: Answer, sink: BinaryIO, zone: str) -> None:
    """Write every batch. UsageError where a column has a type that Parquet has no form for."""
    del zone
    _check(answer.schema)
    with pq.ParquetWriter(sink, answer.schema, compression="zstd") as writer:
        for batch in answer.batches:
            writer.write_batch(batch)


def _check(schema: pa.Schema) -> None:
    for field in schema:
        try:
            pq.ParquetWriter(pa.BufferOutputStream(), pa.schema([field])).close()
        except pa.ArrowNotImplementedError:
            raise UsageError(
                f"column {field.name!r} is of type {field.type}, which Parquet has no form for",
                hint="Cast it to VARCHAR, or use date_diff('millisecond', ...) for an interval; "
                "--format arrow keeps it.",
            ) from None
