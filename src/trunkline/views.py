"""Declared views: queries over the tables that have columns, keys and meanings of their own.

A view is data. It is declared once for every organisation, with ``{of}`` for the schema of its
tables, ``{bi}`` for that of the views and ``{zone}`` for the time zone of local times; what reads
it (the session, the planner, the documents, the catalogue of a server) sees the same text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace

from trunkline.types import Type

SCHEMA = "bi"
_BELOW = re.compile(r"(\{of\}|\{bi\}|\btrunkline)\.(\w+)")
_NAME = re.compile(r"[a-z][a-z0-9_]*\Z")


@dataclass(frozen=True, slots=True)
class ViewColumn:
    """One column: an expression over what the view reads.

    ``references`` names the view of which it is the key. ``nullable`` says whether a row may have
    no value.
    """

    name: str
    type: Type
    sql: str
    description: str
    unit: str | None = None
    references: str | None = None
    nullable: bool = True


@dataclass(frozen=True, slots=True)
class View:
    """A relation of the schema ``bi``, or of another that is ours.

    ``key`` is its single-column key. ``source`` is what stands after FROM. ``time`` is the column
    that a query bounds it by; one without has a bound of its own, or is ``held``: made of what is
    held of its tables, whatever that is, so that a query of it needs no bounds and fetches nothing.
    ``below`` are the relations that it reads, by their qualified names.
    """

    name: str
    description: str
    grain: str
    key: str
    columns: tuple[ViewColumn, ...]
    source: str
    time: str | None = None
    held: bool = False
    organization: str = ""
    schema: str = SCHEMA
    zone: str = "UTC"
    query: str = field(init=False, default="")
    below: tuple[str, ...] = field(init=False, default=())

    def __post_init__(self) -> None:
        names = [column.name for column in self.columns]
        if not all(map(_NAME.match, (self.name, *names))) or len(set(names)) != len(names):
            raise ValueError(f"view {self.name}: names must be unique and in snake_case")
        if missing := {self.key, self.time or self.key} - set(names):
            raise ValueError(f"view {self.name}: no columns {sorted(missing)}")
        select = self._select
        below = dict.fromkeys(self._filled(found[0]) for found in _BELOW.finditer(select))
        object.__setattr__(self, "query", self._filled(select) if self.organization else "")
        object.__setattr__(self, "below", tuple(below))

    def of(self, organization: str, schema: str, zone: str) -> View:
        """The view of one organisation, with the names of its schemas and its time zone."""
        return replace(self, organization=organization, schema=schema, zone=zone)

    @property
    def qualified(self) -> str:
        """The name as SQL writes it."""
        return f"{self.schema}.{self.name}"

    @property
    def references(self) -> tuple[ViewColumn, ...]:
        """The columns that are keys of other views."""
        return tuple(column for column in self.columns if column.references)

    @property
    def _select(self) -> str:
        return self._selecting(self.columns)

    def _selecting(self, columns: Iterable[ViewColumn]) -> str:
        listed = ", ".join(f"{column.sql} AS {column.name}" for column in columns)
        return f"SELECT {listed} FROM {self.source}"  # noqa: S608

    def showing(self, columns: Collection[str], prefix: str) -> str:
        """The query with some of its columns, of relations whose schemas have a prefix."""
        shown = tuple(column for column in self.columns if column.name in columns)
        return self._filled(_BELOW.sub(rf'"{prefix}\1".\2', self._selecting(shown)))

    def _filled(self, text: str) -> str:
        told = {"of": self.organization, "bi": self.schema, "zone": self.zone.replace("'", "''")}
        return re.sub(r"\{(of|bi|zone)\}", lambda found: told[found[1]], text)
