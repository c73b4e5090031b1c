"""The relations of the engine as the system catalogue shows them to a reader."""

from __future__ import annotations

from dataclasses import replace

from trunkline.catalog import Catalog, Table
from trunkline.engine import Engine
from trunkline.engine.reader import Reader
from trunkline.engine.system import SYSTEM_TABLES
from trunkline.lake.relation import LOCAL_SCHEMA, SYSTEM_SCHEMA, Relation
from trunkline.roles import Role
from trunkline.servers.postgres.catalogue.declared import foreign_keys_of
from trunkline.servers.postgres.catalogue.relations import (
    TABLE,
    VIEW,
    ForeignKey,
    RelationShown,
    column_shown,
)
from trunkline.views import View

_AS_VIEW = "v_"  # a file of the user's own, by whose name they tell others that it is derived
_SYSTEM = {table.name: table for table in SYSTEM_TABLES}


def every_shown(engine: Engine) -> tuple[RelationShown, ...]:
    """All relations there are."""
    return shown_to(engine, Reader("", Role.ADMINISTRATOR))


def shown_to(engine: Engine, reader: Reader) -> tuple[RelationShown, ...]:
    """The relations that are open to a reader, with the columns that are."""
    found = engine.relations(reader)
    opened = tuple(relation for relation in found if not (relation.closed or relation.broken))
    names = frozenset(relation.qualified for relation in opened)
    return tuple(_without(names, _shown(engine, relation)) for relation in opened)


def _without(names: frozenset[str], shown: RelationShown) -> RelationShown:
    """A relation with those of its foreign keys alone whose other end is open, too."""
    keys = tuple(key for key in shown.foreign_keys if f"{key.schema}.{key.relation}" in names)
    return replace(shown, foreign_keys=keys)


def _shown(engine: Engine, relation: Relation) -> RelationShown:
    if relation.schema == SYSTEM_SCHEMA and relation.name in _SYSTEM:
        table = _SYSTEM[relation.name]
        words = {name: said for name, _, said in table.columns}
        return _with(relation, words, table.description)
    if view := engine.catalogs.view(relation.name, relation.schema):
        return _view(relation, view, engine.catalogs.of(view.organization))
    if relation.schema == LOCAL_SCHEMA:
        kind = VIEW if relation.name.startswith(_AS_VIEW) else TABLE
        return _with(relation, {}, None, kind=kind)
    found = engine.catalogs.find(relation.name, relation.schema)
    if found is None:
        return _with(relation, {}, None, kind=_kind(relation))
    catalog, of = found
    words = {column.name: column.description for column in of.columns}
    if relation.name != of.name:
        return _with(relation, words, of.description, kind=VIEW)
    return _table(relation, catalog, of, words)


def _kind(relation: Relation) -> str:
    """A file of the user's own is a table, or a view where its name says ``v_``."""
    is_view = relation.schema == LOCAL_SCHEMA and relation.name.startswith("v_")
    return VIEW if is_view else TABLE


def _table(relation: Relation, catalog: Catalog, of: Table, words: dict[str, str]) -> RelationShown:
    there = {name for name, _ in relation.columns}
    key = (of.key,) if of.key in there else ()
    keys = tuple(one for one in foreign_keys_of(catalog, of) if there >= set(one.columns))
    return _with(relation, words, of.description, key=key, foreign_keys=keys)


def _view(relation: Relation, view: View, catalog: Catalog) -> RelationShown:
    """A declared view; shown as a table, since BI tools relate only those by their keys."""
    there = {name for name, _ in relation.columns}
    keys_of = {other.name: other.key for other in catalog.views}
    keys = tuple(
        ForeignKey((column.name,), view.schema, other, (keys_of[other],))
        for column in view.references
        if column.name in there and (other := column.references)
    )
    words = {column.name: column.description for column in view.columns}
    key = (view.key,) if view.key in there else ()
    said = f"{view.description} One row is {view.grain}."
    return _with(relation, words, said, key=key, foreign_keys=keys)


def _with(
    relation: Relation, words: dict[str, str], description: str | None, **more: object
) -> RelationShown:
    columns = tuple(
        column_shown(name, type_.arrow, words.get(name) or None) for name, type_ in relation.columns
    )
    return RelationShown(
        relation.schema,
        relation.name,
        columns,
        description=description,
        **more,  # type: ignore[arg-type]
    )
