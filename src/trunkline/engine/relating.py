"""The relations that a text may name: the catalogue's, as the role may read them, the system's."""

from __future__ import annotations

from trunkline.engine.fetching import Parts
from trunkline.engine.masking import opened_to, role_of
from trunkline.engine.reading import reads_of
from trunkline.engine.system import Sources, system_relations
from trunkline.lake.gate import check
from trunkline.lake.reading import Reads
from trunkline.lake.relation import Relation, relations_of
from trunkline.planner.plan import Plan


def every_relation(parts: Parts) -> tuple[Relation, ...]:
    """All that a text may name, without rows."""
    return _opened(parts, relations_of(parts.catalog), system_relations(sources_of(parts)))


def relations_read(parts: Parts, sql: str, snapshot: int, reads: Reads) -> tuple[Relation, ...]:
    """All that a text may name, with what it reads of a snapshot."""
    landed = relations_of(parts.catalog, parts.lake.parts(parts.catalog, snapshot, reads))
    return _opened(parts, landed, system_relations(sources_of(parts, snapshot), sql))


def reads(parts: Parts, planned: Plan) -> Reads:
    """What the relations that a plan's text names are read of."""
    named = check(planned.sql, every_relation(parts), parts.catalog.schema).named
    return reads_of(planned, parts.catalog, named)


def sources_of(parts: Parts, snapshot: int | None = None) -> Sources:
    """Where the system's own tables are read from, of the newest snapshot unless named."""
    schema, store = parts.catalog.schema, parts.store
    return Sources(
        catalog=parts.catalog,
        jobs=lambda: store.jobs(schema),
        coverage=lambda: parts.lake.coverage(schema, snapshot),
        unknown=store.unknown,
        runs=store.journal.runs,
        requests=store.journal.requests,
        files=lambda: parts.lake.catalogue.files(
            schema, parts.lake.catalogue.latest() if snapshot is None else snapshot
        ),
    )


def _opened(
    parts: Parts, landed: tuple[Relation, ...], system: tuple[Relation, ...]
) -> tuple[Relation, ...]:
    role = role_of(parts.settings)
    return (*opened_to(role, landed, parts.catalog, parts.policy), *system)
