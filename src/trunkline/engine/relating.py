"""The relations that a text may name: the catalogue's, as the role may read them, the system's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from trunkline.catalog import Catalog, folded
from trunkline.engine.fetching import Parts
from trunkline.engine.local import local_tables
from trunkline.engine.masking import opened_to, role_of
from trunkline.engine.reading import reads_of
from trunkline.engine.system import Sources, system_relations
from trunkline.lake.catalogue import HeldFile
from trunkline.lake.local import LocalTable
from trunkline.lake.reading import Reads
from trunkline.lake.relation import Part, Relation, relations_of
from trunkline.planner.plans import Plans
from trunkline.views import View

ReadsOfEach = Mapping[str, Reads]
PartsRead = Mapping[str, tuple[Part, ...]]


def every_relation(parts: Parts, local: Iterable[LocalTable] | None = None) -> tuple[Relation, ...]:
    """All that a text may name, without rows; of the user's own files all, unless told which."""
    landed = [relation for each in parts.catalogs.each for relation in _opened(parts, each)]
    files = local_tables(parts.settings) if local is None else local
    own = (table.relation for table in files)
    views = views_over(parts.catalogs.views, landed)
    return (*landed, *views, *own, *system_relations(sources_of(parts)))


def relations_read(
    parts: Parts,
    sql: str,
    snapshot: int,
    reads: ReadsOfEach,
    local: Iterable[LocalTable] = (),
) -> tuple[Relation, ...]:
    """All that a text may name, with what it reads of a snapshot and of files of the user's own."""
    landed = [
        relation
        for each in parts.catalogs.each
        for relation in _opened(parts, each, _parts_of(parts, each, snapshot, reads))
    ]
    own = (table.relation for table in local)
    views = views_over(parts.catalogs.views, landed)
    system = system_relations(sources_of(parts, snapshot), with_views(sql, parts.catalogs.views))
    return (*landed, *views, *own, *system)


def reads(parts: Parts, planned: Plans, named: Iterable[Relation]) -> ReadsOfEach:
    """What the relations that a text names are read of, by the organisation."""
    named = tuple(named)
    return {
        name: reads_of(plan, parts.catalogs.of(name), named) for name, plan in planned.each.items()
    }


def views_over(views: Iterable[View], relations: Iterable[Relation]) -> tuple[Relation, ...]:
    """Declared views as relations: one over a relation that is closed is closed for its reason."""
    closed = {relation.qualified: relation.closed for relation in relations if relation.closed}
    return tuple(
        Relation(
            view.schema,
            view.name,
            tuple((column.name, column.type) for column in view.columns),
            query=view.query,
            below=view.below,
            closed=next((closed[name] for name in view.below if name in closed), None),
        )
        for view in views
    )


def with_views(sql: str, views: Iterable[View]) -> str:
    """A text with those of the views that it may name: what it reads of the system's own tables."""
    text = folded(sql)
    return " ".join((sql, *(view.query for view in views if view.name in text)))


def sources_of(parts: Parts, snapshot: int | None = None) -> Sources:
    """Where the system's own tables are read from, of the newest snapshot unless named."""
    names, store = parts.catalogs.names, parts.store
    return Sources(
        catalogs=parts.catalogs,
        jobs=lambda: (job for name in names for job in store.jobs(name)),
        coverage=lambda: (d for name in names for d in parts.lake.coverage(name, snapshot)),
        unknown=store.unknown,
        runs=store.journal.runs,
        local=lambda: local_tables(parts.settings),
        changes=lambda name: _changes_of(parts, name, snapshot),
        requests=store.journal.requests,
        files=lambda: ((name, f) for name in names for f in _files_of(parts, name, snapshot)),
    )


def _files_of(parts: Parts, organization: str, snapshot: int | None) -> Iterable[HeldFile]:
    catalogue = parts.lake.catalogue
    return catalogue.files(organization, catalogue.latest() if snapshot is None else snapshot)


def _changes_of(
    parts: Parts, organization: str, snapshot: int | None
) -> Mapping[tuple[str, date], datetime]:
    catalogue = parts.lake.catalogue
    return catalogue.changes(organization, catalogue.latest() if snapshot is None else snapshot)


def _parts_of(parts: Parts, catalog: Catalog, snapshot: int, reads: ReadsOfEach) -> PartsRead:
    of_it = reads.get(catalog.schema)
    return parts.lake.parts(catalog, snapshot, of_it) if of_it else {}


def _opened(parts: Parts, catalog: Catalog, read: PartsRead | None = None) -> tuple[Relation, ...]:
    """The relations of one organisation, as the role may read them."""
    landed = relations_of(catalog, read)
    return opened_to(role_of(parts.settings), landed, catalog, parts.policy)
