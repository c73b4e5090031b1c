"""``arrow``: an Arrow IPC file (Feather version 2), with the types of the answer."""

from __future__ import annotations

from typing import BinaryIO

import pyarrow as pa

from trunkline.lake.session import Answer


def write_arrow(answer: Answer, sink: BinaryIO, zone: str) -> None:
    """Write every batch."""
    del zone
    with pa.ipc.new_file(sink, answer.schema) as writer:
        for batch in answer.batches:
            writer.write_batch(batch)
