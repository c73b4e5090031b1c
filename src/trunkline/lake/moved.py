"""Records whose start moved to another day: they are where the newest telling has them.

A day takes the place of the same day, so a record that moved over midnight would be held on both.
Looked at are the days beside those that are told, and, of records that are listed open, the day
that they are listed on, however far: no other start is known to move by more than a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trunkline.interval import beside
from trunkline.lake.catalogue import Catalogue, LiveFile, Publication
from trunkline.lake.landing import Layout, StagedFile, utc_days
from trunkline.scope import OPEN_AT, TAIL, WHOLE, Scope

_KEY, _DAY = "key", "day"
_SCHEMA = pa.schema([(_KEY, pa.string()), (_DAY, pa.date32())])


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A record of a publication that is held on another day, too: ``told`` is its day there."""

    key: str
    told: date
    day: date
    scope: Scope


def elsewhere(
    home: Path, catalogue: Catalogue, publication: Publication, layout: Layout
) -> tuple[Elsewhere, ...]:
    """Where the records of a publication are held on another day than it tells.

    Not in the tail, of which a record is read before it is of any day: see ``reading``.
    """
    roots = [file for file in publication.files if file.table == layout.root_table]
    told_days = frozenset(day for file in roots for day in file.days)
    if publication.scope == TAIL or not told_days:
        return ()
    near = beside(told_days)
    listed = _listed(catalogue, publication)
    if not listed and not any(_places(catalogue, publication, layout, near)):
        return ()
    told = _told(home, catalogue, publication, roots, layout)
    asked = pa.array(listed, pa.string())
    far = {listed[key] for key in _common(asked, told[_KEY]).to_pylist()}
    places = _places(catalogue, publication, layout, near | far)
    return tuple(one for place in places for one in _moved(home, *place, told, layout))


def keys_of(moved: Iterable[Elsewhere], scope: Scope = WHOLE) -> pa.Array:
    """The records that a scope loses."""
    return pa.array(sorted({one.key for one in moved if one.scope == scope}), pa.string())


def _listed(catalogue: Catalogue, publication: Publication) -> dict[str, date]:
    found = catalogue.fresh.open_records(publication.organization)
    return {one.key: one.start.date() for one in found if one.dataset == publication.dataset}


def _places(
    catalogue: Catalogue, publication: Publication, layout: Layout, days: frozenset[date]
) -> Iterator[tuple[Scope, frozenset[date], list[LiveFile]]]:
    """The scopes and days in which a record could be read a second time, with their root files.

    Of scopes of records, and between filters, it is read by its key, once.
    """
    organization, table = publication.organization, layout.root_table
    scopes = frozenset({WHOLE, publication.scope}) - {OPEN_AT}
    if publication.scope == WHOLE:
        scopes = catalogue.live_scopes(organization, table) - {TAIL}
    for scope in sorted(scopes, key=str):
        replaced = publication.scope in (WHOLE, scope)
        left = days - publication.days.keys() if replaced else days
        files = catalogue.live_files(organization, table, left, scope) if left else []
        if files:
            yield scope, left, files


def _told(
    home: Path,
    catalogue: Catalogue,
    publication: Publication,
    roots: Iterable[StagedFile],
    layout: Layout,
) -> pa.Table:
    """Key and day of every record; of a filter's, those that are read: on days not held whole."""
    told = pa.concat_tables([_SCHEMA.empty_table(), *(_rows(home / f.path, layout) for f in roots)])
    if not publication.scope.predicates:
        return told
    whole = catalogue.whole_days(publication.organization, publication.dataset)
    return told.filter(pc.invert(_on(told, whole)))


def _moved(
    home: Path,
    scope: Scope,
    days: frozenset[date],
    files: Iterable[LiveFile],
    told: pa.Table,
    layout: Layout,
) -> Iterator[Elsewhere]:
    held = pa.concat_tables([_rows(home / file.path, layout, days) for file in files])
    held = held.filter(_on(held, days))
    place = pc.index_in(held[_KEY], value_set=told[_KEY].combine_chunks())
    day = told[_DAY].take(place)
    other = pc.fill_null(pc.not_equal(day, held[_DAY]), False)
    found = held.append_column("told", day).filter(other)
    for row in found.to_pylist():
        yield Elsewhere(row[_KEY], row["told"], row[_DAY], scope)


def _common(some: pa.Array, others: pa.ChunkedArray) -> pa.Array:
    return some.filter(pc.is_in(some, value_set=others.combine_chunks()))


def _on(rows: pa.Table, days: Iterable[date]) -> pa.ChunkedArray:
    return pc.is_in(rows[_DAY], value_set=pa.array(sorted(days), pa.date32()))


def _rows(path: Path, layout: Layout, days: frozenset[date] | None = None) -> pa.Table:
    """Key and day of a root file's records; of a merged month those groups alone that matter."""
    with pq.ParquetFile(path) as file:
        groups = [n for n in range(file.num_row_groups) if _matters(file, n, layout, days)]
        rows = file.read_row_groups(groups, columns=[layout.key, layout.time_column])
    columns = [rows[layout.key].cast(pa.string()), utc_days(rows, layout.time_column)]
    return pa.table(columns, schema=_SCHEMA)


def _matters(
    file: pq.ParquetFile, group: int, layout: Layout, days: frozenset[date] | None
) -> bool:
    """Whether a row group can have rows of the days, by the least and the greatest of its times."""
    if days is None or file.num_row_groups == 1:
        return True
    place = file.schema_arrow.get_field_index(layout.time_column)
    times = file.metadata.row_group(group).column(place).statistics
    if times is None or not times.has_min_max:
        return True
    return any(times.min.date() <= day <= times.max.date() for day in days)
