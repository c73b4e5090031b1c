"""Primary and foreign keys as rows of the system catalogue."""

from __future__ import annotations

from trunkline.servers.postgres.catalogue import templates as new
from trunkline.servers.postgres.catalogue.attribute_rows import put_attribute
from trunkline.servers.postgres.catalogue.relations import ColumnShown, ForeignKey, RelationShown
from trunkline.servers.postgres.catalogue.typing import own_type
from trunkline.servers.postgres.catalogue.writing import (
    Writing,
    foreign_key_name,
    full,
    key_name,
    spelled,
)


def put_primary_key(writing: Writing, relation: RelationShown) -> None:
    """The constraint, and the index that a primary key has."""
    name = key_name(relation)
    index = writing.oids[f"class {relation.schema}.{name}"]
    constraint = writing.oids[f"constraint {relation.schema}.{name}"]
    columns, numbers = _columns(relation, relation.key), _numbers(relation, relation.key)
    listed = ", ".join(map(spelled, relation.key))
    _put_index(writing, relation, index, columns, numbers)
    table = spelled(relation.schema, relation.name)
    words = f"CREATE UNIQUE INDEX {spelled(name)} ON {table} USING btree ({listed})"
    writing.show("own index", index, words)
    about = {"contype": "p", "conindid": index, "conkey": numbers}
    _put_constraint(writing, relation, constraint, name, about)
    writing.show("own constraint", constraint, f"PRIMARY KEY ({listed})")


def put_foreign_key(
    writing: Writing, relation: RelationShown, key: ForeignKey, other: RelationShown
) -> None:
    """The constraint; ``other`` is what it points at."""
    name = foreign_key_name(relation, key)
    constraint = writing.oids[f"constraint {relation.schema}.{name}"]
    equals = [new.EQUALS.get(c.type.oid, 0) for c in _columns(other, key.references)]
    about: new.Row = {
        "contype": "f", "conindid": writing.oids[f"class {other.schema}.{key_name(other)}"],
        "confrelid": writing.relation(other), "confupdtype": "a", "confdeltype": "a",
        "confmatchtype": "s", "conkey": _numbers(relation, key.columns),
        "confkey": _numbers(other, key.references),
        "conpfeqop": equals, "conppeqop": equals, "conffeqop": equals,
    }  # fmt: skip
    _put_constraint(writing, relation, constraint, name, about)
    ours, theirs = (", ".join(map(spelled, names)) for names in (key.columns, key.references))
    target = spelled(other.schema, other.name)
    words = f"FOREIGN KEY ({ours}) REFERENCES {target}({theirs})"
    writing.show("own constraint", constraint, words)


def _put_index(
    writing: Writing,
    relation: RelationShown,
    index: int,
    columns: list[ColumnShown],
    numbers: list[int],
) -> None:
    count = len(columns)
    about = {"oid": index, "relname": key_name(relation), "relam": new.BTREE, "relkind": "i",
             "relnamespace": writing.schema(relation.schema), "relnatts": count,
             "relfilenode": index, "relpages": 1}  # fmt: skip
    writing.put("pg_class", new.CLASS | about)
    for place, column in enumerate(columns, 1):
        put_attribute(writing, index, place, column, not_null=False)
    key: new.Row = {
        "indexrelid": index, "indrelid": writing.relation(relation), "indnatts": count,
        "indnkeyatts": count, "indkey": numbers, "indoption": [0] * count,
        "indcollation": [own_type(c.type.oid).collation for c in columns],
        "indclass": [new.CLASSES_OF_OPERATORS.get(c.type.oid, 0) for c in columns],
    }  # fmt: skip
    writing.put("pg_index", new.INDEX | key)


def _put_constraint(
    writing: Writing, relation: RelationShown, oid: int, name: str, about: new.Row
) -> None:
    named = {
        "oid": oid,
        "conname": name,
        "connamespace": writing.schema(relation.schema),
        "conrelid": writing.oids[f"class {full(relation)}"],
    }
    writing.put("pg_constraint", new.CONSTRAINT | named | about)


def _columns(relation: RelationShown, names: tuple[str, ...]) -> list[ColumnShown]:
    return [relation.columns[relation.number(name) - 1] for name in names]


def _numbers(relation: RelationShown, names: tuple[str, ...]) -> list[int]:
    return [relation.number(name) for name in names]
