"""Arrow tables to immutable Parquet files, and the receipt that says what was written."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trunkline.catalog import WHOLE, Scope

FILES = "files"


@dataclass(frozen=True, slots=True)
class Layout:
    """What the lake must know of a dataset: its tables, its root and the columns that place a row.

    ``key`` names a record of the root table and is in every table, as ``time_column`` is.
    """

    dataset: str
    tables: tuple[str, ...]
    root_table: str
    key: str
    time_column: str


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
    time_column: str,
    scope: Scope = WHOLE,
) -> Receipt:
    """Write each table that has rows to ``files/<table>/<name>.parquet``; durable on return.

    The same name written again (a page fetched twice because of a crash) replaces the file, so
    nothing is left behind that no receipt names.
    """
    written = tuple(
        _write(home, f"{FILES}/{table}/{name}.parquet", table, rows, time_column, scope)
        for table, rows in tables.items()
        if rows.num_rows
    )
    for file in written:
        _keep_names((home / file.path).parent)
    return Receipt(written)


def _write(
    home: Path, path: str, table: str, rows: pa.Table, time_column: str, scope: Scope
) -> StagedFile:
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd", compression_level=1)
    content = sink.getvalue()
    target = home / path
    _make_folder(target.parent)
    _write_durably(target, content)
    return StagedFile(
        table=table,
        path=path,
        sha256=hashlib.sha256(content).hexdigest(),
        rows=rows.num_rows,
        bytes=content.size,
        days=rows_by_day(rows, time_column),
        scope=str(scope),
    )


def rows_by_day(rows: pa.Table, time_column: str) -> dict[date, int]:
    """How many rows fall on each UTC day."""
    days = pc.cast(pc.floor_temporal(rows[time_column], unit="day"), pa.date32())
    counts = pc.value_counts(days.combine_chunks())
    return {
        cast("date", entry["values"].as_py()): cast("int", entry["counts"].as_py())
        for entry in counts
    }


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


def _write_durably(target: Path, content: pa.Buffer) -> None:
    """Read-only from then on: DuckDB would write to whatever it may read, were it asked to."""
    partial = target.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with partial.open("wb") as file:
        file.write(memoryview(content))
        file.flush()
        if os.name != "nt":  # where a read-only file could not be deleted either
            os.fchmod(file.fileno(), 0o400)
        os.fsync(file.fileno())
    partial.replace(target)
