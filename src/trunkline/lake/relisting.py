"""A whole list in the place of what was held of it, in one snapshot.

Who is not told any more keeps the row that was held, with ``deleted_at``: history goes on naming
them. Their row is as it was told last; told again, it is as it is told, and not deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trunkline.lake.catalogue import LiveFile
from trunkline.lake.compaction import readable
from trunkline.lake.lake import Lake
from trunkline.lake.landing import Layout, stage
from trunkline.lake.lists import HeldList

DELETED, TOLD = "deleted_at", "refreshed_at"
Treat = Callable[[str, pa.Table], pa.Table]


@dataclass(frozen=True, slots=True)
class Relisted:
    """What the answers to a list became: all rows of each table, some perhaps more than once.

    ``keys`` are the single-column keys by table. ``gone`` is a column and its values in rows that
    are told although they are deleted. ``treat`` masks rows that are kept from earlier as the
    policy of today says.
    """

    held: HeldList
    tables: Mapping[str, pa.Table]
    keys: Mapping[str, str]
    treat: Treat
    gone: tuple[str, frozenset[str]] | None = None


def publish_list(lake: Lake, brought: Relisted, layout: Layout, now: datetime) -> int:
    """Hold a list as it was told, and nothing of it in any other way; the snapshot it became.

    DamagedLake where what was held of it cannot be read; nothing is changed then.
    """
    home, catalogue = lake.home, lake.catalogue
    held, replaced, tables = brought.held, list[LiveFile](), dict[str, pa.Table]()
    for name, rows in brought.tables.items():
        files = catalogue.live_files(held.organization, name, None)
        with readable(name):
            before = _read(home, files, rows.schema)
        tables[name] = _merged(once(rows, brought.keys[name]), before, name, brought)
        replaced += files
    staged = stage(home, f"{held.job}-list", tables, layout).files
    counted = replace(
        held,
        rows={name: rows[DELETED].null_count for name, rows in tables.items()},
        deleted={name: len(rows) - rows[DELETED].null_count for name, rows in tables.items()},
    )
    return catalogue.merge(
        held.organization,
        held.dataset,
        held.job,
        replaced,
        staged,
        now,
        lambda snapshot: catalogue.lists.note(counted, snapshot),
    )


def keys_there(
    lake: Lake, organization: str, table: str, key: str, told: datetime | None = None
) -> tuple[str, ...]:
    """The keys of rows that are not deleted; or of those that were told at an instant.

    In their order.
    """
    instants = pa.timestamp("ms", "UTC")
    schema = pa.schema([(key, pa.string()), (DELETED, instants), (TOLD, instants)])
    with readable(table):
        rows = _read(lake.home, lake.catalogue.live_files(organization, table, None), schema)
    if told is None:
        return tuple(sorted(rows.filter(pc.is_null(rows[DELETED]))[key].to_pylist()))
    return tuple(sorted(rows.filter(pc.equal(rows[TOLD], _instant(told)))[key].to_pylist()))


def once(rows: pa.Table, key: str) -> pa.Table:
    """Each row once: as it was told last."""
    last = {value: place for place, value in enumerate(rows[key].to_pylist())}
    return rows.take(pa.array(sorted(last.values()), pa.int64()))


def _read(home: Path, files: list[LiveFile], schema: pa.Schema) -> pa.Table:
    """The rows of files with the columns of a schema; NULL where a file lacks one."""
    tables = [_fitted(pq.read_table(home / file.path, partitioning=None), schema) for file in files]
    return pa.concat_tables([schema.empty_table(), *tables])


def _fitted(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    there = set(rows.column_names)
    columns = [
        rows[field.name].cast(field.type)
        if field.name in there
        else pa.nulls(len(rows), field.type)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _merged(told: pa.Table, before: pa.Table, name: str, brought: Relisted) -> pa.Table:
    key, at = brought.keys[name], _instant(brought.held.refreshed_at)
    told = _with_gone(told, before, name, brought)
    missing = before.filter(pc.invert(pc.is_in(before[key], value_set=told[key].combine_chunks())))
    missing = brought.treat(name, missing)
    # Who was last seen by others may be there all the same: this client does not see them. No time
    # is compared for more than being the same: one of the clocks may have been wrong.
    seen = pc.equal(missing[TOLD], _instant(brought.held.since))
    since = pc.if_else(seen, at, pa.scalar(None, at.type))
    deleted = pc.coalesce(missing[DELETED], since)
    rows = pa.concat_tables([told, _with(missing, DELETED, deleted)])
    return rows.sort_by(key).combine_chunks()


def _with_gone(told: pa.Table, before: pa.Table, name: str, brought: Relisted) -> pa.Table:
    """The rows that are told as deleted, with when that was first seen."""
    if brought.gone is None or brought.gone[0] not in told.column_names:
        return told
    column, values = brought.gone
    key, at = brought.keys[name], brought.held.refreshed_at
    first = dict(zip(before[key].to_pylist(), before[DELETED].to_pylist(), strict=True))
    is_gone = pc.is_in(told[column].cast(pa.string()), value_set=pa.array(sorted(values)))
    known = zip(told[key].to_pylist(), is_gone.to_pylist(), told[DELETED].to_pylist(), strict=True)
    found = [own or (first.get(row) or at if gone else None) for row, gone, own in known]
    return _with(told, DELETED, pa.array(found, told[DELETED].type))


def _with(rows: pa.Table, column: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    return rows.set_column(rows.column_names.index(column), rows.schema.field(column), values)


def _instant(at: datetime) -> pa.Scalar:
    return pa.scalar(at, pa.timestamp("ms", "UTC"))
