"""Records told of one by one: they take the place of what is held of them, wherever that is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from trunkline.lake.catalogue import Catalogue, Publication
from trunkline.lake.displacement import Displaced, Ended, keys_in, losing
from trunkline.lake.landing import Layout, StagedFile
from trunkline.scope import TAIL, WHOLE, Scope


def amended(
    home: Path, catalogue: Catalogue, publication: Publication, layout: Layout
) -> Displaced:
    """What ends where a publication brings some records anew, and its remainders, staged.

    Rows that only jobs tell of stay: an answer by key has none, which does not mean there are none.
    So does what a day held whole has of a record that is told anew in the tail: it is the day's as
    of its own fetch, which says how many it has, and the tail is read before it.
    """
    keys = pa.array(sorted(publication.keys), pa.string())
    newer = tuple(file for file in publication.files if file.scope == str(TAIL))
    of_scope = {TAIL: keys, WHOLE: keys.filter(_outside(keys, keys_in(home, newer, layout)))}
    days = frozenset(day for file in publication.files for day in file.days)
    days |= _listed(catalogue, publication)
    ended: list[Ended] = []
    for table, scope, of_days in _places(layout, days):
        files = catalogue.live_files(publication.organization, table, of_days, scope)
        ended += losing(home, files, table, publication.job, of_scope[scope], layout)
    return Displaced.of(ended)


def _outside(keys: pa.Array, others: pa.Array) -> pa.Array:
    return pc.invert(pc.is_in(keys, value_set=others))


def _listed(catalogue: Catalogue, publication: Publication) -> frozenset[date]:
    """The days on which the records began as they are held; the answer may tell of others."""
    listed = catalogue.fresh.open_records(publication.organization)
    return frozenset(r.start.date() for r in listed if r.key in publication.keys)


def _places(
    layout: Layout, days: frozenset[date]
) -> Iterator[tuple[str, Scope, frozenset[date] | None]]:
    for table in layout.tables:
        if table not in layout.only_in_jobs:
            yield table, WHOLE, days
            yield table, TAIL, None


def open_in(
    home: Path, files: tuple[StagedFile, ...], layout: Layout
) -> list[tuple[str, datetime, str]]:
    """Key, start and scope of the records in some staged files that have not ended."""
    if layout.end_column is None:
        return []
    columns = [layout.key, layout.time_column, layout.end_column]
    found = []
    for file in files:
        if file.table == layout.root_table:
            rows = pq.read_table(home / file.path, columns=columns, partitioning=None)
            still = rows.filter(pc.is_null(rows[layout.end_column]))
            keys, starts = still[layout.key].to_pylist(), still[layout.time_column].to_pylist()
            found += [(key, start, file.scope) for key, start in zip(keys, starts, strict=True)]
    return found
