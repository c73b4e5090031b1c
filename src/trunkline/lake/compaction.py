"""A closed month's files as one file a table, sorted, in row groups that a query can skip.

Nothing is changed but where rows lie. What is held of the month stays readable in the snapshots
before, until they are pruned. Memory is that of one batch, whatever the month has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trunkline.errors import DamagedLake, LimitExceeded
from trunkline.interval import DAY, is_settled, midnight, months
from trunkline.lake.catalogue import Catalogue, CoveredDay, LiveFile
from trunkline.lake.landing import FILES, Layout, StagedFile, on_days, parquet_file, rows_by_day

BATCH_ROWS = 50_000  # of a row group, and about as many are in memory at once
REFRESHED_FILES = 8  # of one table of a closed month, before it is worth doing again


@dataclass(frozen=True, slots=True)
class Merge:
    """What becomes one file: the files of one table of a month."""

    table: str
    files: tuple[LiveFile, ...]


def complete_months(
    held: Iterable[CoveredDay], dataset: str, settle: timedelta
) -> tuple[frozenset[date], ...]:
    """The UTC months of which every day is held and final, in order."""
    final = (
        day.day
        for day in held
        if day.dataset == dataset and is_settled(midnight(day.day + DAY), day.watermark, settle)
    )
    return tuple(month for month in months(final) if len(month) == _length(min(month)))


def _length(first: date) -> int:
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return (following - first.replace(day=1)).days


def merges(
    catalogue: Catalogue,
    organization: str,
    layout: Layout,
    month: frozenset[date],
    *,
    is_closed: bool,
) -> tuple[Merge, ...]:
    """The tables of a month whose files are worth merging.

    A table that has one file is as it should be. A month that was closed before is merged again
    only where refreshed days have left many files.
    """
    most = REFRESHED_FILES if is_closed else 1
    found = []
    for table in layout.tables:
        files = catalogue.live_files(organization, table, month)
        inside = tuple(file for file in files if file.days <= month)
        if len(inside) > most:
            found.append(Merge(table, inside))
    return tuple(found)


def merged(home: Path, merge: Merge, name: str, layout: Layout) -> StagedFile:
    """All rows of the files as one, by time and then by record; durable on return."""
    schema = pa.unify_schemas(
        [pq.read_schema(home / file.path) for file in merge.files], promote_options="permissive"
    )
    days: dict[date, int] = {}
    path = f"{FILES}/{merge.table}/{name}.parquet"
    with parquet_file(home, path, schema) as written:
        for batch in _batches(home, merge, schema, layout):
            for day, rows in rows_by_day(batch, layout.time_column).items():
                days[day] = days.get(day, 0) + rows
            written.writer.write_table(batch, row_group_size=BATCH_ROWS)
    return StagedFile(
        table=merge.table,
        path=path,
        sha256=written.sha256,
        rows=sum(days.values()),
        bytes=written.bytes,
        days=days,
    )


def _batches(home: Path, merge: Merge, schema: pa.Schema, layout: Layout) -> Iterator[pa.Table]:
    """The rows of some days at a time, sorted."""
    for days in _spans(merge.files):
        pieces = [
            _of_days(pq.read_table(home / file.path, partitioning=None), days, layout)
            for file in merge.files
            if file.days & days
        ]
        rows = pa.concat_tables([schema.empty_table(), *pieces], promote_options="permissive")
        order = pc.sort_indices(
            rows, sort_keys=[(layout.time_column, "ascending"), (layout.key, "ascending")]
        )
        yield rows.take(order)


def _of_days(rows: pa.Table, days: frozenset[date], layout: Layout) -> pa.Table:
    return rows.filter(on_days(rows, layout.time_column, days))


def _spans(files: tuple[LiveFile, ...]) -> Iterator[frozenset[date]]:
    """Days in order, in groups of about a batch of rows; never less than a day."""
    weights: dict[date, float] = {}
    for file in files:
        for day in file.days:
            weights[day] = weights.get(day, 0.0) + file.rows / len(file.days)
    span: set[date] = set()
    rows = 0.0
    for day in sorted(weights):
        if span and rows + weights[day] > BATCH_ROWS:
            yield frozenset(span)
            span, rows = set(), 0.0
        span.add(day)
        rows += weights[day]
    yield frozenset(span)


@contextmanager
def readable(table: str) -> Iterator[None]:
    """DamagedLake where a file cannot be read, LimitExceeded where one cannot be written."""
    try:
        yield
    except (OSError, pa.ArrowInvalid) as error:
        # pyarrow tells what it cannot read by an OSError of no number.
        if isinstance(error, OSError) and error.errno and not isinstance(error, FileNotFoundError):
            raise LimitExceeded(
                f"the merged file of {table} could not be written: {error.strerror}",
                hint="Free some space: `trunkline prune --keep 1` may.",
            ) from error
        raise DamagedLake(
            f"a file of {table} is missing or damaged, and cannot be merged: {error}",
            hint="Restore it from a backup; or move the data directory away, and the days are "
            "fetched again when they are asked for.",
        ) from error
