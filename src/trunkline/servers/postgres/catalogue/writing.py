"""Rows of the system catalogue while they are written, and the numbers of what they tell of."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from trunkline.servers.postgres.catalogue.relations import ForeignKey, RelationShown
from trunkline.servers.postgres.catalogue.templates import PUBLIC, Row


@dataclass(slots=True)
class Writing:
    """The rows so far by relation; ``oids`` by what an object is and its name."""

    oids: dict[str, int]
    rows: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))

    def put(self, relation: str, row: Row) -> None:
        """One more row."""
        self.rows[relation].append(row)

    def describe(self, class_: int, oid: int, words: str | None, number: int = 0) -> None:
        """A comment, where there is one."""
        if words:
            named = {"objoid": oid, "classoid": class_, "objsubid": number}
            self.put("pg_description", named | {"description": words})

    def show(self, kind: str, oid: int, words: str) -> None:
        """What a function such as ``pg_get_indexdef`` says of an object."""
        self.put("shown", {"kind": kind, "oid": oid, "words": words})

    def schema(self, name: str) -> int:
        """The number of a schema."""
        return PUBLIC if name == "public" else self.oids[f"schema {name}"]

    def relation(self, relation: RelationShown) -> int:
        """The number of a relation."""
        return self.oids[f"class {full(relation)}"]


def full(relation: RelationShown) -> str:
    """Schema and name."""
    return f"{relation.schema}.{relation.name}"


def key_name(relation: RelationShown) -> str:
    """The name of a primary key and of its index."""
    return f"{relation.name}_pkey"


def foreign_key_name(relation: RelationShown, key: ForeignKey) -> str:
    """The name that PostgreSQL gives a foreign key."""
    return f"{relation.name}_{'_'.join(key.columns)}_fkey"


def spelled(*names: str) -> str:
    """Identifiers as PostgreSQL shows them, quoted where they have to be."""
    return ".".join(map(_spelled, names))


def _spelled(name: str) -> str:
    begins = name[:1].isalpha() or name[:1] == "_"
    plain = begins and name.isascii() and name == name.lower() and name.replace("_", "a").isalnum()
    return name if plain else '"' + name.replace('"', '""') + '"'
