"""Our objects as rows of the system catalogue, as PostgreSQL 15 writes them for the same DDL."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from trunkline.servers.postgres.catalogue import templates as new
from trunkline.servers.postgres.catalogue.attribute_rows import put_attribute, put_system_attributes
from trunkline.servers.postgres.catalogue.key_rows import put_foreign_key, put_primary_key
from trunkline.servers.postgres.catalogue.oids import oids_of
from trunkline.servers.postgres.catalogue.relations import VIEW, RelationShown, RoleShown
from trunkline.servers.postgres.catalogue.writing import Writing, foreign_key_name, full, key_name


def rows_of(
    every: Sequence[RelationShown],
    visible: Sequence[RelationShown],
    database: str,
    roles: Iterable[RoleShown] = (),
    schemas: Iterable[tuple[str, str | None]] = (),
) -> dict[str, list[new.Row]]:
    """Rows of what is visible, by relation; numbers are drawn over all there is.

    A foreign key is left out where what it points at, or the key of that, is not visible.
    """
    _check_keys(every)
    comments, roles = dict(schemas), tuple(roles)
    names = {relation.schema for relation in every} | set(comments)
    writing = Writing(oids_of(_named(every, names - new.BUILTIN_SCHEMAS, roles)))
    for schema in {relation.schema for relation in visible} | set(comments):
        _put_schema(writing, schema, comments.get(schema))
    _put_relations(writing, visible)
    for role in roles:
        _put_role(writing, role)
    writing.put("pg_database", new.DATABASE | {"datname": database})
    return writing.rows


def classes_in(rows: Mapping[str, Sequence[new.Row]]) -> dict[tuple[str, str], int]:
    """The numbers of the relations that were written, by schema and name."""
    schemas = {row["oid"]: str(row["nspname"]) for row in rows.get("pg_namespace", ())}
    return {
        (schemas.get(row["relnamespace"], "public"), str(row["relname"])): int(str(row["oid"]))
        for row in rows.get("pg_class", ())
    }


def _check_keys(relations: Iterable[RelationShown]) -> None:
    keys = {(r.schema, r.name): r.key for r in relations}
    for relation in relations:
        for key in relation.foreign_keys:
            if keys.get((key.schema, key.relation)) != key.references:
                raise ValueError(
                    f"{full(relation)}: {key.references} is not the key of "
                    f"{key.schema}.{key.relation}"
                )


def _named(
    relations: Iterable[RelationShown], schemas: Iterable[str], roles: Iterable[RoleShown]
) -> Iterator[str]:
    """Everything that has a number."""
    yield from (f"schema {schema}" for schema in schemas)
    yield from (f"role {role.name}" for role in roles)
    for relation in relations:
        yield f"class {full(relation)}"
        yield f"type {full(relation)}"
        yield f"type {relation.schema}._{relation.name}"
        if relation.key:
            yield f"class {relation.schema}.{key_name(relation)}"
            yield f"constraint {relation.schema}.{key_name(relation)}"
        for key in relation.foreign_keys:
            yield f"constraint {relation.schema}.{foreign_key_name(relation, key)}"


def _put_schema(writing: Writing, schema: str, comment: str | None) -> None:
    if schema not in new.BUILTIN_SCHEMAS:
        oid = writing.schema(schema)
        writing.put("pg_namespace", {"oid": oid, "nspname": schema, "nspowner": new.OWNER})
        writing.describe(new.PG_NAMESPACE, oid, comment)


def _put_relations(writing: Writing, visible: Sequence[RelationShown]) -> None:
    by_name = {(r.schema, r.name): r for r in visible}
    pointed = {(f.schema, f.relation) for r in visible for f in r.foreign_keys}
    for relation in visible:
        if relation.kind == VIEW:
            _put_view(writing, relation)
            continue
        is_pointed_at = (relation.schema, relation.name) in pointed
        _put_table(writing, relation, has_triggers=is_pointed_at or bool(relation.foreign_keys))
        for key in relation.foreign_keys:
            other = by_name.get((key.schema, key.relation))
            if other and other.key == key.references:
                put_foreign_key(writing, relation, key, other)


def _put_view(writing: Writing, relation: RelationShown) -> None:
    about = {"relam": 0, "relkind": "v", "relfilenode": 0, "relhasrules": True, "reltuples": -1.0}
    _put_relation(writing, relation, about)
    if relation.definition:
        writing.show("view", writing.relation(relation), relation.definition)


def _put_table(writing: Writing, relation: RelationShown, *, has_triggers: bool) -> None:
    """A foreign key is two triggers on either table in PostgreSQL; psql looks for them first."""
    oid = writing.relation(relation)
    about = {"relam": new.HEAP, "relkind": "r", "relfilenode": oid, "relreplident": "d",
             "reltuples": -1.0, "relhasindex": bool(relation.key),
             "relhastriggers": has_triggers}  # fmt: skip
    _put_relation(writing, relation, about)
    put_system_attributes(writing, oid)
    if relation.key:
        put_primary_key(writing, relation)


def _put_relation(writing: Writing, relation: RelationShown, about: new.Row) -> None:
    oid, schema = writing.relation(relation), writing.schema(relation.schema)
    type_ = writing.oids[f"type {full(relation)}"]
    named = {"oid": oid, "relname": relation.name, "relnamespace": schema, "reltype": type_,
             "relnatts": len(relation.columns)}  # fmt: skip
    writing.put("pg_class", new.CLASS | named | about)
    writing.describe(new.PG_CLASS, oid, relation.description)
    array = writing.oids[f"type {relation.schema}._{relation.name}"]
    of_row = {"oid": type_, "typname": relation.name, "typrelid": oid, "typarray": array}
    writing.put("pg_type", new.ROW_TYPE | of_row | {"typnamespace": schema})
    of_array = {"oid": array, "typname": f"_{relation.name}", "typelem": type_}
    writing.put("pg_type", new.ARRAY_TYPE | of_array | {"typnamespace": schema})
    is_table = relation.kind != VIEW
    for number, column in enumerate(relation.columns, 1):
        not_null = is_table and (column.not_null or column.name in relation.key)
        put_attribute(writing, oid, number, column, not_null=not_null)
        writing.describe(new.PG_CLASS, oid, column.description, number)


def _put_role(writing: Writing, role: RoleShown) -> None:
    about = {
        "oid": writing.oids[f"role {role.name}"],
        "rolname": role.name,
        "rolsuper": role.is_superuser,
        "rolcanlogin": role.can_login,
    }
    writing.put("pg_authid", new.ROLE | about)
