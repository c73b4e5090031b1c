"""What a translation knows of the catalogue: the gateway's relations, PostgreSQL's, scratch ones.

Names without a schema are looked for as PostgreSQL does: temporary tables, ``pg_catalog``, then the
search path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from trunkline.lake.system.pristine import relations as pristine
from trunkline.servers.postgres.catalogue import RelationShown
from trunkline.servers.postgres.sql import Known
from trunkline.servers.postgres.sql.typing.tables import type_of
from trunkline.servers.postgres.types import PgType

Columns = tuple[tuple[str, PgType], ...]
TEMPORARY = ("pg_temp",)


@dataclass(frozen=True, slots=True)
class Shown:
    """The gateway's relations, as one reader has them, by schema and name."""

    relations: Mapping[tuple[str, str], Known]

    @classmethod
    def of(cls, relations: Iterable[RelationShown]) -> Shown:
        """From what is shown."""
        return cls({(one.schema, one.name): _known(one) for one in relations})


def _known(one: RelationShown) -> Known:
    columns = tuple((column.name, column.type) for column in one.columns)
    return Known(one.schema, one.name, columns, False, f"{_quoted(one.schema)}.{_quoted(one.name)}")


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """The catalogue as one session sees it."""

    shown: Shown
    search_path: tuple[str, ...]
    said: Mapping[str, str]
    scratch: Mapping[str, Columns] = field(default_factory=dict)

    def relation(self, schema: str | None, name: str) -> Known | None:
        """A relation; None where there is none."""
        if (schema is None or schema in TEMPORARY) and name in self.scratch:
            return Known("pg_temp", name, self.scratch[name], True, _quoted(name))
        for within in (schema,) if schema is not None else ("pg_catalog", *self.search_path):
            if found := self.shown.relations.get((within, name)) or _system().get((within, name)):
                return found
        return None


@cache
def _system() -> Mapping[tuple[str, str], Known]:
    return {
        (schema, name): Known(
            schema,
            name,
            tuple((column, _type(type_)) for column, type_ in columns.items()),
            True,
            f"{schema}.{_quoted(name)}",
        )
        for (schema, name), columns in pristine().items()
    }


def _type(typname: str) -> PgType:
    return type_of(typname[1:]).array if typname.startswith("_") else type_of(typname)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
