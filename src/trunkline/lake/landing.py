"""Arrow tables to immutable Parquet files, and the receipt that says what was written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import BinaryIO

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trunkline.errors import LimitExceeded
from trunkline.lake.encoding import written_as
from trunkline.scope import WHOLE, Scope

FILES = "files"
_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Layout:
    """What the lake must know of a dataset: its tables, its root and the columns that place a row.

    ``key`` names a record of the root table and is in every table, as ``time_column`` is. ``keys``
    are the columns, of whichever table, that name a row or one it stands below. ``end_column`` of
    the root table is NULL while a record goes on. ``only_in_jobs`` are the tables that answers
    without a job have nothing of.
    """

    dataset: str
    tables: tuple[str, ...]
    root_table: str
    key: str
    time_column: str
    keys: frozenset[str] = frozenset()
    end_column: str | None = None
    only_in_jobs: tuple[str, ...] = ()


class StagedFile(msgspec.Struct, frozen=True, omit_defaults=True):
    """One Parquet file that no snapshot names yet. ``days`` counts its rows by UTC day.

    ``path`` is relative to the data directory; ``scope`` is the text of the one it was fetched for.
    """

    table: str
    path: str
    sha256: str
    rows: int
    bytes: int
    days: dict[date, int]
    scope: str = ""


class Receipt(msgspec.Struct, frozen=True):
    """What one page became. The job store keeps it as text and does not look into it."""

    files: tuple[StagedFile, ...]

    def encode(self) -> str:
        """The receipt as JSON text."""
        return msgspec.json.encode(self).decode()

    @staticmethod
    def decode(text: str) -> Receipt:
        """Read what ``encode`` wrote."""
        return msgspec.json.decode(text, type=Receipt)


def stage(
    home: Path,
    name: str,
    tables: Mapping[str, pa.Table],
    layout: Layout,
    scope: Scope = WHOLE,
) -> Receipt:
    """Write each table that has rows to ``files/<table>/<name>.parquet``; durable on return.

    A column that is NULL throughout is left out: whoever reads files knows the declared columns.
    LimitExceeded where the disk has no place for them.
    The same name written again (a page fetched twice because of a crash) replaces the file, so
    nothing is left behind that no receipt names.
    """
    encoded = {
        f"{FILES}/{table}/{name}.parquet": (table, rows, _encoded(rows, layout))
        for table, rows in tables.items()
        if rows.num_rows
    }
    written = tuple(_staged(path, *file, layout, scope) for path, file in encoded.items())
    with written_to(home):
        for file in written:
            _make_folder((home / file.path).parent)
        _write_durably({home / path: content for path, (_, _, content) in encoded.items()})
        for file in written:
            _keep_names((home / file.path).parent)
    return Receipt(written)


@contextmanager
def written_to(home: Path) -> Iterator[None]:
    """What the system refuses to write, for want of space most often, as an error of ours."""
    try:
        yield
    except OSError as error:
        if not error.errno or isinstance(error, FileNotFoundError):
            raise  # of a file that is read
        raise LimitExceeded(
            f"a file could not be written to {home}: {error.strerror}",
            hint="Free some space and run the query again; what has landed is kept.",
        ) from error


def _encoded(rows: pa.Table, layout: Layout) -> pa.Buffer:
    sink, rows = pa.BufferOutputStream(), _with_values(rows, layout)
    pq.write_table(rows, sink, **written_as(rows.schema, layout.keys))
    return sink.getvalue()


def _with_values(rows: pa.Table, layout: Layout) -> pa.Table:
    """The rows without columns that are NULL throughout, but for those that the lake reads."""
    always = layout.keys | {layout.key, layout.time_column, layout.end_column}
    columns = zip(rows.column_names, rows.itercolumns(), strict=True)
    return rows.select([n for n, of in columns if n in always or of.null_count < len(of)])


def _staged(
    path: str, table: str, rows: pa.Table, content: pa.Buffer, layout: Layout, scope: Scope
) -> StagedFile:
    return StagedFile(
        table=table,
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        rows=rows.num_rows,
        bytes=content.size,
        days=rows_by_day(rows, layout.time_column),
        scope=str(scope),
    )


def on_days(rows: pa.Table, time_column: str, days: Iterable[date]) -> pa.ChunkedArray:
    """For each row, whether it falls on one of the UTC days."""
    wanted = pa.array(sorted(days), pa.date32())
    return pc.is_in(utc_days(rows, time_column), value_set=wanted)


def utc_days(rows: pa.Table, time_column: str) -> pa.ChunkedArray:
    """The UTC day of each row."""
    return pc.cast(pc.floor_temporal(rows[time_column], unit="day"), pa.date32())


def rows_by_day(rows: pa.Table, time_column: str) -> dict[date, int]:
    """How many rows fall on each UTC day."""
    milliseconds = rows[time_column].combine_chunks().cast(pa.int64()).to_numpy()
    days = milliseconds // _DAY_MS
    first = int(days.min())
    counts = enumerate(np.bincount(days - first).tolist(), start=first)
    return {_EPOCH + timedelta(days=day): count for day, count in counts if count}


@dataclass(slots=True)
class Written:
    """A Parquet file on its way to the disk; its hash and size are known once it is there."""

    writer: pq.ParquetWriter
    sha256: str = ""
    bytes: int = 0


@contextmanager
def parquet_file(home: Path, path: str, schema: pa.Schema) -> Iterator[Written]:
    """A file to write row groups to; durable, read-only and in its place when the block ends.

    Where the block fails, a partial file stays, which the next sweep deletes.
    """
    target = home / path
    _make_folder(target.parent)
    partial = _partial(target)
    partial.unlink(missing_ok=True)
    with partial.open("wb") as file:
        writer = pq.ParquetWriter(file, schema, compression="zstd", compression_level=3)
        written = Written(writer)
        yield written
        writer.close()
        file.flush()
        _close_to_writers(file)
        os.fsync(file.fileno())
    with partial.open("rb") as file:
        written.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    written.bytes = partial.stat().st_size
    partial.replace(target)
    _keep_names(target.parent)


def _close_to_writers(file: BinaryIO) -> None:
    """Read-only from then on: DuckDB would write to whatever it may read, were it asked to."""
    if os.name != "nt":  # where a read-only file could not be deleted either
        os.fchmod(file.fileno(), 0o400)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _keep_names(folder.parent)


def _keep_names(folder: Path) -> None:
    """Make the names in a folder durable: a file that is synchronised may yet lose its own."""
    if os.name == "nt":
        return  # a folder cannot be opened there
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _write_durably(contents: Mapping[Path, pa.Buffer]) -> None:
    """The system is given all before it is waited for, so that it writes them together."""
    with ExitStack() as opened:
        files = [opened.enter_context(_written(path, c)) for path, c in contents.items()]
        for file in files:
            os.fsync(file.fileno())
    for path in contents:
        _partial(path).replace(path)


def _written(target: Path, content: pa.Buffer) -> BinaryIO:
    partial = _partial(target)
    partial.unlink(missing_ok=True)
    file = partial.open("wb")
    file.write(memoryview(content))
    file.flush()
    _close_to_writers(file)
    return file


def _partial(target: Path) -> Path:
    return target.with_suffix(".partial")
