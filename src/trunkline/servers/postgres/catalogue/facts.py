"""What a translation must know: PostgreSQL's own relations, ours, and a session's own tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from trunkline.lake.system import own_relations
from trunkline.servers.postgres.catalogue.relations import RelationShown
from trunkline.servers.postgres.catalogue.typing import system_type
from trunkline.servers.postgres.sql import Known

_FIRST = "pg_catalog"
_SCRATCH = ("pg_temp", "temp")
ByName = Mapping[tuple[str, str], Known]


@dataclass(frozen=True, slots=True)
class CatalogueFacts:
    """The relations by schema and name; ``path`` are the schemas of the search path in order."""

    relations: ByName
    path: tuple[str, ...]
    said: Mapping[str, str]
    scratch: Mapping[str, Known] = field(default_factory=dict)

    def relation(self, schema: str | None, name: str) -> Known | None:
        """A relation; without a schema by the path, scratch tables and ``pg_catalog`` first."""
        if schema is None or schema in _SCRATCH:
            if name in self.scratch:
                return self.scratch[name]
            if schema is not None:
                return None
        schemas = (_FIRST, *self.path) if schema is None else (schema,)
        found = (self._find(one, name) for one in schemas)
        return next((known for known in found if known), None)

    def _find(self, schema: str, name: str) -> Known | None:
        return system_relations().get((schema, name)) or self.relations.get((schema, name))


@cache
def system_relations() -> ByName:
    """PostgreSQL's own relations."""
    return {
        (schema, name): Known(
            schema,
            name,
            tuple((column, system_type(type_)) for column, type_ in columns.items()),
            system=True,
            target=f"{schema}.{name}",
        )
        for (schema, name), columns in own_relations().items()
    }


def known_of(relations: Iterable[RelationShown], oids: Mapping[tuple[str, str], int]) -> ByName:
    """Ours, with their numbers."""
    return {
        (one.schema, one.name): Known(
            one.schema,
            one.name,
            tuple((column.name, column.type) for column in one.columns),
            system=False,
            target=f"{quoted(one.schema)}.{quoted(one.name)}",
            oid=oids.get((one.schema, one.name), 0),
        )
        for one in relations
    }


def quoted(name: str) -> str:
    """An identifier as SQL writes it in any case."""
    return '"' + name.replace('"', '""') + '"'
