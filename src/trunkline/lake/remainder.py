"""Files are never rewritten: what stays of one when some of its rows go is a new file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trunkline.lake.catalogue import LiveFile
from trunkline.lake.landing import (
    FILES,
    Layout,
    StagedFile,
    on_days,
    parquet_file,
    rows_by_day,
    stage,
    written_to,
)
from trunkline.scope import Scope


def without_days(
    home: Path,
    file: LiveFile,
    table: str,
    job: str,
    days: frozenset[date],
    keys: pa.Array,
    layout: Layout,
) -> tuple[StagedFile, ...]:
    """What a published file holds of other days and records, as a new file; nothing for none."""

    def stays(rows: pa.Table) -> pa.Array:
        gone = pc.is_in(rows[layout.key], value_set=keys)
        return pc.invert(pc.or_(gone, on_days(rows, layout.time_column, days)))

    name = f"{job}-of-{file.file}"
    return _filtered(home, home / file.path, table, name, stays, layout, file.scope)


def without_keys(
    home: Path, file: LiveFile, table: str, job: str, keys: pa.Array, layout: Layout
) -> tuple[StagedFile, ...] | None:
    """What a published file holds of other records, as a new file; None where it loses none."""
    if not _has_any(home / file.path, layout.key, keys):
        return None

    def stays(rows: pa.Table) -> pa.Array:
        return pc.invert(pc.is_in(rows[layout.key], value_set=keys))

    name = f"{job}-of-{file.file}"
    return _filtered(home, home / file.path, table, name, stays, layout, file.scope)


def _has_any(source: Path, key: str, keys: pa.Array) -> bool:
    with pq.ParquetFile(source) as file:
        groups = (file.read_row_group(n, columns=[key]) for n in range(file.num_row_groups))
        return any(pc.any(pc.is_in(rows[key], value_set=keys)).as_py() for rows in groups)


def newest_only(
    home: Path, files: tuple[StagedFile, ...], layout: Layout
) -> tuple[StagedFile, ...]:
    """Staged files of one job, each record kept once: as the last page that had it.

    A provider may repeat a page or a record; the tables must not. Files without a repeated
    record are returned as they are.
    """
    roots = [file for file in files if file.table == layout.root_table]
    repeated = _repeated(home, roots, layout.key)
    if not repeated:
        return files
    kept: list[StagedFile] = []
    for file in files:
        gone = pa.array(repeated.get(_page(file), []), pa.string())
        if not len(gone):
            kept.append(file)
            continue

        def stays(rows: pa.Table, gone: pa.Array = gone) -> pa.Array:
            return pc.invert(pc.is_in(rows[layout.key], value_set=gone))

        name = f"{_page(file)}-once"
        scope = Scope.parse(file.scope)
        kept += _filtered(home, home / file.path, file.table, name, stays, layout, scope)
    return tuple(kept)


def split(
    home: Path, file: StagedFile, days: frozenset[date], layout: Layout, scope: Scope
) -> tuple[StagedFile, ...]:
    """A staged file as two: of ``days`` for another scope, and of all others for its own."""
    if not file.days.keys() & days:
        return (file,)

    def inside(rows: pa.Table) -> pa.Array:
        return on_days(rows, layout.time_column, days)

    def outside(rows: pa.Table) -> pa.Array:
        return pc.invert(inside(rows))

    source, own, page = home / file.path, Scope.parse(file.scope), _page(file)
    return (
        *_filtered(home, source, file.table, f"{page}-held", inside, layout, scope),
        *_filtered(home, source, file.table, f"{page}-rest", outside, layout, own),
    )


def outside(
    home: Path, file: StagedFile, days: frozenset[date], layout: Layout
) -> tuple[StagedFile, ...]:
    """A staged file without its rows of some days; as it is where it has none of them."""
    if not file.days.keys() & days:
        return (file,)

    def stays(rows: pa.Table) -> pa.Array:
        return pc.invert(on_days(rows, layout.time_column, days))

    own = Scope.parse(file.scope)
    return _filtered(home, home / file.path, file.table, f"{_page(file)}-else", stays, layout, own)


def without_records(
    home: Path, file: StagedFile, days: frozenset[date], keys: pa.Array, layout: Layout
) -> tuple[StagedFile, ...]:
    """A staged file without some records, which began on ``days``; as it is if it has none."""
    if not file.days.keys() & days or not _has_any(home / file.path, layout.key, keys):
        return (file,)

    def stays(rows: pa.Table) -> pa.Array:
        return pc.invert(pc.is_in(rows[layout.key], value_set=keys))

    own = Scope.parse(file.scope)
    return _filtered(home, home / file.path, file.table, f"{_page(file)}-left", stays, layout, own)


def _page(file: StagedFile) -> str:
    return Path(file.path).stem


def _repeated(home: Path, roots: list[StagedFile], key: str) -> dict[str, list[str]]:
    """For each page, the keys that a later page has again."""
    if not roots:
        return {}
    pages = [_column(home / file.path, key) for file in roots]
    page = np.repeat(np.arange(len(pages)), [len(keys) for keys in pages])
    keys = pa.chunked_array([chunk for of_page in pages for chunk in of_page.chunks], pa.string())
    whose = keys.combine_chunks().dictionary_encode()
    record = whose.indices.to_numpy()
    last = np.zeros(len(whose.dictionary), np.int64)
    np.maximum.at(last, record, page)
    repeated: dict[str, list[str]] = {}
    for place in np.flatnonzero(page < last[record]).tolist():
        repeated.setdefault(_page(roots[page[place]]), []).append(keys[place].as_py())
    return repeated


def _column(path: Path, name: str) -> pa.ChunkedArray:
    with pq.ParquetFile(path) as file:
        return file.read(columns=[name])[name]


def _filtered(
    home: Path,
    source: Path,
    table: str,
    name: str,
    stays: Callable[[pa.Table], pa.Array],
    layout: Layout,
    scope: Scope,
) -> tuple[StagedFile, ...]:
    with pq.ParquetFile(source) as file:
        if file.num_row_groups > 1:
            return _filtered_by_group(home, file, table, name, stays, layout, scope)
        rows = file.read()
    return stage(home, name, {table: rows.filter(stays(rows))}, layout, scope).files


def _filtered_by_group(
    home: Path,
    source: pq.ParquetFile,
    table: str,
    name: str,
    stays: Callable[[pa.Table], pa.Array],
    layout: Layout,
    scope: Scope,
) -> tuple[StagedFile, ...]:
    """A merged month, a row group at a time: it may have more rows than there is memory for."""
    path = f"{FILES}/{table}/{name}.parquet"
    days: Counter[date] = Counter()
    with written_to(home), parquet_file(home, path, source.schema_arrow) as written:
        for group in range(source.num_row_groups):
            rows = source.read_row_group(group)
            kept = rows.filter(stays(rows))
            if kept.num_rows:
                days.update(rows_by_day(kept, layout.time_column))
                written.writer.write_table(kept)
    if not days:
        (home / path).unlink()
        return ()
    count = days.total()
    return (StagedFile(table, path, written.sha256, count, written.bytes, dict(days), str(scope)),)
