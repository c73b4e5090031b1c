"""How the rows of one day go in, and what has to be altered of them.

PostgreSQL has no character NUL in a text. It becomes the symbol for it (U+2400), counted and told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from trunkline.publish.shapes import Shape, quoted, rows_of
from trunkline.publish.source import Content, Source
from trunkline.publish.target import Connection, run
from trunkline.servers.postgres.encoding import columns_of, stream
from trunkline.servers.postgres.encoding.style import UTC

NUL, SHOWN = "\0", "\N{SYMBOL FOR NULL}"


@dataclass(slots=True)
class Copied:
    """What one day came to: rows by table, and what differs from what is held, by what it is."""

    written: Counter[str] = field(default_factory=Counter)
    deleted: Counter[str] = field(default_factory=Counter)
    altered: Counter[str] = field(default_factory=Counter)

    def note_left_out(self, content: Content) -> None:
        """Note how many rows there are that did not go in."""
        for table, held in content.rows.items():
            if missing := held - self.written[table]:
                self.altered[f"{table}: rows left out"] += missing


def replace(connection: Connection, schema: str, day: date, source: Source, copied: Copied) -> None:
    """Put the rows of a day in the place of what is there, within the caller's transaction."""
    remove(connection, schema, day, source.shapes, copied)
    if source.mended:
        _remove_elsewhere(connection, schema, source, copied)
    for shape in source.shapes:
        batches = without_nul(source.batches(shape, day), shape, copied)
        copied.written[shape.name] += _copy(connection, schema, shape, batches)


def remove(
    connection: Connection, schema: str, day: date, shapes: Iterable[Shape], copied: Copied
) -> None:
    """Remove the rows of a day, or of a whole list, those that stand below others first."""
    for shape in reversed(tuple(shapes)):
        where, ends = rows_of(shape.table, day)
        done = run(
            connection, f"DELETE FROM {quoted(schema)}.{quoted(shape.name)}{where}", ends or None
        )
        copied.deleted[shape.name] += max(0, done.rowcount)


def _remove_elsewhere(connection: Connection, schema: str, source: Source, copied: Copied) -> None:
    """Remove what another day has of the same records: they came there with another start."""
    key = quoted(source.shapes[0].table.dataset.key)
    run(connection, "CREATE TEMPORARY TABLE trunkline_again (key text) ON COMMIT DROP")
    with connection.cursor() as cursor, cursor.copy(b"COPY trunkline_again FROM STDIN") as copy:
        for batch in source.records():
            for value in batch.column(0).to_pylist():
                copy.write_row((value.replace(NUL, SHOWN),))
    for shape in reversed(source.shapes):
        done = run(
            connection,
            f"DELETE FROM {quoted(schema)}.{quoted(shape.name)} "
            f"WHERE {key} IN (SELECT key FROM trunkline_again)",
        )
        if done.rowcount > 0:
            copied.altered[f"{shape.name}: rows of another day replaced"] += done.rowcount


def _copy(
    connection: Connection, schema: str, shape: Shape, batches: Iterator[pa.RecordBatch]
) -> int:
    """Send rows; how many there were."""
    first = next(batches, None)
    if first is None:
        return 0
    listed = ", ".join(quoted(column) for column in shape.columns)
    into = f"COPY {quoted(schema)}.{quoted(shape.name)} ({listed}) FROM STDIN (FORMAT BINARY)"
    columns = columns_of(first.schema)
    with connection.cursor() as cursor:
        with cursor.copy(into.encode()) as copy:
            for piece in stream(_chain(first, batches), columns, UTC):
                copy.write(piece)
        return cursor.rowcount


def _chain(first: pa.RecordBatch, others: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    yield first
    yield from others


def without_nul(
    batches: Iterator[pa.RecordBatch], shape: Shape, copied: Copied
) -> Iterator[pa.RecordBatch]:
    """The batches without the character NUL; of each column, how many values had any."""
    for batch in batches:
        columns = []
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            if _has_nul(column):
                count, column = _shown(column)  # noqa: PLW2901
                copied.altered[f"{shape.name}.{name}: NUL written as {SHOWN}"] += count
            columns.append(column)
        yield pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _has_nul(column: pa.Array) -> bool:
    """A look at the bytes, which may be of other rows than these, is quick."""
    texts = column.flatten() if pa.types.is_list(column.type) else column
    if not pa.types.is_string(texts.type) or not len(texts):
        return False
    data = texts.buffers()[2]
    return data is not None and b"\0" in memoryview(data).cast("B").tobytes()


def _shown(column: pa.Array) -> tuple[int, pa.Array]:
    """How many values have a NUL, and all of them without."""
    if pa.types.is_list(column.type):
        lists = column.to_pylist()
        count = sum(any(NUL in (item or "") for item in of or ()) for of in lists)
        clean = [of and [item and item.replace(NUL, SHOWN) for item in of] for of in lists]
        return count, pa.array(clean, column.type)
    count = pc.sum(pc.match_substring(column, NUL)).as_py() or 0
    return count, pc.replace_substring(column, NUL, SHOWN)
