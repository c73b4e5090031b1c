"""The relations that a text may name, as whoever asks may read them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache

import pyarrow as pa

from trunkline.catalog import Catalog, folded
from trunkline.engine.access import opened_to
from trunkline.engine.fetching import Parts
from trunkline.engine.local import local_tables
from trunkline.engine.observed import RowsOfEach
from trunkline.engine.reader import Reader
from trunkline.engine.reading import reads_of
from trunkline.engine.system import Sources, system_relations
from trunkline.lake.catalogue import HeldFile
from trunkline.lake.gate import check
from trunkline.lake.lists import HeldList
from trunkline.lake.local import LocalTable
from trunkline.lake.reading import Reads
from trunkline.lake.relation import BENEATH, Part, Relation, relations_of
from trunkline.planner.plans import Plans
from trunkline.views import View

ReadsOfEach = Mapping[str, Reads]
PartsRead = Mapping[str, tuple[Part, ...]]


def every_relation(
    parts: Parts, reader: Reader, local: Iterable[LocalTable] | None = None
) -> tuple[Relation, ...]:
    """All that a reader's text may name, without rows; of the user's own files all, or some."""
    landed = (relation for each in parts.catalogs.each for relation in relations_of(each))
    files = local_tables(parts.settings) if local is None else local
    return _opened(parts, reader, landed, files, sources_of(parts, reader))


def relations_read(
    parts: Parts,
    reader: Reader,
    sql: str,
    snapshot: int,
    reads: ReadsOfEach,
    local: Iterable[LocalTable] = (),
    observed: RowsOfEach | None = None,
) -> tuple[Relation, ...]:
    """All that a reader's text may name, with what it reads of a snapshot, of own files, of now."""
    now = observed or {}
    landed = (
        _given(relation, now.get(each.schema, {}).get(relation.name))
        for each in parts.catalogs.each
        for relation in relations_of(each, _parts_of(parts, each, snapshot, reads))
    )
    return _opened(parts, reader, landed, local, sources_of(parts, reader, snapshot), sql)


def _given(relation: Relation, rows: pa.Table | None) -> Relation:
    """A relation with rows of this query alone, if there are any, in place of what is held."""
    return relation if rows is None else replace(relation, rows=rows, parts=())


def _opened(
    parts: Parts,
    reader: Reader,
    landed: Iterable[Relation],
    local: Iterable[LocalTable],
    sources: Sources,
    sql: str = "",
) -> tuple[Relation, ...]:
    views = parts.catalogs.views
    own = (table.relation for table in local)
    system = system_relations(sources, with_views(sql, views) if sql else "")
    found = (*landed, *own, *system, *map(_relation, views))
    return opened_to(reader, found, parts.catalogs, parts.policy)


def reads(parts: Parts, planned: Plans, named: Iterable[Relation]) -> ReadsOfEach:
    """What the relations that a text names are read of, by the organisation."""
    named = tuple(replace(r, schema=r.schema.removeprefix(BENEATH)) for r in named)
    return {
        name: reads_of(plan, parts.catalogs.of(name), named) for name, plan in planned.each.items()
    }


def _relation(view: View) -> Relation:
    columns = tuple((column.name, column.type) for column in view.columns)
    return Relation(view.schema, view.name, columns, query=view.query, below=view.below)


def with_views(sql: str, views: Iterable[View]) -> str:
    """A text with those of the views that it may name: what it reads of the system's own tables."""
    text = folded(sql)
    named = (view for view in views if view.schema in text and view.name in text)
    return " ".join((sql, *(view.query for view in named)))


def narrowed(parts: Parts, reader: Reader, sql: str) -> tuple[str, ...]:
    """What has to be said of ``*`` where it does not mean every column to this reader."""
    relations = every_relation(parts, reader, local_tables(parts.settings, sql))
    if not any(relation.hidden for relation in relations):
        return ()
    checked = check(sql, relations, parts.catalogs.default.schema)
    return tuple(
        f"* has {len(relation.columns)} of the {len(relation.every_column)} columns of "
        f"{relation.qualified}: the others are not open to {reader.shown}"
        for relation in checked.named
        if checked.stars and relation.hidden
    )


def sources_of(parts: Parts, reader: Reader, snapshot: int | None = None) -> Sources:
    """Where the system's own tables are read from, of the newest snapshot unless named."""
    names, store = parts.catalogs.names, parts.store

    @cache
    def opened() -> frozenset[tuple[str, ...]]:
        found = (r for r in every_relation(parts, reader) if not r.closed)
        return frozenset((r.schema, r.name, column) for r in found for column, _ in r.columns)

    def is_open(*names: str) -> bool:
        return not reader.user or names in opened()

    whose = None if reader.reads_all else reader.user or None  # others' runs are not theirs
    return Sources(
        catalogs=parts.catalogs,
        jobs=lambda: (job for name in names for job in store.jobs(name)),
        coverage=lambda: (d for name in names for d in parts.lake.coverage(name, snapshot)),
        lists=lambda: (e for name in names for e in _lists_of(parts, name, snapshot)),
        unknown=store.unknown,
        runs=lambda: store.journal.runs(whose),
        requests=lambda: store.journal.requests(whose),
        refused=parts.lake.catalogue.users.refused,
        is_open=is_open,
        local=lambda: local_tables(parts.settings),
        changes=lambda name: _changes_of(parts, name, snapshot),
        files=lambda: ((name, f) for name in names for f in _files_of(parts, name, snapshot)),
    )


def _files_of(parts: Parts, organization: str, snapshot: int | None) -> Iterable[HeldFile]:
    catalogue = parts.lake.catalogue
    return catalogue.files(organization, catalogue.latest() if snapshot is None else snapshot)


def _lists_of(parts: Parts, organization: str, snapshot: int | None) -> Iterable[HeldList]:
    catalogue = parts.lake.catalogue
    at = catalogue.latest() if snapshot is None else snapshot
    return catalogue.lists.of(organization, at).values()


def _changes_of(
    parts: Parts, organization: str, snapshot: int | None
) -> Mapping[tuple[str, date], datetime]:
    catalogue = parts.lake.catalogue
    return catalogue.changes(organization, catalogue.latest() if snapshot is None else snapshot)


def _parts_of(parts: Parts, catalog: Catalog, snapshot: int, reads: ReadsOfEach) -> PartsRead:
    of_it = reads.get(catalog.schema)
    return parts.lake.parts(catalog, snapshot, of_it) if of_it else {}
